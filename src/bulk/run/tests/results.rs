//! The results of a batch that has ended: when its list of tasks is read, read
//! again, and believed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::SignedDuration;
use serde_json::json;

use super::ends::{begun, counts, done, stopped};
use super::stage::stage;
use super::steps::how_many;
use super::wire::said;
use crate::bulk::Engine;
use crate::error::Kind;

#[test]
fn an_end_that_is_taken_back_keeps_the_results_from_being_read() {
    let stage = stage(1);
    let id = begun(&stage, Engine::Batches, 2);
    let (teller, stop) = tokio::sync::watch::channel(false);
    stage.before(move |_, line| {
        let reads = line.contains("/tasks?");
        if reads {
            teller.send(true).unwrap();
        }
        reads.then(|| said(404))
    });
    let _ = stage.process_with(&id, |means| means.stop = stop);
    stage.alone();
    stage.asked.lock().unwrap().clear();
    let mut left = 1;
    stage.after(move |line, mut answer| {
        if !line.contains("/tasks") && left > 0 {
            left -= 1;
            answer["async_batch"]["status"] = json!("processing");
            answer["async_batch"]["closed_at"] = json!(null);
        }
        answer
    });
    done(&stage.process(&id));
    assert_eq!(counts(&stage, &id).ok, 2);
    // The poll that takes the end back, and the one that confirms it.
    assert_eq!(how_many(&stage, |line| !line.contains("/tasks")), 2);
}

#[test]
fn a_failed_batch_whose_list_agrees_with_it_is_read_once() {
    let stage = stage(1);
    stage.sandbox.with_state(|state| {
        let mut behaviour = state.behaviour();
        behaviour.batch_failures_percent = 100;
        state.behave(behaviour);
    });
    let id = begun(&stage, Engine::Batches, 4);
    done(&stage.process(&id));
    let counts = counts(&stage, &id);
    assert_eq!((counts.ok, counts.failed), (2, 2));
    assert_eq!(how_many(&stage, |line| line.contains("/tasks?")), 1);
}

#[test]
fn a_completed_batch_whose_list_has_pending_tasks_is_read_again() {
    let stage = stage(1);
    let id = begun(&stage, Engine::Batches, 2);
    let mut left = 2;
    stage.after(move |line, mut answer| {
        if line.contains("/tasks?") && left > 0 {
            left -= 1;
            answer["async_batch_tasks"][0]["status"] = json!("pending");
        } else if line.starts_with("GET") && !line.contains("/tasks") {
            // Its counts agree with the list: only a failed batch may end so.
            if answer["async_batch"]["status"] == "completed" {
                answer["async_batch"]["success_task_count"] = json!(1);
            }
        }
        answer
    });
    done(&stage.process(&id));
    assert_eq!(counts(&stage, &id).ok, 2);
    assert_eq!(how_many(&stage, |line| line.contains("/tasks?")), 3);
}

#[test]
fn a_list_of_tasks_that_grows_slowly_is_read_to_its_end() {
    let stage = stage(1);
    let id = begun(&stage, Engine::Batches, 4);
    let mut reads = 0;
    stage.after(move |line, mut answer| {
        if line.contains("/tasks?") {
            let shown = reads / 5;
            reads += 1;
            let tasks = answer["async_batch_tasks"].as_array_mut().unwrap();
            tasks.truncate(shown);
        }
        answer
    });
    done(&stage.process(&id));
    assert_eq!(counts(&stage, &id).ok, 4);
    assert_eq!(how_many(&stage, |line| line.contains("/tasks?")), 21);
}

#[test]
fn a_list_of_tasks_that_the_api_refuses_stops_the_job() {
    let stage = stage(1);
    let id = begun(&stage, Engine::Batches, 2);
    stage.before(|_, line| line.contains("/tasks?").then(|| said(403)));
    assert_eq!(stopped(stage.process(&id)).kind, Kind::Access);
    assert_eq!(how_many(&stage, |line| line.contains("/tasks?")), 1);
    assert_eq!(counts(&stage, &id).open, 2);
}

#[test]
fn a_batch_that_was_deleted_with_its_tasks_leaves_its_rows_unknown() {
    let stage = stage(1);
    let id = begun(&stage, Engine::Batches, 2);
    let mut read = false;
    let gone = Arc::new(AtomicBool::new(false));
    let is_gone = Arc::clone(&gone);
    stage.before(move |_, line| {
        read |= line.contains("/tasks?");
        gone.store(read, Ordering::SeqCst);
        line.contains("/tasks?").then(|| said(404))
    });
    stage.after(move |_, mut answer| {
        if is_gone.load(Ordering::SeqCst) {
            answer["async_batch"]["deleted_at"] = json!("2026-11-20T12:00:00");
        }
        answer
    });
    let begin = stage.now();
    done(&stage.process(&id));
    assert_eq!(counts(&stage, &id).unknown, 2);
    let waited = stage.now().duration_since(begin);
    assert!(waited < SignedDuration::from_secs(30), "{waited:#}");
}
