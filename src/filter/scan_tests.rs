//! The walk accepts what a parser accepts, and finds the same values.

use std::borrow::Cow;

use proptest::prelude::*;
use serde::de::IgnoredAny;

use super::*;

/// Whether the walk comes to the end of a text.
fn scans(text: &[u8]) -> bool {
    let mut scanner = JsonScanner::new(text);
    scanner.value().is_some() && scanner.end().is_some()
}

fn parses(text: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(text).is_ok()
}

#[test]
fn walk_accepts_what_a_parser_accepts() {
    let texts = [
        "",
        " ",
        "{}",
        "[]",
        "{ }",
        "[ ]",
        "[1]",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{\"a\":1}",
        "{\"a\":1,}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\" : 1 , \"b\":[ ]}",
        "{a:1}",
        "{\"a\":1]",
        "[1}",
        "[",
        "{",
        "]",
        "}",
        "{\"a\":1",
        "null",
        "nul",
        "nulL",
        "true",
        "false",
        "fals",
        "truefalse",
        "true false",
        "NaN",
        "Infinity",
        "0",
        "-0",
        "01",
        "-",
        "-x",
        "1.",
        "1.0",
        ".5",
        "1e5",
        "1E+5",
        "1e-05",
        "1e",
        "1e+",
        "1.5e3",
        "+1",
        "1x",
        "--1",
        "0x1",
        "12345678901234567890123",
        "\"\"",
        "\"",
        "\"a",
        "\"a\\\"",
        "\"a\\\"\"",
        "\"\\\\\"",
        "\"\\/\\b\\f\\n\\r\\t\"",
        "\"\\x\"",
        "\"\\u00e9\"",
        "\"\\u00g9\"",
        "\"\\u00e\"",
        "\"\\ud800\"",
        "\"\\",
        "\"\\u",
        "\"a\tb\"",
        "\"a\nb\"",
        "\"a\u{0}b\"",
        "\"a\u{1f}b\"",
        "\"a\u{7f}b\"",
        "\"\u{e9}\"",
        "\u{feff}{}",
        "\u{a0}1",
        "\u{b}1",
        "\n\t\r 1 \n",
        "[[[[1]]],{\"a\":{\"b\":[{}]}}]",
        "[\"0123456789abcde\"]",
        "[\"0123456789abcdef\"]",
        "[\"0123456789abcdef0123456789abcdef\\n\"]",
        "[\"0123456789abcdef\u{1}\"]",
        "/**/1",
        "1//",
        "{\"a\":1}{\"a\":1}",
        "[1],",
        "\u{0}",
        "1\u{0}",
        "{\"a\":tru}",
        "{1:2}",
        "{\"a\",1}",
        "{\"a\":1 \"b\":2}",
    ];
    for text in texts {
        assert_eq!(scans(text.as_bytes()), parses(text.as_bytes()), "{text:?}");
    }
}

#[test]
fn deep_nesting_is_passed_over_up_to_a_limit() {
    let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    assert!(scans(nested(64).as_bytes()));
    assert!(!scans(nested(65).as_bytes()));
    let mixed = format!("{}1{}", "{\"a\":[".repeat(32), "]}".repeat(32));
    assert!(scans(mixed.as_bytes()));
    assert!(!scans(mixed.replacen("]}", "}]", 1).as_bytes()));
}

/// The members of an object by the walk.
fn members(text: &str) -> Option<Vec<(String, String)>> {
    let mut members = Vec::new();
    let mut scanner = JsonScanner::new(text.as_bytes());
    scanner.object(|scanner, key| {
        let key = String::from_utf8(key.to_vec()).ok()?;
        members.push((key, text[scanner.value()?].to_owned()));
        Some(())
    })?;
    scanner.end()?;
    Some(members)
}

#[test]
fn objects_are_walked_member_by_member() {
    let members_of = |text| members(text).map(|members| members.len());
    assert_eq!(members_of("{}"), Some(0));
    assert_eq!(members_of(" { \"a\" : 1 , \"a\" : [2] } "), Some(2));
    assert_eq!(members_of("{\"\":{\"a\":1}}"), Some(1));
    for wrong in [
        "[]",
        "1",
        "{",
        "{\"a\":1,}",
        "{\"a\":1]",
        "{\"a\" 1}",
        "{} x",
        "{\"i\\u0064\":1}",
        "",
    ] {
        assert_eq!(members_of(wrong), None, "{wrong}");
    }
}

#[test]
fn lists_are_walked_item_by_item() {
    let items = |text: &str| {
        let mut items = Vec::new();
        let mut scanner = JsonScanner::new(text.as_bytes());
        scanner.list(|scanner| {
            items.push(text[scanner.value()?].to_owned());
            Some(())
        })?;
        scanner.end()?;
        Some(items)
    };
    assert_eq!(items("[]"), Some(Vec::new()));
    assert_eq!(
        items("[ 1.10 , {\"a\":[1,2]},\"x\"]").unwrap(),
        ["1.10", "{\"a\":[1,2]}", "\"x\""]
    );
    for wrong in ["{}", "[", "[1", "[1,", "[1,]", "[1}", "[] 1", "[1 2]"] {
        assert_eq!(items(wrong), None, "{wrong}");
    }
}

/// Texts that are nearly JSON.
fn nearly_json() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just("{"),
        Just("}"),
        Just("["),
        Just("]"),
        Just(","),
        Just(":"),
        Just(" "),
        Just("\n"),
        Just("\""),
        Just("\\"),
        Just("\"a\""),
        Just("\"a\":"),
        Just("\"a\":1"),
        Just("1"),
        Just("-0.5e+3"),
        Just("0"),
        Just("."),
        Just("e"),
        Just("null"),
        Just("true"),
        Just("false"),
        Just("\\u00e9"),
        Just("\u{e9}"),
        Just("\t"),
        Just("\u{1}"),
        Just("a long text of more than sixteen bytes"),
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat().into_bytes())
}

