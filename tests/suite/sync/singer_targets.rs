//! Targets that are run: those that store what they take, and those that fail.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value, json};

use super::answers::{Rows, customer, listed, parameter, path};
use super::singer::Messages;
use super::{Copy, of};
use crate::answering::Answering;
use crate::harness::{Rc, rc_of};

/// Rows of a page of the store of these tests.
const PAGE: usize = 4;

/// A store whose customers are listed in pages.
fn store(rows: &Rows) -> Answering {
    let rows = Arc::clone(rows);
    Answering::with(move |asked| {
        // A run that ends leaves a request that it does not need any more.
        if !asked.line.starts_with("GET ") {
            return (400, String::new());
        }
        let body = if path(asked) == "/store" {
            json!({"store": {"id": 7}})
        } else {
            let cursor = parameter(asked, "cursor");
            // A cursor has the filters of its list, as that of the API.
            let (from, since) = match cursor.as_deref().and_then(|word| word.split_once('~')) {
                Some((from, since)) => (from.parse().unwrap(), since.to_owned()),
                None => (0, parameter(asked, "updated_at_min").unwrap_or_default()),
            };
            let mut all = listed(&rows, asked);
            all.retain(|row| {
                let time = row["updated_at"].as_str().unwrap().replace("+00:00", "Z");
                time >= since
            });
            let end = (from + PAGE).min(all.len());
            let next = (end < all.len()).then(|| format!("{end}~{since}"));
            json!({"customers": all[from..end], "next_cursor": next})
        };
        (200, body.to_string())
    })
}

fn customers(number: u64) -> Rows {
    let row = |id: u64| customer(id, &format!("2026-10-{id:02}T10:00:00+00:00"));
    let rows = Rows::default();
    *rows.lock().unwrap() = (1..=number).map(row).collect();
    rows
}

