//! What is in the copy, after runs and changes.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Copy, of};
use crate::harness::rc;

/// A value as the copy keeps it, for a comparison with the row.
fn kept(value: &Value, cell: &Value, of: &str) -> Value {
    match value {
        Value::Bool(is) => json!(i64::from(*is)),
        Value::Object(_) | Value::Array(_) => {
            let text = cell.as_str().unwrap_or_default();
            assert_eq!(&serde_json::from_str::<Value>(text).unwrap(), value, "{of}");
            cell.clone()
        }
        Value::String(text) if text.is_empty() && cell.is_null() => Value::Null,
        Value::String(text) if jiff::fmt::rfc2822::parse(text).is_ok() => {
            let moment = jiff::fmt::rfc2822::parse(text).unwrap().timestamp();
            json!(moment.to_string())
        }
        // Times without an offset are UTC.
        Value::String(text) if cell.as_str() == Some(&format!("{text}Z")) => cell.clone(),
        Value::String(text) => match text.strip_suffix("+00:00") {
            Some(time) => json!(format!("{time}Z")),
            None if cell
                .as_str()
                .is_some_and(|cell| cell == format!("{text}T00:00:00Z")) =>
            {
                cell.clone()
            }
            None => value.clone(),
        },
        Value::Number(_) if cell.is_string() => json!(value.to_string()),
        _ => value.clone(),
    }
}

/// Fields that the store computes as it answers: they change while the time of the
/// last change of their record stays, so that no list of changes shows them.
const COMPUTED: [(&str, &str); 5] = [
    ("customers", "has_payment_method_in_dunning"),
    ("customers", "subscription_related_charge_streak"),
    ("customers", "subscriptions_active_count"),
    ("customers", "subscriptions_total_count"),
    ("subscriptions", "has_queued_charges"),
];

/// Compares a table with the list of its resource, row by row and field by field.
pub fn assert_same(copy: &Copy, table: &str, list: &str) {
    assert_records(copy, table, copy.listed(list));
}

/// Compares a table with records, row by row and field by field.
pub fn assert_records(copy: &Copy, table: &str, records: Vec<Value>) {
    let by_id = |rows: Vec<Value>| -> BTreeMap<String, Value> {
        rows.into_iter()
            .map(|row| (row["id"].to_string(), row))
            .collect()
    };
    let rows = copy.sql(&format!("SELECT * FROM {table} WHERE _deleted_at IS NULL"));
    let number = rows.len();
    let rows = by_id(rows);
    assert_eq!(rows.len(), number, "{table} has a row twice");
    let records = by_id(records);
    assert_eq!(
        rows.keys().collect::<Vec<_>>(),
        records.keys().collect::<Vec<_>>(),
        "{table}"
    );
    for (id, record) in records {
        let row = &rows[&id];
        for (name, value) in record.as_object().unwrap() {
            let Some(cell) = row.get(name) else {
                let extra: Value =
                    serde_json::from_str(row["_extra"].as_str().unwrap_or("{}")).unwrap();
                let is_kept = extra[name] == *value || name == "include";
                assert!(value.is_null() || is_kept, "{table}.{name}");
                continue;
            };
            if COMPUTED.contains(&(table, name.as_str())) {
                continue;
            }
            let of = format!("{table}.{name} of {id}");
            assert_eq!(*cell, kept(value, cell, &of), "{of}");
        }
    }
}

#[test]
fn a_copy_has_every_row_and_field_of_the_store() {
    let copy = Copy::new();
    let reports = copy.sync("");
    for (table, list) in [
        ("addresses", "addresses list"),
        ("charges", "charges list"),
        ("collections", "collections list"),
        ("customers", "customers list"),
        ("discounts", "discounts list"),
        ("events", "events list"),
        (
            "metafields_customer",
            "metafields list --owner-resource customer",
        ),
        (
            "metafields_subscription",
            "metafields list --owner-resource subscription",
        ),
        ("onetimes", "onetimes list"),
        ("orders", "orders list"),
        ("payment_methods", "payment-methods list"),
        ("plans", "plans list"),
        ("subscriptions", "subscriptions list"),
        ("webhooks", "webhooks list"),
    ] {
        assert_same(&copy, table, list);
        assert_eq!(of(&reports, table)["state"], "current");
    }
    assert_eq!(copy.value("SELECT count(*) FROM store"), 1);
    assert_eq!(
        copy.value("SELECT count(DISTINCT _key) FROM collection_products"),
        copy.listed("collections list-products").len()
    );
    assert_eq!(
        copy.value("SELECT count(*) FROM products"),
        copy.listed("products list --api-version 2021-01").len()
    );
}

