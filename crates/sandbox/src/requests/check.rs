//! Whether a request keeps to its catalogue row: required fields, types,
//! enumerations, maxima.
//!
//! Takes a row and a request's query or body; returns all faults at once. What
//! only the state can tell (a missing address, a taken email) is for the rules.

use serde_json::Value;

use crate::requests::refusal::{FieldErrors, Refusal};
use crate::values::money::Cents;
use crate::values::record::{self, Record};
use crate::values::time;
use recharge_catalog::{Operation, Parameter, Type, ValueKind};

/// Name and value pairs of a query string, decoded.
pub(crate) type Query = Vec<(String, String)>;

/// Checks the body against the row.
pub(crate) fn body(operation: &Operation, body: &Record) -> Result<(), Refusal> {
    let mut faults = FieldErrors::default();
    let missing: Vec<&str> = operation
        .body
        .iter()
        .filter(|parameter| !body.contains_key(parameter.name) && is_missing(parameter, body))
        .map(|parameter| parameter.name)
        .collect();
    faults.add_missing(&missing);
    for parameter in operation.body {
        match body.get(parameter.name) {
            None => {}
            Some(Value::Null) if parameter.required => {
                faults.add(parameter.name, "Field may not be null.");
            }
            Some(value) => check_value(parameter, value, &mut faults),
        }
    }
    faults.check()
}

fn is_missing(parameter: &Parameter, body: &Record) -> bool {
    parameter.required
        && parameter.enforced
        && !parameter
            .unless
            .iter()
            .any(|other| !record::is_nothing(body.get(*other)))
}

fn check_value(parameter: &Parameter, value: &Value, faults: &mut FieldErrors) {
    if value.is_null() {
        return;
    }
    if let Some(message) = wrong_type(parameter, value) {
        faults.add(parameter.name, message);
        return;
    }
    for one in texts_of(value) {
        if !parameter.values.is_empty() && !parameter.values.contains(&one) {
            faults.add(parameter.name, not_one_of(one, parameter.values));
        }
    }
    if let Some(maximum) = parameter.maximum
        && size(parameter.kind, value) > i64::from(maximum)
    {
        faults.add(parameter.name, format!("must not be more than {maximum}"));
    }
}

/// The texts to hold against an enumeration: the value, or its items.
fn texts_of(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        other => other.as_str().into_iter().collect(),
    }
}

fn not_one_of(value: &str, values: &[&str]) -> String {
    format!("'{value}' is not one of {}", values.join(", "))
}

fn size(kind: ValueKind, value: &Value) -> i64 {
    match value {
        Value::Array(items) => i64::try_from(items.len()).unwrap_or(i64::MAX),
        other if kind == ValueKind::Integer => record::whole(other).unwrap_or(0),
        _ => 0,
    }
}

/// What is wrong with the type of a value that is not null.
fn wrong_type(parameter: &Parameter, value: &Value) -> Option<String> {
    let (fits, wanted) = match parameter.kind {
        ValueKind::Id => (record::as_id(value).is_some(), "Not a valid integer."),
        ValueKind::Integer => (record::whole(value).is_some(), "Not a valid integer."),
        ValueKind::Text => (value.is_string(), "Not a valid string."),
        ValueKind::Boolean => (value.is_boolean(), "Not a valid boolean."),
        ValueKind::Money => (
            Cents::of(value).is_some_and(|cents| cents >= Cents(0)),
            "Not a valid amount.",
        ),
        ValueKind::Time | ValueKind::Day => {
            let text = value.as_str().unwrap_or_default();
            return time::parse(text).is_none().then(|| not_a_time(value));
        }
        ValueKind::External(key) => (
            value.as_object().is_some_and(|ids| names_one(ids, key)),
            "Not a valid mapping type.",
        ),
        ValueKind::Reference(_) => (value.is_object(), "Not a valid mapping type."),
        ValueKind::Ids => (
            every(value, |item| record::as_id(item).is_some()),
            "Not a valid list of integers.",
        ),
        ValueKind::Texts => (
            every(value, Value::is_string),
            "Not a valid list of strings.",
        ),
        // The reference shows a list of pairs, and for checkouts an object.
        ValueKind::Pairs => (
            value.is_object() || every(value, is_pair),
            "Not a valid list of name and value pairs.",
        ),
        ValueKind::References(field) => (
            every(value, |item| item.get(field).is_some()),
            "Not a valid list of references.",
        ),
        ValueKind::Json => match parameter.sent {
            Type::Object => (value.is_object(), "Not a valid mapping type."),
            Type::Array => (value.is_array(), "Not a valid list."),
            _ => (
                value.is_object() || value.is_array(),
                "Not a valid object or list.",
            ),
        },
    };
    (!fits).then(|| wanted.to_owned())
}

fn every(value: &Value, fits: impl Fn(&Value) -> bool) -> bool {
    value.as_array().is_some_and(|items| items.iter().all(fits))
}

/// Whether an object gives an id under the key of its platform. Null clears it.
fn names_one(ids: &Record, key: &str) -> bool {
    ids.get(key)
        .is_some_and(|id| id.is_null() || id.is_string() || id.is_number())
}

