//! Login from the file of the control panel, profiles of the API, and the doctor.

use super::shop::{HASH, Served, Shop, TOKEN};
use crate::harness::rc;

fn file(hash: &str) -> String {
    format!(
        "ACCESS TOKEN: {TOKEN}\nCLIENT ID: client7\nCLIENT SECRET: hush\nNAME: copy\n\
         API PATH: https://api.bigcommerce.com/stores/{hash}/v3/\n"
    )
}

/// A run on a served store that knows only where the API answers.
fn there(served: &Served, line: &str) -> crate::harness::Rc {
    rc(line)
        .holding(&served.store)
        .env("BIGCOMMERCE_BASE_URL", &served.server.url)
}

#[test]
fn a_login_takes_token_store_and_client_from_the_file() {
    let served = Served::new(Shop::default());
    let path = served.store.path().join("credentials.txt");
    std::fs::write(&path, file(HASH)).unwrap();
    let line = format!(
        "auth login --bigcommerce --keep file --from-file {}",
        path.display()
    );
    let outcome = there(&served, &line).showing(200).succeeds();
    let outcome = outcome
        .says("logged in to abc123 as profile bigcommerce")
        .says("store_v2_orders_read_only");
    assert!(!outcome.stderr.contains(TOKEN), "{}", outcome.stderr);
    let list = there(&served, "bigcommerce orders list -o json").succeeds();
    assert_eq!(list.stdout.trim(), "[]");
    let shown = there(&served, "profile show bigcommerce -o json").succeeds();
    assert!(
        shown.stdout.contains("\"store_hash\":\"abc123\""),
        "{}",
        shown.stdout
    );
    assert!(!shown.stdout.contains("hush"));
    // Commands of the first API are as they were.
    let other = there(&served, "customers list").fails(3);
    other.says("no API token");
    there(&served, "auth status --bigcommerce").succeeds();
    there(&served, "auth logout --bigcommerce").succeeds();
    there(&served, "bigcommerce orders list").fails(3);
}

#[test]
fn a_login_reads_the_file_from_standard_input() {
    let served = Served::new(Shop::default());
    let line = "auth login --bigcommerce --keep file --from-file - --profile tea";
    let outcome = there(&served, line)
        .stdin(&file(HASH))
        .showing(200)
        .succeeds();
    outcome.says("as profile tea");
    there(&served, "bigcommerce coupons list --profile tea").succeeds();
    let wrong = there(&served, "customers list --profile tea").fails(2);
    wrong.says("profile tea is a store of bigcommerce, and this is for recharge");
}

#[test]
fn a_file_of_another_store_or_without_a_token_is_refused() {
    let served = Served::new(Shop::default());
    let line = "auth login --bigcommerce --keep file --from-file -";
    let outcome = there(&served, line).stdin(&file("wrong9")).fails(3);
    outcome.says("there is no store wrong9 (404)");
    let outcome = there(&served, line).stdin("NAME: x\n").fails(2);
    outcome.says("standard input has no line \"ACCESS TOKEN:\"");
    let outcome = there(&served, "auth login --from-file -")
        .stdin("x")
        .fails(2);
    outcome.says("gives no file with credentials");
}

#[test]
fn the_doctor_says_whether_store_and_token_are_right() {
    let served = Served::new(Shop::default());
    let outcome = served.rc("doctor --store-hash abc123").succeeds();
    assert!(outcome.stdout.contains("token"), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("accepted"), "{}", outcome.stdout);
    let wrong = served.rc("doctor --store-hash abc123");
    let wrong = wrong
        .env("BIGCOMMERCE_ACCESS_TOKEN", "bc_other_token_of_1")
        .fails(3);
    assert!(wrong.stdout.contains("refused"), "{}", wrong.stdout);
    served.rc("doctor --store-hash wrong9").fails(6);
}