/// A target that stores each line, and confirms each state. After so many lines it
/// dies. `$then` is done at the end.
const TARGET: &str = r#"
lines=0
while IFS= read -r line; do
  lines=$((lines + 1))
  printf '%s\n' "$line" >> "$folder/taken"
  case $line in
    '{"type":"STATE"'*)
      value=${line#'{"type":"STATE","value":'}
      printf '%s\n' "${value%?}" ;;
  esac
  if [ "$lines" = "$most" ]; then kill -9 $$; fi
done
eval "$then"
"#;

/// A copy that a target takes.
struct Taken {
    copy: Copy,
    _server: Option<Answering>,
}

impl Taken {
    fn of(rows: &Rows) -> Self {
        let server = store(rows);
        let copy = Copy {
            url: Some(server.url.clone()),
            ..Copy::new()
        };
        Self {
            copy,
            _server: Some(server),
        }
    }

    fn of_sandbox() -> Self {
        Self {
            copy: Copy::new(),
            _server: None,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.copy.store.path().join(name)
    }

    /// A run to a target with a script.
    fn script(&self, script: &str, flags: &str) -> Rc {
        let file = self.path("target.sh");
        std::fs::write(&file, script).unwrap();
        let to = format!("singer:/bin/sh '{}'", file.display());
        let state = self.path("state.json").display().to_string();
        let mut words = [
            "sync",
            "--to",
            &to,
            "--state",
            &state,
            "-o",
            "ndjson",
            "--lookback",
            "0s",
        ]
        .map(str::to_owned)
        .to_vec();
        words.extend(flags.split_whitespace().map(str::to_owned));
        self.copy.there(rc_of(words))
    }

    /// A run to the target that stores and confirms; after so many lines it dies.
    fn run(&self, most: Option<usize>, then: &str, flags: &str) -> Rc {
        let folder = self.copy.store.path().display();
        let most = most.map_or_else(String::new, |most| most.to_string());
        let script = format!("folder='{folder}'\nmost={most}\nthen='{then}'\n{TARGET}");
        self.script(&script, flags)
    }

    /// What the target took, in all runs.
    fn taken(&self) -> Messages {
        let text = std::fs::read_to_string(self.path("taken")).unwrap_or_default();
        Messages(
            text.lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect(),
        )
    }

    fn bookmark(&self, stream: &str) -> Value {
        let text = std::fs::read_to_string(self.path("state.json")).unwrap_or("{}".to_owned());
        let state: Value = serde_json::from_str(&text).unwrap();
        state["bookmarks"][stream]["replication_key_value"].clone()
    }
}

#[test]
fn a_target_that_takes_everything_confirms_it_and_the_next_run_goes_on() {
    let taken = Taken::of(&customers(10));
    let outcome = taken
        .run(None, "echo done >&2", "--tables customers")
        .succeeds();
    assert_eq!(of(&outcome.records(), "customers")["rows"], 10);
    outcome
        .says("there is no state for this store and target")
        .says("done");
    assert_eq!(taken.taken().ids("customers"), (1..=10).collect::<Vec<_>>());
    assert_eq!(taken.bookmark("customers"), "2026-10-10T10:00:00Z");
    let again = taken.run(None, "", "--tables customers").succeeds();
    assert_eq!(of(&again.records(), "customers")["rows"], 1);
    again.does_not_say("there is no state for this store");
}

#[test]
fn a_target_that_is_killed_gets_at_most_one_page_twice() {
    for most in 1..=36 {
        let taken = Taken::of(&customers(20));
        let dead = taken.run(Some(most), "", "--tables customers").runs();
        // 20 records, two states for each of 5 pages, 2 at the end, and the schema.
        let lines = 33;
        assert_eq!(
            dead.code,
            if most > lines { 0 } else { 7 },
            "{most}: {dead:?}"
        );
        if most <= lines {
            dead.says("signal: 9");
        }
        taken.run(None, "", "--tables customers").succeeds();
        let mut ids = taken.taken().ids("customers");
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids, (1..=20).collect::<Vec<_>>(), "{most}");
        assert!(
            all - ids.len() <= PAGE,
            "{most}: {} rows twice",
            all - ids.len()
        );
        assert_eq!(taken.bookmark("customers"), "2026-10-20T10:00:00Z");
    }
}

#[test]
fn a_target_that_does_nothing_is_ended_in_time() {
    let taken = Taken::of(&customers(10));
    let flags = "--tables customers --target-timeout 300ms";
    taken
        .script("sleep 1000 & wait", flags)
        .fails(7)
        .says("the target sh read nothing and printed nothing for 300ms, and was stopped")
        .says("--target-timeout allows more time");
    assert_eq!(taken.bookmark("customers"), Value::Null);
    // Also one that takes nothing while there is more than a pipe holds.
    let rows = customers(8);
    for row in rows.lock().unwrap().iter_mut() {
        row["first_name"] = json!("x".repeat(100_000));
    }
    let taken = Taken::of(&rows);
    taken
        .script("exec sleep 1000", flags)
        .fails(7)
        .says("read nothing and printed nothing for 300ms");
}

#[test]
fn a_target_that_fails_or_cannot_be_run_is_said_with_its_end() {
    let taken = Taken::of(&customers(10));
    let tables = "--tables customers";
    taken
        .run(None, "exit 3", tables)
        .fails(7)
        .says("the target sh failed (exit status: 3)");
    // What it confirmed before is kept all the same.
    assert_eq!(taken.bookmark("customers"), "2026-10-10T10:00:00Z");
    let line = "sync --to singer:/nonexistent/target-x";
    let words = line.split(' ').map(str::to_owned);
    taken
        .copy
        .there(rc_of(words))
        .fails(2)
        .says("the target target-x cannot be run");
}

#[test]
fn what_is_not_a_state_confirms_nothing_and_is_never_shown() {
    let taken = Taken::of(&customers(10));
    let tables = "--tables customers";
    for line in [
        "secret log line",
        "12",
        "{\"bookmarks\":[]}",
        "{\"bookmarks\":{\"customers\":\"2031-01-01\"}}",
    ] {
        let script = format!("cat >/dev/null\necho '{line}'\necho '{line}'");
        let outcome = taken.script(&script, tables).fails(7);
        let said = "printed something that is not a state which was sent";
        assert_eq!(outcome.stderr.matches(said).count(), 1, "{outcome:?}");
        outcome
            .says("the target ended without confirming all rows of customers")
            .does_not_say("secret");
        assert_eq!(taken.bookmark("customers"), Value::Null, "{line}");
    }
    // A target that prints logs among its states works.
    taken.run(None, "echo ready", tables).succeeds();
    assert_eq!(taken.bookmark("customers"), "2026-10-10T10:00:00Z");
}

#[test]
fn an_older_state_does_not_take_a_bookmark_back() {
    let taken = Taken::of(&customers(10));
    let older = r#"{"bookmarks":{"customers":"2026-10-02T10:00:00Z"}}"#;
    let then = format!(
        "printf \"%s\\\\n\" {}",
        shell_words::quote(older).replace('\'', "'\\''")
    );
    taken.run(None, &then, "--tables customers").succeeds();
    assert_eq!(taken.bookmark("customers"), "2026-10-10T10:00:00Z");
}

#[test]
fn a_target_that_confirms_once_at_its_end_is_asked_for_no_more() {
    let taken = Taken::of(&customers(10));
    let script = "cat > /dev/null; echo '{}'";
    taken.script(script, "--tables customers").fails(7);
    let script = r#"
        while IFS= read -r line; do last=$line; done
        value=${last#'{"type":"STATE","value":'}
        printf '%s\n' "${value%?}""#;
    taken.script(script, "--tables customers").succeeds();
    assert_eq!(taken.bookmark("customers"), "2026-10-10T10:00:00Z");
}

#[test]
fn a_target_sees_no_token() {
    let taken = Taken::of(&customers(1));
    let env = taken.path("env").display().to_string();
    taken
        .run(None, &format!("env > {env}"), "--tables customers")
        .env("TARGET_SETTING", "kept")
        .succeeds();
    let seen = std::fs::read_to_string(env).unwrap();
    assert!(seen.contains("TARGET_SETTING=kept"), "{seen}");
    assert!(!seen.contains("sk_sandbox_all"), "{seen}");
}

#[test]
fn one_run_at_a_time_writes_to_a_target() {
    let taken = Taken::of(&customers(1));
    let lock = taken.path(".state.json.lock");
    let held = std::fs::File::create(&lock).unwrap();
    std::fs::write(&lock, "process 12 on host, since 2026-11-20T11:00:00Z").unwrap();
    held.lock().unwrap();
    taken
        .run(None, "", "--tables customers")
        .fails(7)
        .says("is being written to by process 12 on host, since 2026-11-20T11:00:00Z");
    drop(held);
    taken.run(None, "", "--tables customers").succeeds();
}

#[test]
fn without_a_state_file_there_is_one_for_each_store_and_configuration() {
    let taken = Taken::of(&customers(10));
    let config = taken.path("config.json");
    let folder = taken.copy.store.path().display().to_string();
    let script = format!("folder='{folder}'\nmost=\nthen=\n{TARGET}");
    std::fs::write(taken.path("target.sh"), script).unwrap();
    let to = format!(
        "singer:/bin/sh {folder}/target.sh --config={}",
        config.display()
    );
    let run = || {
        let words = ["sync", "--to", &to, "--tables", "customers", "-o", "ndjson"];
        let outcome = taken.copy.there(rc_of(words.map(str::to_owned))).succeeds();
        of(&outcome.records(), "customers")["rows"]
            .as_u64()
            .unwrap()
    };
    std::fs::write(&config, r#"{"host":"one"}"#).unwrap();
    assert_eq!((run(), run()), (10, 1));
    // Another warehouse has nothing yet.
    std::fs::write(&config, r#"{"host":"two"}"#).unwrap();
    assert_eq!((run(), run()), (10, 1));
    std::fs::write(&config, r#"{"host":"one"}"#).unwrap();
    assert_eq!(run(), 1);
}

#[test]
fn charges_that_the_store_removed_are_said_until_the_target_confirms_it() {
    let taken = Taken::of_sandbox();
    let tables = "--tables charges";
    taken.run(None, "", tables).succeeds();
    let listed = taken.copy.listed("charges list --status queued");
    let one = listed
        .iter()
        .find(|charge| charge["line_items"].as_array().unwrap().len() == 1)
        .unwrap();
    let (id, item) = (&one["id"], &one["line_items"][0]["purchase_item_id"]);
    taken.copy.sandbox(&format!(
        "subscriptions cancel {item} --cancellation-reason test --yes"
    ));
    let gone = || -> Vec<Value> {
        let messages = taken.taken();
        let all = messages.records("charges").into_iter();
        let gone = all.filter(|record| !record["_sdc_deleted_at"].is_null() && record["id"] == *id);
        gone.cloned().collect()
    };
    assert!(gone().is_empty());
    // Dies after the schema and what comes before the charge that is gone.
    taken
        .script("head -c 1 > /dev/null; exit 1", tables)
        .fails(7);
    assert!(gone().is_empty());
    taken.run(None, "", tables).succeeds();
    assert_eq!(
        gone(),
        [json!({"id": id, "_sdc_deleted_at": "2026-11-20T12:00:00Z"})]
    );
    let reports = taken.run(None, "", tables).succeeds().records();
    assert_eq!(of(&reports, "charges")["deleted"], 0);
    assert_eq!(gone().len(), 1);
    // Other rows are not sent anew for that.
    assert!(
        of(&reports, "charges")["rows"].as_u64().unwrap() < 10,
        "{reports:?}"
    );
}

#[test]
fn a_whole_list_with_a_column_that_targets_bind_has_its_deletions_said_one_by_one() {
    let taken = Taken::of_sandbox();
    let tables = "--tables webhooks --yes";
    taken.run(None, "", tables).succeeds();
    let id = taken.copy.store.id("webhooks list");
    taken.copy.sandbox(&format!("webhooks delete {id} --yes"));
    taken.run(None, "", tables).succeeds();
    let messages = taken.taken();
    assert_eq!(messages.of_type("ACTIVATE_VERSION").count(), 0);
    let gone = messages.records("webhooks").into_iter();
    let gone: Vec<String> = gone
        .filter(|record| !record["_sdc_deleted_at"].is_null())
        .map(|record| record["id"].to_string())
        .collect();
    assert_eq!(gone, [id]);
}
