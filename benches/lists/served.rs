//! A server in this process that answers every page with the same 250 records,
//! so that it costs next to nothing.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;

use crate::RC;

/// The records of a page, as a made-up store has them.
pub(crate) fn page() -> String {
    let mut sandbox = Command::new(RC)
        .args([
            "sandbox",
            "serve",
            "--no-limit",
            "--port",
            "0",
            "-o",
            "json",
        ])
        .args(["--customers", "400"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the sandbox starts");
    let stdout = sandbox.stdout.take().expect("its standard output");
    let mut line = String::new();
    BufReader::new(stdout)
        .read_line(&mut line)
        .expect("its first line");
    let said: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    let list = Command::new(RC)
        .args(["subscriptions", "list", "-n", "250", "-o", "ndjson"])
        .env("RECHARGE_BASE_URL", said["url"].as_str().expect("a URL"))
        .env(
            "RECHARGE_ACCESS_TOKEN",
            said["token"].as_str().expect("a token"),
        )
        .output()
        .expect("a list");
    let _ = sandbox.kill();
    let _ = sandbox.wait();
    let records = String::from_utf8(list.stdout).expect("text");
    let records: Vec<&str> = records.lines().collect();
    assert_eq!(records.len(), 250);
    records.join(",")
}

/// Serves so many pages to anyone who asks, each with the cursor of the next.
pub(crate) fn serve(records: String, pages: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its number");
    let records = Arc::new(records);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let records = Arc::clone(&records);
            thread::spawn(move || answer(&stream, &records, pages));
        }
    });
    format!("http://{address}")
}

fn answer(stream: &TcpStream, records: &str, pages: usize) {
    let mut requests = BufReader::new(stream).lines();
    while let Some(Ok(first)) = requests.next() {
        while requests
            .next()
            .is_some_and(|line| line.is_ok_and(|line| !line.is_empty()))
        {}
        let number = first.split_once("cursor=").map_or("", |(_, rest)| rest);
        let mut digits = number.split(|letter: char| !letter.is_ascii_digit());
        let number: usize = digits.next().and_then(|n| n.parse().ok()).unwrap_or(0);
        let next = if number + 1 < pages {
            format!("\"{}\"", number + 1)
        } else {
            "null".to_owned()
        };
        let head = format!("{{\"next_cursor\":{next},\"previous_cursor\":null,\"subscriptions\":[");
        let length = head.len() + records.len() + 2;
        let mut to = stream;
        let sent = to
            .write_all(
                format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{head}"
                )
                .as_bytes(),
            )
            .and_then(|()| to.write_all(records.as_bytes()))
            .and_then(|()| to.write_all(b"]}"));
        if sent.is_err() {
            return;
        }
    }
}
