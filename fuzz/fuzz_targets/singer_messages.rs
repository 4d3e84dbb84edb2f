//! Singer: messages are JSON with every field of a record, and states never go back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use recharge_cli::catalog::recharge::FAMILY;
use recharge_cli::sync::destination::EXTRA;
use recharge_cli::sync::destination::singer::{RecordWriter, SingerState, discovered, select};
use recharge_cli::sync::{SyncTable, tables};
use serde_json::{Map, Value};

thread_local! {
    static TABLES: Vec<SyncTable> = tables(&FAMILY, None);
}

/// An object that has each key once, as JSON does not say which of two counts.
fn object(text: &str) -> Option<Map<String, Value>> {
    let Ok(Value::Object(members)) = serde_json::from_str(text) else {
        return None;
    };
    let has_once = |key: &String| text.matches(key.as_str()).count() == 1;
    (members.keys().all(has_once) && !text.contains('\\')).then_some(members)
}

/// Each field of a record with a value is in its message, in its column or beside them.
fn record(table: &SyncTable, text: &str) {
    let mut out = Vec::new();
    let written = RecordWriter::new(table, |_| true).write(text, "}\n", &mut out);
    let Some(members) = object(text) else {
        return;
    };
    if written.is_err() {
        assert!(out.is_empty(), "a refused record was written");
        let has_key = members.get("id").is_some_and(Value::is_i64);
        assert!(!has_key, "a record with a key was refused");
        return;
    }
    let lines = String::from_utf8(out).expect("messages are text");
    assert_eq!(lines.matches('\n').count(), 1, "a message is one line");
    let message: Value = serde_json::from_str(&lines).expect("messages are JSON");
    let own = message["record"].as_object().expect("a record");
    let beside = own.get(EXTRA).and_then(Value::as_object);
    for (name, value) in &members {
        let is_there = own.contains_key(name) || beside.is_some_and(|all| all.contains_key(name));
        let is_nothing = value.is_null() || value.as_str() == Some("");
        assert!(is_there || is_nothing, "{name} is missing");
    }
}

/// A state is read again as it is written, and so is each bookmark.
fn state(all: &[SyncTable], text: &str) -> SingerState {
    let Ok(mut state) = SingerState::parse(text, "a state") else {
        return SingerState::default();
    };
    for table in all {
        let Ok(bookmark) = state.bookmark(table, "a state") else {
            continue;
        };
        state.set(table, &bookmark);
        assert_eq!(state.bookmark(table, "a state").ok(), Some(bookmark));
    }
    assert_eq!(
        SingerState::parse(&state.text(), "a state").ok(),
        Some(state.clone())
    );
    state
}

/// What a target prints confirms nothing that was not sent, and takes nothing back.
fn confirmed(all: &[SyncTable], kept: &SingerState, sent: &SingerState, printed: &str) {
    let mut after = kept.clone();
    after.confirm(printed, sent, all);
    for table in all {
        let of = |state: &SingerState| state.bookmark(table, "a state").ok();
        let (Some(kept), Some(sent), Some(after)) = (of(kept), of(sent), of(&after)) else {
            continue;
        };
        assert!(after.state.bookmark >= kept.state.bookmark, "went back");
        let is_new = after != kept;
        assert!(!is_new || after.state.bookmark <= sent.state.bookmark);
        assert!(!is_new || after.state.completed <= sent.state.completed);
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    TABLES.with(|all| {
        let charges = all.iter().find(|table| table.name == "charges");
        record(charges.expect("a table"), text);
        // Three lines: a target prints the first, was sent the second, confirmed the third.
        let mut lines = text.splitn(3, '\n');
        let printed = lines.next().unwrap_or_default();
        let sent = state(all, lines.next().unwrap_or(printed));
        let kept = state(all, lines.next().unwrap_or_default());
        confirmed(all, &kept, &sent, printed);
        if let Ok(selection) = select(text, "a catalog", all) {
            let known = discovered(&selection.tables);
            select(&known.to_string(), "a catalog", all).expect("selected streams exist");
        }
    });
});
