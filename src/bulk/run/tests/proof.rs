//! Rows whose answers prove nothing: odd successes, and refusals after a lost
//! answer. None of them is called done, and none failed that was carried out.

use std::sync::Arc;

use bytes::Bytes;
use http::Response;
use serde_json::{Value, json};

use super::ends::{counts, discount, done, stopped};
use super::stage::{TestStage, Weather, stage};
use crate::bulk::Engine;
use crate::bulk::ledger::LedgerRow;
use crate::bulk::row::Task;
use crate::error::Kind;

fn answer(status: u16, body: &str) -> Response<Bytes> {
    let response = Response::builder().status(status);
    response.body(Bytes::from(body.to_owned())).unwrap()
}

fn row(stage: &Arc<TestStage>, id: &str) -> LedgerRow {
    stage.rows(id).remove(0)
}

fn active(stage: &TestStage) -> Value {
    let all = stage.records("/subscriptions", "subscriptions");
    let active = all.iter().find(|one| one["status"] == "active");
    active.unwrap()["id"].clone()
}

fn task(target: String, body: &Value) -> Task {
    Task {
        target,
        body: (!body.is_null()).then(|| body.to_string()),
    }
}

/// The first request is carried out and its answer lost. Later writes are
/// answered with `then`, or by the store.
fn loses_the_first(stage: &TestStage, then: Option<(u16, &'static str)>) {
    // It holds for the request after the one that sets it.
    stage.weather.lock().unwrap().answer_lost = 100;
    let mut is_first = true;
    stage.before(move |stage, line| {
        stage.weather.lock().unwrap().answer_lost = 0;
        let is_later = !std::mem::take(&mut is_first) && !line.starts_with("GET");
        then.filter(|_| is_later)
            .map(|(status, body)| answer(status, body))
    });
}

const ODD: &[(u16, &str)] = &[
    (200, "<html>maintenance</html>"),
    (200, ""),
    (200, "OK"),
    (200, "{}"),
    (200, "{\"errors\":\"you are blocked\"}"),
    (200, "{\"subscription\":{\"id\":1}}"),
    (200, "{\"subscription\":{}}"),
    (200, "{\"order\":{\"id\":5}}"),
    (202, "{\"subscription\":{\"id\":5}}"),
    (206, "{\"subscription\":{\"id\":5}}"),
];

#[test]
fn a_success_that_proves_nothing_is_settled_like_a_lost_answer() {
    for (status, body) in ODD {
        let stage = stage(1);
        let update = task("/subscriptions/5".to_owned(), &json!({"quantity": 2}));
        let id = stage.job("subscriptions.update", Engine::Requests, &[update]);
        stage.before(move |_, _| Some(answer(*status, body)));
        let error = stopped(stage.process(&id));
        assert_eq!(error.kind, Kind::Unreachable, "{status} {body}");
        assert!(error.message.contains("the response"), "{}", error.message);
        assert_eq!(counts(&stage, &id).ok, 0, "{status} {body}");
        // A write that is not repeated is unknown at once.
        let gift = task("/onetimes".to_owned(), &json!({"quantity": 1}));
        let id = stage.job("onetimes.create", Engine::Requests, &[gift]);
        done(&stage.process(&id));
        let row = row(&stage, &id);
        assert_eq!(row.state, "unknown", "{status} {body}");
        assert!(
            row.error.unwrap().contains("the response"),
            "{status} {body}"
        );
    }
    // A repeatable one is sent again, and carried out.
    let stage = stage(1);
    let target = format!("/subscriptions/{}", active(&stage));
    let id = stage.job(
        "subscriptions.update",
        Engine::Requests,
        &[task(target, &json!({"quantity": 2}))],
    );
    let mut left = 1;
    stage.before(move |_, _| {
        left -= 1;
        (left >= 0).then(|| answer(200, "<html>"))
    });
    done(&stage.process(&id));
    assert_eq!(counts(&stage, &id).ok, 1);
}

#[test]
fn a_batch_whose_steps_prove_nothing_is_not_taken_for_started() {
    let stage = stage(1);
    let id = stage.job("discounts.create", Engine::Batches, &[discount(1)]);
    let mut left = 2;
    stage.before(move |_, line| {
        let is_start = line.ends_with("/process");
        left -= i32::from(is_start);
        (is_start && left >= 0).then(|| answer(200, "<html>"))
    });
    done(&stage.process(&id));
    assert_eq!(counts(&stage, &id).ok, 1);
    assert_eq!(stage.marks("/discounts", "discounts", "code").len(), 1);
}

#[test]
fn a_refusal_after_a_lost_answer_leaves_doubt_unless_it_is_about_form() {
    let form = "{\"errors\":{\"cancellation_reason\":[\"Not a valid string.\"]}}";
    for (status, body, state) in [
        (404, "{\"errors\":\"Not Found\"}", "unknown"),
        (410, "", "unknown"),
        (400, "{}", "unknown"),
        (402, "{}", "unknown"),
        (405, "{}", "unknown"),
        (415, "{}", "unknown"),
        (501, "", "unknown"),
        (
            422,
            "{\"errors\":{\"status\":[\"is cancelled\"]}}",
            "unknown",
        ),
        (422, form, "failed"),
    ] {
        let stage = stage(1);
        let target = format!("/subscriptions/{}/cancel", active(&stage));
        let cancel = task(target, &json!({"cancellation_reason": "moved"}));
        let id = stage.job("subscriptions.cancel", Engine::Requests, &[cancel]);
        loses_the_first(&stage, Some((status, body)));
        done(&stage.process(&id));
        assert_eq!(row(&stage, &id).state, state, "{status} {body}");
    }
}

#[test]
fn a_token_that_is_refused_after_a_lost_answer_stops_the_job_with_the_row_in_doubt() {
    for status in [401, 403] {
        let stage = stage(1);
        let target = format!("/subscriptions/{}/cancel", active(&stage));
        let cancel = task(target, &json!({"cancellation_reason": "moved"}));
        let id = stage.job("subscriptions.cancel", Engine::Requests, &[cancel]);
        loses_the_first(&stage, Some((status, "{\"error\":\"no\"}")));
        let error = stopped(stage.process(&id));
        assert_eq!((error.kind, error.in_doubt), (Kind::Unreachable, true));
        assert_eq!(stage.ledger(&id).in_doubt_behind(0, 9).unwrap().len(), 1);
        stage.alone();
        assert_eq!(stage.until_done_in_calm(&id).ok, 1);
    }
}

#[test]
fn what_is_gone_when_a_lost_deletion_is_sent_again_is_unknown() {
    for target in ["/onetimes/{id}", "/onetimes/987654321"] {
        let stage = stage(1);
        let onetime = stage.records("/onetimes", "onetimes")[0]["id"].to_string();
        let delete = task(target.replace("{id}", &onetime), &Value::Null);
        let id = stage.job("onetimes.delete", Engine::Requests, &[delete]);
        loses_the_first(&stage, None);
        done(&stage.process(&id));
        let row = row(&stage, &id);
        assert_eq!((row.state, row.status), ("unknown", Some(404)), "{target}");
        assert!(row.error.unwrap().contains("it does not exist"), "{target}");
    }
    // Without a lost answer it was not there before.
    let stage = stage(1);
    let delete = task("/onetimes/987654321".to_owned(), &Value::Null);
    let id = stage.job("onetimes.delete", Engine::Requests, &[delete]);
    done(&stage.process(&id));
    assert_eq!(row(&stage, &id).state, "failed");
}

fn customer(email: &str) -> Task {
    let body = json!({"email": email, "first_name": "Bob", "last_name": "Marlow"});
    task("/customers".to_owned(), &body)
}

#[test]
fn a_unique_field_to_the_letter_is_done() {
    let stage = stage(1);
    let id = stage.job(
        "customers.create",
        Engine::Requests,
        &[customer("bob@example.com")],
    );
    loses_the_first(&stage, None);
    done(&stage.process(&id));
    assert_eq!(row(&stage, &id).state, "ok");
}

#[test]
fn a_unique_field_in_other_letters_is_found_and_unknown() {
    let kept = "{\"customers\":[{\"id\":5,\"email\":\"bob@example.com\",\"first_name\":\"Bob\",\"last_name\":\"Marlow\"}]}";
    // A store that keeps small letters, with and without a filter that minds them.
    for is_exact in [true, false] {
        let stage = stage(1);
        let id = stage.job(
            "customers.create",
            Engine::Requests,
            &[customer("Bob@Example.com")],
        );
        stage.weather.lock().unwrap().answer_lost = 100;
        let mut is_first = true;
        stage.before(move |stage, line| {
            stage.weather.lock().unwrap().answer_lost = 0;
            if line.starts_with("GET") {
                let is_found = !is_exact || line.contains("bob%40example.com");
                return Some(answer(
                    200,
                    if is_found { kept } else { "{\"customers\":[]}" },
                ));
            }
            let taken = "{\"errors\":{\"email\":\"email already exists on store\"}}";
            (!std::mem::take(&mut is_first)).then(|| answer(422, taken))
        });
        done(&stage.process(&id));
        let row = row(&stage, &id);
        assert_eq!(row.state, "unknown", "{:?}", row.error);
        let error = row.error.unwrap();
        assert!(
            error.contains("customer 5 has this email in different upper and lower case"),
            "{error}"
        );
    }
}

#[test]
fn a_refused_row_that_is_not_found_is_unknown_after_a_loss_and_failed_without() {
    let taken = "{\"errors\":{\"email\":\"email already exists on store\"}}";
    let stage = stage(1);
    let id = stage.job(
        "customers.create",
        Engine::Requests,
        &[customer("a@b.example")],
    );
    // The first never arrives.
    *stage.weather.lock().unwrap() = Weather {
        lost: 100,
        ..Weather::default()
    };
    let _ = stage.process_with(&id, |_| {});
    *stage.weather.lock().unwrap() = Weather::default();
    stage.before(move |_, line| line.starts_with("POST").then(|| answer(422, taken)));
    done(&stage.process(&id));
    assert_eq!(row(&stage, &id).state, "unknown");
    let id = stage.job(
        "customers.create",
        Engine::Requests,
        &[customer("a@b.example")],
    );
    done(&stage.process(&id));
    assert_eq!(row(&stage, &id).state, "failed");
}

#[test]
fn a_skip_of_items_whose_answer_is_lost_is_sent_once_and_unknown() {
    let stage = stage(1);
    let charges = stage.records("/charges", "charges");
    let charge = charges
        .iter()
        .find(|one| one["status"] == "queued")
        .unwrap();
    let item = charge["line_items"][0]["purchase_item_id"].clone();
    let skip = |body: &Value| task(format!("/charges/{}/skip", charge["id"]), body);
    let items = skip(&json!({"purchase_item_ids": [item]}));
    let id = stage.job("charges.skip", Engine::Requests, &[items]);
    loses_the_first(&stage, None);
    done(&stage.process(&id));
    assert_eq!(row(&stage, &id).state, "unknown");
    let asked = |stage: &TestStage| stage.asked.lock().unwrap().len();
    assert_eq!(asked(&stage), 1);
}
