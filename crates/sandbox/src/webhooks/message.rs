//! A message as it is kept, and the addresses that it may go to.

use std::net::IpAddr;

use reqwest::Url;
use serde_json::{Value, json};

use crate::values::record::{self, Record};

/// A message that waits.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) id: u64,
    pub(super) webhook: u64,
    pub(super) topic: String,
    /// Its very text.
    pub(super) body: String,
    /// How often it was tried.
    pub(super) attempts: u32,
    /// When it was first tried, in milliseconds of the world's time.
    pub(super) first: Option<i64>,
    /// From when on it is tried again.
    pub(super) due: i64,
}

impl Message {
    /// The record that it is kept as.
    pub(super) fn record(&self) -> Record {
        record::object(json!({
            "id": self.id,
            "webhook_id": self.webhook,
            "topic": self.topic,
            "attempts": self.attempts,
            "first_ms": self.first,
            "due_ms": self.due,
            "body": self.body,
        }))
    }

    /// The message that a record holds.
    pub(super) fn read(record: &Record) -> Option<Self> {
        Some(Self {
            id: record::id(record, "id")?,
            webhook: record::id(record, "webhook_id")?,
            topic: record::text(record, "topic").to_owned(),
            body: record.get("body").and_then(Value::as_str)?.to_owned(),
            attempts: u32::try_from(record::number(record, "attempts")?).ok()?,
            first: record::number(record, "first_ms"),
            due: record::number(record, "due_ms")?,
        })
    }
}

/// Whether an address is on this machine.
pub(super) fn is_here(address: &str) -> bool {
    // Read by what will send it, so that both mean the same machine.
    let Ok(url) = Url::parse(address) else {
        return false;
    };
    let host = url.host_str().unwrap_or_default();
    let number = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || number
            .parse::<IpAddr>()
            .is_ok_and(|ip| ip.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_is_here_however_it_is_written() {
        for here in [
            "http://localhost:4000/hook",
            "http://LOCALHOST",
            "http://127.0.0.1:1/",
            "http://127.1/",
            "https://[::1]:8443/x?y=1",
            "http://[::ffff:127.0.0.1]/",
        ] {
            assert!(is_here(here), "{here}");
        }
        for away in [
            "https://hooks.example.com/recharge",
            "http://localhost@example.com/",
            "http://localhost.example.com/",
            "http://0.0.0.0/",
            "http://192.168.0.1/",
            "http://169.254.169.254/",
            "http://",
            "localhost",
            "",
        ] {
            assert!(!is_here(away), "{away}");
        }
    }

    #[test]
    fn a_message_comes_back_from_its_record_as_it_went() {
        let message = Message {
            id: 7,
            webhook: 3,
            topic: "order/created".to_owned(),
            body: "{\"order\":{\"note\":\"\u{1}é\\n\"}}".to_owned(),
            attempts: 2,
            first: Some(1_700_000_000_123),
            due: 1_700_000_039_123,
        };
        let read = Message::read(&message.record()).unwrap();
        assert_eq!(read.record(), message.record());
        assert_eq!(read.body, message.body);
    }
}
