//! `rc webhooks listen --source lists`, for stores whose events may not be read.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use super::{LISTEN, records};
use crate::answering::Answering;
use crate::canned::Asked;
use crate::harness::{Store, rc};

/// The topics and bodies that a look finds.
fn look(store: &Store, flags: &str) -> Vec<Value> {
    let outcome = rc(&format!("{LISTEN} --source lists {flags}"))
        .within(store)
        .succeeds();
    records(&outcome.stdout)
}

fn topics(told: &[Value]) -> Vec<&str> {
    let mut topics: Vec<&str> = told
        .iter()
        .map(|one| one["topic"].as_str().unwrap())
        .collect();
    topics.sort_unstable();
    topics
}

#[test]
fn first_look_tells_nothing_and_the_next_ones_tell_what_changed_once() {
    let store = Store::new();
    let id = store.id("subscriptions list --status active -n 1");
    assert_eq!(look(&store, ""), [] as [Value; 0]);
    assert_eq!(look(&store, ""), [] as [Value; 0]);
    rc(&format!("subscriptions update {id} --quantity 77"))
        .within(&store)
        .succeeds();
    rc("customers create --email new@example.com --first-name A --last-name B")
        .within(&store)
        .succeeds();
    let of_these = "--topics 'subscription/*,customer/created'";
    let told = look(&store, of_these);
    assert_eq!(topics(&told), ["customer/created", "subscription/updated"]);
    for one in &told {
        assert_eq!(one["form"], "current");
    }
    let updated = told
        .iter()
        .find(|one| one["topic"] == "subscription/updated");
    assert_eq!(updated.unwrap()["body"]["subscription"]["quantity"], 77);
    assert_eq!(look(&store, of_these), [] as [Value; 0]);
    // In the same second, and told all the same.
    rc(&format!("subscriptions update {id} --quantity 78"))
        .within(&store)
        .succeeds();
    assert_eq!(topics(&look(&store, of_these)), ["subscription/updated"]);
}

#[test]
fn status_that_changed_is_told_with_what_follows_from_it() {
    let store = Store::new();
    let id = store.id("subscriptions list --status active -n 1");
    look(&store, "");
    rc(&format!(
        "subscriptions cancel {id} --cancellation-reason test --yes"
    ))
    .within(&store)
    .succeeds();
    let told = look(&store, "--topics 'subscription/cancelled,address/updated'");
    assert_eq!(topics(&told), ["address/updated", "subscription/cancelled"]);
    look(&store, "");
    rc(&format!("subscriptions activate {id}"))
        .within(&store)
        .succeeds();
    let told = look(&store, "--topics subscription/activated");
    assert_eq!(topics(&told), ["subscription/activated"]);
    assert_eq!(told[0]["object_id"].to_string().trim_matches('"'), id);
}

#[test]
fn run_that_ended_early_continues_with_the_next_message() {
    let store = Store::new();
    let ids = store.ids("customers list -n 3 --jq .id");
    let flags = "--topics customer/updated";
    look(&store, flags);
    for id in &ids {
        rc(&format!("customers update {id} --first-name Next"))
            .within(&store)
            .succeeds();
    }
    let (first, rest) = (look(&store, &format!("{flags} -n 1")), look(&store, flags));
    let mut told: Vec<String> = first
        .iter()
        .chain(&rest)
        .map(|one| one["body"]["customer"]["id"].to_string())
        .collect();
    told.sort_unstable();
    let mut wanted = ids;
    wanted.sort_unstable();
    assert_eq!((first.len(), told), (1, wanted));
}

#[test]
fn what_no_list_tells_of_is_refused() {
    let store = Store::new();
    let refused = |flags: &str| {
        rc(&format!("{LISTEN} --source lists {flags}"))
            .within(&store)
            .fails(2)
    };
    refused("--since 2h").says("--since needs events");
    refused("--topics '*/deleted'").says("lists do not show");
    refused("--topics subscription/create").says("did you mean subscription/created?");
}

#[test]
fn token_that_may_not_read_events_is_told_of_lists() {
    let server = Answering::with(|_: &Asked| (403, json!({"errors": "scope"}).to_string()));
    let outcome = rc(LISTEN).against(&server.url).runs();
    outcome.says("--source lists works without them");
}

#[test]
fn idle_listener_to_lists_sends_at_most_one_request_in_two_seconds() {
    let asked = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&asked);
    let server = Answering::with(move |asked: &Asked| {
        count.fetch_add(1, Ordering::SeqCst);
        let path = asked.line.split(['/', '?']).nth(1).unwrap().to_owned();
        (200, json!({path: [], "next_cursor": null}).to_string())
    });
    rc("webhooks listen --source lists -o ndjson")
        .against(&server.url)
        .until(600)
        .succeeds();
    let asked = asked.load(Ordering::SeqCst);
    assert!((50..=300).contains(&asked), "{asked} in 600 seconds");
}
