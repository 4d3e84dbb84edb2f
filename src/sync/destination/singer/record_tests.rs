//! Tests of the RECORD messages: types, keys, names and values.

use serde_json::{Value, json};

use super::*;
use crate::catalog::recharge::FAMILY;
use crate::sync::row::{Row, RowReader};
use crate::sync::tables;

fn table(name: &str) -> SyncTable {
    let mut all = tables(&FAMILY, None).into_iter();
    all.find(|table| table.name == name).unwrap()
}

fn written(table: &SyncTable, record: &str) -> Result<(Value, RowFindings)> {
    let mut writer = RecordWriter::new(table, |_| true);
    let mut out = Vec::new();
    writer.write(record, "}\n", &mut out)?;
    let line = String::from_utf8(out).unwrap();
    assert_eq!(line.matches('\n').count(), 1);
    let message: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(message["stream"], table.name);
    Ok((message["record"].clone(), writer.take_findings()))
}

fn charge(record: &Value) -> (Value, RowFindings) {
    written(&table("charges"), &record.to_string()).unwrap()
}

#[test]
fn amounts_are_text_and_times_are_utc_with_z() {
    let (record, findings) = charge(&json!({
        "id": 1, "total_price": 12.5, "subtotal_price": "3.10", "tax_lines": [{"price": 0.1}],
        "created_at": "2026-11-20T05:00:00-05:00", "updated_at": "2026-11-20T10:00:00+00:00",
        "processed_at": "2026-11-20T10:00:00", "note": "a\"b", "status": null,
    }));
    assert_eq!(record["total_price"], "12.5");
    assert_eq!(record["subtotal_price"], "3.10");
    assert_eq!(record["tax_lines"], json!([{"price": 0.1}]));
    for time in ["created_at", "updated_at", "processed_at"] {
        assert_eq!(record[time], "2026-11-20T10:00:00Z", "{time}");
    }
    assert_eq!(record["note"], "a\"b");
    assert_eq!(record["status"], Value::Null);
    assert_eq!(findings, RowFindings::default());
}

#[test]
fn what_fits_no_column_is_kept_beside_the_others() {
    let (record, findings) = charge(&json!({
        "id": "7", "loyalty": {"points": 1}, "total_price": "ten", "client_details": "none",
        "updated_at": "soon", "has_uncommitted_changes": "true",
    }));
    assert_eq!(record["id"], 7);
    assert_eq!(record["total_price"], Value::Null);
    assert_eq!(record["has_uncommitted_changes"], true);
    let extra = json!({"loyalty": {"points": 1}, "total_price": "ten", "client_details": "none",
        "updated_at": "soon"});
    assert_eq!(record["_extra"], extra);
    assert_eq!(findings.unknown, ["loyalty"]);
    assert_eq!(findings.unfit.len(), 3);
}

#[test]
fn nul_and_halves_of_surrogates_are_replaced() {
    let text =
        r#"{"id":1,"note":"a\u0000b\\u0000","tags":"\ud83d\ude00\ud800x\udc00","x":"\u0000"}"#;
    let (record, findings) = written(&table("charges"), text).unwrap();
    assert_eq!(record["note"], "a\u{fffd}b\\u0000");
    assert_eq!(record["tags"], "\u{1f600}\u{fffd}x\u{fffd}");
    assert_eq!(record["_extra"]["x"], "\u{fffd}");
    assert_eq!(findings.nul, ["note", "x"]);
}

#[test]
fn a_record_without_a_key_is_refused() {
    for record in [r"{}", r#"{"id":null}"#, r#"{"id":"x"}"#, r#"{"id":1.5}"#] {
        let error = written(&table("charges"), record).unwrap_err();
        assert_eq!(error.message, "charges: a record has no id", "{record}");
    }
    for record in ["[]", "1", r#"{"id":1"#] {
        let error = written(&table("charges"), record).unwrap_err();
        assert_eq!(
            error.message, "charges: a record is not an object",
            "{record}"
        );
    }
}