fn is_pair(item: &Value) -> bool {
    item.get("name").is_some_and(Value::is_string) && item.get("value").is_some()
}

/// The message that real answers carry for a time that cannot be read.
fn not_a_time(value: &Value) -> String {
    let shown = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    format!("Invalid date: {shown}. Must be a valid ISO-8601 datetime string")
}

/// Checks the query string against the row. Unknown parameters are let pass.
pub(crate) fn query(operation: &Operation, query: &Query) -> Result<(), Refusal> {
    let mut faults = FieldErrors::default();
    let given = |name: &str| query.iter().any(|(known, _)| known == name);
    let missing: Vec<&str> = operation
        .query
        .iter()
        .filter(|parameter| parameter.required && !given(parameter.name))
        .filter(|parameter| !parameter.unless.iter().any(|other| given(other)))
        .map(|parameter| parameter.name)
        .collect();
    faults.add_missing(&missing);
    for parameter in operation.query {
        if let Some((_, value)) = query.iter().find(|(name, _)| name == parameter.name) {
            check_text(parameter, value, &mut faults);
        }
    }
    faults.check()
}

fn check_text(parameter: &Parameter, text: &str, faults: &mut FieldErrors) {
    let parts: Vec<&str> = if parameter.multiple {
        text.split(',').map(str::trim).collect()
    } else {
        vec![text.trim()]
    };
    for part in parts {
        let fault = match parameter.kind {
            ValueKind::Id | ValueKind::Integer => wrong_number(parameter, part),
            ValueKind::Boolean
                if !matches!(part, "true" | "false" | "True" | "False" | "1" | "0") =>
            {
                Some("Not a valid boolean.".to_owned())
            }
            ValueKind::Time | ValueKind::Day if time::parse(part).is_none() => {
                Some(not_a_time(&Value::from(part)))
            }
            _ if !parameter.values.is_empty() && !parameter.values.contains(&part) => {
                Some(not_one_of(part, parameter.values))
            }
            _ => None,
        };
        if let Some(fault) = fault {
            faults.add(parameter.name, fault);
        }
    }
}

/// Ids and counts are whole and at least one (ids may be anything whole);
/// a maximum is the row's.
fn wrong_number(parameter: &Parameter, part: &str) -> Option<String> {
    let Ok(number) = part.parse::<i64>() else {
        return Some("Not a valid integer.".to_owned());
    };
    match parameter.maximum {
        Some(maximum) if !(1..=i64::from(maximum)).contains(&number) => {
            Some(format!("must be between 1 and {maximum}"))
        }
        None if parameter.kind == ValueKind::Integer && number < 0 => {
            Some("must not be negative".to_owned())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use recharge_catalog as catalog;
    use serde_json::json;

    fn faults(id: &str, body: Value) -> Value {
        let (_, operation) = catalog::recharge::API.operation(id).unwrap();
        match super::body(operation, &record::object(body)) {
            Ok(()) => Value::Null,
            Err(refusal) => refusal.body["errors"].clone(),
        }
    }

    #[test]
    fn everything_that_is_missing_is_said_at_once() {
        let said = faults("customers.create", json!({"last_name": "King"}));
        assert_eq!(
            said,
            json!({"_schema": ["Missing required fields: email, first_name"]})
        );
    }

    #[test]
    fn a_plan_makes_the_intervals_needless() {
        let body = json!({"address_id": 1, "next_charge_scheduled_at": "2026-12-01",
            "quantity": 1, "external_variant_id": {"ecommerce": "1"}, "plan_id": 3});
        assert_eq!(faults("subscriptions.create", body), Value::Null);
    }

    #[test]
    fn wrong_types_enums_and_dates_are_named_by_their_field() {
        let said = faults(
            "discounts.create",
            json!({"code": 5, "value": "much", "value_type": "percent", "starts_at": "test"}),
        );
        assert_eq!(said["code"], json!(["Not a valid string."]));
        assert_eq!(said["value"], json!(["Not a valid amount."]));
        assert!(
            said["value_type"][0]
                .as_str()
                .unwrap()
                .contains("percentage")
        );
        assert_eq!(
            said["starts_at"],
            json!(["Invalid date: test. Must be a valid ISO-8601 datetime string"])
        );
    }

    #[test]
    fn an_object_is_no_list_and_a_list_no_object() {
        let said = faults(
            "orders.update",
            json!({"line_items": {}, "shipping_address": []}),
        );
        assert_eq!(said["line_items"], json!(["Not a valid list."]));
        let wanted = json!(["Not a valid mapping type."]);
        assert_eq!(said["shipping_address"], wanted);
    }

    #[test]
    fn a_page_holds_at_most_250() {
        let (_, operation) = catalog::recharge::API
            .operation("subscriptions.list")
            .unwrap();
        let ask = |limit: &str| query(operation, &vec![("limit".into(), limit.into())]);
        assert!(ask("250").is_ok());
        assert!(ask("251").is_err());
        assert!(ask("0").is_err());
        assert!(ask("many").is_err());
    }
}
