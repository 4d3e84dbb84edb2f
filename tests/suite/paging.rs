//! The requests for page 2 of a list, for each page form, against those that
//! were written down by hand.

use std::collections::BTreeSet;

use crate::canned::{Canned, Reply};
use crate::harness::rc;

struct Block<'a> {
    form: &'a str,
    command: &'a str,
    replies: Vec<Reply>,
    requests: Vec<&'a str>,
}

fn blocks() -> Vec<Block<'static>> {
    let text = include_str!("../golden/pages.txt");
    let blocks = text.split("\n\n").filter(|block| block.starts_with("## "));
    blocks.map(block).collect()
}

fn block(text: &'static str) -> Block<'static> {
    let mut block = Block {
        form: "",
        command: "",
        replies: Vec::new(),
        requests: Vec::new(),
    };
    for line in text.lines().filter(|line| !line.starts_with("# ")) {
        match line.split_once(' ').unwrap() {
            ("##", form) => block.form = form,
            ("$", command) => block.command = command,
            (">", request) => block.requests.push(request),
            (link, body) => block.replies.push(reply(link, body)),
        }
    }
    block
}

/// A reply with this body, and with a link where the mark names a target.
fn reply(mark: &str, body: &str) -> Reply {
    let mark = mark.strip_prefix('<').unwrap();
    let link = match mark
        .strip_prefix('[')
        .and_then(|mark| mark.strip_suffix(']'))
    {
        Some(target) => format!("Link: <{target}>; rel=\"next\"\r\n"),
        None => String::new(),
    };
    Reply::Raw(format!(
        "HTTP/1.1 200 OK\r\n{link}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    ))
}

/// A request line as its target and its parameters, still encoded, sorted.
fn parts(line: &str) -> (&str, Vec<&str>) {
    let (target, query) = line.split_once('?').unwrap_or((line, ""));
    let mut parameters: Vec<&str> = query.split('&').collect();
    parameters.sort_unstable();
    (target, parameters)
}

#[test]
fn page_two_is_requested_as_written_for_each_page_form() {
    let mut forms = BTreeSet::new();
    for block in blocks() {
        assert_eq!(
            block.replies.len(),
            block.requests.len(),
            "{}",
            block.command
        );
        let server = Canned::serve(block.replies);
        let outcome = rc(block.command).against(&server.url).succeeds();
        let asked = server.asked();
        let asked: Vec<_> = asked.iter().map(|asked| parts(&asked.line)).collect();
        let written: Vec<_> = block.requests.iter().map(|line| parts(line)).collect();
        assert_eq!(asked, written, "{outcome:?}");
        forms.insert(block.form);
    }
    assert_eq!(forms.len(), 4, "{forms:?}");
}

#[test]
fn token_and_version_go_with_page_two() {
    let server = Canned::serve(vec![
        Reply::Json(200, "{\"next_cursor\":\"b\",\"orders\":[{\"id\":1}]}"),
        Reply::Json(200, "{\"orders\":[]}"),
    ]);
    rc("orders list --api-version 2021-01 -o ndjson")
        .against(&server.url)
        .succeeds();
    for asked in server.asked() {
        let token = asked.header("X-Recharge-Access-Token");
        assert_eq!(token, Some("sk_sandbox_all"), "{}", asked.line);
        assert_eq!(asked.header("X-Recharge-Version"), Some("2021-01"));
    }
}
