//! What goes out: the outcome of a rule in the envelope that its row names, as
//! an HTTP answer. Knows rows and outcomes, and nothing of the store.

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};
use http::{Response, StatusCode};
use serde_json::json;

use super::SERVER;
use super::asked::Outcome;
use super::gate::Answered;
use super::limit::Level;
use super::refusal::Refusal;
use super::route::{self, Row};
use recharge_catalog::{self as catalog, Answer};

/// Headers that a page of a browser may read, as recorded answers name them.
const EXPOSED: &str = "link, x-request-id, x-recharge-limit, x-recharge-version";

/// An answer that does not refuse.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) status: u16,
    pub(super) body: String,
    /// Headers beyond those that every answer has.
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
}

impl Draft {
    /// A reply with the headers that every answer has.
    pub(super) fn new(status: u16, body: String) -> Self {
        Self {
            status,
            body,
            headers: Vec::new(),
        }
    }
}

/// Wraps what a rule answered as the row says.
pub(super) fn envelope(row: Row, outcome: Outcome) -> Answered {
    let body = match (row.operation.answer, outcome) {
        (_, Outcome::Finished(body)) => body,
        (Answer::One(key, _), Outcome::One(record)) => json!({key: record}).to_string(),
        (Answer::Bare(..), Outcome::One(record)) => json!(record).to_string(),
        (Answer::OneInList(key, _), Outcome::One(record)) => {
            json!({"next_cursor": null, "previous_cursor": null, key: [record]}).to_string()
        }
        (Answer::Many(key, _), Outcome::Many(records)) => json!({key: records}).to_string(),
        (Answer::Number(key), Outcome::Number(number)) => json!({key: number}).to_string(),
        (Answer::Nothing, _) if row.operation.success == 204 => String::new(),
        (Answer::Nothing, _) => "{}".to_owned(),
        _ => {
            return Err(Refusal::error(
                500,
                "the rule does not answer what its row promises",
            ));
        }
    };
    Ok(Draft::new(row.operation.success, body))
}

pub(super) fn welcome() -> String {
    json!({
        "sandbox": true,
        "about": "This is a local sandbox of the Recharge Admin API, not Recharge itself.",
        "version": catalog::VERSION,
    })
    .to_string()
}

/// An answer of the control surface.
pub(super) fn controlled(told: Result<String, Refusal>) -> Response<Bytes> {
    respond(told.map(|body| Draft::new(200, body)), Level::UNLIMITED)
}

/// A refusal of what never reached the store.
pub(super) fn refused(status: u16, message: &str) -> Response<Bytes> {
    respond(Err(Refusal::error(status, message)), Level::UNLIMITED)
}

/// Where the method is wrong, the answer names the right ones, as HTTP asks.
pub(super) fn naming_methods(mut answer: Response<Bytes>, path: &str) -> Response<Bytes> {
    let methods = route::allowed(path);
    if answer.status() == StatusCode::METHOD_NOT_ALLOWED
        && !methods.is_empty()
        && let Ok(methods) = HeaderValue::try_from(methods)
    {
        answer.headers_mut().insert(http::header::ALLOW, methods);
    }
    answer
}

/// States which version of the API an answer is in.
pub(super) fn in_version(answer: &mut Response<Bytes>, version: &'static str) {
    let version = HeaderValue::from_static(version);
    answer
        .headers_mut()
        .insert(catalog::VERSION_HEADER, version);
}

pub(super) fn respond(answered: Answered, level: Level) -> Response<Bytes> {
    let reply =
        answered.unwrap_or_else(|refusal| Draft::new(refusal.status, refusal.body.to_string()));
    let request_id = format!("{:032x}", fastrand::u128(..));
    let mut response = Response::builder()
        .status(reply.status)
        .header(http::header::CONTENT_TYPE, "application/json")
        .header(http::header::SERVER, SERVER)
        .header(catalog::REQUEST_ID_HEADER, request_id)
        .header(catalog::LIMIT_HEADER, level.to_string())
        .header(catalog::VERSION_HEADER, catalog::VERSION)
        .header(http::header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED)
        .body(Bytes::from(reply.body))
        .expect("statuses and headers come from constants");
    response.headers_mut().extend(reply.headers);
    response
}
