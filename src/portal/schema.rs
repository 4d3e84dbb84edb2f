//! Checks a schema of `request_objects` before it is sent.
//!
//! Takes the text of a schema; returns the schema in compact form with notes
//! about what the portal tolerates, or what is wrong with it. The rules are those
//! of the catalog; docs/portal.md says where each is from.

use serde_json::{Map, Value};

use crate::catalog::portal::request_objects::{
    DEEPEST, ID, KEYS, KeyAnswer, LONGEST, PARENT, SchemaKey, key,
};
use crate::error::{Error, Result};
use crate::excerpt::shortened;
use crate::nearest::{Similarity, nearest};

/// A schema that may be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedSchema {
    /// The schema as it is sent.
    pub text: String,
    /// What the portal tolerates, and what is better written otherwise.
    pub notes: Vec<String>,
}

/// Checks a schema.
///
/// # Errors
/// Of kind `Usage`, with what is wrong and where.
pub fn check(text: &str) -> Result<CheckedSchema> {
    let text = text.trim();
    if text.len() > LONGEST {
        return Err(wrong(&format!(
            "it has {} bytes, and a URL can contain {LONGEST}",
            text.len()
        )));
    }
    let value: Value = serde_json::from_str(text).map_err(|error| not_json(text, &error))?;
    let Value::Object(schema) = value else {
        return Err(wrong("it must be a JSON object")
            .hint(r#"for example: {"subscriptions":{"product":{}}}"#));
    };
    if schema.is_empty() {
        return Err(wrong("it requests nothing"));
    }
    let mut notes = Vec::new();
    for (name, spec) in &schema {
        member(name, spec, None, 0, &mut notes)?;
    }
    Ok(CheckedSchema {
        text: Value::Object(schema).to_string(),
        notes,
    })
}

fn wrong(why: &str) -> Error {
    Error::usage(format!("the schema cannot be sent: {why}"))
}

/// Text that is not JSON. What follows a whole object is a slip that themes
/// really contain.
fn not_json(text: &str, error: &serde_json::Error) -> Error {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    if let Some(Ok(Value::Object(_))) = values.next() {
        let end = values.byte_offset();
        let rest = shortened(text[end..].trim(), 40);
        return wrong(&format!("it ends at byte {end}, and {rest} follows"))
            .hint("the portal reads only the first object: join both with a comma");
    }
    wrong(&format!("it is not JSON: {error}"))
}

fn member(
    name: &str,
    spec: &Value,
    parent: Option<&SchemaKey>,
    depth: usize,
    notes: &mut Vec<String>,
) -> Result<()> {
    if depth > DEEPEST {
        return Err(wrong(&format!("it nests more than {DEEPEST} objects")));
    }
    let Some(key) = key(name) else {
        let shown = shortened(name, 60);
        let error = wrong(&format!("there is no object {shown}"));
        return Err(with_nearest(error, name, KEYS.iter().map(|key| key.name)));
    };
    if let Some(better) = key.instead {
        notes.push(format!("{name} is {better}, which is the documented name"));
    }
    let empty = Map::new();
    let spec = match spec {
        Value::Object(spec) => spec,
        Value::Array(items) if items.is_empty() => &empty,
        _ => {
            return Err(wrong(&format!("{name} must be {{}}, [] or an object"))
                .hint(format!(r#"for example: {{"{name}":{{"id":7}}}}"#)));
        }
    };
    check_names_one(key, spec, parent)?;
    for (inner, value) in spec {
        if key.related.contains(&inner.as_str()) {
            member(inner, value, Some(key), depth + 1, notes)?;
            continue;
        }
        filter(key, inner, value, parent.is_some())?;
    }
    let is_misspelt = parent.is_some() && key.answers == KeyAnswer::List;
    if let (true, Some(one)) = (is_misspelt, singular_of(key, parent)) {
        notes.push(format!("{name} within an item is its {one}: write {one}"));
    }
    Ok(())
}

/// The singular that an enclosing object relates to as well: there is one.
fn singular_of(of: &SchemaKey, parent: Option<&SchemaKey>) -> Option<&'static str> {
    let mut names = parent?.related.iter().copied();
    names.find(|name| {
        let one = key(name).is_some_and(|key| key.answers == KeyAnswer::One);
        one && of.name.strip_suffix('s') == Some(name)
    })
}

/// A singular at the top names the object that is meant.
fn check_names_one(
    key: &SchemaKey,
    spec: &Map<String, Value>,
    parent: Option<&SchemaKey>,
) -> Result<()> {
    let filters = spec.keys().any(|name| key.filters.contains(&name.as_str()));
    if key.answers == KeyAnswer::One && parent.is_none() && !filters {
        let name = key.name;
        return Err(
            wrong(&format!("{name} does not say which one")).hint(format!(
                r#"write {{"{name}":{{"id":7}}}}, or ask for the list"#
            )),
        );
    }
    Ok(())
}

fn filter(key: &SchemaKey, name: &str, value: &Value, is_nested: bool) -> Result<()> {
    if !key.filters.contains(&name) {
        let shown = shortened(name, 60);
        let error = wrong(&format!("{} has no member {shown}", key.name));
        let known = key.filters.iter().chain(key.related).copied();
        return Err(with_nearest(error, name, known));
    }
    let place = format!("{}.{name}", key.name);
    let text = match value {
        Value::String(text) => text.as_str(),
        Value::Number(_) | Value::Bool(_) if name != ID => return Ok(()),
        Value::Number(number) if number.is_u64() => return Ok(()),
        _ => return Err(wrong(&format!("{place} must be a text or a number"))),
    };
    if text.starts_with(PARENT) {
        return if is_nested {
            Ok(())
        } else {
            Err(wrong(&format!("{place}: {text} has no enclosing object")))
        };
    }
    if name == ID && (text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit())) {
        let shown = shortened(text, 40);
        return Err(wrong(&format!("{place} must be a number, not {shown}"))
            .hint(format!("within another object it may be {PARENT}FIELD")));
    }
    Ok(())
}

fn with_nearest(
    error: Error,
    name: &str,
    known: impl Iterator<Item = &'static str> + Clone,
) -> Error {
    match nearest(name, known.clone(), Similarity::Loose) {
        Some(near) => error.hint(format!("did you mean {near}?")),
        None => error.hint(format!(
            "there are: {}",
            known.collect::<Vec<_>>().join(", ")
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(schema: &str) -> String {
        let error = check(schema).unwrap_err();
        format!("{}; {}", error.message, error.hints.join("; "))
    }

    #[test]
    fn worked_example_of_the_reference_is_sent_in_compact_form() {
        let schema = r#"{ "addresses": { "discount": { "id": "parent.discount_id" }}, "customer": {}, "settings": {}, "store": {} }"#;
        let checked = check(schema).unwrap();
        assert_eq!(
            checked.text,
            r#"{"addresses":{"discount":{"id":"parent.discount_id"}},"customer":{},"settings":{},"store":{}}"#
        );
        assert_eq!(checked.notes, [""; 0]);
    }

    #[test]
    fn schemas_of_public_themes_are_taken() {
        for schema in [
            r#"{"subscriptions":{"products":{}},"onetimes":{"products":{}},"customer":{}}"#,
            r#"{"products":{"base_source":"store_settings","limit":250,"page":1,"action_type":"swap_product","exclude_prepaids":true}}"#,
            r#"{"charges":{"address_id":"7","subscription_id":"8","status":"QUEUED"},"onetimes":{"product":{}}}"#,
            r#"{"orders":{"status":"SUCCESS","sort_by":"shipped_date-desc"},"retention_strategies":{"sort_by":"id-asc"}}"#,
            r#"{"shipping_countries":[],"billing_countries":[]}"#,
            r#"{"membership":{"id":7,"include":"membership_program"}}"#,
            r#"{"subscription":{"id":7,"bundle_selections":{}},"products":{"shopify_product_id":9}}"#,
        ] {
            check(schema).unwrap();
        }
        let misspelt = check(r#"{"subscriptions":{"products":{}},"customers":[]}"#).unwrap();
        assert_eq!(misspelt.notes.len(), 2, "{:?}", misspelt.notes);
    }

    #[test]
    fn schema_that_cannot_be_meant_is_refused_with_the_place() {
        for (schema, why) in [
            ("", "it is not JSON"),
            ("{", "it is not JSON"),
            ("[]", "it must be a JSON object"),
            ("{}", "it requests nothing"),
            (
                r#"{ "customer": {} }, "addresses": [] }"#,
                "and , \"addresses\": [] } follows",
            ),
            (r#"{"payment_methods":["id":7]}"#, "it is not JSON"),
            (r#"{"adresses":[]}"#, "did you mean addresses?"),
            (r#"{"addresses":{"discont":{}}}"#, "did you mean discount?"),
            (
                r#"{"addresses":[7]}"#,
                "addresses must be {}, [] or an object",
            ),
            (
                r#"{"addresses":true}"#,
                "addresses must be {}, [] or an object",
            ),
            (
                r#"{"subscription":{}}"#,
                "subscription does not say which one",
            ),
            (
                r#"{"subscription":{"id":"seven"}}"#,
                "must be a number, not seven",
            ),
            (
                r#"{"subscription":{"id":-7}}"#,
                "must be a text or a number",
            ),
            (
                r#"{"subscription":{"id":null}}"#,
                "must be a text or a number",
            ),
            (
                r#"{"discount":{"id":"parent.discount_id"}}"#,
                "has no enclosing object",
            ),
            (
                r#"{"settings":{"subscription":{}}}"#,
                "settings has no member subscription",
            ),
        ] {
            let found = refusal(schema);
            assert!(found.contains(why), "{schema}: {found}");
        }
    }

    #[test]
    fn deep_and_large_schemas_are_refused() {
        let mut deep = String::from("{}");
        for level in 0..21 {
            let key = if level % 2 == 0 {
                "subscriptions"
            } else {
                "address"
            };
            deep = format!(r#"{{"{key}":{deep}}}"#);
        }
        let found = refusal(&format!(r#"{{"addresses":{deep}}}"#));
        assert!(found.contains("nests more than 6 objects"), "{found}");
        let found = refusal(&format!(
            r#"{{"orders":{{"status":"{}"}}}}"#,
            "x".repeat(8_000)
        ));
        assert!(found.contains("and a URL can contain"), "{found}");
        assert!(found.len() < 300, "{found}");
        assert!(refusal(&"[".repeat(6_000)).contains("it is not JSON"));
    }

    proptest::proptest! {
        #[test]
        fn whatever_comes_is_judged(text in r#"[a-z"{}\[\]:,. ]{0,60}"#) {
            let _ = check(&text);
        }
    }
}
