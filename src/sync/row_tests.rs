//! Records as rows, field by field.

use super::*;
use crate::catalog::recharge::FAMILY;
use crate::sync::tables;

fn reader() -> RowReader {
    reader_of("charges")
}

fn reader_of(name: &str) -> RowReader {
    let all = tables(&FAMILY, None);
    let table = all.iter().find(|table| table.name == name).unwrap();
    RowReader::new(table, None)
}

/// The cell of one field of a charge, or of a subscription that has it, and what
/// is beside the cells.
fn placed(field: &str, value: &str) -> (String, Option<String>) {
    let is_of_charges = field != "next_charge_scheduled_at";
    let mut reader = reader_of(if is_of_charges {
        "charges"
    } else {
        "subscriptions"
    });
    let record = format!(r#"{{"id":7,"{field}":{value}}}"#);
    let mut row = Row::default();
    reader.read(&record, &mut row).unwrap();
    let at = reader.columns.iter().position(|(name, _)| *name == field);
    let cell = at.map_or_else(|| "none".to_owned(), |at| format!("{:?}", row.cells[at]));
    (cell, row.extra.clone())
}

#[test]
fn values_become_cells_of_the_type_of_their_column() {
    let cases = [
        ("id", "7", "Integer(7)"),
        ("id", "\"7\"", "Integer(7)"),
        ("total_price", "\"12.50\"", "Text(\"12.50\")"),
        ("total_price", "12.5", "Text(\"12.5\")"),
        ("total_price", "null", "Null"),
        ("total_price", "\"\"", "Null"),
        ("taxable", "true", "Boolean(true)"),
        ("status", "\"queued\"", "Text(\"queued\")"),
        ("note", "\"a\\nb\"", "Text(\"a\\nb\")"),
        ("line_items", "[{\"a\": 1}]", "Json(\"[{\\\"a\\\": 1}]\")"),
        (
            "next_charge_scheduled_at",
            "\"2026-11-20\"",
            "Text(\"2026-11-20\")",
        ),
        (
            "next_charge_scheduled_at",
            "\"2026-11-20T00:00:00\"",
            "Text(\"2026-11-20\")",
        ),
    ];
    for (field, value, expected) in cases {
        assert_eq!(
            placed(field, value),
            (expected.to_owned(), None),
            "{field}: {value}"
        );
    }
}

#[test]
fn values_that_fit_no_column_stand_beside_them() {
    let cases = [
        ("total_price", "\"free\"", "Null"),
        ("total_price", "1e3", "Null"),
        ("total_price", "true", "Null"),
        ("updated_at", "\"soon\"", "Null"),
        ("updated_at", "17", "Null"),
        (
            "next_charge_scheduled_at",
            "\"2026-11-20T06:00:00\"",
            "Text(\"2026-11-20\")",
        ),
        ("new_field", "{\"a\":1}", "none"),
    ];
    for (field, value, expected) in cases {
        let extra = format!("{{\"{field}\":{value}}}");
        assert_eq!(
            placed(field, value),
            (expected.to_owned(), Some(extra)),
            "{field}: {value}"
        );
    }
    assert_eq!(placed("new_field", "null"), ("none".to_owned(), None));
    // Related objects that were not asked for are no part of the record.
    assert_eq!(placed("include", "{}"), ("none".to_owned(), None));
}

#[test]
fn what_is_odd_is_told_once() {
    let mut reader = reader();
    for _ in 0..3 {
        let mut row = Row::default();
        let record = r#"{"id":7,"new":1,"newer":2,"total_price":"x","note":"a\u0000b"}"#;
        reader.read(record, &mut row).unwrap();
    }
    let found = reader.take_findings();
    assert_eq!(found.unknown, ["new", "newer"]);
    assert_eq!(found.unfit, ["total_price"]);
    assert_eq!(found.nul, ["note"]);
    let mut told = RowFindings::default();
    assert_eq!(told.merge(&found), found);
    assert_eq!(told.merge(&found), RowFindings::default());
}

#[test]
fn nul_characters_are_replaced_and_escaped_backslashes_are_not() {
    let (note, _) = placed("note", r#""a\u0000b""#);
    assert_eq!(note, "Text(\"a\u{fffd}b\")");
    let (note, _) = placed("note", r#""a\\u0000b""#);
    assert_eq!(note, "Text(\"a\\\\u0000b\")");
    let clean = without_nul_escapes(r#"["\u0000","\\u0000","\\\u0000é\n"]"#).unwrap();
    assert_eq!(clean, r#"["\ufffd","\\u0000","\\\ufffdé\n"]"#);
    assert_eq!(without_nul_escapes(r#"["\\u0000"]"#), None);
}

#[test]
fn a_record_without_its_key_is_refused_and_named() {
    for (record, what) in [
        (r#"{"status":"queued"}"#, "charges: a record has no id"),
        (r#"{"id":null}"#, "charges: a record has no id"),
        (r#"{"id":"x"}"#, "charges: a record has no id"),
        (r"[1]", "charges: a record is not an object"),
    ] {
        let mut row = Row::default();
        let error = reader().read(record, &mut row).unwrap_err();
        assert_eq!(error.message, what);
    }
}

#[test]
fn the_bookmark_is_a_value_of_the_replication_key() {
    let mut reader = reader();
    let mut row = Row::default();
    let record = r#"{"id":7,"updated_at":"2026-11-20T10:00:00+00:00"}"#;
    reader.read(record, &mut row).unwrap();
    let key = reader.replication_key(&row).unwrap();
    assert_eq!(key.to_string(), "2026-11-20T10:00:00Z");
}

#[test]
fn a_key_of_several_fields_is_made_of_their_values() {
    let mut reader = reader_of("collection_products");
    let mut row = Row::default();
    let record = r#"{"collection_id":7,"external_product_id":"99"}"#;
    reader.read(record, &mut row).unwrap();
    assert_eq!(row.cells[reader.key()], RowValue::Text("7:99".into()));
    let error = reader.read(r#"{"collection_id":7}"#, &mut row).unwrap_err();
    assert_eq!(error.message, "collection_products: a record has no _key");
}
