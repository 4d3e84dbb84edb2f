//! Values of an object around a change: which fields of it matter to an
//! operation, whether two readings agree, and what an answer proves. Pure.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::settle::says_the_same;
use crate::catalog::{OldValue, Operation, OperationAction, Resource, UndoValues};

/// Fields of an object by name.
pub type ObjectValues = Map<String, Value>;

/// Most differences that a message names.
const NAMED: usize = 5;

/// Longest value that a message shows, in letters.
const LONGEST: usize = 60;

/// The field that says how far an object is; most objects have it.
const STATUS: &str = "status";

/// The fields of a body, without the key that wraps them.
#[must_use]
pub fn sent(operation: &Operation, body: Option<&str>) -> ObjectValues {
    let parsed = body.and_then(|body| serde_json::from_str(body).ok());
    let Some(Value::Object(mut fields)) = parsed else {
        return ObjectValues::new();
    };
    match operation.wrapper.and_then(|wrapper| fields.remove(wrapper)) {
        Some(Value::Object(inner)) => inner,
        _ => fields,
    }
}

/// The field of the object that a parameter sets.
#[must_use]
pub fn field_of<'a>(resource: &Resource, operation: &Operation, parameter: &'a str) -> &'a str {
    let by =
        |operation: &Operation| old_values(operation).find(|value| value.parameter == parameter);
    // An operation that undoes itself says where its parameters are read.
    let own = by(operation).filter(|value| resource.object.field(value.field).is_some());
    own.map_or(parameter, |value| value.field)
}

/// Where the steps that undo an operation read old values.
fn old_values(operation: &Operation) -> impl Iterator<Item = &'static OldValue> + use<> {
    let steps = operation.undo.list().iter();
    steps.flat_map(|step| match step.values {
        UndoValues::Fields(values) => values,
        _ => &[],
    })
}

/// The fields that an operation may change, or whose old values undo it.
#[must_use]
pub fn watched(resource: &Resource, operation: &Operation) -> Vec<&'static str> {
    let own = operation.body.iter().map(|parameter| parameter.name);
    let old = old_values(operation).map(|value| first(value.field));
    let left = operation.leaves.iter().map(|(field, _)| *field);
    // A deletion is undone with all that a new object takes.
    let whole = (operation.action == OperationAction::Delete)
        .then(|| resource.operation_to(OperationAction::Create))
        .flatten();
    let whole = whole.into_iter().flat_map(|create| create.body);
    let mut fields: Vec<&'static str> = Vec::new();
    for name in own
        .chain(old)
        .chain(left)
        .chain(whole.map(|parameter| parameter.name))
        .chain([STATUS])
    {
        if resource.object.field(name).is_some() && !fields.contains(&name) {
            fields.push(name);
        }
    }
    fields
}

/// The values of fields in a record; one that it lacks is null.
#[must_use]
pub fn values_of(record: &Value, fields: &[&str]) -> ObjectValues {
    let value = |field: &str| record.get(field).cloned().unwrap_or(Value::Null);
    fields
        .iter()
        .map(|field| ((*field).to_owned(), value(field)))
        .collect()
}

/// The value at a dotted path, in which a number is the place in a list.
#[must_use]
pub fn at<'a>(values: &'a ObjectValues, path: &str) -> Option<&'a Value> {
    let mut parts = path.split('.');
    let mut found = values.get(parts.next()?)?;
    for part in parts {
        found = match part.parse::<usize>() {
            Ok(place) => found.get(place)?,
            Err(_) => found.get(part)?,
        };
    }
    Some(found)
}

