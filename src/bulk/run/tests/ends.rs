//! What others do to a job: batches deleted, started or filled by somebody
//! else, results that do not fit, a scope that is lost, an API that is down.
//! Each is named; nothing is guessed.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};

use super::stage::{Exit, TestStage, Weather, request, stage};
use super::wire::said;
use crate::bulk::Engine;
use crate::bulk::ledger::{BatchStage as Reached, RowCounts};
use crate::bulk::row::Task;
use crate::bulk::run::RunEnd;
use crate::error::{Error, Kind};

pub(super) fn discount(at: usize) -> Task {
    let code = format!("row-{at}");
    let body = json!({"code": code, "value": "10", "value_type": "percentage"});
    Task {
        target: "/discounts".to_owned(),
        body: Some(body.to_string()),
    }
}

/// A job of so many discounts; five fit into a batch, two into a request.
pub(super) fn begun(stage: &Arc<TestStage>, engine: Engine, rows: usize) -> String {
    let tasks: Vec<Task> = (0..rows).map(discount).collect();
    stage.job("discounts.create", engine, &tasks)
}

pub(super) fn done(exit: &Exit) {
    assert!(matches!(exit, Exit::Run(Ok(RunEnd::Done))), "{exit:?}");
}

#[track_caller]
pub(super) fn stopped(exit: Exit) -> Error {
    match exit {
        Exit::Run(Err(error)) => error,
        other => panic!("it was not stopped: {other:?}"),
    }
}

pub(super) fn counts(stage: &Arc<TestStage>, id: &str) -> RowCounts {
    stage.ledger(id).counts().unwrap()
}

pub(super) fn errors(stage: &Arc<TestStage>, id: &str) -> Vec<String> {
    let errors = stage.ledger(id).errors(10).unwrap();
    errors.into_iter().map(|(error, _)| error).collect()
}

pub(super) fn asked(stage: &TestStage, line: &str) -> usize {
    let asked = stage.asked.lock().unwrap();
    asked.iter().filter(|asked| asked.starts_with(line)).count()
}

pub(super) fn is_adding(line: &str) -> bool {
    line.starts_with("POST") && line.ends_with("/tasks")
}

pub(super) fn is_starting(line: &str) -> bool {
    line.starts_with("POST") && line.ends_with("/process")
}

/// Asks the store in the name of somebody else.
fn meddle(stage: &TestStage, method: &str, path: &str, body: &Value) {
    let answer = stage
        .sandbox
        .answer(&request(method, path, Bytes::from(body.to_string())));
    assert!(answer.status().is_success(), "{method} {path}: {answer:?}");
}

fn path_of(line: &str) -> String {
    line.split(' ').nth(1).unwrap().to_owned()
}

#[test]
fn a_batch_that_somebody_else_puts_tasks_into_is_left_alone_and_another_is_filled() {
    let stage = stage(1);
    let id = begun(&stage, Engine::Batches, 3);
    let mut before = 2;
    stage.before(move |stage, line| {
        if is_adding(line) && before > 0 {
            before -= 1;
            if before == 0 {
                let foreign = json!({"tasks": [{"body": {"code": "FOREIGN"}}]});
                meddle(stage, "POST", &path_of(line), &foreign);
            }
        }
        None
    });
    done(&stage.process(&id));
    assert_eq!(counts(&stage, &id).ok, 3);
    assert_eq!(asked(&stage, "POST /async_batches"), 2 + 4 + 1);
    let discarded = stage.ledger(&id).discarded().unwrap();
    assert_eq!(discarded.len(), 1);
    assert!(discarded[0].1.contains("4 tasks"), "{discarded:?}");
    assert!(
        !stage
            .records("/discounts", "discounts")
            .iter()
            .any(|found| found["code"] == "FOREIGN")
    );
}

