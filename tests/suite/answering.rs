//! A server on this machine that answers each request by a function, and notes
//! what it was asked.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use crate::canned::{Asked, read};

/// A running server; it ends when this value is dropped.
pub struct Answering {
    pub url: String,
    asked: Arc<Mutex<Vec<String>>>,
    ended: Arc<AtomicBool>,
    server: Option<JoinHandle<()>>,
}

impl Answering {
    /// Answers each request with a status and a body, one connection each.
    pub fn with(answer: impl Fn(&Asked) -> (u16, String) + Send + 'static) -> Self {
        Self::with_headers(move |asked| {
            let (status, body) = answer(asked);
            (status, String::new(), body)
        })
    }

    /// As [`Self::with`], with lines of headers between status and body.
    pub fn with_headers(answer: impl Fn(&Asked) -> (u16, String, String) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (asked, ended) = (Arc::default(), Arc::new(AtomicBool::new(false)));
        let (log, end): (Arc<Mutex<Vec<String>>>, _) = (Arc::clone(&asked), Arc::clone(&ended));
        let server = std::thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                if end.load(Ordering::SeqCst) {
                    return;
                }
                let request = read(&stream);
                log.lock().unwrap().push(request.line.clone());
                let (status, headers, body) = answer(&request);
                let _ = write!(
                    &stream,
                    "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n{headers}\
                     Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                );
            }
        });
        Self {
            url,
            asked,
            ended,
            server: Some(server),
        }
    }

    /// The request lines so far that begin with one of these words; each begins
    /// with its method.
    pub fn asked(&self, methods: &[&str]) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        let is_wanted = |line: &&String| methods.iter().any(|method| line.starts_with(method));
        asked.iter().filter(is_wanted).cloned().collect()
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        // It waits for a connection.
        let _ = TcpStream::connect(self.url.trim_start_matches("http://"));
        if let Some(server) = self.server.take() {
            let _ = server.join();
        }
    }
}
