//! `--watch`: what changes is printed, or drawn.

use serde_json::Value;

use crate::canned::{Canned, Reply};
use crate::harness::{Outcome, Rc, Store, rc};

fn events(outcome: &Outcome) -> Vec<(String, String, u64)> {
    let told = outcome.records().into_iter().map(|line| {
        let text = |name: &str| line[name].as_str().unwrap().to_owned();
        let id = line["record"]["id"].as_u64().unwrap();
        (text("event"), text("at"), id)
    });
    told.collect()
}

fn watching(store: &Store, line: &str) -> Rc {
    rc(line).within(store)
}

#[test]
fn off_a_terminal_the_first_round_prints_what_is_there_and_later_ones_what_changed() {
    let store = Store::new();
    let active = store.ids("subscriptions list --status active -n 3");
    let ids: Vec<u64> = active.iter().map(|id| id.parse().unwrap()).collect();
    let outcome = watching(&store, "subscriptions list --status active -n 3 --watch 5")
        .meanwhile(3, &format!("subscriptions update {} --quantity 7", ids[1]))
        .meanwhile(
            8,
            &format!("subscriptions cancel {} --reason x --yes", ids[0]),
        )
        .until(11)
        .succeeds()
        .says_nothing();
    let told = events(&outcome);
    let told: Vec<(&str, &str, u64)> = told
        .iter()
        .map(|(event, at, id)| (&**event, &at[11..], *id))
        .collect();
    assert_eq!(told[0], ("present", "12:00:00Z", ids[0]));
    assert_eq!(told[1], ("present", "12:00:00Z", ids[1]));
    assert_eq!(told[2], ("present", "12:00:00Z", ids[2]));
    assert_eq!(told[3], ("changed", "12:00:05Z", ids[1]));
    // With one less on the list, another one comes within its first three.
    assert_eq!((told[4].0, told[4].1), ("added", "12:00:10Z"));
    assert_eq!(told[5], ("removed", "12:00:10Z", ids[0]));
    assert_eq!(told.len(), 6);
    let lines = outcome.records();
    assert_eq!(lines[3]["record"]["quantity"], 7);
    assert_eq!(lines[5]["record"], serde_json::json!({ "id": ids[0] }));
}

#[test]
fn nothing_is_printed_while_nothing_changes() {
    let store = Store::new();
    let outcome = watching(&store, "subscriptions list -n 4 --watch 1")
        .until(60)
        .succeeds();
    assert_eq!(outcome.records().len(), 4);
}

#[test]
fn a_filter_sees_each_change() {
    let store = Store::new();
    let id = store.id("subscriptions list --status active");
    watching(
        &store,
        &format!("subscriptions get {id} --watch 2s -r --jq"),
    )
    .with("'select(.event != \"present\") | \"\\(.event) \\(.record.quantity)\"'")
    .meanwhile(1, &format!("subscriptions update {id} --quantity 9"))
    .until(10)
    .succeeds()
    .prints("changed 9\n");
}

#[test]
fn what_is_deleted_is_removed_and_the_watch_goes_on() {
    let store = Store::new();
    let id = store.id("onetimes list");
    let outcome = watching(&store, &format!("onetimes get {id} --watch 2"))
        .meanwhile(1, &format!("onetimes delete {id} --yes"))
        .until(10)
        .succeeds()
        .says_nothing();
    let told: Vec<String> = events(&outcome).into_iter().map(|told| told.0).collect();
    assert_eq!(told, ["present", "removed"]);
}

#[test]
fn what_has_no_id_of_its_own_is_told_by_the_one_it_has() {
    let store = Store::new();
    let line = "products list -n 1 -r --jq .external_product_id";
    let found = rc(line).within(&store).succeeds().stdout;
    let id = found.trim();
    let outcome = watching(&store, "products list --watch 2")
        .meanwhile(1, &format!("products delete {id} --yes"))
        .until(10)
        .succeeds();
    let last = outcome.records().pop().unwrap();
    assert_eq!(last["event"], "removed");
    let expected = serde_json::json!({ "external_product_id": id });
    assert_eq!(last["record"], expected);
}

#[test]
fn what_is_not_there_at_first_ends_the_watch() {
    rc("subscriptions get 1 --watch 2")
        .sandboxed()
        .until(10)
        .fails(4)
        .prints_nothing();
}

#[test]
fn a_round_that_fails_is_told_and_the_next_goes_on() {
    let store = Store::new();
    let outcome = watching(&store, "subscriptions list -n 2 --watch 5 --max-retries 0")
        .meanwhile(2, "sandbox faults set 503=100%")
        .meanwhile(8, "sandbox faults off")
        .until(20)
        .succeeds()
        .says("error: ");
    assert!(outcome.stderr.contains("503"), "{}", outcome.stderr);
    assert_eq!(outcome.records().len(), 2);
}

