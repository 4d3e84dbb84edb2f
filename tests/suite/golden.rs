//! Every operation sends the request that was written down by hand.

use std::collections::BTreeSet;

use recharge_cli::catalog;
use serde_json::Value;

use crate::harness::rc;

struct Block<'a> {
    id: &'a str,
    line: &'a str,
    method: &'a str,
    path: &'a str,
    query: Vec<(String, String)>,
    body: Value,
}

fn blocks() -> Vec<Block<'static>> {
    let text = include_str!("../golden/requests.txt");
    text.split("\n\n")
        .filter(|block| block.trim_start().starts_with("## "))
        .map(block)
        .collect()
}

fn block(text: &'static str) -> Block<'static> {
    let mut lines = text
        .lines()
        .filter(|line| !line.starts_with("# ") && !line.is_empty());
    let id = lines
        .next()
        .and_then(|line| line.strip_prefix("## "))
        .expect("an id");
    let line = lines
        .next()
        .and_then(|line| line.strip_prefix("$ "))
        .expect("a command");
    let (method, target) = lines
        .next()
        .and_then(|line| line.split_once(' '))
        .expect("a request");
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let body = lines
        .next()
        .map_or(Value::Null, |body| serde_json::from_str(body).unwrap());
    assert_eq!(lines.next(), None, "{id}");
    Block {
        id,
        line,
        method,
        path,
        query: pairs(query),
        body,
    }
}

/// The pairs of a query, decoded, in an order of their own.
fn pairs(query: &str) -> Vec<(String, String)> {
    let decode = |text: &str| {
        percent_encoding::percent_decode_str(text)
            .decode_utf8()
            .unwrap()
            .into_owned()
    };
    let mut pairs: Vec<_> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').expect("a pair"))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect();
    pairs.sort();
    pairs
}

#[test]
fn every_operation_has_a_golden_request() {
    let written: BTreeSet<&str> = blocks().iter().map(|block| block.id).collect();
    let listed: Vec<String> = catalog::recharge::API
        .operations()
        .map(|(resource, row)| format!("{}.{}", resource.name, row.verb))
        .collect();
    assert_eq!(written, listed.iter().map(String::as_str).collect());
}

#[test]
fn every_golden_request_is_what_its_command_sends() {
    let mut wrong = Vec::new();
    for block in blocks() {
        let outcome = rc(block.line).with("--dry-run -o json").runs();
        let Ok(sent) = serde_json::from_str::<Value>(&outcome.stdout) else {
            wrong.push(format!("{}: {outcome:?}", block.id));
            continue;
        };
        let url = sent["url"].as_str().unwrap();
        let target = url
            .strip_prefix(catalog::recharge::BASE_URL)
            .expect("the public API");
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let found = (
            sent["method"].as_str().unwrap(),
            path,
            pairs(query),
            &sent["body"],
        );
        let expected = (block.method, block.path, block.query, &block.body);
        if found != expected {
            wrong.push(format!(
                "{}: {}\n  sends    {found:?}\n  expected {expected:?}",
                block.id, block.line
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
