//! `rc doctor`, against a store, against nothing, and against all that can be
//! wrong in between.

use serde_json::Value;

use crate::canned::{Canned, Reply};
use crate::harness::{Outcome, Store, rc};
use crate::secure::{Identity, Listening, ok};
use crate::served::Served;

const ACCEPTED: &str = "{\"token_information\":{\"name\":\"Till\",\"scopes\":[\"read_orders\"]}}";

/// The record of one check.
#[track_caller]
fn check(outcome: &Outcome, name: &str) -> Value {
    let records: Vec<Value> = serde_json::from_str(&outcome.stdout).unwrap();
    let found = records.iter().find(|record| record["check"] == name);
    found
        .unwrap_or_else(|| panic!("no {name}: {outcome:?}"))
        .clone()
}

/// An answer of this time, with these headers.
fn dated(date: &str) -> String {
    let whole = ok(ACCEPTED);
    let headers = format!("200 OK\r\nDate: {date}\r\nX-Recharge-Limit: 3/40\r\n");
    whole.replacen("200 OK\r\n", &headers, 1)
}

const NOON: &str = "Fri, 20 Nov 2026 12:00:10 GMT";

/// Processes of their own have the clock of the world, as the served sandbox.
#[test]
fn a_served_sandbox_is_found_in_order_also_when_its_clock_is_put_ahead() {
    let served = Served::start();
    let advanced = served
        .rc(&["sandbox", "clock", "advance", "30d"])
        .output()
        .unwrap();
    assert!(advanced.status.success());
    let output = served.rc(&["doctor"]).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    for line in [
        "ok    version  rc 0",
        "ok    config   the store behind http://127.0.0.1:",
        "ok    proxy    none",
        "ok    dns      127.0.0.1 is 127.0.0.1 (",
        "ok    connect  127.0.0.1:",
        "ok    http     HTTP/1.1, status 200 (",
        "ok    token    accepted: ",
        "ok    api      answered in 2021-11",
        "ok    limit    1/40 in use, no multiplier",
        "ok    clock    as the server's",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    assert!(said.lines().all(|line| line.starts_with("ok ")), "{said}");
}

#[test]
fn the_sandbox_within_needs_no_network() {
    let outcome = rc("doctor --sandbox -o json")
        .within(&Store::new())
        .succeeds();
    assert_eq!(check(&outcome, "token")["status"], "ok");
    assert_eq!(check(&outcome, "limit")["status"], "ok");
    assert!(!outcome.stdout.contains("dns"));
}

#[test]
fn nothing_there_is_told_where_it_ends() {
    let outcome = rc("doctor -o json").against("http://127.0.0.1:9").fails(6);
    assert_eq!(check(&outcome, "dns")["status"], "ok");
    let connect = check(&outcome, "connect");
    assert_eq!(connect["status"], "fail");
    assert!(connect["hint"].as_str().unwrap().contains("HTTPS_PROXY"));
    assert_eq!(check(&outcome, "token")["status"], "warn");
    outcome.says("not ready: connect");
}

#[test]
fn without_a_token_all_else_is_checked_all_the_same() {
    let served = Served::start();
    let line = rc("doctor -o json --jq 'select(.check != \"clock\")'").against(&served.url);
    let outcome = line.env("RECHARGE_ACCESS_TOKEN", "").runs();
    assert!(outcome.stdout.contains("status 401"), "{outcome:?}");
    assert_eq!(outcome.code, 3, "{outcome:?}");
    assert!(outcome.stdout.contains("set RECHARGE_ACCESS_TOKEN"));
}

#[test]
fn a_wrong_token_is_refused_and_not_shown() {
    let server = Listening::plain(dated(NOON).replacen("200 OK", "401 Unauthorized", 1));
    let line = rc("doctor").against(&server.url("http"));
    let outcome = line.env("RECHARGE_ACCESS_TOKEN", "sk_wrong_one").fails(3);
    assert!(
        outcome
            .stdout
            .contains("fail  token    refused\n               → it is wrong")
    );
    assert!(!format!("{outcome:?}").contains("sk_wrong_one"));
}

#[test]
fn a_clock_that_is_off_by_hours_is_named_with_what_to_do() {
    let server = Listening::plain(dated("Fri, 20 Nov 2026 09:00:00 GMT"));
    let outcome = rc("doctor -o json").against(&server.url("http")).fails(1);
    let clock = check(&outcome, "clock");
    assert_eq!(clock["message"], "3 h 0 min ahead of the server's");
    assert!(clock["hint"].as_str().unwrap().contains("set the clock"));
    outcome.says("not ready: clock");
    let server = Listening::plain(dated(NOON));
    let outcome = rc("doctor -o json").against(&server.url("http")).succeeds();
    assert_eq!(check(&outcome, "clock")["message"], "as the server's");
    assert_eq!(
        check(&outcome, "limit")["message"],
        "3/40 in use, no multiplier"
    );
}

#[test]
fn a_wrong_proxy_is_named_and_nothing_is_sent() {
    let line = rc("doctor -o json").against("https://store.example.test");
    let line = line.env("HTTPS_PROXY", "ftp://user:hidden@proxy");
    let outcome = line.fails(2);
    let network = check(&outcome, "network");
    assert!(network["message"].as_str().unwrap().contains("HTTPS_PROXY"));
    assert!(!format!("{outcome:?}").contains("hidden"));
}

#[test]
fn a_way_through_a_proxy_is_checked_as_a_whole() {
    let identity = Identity::signed();
    let server = Listening::secure(&identity, dated(NOON));
    let proxy = Listening::proxy(server.address);
    let line = format!("doctor -o json --ca-file {}", identity.file());
    let line = rc(&line).against("https://store.example.test");
    let outcome = line
        .env(
            "HTTPS_PROXY",
            &format!("http://user:hidden@{}", proxy.address),
        )
        .succeeds();
    let shown = format!("the proxy http://{} (HTTPS_PROXY)", proxy.address);
    assert_eq!(check(&outcome, "proxy")["message"], shown.as_str());
    assert_eq!(
        check(&outcome, "token")["message"],
        "accepted: Till, scopes: read_orders"
    );
    assert!(!format!("{outcome:?}").contains("hidden"));
}

#[test]
fn a_certificate_that_is_signed_by_itself_is_named_and_gets_no_token() {
    let identity = Identity::of_its_own();
    let server = Listening::secure(&identity, dated(NOON));
    let outcome = rc("doctor -o json").against(&server.url("https")).fails(6);
    let tls = check(&outcome, "tls");
    assert_eq!(tls["status"], "fail");
    assert!(tls["hint"].as_str().unwrap().contains("--ca-file"), "{tls}");
    assert!(server.heads().concat().is_empty());
    let line = format!("doctor -o json --ca-file {}", identity.file());
    let outcome = rc(&line).against(&server.url("https")).succeeds();
    let tls = check(&outcome, "tls");
    assert_eq!(
        tls["message"],
        "TLS 1.3, HTTP/1.1, the certificate is trusted"
    );
}

#[test]
fn what_is_not_the_api_is_told_from_it() {
    for (status, said) in [(404, "is not the API"), (302, "the base URL is not that")] {
        let server = Canned::serve(vec![Reply::Raw(String::new()), Reply::Json(status, "{}")]);
        let outcome = rc("doctor").against(&server.url).fails(6);
        assert!(outcome.stdout.contains(said), "{outcome:?}");
    }
}

#[test]
fn settings_that_are_wrong_are_told_as_a_check() {
    let outcome = rc("doctor -o json")
        .against("http://far.example.com")
        .fails(2);
    assert_eq!(check(&outcome, "config")["status"], "fail");
    let outcome = rc("doctor -o json --ca-file /no/such.pem").against("https://127.0.0.1:9");
    assert_eq!(check(&outcome.fails(2), "trust")["status"], "fail");
}
