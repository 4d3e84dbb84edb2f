//! Responses of HTTP, with the headers that every one has.

use bytes::Bytes;
use http::header::HeaderValue;
use http::{Response, StatusCode};
use serde_json::json;

use crate::SERVER;
use crate::http::limit::Level;
use crate::requests::envelope::{Answered, Draft};
use crate::requests::refusal::Refusal;
use recharge_catalog as catalog;

/// Headers that a page of a browser may read, as recorded answers name them.
const EXPOSED: &str = "link, x-request-id, x-recharge-limit, x-recharge-version";

pub(crate) fn welcome() -> String {
    json!({
        "sandbox": true,
        "about": "This is a local sandbox of the Recharge Admin API, not Recharge itself.",
        "version": catalog::recharge::API.version,
    })
    .to_string()
}

/// An answer of the control surface.
pub(crate) fn controlled(told: Result<String, Refusal>) -> Response<Bytes> {
    respond(told.map(|body| Draft::new(200, body)), Level::UNLIMITED)
}

/// A refusal of what never reached the store.
pub(crate) fn refused(status: u16, message: &str) -> Response<Bytes> {
    respond(Err(Refusal::error(status, message)), Level::UNLIMITED)
}

/// Where the method is wrong, the answer names the right ones, as HTTP asks.
pub(crate) fn naming_methods(mut answer: Response<Bytes>, methods: String) -> Response<Bytes> {
    if answer.status() == StatusCode::METHOD_NOT_ALLOWED
        && !methods.is_empty()
        && let Ok(methods) = HeaderValue::try_from(methods)
    {
        answer.headers_mut().insert(http::header::ALLOW, methods);
    }
    answer
}

/// The answer to a `HEAD` request: the length of a body that is left out.
pub(crate) fn without_body(answer: Response<Bytes>) -> Response<Bytes> {
    let (mut parts, body) = answer.into_parts();
    let length = HeaderValue::from(body.len());
    parts.headers.insert(http::header::CONTENT_LENGTH, length);
    Response::from_parts(parts, Bytes::new())
}

/// States which version of the API an answer is in.
pub(crate) fn in_version(answer: &mut Response<Bytes>, version: &'static str) {
    let version = HeaderValue::from_static(version);
    answer
        .headers_mut()
        .insert(catalog::recharge::VERSION_HEADER, version);
}

pub(crate) fn respond(answered: Answered, level: Level) -> Response<Bytes> {
    let reply =
        answered.unwrap_or_else(|refusal| Draft::new(refusal.status, refusal.body.to_string()));
    let request_id = format!("{:032x}", fastrand::u128(..));
    let mut response = Response::builder()
        .status(reply.status)
        .header(http::header::CONTENT_TYPE, "application/json")
        .header(http::header::SERVER, SERVER)
        .header(catalog::recharge::REQUEST_ID_HEADER, request_id)
        .header(catalog::recharge::LIMIT_HEADER, level.to_string())
        .header(
            catalog::recharge::VERSION_HEADER,
            catalog::recharge::API.version,
        )
        .header(http::header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED)
        .body(Bytes::from(reply.body))
        .expect("statuses and headers come from constants");
    // A page has another type than most answers.
    for (name, value) in reply.headers {
        response.headers_mut().insert(name, value);
    }
    response
}
