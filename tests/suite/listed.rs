//! Lists on a terminal: schedules, the hint after many records, messages beside
//! records, and the columns that there are.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::answering::Answering;
use crate::bulk::{bulk, file};
use crate::harness::{Rc, Store, rc};

fn plain(run: Rc) -> Rc {
    run.env("NO_COLOR", "1")
}

#[test]
fn schedule_is_one_column_in_each_version_and_two_fields_elsewhere() {
    let record = json!({
        "id": 1, "order_interval_frequency": 1, "order_interval_unit": "month",
        "charge_interval_frequency": 3, "status": "active",
    });
    let server = Answering::with(move |_| {
        let page = json!({"subscriptions": [record], "next_cursor": null});
        (200, page.to_string())
    });
    let list = |flags: &str| {
        let run = rc(&format!("subscriptions list {flags}")).against(&server.url);
        plain(run).on_terminal(200).succeeds().stdout
    };
    for version in ["2021-11", "2021-01"] {
        let shown = list(&format!("--api-version {version}"));
        let (heading, row) = shown.split_once('\n').unwrap();
        assert!(heading.contains("EVERY") && !heading.contains("UNIT"));
        assert!(row.contains("1 month, billed every 3"), "{shown}");
    }
    // Anyone who names fields gets them.
    let shown = list("-c order_interval_frequency,order_interval_unit -o csv");
    assert_eq!(
        shown,
        "order_interval_frequency,order_interval_unit\n1,month\n"
    );
}

#[test]
fn result_of_a_write_shows_the_schedule_with_its_unit() {
    let store = Store::new();
    let id = store.id("subscriptions list --status active");
    let update = rc(&format!("subscriptions update {id} --quantity 2"));
    let outcome = plain(update).within(&store).on_terminal(100).succeeds();
    let line = outcome
        .stdout
        .lines()
        .find(|line| line.starts_with("order_interval_frequency"));
    let line = line.unwrap_or_else(|| panic!("{outcome:?}"));
    assert!(line.ends_with("month") || line.ends_with('s'), "{line}");
}

/// A list of so many pages of 250, each of which notes what was on the screen.
fn pages(count: usize) -> Answering {
    Answering::with(move |asked| {
        let at = asked.line.split("cursor=").nth(1);
        let at = at.map_or(0, |rest| {
            let digits = rest.find(|letter: char| !letter.is_ascii_digit());
            rest[..digits.unwrap_or(rest.len())].parse().unwrap()
        });
        let records: Vec<Value> = (0..250).map(|id| json!({"id": at * 250 + id})).collect();
        let next = (at + 1 < count).then(|| (at + 1).to_string());
        let page = json!({"customers": records, "next_cursor": next});
        (200, page.to_string())
    })
}

const HINT: &str = "records are shown; -n 50 stops earlier";

#[test]
fn thousand_records_on_a_terminal_bring_one_hint() {
    let server = pages(9);
    let list = |flags: &str| plain(rc(&format!("customers list {flags}"))).against(&server.url);
    for format in ["table", "json", "ndjson"] {
        let outcome = list(&format!("-o {format} -c id"))
            .on_terminal(80)
            .succeeds();
        assert_eq!(outcome.stderr.matches(HINT).count(), 1, "{outcome:?}");
        assert!(outcome.stderr.contains("1,000 records"), "{outcome:?}");
        if format == "json" {
            let records: Vec<Value> = serde_json::from_str(&outcome.stdout).unwrap();
            assert_eq!(records.len(), 2_250);
        }
        // The hint begins a line of its own.
        let (before, _) = outcome.screen.split_once(&outcome.stderr).unwrap();
        assert!(before.ends_with('\n'), "{format}");
    }
    list("-o ndjson").succeeds().says_nothing();
    list("-n 2000").on_terminal(80).succeeds().says_nothing();
    list("--count").on_terminal(80).succeeds().says_nothing();
    let few = pages(3);
    let few = plain(rc("customers list")).against(&few.url);
    few.on_terminal(80).succeeds().says_nothing();
}

#[test]
fn first_row_is_shown_before_page_two_is_requested() {
    // The stream that the process would lend, and what it held at each request.
    let shown: Arc<Mutex<Vec<String>>> = Arc::default();
    let held: Arc<Mutex<Vec<u8>>> = Arc::default();
    let (log, screen) = (Arc::clone(&shown), Arc::clone(&held));
    let server = Answering::with(move |asked| {
        let seen = String::from_utf8(screen.lock().unwrap().clone()).unwrap();
        log.lock().unwrap().push(seen);
        let next = (!asked.line.contains("cursor=")).then_some("n");
        let page = json!({"customers": [{"id": log.lock().unwrap().len()}], "next_cursor": next});
        (200, page.to_string())
    });
    let run = plain(rc("customers list -o table -c id")).against(&server.url);
    let outcome = run.on_screen(&held).succeeds();
    assert_eq!(outcome.stdout, "ID\n 1\n 2\n");
    assert_eq!(*shown.lock().unwrap(), ["", "ID\n 1\n"]);
}

#[test]
fn failing_id_begins_a_line_of_its_own_between_json_records() {
    let store = Store::new();
    let ids = store.ids("customers list -n 2");
    let line = format!("customers get {} 1 {} -o json", ids[0], ids[1]);
    let outcome = plain(rc(&line)).within(&store).on_terminal(80).fails(7);
    let (before, _) = outcome
        .screen
        .split_once("{\"kind\":\"not_found\"")
        .unwrap();
    assert!(before.ends_with("\n  }\n"), "{before:?}");
    let records: Vec<Value> = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(records.len(), 2);
    // In a pipe nothing changes.
    let piped = rc(&line).within(&store).fails(7);
    assert!(!piped.stdout.contains("\n,\n"), "{piped:?}");
}

#[test]
fn columns_are_listed_by_each_command_that_knows_them() {
    let store = Store::new();
    let path = file(
        &store,
        "spring.csv",
        "code,value,value_type\nA,1,percentage\n",
    );
    let run = bulk("discounts create", &path).with("--yes -o json");
    let job = run.within(&store).succeeds().json();
    let id = job["id"].as_str().unwrap();
    rc("profile set garden").holding(&store).succeeds();
    for line in [
        "bulk list".to_owned(),
        format!("bulk status {id}"),
        format!("bulk results {id}"),
        format!("bulk resume {id}"),
        "history list".to_owned(),
        "history get 1".to_owned(),
        "profile list".to_owned(),
        "profile show garden".to_owned(),
        "doctor".to_owned(),
        "stats subscriptions --by status".to_owned(),
    ] {
        let help = rc(&format!("{line} -c help")).within(&store);
        let help = help.succeeds().says_nothing().stdout;
        let records = rc(&format!("{line} -o ndjson")).within(&store);
        let records = records.runs().stdout;
        let first: Value = serde_json::from_str(records.lines().next().unwrap()).unwrap();
        let mut keys: Vec<&String> = first.as_object().unwrap().keys().collect();
        let mut names: Vec<&str> = help.lines().collect();
        keys.sort_unstable();
        names.sort_unstable();
        assert_eq!(names, keys, "{line}");
    }
    // Nothing is sent for it.
    let before = rc("history list --count").within(&store).succeeds().stdout;
    bulk("discounts create", &path)
        .with("--yes -c help")
        .within(&store)
        .succeeds()
        .says_nothing();
    rc("history list --count")
        .within(&store)
        .succeeds()
        .prints(&before);
    rc("api GET /store -c help")
        .within(&store)
        .fails(2)
        .shows("listed-columns_are_listed_by_each_command_that_knows_them");
}
