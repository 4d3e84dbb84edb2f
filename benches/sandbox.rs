//! The figures of the sandbox with a million subscriptions, and of single
//! reads over HTTP: `cargo bench --bench sandbox`. See `benches/README.md`.

#![expect(clippy::print_stdout, reason = "figures are printed")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Request;
use recharge_cli::sandbox::seed::Seed;
use recharge_cli::sandbox::{Sandbox, State, TOKEN};
use serde_json::Value;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const RC: &str = env!("CARGO_BIN_EXE_rc");

/// Customers of whom the made-up store has a million subscriptions.
const CUSTOMERS: u32 = 482_000;

/// Pages of a list that are measured, spread over its length.
const PAGES: usize = 40;

const READS: usize = 20_000;

fn main() {
    println!("a store of a million subscriptions");
    let now = jiff::Timestamp::now();
    let start = Instant::now();
    let seed = Seed {
        customers: CUSTOMERS,
        seed: 2021,
    };
    let state = State::seeded(&seed, now);
    let ready = start.elapsed();
    for object in ["subscription", "customer", "address", "charge", "order"] {
        println!("  {:>9} of {object}", state.count(object));
    }
    let short = state.count("subscription") < 1_000_000;
    println!(
        "  a million subscriptions: {}",
        if short { "NO" } else { "yes" }
    );
    verdict("ready, seconds", ready.as_secs_f64(), 10.0);
    let sandbox = Sandbox::new(state, Arc::new(move || now));

    println!("\npages of 250 within the process, both ends of a list; milliseconds");
    for list in [
        "subscriptions?limit=250&sort_by=id-desc",
        "subscriptions?limit=250&sort_by=id-asc",
        "subscriptions?limit=250&sort_by=updated_at-desc",
        "subscriptions?limit=250&sort_by=updated_at-asc",
        "subscriptions?limit=250&status=active&sort_by=updated_at-desc",
        "customers?limit=250&sort_by=updated_at-desc",
        "charges?limit=250&sort_by=id-desc",
        "charges?limit=250&sort_by=updated_at-asc",
        "orders?limit=250&sort_by=updated_at-asc",
    ] {
        pages(&sandbox, list);
    }
    whole(&sandbox, "subscriptions?limit=250&sort_by=id-desc");
    whole(&sandbox, "subscriptions?limit=250&sort_by=updated_at-asc");
    of_customers(&sandbox);
    if let Some(peak) = peak_memory() {
        verdict("\n  peak memory with all that, MiB", peak, 1024.0);
    }
    drop(sandbox);

    println!("\nsingle reads over HTTP, one connection kept alive");
    for (what, flags) in [("demo store", None), ("a million", Some(CUSTOMERS))] {
        let rate = reads_a_second(flags);
        println!(
            "  {what}: {rate:.0} a second ({})",
            if rate >= 2_000.0 {
                "at least 2000"
            } else {
                "UNDER 2000"
            }
        );
    }
}

fn ask(sandbox: &Sandbox, path: &str) -> (Duration, Bytes) {
    let request = Request::get(path)
        .header("X-Recharge-Access-Token", TOKEN)
        .header("X-Recharge-Version", "2021-11")
        .body(Bytes::new())
        .expect("a request");
    let start = Instant::now();
    let answer = sandbox.answer(&request);
    let elapsed = start.elapsed();
    assert_eq!(answer.status(), 200, "{path}: {:?}", answer.body());
    (elapsed, answer.into_body())
}

fn cursor(page: &[u8]) -> Option<String> {
    // The cursor stands at the beginning; the records need not be read.
    let head = String::from_utf8_lossy(&page[..page.len().min(2_000)]).into_owned();
    let (_, rest) = head.split_once("\"next_cursor\":\"")?;
    Some(rest.split_once('"')?.0.to_owned())
}

/// Pages from the beginning of a list, from its middle and from its end.
fn pages(sandbox: &Sandbox, list: &str) {
    let resource = list.split('?').next().unwrap_or_default();
    let mut times = Vec::new();
    let (_, first) = ask(sandbox, &format!("/{list}"));
    for descends in [true, false] {
        // The same list from its other end is as deep as it gets.
        let from = if descends {
            list.to_owned()
        } else if list.contains("-desc") {
            list.replace("-desc", "-asc")
        } else {
            list.replace("-asc", "-desc")
        };
        let mut path = format!("/{from}");
        for _ in 0..PAGES / 2 {
            let (time, page) = ask(sandbox, &path);
            times.push(time);
            let Some(next) = cursor(&page) else { break };
            path = format!("/{resource}?limit=250&cursor={next}");
        }
    }
    times.sort();
    let worst = times[times.len() - 1].as_secs_f64() * 1e3;
    let median = times[times.len() / 2].as_secs_f64() * 1e3;
    println!("  {list}: median {median:.2}, {} bytes", first.len());
    verdict("slowest", worst, 3.0);
}

