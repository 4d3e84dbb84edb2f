//! What is claimed of bulk jobs, compared with real processes: `cargo bench
//! --bench bulk`, or one part of it by its name. See `benches/README.md`.

#![expect(clippy::print_stdout, reason = "figures are printed")]
#![expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]

mod served;
mod table;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use wait4::{ResUse, Wait4};

use served::Served;
use table::{Flaw, table};

const RC: &str = env!("CARGO_BIN_EXE_rc");

const MILLION: u64 = 1_000_000;

/// What the bucket of a plain token holds, and what leaks out of it a second.
const BUCKET: f64 = 40.0;
const RATE: f64 = 2.0;

/// Measures something in a folder of its own; whether it is as it must be.
type Part = fn(&Path) -> bool;

fn main() {
    let parts: [(&str, Part); 5] = [
        ("check", check),
        ("ledger", ledger),
        ("jobs", jobs),
        ("batches", batches),
        ("requests", requests),
    ];
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let named = |name: &str| asked.iter().any(|word| word == name);
    let any = parts.iter().any(|(name, _)| named(name));
    let folder = tempfile::tempdir().expect("a folder");
    let mut good = true;
    for (name, part) in parts {
        if !any || named(name) {
            println!("\n{name}");
            let own = folder.path().join(name);
            fs::create_dir(&own).expect("a folder");
            good &= part(&own);
            fs::remove_dir_all(&own).expect("it goes");
        }
    }
    if !good {
        println!("\nNOT ALL IS AS IT MUST BE");
        std::process::exit(1);
    }
}

/// A million rows are read and checked: those that are all good, and those
/// among which some hundred are not.
fn check(folder: &Path) -> bool {
    let path = folder.join("million.csv");
    table(&path, MILLION, |_| Flaw::None);
    let (used, took) = checked(folder, &path, true);
    told("a million rows", &used, took);
    let mut good = limit("processor time, s", seconds(&used), 10.0);
    good &= limit("peak memory, MiB", memory(&used), 64.0);

    let known = table(&path, MILLION, Flaw::of);
    let (used, took) = checked(folder, &path, false);
    told("a million rows, some of them wrong", &used, took);
    good &= limit("processor time, s", seconds(&used), 10.0);
    good &= limit("peak memory, MiB", memory(&used), 64.0);
    let mut report = csv::Reader::from_path(folder.join("report.csv")).expect("a report");
    let lines = report.records().map(|record| {
        let record = record.expect("a record");
        (record[0].parse().expect("a line"), record[1].to_owned())
    });
    let lines: Vec<(u64, String)> = lines.collect();
    let same = lines == known;
    println!(
        "  {} findings, each on its line and in its column: {same}",
        known.len()
    );
    good && same
}

fn checked(folder: &Path, path: &Path, all_good: bool) -> (ResUse, Duration) {
    let mut command = Command::new(RC);
    command
        .args(["bulk", "check", "discounts", "create"])
        .arg(path)
        .arg("--report")
        .arg(folder.join("report.csv"))
        .env("RECHARGE_STATE_DIR", folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let begun = Instant::now();
    let used = command.spawn().expect("rc runs").wait4().expect("it ends");
    assert_eq!(used.status.code(), Some(if all_good { 0 } else { 2 }));
    (used, begun.elapsed())
}

/// The same rows put into a ledger, up to the moment at which the job is there.
fn ledger(folder: &Path) -> bool {
    let path = folder.join("million.csv");
    table(&path, MILLION, |_| Flaw::None);
    let served = Served::start(folder, &[]);
    let (used, took) = begun(&served, &path);
    told("a million rows put into a ledger", &used, took);
    let size: u64 = ledgers(folder).iter().map(|path| size_of(path)).sum();
    let (size, input) = (mebibytes(size), mebibytes(size_of(&path)));
    println!("  the input has {input:.0} MiB, the ledger {size:.0} MiB");
    limit("peak memory, MiB", memory(&used), 64.0)
}

/// Begins a job, and kills it when its ledger is there.
fn begun(served: &Served, path: &Path) -> (ResUse, Duration) {
    let before = ledgers(&served.folder).len();
    let begun = Instant::now();
    let mut child = served
        .rc("bulk discounts create")
        .arg(path)
        .spawn()
        .expect("rc runs");
    while ledgers(&served.folder).len() == before {
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().expect("it is there");
    (child.wait4().expect("it ends"), begun.elapsed())
}

fn ledgers(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder.join("jobs")).into_iter().flatten();
    entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|end| end == "db"))
        .collect()
}

/// The list of ten jobs with 100,000 rows each.
fn jobs(folder: &Path) -> bool {
    let path = folder.join("rows.csv");
    table(&path, MILLION / 10, |_| Flaw::None);
    let served = Served::start(folder, &[]);
    for _ in 0..10 {
        begun(&served, &path);
    }
    let listed = Instant::now();
    let used = served
        .rc("bulk list")
        .stdout(Stdio::null())
        .spawn()
        .expect("rc runs")
        .wait4()
        .expect("it ends");
    told(
        "the list of ten jobs of 100,000 rows",
        &used,
        listed.elapsed(),
    );
    limit("processor time, s", seconds(&used), 1.0)
}

