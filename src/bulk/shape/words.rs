//! The text of a cell as the words of a parameter: trimmed where white space
//! says nothing, lists taken apart, and checked.

use std::borrow::Cow;

use serde_json::Value;

use super::slips;
use crate::api::request;
use crate::catalog::{Parameter, ValueKind};
use crate::filter::{TokenKind, Tokens};

/// The words that a text gives for a parameter. Nothing but white space gives
/// none.
pub(super) fn of(parameter: &Parameter, in_query: bool, text: &str) -> Result<Vec<String>, String> {
    let word = text.trim();
    let words = match parameter.kind {
        ValueKind::Boolean => vec![boolean(word).into_owned()],
        ValueKind::Texts => texts(word)?,
        ValueKind::Ids | ValueKind::References(_) => vec![listed(word)?.into_owned()],
        ValueKind::Json => {
            straight(word)?;
            keeps_numbers(word)?;
            vec![word.to_owned()]
        }
        ValueKind::External(_) | ValueKind::Reference(_) => vec![identity(word)?],
        ValueKind::Pairs => vec![pairs(text)?],
        _ if in_query && parameter.multiple => commas(word),
        _ => vec![word.to_owned()],
    };
    for word in &words {
        checked(parameter, word)?;
    }
    Ok(words)
}

/// Whether JSON with parts can be the value of such a parameter.
pub(super) const fn may_nest(kind: ValueKind) -> bool {
    matches!(
        kind,
        ValueKind::Json
            | ValueKind::External(_)
            | ValueKind::Pairs
            | ValueKind::Ids
            | ValueKind::Texts
            | ValueKind::Reference(_)
            | ValueKind::References(_)
    )
}

/// Checks a word, with the slip that it looks like as the reason.
pub(super) fn checked(parameter: &Parameter, word: &str) -> Result<(), String> {
    request::check(parameter, word).map_err(|reason| slips::telling(parameter, word, reason))
}

/// A text as a part of the body: the value, and whether it is text as it
/// stands. JSON when it parses as such and stays what it was.
pub(super) fn of_part(text: &str, verbatim: bool) -> Result<(String, bool), String> {
    if verbatim {
        return Ok((text.to_owned(), true));
    }
    let word = boolean(text.trim());
    let value = match serde_json::from_str::<Value>(&word) {
        // 10.00, 1e5 and numbers of twenty digits would come out as others.
        Ok(Value::Number(number)) if number.to_string() != *word => None,
        Ok(value) => Some(value),
        Err(error) if word.starts_with(['{', '[']) => return Err(format!("not JSON: {error}")),
        Err(_) => None,
    };
    match value {
        Some(_) => {
            keeps_numbers(&word)?;
            Ok((word.into_owned(), false))
        }
        None => Ok((text.to_owned(), true)),
    }
}

/// Refuses JSON whose quotes a spreadsheet or a chat has replaced.
fn straight(json: &str) -> Result<(), String> {
    let typographic = json.contains(['“', '”', '„']);
    if typographic && serde_json::from_str::<serde::de::IgnoredAny>(json).is_err() {
        return Err("typographic quotes; JSON needs straight ones (\")".to_owned());
    }
    Ok(())
}

/// Refuses JSON in which a number would lose digits.
pub(super) fn keeps_numbers(json: &str) -> Result<(), String> {
    let is_number = |text: &str| text.starts_with(|letter: char| "-0123456789".contains(letter));
    let lost = Tokens::new(json)
        .filter(|token| token.kind == TokenKind::Plain && token.text.len() > 15)
        .filter(|token| is_number(token.text))
        .find(|token| {
            let number: Option<serde_json::Number> = serde_json::from_str(token.text).ok();
            number.is_none_or(|number| number.to_string() != token.text)
        });
    match lost {
        Some(token) => Err(format!(
            "{} has more digits than a number keeps; put it in quotes",
            token.text
        )),
        None => Ok(()),
    }
}

/// Spreadsheets write `TRUE` and `FALSE`.
fn boolean(word: &str) -> Cow<'_, str> {
    if word.eq_ignore_ascii_case("true") || word.eq_ignore_ascii_case("false") {
        Cow::Owned(word.to_ascii_lowercase())
    } else {
        Cow::Borrowed(word)
    }
}

/// An object by the id that it has elsewhere, or as JSON.
fn identity(word: &str) -> Result<String, String> {
    if let Some(slip) = slips::spoilt(word) {
        return Err(slip);
    }
    match word.as_bytes().first() {
        Some(b'{') => keeps_numbers(word)?,
        Some(b'[') => return Err("a list instead of one value".to_owned()),
        _ if word == "null" => {
            return Err("not an id; --null null makes the word mean null".to_owned());
        }
        _ => {}
    }
    Ok(word.to_owned())
}

/// Pairs as a JSON list, or one as `Name=Value`, whose letters all count.
fn pairs(text: &str) -> Result<String, String> {
    let word = text.trim();
    if !word.starts_with('[') {
        return Ok(text.to_owned());
    }
    keeps_numbers(word)?;
    let list: Vec<Value> =
        serde_json::from_str(word).map_err(|error| format!("not JSON: {error}"))?;
    match list.iter().find(|pair| pair.get("name").is_none()) {
        Some(pair) => Err(format!(
            "{pair} has no name; write {{\"name\":…,\"value\":…}}"
        )),
        None => Ok(word.to_owned()),
    }
}

/// A list of texts: as JSON, or between commas.
fn texts(word: &str) -> Result<Vec<String>, String> {
    if !word.starts_with('[') {
        return Ok(commas(word));
    }
    serde_json::from_str(word).map_err(|error| format!("not a JSON list of texts: {error}"))
}

/// A list of ids: between commas, or as JSON, plain or as objects.
fn listed(word: &str) -> Result<Cow<'_, str>, String> {
    if !word.starts_with('[') {
        return Ok(Cow::Borrowed(word));
    }
    let items: Vec<Value> =
        serde_json::from_str(word).map_err(|error| format!("not JSON: {error}"))?;
    keeps_numbers(word)?;
    if items.iter().all(Value::is_object) {
        return Ok(Cow::Borrowed(word));
    }
    let ids: Option<Vec<String>> = items.iter().map(plain).collect();
    ids.map(|ids| Cow::Owned(ids.join(",")))
        .ok_or_else(|| "not a list of ids".to_owned())
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.contains(',') => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn commas(word: &str) -> Vec<String> {
    word.split(',')
        .map(|part| part.trim().to_owned())
        .filter(|part| !part.is_empty())
        .collect()
}
