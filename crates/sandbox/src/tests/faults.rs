//! Faults: what was carried out before an answer was taken away, and what the
//! request log says of it.

use std::time::Duration;

use serde_json::{Value, json};

use super::call;
use super::{Store, of, present, request};
use crate::Ending;
use crate::Reply;
use crate::State;
use crate::seed::Seed;
use recharge_catalog::{self as catalog, Effect};

fn failing(spec: &str) -> Store {
    let store = Store::empty();
    fail(&store, spec);
    store
}

fn fail(store: &Store, spec: &str) {
    store.0.with_state(|state| state.let_fail(spec)).unwrap();
}

fn create(store: &Store) -> Reply {
    let body = json!({"email": "ada@example.com", "first_name": "Ada", "last_name": "King"});
    store.0.receive(&request("POST", "/customers", &body))
}

fn customers(store: &Store) -> usize {
    store.0.with_state(|state| state.count("customer"))
}

/// What the control surface answers.
fn told(store: &Store, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let answer = store.0.control(&request(method, path, body));
    let told = serde_json::from_slice(answer.body()).unwrap();
    (answer.status().as_u16(), told)
}

fn log(store: &Store) -> Vec<Value> {
    let (_, told) = told(store, "GET", "/_sandbox/requests", &Value::Null);
    told["requests"].as_array().unwrap().clone()
}

#[test]
fn a_fault_before_the_commit_leaves_the_store_as_it_was() {
    for spec in ["429", "409", "500", "502", "503", "504", "reset", "hang"] {
        let store = failing(&format!("{spec}=@1"));
        drop(create(&store));
        assert_eq!(customers(&store), 0, "{spec}");
        assert_eq!(log(&store)[0]["applied"], false, "{spec}");
        drop(create(&store));
        assert_eq!(customers(&store), 1, "{spec}");
    }
}

#[test]
fn a_fault_after_the_commit_leaves_the_store_changed() {
    for spec in [
        "after-commit",
        "after-commit.reset",
        "after-commit.500",
        "after-commit.502",
        "after-commit.hang",
        "truncate",
        "slow=1s",
    ] {
        let spec = if spec.contains('=') {
            spec.to_owned()
        } else {
            format!("{spec}=@1")
        };
        let store = failing(&spec);
        drop(create(&store));
        assert_eq!(customers(&store), 1, "{spec}");
        let note = &log(&store)[0];
        assert_eq!(
            (&note["applied"], &note["fault"]),
            (&json!(true), &json!(spec))
        );
    }
}

#[test]
fn answers_in_the_place_of_the_right_one_look_like_those_of_the_api_and_of_gateways() {
    let answer = |spec: &str| match create(&failing(spec)).ending {
        Ending::Whole(answer) => answer,
        other => panic!("{spec}: {other:?}"),
    };
    let busy = answer("429=100%,2s");
    assert_eq!(busy.status(), 429);
    assert_eq!(busy.body(), "{\"warning\":\"too many requests\"}");
    assert_eq!(busy.headers()["Retry-After"], "2");
    assert_eq!(busy.headers()["X-Recharge-Limit"], "1/40");
    assert!(answer("429=100%").headers().get("Retry-After").is_none());
    let broken = answer("500=100%");
    let body: Value = serde_json::from_slice(broken.body()).unwrap();
    assert!(
        broken.status() == 500 && body["error"].is_string(),
        "{body}"
    );
    assert!(broken.headers().contains_key("X-Request-Id"));
    for status in [502, 503, 504] {
        let page = answer(&format!("{status}=100%"));
        assert_eq!(page.status(), status);
        assert_eq!(page.headers()["Content-Type"], "text/html");
        assert!(page.body().starts_with(b"<html>"));
        assert!(!page.headers().contains_key("X-Request-Id"));
    }
    assert_eq!(
        answer("409=100%").body(),
        "{\"error\":\"A call to this route is already in progress.\"}"
    );
}

#[test]
fn an_answer_without_a_body_is_lost_whole_when_it_is_cut() {
    let store = Store::empty();
    let customer = store.customer("ada@example.com");
    fail(&store, "truncate=100%");
    let path = of("customers", &customer);
    let reply = store.0.receive(&request("DELETE", &path, &Value::Null));
    assert!(matches!(reply.ending, Ending::Reset));
    assert_eq!(customers(&store), 0);
    let Ending::Cut(answer, kept) = create(&store).ending else {
        panic!("it is not cut");
    };
    assert!(kept < answer.body().len());
}

#[test]
fn the_longer_of_latency_and_slowness_delays_an_answer() {
    let store = failing("slow=1s,@2");
    let latency = json!({"latency_ms": 200});
    assert_eq!(
        told(&store, "PATCH", "/_sandbox/behaviour", &latency).0,
        200
    );
    assert_eq!(create(&store).after, Duration::from_millis(200));
    assert_eq!(create(&store).after, Duration::from_secs(1));
    assert!(log(&store)[1]["ms"].as_u64().unwrap() >= 1000);
}

#[test]
fn the_same_spec_and_requests_give_the_same_faults_again() {
    let run = || -> Vec<String> {
        let store = failing("429=10% reset:writes=10% truncate=10% after-commit=5% seed=3");
        for number in 0..300 {
            if number % 3 == 0 {
                drop(create(&store));
            } else {
                drop(store.0.receive(&request("GET", "/customers", &Value::Null)));
            }
        }
        log(&store)
            .iter()
            .map(|note| format!("{} {} {}", note["status"], note["answer"], note["fault"]))
            .collect()
    };
    let first = run();
    assert_eq!(first, run());
    assert!(first.iter().filter(|line| !line.ends_with("null")).count() > 30);
}

