//! Ledgers: what is noted is there again, steps are whole, and what is not
//! complete leaves nothing behind.

use std::sync::Arc;

use super::*;
use crate::bulk::row::Task;

pub(super) struct TestLedger {
    pub(super) folder: tempfile::TempDir,
    pub(super) jobs: Jobs,
}

pub(super) fn clock(at: &str) -> Clock {
    let at: Timestamp = at.parse().unwrap();
    Arc::new(move || at)
}

pub(super) fn desk() -> TestLedger {
    let folder = tempfile::tempdir().unwrap();
    let jobs = Jobs::below(Some(folder.path()), clock("2026-11-20T12:00:00Z")).unwrap();
    TestLedger { folder, jobs }
}

pub(super) fn subject(engine: Engine) -> JobSubject {
    JobSubject {
        operation: "discounts.create".to_owned(),
        engine,
        input: "spring.csv".to_owned(),
        header: Some(vec!["code".to_owned()]),
        store: JobStore {
            profile: None,
            base_url: "http://127.0.0.1:4010".to_owned(),
            sandbox: false,
            api: "recharge".to_owned(),
            api_version: "2021-11".to_owned(),
            name: None,
            fingerprint: Some("f".to_owned()),
            identity: None,
        },
        guard: Guard::Absent,
        undoes: None,
    }
}

pub(super) fn task(body: &str) -> Task {
    Task {
        target: "/discounts".to_owned(),
        body: Some(body.to_owned()),
    }
}

pub(super) fn of_three(desk: &TestLedger, engine: Engine) -> LockedLedger {
    let mut draft = desk.jobs.begin(subject(engine)).unwrap();
    draft.add(2, "[\"A\"]", &task("{\"code\":\"A\"}")).unwrap();
    draft.add_invalid(3, "[\"\"]", "code: empty").unwrap();
    draft.add(4, "[\"B\"]", &task("{\"code\":\"B\"}")).unwrap();
    draft.finish().unwrap().0
}

