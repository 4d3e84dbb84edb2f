//! The difference between an object and the fields that a write sets. Pure.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

/// A value that changes.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::commands) struct FieldDifference {
    /// The dotted path of the field.
    pub(in crate::commands) field: String,
    /// The value before; `None` where the object does not have the field.
    pub(in crate::commands) before: Option<Value>,
    /// The value after; `None` where the object loses the field.
    pub(in crate::commands) after: Option<Value>,
}

/// The changes that setting the fields `after` makes to the object `before`.
/// Fields that `after` does not have stay as they are.
pub(in crate::commands) fn changes(
    before: &Map<String, Value>,
    after: &Map<String, Value>,
) -> Vec<FieldDifference> {
    let mut found = Vec::new();
    collect(before, after, "", &mut found);
    found
}

/// All changes between two states of an object.
pub(in crate::commands) fn all_changes(
    before: &Map<String, Value>,
    after: &Map<String, Value>,
) -> Vec<FieldDifference> {
    let mut found = changes(before, after);
    let lost = before.iter().filter(|(name, _)| !after.contains_key(*name));
    found.extend(lost.map(|(name, value)| FieldDifference {
        field: name.clone(),
        before: Some(value.clone()),
        after: None,
    }));
    found
}

fn collect(
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    path: &str,
    found: &mut Vec<FieldDifference>,
) {
    for (name, value) in after {
        let field = format!("{path}{name}");
        match (before.get(name), value) {
            (Some(old), new) if is_same(old, new) => {}
            (Some(Value::Object(old)), Value::Object(new)) => {
                collect(old, new, &format!("{field}."), found);
            }
            (old, new) => found.push(FieldDifference {
                field,
                before: old.cloned(),
                after: Some(like(old, new)),
            }),
        }
    }
}

/// A value in the form of the one before it: the API takes `"7"` for `7`.
fn like(before: Option<&Value>, after: &Value) -> Value {
    let number = match (before, after) {
        (Some(Value::Number(_)), Value::String(text)) => text.parse::<serde_json::Number>().ok(),
        _ => None,
    };
    number.map_or_else(|| after.clone(), Value::Number)
}

/// Whether two values mean the same: the API writes `"10.00"` for `10`.
pub(in crate::commands) fn is_same(one: &Value, other: &Value) -> bool {
    one == other
        || matches!(
            (canonical_number(one), canonical_number(other)),
            (Some(one), Some(other)) if one == other
        )
}

/// A number without zeros that say nothing; also of a text that is one.
fn canonical_number(value: &Value) -> Option<String> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        _ => return None,
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = whole.strip_prefix('-').unwrap_or(whole);
    if unsigned.is_empty() || !digits(unsigned) || !digits(fraction) {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    Some(if fraction.is_empty() {
        whole.to_owned()
    } else {
        format!("{whole}.{fraction}")
    })
}

/// Changes as lines for people: `  quantity  1 → 2`.
pub(in crate::commands) fn as_text(changes: &[FieldDifference]) -> String {
    let width = changes.iter().map(|change| change.field.chars().count());
    let width = width.max().unwrap_or(0);
    let mut text = String::new();
    for change in changes {
        let FieldDifference {
            field,
            before,
            after,
        } = change;
        let shown = |value: &Option<Value>| {
            value
                .as_ref()
                .map_or_else(|| "(none)".to_owned(), Value::to_string)
        };
        let _ = writeln!(
            text,
            "  {field:<width$}  {} → {}",
            shown(before),
            shown(after)
        );
    }
    text
}

/// Changes as JSON objects with `field`, `before` and `after`.
pub(in crate::commands) fn as_json(changes: &[FieldDifference]) -> Value {
    let changes = changes.iter().map(
        |change| json!({"field": change.field, "before": change.before, "after": change.after}),
    );
    Value::Array(changes.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(text: &str) -> Map<String, Value> {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn changes_are_those_of_the_fields_that_are_set() {
        let before =
            object(r#"{"a":1,"b":"x","c":{"d":1,"e":[1]},"price":"10.00","n":null,"q":2}"#);
        let after = object(r#"{"a":2,"b":"x","c":{"d":1,"e":[2]},"price":10,"new":true,"q":"7"}"#);
        assert_eq!(
            as_text(&changes(&before, &after)),
            "  a    1 → 2\n  c.e  [1] → [2]\n  new  (none) → true\n  q    2 → 7\n"
        );
        assert_eq!(changes(&before, &before), []);
    }

    #[test]
    fn all_changes_include_lost_fields() {
        let found = all_changes(&object(r#"{"a":1,"b":2}"#), &object(r#"{"a":1}"#));
        assert_eq!(
            as_json(&found),
            json!([{"field": "b", "before": 2, "after": null}])
        );
    }

    #[test]
    fn values_are_the_same_when_they_are_the_same_number() {
        for (one, other, same) in [
            (json!("10.00"), json!("10"), true),
            (json!("10.10"), json!(10.1), true),
            (json!("10"), json!("100"), false),
            (json!("1.0.0"), json!("1"), false),
            (json!(""), json!(0), false),
            (json!(null), json!("null"), false),
            (json!("2026-01-10"), json!("2026-01-1"), false),
            (json!(true), json!("true"), false),
        ] {
            assert_eq!(is_same(&one, &other), same, "{one} {other}");
        }
    }
}
