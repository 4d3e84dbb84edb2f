//! What `-v`, `-vv` and `--trace` show, and what they keep to themselves.

use serde_json::Value;

use crate::canned::{Canned, Reply};
use crate::harness::{Store, rc};
use crate::secure::{Listening, ok};

/// An answer with secrets of each kind, and an escape.
const TELLING: &str = "{\"customer\":{\"id\":7,\"email\":\"ada@example.com\",\"hash\":\"opensesame\",\
    \"first_name\":\"\\u001b[31m\u{9b}red\",\"echo\":\"sk_sandbox_all\",\
    \"payment_details\":{\"last4\":\"4242\",\"brand\":\"visa\"},\
    \"processor_customer_token\":\"cus_123\"}}";

const SECRETS: [&str; 5] = ["sk_sandbox_all", "opensesame", "4242", "visa", "cus_123"];

#[track_caller]
fn tells_no_secret(text: &str) {
    for secret in SECRETS {
        assert!(!text.contains(secret), "{secret} is shown: {text}");
    }
}

#[test]
fn one_line_a_request_says_what_was_asked_and_what_came() {
    let outcome = rc("customers list -n 3 -o csv -c id -v")
        .sandboxed()
        .succeeds();
    let line = outcome.stderr.trim_end();
    assert!(line.starts_with("GET /customers?limit=3 → 200, "), "{line}");
    assert!(
        line.contains(" ms, limit 1/40, version 2021-11, request "),
        "{line}"
    );
    assert_eq!(line.lines().count(), 1);
    rc("customers list -n 3 -o csv -c id")
        .sandboxed()
        .succeeds()
        .says_nothing();
}

#[test]
fn each_attempt_is_shown_and_so_is_one_without_an_answer() {
    let replies = vec![
        Reply::HangUp,
        Reply::Json(503, "{}"),
        Reply::Json(200, "{\"store\":{\"id\":1}}"),
    ];
    let server = Canned::serve(replies);
    let outcome = rc("store get --jq .id -v").against(&server.url).succeeds();
    let lines: Vec<&str> = outcome.stderr.lines().collect();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(
        lines[0].starts_with("GET /store → no answer, "),
        "{lines:?}"
    );
    assert!(lines[1].starts_with("GET /store → 503, "), "{lines:?}");
    assert!(lines[2].ends_with(", request req-7"), "{lines:?}");
}

#[test]
fn where_errors_are_json_so_are_requests() {
    let outcome = rc("customers get 1 -o json -vv").sandboxed().fails(4);
    let lines: Vec<Value> = outcome
        .stderr
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[0]["kind"], "request");
    assert_eq!(lines[0]["status"], 404);
    assert_eq!(lines[0]["path"], "/customers/1");
    let token = &lines[0]["request"]["headers"]["x-recharge-access-token"];
    assert_eq!(token, "[redacted]");
    assert_eq!(lines[1]["kind"], "not_found");
}

#[test]
fn headers_and_bodies_are_shown_without_secrets_and_cannot_steer_the_terminal() {
    for form in ["text", "json"] {
        let cookie = "200 OK\r\nSet-Cookie: session=opensesame\r\n";
        let server = Listening::plain(ok(TELLING).replacen("200 OK\r\n", cookie, 1));
        let line = format!("customers get 7 --jq .id -v -v --errors {form}");
        let outcome = rc(&line).against(&server.url("http")).succeeds();
        tells_no_secret(&outcome.stderr);
        assert!(
            !outcome.stderr.contains(['\u{1b}', '\u{9b}']),
            "{outcome:?}"
        );
        let outcome = outcome.says("ada@example.com").says("[redacted]");
        if form == "text" {
            outcome
                .says("> x-recharge-access-token: [redacted]\n")
                .says("< HTTP/1.1 200\n< set-cookie: [redacted]\n")
                .says("GET /customers/7 → 200");
        }
    }
}

#[test]
fn a_long_body_is_cut_and_says_so() {
    let body = format!("{{\"store\":{{\"id\":1,\"x\":\"{}\"}}}}", "é".repeat(5000));
    let server = Listening::plain(ok(&body));
    let outcome = rc("store get --jq .id -vv")
        .against(&server.url("http"))
        .succeeds();
    assert!(outcome.stderr.len() < 6000);
    outcome.says("more bytes; --trace saves more");
}

/// Whether a value is of its kind.
type Right = fn(&Value) -> bool;

