//! A served store, jobs of all kinds on it, and the comparison that all of it
//! is for: what the ledger says of each row against what the store holds.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::harness::{Outcome, rc};
use crate::served::{Served, rc as process};

/// Something that can be done with many rows, and by which engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) operation: &'static str,
    pub(super) engine: &'static str,
}

const fn kind(operation: &'static str, engine: &'static str) -> Kind {
    Kind { operation, engine }
}

/// Both engines; what happens twice when it is sent twice, which comes first,
/// what is refused then, and what stays the same; what is made, what changes
/// and what goes.
pub(super) const KINDS: [Kind; 8] = [
    kind("onetimes create", "batches"),
    kind("onetimes create", "requests"),
    kind("discounts create", "batches"),
    kind("discounts create", "requests"),
    kind("discounts delete", "batches"),
    kind("customers update", "requests"),
    kind("discounts delete", "requests"),
    kind("subscriptions cancel", "requests"),
];

/// In this process waits take no time, and the served sandbox knows nothing of
/// that: a batch that takes a second is looked at for ages.
pub(super) const AGES: &str = "30d";

/// What one row is to do to the store: at `key` there is one more, or what is
/// there becomes something else, or goes.
#[derive(Debug)]
struct Wish {
    key: String,
    value: Option<String>,
    makes: bool,
}

/// What the store contains of the things that a kind of job is about: by their
/// key, for each its id and its value.
type Seen = BTreeMap<String, Vec<(String, String)>>;

/// A served store with a folder for jobs.
pub(super) struct Shop {
    served: Served,
    token: String,
    folder: TempDir,
}

/// Rows in a file, what they are to do, and how the store was before.
pub(super) struct Task {
    pub(super) kind: Kind,
    pub(super) file: PathBuf,
    wishes: Vec<Wish>,
    before: Seen,
}

/// The result of the rows of a job.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Ends {
    pub(super) ok: u64,
    pub(super) failed: u64,
    pub(super) unknown: u64,
}

