//! The words of a parameter as the API takes them: text in a query, JSON in a
//! body. The words have been checked; what kind they are of decides the form.

use serde_json::{Map, Value};

use super::GivenValue;
use super::moment::{Moment, Now};
use crate::catalog::{Parameter, Type, ValueKind};

/// A word as it is in a query, or as text in a body.
pub(super) fn plain(parameter: &Parameter, word: &str, now: &Now) -> String {
    let written = match parameter.kind {
        ValueKind::Time => {
            Moment::parse(word).map(|moment| moment.as_time_at(now, parameter.bare_day))
        }
        ValueKind::Day => Moment::parse(word).map(|moment| moment.as_day(now)),
        _ => return word.to_owned(),
    };
    written.unwrap_or_else(|_| word.to_owned())
}

/// The words of a parameter as the JSON that the body carries.
pub(super) fn nested(given: &GivenValue, now: &Now) -> Value {
    let parameter = given.parameter;
    let last = given.words.last().map_or("", String::as_str);
    match parameter.kind {
        ValueKind::External(key) => object_or(last, || one(key, Value::String(last.to_owned()))),
        ValueKind::Pairs => given.words.iter().flat_map(|word| pairs(word)).collect(),
        ValueKind::Ids => commas(&given.words)
            .map(|id| scalar(Type::Integer, id))
            .collect(),
        ValueKind::Texts => given.words.iter().cloned().map(Value::String).collect(),
        ValueKind::Reference(field) => object_or(last, || reference(field, last)),
        ValueKind::References(_) if last.starts_with('[') => object_or(last, || Value::Null),
        ValueKind::References(field) => commas(&given.words)
            .map(|id| reference(field, id))
            .collect(),
        ValueKind::Json => object_or(last, || Value::String(last.to_owned())),
        _ => scalar(parameter.sent, &plain(parameter, last, now)),
    }
}

fn commas(words: &[String]) -> impl Iterator<Item = &str> {
    words.iter().flat_map(|word| word.split(',')).map(str::trim)
}

fn object_or(word: &str, otherwise: impl FnOnce() -> Value) -> Value {
    let json = word.starts_with(['{', '[']) || word == "null";
    match serde_json::from_str(word) {
        Ok(value) if json => value,
        _ => otherwise(),
    }
}

fn pairs(word: &str) -> Vec<Value> {
    if word.starts_with('[') {
        return serde_json::from_str(word).unwrap_or_default();
    }
    let (name, value) = word.split_once('=').unwrap_or((word, ""));
    let mut pair = Map::new();
    pair.insert("name".to_owned(), Value::String(name.to_owned()));
    pair.insert("value".to_owned(), Value::String(value.to_owned()));
    vec![Value::Object(pair)]
}

fn reference(field: &str, id: &str) -> Value {
    let sent = if field == "id" {
        Type::Integer
    } else {
        Type::String
    };
    one(field, scalar(sent, id))
}

fn one(key: &str, value: Value) -> Value {
    let mut object = Map::new();
    object.insert(key.to_owned(), value);
    Value::Object(object)
}

fn scalar(sent: Type, text: &str) -> Value {
    match sent {
        Type::Integer => text
            .parse::<i64>()
            .map_or_else(|_| text.into(), Value::from),
        Type::Boolean => Value::Bool(text == "true"),
        _ => Value::String(text.to_owned()),
    }
}
