//! An API whose answers lag behind, or whose batches make no progress: one
//! answer alone settles nothing, and nothing is waited for without end.

use std::time::Duration;

use jiff::SignedDuration;
use serde_json::json;

use super::ends::{asked, begun, counts, done, errors, is_adding, is_starting, stopped};
use super::stage::{Exit, stage};
use super::wire::said;
use crate::bulk::Engine;
use crate::bulk::ledger::BatchStage as Reached;
use crate::bulk::run::RunEnd;
use crate::error::Kind;

/// Whether a request is one of those.
type IsLate = fn(&str) -> bool;

/// Which requests are answered 404 at first.
const LATE: [(&str, IsLate); 5] = [
    ("the batch once it runs", is_looking),
    ("the batch once it is open", is_looking),
    ("its tasks", |line| line.contains("/tasks?")),
    ("adding to it", is_adding),
    ("its start", is_starting),
];

fn is_looking(line: &str) -> bool {
    line.starts_with("GET /async_batches/") && !line.contains("/tasks")
}

#[test]
fn a_404_that_passes_costs_no_row_its_result() {
    for (what, is_late) in LATE {
        for most in [1, 3] {
            let stage = stage(1);
            let id = begun(&stage, Engine::Batches, 4);
            let (mut left, mut started) = (most, what != "the batch once it runs");
            stage.before(move |_, line| {
                let late = started && left > 0 && is_late(line);
                started |= is_starting(line);
                left -= i32::from(late);
                late.then(|| said(404))
            });
            done(&stage.process(&id));
            let found = counts(&stage, &id);
            assert_eq!(found.ok, 4, "{what}: {:?}", errors(&stage, &id));
            let opened = stage.asked.lock().unwrap();
            let opened = opened.iter().filter(|line| *line == "POST /async_batches");
            assert_eq!(opened.count(), 1, "{what}");
        }
    }
}

#[test]
fn a_batch_that_is_not_found_for_a_minute_is_believed_to_be_gone() {
    let stage = stage(1);
    let id = begun(&stage, Engine::Batches, 4);
    let mut started = false;
    let begin = stage.now();
    stage.before(move |_, line| {
        let gone = started && is_looking(line);
        started |= is_starting(line);
        gone.then(|| said(404))
    });
    done(&stage.process(&id));
    assert_eq!(counts(&stage, &id).unknown, 4);
    let waited = stage.now().duration_since(begin);
    assert!(waited >= SignedDuration::from_secs(60), "{waited:#}");
}

#[test]
fn a_run_that_ends_while_its_batch_is_not_found_leaves_the_batch_as_it_was() {
    let stage = stage(1);
    let id = begun(&stage, Engine::Batches, 4);
    let (teller, stop) = tokio::sync::watch::channel(false);
    let (mut started, mut left) = (false, 3);
    stage.before(move |_, line| {
        let gone = started && is_looking(line);
        started |= is_starting(line);
        left -= i32::from(gone);
        if left == 0 {
            teller.send(true).unwrap();
        }
        gone.then(|| said(404))
    });
    let exit = stage.process_with(&id, |means| means.stop = stop);
    assert!(matches!(exit, Exit::Run(Ok(RunEnd::Halted))), "{exit:?}");
    assert_eq!(stage.ledger(&id).batch(0).unwrap().stage, Reached::Running);
    stage.alone();
    assert_eq!(stage.until_done(&id).ok, 4);
}

#[test]
fn a_batch_that_says_that_it_was_deleted_is_believed_at_once() {
    let stage = stage(1);
    let id = begun(&stage, Engine::Batches, 4);
    let mut started = false;
    stage.after(move |line, mut answer| {
        started |= is_starting(line);
        if started && is_looking(line) {
            answer["async_batch"]["deleted_at"] = json!("2026-11-20T12:00:00");
        }
        answer
    });
    let begin = stage.now();
    done(&stage.process(&id));
    assert_eq!(counts(&stage, &id).unknown, 4);
    let waited = stage.now().duration_since(begin);
    assert!(waited < SignedDuration::from_secs(30), "{waited:#}");
}

#[test]
fn tasks_that_are_never_found_stop_the_job_and_are_read_later() {
    let stage = stage(1);
    let id = begun(&stage, Engine::Batches, 4);
    stage.before(|_, line| line.contains("/tasks?").then(|| said(404)));
    let error = stopped(stage.process(&id));
    assert_eq!(error.kind, Kind::Unreachable);
    assert!(error.message.contains("does not find its tasks"), "{error}");
    stage.alone();
    assert_eq!(stage.until_done(&id).ok, 4);
}

#[test]
fn a_list_of_tasks_that_lags_behind_its_batch_is_read_again() {
    for what in ["missing", "pending"] {
        let stage = stage(1);
        let id = begun(&stage, Engine::Batches, 4);
        let mut left = 5;
        stage.after(move |line, mut answer| {
            if line.contains("/tasks?") && left > 0 {
                left -= 1;
                let tasks = answer["async_batch_tasks"].as_array_mut().unwrap();
                if what == "missing" {
                    tasks.truncate(2);
                } else {
                    tasks[1]["status"] = json!("processing");
                }
            }
            answer
        });
        done(&stage.process(&id));
        assert_eq!(counts(&stage, &id).ok, 4, "{what}");
    }
}

