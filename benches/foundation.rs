//! The figures of the foundation, as ratios measured in one run:
//! `cargo bench --bench foundation`. See `benches/README.md`.

#![expect(clippy::print_stdout, reason = "figures are printed")]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4;

const RC: &str = env!("CARGO_BIN_EXE_rc");
const ROUNDS: usize = 200;

fn main() {
    println!("start-up, wall time, median of {ROUNDS}");
    let curl = || command("curl", &["--version"]);
    ratio(
        "rc --version",
        || command(RC, &["--version"]),
        "curl --version",
        curl,
        1.0,
    );
    ratio(
        "rc subscriptions --help",
        || command(RC, &["subscriptions", "--help"]),
        "curl --version",
        curl,
        1.0,
    );

    println!("\none object from a served sandbox, wall time, median of {ROUNDS}");
    let demo = Served::start(&[]);
    let id = demo.first_subscription();
    let url = format!("{}/subscriptions/{id}", demo.url);
    let header = format!("X-Recharge-Access-Token: {}", demo.token);
    let get = || demo.rc(&["subscriptions", "get", &id]);
    let fetch = || {
        command(
            "curl",
            &[
                "-sS",
                "-H",
                &header,
                "-H",
                "X-Recharge-Version: 2021-11",
                &url,
            ],
        )
    };
    ratio("rc subscriptions get", get, "curl", fetch, 1.2);
    drop(demo);

    println!("\nlisting as ndjson from a served sandbox, peak memory of the client");
    let small = listing(10_000);
    let large = listing(100_000);
    let limit = 40.0;
    println!(
        "  {:>9} records  {:6.1} MiB  {:6.2} s",
        small.records, small.mebibytes, small.seconds
    );
    println!(
        "  {:>9} records  {:6.1} MiB  {:6.2} s",
        large.records, large.mebibytes, large.seconds
    );
    verdict("peak memory, MiB", large.mebibytes, limit);
    verdict(
        "the same for ten times as much, ratio",
        large.mebibytes / small.mebibytes,
        1.1,
    );

    println!("\nsize");
    let size = std::fs::metadata(RC).map_or(0, |file| file.len());
    verdict("binary, MiB", mebibytes(size), 20.0);
}

fn command(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// Runs two commands in turn, so that both see the same weather.
fn ratio(
    ours: &str,
    our_command: impl Fn() -> Command,
    theirs: &str,
    their_command: impl Fn() -> Command,
    limit: f64,
) {
    let (mut our_times, mut their_times) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        our_times.push(timed(our_command()));
        their_times.push(timed(their_command()));
    }
    let (our_time, their_time) = (median(our_times), median(their_times));
    println!("  {ours}: {our_time:.2?}, {theirs}: {their_time:.2?}");
    verdict(
        "ratio",
        our_time.as_secs_f64() / their_time.as_secs_f64(),
        limit,
    );
}

fn timed(mut command: Command) -> Duration {
    let start = Instant::now();
    let status = command.status().expect("the command starts");
    assert!(status.success(), "{command:?}: {status}");
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn verdict(what: &str, measured: f64, limit: f64) {
    let word = if measured <= limit { "within" } else { "OVER" };
    println!("  {what}: {measured:.2} ({word} {limit})");
}

fn mebibytes(bytes: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a size in MiB needs two digits")]
    let bytes = bytes as f64;
    bytes / 1024.0 / 1024.0
}

/// A sandbox in a process of its own.
struct Served {
    child: Child,
    url: String,
    token: String,
}

impl Served {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(RC)
            .args([
                "sandbox",
                "serve",
                "--no-limit",
                "--port",
                "0",
                "-o",
                "json",
            ])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the sandbox starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("its standard output");
        BufReader::new(stdout)
            .read_line(&mut line)
            .expect("its first line");
        let said: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        let text = |key: &str| said[key].as_str().expect("text").to_owned();
        Self {
            child,
            url: text("url"),
            token: text("token"),
        }
    }

    fn rc(&self, arguments: &[&str]) -> Command {
        let mut command = command(RC, arguments);
        command
            .env("RECHARGE_BASE_URL", &self.url)
            .env("RECHARGE_ACCESS_TOKEN", &self.token);
        command
    }

    fn first_subscription(&self) -> String {
        let output = self
            .rc(&["subscriptions", "list", "-n", "1", "--jq", ".id"])
            .stdout(Stdio::piped())
            .output()
            .expect("a list");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Listing {
    records: usize,
    mebibytes: f64,
    seconds: f64,
}

/// Lists that many subscriptions and measures the client.
fn listing(records: usize) -> Listing {
    // A made-up store has about five subscriptions for three customers.
    let customers = (records * 2 / 3).to_string();
    let server = Served::start(&["--customers", &customers]);
    let limit = records.to_string();
    let start = Instant::now();
    let mut child = server
        .rc(&["subscriptions", "list", "-o", "ndjson", "-n", &limit])
        .stdout(Stdio::piped())
        .spawn()
        .expect("rc starts");
    let stdout = child.stdout.take().expect("its standard output");
    let lines = BufReader::new(stdout).lines().count();
    let used = child.wait4().expect("its end");
    assert!(used.status.success());
    assert_eq!(lines, records);
    Listing {
        records,
        mebibytes: mebibytes(used.rusage.maxrss),
        seconds: start.elapsed().as_secs_f64(),
    }
}