#[test]
fn a_refused_token_ends_the_watch() {
    let server = Canned::serve(vec![
        Reply::Json(200, "{\"subscriptions\":[{\"id\":1}]}"),
        Reply::Json(401, "{\"error\":\"bad token\"}"),
    ]);
    rc("subscriptions list --watch 5")
        .against(&server.url)
        .until(60)
        .fails(3)
        .prints_in("\"present\"");
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn on_a_terminal_each_round_is_drawn_over_the_last() {
    let store = Store::new();
    let id = store.id("subscriptions list");
    let outcome = watching(
        &store,
        "subscriptions list -n 2 -c id,quantity --watch 5 --color never",
    )
    .showing(80)
    .meanwhile(2, &format!("subscriptions update {id} --quantity 9"))
    .until(8)
    .succeeds()
    .says_nothing();
    let rounds: Vec<&str> = outcome.stdout.split("\u{1b}[H").skip(1).collect();
    assert_eq!(rounds.len(), 2);
    for (round, at) in rounds.iter().zip(["12:00:00", "12:00:05"]) {
        let title = round.lines().next().unwrap();
        assert!(title.starts_with("\u{1b}[Kevery 5 s: rc subscriptions list -n 2 -c id,quantity"));
        assert!(title.ends_with(&format!("2026-11-20 {at}")), "{title}");
        assert!(round.contains("ID  QTY\n"), "{round}");
        assert_eq!(round.lines().count(), 6);
    }
    assert!(rounds[1].contains("    9\n"), "{}", rounds[1]);
    // What stood there before is scrolled out of the way, once.
    assert!(outcome.stdout.starts_with(&"\n".repeat(24)));
}

#[test]
fn a_picture_is_never_higher_than_the_terminal() {
    let store = Store::new();
    let outcome = watching(&store, "subscriptions list --watch 5 --color never")
        .showing(80)
        .high(10)
        .until(3)
        .succeeds();
    let (_, round) = outcome.stdout.split_once("\u{1b}[H").unwrap();
    let lines: Vec<&str> = round.lines().collect();
    assert_eq!(lines[8], "\u{1b}[K…");
    assert_eq!(lines.len(), 10);
}

#[test]
fn trouble_stands_above_the_last_picture_and_goes_when_it_is_over() {
    let store = Store::new();
    let outcome = watching(
        &store,
        "subscriptions list -n 1 --watch 5 --color never --max-retries 0",
    )
    .showing(80)
    .meanwhile(2, "sandbox faults set 503=100%")
    .meanwhile(8, "sandbox faults off")
    .until(12)
    .succeeds();
    let rounds: Vec<&str> = outcome.stdout.split("\u{1b}[H").skip(1).collect();
    assert_eq!(rounds.len(), 3);
    assert!(rounds[1].contains("error: ") && rounds[1].contains("CUSTOMER"));
    assert!(rounds[1].contains("12:00:00") && !rounds[1].contains("12:00:05"));
    assert!(!rounds[2].contains("error: ") && rounds[2].contains("12:00:10"));
}

#[test]
fn an_empty_list_says_so() {
    let outcome = rc("subscriptions list --customer-id 1 --watch 5")
        .sandboxed()
        .showing(80)
        .until(3)
        .succeeds();
    assert!(outcome.stdout.contains("no subscriptions match"));
}

#[test]
fn ndjson_on_a_terminal_is_the_stream_of_changes() {
    let outcome = rc("subscriptions list -n 2 --watch 5 -o ndjson --color never")
        .sandboxed()
        .showing(80)
        .until(3)
        .succeeds();
    let first: Value = serde_json::from_str(outcome.stdout.lines().next().unwrap()).unwrap();
    assert_eq!(first["event"], "present");
}

#[test]
fn a_terminal_that_cannot_draw_gets_the_stream_of_changes() {
    rc("subscriptions list -n 2 --watch 5")
        .sandboxed()
        .showing(80)
        .env("TERM", "dumb")
        .until(3)
        .succeeds()
        .prints_in("\"event\":\"present\"");
}

#[test]
fn what_makes_no_sense_with_a_watch_is_refused() {
    for (line, said) in [
        ("subscriptions list --watch 5 --dry-run", "--dry-run"),
        ("subscriptions list --watch 5 --out x", "--out"),
        (
            "subscriptions list --watch 5 --slurp --jq length",
            "--slurp",
        ),
        ("subscriptions list --watch 5 -o csv", "not as csv"),
        ("subscriptions get - --watch 5", "standard input"),
        ("subscriptions list --watch 0", "from 1 on"),
        ("subscriptions list --watch soon", "from 1 on"),
        ("subscriptions cancel 1 --watch 5", "no flag --watch"),
        ("api GET /store --watch 5", "no flag --watch"),
    ] {
        rc(line)
            .sandboxed()
            .until(10)
            .fails(2)
            .says(said)
            .prints_nothing();
    }
}
