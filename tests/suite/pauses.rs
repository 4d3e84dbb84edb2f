//! A process that is stopped for a while, and a reader that pauses: neither
//! loses an answer that came meanwhile, nor keeps Ctrl-C from being seen.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::harness::Store;
use crate::served::rc;

/// Longer than the limits that the commands of these tests are given.
const PAUSE: Duration = Duration::from_millis(2_200);

/// The next request of a connection: its first line.
fn next(reader: &mut BufReader<TcpStream>) -> Option<String> {
    let mut first = String::new();
    reader.read_line(&mut first).ok().filter(|read| *read > 0)?;
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    reader.read_exact(&mut vec![0; length]).ok()?;
    Some(first)
}

/// The subscription that a request line names, with a long note.
fn subscription(line: &str, note: &str) -> String {
    let id = line.split('/').nth(2).unwrap();
    format!("{{\"subscription\":{{\"id\":{id},\"note\":\"{note}\"}}}}")
}

/// Serves answers to requests, and says which were asked for.
fn serve(
    answer: impl Fn(&str) -> String + Send + Sync + Clone + 'static,
) -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (teller, asked) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, teller) = (stream.unwrap(), teller.clone());
            let answer = answer.clone();
            std::thread::spawn(move || {
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                while let Some(line) = next(&mut reader) {
                    let _ = teller.send(line.clone());
                    let body = answer(&line);
                    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json";
                    let all = format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
                    if stream.write_all(all.as_bytes()).is_err() {
                        return;
                    }
                }
            });
        }
    });
    (url, asked)
}

