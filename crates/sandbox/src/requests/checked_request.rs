//! What is asked: a request that has found its row, and how its query and body
//! are read.
//!
//! Takes HTTP parts; returns names, values and records. Knows nothing of the
//! store.

use bytes::Bytes;
use http::Request;
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::requests::check::Query;
use crate::requests::refusal::Refusal;
use crate::row::Row;
use crate::storage::state::Token;
use crate::values::record::Record;
use crate::values::time;
use recharge_catalog::Method;

/// A request that has found its row, as rules see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CheckedRequest<'a> {
    pub(crate) row: Row,
    /// Values for the parameters of  path.
    pub(crate) holes: &'a [String],
    pub(crate) query: &'a Query,
    pub(crate) body: &'a Record,
    pub(crate) now: Timestamp,
    pub(crate) token: &'a Token,
}

impl CheckedRequest<'_> {
    /// The number in the path.
    pub(crate) fn id(&self) -> u64 {
        self.hole().parse().unwrap_or(0)
    }

    /// The first value in the path.
    pub(crate) fn hole(&self) -> &str {
        self.holes.first().map_or("", String::as_str)
    }

    /// The present as answers write it.
    pub(crate) fn stamp(&self) -> String {
        time::stamp(self.now)
    }

    /// Today.
    pub(crate) fn today(&self) -> jiff::civil::Date {
        time::day_of(self.now)
    }

    /// A parameter of the query.
    pub(crate) fn asked_for(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.as_str())
    }
}

/// What a rule answers.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// Nothing worth saying.
    Nothing,
    /// One record.
    One(Record),
    /// A whole list.
    Many(Vec<Record>),
    /// A number.
    Number(u64),
    /// A finished body.
    Finished(String),
}

pub(crate) fn query_of(request: &Request<Bytes>) -> Query {
    let decoded = |text: &str| {
        let text = text.replace('+', " ");
        percent_decode_str(&text).decode_utf8_lossy().into_owned()
    };
    let query = request.uri().query().unwrap_or_default();
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}

/// The fields of the body. None at all is taken for an empty object: the
/// reference's own examples leave it out where nothing is to be said.
pub(crate) fn body_of(row: Row, bytes: &Bytes) -> Result<Record, Refusal> {
    if bytes.iter().all(u8::is_ascii_whitespace) || !row.operation.takes_body() {
        return Ok(Record::new());
    }
    let body = match serde_json::from_slice(bytes) {
        Ok(Value::Object(body)) => body,
        // PHP writes an array for no fields at all.
        Ok(Value::Array(items)) if items.is_empty() && may_be_empty(row) => Record::new(),
        _ => return Err(Refusal::error(415, "the body must be a JSON object")),
    };
    if body.values().any(|value| is_deeper(value, DEEPEST)) {
        return Err(Refusal::invalid("_schema", "the body is nested too deeply"));
    }
    match row.operation.wrapper {
        None => Ok(body),
        Some(key) => match body.get(key) {
            Some(Value::Object(inner)) => Ok(inner.clone()),
            Some(_) => Err(Refusal::invalid(key, "Not a valid mapping type.")),
            None => Err(Refusal::missing(&[key])),
        },
    }
}

fn may_be_empty(row: Row) -> bool {
    matches!(row.operation.method, Method::Post | Method::Delete)
}

/// Values are kept inside other records (events, results of tasks), and
/// records are read again: this leaves room below the reader's own limit.
const DEEPEST: usize = 64;

fn is_deeper(value: &Value, levels: usize) -> bool {
    match value {
        Value::Array(items) => levels == 0 || items.iter().any(|item| is_deeper(item, levels - 1)),
        Value::Object(fields) => {
            levels == 0 || fields.values().any(|field| is_deeper(field, levels - 1))
        }
        _ => false,
    }
}

/// Holds the token against the scope that the reference names, or else that
/// clients have met. Further ones are needed only in special cases.
pub(crate) fn check_scopes(row: Row, token: &Token) -> Result<(), Refusal> {
    match row
        .operation
        .scopes()
        .next()
        .filter(|scope| !token.may(scope))
    {
        Some(scope) => Err(Refusal {
            status: 403,
            body: json!({"errors": format!("the token lacks the scope {scope}")}),
        }),
        None => Ok(()),
    }
}
