//! Clients that still speak 2021-01: connectors that know nothing of `rc`, with
//! the habits that they are known for, and the objects that they expect.

mod edges;
mod filters;
mod goods;
mod people;
mod syncing;
mod writing;
mod writing_others;

use std::collections::BTreeSet;

use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};

use super::Store;
use crate::TOKEN;

/// What can be listed, with what a list of it must be asked for.
const LISTS: &[(&str, &str)] = &[
    ("addresses", ""),
    ("charges", ""),
    ("customers", ""),
    ("discounts", ""),
    ("metafields", "owner_resource=customer"),
    ("onetimes", ""),
    ("orders", ""),
    ("products", ""),
    ("subscriptions", ""),
];

/// An answer as a client sees it.
struct SeenAnswer {
    status: u16,
    link: String,
    body: Value,
}

fn send(store: &Store, method: &str, path: &str, token: &str) -> SeenAnswer {
    send_with(store, method, path, token, &Value::Null)
}

fn send_with(store: &Store, method: &str, path: &str, token: &str, body: &Value) -> SeenAnswer {
    let body = if body.is_null() {
        Bytes::new()
    } else {
        Bytes::from(body.to_string())
    };
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("Host", "localhost:4010")
        .header("X-Recharge-Access-Token", token)
        .header("X-Recharge-Version", "2021-01")
        .body(body)
        .unwrap();
    let answer = store.0.answer(&request);
    let link = answer.headers().get("Link");
    SeenAnswer {
        status: answer.status().as_u16(),
        link: link.map_or(String::new(), |link| link.to_str().unwrap().to_owned()),
        body: serde_json::from_slice(answer.body()).unwrap_or(Value::Null),
    }
}

fn write(store: &Store, method: &str, path: &str, body: &Value) -> Value {
    let seen = send_with(store, method, path, TOKEN, body);
    assert!(
        seen.status < 300,
        "{method} {path}: {} {}",
        seen.status,
        seen.body
    );
    seen.body
}

fn post(store: &Store, path: &str, body: &Value) -> Value {
    write(store, "POST", path, body)
}

fn refused(store: &Store, method: &str, path: &str, body: &Value) -> Value {
    let seen = send_with(store, method, path, TOKEN, body);
    assert_eq!(seen.status, 422, "{method} {path}: {}", seen.body);
    seen.body["errors"].clone()
}

fn see(store: &Store, path: &str) -> SeenAnswer {
    send(store, "GET", path, TOKEN)
}

fn read(store: &Store, path: &str) -> Value {
    let seen = see(store, path);
    assert_eq!(seen.status, 200, "{path}: {}", seen.body);
    seen.body
}

fn records(body: &Value, key: &str) -> Vec<Value> {
    let all = body[key].as_array();
    all.unwrap_or_else(|| panic!("no {key}: {body}")).clone()
}

fn ids(records: &[Value]) -> Vec<u64> {
    let id = |record: &Value| record["id"].as_u64().unwrap();
    records.iter().map(id).collect()
}

/// Page after page by its number, with the filters each time, until one is
/// short.
fn sync(store: &Store, list: &str, filters: &str) -> Vec<Value> {
    const LIMIT: usize = 20;
    let mut all = Vec::new();
    for page in 1.. {
        let path = format!("/{list}?limit={LIMIT}&page={page}&{filters}");
        let found = records(&read(store, &path), list);
        let short = found.len() < LIMIT;
        all.extend(found);
        if short {
            break;
        }
    }
    all
}

/// Where a link of that relation leads.
fn linked(link: &str, relation: &str) -> Option<String> {
    let wanted = format!("rel=\"{relation}\"");
    let part = link.split(", ").find(|part| part.ends_with(&wanted))?;
    let url = part.split_once('<')?.1.split_once('>')?.0;
    Some(
        url.strip_prefix("http://localhost:4010")
            .unwrap()
            .to_owned(),
    )
}

/// The numbers that the 2021-11 list has, in its order.
fn newer(store: &Store, list: &str, filters: &str) -> Vec<u64> {
    let mut page = store.get(&format!("/{list}?limit=250&{filters}"));
    let mut all = ids(&records(&page, list));
    while let Some(cursor) = page["next_cursor"].as_str() {
        page = store.get(&format!("/{list}?limit=250&cursor={cursor}"));
        all.extend(ids(&records(&page, list)));
    }
    all
}

fn names(fields: &str) -> BTreeSet<String> {
    fields.split_whitespace().map(str::to_owned).collect()
}

fn keys(object: &Value) -> BTreeSet<String> {
    object.as_object().unwrap().keys().cloned().collect()
}

/// Checks every record that a list shows, and that one by itself is the same.
fn each(store: &Store, list: &str, one: &str, filters: &str, check: impl Fn(&Value)) {
    let body = read(store, &format!("/{list}?limit=250&{filters}"));
    let all = body[list].as_array().unwrap();
    assert!(!all.is_empty(), "{list}");
    all.iter().for_each(&check);
    let path = format!("/{list}/{}", all[0]["id"]);
    assert_eq!(read(store, &path), json!({one: all[0]}), "{path}");
}

fn has(record: &Value, fields: &str) {
    assert_eq!(keys(record), names(fields), "{record}");
}

/// The type of a value, `null` being of every type.
fn is(record: &Value, fields: &str, fits: fn(&Value) -> bool) {
    for field in fields.split_whitespace() {
        let value = &record[field];
        assert!(value.is_null() || fits(value), "{field}: {value}");
    }
}

fn is_local_time(value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    text.len() == 19 && text.as_bytes()[10] == b'T'
}

const POSTAL: &str = "address1 address2 city company country first_name last_name phone province \
     zip";
