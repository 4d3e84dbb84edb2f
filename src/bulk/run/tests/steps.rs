//! The steps of a batch, each with every response that it can get.

use std::sync::Arc;

use bytes::Bytes;
use jiff::SignedDuration;
use serde_json::json;

use super::ends::{begun, counts, done, errors, is_adding, is_starting, stopped};
use super::stage::{TestStage, request, stage};
use super::wire::said;
use crate::bulk::Engine;
use crate::bulk::run::batch_run::is_lost;
use crate::error::{Error, Kind, Refusal};

/// How many requests had exactly this line.
fn times(stage: &TestStage, line: &str) -> usize {
    let asked = stage.asked.lock().unwrap();
    asked.iter().filter(|asked| *asked == line).count()
}

/// How many requests fit.
pub(super) fn how_many(stage: &TestStage, fits: impl Fn(&str) -> bool) -> usize {
    let asked = stage.asked.lock().unwrap();
    asked.iter().filter(|line| fits(line)).count()
}

fn opened(stage: &TestStage) -> usize {
    times(stage, "POST /async_batches")
}

/// Somebody else adds a task to the batch of a request.
fn add_foreign(stage: &TestStage, line: &str) {
    let batch = line.split('/').nth(2).unwrap();
    let tasks = json!({"tasks": [{"body": {"code": "FOREIGN"}}]}).to_string();
    let path = format!("/async_batches/{batch}/tasks");
    let answer = stage
        .sandbox
        .answer(&request("POST", &path, Bytes::from(tasks)));
    assert!(answer.status().is_success(), "{answer:?}");
}

/// Somebody else starts the batch of a request.
fn start_foreign(stage: &TestStage, line: &str) {
    let batch = line.split('/').nth(2).unwrap();
    let path = format!("/async_batches/{batch}/process");
    let answer = stage
        .sandbox
        .answer(&request("POST", &path, Bytes::from_static(b"{}")));
    assert!(answer.status().is_success(), "{answer:?}");
}

fn discarded(stage: &Arc<TestStage>, id: &str) -> Vec<String> {
    let discarded = stage.ledger(id).discarded().unwrap();
    discarded.into_iter().map(|(_, why)| why).collect()
}

#[test]
fn a_request_is_lost_when_it_may_have_been_carried_out() {
    let refusal = || Refusal {
        status: 500,
        ..Refusal::default()
    };
    for (kind, answered, untouched, lost) in [
        (Kind::Unreachable, false, false, true),
        (Kind::Unreachable, true, false, true),
        (Kind::Unexpected, true, false, true),
        (Kind::Unexpected, false, false, false),
        (Kind::Interrupted, false, false, false),
        (Kind::Unreachable, false, true, false),
        (Kind::Refused, true, true, false),
        (Kind::Interrupted, false, true, false),
    ] {
        let mut error = Error::new(kind, "");
        if answered {
            error = error.answered(refusal());
        }
        if untouched {
            error = error.untouched();
        }
        assert_eq!(is_lost(&error), lost, "{kind:?} {answered} {untouched}");
    }
}

#[test]
fn a_job_gives_up_after_twenty_five_batches_of_uncertain_content() {
    let stage = stage(1);
    let id = begun(&stage, Engine::Batches, 2);
    stage.before(|stage, line| {
        if is_adding(line) {
            add_foreign(stage, line);
        }
        None
    });
    let error = stopped(stage.process(&id));
    assert_eq!(
        error.to_string(),
        "25 batches were created, and none is certain to be filled"
    );
    assert_eq!(error.kind, Kind::Unreachable);
    assert_eq!(
        error.hints,
        ["nothing was carried out; the network or the API loses too many responses"]
    );
    assert_eq!(opened(&stage), 25);
    assert_eq!(discarded(&stage, &id), ["it contains 3 tasks"; 25]);
}

#[test]
fn another_batch_is_created_when_the_response_to_a_creation_is_lost() {
    let stage = stage(1);
    let id = begun(&stage, Engine::Batches, 2);
    let mut left = 1;
    stage.before(move |_, line| {
        let lost = line == "POST /async_batches" && left > 0;
        left -= i32::from(lost);
        lost.then(|| said(200))
    });
    let begin = stage.now();
    done(&stage.process(&id));
    assert_eq!((opened(&stage), counts(&stage, &id).ok), (2, 2));
    let waited = stage.now().duration_since(begin);
    assert!(waited >= SignedDuration::from_secs(1), "{waited:#}");
}

