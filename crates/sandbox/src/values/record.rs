//! Looking into records: JSON objects whose fields keep their order.
//!
//! Takes records and dotted paths; returns values. A `*` in a path stands for
//! each item of a list. Knows nothing of tables, rules or HTTP.

use serde_json::{Map, Value};

/// One object of the store, with its fields in the order of the API.
pub(crate) type Record = Map<String, Value>;

/// The fields of a JSON object; none when it is something else.
pub(crate) fn object(value: Value) -> Record {
    match value {
        Value::Object(record) => record,
        _ => Record::new(),
    }
}

/// A record of these fields. The values are moved in, which matters where
/// records are built by the hundred thousand.
pub(crate) fn fields<const COUNT: usize>(fields: [(&str, Value); COUNT]) -> Record {
    let mut record = Record::with_capacity(COUNT);
    for (name, value) in fields {
        record.insert(name.to_owned(), value);
    }
    record
}

/// The value at a dotted path without `*`.
pub(crate) fn at<'a>(record: &'a Record, path: &str) -> Option<&'a Value> {
    let (first, rest) = split(path);
    let value = record.get(first)?;
    match rest {
        None => Some(value),
        Some(rest) => at(value.as_object()?, rest),
    }
}

/// Calls `see` with each value at a dotted path, `*` being each item of a list.
pub(crate) fn each(record: &Record, path: &str, see: &mut dyn FnMut(&Value)) {
    let (first, rest) = split(path);
    if let Some(value) = record.get(first) {
        each_in(value, rest, see);
    }
}

fn each_in(value: &Value, path: Option<&str>, see: &mut dyn FnMut(&Value)) {
    let Some(path) = path else {
        see(value);
        return;
    };
    let (first, rest) = split(path);
    match value {
        Value::Array(items) if first == "*" => {
            for item in items {
                each_in(item, rest, see);
            }
        }
        Value::Object(fields) => {
            if let Some(value) = fields.get(first) {
                each_in(value, rest, see);
            }
        }
        _ => {}
    }
}

fn split(path: &str) -> (&str, Option<&str>) {
    match path.split_once('.') {
        Some((first, rest)) => (first, Some(rest)),
        None => (path, None),
    }
}

/// The text at a path; empty when there is none.
pub(crate) fn text<'a>(record: &'a Record, path: &str) -> &'a str {
    at(record, path).and_then(Value::as_str).unwrap_or_default()
}

/// The whole number at a path, given as a number or as digits in a text.
pub(crate) fn number(record: &Record, path: &str) -> Option<i64> {
    whole(at(record, path)?)
}

/// A whole number, given as a number or as digits in a text.
pub(crate) fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// The number of an object at a path.
pub(crate) fn id(record: &Record, path: &str) -> Option<u64> {
    at(record, path).and_then(as_id)
}

/// The number of an object, given as a number or as digits in a text.
pub(crate) fn as_id(value: &Value) -> Option<u64> {
    whole(value).and_then(|number| u64::try_from(number).ok())
}

/// Whether the value at a path is `true`.
pub(crate) fn flag(record: &Record, path: &str) -> bool {
    at(record, path).and_then(Value::as_bool).unwrap_or(false)
}

/// The list at a path; empty when there is none.
pub(crate) fn list<'a>(record: &'a Record, path: &str) -> &'a [Value] {
    at(record, path)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// Sets a field, at the end when it is new.
pub(crate) fn set(record: &mut Record, name: &str, value: impl Into<Value>) {
    match record.get_mut(name) {
        Some(place) => *place = value.into(),
        None => {
            record.insert(name.to_owned(), value.into());
        }
    }
}

/// Whether a value is missing or `null`.
pub(crate) fn is_nothing(value: Option<&Value>) -> bool {
    value.is_none_or(Value::is_null)
}

/// The text that stands for a simple value in a comparison.
pub(crate) fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_star_visits_each_item_of_a_list() {
        let record = object(json!({"line_items": [{"sku": "A"}, {"sku": "B"}, {}]}));
        let mut seen = Vec::new();
        each(&record, "line_items.*.sku", &mut |value| {
            seen.extend(plain(value));
        });
        assert_eq!(seen, ["A", "B"]);
    }

    #[test]
    fn digits_in_a_text_are_a_number_too() {
        let record = object(json!({"a": "30", "b": 30, "c": "x"}));
        assert_eq!(number(&record, "a"), Some(30));
        assert_eq!(number(&record, "b"), Some(30));
        assert_eq!(number(&record, "c"), None);
    }
}
