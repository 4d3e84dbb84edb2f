//! Rows whose response is lost: how often they are sent again, and what is said
//! of those that a later attempt refuses.

use std::sync::Arc;

use bytes::Bytes;
use http::Response;
use serde_json::json;

use super::ends::{begun, counts, done, stopped};
use super::stage::{TestStage, stage};
use super::steps::how_many;
use super::wire::said;
use crate::bulk::Engine;
use crate::bulk::row::Task;
use crate::bulk::run::doubt::is_refused_after_loss;
use crate::bulk::run::requests::{is_own, stops};
use crate::error::{Error, Kind, Refusal};

fn error(kind: Kind, status: Option<u16>) -> Error {
    let error = Error::new(kind, "");
    match status {
        Some(status) => error.answered(Refusal {
            status,
            ..Refusal::default()
        }),
        None => error,
    }
}

/// A job of one row that an earlier run sent so often.
fn sent(stage: &Arc<TestStage>, operation: &str, task: Task, times: u32) -> String {
    let id = stage.job(operation, Engine::Requests, &[task]);
    let (ledger, _) = stage.ledger(&id).lock().unwrap();
    for _ in 0..times {
        ledger.leaves(1).unwrap();
    }
    id
}

fn deletion() -> Task {
    Task {
        target: "/onetimes/987654321".to_owned(),
        body: None,
    }
}

fn discount() -> Task {
    super::ends::discount(1)
}

fn answer(status: u16, body: &str) -> Response<Bytes> {
    let response = Response::builder().status(status);
    response.body(Bytes::from(body.to_owned())).unwrap()
}

/// The state of the first row, and why.
fn end(stage: &Arc<TestStage>, id: &str) -> (&'static str, String) {
    let row = stage.rows(id).remove(0);
    (row.state, row.error.unwrap_or_default())
}

#[test]
fn a_refusal_counts_as_one_after_a_loss_when_it_is_final_and_in_doubt() {
    for (status, in_doubt, is_so) in [
        (Some(422), true, true),
        (Some(404), true, true),
        (Some(301), true, true),
        (Some(422), false, false),
        (Some(409), true, false),
        (Some(429), true, false),
        (Some(500), true, false),
        (Some(200), true, false),
        (None, true, false),
    ] {
        let mut error = error(Kind::Unreachable, status);
        error.in_doubt = in_doubt;
        assert_eq!(
            is_refused_after_loss(&error),
            is_so,
            "{status:?} {in_doubt}"
        );
    }
}

#[test]
fn an_error_is_of_this_program_when_nothing_answered_and_no_network_failed() {
    for (kind, status, own) in [
        (Kind::Unexpected, None, true),
        (Kind::Usage, None, true),
        (Kind::Access, None, true),
        (Kind::Unreachable, None, false),
        (Kind::Interrupted, None, false),
        (Kind::Unexpected, Some(200), false),
        (Kind::Access, Some(403), false),
    ] {
        assert_eq!(is_own(&error(kind, status)), own, "{kind:?} {status:?}");
    }
    for (kind, all) in [
        (Kind::Access, true),
        (Kind::Unreachable, true),
        (Kind::Refused, false),
        (Kind::NotFound, false),
    ] {
        assert_eq!(stops(&error(kind, None)), all, "{kind:?}");
    }
}

#[test]
fn a_row_that_was_sent_five_times_is_unknown_and_not_sent_again() {
    let stage = stage(1);
    let id = sent(&stage, "discounts.create", discount(), 5);
    done(&stage.process(&id));
    assert_eq!(
        end(&stage, &id),
        (
            "unknown",
            "it may have been carried out: it was cut off; it was sent 5 times".to_owned()
        )
    );
    assert_eq!(how_many(&stage, |_| true), 0);
}

#[test]
fn a_row_that_was_sent_four_times_is_sent_once_more() {
    let stage = stage(1);
    let id = sent(&stage, "discounts.create", discount(), 4);
    stage.before(|_, _| Some(said(502)));
    done(&stage.process(&id));
    let (state, why) = end(&stage, &id);
    assert_eq!(state, "unknown");
    assert!(why.ends_with("; it was sent 5 times"), "{why}");
    assert_eq!(how_many(&stage, |_| true), 1);
}

