//! Async batches: how they are filled, and how their tasks are carried out
//! while time passes.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use std::time::Duration;

use serde_json::{Value, json};

use super::{Store, movable, of, present, request};
use crate::Sandbox;
use crate::State;
use crate::Token;

fn at_once(store: Store) -> Store {
    store.behaving(|behaviour| behaviour.tasks_per_second = 0)
}

/// A store whose time is moved by hand.
fn timed() -> (Store, Arc<AtomicI64>) {
    let (now, moved) = movable();
    (Store(Sandbox::new(State::empty(present()), now)), moved)
}

/// The path of a new batch.
fn batch(store: &Store, kind: &str) -> String {
    let made = store.post("/async_batches", &json!({"batch_type": kind}));
    of("async_batches", &made["async_batch"])
}

/// The path of a batch that has been submitted, with so many discounts to make.
fn submitted(store: &Store, tasks: usize) -> String {
    let path = batch(store, "discount_create");
    let body =
        |at| json!({"body": {"code": format!("D{at}"), "value": "5", "value_type": "percentage"}});
    let all: Vec<Value> = (0..tasks).map(body).collect();
    for some in all.chunks(1_000) {
        let tasks = json!({"tasks": some});
        let told = store.post(&(path.clone() + "/tasks"), &tasks);
        assert_eq!(told, json!({"count": some.len()}));
    }
    let started = store.post(&(path.clone() + "/process"), &json!({}));
    assert_eq!(started["async_batch"]["status"], "processing");
    path
}

/// Status and counts of a batch.
fn standing(store: &Store, path: &str) -> (String, u64, u64) {
    let batch = store.get(path)["async_batch"].clone();
    let count = |of: &str| batch[of].as_u64().unwrap();
    (
        batch["status"].as_str().unwrap().to_owned(),
        count("success_task_count"),
        count("fail_task_count"),
    )
}

fn is(status: &str, good: u64, bad: u64) -> (String, u64, u64) {
    (status.to_owned(), good, bad)
}

fn statuses(store: &Store, path: &str) -> Vec<String> {
    let tasks = store.get(&format!("{path}/tasks?limit=250"))["async_batch_tasks"].clone();
    let status = |task: &Value| task["status"].as_str().unwrap().to_owned();
    let mut all: Vec<String> = tasks.as_array().unwrap().iter().map(status).collect();
    all.reverse();
    all
}

#[test]
fn a_batch_goes_from_not_started_over_processing_to_completed_as_time_passes() {
    let (store, moved) = timed();
    let store = store.behaving(|behaviour| behaviour.tasks_per_second = 10);
    let waiting = batch(&store, "discount_create");
    assert_eq!(standing(&store, &waiting), is("not_started", 0, 0));
    let path = submitted(&store, 25);
    assert_eq!(standing(&store, &path), is("processing", 0, 0));
    assert_eq!(statuses(&store, &path)[..2], ["processing", "pending"]);
    moved.store(1_250, Ordering::SeqCst);
    assert_eq!(standing(&store, &path), is("processing", 12, 0));
    assert_eq!(
        statuses(&store, &path)[11..14],
        ["success", "processing", "pending"]
    );
    assert_eq!(store.get(&path)["async_batch"]["closed_at"], Value::Null);
    moved.store(2_400, Ordering::SeqCst);
    assert_eq!(standing(&store, &path), is("processing", 24, 0));
    moved.store(2_500, Ordering::SeqCst);
    assert_eq!(standing(&store, &path), is("completed", 25, 0));
    let ended = store.get(&path)["async_batch"].clone();
    assert_eq!(ended["submitted_at"], "2026-11-20T12:00:00+00:00");
    assert_eq!(ended["closed_at"], "2026-11-20T12:00:02+00:00");
    assert_eq!(standing(&store, &waiting), is("not_started", 0, 0));
}

#[test]
fn a_clock_that_is_put_ahead_brings_batches_along() {
    let (store, _) = timed();
    let path = submitted(&store, 200);
    assert_eq!(standing(&store, &path), is("processing", 0, 0));
    let advanced = store.0.control(&request(
        "POST",
        "/_sandbox/clock/advance",
        &json!({"by": "1d"}),
    ));
    assert_eq!(advanced.status(), 200);
    assert_eq!(standing(&store, &path), is("completed", 200, 0));
}