/// What the published structure of HAR 1.2 requires.
#[track_caller]
fn is_har(text: &str) -> Value {
    let har: Value = serde_json::from_str(text).unwrap();
    let has = |object: &Value, members: &[(&str, Right)]| {
        for (member, right) in members {
            let value = object.get(member);
            assert!(value.is_some_and(right), "{member} of {object}");
        }
    };
    let log = &har["log"];
    has(
        log,
        &[("version", Value::is_string), ("entries", Value::is_array)],
    );
    assert_eq!(log["version"], "1.2");
    has(
        &log["creator"],
        &[("name", Value::is_string), ("version", Value::is_string)],
    );
    for entry in log["entries"].as_array().unwrap() {
        has(
            entry,
            &[
                ("startedDateTime", Value::is_string),
                ("time", Value::is_number),
                ("request", Value::is_object),
                ("response", Value::is_object),
                ("cache", Value::is_object),
                ("timings", Value::is_object),
            ],
        );
        let started = entry["startedDateTime"].as_str().unwrap();
        started.parse::<jiff::Timestamp>().unwrap();
        let both: [(&str, Right); 5] = [
            ("httpVersion", Value::is_string),
            ("cookies", Value::is_array),
            ("headers", Value::is_array),
            ("headersSize", Value::is_i64),
            ("bodySize", Value::is_i64),
        ];
        let (request, response) = (&entry["request"], &entry["response"]);
        has(request, &both);
        has(response, &both);
        has(
            request,
            &[
                ("method", Value::is_string),
                ("url", Value::is_string),
                ("queryString", Value::is_array),
            ],
        );
        if let Some(posted) = request.get("postData") {
            has(
                posted,
                &[("mimeType", Value::is_string), ("text", Value::is_string)],
            );
        }
        has(
            response,
            &[
                ("status", Value::is_i64),
                ("statusText", Value::is_string),
                ("content", Value::is_object),
                ("redirectURL", Value::is_string),
            ],
        );
        has(
            &response["content"],
            &[("size", Value::is_i64), ("mimeType", Value::is_string)],
        );
        for pairs in [
            &request["headers"],
            &request["queryString"],
            &response["headers"],
        ] {
            for pair in pairs.as_array().unwrap() {
                has(
                    pair,
                    &[("name", Value::is_string), ("value", Value::is_string)],
                );
            }
        }
        let timings = ["send", "wait", "receive"].map(|part| entry["timings"][part].as_f64());
        let sum: f64 = timings.map(Option::unwrap).iter().sum();
        assert!((sum - entry["time"].as_f64().unwrap()).abs() < 0.001);
    }
    har
}

#[test]
fn a_trace_is_an_archive_that_other_tools_read() {
    let store = Store::new();
    let file = store.path().join("a.har");
    let trace = format!("--trace {}", file.display());
    let line = "customers create --email ada@example.com --first-name Ada --last-name King";
    rc(line)
        .with(&trace)
        .within(&store)
        .succeeds()
        .says_nothing();
    let har = is_har(&std::fs::read_to_string(&file).unwrap());
    let entry = &har["log"]["entries"][0];
    assert_eq!(entry["request"]["method"], "POST");
    let sent = entry["request"]["postData"]["text"].as_str().unwrap();
    assert!(sent.contains("ada@example.com"), "{sent}");
    assert_eq!(entry["response"]["status"], 200);
    rc("customers list --page-size 20 -o ndjson")
        .with(&trace)
        .within(&store)
        .succeeds();
    let har = is_har(&std::fs::read_to_string(&file).unwrap());
    let entries = har["log"]["entries"].as_array().unwrap();
    assert!(entries.len() >= 4);
    assert_eq!(entries[0]["request"]["queryString"][0]["name"], "limit");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn a_trace_tells_no_secret_and_is_there_when_the_command_failed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.har");
    let trace = format!("--trace {}", file.display());
    let server = Listening::plain(ok(TELLING));
    let url = server.url("http");
    rc("customers get 7 --jq error")
        .with(&trace)
        .against(&url)
        .runs();
    let text = std::fs::read_to_string(&file).unwrap();
    tells_no_secret(&text);
    assert_eq!(
        is_har(&text)["log"]["entries"][0]["response"]["status"],
        200
    );
    let server = Canned::serve(vec![Reply::HangUp]);
    let line = "subscriptions activate 1";
    rc(line).with(&trace).against(&server.url).fails(6);
    let har = is_har(&std::fs::read_to_string(&file).unwrap());
    let response = &har["log"]["entries"][0]["response"];
    assert_eq!(response["status"], 0);
    assert!(
        response["comment"]
            .as_str()
            .unwrap()
            .contains("connection broke")
    );
}

#[test]
fn a_trace_overwrites_nothing_when_nothing_was_sent() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.har");
    std::fs::write(&file, "kept").unwrap();
    let trace = format!("--trace {}", file.display());
    rc("store get --dry-run").with(&trace).succeeds();
    rc("store get").with(&trace).fails(3);
    rc("subscriptions cancel 1 --reason x")
        .with(&trace)
        .sandboxed()
        .fails(2);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "kept");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    let nowhere = format!("store get --trace {}/no/a.har", folder.path().display());
    rc(&nowhere)
        .sandboxed()
        .fails(2)
        .shows("seeing-a_trace_overwrites_nothing_when_nothing_was_sent");
}

#[cfg(unix)]
#[test]
fn a_trace_is_there_when_the_command_was_interrupted() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.har");
    let (told, asked) = std::sync::mpsc::channel();
    let server = Listening::with(move |mut stream, _, _| {
        let mut bytes = [0; 4096];
        while matches!(std::io::Read::read(&mut stream, &mut bytes), Ok(1..)) {
            let _ = told.send(());
        }
    });
    let mut command = crate::served::rc(&["store", "get", "-v", "--trace"]);
    command
        .arg(&file)
        .env("RECHARGE_ACCESS_TOKEN", "sk_1")
        .env("RECHARGE_BASE_URL", server.url("http"))
        .stderr(std::process::Stdio::piped());
    let child = command.spawn().unwrap();
    asked.recv().unwrap();
    let kill = ["-INT", &child.id().to_string()];
    std::process::Command::new("kill")
        .args(kill)
        .status()
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("GET /store → no answer"), "{said}");
    let har = is_har(&std::fs::read_to_string(&file).unwrap());
    let comment = &har["log"]["entries"][0]["response"]["comment"];
    assert_eq!(comment, "the wait for it was cancelled");
}