#[test]
fn a_creation_that_is_refused_stops_the_job_at_once() {
    let stage = stage(1);
    let id = begun(&stage, Engine::Batches, 2);
    stage.before(|_, line| (line == "POST /async_batches").then(|| said(422)));
    assert_eq!(stopped(stage.process(&id)).kind, Kind::Refused);
    assert_eq!(opened(&stage), 1);
}

#[test]
fn tasks_that_are_refused_stop_the_job_while_the_batch_can_be_filled() {
    let stage = stage(1);
    let id = begun(&stage, Engine::Batches, 4);
    let mut adding = 0;
    stage.before(move |_, line| {
        adding += i32::from(is_adding(line));
        (is_adding(line) && adding == 2).then(|| said(422))
    });
    assert_eq!(stopped(stage.process(&id)).kind, Kind::Refused);
    assert_eq!(how_many(&stage, is_adding), 2);
    assert!(discarded(&stage, &id).is_empty());
    stage.alone();
    assert_eq!(stage.until_done(&id).ok, 4);
    assert_eq!(opened(&stage), 1);
}

#[test]
fn tasks_that_are_added_in_vain_for_a_minute_go_into_another_batch() {
    let stage = stage(1);
    let id = begun(&stage, Engine::Batches, 4);
    let mut first = None;
    stage.before(move |_, line| {
        if !is_adding(line) {
            return None;
        }
        let first = first.get_or_insert_with(|| line.to_owned());
        (line == first.as_str()).then(|| said(404))
    });
    let begin = stage.now();
    done(&stage.process(&id));
    assert_eq!((opened(&stage), counts(&stage, &id).ok), (2, 4));
    assert_eq!(discarded(&stage, &id), ["nothing can be added to it"]);
    let waited = stage.now().duration_since(begin);
    assert!(waited >= SignedDuration::from_secs(60), "{waited:#}");
    // The waits double from one second to ten.
    assert_eq!(how_many(&stage, is_adding), 10 + 2);
}

#[test]
fn a_batch_that_rejects_tasks_and_has_others_is_discarded_at_once() {
    let stage = stage(1);
    let id = begun(&stage, Engine::Batches, 4);
    let mut left = 1;
    stage.before(move |stage, line| {
        let rejects = is_adding(line) && left > 0;
        if rejects {
            left -= 1;
            add_foreign(stage, line);
        }
        rejects.then(|| said(404))
    });
    done(&stage.process(&id));
    assert_eq!((opened(&stage), counts(&stage, &id).ok), (2, 4));
    assert_eq!(discarded(&stage, &id), ["it contains 1 task"]);
}

#[test]
fn a_batch_that_was_deleted_before_its_tasks_is_discarded_at_once() {
    let stage = stage(1);
    let id = begun(&stage, Engine::Batches, 4);
    let mut first = None;
    let mut deleted = None;
    stage.before(move |_, line| {
        if !is_adding(line) {
            return None;
        }
        let first = first.get_or_insert_with(|| line.to_owned());
        (line == first.as_str()).then(|| said(404))
    });
    stage.after(move |line, mut answer| {
        if line.starts_with("GET /async_batches/") {
            let deleted = deleted.get_or_insert_with(|| line.to_owned());
            if line == deleted.as_str() {
                answer["async_batch"]["deleted_at"] = json!("2026-11-20T12:00:00");
            }
        }
        answer
    });
    done(&stage.process(&id));
    assert_eq!((opened(&stage), counts(&stage, &id).ok), (2, 4));
    assert_eq!(discarded(&stage, &id), ["it was deleted"]);
    assert_eq!(how_many(&stage, is_adding), 1 + 2);
}

#[test]
fn a_batch_that_is_started_while_a_response_is_lost_gets_no_further_tasks() {
    let stage = stage(1);
    let id = begun(&stage, Engine::Batches, 5);
    let mut adding = 0;
    stage.before(move |stage, line| {
        adding += i32::from(is_adding(line));
        // The response to the second part is lost, and the batch is started
        // before it is polled.
        if line.starts_with("GET") && adding == 2 {
            adding += 1;
            start_foreign(stage, line);
        }
        None
    });
    let mut added = 0;
    stage.after(move |line, answer| {
        added += i32::from(is_adding(line));
        if is_adding(line) && added == 2 {
            return json!({"count": 77});
        }
        answer
    });
    done(&stage.process(&id));
    assert_eq!(how_many(&stage, is_adding), 2);
    assert_eq!(how_many(&stage, is_starting), 0);
    let counts = counts(&stage, &id);
    assert_eq!((counts.ok, counts.unknown), (4, 1));
    assert!(errors(&stage, &id)[0].ends_with("shows 4 tasks for 5 rows, and none for this one"));
}

