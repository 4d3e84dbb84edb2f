//! What is known from login and used afterwards: scopes, before a write is sent,
//! and the name of the store, in a question.

use crate::harness::Ring;
use crate::login::{ALL, Desk};

#[test]
fn a_write_that_the_token_may_not_do_is_not_sent() {
    let desk = Desk::with(Ring::open());
    let few = desk.token("--scopes read_customers,read_subscriptions");
    desk.rc("auth login --with-token").stdin(&few).succeeds();
    desk.rc("sandbox requests --clear").succeeds();
    let cancel = "subscriptions cancel 1 2 3 --reason x --yes";
    desk.rc(cancel)
        .fails(3)
        .shows("scopes-a_write_that_the_token_may_not_do_is_not_sent");
    // Reads are left to the API.
    desk.rc("orders list")
        .fails(3)
        .shows("scopes-a_write_that_the_token_may_not_do_is_not_sent-2");
    let asked = desk.rc("sandbox requests --jq .path -r").succeeds().stdout;
    assert_eq!(asked, "/token_information\n/orders?limit=250\n");
}

#[test]
fn what_was_known_of_scopes_at_login_stops_nobody_who_has_them_now() {
    let desk = Desk::logged_in(Ring::open());
    let notes = desk.store.path().join("logins.json");
    let text = std::fs::read_to_string(&notes).unwrap();
    assert!(text.contains("write_customers"));
    std::fs::write(&notes, text.replace("write_customers", "write_nothing")).unwrap();
    let create = "customers create --email a@example.com --first-name A --last-name B";
    desk.rc(create).succeeds();
    let text = std::fs::read_to_string(&notes).unwrap();
    assert!(text.contains("write_customers"), "the notes are put right");
}

#[test]
fn a_question_names_the_store_of_the_token() {
    let desk = Desk::logged_in(Ring::open());
    let ids = desk.rc("customers list --jq .id -n 1").succeeds().stdout;
    let delete = format!("customers delete {}", ids.trim());
    desk.rc(&delete)
        .fails(2)
        .shows("scopes-a_question_names_the_store_of_the_token");
    desk.rc(&delete)
        .env("RECHARGE_ACCESS_TOKEN", ALL)
        .fails(2)
        .shows("scopes-a_question_names_the_store_of_the_token-2");
}
