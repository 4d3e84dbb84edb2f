//! A server that repeats the token in good answers: in keys, strings, headers
//! and results of tasks, in every spelling. It reaches no output and no file.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde_json::{Value, json};

use crate::harness::{Rc, Store, rc};
use crate::secure::Listening;

const TOKEN: &str = "sk_2x1_Qz7/vLk+9aB\"3dE";

/// The token in every spelling, as the inside of a JSON string, and the pieces
/// of them that nothing may hold.
fn spellings() -> (String, Vec<String>) {
    let quoted = |text: &str| {
        let json = Value::from(text).to_string();
        json[1..json.len() - 1].to_owned()
    };
    let each = |escape: &dyn Fn(u8) -> String| TOKEN.bytes().map(escape).collect::<String>();
    let units = each(&|byte| format!("\\u00{byte:02x}"));
    let percent = each(&|byte| format!("%{byte:02X}"));
    let mut forms = vec![
        quoted(TOKEN),
        TOKEN.replace('/', "\\/").replace('"', "\\\""),
        units.clone(),
        quoted(&units),
        percent.clone(),
        percent.replace('%', "%25"),
        quoted(&Value::from(TOKEN).to_string()),
        "sk_2x1_Qz7%2FvLk%2B9aB%223dE".to_owned(),
        "sk_2x1_Qz7&#x2F;vLk&#43;9aB&quot;3dE".to_owned(),
        "sk_2x1_Qz7/vLk 9aB\\u00223dE".to_owned(),
    ];
    let mut pieces = vec!["vLk".to_owned(), "\\u0076\\u004c".to_owned()];
    pieces.extend(["%76%4C".to_owned(), "%2576%254C".to_owned()]);
    for before in ["", "u", "u:"] {
        let text = format!("{before}{TOKEN}");
        let encoded = STANDARD.encode(&text);
        pieces.push(encoded[8..16].to_owned());
        forms.push(encoded.replace('/', "\\/"));
        forms.push(URL_SAFE.encode(&text));
    }
    (forms.join(" "), pieces)
}

#[track_caller]
fn is_free_of_it(text: &str, what: &str) {
    for piece in spellings().1 {
        assert!(!text.contains(&piece), "{piece} is in {what}: {text}");
    }
}

/// Tasks of the batch that the server knows.
type Tasks = Arc<Mutex<Vec<Value>>>;

/// Status and body for a request.
fn answer(line: &str, body: &str, tasks: &Tasks) -> (u16, String) {
    let echo = format!("\"{}\"", spellings().0);
    let record = format!("{{\"id\":1,\"status\":{echo},{echo}:{echo},\"code\":{echo}}}");
    let batch = |status: &str| {
        let count = tasks.lock().unwrap().len();
        format!(
            "{{\"async_batch\":{{\"id\":5,\"batch_type\":\"discount_create\",\"status\":\"{status}\",\
             \"total_task_count\":{count},\"success_task_count\":0,\"fail_task_count\":{count}}}}}"
        )
    };
    let method = line.split(' ').next().unwrap();
    let path = line.split(' ').nth(1).unwrap();
    let path = path.split('?').next().unwrap();
    match (method, path) {
        (_, "/token_information") => (
            200,
            format!(
                "{{\"token_information\":{{\"name\":{echo},\"scopes\":[{echo},\"read_batches\",\
                 \"write_batches\",\"write_discounts\"],\"contact_email\":{echo}}}}}"
            ),
        ),
        (_, "/store") => (
            200,
            format!("{{\"store\":{{\"id\":1,\"name\":{echo},\"identifier\":\"s\"}}}}"),
        ),
        ("GET", "/subscriptions") => (
            200,
            format!(
                "{{\"subscriptions\":[{record}],\"next_cursor\":null,\"warning\":{echo},\
                 \"warnings\":[{echo}]}}"
            ),
        ),
        ("GET", "/subscriptions/1") => (
            200,
            format!("{{\"subscription\":{record},\"warning\":{echo}}}"),
        ),
        ("POST", "/discounts") if body.contains("REFUSED") => (
            422,
            format!("{{\"errors\":{{{echo}:[{echo}]}},\"warning\":{echo}}}"),
        ),
        ("POST", "/discounts") => (201, format!("{{\"discount\":{record}}}")),
        ("POST", "/async_batches") => (201, batch("not_started")),
        ("POST", "/async_batches/5/process") => (201, batch("processing")),
        ("GET", "/async_batches/5") => (200, batch("completed")),
        ("POST", "/async_batches/5/tasks") => {
            let sent: Value = serde_json::from_str(body).unwrap();
            let mut tasks = tasks.lock().unwrap();
            tasks.extend(sent["tasks"].as_array().unwrap().iter().cloned());
            (200, json!({"count": tasks.len()}).to_string())
        }
        ("GET", "/async_batches/5/tasks") => {
            let mut list = String::new();
            for (at, task) in tasks.lock().unwrap().iter().enumerate().rev() {
                let _ = write!(
                    list,
                    "{}{{\"id\":{},\"batch_id\":5,\"body\":{},\"status\":\"failed\",\"result\":\
                     {{\"status_code\":422,\"output\":{{\"errors\":{{{echo}:[{echo}]}}}}}}}}",
                    if list.is_empty() { "" } else { "," },
                    at + 100,
                    task["body"],
                );
            }
            (
                200,
                format!("{{\"async_batch_tasks\":[{list}],\"next_cursor\":null}}"),
            )
        }
        _ => (200, format!("{{{echo}:[{record}]}}")),
    }
}