#[test]
fn a_batch_with_a_foreign_task_is_not_started() {
    let stage = stage(1);
    let id = begun(&stage, Engine::Batches, 2);
    let mut left = 1;
    stage.before(move |stage, line| {
        if line.starts_with("GET") && left > 0 {
            left -= 1;
            add_foreign(stage, line);
        }
        None
    });
    done(&stage.process(&id));
    assert_eq!((opened(&stage), counts(&stage, &id).ok), (2, 2));
    assert_eq!(discarded(&stage, &id), ["it contains 3 tasks"]);
    assert_eq!(how_many(&stage, is_starting), 1);
}

#[test]
fn a_full_batch_that_somebody_else_started_is_not_started_again() {
    let stage = stage(1);
    let id = begun(&stage, Engine::Batches, 2);
    let mut left = 1;
    stage.before(move |stage, line| {
        if line.starts_with("GET") && left > 0 {
            left -= 1;
            start_foreign(stage, line);
        }
        None
    });
    done(&stage.process(&id));
    assert_eq!((opened(&stage), counts(&stage, &id).ok), (1, 2));
    assert_eq!(how_many(&stage, is_starting), 0);
}

#[test]
fn a_start_that_is_refused_because_the_batch_runs_is_a_start() {
    let stage = stage(1);
    let id = begun(&stage, Engine::Batches, 2);
    stage.before(|stage, line| {
        if is_starting(line) {
            start_foreign(stage, line);
        }
        None
    });
    done(&stage.process(&id));
    assert_eq!(counts(&stage, &id).ok, 2);
    assert_eq!(how_many(&stage, is_starting), 1);
}

#[test]
fn a_start_that_is_refused_stops_the_job_with_its_reason() {
    for (status, kind) in [(422, Kind::Refused), (403, Kind::Access)] {
        let stage = stage(1);
        let id = begun(&stage, Engine::Batches, 7);
        stage.before(move |_, line| is_starting(line).then(|| said(status)));
        let begin = stage.now();
        assert_eq!(stopped(stage.process(&id)).kind, kind);
        let waited = stage.now().duration_since(begin);
        assert!(waited < SignedDuration::from_secs(30), "{waited:#}");
        assert_eq!(how_many(&stage, is_starting), 1);
        // The second batch is left for the next run.
        assert_eq!(opened(&stage), 1);
        stage.alone();
        assert_eq!(stage.until_done(&id).ok, 7);
        assert_eq!(opened(&stage), 2);
    }
}

#[test]
fn a_start_that_is_not_found_for_a_minute_stops_the_job() {
    let stage = stage(1);
    let id = begun(&stage, Engine::Batches, 2);
    stage.before(|_, line| is_starting(line).then(|| said(404)));
    let begin = stage.now();
    assert_eq!(stopped(stage.process(&id)).kind, Kind::NotFound);
    let waited = stage.now().duration_since(begin).as_secs();
    assert!((60..90).contains(&waited), "{waited} s");
    stage.alone();
    assert_eq!(stage.until_done(&id).ok, 2);
}

#[test]
fn a_batch_that_was_deleted_before_its_start_leaves_its_rows_unknown() {
    let stage = stage(1);
    let id = begun(&stage, Engine::Batches, 2);
    let mut starting = false;
    stage.before(|_, line| is_starting(line).then(|| said(404)));
    stage.after(move |line, mut answer| {
        if starting && line.starts_with("GET") {
            answer["async_batch"]["deleted_at"] = json!("2026-11-20T12:00:00");
        }
        starting |= line.starts_with("GET");
        answer
    });
    done(&stage.process(&id));
    assert_eq!(counts(&stage, &id).unknown, 2);
    assert!(errors(&stage, &id)[0].contains("no longer exists"));
    // One poll before the start, one after it.
    assert_eq!(how_many(&stage, |line| line.starts_with("GET")), 2);
}
