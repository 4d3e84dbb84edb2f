//! What an answer that is not success means to the user. Pure.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write;

use serde_json::Value;
use serde_json::value::RawValue;

use super::retry::is_refusal;
use crate::api::evidence::Lack;
use crate::api::request::Request;
use crate::catalog::{Api, ErrorForm};
use crate::error::{Error, Kind, Refusal};
use crate::excerpt::first_letters;

/// The most of an unstructured body that is shown.
const EXCERPT: usize = 200;

/// The most of a structured reason that is shown.
const LONGEST: usize = 2000;

/// Explains an answer.
pub(super) fn explain(
    (api, store): (&Api, Option<&str>),
    request: &Request,
    status: u16,
    request_id: Option<String>,
    body: &[u8],
) -> Error {
    let errors = said(api.error_form(request.operation), body);
    let reason = reason(errors.as_deref(), body);
    let error = match status {
        401 => Error::new(Kind::Access, "the API refused the token (401)")
            .hint("the token may be mistyped, deleted, or of another store"),
        403 => forbidden(api, request, &reason),
        404 => {
            no_store(api, store, request, &reason).unwrap_or_else(|| not_found(request, &reason))
        }
        429 => Error::new(Kind::Unreachable, "too many requests (429)")
            .hint("another program may be using the same token; try again in a minute"),
        300..=399 => Error::new(Kind::Unreachable, format!("the API redirects ({status})"))
            .hint("redirects are not followed with a token; check the base URL"),
        500 | 502..=599 => Error::new(
            Kind::Unreachable,
            format!("the API failed with a server error ({status}){reason}"),
        ),
        _ => refused(status, &reason),
    };
    let error = error.answered(Refusal {
        status,
        request_id,
        errors,
    });
    if is_refusal(status) {
        error.untouched()
    } else {
        error
    }
}

/// The error of a 2xx answer that does not prove that a write was carried out.
pub(super) fn unproven(
    form: ErrorForm,
    lack: &Lack,
    status: u16,
    request_id: Option<String>,
    body: &[u8],
) -> Error {
    let errors = said(form, body);
    let reason = match lack {
        Lack::Errors => reason(errors.as_deref(), body),
        _ => String::new(),
    };
    Error::new(
        Kind::Unreachable,
        format!("{lack} (status {status}){reason}"),
    )
    .answered(Refusal {
        status,
        request_id,
        errors,
    })
}

fn forbidden(api: &Api, request: &Request, reason: &str) -> Error {
    let error = Error::new(
        Kind::Access,
        format!("the token lacks permission for this (403){reason}"),
    );
    let scopes: Vec<&str> = request
        .operation
        .map_or_else(Vec::new, |operation| operation.scopes().collect());
    let place = api.auth.managed_at;
    match scopes.as_slice() {
        [] => error.hint(format!("add the scope for it to the token, in {place}")),
        [scope] => error.hint(format!("it needs the scope {scope}; add it in {place}")),
        [scope, others @ ..] => error.hint(format!(
            "it needs the scope {scope}, perhaps also {}; add it in {place}",
            others.join(", ")
        )),
    }
}

/// A list without an id in its path is there in every store: what is missing is the
/// store that the base URL names.
fn no_store(api: &Api, store: Option<&str>, request: &Request, reason: &str) -> Option<Error> {
    let part = api.store.as_ref()?;
    let is_list = request.operation?.path_parameters.is_empty();
    let store = store.filter(|_| is_list)?;
    let error = Error::new(
        Kind::Access,
        format!("there is no store {store} (404){reason}"),
    );
    Some(error.hint(format!("check the {}; it is {}", part.title, part.found_at)))
}

fn not_found(request: &Request, reason: &str) -> Error {
    let what = format!("nothing at {} (404){reason}", request.path);
    let error = Error::new(Kind::NotFound, what);
    match request.operation {
        Some(operation) if !operation.path_parameters.is_empty() => {
            error.hint("check the id, and that it is an id of this store")
        }
        Some(_) => error,
        None => error.hint("check the path; rc --help lists resources and commands"),
    }
}

fn refused(status: u16, reason: &str) -> Error {
    let error = Error::new(
        Kind::Refused,
        format!("the API refused the request ({status}){reason}"),
    );
    match status {
        402 => error.hint("the request was valid, but the payment or action failed"),
        409 => error.hint("the same address is being changed by another request; try again"),
        426 => error.hint("this store or token does not support that version; see --api-version"),
        _ => error,
    }
}

/// What the body states as errors, as JSON.
fn said(form: ErrorForm, body: &[u8]) -> Option<String> {
    type ErrorMembers<'a> = HashMap<Cow<'a, str>, &'a RawValue>;
    match form {
        ErrorForm::Members { reasons, .. } => {
            let members: ErrorMembers = serde_json::from_slice(body).ok()?;
            let mut stated = reasons.iter().filter_map(|name| members.get(*name));
            let stated = stated.find(|raw| says_something(raw.get()))?;
            Some(stated.get().to_owned())
        }
        ErrorForm::List { message } => {
            let list: Vec<ErrorMembers> = serde_json::from_slice(body).ok()?;
            let messages: Vec<&RawValue> = list
                .iter()
                .filter_map(|entry| entry.get(message).copied())
                .collect();
            if messages.is_empty() {
                return None;
            }
            serde_json::to_string(&messages).ok()
        }
    }
}

/// Whether a member has a value: some answers have it empty beside another one.
fn says_something(raw: &str) -> bool {
    raw != "null"
        && raw
            .bytes()
            .any(|byte| byte.is_ascii_alphanumeric() || byte >= 0x80)
}

