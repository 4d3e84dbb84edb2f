//! `rc webhooks listen`, `rc deliveries` and `rc events`.

mod gone;
mod lists;
mod polling;
#[cfg(unix)]
mod proof;
mod receiver;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use crate::answering::Answering;
use crate::canned::Asked;
use crate::harness::{Rc, Store, rc};
use receiver::Receiver;

const LISTEN: &str = "webhooks listen --once -o ndjson";

/// A store with a subscription, and a listener that began before what follows.
struct Shop {
    store: Store,
    receiver: Receiver,
    subscription: String,
}

impl Shop {
    fn open() -> Self {
        let store = Store::new();
        let subscription = store.id("subscriptions list --status active -n 1");
        let shop = Self {
            store,
            receiver: Receiver::start(),
            subscription,
        };
        shop.listen("").succeeds().prints("");
        shop
    }

    fn listen(&self, flags: &str) -> Rc {
        let url = self.receiver.url();
        rc(&format!("{LISTEN} --forward-to {url} {flags}"))
            .within(&self.store)
            .env("RECHARGE_CLIENT_SECRET", "of the shop")
    }

    fn update(&self, quantity: u32) {
        let id = &self.subscription;
        rc(&format!("subscriptions update {id} --quantity {quantity}"))
            .within(&self.store)
            .succeeds();
    }
}

