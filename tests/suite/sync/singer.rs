//! Singer messages on standard output.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::Copy;
use super::answers::{Rows, customer, listed, path};
use crate::answering::Answering;
use crate::harness::rc;

/// Messages, in their order.
pub(super) struct Messages(pub(super) Vec<Value>);

impl Messages {
    pub(super) fn of(copy: &Copy, flags: &str) -> Self {
        let outcome = copy.there(rc(&format!("sync --to singer:- {flags}")));
        Self(outcome.succeeds().records())
    }

    pub(super) fn of_type(&self, kind: &str) -> impl Iterator<Item = &Value> {
        self.0.iter().filter(move |message| message["type"] == kind)
    }

    /// The records of a stream.
    pub(super) fn records(&self, stream: &str) -> Vec<&Value> {
        let records = self.of_type("RECORD");
        let records = records.filter(|message| message["stream"] == stream);
        records.map(|message| &message["record"]).collect()
    }

    pub(super) fn ids(&self, stream: &str) -> Vec<u64> {
        let records = self.records(stream).into_iter();
        records
            .map(|record| record["id"].as_u64().unwrap())
            .collect()
    }

    pub(super) fn state(&self) -> &Value {
        &self.of_type("STATE").last().unwrap()["value"]
    }
}

/// Whether a value is of one of the types of a schema, in the format that it names.
fn fits(value: &Value, schema: &Value) -> bool {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_i64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let is_typed = schema["type"].as_array().unwrap().contains(&json!(kind));
    is_typed
        && match (schema["format"].as_str(), value) {
            (Some("date-time"), Value::String(text)) => {
                text.ends_with('Z') && text.parse::<jiff::Timestamp>().is_ok()
            }
            (Some("date"), Value::String(text)) => text.parse::<jiff::civil::Date>().is_ok(),
            _ => true,
        }
}

#[test]
fn every_record_follows_the_schema_that_came_before_it() {
    let copy = Copy::new();
    let messages = Messages::of(&copy, "");
    let mut schemas: BTreeMap<String, &Value> = BTreeMap::new();
    let mut records = 0;
    for message in &messages.0 {
        let stream = message["stream"].as_str().unwrap_or_default().to_owned();
        match message["type"].as_str().unwrap() {
            "SCHEMA" => {
                schemas.insert(stream, message);
            }
            "RECORD" => {
                let schema = schemas[&stream];
                for (name, value) in message["record"].as_object().unwrap() {
                    let property = &schema["schema"]["properties"][name];
                    assert!(
                        fits(value, property),
                        "{stream}.{name}: {value} in {property}"
                    );
                }
                let key = schema["key_properties"][0].as_str().unwrap();
                assert!(!message["record"][key].is_null(), "{message}");
                records += 1;
            }
            _ => {}
        }
    }
    assert!(records > 500 && schemas.len() > 20, "{records}");
}

#[test]
fn the_messages_are_the_rows_that_every_other_copy_has() {
    let copy = Copy::new();
    let messages = Messages::of(&copy, "");
    let folder = copy.store.path().join("files");
    copy.there(rc(&format!("sync --to ndjson:{}", folder.display())))
        .succeeds();
    // Texts are compared, so that lists of rows have an order.
    let rows = |rows: Vec<Value>| -> BTreeSet<String> {
        let row = |row: Value| {
            let Value::Object(mut row) = row else {
                panic!("{row}")
            };
            row.retain(|name, value| {
                !value.is_null() && !["_synced_at", "_deleted_at"].contains(&name.as_str())
            });
            let sorted: BTreeMap<String, Value> = row.into_iter().collect();
            json!(sorted).to_string()
        };
        rows.into_iter().map(row).collect()
    };
    let mut compared = 0;
    for message in messages.of_type("SCHEMA") {
        let stream = message["stream"].as_str().unwrap();
        let file = std::fs::read_to_string(folder.join(format!("{stream}.ndjson"))).unwrap();
        let copied = file.lines().map(|line| serde_json::from_str(line).unwrap());
        let sent = messages.records(stream).into_iter().cloned().collect();
        assert_eq!(rows(sent), rows(copied.collect()), "{stream}");
        compared += 1;
    }
    assert!(compared > 20, "{compared}");
}

