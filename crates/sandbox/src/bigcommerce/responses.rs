//! Answers in the forms of the two generations of the API: envelopes, errors and
//! the headers of the rate limit.

use bytes::Bytes;
use http::header::{self, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::windows::Quota;
use crate::SERVER;
use recharge_catalog::bigcommerce as rows;

/// A generation of the API, which the path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Generation {
    V2,
    V3,
}

impl Generation {
    /// That of a path below the store.
    pub(crate) fn of(path: &str) -> Self {
        match path.split('/').nth(1) {
            Some("v2") => Self::V2,
            _ => Self::V3,
        }
    }
}

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rejection {
    pub(crate) status: u16,
    pub(crate) message: String,
    /// The parameter that is wrong.
    pub(crate) parameter: Option<String>,
}

impl Rejection {
    pub(crate) fn new(status: u16, message: &str) -> Self {
        Self {
            status,
            message: message.to_owned(),
            parameter: None,
        }
    }

    pub(crate) fn no_scope() -> Self {
        Self::new(
            403,
            "You don't have a required scope to access the endpoint",
        )
    }

    pub(crate) fn not_found() -> Self {
        Self::new(404, "The requested resource was not found.")
    }

    /// A parameter with a value that it cannot have: 400 in v2, 422 in v3.
    pub(crate) fn invalid(generation: Generation, parameter: &str) -> Self {
        let status = match generation {
            Generation::V2 => 400,
            Generation::V3 => 422,
        };
        Self {
            parameter: Some(parameter.to_owned()),
            ..Self::new(status, &format!("The field '{parameter}' is invalid."))
        }
    }

    fn body(&self, generation: Generation) -> Value {
        let (status, message) = (self.status, &self.message);
        match generation {
            Generation::V2 => json!([{"status": status, "message": message}]),
            Generation::V3 => {
                let errors = self.parameter.as_ref().map_or_else(
                    || json!({}),
                    |parameter| json!({parameter.as_str(): message}),
                );
                json!({
                    "status": status,
                    "title": message,
                    "type": "https://developer.bigcommerce.com/api-docs/getting-started/api-status-codes",
                    "errors": errors,
                })
            }
        }
    }
}

/// What a request is answered with: a body, or none.
pub(crate) type BodyOrRejection = Result<Option<Value>, Rejection>;

/// The answer of HTTP. Without a quota it lacks the headers of the limit.
pub(crate) fn response(
    answered: BodyOrRejection,
    generation: Generation,
    quota: Option<Quota>,
) -> Response<Bytes> {
    let (status, body) = match answered {
        Ok(Some(body)) => (200, body.to_string()),
        Ok(None) => (204, String::new()),
        Err(rejection) => (rejection.status, rejection.body(generation).to_string()),
    };
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::SERVER, HeaderValue::from_static(SERVER));
    if status != 204 {
        let json = HeaderValue::from_static("application/json");
        headers.insert(header::CONTENT_TYPE, json);
    }
    if let Some(quota) = quota {
        for (name, value) in [
            (rows::WINDOW_HEADER, Quota::WINDOW_MS),
            (rows::RESET_HEADER, quota.reset_ms),
            (rows::QUOTA_HEADER, u64::from(quota.requests)),
            (rows::LEFT_HEADER, u64::from(quota.left)),
        ] {
            let name = HeaderName::try_from(name).expect("the catalog names headers");
            headers.insert(name, HeaderValue::from(value));
        }
    }
    response
}
