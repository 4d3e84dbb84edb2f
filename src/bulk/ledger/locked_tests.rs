//! The lock of a job: who gets it, and when it is worth nothing.

use std::time::Instant;

use super::super::tests::{desk, of_three};
use super::*;
use crate::bulk::Engine;

#[test]
fn a_job_that_was_only_looked_at_is_free_for_others() {
    let desk = desk();
    let id = of_three(&desk, Engine::Requests).id().to_owned();
    let open = || desk.jobs.open(&id).unwrap();
    let looking = open();
    assert_eq!(looking.job().unwrap().state, JobState::Ready);
    let (working, job) = open().lock().unwrap();
    assert_eq!(job.state, JobState::Ready);
    assert_eq!(looking.job().unwrap().state, JobState::Running);
    drop(working);
    assert_eq!(looking.job().unwrap().state, JobState::Ready);
}

#[test]
fn a_lock_is_tried_for_several_times_before_the_job_counts_as_busy() {
    let desk = desk();
    let working = of_three(&desk, Engine::Requests);
    let id = working.id();
    let begun = Instant::now();
    let error = desk.jobs.open(id).unwrap().lock().unwrap_err();
    assert!(begun.elapsed() >= BETWEEN_TRIES * (TRIES - 1));
    assert_eq!(error.kind, Kind::Usage);
    assert_eq!(
        error.message,
        format!("another process is running job {id}")
    );
    assert_eq!(
        error.hints,
        [format!("rc bulk status {id} shows its progress")]
    );
}

#[cfg(unix)]
#[test]
fn a_lock_whose_file_is_gone_or_another_one_keeps_out_no_one_and_is_refused() {
    let desk = desk();
    let id = of_three(&desk, Engine::Requests).id().to_owned();
    let path = desk.folder.path().join("jobs").join(format!("{id}.lock"));
    let removed = format!("job {id} was removed");

    let late = desk.jobs.open(&id).unwrap();
    fs::remove_file(&path).unwrap();
    let error = late.lock().unwrap_err();
    assert_eq!(
        (error.kind, error.message),
        (Kind::NotFound, removed.clone())
    );

    let late = desk.jobs.open(&id).unwrap();
    fs::remove_file(&path).unwrap();
    fs::write(&path, "").unwrap();
    let error = late.lock().unwrap_err();
    assert_eq!((error.kind, error.message), (Kind::NotFound, removed));
    assert_eq!(error.hints, ["rc bulk list shows all"]);

    // What cannot be told is not taken for a removal.
    let late = desk.jobs.open(&id).unwrap();
    fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink(&path, &path).unwrap();
    assert_eq!(late.lock().unwrap_err().kind, Kind::Unexpected);

    fs::remove_file(&path).unwrap();
    desk.jobs.open(&id).unwrap().lock().unwrap();
}
