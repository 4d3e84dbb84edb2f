//! Messages to webhooks: what they say, how they are signed, and how often they
//! are tried. A listener on this machine receives them.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::Timestamp;
use ring::hmac;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::listener::Listener;
use super::{Store, of, request};
use crate::Outbox;
use crate::Sandbox;
use crate::State;
use crate::persistence::data::DataFile;
use crate::seed::Seed;
use crate::webhooks::{self, post};

const SECRET: &str = "shpss_of_the_shop";

fn settings() -> Outbox {
    Outbox::new(SecretString::from(SECRET), false).unwrap()
}

fn posting(state: State) -> Store {
    Store(Sandbox::new(state, Arc::new(Timestamp::now)).delivering(settings()))
}

pub(super) fn empty() -> Store {
    posting(State::empty(Timestamp::now()))
}

/// A webhook for each of the topics, at an address of this machine where no one
/// listens, as nothing is posted.
pub(super) fn registered(store: &Store, wanted: &[&str]) {
    for topic in wanted {
        let body = json!({"address": "http://127.0.0.1:9/", "topic": topic});
        store.post("/webhooks", &body);
    }
}

/// Lets a store post while something is done with it.
fn while_posting(store: &Store, act: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        tokio::select! {
            () = post::run(&store.0) => {}
            () = act => {}
            () = tokio::time::sleep(Duration::from_secs(60)) => panic!("nothing came"),
        }
    });
}

fn register(store: &Store, listener: &Listener, topic: &str, included: &[&str]) -> Value {
    let body = json!({"address": listener.address, "topic": topic, "included_objects": included});
    store.post("/webhooks", &body)["webhook"].clone()
}

pub(super) fn deliveries(store: &Store) -> Value {
    let answer = store
        .0
        .control(&request("GET", "/_sandbox/deliveries", &Value::Null));
    serde_json::from_slice(answer.body()).unwrap()
}

/// Waits, without sleeping, until the result of a message has been noted.
async fn noted(store: &Store, outcome: &str) -> Value {
    loop {
        let told = deliveries(store);
        if told["last"][0]["outcome"] == outcome {
            return told;
        }
        tokio::task::yield_now().await;
    }
}

