//! A server that gives prepared answers, byte for byte, to see what `rc` makes
//! of answers that no decent server gives. It notes what it was asked, and a
//! test that leaves answers over fails.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread::JoinHandle;

/// What to do with one request.
pub enum Reply {
    /// Answers with this status, and this body with its right length.
    Json(u16, &'static str),
    /// Sends these bytes and hangs up.
    Raw(String),
    /// Hangs up without a word.
    HangUp,
}

/// A running server.
pub struct Canned {
    pub url: String,
    seen: mpsc::Receiver<Asked>,
    server: JoinHandle<()>,
}

/// A request as it arrived.
#[derive(Debug)]
pub struct Asked {
    /// `GET /path?query`.
    pub line: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Asked {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

impl Canned {
    /// Serves these replies in order, one connection each.
    pub fn serve(replies: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (sender, seen) = mpsc::channel();
        let server = std::thread::spawn(move || {
            for reply in replies {
                let Ok((stream, _)) = listener.accept() else {
                    return;
                };
                let asked = read(&stream);
                answer(&stream, &reply);
                if sender.send(asked).is_err() {
                    return;
                }
            }
        });
        Self { url, seen, server }
    }

    /// What was asked; every prepared answer must have been fetched.
    #[track_caller]
    pub fn asked(self) -> Vec<Asked> {
        assert!(self.server.is_finished() || self.server.join().is_ok());
        self.seen.iter().collect()
    }
}

pub fn read(stream: &TcpStream) -> Asked {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    let _ = reader.read_line(&mut line);
    let mut headers = Vec::new();
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header).unwrap_or(0) == 0 {
            break;
        }
        let Some((name, value)) = header.trim_end().split_once(": ") else {
            break;
        };
        headers.push((name.to_owned(), value.to_owned()));
    }
    let length = headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length = length.map_or(0, |(_, value)| value.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    Asked {
        line: line.trim_end().trim_end_matches(" HTTP/1.1").to_owned(),
        headers,
        body: String::from_utf8(body).unwrap(),
    }
}

fn answer(mut stream: &TcpStream, reply: &Reply) {
    let bytes = match reply {
        Reply::Json(status, body) => format!(
            "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nX-Request-Id: req-7\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        ),
        Reply::Raw(bytes) => bytes.clone(),
        Reply::HangUp => return,
    };
    let _ = stream.write_all(bytes.as_bytes());
    let _ = stream.flush();
}
