//! Keeping a store in a file, and lending it to the network.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Store, clock, of, present, request};
use crate::State;
use crate::http::server;
use crate::persistence::file::SandboxFile;
use crate::seed::Seed;

fn ask(file: &SandboxFile, method: &str, path: &str, body: &Value) -> Value {
    let reply = file.receive(&request(method, path, body)).unwrap();
    let answer = reply.into_answer();
    serde_json::from_slice(answer.body()).unwrap_or(Value::Null)
}

fn customer_number(number: usize) -> Value {
    json!({"email": format!("c{number}@example.com"), "first_name": "A", "last_name": "K"})
}

#[test]
fn a_state_comes_back_as_it_went() {
    let store = Store::demo();
    let mut written = Vec::new();
    store
        .0
        .with_state(|state| state.to_json_writer(&mut written))
        .unwrap();
    let read = State::from_json_reader(&mut written.as_slice()).unwrap();
    let mut again = Vec::new();
    read.to_json_writer(&mut again).unwrap();
    assert!(written == again);
}

#[test]
fn a_file_keeps_only_what_was_changed_and_comes_back_whole() {
    let store = Store::demo();
    let customer = store.first("/customers", "customers");
    store.delete(&of("customers", &customer));
    let subscription = store.first("/subscriptions?status=active", "subscriptions");
    store.post(
        &(of("subscriptions", &subscription) + "/cancel"),
        &json!({"cancellation_reason": "moved away"}),
    );
    store.post("/customers", &customer_number(1));
    let gone = store.post("/customers", &customer_number(2))["customer"].clone();
    store.delete(&of("customers", &gone));
    let (mut whole, mut changes, mut again) = (Vec::new(), Vec::new(), Vec::new());
    store.0.with_state(|state| {
        state.to_json_writer(&mut whole).unwrap();
        state.changes_to_json_writer(&mut changes).unwrap();
    });
    assert!(changes.len() * 10 < whole.len(), "{}", changes.len());
    let read = State::from_json_reader(&mut changes.as_slice()).unwrap();
    read.to_json_writer(&mut again).unwrap();
    assert!(whole == again);
    let other = String::from_utf8(changes).unwrap();
    let (_, missing) = other.rsplit_once("\"gone\":").unwrap();
    assert!(missing.contains(&customer["id"].to_string()));
    assert!(!missing.contains(&gone["id"].to_string()), "it never was");
    let other = other.replace("\"recipe\":", "\"recipe\":9");
    let error = State::from_json_reader(&mut other.as_bytes()).unwrap_err();
    assert!(error.to_string().contains("another version"), "{error}");
}

#[test]
fn two_commands_on_one_file_see_each_others_writes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/sandbox.json");
    let one = SandboxFile::open(&path, clock()).unwrap();
    let other = SandboxFile::open(&path, clock()).unwrap();
    for turn in 0..6 {
        let (writer, reader) = if turn % 2 == 0 {
            (&one, &other)
        } else {
            (&other, &one)
        };
        let made = ask(writer, "POST", "/customers", &customer_number(turn))["customer"].clone();
        let found = ask(
            reader,
            "GET",
            &format!("/customers/{}", made["id"]),
            &Value::Null,
        );
        assert_eq!(found["customer"], made);
    }
}

#[test]
fn writers_at_the_same_time_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sandbox.json");
    SandboxFile::reset(
        &path,
        &Seed {
            customers: 0,
            seed: 1,
        },
        &clock(),
    )
    .unwrap();
    std::thread::scope(|threads| {
        for thread in 0..4 {
            let path = &path;
            threads.spawn(move || {
                let file = SandboxFile::open(path, clock()).unwrap();
                for turn in 0..10 {
                    ask(
                        &file,
                        "POST",
                        "/customers",
                        &customer_number(thread * 100 + turn),
                    );
                }
            });
        }
    });
    let file = SandboxFile::open(&path, clock()).unwrap();
    let all = ask(&file, "GET", "/customers?limit=250", &Value::Null);
    assert_eq!(all["customers"].as_array().unwrap().len(), 40);
}

