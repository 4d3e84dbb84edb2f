//! Ledgers: what is noted is there again, steps are whole, and what is not
//! complete leaves nothing behind.

use std::sync::Arc;

use super::*;
use crate::bulk::row::Task;

struct Desk {
    folder: tempfile::TempDir,
    jobs: Jobs,
}

fn clock(at: &str) -> Clock {
    let at: Timestamp = at.parse().unwrap();
    Arc::new(move || at)
}

fn desk() -> Desk {
    let folder = tempfile::tempdir().unwrap();
    let jobs = Jobs::below(Some(folder.path()), clock("2026-11-20T12:00:00Z")).unwrap();
    Desk { folder, jobs }
}

fn subject(engine: Engine) -> Subject {
    Subject {
        operation: "discounts.create".to_owned(),
        engine,
        input: "spring.csv".to_owned(),
        header: Some(vec!["code".to_owned()]),
        store: Whereabouts {
            profile: None,
            base_url: "http://127.0.0.1:4010".to_owned(),
            sandbox: false,
            api_version: "2021-11".to_owned(),
            name: None,
            fingerprint: Some("f".to_owned()),
        },
    }
}

fn task(body: &str) -> Task {
    Task {
        target: "/discounts".to_owned(),
        body: Some(body.to_owned()),
    }
}

fn of_three(desk: &Desk, engine: Engine) -> Ledger {
    let mut draft = desk.jobs.begin(subject(engine)).unwrap();
    draft.add(2, "[\"A\"]", &task("{\"code\":\"A\"}")).unwrap();
    draft.add_invalid(3, "[\"\"]", "code: empty").unwrap();
    draft.add(4, "[\"B\"]", &task("{\"code\":\"B\"}")).unwrap();
    draft.finish().unwrap().0
}

fn files(desk: &Desk) -> Vec<String> {
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
    let mut ledger = of_three(&desk, Engine::Batches);
    let job = ledger.job().unwrap();
    assert_eq!(job.subject, subject(Engine::Batches));
    assert_eq!(job.state, State::Ready);
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
    let mut first = of_three(&desk, Engine::Requests);
    let id = first.id().to_owned();
    first.lock().unwrap();
    let mut second = desk.jobs.open(&id).unwrap();
    let error = second.lock().unwrap_err();
    assert!(error.to_string().contains("another process"), "{error}");
    assert_eq!(second.job().unwrap().state, State::Running);
    assert_eq!(first.job().unwrap().state, State::Ready);
    drop(first);
    assert_eq!(second.job().unwrap().state, State::Ready);
    second.lock().unwrap();
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
    let fate = Fate::Ok {
        status: Some(201),
        object: Some("7".to_owned()),
    };
    ledger.ends(1, &fate).unwrap();
    let fate = Fate::Failed {
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
fn a_batch_goes_from_stage_to_stage() {
    let desk = desk();
    let mut ledger = of_three(&desk, Engine::Batches);
    let batch = ledger.batch(0).unwrap();
    assert_eq!(
        (batch.rows, batch.parts, batch.stage),
        (2, 1, Stage::Planned)
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
    assert_eq!(ledger.job().unwrap().state, State::Stopped);
    for stage in [Stage::Starting, Stage::Running, Stage::Collecting] {
        ledger.reaches(0, stage).unwrap();
        assert_eq!(ledger.batches().unwrap()[0].stage, stage);
    }
    let seen = SeenTask {
        id: 5,
        body: "{}".to_owned(),
        likeness: [1; 32],
        fate: Fate::Unknown {
            status: None,
            error: "waits".to_owned(),
        },
    };
    ledger.note_tasks(0, &[seen.clone(), seen.clone()]).unwrap();
    assert_eq!(ledger.tasks_of(0).unwrap(), [(5, [1; 32])]);
    assert_eq!(ledger.task(0, 5).unwrap(), seen);
    let ok = Fate::Ok {
        status: Some(201),
        object: None,
    };
    ledger.settle(0, &[(1, ok.clone()), (3, ok)]).unwrap();
    assert_eq!(ledger.counts().unwrap().ok, 2);
    assert!(ledger.tasks_of(0).unwrap().is_empty());
    ledger.end(State::Done).unwrap();
    assert_eq!(ledger.job().unwrap().state, State::Done);
}

#[test]
fn what_ended_long_ago_is_removed_and_what_has_no_end_is_kept() {
    let desk = desk();
    let done = of_three(&desk, Engine::Requests);
    done.end(State::Done).unwrap();
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
fn an_ended_job_that_a_process_works_on_is_not_removed() {
    let desk = desk();
    let mut done = of_three(&desk, Engine::Requests);
    done.end(State::Done).unwrap();
    done.lock().unwrap();
    let later = Jobs::below(Some(desk.folder.path()), clock("2027-11-20T12:00:00Z")).unwrap();
    later.prune().unwrap();
    assert_eq!(desk.jobs.list().unwrap().0.len(), 1);
    drop(done);
    later.prune().unwrap();
    assert_eq!(files(&desk), Vec::<String>::new());
}

#[test]
fn a_ledger_that_is_damaged_hides_no_other() {
    let desk = desk();
    let id = of_three(&desk, Engine::Requests).id().to_owned();
    std::fs::write(desk.folder.path().join("jobs/broken.db"), "no database").unwrap();
    let (jobs, unreadable) = desk.jobs.list().unwrap();
    assert_eq!((jobs.len(), &jobs[0].id), (1, &id));
    assert_eq!(unreadable.len(), 1);
    assert!(unreadable[0].message.contains("broken"), "{unreadable:?}");
    desk.jobs.prune().unwrap();
}
