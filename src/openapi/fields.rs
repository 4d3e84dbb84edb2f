//! The objects that the API answers with, as schemas.
//!
//! They say what may come: every field may be null or missing, and there may be
//! more. A field takes the types of what it holds, of what the reference
//! states, and of what its examples show, for these three differ at times.

use serde_json::{Map, Value, json};

use super::schema_of;
use crate::catalog::recharge::{API, INCLUDED};
use crate::catalog::{Field, FieldKind, Object, ParameterRole, Type};

/// Moments, days and amounts of answers, which many fields share.
const TIME: &str = "Time";
const DAY: &str = "Day";
const AMOUNT: &str = "Amount";

/// The order in which a field's types are listed.
const TYPES: &[&str] = &[
    "string", "integer", "number", "boolean", "object", "array", "null",
];

/// The schemas that answers point to: every object of the catalogue.
pub(super) fn schemas() -> Map<String, Value> {
    let mut schemas = shared();
    let of_resources = API.resources.iter().map(|resource| resource.object);
    let of_answers = API
        .operations()
        .filter_map(|(_, row)| row.response.object());
    for object in of_resources.chain(of_answers) {
        if !schemas.contains_key(object.name) {
            schemas.insert(object.name.to_owned(), described(object));
        }
    }
    schemas
}

fn shared() -> Map<String, Value> {
    let begins_with_a_day = "^[0-9]{4}-[0-9]{2}-[0-9]{2}";
    let mut shared = Map::new();
    let mut say = |name: &str, schema| shared.insert(name.to_owned(), schema);
    say(
        TIME,
        json!({
            "type": ["string", "null"],
            "description": "a time in ISO 8601; some responses leave out the offset, or the time \
                of day",
            "pattern": begins_with_a_day,
        }),
    );
    say(
        DAY,
        json!({
            "type": ["string", "null"],
            "description": "a day in ISO 8601; some responses add a time of day",
            "pattern": begins_with_a_day,
        }),
    );
    say(
        AMOUNT,
        json!({
            "type": ["string", "number", "null"],
            "description": "a decimal amount; as text, but some responses have a number",
        }),
    );
    shared
}

fn described(object: &Object) -> Value {
    let mut properties = Map::new();
    for field in object.fields {
        properties.insert(field.name.to_owned(), schema(field));
    }
    if may_include(object) {
        let about = "related objects, by the names in `include`";
        let include = json!({"type": "object", "description": about});
        properties.insert(INCLUDED.to_owned(), include);
    }
    json!({"type": "object", "properties": properties, "additionalProperties": true})
}

/// Whether an operation that answers with the object takes `include`.
fn may_include(object: &Object) -> bool {
    API.operations().any(|(_, operation)| {
        let answers = operation.response.object();
        answers.is_some_and(|answered| answered.name == object.name)
            && operation.query_for(ParameterRole::Include).is_some()
    })
}

fn schema(field: &Field) -> Value {
    // The reference shows it and says nothing of its type, so nothing is known.
    if field.documented == Type::Unstated {
        return json!({});
    }
    let types = types(field);
    match field.kind {
        FieldKind::Time if types == ["string", "null"] => schema_of(TIME),
        FieldKind::Date if types == ["string", "null"] => schema_of(DAY),
        FieldKind::Money if types == ["string", "number", "null"] => schema_of(AMOUNT),
        FieldKind::Id => json!({"type": types, "format": "int64"}),
        FieldKind::Parts(parts) => {
            let properties = properties(parts);
            let mut schema = json!({"type": types, "properties": properties});
            if types.contains(&"array") {
                schema["items"] = json!({"type": "object", "properties": properties});
            }
            schema
        }
        _ if field.values.is_empty() => json!({"type": types}),
        // The values of a list are those of its items.
        FieldKind::Json => json!({"type": types, "items": {"enum": field.values}}),
        _ => {
            let mut values: Vec<Value> = field.values.iter().map(|value| json!(value)).collect();
            values.push(Value::Null);
            json!({"type": types, "enum": values})
        }
    }
}

/// The JSON types that a field may have.
fn types(field: &Field) -> Vec<&'static str> {
    let held: &[&str] = match field.kind {
        FieldKind::Id | FieldKind::Integer => &["integer"],
        FieldKind::Text | FieldKind::Time | FieldKind::Date => &["string"],
        FieldKind::Boolean => &["boolean"],
        FieldKind::Money => &["string", "number"],
        FieldKind::Parts(_) => &["object"],
        FieldKind::Json => &["object", "array"],
    };
    let stated = [field.documented, field.shown].map(json_type);
    let has = |name: &str| held.contains(&name) || stated.contains(&Some(name));
    TYPES
        .iter()
        .copied()
        .filter(|name| *name == "null" || has(name))
        // Any integer is a number.
        .filter(|name| !(*name == "integer" && has("number")))
        .collect()
}

const fn json_type(of: Type) -> Option<&'static str> {
    Some(match of {
        Type::Integer => "integer",
        Type::Number => "number",
        Type::String | Type::DateTime | Type::Date => "string",
        Type::Boolean => "boolean",
        Type::Object => "object",
        Type::Array => "array",
        Type::Unstated => return None,
    })
}

/// Parts of an object field; a dotted name is a part of a part.
fn properties(parts: &[&str]) -> Map<String, Value> {
    let mut properties = Map::new();
    for part in parts {
        let (name, inner) = part.split_once('.').unwrap_or((part, ""));
        let schema = properties
            .entry(name)
            .or_insert_with(|| Value::Object(Map::new()));
        if !inner.is_empty() {
            schema["type"] = json!(["object", "null"]);
            schema["properties"][inner] = json!({});
        }
    }
    properties
}
