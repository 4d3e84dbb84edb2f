//! Why a filter failed, without the data that it failed on.
//!
//! Takes the text of an error of jaq, which quotes whole values; returns the same
//! reason with their types in place of the values. A key that the filter itself
//! contains is kept, because it says which part of the filter failed.

use serde::de::IgnoredAny;

/// The operators whose errors name both operands.
const OPERATORS: &[&str] = &[" + ", " - ", " * ", " / ", " % "];

/// Longest number that is kept.
const LONGEST_NUMBER: usize = 6;

/// The reason without values. `code` is the filter.
pub(super) fn without_values(text: &str, code: &str) -> String {
    described(text, code).unwrap_or_else(|| text.to_owned())
}

fn described(text: &str, code: &str) -> Option<String> {
    if let Some(rest) = text.strip_prefix("cannot index ") {
        let (value, key) = split(rest, " with ")?;
        let key = if is_in(key, code) { key } else { kind(key) };
        return Some(format!("cannot index {} with {key}", kind(value)));
    }
    if let Some(rest) = text.strip_prefix("cannot calculate ") {
        let found = OPERATORS.iter().find_map(|operator| {
            split(rest, operator).map(|(left, right)| (left, operator, right))
        });
        let (left, operator, right) = found?;
        return Some(format!(
            "cannot calculate {}{operator}{}",
            kind(left),
            kind(right)
        ));
    }
    for (prefix, between) in [
        ("cannot use ", " as "),
        ("cannot convert ", " to "),
        ("cannot parse ", " as "),
    ] {
        if let Some(rest) = text.strip_prefix(prefix) {
            let (value, target) = rest.rsplit_once(between)?;
            return Some(format!("{prefix}{}{between}{target}", kind(value)));
        }
    }
    let prefix = "invalid path expression with input ";
    let value = text.strip_prefix(prefix)?;
    Some(format!("{prefix}{}", kind(value)))
}

/// The values on both sides of a separator, which may be in a value as well.
fn split<'a>(text: &'a str, separator: &str) -> Option<(&'a str, &'a str)> {
    let parts = text.match_indices(separator).map(|(at, found)| {
        let (left, right) = text.split_at(at);
        (left, &right[found.len()..])
    });
    let is_value = |text| serde_json::from_str::<IgnoredAny>(text).is_ok();
    let mut parts = parts.peekable();
    let first = parts.peek().copied();
    parts
        .find(|(left, right)| is_value(left) && is_value(right))
        .or(first)
}

/// Whether the filter contains a key, so that the key is not data.
fn is_in(key: &str, code: &str) -> bool {
    let bare = key.trim_matches('"');
    !bare.is_empty() && !bare.starts_with(['{', '[']) && code.contains(bare)
}

/// The type of a value, by its first character. A short number is kept: prices
/// and quantities help to find the record, and are too short for ids.
fn kind(value: &str) -> &str {
    match value.as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b'"' | b'b') => "a string",
        _ if value.len() <= LONGEST_NUMBER => value,
        _ => "a number",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_replaced_by_their_types() {
        for (text, code, expected) in [
            (
                r#"cannot index {"a":"x with y"} with 0"#,
                ".[0]",
                "cannot index an object with 0",
            ),
            (
                r#"cannot index "ada@example.com" with "email""#,
                ".email.email",
                "cannot index a string with \"email\"",
            ),
            (
                r#"cannot index 12345678 with "ada@example.com""#,
                ".a[.email]",
                "cannot index a number with a string",
            ),
            (
                r#"cannot calculate "a + b" + {"c":1}"#,
                ". + .",
                "cannot calculate a string + an object",
            ),
            (
                r#"cannot use {"e":"x as y"} as iterable (array or object)"#,
                ".[]",
                "cannot use an object as iterable (array or object)",
            ),
            (
                r#"cannot use "secret" as number"#,
                ".",
                "cannot use a string as number",
            ),
        ] {
            assert_eq!(without_values(text, code), expected);
        }
    }

    #[test]
    fn a_text_of_the_filter_is_kept() {
        assert_eq!(
            without_values("no price", "error(\"no price\")"),
            "no price"
        );
    }
}
