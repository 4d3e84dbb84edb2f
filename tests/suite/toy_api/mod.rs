//! An API of sixty lines: whatever its table says otherwise than that of
//! Recharge is followed, from the words of a command to its output.

#[rustfmt::skip]
mod table;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use clap::Command;
use recharge_cli::api::client::retry::Budget;
use recharge_cli::api::client::{Client, Connection, Sending, Timing, Transport};
use recharge_cli::api::pages::{Pages, RecordSink};
use recharge_cli::api::request::Request;
use recharge_cli::api::response::Wanted;
use recharge_cli::catalog::{Api, Operation, recharge};
use recharge_cli::cli::complete::{Facts, Shell, TypedLine, offer};
use recharge_cli::cli::{CommandSet, tree};
use recharge_cli::error::Result;
use recharge_cli::filter::Flow;

use crate::canned::{Canned, Reply};
use crate::harness::{Rc, rc};

const TOKEN: &str = "sk_sandbox_all";

fn toys() -> CommandSet {
    fn fill(command: Command) -> Command {
        tree::fill_resource(&table::FAMILY, command)
    }
    CommandSet {
        family: &table::FAMILY,
        fill,
        specs: Vec::new(),
    }
}

fn toy(line: &str) -> Rc {
    rc(line).of(toys())
}