#[test]
fn what_is_much_at_once_is_done_bit_by_bit_where_others_wait() {
    let store = at_once(Store::empty());
    store
        .0
        .with_state(|state| state.longest_work = Some(Duration::ZERO));
    let path = submitted(&store, 3);
    let mut seen = Vec::new();
    while seen.last() != Some(&is("completed", 3, 0)) {
        seen.push(standing(&store, &path));
        seen.dedup();
    }
    let steps = [is("processing", 1, 0), is("processing", 2, 0)];
    assert_eq!(seen, [&steps[..], &[is("completed", 3, 0)]].concat());
}

#[test]
fn a_batch_takes_ten_thousand_tasks_and_no_more() {
    let (store, _) = timed();
    let path = batch(&store, "discount_delete");
    let tasks = json!({"tasks": vec![json!({"body": {"discount_id": 1}}); 1_000]});
    for _ in 0..10 {
        store.post(&(path.clone() + "/tasks"), &tasks);
    }
    let one = json!({"tasks": [{"body": {"discount_id": 1}}]});
    store.refused("POST", &(path.clone() + "/tasks"), &one);
    assert_eq!(store.get(&path)["async_batch"]["total_task_count"], 10_000);
}

#[test]
fn as_many_tasks_fail_as_was_asked_for_and_always_the_same() {
    let failed = || {
        let store =
            at_once(Store::empty()).behaving(|behaviour| behaviour.task_failures_percent = 20);
        let path = submitted(&store, 200);
        let (status, good, bad) = standing(&store, &path);
        assert_eq!((status.as_str(), good + bad), ("completed", 200));
        assert!((20..=60).contains(&bad), "{bad} of 200 failed");
        let made = store.get("/discounts?limit=250")["discounts"]
            .as_array()
            .unwrap()
            .len();
        assert_eq!(made as u64, good, "what failed left nothing");
        statuses(&store, &path)
    };
    let once = failed();
    assert!(once.contains(&"failed".to_owned()));
    assert_eq!(once, failed());
}

#[test]
fn a_batch_that_breaks_off_is_failed_and_leaves_tasks_that_wait() {
    let store =
        at_once(Store::empty()).behaving(|behaviour| behaviour.batch_failures_percent = 100);
    let alone = submitted(&store, 1);
    assert_eq!(standing(&store, &alone), is("failed", 0, 0));
    assert_eq!(statuses(&store, &alone), ["pending"]);
    let path = submitted(&store, 10);
    assert_eq!(standing(&store, &path), is("failed", 5, 0));
    assert_ne!(store.get(&path)["async_batch"]["closed_at"], Value::Null);
    let statuses = statuses(&store, &path);
    assert_eq!(
        statuses
            .iter()
            .filter(|status| *status == "success")
            .count(),
        5
    );
    assert_eq!(
        statuses
            .iter()
            .filter(|status| *status == "pending")
            .count(),
        5
    );
    assert_eq!(
        store.get("/discounts")["discounts"]
            .as_array()
            .unwrap()
            .len(),
        5
    );
}

#[test]
fn who_has_submitted_a_batch_is_who_acts_in_its_tasks() {
    let store = at_once(Store::empty());
    let scoped = |secret: &str, scopes: &[&str]| Token {
        secret: secret.to_owned(),
        name: secret.to_owned(),
        scopes: Some(scopes.iter().map(|scope| (*scope).to_owned()).collect()),
    };
    store.0.with_state(|state| {
        state.add_token(scoped("importer", &["write_batches", "write_discounts"]));
        state.add_token(scoped("stranger", &["write_batches"]));
    });
    let path = batch(&store, "discount_create");
    let task =
        json!({"tasks": [{"body": {"code": "T", "value": "5", "value_type": "percentage"}}]});
    store.post(&(path.clone() + "/tasks"), &task);
    let process = |token: &str| {
        let mut request = request("POST", &(path.clone() + "/process"), &json!({}));
        let headers = request.headers_mut();
        headers.insert("X-Recharge-Access-Token", token.parse().unwrap());
        store.0.answer(&request).status()
    };
    assert_eq!(process("stranger"), 403);
    assert_eq!(process("importer"), 201);
    let batch = store.get(&path)["async_batch"].clone();
    assert_eq!(batch["status"], "completed");
    assert!(!batch.to_string().contains("importer"));
    let event = store.first("/events?object_type=discount", "events");
    assert_eq!(event["source"]["api_token_name"], "importer");
}

