//! Customers by email, and all about one of them at once.

use crate::harness::{Store, rc};

/// A customer with a failed charge: id and email.
fn customer(store: &Store) -> (String, String) {
    let line =
        "charges list --status error -n 1 -r --jq '\"\\(.customer.id) \\(.customer.email)\"'";
    let listed = rc(line).within(store).succeeds();
    let (id, email) = listed.stdout.trim().split_once(' ').unwrap();
    (id.to_owned(), email.to_owned())
}

#[test]
fn get_finds_an_object_by_its_unique_field() {
    let store = Store::new();
    let (id, email) = customer(&store);
    let get = |words: &str| rc(&format!("customers get {words} --jq .id")).within(&store);
    get(&email).succeeds().prints(&format!("{id}\n"));
    get(&email.to_uppercase())
        .succeeds()
        .prints(&format!("{id}\n"));
    get(&format!("{id} {email}"))
        .succeeds()
        .prints(&format!("{id}\n{id}\n"));
    let listed = rc("discounts list -n 1 -r --jq .code")
        .within(&store)
        .succeeds();
    let code = listed.stdout.trim();
    rc(&format!("discounts get {code} -r --jq .code"))
        .within(&store)
        .succeeds()
        .prints(&format!("{code}\n"));
}

#[test]
fn get_says_so_when_nothing_has_the_unique_field() {
    rc("customers get nobody@example.com")
        .sandboxed()
        .fails(4)
        .shows("overview-get_says_so_when_nothing_has_the_unique_field");
    for flag in ["--dry-run", "--watch 5"] {
        rc(&format!("customers get ada@example.com {flag}"))
            .sandboxed()
            .fails(2)
            .says("needs an id, but ada@example.com is not an id");
    }
    // Other verbs and resources take ids only.
    rc("customers update ada@example.com --phone 1").fails(2);
    rc("subscriptions get ada@example.com").fails(2);
}

#[test]
fn overview_is_one_object_off_a_terminal() {
    let store = Store::new();
    let (id, email) = customer(&store);
    let read = |word: &str| {
        let line = format!("customers overview {word}");
        rc(&line).within(&store).succeeds().json()
    };
    let overview = read(&id);
    assert_eq!(overview, read(&email));
    assert_eq!(overview["customer"]["id"].to_string(), id);
    assert_eq!(overview["more"], serde_json::json!([]));
    assert_eq!(overview["errors"][0]["status"], "error");
    let subscriptions = store.ids(&format!("subscriptions list --customer-id {id}"));
    let listed = overview["subscriptions"].as_array().unwrap();
    assert_eq!(listed.len(), subscriptions.len());
    for charge in overview["next_charges"].as_array().unwrap() {
        assert_eq!(charge["status"], "queued");
    }
    for order in overview["last_orders"].as_array().unwrap() {
        assert_eq!(order["customer"]["id"], overview["customer"]["id"]);
    }
    assert!(!overview["last_orders"].as_array().unwrap().is_empty());
}

#[test]
fn overview_is_a_screen_on_a_terminal() {
    let store = Store::new();
    let (id, email) = customer(&store);
    rc(&format!("customers overview {id}"))
        .within(&store)
        .on_terminal(120)
        .succeeds()
        .prints_in(&format!("<{email}>\ncustomer {id} since "))
        .prints_in("\n\nSubscriptions\n  ")
        .prints_in("\n\nErrors\n  ");
}

#[test]
fn overview_is_refused_when_words_or_flags_are_wrong() {
    rc("customers overview 1").sandboxed().fails(4);
    rc("customers overview nobody@example.com")
        .sandboxed()
        .fails(4);
    rc("customers overview").fails(2);
    rc("customers overview 1 -o csv")
        .fails(2)
        .shows("overview-overview_is_refused_when_words_or_flags_are_wrong");
    rc("customers overview 1 --dry-run").sandboxed().fails(2);
}
