//! One value of a record, as a table, CSV or a comparison wants it: a text, a
//! number as it was sent, or JSON for all that has parts.
//!
//! Takes the JSON text of the value; returns a cell that borrows from it where
//! it can.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer as _, Visitor};

use super::tokens::compact;

/// One value of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell<'a> {
    /// `null`, or nothing at that path.
    Empty,
    /// `true` or `false`.
    Bool(bool),
    /// A number, with the digits that were sent.
    Number(&'a str),
    /// A text without quotes and escapes.
    Text(Cow<'a, str>),
    /// An object or a list as compact JSON.
    Json(Cow<'a, str>),
}

impl<'a> Cell<'a> {
    /// The cell for the JSON text of one value.
    #[must_use]
    pub fn from_json(json: &'a str) -> Self {
        let json = json.trim();
        match json.as_bytes().first() {
            None | Some(b'n') => Self::Empty,
            Some(b't') => Self::Bool(true),
            Some(b'f') => Self::Bool(false),
            Some(b'"') => Self::Text(unquoted(json)),
            Some(b'{' | b'[') => Self::Json(compact(json)),
            Some(_) => Self::Number(json),
        }
    }

    /// What is shown.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Empty => "",
            Self::Bool(true) => "true",
            Self::Bool(false) => "false",
            Self::Number(text) => text,
            Self::Text(text) | Self::Json(text) => text,
        }
    }
}

/// The text that a JSON text stands for.
pub(super) fn unquoted(json: &str) -> Cow<'_, str> {
    let inner = json
        .strip_prefix('"')
        .and_then(|json| json.strip_suffix('"'));
    match inner {
        Some(inner) if !inner.contains('\\') => Cow::Borrowed(inner),
        _ => Cow::Owned(unescaped(json)),
    }
}

/// Through bytes, because half of a surrogate pair is good JSON but no text.
fn unescaped(json: &str) -> String {
    struct Bytes;
    impl Visitor<'_> for Bytes {
        type Value = Vec<u8>;

        fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            out.write_str("a text")
        }

        fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
            Ok(bytes.to_vec())
        }
    }
    let bytes = serde_json::Deserializer::from_str(json).deserialize_bytes(Bytes);
    match bytes {
        Ok(bytes) => String::from_utf8(bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()),
        Err(_) => json.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_digits() {
        for number in ["10.00", "12345678901234567890123", "-0", "1e5"] {
            assert_eq!(Cell::from_json(number), Cell::Number(number));
        }
    }

    #[test]
    fn texts_lose_quotes_and_escapes() {
        assert_eq!(Cell::from_json(r#""a b""#), Cell::Text("a b".into()));
        assert!(matches!(
            Cell::from_json(r#""plain""#),
            Cell::Text(Cow::Borrowed("plain"))
        ));
        assert_eq!(
            Cell::from_json(r#""\u00e9\n\"\ud83d\ude00""#).text(),
            "é\n\"😀"
        );
    }

    #[test]
    fn half_a_surrogate_pair_is_shown_as_unknown() {
        assert!(Cell::from_json(r#""a\ud800b""#).text().contains('\u{FFFD}'));
    }

    #[test]
    fn null_is_empty_and_parts_are_compact_json() {
        assert_eq!(Cell::from_json("null"), Cell::Empty);
        assert_eq!(Cell::from_json("true").text(), "true");
        assert_eq!(Cell::from_json("[ 1, \"a b\" ]").text(), r#"[1,"a b"]"#);
    }
}
