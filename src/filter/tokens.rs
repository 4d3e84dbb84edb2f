//! JSON text as tokens, without parsing: for all that changes the white space
//! of a document and must leave every value exactly as it was sent.
//!
//! Takes valid JSON; returns slices of it. Text that is not JSON gives
//! senseless tokens, never a panic, and no byte of it is lost but white space.

use std::borrow::Cow;

use memchr::memchr2;

/// A piece of JSON text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonToken<'a> {
    /// What it is.
    pub kind: TokenKind,
    /// The text itself.
    pub text: &'a str,
}

/// The kinds of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// `{` or `[`.
    Open,
    /// `}` or `]`.
    Close,
    /// `,`.
    Comma,
    /// `:`.
    Colon,
    /// A text in its quotes, a key or a value.
    Text,
    /// A number, `true`, `false` or `null`.
    Plain,
}

/// The tokens of a JSON text, in order.
#[derive(Debug, Clone)]
pub struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Tokens<'a> {
    /// Walks over that text.
    #[must_use]
    pub const fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    /// Whether the next token closes what was opened.
    #[must_use]
    pub fn closes_next(&self) -> bool {
        matches!(self.next_byte(), Some(b'}' | b']'))
    }

    /// Whether the next token is a colon, so that the last one was a key.
    #[must_use]
    pub fn colon_next(&self) -> bool {
        self.next_byte() == Some(b':')
    }

    fn next_byte(&self) -> Option<u8> {
        let rest = self.rest.trim_start_matches(white);
        rest.as_bytes().first().copied()
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = JsonToken<'a>;

    fn next(&mut self) -> Option<JsonToken<'a>> {
        let text = self.rest.trim_start_matches(white);
        let (kind, length) = match text.as_bytes().first()? {
            b'{' | b'[' => (TokenKind::Open, 1),
            b'}' | b']' => (TokenKind::Close, 1),
            b',' => (TokenKind::Comma, 1),
            b':' => (TokenKind::Colon, 1),
            b'"' => (TokenKind::Text, text_length(text)),
            _ => (TokenKind::Plain, plain_length(text)),
        };
        let (text, rest) = text.split_at(length);
        self.rest = rest;
        Some(JsonToken { kind, text })
    }
}

/// The white space of JSON.
const fn white(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\n' | '\r')
}

/// Bytes of the quoted text that opens `text`, both quotes included.
fn text_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        at += found;
        if bytes[at] == b'"' {
            return at + 1;
        }
        at += 2;
    }
    text.len()
}

/// Bytes of the number or word that opens `text`.
fn plain_length(text: &str) -> usize {
    text.find(|letter| white(letter) || matches!(letter, ',' | ':' | '{' | '}' | '[' | ']' | '"'))
        .unwrap_or(text.len())
}

/// The same JSON without white space between its tokens; borrowed when there
/// is none.
#[must_use]
pub fn compact(json: &str) -> Cow<'_, str> {
    let json = json.trim_matches(white);
    if !has_loose_white(json) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len());
    out.extend(Tokens::new(json).map(|token| token.text));
    Cow::Owned(out)
}

/// The same JSON on one line: as it is when it contains no line break,
/// compacted otherwise. (Inside a JSON text a line break is always an escape.)
#[must_use]
pub fn one_line(json: &str) -> Cow<'_, str> {
    if memchr2(b'\n', b'\r', json.as_bytes()).is_none() {
        return Cow::Borrowed(json);
    }
    compact(json)
}

/// Whether there is white space outside of quoted texts.
fn has_loose_white(json: &str) -> bool {
    let bytes = json.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => return true,
            // All but ASCII stands inside quotes, so this is a boundary.
            b'"' => at += text_length(&json[at..]),
            _ => at += 1,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compacting_keeps_numbers_escapes_order_and_duplicates() {
        let sent = "{ \"b\" : 10.00,\n\t\"a\" : 12345678901234567890123,\r\n \"a\": \"x \\\" \\u00e9 {\" }";
        let small = r#"{"b":10.00,"a":12345678901234567890123,"a":"x \" \u00e9 {"}"#;
        assert_eq!(compact(sent), small);
    }

    #[test]
    fn compact_text_is_borrowed_even_with_spaces_inside_quotes() {
        let sent = r#"{"a":"two words\\"}"#;
        assert!(matches!(compact(sent), Cow::Borrowed(text) if text == sent));
    }

    #[test]
    fn a_line_stays_as_sent_and_lines_become_one() {
        assert_eq!(one_line(r#"{ "a": 1 }"#), r#"{ "a": 1 }"#);
        assert_eq!(one_line("{\n \"a\": 1 }"), r#"{"a":1}"#);
    }

    #[test]
    fn what_is_not_json_does_not_panic() {
        for text in ["\"", "\"\\", "é\"é\\", "{\"a\":", "\u{1F600} é", "", " "] {
            let _ = compact(text);
            assert!(Tokens::new(text).count() < 10);
        }
    }
}
