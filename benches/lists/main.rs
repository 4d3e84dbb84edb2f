//! What long lists cost: as they are beside `curl`, filtered beside `curl | jq`,
//! as CSV beside `jq -r '@csv'`, on the same bytes; and the memory of each
//! format. `cargo bench --bench lists`; see `benches/README.md`.
//!
//! What is measured is the processor time of the programs that read what a
//! server in this process sends. Needs `curl` and `jq` on the path.

#![expect(clippy::print_stdout, reason = "figures are printed")]

mod served;

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use wait4::Wait4;

const RC: &str = env!("CARGO_BIN_EXE_rc");

/// Pages of 250 records: a million, unless `RC_BENCH_PAGES` says otherwise.
const PAGES: usize = 4000;

/// Pages of the lists that are compared with `curl` alone.
const RAW_PAGES: usize = 400;

/// The memory that no format may pass, in MiB.
const MOST_MEMORY: u64 = 32;

const COLUMNS: [&str; 5] = ["id", "status", "price", "quantity", "created_at"];

fn main() {
    let pages = std::env::var("RC_BENCH_PAGES").ok();
    let pages = pages.and_then(|text| text.parse().ok()).unwrap_or(PAGES);
    let records = served::page();
    raw(&records);
    memory(&records, pages);
    println!(
        "{} records, {} MB, processor time (user + system)",
        pages * 250,
        pages * records.len() / 1_000_000
    );
    let url = served::serve(records, pages);

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

/// Lists as they are, written to a file, beside the same pages by `curl` over
/// one connection; medians of five runs in turn.
fn raw(records: &str) {
    let url = served::serve(records.to_owned(), RAW_PAGES);
    let folder = tempfile::tempdir().expect("a folder");
    let (here, there) = (folder.path().join("rc"), folder.path().join("curl"));
    println!(
        "{} records, {} MB, to a file",
        RAW_PAGES * 250,
        RAW_PAGES * records.len() / 1_000_000
    );
    for format in ["ndjson", "json"] {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..5 {
            let mut rc = Command::new(RC);
            rc.args(["subscriptions", "list", "-o", format])
                .env("RECHARGE_BASE_URL", &url)
                .env("RECHARGE_ACCESS_TOKEN", "sk_test");
            ours.push(into(&here, rc));
            let mut curl = Command::new("curl");
            let all = format!("{url}/subscriptions?cursor=[0-{}]", RAW_PAGES - 1);
            curl.args(["-sS", &all]);
            theirs.push(into(&there, curl));
        }
        ours.sort_unstable();
        theirs.sort_unstable();
        let ratio = ours[2].as_secs_f64() / theirs[2].as_secs_f64();
        let word = if ratio <= 3.0 { "within" } else { "OVER" };
        println!(
            "  -o {format} : curl: {:.2?} : {:.2?} = {ratio:.2} ({word} 3.0)",
            ours[2], theirs[2]
        );
    }
}

/// Processor time of a program whose output goes to a file.
fn into(path: &Path, mut program: Command) -> Duration {
    let file = File::create(path).expect("a file");
    let child = program.stdin(Stdio::null()).stdout(file).spawn();
    let used = child.expect("it starts").wait4().expect("its end");
    assert!(used.status.success(), "{}", used.status);
    used.rusage.utime + used.rusage.stime
}

/// Peak memory of each format, for a tenth of the records and for all.
fn memory(records: &str, pages: usize) {
    let (few, all) = (
        served::serve(records.to_owned(), pages / 10),
        served::serve(records.to_owned(), pages),
    );
    println!("peak memory, {} and {} records", pages * 25, pages * 250);
    for format in ["ndjson", "json", "csv", "tsv", "table"] {
        let [few, all] = [&few, &all].map(|url| rc(url, &["-o", format]).mebibytes);
        let word = if all < MOST_MEMORY { "within" } else { "OVER" };
        println!("  -o {format}: {few} MiB, {all} MiB ({word} {MOST_MEMORY})");
    }
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