pub(super) fn files(desk: &TestLedger) -> Vec<String> {
    std::fs::read_dir(desk.folder.path().join("jobs"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn a_draft_that_is_dropped_leaves_nothing() {
    let desk = desk();
    let mut draft = desk.jobs.begin(subject(Engine::Requests)).unwrap();
    draft.add(2, "[]", &task("{}")).unwrap();
    drop(draft);
    assert_eq!(files(&desk), Vec::<String>::new());
    assert!(desk.jobs.list().unwrap().0.is_empty());
}

#[test]
fn what_a_job_is_about_is_there_again() {
    let desk = desk();
    let ledger = of_three(&desk, Engine::Batches);
    let job = ledger.job().unwrap();
    drop(ledger);
    assert_eq!(job.subject, subject(Engine::Batches));
    assert_eq!(job.state, JobState::Ready);
    assert_eq!((job.counts.open, job.counts.invalid), (2, 1));
    assert_eq!(job.created_at.to_string(), "2026-11-20T12:00:00Z");
    let again = desk.jobs.open(&job.id[..3]).unwrap().job().unwrap();
    assert_eq!(again, job);
    assert_eq!(desk.jobs.list().unwrap().0, [job]);
}

#[test]
fn a_job_that_is_not_there_is_not_found() {
    let desk = desk();
    for word in ["", "zz"] {
        assert_eq!(
            desk.jobs.open(word).unwrap_err().kind,
            crate::error::Kind::NotFound
        );
    }
}

#[cfg(unix)]
#[test]
fn only_its_owner_may_read_a_ledger() {
    use std::os::unix::fs::PermissionsExt;
    let desk = desk();
    let ledger = of_three(&desk, Engine::Requests);
    ledger.leaves(1).unwrap();
    let folder = desk.folder.path().join("jobs");
    for file in files(&desk) {
        let facts = std::fs::metadata(folder.join(&file)).unwrap();
        assert_eq!(facts.permissions().mode() & 0o077, 0, "{file}");
    }
    let facts = std::fs::metadata(&folder).unwrap();
    assert_eq!(facts.permissions().mode() & 0o077, 0);
}

#[test]
fn only_one_can_work_on_a_job() {
    let desk = desk();
    let first = of_three(&desk, Engine::Requests);
    let open = || desk.jobs.open(first.id()).unwrap();
    let error = open().lock().unwrap_err();
    assert!(error.to_string().contains("another process"), "{error}");
    assert_eq!(open().job().unwrap().state, JobState::Running);
    assert_eq!(first.job().unwrap().state, JobState::Ready);
    let second = open();
    drop(first);
    assert_eq!(second.job().unwrap().state, JobState::Ready);
    second.lock().unwrap();
}

#[test]
fn the_state_of_a_job_is_read_under_its_lock() {
    let desk = desk();
    let first = of_three(&desk, Engine::Requests);
    let second = desk.jobs.open(first.id()).unwrap();
    assert_eq!(second.job().unwrap().state, JobState::Running);
    first.abandon().unwrap();
    drop(first);
    let (second, job) = second.lock().unwrap();
    assert_eq!(job.state, JobState::Abandoned);
    assert!(second.finish().is_err());
    assert!(second.abandon().is_err());
    assert_eq!(second.job().unwrap().state, JobState::Abandoned);
}

#[test]
fn abandoned_rows_that_are_at_the_api_become_unknown_and_others_stay_unsent() {
    let desk = desk();
    let requests = of_three(&desk, Engine::Requests);
    requests.leaves(3).unwrap();
    assert_eq!(requests.rows_out().unwrap(), 1);
    requests.abandon().unwrap();
    let counts = requests.counts().unwrap();
    assert_eq!((counts.open, counts.unknown), (1, 1));
    for (stage, unknown) in [
        (BatchStage::Planned, 0),
        (BatchStage::Filling, 0),
        (BatchStage::Starting, 2),
        (BatchStage::Running, 2),
        (BatchStage::Collecting, 2),
    ] {
        let ledger = of_three(&desk, Engine::Batches);
        if stage != BatchStage::Planned {
            ledger.opened(0, 7).unwrap();
            ledger.reaches(0, stage).unwrap();
        }
        assert_eq!(ledger.rows_out().unwrap(), unknown, "{stage:?}");
        ledger.abandon().unwrap();
        let counts = ledger.counts().unwrap();
        assert_eq!((counts.unknown, counts.open), (unknown, 2 - unknown));
        assert_eq!(ledger.job().unwrap().is_begun, unknown > 0, "{stage:?}");
        let left = ledger.discarded().unwrap().len();
        assert_eq!(left, usize::from(stage == BatchStage::Filling), "{stage:?}");
    }
}

#[test]
fn states_of_a_newer_version_are_refused_and_nothing_can_be_sent() {
    for (sql, what) in [
        ("UPDATE batch SET stage = 6", "a batch at stage 6"),
        ("UPDATE batch SET stage = -1", "a batch at stage -1"),
        ("UPDATE row SET state = 6", "a row in state 6"),
        ("UPDATE job SET ended = 'paused'", "the state \"paused\""),
    ] {
        let desk = desk();
        let ledger = of_three(&desk, Engine::Batches);
        ledger.connection.execute(sql, []).unwrap();
        let id = ledger.id().to_owned();
        drop(ledger);
        let error = desk.jobs.open(&id).unwrap().lock().unwrap_err();
        assert!(error.message.contains(what), "{error}");
        assert!(error.hints[0].contains("nothing was sent"), "{error:?}");
    }
}

#[test]
fn a_whole_name_comes_before_names_that_begin_so_and_a_backup_is_no_job() {
    let desk = desk();
    let id = of_three(&desk, Engine::Requests).id().to_owned();
    let file = |name: String| desk.folder.path().join("jobs").join(name);
    std::fs::copy(file(format!("{id}.db")), file(format!("{id}.backup.db"))).unwrap();
    assert_eq!(desk.jobs.open(&id).unwrap().id(), id);
    assert_eq!(desk.jobs.open(&id[..4]).unwrap().id(), id);
    assert_eq!(desk.jobs.list().unwrap().0.len(), 1);
    // A copy under a name that a job can have would send its rows twice.
    std::fs::copy(file(format!("{id}.db")), file("222222.db".to_owned())).unwrap();
    let error = desk.jobs.open("222222").unwrap_err();
    assert!(
        error
            .message
            .contains(&format!("copy of the ledger of job {id}")),
        "{error}"
    );
}

#[test]
fn rows_go_out_and_come_to_their_ends() {
    let desk = desk();
    let ledger = of_three(&desk, Engine::Requests);
    let ready = ledger.ready_behind(0, 10).unwrap();
    assert_eq!(ready.iter().map(|row| row.n).collect::<Vec<_>>(), [1, 3]);
    ledger.leaves(1).unwrap();
    ledger.leaves(3).unwrap();
    ledger.returns(3).unwrap();
    let doubt = ledger.in_doubt_behind(0, 10).unwrap();
    assert_eq!((doubt.len(), doubt[0].n, doubt[0].tries), (1, 1, 1));
    let fate = RowEnd::Ok {
        status: Some(201),
        object: Some("7".to_owned()),
    };
    ledger.ends(1, &fate).unwrap();
    let fate = RowEnd::Failed {
        status: Some(422),
        error: "taken".to_owned(),
    };
    ledger.ends(3, &fate).unwrap();
    let counts = ledger.counts().unwrap();
    assert_eq!((counts.ok, counts.failed, counts.open), (1, 1, 0));
    let rows = ledger.rows_behind(0, 10, &[]).unwrap();
    let states: Vec<_> = rows.iter().map(|row| (row.line, row.state)).collect();
    assert_eq!(states, [(2, "ok"), (3, "invalid"), (4, "failed")]);
    let failed = ledger.rows_behind(0, 10, &["failed".to_owned()]).unwrap();
    assert_eq!(failed[0].error.as_deref(), Some("taken"));
    assert_eq!(failed[0].task, Some(task("{\"code\":\"B\"}")));
    assert_eq!(ledger.errors(5).unwrap(), [("taken".to_owned(), 1)]);
}

#[test]
fn failed_row_is_worth_a_retry_when_the_api_was_in_trouble() {
    let desk = desk();
    for (status, worth) in [
        (Some(422), 0),
        (Some(404), 0),
        (Some(409), 1),
        (Some(429), 1),
        (Some(503), 1),
        (None, 1),
    ] {
        let ledger = of_three(&desk, Engine::Requests);
        ledger.leaves(1).unwrap();
        let error = "no".to_owned();
        ledger.ends(1, &RowEnd::Failed { status, error }).unwrap();
        assert_eq!(ledger.worth_a_retry().unwrap(), worth, "{status:?}");
    }
}

#[test]
fn a_batch_goes_from_stage_to_stage() {
    let desk = desk();
    let ledger = of_three(&desk, Engine::Batches);
    let batch = ledger.batch(0).unwrap();
    assert_eq!(
        (batch.rows, batch.parts, batch.stage),
        (2, 1, BatchStage::Planned)
    );
    ledger.opened(0, 19).unwrap();
    ledger.part_leaves(0).unwrap();
    assert!(ledger.batch(0).unwrap().leaving);
    ledger.discard(0, "unclear").unwrap();
    assert_eq!(ledger.batch(0).unwrap(), batch);
    assert_eq!(ledger.discarded().unwrap(), [(19, "unclear".to_owned())]);
    ledger.opened(0, 20).unwrap();
    assert_eq!(
        ledger.part(0, 0).unwrap(),
        ["{\"code\":\"A\"}", "{\"code\":\"B\"}"]
    );
    ledger.part_leaves(0).unwrap();
    ledger.part_arrives(0).unwrap();
    assert_eq!(ledger.tasks_before(0, 1).unwrap(), 2);
    assert_eq!(ledger.batch(0).unwrap().added, 1);
    assert_eq!(ledger.job().unwrap().state, JobState::Stopped);
    for stage in [
        BatchStage::Starting,
        BatchStage::Running,
        BatchStage::Collecting,
    ] {
        ledger.reaches(0, stage).unwrap();
        assert_eq!(ledger.batches().unwrap()[0].stage, stage);
    }
    let seen = SeenTask {
        id: 5,
        body: "{}".to_owned(),
        likeness: [1; 32],
        fate: RowEnd::Unknown {
            status: None,
            error: "waits".to_owned(),
        },
    };
    ledger.note_tasks(0, &[seen.clone(), seen.clone()]).unwrap();
    assert_eq!(ledger.tasks_of(0).unwrap(), [(5, [1; 32])]);
    assert_eq!(ledger.task(0, 5).unwrap(), seen);
    let ok = RowEnd::Ok {
        status: Some(201),
        object: None,
    };
    ledger.settle(0, &[(1, ok.clone()), (3, ok)]).unwrap();
    assert_eq!(ledger.counts().unwrap().ok, 2);
    assert!(ledger.tasks_of(0).unwrap().is_empty());
    ledger.finish().unwrap();
    assert_eq!(ledger.job().unwrap().state, JobState::Done);
}

#[test]
fn what_ended_long_ago_is_removed_and_what_has_no_end_is_kept() {
    let desk = desk();
    let done = of_three(&desk, Engine::Requests);
    done.finish().unwrap();
    let open = of_three(&desk, Engine::Requests);
    let id = open.id().to_owned();
    drop((done, open));
    let at = |time| Jobs::below(Some(desk.folder.path()), clock(time)).unwrap();
    at("2026-12-20T12:00:00Z").prune().unwrap();
    assert_eq!(desk.jobs.list().unwrap().0.len(), 2);
    at("2026-12-20T12:00:01Z").prune().unwrap();
    let left = desk.jobs.list().unwrap().0;
    assert_eq!((left.len(), &left[0].id), (1, &id));
    assert!(files(&desk).iter().all(|file| file.starts_with(&id)));
}

#[test]
fn a_retry_is_kept_as_long_as_its_parent() {
    let desk = desk();
    let parent = of_three(&desk, Engine::Requests);
    let draft = desk.jobs.begin(subject(Engine::Requests)).unwrap();
    let (retry, _) = draft.retrying(parent.id()).finish().unwrap();
    assert_eq!(retry.job().unwrap().parent.as_deref(), Some(parent.id()));
    retry.finish().unwrap();
    drop(retry);
    let later = Jobs::below(Some(desk.folder.path()), clock("2027-02-01T12:00:00Z")).unwrap();
    later.prune().unwrap();
    assert_eq!(desk.jobs.list().unwrap().0.len(), 2);
    parent.finish().unwrap();
    // A job that is held is in use.
    later.prune().unwrap();
    assert_eq!(desk.jobs.list().unwrap().0.len(), 2);
    drop(parent);
    later.prune().unwrap();
    assert!(desk.jobs.list().unwrap().0.is_empty());
    assert_eq!(files(&desk), Vec::<String>::new());
}

#[test]
fn a_job_that_was_removed_cannot_be_locked_any_more() {
    let desk = desk();
    let job = of_three(&desk, Engine::Requests);
    job.finish().unwrap();
    let (late, again) = (desk.jobs.open(job.id()).unwrap(), job.id().to_owned());
    drop(job);
    let later = Jobs::below(Some(desk.folder.path()), clock("2027-02-01T12:00:00Z")).unwrap();
    later.prune().unwrap();
    let error = late.lock().unwrap_err();
    assert_eq!(error.message, format!("job {again} was removed"));
}

#[test]
fn a_ledger_that_is_damaged_hides_no_other() {
    let desk = desk();
    let id = of_three(&desk, Engine::Requests).id().to_owned();
    std::fs::write(desk.folder.path().join("jobs/damage.db"), "no database").unwrap();
    let (jobs, unreadable) = desk.jobs.list().unwrap();
    assert_eq!((jobs.len(), &jobs[0].id), (1, &id));
    assert_eq!(unreadable.len(), 1);
    assert!(unreadable[0].message.contains("damage"), "{unreadable:?}");
    desk.jobs.prune().unwrap();
}
