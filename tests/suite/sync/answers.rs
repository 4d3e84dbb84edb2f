//! Runs against a server whose answers are the test's own: late rows, answers that
//! take too long, tables that are refused.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::{Copy, of};
use crate::answering::Answering;
use crate::canned::Asked;
use crate::harness::{Rc, rc};

pub(super) type Rows = Arc<Mutex<Vec<Value>>>;

/// The value of a parameter of a request.
pub(super) fn parameter(asked: &Asked, name: &str) -> Option<String> {
    let (_, query) = asked.line.split_once('?')?;
    let query = query.split(' ').next()?;
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(known, _)| *known == name)?;
    Some(value.replace("%3A", ":"))
}

pub(super) fn path(asked: &Asked) -> &str {
    let path = asked.line.split(' ').nth(1).unwrap();
    path.split('?').next().unwrap()
}

/// A time of a record as a filter has it.
fn time(row: &Value) -> String {
    row["updated_at"].as_str().unwrap().replace("+00:00", "Z")
}

/// The rows that a request asks for, in the order of changes.
pub(super) fn listed(rows: &Rows, asked: &Asked) -> Vec<Value> {
    let since = parameter(asked, "updated_at_min").unwrap_or_default();
    let until = parameter(asked, "updated_at_max").unwrap_or("9".to_owned());
    let mut found: Vec<Value> = rows.lock().unwrap().clone();
    found.retain(|row| time(row) >= since && time(row) <= until);
    found.sort_by_key(|row| (time(row), row["id"].as_u64()));
    found
}

/// A store with customers, which answers other requests by `other`.
fn store(
    rows: &Rows,
    other: impl Fn(&Asked) -> Option<(u16, String)> + Send + 'static,
) -> Answering {
    let rows = Arc::clone(rows);
    Answering::with(move |asked| {
        if let Some(answer) = other(asked) {
            return answer;
        }
        let body = match path(asked) {
            "/store" => json!({"store": {"id": 7, "identifier": "garden.example"}}),
            "/customers" => json!({"customers": listed(&rows, asked), "next_cursor": null}),
            _ => json!({"webhooks": [{"id": 1, "address": "https://example.com"}]}),
        };
        (200, body.to_string())
    })
}

pub(super) fn customer(id: u64, updated_at: &str) -> Value {
    json!({"id": id, "email": format!("c{id}@example.com"), "updated_at": updated_at})
}

fn copied(url: &str) -> Copy {
    Copy {
        url: Some(url.to_owned()),
        ..Copy::new()
    }
}

fn sync(copy: &Copy, flags: &str) -> Rc {
    let to = copy.file();
    copy.there(rc(&format!(
        "sync --to {to} -o ndjson --max-retries 0 {flags}"
    )))
}

#[test]
fn rows_that_appear_late_are_found_within_the_look_back() {
    let rows = Rows::default();
    let server = store(&rows, |_| None);
    let copy = copied(&server.url);
    rows.lock()
        .unwrap()
        .push(customer(1, "2026-11-20T10:00:00+00:00"));
    sync(&copy, "--tables customers").succeeds();
    // One is of the same second, one of five minutes before, one of an hour before.
    for (id, at) in [
        (2, "2026-11-20T10:00:00+00:00"),
        (3, "2026-11-20T09:55:00+00:00"),
        (4, "2026-11-20T09:00:00+00:00"),
    ] {
        rows.lock().unwrap().push(customer(id, at));
    }
    let reports = sync(&copy, "--tables customers").succeeds().records();
    assert_eq!(of(&reports, "customers")["changed"], 2);
    assert_eq!(
        of(&reports, "customers")["bookmark"],
        "2026-11-20T10:00:00Z"
    );
    sync(&copy, "--tables customers --lookback 2h").succeeds();
    assert_eq!(copy.value("SELECT count(*) FROM customers"), 4);
}

/// The first page ends within the present second, and the second one comes a quarter
/// of an hour later: more than the look-back.
#[test]
fn a_row_that_changes_behind_the_page_that_is_read_comes_with_the_next_run() {
    let rows = Rows::default();
    rows.lock()
        .unwrap()
        .push(customer(1, "2026-11-20T12:00:00+00:00"));
    let changing = Arc::clone(&rows);
    let server = store(&rows, move |asked| {
        let listed = listed(&changing, asked);
        let mut rows = changing.lock().unwrap();
        if path(asked) != "/customers" || rows.len() > 1 {
            let second = parameter(asked, "cursor")?;
            assert_eq!(second, "second");
            let body = json!({"customers": [rows[1]], "next_cursor": null});
            return Some((200, body.to_string()));
        }
        rows[0]["email"] = json!("changed@example.com");
        rows.push(customer(2, "2026-11-20T12:15:00+00:00"));
        let body = json!({"customers": listed, "next_cursor": "second"});
        Some((200, body.to_string()))
    });
    let copy = copied(&server.url);
    let email = "SELECT email FROM customers WHERE id = 1";
    let reports = sync(&copy, "--tables customers").succeeds().records();
    assert_eq!(of(&reports, "customers")["rows"], 2);
    assert_eq!(
        of(&reports, "customers")["bookmark"],
        "2026-11-20T12:00:00Z"
    );
    assert_eq!(copy.value(email), "c1@example.com");
    sync(&copy, "--tables customers").succeeds();
    assert_eq!(copy.value(email), "changed@example.com");
}

