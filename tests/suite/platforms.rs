//! `--platform`: sandboxes of another API, each with a store of its own.

use crate::harness::{Store, rc};

#[test]
fn stores_of_platforms_lie_beside_each_other() {
    let store = Store::new();
    rc("sandbox seed --platform bigcommerce --customers 3 --yes")
        .within(&store)
        .succeeds();
    rc("sandbox state --platform bigcommerce --jq .counts.customer")
        .within(&store)
        .succeeds()
        .prints("3\n");
    rc("sandbox state --jq .counts.customer")
        .within(&store)
        .succeeds()
        .prints("60\n");
    rc("sandbox reset --platform bigcommerce --yes")
        .within(&store)
        .succeeds();
    rc("sandbox state --platform bigcommerce --jq .counts.order_refund -r")
        .within(&store)
        .succeeds();
}

#[test]
fn clock_faults_and_tokens_are_those_of_the_platform_named() {
    let store = Store::new();
    rc("sandbox clock advance 2d --platform bigcommerce")
        .within(&store)
        .succeeds();
    rc("sandbox clock show --jq .ahead_seconds")
        .within(&store)
        .succeeds()
        .prints("0\n");
    rc("sandbox clock show --platform bigcommerce --jq .ahead_seconds")
        .within(&store)
        .succeeds()
        .prints("172800\n");
    rc("sandbox faults set 500:order_refunds=@1 --platform bigcommerce")
        .within(&store)
        .succeeds();
    rc("sandbox faults show --jq .spec -r")
        .within(&store)
        .succeeds()
        .prints("\n");
    let scope = "store_v2_orders_read_only";
    rc(&format!(
        "sandbox token --scopes {scope} --platform bigcommerce"
    ))
    .within(&store)
    .succeeds();
    rc(&format!("sandbox token --scopes {scope}"))
        .within(&store)
        .fails(2)
        .shows("platforms-clock_faults_and_tokens_are_those_of_the_platform_named");
}

#[test]
fn store_of_one_platform_is_not_loaded_as_another() {
    let store = Store::new();
    let dump = rc("sandbox dump --platform bigcommerce")
        .within(&store)
        .succeeds()
        .stdout;
    assert!(dump.contains("\"platform\":\"bigcommerce\""));
    rc("sandbox load - --yes")
        .within(&store)
        .stdin(&dump)
        .fails(2)
        .shows("platforms-store_of_one_platform_is_not_loaded_as_another");
    rc("sandbox load - --yes --platform bigcommerce")
        .within(&store)
        .stdin(&dump)
        .succeeds();
}

#[test]
fn platform_that_there_is_not_is_named_with_those_that_there_are() {
    rc("sandbox serve --platform shop --port 0")
        .fails(2)
        .shows("platforms-platform_that_there_is_not_is_named_with_those_that_there_are");
}
