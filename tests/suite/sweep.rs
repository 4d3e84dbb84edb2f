//! A sweep for secrets: every command, in every format, with every trace and
//! both forms of errors, against a server that repeats the request. The header
//! and the token are arguments, so that another API can be swept as well.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use recharge_cli::catalog::{self, Method, Operation, ResponseShape};
use serde_json::{Value, json};

use crate::canned::{Asked, read};
use crate::harness::{Outcome, Rc, Store, rc};
use crate::secure::Listening;

const FORMATS: [&str; 6] = [
    "",
    "-o json",
    "-o ndjson",
    "-o csv",
    "-o table",
    "--jq tostring",
];
const TRACES: [&str; 4] = ["", "-v", "-vv", "--trace TRACE"];
const REFUSALS: [u16; 4] = [401, 422, 403, 404];
const ERRORS: [&str; 2] = ["", "--errors json"];

/// Commands that are no operation of the catalog.
const OTHERS: [&str; 10] = [
    "api GET /shop?note=x",
    "api GET /orders --paginate",
    "api POST /x -f a=b --yes",
    "stats orders --by status",
    "orders list --watch 1",
    "subscriptions get 1 2 3",
    "auth status",
    "doctor",
    "bulk discounts create FILE --yes",
    "auth login --with-token",
];

/// What the server answers with.
#[derive(Clone, Copy)]
enum Replies {
    Success,
    Refusal(u16),
}

/// A server that repeats each request in the head and the body of its reply,
/// and counts the requests that carry the token in the header.
struct Repeater {
    server: Listening,
    replies: Arc<Mutex<Replies>>,
    authenticated: Arc<AtomicUsize>,
    others: Arc<AtomicUsize>,
}

impl Repeater {
    fn start(header: &str, token: &str) -> Self {
        let replies = Arc::new(Mutex::new(Replies::Success));
        let (authenticated, others) = (Arc::default(), Arc::default());
        let (mode, counts) = (
            Arc::clone(&replies),
            [Arc::clone(&authenticated), Arc::clone(&others)],
        );
        let (header, token) = (header.to_owned(), token.to_owned());
        let server = Listening::with(move |mut stream, _, _| {
            let request = read(&stream);
            // The doctor opens a connection to see whether it can.
            if request.line.is_empty() {
                return;
            }
            let is_authenticated = request.header(&header) == Some(token.as_str());
            let [authenticated, others]: &[Arc<AtomicUsize>; 2] = &counts;
            let count = if is_authenticated {
                authenticated
            } else {
                others
            };
            count.fetch_add(1, Ordering::SeqCst);
            let replies = *mode.lock().unwrap();
            let (status, body) = reply(&request, replies);
            let _ = write!(
                stream,
                "HTTP/1.1 {status} {token}\r\nContent-Type: application/json\r\n\
                 X-Request-Id: {token}\r\nX-Echo: {header}: {token}\r\n\
                 Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
        });
        Self {
            server,
            replies,
            authenticated,
            others,
        }
    }

    fn answers_with(&self, replies: Replies) {
        *self.replies.lock().unwrap() = replies;
    }
}

/// Status and body of the reply: all of the request, in keys and in values.
fn reply(request: &Asked, replies: Replies) -> (u16, String) {
    let mut echo = request.line.clone();
    for (name, value) in &request.headers {
        echo.extend([" ", name, ": ", value]);
    }
    echo.push_str(&request.body);
    let (method, target) = request.line.split_once(' ').unwrap();
    let path = target.split('?').next().unwrap();
    let status = match replies {
        Replies::Refusal(status) => {
            let body = json!({"errors": {&echo: [&echo]}, "error": echo, "warning": echo});
            return (status, body.to_string());
        }
        Replies::Success => 200,
    };
    let mut record = json!({
        "id": 1, "name": echo, "code": echo, "status": echo, &echo: echo,
        "scopes": [echo, "write_discounts", "read_batches", "write_batches"],
    });
    let Some(operation) = operation(method, path) else {
        return (
            status,
            json!({"things": [record], "warning": echo}).to_string(),
        );
    };
    if let Some(id) = id_in(operation, path) {
        record["id"] = id;
    }
    let body = match operation.response {
        ResponseShape::Nothing => json!({"warning": echo}),
        ResponseShape::Bare(..) => record,
        ResponseShape::BarePage(_) => json!([record]),
        ResponseShape::One(key, _) => json!({key: record, "warning": echo}),
        ResponseShape::Number(key) => json!({key: 10, "echo": echo}),
        ResponseShape::OneInList(key, _)
        | ResponseShape::Many(key, _)
        | ResponseShape::Page(key, _) => {
            json!({key: [record], "next_cursor": null, "warning": echo})
        }
    };
    match operation.success {
        204 => (204, String::new()),
        status => (status, body.to_string()),
    }
}

fn operation(method: &str, path: &str) -> Option<&'static Operation> {
    let methods = [Method::Get, Method::Post, Method::Put, Method::Delete];
    let method = methods.into_iter().find(|known| known.name() == method)?;
    catalog::recharge::API.matching(method, path)
}

/// The first path parameter, as the API writes an id.
fn id_in(operation: &Operation, path: &str) -> Option<Value> {
    let mut segments = operation.path.split('/').zip(path.split('/'));
    let (_, id) = segments.find(|(known, _)| known.starts_with('{'))?;
    Some(serde_json::from_str(id).unwrap_or_else(|_| id.into()))
}

