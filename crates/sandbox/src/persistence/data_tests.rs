//! Data files: kept, killed, damaged, repaired, and of earlier versions.

use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};

use super::*;
use crate::Sandbox;
use crate::TOKEN;
use crate::seed::Seed;

fn open(path: &Path) -> io::Result<Sandbox> {
    let now: jiff::Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
    let (data, state) = DataFile::open(crate::Platform::Recharge, path, || {
        State::seeded(&Seed::demo(), now)
    })?;
    Ok(Sandbox::new(state, Arc::new(move || now)).kept_in(data))
}

fn ask(sandbox: &Sandbox, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("X-Recharge-Access-Token", TOKEN)
        .body(Bytes::from(body.to_string()))
        .unwrap();
    let answer = sandbox.answer(&request);
    let body = serde_json::from_slice(answer.body()).unwrap_or(Value::Null);
    (answer.status().as_u16(), body)
}

fn create(sandbox: &Sandbox, number: usize) -> String {
    let email = format!("kept{number}@example.com");
    let body = json!({"email": email, "first_name": "A", "last_name": "K"});
    let (status, answer) = ask(sandbox, "POST", "/customers", &body);
    assert_eq!(status, 200, "{answer}");
    format!("/customers/{}", answer["customer"]["id"])
}

fn whole(sandbox: &Sandbox) -> Vec<u8> {
    let mut out = Vec::new();
    sandbox
        .with_state(|state| state.to_json_writer(&mut out))
        .unwrap();
    out
}

#[test]
fn what_was_answered_is_there_after_the_process_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/store.json");
    let sandbox = open(&path).unwrap();
    let made: Vec<String> = (0..5).map(|number| create(&sandbox, number)).collect();
    assert_eq!(ask(&sandbox, "DELETE", &made[1], &Value::Null).0, 204);
    let (_, list) = ask(
        &sandbox,
        "GET",
        "/charges?status=queued&limit=1",
        &Value::Null,
    );
    let charge = format!("/charges/{}/process", list["charges"][0]["id"]);
    assert_eq!(ask(&sandbox, "POST", &charge, &json!({})).0, 200);
    let refused = json!({"email": "kept0@example.com"});
    assert_eq!(ask(&sandbox, "PUT", &made[2], &refused).0, 422);
    let before = whole(&sandbox);
    // A process that is killed drops nothing in order; neither does this.
    let snapshot = std::fs::read(&path).unwrap();
    let journal = std::fs::read(beside(&path, ".journal")).unwrap();
    drop(sandbox);
    std::fs::write(&path, snapshot).unwrap();
    std::fs::write(beside(&path, ".journal"), journal).unwrap();
    assert!(whole(&open(&path).unwrap()) == before);
    assert!(whole(&open(&path).unwrap()) == before, "once more");
}

#[test]
fn a_long_journal_is_folded_into_the_file_and_half_a_fold_does_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.json");
    let sandbox = open(&path).unwrap();
    create(&sandbox, 1);
    let journal = std::fs::read(beside(&path, ".journal")).unwrap();
    assert!(!journal.is_empty());
    if let Some(data) = &sandbox.data {
        data.lock().unwrap().longest = 1;
    }
    create(&sandbox, 2);
    let emptied = std::fs::metadata(beside(&path, ".journal")).unwrap();
    assert_eq!(emptied.len(), journal::HEAD);
    create(&sandbox, 3);
    let before = whole(&sandbox);
    drop(sandbox);
    // As if the process had ended between the snapshot and the journal.
    let after = std::fs::read(beside(&path, ".journal")).unwrap();
    let head = usize::try_from(journal::HEAD).unwrap();
    let second = journal::line(2, "{}");
    let all = [
        &after[..head],
        &journal[head..],
        second.as_bytes(),
        &after[head..],
    ];
    std::fs::write(beside(&path, ".journal"), all.concat()).unwrap();
    assert!(whole(&open(&path).unwrap()) == before);
}

#[test]
fn the_last_line_may_be_half_written_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.json");
    let sandbox = open(&path).unwrap();
    let (one, other) = (create(&sandbox, 1), create(&sandbox, 2));
    drop(sandbox);
    let journal_path = beside(&path, ".journal");
    let journal = std::fs::read(&journal_path).unwrap();
    let mut damaged = journal.clone();
    damaged[100] ^= 1;
    std::fs::write(&journal_path, &damaged).unwrap();
    let snapshot = std::fs::read(&path).unwrap();
    let error = open(&path).unwrap_err().to_string();
    assert!(
        error.contains("journal: line 2 is damaged") && error.contains("to start over"),
        "{error}"
    );
    assert!(std::fs::read(&journal_path).unwrap() == damaged);
    assert!(std::fs::read(&path).unwrap() == snapshot);

    std::fs::write(&journal_path, &journal[..journal.len() - 9]).unwrap();
    let sandbox = open(&path).unwrap();
    assert_eq!(ask(&sandbox, "GET", &one, &Value::Null).0, 200);
    assert_eq!(ask(&sandbox, "GET", &other, &Value::Null).0, 404);
}

