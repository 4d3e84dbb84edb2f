//! `rc webhooks listen --port`: a process that receives webhooks.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use recharge_listener::signature;
use serde_json::Value;
use tempfile::TempDir;

use crate::harness::rc as rc_here;
use crate::served::{Served, rc};
use crate::webhooks::Program;

const SECRET: &str = "sandbox_client_secret";

/// A receiver; it ends with the test.
struct Receiver {
    child: Child,
    /// `127.0.0.1:PORT`.
    address: String,
    stderr: BufReader<std::process::ChildStderr>,
    /// What it said before it was ready.
    said: String,
}

fn command(state: &TempDir, flags: &[&str]) -> Command {
    let mut command = rc(&["webhooks", "listen", "-o", "ndjson"]);
    command
        .args(flags)
        .env("RECHARGE_STATE_DIR", state.path())
        .env("RECHARGE_CONFIG_DIR", state.path())
        .env("RECHARGE_CLIENT_SECRET", SECRET);
    command
}

impl Receiver {
    fn start(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        let address = loop {
            let mut line = String::new();
            let count = stderr.read_line(&mut line).unwrap();
            assert!(count > 0, "{said}");
            said.push_str(&line);
            if let Some((_, rest)) = line.split_once("receiving on http://") {
                break rest.split(';').next().unwrap().to_owned();
            }
        };
        Self {
            child,
            address,
            stderr,
            said,
        }
    }