#[test]
fn a_batch_that_somebody_else_starts_too_early_leaves_no_row_without_an_end() {
    let stage = stage(1);
    let id = begun(&stage, Engine::Batches, 5);
    let mut parts = 0;
    stage.before(move |stage, line| {
        parts += usize::from(is_adding(line));
        if is_adding(line) && parts == 2 {
            let process = path_of(line).replace("/tasks", "/process");
            meddle(stage, "POST", &process, &json!({}));
        }
        None
    });
    // The part is refused, as the batch has been started.
    done(&stage.process(&id));
    let counts = counts(&stage, &id);
    assert_eq!(
        (counts.ok, counts.unknown),
        (2, 3),
        "{:?}",
        errors(&stage, &id)
    );
    assert!(errors(&stage, &id)[0].contains("2 tasks for 5 rows"));
    assert_eq!(stage.marks("/discounts", "discounts", "code").len(), 2);
}

#[test]
fn a_batch_that_is_gone_takes_with_it_what_became_of_its_rows() {
    for gone in ["POST", "GET /async_batches/"] {
        let stage = stage(1);
        let id = begun(&stage, Engine::Batches, 5);
        let mut started = false;
        stage.before(move |_, line| {
            let hide = started && line.starts_with("GET /async_batches/");
            started |= is_starting(line) && gone != "POST";
            // Deleted before it was filled: another is.
            if gone == "POST" && is_adding(line) && !started {
                started = true;
                return Some(said(404));
            }
            (gone != "POST" && hide).then(|| said(404))
        });
        done(&stage.process(&id));
        let counts = counts(&stage, &id);
        if gone == "POST" {
            assert_eq!(counts.ok, 5);
        } else {
            assert_eq!(counts.unknown, 5);
            let errors = errors(&stage, &id);
            assert!(
                errors[0].contains("keeps batches for a month"),
                "{errors:?}"
            );
        }
    }
}

#[test]
fn tasks_that_are_missing_or_changed_leave_their_rows_unknown_and_no_others() {
    for (what, told) in [
        ("missing", "4 tasks for 5 rows"),
        ("changed", "1 of them match no row"),
    ] {
        let stage = stage(1);
        let id = begun(&stage, Engine::Batches, 5);
        stage.after(move |line, mut answer| {
            if line.contains("/tasks?") {
                let tasks = answer["async_batch_tasks"].as_array_mut().unwrap();
                if what == "missing" {
                    tasks.remove(1);
                } else {
                    tasks[1]["body"] = json!({"code": "OTHER"});
                }
            }
            answer
        });
        done(&stage.process(&id));
        let counts = counts(&stage, &id);
        assert_eq!((counts.ok, counts.unknown), (4, 1), "{what}");
        assert!(
            errors(&stage, &id)[0].contains(told),
            "{:?}",
            errors(&stage, &id)
        );
    }
}

#[test]
fn results_in_any_order_and_in_other_words_find_their_rows() {
    let stage = stage(1);
    let id = begun(&stage, Engine::Batches, 5);
    stage.after(|line, mut answer| {
        if line.contains("/tasks?") {
            let tasks = answer["async_batch_tasks"].as_array_mut().unwrap();
            tasks.reverse();
            tasks.swap(0, 3);
            for task in tasks {
                task["body"]["value"] = json!(10);
                task["body"]["status"] = json!("enabled");
                task["result"] = json!(task["result"].to_string());
            }
        }
        answer
    });
    done(&stage.process(&id));
    for row in stage.rows(&id) {
        assert_eq!(row.state, "ok", "{:?}", row.error);
        let body: Value = serde_json::from_str(&row.task.unwrap().body.unwrap()).unwrap();
        let made = stage.records("/discounts", "discounts");
        let made = made
            .iter()
            .find(|made| made["code"] == body["code"])
            .unwrap();
        assert_eq!(row.object, Some(made["id"].to_string()));
    }
}

#[test]
fn a_count_that_does_not_add_up_is_looked_into() {
    let stage = stage(1);
    let id = begun(&stage, Engine::Batches, 3);
    stage.after(|line, answer| {
        if is_adding(line) {
            return json!({"count": 7});
        }
        answer
    });
    done(&stage.process(&id));
    assert_eq!(counts(&stage, &id).ok, 3);
    assert!(stage.ledger(&id).discarded().unwrap().is_empty());
}