#[test]
fn a_second_run_reads_from_the_bookmark_and_changes_nothing() {
    let copy = Copy::new();
    let first = copy.sync("--tables subscriptions,customers");
    let second = copy.sync("--tables subscriptions,customers");
    for table in ["subscriptions", "customers"] {
        let (first, second) = (of(&first, table), of(&second, table));
        assert_eq!(first["rows"], first["changed"]);
        assert!(second["rows"].as_u64() < first["rows"].as_u64());
        assert_eq!(second["changed"], 0);
        assert_eq!(second["bookmark"], first["bookmark"]);
    }
}

#[test]
fn changes_come_with_the_next_run_and_each_version_stays_in_the_history() {
    let copy = Copy::new();
    copy.sync("--tables subscriptions");
    let id = copy.store.id("subscriptions list --status active");
    let before = copy.value(&format!(
        "SELECT quantity FROM subscriptions WHERE id = {id}"
    ));
    let wanted = before.as_i64().unwrap() + 1;
    copy.sandbox("sandbox clock advance 1h");
    copy.sandbox(&format!(
        "subscriptions update {id} --quantity {wanted} --commit true"
    ));
    copy.sandbox("customers create --email new@example.com --first-name N --last-name W");
    let reports = copy.sync("--tables subscriptions,customers");
    assert_eq!(of(&reports, "subscriptions")["changed"], 1);
    assert_same(&copy, "subscriptions", "subscriptions list");
    assert_same(&copy, "customers", "customers list");
    let versions = copy.sql(&format!(
        "SELECT quantity FROM subscriptions_history WHERE id = {id} ORDER BY updated_at"
    ));
    assert_eq!(
        versions,
        [json!({"quantity": before}), json!({"quantity": wanted})]
    );
    assert_eq!(
        copy.value("SELECT count(*) FROM subscriptions_history"),
        copy.value("SELECT count(*) + 1 FROM subscriptions")
    );
}

/// A charge of a subscription that was updated without waiting for its charges.
fn charge_that_waits(copy: &Copy) -> Value {
    let id = copy.store.id("subscriptions list --status active");
    let line = format!("subscriptions update {id} --quantity 9");
    copy.there(rc(&line)).runs();
    let charges = copy.listed("charges list --status queued");
    let mut waiting = charges.into_iter();
    let waits = |charge: &Value| charge["has_uncommitted_changes"] == true;
    waiting.find(waits).expect("a charge that waits")
}

#[test]
fn charges_that_are_made_again_later_come_with_the_run_after() {
    let copy = Copy::new();
    copy.sync("--tables charges");
    let before = charge_that_waits(&copy);
    // It is read while it waits: its time of change stays.
    copy.sync("--tables charges");
    assert_same(&copy, "charges", "charges list");
    let bill = format!(
        "SELECT billing_address, updated_at FROM charges WHERE id = {}",
        before["id"]
    );
    let waiting = copy.sql(&bill);
    copy.sandbox("sandbox clock advance 5s");
    copy.sync("--tables charges");
    assert_ne!(copy.sql(&bill), waiting);
    assert_same(&copy, "charges", "charges list");
}

#[cfg(unix)]
#[test]
fn a_store_that_stands_still_is_the_same_whenever_it_is_read() {
    let copy = Copy::new();
    charge_that_waits(&copy);
    super::proof::stand_still(&copy);
    let lists = || ["charges list", "subscriptions list"].map(|list| copy.listed(list));
    let before = lists();
    copy.sandbox("sandbox clock advance 1h");
    assert_eq!(lists(), before);
}