fn serve(stream: TcpStream, tasks: &Tasks) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut head = String::new();
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            if line == "\r\n" {
                break;
            }
            if let Some(value) = line.to_lowercase().strip_prefix("content-length: ") {
                length = value.trim().parse().unwrap();
            }
            head.push_str(&line);
        }
        let mut body = vec![0; length];
        if reader.read_exact(&mut body).is_err() {
            return;
        }
        let body = String::from_utf8(body).unwrap();
        let (status, body) = answer(&head, &body, tasks);
        let name = "x-sk_2x1_qz7";
        let answer = format!(
            "HTTP/1.1 {status} {TOKEN}\r\nContent-Type: application/json\r\nX-Request-Id: {TOKEN}\r\n\
             {name}: {TOKEN}\r\nX-Recharge-Limit: {TOKEN}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        // In two reads, the second in the middle of a token.
        let (first, second) = body.as_bytes().split_at(body.find("vLk").unwrap_or(0));
        let stream = reader.get_mut();
        let sent = stream
            .write_all(&[answer.as_bytes(), first].concat())
            .and_then(|()| stream.flush());
        std::thread::yield_now();
        if sent.and_then(|()| stream.write_all(second)).is_err() {
            return;
        }
    }
}

fn repeating() -> Listening {
    let tasks = Tasks::default();
    Listening::with(move |stream, _, _| serve(stream, &tasks))
}

fn told(line: &str, store: &Store, server: &Listening) -> Rc {
    rc(line)
        .env("RECHARGE_BASE_URL", &server.url("http"))
        .env("RECHARGE_ACCESS_TOKEN", TOKEN)
        .holding(store)
}

fn search(folder: &std::path::Path) -> usize {
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files += search(&path);
        } else {
            let bytes = std::fs::read(&path).unwrap();
            let name = path.display().to_string();
            is_free_of_it(&String::from_utf8_lossy(&bytes), &name);
            files += 1;
        }
    }
    files
}

#[test]
fn a_token_in_a_good_answer_is_in_no_format_and_no_file() {
    let (store, server) = (Store::new(), repeating());
    let out = store.path().join("out").display().to_string();
    let trace = store.path().join("trace.har").display().to_string();
    let mut hidden = 0;
    for command in [
        "subscriptions list",
        "subscriptions get 1 1",
        "api GET /subscriptions",
        "api GET /anything",
        "auth status",
        "store get",
        "token-information get",
        "doctor",
    ] {
        for way in [
            "-o json",
            "-o ndjson",
            "-o csv",
            "-o tsv",
            "-o table",
            "-q . -r",
            "-q 'tostring' -r",
            "-o json -vv",
            "-o csv -v",
            &format!("-o ndjson --trace {trace}"),
            &format!("-o json --out {out}"),
        ] {
            if command.starts_with("api") && way.contains("csv") {
                continue;
            }
            let line = format!("{command} {way}");
            for outcome in [
                told(&line, &store, &server).runs(),
                told(&line, &store, &server).showing(200).runs(),
            ] {
                let said = format!("{}{}", outcome.stdout, outcome.stderr);
                is_free_of_it(&said, &line);
                assert_eq!(outcome.code, 0, "{outcome:?}");
                hidden += usize::from(said.contains("[redacted]"));
            }
        }
    }
    assert!(hidden > 50, "{hidden}");
    assert!(search(store.path()) >= 2);
}

#[test]
fn a_token_in_the_answers_to_a_job_is_in_no_ledger() {
    for (engine, way) in [
        ("requests", ""),
        ("batches", ""),
        ("requests", "-vv"),
        ("batches", "-o json -v"),
    ] {
        let (store, server) = (Store::new(), repeating());
        let file = store.path().join("codes.csv");
        std::fs::write(
            &file,
            "code,value,value_type\nA,1,percentage\nREFUSED,1,percentage\n",
        )
        .unwrap();
        let line = format!(
            "bulk discounts create {} --engine {engine} --yes {way}",
            file.display()
        );
        let outcome = told(&line, &store, &server).runs();
        assert_eq!(outcome.code, 7, "{outcome:?}");
        is_free_of_it(&outcome.screen, &line);
        assert!(outcome.screen.contains("[redacted]"), "{outcome:?}");
        let jobs = told("bulk list --jq .id -r", &store, &server).succeeds();
        let results = format!("bulk results {} -o ndjson", jobs.stdout.trim());
        let results = told(&results, &store, &server).succeeds();
        is_free_of_it(&results.screen, "results");
        assert!(results.screen.contains("[redacted]"), "{results:?}");
        assert!(search(store.path()) >= 2);
    }
}

#[test]
fn a_short_token_changes_no_data() {
    let body = "{\"subscriptions\":[{\"id\":1,\"status\":\"active\"}]}";
    let server = Listening::plain(crate::secure::ok(body));
    for token in ["1", "id", "active", "subscriptions"] {
        rc("subscriptions list -o ndjson")
            .against(&server.url("http"))
            .env("RECHARGE_ACCESS_TOKEN", token)
            .succeeds()
            .prints("{\"id\":1,\"status\":\"active\"}\n");
    }
}
