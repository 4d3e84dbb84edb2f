//! The outcome of a rule in the envelope that its row names.

use http::header::{HeaderName, HeaderValue};
use recharge_catalog::ResponseShape;
use serde_json::json;

use super::checked_request::Outcome;
use super::refusal::Refusal;
use crate::row::Row;

/// An answer that does not refuse.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) status: u16,
    pub(crate) body: String,
    /// Headers beyond those that every answer has.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
}

impl Draft {
    /// A reply with the headers that every answer has.
    pub(crate) fn new(status: u16, body: String) -> Self {
        Self {
            status,
            body,
            headers: Vec::new(),
        }
    }
}

/// What is answered.
pub(crate) type Answered = Result<Draft, Refusal>;

/// Wraps what a rule answered as the row says.
pub(crate) fn envelope(row: Row, outcome: Outcome) -> Answered {
    let body = match (row.operation.response, outcome) {
        (_, Outcome::Finished(body)) => body,
        (ResponseShape::One(key, _), Outcome::One(record)) => json!({key: record}).to_string(),
        (ResponseShape::Bare(..), Outcome::One(record)) => json!(record).to_string(),
        (ResponseShape::OneInList(key, _), Outcome::One(record)) => {
            json!({"next_cursor": null, "previous_cursor": null, key: [record]}).to_string()
        }
        (ResponseShape::Many(key, _), Outcome::Many(records)) => json!({key: records}).to_string(),
        (ResponseShape::Number(key), Outcome::Number(number)) => json!({key: number}).to_string(),
        (ResponseShape::Nothing, _) if row.operation.success == 204 => String::new(),
        (ResponseShape::Nothing, _) => "{}".to_owned(),
        _ => {
            return Err(Refusal::error(
                500,
                "the rule does not answer what its row promises",
            ));
        }
    };
    Ok(Draft::new(row.operation.success, body))
}
