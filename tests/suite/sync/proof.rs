//! The proof that a copy is exact: a served sandbox is changed all the time, its
//! answers fail now and then, and runs are killed, until one has come through on a
//! store that stands still. Then the copy is the store, row by row.
//!
//! The plain suite has a short form. The long one kills so many runs:
//!
//! ```sh
//! RC_SYNC_KILLS=60 cargo test --test suite sync::proof -- --nocapture
//! ```

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::copies::assert_same;
use super::recorder::{Recorder, Version};
use super::{Copy, environment};
use crate::harness::{Store, rc};
use crate::served::{Served, rc as rc_process};

/// Kills of the short form.
const FEW: u32 = 8;

/// Longer than all runs together may take.
const PATIENCE: Duration = Duration::from_secs(1500);

pub(super) const TABLES: &str = "customers,subscriptions,charges,webhooks,discounts,onetimes";

const FAULTS: &str = "500=2% 503=2%,1s truncate=2% reset=2% seed=7";

/// A kind of store that is copied.
pub(crate) struct ProofSource {
    /// Flags of the sandbox that is served.
    pub serve: &'static [&'static str],
    /// Flags of `rc sync`.
    pub sync: &'static [&'static str],
    /// Changes the store until it is asked to stop; returns how many changes were
    /// made.
    pub change: fn(&Copy, &AtomicBool) -> u32,
}

const RECHARGE: ProofSource = ProofSource {
    serve: &["--no-limit"],
    sync: &["--tables", TABLES],
    change,
};

fn kills() -> u32 {
    let asked = std::env::var("RC_SYNC_KILLS").ok();
    asked.and_then(|asked| asked.parse().ok()).unwrap_or(FEW)
}

/// Changes the store until it is asked to stop; returns how many changes were
/// made.
fn change(copy: &Copy, stop: &AtomicBool) -> u32 {
    let mut rng = fastrand::Rng::with_seed(11);
    let mut made = 0;
    let ids = |list: &str| -> Vec<String> {
        let line = format!("{list} --jq .id --max-retries 9");
        let outcome = copy.there(rc(&line)).runs();
        outcome.stdout.lines().map(str::to_owned).collect()
    };
    while !stop.load(Ordering::SeqCst) {
        let one = |ids: Vec<String>, rng: &mut fastrand::Rng| match ids.len() {
            0 => "1".to_owned(),
            number => ids[rng.usize(..number)].clone(),
        };
        let active = "subscriptions list --status active -n 60";
        let line = match rng.u32(..9) {
            0 => {
                format!("customers create --email c{made}@example.com --first-name A --last-name B")
            }
            1 | 2 => {
                let id = one(ids(active), &mut rng);
                format!("subscriptions update {id} --quantity {}", rng.u32(1..9))
            }
            3 => {
                let id = one(ids(active), &mut rng);
                format!(
                    "subscriptions update {id} --quantity {} --commit true",
                    rng.u32(1..9)
                )
            }
            4 => {
                let id = one(ids(active), &mut rng);
                format!("subscriptions cancel {id} --cancellation-reason test --yes")
            }
            5 => {
                let id = one(ids("subscriptions list --status cancelled -n 20"), &mut rng);
                format!("subscriptions activate {id}")
            }
            6 => {
                let id = one(ids("charges list --status queued -n 40"), &mut rng);
                format!("charges skip {id}")
            }
            7 => format!("discounts create --code C{made} --value 5 --value-type percentage"),
            _ => {
                let id = one(ids("onetimes list -n 20"), &mut rng);
                format!("onetimes delete {id} --yes")
            }
        };
        // Faults affect these as well.
        let outcome = copy.there(rc(&line)).runs();
        made += u32::from(outcome.code == 0);
        let line = format!("sandbox clock advance {}s", rng.u32(1..40));
        copy.there(rc(&line)).runs();
    }
    made
}

/// Puts the clock of the store past its daily work, so that the next one is a day away
/// at whatever hour the proof begins.
fn begin_after_work(copy: &Copy) {
    let shown = copy.sandbox("sandbox clock show --jq .now -r").stdout;
    let now: jiff::Timestamp = shown.trim().parse().unwrap();
    let now = jiff::tz::offset(0).to_datetime(now);
    // A store that is a day ahead of this machine has bookmarks that a run refuses.
    let day = match now.hour() {
        0..8 => now.date(),
        8..20 => return,
        _ => now.date().tomorrow().unwrap(),
    };
    copy.sandbox(&format!("sandbox clock set {day}T09:00:00Z"));
}

