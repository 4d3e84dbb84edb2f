//! Bodies that are given as JSON: taken out of their wrapper, compared with the
//! row, and looked over for slips of the pen.

use serde_json::{Map, Value};

use super::{Flaw, Set, moment, set};
use crate::catalog::{Operation, Parameter, ValueKind};
use crate::error::{Error, Result};
use crate::nearest::{Similarity, nearest};

/// The body of a request that is not of the catalogue: a whole body, fields,
/// or both; fields override. A body alone goes out to the letter.
pub fn free_body(body: Option<&str>, fields: &[Set]) -> Result<String> {
    let mut object = body.map_or_else(|| Ok(Map::new()), object)?;
    if let (Some(text), true) = (body, fields.is_empty()) {
        return Ok(text.trim().to_owned());
    }
    set::apply(&mut object, fields).map_err(Flaw::told)?;
    Ok(Value::Object(object).to_string())
}

/// The object that flags and sets are put into: `--body` without its wrapper,
/// and whether there was one.
pub(super) fn start(
    operation: &Operation,
    text: Option<&str>,
) -> Result<(Map<String, Value>, bool)> {
    let Some(text) = text else {
        return Ok((Map::new(), false));
    };
    let mut object = object(text)?;
    if let Some(wrapper) = operation.wrapper
        && object.len() == 1
        && let Some(Value::Object(inner)) = object.get_mut(wrapper)
    {
        return Ok((std::mem::take(inner), true));
    }
    Ok((object, false))
}

fn object(text: &str) -> Result<Map<String, Value>> {
    let value: Value = serde_json::from_str(text)
        .map_err(|error| Error::usage(format!("--body is not JSON: {error}")))?;
    match value {
        Value::Object(object) => Ok(object),
        _ => Err(Error::usage("--body is not a JSON object")
            .hint("the API takes one object: {\"field\": value, …}")),
    }
}

/// Holds the values of `--body` and `--set` against their rows, too.
pub(super) fn check(operation: &Operation, body: &Map<String, Value>) -> Result<(), Flaw> {
    for (key, value) in body {
        let Some(parameter) = operation.body.iter().find(|known| known.name == key) else {
            continue;
        };
        typed(parameter, value).map_err(|reason| Flaw::Field {
            name: key.clone(),
            value: value.to_string(),
            reason,
        })?;
    }
    Ok(())
}

/// A JSON value where a word would be checked as text.
fn typed(parameter: &Parameter, value: &Value) -> std::result::Result<(), String> {
    if parameter.kind == ValueKind::Json && (value.is_object() || value.is_array()) {
        return super::word::of_shape(parameter, value);
    }
    let word = match value {
        Value::Null => return Ok(()),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match parameter.kind {
        ValueKind::Time | ValueKind::Day if !moment::is_verbatim(&word) => {
            Err("not a date or time".to_owned())
        }
        ValueKind::Text if value.is_array() || value.is_object() => Err("not text".to_owned()),
        ValueKind::Texts | ValueKind::Ids | ValueKind::Pairs if !value.is_array() => {
            Err("not a JSON array".to_owned())
        }
        ValueKind::Texts => value.as_array().into_iter().flatten().try_for_each(|item| {
            super::check(parameter, item.as_str().ok_or("not a list of texts")?)
        }),
        ValueKind::Ids | ValueKind::External(_) => Ok(()),
        _ => super::check(parameter, &word),
    }
}

/// A field that the reference does not list is sent all the same: the API may
/// have grown. But a slip of the pen should not go unnoticed.
pub(super) fn note_unknown(
    operation: &Operation,
    body: &Map<String, Value>,
    notes: &mut Vec<String>,
) {
    for key in body.keys() {
        if operation.body.is_empty() || operation.body.iter().any(|known| known.name == key) {
            continue;
        }
        let known = operation.body.iter().map(|known| known.name);
        let near = nearest(key, known, Similarity::Strict);
        let guess = near.map_or(String::new(), |name| format!("; did you mean {name}?"));
        notes.push(format!(
            "the reference lists no field {key} here; it is sent as given{guess}"
        ));
    }
}
