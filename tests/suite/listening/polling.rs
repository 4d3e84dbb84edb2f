//! Topics that no event tells of: upcoming charges and orders, batches that are
//! processed, and the store. What the sandbox tells of them is what must arrive.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::receiver::{Arrived, Receiver};
use super::{query, records};
use crate::answering::Answering;
use crate::canned::Asked;
use crate::harness::{Rc, Store, rc};
use crate::served::{Served, rc as rc_process};

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

/// A topic and the object that it is about.
type Told = (String, String);

fn told(stdout: &str) -> Vec<Told> {
    let pair = |one: &Value| {
        assert_eq!(one["form"], "polled");
        let text = |name: &str| one[name].to_string().trim_matches('"').to_owned();
        (text("topic"), text("object_id"))
    };
    records(stdout).iter().map(pair).collect()
}

/// Listens until a day after the beginning.
fn listen(store: &Store, topics: &str, day: u64, flags: &str) -> Vec<Told> {
    let outcome = rc(&format!(
        "webhooks listen -o ndjson --every 1h --topics '{topics}' {flags}"
    ))
    .in_time_of(store)
    .within(store)
    .until(day * DAY)
    .succeeds();
    told(&outcome.stdout)
}

/// What the sandbox announced so far.
fn announced(store: &Store) -> BTreeSet<Told> {
    let line = "events list --verbs upcoming --jq '[.object_type, .object_id]' -o ndjson";
    let outcome = rc(line).in_time_of(store).within(store).succeeds();
    records(&outcome.stdout)
        .iter()
        .map(|pair| {
            let object = pair[0].as_str().unwrap();
            (format!("{object}/upcoming"), pair[1].to_string())
        })
        .collect()
}

#[test]
fn upcoming_charges_and_orders_are_told_once_whether_a_listener_is_there_or_not() {
    let store = Store::new();
    let mut told = listen(&store, "*/upcoming", 2, "");
    // A restart, and two days without a listener to these topics.
    told.extend(listen(&store, "*/upcoming", 3, ""));
    listen(&store, "plan/deleted", 5, "");
    told.extend(listen(&store, "*/upcoming", 7, ""));
    let once: BTreeSet<Told> = told.iter().cloned().collect();
    assert_eq!(once.len(), told.len(), "none is told twice");
    let wanted = announced(&store);
    assert!(wanted.len() > 5, "{wanted:?}");
    assert_eq!(once, wanted);
}

#[test]
fn days_ahead_are_those_of_the_store_where_it_is_said_how_many() {
    let store = Store::new();
    let told = listen(&store, "charge/upcoming", 2, "--upcoming-days 5");
    let wanted: BTreeSet<String> = (26..28)
        .flat_map(|day| {
            let line =
                format!("charges list --status queued --scheduled-at 2026-11-{day} --jq .id");
            store.ids(&line)
        })
        .collect();
    let ids: BTreeSet<String> = told.into_iter().map(|(_, id)| id).collect();
    assert!(!ids.is_empty());
    assert_eq!(ids, wanted);
}

#[test]
fn upcoming_charge_is_told_on_the_day_of_the_store_and_not_before() {
    // It is seven in the morning of the 20th in New York, and one of the 21st in
    // Auckland: their next days begin in 17 and in 23 hours.
    for (zone, day, hours) in [
        ("America/New_York", "2026-11-24", 17),
        ("Pacific/Auckland", "2026-11-25", 23),
    ] {
        let server = Answering::with(move |asked: &Asked| {
            let charge = json!({"id": 7, "status": "queued", "scheduled_at": day});
            let store = json!({"id": 1, "timezone": {"iana_name": zone}});
            let answer = if asked.line.contains("/store") {
                json!({"store": store})
            } else if query(asked, "scheduled_at_max") == Some(day) {
                json!({"charges": [charge], "next_cursor": null})
            } else {
                json!({"events": [], "charges": [], "next_cursor": null})
            };
            (200, answer.to_string())
        });
        let outcome = rc("webhooks listen -o ndjson --every 10m --topics charge/upcoming")
            .against(&server.url)
            .until(30 * HOUR)
            .succeeds();
        let told = records(&outcome.stdout);
        assert_eq!(told.len(), 1, "{zone}");
        let at: jiff::Timestamp = told[0]["at"].as_str().unwrap().parse().unwrap();
        let begun: jiff::Timestamp = crate::harness::NOW.parse().unwrap();
        let hour = at.duration_since(begun).as_secs() / 3_600;
        assert_eq!(hour, hours, "{zone}");
    }
}

