//! Answers with lists: what is cut out of the bytes is what a parser finds.
#![no_main]

use libfuzzer_sys::fuzz_target;
use recharge_cli::api::client::{Reading, Response};
use recharge_cli::api::response::{Envelope, Wanted};
use recharge_cli::catalog::recharge::API;
use serde_json::Value;

/// A key that lists of the API have.
const KEY: &str = "charges";

fn opened(bytes: &[u8], wanted: Wanted) -> Option<Envelope> {
    let answer = Response {
        status: 200,
        request_id: None,
        link: None,
        headers: http::HeaderMap::new(),
        reading: Reading::of(&API, None),
        body: bytes::Bytes::copy_from_slice(bytes),
    };
    Envelope::open(answer, wanted).ok()
}

/// Keys and values of an object at the top, each key once; `None` of all else.
fn members(bytes: &[u8]) -> Option<serde_json::Map<String, Value>> {
    let Ok(Value::Object(members)) = serde_json::from_slice(bytes) else {
        return None;
    };
    // Which of two members of one name counts is not said by JSON.
    let text = String::from_utf8_lossy(bytes);
    let once = |key: &str| text.matches(key).count() <= 1 && !text.contains("\\u");
    (once(KEY) && once("cursor")).then_some(members)
}

fuzz_target!(|bytes: &[u8]| {
    let envelope = opened(bytes, Wanted::List(KEY));
    for wanted in [
        Wanted::AnyList,
        Wanted::Whole,
        Wanted::BareList,
        Wanted::Value(KEY),
    ] {
        for record in opened(bytes, wanted).iter().flat_map(Envelope::records) {
            let is_json = serde_json::from_str::<serde::de::IgnoredAny>(record).is_ok();
            assert!(is_json, "a record is not JSON: {record}");
        }
    }
    let Some(members) = members(bytes) else {
        return;
    };
    let list = members.get(KEY).and_then(Value::as_array);
    assert_eq!(
        envelope.is_some(),
        list.is_some(),
        "opened and parsed differ"
    );
    let (Some(envelope), Some(list)) = (envelope, list) else {
        return;
    };
    let records: Vec<Value> = envelope
        .records()
        .map(|record| serde_json::from_str(record).expect("parsed as a part of the whole"))
        .collect();
    assert_eq!(&records, list);
    assert_eq!(envelope.facts.rows, list.len());
    let cursor = members.get("next_cursor").and_then(Value::as_str);
    let cursor = cursor.filter(|cursor| !cursor.trim().is_empty());
    assert_eq!(envelope.facts.cursor.as_deref(), cursor);
});
