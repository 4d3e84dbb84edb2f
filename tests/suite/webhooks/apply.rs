//! `rc webhooks apply`: registrations follow a file.

use serde_json::Value;

use crate::canned::{Canned, Reply};
use crate::harness::{Rc, Store, rc};

const A: &str = "https://a.example.com/hooks";
const B: &str = "https://b.example.com/hooks";

fn entry(topic: &str, address: &str, more: &str) -> String {
    format!("[[webhook]]\ntopic = \"{topic}\"\naddress = \"{address}\"\n{more}\n")
}

/// `rc webhooks apply` of that text.
fn apply(store: &Store, text: &str) -> Rc {
    let path = store.path().join("webhooks.toml");
    std::fs::write(&path, text).unwrap();
    rc(&format!("webhooks apply '{}'", path.display()))
        .within(store)
        .with_wide_messages()
}

/// A store without webhooks: the demo store has some.
fn empty() -> Store {
    let store = Store::new();
    let told = steps(&store, "", "--prune --yes");
    assert!(
        told.iter().all(|step| step.starts_with("delete ")),
        "{told:?}"
    );
    store
}

/// Action, topic and address of each step.
fn steps(store: &Store, text: &str, flags: &str) -> Vec<String> {
    let outcome = apply(store, text).with(flags).with("-o ndjson").succeeds();
    let told = outcome.records();
    told.iter()
        .map(|step| {
            let text = |name: &str| step[name].as_str().unwrap().to_owned();
            format!("{} {} {}", text("action"), text("topic"), text("address"))
        })
        .collect()
}

fn listed(store: &Store) -> Vec<Value> {
    rc("webhooks list -o ndjson")
        .within(store)
        .succeeds()
        .records()
}

#[test]
fn second_run_changes_nothing() {
    let store = empty();
    let text = entry(
        "charge/paid",
        A,
        "included_objects = [\"metafields\", \"customer\"]",
    ) + &entry("order/created", A, "");
    let first = steps(&store, &text, "");
    assert_eq!(
        first,
        [
            format!("create charge/paid {A}"),
            format!("create order/created {A}")
        ]
    );
    let before = listed(&store);
    assert_eq!(before.len(), 2);
    let second = steps(&store, &text, "--prune");
    assert_eq!(
        second,
        [
            format!("unchanged charge/paid {A}"),
            format!("unchanged order/created {A}")
        ]
    );
    assert_eq!(listed(&store), before);
}

#[test]
fn what_differs_is_changed_and_others_are_left_alone_without_prune() {
    let store = empty();
    steps(
        &store,
        &(entry("charge/paid", A, "") + &entry("plan/created", A, "")),
        "",
    );
    let text = entry(
        "charge/paid",
        A,
        "included_objects = [\"customer\"]\nversion = \"2021-01\"",
    );
    let told = steps(&store, &text, "");
    assert_eq!(
        told,
        [
            format!("update charge/paid {A}"),
            format!("not in the file plan/created {A}")
        ]
    );
    let listed = listed(&store);
    let paid = listed
        .iter()
        .find(|hook| hook["topic"] == "charge/paid")
        .unwrap();
    assert_eq!(paid["included_objects"], serde_json::json!(["customer"]));
    assert_eq!(paid["version"], "2021-01");
}

#[test]
fn pruning_moves_an_address_asks_and_deletes_the_rest() {
    let store = empty();
    steps(
        &store,
        &(entry("charge/paid", A, "") + &entry("plan/created", A, "")),
        "",
    );
    let id = |topic: &str| {
        let all = listed(&store);
        let found = all.iter().find(|hook| hook["topic"] == topic);
        found.map(|hook| hook["id"].to_string())
    };
    let before = id("charge/paid");
    let text = entry("charge/paid", B, "");
    let asked = apply(&store, &text).with("--prune").fails(2);
    asked.says("0 to create, 1 to update, 1 to delete");
    assert_eq!(listed(&store).len(), 2);
    let told = steps(&store, &text, "--prune --yes");
    assert_eq!(
        told,
        [
            format!("delete plan/created {A}"),
            format!("update charge/paid {B}")
        ]
    );
    assert_eq!(id("charge/paid"), before);
    assert_eq!(id("plan/created"), None);
}