#[test]
fn a_state_follows_each_page_and_the_last_one_is_that_of_the_end() {
    let copy = Copy::new();
    let messages = Messages::of(&copy, "--tables customers,subscriptions,collections");
    let mut unstated = 0;
    for message in &messages.0 {
        match message["type"].as_str().unwrap() {
            "RECORD" => unstated += 1,
            "STATE" => unstated = 0,
            _ => {}
        }
        // A page has 250 records at most.
        assert!(unstated <= 250);
    }
    assert_eq!(unstated, 0);
    let bookmarks = &messages.state()["bookmarks"];
    let newest = messages
        .records("customers")
        .into_iter()
        .map(|row| &row["updated_at"]);
    let newest = newest.map(|time| time.as_str().unwrap()).max().unwrap();
    assert_eq!(bookmarks["customers"]["replication_key"], "updated_at");
    assert_eq!(bookmarks["customers"]["replication_key_value"], newest);
    assert_eq!(bookmarks["collections"]["rows"], 3);
}

#[test]
fn a_run_that_is_given_a_state_reads_from_there() {
    let copy = Copy::new();
    let tables = "--tables customers,subscriptions";
    let first = Messages::of(&copy, tables);
    let file = copy.store.path().join("state.json");
    std::fs::write(&file, first.state().to_string()).unwrap();
    let given = format!("{tables} --state {}", file.display());
    let second = Messages::of(&copy, &given);
    for stream in ["customers", "subscriptions"] {
        let again = second.ids(stream).len();
        assert!((1..10).contains(&again), "{stream}: {again}");
        assert_eq!(
            second.state()["bookmarks"][stream]["replication_key_value"],
            first.state()["bookmarks"][stream]["replication_key_value"]
        );
    }
    // The file belongs to who gave it.
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(kept, *first.state());
    let missing = format!(
        "sync --to singer:- --state {}/no.json",
        copy.store.path().display()
    );
    copy.there(rc(&missing))
        .fails(2)
        .says("there is no state file")
        .prints_nothing();
}

#[test]
fn a_state_of_another_store_is_refused_before_anything_is_sent() {
    let copy = Copy::new();
    let file = copy.store.path().join("state.json");
    std::fs::write(
        &file,
        r#"{"copy_of":"recharge store 1 at elsewhere","bookmarks":{}}"#,
    )
    .unwrap();
    let line = format!("sync --to singer:- --state {}", file.display());
    copy.there(rc(&line)).fails(2).prints_nothing().says(
        "is the state of a copy of recharge store 1 at elsewhere, and this is recharge store",
    );
}

/// A store with collections, which it lists while `status` is 200.
fn collections(rows: &Rows, status: impl Fn() -> u16 + Send + 'static) -> Answering {
    let rows = std::sync::Arc::clone(rows);
    Answering::with(move |asked| match path(asked) {
        "/store" => (200, json!({"store": {"id": 7}}).to_string()),
        "/collections" if status() == 200 => {
            let all = rows.lock().unwrap().clone();
            (200, json!({"collections": all}).to_string())
        }
        "/collections" => (status(), "{}".to_owned()),
        _ => {
            let customers = listed(&rows, asked);
            (200, json!({"customers": customers}).to_string())
        }
    })
}

fn collection(id: u64) -> Value {
    json!({"id": id, "title": "Roses"})
}

