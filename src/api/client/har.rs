//! Attempts as HAR 1.2, the archive that browsers and many tools read: a text
//! that begins, continues entry by entry, and ends, so that no more than one is
//! held.
//!
//! Bodies longer than [`LONGEST`] are cut, with a comment that says so.

use serde_json::{Value, json};

use super::trace::{Exchange, Message};
use crate::api::query;
use crate::excerpt::first_bytes;

/// The longest text of a body, in bytes.
pub const LONGEST: usize = 64 * 1024;

/// What an archive begins with.
#[must_use]
pub fn begin() -> String {
    let creator = json!({"name": "recharge-cli", "version": env!("CARGO_PKG_VERSION")});
    format!("{{\"log\":{{\"version\":\"1.2\",\"creator\":{creator},\"entries\":[")
}

/// What is between two entries.
pub const BETWEEN: &str = ",\n";

/// What an archive ends with.
pub const END: &str = "\n]}}\n";

/// An attempt as an entry. One without an answer has the status 0, as browsers
/// write it.
#[must_use]
pub fn entry(exchange: &Exchange) -> Value {
    let time = exchange.elapsed.as_secs_f64() * 1000.0;
    let spoken = exchange.answered.as_ref().map(|answered| answered.version);
    let mut request = json!({
        "method": exchange.method,
        "url": exchange.url,
        "httpVersion": spoken.unwrap_or("HTTP/1.1"),
        "cookies": [],
        "headers": headers(&exchange.asked),
        "queryString": query(&exchange.url),
        "headersSize": -1,
        "bodySize": exchange.asked.size,
    });
    if exchange.asked.size > 0 {
        request["postData"] = content(&exchange.asked);
        request["postData"]["params"] = json!([]);
    }
    let response = match &exchange.answered {
        Ok(answered) => {
            let mut content = content(&answered.message);
            content["size"] = answered.message.size.into();
            json!({
                "status": answered.status,
                "statusText": reason(answered.status),
                "httpVersion": answered.version,
                "cookies": [],
                "headers": headers(&answered.message),
                "content": content,
                "redirectURL": answered.message.header("Location").unwrap_or_default(),
                "headersSize": -1,
                "bodySize": -1,
            })
        }
        Err(why) => json!({
            "status": 0,
            "statusText": "",
            "httpVersion": "",
            "cookies": [],
            "headers": [],
            "content": {"size": 0, "mimeType": ""},
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": -1,
            "comment": why,
        }),
    };
    json!({
        "startedDateTime": exchange.started.to_string(),
        "time": time,
        "request": request,
        "response": response,
        "cache": {},
        "timings": {"send": 0, "wait": time, "receive": 0},
    })
}

fn reason(status: u16) -> &'static str {
    let status = http::StatusCode::from_u16(status).ok();
    status
        .and_then(|status| status.canonical_reason())
        .unwrap_or_default()
}

fn headers(message: &Message) -> Value {
    let pairs = message.headers.iter();
    pairs
        .map(|(name, value)| json!({"name": name, "value": value}))
        .collect()
}

fn query(url: &str) -> Value {
    query::pairs(query::split(url).1)
        .filter(|pair| !pair.is_empty())
        .map(|pair| json!({"name": pair.name, "value": pair.value}))
        .collect()
}

fn content(message: &Message) -> Value {
    let kind = message.header("Content-Type").unwrap_or_default();
    let mut content = json!({"mimeType": kind});
    let Some(text) = &message.body else {
        content["text"] = "".into();
        content["comment"] = "the body is not text and is left out".into();
        return content;
    };
    let (kept, left) = first_bytes(text, LONGEST);
    content["text"] = kept.into();
    if left > 0 {
        content["comment"] = format!("{left} more bytes are left out").into();
    }
    content
}