    /// Sends a request; gives the status of its answer.
    fn post(&self, headers: &[(&str, &str)], body: &[u8]) -> u16 {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let mut head = format!(
            "POST /rc?x=1 HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}\r\n",
            self.address,
            body.len()
        );
        for (name, value) in headers {
            head.extend([*name, ": ", *value, "\r\n"]);
        }
        stream.write_all(format!("{head}\r\n").as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut answer = String::new();
        // It may end before its last answer is read.
        let _ = stream.read_to_string(&mut answer);
        answer
            .split(' ')
            .nth(1)
            .map_or(0, |status| status.parse().unwrap())
    }

    /// What it printed once it ended, and what it said in the end.
    fn ended(mut self) -> (Vec<Value>, String) {
        let mut stdout = String::new();
        let mut out = self.child.stdout.take().unwrap();
        out.read_to_string(&mut stdout).unwrap();
        let mut said = std::mem::take(&mut self.said);
        self.stderr.read_to_string(&mut said).unwrap();
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{said}");
        let records = stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap());
        (records.collect(), said)
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

#[test]
fn very_bytes_and_headers_are_forwarded_once_the_signatures_are_right() {
    let state = tempfile::tempdir().unwrap();
    let program = Program::answering(200);
    let receiver = Receiver::start(command(
        &state,
        &["--port", "0", "--forward-to", &program.url, "-n", "3"],
    ));
    let body = b"{\"order\": {\"note\": \"\xff\"}}\n";
    let digest = signature::legacy(SECRET, body);
    let timed = signature::timed(SECRET, now(), body);
    let headers = [
        ("X-Recharge-Hmac-Sha256", digest.as_str()),
        ("X-Recharge-Webhook-Signature", timed.as_str()),
        ("X-Recharge-Topic", "order/created"),
        ("X-Custom", "kept as it is"),
    ];
    assert_eq!(receiver.post(&headers, body), 200);
    // One wrong signature is enough, and no signature is none.
    let wrong = [headers[0], ("X-Recharge-Webhook-Signature", "t=1,v1=00")];
    assert_eq!(receiver.post(&wrong, body), 401);
    assert_eq!(receiver.post(&[], body), 401);
    let (records, _) = receiver.ended();
    let message = program.message();
    assert_eq!(message.body, body);
    for (name, value) in headers {
        assert_eq!(message.header(name), Some(value), "{name}");
    }
    let valid: Vec<&Value> = records.iter().map(|record| &record["valid"]).collect();
    assert_eq!(valid, [true, false, false]);
    assert_eq!(records[0]["status"], 200);
    assert_eq!(records[0]["topic"], "order/created");
    assert_eq!(records[2]["problem"], "it has no signature");
}

#[test]
fn sender_learns_what_the_program_behind_answered() {
    let state = tempfile::tempdir().unwrap();
    let body = b"{\"charge\":{\"id\":1}}";
    let digest = signature::legacy(SECRET, body);
    let headers = [("X-Recharge-Hmac-Sha256", digest.as_str())];
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let nowhere = format!("http://{}/", closed.local_addr().unwrap());
    drop(closed);
    for (program, status) in [(Some(503), 503), (Some(302), 502), (None, 502)] {
        let program = program.map(Program::answering);
        let url = program
            .as_ref()
            .map_or(nowhere.as_str(), |program| &program.url);
        let flags = ["--port", "0", "--forward-to", url, "-n", "1"];
        let receiver = Receiver::start(command(&state, &flags));
        assert_eq!(receiver.post(&headers, body), status);
        let (records, _) = receiver.ended();
        assert_eq!(records[0]["key"], "charge");
        assert!(records[0]["problem"].is_string(), "{records:?}");
    }
    let output = rc(&["deliveries", "list", "--failed", "-o", "ndjson"])
        .env("RECHARGE_STATE_DIR", state.path())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 3);
}

/// Receives what a served sandbox posts, under a public address.
fn public(state: &TempDir, served: &Served, more: &[&str]) -> Receiver {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port().to_string();
    drop(free);
    let url = format!("http://127.0.0.1:{port}/from-outside/");
    let flags = ["--port", &port, "--public-url", &url];
    let topics = ["--register", "customer/updated,customer/created"];
    let mut command = command(state, &[&flags[..], &topics, more].concat());
    command
        .env("RECHARGE_BASE_URL", &served.url)
        .env("RECHARGE_ACCESS_TOKEN", "sk_sandbox_all");
    Receiver::start(command)
}

fn registered(served: &Served) -> Vec<String> {
    let output = served
        .rc(&["webhooks", "list", "--jq", ".address", "-r"])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let own = text
        .lines()
        .filter(|address| address.contains("/from-outside/"));
    own.map(str::to_owned).collect()
}

fn update_a_customer(served: &Served) {
    let output = served
        .rc(&["customers", "list", "-n", "1", "--jq", ".id"])
        .output()
        .unwrap();
    let id = String::from_utf8(output.stdout).unwrap();
    let words = ["customers", "update", id.trim(), "--first-name", "Ada"];
    assert!(served.rc(&words).output().unwrap().status.success());
}

#[test]
fn webhooks_are_registered_as_long_as_the_receiver_runs() {
    let served = Served::start();
    let state = tempfile::tempdir().unwrap();
    let receiver = public(&state, &served, &["-n", "1"]);
    let there = registered(&served);
    assert_eq!(there.len(), 2, "{there:?}");
    assert!(there[0].contains("/from-outside/rc-"), "{there:?}");
    update_a_customer(&served);
    let (records, said) = receiver.ended();
    assert_eq!(records[0]["valid"], true, "{records:?}");
    assert_eq!(records[0]["key"], "customer");
    assert!(said.contains("removed 2 webhooks"), "{said}");
    assert!(registered(&served).is_empty());
}

#[test]
fn webhooks_that_a_killed_receiver_left_behind_are_removed_by_the_next_one() {
    let served = Served::start();
    let state = tempfile::tempdir().unwrap();
    let mut killed = public(&state, &served, &[]);
    killed.child.kill().unwrap();
    killed.child.wait().unwrap();
    let left = registered(&served);
    assert_eq!(left.len(), 2);
    let running = public(&state, &served, &[]);
    assert!(
        running
            .said
            .contains("removed 2 webhooks of a receiver that ended"),
        "{}",
        running.said
    );
    let there = registered(&served);
    assert_eq!(there.len(), 2);
    assert!(
        there.iter().all(|address| !left.contains(address)),
        "{there:?}"
    );
    // One that runs keeps its own.
    let other = public(&state, &served, &[]);
    assert_eq!(registered(&served).len(), 4, "{}", other.said);
}

#[cfg(unix)]
#[test]
fn interrupted_receiver_removes_its_webhooks_and_ends_well() {
    let served = Served::start();
    let state = tempfile::tempdir().unwrap();
    let receiver = public(&state, &served, &[]);
    let id = rustix::process::Pid::from_child(&receiver.child);
    rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
    let (records, said) = receiver.ended();
    assert!(records.is_empty());
    assert!(said.contains("removed 2 webhooks"), "{said}");
    assert!(registered(&served).is_empty());
}

#[test]
fn receiver_refuses_what_cannot_work_before_it_listens() {
    let here = |flags: &str| {
        rc_here(&format!("webhooks listen {flags}"))
            .env("RECHARGE_CLIENT_SECRET", SECRET)
            .env("RECHARGE_ACCESS_TOKEN", "sk_1x1_the_token")
            .with_wide_messages()
    };
    here("--port 0 --public-url http://example.com --register order/created")
        .fails(2)
        .says("is not https");
    here("--port 0 --public-url https://localhost --register order/created")
        .fails(2)
        .says("which Recharge cannot reach");
    here("--port 0 --public-url https://example.com --register order/create")
        .fails(2)
        .says("did you mean order/created?");
    here("--port 0 --forward-to http://example.com/")
        .fails(2)
        .says("https");
    here("--public-url https://example.com")
        .fails(2)
        .says("--port");
    here("--port 0 --topics order/created").fails(2);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    here(&format!("--port {port}"))
        .fails(2)
        .says("it is in use");
    rc_here("webhooks listen --port 0")
        .fails(3)
        .says("client secret");
}

#[test]
fn more_webhooks_of_a_topic_than_are_accepted_are_refused_and_named() {
    let served = Served::start();
    for at in 0..10 {
        let address = format!("https://example.com/from-outside/{at}");
        let words = [
            "webhooks",
            "create",
            "--topic",
            "customer/created",
            "--address",
            &address,
        ];
        assert!(served.rc(&words).output().unwrap().status.success());
    }
    rc_here(
        "webhooks listen --port 0 --public-url http://127.0.0.1:1/ --register customer/created",
    )
    .against(&served.url)
    .env("RECHARGE_CLIENT_SECRET", SECRET)
    .with_wide_messages()
    .fails(2)
    .shows("webhooks_receiver-more_webhooks_of_a_topic_than_are_accepted_are_refused_and_named");
    assert_eq!(registered(&served).len(), 10);
}
