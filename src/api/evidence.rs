//! Whether a 2xx answer proves that a write was carried out. Pure.
//!
//! Takes the row of the operation, the request and the answer; returns nothing,
//! or what the proof lacks. A gateway, a proxy or a page for maintenance
//! answers 200 as well: the status alone proves nothing.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use percent_encoding::percent_decode_str;
use serde_json::error::Category;
use serde_json::value::RawValue;

use crate::api::query;
use crate::api::request::{Request, sent};
use crate::catalog::{Object, Operation, ResponseShape};

/// What an answer lacks to prove that a write was carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lack {
    /// The status is not one of a completed request.
    Status,
    /// An object is expected, and the body is empty.
    Empty,
    /// The body ends before its JSON does.
    BrokenOff,
    /// The body is not JSON.
    NotJson,
    /// The body reports errors, and does not hold what is expected.
    Errors,
    /// There is nothing usable under the key.
    Missing(&'static str),
    /// The object does not say which one it is; the field that should.
    Unidentified(&'static str),
    /// The object is another than the one that the request names.
    Another {
        /// The id that the request names.
        wanted: String,
        /// The id that the answer holds.
        found: String,
    },
    /// There is a body where the operation answers none.
    Unexpected,
}

impl fmt::Display for Lack {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status => out.write_str("the response has a status that does not prove success"),
            Self::Empty => out.write_str("the response is empty"),
            Self::BrokenOff => out.write_str("the response was cut off"),
            Self::NotJson => out.write_str("the response is not JSON"),
            Self::Errors => out.write_str("the response reports errors"),
            Self::Missing(key) => write!(out, "the response has nothing under \"{key}\""),
            Self::Unidentified(field) => write!(out, "the response has an object without {field}"),
            Self::Another { wanted, found } => {
                write!(out, "the response is about {found}, not about {wanted}")
            }
            Self::Unexpected => out.write_str("the response does not match this operation"),
        }
    }
}

/// Judges a 2xx answer to a write by the row of its operation; `id` is the field
/// that identifies an object.
///
/// Without a row only what no success looks like is turned down.
///
/// # Errors
/// What is missing. The write may have been carried out all the same.
pub fn judge(
    row: Option<&Operation>,
    id: &'static str,
    request: &Request,
    status: u16,
    body: &[u8],
) -> Result<(), Lack> {
    let body = body.trim_ascii();
    let Some(row) = row else {
        return judge_without_row(status, body);
    };
    if !proves(row, status) {
        return Err(Lack::Status);
    }
    match row.response {
        ResponseShape::Nothing => nothing(row, status, body),
        answer => {
            let members = members(body)?;
            holds(row, id, answer, request, &members).map_err(|lack| {
                if reports_errors(&members) {
                    Lack::Errors
                } else {
                    lack
                }
            })
        }
    }
}

/// Whether a status can be that of a success of the row. The live API answers
/// 200 where its reference states 201, and the reverse. 202 promises, and 206
/// is a part of an answer that was not asked for.
fn proves(row: &Operation, status: u16) -> bool {
    match status {
        206 => false,
        204 => row.success == 204 || matches!(row.response, ResponseShape::Nothing),
        200 | 201 => true,
        _ => status == row.success,
    }
}

/// An unknown operation: any JSON but errors alone, or no body.
fn judge_without_row(status: u16, body: &[u8]) -> Result<(), Lack> {
    if status == 206 {
        return Err(Lack::Status);
    }
    if body.is_empty() {
        return Ok(());
    }
    match members(body) {
        Ok(members) if reports_errors(&members) && members.keys().all(|key| is_remark(key)) => {
            Err(Lack::Errors)
        }
        // A list, a text or a number is for the caller to judge.
        Ok(_) | Err(Lack::Unexpected) => Ok(()),
        Err(lack) => Err(lack),
    }
}

/// An operation that answers nothing: no body, or an empty one. With the status
/// that the row states there may be more, as long as it is not an error.
fn nothing(row: &Operation, status: u16, body: &[u8]) -> Result<(), Lack> {
    // PHP writes an empty object as an empty list.
    if status == 204 || matches!(body, b"" | b"null") || is_empty(body) {
        return Ok(());
    }
    let members = members(body)?;
    if reports_errors(&members) {
        return Err(Lack::Errors);
    }
    if status == row.success && !members.keys().all(|key| is_remark(key)) {
        return Ok(());
    }
    Err(Lack::Unexpected)
}

/// `{}` or `[]`, with or without blanks in it.
fn is_empty(body: &[u8]) -> bool {
    let inside = |open, close| body.strip_prefix(open)?.strip_suffix(close);
    inside(b"{", b"}")
        .or_else(|| inside(b"[", b"]"))
        .is_some_and(|inside| inside.trim_ascii().is_empty())
}