fn first(path: &'static str) -> &'static str {
    path.split('.').next().unwrap_or(path)
}

/// Whether two values say the same: a number may be a text, a day a time, and
/// nothing an empty object of nothing.
#[must_use]
pub fn agree(one: &Value, other: &Value) -> bool {
    if is_nothing(one) || is_nothing(other) {
        return is_nothing(one) && is_nothing(other);
    }
    if let (Value::Object(left), Value::Object(right)) = (one, other) {
        let names = left.keys().chain(right.keys());
        return names.into_iter().all(|name| {
            let part = |fields: &ObjectValues| fields.get(name).cloned().unwrap_or_default();
            agree(&part(left), &part(right))
        });
    }
    if let (Value::Array(left), Value::Array(right)) = (one, other) {
        return left.len() == right.len()
            && left.iter().zip(right).all(|(one, other)| agree(one, other));
    }
    if let (Value::String(one), Value::String(other)) = (one, other)
        && let (Some(one), Some(other)) = (moment(one), moment(other))
        && one == other
    {
        return true;
    }
    says_the_same(one, other)
}

/// Null, and an object or a text without anything in it.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Object(fields) => fields.values().all(is_nothing),
        Value::Array(items) => items.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The moment that a text names: a day, or a time with or without an offset.
fn moment(text: &str) -> Option<Timestamp> {
    let is_dated =
        text.len() >= 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[0].is_ascii_digit();
    if !is_dated {
        return None;
    }
    text.parse().ok().or_else(|| {
        let time: DateTime = text.parse().ok()?;
        time.to_zoned(TimeZone::UTC)
            .ok()
            .map(|zoned| zoned.timestamp())
    })
}

/// Whether an answer repeats what was sent. Stores trim texts and change the
/// case of letters.
fn repeats(sent: &Value, answered: &Value) -> bool {
    if agree(sent, answered) {
        return true;
    }
    match (sent, answered) {
        (Value::String(sent), Value::String(answered)) => {
            sent.trim().to_lowercase() == answered.trim().to_lowercase()
        }
        // Fields of an object that were not sent stay unchanged.
        (Value::Object(sent), Value::Object(answered)) => sent
            .iter()
            .all(|(name, value)| repeats(value, answered.get(name).unwrap_or(&Value::Null))),
        (Value::Array(sent), Value::Array(answered)) => {
            sent.len() == answered.len()
                && sent
                    .iter()
                    .zip(answered)
                    .all(|(one, other)| repeats(one, other))
        }
        _ => false,
    }
}

/// The fields of which two readings differ, with both values.
#[must_use]
pub fn differences(expected: &ObjectValues, seen: &ObjectValues) -> Vec<(String, Value, Value)> {
    let found = expected.iter().filter_map(|(field, value)| {
        let other = seen.get(field).unwrap_or(&Value::Null);
        (!agree(value, other)).then(|| (field.clone(), value.clone(), other.clone()))
    });
    found.collect()
}

/// `quantity was 1 and is 2`.
#[must_use]
pub fn in_words(differences: &[(String, Value, Value)]) -> String {
    let named = differences.iter().take(NAMED);
    let mut parts: Vec<String> = named
        .map(|(field, was, is)| format!("{field} was {} and is {}", shown(was), shown(is)))
        .collect();
    if differences.len() > NAMED {
        parts.push(format!("{} more", differences.len() - NAMED));
    }
    parts.join(", ")
}

/// A value as a message shows it.
#[must_use]
pub fn shown(value: &Value) -> String {
    let text = match value {
        Value::Null => "empty".to_owned(),
        Value::String(text) if text.is_empty() => "empty".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    crate::excerpt::shortened(&text, LONGEST).into_owned()
}

/// The values that an object has after an operation, as far as the request
/// says so.
#[must_use]
pub fn intended(resource: &Resource, operation: &Operation, body: Option<&str>) -> ObjectValues {
    let mut values = ObjectValues::new();
    for (name, value) in sent(operation, body) {
        let field = field_of(resource, operation, &name);
        if resource.object.field(field).is_some() {
            values.insert(field.to_owned(), value);
        }
    }
    for (field, value) in operation.leaves {
        values.insert((*field).to_owned(), (*value).into());
    }
    values
}

/// What an answered record proves of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// It has the values that were sent.
    Changed,
    /// It has the values of before: nothing happened. Which field lacks what.
    Unchanged(String),
    /// It has others, in words.
    Other(String),
}

/// The fields of a record that do not have the value that was sent, with both
/// values. A field that the record does not show says nothing.
#[must_use]
pub fn lacking(intended: &ObjectValues, record: &Value) -> Vec<(String, Value, Value)> {
    let lacking = intended.iter().filter_map(|(field, value)| {
        let other = record.get(field)?;
        (!repeats(value, other)).then(|| (field.clone(), value.clone(), other.clone()))
    });
    lacking.collect()
}

/// Holds an answered record against what was sent, and what was before.
#[must_use]
pub fn judge(intended: &ObjectValues, before: Option<&ObjectValues>, answered: &Value) -> Proof {
    let lacking = lacking(intended, answered);
    if lacking.is_empty() {
        return Proof::Changed;
    }
    let parts: Vec<String> = lacking
        .iter()
        .take(NAMED)
        .map(|(field, wanted, is)| format!("{field} is {}, not {}", shown(is), shown(wanted)))
        .collect();
    let words = parts.join(", ");
    let is_as_before = before.is_some_and(|before| {
        let shown = before
            .iter()
            .filter(|(field, _)| answered.get(field).is_some());
        shown
            .into_iter()
            .all(|(field, value)| agree(value, &answered[field]))
    });
    if is_as_before {
        Proof::Unchanged(words)
    } else {
        Proof::Other(words)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::catalog::recharge::API;

    fn fields(value: Value) -> ObjectValues {
        let Value::Object(fields) = value else {
            panic!("{value} is no object")
        };
        fields
    }

    #[test]
    fn an_answer_that_shows_the_old_values_is_no_success() {
        let sent = fields(json!({"quantity": 2, "price": "10"}));
        let before = fields(json!({"quantity": 1, "price": "9.00"}));
        for (answered, proof) in [
            (json!({"quantity": "2", "price": "10.00"}), Proof::Changed),
            (json!({"id": 5}), Proof::Changed),
            (
                json!({"quantity": 1, "price": "9.00"}),
                Proof::Unchanged("quantity is 1, not 2, price is 9.00, not 10".to_owned()),
            ),
            (
                json!({"quantity": 2, "price": "9.00"}),
                Proof::Other("price is 9.00, not 10".to_owned()),
            ),
        ] {
            assert_eq!(judge(&sent, Some(&before), &answered), proof, "{answered}");
        }
    }

    #[test]
    fn values_agree_in_whatever_words_they_come() {
        for (one, other) in [
            (json!("10"), json!("10.00")),
            (json!(3), json!("3")),
            (json!("2026-12-01"), json!("2026-12-01T00:00:00")),
            (
                json!("2027-01-09T00:00:00"),
                json!("2027-01-09T00:00:00+00:00"),
            ),
            (
                json!("2027-01-09T05:00:00Z"),
                json!("2027-01-09T00:00:00-05:00"),
            ),
            (json!({"ecommerce": null}), Value::Null),
            (json!([]), Value::Null),
            (json!({"a": 1}), json!({"a": 1, "b": null})),
        ] {
            assert!(agree(&one, &other) && agree(&other, &one), "{one} {other}");
        }
        for (one, other) in [
            (json!("a"), json!("A")),
            (json!(0), Value::Null),
            (json!(false), Value::Null),
            (json!({"a": 1}), json!({"a": 1, "b": 2})),
            (json!(["a", "b"]), json!(["b", "a"])),
        ] {
            assert!(!agree(&one, &other), "{one} {other}");
        }
    }

    #[test]
    fn the_fields_of_a_verb_are_those_that_it_changes_and_those_that_undo_it() {
        let of = |name: &str| {
            let (resource, operation) = API.operation(name).unwrap();
            watched(resource, operation)
        };
        assert_eq!(
            of("subscriptions.cancel"),
            [
                "cancellation_reason",
                "cancellation_reason_comments",
                "next_charge_scheduled_at",
                "status"
            ]
        );
        let (resource, operation) = API.operation("subscriptions.set_next_charge_date").unwrap();
        let body = Some("{\"date\":\"2026-12-01\"}");
        assert_eq!(
            Value::from(intended(resource, operation, body)).to_string(),
            "{\"next_charge_scheduled_at\":\"2026-12-01\"}"
        );
    }
}
