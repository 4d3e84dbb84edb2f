//! The token appears nowhere. Everything that speaks is exercised with a token
//! that is like no other text, by servers that repeat it wherever they can,
//! and what comes out is searched for it.

use std::path::Path;
use std::process::Stdio;

use crate::canned::{Canned, Reply};
use crate::harness::{Rc, Store, rc};
use crate::secure::{Listening, ok};
use crate::served::{self, Served};

/// A token with letters that JSON and addresses write in another way.
const TOKEN: &str = "sk_2x1_Qz\"7/vLk\\9";

/// A part of it that has one spelling only.
const PART: &str = "vLk";

/// Each way to be reported something, or to send nothing.
const WAYS: [&str; 8] = [
    "",
    "-v",
    "-vv",
    "-vv --errors json",
    "--trace TRACE",
    "-v -o json --trace TRACE",
    "--timeout 5s -vv",
    "-o csv -v",
];

/// Each way to ask.
const COMMANDS: [&str; 7] = [
    "orders list",
    "store get",
    "subscriptions activate 1 2 3",
    "subscriptions cancel 1 --reason x --yes",
    "api GET /shop -f note=x",
    "api POST /x -f a=b",
    "doctor",
];

fn as_json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn told(line: &str, store: &Store, url: &str) -> Rc {
    rc(line)
        .env("RECHARGE_BASE_URL", url)
        .env("RECHARGE_ACCESS_TOKEN", TOKEN)
        .holding(store)
}

#[track_caller]
fn is_free_of_it(text: &str, what: &str) {
    assert!(!text.contains(PART), "the token is in {what}: {text}");
}

/// Every file below a folder, whatever it holds.
fn search(folder: &Path) -> usize {
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files += search(&path);
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        is_free_of_it(
            &String::from_utf8_lossy(&bytes),
            &path.display().to_string(),
        );
        files += 1;
    }
    files
}

/// A server that repeats the token in headers and body, in this status.
fn repeating(status: u16) -> Listening {
    let body = format!(
        "{{\"error\":{0},\"errors\":{{{0}:[{0}]}},\"warning\":{1:?}}}",
        as_json(TOKEN),
        format!("see /x?token={}", "sk_2x1_Qz%227%2FvLk%5C9"),
    );
    let head = format!(
        "{status} {TOKEN}\r\nX-Request-Id: {TOKEN}\r\nX-Recharge-Limit: {TOKEN}\r\n\
         Location: https://x.example.com/?token={TOKEN}\r\nSet-Cookie: t={TOKEN}\r\nX-Echo: {TOKEN}\r\n"
    );
    Listening::plain(ok(&body).replacen("200 OK\r\n", &head, 1))
}

#[test]
fn the_token_is_in_no_output_no_trace_and_no_file() {
    let store = Store::new();
    let trace = store.path().join("trace.har");
    let mut runs = 0;
    for status in [302, 401, 403, 404, 422, 429, 500] {
        let server = repeating(status);
        for command in COMMANDS {
            for way in WAYS {
                let way = way.replace("TRACE", &trace.display().to_string());
                let line = format!("{command} {way}");
                let outcome = told(&line, &store, &server.url("http")).runs();
                let said = format!("{}{}", outcome.stdout, outcome.stderr);
                is_free_of_it(&said, &line);
                // An API that is only busy is in order for a doctor.
                let fine = status == 429 && command == "doctor";
                assert_eq!(outcome.code == 0, fine, "{line}");
                runs += 1;
            }
            assert!(trace.exists(), "{command}");
            search(store.path());
        }
    }
    assert_eq!(runs, 7 * COMMANDS.len() * WAYS.len());
}

#[test]
fn the_token_is_in_nothing_that_is_said_of_a_broken_connection() {
    let store = Store::new();
    for way in ["-vv", "-vv --errors json"] {
        for reply in [
            Reply::HangUp,
            Reply::Raw(format!("HTTP/1.1 {TOKEN}\r\n\r\n")),
            Reply::Raw(format!("{TOKEN}\r\n\r\n")),
            Reply::Raw(format!(
                "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{TOKEN}"
            )),
            Reply::Raw(format!(
                "HTTP/1.1 422 X\r\nContent-Length: 22\r\n\r\n{{\"errors\":{TOKEN}"
            )),
        ] {
            let server = Canned::serve(vec![reply]);
            let line = format!("subscriptions activate 1 {way}");
            let outcome = told(&line, &store, &server.url).runs();
            is_free_of_it(&format!("{}{}", outcome.stdout, outcome.stderr), &line);
            assert!(outcome.code > 0, "{outcome:?}");
        }
    }
    search(store.path());
}

#[test]
fn the_token_is_in_no_dry_run() {
    let store = Store::new();
    for form in [
        "--dry-run",
        "--dry-run=curl",
        "--dry-run -o json",
        "--dry-run -vv",
    ] {
        for command in COMMANDS.iter().filter(|command| **command != "doctor") {
            let line = format!("{command} {form}");
            let outcome = told(&line, &store, "http://127.0.0.1:9").succeeds();
            is_free_of_it(&format!("{}{}", outcome.stdout, outcome.stderr), &line);
        }
    }
}

