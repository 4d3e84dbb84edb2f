//! `rc history`: the audit log of writes, compared with what reached a sandbox.

use serde_json::Value;

use crate::bulk::file;
use crate::harness::{Rc, Store, rc};
use crate::served::Served;

/// A run against a served sandbox, with the state of a store.
fn ask(served: &Served, store: &Store, line: &str) -> Rc {
    rc(line).holding(store).against(&served.url)
}

fn history(store: &Store, words: &str) -> Vec<Value> {
    let line = format!("history list -o ndjson {words}");
    rc(&line).holding(store).succeeds().records()
}

/// Method, path, status and request id of each write, sorted.
fn facts(records: &[Value]) -> Vec<String> {
    let mut facts: Vec<String> = records
        .iter()
        .filter(|record| record["method"] != "GET" && record["method"] != "HEAD")
        .map(|record| {
            let path = record["path"].as_str().unwrap();
            let path = path.split('?').next().unwrap();
            format!(
                "{} {path} {} {}",
                record["method"], record["status"], record["request_id"]
            )
        })
        .collect();
    facts.sort();
    facts
}

#[test]
fn history_has_each_write_once_that_reached_the_sandbox() {
    let served = Served::start();
    let store = Store::new();
    let listed = ask(
        &served,
        &store,
        "subscriptions list --status active -n 5 --jq .id",
    )
    .succeeds();
    let ids: Vec<&str> = listed.stdout.lines().collect();
    ask(
        &served,
        &store,
        &format!("subscriptions update {} --quantity 2", ids[0]),
    )
    .succeeds();
    ask(&served, &store, "subscriptions update 1 --quantity 2").fails(4);
    let many = format!("subscriptions update {} 2 --quantity 3", ids.join(" "));
    ask(&served, &store, &many).fails(7);
    let free = format!("api PUT /subscriptions/{} -f quantity=4", ids[1]);
    ask(&served, &store, &free).succeeds();
    ask(&served, &store, "api HEAD /subscriptions").succeeds();
    ask(&served, &store, &free.replace("PUT", "PATCH")).fails(5);
    ask(
        &served,
        &store,
        "customers create --email ada@example.com --first-name A --last-name L",
    )
    .succeeds();
    let rows = file(
        &store,
        "rows.csv",
        "code,value,value_type\nSPRING,10,percentage\nSUMMER,2.50,fixed_amount\n",
    );
    let bulk = |line: &str| {
        let line = format!("bulk discounts create '{}' --yes {line}", rows.display());
        ask(&served, &store, &line).succeeds();
    };
    bulk("--engine requests");
    std::fs::write(&rows, "code,value,value_type\nAUTUMN,10,percentage\n").unwrap();
    bulk("--engine batches");

    let log = rc("sandbox requests -o ndjson")
        .holding(&store)
        .against(&served.url)
        .succeeds();
    let reached = facts(&log.records());
    assert!(reached.len() >= 15, "{reached:?}");
    assert!(
        reached.iter().any(|line| line.contains("PATCH")),
        "{reached:?}"
    );
    assert_eq!(facts(&history(&store, "")), reached);

    let commands: Vec<String> = history(&store, "")
        .iter()
        .rev()
        .map(|entry| entry["command"].as_str().unwrap().to_owned())
        .collect();
    for command in [
        "subscriptions update",
        "api",
        "customers create",
        "bulk discounts create",
    ] {
        assert!(
            commands.iter().any(|known| known == command),
            "{commands:?}"
        );
    }
}

#[test]
fn history_has_a_retried_write_once_with_its_attempts() {
    let served = Served::with(&["--faults", "503:subscriptions.update=@1"]);
    let store = Store::new();
    let listed = ask(
        &served,
        &store,
        "subscriptions list --status active -n 1 --jq .id",
    )
    .succeeds();
    let id = listed.stdout.trim();
    ask(
        &served,
        &store,
        &format!("subscriptions update {id} --quantity 2"),
    )
    .succeeds();
    let entries = history(&store, "");
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0]["attempts"], 2);
    assert_eq!(entries[0]["outcome"], "done");
}

#[test]
fn history_contains_no_value_and_no_token() {
    let served = Served::start();
    let store = Store::new();
    ask(
        &served,
        &store,
        "customers create --email ada@example.com --first-name Ada --last-name Lovelace",
    )
    .succeeds();
    let text = std::fs::read(store.path().join("history.db")).unwrap();
    let wal = std::fs::read(store.path().join("history.db-wal")).unwrap_or_default();
    let text = [text, wal].concat();
    let text = String::from_utf8_lossy(&text);
    assert!(text.contains("customers create"));
    for secret in ["ada@example.com", "Lovelace", "sk_sandbox_all"] {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[test]
fn write_goes_on_when_the_history_cannot_be_written() {
    let store = Store::new();
    let id = store.id("subscriptions list --status active -n 1");
    std::fs::create_dir(store.path().join("history.db")).unwrap();
    rc(&format!("subscriptions update {id} --quantity 2 -o json"))
        .within(&store)
        .succeeds()
        .says("writes of this command may be missing in rc history");
    rc("history list").within(&store).fails(1);
}

#[test]
fn history_is_a_list_like_others() {
    let store = Store::new();
    let ids = store.ids("subscriptions list --status active -n 2");
    for id in &ids {
        rc(&format!("subscriptions update {id} --quantity 2"))
            .within(&store)
            .succeeds();
    }
    rc("subscriptions update 1 --quantity 2")
        .within(&store)
        .fails(4);
    rc("history list -o csv -c id,outcome,path")
        .within(&store)
        .succeeds()
        .prints_in("3,refused,/subscriptions/1");
    let get = rc("history get 1 -r --jq .ids[0]")
        .within(&store)
        .succeeds();
    assert_eq!(get.stdout.trim(), ids[0]);
    let columns = rc("history list -c help").holding(&store).succeeds();
    assert!(columns.stdout.starts_with("id\n"), "{columns:?}");
    assert_eq!(history(&store, "-n 1").len(), 1);
    assert_eq!(history(&store, "--outcome refused")[0]["id"], 3);
    assert_eq!(history(&store, &format!("--id {}", ids[1])).len(), 1);
    assert_eq!(history(&store, "--since 1d --sandbox").len(), 3);
    assert_eq!(history(&store, "--until 2026-11-20").len(), 0);
    assert_eq!(history(&store, "--until 2026-11-20T13:00:00").len(), 3);
    assert_eq!(history(&store, "--store elsewhere").len(), 0);
    rc("history get 4")
        .within(&store)
        .fails(4)
        .shows("history-history_is_a_list_like_others");
    rc("history list --dry-run").within(&store).fails(2);
    rc("history list --since whenever")
        .within(&store)
        .fails(2)
        .shows("history-history_is_a_list_like_others-2");
}

#[test]
fn history_is_empty_before_the_first_write() {
    let store = Store::new();
    rc("customers list -n 1").within(&store).succeeds();
    assert_eq!(history(&store, "").len(), 0);
    assert!(!store.path().join("history.db").exists());
    rc("history get 1").within(&store).fails(4);
}
