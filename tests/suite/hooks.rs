//! What a served sandbox does by itself: webhooks go out, batches are worked
//! on. Seen from outside, by processes.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::served::{Served, rc};

/// One message of a webhook, acknowledged: its head and its body.
fn message(listener: &TcpListener) -> (String, String) {
    let (mut stream, _) = listener.accept().unwrap();
    let mut text = String::new();
    loop {
        let mut part = [0; 1024];
        let count = stream.read(&mut part).unwrap();
        text.push_str(std::str::from_utf8(&part[..count]).unwrap());
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let head = head.to_lowercase();
        let length = head.split("content-length: ").nth(1).unwrap();
        let length = length.lines().next().unwrap().parse::<usize>().unwrap();
        if body.len() == length {
            stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                .unwrap();
            return (head, body.to_owned());
        }
    }
}

fn header<'a>(head: &'a str, name: &str) -> &'a str {
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    lines.find(|(other, _)| *other == name).unwrap().1
}

fn printed(mut command: Command) -> String {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout).unwrap()
}

fn lower_hex(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| b"0123456789abcdef".contains(&byte))
}

#[test]
fn a_batch_runs_in_the_background_and_its_webhook_comes_without_being_asked_for() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/hook", listener.local_addr().unwrap());
    let served = Served::with(&[
        "--batch-speed",
        "0",
        "--client-secret",
        "of the shop",
        "--topic-header",
    ]);
    let run = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        printed(served.rc(&words)).trim().to_owned()
    };
    run(&format!(
        "webhooks create --topic async_batch/processed --address {address}"
    ));
    let id = run("async-batches create --batch-type discount_create --jq .id");
    let tasks = r#"{"tasks":[{"body":{"code":"A","value":"5","value_type":"percentage"}}]}"#;
    let path = format!("/async_batches/{id}/tasks");
    printed(served.rc(&["api", "POST", &path, "--body", tasks]));
    run(&format!("async-batches process {id} --yes"));
    let (head, body) = message(&listener);
    let told: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(told["async_batch"]["status"], "completed");
    assert_eq!(told["async_batch"]["id"].to_string(), id);
    assert_eq!(header(&head, "x-recharge-topic"), "async_batch/processed");
    assert!(lower_hex(header(&head, "x-recharge-hmac-sha256")), "{head}");
    let signature = header(&head, "x-recharge-webhook-signature");
    let (time, tag) = signature.split_once(",v1=").unwrap();
    assert_eq!(
        time,
        format!("t={}", header(&head, "x-recharge-webhook-timestamp"))
    );
    assert!(lower_hex(tag));
}

#[test]
fn the_client_secret_is_read_from_the_flag_then_from_the_environment() {
    let signed = |set: Option<&str>, flags: &[&str]| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/", listener.local_addr().unwrap());
        let mut command = rc(&[]);
        command.envs(set.map(|secret| ("RECHARGE_CLIENT_SECRET", secret)));
        let served = Served::started(command, flags, Stdio::null());
        let words = [
            "webhooks",
            "create",
            "--topic",
            "order/created",
            "--address",
            &address,
        ];
        let made = printed(served.rc(&[&words[..], &["--jq", ".id"]].concat()));
        printed(served.rc(&["webhooks", "test", made.trim()]));
        let (head, body) = message(&listener);
        assert_eq!(body, "{}");
        header(&head, "x-recharge-hmac-sha256").to_owned()
    };
    // SHA-256 of the secret followed by {}, as sha256sum has it.
    let (flag, variable, own) = (
        "e3d16988834461600e7c99ab20197f97a399592f66de5e0bea3c4b2bd2089347",
        "dabdc62c19d1dcbb66550681db0c5b6de99f3e5de8252723d80f73737adeed55",
        "89e73d76d552db6c9b655f61de900ce2336da55c6c84dc6274b1062e460129ed",
    );
    assert_eq!(signed(Some("variable"), &["--client-secret", "flag"]), flag);
    assert_eq!(signed(Some("variable"), &[]), variable);
    assert_eq!(signed(None, &[]), own);
}

#[test]
fn what_became_of_webhooks_is_shown_and_flags_say_how_things_behave() {
    let served = Served::with(&["--webhook-window", "2d", "--task-failures", "5%"]);
    let address = "https://hooks.example.com/";
    let words = [
        "webhooks",
        "create",
        "--topic",
        "customer/created",
        "--address",
        address,
    ];
    printed(served.rc(&words));
    let customer = [
        "customers",
        "create",
        "--email",
        "a@example.com",
        "--first-name",
        "A",
    ];
    printed(served.rc(&[&customer[..], &["--last-name", "K"]].concat()));
    let line = ".last[] | [.outcome, .topic, .address]";
    let told = printed(served.rc(&["sandbox", "deliveries", "--jq", line, "-o", "ndjson"]));
    assert_eq!(
        told,
        "[\"held back\",\"customer/created\",\"https://hooks.example.com/\"]\n"
    );
    let line = ".behaviour | [.webhook_window_ms, .task_failures_percent, .tasks_per_second]";
    let told = printed(served.rc(&["sandbox", "state", "--jq", line, "-o", "ndjson"]));
    assert_eq!(told, "[172800000,5,100]\n");
    for wrong in [
        ["--task-failures", "101%"],
        ["--webhook-window", "soon"],
        ["--batch-speed", "-1"],
    ] {
        let output = rc(&["sandbox", "serve", "--port", "0"])
            .args(wrong)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
    }
}