#[test]
fn webhook_that_was_deleted_meanwhile_is_named_and_registered_again() {
    let store = empty();
    let text = entry("charge/paid", A, "");
    steps(&store, &text, "");
    let id = listed(&store)[0]["id"].to_string();
    rc(&format!("webhooks delete {id} --yes"))
        .within(&store)
        .succeeds();
    let outcome = apply(&store, &text).succeeds();
    outcome.says(&format!(
        "webhook {id}, charge/paid at {A}, was deleted since the last time"
    ));
    assert_eq!(listed(&store).len(), 1);
    apply(&store, &text).succeeds().does_not_say("was deleted");
}

#[test]
fn dry_run_prints_the_requests_and_writes_nothing() {
    let store = empty();
    let text = entry("charge/paid", A, "");
    let outcome = apply(&store, &text).with("--dry-run").succeeds();
    let outcome = outcome.prints_in("POST").prints_in("charge/paid");
    outcome.says("1 to create, 0 to update, 0 to delete");
    assert_eq!(listed(&store).len(), 0);
}

const NONE: &str = r#"{"webhooks":[],"next_cursor":null,"previous_cursor":null}"#;
const ONE: &str = r#"{"webhooks":[{"id":5,"topic":"charge/paid","address":"https://a.example.com/hooks","included_objects":[],"version":"2021-11"}],"next_cursor":null,"previous_cursor":null}"#;

#[test]
fn registration_whose_answer_was_lost_is_looked_for_and_not_repeated() {
    let store = empty();
    let text = entry("charge/paid", A, "");
    let path = store.path().join("w.toml");
    std::fs::write(&path, text).unwrap();
    let run = |after: &'static str| {
        let replies = vec![
            Reply::Json(200, NONE),
            Reply::HangUp,
            Reply::Json(200, after),
        ];
        let server = Canned::serve(replies);
        let outcome = rc(&format!("webhooks apply '{}' -o ndjson", path.display()))
            .against(&server.url)
            .holding(&store)
            .with_wide_messages()
            .runs();
        let asked: Vec<String> = server.asked().into_iter().map(|asked| asked.line).collect();
        assert_eq!(asked.len(), 3, "{asked:?}");
        assert_eq!(asked[1], "POST /webhooks");
        outcome
    };
    let found = run(ONE);
    assert_eq!(found.code, 0, "{found:?}");
    assert_eq!(found.records()[0]["id"], 5);
    let unknown = run(NONE);
    assert_ne!(unknown.code, 0);
    unknown.says("run it again");
}

#[test]
fn steps_that_were_taken_before_a_failure_stay_and_the_next_run_goes_on() {
    let store = empty();
    let path = store.path().join("w.toml");
    let text = entry("charge/paid", A, "") + &entry("charge/failed", A, "");
    std::fs::write(&path, text).unwrap();
    let made = r#"{"webhook":{"id":5,"topic":"charge/paid","address":"https://a.example.com/hooks","included_objects":[],"version":"2021-11"}}"#;
    let refused = r#"{"errors":{"topic":["no"]}}"#;
    let server = Canned::serve(vec![
        Reply::Json(200, NONE),
        Reply::Json(200, made),
        Reply::Json(422, refused),
    ]);
    rc(&format!("webhooks apply '{}'", path.display()))
        .against(&server.url)
        .holding(&store)
        .with_wide_messages()
        .fails(7)
        .shows(
            "webhooks_apply-steps_that_were_taken_before_a_failure_stay_and_the_next_run_goes_on",
        );
    assert_eq!(server.asked().len(), 3);
}

#[test]
fn file_that_is_wrong_sends_nothing() {
    let store = empty();
    for (text, reason) in [
        (
            entry("order/created", "http://a.example.com/", ""),
            "is not https",
        ),
        (entry("order/create", A, ""), "did you mean order/created?"),
        (
            entry("order/created", A, "included_objects = [\"addresses\"]"),
            "cannot include",
        ),
        ("[[webhook]\n".to_owned(), "is not TOML"),
    ] {
        apply(&store, &text).fails(2).says(reason);
    }
    let path = store.path().join("bytes.toml");
    std::fs::write(&path, b"\xff").unwrap();
    rc(&format!("webhooks apply '{}'", path.display()))
        .within(&store)
        .fails(2)
        .shows("webhooks_apply-file_that_is_wrong_sends_nothing");
    rc("webhooks apply missing.toml").within(&store).fails(2);
    assert_eq!(listed(&store).len(), 0);
}
