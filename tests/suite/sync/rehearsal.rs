//! A sandbox that starts from a copy of a store.

use serde_json::Value;

use super::Copy;
use crate::harness::{Store, rc, rc_of};

/// What lists are compared of.
const LISTS: &[&str] = &[
    "accounts",
    "addresses",
    "bundle_selections",
    "charges",
    "collections",
    "credit_accounts",
    "customers",
    "discounts",
    "events",
    "metafields --owner-resource customer",
    "metafields --owner-resource subscription",
    "onetimes",
    "orders",
    "payment_methods",
    "plans",
    "products",
    "retention_strategies",
    "subscriptions",
    "webhooks",
];

/// The records of a list, without what a copy does not tell: whether a field was null
/// or left out.
fn listed(store: &Store, list: &str) -> Vec<Value> {
    let (resource, flags) = list.split_once(' ').unwrap_or((list, ""));
    let line = format!("{resource} list {flags} -o ndjson");
    let mut records = rc(&line).within(store).succeeds().records();
    for record in &mut records {
        with_offsets(record);
        record
            .as_object_mut()
            .unwrap()
            .retain(|_, value| !value.is_null());
    }
    records.sort_by_key(|record| record["id"].as_u64());
    records
}

/// Times without an offset are UTC, and a copy writes all with one.
fn with_offsets(value: &mut Value) {
    match value {
        Value::String(text) => {
            let is_time = text.len() == 19 && text.as_bytes()[10] == b'T' && text.is_ascii();
            if is_time {
                text.push_str("+00:00");
            }
        }
        Value::Array(items) => items.iter_mut().for_each(with_offsets),
        Value::Object(fields) => fields.values_mut().for_each(with_offsets),
        _ => {}
    }
}

fn loaded(copy: &Copy) -> (Store, crate::harness::Outcome) {
    let other = Store::new();
    let words = ["sandbox", "load", &copy.path(), "--yes"];
    let outcome = rc_of(words.map(str::to_owned)).within(&other).succeeds();
    (other, outcome)
}

#[test]
fn a_sandbox_loaded_from_a_copy_lists_what_the_store_lists() {
    let copy = Copy::new();
    copy.sync("--products-version 2021-11");
    let (other, outcome) = loaded(&copy);
    assert_eq!(outcome.stderr, "");
    for list in LISTS {
        let (before, after) = (listed(&copy.store, list), listed(&other, list));
        assert!(!before.is_empty(), "{list}");
        for (record, copied) in before.iter().zip(&after) {
            assert_eq!(record, copied, "{list}");
        }
        assert_eq!(before.len(), after.len(), "{list}");
    }
    let settings = |store| {
        let store = rc("store get -o json").within(store).succeeds();
        store.stdout
    };
    assert_eq!(settings(&copy.store), settings(&other));
}

#[test]
fn a_rehearsal_changes_what_was_copied() {
    let copy = Copy::new();
    copy.sync("");
    let (other, outcome) = loaded(&copy);
    assert_eq!(
        outcome.stderr,
        "note: the copy has no products of version 2021-11, so the sandbox has none\n"
    );
    let active = "subscriptions list --status active -n 1 --jq .id";
    let id = rc(active).within(&other).succeeds().stdout;
    let cancel = format!(
        "subscriptions cancel {} --cancellation-reason x --yes",
        id.trim()
    );
    rc(&cancel).within(&other).succeeds();
    // The next number is beyond all that were copied.
    let create = "customers create --email new@example.com --first-name A --last-name B --jq .id";
    let new: u64 = rc(create)
        .within(&other)
        .succeeds()
        .stdout
        .trim()
        .parse()
        .unwrap();
    let largest = copy.value("SELECT max(id) FROM customers");
    assert!(new > largest.as_u64().unwrap());
    // The store that was copied is as it was.
    let status = format!("subscriptions get {} --jq .status -r", id.trim());
    assert_eq!(copy.sandbox(&status).stdout, "active\n");
}

#[test]
fn rows_that_the_store_no_longer_has_are_not_loaded() {
    let copy = Copy::new();
    copy.sync("");
    copy.write(
        "UPDATE customers SET _deleted_at = '2026-01-01T00:00:00Z' WHERE id = (SELECT \
        min(id) FROM customers)",
    );
    let gone = copy.value("SELECT min(id) FROM customers");
    let (other, _) = loaded(&copy);
    let outcome = rc(&format!("customers get {gone}")).within(&other).runs();
    assert_eq!(outcome.code, 4, "{}", outcome.stderr);
}

#[test]
fn databases_that_are_not_copies_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.db");
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE TABLE a (b)")
        .unwrap();
    let words = ["sandbox", "load", path.to_str().unwrap(), "--yes"];
    let outcome = rc_of(words.map(str::to_owned)).within(&Store::new()).runs();
    assert_eq!(outcome.code, 2);
    assert_eq!(
        outcome.stderr,
        format!(
            "error: {} is not a copy of a store\n  → rc sync creates one\n",
            path.display()
        )
    );
}
