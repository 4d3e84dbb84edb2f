//! The text that is edited: the fields of an object that can be changed, as
//! JSON. Pure.

use serde_json::{Map, Value};

use crate::catalog::{Api, Operation};
use crate::commands::difference::is_same;
use crate::error::Error;
use crate::nearest::{Similarity, nearest};

/// The fields of an object that an operation can change, in its order. Secret
/// fields are not among them.
pub(super) fn editable(
    api: &Api,
    operation: &Operation,
    object: &Map<String, Value>,
) -> Map<String, Value> {
    let names = operation.body.iter().map(|parameter| parameter.name);
    let names = names.filter(|name| !api.is_secret_name(name));
    let fields = names.filter_map(|name| Some((name.to_owned(), object.get(name)?.clone())));
    fields.collect()
}

/// The document of fields.
pub(super) fn print(fields: &Map<String, Value>) -> String {
    serde_json::to_string_pretty(fields).unwrap_or_default() + "\n"
}

/// Reads an edited document.
///
/// # Errors
/// Of kind `Usage`, naming the line: it is not a JSON object, or has a field
/// that the operation cannot change.
pub(super) fn parse(
    operation: &'static Operation,
    text: &str,
) -> Result<Map<String, Value>, Error> {
    let fields: Map<String, Value> = serde_json::from_str(text).map_err(|error| {
        let what = if error.is_data() {
            "the document is not a JSON object".to_owned()
        } else {
            let reason = error.to_string();
            let reason = reason.split(" at line ").next().unwrap_or_default();
            format!("the document is not valid JSON: {reason}")
        };
        Error::usage(format!("line {}: {what}", error.line().max(1)))
    })?;
    let names = || operation.body.iter().map(|parameter| parameter.name);
    for name in fields.keys() {
        if names().any(|known| known == name) {
            continue;
        }
        let line = line_of(text, name);
        let error = Error::usage(format!(
            "line {line}: {name} is not a field that can be changed"
        ));
        return Err(match nearest(name, names(), Similarity::Usual) {
            Some(near) => error.hint(format!("did you mean {near}?")),
            None => error,
        });
    }
    Ok(fields)
}

/// The line on which a member of the outermost object begins.
fn line_of(text: &str, name: &str) -> usize {
    let key = Value::from(name).to_string();
    let is_key = |rest: &str| rest.trim_start().starts_with(':');
    let mut lines = text.lines();
    let found = lines.position(|line| {
        let places = line.match_indices(&key);
        places
            .into_iter()
            .any(|(at, _)| is_key(&line[at + key.len()..]))
    });
    found.map_or(1, |line| line + 1)
}

/// The fields with another value than before.
pub(super) fn changed(
    before: &Map<String, Value>,
    after: Map<String, Value>,
) -> Map<String, Value> {
    let changed = after
        .into_iter()
        .filter(|(name, value)| before.get(name).is_none_or(|old| !is_same(old, value)));
    changed.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;

    fn update() -> &'static Operation {
        catalog::recharge::API
            .operation("subscriptions.update")
            .unwrap()
            .1
    }

    fn fields(text: &str) -> Map<String, Value> {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn document_has_the_fields_that_can_be_changed() {
        let object = fields(r#"{"id":7,"quantity":1,"status":"active","price":"10.00"}"#);
        let text = print(&editable(&crate::catalog::recharge::API, update(), &object));
        assert!(text.contains("  \"quantity\": 1"), "{text}");
        assert!(text.contains("\"price\": \"10.00\""), "{text}");
        assert!(!text.contains("\"id\""), "{text}");
        assert_eq!(
            parse(update(), &text).unwrap(),
            editable(&crate::catalog::recharge::API, update(), &object)
        );
    }

    #[test]
    fn parse_names_the_line_when_the_document_is_wrong() {
        for (text, message, hint) in [
            (
                "{\n  \"quantity\": 1,\n}",
                "line 3: the document is not valid JSON: trailing comma",
                None,
            ),
            ("[1]", "line 1: the document is not a JSON object", None),
            (
                "",
                "line 1: the document is not valid JSON: EOF while parsing a value",
                None,
            ),
            (
                "{\n  \"price\": \"quantiy\",\n  \"quantiy\": 2\n}",
                "line 3: quantiy is not a field that can be changed",
                Some("did you mean quantity?"),
            ),
            (
                "{\"id\": 8}",
                "line 1: id is not a field that can be changed",
                None,
            ),
        ] {
            let error = parse(update(), text).unwrap_err();
            assert_eq!(error.message, message);
            assert_eq!(error.hints.first().map(String::as_str), hint);
        }
    }

    #[test]
    fn changed_leaves_out_equal_and_missing_fields() {
        let before = fields(r#"{"quantity":1,"price":"10.00","sku":null}"#);
        let after = fields(r#"{"quantity":2,"price":"10"}"#);
        assert_eq!(changed(&before, after), fields(r#"{"quantity":2}"#));
        let set = fields(r#"{"sku":"A"}"#);
        assert_eq!(changed(&before, set.clone()), set);
    }
}