/// A served sandbox, what it posts to, and what `rc` forwards to.
struct Shop {
    served: Served,
    store: Store,
    posted: Receiver,
    program: Receiver,
}

impl Shop {
    fn of(topic: &str) -> Self {
        let shop = Self {
            served: Served::with(&["--topic-header", "--batch-speed", "0"]),
            store: Store::new(),
            posted: Receiver::start(),
            program: Receiver::start(),
        };
        let address = shop.posted.url();
        shop.there(rc(&format!(
            "webhooks create --topic {topic} --address {address}"
        )))
        .succeeds();
        shop
    }

    fn there(&self, rc: Rc) -> Rc {
        rc.holding(&self.store).against(&self.served.url)
    }

    /// Runs the program itself, in the time of the sandbox.
    fn listen(&self, topic: &str) {
        let url = self.program.url();
        let status = rc_process(&["webhooks", "listen", "--once", "--forward-to", &url])
            .args(["--topics", topic])
            .env("RECHARGE_BASE_URL", &self.served.url)
            .env("RECHARGE_ACCESS_TOKEN", "sk_sandbox_all")
            .env("RECHARGE_CLIENT_SECRET", "of the shop")
            .env("RECHARGE_STATE_DIR", self.store.path().join("state"))
            .env("RECHARGE_CONFIG_DIR", self.store.path().join("config"))
            .stdout(Stdio::null())
            .status();
        assert!(status.unwrap().success());
    }

    /// What the sandbox posted, once that are so many messages.
    fn posted(&self, count: usize) -> Vec<Arrived> {
        let begun = Instant::now();
        loop {
            let posted = self.posted.arrived();
            if posted.len() >= count {
                return posted;
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "{posted:?}");
            std::thread::yield_now();
        }
    }

    /// What is forwarded is what the sandbox posted, to the byte and in its order.
    fn is_told(&self, count: usize) {
        let bodies = |arrived: Vec<Arrived>| -> Vec<String> {
            arrived.into_iter().map(|one| one.body).collect()
        };
        let forwarded = self.program.arrived();
        for one in &forwarded {
            assert_eq!(one.header("X-Rc-Body"), "polled");
        }
        assert_eq!(bodies(forwarded), bodies(self.posted(count)));
    }
}

#[test]
fn batch_is_told_when_it_is_processed_and_not_again() {
    let shop = Shop::of("async_batch/processed");
    shop.listen("async_batch/processed");
    assert!(shop.program.arrived().is_empty());
    for count in 1..3 {
        process_a_batch(|line| shop.there(rc(line)).succeeds().stdout);
        shop.posted(count);
        shop.listen("async_batch/processed");
        shop.listen("async_batch/processed");
        shop.is_told(count);
    }
}

#[test]
fn batch_that_was_processed_before_anyone_listened_is_not_told() {
    let store = Store::new();
    let run = |line: &str| rc(line).in_time_of(&store).within(&store);
    let passed = std::cell::Cell::new(0);
    let pass = || {
        passed.set(passed.get() + 600);
        run("events tail").until(passed.get()).succeeds();
    };
    process_a_batch(|line| run(line).succeeds().stdout);
    pass();
    let listen = || {
        let line = "webhooks listen --once -o ndjson --topics async_batch/processed";
        told(&run(line).succeeds().stdout)
    };
    assert_eq!(listen(), []);
    process_a_batch(|line| run(line).succeeds().stdout);
    assert_eq!(listen(), [], "it has not come to its end");
    pass();
    assert_eq!(listen().len(), 1);
    assert_eq!(listen(), []);
}

