//! A server of files on loopback, for programs that download.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// Files by name: what they hold, and how much of it is sent.
type Files = Arc<Mutex<Shelf>>;

#[derive(Default)]
struct Shelf {
    files: BTreeMap<String, (Vec<u8>, usize)>,
    asked: usize,
}

/// A running server; it ends with the test's process.
pub struct Downloads {
    pub url: String,
    files: Files,
}

impl Downloads {
    pub fn serve() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let files = Files::default();
        let shared = Arc::clone(&files);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that hangs up is no concern of the server.
                let _ = answer(&stream, &shared);
            }
        });
        Self { url, files }
    }

    pub fn put(&self, name: &str, bytes: Vec<u8>) {
        let length = bytes.len();
        let mut shelf = self.files.lock().unwrap();
        shelf.files.insert(name.to_owned(), (bytes, length));
    }

    /// From now on the connection ends after so many bytes of this file.
    pub fn cut(&self, name: &str, length: usize) {
        let mut shelf = self.files.lock().unwrap();
        shelf.files.get_mut(name).unwrap().1 = length;
    }

    pub fn remove(&self, name: &str) {
        self.files.lock().unwrap().files.remove(name);
    }

    /// Requests so far.
    pub fn count(&self) -> usize {
        self.files.lock().unwrap().asked
    }
}

fn answer(mut stream: &TcpStream, files: &Files) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let name = first.split(' ').nth(1).unwrap_or_default();
    let found = {
        let mut shelf = files.lock().unwrap();
        shelf.asked += 1;
        shelf.files.get(name.trim_start_matches('/')).cloned()
    };
    match found {
        Some((bytes, length)) => {
            let promised = bytes.len();
            write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Length: {promised}\r\nConnection: close\r\n\r\n"
            )?;
            stream.write_all(&bytes[..length])
        }
        None => write!(
            stream,
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        ),
    }
}