#[test]
fn an_end_that_another_answer_takes_back_is_waited_for_again() {
    let stage = stage(1);
    let id = begun(&stage, Engine::Batches, 4);
    // Cut off before the results are read.
    let (teller, stop) = tokio::sync::watch::channel(false);
    stage.before(move |_, line| {
        if line.contains("/tasks?") {
            teller.send(true).unwrap();
            return Some(said(404));
        }
        None
    });
    let exit = stage.process_with(&id, |means| means.stop = stop);
    assert!(matches!(exit, Exit::Run(Ok(RunEnd::Halted))), "{exit:?}");
    stage.alone();
    let mut left = 2;
    stage.after(move |line, mut answer| {
        if is_looking(line) && left > 0 {
            left -= 1;
            answer["async_batch"]["status"] = json!("processing");
        }
        answer
    });
    done(&stage.process(&id));
    assert_eq!(counts(&stage, &id).ok, 4);
}

/// A batch whose start is answered, and which never starts.
#[test]
fn a_batch_without_progress_stops_the_job_after_ten_minutes() {
    for status in ["not_started", "processing", "thinking about it"] {
        for patience in [600, 45] {
            let stage = stage(1);
            let id = begun(&stage, Engine::Batches, 4);
            let (mut started, mut total) = (false, 4);
            stage.after(move |line, mut answer| {
                started |= is_starting(line);
                if started && is_looking(line) {
                    // Totals that go up and down are not progress.
                    total = 7 - total;
                    answer["async_batch"]["status"] = json!(status);
                    answer["async_batch"]["closed_at"] = json!(null);
                    answer["async_batch"]["total_task_count"] = json!(total);
                    answer["async_batch"]["success_task_count"] = json!(0);
                    answer["async_batch"]["updated_at"] = json!("2026-11-20T12:00:00");
                }
                answer
            });
            let begin = stage.now();
            let exit = stage.process_with(&id, |means| {
                means.patience = Duration::from_secs(patience);
            });
            let error = stopped(exit);
            assert_eq!(error.kind, Kind::Unreachable);
            assert!(error.message.contains(status), "{error}");
            let waited = stage.now().duration_since(begin).as_secs();
            let patience = i64::try_from(patience).unwrap();
            assert!((patience..patience + 60).contains(&waited), "{waited} s");
            // It may have been carried out: nothing is settled.
            assert_eq!(counts(&stage, &id).open, 4);
            stage.alone();
            assert_eq!(stage.until_done(&id).ok, 4);
        }
    }
}

#[test]
fn a_batch_that_goes_on_slowly_is_waited_for_however_long_it_takes() {
    let stage = stage(1);
    let id = begun(&stage, Engine::Batches, 5);
    let (mut started, mut looks) = (false, 0);
    stage.after(move |line, mut answer| {
        started |= is_starting(line);
        if started && is_looking(line) {
            looks += 1;
            // One task each five minutes.
            let ok = (looks / 30).min(5);
            if ok < 5 {
                answer["async_batch"]["status"] = json!("processing");
                answer["async_batch"]["closed_at"] = json!(null);
                answer["async_batch"]["success_task_count"] = json!(ok);
            }
        }
        answer
    });
    let begin = stage.now();
    done(&stage.process(&id));
    assert_eq!(counts(&stage, &id).ok, 5);
    let waited = stage.now().duration_since(begin);
    assert!(waited > SignedDuration::from_mins(20), "{waited:#}");
}

#[test]
fn a_start_that_is_lost_again_and_again_ends_with_its_reason() {
    let stage = stage(1);
    let id = begun(&stage, Engine::Batches, 4);
    stage.before(|_, line| is_starting(line).then(|| said(500)));
    let error = stopped(stage.process(&id));
    assert_eq!(error.kind, Kind::Unreachable, "{error}");
    assert!(error.message.contains("500"), "{error}");
    stage.alone();
    assert_eq!(stage.until_done(&id).ok, 4);
}

#[test]
fn without_waiting_all_batches_are_handed_over() {
    for parallel in [1, 2, 4] {
        let stage = stage(1);
        let id = begun(&stage, Engine::Batches, 17);
        let exit = stage.process_with(&id, |means| {
            means.wait = false;
            means.parallel = parallel;
        });
        assert!(matches!(exit, Exit::Run(Ok(RunEnd::Submitted))), "{exit:?}");
        let batches = stage.ledger(&id).batches().unwrap();
        assert_eq!(batches.len(), 4);
        assert!(batches.iter().all(|batch| batch.stage == Reached::Running));
        assert_eq!(
            asked(&stage, "GET /async_batches/"),
            4,
            "one look before each start"
        );
        assert_eq!(stage.until_done(&id).ok, 17);
        assert_eq!(stage.marks("/discounts", "discounts", "code").len(), 17);
    }
}

#[test]
fn a_row_that_stays_in_doubt_ends_with_the_last_reason() {
    let stage = stage(1);
    let id = begun(&stage, Engine::Requests, 1);
    stage.before(|_, _| Some(said(502)));
    let error = stopped(stage.process(&id));
    assert_eq!(error.kind, Kind::Unreachable, "{error}");
    assert!(
        error.message.starts_with("1 row has no clear answer yet: ")
            && error.message.contains("502"),
        "{error}"
    );
    assert_eq!(counts(&stage, &id).open, 1);
}