fn records(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn message_arrives_signed_with_the_object_as_it_was_at_the_event() {
    let shop = Shop::open();
    shop.update(7);
    shop.update(8);
    let outcome = shop.listen("--topics subscription/updated").succeeds();
    let arrived = shop.receiver.arrived();
    let quantities: Vec<Value> = arrived
        .iter()
        .map(|one| one.json()["subscription"]["quantity"].clone())
        .collect();
    assert_eq!(quantities, [7, 8]);
    for (one, record) in arrived.iter().zip(records(&outcome.stdout)) {
        assert_eq!(one.path, "/hooks");
        assert_eq!(one.header("X-Rc-Body"), "as-of");
        assert_eq!(one.header("X-Rc-Attempt"), "1");
        assert_eq!(one.header("X-Rc-Delivery"), record["id"].to_string());
        assert_eq!(one.header("X-Recharge-Hmac-Sha256").len(), 64);
        assert!(one.header("X-Recharge-Webhook-Signature").starts_with("t="));
        assert_eq!(one.header("X-Recharge-Topic"), "");
        assert_eq!(record["state"], "delivered");
    }
    shop.listen("--topics subscription/updated")
        .succeeds()
        .prints("");
    assert_eq!(shop.receiver.arrived().len(), 2);
}

#[test]
fn topic_is_named_by_path_and_header_where_that_is_asked_for() {
    let shop = Shop::open();
    shop.update(7);
    shop.listen("--path-per-topic --topic-header -H 'X-Mine: yes' --topics 'subscription/*'")
        .succeeds();
    let one = shop.receiver.arrived().remove(0);
    assert_eq!(one.path, "/hooks/subscription/updated");
    assert_eq!(one.header("X-Recharge-Topic"), "subscription/updated");
    assert_eq!(one.header("X-Mine"), "yes");
}

#[test]
fn failed_delivery_is_recorded_and_the_next_ones_are_made() {
    let shop = Shop::open();
    for (status, reason) in [
        (500, "status 500"),
        (
            302,
            "status 302 leads to https://example.com/; redirects are not followed",
        ),
    ] {
        shop.update(u32::from(status));
        shop.receiver.answer(status);
        shop.listen("--topics subscription/updated")
            .fails(7)
            .says(reason)
            .says("1 of 1 deliveries failed");
    }
    shop.receiver.answer(204);
    shop.update(9);
    shop.listen("--topics subscription/updated").succeeds();
    assert_eq!(shop.receiver.arrived().len(), 3);
    let failed = rc("deliveries list --failed -o ndjson").holding(&shop.store);
    let failed = records(&failed.succeeds().stdout);
    assert_eq!(failed.len(), 2);
    let id = failed[1]["id"].to_string();
    rc(&format!("deliveries replay {id}"))
        .within(&shop.store)
        .succeeds();
    let arrived = shop.receiver.arrived();
    assert_eq!(arrived[3].body, arrived[0].body);
    assert_eq!(arrived[3].header("X-Rc-Attempt"), "2");
    let event = arrived[0].header("X-Rc-Event");
    rc(&format!("deliveries replay --event {event}"))
        .within(&shop.store)
        .succeeds();
    assert_eq!(shop.receiver.arrived()[4].body, arrived[0].body);
}

#[test]
fn program_that_is_down_is_waited_for_and_loses_nothing() {
    let mut shop = Shop::open();
    shop.update(7);
    shop.receiver.kill();
    shop.listen("--topics subscription/updated")
        .fails(6)
        .says("does not answer")
        .says("nothing is lost");
    shop.receiver.restart();
    shop.listen("--topics subscription/updated").succeeds();
    let arrived = shop.receiver.arrived();
    assert_eq!(arrived.len(), 1);
    assert_eq!(
        arrived[0].header("X-Rc-Attempt"),
        "1",
        "nothing was sent before"
    );
}

#[test]
fn message_that_may_have_arrived_is_marked_when_it_is_sent_again() {
    let shop = Shop::open();
    shop.update(7);
    shop.receiver.answer(1);
    shop.listen("--topics subscription/updated").fails(6);
    shop.receiver.answer(200);
    shop.listen("--topics subscription/updated").succeeds();
    let arrived = shop.receiver.arrived();
    let attempts: Vec<&str> = arrived
        .iter()
        .map(|one| one.header("X-Rc-Attempt"))
        .collect();
    assert_eq!(attempts, ["1", "2", "3", "4", "5", "6"]);
    let ids: Vec<&str> = arrived
        .iter()
        .map(|one| one.header("X-Rc-Delivery"))
        .collect();
    assert_eq!(ids, [ids[0]; 6]);
}

#[test]
fn program_that_is_slow_is_not_asked_twice() {
    let shop = Shop::open();
    shop.update(7);
    shop.receiver.answer(0);
    shop.listen("--topics subscription/updated --timeout 1s")
        .fails(7)
        .says("no answer in 1 seconds");
    assert_eq!(shop.receiver.arrived().len(), 1);
}

#[test]
fn object_that_is_gone_is_told_as_it_was_last_seen_or_by_its_number() {
    let shop = Shop::open();
    let id = &shop.subscription;
    shop.update(7);
    shop.listen("--topics 'subscription/*'").succeeds();
    rc(&format!("subscriptions delete {id} --yes"))
        .within(&shop.store)
        .succeeds();
    shop.listen("--topics subscription/deleted").succeeds();
    let gone = shop.receiver.arrived().pop().unwrap();
    assert_eq!(gone.header("X-Rc-Body"), "last-seen");
    assert_eq!(gone.json()["subscription"]["quantity"], 7);
    let other = shop.store.id("subscriptions list --status active -n 1");
    rc(&format!("subscriptions delete {other} --yes"))
        .within(&shop.store)
        .succeeds();
    shop.listen("--topics subscription/deleted").succeeds();
    let gone = shop.receiver.arrived().pop().unwrap();
    assert_eq!(gone.header("X-Rc-Body"), "stub");
    let id: u64 = other.parse().unwrap();
    assert_eq!(gone.json(), json!({"subscription": {"id": id}}));
}

#[test]
fn messages_are_printed_with_their_bodies_when_there_is_no_target() {
    let shop = Shop::open();
    rc(LISTEN).within(&shop.store).succeeds();
    shop.update(7);
    let line = format!("{LISTEN} --topics subscription/updated");
    let printed = rc(&line).within(&shop.store).succeeds();
    let printed = records(&printed.stdout);
    assert_eq!(printed[0]["body"]["subscription"]["quantity"], 7);
    assert_eq!(printed[0]["state"], "printed");
    rc(&line).within(&shop.store).succeeds().prints("");
    let id = printed[0]["id"].to_string();
    rc(&format!(
        "deliveries get {id} --jq .body.subscription.quantity"
    ))
    .holding(&shop.store)
    .succeeds()
    .prints("7\n");
    rc(&format!("deliveries replay {id}"))
        .within(&shop.store)
        .fails(2)
        .says("--forward-to says where to send it");
}

#[test]
fn listener_begins_at_a_time_at_an_event_or_where_it_ended() {
    let shop = Shop::open();
    for quantity in 7..10 {
        shop.update(quantity);
    }
    let line = "events list --object-type subscription --verbs updated --jq .id";
    let events = shop.store.ids(line);
    let other = Receiver::start();
    let since = |since: &str| {
        let before = other.arrived().len();
        let url = other.url();
        rc(&format!(
            "{LISTEN} --topics subscription/updated --forward-to {url}?{before} --since {since}"
        ))
        .within(&shop.store)
        .succeeds();
        other.arrived().len() - before
    };
    assert_eq!(since("1h"), 3);
    assert_eq!(since(&events[1]), 1, "after the second of three");
    shop.listen("--since 1h").succeeds();
    assert_eq!(shop.receiver.arrived().len(), 3);
    shop.listen("--since 1h --topics subscription/updated")
        .succeeds()
        .says("messages that had been delivered before: 3");
    assert_eq!(shop.receiver.arrived().len(), 3);
    shop.listen("--since 30d")
        .fails(2)
        .says("events reach back 7 days");
    shop.listen("--since 1")
        .fails(4)
        .says("there is no event 1");
    shop.listen("--since soon").fails(2).says("not a time");
}

#[test]
fn listener_stops_after_so_many_messages_and_continues_with_the_next() {
    let shop = Shop::open();
    for quantity in 7..10 {
        shop.update(quantity);
    }
    shop.listen("-n 2 --topics subscription/updated").succeeds();
    assert_eq!(shop.receiver.arrived().len(), 2);
    shop.listen("--topics subscription/updated").succeeds();
    let last = shop.receiver.arrived().pop().unwrap();
    assert_eq!(last.json()["subscription"]["quantity"], 9);
    assert_eq!(shop.receiver.arrived().len(), 3);
}

#[test]
fn words_that_name_nothing_are_refused_before_anything_is_sent() {
    let store = Store::new();
    let refused = |flags: &str| rc(&format!("{LISTEN} {flags}")).within(&store).fails(2);
    refused("--topics subscription/create").says("did you mean subscription/created?");
    refused("--topics checkout/created").says("no event matches checkout/created");
    refused("--forward-to http://example.com/").says("would send personal data unencrypted");
    refused("--forward-to localhost:3000").says("the address to forward to");
    refused("-H secret")
        .says("the : after the name is missing")
        .does_not_say("secret");
    refused("--every 10ms").says("a pause from 1s to 1d");
}

#[test]
fn token_that_may_not_read_events_is_told_what_to_do() {
    for status in [402, 403] {
        let server = Answering::with(move |_: &Asked| {
            (status, "{\"errors\":\"you lack the scope\"}".to_owned())
        });
        let outcome = rc(LISTEN).against(&server.url).runs();
        assert_ne!(outcome.code, 0);
        outcome.says("events need the scope read_events");
    }
}

/// A server with an empty list of events that counts its requests.
fn counting() -> (Answering, Arc<AtomicU32>) {
    let asked = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&asked);
    let server = Answering::with(move |_: &Asked| {
        count.fetch_add(1, Ordering::SeqCst);
        (200, "{\"events\":[],\"next_cursor\":null}".to_owned())
    });
    (server, asked)
}