/// What others on this machine can see of a run that waits for its answer.
#[cfg(target_os = "linux")]
#[test]
fn the_token_is_in_no_process_list_and_there_are_no_children() {
    let (asked, waiting) = std::sync::mpsc::channel();
    let server = Listening::with(move |mut stream, _, _| {
        let mut bytes = [0; 4096];
        while matches!(std::io::Read::read(&mut stream, &mut bytes), Ok(1..)) {
            let _ = asked.send(());
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let mut child = served::rc(&["subscriptions", "activate", "1", "-vv"])
        .env("RECHARGE_ACCESS_TOKEN", TOKEN)
        .env("RECHARGE_BASE_URL", server.url("http"))
        .env("RECHARGE_STATE_DIR", folder.path())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    waiting.recv().unwrap();
    let process = Path::new("/proc").join(child.id().to_string());
    let words = std::fs::read(process.join("cmdline")).unwrap();
    is_free_of_it(&String::from_utf8_lossy(&words), "the process list");
    for task in std::fs::read_dir(process.join("task")).unwrap() {
        let children = task.unwrap().path().join("children");
        // Not every kernel tells.
        let children = std::fs::read_to_string(children).unwrap_or_default();
        assert_eq!(children, "");
    }
    child.kill().unwrap();
    child.wait().unwrap();
    search(folder.path());
}

#[test]
fn the_token_is_in_no_log_of_a_served_sandbox() {
    let served = Served::start();
    for command in COMMANDS {
        let line = format!("{command} -vv");
        let outcome = told(&line, &Store::new(), &served.url).runs();
        is_free_of_it(&format!("{}{}", outcome.stdout, outcome.stderr), &line);
    }
    let log = rc("sandbox requests -o ndjson")
        .against(&served.url)
        .succeeds();
    assert!(log.records().len() >= COMMANDS.len());
    is_free_of_it(&log.stdout, "the log");
}

/// A panic prints what values show of themselves.
#[test]
fn the_token_is_in_nothing_that_shows_itself() {
    use recharge_cli::api::client::{Client, Connection, Http};
    use recharge_cli::config::{self, BaseUrl, Network, NetworkFlags};
    let token = || config::credential::token_of(TOKEN, "a test").unwrap();
    let connection = Connection {
        base: "http://127.0.0.1:9".to_owned(),
        token: token(),
        api: &recharge_cli::catalog::recharge::API,
        version: None,
        client_id: None,
        store: None,
    };
    is_free_of_it(&format!("{:?} {connection:?}", token()), "a connection");
    let base = BaseUrl::parse("http://127.0.0.1:9").unwrap();
    let far = BaseUrl::parse("https://far.example.com").unwrap();
    let with = [(
        "HTTPS_PROXY".to_owned(),
        format!("http://user:{PART}@proxy:1").into(),
    )];
    let network = Network::of(&NetworkFlags::default(), &with.into(), &far).unwrap();
    let through = Http::new(&far, &network).unwrap();
    is_free_of_it(&format!("{network:?} {through:?}"), "a way through a proxy");
    let http = Http::new(&base, &Network::patient()).unwrap();
    let timing = recharge_cli::api::client::Timing {
        sleep: std::sync::Arc::new(|_| Box::pin(async {})),
        elapsed: std::sync::Arc::new(|| std::time::Duration::ZERO),
    };
    let budget = recharge_cli::api::client::retry::Budget::default();
    let client = Client::new(Box::new(http), connection, timing, budget);
    is_free_of_it(&format!("{client:?}"), "a client");
}

/// The page on security names a test for each of its claims.
#[test]
fn every_test_that_the_page_on_security_names_exists() {
    fn sources(folder: &Path, text: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, text);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                text.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut text = String::new();
    sources(&root.join("src"), &mut text);
    sources(&root.join("crates"), &mut text);
    sources(&root.join("tests"), &mut text);
    let page = include_str!("../../SECURITY.md");
    let named = page.split('`').skip(1).step_by(2);
    // Names of tests are sentences; what else is in quotes is shorter.
    let named: Vec<&str> = named
        .filter(|word| word.matches('_').count() >= 4)
        .collect();
    assert!(named.len() >= 20, "{named:?}");
    for name in named {
        assert!(
            text.contains(&format!("fn {name}()")),
            "there is no test {name}"
        );
    }
}

/// Anyone who unpacks a foreign project and runs `rc` there is reported nothing
/// else than anywhere.
#[test]
fn nothing_in_the_working_directory_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let thief = Listening::plain(ok("{}"));
    let url = thief.url("http");
    for name in [
        ".env",
        ".rechargerc",
        "recharge.toml",
        "config.toml",
        ".netrc",
        "rc.toml",
    ] {
        let text = format!(
            "RECHARGE_BASE_URL={url}\nRECHARGE_ACCESS_TOKEN=x\nbase_url = \"{url}\"\ntoken = \"x\"\n"
        );
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let output = served::rc(&["store", "get"])
        .current_dir(&folder)
        .env("HOME", folder.path().join("home"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert!(thief.heads().is_empty());
}

#[test]
fn a_filter_reads_neither_environment_nor_files() {
    let store = Store::new();
    for filter in [
        "env",
        "$ENV.PATH",
        "$ENV",
        "input_filename",
        "include \"x\"; .",
        "import \"x\" as x; .",
    ] {
        let line = format!("store get --sandbox --jq '{filter}'");
        let outcome = told(&line, &store, "http://127.0.0.1:9").runs();
        is_free_of_it(&format!("{}{}", outcome.stdout, outcome.stderr), &line);
        let nothing = matches!(outcome.stdout.trim(), "" | "null" | "{}");
        assert!(nothing, "{outcome:?}");
    }
}