/// Every command: one for each operation, and the others.
fn commands(file: &str) -> Vec<String> {
    let mut by_operation: BTreeMap<&str, String> = BTreeMap::new();
    for block in include_str!("../golden/requests.txt").split("\n\n") {
        let mut lines = block.lines();
        let id = lines.find_map(|line| line.strip_prefix("## "));
        let command = lines.find_map(|line| line.strip_prefix("$ rc "));
        if let (Some(id), Some(command)) = (id, command) {
            by_operation.insert(id, format!("{command} --yes"));
        }
    }
    assert_eq!(
        by_operation.len(),
        catalog::recharge::API.operations().count()
    );
    let others = OTHERS.iter().map(|line| line.replace("FILE", file));
    by_operation.into_values().chain(others).collect()
}

/// The token in each spelling that a reply or an output may have.
fn spellings(token: &str) -> Vec<String> {
    let json = Value::from(token).to_string();
    let each = |escape: &dyn Fn(u8) -> String| token.bytes().map(escape).collect::<String>();
    vec![
        token.to_owned(),
        json[1..json.len() - 1].to_owned(),
        percent_encoding::utf8_percent_encode(token, percent_encoding::NON_ALPHANUMERIC)
            .to_string(),
        each(&|byte| format!("%{byte:02X}")),
        each(&|byte| format!("\\u{byte:04x}")),
        STANDARD.encode(token),
        URL_SAFE_NO_PAD.encode(token),
    ]
}

#[track_caller]
fn is_free_of(text: &str, secrets: &[String], origin: &str) {
    for secret in secrets {
        assert!(!text.contains(secret), "the token is in {origin}: {text}");
    }
}

/// Searches every file below a folder but those that keep tokens; returns how
/// many there are.
fn search(folder: &Path, secrets: &[String]) -> usize {
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().unwrap() == "tokens" {
            continue;
        }
        if path.is_dir() {
            files += search(&path, secrets);
        } else {
            let bytes = std::fs::read(&path).unwrap();
            let origin = path.display().to_string();
            is_free_of(&String::from_utf8_lossy(&bytes), secrets, &origin);
            files += 1;
        }
    }
    files
}

/// Runs every command against a server that repeats the token of the header;
/// fails when the token is in an output, a trace or a file.
#[track_caller]
fn sweep(header: &str, token: &str) {
    let (store, server) = (Store::new(), Repeater::start(header, token));
    let secrets = spellings(token);
    let file = store.path().join("codes.csv").display().to_string();
    std::fs::write(&file, "code,value,value_type\nA,1,percentage\n").unwrap();
    let trace = store.path().join("trace.har");
    let run = |line: &str| -> Rc {
        rc(&line.replace("TRACE", &trace.display().to_string()))
            .env("RECHARGE_BASE_URL", &server.server.url("http"))
            .env("RECHARGE_ACCESS_TOKEN", token)
            .until(2)
            .stdin(token)
            .holding(&store)
    };
    let (mut runs, mut redacted, mut successes) = (0, 0, 0);
    let mut check = |line: &str, outcome: &Outcome| {
        let said = format!("{}{}{}", outcome.stdout, outcome.stderr, outcome.questions);
        is_free_of(&said, &secrets, line);
        runs += 1;
        redacted += usize::from(said.contains("[redacted]"));
        successes += usize::from(outcome.code == 0);
    };
    let commands = commands(&file);
    for (n, command) in commands.iter().enumerate() {
        for (at, format) in FORMATS.iter().enumerate() {
            let (trace, errors) = (TRACES[(n + at) % 4], ERRORS[(n + at / 2) % 2]);
            let line = format!("{command} {format} {trace} {errors}");
            server.answers_with(Replies::Success);
            check(&line, &run(&line).runs());
        }
        for (at, errors) in ERRORS.iter().enumerate() {
            let line = format!("{command} {errors} {}", TRACES[(n / 2 + 2 * at) % 4]);
            server.answers_with(Replies::Refusal(REFUSALS[(n + at) % 4]));
            check(&line, &run(&line).runs());
        }
        let line = format!("{command} -o table -v");
        server.answers_with(Replies::Success);
        check(&line, &run(&line).showing(120).runs());
    }
    assert_eq!(runs, commands.len() * (FORMATS.len() + ERRORS.len() + 1));
    // The sweep means something only where the token came and went.
    let asked = server.authenticated.load(Ordering::SeqCst);
    assert!(asked > runs * 3 / 4, "{asked} requests of {runs} runs");
    assert_eq!(server.others.load(Ordering::SeqCst), 0);
    assert!(redacted > runs / 2, "{redacted} of {runs}");
    assert!(successes > runs / 3, "{successes} of {runs}");
    let traced = std::fs::read_to_string(&trace).unwrap();
    assert!(traced.contains(&header.to_ascii_lowercase()) || traced.contains(header));
    std::fs::remove_file(&file).unwrap();
    assert!(search(store.path(), &secrets) >= 3);
}

#[test]
fn sweep_finds_the_token_of_the_admin_api_nowhere() {
    sweep("X-Recharge-Access-Token", "sk_2x1_Qz7/vLk+9aB\"3dE");
}

#[test]
#[should_panic(expected = "the token is in")]
fn sweep_fails_when_a_secret_is_printed() {
    // A text that every reply and every output has: it is not the token.
    let secrets = spellings("status");
    let server = Repeater::start("X-Recharge-Access-Token", "sk_sandbox_all");
    let outcome = rc("orders list -o ndjson")
        .against(&server.server.url("http"))
        .succeeds();
    is_free_of(&outcome.stdout, &secrets, "orders list");
}
