//! Tests of the history: what is kept, how it is bounded, and what happens when
//! it cannot be written.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};

use super::log::MOST_BYTES;
use super::recorder::facts;
use super::{HistoryEntry, HistoryFilter, HistoryLog, HistoryRecorder, WriteContext};
use crate::api::client::{WriteEnd, WriteOutcome, WriteRecorder};
use crate::api::request::Request;
use crate::catalog::{self, Method};

fn request(method: Method, path: &str) -> Request {
    Request {
        method,
        path: path.to_owned(),
        query: vec![("email".to_owned(), "ada@example.com".to_owned())],
        body: Some("{\"token\":\"sk_secret\"}".to_owned()),
        operation: None,
        headers: Vec::new(),
        notes: Vec::new(),
    }
}

fn now() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

fn done(object: Option<&str>) -> WriteEnd {
    WriteEnd {
        outcome: WriteOutcome::Done,
        status: Some(200),
        request_id: Some("r-1".to_owned()),
        object: object.map(str::to_owned),
        attempts: 2,
    }
}

type Warnings = Arc<Mutex<Vec<String>>>;

fn recorder_at(state: &Path, at: Timestamp) -> (HistoryRecorder, Warnings) {
    let warnings = Warnings::default();
    let kept = Arc::clone(&warnings);
    let context = WriteContext {
        command: "subscriptions update".to_owned(),
        store: Some("Garden".to_owned()),
        base_url: Some("https://api.example.com".to_owned()),
        profile: Some("garden".to_owned()),
    };
    let warn = Box::new(move |text: &str| kept.lock().unwrap().push(text.to_owned()));
    let state = Some(state.to_owned());
    let recorder = HistoryRecorder::new(
        &crate::catalog::recharge::API,
        state,
        context,
        Arc::new(move || at),
        warn,
    );
    (recorder, warnings)
}

fn recorder(state: &Path) -> HistoryRecorder {
    recorder_at(state, now()).0
}

fn entries(state: &Path, filter: &HistoryFilter) -> Vec<HistoryEntry> {
    let mut found = Vec::new();
    let log = HistoryLog::open_below(state).unwrap().unwrap();
    let kept = log.each(filter, |entry| {
        found.push(entry.clone());
        Ok(true)
    });
    kept.unwrap();
    found
}

fn all(state: &Path) -> Vec<HistoryEntry> {
    entries(state, &HistoryFilter::default())
}

#[test]
fn entry_is_unknown_until_its_end_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let recorder = recorder(folder.path());
    let id = recorder.begin(&request(Method::Put, "/subscriptions/7"));
    let begun = &all(folder.path())[0];
    assert_eq!((begun.outcome.as_str(), begun.ended_at), ("unknown", None));
    recorder.end(id.unwrap(), &done(None));
    let ended = &all(folder.path())[0];
    assert_eq!(
        ended,
        &HistoryEntry {
            id: 1,
            at: now(),
            command: "subscriptions update".to_owned(),
            method: "PUT".to_owned(),
            path: "/subscriptions/7".to_owned(),
            operation: Some("subscriptions.update".to_owned()),
            ids: vec!["7".to_owned()],
            store: Some("Garden".to_owned()),
            base_url: Some("https://api.example.com".to_owned()),
            profile: Some("garden".to_owned()),
            outcome: "done".to_owned(),
            status: Some(200),
            request_id: Some("r-1".to_owned()),
            attempts: Some(2),
            ended_at: Some(now()),
        }
    );
}

#[test]
fn id_of_the_response_counts_where_the_path_has_none() {
    let folder = tempfile::tempdir().unwrap();
    let recorder = recorder(folder.path());
    for path in ["/subscriptions", "/subscriptions/7/cancel"] {
        let id = recorder.begin(&request(Method::Post, path)).unwrap();
        recorder.end(id, &done(Some("9")));
    }
    let ids: Vec<_> = all(folder.path()).into_iter().map(|one| one.ids).collect();
    assert_eq!(ids, [["7"], ["9"]]);
}

#[test]
fn facts_have_no_secret_segment_query_or_body() {
    let facts = |method, path| facts(&crate::catalog::recharge::API, &request(method, path));
    let checkout = facts(Method::Put, "/checkouts/abc123");
    assert_eq!(checkout.path, "/checkouts/[redacted]");
    assert!(checkout.ids.is_empty());
    let odd = facts(Method::Delete, "/checkouts/abc123");
    assert_eq!(
        (odd.path.as_str(), odd.operation),
        ("/checkouts/[redacted]", None)
    );
    let free = facts(Method::Post, "/new_things/7/sk_live_1?token=secret");
    assert_eq!(free.path, "/new_things/7/[redacted]");
    assert_eq!(free.ids, ["7"]);
    let long = facts(Method::Post, &format!("/{}", "a".repeat(3_000)));
    assert!(long.path.len() < 600, "{}", long.path.len());
}

#[test]
fn facts_name_the_operation_of_every_write_in_the_catalog() {
    for (resource, operation) in catalog::recharge::API.operations() {
        if operation.method == Method::Get {
            continue;
        }
        let mut path = String::new();
        for part in operation.path.split('/').skip(1) {
            path.push('/');
            path.push_str(if part.starts_with('{') { "41" } else { part });
        }
        let facts = facts(
            &crate::catalog::recharge::API,
            &request(operation.method, &path),
        );
        let named = facts.operation.as_deref();
        let named = named
            .and_then(|name| crate::catalog::recharge::API.operation(name))
            .unwrap();
        // Rows may share a path; the request is then of either.
        assert_eq!(named.1.path, operation.path, "{}", resource.name);
    }
}

