//! Spellings of a token, made at random by layers of encoders.

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const TOKEN: &str = "sk_2x1_9f3a7c1e5b/d+2=\"w\\x&y%z";

/// One layer of encoding, as a server may put it on a text.
fn layer(kind: u8, text: &str) -> String {
    let each = |escape: &dyn Fn(u8) -> String| -> String {
        text.chars()
            .map(|letter| match u8::try_from(letter) {
                Ok(byte) if byte < 0x80 => escape(byte),
                _ => letter.to_string(),
            })
            .collect()
    };
    match kind {
        0 => serde_json::to_string(text).unwrap(),
        1 => each(&|byte| format!("\\u00{byte:02x}")),
        2 => crate::api::request::encode(text),
        3 => each(&|byte| format!("%{byte:02x}")),
        4 => serde_json::to_string(text).unwrap().replace('/', "\\/"),
        5 => each(&|byte| match byte {
            b'/' | b'+' | b'"' | b'&' | b'=' => format!("&#x{byte:X};"),
            byte => char::from(byte).to_string(),
        }),
        6 => each(&|byte| match byte {
            b'/' | b'+' | b'\\' | b's' => format!("\\u00{byte:02X}"),
            byte => char::from(byte).to_string(),
        }),
        _ => text.replace('&', "&amp;").replace('"', "&quot;"),
    }
}

#[track_caller]
fn is_cleaned(text: &str, token: &str) {
    let shown = TokenFinder::of(token);
    let shown = shown.clean_text(text);
    assert!(shown.contains(REDACTED), "{text} becomes {shown}");
}

#[test]
fn a_token_is_found_under_each_layer_and_offset_of_base64() {
    for kind in 0..8 {
        is_cleaned(&layer(kind, TOKEN), TOKEN);
    }
    for before in ["", "u", "us", "use:"] {
        for after in ["", "&", "&a", "&ab"] {
            let text = format!("{before}{TOKEN}{after}");
            for encoded in [STANDARD.encode(&text), URL_SAFE_NO_PAD.encode(&text)] {
                let shown = TokenFinder::of(TOKEN);
                let shown = shown.clean_text(&encoded).into_owned();
                let rest = shown.replace(REDACTED, "");
                assert!(rest.len() <= 12, "{encoded} becomes {shown}");
                is_cleaned(&layer(2, &encoded), TOKEN);
                is_cleaned(&layer(4, &encoded), TOKEN);
            }
        }
    }
    is_cleaned(&TOKEN.replace('+', " "), TOKEN);
    is_cleaned(&format!("x+{}", &TOKEN.replace('+', "%20")), TOKEN);
}

#[test]
fn only_the_whole_token_is_taken_out() {
    let finder = TokenFinder::of(TOKEN);
    for text in [
        "",
        "sk_2x1_",
        &TOKEN[1..],
        &TOKEN[..TOKEN.len() - 1],
        &TOKEN.to_uppercase(),
        "{\"a\":\"\\u0073\\\\ \\\"%20 &amp; sku sk_2\"}",
        &"\\".repeat(10_000),
        &"%25".repeat(10_000),
        &"&amp;".repeat(10_000),
        &"sk_2".repeat(10_000),
    ] {
        assert!(
            matches!(finder.clean(text.as_bytes()), Cow::Borrowed(_)),
            "{text:.40}"
        );
    }
}

#[test]
fn a_token_that_other_text_could_be_is_not_searched_for() {
    for token in ["", "1", "active", "sk_dev", "subscription"] {
        let text = format!("{{\"id\":1,\"status\":\"active {token} subscription\"}}");
        assert_eq!(TokenFinder::of(token).clean_text(&text), text);
    }
    for token in ["sk_sandbox_all", "sk_12345", "0123456789abcdef"] {
        assert_eq!(TokenFinder::of(token).clean_text(token), REDACTED);
    }
}

/// A body full of escapes is searched about as fast as another.
#[test]
fn escapes_are_searched_in_linear_time() {
    let finder = TokenFinder::of("sk_2x1_9f3a7c1e5b2d");
    for piece in [
        "\\u3042",
        "\\\\",
        "%25",
        "&amp;",
        "\\u005c",
        "\\\"",
        "%e3%81%82",
        "%5C%5C",
    ] {
        let text = piece.repeat(200_000 / piece.len());
        let begun = std::time::Instant::now();
        assert!(matches!(finder.clean(text.as_bytes()), Cow::Borrowed(_)));
        let spent = begun.elapsed();
        assert!(spent.as_secs() < 10, "{piece}: {spent:?}");
    }
}

#[test]
fn what_shows_itself_shows_no_token() {
    assert_eq!(
        format!("{:?}", TokenFinder::of(TOKEN)),
        "TokenFinder { .. }"
    );
}

proptest! {
    #[test]
    fn a_token_is_found_under_layers_of_encoders(
        token in "[!-~]{16,40}",
        kinds in prop::collection::vec(0_u8..8, 0..=3),
        before in "[ -~]{0,9}",
        after in "[ -~]{0,9}",
    ) {
        let text = kinds.iter().fold(format!("{before}|{token}|{after}"), |text, kind| layer(*kind, &text));
        let shown = TokenFinder::of(&token);
        let shown = shown.clean_text(&text);
        prop_assert!(shown.contains(REDACTED), "{} becomes {}", text, shown);
        prop_assert!(!shown.contains(&token));
    }

    #[test]
    fn json_stays_json_with_a_token_anywhere(
        token in "[!-~]{16,40}",
        strings in prop::collection::vec("[a-z\\\\\"/\n ]{0,6}", 2),
        kind in 0_u8..8,
    ) {
        let spelled = layer(kind, &token);
        let inside = format!("{}{token}{}", strings[0], strings[1]);
        let value = json!({
            "a": inside,
            (format!("{token}{}", strings[1])): [spelled, {"b": format!("{}{token}", strings[0])}],
            "z": 1.5,
        });
        let text = value.to_string();
        let finder = TokenFinder::of(&token);
        let shown = finder.clean_text(&text);
        let read: Result<Value, _> = serde_json::from_str(&shown);
        prop_assert!(read.is_ok(), "{} becomes {}", text, shown);
        let read = read.unwrap();
        prop_assert_eq!(&read["z"], &value["z"]);
        prop_assert!(!read.to_string().contains(&token));
        prop_assert!(finder.clean_text(&read["a"].to_string()).find(&token).is_none());
    }

    #[test]
    fn any_bytes_are_searched(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = TokenFinder::of(TOKEN).clean(&bytes);
    }
}