impl Shop {
    pub(super) fn open(flags: &[&str]) -> Self {
        let flags = [flags, &["--no-limit"]].concat();
        let served = Served::with(&flags);
        // A job is not to wait for its token.
        let made = rc("sandbox token --multiplier 99x99 --jq .token -r")
            .against(&served.url)
            .succeeds();
        Self {
            token: made.stdout.trim().to_owned(),
            served,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// Asks in this process. Nothing waits here, and no one is killed.
    #[track_caller]
    pub(super) fn ask(&self, line: &str) -> Outcome {
        let outcome = self.ask_for_all(line);
        assert_eq!(outcome.code, 0, "{outcome:?}");
        outcome
    }

    /// The same, where it may also be that some rows fail.
    #[track_caller]
    pub(super) fn ask_for_all(&self, line: &str) -> Outcome {
        let outcome = rc(line)
            .against(&self.served.url)
            .env("RECHARGE_ACCESS_TOKEN", &self.token)
            .env("RECHARGE_STATE_DIR", self.state().to_str().unwrap())
            .env("RECHARGE_MAX_TIME", AGES)
            .runs();
        assert!(matches!(outcome.code, 0 | 7), "{outcome:?}");
        outcome
    }

    pub(super) fn token(&self) -> &str {
        &self.token
    }

    /// A process of its own for the same.
    pub(super) fn process(&self, line: &str) -> Command {
        let words = shell_words::split(line).unwrap();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let mut command = process(&words);
        self.place(&mut command);
        command
    }

    /// Lets a process work on this store.
    pub(super) fn place(&self, command: &mut Command) {
        command
            .env("RECHARGE_BASE_URL", &self.served.url)
            .env("RECHARGE_ACCESS_TOKEN", &self.token)
            .env("RECHARGE_STATE_DIR", self.state());
    }

    pub(super) fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// The jobs that there are, as their ledgers lie there.
    pub(super) fn jobs(&self) -> Vec<String> {
        let Ok(files) = std::fs::read_dir(self.state().join("jobs")) else {
            return Vec::new();
        };
        files
            .map(|file| file.unwrap().path())
            .filter(|path| path.extension().is_some_and(|end| end == "db"))
            .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
            .collect()
    }

    /// Writes a file of so many rows for a job that no other one is like.
    pub(super) fn task(&self, kind: Kind, rows: usize, mark: &str) -> Task {
        if kind.operation == "discounts delete" {
            self.discounts_to_delete(rows, mark);
        }
        self.ask("sandbox requests --clear");
        let before = self.seen(kind);
        let (text, wishes) = match kind.operation {
            "discounts create" => discounts(rows, mark, &before),
            "onetimes create" => self.onetimes(rows, mark),
            "discounts delete" => deletes(&before, mark),
            "customers update" => customers(rows, mark, &before),
            _ => cancels(rows, &before),
        };
        let file = self.folder.path().join(format!("{mark}.csv"));
        std::fs::write(&file, text).unwrap();
        Task {
            kind,
            file,
            wishes,
            before,
        }
    }

    fn discounts_to_delete(&self, rows: usize, mark: &str) {
        let mut text = "code,value,value_type,status\n".to_owned();
        for at in 0..rows {
            writeln!(text, "{mark}-{at},5,percentage,fully_disabled").unwrap();
        }
        let line = "bulk discounts create - --engine requests";
        rc(line).against(&self.served.url).stdin(&text).succeeds();
    }

    fn onetimes(&self, rows: usize, mark: &str) -> (String, Vec<Wish>) {
        // One address with thousands of them would take its time.
        let addresses = self.ask("addresses list -n 50 --jq .id").stdout;
        let addresses: Vec<&str> = addresses.lines().collect();
        let mut text = "address_id,add_to_next_charge,external_variant_id.ecommerce,price,\
                        product_title,quantity,sku\n"
            .to_owned();
        let mut wishes = Vec::new();
        for at in 0..rows {
            // Some rows are the same as the one before.
            let at = if at % 5 == 4 { at - 1 } else { at };
            let (sku, address) = (format!("{mark}-{at}"), addresses[at % addresses.len()]);
            writeln!(text, "{address},true,3844892483,6.00,Gift,1,{sku}").unwrap();
            wishes.push(Wish {
                key: sku,
                value: Some("6.00".to_owned()),
                makes: true,
            });
        }
        (text, wishes)
    }

    /// What there is of the things that a kind of job is about.
    fn seen(&self, kind: Kind) -> Seen {
        let (list, key, value) = match kind.operation {
            "discounts create" => ("discounts", "code", "value"),
            "onetimes create" => ("onetimes", "sku", "price"),
            "discounts delete" => ("discounts", "id", "code"),
            "customers update" => ("customers", "id", "first_name"),
            _ => ("subscriptions", "id", "status"),
        };
        let text = |value: &Value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let mut seen = Seen::new();
        for record in self.ask(&format!("{list} list -o ndjson")).records() {
            let found = (text(&record["id"]), text(&record[value]));
            seen.entry(text(&record[key])).or_default().push(found);
        }
        seen
    }

    /// Each row happened once when it is ok, not at all when it failed, and at
    /// most once when that is unknown; and nothing else happened.
    #[track_caller]
    pub(super) fn hold(&self, task: &Task, job: &str, what: &str) -> Ends {
        let results = self.ask(&format!("bulk results {job} -o ndjson")).records();
        assert_eq!(results.len(), task.wishes.len(), "{what}: rows are missing");
        let now = self.seen(task.kind);
        let mut ends = Ends::default();
        let mut rows: BTreeMap<&str, Vec<(&Wish, &Value)>> = BTreeMap::new();
        for (at, (wish, result)) in task.wishes.iter().zip(&results).enumerate() {
            assert_eq!(result["_line"], at + 2, "{what}: {result}");
            match result["_status"].as_str().unwrap() {
                "ok" => ends.ok += 1,
                "failed" => ends.failed += 1,
                "unknown" => ends.unknown += 1,
                other => panic!("{what}: a row is {other}: {result}"),
            }
            rows.entry(&wish.key).or_default().push((wish, result));
        }
        let nothing = Vec::new();
        let keys: std::collections::BTreeSet<&str> = task
            .before
            .keys()
            .chain(now.keys())
            .map(String::as_str)
            .chain(rows.keys().copied())
            .collect();
        for key in keys {
            let before = task.before.get(key).unwrap_or(&nothing);
            let now = now.get(key).unwrap_or(&nothing);
            let rows = rows.get(key).map_or(&[][..], Vec::as_slice);
            if let Err(wrong) = agrees(before, now, rows) {
                panic!("{what}: {key} {wrong}: before {before:?}, now {now:?}, rows {rows:?}");
            }
        }
        self.agrees_with_what_was_asked(task, &now, what);
        ends
    }

    /// Whether every job has come to its end.
    pub(super) fn is_over(&self) -> bool {
        let states = self.ask("bulk list -o ndjson --jq .state -r").stdout;
        states
            .lines()
            .all(|state| state == "done" || state == "abandoned")
    }

    /// What [`Shop::hold`] says of one job, of all jobs of a file together:
    /// rows that failed in one of them may be in another.
    #[track_caller]
    pub(super) fn hold_all(&self, task: &Task, what: &str) {
        let now = self.seen(task.kind);
        let mut results = Vec::new();
        for job in self.jobs() {
            results.extend(self.ask(&format!("bulk results {job} -o ndjson")).records());
        }
        let mut rows: BTreeMap<&str, Vec<(&Wish, &Value)>> = BTreeMap::new();
        let mut ends = vec![(0, 0); task.wishes.len()];
        for result in &results {
            let line = usize::try_from(result["_line"].as_u64().unwrap()).unwrap() - 2;
            let wish = &task.wishes[line];
            let (ok, unknown) = &mut ends[line];
            match result["_status"].as_str().unwrap() {
                "ok" => *ok += 1,
                "unknown" => *unknown += 1,
                _ => {}
            }
            rows.entry(&wish.key).or_default().push((wish, result));
        }
        for (line, (ok, unknown)) in ends.iter().enumerate() {
            // Only what failed is sent again, so no row has two such results.
            assert!(
                ok + unknown <= 1,
                "{what}: row {line}: {ok} ok, {unknown} unknown"
            );
        }
        let nothing = Vec::new();
        for (key, now) in &now {
            let before = task.before.get(key).unwrap_or(&nothing);
            let rows = rows.get(key.as_str()).map_or(&[][..], Vec::as_slice);
            if let Err(wrong) = agrees(before, now, rows) {
                panic!("{what}: {key} {wrong}: before {before:?}, now {now:?}, rows {rows:?}");
            }
        }
        for (key, rows) in &rows {
            let ok = rows.iter().filter(|(_, result)| result["_status"] == "ok");
            let there = now.get(*key).map_or(0, Vec::len);
            assert!(ok.count() <= there, "{what}: {key} is lost: {rows:?}");
        }
        self.agrees_with_what_was_asked(task, &now, what);
    }

    /// As many requests changed something as there are changes. It says so of
    /// single requests only: the tasks of batches are none.
    #[track_caller]
    fn agrees_with_what_was_asked(&self, task: &Task, now: &Seen, what: &str) {
        let is_counted =
            task.kind.operation.ends_with("create") || task.kind.operation.ends_with("delete");
        if task.kind.engine != "requests" || !is_counted {
            return;
        }
        let operation = task.kind.operation.replace(' ', ".");
        let notes = self.ask("sandbox requests -o ndjson").records();
        let applied = notes
            .iter()
            .filter(|note| note["operation"] == operation.as_str() && note["applied"] == true)
            .count();
        let count = |seen: &Seen| seen.values().map(Vec::len).sum::<usize>();
        assert_eq!(applied, count(now).abs_diff(count(&task.before)), "{what}");
    }
}

/// Whether what is there under a key can have come of the rows about it.
fn agrees(
    before: &[(String, String)],
    now: &[(String, String)],
    rows: &[(&Wish, &Value)],
) -> Result<(), String> {
    let count = |status: &str| {
        let is = |row: &&(&Wish, &Value)| row.1["_status"] == status;
        rows.iter().filter(is).count()
    };
    let (ok, unknown) = (count("ok"), count("unknown"));
    if rows.iter().any(|(wish, _)| wish.makes) {
        let made: Vec<_> = now.iter().filter(|one| !before.contains(one)).collect();
        if before.iter().any(|one| !now.contains(one)) {
            return Err("is gone".to_owned());
        }
        if made.len() < ok {
            return Err(format!("is lost: {ok} rows are ok"));
        }
        if made.len() > ok + unknown {
            return Err(format!("is there too often: {ok} ok, {unknown} unknown"));
        }
        for (wish, result) in rows {
            if made.iter().any(|one| Some(&one.1) != wish.value.as_ref()) {
                return Err("is not what the row says".to_owned());
            }
            let id = result["_id"].as_u64().map(|id| id.to_string());
            if id.is_some_and(|id| !made.iter().any(|one| one.0 == id)) {
                return Err("is not what the result names".to_owned());
            }
        }
        return Ok(());
    }
    let values = |seen: &[(String, String)]| -> Vec<String> {
        seen.iter().map(|(_, value)| value.clone()).collect()
    };
    let (before, now) = (values(before), values(now));
    let Some((wish, _)) = rows.first() else {
        return if before == now {
            Ok(())
        } else {
            Err("changed, and no row is about it".to_owned())
        };
    };
    let after: Vec<String> = wish.value.clone().into_iter().collect();
    match (ok, unknown) {
        (1, 0) if now == after => Ok(()),
        (0, 1) if now == after || now == before => Ok(()),
        (0, 0) if now == before => Ok(()),
        _ => Err(format!("is not as told: {ok} ok, {unknown} unknown")),
    }
}

/// Discounts; the last one has a code that is taken, by another one.
fn discounts(rows: usize, mark: &str, before: &Seen) -> (String, Vec<Wish>) {
    let taken = before.keys().next().cloned();
    let codes = (1..rows).map(|at| format!("{mark}-{at}")).chain(taken);
    let mut text = "code,value,value_type\n".to_owned();
    let mut wishes = Vec::new();
    for code in codes {
        writeln!(text, "{code},7.77,percentage").unwrap();
        wishes.push(Wish {
            key: code,
            value: Some("7.77".to_owned()),
            makes: true,
        });
    }
    (text, wishes)
}

fn deletes(before: &Seen, mark: &str) -> (String, Vec<Wish>) {
    let mut text = "id\n".to_owned();
    let mut wishes = Vec::new();
    for (id, found) in before {
        if found[0].1.starts_with(mark) {
            writeln!(text, "{id}").unwrap();
            wishes.push(changed(id, None));
        }
    }
    (text, wishes)
}

fn customers(rows: usize, mark: &str, before: &Seen) -> (String, Vec<Wish>) {
    let mut text = "id,first_name\n".to_owned();
    let mut wishes = Vec::new();
    for id in before.keys().take(rows) {
        writeln!(text, "{id},{mark}").unwrap();
        wishes.push(changed(id, Some(mark)));
    }
    (text, wishes)
}

fn cancels(rows: usize, before: &Seen) -> (String, Vec<Wish>) {
    let mut text = "id,cancellation_reason\n".to_owned();
    let mut wishes = Vec::new();
    let active = before.iter().filter(|(_, found)| found[0].1 == "active");
    for (id, _) in active.take(rows) {
        writeln!(text, "{id},moved away").unwrap();
        wishes.push(changed(id, Some("cancelled")));
    }
    (text, wishes)
}

fn changed(id: &str, value: Option<&str>) -> Wish {
    Wish {
        key: id.to_owned(),
        value: value.map(str::to_owned),
        makes: false,
    }
}
