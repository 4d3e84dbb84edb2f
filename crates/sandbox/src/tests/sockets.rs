//! The sandbox on a real socket: what a client sees of faults, and what bad
//! clients come to.

use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::oneshot;

use super::{Store, of};
use crate::Sandbox;
use crate::TOKEN;
use crate::http::server;

/// A served store; it ends with the test.
struct ServedStore {
    sandbox: Arc<Sandbox>,
    address: SocketAddr,
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl ServedStore {
    fn failing(spec: &str) -> Self {
        let store = Store::empty();
        store.0.with_state(|state| state.let_fail(spec)).unwrap();
        Self::start(store, Ipv4Addr::LOCALHOST, Duration::from_secs(30))
    }

    fn start(store: Store, host: Ipv4Addr, patience: Duration) -> Self {
        let sandbox = Arc::new(store.0);
        let (end, ended) = oneshot::channel::<()>();
        let (told, heard) = std::sync::mpsc::channel();
        let served = sandbox.clone();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::bind((host, 0)).await.unwrap();
                told.send(listener.local_addr().unwrap()).unwrap();
                let until = async { drop(ended.await) };
                let limits = recharge_listener::Limits {
                    patience,
                    ..Default::default()
                };
                server::serve_within(listener, served, limits, until)
                    .await
                    .unwrap();
            });
        });
        Self {
            sandbox,
            address: heard.recv().unwrap(),
            end: Some(end),
            thread: Some(thread),
        }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.address.port())).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        stream
    }

    /// Sends a request, and gives what comes until the connection ends, and how
    /// it ended.
    fn ask(&self, request: &str) -> (String, Option<ErrorKind>) {
        let mut stream = self.connect();
        stream.write_all(request.as_bytes()).unwrap();
        heard(&mut stream)
    }

    fn customers(&self) -> usize {
        self.sandbox.with_state(|state| state.count("customer"))
    }
}

impl Drop for ServedStore {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(ended.is_ok() || std::thread::panicking());
        }
    }
}

fn heard(stream: &mut TcpStream) -> (String, Option<ErrorKind>) {
    let (mut whole, mut part) = (Vec::new(), [0; 4096]);
    loop {
        match stream.read(&mut part) {
            Ok(0) => return (String::from_utf8(whole).unwrap(), None),
            Ok(count) => whole.extend_from_slice(&part[..count]),
            Err(error) => return (String::from_utf8(whole).unwrap(), Some(error.kind())),
        }
    }
}

fn head(method: &str, path: &str, length: usize) -> String {
    format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\
         X-Recharge-Access-Token: {TOKEN}\r\nContent-Length: {length}\r\n\r\n"
    )
}

fn create() -> String {
    let body = "{\"email\":\"ada@example.com\",\"first_name\":\"Ada\",\"last_name\":\"King\"}";
    head("POST", "/customers", body.len()) + body
}

fn list() -> String {
    head("GET", "/customers", 0)
}

#[test]
fn a_reset_breaks_the_connection_without_a_byte() {
    for (spec, customers) in [("reset=@1", 0), ("after-commit=@1", 1)] {
        let served = ServedStore::failing(spec);
        let (answer, ended) = served.ask(&create());
        assert_eq!(
            (answer.as_str(), ended),
            ("", Some(ErrorKind::ConnectionReset)),
            "{spec}"
        );
        assert_eq!(served.customers(), customers, "{spec}");
        let (answer, ended) = served.ask(&list());
        assert!(
            answer.starts_with("HTTP/1.1 200") && ended.is_none(),
            "{spec}: {answer}"
        );
    }
}

#[test]
fn a_cut_answer_promises_more_than_it_holds() {
    let served = ServedStore::failing("truncate=100%");
    for _ in 0..5 {
        let (answer, _) = served.ask(&list());
        let (head, body) = answer.split_once("\r\n\r\n").expect("the head comes whole");
        let promised = head.lines().find_map(|line| {
            line.to_ascii_lowercase()
                .strip_prefix("content-length: ")?
                .parse()
                .ok()
        });
        let promised: usize = promised.expect("a length");
        assert!(body.len() < promised, "{answer}");
    }
}

#[test]
fn who_waits_for_an_answer_that_never_comes_keeps_nobody_else_waiting() {
    let served = ServedStore::failing("hang:writes=100%");
    let mut stuck = served.connect();
    stuck.write_all(create().as_bytes()).unwrap();
    // It has arrived once the log knows it.
    while !log(&served).contains("never") {
        std::thread::yield_now();
    }
    let (answer, _) = served.ask(&list());
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    stuck
        .set_read_timeout(Some(Duration::from_millis(20)))
        .unwrap();
    let (answer, ended) = heard(&mut stuck);
    let waits = matches!(ended, Some(ErrorKind::WouldBlock | ErrorKind::TimedOut));
    assert!(answer.is_empty() && waits, "{answer} {ended:?}");
    assert_eq!(served.customers(), 0);
    // The server ends although somebody waits.
    drop(served);
    stuck
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let (answer, ended) = heard(&mut stuck);
    assert!(answer.is_empty() && ended != Some(ErrorKind::TimedOut));
}

