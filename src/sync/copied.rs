//! The rows of a copy as the records that they were made of.
//!
//! Takes a copy in `SQLite`; returns JSON objects with the fields of the catalog.
//! Not known any more is whether a field was `null` or left out: it is `null`.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};
use serde_json::{Map, Value, json};

use super::destination::sqlite::quoted;
use super::destination::{DELETED_AT, EXTRA};
use super::table::{ColumnType, SyncTable};
use crate::catalog::FieldKind;

/// The records of a table that the store still has.
#[derive(Debug)]
pub struct CopiedTable<'t> {
    table: &'t SyncTable,
    /// The columns that the copy has.
    columns: Vec<usize>,
}

impl<'t> CopiedTable<'t> {
    /// The table in a copy; `None` where the copy has no table of this kind: no such
    /// table, or one that was read in another version of the API, without the key.
    ///
    /// # Errors
    /// The copy cannot be read.
    pub fn find(copy: &Connection, table: &'t SyncTable) -> rusqlite::Result<Option<Self>> {
        let mut query = copy.prepare("SELECT name FROM pragma_table_info(?)")?;
        let names = query.query_map([&table.name], |row| row.get::<_, String>(0))?;
        let names: Vec<String> = names.collect::<rusqlite::Result<_>>()?;
        if !names.iter().any(|name| name == table.key) {
            return Ok(None);
        }
        let is_there = |at: &usize| names.iter().any(|name| *name == table.columns[*at].name);
        let columns = (0..table.columns.len()).filter(is_there).collect();
        Ok(Some(Self { table, columns }))
    }

    /// Gives each record to `each`, in the order of the key; ends when it fails.
    ///
    /// # Errors
    /// The copy cannot be read. The error of `each` is in the result.
    pub fn records<E>(
        &self,
        copy: &Connection,
        mut each: impl FnMut(Map<String, Value>) -> Result<(), E>,
    ) -> rusqlite::Result<Result<(), E>> {
        let names = self.columns.iter().map(|at| self.table.columns[*at].name);
        let columns: Vec<String> = names.map(quoted).collect();
        let mut query = copy.prepare(&format!(
            "SELECT {EXTRA}, {} FROM {} WHERE {DELETED_AT} IS NULL ORDER BY {}",
            columns.join(", "),
            quoted(&self.table.name),
            quoted(self.table.key)
        ))?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            if let Err(error) = each(self.record(row)?) {
                return Ok(Err(error));
            }
        }
        Ok(Ok(()))
    }

    fn record(&self, row: &Row<'_>) -> rusqlite::Result<Map<String, Value>> {
        let mut record = Map::with_capacity(self.columns.len());
        for (at, column) in self.columns.iter().enumerate() {
            let column = &self.table.columns[*column];
            // A key that is made of fields is none of the record's.
            let Some(field) = self.table.object.field(column.name) else {
                continue;
            };
            let value = value(row.get_ref(at + 1)?, column.kind, field.kind);
            record.insert(column.name.to_owned(), value);
        }
        // What did not fit its column is whole there.
        if let ValueRef::Text(extra) = row.get_ref(0)?
            && let Ok(extra) = serde_json::from_slice::<Map<String, Value>>(extra)
        {
            record.extend(extra);
        }
        Ok(record)
    }
}

/// A cell as the API had it.
fn value(cell: ValueRef<'_>, column: ColumnType, field: FieldKind) -> Value {
    match (cell, column) {
        (ValueRef::Integer(number), ColumnType::Boolean) => Value::Bool(number != 0),
        (ValueRef::Integer(number), _) => json!(number),
        (ValueRef::Real(number), _) => json!(number),
        (ValueRef::Text(text), ColumnType::Json) => {
            serde_json::from_slice(text).unwrap_or_default()
        }
        (ValueRef::Text(text), ColumnType::Time) if field == FieldKind::Time => {
            let text = String::from_utf8_lossy(text);
            Value::String(match text.strip_suffix('Z') {
                Some(utc) => format!("{utc}+00:00"),
                None => text.into_owned(),
            })
        }
        (ValueRef::Text(text), _) => Value::String(String::from_utf8_lossy(text).into_owned()),
        (ValueRef::Null | ValueRef::Blob(_), _) => Value::Null,
    }
}
