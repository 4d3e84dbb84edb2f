//! The folder of jobs: which job a word names, and which files are removed when.

use std::time::SystemTime;

use super::super::tests::{TestLedger, clock, desk, files, of_three, subject, task};
use super::*;
use crate::bulk::Engine;

const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// A job of that name that has ended, as a retry where it has a parent.
fn ended(desk: &TestLedger, id: &str, parent: Option<&str>) {
    let path = desk.jobs.path(id);
    folders::private_folder(&desk.jobs.folder).unwrap();
    let subject = subject(Engine::Requests);
    let draft = DraftLedger::new(&desk.jobs, id.to_owned(), path, subject).unwrap();
    let draft = match parent {
        Some(parent) => draft.retrying(parent),
        None => draft,
    };
    draft.finish().unwrap().0.finish().unwrap();
}

/// Gives a file an age by the clock of the jobs, and makes it if it is missing.
fn aged(desk: &TestLedger, name: &str, age: SignedDuration) {
    folders::private_folder(&desk.jobs.folder).unwrap();
    let mut options = fs::OpenOptions::new();
    options.create(true).truncate(false).write(true);
    let file = options.open(desk.jobs.folder.join(name)).unwrap();
    let changed = (desk.jobs.clock)() - age;
    file.set_modified(SystemTime::from(changed)).unwrap();
}

fn sorted(desk: &TestLedger) -> Vec<String> {
    let mut files = files(desk);
    files.sort();
    files
}

#[test]
fn a_beginning_that_several_jobs_share_names_none_of_them() {
    let desk = desk();
    for id in ["abc222", "abc333", "xyz222"] {
        ended(&desk, id, None);
    }
    let error = desk.jobs.open("abc").unwrap_err();
    assert_eq!(error.kind, Kind::Usage);
    assert_eq!(error.message, "several jobs begin with abc: abc222, abc333");
    for (word, id) in [("abc2", "abc222"), ("x", "xyz222"), ("abc333", "abc333")] {
        assert_eq!(desk.jobs.open(word).unwrap().id(), id);
    }
}

#[test]
fn no_word_names_no_job_even_where_there_is_only_one() {
    let desk = desk();
    ended(&desk, "abc222", None);
    for (word, message) in [("", "there is no job "), ("b", "there is no job b")] {
        let error = desk.jobs.open(word).unwrap_err();
        assert_eq!(
            (error.kind, error.message.as_str()),
            (Kind::NotFound, message)
        );
        assert_eq!(error.hints, ["rc bulk list shows all"]);
    }
}

#[test]
fn a_file_whose_name_no_job_can_have_is_not_a_job() {
    let desk = desk();
    // Too short, too long, letters that names do not have, another extension.
    for name in [
        "22222.db",
        "2222222.db",
        "10ilo0.db",
        "ABCDEF.db",
        "222222.bak",
    ] {
        aged(&desk, name, SECOND);
    }
    ended(&desk, "333333", None);
    assert_eq!(desk.jobs.names().unwrap(), ["333333"]);
    let (jobs, unreadable) = desk.jobs.list().unwrap();
    assert_eq!(
        jobs.iter().map(|job| &job.id).collect::<Vec<_>>(),
        ["333333"]
    );
    assert!(unreadable.is_empty(), "{unreadable:?}");
}

#[cfg(unix)]
#[test]
fn a_job_that_is_removed_while_jobs_are_listed_is_left_out() {
    let desk = desk();
    ended(&desk, "222222", None);
    // The name is in the folder, and there is nothing behind it any more.
    std::os::unix::fs::symlink("gone", desk.jobs.path("333333")).unwrap();
    let (jobs, unreadable) = desk.jobs.list().unwrap();
    assert_eq!(
        jobs.iter().map(|job| &job.id).collect::<Vec<_>>(),
        ["222222"]
    );
    assert!(unreadable.is_empty(), "{unreadable:?}");
    let error = desk.jobs.open("333333").unwrap_err();
    assert_eq!(error.kind, Kind::NotFound);
    assert_eq!(error.message, "there is no job 333333");
}

#[test]
fn retries_of_retries_are_removed_at_once_whatever_their_names() {
    for [first, second, third] in [
        ["222222", "333333", "444444"],
        ["444444", "333333", "222222"],
        ["333333", "444444", "222222"],
    ] {
        let desk = desk();
        ended(&desk, first, None);
        ended(&desk, second, Some(first));
        ended(&desk, third, Some(second));
        let later = Jobs::below(Some(desk.folder.path()), clock("2027-02-01T12:00:00Z")).unwrap();
        later.prune().unwrap();
        assert_eq!(
            files(&desk),
            Vec::<String>::new(),
            "{first} {second} {third}"
        );
    }
}

#[test]
fn a_job_without_an_end_is_never_removed() {
    let desk = desk();
    let id = of_three(&desk, Engine::Requests).id().to_owned();
    let before = sorted(&desk);
    assert!(!desk.jobs.remove(&id));
    assert_eq!(sorted(&desk), before);
    let (ledger, _) = desk.jobs.open(&id).unwrap().lock().unwrap();
    ledger.finish().unwrap();
    assert!(!desk.jobs.remove(&id), "another process has its lock");
    drop(ledger);
    assert!(desk.jobs.remove(&id));
    assert_eq!(files(&desk), Vec::<String>::new());
}

#[test]
fn a_draft_or_a_lock_that_belongs_to_no_job_is_removed_after_a_day() {
    let desk = desk();
    let cases = [
        ("draft-222222-a.part", DRAFT_KEPT + SECOND, false),
        ("draft-333333-a.part", DRAFT_KEPT, true),
        // Version 0.1.0 did not name the job of a draft.
        (".tmpAbCd.part", DRAFT_KEPT + SECOND, false),
        ("444444.lock", DRAFT_KEPT + SECOND, false),
        ("555555.lock", DRAFT_KEPT, true),
        ("notes.txt", DRAFT_KEPT + SECOND, true),
        ("notes", DRAFT_KEPT + SECOND, true),
    ];
    for (name, age, _) in cases {
        aged(&desk, name, age);
    }
    desk.jobs.prune().unwrap();
    let left = files(&desk);
    for (name, age, stays) in cases {
        assert_eq!(left.iter().any(|file| file == name), stays, "{name} {age}");
    }
}

#[test]
fn a_draft_that_a_process_works_on_is_kept_however_old_it_is() {
    let desk = desk();
    let mut draft = desk.jobs.begin(subject(Engine::Requests)).unwrap();
    draft.add(2, "[]", &task("{}")).unwrap();
    let before = sorted(&desk);
    assert_eq!(before.len(), 2, "{before:?}");
    for name in &before {
        aged(&desk, name, DRAFT_KEPT + SECOND);
    }
    desk.jobs.prune().unwrap();
    assert_eq!(sorted(&desk), before);
    draft.finish().unwrap();
}

#[test]
fn the_lock_of_a_job_is_kept_as_long_as_its_ledger() {
    let desk = desk();
    let id = of_three(&desk, Engine::Requests).id().to_owned();
    let both = [format!("{id}.db"), format!("{id}.lock")];
    for name in &both {
        aged(&desk, name, DRAFT_KEPT + SECOND);
    }
    desk.jobs.prune().unwrap();
    assert_eq!(sorted(&desk), both);
}
