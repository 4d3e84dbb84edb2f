//! How the API refuses: the statuses that any operation may answer with, the
//! shape that each has, and the headers that every answer carries. These are
//! facts about the API as a whole, so they are in no row.

use serde_json::{Map, Value, json};

use super::reference;
use crate::catalog::Operation;
use crate::catalog::recharge::{LIMIT_HEADER, REQUEST_ID_HEADER, VERSION_HEADER};

/// One way to be refused.
struct RefusalResponse {
    status: u16,
    name: &'static str,
    description: &'static str,
    body: Body,
}

/// What a refusal carries.
enum Body {
    /// A text under `error`.
    Error,
    /// A text under `error` or `errors`.
    EitherKey,
    /// What is wrong, by field.
    Fields,
    /// A text under `warning`.
    Warning,
    /// Nothing to rely on: empty, plain text, HTML and JSON all occur.
    Anything,
}

const REFUSALS: &[RefusalResponse] = &[
    RefusalResponse {
        status: 400,
        name: "bad_request",
        description: "the request cannot be understood",
        body: Body::Anything,
    },
    RefusalResponse {
        status: 401,
        name: "unauthorized",
        description: "no token, or one that is not known",
        body: Body::Error,
    },
    RefusalResponse {
        status: 403,
        name: "forbidden",
        description: "the token lacks a scope",
        body: Body::EitherKey,
    },
    RefusalResponse {
        status: 404,
        name: "not_found",
        description: "there is no such object",
        body: Body::EitherKey,
    },
    RefusalResponse {
        status: 409,
        name: "conflict",
        description: "another change of the same address, or of its objects, is in progress; retry",
        body: Body::Error,
    },
    RefusalResponse {
        status: 415,
        name: "unsupported_body",
        description: "the body is not a JSON object",
        body: Body::Anything,
    },
    RefusalResponse {
        status: 422,
        name: "invalid",
        description: "something in the request is wrong or missing",
        body: Body::Fields,
    },
    RefusalResponse {
        status: 426,
        name: "unknown_version",
        description: "there is no such version of the API",
        body: Body::Anything,
    },
    RefusalResponse {
        status: 429,
        name: "too_many_requests",
        description: "more requests than the bucket of the token contains; it leaks two requests \
            a second",
        body: Body::Warning,
    },
    RefusalResponse {
        status: 500,
        name: "server_error",
        description: "the API failed",
        body: Body::Anything,
    },
];

/// What any operation may be refused with.
const GENERAL: &[u16] = &[401, 403, 404, 409, 422, 426, 429];

/// What any operation with a body may be refused with.
const OF_BODIES: &[u16] = &[415];

const REQUEST_ID: &str = "request_id";
const LIMIT: &str = "limit";
const VERSION: &str = "version";

/// The statuses that refuse an operation, ascending.
pub(super) fn statuses(operation: &Operation) -> Vec<u16> {
    let mut statuses = [GENERAL, operation.errors].concat();
    if operation.takes_body() {
        statuses.extend(OF_BODIES);
    }
    statuses.sort_unstable();
    statuses.dedup();
    statuses
}

/// The name of the response for a status.
pub(super) fn name(status: u16) -> Option<&'static str> {
    REFUSALS
        .iter()
        .find(|refusal| refusal.status == status)
        .map(|refusal| refusal.name)
}

/// The responses that operations point to.
pub(super) fn responses() -> Value {
    let mut responses = Map::new();
    for refusal in REFUSALS {
        let mut headers = usual_headers();
        if refusal.status == 429 {
            headers["Retry-After"] = json!({
                "description": "seconds to wait; it does not always come",
                "schema": {"type": "integer"},
            });
        }
        let mut response = json!({"description": refusal.description, "headers": headers});
        if let Some(content) = content(&refusal.body) {
            response["content"] = content;
        }
        responses.insert(refusal.name.to_owned(), response);
    }
    Value::Object(responses)
}

fn content(body: &Body) -> Option<Value> {
    let text = json!({"type": "string"});
    let schema = match body {
        Body::Error => under(&["error"], &text),
        Body::Warning => under(&["warning"], &text),
        Body::EitherKey => under(&["error", "errors"], &text),
        Body::Fields => under(
            &["errors"],
            &json!({
                "type": "object",
                "description": "by field, which may be a dotted path, or `_schema` for the \
                    request as a whole",
                "additionalProperties": {
                    "description": "a text, a list of texts, or errors of parts",
                    "type": ["string", "array", "object"],
                },
            }),
        ),
        Body::Anything => return None,
    };
    Some(json!({"application/json": {"schema": schema}}))
}

/// An object that has one of the keys.
fn under(keys: &[&str], value: &Value) -> Value {
    let mut properties = Map::new();
    for key in keys {
        properties.insert((*key).to_owned(), value.clone());
    }
    let mut schema = json!({"type": "object"});
    if let [key] = keys {
        schema["required"] = json!([key]);
    } else {
        let choices: Vec<Value> = keys.iter().map(|key| json!({"required": [key]})).collect();
        schema["anyOf"] = choices.into();
    }
    schema["properties"] = Value::Object(properties);
    schema
}

/// The headers that answers point to.
pub(super) fn headers() -> Value {
    json!({
        REQUEST_ID: {
            "description": "names the request, for support",
            "schema": {"type": "string"},
        },
        LIMIT: {
            "description": "level and capacity of the bucket of the token: `39/40`",
            "schema": {"type": "string", "pattern": "^[0-9]+/[0-9]+$"},
        },
        VERSION: {
            "description": "the version of the API that answered",
            "schema": {"type": "string"},
        },
    })
}

/// The headers that every answer may carry.
pub(super) fn usual_headers() -> Value {
    json!({
        REQUEST_ID_HEADER: reference("headers", REQUEST_ID),
        LIMIT_HEADER: reference("headers", LIMIT),
        VERSION_HEADER: reference("headers", VERSION),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;

    #[test]
    fn every_status_that_an_operation_may_be_refused_with_is_described() {
        for (resource, operation) in catalog::recharge::API.operations() {
            for status in statuses(operation) {
                let place = format!("{}.{} {status}", resource.name, operation.verb);
                assert!(name(status).is_some(), "{place}");
            }
        }
    }
}