/// What was said, as text after a colon; empty when nothing was.
fn reason(errors: Option<&str>, body: &[u8]) -> String {
    let text = match errors.and_then(|errors| serde_json::from_str::<Value>(errors).ok()) {
        Some(value) => {
            let mut lines = Vec::new();
            flatten("", &value, &mut lines);
            lines.join("; ")
        }
        None => excerpt(body),
    };
    match first_letters(&text, LONGEST) {
        _ if text.is_empty() => text,
        Some(beginning) => format!(": {beginning} …"),
        None => format!(": {text}"),
    }
}

/// `{"email": ["taken"], "address": {"zip": "bad"}}` becomes
/// `email: taken`, `address.zip: bad`.
fn flatten(path: &str, value: &Value, lines: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                let deeper = match (path, key.as_str()) {
                    (path, "_schema") => path.to_owned(),
                    ("", key) => key.to_owned(),
                    (path, key) => format!("{path}.{key}"),
                };
                flatten(&deeper, value, lines);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| flatten(path, item, lines)),
        Value::Null => {}
        value => {
            let mut line = String::new();
            if !path.is_empty() {
                let _ = write!(line, "{path}: ");
            }
            line.push_str(
                &value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned),
            );
            lines.push(line);
        }
    }
}

/// The beginning of a body of unknown form, on one line. Pages of HTML say
/// nothing to the user.
fn excerpt(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let text = text.trim();
    if text.is_empty() || text.starts_with('<') || text == "{}" {
        return String::new();
    }
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    first_letters(&line, EXCERPT).unwrap_or(&line).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;

    fn explained(status: u16, body: &str) -> Error {
        let (_, operation) = catalog::recharge::API
            .operation("customers.update")
            .unwrap();
        let request = Request {
            method: operation.method,
            path: "/customers/7".to_owned(),
            query: Vec::new(),
            body: None,
            operation: Some(operation),
            headers: Vec::new(),
            notes: Vec::new(),
        };
        explain(
            (&catalog::recharge::API, None),
            &request,
            status,
            Some("req-1".to_owned()),
            body.as_bytes(),
        )
    }

    #[test]
    fn each_shape_of_a_422_is_put_into_words() {
        for (body, words) in [
            (
                r#"{"errors":{"email":"email already exists on store"}}"#,
                "email: email already exists on store",
            ),
            (
                r#"{"errors":{"a":["x","y"],"b":{"c":["z"]}}}"#,
                "a: x; a: y; b.c: z",
            ),
            (r#"{"errors":{"_schema":["no"]}}"#, "no"),
            (r#"{"errors":"Not good"}"#, "Not good"),
            (r#"{"error":"bad"}"#, "bad"),
        ] {
            let error = explained(422, body);
            assert_eq!(
                error.to_string(),
                format!("the API refused the request (422): {words}")
            );
            assert_eq!(error.kind, Kind::Refused);
        }
    }

    #[test]
    fn bodies_of_no_known_form_are_shown_short_or_not_at_all() {
        assert_eq!(
            explained(400, "").to_string(),
            "the API refused the request (400)"
        );
        assert_eq!(
            explained(400, "<html>x</html>").to_string(),
            "the API refused the request (400)"
        );
        assert_eq!(
            explained(400, "plain\n text").to_string(),
            "the API refused the request (400): plain text"
        );
        let long = explained(400, &"x".repeat(5000)).to_string();
        assert!(long.len() < 300);
    }

    #[test]
    fn a_missing_scope_is_named() {
        let error = explained(403, r#"{"errors":"no"}"#);
        assert_eq!(error.kind, Kind::Access);
        assert!(
            error.hints[0].contains("write_customers"),
            "{:?}",
            error.hints
        );
    }

    #[test]
    fn what_was_not_found_is_named() {
        let error = explained(404, r#"{"errors":"Not Found"}"#);
        assert_eq!(error.kind, Kind::NotFound);
        assert!(error.to_string().contains("/customers/7"));
    }

    #[test]
    fn status_and_request_id_go_with_every_refusal() {
        for status in [
            301, 400, 401, 403, 404, 409, 415, 422, 426, 429, 500, 501, 503,
        ] {
            let answer = explained(status, "").answer.unwrap();
            assert_eq!(
                (answer.status, answer.request_id.as_deref()),
                (status, Some("req-1"))
            );
        }
    }

    #[test]
    fn refusals_that_need_more_than_a_correction_say_what_to_do() {
        for (status, hints) in [
            (
                402,
                vec!["the request was valid, but the payment or action failed"],
            ),
            (
                409,
                vec!["the same address is being changed by another request; try again"],
            ),
            (
                426,
                vec!["this store or token does not support that version; see --api-version"],
            ),
            (422, vec![]),
        ] {
            assert_eq!(explained(status, "").hints, hints, "{status}");
        }
    }

    #[test]
    fn an_id_is_to_be_checked_only_where_the_path_has_one() {
        let hints = |id, path: &str| {
            let (_, row) = catalog::recharge::API.operation(id).unwrap();
            not_found(&Request::composed(row, path, None), "").hints
        };
        assert_eq!(
            hints("customers.get", "/customers/7"),
            ["check the id, and that it is an id of this store"]
        );
        assert_eq!(hints("customers.list", "/customers"), Vec::<String>::new());
    }

    #[test]
    fn errors_of_an_unproven_write_are_part_of_its_message() {
        let body = br#"{"errors":{"quantity":["bad"]}}"#;
        let form = catalog::recharge::API.error_form(None);
        for (lack, message) in [
            (
                Lack::Errors,
                "the response reports errors (status 200): quantity: bad",
            ),
            (
                Lack::Missing("order"),
                "the response has nothing under \"order\" (status 200)",
            ),
        ] {
            assert_eq!(unproven(form, &lack, 200, None, body).message, message);
        }
    }
}