#[test]
fn what_cannot_be_kept_is_not_answered_nor_is_anything_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.json");
    let sandbox = open(&path).unwrap();
    let kept = create(&sandbox, 1);
    if let Some(data) = &sandbox.data {
        // Open for reading only, it fails as on a full disk.
        data.lock().unwrap().journal = File::open(&path).unwrap();
    }
    let body = json!({"email": "lost@example.com", "first_name": "A", "last_name": "K"});
    assert_eq!(ask(&sandbox, "POST", "/customers", &body).0, 500);
    assert_eq!(ask(&sandbox, "GET", &kept, &Value::Null).0, 500);
    drop(sandbox);
    let sandbox = open(&path).unwrap();
    assert_eq!(ask(&sandbox, "GET", &kept, &Value::Null).0, 200);
    let lost = "/customers?email=lost@example.com";
    let (_, list) = ask(&sandbox, "GET", lost, &Value::Null);
    assert_eq!(list["customers"], json!([]));
}

#[test]
fn a_file_of_something_else_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.json");
    for damage in ["", "{", "{\"format\":1}", "not json"] {
        std::fs::write(&path, damage).unwrap();
        let error = open(&path).unwrap_err().to_string();
        assert!(
            error.contains("store.json") && error.contains("to start over"),
            "{error}"
        );
        assert_eq!(std::fs::read_to_string(&path).unwrap(), damage);
    }
    std::fs::remove_file(&path).unwrap();
    std::fs::write(beside(&path, ".journal"), "left behind\n").unwrap();
    let error = open(&path).unwrap_err().to_string();
    assert!(error.contains("its journal is there"), "{error}");
    assert!(!path.exists());
}

#[test]
fn one_file_has_one_sandbox_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.json");
    let first = open(&path).unwrap();
    let error = open(&path).unwrap_err().to_string();
    assert!(error.contains("in use by another sandbox"), "{error}");
    drop(first);
    assert!(open(&path).is_ok());
}

/// A store with so many customers that were written to its journal, and the
/// journal.
fn written(path: &Path, customers: usize) -> (Vec<String>, Vec<u8>) {
    let sandbox = open(path).unwrap();
    let made = (0..customers).map(|number| create(&sandbox, number));
    let made = made.collect();
    drop(sandbox);
    (made, std::fs::read(beside(path, ".journal")).unwrap())
}

/// Where each line of a journal begins, its head first, and where it ends.
fn lines(journal: &[u8]) -> Vec<usize> {
    let ends = journal
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'\n');
    std::iter::once(0)
        .chain(ends.map(|(at, _)| at + 1))
        .collect()
}

fn notes(path: &Path) -> Vec<String> {
    let (mut file, _) = DataFile::open(crate::Platform::Recharge, path, || {
        unreachable!("it is there")
    })
    .unwrap();
    file.take_notes()
}

#[test]
fn journal_that_lacks_repeats_or_changes_a_record_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.json");
    let (_, journal) = written(&path, 4);
    let snapshot = std::fs::read(&path).unwrap();
    let at = lines(&journal);
    let without = |line: usize| [&journal[..at[line]], &journal[at[line + 1]..]].concat();
    let mut changed = journal.clone();
    changed[at[2] + 60] ^= 4;
    let other = folder.path().join("other.json");
    let (_, foreign) = written(&other, 4);
    for (damaged, why) in [
        (Vec::new(), "it is empty"),
        (journal[..20].to_vec(), "line 1"),
        (journal[..5].to_vec(), "line 1"),
        (journal[..at[1]].to_vec(), "line 2: it ends with record 0"),
        (journal[..at[3]].to_vec(), "line 4: it ends with record 2"),
        (
            journal[..at[3] - 7].to_vec(),
            "line 3: it ends with record 1",
        ),
        (without(0), "line 1"),
        (without(1), "line 2: record 1 is missing"),
        (without(3), "line 4: record 3 is missing"),
        (without(4), "line 5: it ends with record 3"),
        (
            [&journal[..], &journal[at[4]..]].concat(),
            "line 6 repeats record 4",
        ),
        ([&journal[..], b"garbage"].concat(), "line 6"),
        (changed, "line 3 is damaged"),
        (foreign, "another file"),
    ] {
        std::fs::write(beside(&path, ".journal"), &damaged).unwrap();
        let error = open(&path).unwrap_err().to_string();
        assert!(error.contains(why), "{why}: {error}");
        assert!(error.contains("store.json.journal"), "{error}");
        assert!(std::fs::read(beside(&path, ".journal")).unwrap() == damaged);
        assert!(std::fs::read(&path).unwrap() == snapshot);
    }
    std::fs::remove_file(beside(&path, ".journal")).unwrap();
    let error = open(&path).unwrap_err().to_string();
    assert!(error.contains("journal: it is missing"), "{error}");
    std::fs::write(beside(&path, ".journal"), &journal).unwrap();
    assert_eq!(notes(&path), Vec::<String>::new());
}