/// JSON, and what becomes of it when a byte of it is changed or the end is missing.
fn spoilt_json() -> impl Strategy<Value = Vec<u8>> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("-1.5e3".to_owned()),
        "[a-z \\\\n\u{e9}]{0,40}".prop_map(|text| serde_json::Value::from(text).to_string()),
    ];
    let json = leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4)
                .prop_map(|items| format!("[{}]", items.join(" ,"))),
            proptest::collection::vec(inner, 0..4).prop_map(|items| {
                let members = items.iter().map(|item| format!("\"key\" :{item}"));
                format!("{{{}}}", members.collect::<Vec<_>>().join(","))
            }),
        ]
    });
    (json, any::<prop::sample::Index>(), any::<u8>(), 0..3_u8).prop_map(|(json, at, byte, how)| {
        let mut bytes = json.into_bytes();
        let at = at.index(bytes.len());
        match how {
            0 => {}
            1 => bytes[at] = byte,
            _ => bytes.truncate(at),
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn walk_and_parser_agree_on_nearly_json(text in nearly_json()) {
        prop_assert_eq!(scans(&text), parses(&text));
    }

    #[test]
    fn walk_and_parser_agree_on_spoilt_json(text in spoilt_json()) {
        prop_assert_eq!(scans(&text), parses(&text));
    }

    #[test]
    fn walk_finds_the_values_of_a_parser(text in spoilt_json()) {
        let text = String::from_utf8_lossy(&text);
        let text = format!(" {{\"x\":{text}, \"y\" : {text} }}");
        let parsed = crate::filter::members(&text).ok();
        let parsed = parsed.filter(|_| parses(text.as_bytes())).map(|members| {
            let texts = |(key, value): (Cow<'_, str>, &str)| (key.into_owned(), value.to_owned());
            members.into_iter().map(texts).collect::<Vec<_>>()
        });
        prop_assert_eq!(members(&text), parsed);
    }
}
