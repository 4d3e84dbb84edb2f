//! A local program that takes messages, and can be down, slow or wrong.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use serde_json::Value;

use crate::canned::{Asked, read};

/// A message that arrived.
#[derive(Debug, Clone)]
pub struct Arrived {
    pub path: String,
    headers: Vec<(String, String)>,
    pub body: String,
}

impl Arrived {
    fn of(asked: Asked) -> Self {
        let path = asked.line.trim_start_matches("POST ").to_owned();
        Self {
            path,
            headers: asked.headers,
            body: asked.body,
        }
    }

    pub fn header(&self, name: &str) -> &str {
        let mut headers = self.headers.iter();
        let found = headers.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The number of the object that it carries.
    pub fn object(&self) -> u64 {
        let body = self.json();
        let (_, object) = body.as_object().unwrap().iter().next().unwrap();
        object["id"].as_u64().unwrap()
    }
}

#[derive(Default)]
struct Shared {
    arrived: Mutex<Vec<Arrived>>,
    /// The status of answers; 0 for none, 1 for a connection that breaks.
    status: AtomicU16,
    is_over: AtomicBool,
}

/// A running receiver; it ends when this value is dropped.
pub struct Receiver {
    address: String,
    shared: Arc<Shared>,
    server: Option<JoinHandle<()>>,
}

impl Receiver {
    pub fn start() -> Self {
        let mut receiver = Self {
            address: String::new(),
            shared: Arc::default(),
            server: None,
        };
        receiver.answer(200);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        receiver.address = listener.local_addr().unwrap().to_string();
        receiver.serve(listener);
        receiver
    }

    pub fn url(&self) -> String {
        format!("http://{}/hooks", self.address)
    }

    /// From now on answers have this status.
    pub fn answer(&self, status: u16) {
        self.shared.status.store(status, Ordering::SeqCst);
    }

    /// What arrived so far, also what was not answered.
    pub fn arrived(&self) -> Vec<Arrived> {
        self.shared.arrived.lock().unwrap().clone()
    }

    fn serve(&mut self, listener: TcpListener) {
        let shared = Arc::clone(&self.shared);
        shared.is_over.store(false, Ordering::SeqCst);
        self.server = Some(std::thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                if shared.is_over.load(Ordering::SeqCst) {
                    return;
                }
                take(&shared, &stream);
            }
        }));
    }

    /// Ends it, whatever it is doing: what it has is not answered.
    pub fn kill(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(&self.address);
        if let Some(server) = self.server.take() {
            server.join().unwrap();
        }
    }

    /// Starts it again, where it was.
    pub fn restart(&mut self) {
        for _ in 0..1_000 {
            if let Ok(listener) = TcpListener::bind(&self.address) {
                self.serve(listener);
                return;
            }
            std::thread::yield_now();
        }
        panic!("{} is taken", self.address);
    }
}

fn take(shared: &Shared, stream: &TcpStream) {
    let asked = read(stream);
    if asked.line.is_empty() {
        return;
    }
    shared.arrived.lock().unwrap().push(Arrived::of(asked));
    let status = shared.status.load(Ordering::SeqCst);
    // Killed before it answered.
    if status == 1 || shared.is_over.load(Ordering::SeqCst) {
        return;
    }
    if status == 0 {
        std::thread::sleep(std::time::Duration::from_millis(1_500));
        return;
    }
    let location = if status == 302 {
        "Location: https://example.com/\r\n"
    } else {
        ""
    };
    let _ = write!(
        &*stream,
        "HTTP/1.1 {status} X\r\n{location}Content-Length: 0\r\nConnection: close\r\n\r\n"
    );
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.kill();
    }
}
