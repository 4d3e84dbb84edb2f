//! A job that is asked to stop: nothing new leaves, what is under way is
//! answered, and it continues later.

use std::sync::{Arc, Mutex};

use http::Response;
use jiff::SignedDuration;

use super::ends::{begun, counts, discount};
use super::stage::{Exit, stage};
use super::wire::said;
use crate::bulk::Engine;
use crate::bulk::row::Task;
use crate::bulk::run::RunEnd;

#[test]
fn told_to_stop_a_job_begins_nothing_new_and_goes_on_later() {
    for engine in Engine::ALL {
        let stage = stage(1);
        let id = begun(&stage, engine, 7);
        let (teller, stop) = tokio::sync::watch::channel(false);
        let mut left = 3;
        stage.before(move |_, _| {
            left -= 1;
            if left == 0 {
                teller.send(true).unwrap();
            }
            None
        });
        let exit = stage.process_with(&id, |means| means.stop = stop);
        assert!(matches!(exit, Exit::Run(Ok(RunEnd::Halted))), "{exit:?}");
        assert!(stage.asked.lock().unwrap().len() <= 3 + 8);
        assert_eq!(stage.ledger(&id).in_doubt_behind(0, 9).unwrap(), []);
        stage.alone();
        assert_eq!(stage.until_done(&id).ok, 7);
    }
}

#[test]
fn told_to_stop_nothing_waits_for_its_turn_any_more() {
    let stage = stage(1);
    let id = begun(&stage, Engine::Requests, 20);
    let (teller, stop) = tokio::sync::watch::channel(false);
    let told = Arc::new(Mutex::new(None));
    let at = Arc::clone(&told);
    // Eight are under way before the first answer says that the bucket is full.
    let mut left = 10;
    stage.before(move |stage, _| {
        left -= 1;
        if left == 0 {
            teller.send(true).unwrap();
            *at.lock().unwrap() = Some(stage.now());
        }
        let full = Response::builder().header("X-Recharge-Limit", "40/40");
        Some(full.body("{\"discount\":{\"id\":1}}".into()).unwrap())
    });
    let exit = stage.process_with(&id, |means| means.stop = stop);
    assert!(matches!(exit, Exit::Run(Ok(RunEnd::Halted))), "{exit:?}");
    let told = told.lock().unwrap().unwrap();
    let late = stage.now().duration_since(told);
    assert!(late <= SignedDuration::from_secs(1), "{late:#}");
    let counts = counts(&stage, &id);
    assert!(
        counts.ok >= 10 && counts.ok + counts.open == 20,
        "{counts:?}"
    );
}

#[test]
fn a_row_is_not_told_as_refused_while_the_attempt_before_is_at_work() {
    let stage = stage(1);
    let active = stage.records("/subscriptions", "subscriptions");
    let active = active.iter().find(|one| one["status"] == "active").unwrap();
    let task = Task {
        target: format!("/subscriptions/{}/cancel", active["id"]),
        body: Some("{\"cancellation_reason\":\"moved away\"}".to_owned()),
    };
    let id = stage.job("subscriptions.cancel", Engine::Requests, &[task]);
    // The answer to the first attempt is lost; those after it meet it at work.
    let mut attempts = 0;
    stage.before(move |stage, _| {
        attempts += 1;
        stage.weather.lock().unwrap().answer_lost = if attempts == 1 { 100 } else { 0 };
        (2..20).contains(&attempts).then(|| said(409))
    });
    stage.weather.lock().unwrap().answer_lost = 100;
    let counts = stage.until_done(&id);
    let errors = stage.ledger(&id).errors(9).unwrap();
    assert_eq!((counts.ok, counts.failed), (1, 0), "{errors:?}");
}

#[test]
fn rows_that_meet_each_other_at_work_go_once_more_one_at_a_time() {
    let stage = stage(1);
    let id = begun(&stage, Engine::Requests, 3);
    // Each goes four times, and meets another each time.
    let mut left = 12;
    stage.before(move |_, _| {
        left -= 1;
        (left >= 0).then(|| said(409))
    });
    let exit = stage.process(&id);
    assert!(matches!(exit, Exit::Run(Ok(RunEnd::Done))), "{exit:?}");
    assert_eq!(counts(&stage, &id).ok, 3);
    // One that meets others even then is reported as refused.
    let id = stage.job("discounts.create", Engine::Requests, &[discount(7)]);
    stage.before(|_, _| Some(said(409)));
    let exit = stage.process(&id);
    assert!(matches!(exit, Exit::Run(Ok(RunEnd::Done))), "{exit:?}");
    assert_eq!(counts(&stage, &id).failed, 1);
}

/// A refusal for too many requests changed nothing, so that the row is not in
/// doubt while it pauses, whatever ends the process.
#[test]
fn a_row_that_pauses_after_a_refusal_is_returned_and_not_waited_for() {
    let stage = stage(1);
    let address = stage.records("/addresses", "addresses")[0]["id"].clone();
    let body = serde_json::json!({
        "address_id": address, "add_to_next_charge": true, "price": "6.00", "quantity": 1,
        "product_title": "Gift", "external_variant_id": {"ecommerce": "3844892483"}
    });
    let task = Task {
        target: "/onetimes".to_owned(),
        body: Some(body.to_string()),
    };
    let id = stage.job("onetimes.create", Engine::Requests, &[task]);
    let (teller, stop) = tokio::sync::watch::channel(false);
    let begin = stage.now();
    stage.before(move |_, _| {
        teller.send(true).unwrap();
        let busy = Response::builder().status(429).header("Retry-After", "50");
        Some(busy.body("{}".into()).unwrap())
    });
    let exit = stage.process_with(&id, |means| means.stop = stop);
    assert!(matches!(exit, Exit::Run(Ok(RunEnd::Halted))), "{exit:?}");
    let waited = stage.now().duration_since(begin);
    assert!(waited < SignedDuration::from_secs(50), "{waited:#}");
    assert_eq!(stage.ledger(&id).in_doubt_behind(0, 9).unwrap(), []);
    stage.alone();
    let counts = stage.until_done(&id);
    assert_eq!((counts.ok, counts.unknown), (1, 0));
}
