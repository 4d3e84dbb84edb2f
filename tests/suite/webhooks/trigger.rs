//! `rc webhooks trigger`: messages about objects that are there.

use std::net::TcpListener;

use crate::harness::{Rc, Store, rc};
use crate::served::Served;
use crate::webhooks::{Program, request};

fn trigger(store: &Store, line: &str) -> Rc {
    rc(&format!("webhooks trigger {line}")).within(store).env(
        "RECHARGE_CLIENT_SECRET",
        "of the test".replace(' ', "_").as_str(),
    )
}

#[test]
fn message_is_signed_so_that_verify_accepts_it() {
    let store = Store::new();
    let program = Program::answering(204);
    let line = format!("charge/paid --latest --forward-to {} -o json", program.url);
    let told = trigger(&store, &line).succeeds().json();
    assert_eq!(told["status"], 204);
    assert_eq!(told["topic"], "charge/paid");
    let message = program.message();
    let body: serde_json::Value = serde_json::from_slice(&message.body).unwrap();
    assert!(body["charge"]["id"].is_number());
    assert_eq!(message.header("content-type"), Some("application/json"));
    assert_eq!(message.header("X-Recharge-Topic"), None);
    let path = store.path().join("request");
    std::fs::write(&path, message.as_file()).unwrap();
    let verify = |secret: &str| {
        rc(&format!("webhooks verify --request '{}'", path.display()))
            .holding(&store)
            .env("RECHARGE_CLIENT_SECRET", secret)
    };
    verify("of_the_test").succeeds();
    verify("another").fails(8);
}

/// The body that the sandbox posts to a webhook with these objects, when the
/// command changes something.
fn posted(served: &Served, topic: &str, included: &str, change: &[&str]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    let create = [
        "webhooks",
        "create",
        "--topic",
        topic,
        "--address",
        &address,
    ];
    let included = ["--set", included];
    for words in [&[&create[..], &included].concat()[..], change] {
        let output = served.rc(words).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }
    let (stream, _) = listener.accept().unwrap();
    let arrived = request(&stream).unwrap();
    let end = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    std::io::Write::write_all(&mut &stream, end).unwrap();
    String::from_utf8(arrived.body).unwrap()
}

#[test]
fn body_is_byte_for_byte_the_one_that_a_webhook_carries() {
    let served = Served::start();
    let newest = |list: &str| {
        let words: Vec<&str> = list.split(' ').collect();
        let output = served
            .rc(&[&words[..], &["-n", "1", "--jq", ".id"]].concat())
            .output();
        String::from_utf8(output.unwrap().stdout)
            .unwrap()
            .trim()
            .to_owned()
    };
    for (topic, included, list, field, value) in [
        (
            "customer/updated",
            "addresses,metafields",
            "customers list",
            "--last-name",
            "K\u{e9}o",
        ),
        (
            "address/updated",
            "customer,payment_methods",
            "addresses list",
            "--city",
            "Springfield",
        ),
        (
            "subscription/updated",
            "customer",
            "subscriptions list --status active",
            "--quantity",
            "3",
        ),
    ] {
        let id = newest(list);
        let resource = list.split(' ').next().unwrap();
        let names: Vec<String> = included
            .split(',')
            .map(|name| format!("\"{name}\""))
            .collect();
        let set = format!("included_objects=[{}]", names.join(","));
        let wanted = posted(
            &served,
            topic,
            &set,
            &[resource, "update", &id, field, value],
        );
        let printed = rc(&format!(
            "webhooks trigger {topic} --id {id} --include {included} --print"
        ))
        .against(&served.url)
        .succeeds();
        assert_eq!(printed.stdout, wanted, "{topic}");
    }
}

#[test]
fn fields_are_set_and_further_headers_are_sent() {
    let store = Store::new();
    let program = Program::answering(200);
    let line = format!(
        "subscription/cancelled --latest --forward-to {} --set status=cancelled \
         --set cancellation_reason='\"too much\"' -H 'X-Tenant: a' --topic-header",
        program.url
    );
    trigger(&store, &line).succeeds();
    let message = program.message();
    let body: serde_json::Value = serde_json::from_slice(&message.body).unwrap();
    assert_eq!(body["subscription"]["status"], "cancelled");
    assert_eq!(body["subscription"]["cancellation_reason"], "too much");
    assert_eq!(message.header("X-Tenant"), Some("a"));
    assert_eq!(
        message.header("X-Recharge-Topic"),
        Some("subscription/cancelled")
    );
    let digest = recharge_listener::signature::legacy("of_the_test", &message.body);
    assert_eq!(
        message.header("X-Recharge-Hmac-Sha256"),
        Some(digest.as_str())
    );
}

#[test]
fn object_of_every_topic_that_can_be_read_makes_a_message() {
    let store = Store::new();
    let mut printed = 0;
    for topic in rc("webhooks topics -o ndjson").succeeds().records() {
        let (name, key) = (
            topic["topic"].as_str().unwrap(),
            topic["key"].as_str().unwrap(),
        );
        if ["checkout", "async_batch"].contains(&key) || name.ends_with("uninstalled") {
            // The demo store has none, or nothing of it can be read.
            continue;
        }
        let outcome = trigger(&store, &format!("{name} --latest --print")).runs();
        if outcome.code == 4 {
            continue;
        }
        assert_eq!(outcome.code, 0, "{outcome:?}");
        assert!(
            outcome.stdout.starts_with(&format!("{{\"{key}\":{{")),
            "{name}: {}",
            outcome.stdout
        );
        printed += 1;
    }
    assert!(printed >= 40, "{printed}");
    trigger(&store, "app/uninstalled --latest --print")
        .fails(2)
        .shows("webhooks_trigger-object_of_every_topic_that_can_be_read_makes_a_message");
}

#[test]
fn what_goes_wrong_with_a_message_is_told() {
    let store = Store::new();
    let gone = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", gone.local_addr().unwrap());
    drop(gone);
    trigger(
        &store,
        &format!("order/created --latest --forward-to {url}"),
    )
    .fails(6);
    let failing = Program::answering(500);
    trigger(
        &store,
        &format!("order/created --latest --forward-to {}", failing.url),
    )
    .fails(8)
    .says("answered 500");
    let elsewhere = Program::answering(302);
    trigger(
        &store,
        &format!("order/created --latest --forward-to {}", elsewhere.url),
    )
    .with_wide_messages()
    .fails(8)
    .says("redirects are not followed");
    assert_eq!(elsewhere.arrived().len(), 1);
    for (line, reason) in [
        (
            "order/create --latest --print",
            "did you mean order/created?",
        ),
        ("order/created --print", "--id"),
        ("order/created --latest", "no target is given"),
        (
            "order/created --latest --print --include addresses",
            "cannot include \"addresses\"",
        ),
        (
            "order/created --latest --forward-to http://example.com/",
            "https",
        ),
        (
            "order/created --latest --print --dry-run",
            "--print shows the message",
        ),
    ] {
        trigger(&store, line)
            .with_wide_messages()
            .fails(2)
            .says(reason);
    }
    trigger(&store, "order/created --id 1 --print").fails(4);
}
