//! From the fields of a request's body to the fields of a record.
//!
//! Takes a catalogue row and a checked body; returns values as answers carry
//! them: amounts with two decimals, numbers as numbers, times and days in their
//! one form.

use serde_json::{Value, json};

use crate::values::money::Cents;
use crate::values::record::{self, Record};
use crate::values::time;
use recharge_catalog::{Field, FieldKind, Object, Operation, Parameter, ValueKind};

/// Sets every field of the record that the body gives and the row knows.
/// Fields that the record does not have are left for the rule.
pub(crate) fn fill(record: &mut Record, operation: &Operation, object: &Object, body: &Record) {
    for parameter in operation.body {
        let Some(value) = body.get(parameter.name) else {
            continue;
        };
        if let Some(place) = record.get_mut(parameter.name) {
            *place = normal(parameter, object.field(parameter.name), value);
        }
    }
}

/// A value as answers carry it.
pub(crate) fn normal(parameter: &Parameter, field: Option<&Field>, value: &Value) -> Value {
    if value.is_null() {
        return Value::Null;
    }
    let holds = field.map(|field| field.kind);
    match parameter.kind {
        ValueKind::Id | ValueKind::Integer if holds == Some(FieldKind::Money) => amount(value),
        ValueKind::Id | ValueKind::Integer => record::whole(value).map_or(Value::Null, Value::from),
        ValueKind::Money => amount(value),
        ValueKind::Time | ValueKind::Day => time(holds, value),
        ValueKind::External(key) => match value {
            Value::Object(_) => value.clone(),
            plain => json!({key: record::plain(plain)}),
        },
        ValueKind::Ids => value
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(record::as_id)
            .map(Value::from)
            .collect(),
        _ => value.clone(),
    }
}

fn amount(value: &Value) -> Value {
    Cents::of(value).map_or(Value::Null, Value::from)
}

fn time(holds: Option<FieldKind>, value: &Value) -> Value {
    let text = value.as_str().unwrap_or_default();
    let normal = if holds == Some(FieldKind::Date) {
        time::parse_day(text).map(time::day_text)
    } else {
        time::parse(text).map(time::stamp)
    };
    normal.map_or(Value::Null, Value::from)
}

/// Puts the given fields of an object over those it has (addresses, settings).
pub(crate) fn overlay(target: &mut Value, given: &Value) {
    match (target, given) {
        (Value::Object(target), Value::Object(given)) => {
            for (name, value) in given {
                target.insert(name.clone(), value.clone());
            }
        }
        (target, given) => *target = given.clone(),
    }
}