#[test]
fn a_message_is_what_asking_for_the_record_answers_and_is_signed_both_ways() {
    let store = empty();
    while_posting(&store, async {
        let mut listener = Listener::start().await;
        register(&store, &listener, "customer/created", &[]);
        let customer = store.customer("ada@example.com");
        let arrived = listener.next().await;
        let asked = request("GET", &of("customers", &customer), &Value::Null);
        assert_eq!(arrived.body.as_bytes(), store.0.answer(&asked).body());
        let header = |name: &str| arrived.headers[name].as_str();
        assert_eq!(header("content-type"), "application/json");
        assert!(!arrived.headers.contains_key("x-recharge-topic"));
        assert_eq!(header("x-recharge-external-platform-domain"), "sandbox");
        assert!(header("user-agent").starts_with("recharge-sandbox/"));
        let plain = format!("{SECRET}{}", arrived.body);
        let plain = ring::digest::digest(&ring::digest::SHA256, plain.as_bytes());
        assert_eq!(header("x-recharge-hmac-sha256"), hex(plain.as_ref()));
        let time = header("x-recharge-webhook-timestamp");
        let age = Timestamp::now().as_second() - time.parse::<i64>().unwrap();
        assert!((0..60).contains(&age), "{age}");
        let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
        let tag = hmac::sign(&key, format!("{time}.{}", arrived.body).as_bytes());
        let expected = format!("t={time},v1={}", hex(tag.as_ref()));
        assert_eq!(header("x-recharge-webhook-signature"), expected);
        let told = noted(&store, "delivered").await;
        assert_eq!(
            (&told["waiting"], &told["last"][0]["status"]),
            (&json!(0), &json!(200))
        );
        assert!(!told.to_string().contains(SECRET));
    });
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

#[test]
fn included_objects_lie_in_the_message_as_in_an_answer() {
    let store = empty();
    while_posting(&store, async {
        let mut listener = Listener::start().await;
        let wanted = ["customer", "metafields", "payment_methods"];
        register(&store, &listener, "charge/updated", &wanted);
        let (_, address, one) = store.subscriber("2030-12-01");
        let path = of("subscriptions", &one) + "?commit=true";
        store.put(&path, &json!({"quantity": 5}));
        let arrived = listener.next().await;
        let charge = store.charges_of(&address, "queued")[0].clone();
        let path = of("charges", &charge) + "?include=customer,metafields,payment_methods";
        assert_eq!(arrived.json(), store.get(&path));
        assert!(arrived.json()["charge"]["include"]["customer"]["email"].is_string());
    });
}

#[test]
fn what_is_gone_is_told_as_it_was() {
    let store = empty();
    while_posting(&store, async {
        let mut listener = Listener::start().await;
        let (_, _, one) = store.subscriber("2030-12-01");
        register(&store, &listener, "subscription/deleted", &["customer"]);
        let before = store.get(&(of("subscriptions", &one) + "?include=customer"));
        store.delete(&of("subscriptions", &one));
        let arrived = listener.next().await.json();
        assert_eq!(arrived["subscription"]["id"], one["id"]);
        assert_eq!(arrived["subscription"]["status"], "active");
        assert_eq!(
            arrived["subscription"]["include"]["customer"]["email"],
            before["subscription"]["include"]["customer"]["email"]
        );
    });
}

#[test]
fn a_batch_that_has_been_processed_is_told_once() {
    let store = empty().behaving(|behaviour| behaviour.tasks_per_second = 0);
    while_posting(&store, async {
        let mut listener = Listener::start().await;
        register(&store, &listener, "async_batch/processed", &[]);
        let batch = store.post("/async_batches", &json!({"batch_type": "discount_delete"}));
        let path = of("async_batches", &batch["async_batch"]);
        let tasks = json!({"tasks": vec![json!({"body": {"discount_id": 1}}); 300]});
        store.post(&(path.clone() + "/tasks"), &tasks);
        store.post(&(path.clone() + "/process"), &json!({}));
        for _ in 0..3 {
            store.0.tick();
        }
        let arrived = listener.next().await;
        assert_eq!(arrived.json(), store.get(&path));
        assert_eq!(arrived.json()["async_batch"]["fail_task_count"], 300);
        noted(&store, "delivered").await;
        assert!(listener.arrived.try_recv().is_err());
    });
}

#[test]
fn a_message_that_is_refused_or_not_answered_is_tried_again() {
    let mut settings = settings();
    settings.patience = Duration::from_millis(50);
    let state = State::empty(Timestamp::now());
    let sandbox = Sandbox::new(state, Arc::new(Timestamp::now)).delivering(settings);
    let store = Store(sandbox).behaving(|behaviour| {
        behaviour.webhook_window_ms = 1_000;
        behaviour.retry_any_status = true;
    });
    while_posting(&store, async {
        let mut listener = Listener::start().await;
        let webhook = register(&store, &listener, "customer/created", &[]);
        listener.status.store(500, Ordering::SeqCst);
        store.customer("ada@example.com");
        let first = listener.next().await;
        // A redirect is not followed, and is not a delivery.
        listener.status.store(302, Ordering::SeqCst);
        listener.next().await;
        listener.status.store(0, Ordering::SeqCst);
        listener.next().await;
        let told = noted(&store, "failed").await;
        assert_eq!(told["waiting"], 1, "{told}");
        listener.status.store(204, Ordering::SeqCst);
        loop {
            let again = listener.next().await;
            assert_eq!(again.body, first.body);
            let told = noted(&store, "delivered").await;
            if told["waiting"] == 0 {
                break;
            }
        }
        let told = deliveries(&store)["last"].clone();
        let all: Vec<(Value, Value)> = told
            .as_array()
            .unwrap()
            .iter()
            .rev()
            .map(|note| (note["status"].clone(), note["error"].clone()))
            .collect();
        assert_eq!(all[0], (json!(500), Value::Null));
        assert_eq!(all[1].0, 302);
        assert!(
            all.contains(&(Value::Null, json!("no answer in time"))),
            "{all:?}"
        );
        assert_eq!(told[0]["webhook_id"], webhook["id"]);
    });
}

#[test]
fn after_twenty_attempts_a_message_is_given_up_and_its_webhook_stays() {
    let store = empty().behaving(|behaviour| behaviour.webhook_window_ms = 40);
    while_posting(&store, async {
        let mut listener = Listener::start().await;
        listener.status.store(503, Ordering::SeqCst);
        let webhook = register(&store, &listener, "customer/created", &[]);
        store.customer("ada@example.com");
        for _ in 0..20 {
            listener.next().await;
        }
        let told = noted(&store, "given up").await;
        assert_eq!(told["waiting"], 0);
        assert_eq!(told["last"][0]["attempt"], 20);
        assert!(listener.arrived.try_recv().is_err());
        store.get(&of("webhooks", &webhook));
        listener.status.store(200, Ordering::SeqCst);
        store.customer("grace@example.com");
        listener.next().await;
    });
}

#[test]
fn messages_of_one_webhook_arrive_in_order_and_a_deaf_one_holds_up_no_other() {
    let store = empty();
    while_posting(&store, async {
        let mut deaf = Listener::start().await;
        deaf.status.store(0, Ordering::SeqCst);
        let mut listener = Listener::start().await;
        register(&store, &deaf, "customer/created", &[]);
        register(&store, &listener, "customer/created", &[]);
        for number in 0..30 {
            store.customer(&format!("c{number}@example.com"));
        }
        deaf.next().await;
        for number in 0..30 {
            let arrived = listener.next().await.json();
            assert_eq!(
                arrived["customer"]["email"],
                format!("c{number}@example.com")
            );
        }
        assert!(deaf.arrived.try_recv().is_err(), "one at a time");
    });
}

#[test]
fn only_statuses_that_may_pass_are_tried_again_unless_all_are() {
    let store = empty().behaving(|behaviour| behaviour.webhook_window_ms = 0);
    while_posting(&store, async {
        let mut listener = Listener::start().await;
        register(&store, &listener, "customer/created", &[]);
        for status in [404, 302, 410] {
            listener.status.store(status, Ordering::SeqCst);
            store.customer(&format!("a{status}@example.com"));
            listener.next().await;
            while deliveries(&store)["waiting"] != 0 {
                tokio::task::yield_now().await;
            }
            let last = deliveries(&store)["last"][0].clone();
            assert_eq!(
                (&last["status"], &last["outcome"]),
                (&json!(status), &json!("refused"))
            );
        }
        for status in [408, 429, 503] {
            listener.status.store(status, Ordering::SeqCst);
            store.customer(&format!("a{status}@example.com"));
            let first = listener.next().await;
            listener.status.store(200, Ordering::SeqCst);
            assert_eq!(listener.next().await.body, first.body, "{status}");
        }
    });
}

#[test]
fn a_test_sends_an_empty_message() {
    let store = empty().behaving(|behaviour| behaviour.topic_header = true);
    while_posting(&store, async {
        let mut listener = Listener::start().await;
        let webhook = register(&store, &listener, "order/created", &[]);
        store.post(&(of("webhooks", &webhook) + "/test"), &json!({}));
        let arrived = listener.next().await;
        assert_eq!(
            (arrived.body.as_str(), arrived.topic()),
            ("{}", "order/created")
        );
    });
}

#[test]
fn nothing_leaves_this_machine_unless_it_may() {
    let store = posting(State::seeded(&Seed::demo(), Timestamp::now()));
    while_posting(&store, async {
        store.subscriber("2030-12-01");
        let told = deliveries(&store);
        assert_eq!(
            (&told["waiting"], &told["last"][0]["outcome"]),
            (&json!(0), &json!("held back"))
        );
        assert_eq!(
            told["last"][0]["address"],
            "https://hooks.example.com/recharge"
        );
        // Neither does a message that waited when its webhook moved.
        let listener = Listener::start().await;
        listener.status.store(500, Ordering::SeqCst);
        let webhook = register(&store, &listener, "customer/created", &[]);
        store.customer("ada@example.com");
        let away = json!({"address": "http://192.0.2.1/"});
        store.put(&of("webhooks", &webhook), &away);
        while deliveries(&store)["waiting"] != 0 {
            tokio::task::yield_now().await;
        }
        let last = deliveries(&store)["last"][0].clone();
        assert_eq!(
            (&last["outcome"], &last["address"]),
            (&json!("held back"), &away["address"])
        );
    });
}

#[test]
fn a_sandbox_that_is_not_served_writes_no_messages() {
    let store = Store::empty();
    registered(&store, &["customer/created"]);
    store.customer("ada@example.com");
    assert_eq!(
        deliveries(&store),
        json!({"waiting": 0, "next": [], "last": []})
    );
}

#[test]
fn messages_that_wait_outlive_the_process_and_go_out_later() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.json");
    let open = || {
        let fresh = || State::empty(Timestamp::now());
        let (file, state) = DataFile::open(crate::Platform::Recharge, &path, fresh).unwrap();
        let sandbox = Sandbox::new(state, Arc::new(Timestamp::now));
        Store(sandbox.kept_in(file).delivering(settings()))
    };
    let store = open().behaving(|behaviour| behaviour.webhook_window_ms = 10_000);
    registered(&store, &["customer/created"]);
    let webhook = store.first("/webhooks", "webhooks");
    store.customer("ada@example.com");
    // As if it had been killed: nothing is done at its end.
    drop(store);
    let store = open();
    assert_eq!(deliveries(&store)["waiting"], 1);
    while_posting(&store, async {
        noted(&store, "failed").await;
    });
    drop(store);
    let store = open();
    assert_ne!(deliveries(&store)["next"][0]["attempts"], 0);
    while_posting(&store, async {
        // Where the webhook is now is where the message goes.
        let mut listener = Listener::start().await;
        let address = json!({"address": listener.address});
        store.put(&of("webhooks", &webhook), &address);
        let arrived = listener.next().await.json();
        assert_eq!(arrived["customer"]["email"], "ada@example.com");
    });
}

#[test]
fn what_was_on_its_way_from_another_store_says_nothing_about_this_one() {
    let store = empty();
    let wait = || {
        registered(&store, &["customer/created"]);
        store.customer("ada@example.com");
    };
    let taken = |state: &mut State| webhooks::take(state, Timestamp::now(), 8).0;
    wait();
    let old = store.0.with_state(taken).remove(0);
    let reset = request("POST", "/_sandbox/reset", &json!({"customers": 1}));
    assert_eq!(store.0.control(&reset).status(), 200);
    wait();
    let delivered = |job: &webhooks::Job| {
        let attempt = webhooks::Attempt {
            answer: Ok(200),
            milliseconds: 1,
        };
        store
            .0
            .with_state(|state| webhooks::finish(state, Timestamp::now(), job, &attempt));
    };
    delivered(&old);
    assert_eq!(deliveries(&store)["waiting"], 1);
    let new = store.0.with_state(taken).remove(0);
    assert_eq!(new.id, old.id, "numbers alone do not tell them apart");
    delivered(&new);
    assert_eq!(deliveries(&store)["waiting"], 0);
}
