//! What a filter costs beside `curl | jq`, and CSV beside `jq -r '@csv'`, on
//! the same bytes: `cargo bench --bench jq`. See `benches/README.md`.
//!
//! A server in this process answers every page with the same 250 records, so
//! that it costs next to nothing; what is measured is the processor time of
//! the programs that read them. Needs `curl` and `jq` on the path.

#![expect(clippy::print_stdout, reason = "figures are printed")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use wait4::Wait4;

const RC: &str = env!("CARGO_BIN_EXE_rc");

/// Pages of 250 records: a million, unless `RC_BENCH_PAGES` says otherwise.
const PAGES: usize = 4000;

const COLUMNS: [&str; 5] = ["id", "status", "price", "quantity", "created_at"];

fn main() {
    let pages = std::env::var("RC_BENCH_PAGES").ok();
    let pages = pages.and_then(|text| text.parse().ok()).unwrap_or(PAGES);
    let records = page();
    println!(
        "{} records, {} MB, processor time (user + system)",
        pages * 250,
        pages * records.len() / 1_000_000
    );
    let url = serve(records, pages);

    let filter = "{id,status}";
    let ours = rc(&url, &["--jq", filter]);
    let theirs = curl_and_jq(
        &url,
        pages,
        &["-c", &format!(".subscriptions[] | {filter}")],
    );
    compare("--jq '{id,status}' : curl | jq -c", &ours, &theirs, 0.5);

    let columns = COLUMNS.join(",");
    let ours = rc(&url, &["-o", "csv", "-c", &columns]);
    let fields: Vec<String> = COLUMNS.iter().map(|name| format!(".{name}")).collect();
    let program = format!(".subscriptions[] | [{}] | @csv", fields.join(", "));
    let theirs = curl_and_jq(&url, pages, &["-r", &program]);
    compare(
        "-o csv of five columns : curl | jq -r '@csv'",
        &ours,
        &theirs,
        0.3,
    );
}

/// What a pipe of programs used.
struct Used {
    /// Processor time of all of them.
    time: Duration,
    /// Peak memory of the last, in MiB.
    mebibytes: u64,
    /// Lines that came out.
    lines: usize,
}

fn compare(what: &str, ours: &Used, theirs: &Used, limit: f64) {
    // A header is a line of its own.
    assert!(ours.lines.abs_diff(theirs.lines) <= 1, "other records");
    let ratio = ours.time.as_secs_f64() / theirs.time.as_secs_f64();
    let word = if ratio <= limit { "within" } else { "OVER" };
    println!(
        "  {what}: {:.2?} : {:.2?} = {ratio:.2} ({word} {limit}); peak memory {} MiB : {} MiB",
        ours.time, theirs.time, ours.mebibytes, theirs.mebibytes
    );
}

fn rc(url: &str, flags: &[&str]) -> Used {
    let child = Command::new(RC)
        .args(["subscriptions", "list"])
        .args(flags)
        .env("RECHARGE_BASE_URL", url)
        .env("RECHARGE_ACCESS_TOKEN", "sk_test")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("rc starts");
    used(Vec::new(), child)
}

fn curl_and_jq(url: &str, pages: usize, flags: &[&str]) -> Used {
    let all = format!("{url}/subscriptions?cursor=[0-{}]", pages - 1);
    let mut curl = Command::new("curl")
        .args(["-sS", &all])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("curl starts");
    let piped = curl.stdout.take().expect("its standard output");
    let jq = Command::new("jq")
        .args(flags)
        .stdin(piped)
        .stdout(Stdio::piped())
        .spawn()
        .expect("jq starts");
    used(vec![curl], jq)
}

/// Reads the last program of a pipe to its end, and then waits for all.
fn used(before: Vec<Child>, mut last: Child) -> Used {
    let mut stdout = last.stdout.take().expect("its standard output");
    let (mut lines, mut piece) = (0, vec![0; 1 << 16]);
    loop {
        let read = stdout.read(&mut piece).expect("its output");
        if read == 0 {
            break;
        }
        lines += memchr::memchr_iter(b'\n', &piece[..read]).count();
    }
    let (mut time, mut mebibytes) = (Duration::ZERO, 0);
    for mut child in before.into_iter().chain([last]) {
        let used = child.wait4().expect("its end");
        assert!(used.status.success(), "{}", used.status);
        time += used.rusage.utime + used.rusage.stime;
        mebibytes = used.rusage.maxrss / 1024 / 1024;
    }
    Used {
        time,
        mebibytes,
        lines,
    }
}

/// The records of a page, as a made-up store has them.
fn page() -> String {
    let mut sandbox = Command::new(RC)
        .args([
            "sandbox",
            "serve",
            "--no-limit",
            "--port",
            "0",
            "-o",
            "json",
        ])
        .args(["--customers", "400"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the sandbox starts");
    let stdout = sandbox.stdout.take().expect("its standard output");
    let mut line = String::new();
    BufReader::new(stdout)
        .read_line(&mut line)
        .expect("its first line");
    let said: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    let list = Command::new(RC)
        .args(["subscriptions", "list", "-n", "250", "-o", "ndjson"])
        .env("RECHARGE_BASE_URL", said["url"].as_str().expect("a URL"))
        .env(
            "RECHARGE_ACCESS_TOKEN",
            said["token"].as_str().expect("a token"),
        )
        .output()
        .expect("a list");
    let _ = sandbox.kill();
    let _ = sandbox.wait();
    let records = String::from_utf8(list.stdout).expect("text");
    let records: Vec<&str> = records.lines().collect();
    assert_eq!(records.len(), 250);
    records.join(",")
}

/// Serves so many pages to whoever asks, each with the cursor of the next.
fn serve(records: String, pages: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its number");
    let records = Arc::new(records);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let records = Arc::clone(&records);
            thread::spawn(move || answer(&stream, &records, pages));
        }
    });
    format!("http://{address}")
}

fn answer(stream: &TcpStream, records: &str, pages: usize) {
    let mut requests = BufReader::new(stream).lines();
    while let Some(Ok(first)) = requests.next() {
        while requests
            .next()
            .is_some_and(|line| line.is_ok_and(|line| !line.is_empty()))
        {}
        let number = first.split_once("cursor=").map_or("", |(_, rest)| rest);
        let mut digits = number.split(|letter: char| !letter.is_ascii_digit());
        let number: usize = digits.next().and_then(|n| n.parse().ok()).unwrap_or(0);
        let next = if number + 1 < pages {
            format!("\"{}\"", number + 1)
        } else {
            "null".to_owned()
        };
        let head = format!("{{\"next_cursor\":{next},\"previous_cursor\":null,\"subscriptions\":[");
        let length = head.len() + records.len() + 2;
        let mut to = stream;
        let sent = to
            .write_all(
                format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{head}"
                )
                .as_bytes(),
            )
            .and_then(|()| to.write_all(records.as_bytes()))
            .and_then(|()| to.write_all(b"]}"));
        if sent.is_err() {
            return;
        }
    }
}
