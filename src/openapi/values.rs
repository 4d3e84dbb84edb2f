//! The forms of parameter values: in a path or a query, where all is text, and
//! in a JSON body.

use serde_json::{Map, Value, json};

use super::schema_of;
use crate::catalog::{Parameter, Type, ValueKind};

/// Moments and days of requests, which many parameters share.
const TIME: &str = "TimeToSend";
const DAY: &str = "DayToSend";

/// The schemas that parameters point to.
pub(super) fn schemas() -> Map<String, Value> {
    let shape = |first: &str, second: &str| json!([{"format": first}, {"format": second}]);
    let mut schemas = Map::new();
    schemas.insert(
        TIME.to_owned(),
        json!({
            "type": "string",
            "description": "a time in ISO 8601, or a day",
            "anyOf": shape("date-time", "date"),
        }),
    );
    schemas.insert(
        DAY.to_owned(),
        json!({
            "type": "string",
            "description": "a day in ISO 8601, or a time on it",
            "anyOf": shape("date", "date-time"),
        }),
    );
    schemas
}

/// A value of a path or a query. The types of the reference's lists do not
/// matter there; what the value means does.
pub(super) fn in_text(parameter: &Parameter) -> Value {
    let one = restricted(plain(parameter.kind, Type::Unstated), parameter);
    let mut schema = if parameter.multiple {
        // `ids=` names nothing.
        let mut list = json!({"type": "array", "items": one, "minItems": 1});
        if let Some(maximum) = parameter.maximum {
            list["maxItems"] = maximum.into();
        }
        list
    } else {
        one
    };
    if let Some(default) = parameter.default {
        let default = typed(parameter.kind, default);
        schema["default"] = if parameter.multiple {
            json!([default])
        } else {
            default
        };
    }
    schema
}

/// A value of a body.
pub(super) fn in_json(parameter: &Parameter) -> Value {
    let mut schema = match parameter.kind {
        ValueKind::External(key) => holding(key, &json!({"type": "string"})),
        ValueKind::Pairs => json!({
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "value"],
                "properties": {"name": {"type": "string"}, "value": {"type": "string"}},
            },
        }),
        ValueKind::Ids => json!({"type": "array", "items": plain(ValueKind::Id, Type::Integer)}),
        ValueKind::Texts => {
            let item = restricted(json!({"type": "string"}), parameter);
            json!({"type": "array", "items": item})
        }
        ValueKind::Reference(field) => named_by(field),
        ValueKind::References(field) => json!({"type": "array", "items": named_by(field)}),
        ValueKind::Json => match parameter.sent {
            Type::Object => json!({"type": "object"}),
            Type::Array => json!({"type": "array"}),
            _ => json!({}),
        },
        kind => restricted(plain(kind, parameter.sent), parameter),
    };
    if schema["type"] == "array"
        && let Some(maximum) = parameter.maximum
    {
        schema["maxItems"] = maximum.into();
    }
    if let Some(default) = parameter.default {
        schema["default"] = typed(parameter.kind, default);
    }
    schema
}

/// One value without parts. Where the reference's lists and examples differ on
/// whether a number goes as text, both may be sent; what its lists state comes
/// first. In a query (`Unstated`) there is nothing to differ on.
fn plain(kind: ValueKind, sent: Type) -> Value {
    match (kind, sent) {
        (ValueKind::Id, Type::String) => json!({
            "type": ["string", "integer"],
            "format": "int64",
            "minimum": 1,
            "pattern": "^[0-9]+$",
        }),
        (ValueKind::Id, _) => json!({"type": "integer", "format": "int64", "minimum": 1}),
        (ValueKind::Integer, Type::String) => whole(&["string", "integer"]),
        (ValueKind::Integer, Type::Integer) => whole(&["integer", "string"]),
        (ValueKind::Integer, _) => json!({"type": "integer"}),
        (ValueKind::Boolean, _) => json!({"type": "boolean"}),
        (ValueKind::Time, _) => schema_of(TIME),
        (ValueKind::Day, _) => schema_of(DAY),
        (ValueKind::Money, _) => json!({
            "type": ["string", "number"],
            "minimum": 0,
            "pattern": "^[0-9]+(\\.[0-9]+)?$",
        }),
        _ => json!({"type": "string"}),
    }
}

fn whole(types: &[&str]) -> Value {
    json!({"type": types, "pattern": "^-?[0-9]+$"})
}

/// Adds what the row allows.
fn restricted(mut schema: Value, parameter: &Parameter) -> Value {
    if !parameter.values.is_empty() {
        schema["enum"] = json!(parameter.values);
    }
    if let Some(maximum) = parameter.maximum
        && parameter.kind == ValueKind::Integer
    {
        schema["maximum"] = maximum.into();
    }
    schema
}

fn named_by(field: &str) -> Value {
    let kind = if field == "id" {
        ValueKind::Id
    } else {
        ValueKind::Text
    };
    holding(field, &plain(kind, Type::Unstated))
}

fn holding(key: &str, value: &Value) -> Value {
    json!({"type": "object", "required": [key], "properties": {key: value}})
}

/// A default as JSON.
fn typed(kind: ValueKind, text: &str) -> Value {
    let number = || text.parse::<i64>().ok().map(Value::from);
    let typed = match kind {
        ValueKind::Id | ValueKind::Integer => number(),
        ValueKind::Boolean => text.parse().ok().map(Value::Bool),
        _ => None,
    };
    typed.unwrap_or_else(|| text.into())
}