fn spawned(url: &str, store: &Store, arguments: &[&str]) -> Child {
    rc(arguments)
        .env("RECHARGE_BASE_URL", url)
        .env("RECHARGE_ACCESS_TOKEN", "sk_1")
        .env("RECHARGE_STATE_DIR", store.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill")
        .args([name, &child.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
}

/// Waits for the end, within bounds; gives the exit code and standard error.
fn ended(mut child: Child) -> (Option<i32>, String) {
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if begun.elapsed() > Duration::from_secs(30) {
            child.kill().unwrap();
            panic!("it does not end");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let mut said = String::new();
    let stderr = child.stderr.as_mut().unwrap();
    stderr.read_to_string(&mut said).unwrap();
    (child.wait().unwrap().code(), said)
}

/// A page of many large records; after the third there is none.
fn page(line: &str) -> String {
    let at: u32 = line
        .split("cursor=")
        .nth(1)
        .and_then(|rest| rest.split(['&', ' ']).next()?.parse().ok())
        .unwrap_or(0);
    let text = "x".repeat(2_000);
    let records: Vec<String> = (0..250)
        .map(|id| format!("{{\"id\":{},\"note\":\"{text}\"}}", at * 250 + id))
        .collect();
    let cursor = if at < 2 {
        format!("\"{}\"", at + 1)
    } else {
        "null".to_owned()
    };
    let records = records.join(",");
    format!("{{\"next_cursor\":{cursor},\"customers\":[{records}]}}")
}

#[test]
fn an_answer_that_comes_while_the_process_is_stopped_is_read() {
    let (release, released) = mpsc::channel::<()>();
    let released = std::sync::Arc::new(std::sync::Mutex::new(released));
    let (url, asked) = serve(move |_| {
        released.lock().unwrap().recv().unwrap();
        "{\"subscription\":{\"id\":11,\"status\":\"active\"}}".to_owned()
    });
    let store = Store::new();
    let arguments = ["subscriptions", "activate", "11", "--timeout", "1s"];
    let child = spawned(&url, &store, &arguments);
    asked.recv().unwrap();
    signal(&child, "-STOP");
    release.send(()).unwrap();
    std::thread::sleep(PAUSE);
    signal(&child, "-CONT");
    let (code, said) = ended(child);
    assert_eq!(code, Some(0), "{said}");
    assert!(asked.try_recv().is_err(), "it was asked again");
}

#[test]
fn a_reader_that_pauses_gets_the_whole_list_and_each_page_is_asked_for_once() {
    let (url, asked) = serve(page);
    let store = Store::new();
    let mut list = spawned(
        &url,
        &store,
        &[
            "customers",
            "list",
            "-o",
            "ndjson",
            "--timeout",
            "1s",
            "--max-time",
            "1s",
        ],
    );
    let mut rows = BufReader::new(list.stdout.take().unwrap()).lines();
    for _ in 0..300 {
        rows.next().unwrap().unwrap();
    }
    // The reader has begun the second page, so the third one is under way.
    std::thread::sleep(PAUSE);
    assert_eq!(300 + rows.count(), 750);
    let (code, said) = ended(list);
    assert_eq!((code, said.as_str()), (Some(0), ""));
    assert_eq!(asked.try_iter().count(), 3);
}

#[test]
fn a_list_goes_no_further_than_one_page_ahead_of_its_reader() {
    let (url, asked) = serve(page);
    let store = Store::new();
    let mut list = spawned(&url, &store, &["customers", "list", "-o", "ndjson"]);
    let mut stdout = BufReader::new(list.stdout.take().unwrap());
    stdout.read_line(&mut String::new()).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    // The first page is handed over before anything else is asked for.
    assert_eq!(asked.try_iter().count(), 1);
    drop(stdout);
    let (code, said) = ended(list);
    assert_eq!((code, said.as_str()), (Some(0), ""));
    assert_eq!(asked.try_iter().count(), 0);
}

#[test]
fn ctrl_c_while_the_reader_pauses_ends_a_list_and_says_how_to_continue() {
    let (url, _asked) = serve(page);
    let store = Store::new();
    let mut list = spawned(&url, &store, &["customers", "list", "-o", "ndjson"]);
    let mut rows = BufReader::new(list.stdout.take().unwrap()).lines();
    for _ in 0..300 {
        rows.next().unwrap().unwrap();
    }
    std::thread::sleep(Duration::from_millis(300));
    signal(&list, "-INT");
    let (code, said) = ended(list);
    assert_eq!(code, Some(130), "{said}");
    // The second page is not whole, so it comes again.
    assert!(said.contains("250 records were printed"), "{said}");
    assert!(said.contains("--cursor 1 "), "{said}");
}

#[test]
fn ctrl_c_while_the_reader_pauses_says_what_was_written() {
    let text = "x".repeat(200_000);
    let (url, asked) = serve(move |line| subscription(line, &text));
    let store = Store::new();
    let ids: Vec<String> = (1..=30).map(|id| id.to_string()).collect();
    let mut arguments = vec!["subscriptions", "activate"];
    arguments.extend(ids.iter().map(String::as_str));
    let mut child = spawned(&url, &store, &arguments);
    let stdout = child.stdout.take().unwrap();
    // All that is begun while no one reads is answered.
    asked.recv().unwrap();
    std::thread::sleep(Duration::from_millis(1_500));
    signal(&child, "-INT");
    let (code, said) = ended(child);
    drop(stdout);
    let begun = 1 + asked.try_iter().count();
    assert_eq!(code, Some(130), "{said}");
    assert!(begun < 20, "{begun} were begun, and nobody read");
    let counts = format!(
        "{begun} done, 0 failed; the remaining ids were not sent; 0 unknown, {} left",
        30 - begun
    );
    assert!(said.contains(&counts), "{said}\nnot: {counts}");
}

#[test]
fn ctrl_c_while_the_reader_pauses_at_the_end_says_what_was_done() {
    // Nothing is ever read, and the last answer is larger than any pipe.
    let text = "x".repeat(400_000);
    let (url, asked) = serve(move |line| subscription(line, &text));
    let store = Store::new();
    let mut child = spawned(&url, &store, &["subscriptions", "activate", "1", "2"]);
    let stdout = child.stdout.take().unwrap();
    asked.recv().unwrap();
    asked.recv().unwrap();
    std::thread::sleep(Duration::from_secs(1));
    signal(&child, "-INT");
    let (code, said) = ended(child);
    drop(stdout);
    assert_eq!(code, Some(130), "{said}");
    assert!(said.contains("2 done, 0 failed"), "{said}");
}