#[test]
fn queued_charges_of_a_cancelled_subscription_are_marked_as_deleted() {
    let copy = Copy::new();
    copy.sync("--tables charges");
    let queued = "SELECT id, line_items ->> '$[0].purchase_item_id' AS item FROM charges
        WHERE status = 'queued' AND json_array_length(line_items) = 1 LIMIT 1";
    let row = &copy.sql(queued)[0];
    let item = &row["item"];
    copy.sandbox(&format!(
        "subscriptions cancel {item} --cancellation-reason test --yes"
    ));
    let reports = copy.sync("--tables charges");
    assert!(of(&reports, "charges")["deleted"].as_u64().unwrap() >= 1);
    assert_same(&copy, "charges", "charges list");
    let marked = format!("SELECT _deleted_at FROM charges WHERE id = {}", row["id"]);
    assert_eq!(copy.value(&marked), "2026-11-20T12:00:00Z");
    // A run that finds it gone a second time does not mark it again.
    assert_eq!(of(&copy.sync("--tables charges"), "charges")["deleted"], 0);
}

#[test]
fn a_row_that_returns_is_no_longer_marked() {
    let copy = Copy::new();
    copy.sync("--tables webhooks");
    let id = copy.value("SELECT id FROM webhooks LIMIT 1");
    copy.write(&format!(
        "UPDATE webhooks SET _deleted_at = '2026-01-01T00:00:00Z' WHERE id = {id}"
    ));
    copy.sync("--tables webhooks");
    assert_eq!(copy.value("SELECT count(_deleted_at) FROM webhooks"), 0);
}

#[test]
fn rows_of_a_table_read_whole_are_marked_when_the_store_lacks_them() {
    let copy = Copy::new();
    copy.sync("--tables webhooks");
    let id = copy.store.id("webhooks list");
    copy.sandbox(&format!("webhooks delete {id} --yes"));
    let reports = copy.sync("--tables webhooks");
    assert_eq!(of(&reports, "webhooks")["deleted"], 1);
    assert_same(&copy, "webhooks", "webhooks list");
}

#[test]
fn many_rows_that_are_gone_at_once_are_marked_only_when_that_is_confirmed() {
    let copy = Copy::new();
    copy.sync("--tables webhooks");
    for id in copy.store.ids("webhooks list").iter().take(2) {
        copy.sandbox(&format!("webhooks delete {id} --yes"));
    }
    for _ in 0..2 {
        copy.try_sync("--tables webhooks")
            .fails(7)
            .says("2 of 3 rows of webhooks are missing in the store; none was marked as deleted")
            .says("--yes marks them, if that is right");
        assert_eq!(copy.value("SELECT count(_deleted_at) FROM webhooks"), 0);
    }
    let reports = copy.sync("--tables webhooks --yes");
    assert_eq!(of(&reports, "webhooks")["deleted"], 2);
}

#[test]
fn a_start_date_leaves_out_what_is_older() {
    let copy = Copy::new();
    copy.sync("--tables customers --start-date 11/01/2026");
    let all = copy.listed("customers list").len();
    let copied = copy
        .value("SELECT count(*) FROM customers")
        .as_u64()
        .unwrap();
    assert!(copied > 0 && copied < all as u64);
    assert_eq!(
        copy.value("SELECT min(updated_at) >= '2026-11-01' FROM customers"),
        1
    );
}

#[test]
fn a_table_that_is_refreshed_is_read_from_its_beginning() {
    let copy = Copy::new();
    let first = copy.sync("--tables customers");
    let again = copy.sync("--tables customers --refresh customers");
    assert_eq!(
        of(&again, "customers")["rows"],
        of(&first, "customers")["rows"]
    );
    assert_eq!(of(&again, "customers")["changed"], 0);
}

#[test]
fn status_says_what_the_copy_has_and_sends_nothing() {
    let copy = Copy::new();
    copy.sync("--tables customers");
    let status = copy
        .rc("sync status --to DB -o ndjson")
        .succeeds()
        .records();
    assert_eq!(status.len(), 1);
    assert_eq!(status[0]["table"], "customers");
    assert_eq!(status[0]["rows"], copy.listed("customers list").len());
    assert_eq!(status[0]["completed"], "2026-11-20T12:00:00Z");
}

#[test]
fn check_names_what_the_token_may_not_read() {
    let copy = Copy::new();
    let checked = copy
        .rc("sync check --to DB -o ndjson")
        .within(&copy.store)
        .succeeds();
    let records = checked.records();
    assert!(records.iter().all(|record| record["allowed"] == true));
    assert_eq!(of(&records, "charges")["rows"], Value::Null);
}