type BodyMembers<'a> = BTreeMap<Cow<'a, str>, &'a RawValue>;

/// The members of a JSON object; `Unexpected` for JSON of another form.
fn members(body: &[u8]) -> Result<BodyMembers<'_>, Lack> {
    if body.is_empty() {
        return Err(Lack::Empty);
    }
    if !body.starts_with(b"{") {
        let is_json = serde_json::from_slice::<&RawValue>(body);
        return Err(is_json.map_or_else(|error| unreadable(&error), |_| Lack::Unexpected));
    }
    serde_json::from_slice(body).map_err(|error| unreadable(&error))
}

fn unreadable(error: &serde_json::Error) -> Lack {
    match error.classify() {
        Category::Eof => Lack::BrokenOff,
        Category::Data | Category::Syntax | Category::Io => Lack::NotJson,
    }
}

/// Whether the body has a member for errors that says something.
fn reports_errors(members: &BodyMembers<'_>) -> bool {
    ["errors", "error"].into_iter().any(|name| {
        members.get(name).is_some_and(|value| {
            !matches!(value.get(), "null" | "\"\"" | "false") && !is_empty(value.get().as_bytes())
        })
    })
}

/// Whether a member speaks about the request rather than about an object.
fn is_remark(name: &str) -> bool {
    matches!(
        name,
        "error" | "errors" | "warning" | "warnings" | "message" | "status" | "code"
    )
}

/// Whether the body contains what the row answers with.
fn holds(
    row: &Operation,
    id: &'static str,
    answer: ResponseShape,
    request: &Request,
    members: &BodyMembers<'_>,
) -> Result<(), Lack> {
    let key = answer.key().unwrap_or_default();
    let found = members.get(key).map(|value| value.get());
    let missing = || Lack::Missing(key);
    match answer {
        ResponseShape::Nothing => Ok(()),
        ResponseShape::Number(_) => {
            let text = found.unwrap_or_default().trim_matches('"');
            text.parse::<u64>().map(drop).map_err(|_| missing())
        }
        ResponseShape::One(_, object) => {
            let found = found.filter(|value| value.starts_with('{'));
            is_the_one(row, id, object, request, found.ok_or_else(missing)?)
        }
        ResponseShape::Bare(_, object) => {
            let is_wrapped = found.is_some_and(|value| value.starts_with('{'));
            let mut fields = object.fields.iter();
            if is_wrapped || fields.any(|field| members.contains_key(field.name)) {
                Ok(())
            } else {
                Err(missing())
            }
        }
        ResponseShape::OneInList(..)
        | ResponseShape::Many(..)
        | ResponseShape::Page(..)
        | ResponseShape::BarePage(_) => {
            let items: Vec<&RawValue> = found
                .and_then(|list| serde_json::from_str(list).ok())
                .ok_or_else(missing)?;
            // A list without anything in it shows nothing that was done.
            if items.is_empty() || !items.iter().all(|item| item.get().starts_with('{')) {
                return Err(missing());
            }
            Ok(())
        }
    }
}

/// Whether an object says which one it is, and is the one that was named.
fn is_the_one(
    row: &Operation,
    id: &'static str,
    object: &Object,
    request: &Request,
    found: &str,
) -> Result<(), Lack> {
    let fields: BodyMembers<'_> = serde_json::from_str(found).map_err(|_| Lack::NotJson)?;
    let named = sent::identified_by(row, request.body.as_deref());
    let field = match named {
        Some(field) => field,
        None if object.field(id).is_some() => id,
        None if fields.is_empty() => return Err(Lack::Unexpected),
        None => return Ok(()),
    };
    let found = fields.get(field).and_then(|value| identity(value));
    let found = found.ok_or(Lack::Unidentified(field))?;
    let path = query::split(&request.path).0;
    let wanted = named
        .and_then(|_| row.path_values(path))
        .and_then(|names| names.first().copied())
        .map(|name| percent_decode_str(name).decode_utf8_lossy().into_owned());
    match wanted {
        Some(wanted) if !is_same(&wanted, &found) => Err(Lack::Another { wanted, found }),
        _ => Ok(()),
    }
}

/// A number or text as text; of an external id, that of the shop.
fn identity(value: &RawValue) -> Option<String> {
    use serde_json::Value;
    let text = |value: &Value| match value {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        _ => None,
    };
    let value: Value = serde_json::from_str(value.get()).ok()?;
    text(&value).or_else(|| text(value.get("ecommerce")?))
}

fn is_same(one: &str, other: &str) -> bool {
    match (one.parse::<u128>(), other.parse::<u128>()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}

#[cfg(test)]
#[path = "evidence_tests.rs"]
mod tests;