#[test]
fn older_versions_end_only_after_a_complete_read_of_a_whole_list() {
    let rows = Rows::default();
    *rows.lock().unwrap() = (1..=20).map(collection).collect();
    let fails = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let broken = std::sync::Arc::clone(&fails);
    let status = move || {
        if broken.load(std::sync::atomic::Ordering::SeqCst) {
            500
        } else {
            200
        }
    };
    let server = collections(&rows, status);
    let copy = Copy {
        url: Some(server.url.clone()),
        ..Copy::new()
    };
    let file = copy.store.path().join("state.json");
    let line = format!(
        "sync --to singer:- --tables collections --max-retries 0 --state {}",
        file.display()
    );
    std::fs::write(&file, "{}").unwrap();
    let run = |code: u8, flags: &str| {
        let outcome = copy.there(rc(&format!("{line} {flags}"))).fails(code);
        let messages = Messages(outcome.records());
        std::fs::write(&file, messages.state().to_string()).unwrap();
        let ended: Vec<Value> = messages.of_type("ACTIVATE_VERSION").cloned().collect();
        (messages, ended)
    };
    let (messages, ended) = run(0, "");
    let version = &messages.of_type("RECORD").next().unwrap()["version"];
    assert!(version.is_u64());
    let expected = json!({"type": "ACTIVATE_VERSION", "stream": "collections", "version": version});
    assert_eq!(ended, std::slice::from_ref(&expected));
    let at = |wanted: &dyn Fn(&Value) -> bool| messages.0.iter().rposition(wanted).unwrap();
    assert!(at(&|message| *message == expected) > at(&|message| message["type"] == "RECORD"));
    // One that breaks off ends nothing.
    fails.store(true, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(run(7, "").1, [] as [Value; 0]);
    fails.store(false, std::sync::atomic::Ordering::SeqCst);
    // Neither does one that lacks more than a tenth, until that is confirmed.
    rows.lock().unwrap().truncate(17);
    assert_eq!(run(7, "").1, [] as [Value; 0]);
    assert_eq!(run(7, "").1, [] as [Value; 0]);
    assert_eq!(run(0, "--yes").1.len(), 1);
    rows.lock().unwrap().truncate(16);
    assert_eq!(run(0, "").1.len(), 1);
}

#[test]
fn a_reader_that_goes_away_is_a_failure() {
    let copy = Copy::new();
    copy.there(rc("sync --to singer:-").closed())
        .fails(7)
        .says("the reader of the messages ended before the last message");
}

#[test]
fn flags_that_do_not_apply_to_messages_are_refused() {
    let copy = Copy::new();
    for (flags, said) in [
        (
            "--to singer:- -o csv",
            "--output does not apply to --to singer:-",
        ),
        ("--to singer:- --jq .id", "--jq does not apply"),
        (
            "--to singer:- --deletes full",
            "those of a Singer target cannot be read back",
        ),
        ("--to singer:", "--to singer: names no command"),
        ("--to \"singer:a 'b\"", "cannot be split into words"),
        (
            "--to x.db --state y.json",
            "--state is the state of a Singer target",
        ),
    ] {
        copy.there(rc(&format!("sync {flags}"))).fails(2).says(said);
    }
    copy.there(rc("sync status --to singer:target-a"))
        .fails(2)
        .says("the rows of a Singer target cannot be read back");
}

#[test]
fn nul_characters_and_fields_without_a_column_are_named_once() {
    let rows = Rows::default();
    for id in 1..=3 {
        let mut row = customer(id, "2026-11-20T10:00:00+00:00");
        row["loyalty"] = json!({"points": id});
        row["first_name"] = json!("A\0da");
        rows.lock().unwrap().push(row);
    }
    let server = collections(&rows, || 200);
    let copy = Copy {
        url: Some(server.url.clone()),
        ..Copy::new()
    };
    let outcome = copy
        .there(rc("sync --to singer:- --tables customers"))
        .succeeds();
    assert!(!outcome.stdout.contains("\\u0000"));
    assert_eq!(outcome.stderr.matches("loyalty").count(), 1);
    let outcome = outcome.says("NUL characters, which were replaced by U+FFFD: first_name");
    let messages = Messages(outcome.records());
    let extra: Vec<&Value> = messages
        .records("customers")
        .into_iter()
        .map(|row| &row["_extra"])
        .collect();
    assert_eq!(extra[0], &json!({"loyalty": {"points": 1}}));
    let names: BTreeSet<&str> = messages
        .records("customers")
        .into_iter()
        .map(|row| row["first_name"].as_str().unwrap())
        .collect();
    assert_eq!(names, BTreeSet::from(["A\u{fffd}da"]));
}
