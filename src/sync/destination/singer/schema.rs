//! The JSON schema of a stream, and the messages about it.
//!
//! Every type may be null but that of the key. Amounts are text: a number would be
//! rounded on its way through a target. No field has an empty schema, which targets
//! treat as text, or refuse.

use serde_json::{Map, Value, json};

use crate::sync::destination::EXTRA;
use crate::sync::table::{ColumnType, SyncTable};

/// The time at which the deletion of a row was detected: the name that targets know.
pub(super) const SDC_DELETED_AT: &str = "_sdc_deleted_at";

/// The schema of the records of a table, with the fields that were selected.
#[must_use]
pub fn schema(table: &SyncTable, is_selected: impl Fn(&str) -> bool) -> Value {
    let mut properties = Map::new();
    for column in &table.columns {
        if is_selected(column.name) {
            let own = property(column.kind, column.name == table.key);
            properties.insert(column.name.to_owned(), own);
        }
    }
    if is_selected(EXTRA) {
        properties.insert(EXTRA.to_owned(), json!({"type": ["null", "object"]}));
    }
    let time = property(ColumnType::Time, false);
    properties.insert(SDC_DELETED_AT.to_owned(), time);
    json!({"type": "object", "properties": properties})
}

fn property(kind: ColumnType, is_key: bool) -> Value {
    let types = |names: &[&'static str]| -> Vec<&'static str> {
        let null = (!is_key).then_some("null");
        null.into_iter().chain(names.iter().copied()).collect()
    };
    match kind {
        ColumnType::Integer => json!({"type": types(&["integer"])}),
        ColumnType::Text | ColumnType::Decimal => json!({"type": types(&["string"])}),
        ColumnType::Boolean => json!({"type": types(&["boolean"])}),
        ColumnType::Time => json!({"type": types(&["string"]), "format": "date-time"}),
        ColumnType::Date => json!({"type": types(&["string"]), "format": "date"}),
        ColumnType::Json => json!({"type": types(&["object", "array"])}),
    }
}

/// The SCHEMA message of a stream.
pub(super) fn schema_message(table: &SyncTable, is_selected: impl Fn(&str) -> bool) -> String {
    let mut message = json!({
        "type": "SCHEMA",
        "stream": table.name,
        "schema": schema(table, is_selected),
        "key_properties": [table.key],
    });
    if let Some(field) = table.method.field() {
        message["bookmark_properties"] = json!([field]);
    }
    message.to_string()
}

/// The message that removes older versions of a stream that was read whole.
pub(super) fn activate_message(table: &SyncTable, version: i64) -> String {
    let own = json!({"type": "ACTIVATE_VERSION", "stream": table.name, "version": version});
    own.to_string()
}

/// The message of a row that the store no longer has.
pub(super) fn deleted_message(table: &SyncTable, key: &str, at: &str) -> String {
    let number = key.parse::<i64>().ok();
    let is_number = table.columns[table.key_column()].kind == ColumnType::Integer;
    let key = match number.filter(|_| is_number) {
        Some(number) => json!(number),
        None => json!(key),
    };
    json!({
        "type": "RECORD",
        "stream": table.name,
        "record": {table.key: key, SDC_DELETED_AT: at},
        "time_extracted": at,
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::FAMILIES;
    use crate::sync::tables;

    #[test]
    fn every_property_has_a_type_and_only_the_key_is_never_null() {
        let mut seen = 0;
        for family in FAMILIES {
            for table in tables(family, None) {
                let schema = schema(&table, |_| true);
                for (name, property) in schema["properties"].as_object().unwrap() {
                    let types: Vec<&str> = property["type"]
                        .as_array()
                        .unwrap()
                        .iter()
                        .map(|kind| kind.as_str().unwrap())
                        .collect();
                    let is_key = *name == table.key;
                    assert_eq!(types.contains(&"null"), !is_key, "{}.{name}", table.name);
                    assert!(types.len() > usize::from(!is_key), "{}.{name}", table.name);
                    assert!(!types.contains(&"number"), "{}.{name}", table.name);
                    seen += 1;
                }
            }
        }
        assert!(seen > 500, "{seen}");
    }
}
