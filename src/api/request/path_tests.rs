//! Odd spellings of paths: each is refused, or sent and recognised as the same.

use proptest::prelude::*;

use super::*;
use crate::catalog::{self, Method};

#[test]
fn path_is_encoded_once_whether_it_was_before_or_not() {
    for (typed, sent) in [
        ("/a b/c%20d/1", "/a%20b/c%20d/1"),
        ("products/10/plans-bulk", "/products/10/plans-bulk"),
        ("/%63harges/5/%72efund", "/charges/5/refund"),
        ("/subscriptions/", "/subscriptions/"),
        ("/a%3Ab", "/a:b"),
        ("/a%2Eb", "/a.b"),
        ("/100%25", "/100%25"),
        ("/", "/"),
        ("", "/"),
    ] {
        assert_eq!(normalized_path(typed).unwrap(), sent, "{typed}");
    }
}

#[test]
fn path_is_refused_when_it_could_be_read_as_another() {
    for typed in [
        "/x/../charges/5/refund",
        "/x/%2e%2e/charges/5/refund",
        "/x/.%2E/charges/5/refund",
        "/x/%252e%252e/charges/5/refund",
        "/x/%25252e%25252E/charges/5/refund",
        "/./charges/5/refund",
        "/charges/5/refund/.",
        "//subscriptions/1/cancel",
        "/subscriptions//1/cancel",
        "/subscriptions/1/cancel//",
        "///",
        "/charges%2f5%2Frefund",
        "/charges%252f5/refund",
        "/charges\\5\\refund",
        "/charges%5C5/refund",
        "\\\\example.com\\charges",
        "/charges/5/refund;x=1",
        "/charges/5;/refund",
        "/charges/5/refund%3bx",
        "/charges/5/refund%00",
        "/charges/5/refund%0A",
        "/charges/5/refund\t",
        "/charges/5/refund%7f",
        "/charges/5/refund%C2%85",
        "/charges/5/refund%20",
        "/charges/5/%20refund",
        "/charges/5/refund%3Fa=1",
        "/charges/5/refund#a",
        "/charges/5/refund%23a",
        "/charges/5/refund%",
        "/charges/5/refund%2",
        "/charges/5/%zzrefund",
        "/charges/5/%ff",
        "https://example.com/charges/5/refund",
        "HTTPS:/example.com/charges",
        "https:\\\\example.com",
        "https%3A%2F%2Fexample.com",
        "//example.com/charges",
        "%2F%2Fexample.com/charges",
        "api.rechargeapps.com/charges/5/refund",
        "user:secret@example.com/charges",
        "/%2525252525252531",
    ] {
        let error = normalized_path(typed).expect_err(typed);
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

#[test]
fn path_parameter_stays_one_segment() {
    for bad in [
        "", ".", "..", "%2e%2e", "a/b", "a\\b", "5;x", "5?x", "5#", "5\n", " 5",
    ] {
        assert!(check_segment(bad).is_err(), "{bad:?}");
    }
    for good in ["5", "a b", "100%", "a%20b", "...", "a.b", "é", "a:b,c"] {
        assert!(check_segment(good).is_ok(), "{good:?}");
    }
}

#[test]
fn each_operation_is_found_by_its_path_with_every_letter_percent_encoded() {
    for (_, operation) in catalog::recharge::API.operations() {
        let encode = |letter: char| match letter {
            '/' => "/".to_owned(),
            letter => format!("%{:02x}", u32::from(letter)),
        };
        let plain = operation.path.replace(['{', '}'], "");
        let spelled: String = plain.chars().map(encode).collect();
        let path = normalized_path(&format!("{spelled}/")).unwrap();
        let found = catalog::recharge::API
            .matching(operation.method, &path)
            .unwrap();
        assert!(std::ptr::eq(found, operation), "{spelled}");
    }
}

/// Pieces from which paths are spelled: of operations, and of ways around them.
fn piece() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "charges",
        "5",
        "refund",
        "subscriptions",
        "1",
        "cancel",
        "x",
        "skip_gift",
        "products",
        "%63harges",
        "%72efund",
        "REFUND",
        "%35",
        "ca%6Ecel",
        "a b",
        "é",
    ]);
    let tricks = prop::sample::select(vec![
        "/", "/", "/", "/", "/", "/", "//", "/./", "/../", "/%2e%2e/", "/%2E./", "%2f", "%5c",
        "\\", ";x", "%3b", "%", "%25", "%252e", "%00", "\t", "\n", "?", "#", " ", ".", "..", "@",
        ":",
    ]);
    prop_oneof![
        4 => words.prop_map(str::to_owned),
        4 => tricks.prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}

/// The segments that the HTTP client puts on the wire, decoded.
fn on_the_wire(path: &str) -> (String, Vec<String>) {
    let base = "https://api.example.com";
    let uri: http::Uri = format!("{base}{path}").parse().unwrap();
    let url = reqwest::Url::parse(&uri.to_string()).unwrap();
    assert_eq!(url.host_str(), Some("api.example.com"));
    assert_eq!((url.query(), url.fragment()), (None, None));
    let segments = url.path().trim_matches('/').split('/');
    let decoded = segments.map(|segment| {
        percent_decode_str(segment)
            .decode_utf8()
            .unwrap()
            .into_owned()
    });
    (url.path().to_owned(), decoded.collect())
}

/// The operation whose path has these segments, by a reading of its own.
fn operation_of(method: Method, segments: &[String]) -> Option<(&'static str, &'static str)> {
    let fits = |path: &str| {
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        let same = |(part, word): (&&str, &String)| {
            part.starts_with('{') || part.eq_ignore_ascii_case(word)
        };
        parts.len() == segments.len() && parts.iter().zip(segments).all(same)
    };
    catalog::recharge::API
        .operations()
        .filter(|(_, operation)| operation.method == method && fits(operation.path))
        .min_by_key(|(_, operation)| operation.path.matches('{').count())
        .map(|(_, operation)| (operation.path, operation.verb))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn operation_matched_is_the_operation_on_the_wire(pieces in prop::collection::vec(piece(), 1..9)) {
        let typed = pieces.concat();
        let Ok(path) = normalized_path(&typed) else {
            return Ok(());
        };
        let (wire, segments) = on_the_wire(&path);
        prop_assert_eq!(&wire, &path, "typed {:?}", typed);
        for method in [Method::Get, Method::Post, Method::Put, Method::Delete] {
            let matched = catalog::recharge::API.matching(method, &path);
            let matched = matched.map(|operation| (operation.path, operation.verb));
            prop_assert_eq!(matched, operation_of(method, &segments), "typed {:?}", typed);
        }
    }
}