#[test]
fn a_row_in_doubt_whose_next_attempt_is_lost_too_is_sent_a_second_time() {
    let stage = stage(1);
    let id = sent(&stage, "discounts.create", discount(), 1);
    let mut left = 1;
    stage.before(move |_, _| {
        left -= 1;
        (left >= 0).then(|| said(502))
    });
    done(&stage.process(&id));
    assert_eq!(counts(&stage, &id).ok, 1);
    assert_eq!(how_many(&stage, |_| true), 2);
}

#[test]
fn a_row_in_doubt_waits_while_the_api_works_on_its_object() {
    let stage = stage(1);
    let id = sent(&stage, "discounts.create", discount(), 1);
    let mut left = 4;
    stage.before(move |_, _| {
        left -= 1;
        (left >= 0).then(|| said(409))
    });
    done(&stage.process(&id));
    assert_eq!(counts(&stage, &id).ok, 1);
    assert_eq!(how_many(&stage, |_| true), 5);
}

#[test]
fn a_refused_token_stops_the_job_and_leaves_its_row_in_doubt() {
    for status in [401, 403] {
        let stage = stage(1);
        let id = sent(&stage, "onetimes.delete", deletion(), 1);
        stage.before(move |_, _| Some(said(status)));
        assert_eq!(stopped(stage.process(&id)).kind, Kind::Access);
        assert_eq!(stage.ledger(&id).in_doubt_behind(0, 9).unwrap().len(), 1);
        assert_eq!(how_many(&stage, |_| true), 1);
    }
}

#[test]
fn a_stop_leaves_a_row_in_doubt_as_it_is() {
    let stage = stage(1);
    let id = sent(&stage, "discounts.create", discount(), 1);
    let (teller, stop) = tokio::sync::watch::channel(false);
    stage.before(move |_, _| {
        teller.send(true).unwrap();
        let busy = Response::builder().status(429).header("Retry-After", "50");
        Some(busy.body(Bytes::from_static(b"{}")).unwrap())
    });
    let _ = stage.process_with(&id, |means| means.stop = stop);
    assert_eq!(counts(&stage, &id).open, 1);
    stage.alone();
    assert_eq!(stage.until_done(&id).ok, 1);
}

#[test]
fn a_row_whose_repetition_is_refused_names_the_loss_and_the_refusal() {
    for (status, errors, why) in [
        (
            404,
            "Not Found",
            "and it does not exist: nothing at /onetimes/987654321 (404): Not Found",
        ),
        (
            410,
            "Gone",
            "and it does not exist: the API refused the request (410): Gone",
        ),
        (
            422,
            "it is over",
            "and the second was refused: the API refused the request (422): it is over",
        ),
    ] {
        let stage = stage(1);
        let id = sent(&stage, "onetimes.delete", deletion(), 1);
        let body = json!({ "errors": errors }).to_string();
        stage.before(move |_, _| Some(answer(status, &body)));
        done(&stage.process(&id));
        let why = format!("the response to a first attempt was lost, {why}");
        assert_eq!(end(&stage, &id), ("unknown", why), "{status}");
    }
}

#[test]
fn a_row_that_is_refused_within_one_sending_keeps_the_words_of_the_client() {
    for (status, last) in [
        (
            404,
            "it does not exist: nothing at /customers/987654321 (404)",
        ),
        (422, "the API refused the request (422)"),
    ] {
        let stage = stage(1);
        let update = Task {
            target: "/customers/987654321".to_owned(),
            body: Some("{\"first_name\":\"Rob\"}".to_owned()),
        };
        let id = stage.job("customers.update", Engine::Requests, &[update]);
        let mut is_first = true;
        stage.before(move |_, _| {
            let is_lost = std::mem::take(&mut is_first);
            Some(said(if is_lost { 502 } else { status }))
        });
        done(&stage.process(&id));
        let (state, why) = end(&stage, &id);
        let begin = format!("the response to an earlier attempt was lost; the last one: {last}");
        assert_eq!(state, "unknown");
        assert!(why.starts_with(&begin), "{why}");
    }
}

/// A job whose only row is refused as a duplicate after a lost response; the
/// list answers with `found`.
fn looked_up(found: impl Fn(&str) -> Response<Bytes> + Send + 'static) -> (Arc<TestStage>, String) {
    let stage = stage(1);
    let body = json!({"email": "Bob@Example.com", "first_name": "Bob"}).to_string();
    let customer = Task {
        target: "/customers".to_owned(),
        body: Some(body),
    };
    let id = sent(&stage, "customers.create", customer, 1);
    stage.before(move |_, line| {
        if line.starts_with("GET") {
            return Some(found(line));
        }
        let taken = "{\"errors\":{\"email\":\"email already exists on store\"}}";
        Some(answer(422, taken))
    });
    (stage, id)
}