#[test]
fn idle_listener_sends_at_most_one_request_in_five_seconds() {
    let (server, asked) = counting();
    rc("webhooks listen -o ndjson")
        .against(&server.url)
        .until(600)
        .succeeds();
    let asked = asked.load(Ordering::SeqCst);
    assert!((20..=120).contains(&asked), "{asked} in 600 seconds");
}

#[test]
fn message_is_delivered_within_the_pause_and_a_second() {
    let shop = Shop::open();
    let id = &shop.subscription;
    let url = shop.receiver.url();
    let listening = rc(&format!(
        "webhooks listen -o ndjson --every 5s --topics subscription/updated --forward-to {url}"
    ));
    let listening = listening.within(&shop.store);
    let outcome = listening
        .meanwhile(31, &format!("subscriptions update {id} --quantity 7"))
        .until(60)
        .succeeds();
    let record = &records(&outcome.stdout)[0];
    let at: jiff::Timestamp = record["at"].as_str().unwrap().parse().unwrap();
    let begun: jiff::Timestamp = crate::harness::NOW.parse().unwrap();
    let latency = at.duration_since(begun).as_secs_f64() - 31.0;
    assert!((0.0..=6.0).contains(&latency), "{latency}");
}

#[test]
fn row_that_appears_late_is_delivered_once() {
    let event = |id: u32, second: u32| {
        format!(
            "{{\"id\":{id},\"object_id\":{id},\"customer_id\":null,\"object_type\":\"customer\",\
             \"created_at\":\"2026-11-20T12:00:{second:02}\",\"verb\":\"created\",\
             \"updated_attributes\":[]}}"
        )
    };
    let (first, late) = (event(2, 20), event(1, 10));
    let looks = AtomicU32::new(0);
    let server = Answering::with(move |asked: &Asked| {
        if asked.line.contains("/customers/") {
            return (404, "{\"errors\":\"Not Found\"}".to_owned());
        }
        // The older row appears minutes after the newer one.
        let events = match looks.fetch_add(1, Ordering::SeqCst) {
            0 => String::new(),
            1..30 => first.clone(),
            _ => format!("{first},{late}"),
        };
        (
            200,
            format!("{{\"events\":[{events}],\"next_cursor\":null}}"),
        )
    });
    let outcome = rc("webhooks listen -o ndjson --topics customer/created")
        .against(&server.url)
        .until(590)
        .succeeds();
    let told: Vec<Value> = records(&outcome.stdout)
        .iter()
        .map(|record| record["event"].clone())
        .collect();
    assert_eq!(told, [2, 1]);
}

