//! The pace of real processes against a served sandbox with the limiter of the
//! API: `cargo bench --bench pace`. The token's bucket leaks twenty times
//! faster than the usual one, so that it takes seconds. Lists of 80 pages come first,
//! while many requests go wrong. See `benches/README.md`.

#![expect(clippy::print_stdout, reason = "figures are printed")]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use serde_json::Value;

const RC: &str = env!("CARGO_BIN_EXE_rc");

/// Requests that leak out of the bucket in a second.
const RATE: f64 = 40.0;
const BUCKET: f64 = 40.0;

struct Served {
    child: Child,
    url: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Served {
    fn start(customers: u32) -> Self {
        let mut child = Command::new(RC)
            .args(["sandbox", "serve", "--port", "0", "-o", "json"])
            .args(["--customers", &customers.to_string()])
            .stdout(Stdio::piped())
            .spawn()
            .expect("rc runs");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe"))
            .read_line(&mut line)
            .expect("a line");
        let said: Value = serde_json::from_str(&line).expect("JSON");
        let url = said["url"].as_str().expect("a URL").to_owned();
        Self { child, url }
    }

    fn rc(&self, line: &str, token: &str) -> Command {
        let mut command = Command::new(RC);
        command
            .args(line.split(' '))
            .env("RECHARGE_BASE_URL", &self.url)
            .env("RECHARGE_ACCESS_TOKEN", token);
        command
    }

    fn says(&self, line: &str) -> String {
        let output = self.rc(line, "sk_sandbox_all").output().expect("rc runs");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("text")
    }

    /// Requests for the list, and those of them that were refused.
    fn counts(&self) -> (u32, u32) {
        let told = self.says("sandbox requests --jq .status -r");
        told.lines().fold((0, 0), |(asked, refused), status| {
            (asked + 1, refused + u32::from(status == "429"))
        })
    }
}

/// Lists of 400 pages by so many processes at once; whether all is as it must
/// be.
fn lists(processes: u32, refusals: f64, slack: f64) -> bool {
    let served = Served::start(400);
    let token = served.says("sandbox token --multiplier 20x1 --jq .token -r");
    served.says("sandbox requests --clear");
    let begun = Instant::now();
    let children: Vec<Child> = (0..processes)
        .map(|_| {
            served
                .rc("customers list --page-size 1 --jq .id", token.trim())
                .stdout(Stdio::piped())
                .spawn()
                .expect("rc runs")
        })
        .collect();
    let whole = children
        .into_iter()
        .map(|child| child.wait_with_output().expect("it ends"))
        .filter(|output| {
            let lines = String::from_utf8_lossy(&output.stdout).lines().count();
            output.status.success() && lines == 400
        })
        .count();
    let took = begun.elapsed().as_secs_f64();
    let (asked, refused) = served.counts();
    let ideal = (400.0 * f64::from(processes) - BUCKET) / RATE;
    println!(
        "{processes} at once: {whole} whole, {refused} of {asked} refused, {took:.2} s: {:.3} of {ideal:.1} s",
        took / ideal
    );
    whole == processes as usize
        && f64::from(refused) <= refusals * f64::from(asked)
        && took <= slack * ideal
}

/// Lists of 80 pages, one after the other, where one attempt of six goes
/// wrong; whether all are whole and each ends within so many seconds.
fn in_trouble(lists: u32, longest: f64) -> bool {
    let served = Served::start(80);
    let token = served.says("sandbox token --multiplier 20x1 --jq .token -r");
    let mut times: Vec<f64> = Vec::new();
    let mut whole = 0;
    for seed in 1..=lists {
        let faults = format!("429=5% 500=5% reset=5% truncate=2% seed={seed}");
        let set = served
            .rc("sandbox faults set", "sk_sandbox_all")
            .arg(faults)
            .output()
            .expect("rc runs");
        assert!(set.status.success(), "{set:?}");
        let begun = Instant::now();
        let output = served
            .rc("customers list --page-size 1 --jq .id", token.trim())
            .output()
            .expect("rc runs");
        times.push(begun.elapsed().as_secs_f64());
        let lines = String::from_utf8_lossy(&output.stdout).lines().count();
        whole += u32::from(output.status.success() && lines == 80);
    }
    times.sort_unstable_by(f64::total_cmp);
    let (median, last) = (times[times.len() / 2], times[times.len() - 1]);
    println!(
        "80 pages in trouble: {whole} of {lists} whole, median {median:.1} s, longest {last:.1} s"
    );
    whole == lists && last <= longest
}

fn main() {
    let troubled = in_trouble(10, 30.0);
    let alone = lists(1, 0.0, 1.02);
    let together = lists(8, 0.01, 1.5);
    if !(alone && together && troubled) {
        println!("\nNOT ALL IS AS IT MUST BE");
        std::process::exit(1);
    }
}
