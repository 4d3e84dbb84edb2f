//! Templates: rendering is repeatable and bounded, and mistakes have a place.
#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use recharge_theme::engine::{Engine, Request};
use recharge_theme::folder::Theme;
use recharge_theme::syntax::{parser, place};
use recharge_theme::{check, migrate};
use serde_json::{Value, json};

const FILE: &str = "page.html";
/// A page's limit of work bounds what it can write; 64 bytes cost one of them.
const LONGEST: usize = 256 << 20;

static CONTEXT: LazyLock<Value> = LazyLock::new(|| {
    json!({
        "customer": {"id": 1, "first_name": "Ada", "email": "ada@example.com"},
        "subscriptions": [{"id": 1, "price": "9.50"}, {"id": 2, "price": 3}],
        "settings": {"portal": {}},
    })
});

fuzz_target!(|source: &str| {
    if let Err(error) = parser::parse(source) {
        let (line, column) = place(source, error.at);
        assert!(line >= 1 && column >= 1);
        assert!(
            line <= source.split('\n').count() + 1,
            "line {line} of {source:?}"
        );
    }
    let files = [(FILE.to_owned(), source.as_bytes().to_vec())];
    let theme = Arc::new(Theme::of_files(files));
    let lines = source.lines().count() + 1;
    for finding in check::check(&theme) {
        assert!(finding.line <= lines, "line {} of {lines}", finding.line);
    }
    let _ = migrate::replacements(&theme);
    let engine = Engine::new(theme);
    let request = Request {
        template: FILE,
        context: &CONTEXT,
        portal_path: "/tools/recurring/portal/abc",
        token: None,
        query: &[],
        now: jiff::civil::date(2026, 11, 20).at(12, 0, 0, 0),
    };
    let once = engine.render(&request);
    if let Ok(page) = &once {
        assert!(page.text.len() < LONGEST);
    }
    // What a page picks by chance is all that may differ.
    if !source.contains("random") {
        assert_eq!(once, engine.render(&request));
    }
});
