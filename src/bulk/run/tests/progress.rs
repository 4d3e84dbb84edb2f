//! The progress that a job reports while it runs, to the word and the number.

use std::sync::{Arc, Mutex};

use serde_json::json;

use super::ends::{begun, is_starting};
use super::stage::{TestStage, stage};
use super::wire::said;
use crate::bulk::Engine;
use crate::bulk::row::Task;
use crate::bulk::run::{JobProgress, RunContext, RunObserver};

/// Keeps each report.
#[derive(Default)]
struct Reports(Mutex<Vec<JobProgress>>);

impl RunObserver for Reports {
    fn see(&self, progress: &JobProgress) {
        self.0.lock().unwrap().push(progress.clone());
    }
}

/// What one process reports of a job.
fn reported(
    stage: &Arc<TestStage>,
    id: &str,
    change: impl FnOnce(&mut RunContext<'_>),
) -> Vec<JobProgress> {
    // The observer of a run may live as long as the program.
    let reports: &'static Reports = Box::leak(Box::default());
    let _ = stage.process_with(id, |means| {
        means.watch = reports;
        change(means);
    });
    reports.0.lock().unwrap().clone()
}

/// What is being done, in its order, without repetitions.
fn doings(reports: &[JobProgress]) -> Vec<&str> {
    let mut doings: Vec<&str> = reports.iter().map(|one| one.doing.as_str()).collect();
    doings.dedup();
    doings
}

fn counts(report: &JobProgress) -> (u64, u64, u64, u64) {
    (report.rows, report.ok, report.failed, report.unknown)
}

#[test]
fn batches_report_each_step_and_which_of_them_takes_it() {
    let stage = stage(1);
    let id = begun(&stage, Engine::Batches, 7);
    let reports = reported(&stage, &id, |_| {});
    assert_eq!(
        doings(&reports),
        [
            "",
            "batch 1 of 2 is opened",
            "batch 1 of 2 is filled (0 of 5 tasks)",
            "batch 1 of 2 is filled (2 of 5 tasks)",
            "batch 1 of 2 is filled (4 of 5 tasks)",
            "batch 1 of 2 is started",
            "waiting for batch 1 of 2",
            "batch 1 of 2 has ended; its results are read",
            "batch 2 of 2 is opened",
            "batch 2 of 2 is filled (0 of 2 tasks)",
            "batch 2 of 2 is started",
            "waiting for batch 2 of 2",
            "batch 2 of 2 has ended; its results are read",
        ]
    );
    assert_eq!(counts(reports.last().unwrap()), (7, 7, 0, 0));
}

#[test]
fn a_single_batch_is_reported_without_a_number() {
    let stage = stage(1);
    let id = begun(&stage, Engine::Batches, 2);
    let reports = reported(&stage, &id, |means| means.wait = false);
    assert_eq!(
        doings(&reports),
        [
            "",
            "the batch is opened",
            "the batch is filled (0 of 2 tasks)",
            "the batch is started",
            "the batch is running",
        ]
    );
}

#[test]
fn a_batch_that_is_waited_for_reports_how_long() {
    let stage = stage(1);
    let id = begun(&stage, Engine::Batches, 2);
    let (mut started, mut left) = (false, 3);
    stage.after(move |line, mut answer| {
        if started && line.starts_with("GET") && left > 0 {
            left -= 1;
            answer["async_batch"]["status"] = json!("processing");
            answer["async_batch"]["closed_at"] = json!(null);
        }
        started |= is_starting(line);
        answer
    });
    let reports = reported(&stage, &id, |_| {});
    assert_eq!(
        doings(&reports)[4..],
        [
            "waiting for the batch",
            "waiting for the batch for 1 s",
            "waiting for the batch for 2 s",
            "the batch has ended; its results are read",
        ]
    );
}

#[test]
fn a_batch_that_is_not_found_reports_the_search() {
    let stage = stage(1);
    let id = begun(&stage, Engine::Batches, 2);
    let (mut started, mut left) = (false, 1);
    stage.before(move |_, line| {
        let late = started && line.starts_with("GET") && left > 0;
        left -= i32::from(late);
        started |= is_starting(line);
        late.then(|| said(404))
    });
    let reports = reported(&stage, &id, |_| {});
    assert_eq!(
        doings(&reports)[3..5],
        [
            "the batch is started",
            "the batch was not found; searching again"
        ]
    );
}

#[test]
fn a_running_batch_never_counts_more_results_than_it_has_rows() {
    let stage = stage(1);
    let id = begun(&stage, Engine::Batches, 5);
    let (mut started, mut left) = (false, 1);
    stage.after(move |line, mut answer| {
        if started && line.starts_with("GET") && left > 0 {
            left -= 1;
            let batch = &mut answer["async_batch"];
            batch["status"] = json!("processing");
            batch["closed_at"] = json!(null);
            batch["success_task_count"] = json!(1);
            batch["fail_task_count"] = json!(9);
        }
        started |= is_starting(line);
        answer
    });
    let reports = reported(&stage, &id, |_| {});
    let mut seen: Vec<_> = reports.iter().map(counts).collect();
    seen.dedup();
    assert_eq!(seen, [(5, 0, 0, 0), (5, 1, 4, 0), (5, 5, 0, 0)]);
}

#[test]
fn each_row_that_ends_is_reported_under_its_result() {
    let stage = stage(1);
    let id = begun(&stage, Engine::Requests, 4);
    let mut at = 0;
    stage.before(move |_, _| {
        at += 1;
        (at == 2).then(|| said(422))
    });
    let reports = reported(&stage, &id, |_| {});
    let seen: Vec<_> = reports.iter().map(counts).collect();
    assert_eq!(
        seen,
        [
            (4, 0, 0, 0),
            (4, 0, 1, 0),
            (4, 1, 1, 0),
            (4, 2, 1, 0),
            (4, 3, 1, 0)
        ]
    );
}

#[test]
fn rows_without_a_response_are_reported_as_unknown() {
    let stage = stage(1);
    let gift = Task {
        target: "/onetimes".to_owned(),
        body: Some("{\"quantity\":1}".to_owned()),
    };
    let id = stage.job("onetimes.create", Engine::Requests, &vec![gift; 2]);
    stage.before(|_, _| Some(said(502)));
    let reports = reported(&stage, &id, |_| {});
    let seen: Vec<_> = reports.iter().map(counts).collect();
    assert_eq!(seen, [(2, 0, 0, 0), (2, 0, 0, 1), (2, 0, 0, 2)]);
}