/// Every page of a list, from its beginning to its end.
fn whole(sandbox: &Sandbox, list: &str) {
    let mut times = Vec::new();
    let mut path = format!("/{list}");
    loop {
        let (time, page) = ask(sandbox, &path);
        times.push(time);
        let Some(next) = cursor(&page) else { break };
        path = format!("/subscriptions?limit=250&cursor={next}");
    }
    times.sort();
    let at = |share: usize| times[times.len() * share / 1_000].as_secs_f64() * 1e3;
    println!(
        "  all {} pages of {list}: median {:.2}",
        times.len(),
        at(500)
    );
    verdict("all but one in a hundred", at(990), 3.0);
}

/// What single customers have.
fn of_customers(sandbox: &Sandbox) {
    let (_, page) = ask(sandbox, "/customers?limit=250&sort_by=updated_at-asc");
    let page: Value = serde_json::from_slice(&page).expect("JSON");
    let mut times = Vec::new();
    for customer in page["customers"].as_array().expect("a list") {
        for sort in ["id-desc", "updated_at-desc"] {
            let path = format!(
                "/subscriptions?limit=250&sort_by={sort}&customer_id={}",
                customer["id"]
            );
            times.push(ask(sandbox, &path).0);
        }
    }
    times.sort();
    println!("  subscriptions?customer_id=…, {} of them", times.len());
    verdict("slowest", times[times.len() - 1].as_secs_f64() * 1e3, 3.0);
}

fn verdict(what: &str, measured: f64, limit: f64) {
    let word = if measured <= limit { "within" } else { "OVER" };
    println!("  {what}: {measured:.2} ({word} {limit})");
}

/// Peak memory of this process, where the system tells.
fn peak_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kibibytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes / 1024.0)
}

struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// How many subscriptions a served store gives out in a second, one at a time.
fn reads_a_second(customers: Option<u32>) -> f64 {
    let mut command = Command::new(RC);
    command.args([
        "sandbox",
        "serve",
        "--no-limit",
        "--port",
        "0",
        "-o",
        "json",
    ]);
    if let Some(customers) = customers {
        command.args(["--customers", &customers.to_string()]);
    }
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the sandbox starts");
    let stdout = child.stdout.take().expect("its standard output");
    let _served = Served(child);
    let mut line = String::new();
    BufReader::new(stdout)
        .read_line(&mut line)
        .expect("its first line");
    let said: Value = serde_json::from_str(&line).expect("JSON");
    let url = said["url"].as_str().expect("a URL");
    let address = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.set_nodelay(true).expect("a socket");
    let mut buffer = Vec::new();
    let list = exchange(&mut stream, "/subscriptions?limit=250", &mut buffer);
    let list: Value = serde_json::from_slice(list).expect("JSON");
    let ids: Vec<u64> = list["subscriptions"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|one| one["id"].as_u64())
        .collect();
    let start = Instant::now();
    for (_, id) in (0..READS).zip(ids.iter().cycle()) {
        let body = exchange(&mut stream, &format!("/subscriptions/{id}"), &mut buffer);
        assert!(body.starts_with(b"{\"subscription\""));
    }
    #[expect(clippy::cast_precision_loss, reason = "a few thousand reads")]
    let reads = READS as f64;
    reads / start.elapsed().as_secs_f64()
}

/// One request and the body of its answer.
fn exchange<'a>(stream: &mut TcpStream, path: &str, buffer: &'a mut Vec<u8>) -> &'a [u8] {
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: sandbox\r\nX-Recharge-Access-Token: {TOKEN}\r\n\
         X-Recharge-Version: 2021-11\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).expect("it is read");
    buffer.clear();
    let mut chunk = [0; 8_192];
    loop {
        let read = stream.read(&mut chunk).expect("an answer");
        assert!(read > 0, "the connection was closed");
        buffer.extend_from_slice(&chunk[..read]);
        let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8_lossy(&buffer[..end]).to_lowercase();
        let length: usize = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok())
            .expect("a length");
        if buffer.len() >= end + 4 + length {
            return &buffer[end + 4..end + 4 + length];
        }
    }
}
