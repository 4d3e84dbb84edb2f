//! JSON for people: indented by two and coloured, from the tokens alone, so
//! that numbers, escapes, the order of keys and even duplicates stay as sent.
//!
//! Takes valid JSON text; returns the same JSON over many lines. The only
//! letters it changes are hidden ones, which become escapes.

use anstyle::Style;

use crate::filter::{JsonToken, TokenKind, Tokens};

use super::palette::{BOOLEAN, KEY, NULL, NUMBER, TEXT, paint};
use super::visible;

/// Appends JSON text spread over lines. The first line is not indented; those
/// that follow are at `level`, in steps of two spaces.
pub(super) fn spread(json: &str, level: usize, colour: bool, out: &mut String) {
    let mut tokens = Tokens::new(json);
    let mut depth = level;
    let mut just_opened = false;
    while let Some(token) = tokens.next() {
        match token.kind {
            TokenKind::Open => {
                out.push_str(token.text);
                depth += 1;
                if !tokens.closes_next() {
                    new_line(depth, out);
                }
            }
            TokenKind::Close => {
                depth = depth.saturating_sub(1);
                if !just_opened {
                    new_line(depth, out);
                }
                out.push_str(token.text);
            }
            TokenKind::Comma => {
                out.push(',');
                new_line(depth, out);
            }
            TokenKind::Colon => out.push_str(": "),
            TokenKind::Text | TokenKind::Plain => {
                let style = style(token, tokens.colon_next());
                paint(&visible::json(token.text), style, colour, out);
            }
        }
        just_opened = token.kind == TokenKind::Open;
    }
}

fn new_line(depth: usize, out: &mut String) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

fn style(token: JsonToken<'_>, is_key: bool) -> Style {
    match token.text.as_bytes().first() {
        Some(b'"') if is_key => KEY,
        Some(b'"') => TEXT,
        Some(b't' | b'f') => BOOLEAN,
        Some(b'n') => NULL,
        _ => NUMBER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    fn pretty(json: &str) -> String {
        let mut out = String::new();
        spread(json, 0, false, &mut out);
        out
    }

    #[test]
    fn objects_and_lists_are_indented_and_empty_ones_stay_short() {
        assert_eq!(
            pretty(r#"{"a":[1,{"b":{}}],"c":[ ],"d":"x:{"}"#),
            "{\n  \"a\": [\n    1,\n    {\n      \"b\": {}\n    }\n  ],\n  \"c\": [],\n  \"d\": \"x:{\"\n}"
        );
    }

    #[test]
    fn numbers_escapes_order_and_duplicates_stay_as_sent() {
        let text = pretty(r#"{"z":10.00,"a":12345678901234567890123,"z":"\u00e9\/"}"#);
        assert_eq!(
            text,
            "{\n  \"z\": 10.00,\n  \"a\": 12345678901234567890123,\n  \"z\": \"\\u00e9\\/\"\n}"
        );
    }

    #[test]
    fn keys_texts_numbers_and_words_have_colours_of_their_own() {
        let mut out = String::new();
        spread(r#"{"a":["b",1,true,null]}"#, 0, true, &mut out);
        for painted in [
            "\u{1b}[34m\"a\"\u{1b}[0m",
            "\u{1b}[32m\"b\"\u{1b}[0m",
            "\u{1b}[36m1\u{1b}[0m",
            "\u{1b}[33mtrue\u{1b}[0m",
            "\u{1b}[2mnull\u{1b}[0m",
        ] {
            assert!(out.contains(painted), "{out:?}");
        }
    }

    #[test]
    fn hidden_letters_become_escapes() {
        assert_eq!(pretty("\"\u{9b}2J\u{202e}\""), r#""\u009b2J\u202e""#);
    }

    #[test]
    fn what_is_not_json_does_not_panic() {
        for text in ["}}]]", "{\"a", "", "é,:"] {
            let _ = pretty(text);
        }
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".*".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec((".*", inner), 0..5)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    fn values(json: &str) -> Value {
        serde_json::from_str(json).unwrap()
    }

    proptest! {
        #[test]
        fn any_json_spread_out_is_the_same_json(value in any_json()) {
            let sent = value.to_string();
            prop_assert_eq!(values(&pretty(&sent)), values(&sent));
        }

        #[test]
        fn any_json_compacted_is_the_same_json(value in any_json()) {
            let sent = serde_json::to_string_pretty(&value).unwrap();
            let small = crate::filter::compact(&sent);
            prop_assert_eq!(values(&small), values(&sent));
            prop_assert_eq!(small.as_ref(), value.to_string());
            prop_assert!(!crate::filter::one_line(&sent).contains('\n'));
        }

        #[test]
        fn any_text_passes_without_a_panic(text in "[\\[\\]{}:,\"\\\\ a1é\n]*") {
            let _ = pretty(&text);
            let _ = crate::filter::compact(&text);
        }
    }
}