fn log(served: &ServedStore) -> String {
    let asked = super::request("GET", "/_sandbox/requests", &Value::Null);
    let answer = served.sandbox.control(&asked);
    String::from_utf8(answer.body().to_vec()).unwrap()
}

#[test]
fn a_late_answer_is_carried_out_at_once_and_keeps_other_edits_off_until_it_leaves() {
    let store = Store::demo();
    let (_, address, _) = store.subscriber("2026-12-01");
    store
        .0
        .with_state(|state| state.let_fail("slow=60s,@1"))
        .unwrap();
    let served = ServedStore::start(store, Ipv4Addr::LOCALHOST, Duration::from_secs(30));
    let body = "{\"order_note\":\"x\"}";
    let update = head("PUT", &of("addresses", &address), body.len()) + body;
    let mut late = served.connect();
    late.write_all(update.as_bytes()).unwrap();
    while !log(&served).contains("slow=60s") {
        std::thread::yield_now();
    }
    let (answer, _) = served.ask(&head("GET", &of("addresses", &address), 0));
    assert!(answer.contains("\"order_note\":\"x\""), "{answer}");
    assert!(served.ask(&update).0.starts_with("HTTP/1.1 409"));
    // Once the client has given up, the way is free.
    drop(late);
    let begun = Instant::now();
    while !served.ask(&update).0.starts_with("HTTP/1.1 200") {
        assert!(begun.elapsed() < Duration::from_secs(20));
    }
}

#[test]
fn latency_delays_each_answer() {
    let served = ServedStore::failing("slow=30ms");
    let begun = Instant::now();
    assert!(served.ask(&list()).0.starts_with("HTTP/1.1 200"));
    assert!(begun.elapsed() >= Duration::from_millis(30));
}

#[test]
fn slow_senders_are_let_go_of() {
    let served = ServedStore::start(
        Store::empty(),
        Ipv4Addr::LOCALHOST,
        Duration::from_millis(50),
    );
    let (answer, ended) = served.ask("GET /customers HTTP/1.1\r\nHost: x\r\n");
    assert!(ended.is_none() && !answer.contains("200"), "{answer}");
    let (answer, _) = served.ask(&head("POST", "/customers", 100));
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("body too slow"), "{answer}");
}

#[test]
fn floods_of_headers_and_heads_without_end_are_refused_and_others_served() {
    let served = ServedStore::start(Store::empty(), Ipv4Addr::LOCALHOST, Duration::from_secs(30));
    let many = "X-Much: y\r\n".repeat(500);
    let (answer, _) = served.ask(&format!("GET /store HTTP/1.1\r\n{many}\r\n"));
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    let endless = format!("GET /store HTTP/1.1\r\nX-Long: {}", "y".repeat(1024 * 1024));
    let mut stream = served.connect();
    // The server may hang up while it is still being sent.
    let _ = stream.write_all(endless.as_bytes());
    let (answer, _) = heard(&mut stream);
    assert!(!answer.contains(" 200 "), "{answer}");
    let (answer, _) = served.ask("not HTTP at all\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    let (answer, _) = served.ask(&head("POST", "/customers", 9 * 1024 * 1024));
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert!(served.ask(&list()).0.starts_with("HTTP/1.1 200"));
}

/// An address of this machine that is not loopback, if it has one. Nothing is
/// sent to find it.
fn outward() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    let ip = socket.local_addr().ok()?.ip();
    (!ip.is_loopback() && !ip.is_unspecified()).then_some(ip)
}

#[test]
fn the_control_surface_stays_with_this_machine_when_the_api_does_not() {
    let served = ServedStore::start(
        Store::empty(),
        Ipv4Addr::UNSPECIFIED,
        Duration::from_secs(30),
    );
    let control = head("GET", "/_sandbox/state", 0);
    assert!(served.ask(&control).0.starts_with("HTTP/1.1 200"));
    let Some(ip) = outward() else {
        return; // This machine has no other address to come from.
    };
    let ask = |request: &str| {
        let mut stream = TcpStream::connect((ip, served.address.port())).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        heard(&mut stream).0
    };
    assert!(ask(&control).starts_with("HTTP/1.1 403"));
    assert!(ask(&list()).starts_with("HTTP/1.1 200"));
}
