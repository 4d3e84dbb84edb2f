//! Redacts secrets in everything that is shown: tokens, payment details, and
//! links to a customer's portal.
//!
//! Takes headers, addresses and bodies of any kind, also cut ones and ones that
//! only look like JSON; returns the same text, letter by letter, with
//! `[redacted]` in place of secrets. A body is not parsed but walked through,
//! so that numbers stay as they are and a broken answer hides nothing less.

use std::borrow::Cow;

use crate::api::query;
use crate::api::request::header;
use crate::catalog::Api;

pub use super::token_finder::TokenFinder;

/// What is where a secret stood.
pub const REDACTED: &str = "[redacted]";

/// Whether the value of a header is a secret.
#[must_use]
pub fn hides_header(api: &Api, name: &str) -> bool {
    header::is_secret(api, name)
}

/// A text without the token, however it is spelled.
#[must_use]
pub fn without_token<'a>(text: &'a str, token: &str) -> Cow<'a, str> {
    TokenFinder::of(token).clean_text(text)
}

/// An address whose query tells no secret.
#[must_use]
pub fn address(api: &Api, url: &str) -> String {
    let Some((path, query)) = url.split_once('?') else {
        return url.to_owned();
    };
    let pairs = query::pairs(query).map(|pair| match pair.raw_parts() {
        (name, Some(_)) if api.is_secret_name(&pair.name) => format!("{name}={REDACTED}"),
        _ => pair.raw.to_owned(),
    });
    format!("{path}?{}", pairs.collect::<Vec<_>>().join("&"))
}

/// A body whose secret fields are taken out.
#[must_use]
pub fn body(api: &Api, text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(quote) = rest.find('"') {
        let (before, from) = rest.split_at(quote);
        out.push_str(before);
        let (word, after) = string(from);
        out.push_str(word);
        rest = after;
        let value = after.trim_start();
        let Some(value) = value.strip_prefix(':') else {
            continue;
        };
        if !is_secret_key(api, word) {
            continue;
        }
        let value = value.trim_start();
        let kept = after.len() - value.len();
        let length = extent(value);
        if value[..length].trim_end() == "null" {
            continue;
        }
        out.push_str(&after[..kept]);
        out.push('"');
        out.push_str(REDACTED);
        out.push('"');
        rest = &value[length..];
    }
    out.push_str(rest);
    out
}

fn is_secret_key(api: &Api, word: &str) -> bool {
    // An escape in a name is unusual, and no way to hide one.
    match serde_json::from_str::<String>(word) {
        Ok(name) => api.is_secret_name(&name),
        Err(_) => api.is_secret_name(word.trim_matches('"')),
    }
}

/// The string that a text begins with, quotes included, and what follows. One
/// that has no end reaches to the end.
fn string(text: &str) -> (&str, &str) {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return text.split_at(at + 1),
            _ => {}
        }
    }
    (text, "")
}

/// How long the JSON value is that a text begins with.
fn extent(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let at = text.len() - rest.len();
        match letter {
            '"' => {
                rest = string(rest).1;
                if depth == 0 {
                    return text.len() - rest.len();
                }
                continue;
            }
            '{' | '[' => depth += 1,
            '}' | ']' | ',' if depth == 0 => return at,
            '}' | ']' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
        rest = &rest[letter.len_utf8()..];
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::recharge::API;

    #[test]
    fn secret_fields_are_taken_out_at_any_depth_and_the_rest_stays_to_the_letter() {
        for (text, shown) in [
            (
                r#"{"hash":"abc","id":1.10}"#,
                r#"{"hash":"[redacted]","id":1.10}"#,
            ),
            (
                r#"{"a":[{"payment_details" : {"last4":"42\"}","x":[1]}, "b":2}]}"#,
                r#"{"a":[{"payment_details" : "[redacted]", "b":2}]}"#,
            ),
            (
                r#"{"processor_customer_token":null,"exp_year":2030}"#,
                r#"{"processor_customer_token":null,"exp_year":"[redacted]"}"#,
            ),
            (r#"{"h\u0061sh":"x"}"#, r#"{"h\u0061sh":"[redacted]"}"#),
            (
                r#"{"email":"hash","b":"token: x"}"#,
                r#"{"email":"hash","b":"token: x"}"#,
            ),
            ("<html>", "<html>"),
            ("", ""),
        ] {
            assert_eq!(body(&API, text), shown);
        }
    }

    #[test]
    fn an_answer_that_broke_off_hides_as_much() {
        for (text, shown) in [
            (r#"{"a":1,"hash":"abc"#, r#"{"a":1,"hash":"[redacted]""#),
            (
                r#"{"payment_details":{"last4":"4242"#,
                r#"{"payment_details":"[redacted]""#,
            ),
            (r#"{"exp_year":20"#, r#"{"exp_year":"[redacted]""#),
        ] {
            assert_eq!(body(&API, text), shown);
        }
    }

    #[test]
    fn headers_that_carry_a_key_are_hidden() {
        for name in [
            "x-recharge-access-token",
            "AUTHORIZATION",
            "set-cookie",
            "Cookie",
        ] {
            assert!(hides_header(&API, name), "{name}");
        }
        assert!(!hides_header(&API, "X-Request-Id"));
    }

    #[test]
    fn the_query_of_an_address_tells_no_secret() {
        let shown = address(&API, "https://x.example.com/a?limit=1&hash=abc&token=t");
        assert_eq!(
            shown,
            "https://x.example.com/a?limit=1&hash=[redacted]&token=[redacted]"
        );
    }

    #[test]
    fn address_keeps_its_spelling_but_for_secrets() {
        for (url, shown) in [
            ("/a?t%6Fken=t&x=%2f+1", "/a?t%6Fken=[redacted]&x=%2f+1"),
            ("/a?status=a,b&&c=", "/a?status=a,b&&c="),
            ("/a?token", "/a?token"),
            ("/a?", "/a?"),
            ("/a", "/a"),
        ] {
            assert_eq!(address(&API, url), shown);
        }
    }

    #[test]
    fn a_token_is_found_in_each_of_its_spellings() {
        let token = "sk_\"a/b\\c";
        for text in [
            r#"sk_"a/b\c"#,
            r#"sk_\"a/b\\c"#,
            r#"sk_\"a\/b\\c"#,
            "sk_%22a%2Fb%5Cc",
        ] {
            assert_eq!(without_token(text, token), REDACTED, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_comes_is_walked_through(text in ".{0,200}") {
            let _ = body(&API, &text);
        }

        #[test]
        fn json_stays_json(text in r#"[a-z"\\{}\[\]:,]{0,20}"#) {
            let value = serde_json::json!({"x": {"hash": text, "k": [text]}, "y": text});
            let shown: serde_json::Value = serde_json::from_str(&body(&API, &value.to_string())).unwrap();
            proptest::prop_assert_eq!(&shown["x"]["hash"], REDACTED);
            proptest::prop_assert_eq!(&shown["x"]["k"], &value["x"]["k"]);
            proptest::prop_assert_eq!(&shown["y"], &value["y"]);
        }
    }
}
