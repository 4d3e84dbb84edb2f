//! `rc sandbox clock`, `token`, `state`: what anyone who runs a sandbox sees
//! and does, on the store of `--sandbox` and on one that is served.

use crate::harness::{Store, rc};

#[test]
fn a_month_passes_and_the_store_has_lived_it() {
    let store = Store::new();
    let queued = || {
        let jq = "--jq .id -r";
        let line = format!("charges list --status queued --scheduled-at-max 2026-12-01 {jq}");
        rc(&line).within(&store).succeeds().stdout
    };
    assert!(!queued().is_empty());
    let told = rc("sandbox clock advance 30d")
        .within(&store)
        .succeeds()
        .json();
    assert_eq!(told["ahead_seconds"], 30 * 86_400);
    assert!(told["happened"]["charges_paid"].as_u64().unwrap() > 20);
    assert_eq!(queued(), "");
    let shown = rc("sandbox clock show").within(&store).succeeds().json();
    assert_eq!(shown["now"], told["now"]);
}

#[test]
fn a_clock_goes_where_it_is_put_and_says_when_it_cannot() {
    let store = Store::new();
    rc("sandbox clock set 2027-01-01 --jq .now -r")
        .within(&store)
        .succeeds()
        .prints("2027-01-01T00:00:00+00:00\n");
    rc("sandbox clock set 2020-01-01")
        .within(&store)
        .fails(2)
        .shows("controls-a_clock_goes_where_it_is_put_and_says_when_it_cannot");
    rc("sandbox clock advance soon")
        .within(&store)
        .fails(2)
        .shows("controls-a_clock_goes_where_it_is_put_and_says_when_it_cannot-2");
    rc("sandbox clock advance")
        .within(&store)
        .fails(2)
        .shows("controls-a_clock_goes_where_it_is_put_and_says_when_it_cannot-3");
    rc("sandbox clock turn")
        .within(&store)
        .fails(2)
        .shows("controls-a_clock_goes_where_it_is_put_and_says_when_it_cannot-4");
    rc("sandbox clock")
        .within(&store)
        .fails(2)
        .shows("controls-a_clock_goes_where_it_is_put_and_says_when_it_cannot-5");
    rc("sandbox reset --yes").within(&store).succeeds();
    rc("sandbox clock show --jq .ahead_seconds")
        .within(&store)
        .succeeds()
        .prints("0\n");
}

#[test]
fn a_token_may_do_what_its_scopes_say() {
    let store = Store::new();
    let made = rc("sandbox token --scopes read_customers,read_orders --name few");
    let made = made.within(&store).succeeds().json();
    assert_eq!(made["name"], "few");
    assert_eq!(
        made["scopes"],
        serde_json::json!(["read_customers", "read_orders"])
    );
    assert!(made["token"].as_str().unwrap().starts_with("sk_sandbox_"));
    let fast = rc("sandbox token --multiplier 2x1")
        .within(&store)
        .succeeds();
    assert!(
        fast.json()["token"]
            .as_str()
            .unwrap()
            .starts_with("sk_2x1_")
    );
    rc("sandbox token --multiplier fast")
        .within(&store)
        .fails(2)
        .shows("controls-a_token_may_do_what_its_scopes_say");
    rc("sandbox token --scopes read_everything")
        .within(&store)
        .fails(2)
        .shows("controls-a_token_may_do_what_its_scopes_say-2");
}

#[test]
fn the_state_of_a_store_is_told_in_numbers() {
    let store = Store::new();
    rc("sandbox state --jq '[.counts.customer, .counts.subscription > 50, .revision]' -o json")
        .within(&store)
        .succeeds()
        .prints("[60,true,0]\n");
}

#[test]
fn another_machine_is_not_controlled() {
    rc("sandbox state --base-url https://recharge.example.com")
        .fails(2)
        .shows("controls-another_machine_is_not_controlled");
    // One that is in the environment is meant for requests.
    let store = Store::new();
    rc("sandbox state --jq .revision")
        .env("RECHARGE_BASE_URL", "https://recharge.example.com")
        .holding(&store)
        .succeeds();
    rc("sandbox state --base-url http://127.0.0.1:1")
        .fails(1)
        .shows("controls-another_machine_is_not_controlled-2");
}