#[test]
fn the_tasks_of_a_batch_obey_the_rules_of_single_requests() {
    let store = at_once(Store::empty());
    let path = batch(&store, "discount_create");
    store.refused("POST", &(path.clone() + "/process"), &json!({}));
    let body =
        |code: &str| json!({"body": {"code": code, "value": "5", "value_type": "percentage"}});
    let tasks = json!({"tasks": [body("A"), body("B"), body("A"), {"body": {"code": "C"}}]});
    assert_eq!(
        store.post(&(path.clone() + "/tasks"), &tasks),
        json!({"count": 4})
    );
    store.refused(
        "POST",
        &(path.clone() + "/tasks"),
        &json!({"tasks": vec![body("x"); 1001]}),
    );
    assert_eq!(store.get("/discounts")["discounts"], json!([]));
    let started = store.post(&(path.clone() + "/process"), &json!({}))["async_batch"].clone();
    assert_eq!(started["status"], "processing");
    let ended = store.get(&path)["async_batch"].clone();
    assert_eq!(ended["status"], "completed");
    assert_eq!(
        (&ended["success_task_count"], &ended["fail_task_count"]),
        (&json!(2), &json!(2))
    );
    let tasks = store.get(&(path.clone() + "/tasks"))["async_batch_tasks"].clone();
    let statuses: Vec<&str> = tasks
        .as_array()
        .unwrap()
        .iter()
        .map(|task| task["status"].as_str().unwrap())
        .collect();
    assert_eq!(statuses, ["failed", "failed", "success", "success"]);
    assert_eq!(tasks[3]["result"]["status_code"], 201);
    assert_eq!(tasks[3]["result"]["output"]["discount"]["code"], "A");
    assert_eq!(tasks[1]["result"]["status_code"], 422);
    assert_eq!(
        store.get("/discounts")["discounts"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    store.refused("POST", &(path + "/process"), &json!({}));
}

#[test]
fn every_kind_of_batch_does_what_it_says() {
    let store = at_once(Store::demo());
    let run = |kind: &str, body: Value| -> Value {
        let path = batch(&store, kind);
        store.post(
            &(path.clone() + "/tasks"),
            &json!({"tasks": [{"body": body}]}),
        );
        store.post(&(path.clone() + "/process"), &json!({}));
        let task = store.first(&(path + "/tasks"), "async_batch_tasks");
        assert_eq!(task["status"], "success", "{kind}: {task}");
        task["result"]["output"].clone()
    };
    let made = run(
        "discount_create",
        json!({"code": "Q", "value": "1", "value_type": "percentage"}),
    );
    let id = made["discount"]["id"].clone();
    run(
        "discount_update",
        json!({"id": id, "status": "fully_disabled"}),
    );
    run("discount_delete", json!({"discount_id": id}));
    let (_, address, _) = store.subscriber("2026-12-01");
    let item = json!({"address_id": address["id"], "next_charge_scheduled_at": "2026-12-01", "price": "1",
        "product_title": "p", "quantity": 1, "external_variant_id": {"ecommerce": "1"}});
    let made = run("onetime_create", item);
    run(
        "onetime_delete",
        json!({"onetime_id": made["onetime"]["id"]}),
    );
    let plan = json!({"external_product_id": {"ecommerce": "2103271587891"},
        "title": store.first("/plans?external_product_id=2103271587891", "plans")["title"],
        "type": "onetime", "subscription_preferences": {}});
    let made = run("bulk_plans_create", plan);
    run(
        "bulk_plans_update",
        json!({"id": made["plan"]["id"], "title": "u"}),
    );
    run("bulk_plans_delete", json!({"id": made["plan"]["id"]}));
}
