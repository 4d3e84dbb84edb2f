//! Records for filters: values stay what they are, and results are JSON.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use recharge_cli::filter::{Jq, with_room, write_json};
use serde_json::Value;

/// Filters that read all, filters that read a few fields, and the same written so
/// that all is read.
static FILTERS: LazyLock<[Jq; 4]> = LazyLock::new(|| {
    [".", "{id, status}", ". as $all | {id: $all[\"id\"], status: $all[\"status\"]} | .", "tojson"]
        .map(|text| Jq::compile(text).expect("a filter"))
});

/// The results of a filter as JSON text; an error in place of what follows it.
fn results(filter: &Jq, record: &[u8]) -> Result<Vec<String>, ()> {
    let mut found = Vec::new();
    let ran = filter.run(record, &mut |value| {
        let mut text = String::new();
        write_json(value, &mut text)?;
        serde_json::from_str::<serde::de::IgnoredAny>(&text).expect("results are JSON");
        found.push(text);
        Ok(())
    });
    ran.map(|_| found).map_err(|_| ())
}

/// Whether a parser and a filter can be held against each other: a key twice,
/// numbers beyond a double and lone surrogates mean something else to each.
fn is_plain(value: &Value, text: &str) -> bool {
    fn simple(value: &Value) -> bool {
        match value {
            Value::Number(number) => number.as_i64().is_some_and(|number| number.abs() < 1 << 53),
            Value::Array(items) => items.iter().all(simple),
            Value::Object(members) => members.values().all(simple),
            _ => true,
        }
    }
    simple(value) && !text.contains('\\') && value.to_string().len() == text.len()
}

fuzz_target!(|bytes: &[u8]| {
    with_room(|| {
        let [all, some, same, as_text] = &*FILTERS;
        let whole = results(all, bytes);
        assert_eq!(results(some, bytes), results(same, bytes));
        let _ = results(as_text, bytes);
        let Ok(text) = std::str::from_utf8(bytes) else {
            return;
        };
        if let Ok(value) = serde_json::from_str::<Value>(text)
            && is_plain(&value, text)
        {
            let whole = whole.expect("JSON is read");
            assert_eq!(serde_json::from_str::<Value>(&whole[0]).expect("JSON"), value);
            assert_eq!(whole.len(), 1);
        }
    });
});
