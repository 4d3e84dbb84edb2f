//! The clock is put ahead in slices, and not too far; what the control surface
//! takes has bounds.

use std::cell::RefCell;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Store, of, request};

fn refused(store: &Store, method: &str, path: &str, body: &Value) -> String {
    let answer = store.0.control(&request(method, path, body));
    let text = String::from_utf8_lossy(answer.body()).into_owned();
    assert_eq!(answer.status(), 422, "{text}");
    text
}

#[test]
fn clock_is_not_put_further_ahead_than_ten_years_at_once() {
    let store = Store::empty();
    let before = store
        .0
        .control(&request("GET", "/_sandbox/clock", &Value::Null));
    for span in ["100y", "3661d", "1000000h"] {
        let said = refused(
            &store,
            "POST",
            "/_sandbox/clock/advance",
            &json!({"by": span}),
        );
        assert!(said.contains("3660 days at a time"), "{said}");
    }
    refused(
        &store,
        "PUT",
        "/_sandbox/clock",
        &json!({"now": "2126-01-01"}),
    );
    let after = store
        .0
        .control(&request("GET", "/_sandbox/clock", &Value::Null));
    assert_eq!(before.body(), after.body());
    store.advance("3660d");
}

#[test]
fn others_are_answered_while_the_clock_is_put_ahead() {
    let (sliced, whole) = (Store::empty(), Store::empty());
    let (_, address, _) = sliced.subscriber("2026-12-01");
    whole.subscriber("2026-12-01");
    let seen = RefCell::new(Vec::new());
    let look = || {
        let answer = sliced
            .0
            .control(&request("GET", "/_sandbox/clock", &Value::Null));
        let clock: Value = serde_json::from_slice(answer.body()).unwrap();
        seen.borrow_mut().push(clock["now"].to_string());
        assert_eq!(
            sliced.get(&of("addresses", &address))["address"]["id"],
            address["id"]
        );
        std::future::ready(())
    };
    let advance = request("POST", "/_sandbox/clock/advance", &json!({"by": "60d"}));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let answer = runtime.block_on(sliced.0.control_clock(&advance, Duration::ZERO, look));
    let sliced: Value = serde_json::from_slice(answer.unwrap().body()).unwrap();
    let seen = seen.into_inner();
    assert!(seen.len() >= 60, "{}", seen.len());
    assert!(seen.is_sorted() && seen.first() < seen.last());
    let whole: Value = serde_json::from_slice(whole.0.control(&advance).body()).unwrap();
    assert_eq!(sliced, whole);
    assert_eq!(sliced["happened"]["charges_paid"], 2);
}

#[test]
fn tokens_are_bounded_in_number_and_name() {
    let store = Store::empty();
    let long = json!({"name": "n".repeat(201)});
    let said = refused(&store, "POST", "/_sandbox/tokens", &long);
    assert!(said.contains("200 bytes"), "{said}");
    let made = (0..1_100).take_while(|_| {
        let answer = store
            .0
            .control(&request("POST", "/_sandbox/tokens", &json!({})));
        answer.status() == 200
    });
    assert!(made.count() < 1_000);
}