#[test]
fn a_key_that_is_made_of_fields_is_written() {
    let table = table("collection_products");
    let record = r#"{"external_product_id":"9","collection_id":4}"#;
    let (record, _) = written(&table, record).unwrap();
    assert_eq!(record["_key"], "4:9");
    assert!(written(&table, r#"{"collection_id":4}"#).is_err());
}

#[test]
fn fields_that_were_not_selected_are_left_out_and_the_bookmark_is_still_read() {
    let table = table("charges");
    let mut writer = RecordWriter::new(&table, |name| name == "id");
    let mut out = Vec::new();
    let record = r#"{"note":"x","updated_at":"2026-11-20T10:00:00+00:00","odd":1,"id":1}"#;
    let newest = writer.write(record, "}", &mut out).unwrap();
    let expected = r#"{"type":"RECORD","stream":"charges","record":{"id":1}}"#;
    assert_eq!(String::from_utf8(out).unwrap(), expected);
    assert_eq!(newest.unwrap().to_string(), "2026-11-20T10:00:00Z");
}

/// What a record is here, as the reader of other copies has it.
fn reference(table: &SyncTable, record: &str) -> Value {
    let mut reader = RowReader::new(table, None);
    let mut row = Row::default();
    reader.read(record, &mut row).unwrap();
    let mut value = serde_json::Map::new();
    for ((name, _), cell) in reader.columns().iter().zip(&row.cells) {
        let cell = match cell {
            RowValue::Null => continue,
            RowValue::Integer(number) => json!(number),
            RowValue::Boolean(is) => json!(is),
            RowValue::Text(text) => json!(text),
            RowValue::Time(time) => json!(time),
            RowValue::Json(text) => serde_json::from_str(text).unwrap(),
        };
        value.insert((*name).to_owned(), cell);
    }
    if let Some(extra) = row.extra {
        value.insert(EXTRA.to_owned(), serde_json::from_str(&extra).unwrap());
    }
    Value::Object(value)
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    fn value() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            (any::<i32>(), 0_u32..4).prop_map(|(number, digits)| {
                Value::from(f64::from(number) / f64::from(10_u32.pow(digits)))
            }),
            "[0-9]{1,4}(\\.[0-9]{0,3})?".prop_map(Value::from),
            ".{0,6}".prop_map(Value::from),
            Just(json!("2026-11-20T10:00:00+00:00")),
            Just(json!("2026-11-20 10:00:00.5")),
            Just(json!("2026-11-20")),
            Just(json!({"a": [1, "}"]})),
            Just(json!([])),
        ]
    }

    proptest! {
        #[test]
        fn a_record_is_what_every_other_copy_has_of_it(
            fields in prop::collection::vec((any::<prop::sample::Index>(), value()), 0..12),
        ) {
            let table = table("charges");
            let mut record = serde_json::Map::new();
            for (at, value) in fields {
                let column = at.get(&table.columns).name;
                record.insert(column.to_owned(), value);
            }
            record.insert("id".to_owned(), json!(5));
            let text = Value::Object(record).to_string();
            let (Value::Object(mut own), _) = written(&table, &text).unwrap() else {
                unreachable!("a record is an object");
            };
            own.retain(|_, value| !value.is_null());
            let Value::Object(mut expected) = reference(&table, &text) else {
                unreachable!("a record is an object");
            };
            // Columns of objects and lists have nothing else here.
            for column in &table.columns {
                let scalar = expected.get(column.name).filter(|value| {
                    column.kind == ColumnType::Json && !value.is_object() && !value.is_array()
                });
                if let Some(scalar) = scalar.cloned() {
                    expected.remove(column.name);
                    let extra = expected.entry(EXTRA).or_insert_with(|| json!({}));
                    extra[column.name] = scalar;
                }
            }
            prop_assert_eq!(own, expected);
        }
    }
}