fn reply(status: u16, headers: &str, body: &str) -> Reply {
    Reply::Raw(format!(
        "HTTP/1.1 {status} X\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    ))
}

fn two_pages() -> Vec<Reply> {
    let link = "Link: <https://toys.invalid/toys?per=2&after=b>; rel=\"next\"\r\n";
    vec![
        reply(
            200,
            link,
            r#"{"toys":[{"uid":1,"label":"a"},{"uid":2,"label":"b"}]}"#,
        ),
        reply(200, "", r#"{"toys":[{"uid":3,"label":"c"}]}"#),
    ]
}

#[test]
fn toys_are_listed_page_by_page_and_printed() {
    let server = Canned::serve(two_pages());
    let outcome = toy("toys list --made-after 2026-11-19T13:00:00+01:00 -o csv -c uid,label")
        .against(&server.url)
        .succeeds();
    assert_eq!(outcome.stdout, "uid,label\n1,a\n2,b\n3,c\n");
    let asked = server.asked();
    let lines: Vec<&str> = asked.iter().map(|asked| asked.line.as_str()).collect();
    assert_eq!(
        lines,
        [
            "GET /toys?made_after=2026-11-19T12:00:00&per=2",
            "GET /toys?per=2&after=b"
        ]
    );
    for asked in &asked {
        assert_eq!(asked.header("X-Toy-Key"), Some(TOKEN));
        assert_eq!(asked.header("X-Recharge-Access-Token"), None);
        assert_eq!(asked.header("X-Recharge-Version"), None);
    }
}

#[test]
fn list_without_a_count_ends_at_a_short_page_or_at_204() {
    let full = || reply(200, "", r#"[{"uid":1},{"uid":2}]"#);
    for last in [reply(200, "", r#"[{"uid":3}]"#), reply(204, "", "")] {
        let server = Canned::serve(vec![full(), last]);
        let outcome = toy("toys spares --jq .uid").against(&server.url).succeeds();
        assert!(outcome.stdout.starts_with("1\n2\n"), "{outcome:?}");
        let asked = server.asked();
        assert_eq!(asked[0].line, "GET /spares?per=2");
        assert_eq!(asked[1].line, "GET /spares?per=2&page=2");
    }
}

#[test]
fn read_is_retried_and_a_write_is_not() {
    let server = Canned::serve(vec![
        reply(503, "", ""),
        reply(200, "", r#"{"toy":{"uid":1}}"#),
    ]);
    toy("toys get 1").against(&server.url).succeeds();
    assert_eq!(server.asked().len(), 2);
    let server = Canned::serve(vec![reply(503, "", "")]);
    let outcome = toy("toys create --label x").against(&server.url).fails(6);
    outcome.says("check with: rc toys list");
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn errors_are_read_in_the_form_of_the_api() {
    let body = r#"[{"text":"too long"},{"text":"not red"}]"#;
    let server = Canned::serve(vec![reply(422, "X-Toy-Trace: t-9\r\n", body)]);
    let outcome = toy("toys create --label x").against(&server.url).fails(5);
    outcome
        .says("the API refused the request (422): too long; not red")
        .says("request id: t-9");
    let server = Canned::serve(vec![reply(403, "", "")]);
    let outcome = toy("toys get 1").against(&server.url).fails(3);
    outcome.says("add the scope for it to the token, in Toys: Keys");
}

#[test]
fn page_that_violates_its_form_is_an_error_with_the_records_before_it() {
    let link = "Link: <https://toys.invalid/toys?after=%ff>; rel=\"next\"\r\n";
    let server = Canned::serve(vec![reply(200, link, r#"{"toys":[{"uid":1}]}"#)]);
    let outcome = toy("toys list --jq .uid").against(&server.url).fails(6);
    assert_eq!(outcome.stdout, "1\n");
    outcome.says("the header Link has a cursor that is not UTF-8: %ff");
    // The same page again is not progress.
    let again = || {
        let link = "Link: <https://toys.invalid/toys?after=b>; rel=\"next\"\r\n";
        reply(200, link, r#"{"toys":[{"uid":1}]}"#)
    };
    let server = Canned::serve(vec![again(), again()]);
    let outcome = toy("toys list --jq .uid").against(&server.url).fails(6);
    outcome.says("the list does not end");
}

#[test]
fn token_and_secret_fields_are_in_no_trace() {
    let body = format!(r#"{{"toy":{{"uid":1,"pin":"1234","label":"key {TOKEN}"}}}}"#);
    let echo = format!("X-Echo: {TOKEN}\r\n");
    let server = Canned::serve(vec![reply(200, &echo, &body)]);
    let outcome = toy("toys get 1 -vv").against(&server.url).succeeds();
    assert!(!outcome.stderr.contains(TOKEN), "{}", outcome.stderr);
    assert!(!outcome.stderr.contains("1234"), "{}", outcome.stderr);
    assert!(!outcome.stdout.contains(TOKEN), "{}", outcome.stdout);
    let shown = outcome.stderr.to_ascii_lowercase();
    assert!(shown.contains("x-toy-key: [redacted]"), "{shown}");
}

#[test]
fn dry_run_names_the_header_and_the_variable_of_the_api() {
    let outcome = toy("toys create --label x --dry-run").against("https://toys.invalid");
    let outcome = outcome.succeeds();
    assert_eq!(
        outcome.stdout,
        "POST https://toys.invalid/toys\nAccept: application/json\n\
         Content-Type: application/json\nX-Toy-Key: [redacted]\n\n{\"label\":\"x\"}\n"
    );
    let curl = toy("toys get 1 --dry-run=curl").against("https://toys.invalid");
    let curl = curl.succeeds().stdout;
    assert!(
        curl.starts_with("printf 'X-Toy-Key: %s' \"$TOY_KEY\" | curl "),
        "{curl}"
    );
}

#[test]
fn words_of_toys_are_completed() {
    let none = || Arc::new(|()| Vec::new());
    let facts = Facts {
        profiles: none(),
        jobs: none(),
        ids: Arc::new(|resource| vec![format!("{resource}-7")]),
    };
    let offered = |line: &str| {
        let line = TypedLine {
            shell: Shell::Zsh,
            words: line.split(' ').map(Into::into).collect(),
            before: String::new(),
        };
        let offer = offer(&toys(), &line, &facts);
        let values = offer
            .candidates
            .into_iter()
            .map(|candidate| candidate.value);
        values.collect::<Vec<String>>()
    };
    assert_eq!(offered("rc to"), ["toys"]);
    assert_eq!(offered("rc toys g"), ["get"]);
    assert_eq!(offered("rc toys get "), ["toys-7"]);
    assert_eq!(offered("rc toys list --made"), ["--made-after"]);
    assert_eq!(offered("rc toys list -c uid,l"), ["uid,label"]);
}

#[test]
fn window_of_the_rate_limit_is_waited_for() {
    let server = Canned::serve(vec![
        reply(
            200,
            "X-Left: 0\r\nX-Reset-Ms: 7000\r\nLink: <https://t.invalid/toys?after=b>; \
             rel=\"next\"\r\n",
            r#"{"toys":[{"uid":1}]}"#,
        ),
        reply(200, "X-Left: 9\r\nX-Reset-Ms: 100\r\n", r#"{"toys":[]}"#),
    ]);
    let outcome = toy("toys list").against(&server.url).succeeds();
    outcome.says("the API asks to wait 7 s");
    assert_eq!(server.asked().len(), 2);
}

/// Answers with prepared pages, and notes the requests.
#[derive(Clone, Default)]
struct Wire {
    replies: Arc<Mutex<VecDeque<http::Response<Bytes>>>>,
    sent: Arc<Mutex<Vec<http::Request<Bytes>>>>,
}

impl Transport for Wire {
    fn send(&self, request: http::Request<Bytes>) -> Sending<'_> {
        self.sent.lock().unwrap().push(request);
        let reply = self.replies.lock().unwrap().pop_front().unwrap();
        Box::pin(async { Ok(reply) })
    }
}

/// A client of an API, and what it sends.
fn client(api: &'static Api, token: &str, replies: &[(&str, &str)]) -> (Arc<Client>, Wire) {
    let wire = Wire::default();
    let replies = replies.iter().map(|(link, body)| {
        let reply = http::Response::builder().header("Link", *link);
        reply.body(Bytes::copy_from_slice(body.as_bytes())).unwrap()
    });
    wire.replies.lock().unwrap().extend(replies);
    let connection = Connection {
        base: api.base_url.to_owned(),
        token: token.to_owned().into(),
        api,
        version: None,
        client_id: None,
        store: None,
    };
    let timing = Timing {
        sleep: Arc::new(|_| Box::pin(async {})),
        elapsed: Arc::new(|| Duration::ZERO),
    };
    let client = Client::new(
        Box::new(wire.clone()),
        connection,
        timing,
        Budget::default(),
    );
    (Arc::new(client), wire)
}

#[derive(Default)]
struct Records(Vec<String>);

impl RecordSink for Records {
    fn record(&mut self, record: &str) -> Result<Flow> {
        self.0.push(record.to_owned());
        Ok(Flow::More)
    }
}

/// The records of a list, read while the other one is read.
async fn read(client: Arc<Client>, row: &'static Operation) -> Vec<String> {
    let wanted = Wanted::of(row.response);
    let request = Request::composed(row, row.path, None);
    let mut records = Records::default();
    let mut pages = Pages::new(client, request, wanted);
    pages.records(None, &mut records).await.unwrap();
    records.0
}

#[test]
fn two_clients_of_different_apis_work_interleaved_in_one_process() {
    let next = "<https://x.invalid/toys?after=2>; rel=next";
    let (toys, toy_wire) = client(
        &table::API,
        "key_of_the_toys_1",
        &[
            (
                next,
                r#"{"toys":[{"uid":"key_of_the_toys_1 key_of_a_store_2"}],"next_cursor":"no"}"#,
            ),
            ("", r#"{"toys":[{"uid":2}]}"#),
        ],
    );
    let (store, store_wire) = client(
        &recharge::API,
        "key_of_a_store_2",
        &[
            (
                next,
                r#"{"next_cursor":"c","orders":[{"id":"key_of_the_toys_1 key_of_a_store_2"}]}"#,
            ),
            (next, r#"{"next_cursor":null,"orders":[{"id":8}]}"#),
        ],
    );
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let list = table::API.operation("toys.list").unwrap().1;
    let (toys, orders) = runtime
        .block_on(async { tokio::join!(read(toys, list), read(store, &recharge::orders::LIST)) });
    assert_eq!(
        toys,
        [r#"{"uid":"[redacted] key_of_a_store_2"}"#, r#"{"uid":2}"#]
    );
    assert_eq!(
        orders,
        [r#"{"id":"key_of_the_toys_1 [redacted]"}"#, r#"{"id":8}"#]
    );
    let targets = |wire: &Wire| {
        let sent = wire.sent.lock().unwrap();
        let targets = sent.iter().map(|request| request.uri().to_string());
        targets.collect::<Vec<String>>()
    };
    assert_eq!(
        targets(&toy_wire),
        [
            "https://toys.invalid/toys",
            "https://toys.invalid/toys?after=2"
        ]
    );
    let base = recharge::API.base_url;
    assert_eq!(
        targets(&store_wire),
        [format!("{base}/orders"), format!("{base}/orders?cursor=c")]
    );
    for (wire, own, other) in [
        (&toy_wire, "X-Toy-Key", "X-Recharge-Access-Token"),
        (&store_wire, "X-Recharge-Access-Token", "X-Toy-Key"),
    ] {
        for request in wire.sent.lock().unwrap().iter() {
            assert!(request.headers().contains_key(own));
            assert!(!request.headers().contains_key(other));
        }
    }
}