/// Ten thousand discounts with the limiter of a plain token, in real time.
fn batches(folder: &Path) -> bool {
    let rows = 10_000;
    let path = folder.join("rows.csv");
    table(&path, rows, |_| Flaw::None);
    let served = Served::start(folder, &[]);
    let begun = Instant::now();
    let child = served
        .rc("bulk discounts create")
        .arg(&path)
        .stdout(Stdio::piped())
        .spawn()
        .expect("rc runs");
    // The ledger is there, and the process is working.
    while ledgers(folder).is_empty() {
        std::thread::sleep(Duration::from_millis(50));
    }
    std::thread::sleep(Duration::from_secs(10));
    let id = ledgers(folder)[0]
        .file_stem()
        .map(std::ffi::OsStr::to_os_string);
    let id = id.and_then(|id| id.into_string().ok()).expect("a name");
    let second = served.output(&format!("bulk resume {id}"));
    let output = child.wait_with_output().expect("it ends");
    let took = begun.elapsed().as_secs_f64();
    assert!(output.status.success());
    let job: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    println!("  {} of {rows} rows are ok", job["ok"]);

    let operations = served.says("sandbox requests --jq .operation -r");
    let count = |name: &str| operations.lines().filter(|line| *line == name).count() as f64;
    // One look is to see that all is there before it is started.
    let looks = count("async_batches.get") - 1.0;
    let requests = operations.lines().count() as f64 - looks - count("store.get");
    println!(
        "  {requests} requests, {looks} looks how far it is, and one for the name of the store"
    );
    let mut good = job["ok"] == rows && limit("requests : plan", requests / 53.0, 1.0);

    let batch = served.says("async-batches list -n 1 -o ndjson");
    let batch: Value = serde_json::from_str(&batch).expect("JSON");
    let processed = moment(&batch["closed_at"]) - moment(&batch["submitted_at"]);
    println!("  {took:.1} s, of which the sandbox processed for {processed} s");
    let sum = processed + requests / RATE;
    good &= limit("time : requests / rate + processing", took / sum, 1.02);
    // The bucket takes the first 40 without a wait.
    let sum = processed + (requests - BUCKET) / RATE;
    good &= limit(
        "the same without those of the first burst",
        took / sum,
        1.02,
    );

    let asked = served.requests();
    let again = served.output(&format!("bulk resume {id}"));
    let silent = served.requests() == asked;
    let (done, refused) = (text(&again.stderr), text(&second.stderr));
    println!(
        "  resume while it runs: {}",
        refused.lines().next().unwrap_or_default()
    );
    println!(
        "  resume of it done: {}",
        done.lines().next().unwrap_or_default()
    );
    good && silent
        && again.status.success()
        && done.contains("nothing left to do")
        && second.status.code() == Some(2)
}

fn moment(value: &Value) -> f64 {
    let moment: jiff::Timestamp = value
        .as_str()
        .and_then(|text| text.parse().ok())
        .expect("a time");
    moment.as_second() as f64
}

/// A request for each row: with the usual token, and with one that leaks twenty
/// times faster.
fn requests(folder: &Path) -> bool {
    let (usual, fast) = (folder.join("usual"), folder.join("fast"));
    for own in [&usual, &fast] {
        fs::create_dir(own).expect("a folder");
    }
    let usual = paced(&usual, 340, "1x1", RATE);
    let fast = paced(&fast, 840, "20x1", 20.0 * RATE);
    usual && fast
}

fn paced(folder: &Path, rows: u64, multiplier: &str, rate: f64) -> bool {
    let mut served = Served::start(folder, &[]);
    let ids = served.says(&format!("customers list -n {rows} --jq .id"));
    let mut table = "id,first_name\n".to_owned();
    for id in ids.lines() {
        let _ = writeln!(table, "{id},Robin");
    }
    let path = folder.join("rows.csv");
    fs::write(&path, table).expect("a table");
    let token = served.says(&format!(
        "sandbox token --multiplier {multiplier} --jq .token -r"
    ));
    token.trim().clone_into(&mut served.token);
    served.says("sandbox requests --clear");
    let begun = Instant::now();
    let output = served
        .rc("bulk customers update")
        .arg(&path)
        .output()
        .expect("rc runs");
    let took = begun.elapsed().as_secs_f64();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let told = served.says("sandbox requests --jq .status -r");
    let asked = told.lines().count() as f64;
    let refused = told.lines().filter(|status| *status == "429").count();
    let ideal = (asked - BUCKET) / rate;
    println!("  {rows} rows, {multiplier}: {asked} requests, {refused} of them 429, {took:.2} s");
    limit("time : what the rate allows", took / ideal, 1.0 / 0.98) && refused == 0
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn told(what: &str, used: &ResUse, took: Duration) {
    let (cpu, memory) = (seconds(used), memory(used));
    println!("  {what}: {cpu:.2} s of processor time in {took:.1?}, {memory:.1} MiB");
}

fn seconds(used: &ResUse) -> f64 {
    (used.rusage.utime + used.rusage.stime).as_secs_f64()
}

fn memory(used: &ResUse) -> f64 {
    mebibytes(used.rusage.maxrss)
}

fn size_of(path: &Path) -> u64 {
    fs::metadata(path).expect("a file").len()
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / 1024.0 / 1024.0
}

fn limit(what: &str, measured: f64, limit: f64) -> bool {
    let good = measured <= limit;
    let word = if good { "within" } else { "OVER" };
    println!("  {what}: {measured:.3} ({word} {limit:.3})");
    good
}