#[test]
fn two_listeners_do_not_serve_one_target_at_a_time() {
    let shop = Shop::open();
    let url = shop.receiver.url();
    let store = &shop.store;
    // The lock is that of another process; here the test takes it.
    let lock = std::fs::read_dir(store.path()).unwrap().find_map(|entry| {
        let entry = entry.unwrap();
        let name = entry.file_name().to_string_lossy().into_owned();
        name.starts_with(".listen-").then(|| entry.path())
    });
    let lock = std::fs::File::open(lock.unwrap()).unwrap();
    lock.lock().unwrap();
    rc(&format!("webhooks listen --once --forward-to {url}"))
        .within(store)
        .fails(7)
        .says("another rc listens already");
}

#[test]
fn events_are_followed_and_the_changes_of_an_object_shown() {
    let shop = Shop::open();
    shop.update(7);
    shop.update(8);
    let id = &shop.subscription;
    let tail = rc("events tail --once --object-type subscription -o ndjson").within(&shop.store);
    let events = records(&tail.succeeds().stdout);
    assert_eq!(events.len(), 2);
    assert_eq!(events[0]["changes"][0]["after"], 7);
    let line = format!("events changes subscriptions {id} -o ndjson");
    let changes = rc(&line).within(&shop.store).succeeds();
    let changes = records(&changes.stdout);
    let pairs: Vec<(&Value, &Value)> = changes
        .iter()
        .filter(|change| change["field"] == "quantity")
        .map(|change| (&change["before"], &change["after"]))
        .collect();
    assert_eq!(pairs[1], (&json!(7), &json!(8)));
    rc("events changes subscripton 1")
        .within(&shop.store)
        .fails(2)
        .says("did you mean subscription?");
    rc("events tail --since soon").within(&shop.store).fails(2);
}

#[cfg(unix)]
#[test]
fn deliveries_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let shop = Shop::open();
    shop.update(7);
    shop.listen("").succeeds();
    for entry in std::fs::read_dir(shop.store.path()).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("deliveries.db") {
            let mode = entry.metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }
}

#[test]
fn event_that_was_never_delivered_is_replayed_from_the_event() {
    let shop = Shop::open();
    shop.update(7);
    shop.update(8);
    let line = "events list --object-type subscription --verbs updated --jq .id";
    let events = shop.store.ids(line);
    let (url, event) = (shop.receiver.url(), &events[1]);
    rc(&format!("deliveries replay --event {event}"))
        .within(&shop.store)
        .fails(4)
        .says("with --forward-to its messages are built from the event");
    let replay = format!("deliveries replay --event {event} --forward-to {url} --topic-header");
    rc(&replay)
        .within(&shop.store)
        .env("RECHARGE_CLIENT_SECRET", "of the shop")
        .succeeds();
    let arrived = shop.receiver.arrived();
    assert_eq!(arrived.len(), 1);
    assert_eq!(arrived[0].header("X-Rc-Body"), "as-of");
    assert_eq!(arrived[0].header("X-Rc-Attempt"), "1");
    assert_eq!(arrived[0].json()["subscription"]["quantity"], 7);
    // The listener of the same target does not send it again.
    shop.listen("--topics subscription/updated").succeeds();
    let quantities: Vec<Value> = shop
        .receiver
        .arrived()
        .iter()
        .map(|one| one.json()["subscription"]["quantity"].clone())
        .collect();
    assert_eq!(quantities, [7, 8]);
    rc(&format!("deliveries replay --event 1 --forward-to {url}"))
        .within(&shop.store)
        .fails(4)
        .says("there is no event 1");
}