#[test]
fn filters_exclude_other_entries() {
    let folder = tempfile::tempdir().unwrap();
    let hour = SignedDuration::from_hours(1);
    let (early, _) = recorder_at(folder.path(), now() - hour);
    let id = early.begin(&request(Method::Put, "/subscriptions/7"));
    early.end(id.unwrap(), &done(None));
    let (late, _) = recorder_at(folder.path(), now());
    late.begin(&request(Method::Put, "/subscriptions/77"));
    let ids = |filter: &HistoryFilter| -> Vec<i64> {
        let found = entries(folder.path(), filter);
        found.iter().map(|entry| entry.id).collect()
    };
    let none = HistoryFilter::default();
    let all = [2, 1];
    assert_eq!(ids(&none), all);
    let since = HistoryFilter {
        since: Some(now()),
        ..none.clone()
    };
    assert_eq!(ids(&since), [2]);
    let until = HistoryFilter {
        until: Some(now()),
        ..none.clone()
    };
    assert_eq!(ids(&until), [1]);
    let outcomes = |outcomes: &[WriteOutcome]| HistoryFilter {
        outcomes: outcomes.to_vec(),
        ..none.clone()
    };
    assert_eq!(ids(&outcomes(&[WriteOutcome::Unknown])), [2]);
    assert_eq!(ids(&outcomes(&WriteOutcome::ALL)), all);
    let object = HistoryFilter {
        object: Some("7".to_owned()),
        ..none.clone()
    };
    assert_eq!(ids(&object), [1]);
    for (store, found) in [
        ("garden", &all[..]),
        ("https://api.example.com", &all),
        ("Gard", &[]),
    ] {
        let store = HistoryFilter {
            store: Some(store.to_owned()),
            ..none.clone()
        };
        assert_eq!(ids(&store), found);
    }
    let profile = HistoryFilter {
        profile: Some("other".to_owned()),
        ..none
    };
    assert_eq!(ids(&profile), [0; 0]);
}

#[test]
fn entries_go_when_they_are_older_than_a_year() {
    let folder = tempfile::tempdir().unwrap();
    let day = SignedDuration::from_hours(24);
    let (old, _) = recorder_at(folder.path(), now() - day * 366);
    old.begin(&request(Method::Put, "/subscriptions/1"));
    let (kept, _) = recorder_at(folder.path(), now() - day * 364);
    kept.begin(&request(Method::Put, "/subscriptions/2"));
    recorder(folder.path()).begin(&request(Method::Put, "/subscriptions/3"));
    let ids: Vec<i64> = all(folder.path()).iter().map(|entry| entry.id).collect();
    assert_eq!(ids, [3, 2]);
}

#[test]
fn oldest_entries_go_when_the_file_is_full() {
    let folder = tempfile::tempdir().unwrap();
    let recorder = recorder(folder.path());
    for n in 0..2_000 {
        recorder.begin(&request(Method::Put, &format!("/subscriptions/{n}")));
    }
    let log = HistoryLog::create_below(folder.path()).unwrap();
    log.prune(now(), MOST_BYTES).unwrap();
    assert_eq!(all(folder.path()).len(), 2_000);
    log.prune(now(), 100_000).unwrap();
    let left = all(folder.path());
    assert!((200..1_800).contains(&left.len()), "{}", left.len());
    assert_eq!(left[0].ids, ["1999"]);
    // Numbers are not given again.
    log.prune(now(), 0).unwrap();
    assert_eq!(
        recorder.begin(&request(Method::Put, "/subscriptions/1")),
        Some(2_001)
    );
}

#[test]
fn recorders_lose_no_entry_when_they_write_at_once() {
    let folder = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let (recorder, warnings) = recorder_at(folder.path(), now());
                for _ in 0..25 {
                    let id = recorder.begin(&request(Method::Put, "/subscriptions/7"));
                    recorder.end(id.unwrap(), &done(None));
                }
                assert!(warnings.lock().unwrap().is_empty());
            });
        }
    });
    let entries = all(folder.path());
    assert_eq!(entries.len(), 100);
    assert!(entries.iter().all(|entry| entry.outcome == "done"));
}

#[test]
fn recorder_warns_once_when_the_log_cannot_be_opened() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("history.db"),
        "this is not a database, and long enough",
    )
    .unwrap();
    let (recorder, warnings) = recorder_at(folder.path(), now());
    for _ in 0..5 {
        assert_eq!(
            recorder.begin(&request(Method::Put, "/subscriptions/7")),
            None
        );
    }
    let warnings = warnings.lock().unwrap();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(
        warnings[0].starts_with("writes of this command may be missing in rc history: "),
        "{warnings:?}"
    );
}

#[cfg(unix)]
#[test]
fn file_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    recorder(&state).begin(&request(Method::Put, "/subscriptions/7"));
    let facts = fs::metadata(state.join("history.db")).unwrap();
    assert_eq!(facts.permissions().mode() & 0o777, 0o600);
}