#[test]
fn every_write_is_carried_out_when_its_answer_is_lost_and_not_when_it_never_arrived() {
    let (mut writes, mut changed) = (0, 0);
    for (resource, operation) in catalog::recharge::API.operations() {
        if operation.effect == Effect::Reads {
            continue;
        }
        let id = format!("{}.{}", resource.name, operation.verb);
        // Whether the same request changes something, under each of these.
        let applied = |specs: &[&str]| -> Vec<bool> {
            let store = Store::demo();
            let call = call(&store, &id);
            let asked = request(operation.method.name(), &call.path, &call.body);
            let revision = || store.0.with_state(|state| state.revision);
            let applied = specs.iter().map(|spec| {
                fail(&store, spec);
                let before = revision();
                drop(store.0.receive(&asked));
                let note = log(&store).pop().unwrap();
                assert_eq!(note["operation"], id);
                assert_eq!(note["applied"], revision() > before, "{id}");
                revision() > before
            });
            applied.collect()
        };
        let plain = applied(&[""])[0];
        let failing = applied(&["reset=100%", "after-commit=100%"]);
        assert_eq!(failing, [false, plain], "{id}");
        writes += 1;
        changed += usize::from(plain);
    }
    assert!(
        changed * 10 > writes * 9,
        "{changed} of {writes} changed something"
    );
}

#[test]
fn the_log_tells_who_asked_what_and_never_a_token() {
    let store = Store::empty();
    store.customer("ada@example.com");
    let body = json!({"email": "ada@example.com", "first_name": "A", "last_name": "K"});
    store.ask("POST", "/customers", &body);
    store.ask("GET", "/nothing?token=sk_sandbox_all", &Value::Null);
    let notes = log(&store);
    assert_eq!(notes[0]["operation"], "customers.create");
    assert_eq!(
        (&notes[0]["status"], &notes[0]["applied"]),
        (&json!(200), &json!(true))
    );
    assert_eq!(
        (&notes[1]["status"], &notes[1]["applied"]),
        (&json!(422), &json!(false))
    );
    assert_eq!(notes[0]["token"], "Sandbox");
    assert_eq!(notes[0]["at"], "2026-11-20T12:00:00+00:00");
    assert_eq!(notes[2]["path"], "/nothing?token=[token]");
    assert_eq!(notes[2]["operation"], Value::Null);
    let (_, whole) = told(&store, "GET", "/_sandbox/requests", &Value::Null);
    assert_eq!(
        whole["counts"],
        json!({
            "customers.create": {"200": 1, "422": 1, "applied": 1},
            "unknown": {"404": 1, "applied": 0},
        })
    );
    assert!(!whole.to_string().contains("sk_sandbox_all"));
    let (_, later) = told(
        &store,
        "GET",
        "/_sandbox/requests?after=1&limit=1",
        &Value::Null,
    );
    assert_eq!(later["requests"][0]["number"], 2);
    assert_eq!(
        told(&store, "GET", "/_sandbox/requests?after=x", &Value::Null).0,
        422
    );
    told(&store, "DELETE", "/_sandbox/requests", &Value::Null);
    assert!(log(&store).is_empty());
}

#[test]
fn faults_are_set_shown_and_taken_away_under_control() {
    let store = Store::empty();
    let set = |spec: &str| told(&store, "PUT", "/_sandbox/faults", &json!({"spec": spec}));
    let (status, told_of) = set("500:customers.creat=1%");
    assert_eq!(status, 422);
    assert!(
        told_of["error"]
            .as_str()
            .unwrap()
            .contains("did you mean customers.create?"),
        "{told_of}"
    );
    assert_eq!(set(" ").0, 422);
    assert_eq!(set("500:writes=@1").0, 200);
    assert_eq!(create(&store).after, Duration::ZERO);
    let (_, shown) = told(&store, "GET", "/_sandbox/faults", &Value::Null);
    assert_eq!(
        shown["terms"],
        json!([{"term": "500:writes=@1", "requests": 1, "faults": 1}])
    );
    // The store is made again, and faults count from the beginning.
    told(&store, "POST", "/_sandbox/reset", &json!({"customers": 1}));
    assert_eq!(log(&store)[0]["status"], 500);
    drop(create(&store));
    assert_eq!(log(&store)[1]["status"], 500);
    assert_eq!(
        told(&store, "DELETE", "/_sandbox/faults", &Value::Null).1["spec"],
        ""
    );
    drop(create(&store));
    assert_eq!(log(&store)[2]["status"], 200);
}

#[test]
fn what_was_counted_is_kept_with_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sandbox.json");
    let open = || crate::persistence::file::SandboxFile::open(&path, super::clock()).unwrap();
    let seed = Seed {
        customers: 2,
        ..Seed::demo()
    };
    let mut state = State::seeded(&seed, present());
    state.let_fail("reset=@3").unwrap();
    crate::persistence::file::SandboxFile::replace(&path, &state).unwrap();
    let asked = request("GET", "/customers", &Value::Null);
    // Each time it is another process.
    let reset: Vec<bool> = (0..4)
        .map(|_| matches!(open().receive(&asked).unwrap().ending, Ending::Reset))
        .collect();
    assert_eq!(reset, [false, false, true, false]);
}