#[test]
fn sql_adds_amounts_up_exactly() {
    let copy = Copy::new();
    copy.sync("--tables charges");
    let charges = copy.listed("charges list");
    let cents: i64 = charges
        .iter()
        .map(|charge| {
            let price = charge["total_price"].as_str().unwrap();
            price.replace('.', "").parse::<i64>().unwrap()
        })
        .sum();
    let sum = copy.value("SELECT decimal_sum(total_price) FROM charges");
    assert_eq!(sum, format!("{}.{:02}", cents / 100, cents % 100));
}

#[test]
fn sql_lists_the_tables_of_the_copy() {
    let copy = Copy::new();
    copy.sync("--tables charges,webhooks");
    let line = format!(
        "sql --list-tables --database {} --jq .table -r",
        copy.path()
    );
    rc(&line)
        .holding(&copy.store)
        .succeeds()
        .prints("charges\ncharges_history\nwebhooks\n");
}

#[test]
fn files_have_the_rows_of_the_copy_and_a_manifest_that_names_them() {
    let copy = Copy::new();
    let folder = copy.store.path().join("out");
    let sync = |format: &str, flags: &str| {
        let to = format!("{format}:{}", folder.display());
        let line = format!("sync --to '{to}' --tables subscriptions,webhooks -o ndjson {flags}");
        copy.there(rc(&line)).succeeds()
    };
    sync("ndjson", "");
    let lines = |file: &str| -> Vec<Value> {
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    };
    let rows = lines("subscriptions.ndjson");
    let listed = copy.listed("subscriptions list --sort-by id-asc");
    assert_eq!(rows.len(), listed.len());
    for (row, record) in rows.iter().zip(&listed) {
        for name in [
            "id",
            "price",
            "status",
            "properties",
            "is_prepaid",
            "external_variant_id",
        ] {
            assert_eq!(row[name], record[name], "{name}");
        }
    }
    let manifest = || -> Value {
        let text = std::fs::read_to_string(folder.join("manifest.json")).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    let first = manifest();
    assert_eq!(first["tables"]["subscriptions"]["rows"], rows.len());
    let bytes = std::fs::metadata(folder.join("subscriptions.ndjson"))
        .unwrap()
        .len();
    assert_eq!(first["tables"]["subscriptions"]["bytes"], bytes);
    // A run that changes nothing writes no file.
    let written = |file: &str| {
        std::fs::metadata(folder.join(file))
            .unwrap()
            .modified()
            .unwrap()
    };
    let before = written("subscriptions.ndjson");
    sync("ndjson", "");
    assert_eq!(
        (manifest(), written("subscriptions.ndjson")),
        (first, before)
    );
    // A row that changed is there once.
    let id = copy.store.id("subscriptions list --status active");
    copy.sandbox(&format!(
        "subscriptions update {id} --quantity 9 --commit true"
    ));
    sync("ndjson", "");
    let changed: Vec<Value> = lines("subscriptions.ndjson")
        .into_iter()
        .filter(|row| row["id"] == id.parse::<u64>().unwrap())
        .collect();
    assert_eq!(changed.len(), 1);
    assert_eq!(changed[0]["quantity"], 9);
    let to = format!("csv:{}", folder.display());
    copy.there(rc(&format!("sync --to '{to}'")))
        .fails(2)
        .shows("sync_copies-files_have_the_rows_of_the_copy_and_a_manifest_that_names_them");
}

#[test]
fn csv_files_have_a_header_and_a_line_for_each_row() {
    let copy = Copy::new();
    let folder = copy.store.path().join("out");
    let to = format!("csv:{}", folder.display());
    copy.there(rc(&format!("sync --to '{to}' --tables customers")))
        .succeeds();
    let mut reader = csv::Reader::from_path(folder.join("customers.csv")).unwrap();
    let headers = reader.headers().unwrap().clone();
    let email = headers.iter().position(|name| name == "email").unwrap();
    let emails: Vec<String> = reader
        .records()
        .map(|record| record.unwrap()[email].to_owned())
        .collect();
    let listed = copy.listed("customers list --sort-by id-asc");
    let expected: Vec<&str> = listed
        .iter()
        .map(|customer| customer["email"].as_str().unwrap())
        .collect();
    assert_eq!(emails, expected);
}