/// Waits, by the clock of the store, for what follows a change later: charges are made
/// again five seconds after an update that did not wait for them. Without this the store
/// goes on changing after it was read for the last time.
pub(super) fn stand_still(copy: &Copy) {
    copy.sandbox("sandbox clock advance 10s");
}

/// A process that syncs.
fn process(copy: &Copy, source: &ProofSource, url: &str, flags: &[&str]) -> Command {
    let file = copy.file();
    let mut command = rc_process(&["sync", "--to", &file]);
    command
        .args(source.sync)
        .args(flags)
        .envs(environment(url))
        .env("RECHARGE_STATE_DIR", copy.store.path().join("state"))
        .env("RECHARGE_CONFIG_DIR", copy.store.path().join("config"))
        .stdout(Stdio::null());
    command
}

/// How a run ended.
enum RunEnd {
    Killed,
    Failed,
    CameThrough,
}

/// Runs a sync, and kills it after a while.
fn ended(copy: &Copy, source: &ProofSource, url: &str, after: Duration) -> RunEnd {
    let mut command = process(copy, source, url, &[]);
    let mut child = command.stderr(Stdio::null()).spawn().unwrap();
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return if status.success() {
                RunEnd::CameThrough
            } else {
                RunEnd::Failed
            };
        }
        if begun.elapsed() >= after {
            child.kill().unwrap();
            child.wait().unwrap();
            return RunEnd::Killed;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// A store that was copied, the copy, and what its runs were served.
pub(crate) struct Proof {
    _served: Served,
    pub(crate) copy: Copy,
    /// Versions that runs were served which came through.
    kept: BTreeSet<Version>,
    /// Versions that any run was served.
    all: BTreeSet<Version>,
}

impl Proof {
    /// The history has what was served, and nothing else: all that runs were served
    /// which came through, and of the others what they stored before they ended.
    pub(super) fn assert_history(&self, versions: impl Fn(&str) -> Vec<(u64, String)>) {
        for table in ["charges", "subscriptions"] {
            let of_table = |versions: &BTreeSet<Version>| -> BTreeSet<(u64, String)> {
                let own = versions.iter().filter(|(name, ..)| name == table);
                own.map(|(_, id, at)| (*id, at.clone())).collect()
            };
            let history = versions(table);
            let distinct: BTreeSet<(u64, String)> = history.iter().cloned().collect();
            assert_eq!(
                distinct.len(),
                history.len(),
                "{table}: a version is stored twice"
            );
            let (kept, all) = (of_table(&self.kept), of_table(&self.all));
            assert!(kept.len() > 50, "{table}: {}", kept.len());
            let lost: Vec<_> = kept.difference(&distinct).collect();
            assert!(lost.is_empty(), "{table} lacks {lost:?}");
            let invented: Vec<_> = distinct.difference(&all).collect();
            assert!(invented.is_empty(), "{table} was never served {invented:?}");
        }
    }
}

/// The versions in the history of a copy that is a file.
pub(super) fn history_of(copy: &Copy) -> impl Fn(&str) -> Vec<(u64, String)> {
    |table| {
        let rows = copy.sql(&format!("SELECT id, updated_at FROM {table}_history"));
        let version = |row: &serde_json::Value| {
            let at = row["updated_at"].as_str().unwrap().to_owned();
            (row["id"].as_u64().unwrap(), at)
        };
        rows.iter().map(version).collect()
    }
}

/// Copies a store that changes to a destination, by runs that are killed; `None`
/// stands for a file. Afterwards the store stands still and the copy is complete.
pub(super) fn copied_under_kills(to: Option<String>) -> Proof {
    copied_from(&RECHARGE, to)
}

/// As [`copied_under_kills`], where so many runs come through at least while the store
/// changes, however slow the machine is.
#[cfg(feature = "lake")]
pub(super) fn copied_under_kills_with(least: u32, to: Option<String>) -> Proof {
    copied(&RECHARGE, to, least)
}

/// As [`copied_under_kills`], from a kind of store.
pub(crate) fn copied_from(source: &ProofSource, to: Option<String>) -> Proof {
    copied(source, to, 0)
}

#[expect(clippy::print_stderr, reason = "the figures of the proof")]
fn copied(source: &ProofSource, to: Option<String>, least: u32) -> Proof {
    let served = Served::with(source.serve);
    let copy = Copy {
        store: Store::new(),
        url: Some(served.url.clone()),
        to,
    };
    begin_after_work(&copy);
    copy.sandbox(&format!("sandbox faults set {FAULTS}"));
    let recorder = Recorder::before(&served.url);
    let (mut kept, mut all) = (BTreeSet::new(), BTreeSet::new());
    let stop = AtomicBool::new(false);
    let wanted = kills();
    let begun = Instant::now();
    let mut rng = fastrand::Rng::with_seed(5);
    let (mut kills, mut whole, mut through) = (0, 0, 0);
    let changes = std::thread::scope(|scope| {
        let changing = scope.spawn(|| (source.change)(&copy, &stop));
        while (kills < wanted || through < least) && begun.elapsed() < PATIENCE {
            let after = if kills < wanted {
                Duration::from_millis(rng.u64(20..900))
            } else {
                PATIENCE
            };
            let end = ended(&copy, source, &recorder.url, after);
            let seen = recorder.take();
            all.extend(seen.iter().cloned());
            match end {
                RunEnd::Killed => kills += 1,
                RunEnd::Failed => whole += 1,
                RunEnd::CameThrough => {
                    whole += 1;
                    through += 1;
                    kept.extend(seen);
                }
            }
            if rng.u32(..3) == 0 {
                // Nothing that a run needs is kept here.
                let _ = std::fs::remove_dir_all(copy.store.path().join("state"));
            }
        }
        stop.store(true, Ordering::SeqCst);
        changing.join().unwrap()
    });
    eprintln!("{kills} runs killed, {whole} came through, {changes} changes");
    assert_eq!(kills, wanted, "too slow");
    assert!(changes > 0);
    copy.sandbox("sandbox faults off");
    stand_still(&copy);
    let flags = ["--deletes", "full", "--yes"];
    let mut last = process(&copy, source, &recorder.url, &flags);
    let end = last.status().unwrap();
    assert!(end.success(), "{end}");
    let seen = recorder.take();
    all.extend(seen.iter().cloned());
    kept.extend(seen);
    Proof {
        _served: served,
        copy,
        kept,
        all,
    }
}

/// The file of a table has the rows of the copy, in the order of their ids.
pub(crate) fn assert_files(copy: &Copy, folder: &Path, table: &str, format: &str) {
    let file = folder.join(format!("{table}.{format}"));
    let ids: Vec<u64> = if format == "ndjson" {
        let text = std::fs::read_to_string(&file).unwrap();
        let row = |line| -> serde_json::Value { serde_json::from_str(line).unwrap() };
        text.lines()
            .map(|line| row(line)["id"].as_u64().unwrap())
            .collect()
    } else {
        let mut reader = csv::Reader::from_path(&file).unwrap();
        let headers = reader.headers().unwrap();
        let id = headers.iter().position(|name| name == "id").unwrap();
        let records = reader.records().map(Result::unwrap);
        records.map(|record| record[id].parse().unwrap()).collect()
    };
    let kept = copy.sql(&format!("SELECT id FROM {table} ORDER BY id"));
    let kept: Vec<u64> = kept.iter().map(|row| row["id"].as_u64().unwrap()).collect();
    assert_eq!(ids, kept, "{table}.{format}");
}

#[test]
fn a_copy_is_the_store_after_kills_faults_and_changes() {
    let proof = copied_under_kills(None);
    for table in TABLES.split(',') {
        assert_same(&proof.copy, table, &format!("{table} list"));
    }
    proof.assert_history(history_of(&proof.copy));
}

#[test]
fn files_are_the_store_after_kills_faults_and_changes() {
    for format in ["ndjson", "csv"] {
        let folder = tempfile::tempdir().unwrap();
        let to = format!("{format}:{}", folder.path().display());
        let proof = copied_under_kills(Some(to));
        let copy = &proof.copy;
        for table in TABLES.split(',') {
            assert_same(copy, table, &format!("{table} list"));
            assert_files(copy, folder.path(), table, format);
        }
        proof.assert_history(history_of(copy));
    }
}