#[test]
fn last_record_that_breaks_off_is_cut_off_with_a_note() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.json");
    let (made, journal) = written(&path, 3);
    let snapshot = std::fs::read(&path).unwrap();
    let at = lines(&journal);
    for length in [at[3] + 1, at[3] + 30, journal.len() - 1] {
        std::fs::write(&path, &snapshot).unwrap();
        std::fs::write(beside(&path, ".journal"), &journal[..length]).unwrap();
        let noted = notes(&path);
        assert!(
            noted[0].contains("is incomplete") && noted.len() == 1,
            "{noted:?}"
        );
        assert!(noted[0].contains("was answered"), "{noted:?}");
        assert_eq!(notes(&path), Vec::<String>::new(), "once");
        let sandbox = open(&path).unwrap();
        assert_eq!(ask(&sandbox, "GET", &made[1], &Value::Null).0, 200);
        assert_eq!(ask(&sandbox, "GET", &made[2], &Value::Null).0, 404);
    }
    // As if the process had ended within a record that was not counted yet.
    let begun = [&journal[..], &b"0000000000000004 0123"[..]].concat();
    std::fs::write(&path, &snapshot).unwrap();
    std::fs::write(beside(&path, ".journal"), begun).unwrap();
    let noted = notes(&path);
    assert!(noted[0].contains("was not answered"), "{noted:?}");
    let sandbox = open(&path).unwrap();
    assert_eq!(ask(&sandbox, "GET", &made[2], &Value::Null).0, 200);
}

#[test]
fn files_of_an_earlier_version_are_read_and_rewritten_with_a_note() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.json");
    let (made, new) = written(&path, 3);
    let mut snapshot: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    snapshot.as_object_mut().unwrap().remove("journal");
    let snapshot = snapshot.to_string();
    let steps = journal::read(&new).unwrap().records;
    let steps = steps.into_iter().map(|(_, at)| &new[at]);
    let lines = steps.map(|step| {
        [
            format!("{:016x} ", journal::sum(step)).as_bytes(),
            step,
            b"\n",
        ]
        .concat()
    });
    let earlier: Vec<u8> = lines.flatten().collect();
    for (journal, customers) in [(Some(&earlier[..]), 3), (Some(&[][..]), 0), (None, 0)] {
        std::fs::write(&path, &snapshot).unwrap();
        std::fs::remove_file(beside(&path, ".journal")).unwrap();
        if let Some(journal) = journal {
            std::fs::write(beside(&path, ".journal"), journal).unwrap();
        }
        let noted = notes(&path);
        assert!(
            noted.len() == 1 && noted[0].contains("an earlier rc"),
            "{noted:?}"
        );
        assert_eq!(notes(&path), Vec::<String>::new(), "once");
        let sandbox = open(&path).unwrap();
        for (number, made) in made.iter().enumerate() {
            let wanted = if number < customers { 200 } else { 404 };
            assert_eq!(ask(&sandbox, "GET", made, &Value::Null).0, wanted);
        }
    }
    // As if the process had ended between the snapshot and the journal.
    std::fs::write(&path, &snapshot).unwrap();
    std::fs::write(beside(&path, ".journal"), &earlier).unwrap();
    drop(open(&path).unwrap());
    let rewritten = std::fs::read(&path).unwrap();
    std::fs::write(beside(&path, ".journal"), &earlier).unwrap();
    let sandbox = open(&path).unwrap();
    assert_eq!(ask(&sandbox, "GET", &made[2], &Value::Null).0, 200);
    drop(sandbox);
    assert_eq!(std::fs::read(&path).unwrap(), rewritten);
}
