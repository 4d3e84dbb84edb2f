//! The requests for page 2 of a list, for each page form, against those that
//! were written down by hand.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::answering::Answering;
use crate::bulk::{bulk, file};
use crate::canned::{Canned, Reply};
use crate::harness::{Store, rc};

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
        reply(
            "<[http://elsewhere.example/orders?cursor=b]",
            "{\"orders\":[{\"id\":1}]}",
        ),
        reply("<", "{\"orders\":[]}"),
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

/// A batch of three discounts whose tasks come on two pages.
fn batch_of_two_pages() -> Answering {
    Answering::with(|asked| {
        let task = |n: u64, code: &str| {
            let body = json!({"code": code, "value": "1", "value_type": "percentage"});
            let result = json!({"status_code": 201, "output": {"discount": {"id": 500 + n}}});
            json!({"id": n, "body": body, "status": "success", "result": result})
        };
        let batch = |status: &str| {
            json!({"async_batch": {"id": 5, "status": status, "total_task_count": 3,
                "success_task_count": 3, "fail_task_count": 0}})
        };
        let (status, body): (u16, Value) = match asked.line.as_str() {
            "POST /async_batches" => (201, batch("not_started")),
            "POST /async_batches/5/tasks" => (200, json!({"count": 3})),
            "POST /async_batches/5/process" => (201, batch("processing")),
            "GET /async_batches/5" => (200, batch("completed")),
            "GET /async_batches/5/tasks?limit=250" => {
                let tasks = [task(3, "C"), task(2, "B")];
                (
                    200,
                    json!({"async_batch_tasks": tasks, "next_cursor": "b/="}),
                )
            }
            "GET /async_batches/5/tasks?limit=250&cursor=b%2F%3D" => {
                (200, json!({"async_batch_tasks": [task(1, "A")]}))
            }
            "GET /store" => (200, json!({"store": {"id": 1, "identifier": "s.example"}})),
            "GET /token_information" => {
                let scopes = ["write_discounts", "write_batches", "read_batches"];
                (200, json!({"token_information": {"scopes": scopes}}))
            }
            _ => (404, json!({"errors": "Not Found"})),
        };
        (status, body.to_string())
    })
}

#[test]
fn tasks_of_a_batch_are_read_from_every_page() {
    let (store, api) = (Store::new(), batch_of_two_pages());
    let rows = "code,value,value_type\nA,1,percentage\nB,1,percentage\nC,1,percentage\n";
    let path = file(&store, "codes.csv", rows);
    let done = bulk("discounts create", &path)
        .with("--engine batches --yes -o json")
        .holding(&store)
        .against(&api.url)
        .succeeds();
    assert_eq!(done.json()["ok"], 3, "{done:?}");
    let lists = api.asked(&["GET /async_batches/5/tasks"]);
    assert_eq!(
        lists,
        [
            "GET /async_batches/5/tasks?limit=250",
            "GET /async_batches/5/tasks?limit=250&cursor=b%2F%3D",
        ]
    );
}
