//! Drafts: which job one becomes, and what is on the disk before it has a name.

use super::super::tests::{desk, subject, task};
use super::*;
use crate::bulk::Engine;

#[test]
fn the_file_of_a_draft_names_its_job() {
    for (file, job) in [
        ("jobs/draft-abcdef-Xy12.part", Some("abcdef")),
        ("draft-abcdef-X-2.part", Some("abcdef")),
        ("jobs/draft-abcdef.part", None),
        ("jobs/.tmpAb-cd.part", None),
        ("jobs/abcdef.lock", None),
        ("/", None),
    ] {
        assert_eq!(job_of(Path::new(file)), job, "{file}");
    }
}

#[test]
fn a_complete_draft_is_on_the_disk_with_its_index_before_it_is_a_job() {
    let desk = desk();
    let mut draft = desk.jobs.begin(subject(Engine::Requests)).unwrap();
    draft.add(2, "[\"A\"]", &task("{}")).unwrap();
    draft.add_invalid(3, "[\"\"]", "code: empty").unwrap();
    draft.complete().unwrap();
    let on_disk = Connection::open(draft.hidden.path()).unwrap();
    for (sql, count) in [
        ("SELECT count(*) FROM row", 2),
        (
            "SELECT count(*) FROM sqlite_schema WHERE name = 'row_by_state'",
            1,
        ),
        ("SELECT count(*) FROM job", 0),
    ] {
        let found: i64 = on_disk.query_row(sql, [], |row| row.get(0)).unwrap();
        assert_eq!(found, count, "{sql}");
    }
    drop(on_disk);
    let id = draft.id().to_owned();
    let (ledger, plan) = draft.finish().unwrap();
    assert_eq!((ledger.id(), plan.rows), (id.as_str(), 1));
    assert_eq!(ledger.counts().unwrap().rows(), 2);
}

#[test]
fn rows_of_a_job_are_found_by_their_state_through_an_index() {
    let desk = desk();
    let draft = desk.jobs.begin(subject(Engine::Requests)).unwrap();
    let (ledger, _) = draft.finish().unwrap();
    let sql = "EXPLAIN QUERY PLAN SELECT n FROM row WHERE state = 1 ORDER BY n";
    let how: String = ledger.query(sql, |row| row.get(3)).unwrap();
    assert_eq!(
        how,
        "SEARCH row USING COVERING INDEX row_by_state (state=?)"
    );
}
