//! Links to next pages: no answer decides what is asked besides the cursor.
#![no_main]

use libfuzzer_sys::fuzz_target;
use recharge_cli::api::pages::{PageFacts, next_request};
use recharge_cli::api::request::Request;
use recharge_cli::catalog::recharge::API;
use recharge_cli::catalog::{Method, PageForm};

const PARAMETER: &str = "cursor";

fuzz_target!(|text: &str| {
    let request = Request {
        method: Method::Get,
        path: "/orders".to_owned(),
        query: vec![("limit".to_owned(), "5".to_owned())],
        body: None,
        headers: Vec::new(),
        operation: None,
        notes: Vec::new(),
    };
    let by_link = PageFacts {
        link: Some(text.to_owned()),
        ..PageFacts::default()
    };
    let by_body = PageFacts {
        cursor: Some(text.to_owned()),
        ..PageFacts::default()
    };
    let body = PageForm::BodyCursor {
        parameter: PARAMETER,
        field: "next_cursor",
    };
    let link = PageForm::LinkHeader {
        parameter: PARAMETER,
    };
    for (form, facts) in [(link, by_link), (body, by_body)] {
        let Ok(Some(next)) = next_request(&API, form, &request, &facts) else {
            continue;
        };
        assert_eq!((next.method, &next.path), (request.method, &request.path));
        assert!(next.body.is_none() && next.headers.is_empty());
        let cursor = next.query_value(PARAMETER).expect("a cursor");
        if matches!(form, PageForm::BodyCursor { .. }) {
            assert_eq!(cursor, text);
        } else {
            assert!(!cursor.is_empty());
        }
        // Nothing of it leaves its place in the target.
        let target = next.target();
        assert!(
            target.starts_with("/orders?") && target.is_ascii(),
            "{target}"
        );
        assert!(
            target
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'#'),
            "{target}"
        );
    }
});