/// Opens a batch with a task, and starts it.
fn process_a_batch(run: impl Fn(&str) -> String) {
    let id = run("async-batches create --batch-type discount_create --jq .id -r");
    let id = id.trim();
    let task = r#"[{"body":{"code":"A","value":"5","value_type":"percentage"}}]"#;
    run(&format!("async-batches add-tasks {id} --tasks '{task}'"));
    run(&format!("async-batches process {id} --yes"));
}

#[test]
fn store_is_told_when_its_settings_change_and_not_again() {
    let shop = Shop::of("store/updated");
    let rename = |name: &str| {
        let url = format!("{}/_sandbox/settings", shop.served.url);
        let body = json!({"name": name}).to_string();
        let answer = crate::served::patch(&url, &body);
        assert!(answer.contains(name), "{answer}");
    };
    shop.listen("store/updated");
    assert!(shop.program.arrived().is_empty());
    for (at, name) in ["A new name", "Another one"].iter().enumerate() {
        rename(name);
        shop.posted(at + 1);
        shop.listen("store/updated");
        shop.listen("store/updated");
        shop.is_told(at + 1);
    }
}

/// A server where nothing happens, which counts its requests; `forbidden` may not
/// be read.
fn quiet(forbidden: &'static str) -> (Answering, Arc<AtomicU32>) {
    let asked = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&asked);
    let server = Answering::with(move |asked: &Asked| {
        count.fetch_add(1, Ordering::SeqCst);
        let path = asked.line.split(['/', '?', ' ']).nth(2).unwrap().to_owned();
        if path == forbidden {
            return (403, json!({"errors": "scope"}).to_string());
        }
        let answer = if path == "store" {
            json!({"store": {"id": 1, "timezone": {"iana_name": "Europe/Zurich"}}})
        } else {
            json!({path: [], "next_cursor": null})
        };
        (200, answer.to_string())
    });
    (server, asked)
}

#[test]
fn idle_listener_keeps_to_its_budget_with_everything_that_it_polls() {
    for (source, most) in [("events", 120), ("lists", 300)] {
        let (server, asked) = quiet("");
        rc(&format!("webhooks listen -o ndjson --source {source}"))
            .against(&server.url)
            .until(600)
            .succeeds();
        let asked = asked.load(Ordering::SeqCst);
        assert!(
            (20..=most).contains(&asked),
            "{source}: {asked} in 600 seconds"
        );
        let polled = server.asked(&["GET"]);
        let of = |path: &str| polled.iter().filter(|line| line.contains(path)).count();
        assert!((5..=10).contains(&of("/async_batches")), "{polled:?}");
        assert!(of("/store") >= 2, "{polled:?}");
    }
}

#[test]
fn topic_that_the_token_may_not_read_is_left_out_and_named() {
    let (server, _) = quiet("async_batches");
    rc("webhooks listen --once -o ndjson --topics 'async_batch/*,store/*'")
        .against(&server.url)
        .succeeds()
        .says("async_batch/processed is left out: the token may not read its objects");
    let asked = server.asked(&["GET"]);
    assert!(
        asked.iter().any(|line| line.contains("/store")),
        "{asked:?}"
    );
}

#[test]
fn upcoming_charges_are_told_though_the_token_may_not_read_the_store() {
    let (server, _) = quiet("store");
    let outcome = rc("webhooks listen -o ndjson --every 1h --topics charge/upcoming")
        .against(&server.url)
        .until(2 * DAY)
        .succeeds();
    assert!(!outcome.stderr.contains("left out"), "{}", outcome.stderr);
    let asked = server.asked(&["GET"]);
    let lists = asked.iter().filter(|line| line.contains("/charges"));
    assert_eq!(lists.count(), 2, "one request a day: {asked:?}");
}
