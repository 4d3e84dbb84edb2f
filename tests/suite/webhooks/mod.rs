//! Webhooks on the command line: topics, verification, triggering, registrations,
//! secrets and the receiver.

mod apply;
mod receiver;
mod secret;
mod trigger;
mod verifiers;
mod verify;
#[rustfmt::skip]
mod verify_example;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A request as it arrived, to the byte.
#[derive(Debug, Clone)]
pub struct Arrived {
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Arrived {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The request as a file that `rc webhooks verify` reads.
    pub fn as_file(&self) -> Vec<u8> {
        let mut text = b"POST /hooks HTTP/1.1\r\n".to_vec();
        for (name, value) in &self.headers {
            text.extend(format!("{name}: {value}\r\n").bytes());
        }
        text.extend(b"\r\n");
        text.extend(&self.body);
        text
    }
}

/// A program that takes messages, and answers each with the same status.
pub struct Program {
    pub url: String,
    arrived: Arc<Mutex<Vec<Arrived>>>,
}

impl Program {
    /// It runs until the test process ends.
    pub fn answering(status: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hooks", listener.local_addr().unwrap());
        let arrived: Arc<Mutex<Vec<Arrived>>> = Arc::default();
        let kept = Arc::clone(&arrived);
        std::thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                let Some(request) = request(&stream) else {
                    continue;
                };
                kept.lock().unwrap().push(request);
                let head =
                    "Location: http://127.0.0.1:1/\r\nContent-Length: 0\r\nConnection: close";
                let _ = write!(&stream, "HTTP/1.1 {status} X\r\n{head}\r\n\r\n");
            }
        });
        Self { url, arrived }
    }

    pub fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().unwrap().clone()
    }

    /// The one message that arrived.
    #[track_caller]
    pub fn message(&self) -> Arrived {
        let mut all = self.arrived();
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }
}

/// Reads a request, to the byte.
pub fn request(mut stream: &TcpStream) -> Option<Arrived> {
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    loop {
        let count = stream.read(&mut part).ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&part[..count]);
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let headers: Vec<(String, String)> = head
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let body = bytes[end + 4..].to_vec();
        let arrived = Arrived { headers, body };
        let length = arrived
            .header("content-length")
            .map_or(0, |text| text.parse().unwrap());
        if arrived.body.len() == length {
            return Some(arrived);
        }
    }
}