#[test]
fn a_part_that_arrived_though_its_answer_was_lost_is_not_sent_again() {
    let stage = stage(1);
    let id = begun(&stage, Engine::Batches, 4);
    let mut lost = false;
    stage.before(move |stage, line| {
        let lose = is_adding(line) && !std::mem::replace(&mut lost, is_adding(line));
        stage.weather.lock().unwrap().answer_lost = if lose { 100 } else { 0 };
        None
    });
    // The weather of a request is looked at before it arrives: so it is the
    // look after the part whose answer is lost, too, and that is read again.
    done(&stage.process(&id));
    assert_eq!(counts(&stage, &id).ok, 4);
    assert!(stage.ledger(&id).discarded().unwrap().is_empty());
    assert_eq!(stage.marks("/discounts", "discounts", "code").len(), 4);
}

#[test]
fn a_batch_that_breaks_off_leaves_rows_that_were_not_carried_out() {
    let stage = stage(1);
    stage.sandbox.with_state(|state| {
        let mut behaviour = state.behaviour();
        behaviour.batch_failures_percent = 100;
        state.behave(behaviour);
    });
    let id = begun(&stage, Engine::Batches, 4);
    done(&stage.process(&id));
    let counts = counts(&stage, &id);
    assert_eq!((counts.ok, counts.failed, counts.unknown), (2, 2, 0));
    assert_eq!(errors(&stage, &id), ["the batch stopped before this row"]);
    assert_eq!(stage.marks("/discounts", "discounts", "code").len(), 2);
}

#[test]
fn a_scope_that_is_lost_midway_stops_the_job_and_loses_no_row() {
    for engine in Engine::ALL {
        let stage = stage(1);
        let id = begun(&stage, engine, 7);
        let mut left = 4;
        stage.before(move |_, line| {
            left -= i32::from(line.starts_with("POST"));
            (left < 0).then(|| said(403))
        });
        let error = stopped(stage.process(&id));
        assert_eq!(error.kind, Kind::Access, "{engine:?}");
        assert_eq!(stage.ledger(&id).in_doubt_behind(0, 9).unwrap(), []);
        stage.alone();
        assert_eq!(stage.until_done(&id).ok, 7);
        assert_eq!(stage.marks("/discounts", "discounts", "code").len(), 7);
    }
}

#[test]
fn an_api_that_is_down_stops_the_job_before_many_rows_are_unknown() {
    let stage = stage(1);
    let address = stage.records("/addresses", "addresses")[0]["id"].clone();
    let body = json!({
        "address_id": address, "add_to_next_charge": true, "price": "6.00", "quantity": 1,
        "external_variant_id": {"ecommerce": "1"}, "product_title": "Gift", "sku": "row-1",
    });
    let gift = Task {
        target: "/onetimes".to_owned(),
        body: Some(body.to_string()),
    };
    let id = stage.job("onetimes.create", Engine::Requests, &vec![gift; 40]);
    *stage.weather.lock().unwrap() = Weather {
        answer_lost: 100,
        ..Weather::default()
    };
    let error = stopped(stage.process(&id));
    assert_eq!(error.kind, Kind::Unreachable);
    let lost = counts(&stage, &id).unknown;
    assert!(lost <= 3 + 8, "{lost} rows are unknown");
    let counts = stage.until_done_in_calm(&id);
    assert_eq!(counts.ok + counts.unknown, 40);
    assert_eq!(stage.marks("/onetimes", "onetimes", "sku")["row-1"], 40);
}

#[test]
fn nobody_waits_for_batches_when_nobody_wants_to() {
    let stage = stage(1);
    let id = begun(&stage, Engine::Batches, 12);
    let exit = stage.process_with(&id, |means| {
        means.wait = false;
        means.parallel = 2;
    });
    assert!(matches!(exit, Exit::Run(Ok(RunEnd::Submitted))), "{exit:?}");
    let stages: Vec<Reached> = stage
        .ledger(&id)
        .batches()
        .unwrap()
        .iter()
        .map(|batch| batch.stage)
        .collect();
    assert_eq!(
        stages,
        [Reached::Running, Reached::Running, Reached::Running]
    );
    assert_eq!(stage.until_done(&id).ok, 12);
}
