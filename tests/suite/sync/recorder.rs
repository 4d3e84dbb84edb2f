//! A proxy in front of a sandbox that records which versions of records a run was
//! served: the witness of histories.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};

use serde_json::Value;

use crate::canned;

/// A table, an id, and the time of the change.
pub(super) type Version = (String, u64, String);

/// A proxy, for as long as the test runs.
pub(super) struct Recorder {
    pub(super) url: String,
    served: Arc<Mutex<BTreeSet<Version>>>,
    open: Arc<OpenRequests>,
}

/// The requests that are being passed on.
#[derive(Default)]
struct OpenRequests {
    count: Mutex<usize>,
    none: Condvar,
}

impl OpenRequests {
    fn begin(self: &Arc<Self>) -> OpenRequest {
        *self.count.lock().unwrap() += 1;
        OpenRequest(Arc::clone(self))
    }

    fn wait(&self) {
        let count = self.count.lock().unwrap();
        drop(self.none.wait_while(count, |count| *count > 0).unwrap());
    }
}

/// One of them, until it is dropped.
struct OpenRequest(Arc<OpenRequests>);

impl Drop for OpenRequest {
    fn drop(&mut self) {
        *self.0.count.lock().unwrap() -= 1;
        self.0.none.notify_all();
    }
}

impl Recorder {
    /// A proxy for a server on this machine.
    pub(super) fn before(url: &str) -> Self {
        let target = url.strip_prefix("http://").unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let served = Arc::default();
        let open: Arc<OpenRequests> = Arc::default();
        let recorder = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            served: Arc::clone(&served),
            open: Arc::clone(&open),
        };
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (target, served) = (target.clone(), Arc::clone(&served));
                let request = open.begin();
                std::thread::spawn(move || {
                    pass(&client, &target, &served);
                    drop(request);
                });
            }
        });
        recorder
    }

    /// What was served since the last call, requests of a run that was killed included:
    /// they are not to count as those of the next run.
    pub(super) fn take(&self) -> BTreeSet<Version> {
        // Connections are taken in their order: once this one is, the others were.
        let mut last = TcpStream::connect(self.url.strip_prefix("http://").unwrap()).unwrap();
        last.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .unwrap();
        let _ = last.read_to_end(&mut Vec::new());
        self.open.wait();
        std::mem::take(&mut self.served.lock().unwrap())
    }
}

/// Passes one request on, and its answer back: whole, or broken off where it breaks.
fn pass(client: &TcpStream, target: &str, served: &Mutex<BTreeSet<Version>>) {
    // A run that was killed asks half a question.
    let read = std::panic::catch_unwind(|| canned::read(client));
    let (Ok(asked), Ok(server)) = (read, TcpStream::connect(target)) else {
        return;
    };
    let mut request = format!("{} HTTP/1.1\r\n", asked.line);
    for (name, value) in &asked.headers {
        let is_own = ["connection", "accept-encoding", "host"]
            .iter()
            .any(|own| name.eq_ignore_ascii_case(own));
        if !is_own {
            request.extend([name.as_str(), ": ", value.as_str(), "\r\n"]);
        }
    }
    // Links in records lead to the server itself.
    request.extend(["Host: ", target, "\r\nConnection: close\r\n\r\n"]);
    request.push_str(&asked.body);
    let mut answer = Vec::new();
    if (&server).write_all(request.as_bytes()).is_ok() {
        let _ = (&server).read_to_end(&mut answer);
    }
    // It counts as served before the run can have it.
    served.lock().unwrap().extend(versions(&answer));
    let mut client = client;
    let _ = client.write_all(&answer);
    let _ = client.shutdown(Shutdown::Both);
}

/// The versions in an answer that is complete.
fn versions(answer: &[u8]) -> Vec<Version> {
    let text = String::from_utf8_lossy(answer);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return Vec::new();
    };
    if !head.starts_with("HTTP/1.1 200") {
        return Vec::new();
    }
    let Ok(Value::Object(body)) = serde_json::from_str::<Value>(body) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (table, rows) in body {
        for row in rows.as_array().into_iter().flatten() {
            if let (Some(id), Some(at)) = (row["id"].as_u64(), row["updated_at"].as_str()) {
                found.push((table.clone(), id, at.replace("+00:00", "Z")));
            }
        }
    }
    found
}