#[test]
fn a_window_that_takes_the_api_too_long_is_halved() {
    let rows = Rows::default();
    for day in 1..=28 {
        let at = format!("2026-10-{day:02}T10:00:00+00:00");
        rows.lock().unwrap().push(customer(day, &at));
    }
    let kept = Arc::clone(&rows);
    let server = store(&rows, move |asked| {
        let is_too_long = path(asked) == "/customers" && listed(&kept, asked).len() > 5;
        is_too_long.then(|| (504, "<html>timeout</html>".to_owned()))
    });
    let copy = copied(&server.url);
    let reports = sync(&copy, "--tables customers").succeeds().records();
    assert_eq!(of(&reports, "customers")["state"], "current");
    assert_eq!(copy.value("SELECT count(*) FROM customers"), 28);
    assert_eq!(
        of(&reports, "customers")["bookmark"],
        "2026-10-28T10:00:00Z"
    );
}

#[test]
fn a_table_that_is_refused_does_not_keep_the_others_back() {
    let rows = Rows::default();
    rows.lock()
        .unwrap()
        .push(customer(1, "2026-11-20T10:00:00+00:00"));
    let server = store(&rows, |asked| {
        let is_refused = path(asked) == "/webhooks";
        is_refused.then(|| (403, r#"{"error":"missing scope"}"#.to_owned()))
    });
    let copy = copied(&server.url);
    let outcome = sync(&copy, "--tables webhooks,customers").fails(7);
    let reports = outcome.records();
    assert_eq!(of(&reports, "webhooks")["state"], "forbidden");
    assert_eq!(of(&reports, "customers")["state"], "current");
    outcome.says("1 table is not current: webhooks");
    assert_eq!(copy.value("SELECT count(*) FROM customers"), 1);
}

#[test]
fn a_whole_table_that_cannot_be_read_keeps_its_rows() {
    let rows = Rows::default();
    let fails = Arc::new(Mutex::new(false));
    let asked_to_fail = Arc::clone(&fails);
    let server = store(&rows, move |asked| {
        let is_broken = path(asked) == "/webhooks" && *asked_to_fail.lock().unwrap();
        is_broken.then(|| (500, "{}".to_owned()))
    });
    let copy = copied(&server.url);
    sync(&copy, "--tables webhooks").succeeds();
    *fails.lock().unwrap() = true;
    let outcome = sync(&copy, "--tables webhooks").fails(7);
    assert_eq!(of(&outcome.records(), "webhooks")["state"], "incomplete");
    assert_eq!(
        copy.value("SELECT count(*) FROM webhooks WHERE _deleted_at IS NULL"),
        1
    );
}

#[test]
fn fields_without_a_column_are_kept_beside_the_others_and_named_once() {
    let rows = Rows::default();
    for id in 1..=3 {
        let mut row = customer(id, "2026-11-20T10:00:00+00:00");
        row["loyalty"] = json!({"points": id});
        row["first_name"] = json!("A\0da");
        rows.lock().unwrap().push(row);
    }
    let server = store(&rows, |_| None);
    let copy = copied(&server.url);
    let outcome = sync(&copy, "--tables customers").succeeds();
    let named = outcome.stderr.matches("loyalty").count();
    assert_eq!(named, 1, "{}", outcome.stderr);
    outcome.says("customers has NUL characters, which were replaced by U+FFFD: first_name");
    assert_eq!(
        copy.value("SELECT sum(_extra ->> '$.loyalty.points') FROM customers"),
        6
    );
    assert_eq!(
        copy.value("SELECT first_name FROM customers LIMIT 1"),
        "A\u{fffd}da"
    );
}

#[test]
fn each_version_that_is_seen_is_in_the_history_once() {
    let rows = Rows::default();
    let served = Arc::clone(&rows);
    let server = store(&rows, move |asked| {
        let body = json!({"subscriptions": listed(&served, asked), "next_cursor": null});
        (path(asked) == "/subscriptions").then(|| (200, body.to_string()))
    });
    let copy = copied(&server.url);
    for (quantity, at) in [
        (1, "10:00:00"),
        (1, "10:00:00"),
        (2, "10:05:00"),
        (3, "10:05:01"),
    ] {
        let row = json!({"id": 5, "quantity": quantity, "status": "active",
            "updated_at": format!("2026-11-20T{at}+00:00")});
        *rows.lock().unwrap() = vec![row];
        sync(&copy, "--tables subscriptions").succeeds();
    }
    let versions = copy.sql("SELECT quantity FROM subscriptions_history ORDER BY updated_at");
    let expected = [1, 2, 3].map(|quantity| json!({"quantity": quantity}));
    assert_eq!(versions, expected);
    assert_eq!(copy.value("SELECT quantity FROM subscriptions"), 3);
}

#[cfg(unix)]
#[test]
fn a_run_that_repeats_ends_when_it_is_interrupted_and_reads_each_time() {
    let rows = Rows::default();
    rows.lock()
        .unwrap()
        .push(customer(1, "2026-11-20T10:00:00+00:00"));
    let server = store(&rows, |_| None);
    let copy = copied(&server.url);
    let file = copy.file();
    let mut child = crate::served::rc(&["sync", "--to", &file, "--tables", "customers"])
        .args(["--watch", "1s", "-o", "ndjson"])
        .env("RECHARGE_BASE_URL", &server.url)
        .env("RECHARGE_ACCESS_TOKEN", "sk_sandbox_all")
        .env("RECHARGE_STATE_DIR", copy.store.path())
        .env("RECHARGE_CONFIG_DIR", copy.store.path())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    for _ in 0..2 {
        let report: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        assert_eq!(report["state"], "current");
    }
    let id = child.id().to_string();
    std::process::Command::new("kill")
        .args(["-INT", &id])
        .status()
        .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(copy.value("SELECT count(*) FROM customers"), 1);
    // The next writer may come at once.
    sync(&copy, "--tables customers").succeeds();
}
