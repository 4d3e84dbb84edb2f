//! The walk and the parser find the same in a page.

use super::super::parsed;
use super::*;
use crate::catalog::{self, PageForm};

fn reading(page: PageForm) -> Reading {
    Reading {
        page,
        ..Reading::of(&catalog::recharge::API, None)
    }
}

const CURSOR: PageForm = PageForm::BodyCursor {
    field: "next",
    parameter: "cursor",
};

const COUNTED: PageForm = PageForm::Counted {
    parameter: "page",
    total: "meta.pages",
};

const PAGES: &[&str] = &[
    r#"{"next":"c2","list":[{"id":1,"a":"x\"y\\"},{"id":2.50,"b":[null,{}]}],"other":{"a":[1]}}"#,
    "{ \"list\" : [ 1 ,\n\t\"text\", [] ] , \"next\" : null }\r\n",
    r#"{"meta":{"pages":7,"page":1},"list":[{"id":"é"}]}"#,
    r#"{"list":[]}"#,
    r#"{"list":[1],"list":[2,3],"next":"a","next":"b"}"#,
    r#"{"next":7,"list":[1]}"#,
    r#"{"meta":{"pages":"7"},"list":[1]}"#,
];

/// Whether the walk found something. What it found is what the parser finds.
fn is_found(body: &[u8], wanted: Wanted, reading: &Reading) -> bool {
    let found = find(body, wanted, reading);
    let is_found = found.is_some();
    if is_found {
        let text = String::from_utf8_lossy(body);
        assert_eq!(found, parsed(body, wanted, reading).ok(), "{text}");
    }
    is_found
}

#[test]
fn pages_are_read_without_the_parser() {
    for page in PAGES {
        for form in [CURSOR, COUNTED] {
            assert!(
                is_found(page.as_bytes(), Wanted::List("list"), &reading(form)),
                "{page}"
            );
        }
    }
    for page in ["[]", "[{\"id\":1}, 2]\n"] {
        assert!(
            is_found(page.as_bytes(), Wanted::BareList, &reading(CURSOR)),
            "{page}"
        );
    }
}

#[test]
fn spoilt_page_is_read_as_the_parser_reads_it_or_left_to_it() {
    for page in PAGES {
        for form in [CURSOR, COUNTED] {
            let reading = reading(form);
            for at in 0..page.len() {
                let truncated = &page.as_bytes()[..at];
                assert!(
                    !is_found(truncated, Wanted::List("list"), &reading) || at + 2 >= page.len()
                );
                for byte in *b"\"\\{}[]:, 0e\n\x01\xff" {
                    let mut spoilt = page.as_bytes().to_vec();
                    spoilt[at] = byte;
                    is_found(&spoilt, Wanted::List("list"), &reading);
                    is_found(&spoilt, Wanted::BareList, &reading);
                }
            }
        }
    }
}

#[test]
fn unusual_pages_are_left_to_the_parser() {
    let reading = reading(CURSOR);
    for page in [
        r#"{"list":{"id":1}}"#,
        r#"{"l\u0069st":[1]}"#,
        r#"{"list":[1]} x"#,
        r#"{"list":[1,]}"#,
        r#"{"list":[01]}"#,
        "[1]",
        "",
    ] {
        assert!(
            !is_found(page.as_bytes(), Wanted::List("list"), &reading),
            "{page}"
        );
    }
    assert!(!is_found(
        b"{\"list\":[\"\xff\"]}",
        Wanted::List("list"),
        &reading
    ));
    assert!(!is_found(
        b"{\"other\":\"\xff\",\"list\":[]}",
        Wanted::List("list"),
        &reading
    ));
    let deep = format!("{{\"list\":[{}1{}]}}", "[".repeat(99), "]".repeat(99));
    assert!(!is_found(deep.as_bytes(), Wanted::List("list"), &reading));
    assert!(!is_found(
        b"{\"list\":[1]}",
        Wanted::Value("list"),
        &reading
    ));
}