#[test]
fn a_record_to_the_letter_is_looked_up_once() {
    let kept = "{\"customers\":[{\"id\":5,\"email\":\"Bob@Example.com\",\"first_name\":\"Bob\"}]}";
    let (stage, id) = looked_up(move |_| answer(200, kept));
    done(&stage.process(&id));
    assert_eq!(end(&stage, &id).0, "ok");
    assert_eq!(stage.rows(&id)[0].object.as_deref(), Some("5"));
    assert_eq!(how_many(&stage, |line| line.starts_with("GET")), 1);
}

#[test]
fn a_record_that_is_not_found_is_looked_up_in_each_spelling() {
    let (stage, id) = looked_up(|_| answer(200, "{\"customers\":[]}"));
    done(&stage.process(&id));
    let why = "the response to a first attempt was lost; no customer with this email is found";
    assert_eq!(end(&stage, &id), ("unknown", why.to_owned()));
    assert_eq!(how_many(&stage, |line| line.starts_with("GET")), 3);
}

#[test]
fn a_list_that_the_token_may_not_read_leaves_the_row_unknown() {
    let (stage, id) = looked_up(|_| answer(403, "{\"errors\":\"no scope\"}"));
    done(&stage.process(&id));
    let (state, why) = end(&stage, &id);
    assert_eq!(state, "unknown");
    let begin = "the response to a first attempt was lost; it cannot be looked up: ";
    assert!(why.starts_with(begin), "{why}");
}

#[test]
fn a_list_that_cannot_be_read_stops_the_job_and_leaves_the_row_in_doubt() {
    for (status, kind) in [(401, Kind::Access), (400, Kind::Refused)] {
        let (stage, id) = looked_up(move |_| said(status));
        assert_eq!(stopped(stage.process(&id)).kind, kind, "{status}");
        assert_eq!(stage.ledger(&id).in_doubt_behind(0, 9).unwrap().len(), 1);
    }
}

#[test]
fn the_third_row_without_a_response_stops_the_job() {
    for (rows, stops) in [(2, false), (3, true), (20, true)] {
        let stage = stage(1);
        let gift = Task {
            target: "/onetimes".to_owned(),
            body: Some("{\"quantity\":1}".to_owned()),
        };
        let id = stage.job("onetimes.create", Engine::Requests, &vec![gift; rows]);
        stage.before(|_, _| Some(said(502)));
        let exit = stage.process(&id);
        if stops {
            let error = stopped(exit);
            let begin = "3 rows in a row got no response: ";
            assert!(error.message.starts_with(begin), "{error}");
        } else {
            done(&exit);
        }
        // Those that were under way are lost as well.
        assert_eq!(counts(&stage, &id).unknown, rows.min(8) as u64);
    }
}

#[test]
fn rows_without_a_response_between_others_do_not_stop_the_job() {
    let stage = stage(1);
    let gift = Task {
        target: "/onetimes".to_owned(),
        body: Some("{\"quantity\":1}".to_owned()),
    };
    let id = stage.job("onetimes.create", Engine::Requests, &vec![gift; 20]);
    let mut at = 0;
    stage.before(move |_, _| {
        at += 1;
        Some(if at % 3 == 0 { said(422) } else { said(502) })
    });
    done(&stage.process(&id));
    let counts = counts(&stage, &id);
    assert_eq!((counts.failed, counts.unknown), (6, 14));
}

#[test]
fn a_row_that_is_refused_is_not_sent_a_second_time() {
    let stage = stage(1);
    let id = begun(&stage, Engine::Requests, 2);
    stage.before(|_, _| Some(answer(422, "{\"errors\":{\"code\":[\"is taken\"]}}")));
    done(&stage.process(&id));
    assert_eq!(
        end(&stage, &id),
        ("failed", "{\"code\":[\"is taken\"]}".to_owned())
    );
    assert_eq!(stage.rows(&id)[0].status, Some(422));
    assert_eq!(how_many(&stage, |_| true), 2);
}
