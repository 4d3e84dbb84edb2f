//! `rc webhooks topics` and `rc webhooks verify`.

use recharge_listener::signature;

use crate::harness::{NOW, Rc, Store, rc};

const SECRET: &str = "secret_of_the_client";

fn now() -> i64 {
    NOW.parse::<jiff::Timestamp>().unwrap().as_second()
}

/// `rc webhooks verify` of a body in a file, with these headers.
fn verify(store: &Store, body: &[u8], headers: &[String]) -> Rc {
    let path = store.path().join("body");
    std::fs::write(&path, body).unwrap();
    let headers = headers
        .iter()
        .fold(String::new(), |line, header| line + " -H '" + header + "'");
    rc(&format!(
        "webhooks verify --body '{}'{headers}",
        path.display()
    ))
    .holding(store)
    .env("RECHARGE_CLIENT_SECRET", SECRET)
    .env("RECHARGE_ACCESS_TOKEN", "sk_1x1_the_token")
    .with_wide_messages()
}

fn digest(value: &str) -> String {
    format!("X-Recharge-Hmac-Sha256: {value}")
}

#[test]
fn topics_are_listed_with_scope_body_and_class() {
    let all = rc("webhooks topics -o ndjson").succeeds().records();
    assert_eq!(all.len(), 51);
    let one = rc("webhooks topics charge/paid -o json").succeeds().json();
    assert_eq!(one["scope"], "read_orders");
    assert_eq!(one["key"], "charge");
    assert_eq!(one["class"], "confirmed");
    assert_eq!(one["included_objects"][2], "payment_methods");
    assert_eq!(one["rebuilt_from"][0], "charge paid");
    rc("webhooks topics charge/payed")
        .fails(2)
        .shows("webhooks_verify-topics_are_listed_with_scope_body_and_class");
}

#[test]
fn both_signatures_of_a_message_are_checked() {
    let store = Store::new();
    let body = b"{\"order\":{\"id\":7}}";
    let headers = [
        digest(&signature::legacy(SECRET, body)),
        format!(
            "X-Recharge-Webhook-Signature: {}",
            signature::timed(SECRET, now(), body)
        ),
        format!("X-Recharge-Webhook-Timestamp: {}", now()),
    ];
    let told = verify(&store, body, &headers)
        .with("-o json")
        .succeeds()
        .json();
    assert_eq!(told["valid"], true);
    assert_eq!(told["digest"], "valid");
    assert_eq!(told["signature"], "valid");
    // Bytes that are no UTF-8 are signed as well as any.
    let odd = b"\xff\x00\xfe";
    verify(&store, odd, &[digest(&signature::legacy(SECRET, odd))]).succeeds();
    let outcome = verify(&store, b"{\"order\":{\"id\":8}}", &headers).fails(8);
    outcome.says("another client secret, or for another body");
}

#[test]
fn wrong_signature_is_explained_and_no_secret_is_shown() {
    let store = Store::new();
    let body = b"{\"order\": {\"id\": 7}}";
    let compact = b"{\"order\":{\"id\":7}}";
    let timed = |seconds| {
        let value = signature::timed(SECRET, seconds, body);
        format!("X-Recharge-Webhook-Signature: {value}")
    };
    for (header, reason) in [
        (
            digest(&signature::legacy(
                "",
                [&body[..], SECRET.as_bytes()].concat(),
            )),
            "the secret comes first",
        ),
        (
            digest(&signature::legacy(SECRET, compact)),
            "parsed and written again",
        ),
        (
            digest(&signature::legacy("sk_1x1_the_token", body)),
            "the access token",
        ),
        (
            digest(&signature::legacy("", body)),
            "hashes the body alone",
        ),
        (timed(now() - 172_801), "172801 seconds old"),
        (
            "Stripe-Signature: t=1,v1=2".to_owned(),
            "signed as Stripe signs",
        ),
        (
            "X-Shopify-Hmac-Sha256: abc=".to_owned(),
            "signed as Shopify signs",
        ),
        ("X-Other: 1".to_owned(), "it has no signature"),
    ] {
        let outcome = verify(&store, body, &[header]).fails(8);
        let outcome = outcome.says(reason);
        let all = format!("{}{}", outcome.stdout, outcome.stderr);
        assert!(
            !all.contains(SECRET) && !all.contains("sk_1x1_the_token"),
            "{all}"
        );
    }
    verify(&store, body, &[timed(now() - 172_800)]).succeeds();
}

#[test]
fn whole_request_is_checked_from_standard_input() {
    let body = "{\"order\":{\"id\":7}}";
    let request = format!(
        "POST /hooks HTTP/1.1\r\nHost: x\r\n{}\r\n\r\n{body}",
        digest(&signature::legacy(SECRET, body))
    );
    let run = |request: &str| {
        rc("webhooks verify --request -")
            .env("RECHARGE_CLIENT_SECRET", SECRET)
            .stdin(request)
    };
    run(&request).succeeds();
    run(&format!("{request}\n"))
        .fails(8)
        .shows("webhooks_verify-whole_request_is_checked_from_standard_input");
    run("POST /hooks HTTP/1.1\r\n")
        .fails(2)
        .shows("webhooks_verify-whole_request_is_checked_from_standard_input-2");
}

#[test]
fn check_without_a_secret_says_where_it_is() {
    rc("webhooks verify --body -")
        .stdin("{}")
        .with_wide_messages()
        .fails(3)
        .shows("webhooks_verify-check_without_a_secret_says_where_it_is");
    rc("webhooks verify").fails(2);
}