/// An event about a customer of the same number, at a second of the last minute.
fn about_customer(id: usize, second: usize) -> Value {
    json!({
        "id": id, "object_id": id, "customer_id": id, "object_type": "customer",
        "created_at": format!("2026-11-20T11:59:{second:02}"), "verb": "updated",
        "updated_attributes": [
            {"attribute": "first_name", "previous_value": "Before", "value": "Then"},
        ],
    })
}

fn query<'a>(asked: &'a Asked, name: &str) -> Option<&'a str> {
    let (_, query) = asked.line.split_once('?')?;
    let query = query.split(' ').next()?;
    query
        .split('&')
        .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

/// The customers that were asked for by their numbers.
fn customers(asked: &Asked) -> String {
    let named = |id: &str| json!({"id": id.parse::<u64>().unwrap(), "first_name": "Now"});
    if let Some(ids) = query(asked, "ids") {
        let ids: Vec<Value> = ids.replace("%2C", ",").split(',').map(named).collect();
        return json!({"customers": ids, "next_cursor": null}).to_string();
    }
    let path = asked.line.split([' ', '?']).nth(1).unwrap();
    let id = path.rsplit('/').next().unwrap();
    json!({"customer": named(id)}).to_string()
}

#[test]
fn body_is_marked_as_current_when_too_many_events_lie_between() {
    let server = Answering::with(|asked: &Asked| {
        if !asked.line.contains("/events") {
            return (200, customers(asked));
        }
        // Without a latest time the list does not end.
        let (events, next): (Vec<Value>, _) = if query(asked, "created_at_max").is_some() {
            (vec![about_customer(5, 1)], Value::Null)
        } else {
            let many = (0..250).map(|id| about_customer(id + 1, 30));
            let page: u32 = query(asked, "cursor").map_or(0, |page| page.parse().unwrap());
            (many.collect(), json!((page + 1).to_string()))
        };
        (
            200,
            json!({"events": events, "next_cursor": next}).to_string(),
        )
    });
    let outcome = rc(&format!(
        "{LISTEN} --topics customer/updated --since 1h -n 1"
    ))
    .against(&server.url)
    .succeeds();
    let told = records(&outcome.stdout);
    assert_eq!(told[0]["form"], "current");
    assert_eq!(told[0]["event"], 5);
    assert_eq!(told[0]["body"]["customer"]["first_name"], "Then");
}

#[test]
fn backlog_is_delivered_as_fast_as_its_pages_can_be_read() {
    const WAITING: usize = 1_000;
    let server = Answering::with(|asked: &Asked| {
        if !asked.line.contains("/events") {
            return (200, customers(asked));
        }
        let page: usize = query(asked, "cursor").map_or(0, |page| page.parse().unwrap());
        let first = WAITING - page * 250;
        let events: Vec<Value> = (0..250)
            .map(|at| about_customer(first - at, (first - at) * 59 / WAITING))
            .collect();
        let next = (page < 3).then(|| (page + 1).to_string());
        (
            200,
            json!({"events": events, "next_cursor": next}).to_string(),
        )
    });
    let outcome = rc(&format!("{LISTEN} --topics customer/updated --since 1h"))
        .against(&server.url)
        .succeeds();
    let told = records(&outcome.stdout);
    assert_eq!(told.len(), WAITING);
    let asked = server.asked(&["GET"]).len();
    // Four pages of events twice, as there may be newer ones, and four of customers.
    assert!(asked <= 4 * 250 / 50, "{asked} requests");
    let at = |one: &Value| -> jiff::Timestamp { one["at"].as_str().unwrap().parse().unwrap() };
    let begun: jiff::Timestamp = crate::harness::NOW.parse().unwrap();
    let latency = at(told.last().unwrap()).duration_since(begun).as_secs_f64();
    assert!(latency <= 1_000.0 / (2.0 * 250.0), "{latency}");
}
