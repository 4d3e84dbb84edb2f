//! Records for filters: values stay what they are, and results are JSON.
#![no_main]

use libfuzzer_sys::fuzz_target;
use recharge_cli::filter::{Jq, write_json};
use serde_json::Value;

/// All of a record, a few of its fields, the same written so that all is read, and
/// a filter that writes JSON itself.
const FILTERS: [&str; 4] = [
    ".",
    "{id, status}",
    ". as $all | {id: $all[\"id\"], status: $all[\"status\"]}",
    "tojson",
];

thread_local! {
    static COMPILED: [Jq; 4] = FILTERS.map(|text| Jq::compile(text).expect("a filter"));
}

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

fn check(filters: &[Jq; 4], bytes: &[u8]) {
    let [all, some, same, as_text] = filters;
    let whole = results(all, bytes);
    // What is cut out of a record is not looked at beyond that.
    if whole.is_ok() {
        assert_eq!(results(some, bytes), results(same, bytes));
    }
    let _ = results(as_text, bytes);
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(value) = serde_json::from_str::<Value>(text)
        && is_plain(&value, text)
    {
        let whole = whole.expect("JSON is read");
        assert_eq!(whole.len(), 1);
        assert_eq!(
            serde_json::from_str::<Value>(&whole[0]).expect("JSON"),
            value
        );
    }
}

fuzz_target!(|bytes: &[u8]| {
    COMPILED.with(|filters| check(filters, bytes));
});
