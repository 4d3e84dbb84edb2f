//! Somebody who listens on this machine, for tests of webhooks.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// A message as it arrived.
pub(super) struct Arrived {
    pub(super) headers: HashMap<String, String>,
    pub(super) body: String,
}

impl Arrived {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(super) fn topic(&self) -> &str {
        &self.headers["x-recharge-topic"]
    }
}

/// Who listens, and what is answered.
pub(super) struct Listener {
    pub(super) address: String,
    pub(super) arrived: UnboundedReceiver<Arrived>,
    /// The status that is answered; with 0 nothing ever is.
    pub(super) status: Arc<AtomicU16>,
}

impl Listener {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/hook", listener.local_addr().unwrap());
        let (tell, arrived) = unbounded_channel();
        let status = Arc::new(AtomicU16::new(200));
        let answer = status.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(listen(stream, tell.clone(), answer.clone()));
            }
        });
        Self {
            address,
            arrived,
            status,
        }
    }

    pub(super) async fn next(&mut self) -> Arrived {
        self.arrived.recv().await.unwrap()
    }
}

async fn listen(mut stream: TcpStream, tell: UnboundedSender<Arrived>, status: Arc<AtomicU16>) {
    let mut text = Vec::new();
    let (mut head, mut length) = (0, usize::MAX);
    while head == 0 || text.len() < head + length {
        let mut part = [0; 4096];
        let count = stream.read(&mut part).await.unwrap();
        if count == 0 {
            return;
        }
        text.extend_from_slice(&part[..count]);
        if let Some(end) = text.windows(4).position(|four| four == b"\r\n\r\n") {
            head = end + 4;
            length = headers(&text[..end])["content-length"].parse().unwrap();
        }
    }
    let arrived = Arrived {
        headers: headers(&text[..head]),
        body: String::from_utf8(text[head..].to_vec()).unwrap(),
    };
    let status = status.load(Ordering::SeqCst);
    let _ = tell.send(arrived);
    if status == 0 {
        std::future::pending::<()>().await;
    }
    let answer = format!(
        "HTTP/1.1 {status} X\r\nContent-Length: 2\r\nLocation: http://example.com/\r\n\
         Connection: close\r\n\r\nok"
    );
    let _ = stream.write_all(answer.as_bytes()).await;
}

fn headers(head: &[u8]) -> HashMap<String, String> {
    let text = String::from_utf8_lossy(head).into_owned();
    let lines = text.lines().filter_map(|line| line.split_once(": "));
    lines
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect()
}