#[test]
fn a_damaged_file_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sandbox.json");
    for damage in ["", "{", "{\"format\":99}", "not json"] {
        std::fs::write(&path, damage).unwrap();
        let error = SandboxFile::open(&path, clock()).unwrap_err().to_string();
        assert!(
            error.contains("sandbox.json") && error.contains("rc sandbox reset"),
            "{error}"
        );
        assert_eq!(std::fs::read_to_string(&path).unwrap(), damage);
    }
    SandboxFile::reset(&path, &Seed::demo(), &clock()).unwrap();
    let file = SandboxFile::open(&path, clock()).unwrap();
    std::fs::write(&path, "{").unwrap();
    assert!(
        file.receive(&request("GET", "/store", &Value::Null))
            .is_err()
    );
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "{");
}

#[cfg(unix)]
#[test]
fn the_file_is_for_its_owner_only_and_reading_does_not_write_it() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sandbox.json");
    let file = SandboxFile::open(&path, clock()).unwrap();
    let facts = std::fs::metadata(&path).unwrap();
    assert_eq!(facts.permissions().mode() & 0o777, 0o600);
    ask(&file, "GET", "/subscriptions", &Value::Null);
    ask(&file, "POST", "/customers", &json!({}));
    assert_eq!(std::fs::metadata(&path).unwrap().ino(), facts.ino());
}

/// What the server answers to raw bytes.
pub(super) fn over_the_wire(bytes: Vec<u8>) -> String {
    over_a_wire(bytes, false)
}

/// As [`over_the_wire`]; time in which nothing happens passes at once.
pub(super) fn over_a_wire_without_time(bytes: Vec<u8>) -> String {
    over_a_wire(bytes, true)
}

fn over_a_wire(bytes: Vec<u8>, without_time: bool) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(without_time)
        .build()
        .unwrap();
    runtime.block_on(async move {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = State::seeded(&Seed::demo(), present());
        let sandbox = Arc::new(crate::Sandbox::new(state, clock()));
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let serving = tokio::spawn(server::serve(listener, sandbox, async {
            let _ = stopped.await;
        }));
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        // The server may refuse before it has read everything.
        let _ = stream.write_all(&bytes).await;
        let mut text = Vec::new();
        let _ = stream.read_to_end(&mut text).await;
        stop.send(()).unwrap();
        serving.await.unwrap().unwrap();
        String::from_utf8_lossy(&text).into_owned()
    })
}

#[test]
fn the_server_answers_over_http_and_keeps_the_connection() {
    let one = "GET /store HTTP/1.1\r\nHost: x\r\nX-Recharge-Access-Token: sk_sandbox_all\r\n\r\n";
    let last = one.replace("Host: x", "Host: x\r\nConnection: close");
    let answer = over_the_wire(format!("{one}{last}").into_bytes());
    assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 2, "{answer}");
    assert!(answer.contains("The Sandbox Store"));
}

#[test]
fn control_routes_refuse_bodies_beyond_their_bound_and_say_it() {
    for (method, path, size, most) in [
        ("PUT", "store", 2_u64 << 30, 1_u64 << 30),
        ("POST", "reset", 2 << 20, 1 << 20),
        ("POST", "tokens", 2 << 20, 1 << 20),
        ("PUT", "faults", 2 << 20, 1 << 20),
        ("PATCH", "behaviour", 2 << 20, 1 << 20),
        ("POST", "clock/advance", 2 << 20, 1 << 20),
        ("GET", "nothing", 2 << 20, 1 << 20),
    ] {
        let head = format!(
            "{method} /_sandbox/{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: {size}\r\n\r\n"
        );
        let answer = over_the_wire(head.into_bytes());
        assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
        assert!(
            answer.contains(&format!("{most} bytes at most")),
            "{answer}"
        );
    }
}

#[test]
fn the_server_refuses_bodies_without_end() {
    let size = 9 * 1024 * 1024;
    let head = format!(
        "POST /customers HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {size}\r\n\r\n"
    );
    let answer = over_the_wire(head.into_bytes());
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}
