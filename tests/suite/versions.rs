//! The versions of the API: the commands are their union, and each call is made
//! in one of them.

use crate::canned::{Canned, Reply};
use crate::harness::{Store, rc};

/// The version that a command is sent in.
fn sent_in(line: &str, body: &'static str) -> String {
    let server = Canned::serve(vec![Reply::Json(200, body)]);
    rc(line).against(&server.url).succeeds();
    let asked = server.asked();
    asked[0].header("X-Recharge-Version").unwrap().to_owned()
}

#[test]
fn call_is_made_in_the_newest_version_with_the_operation() {
    let orders = "{\"orders\":[]}";
    assert_eq!(sent_in("orders list -o json", orders), "2021-11");
    let line = "orders list -o json --api-version 2021-01";
    assert_eq!(sent_in(line, orders), "2021-01");
    // Only the older version has these.
    assert_eq!(sent_in("shop get", "{\"shop\":{\"id\":1}}"), "2021-01");
    assert_eq!(sent_in("orders count", "{\"count\":1}"), "2021-01");
}

#[test]
fn environment_and_profile_choose_the_version_too() {
    let server = Canned::serve(vec![Reply::Json(200, "{\"orders\":[]}")]);
    rc("orders list -o json")
        .against(&server.url)
        .env("RECHARGE_API_VERSION", "2021-01")
        .succeeds();
    let asked = server.asked();
    assert_eq!(asked[0].header("X-Recharge-Version"), Some("2021-01"));
}

#[test]
fn operations_of_the_older_version_run_in_the_sandbox() {
    let store = Store::new();
    let count = rc("subscriptions count --jq .count").within(&store);
    let count: usize = count.succeeds().stdout.trim().parse().unwrap();
    let list = rc("subscriptions list --api-version 2021-01 --page-size 3 --jq .id");
    let list = list.within(&store).succeeds().stdout;
    assert_eq!(list.lines().count(), count);
    rc("shop get --jq .id").within(&store).succeeds();
}

#[test]
fn version_that_does_not_exist_is_a_usage_error() {
    let outcome = rc("orders list --api-version 2020-01").sandboxed().fails(2);
    assert_eq!(
        outcome.stderr,
        "error: there is no version 2020-01 of the API\n  \
         → its versions: 2021-11, 2021-01\n  → rc api takes any version\n"
    );
}

#[test]
fn operation_that_a_version_lacks_is_a_usage_error_that_names_the_version() {
    let outcome = rc("plans list --api-version 2021-01").sandboxed().fails(2);
    assert_eq!(
        outcome.stderr,
        "error: version 2021-01 of the API has no plans list\n  → it is in version 2021-11\n"
    );
    let outcome = rc("shop get --api-version 2021-11").sandboxed().fails(2);
    outcome
        .says("version 2021-11 of the API has no shop get")
        .says("it is in version 2021-01");
}

#[test]
fn flag_that_a_version_lacks_is_a_usage_error_that_names_the_version() {
    let line = "charges list --include customer --api-version 2021-01";
    let outcome = rc(line).sandboxed().fails(2);
    outcome.says("version 2021-01 of the API has no --include for this command");
    let outcome = rc("charges list --date 2026-01-01").sandboxed().fails(2);
    outcome.says("version 2021-11 of the API has no --date for this command");
}

#[test]
fn help_shows_the_union_and_names_the_version_of_what_one_has() {
    rc("orders --help").succeeds().prints_in("count");
    rc("orders count --help")
        .succeeds()
        .prints_in("Only in version 2021-01.");
    let help = rc("charges list --help").succeeds();
    help.prints_in("--include").prints_in("--shopify-order-id");
    rc("--help").succeeds().prints_in("shop");
}

#[test]
fn free_request_takes_a_version_that_no_table_describes() {
    let line = "api GET /orders --api-version 2099-01";
    assert_eq!(sent_in(line, "{\"orders\":[]}"), "2099-01");
}

/// The first id of a list of the store.
fn first_id(store: &Store, line: &str) -> String {
    let listed = rc(&format!("{line} --limit 1 -r --jq .id"))
        .within(store)
        .succeeds();
    listed.stdout.trim().to_owned()
}

#[test]
fn write_of_the_older_version_is_confirmed_sent_and_seen_in_the_newer_one() {
    let store = Store::new();
    let id = first_id(&store, "subscriptions list --status active");
    let line = format!("subscriptions cancel {id} --cancellation-reason moved");
    let older = format!("{line} --api-version 2021-01");
    // It asks first, and no one is there to answer.
    rc(&older)
        .within(&store)
        .fails(2)
        .shows("versions-write_of_the_older_version_is_confirmed_sent_and_seen_in_the_newer_one");
    let status = || {
        let shown = rc(&format!("subscriptions get {id} -r --jq .status"));
        shown.within(&store).succeeds().stdout.trim().to_owned()
    };
    assert_eq!(status(), "active");
    rc(&format!("{older} --yes")).within(&store).succeeds();
    assert_eq!(status(), "cancelled");
    let line = format!("subscriptions activate {id} --api-version 2021-01 -r --jq .status");
    let activated = rc(&line).within(&store).succeeds();
    assert_eq!(activated.stdout.trim(), "ACTIVE");
    assert_eq!(status(), "active");
}

#[test]
fn products_and_the_shop_are_read_in_the_older_version() {
    let store = Store::new();
    let line = "products list --api-version 2021-01 --jq .shopify_product_id";
    let listed = rc(line).within(&store).succeeds();
    assert!(listed.stdout.lines().count() > 1);
    let countries = rc("shop shipping-countries -r --jq .code").within(&store);
    assert!(countries.succeeds().stdout.lines().any(|code| code == "US"));
}

#[test]
fn lost_answer_to_an_older_write_is_retried_only_where_its_row_allows_it() {
    let moved = "{\"order\":{\"id\":7},\"charge\":{\"id\":7}}";
    let once = "charges change-next-charge-date 7 --date 2030-01-05";
    let server = Canned::serve(vec![Reply::HangUp]);
    let outcome = rc(once).against(&server.url).runs();
    assert!(
        outcome.stderr.contains("it is unknown whether"),
        "{outcome:?}"
    );
    assert_eq!(server.asked().len(), 1);
    let twice = "orders change-date 7 --scheduled-at 2030-01-05";
    let server = Canned::serve(vec![Reply::HangUp, Reply::Json(200, moved)]);
    rc(twice).against(&server.url).succeeds();
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn path_with_two_parts_takes_two_words() {
    let line = "orders update-shopify-variant 7 8 --new-shopify-variant-id 9";
    let shown = rc(line).with("--dry-run -o json").runs();
    let sent: serde_json::Value = serde_json::from_str(&shown.stdout).unwrap();
    assert!(
        sent["url"]
            .as_str()
            .unwrap()
            .ends_with("/orders/7/update_shopify_variant/8"),
        "{sent}"
    );
    assert_eq!(sent["method"], "PUT");
    rc("orders update-shopify-variant 7 --new-shopify-variant-id 9")
        .sandboxed()
        .fails(2);
    rc("orders update-shopify-variant 7 - --new-shopify-variant-id 9")
        .sandboxed()
        .fails(2);
}
