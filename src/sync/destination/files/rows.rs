//! The rows of a table, as lines of a file.

use std::fmt::Write as _;
use std::io::{self, Write};

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use super::super::sqlite::quoted;
use super::super::{DELETED_AT, EXTRA, SYNCED_AT};
use super::{FileFormat, SyncTable};
use crate::sync::table::ColumnType;

/// Why a file was not written.
pub(super) enum ExportFailure {
    /// The table cannot be read.
    Reading(rusqlite::Error),
    /// The file cannot be written.
    Writing(io::Error),
}

impl From<rusqlite::Error> for ExportFailure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Reading(error)
    }
}

impl From<io::Error> for ExportFailure {
    fn from(error: io::Error) -> Self {
        Self::Writing(error)
    }
}

/// Counts what passes.
pub(super) struct Counted<'w> {
    inner: &'w mut dyn Write,
    bytes: u64,
}

impl<'w> Counted<'w> {
    pub(super) fn new(inner: &'w mut dyn Write) -> Self {
        Self { inner, bytes: 0 }
    }

    pub(super) const fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl Write for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Writes all rows in the order of their keys; returns how many.
pub(super) fn write(
    connection: &Connection,
    table: &SyncTable,
    name: &str,
    is_history: bool,
    format: FileFormat,
    out: &mut dyn Write,
) -> Result<u64, ExportFailure> {
    let mut query = connection.prepare(&select(table, name, is_history))?;
    let kinds: Vec<(String, ColumnType)> = query
        .column_names()
        .map(|column| (column.to_owned(), type_of(table, column)))
        .collect();
    let mut csv = csv::WriterBuilder::new();
    let mut rows = query.query([])?;
    let mut number = 0;
    match format {
        FileFormat::Ndjson => {
            let mut line = String::new();
            while let Some(row) = rows.next()? {
                line.clear();
                object(row, &kinds, &mut line)?;
                line.push('\n');
                out.write_all(line.as_bytes())?;
                number += 1;
            }
        }
        FileFormat::Csv => {
            let mut csv = csv.flexible(false).from_writer(out);
            let broken = |error: csv::Error| ExportFailure::Writing(io::Error::other(error));
            let names = kinds.iter().map(|(name, _)| name);
            csv.write_record(names).map_err(broken)?;
            while let Some(row) = rows.next()? {
                for (at, (_, kind)) in kinds.iter().enumerate() {
                    let field = text(row.get_ref(at)?, *kind);
                    csv.write_field(field).map_err(broken)?;
                }
                csv.write_record(None::<&[u8]>).map_err(broken)?;
                number += 1;
            }
            csv.flush()?;
        }
    }
    Ok(number)
}

fn select(table: &SyncTable, name: &str, is_history: bool) -> String {
    let mut columns = String::from("*");
    // The order of the catalog, whatever was added to the file later.
    let mut names: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
    names.extend([EXTRA, SYNCED_AT]);
    if !is_history {
        names.push(DELETED_AT);
    }
    columns.clear();
    for (at, column) in names.iter().enumerate() {
        let comma = if at == 0 { "" } else { ", " };
        let _ = write!(columns, "{comma}{}", quoted(column));
    }
    let order = match table.method.field().filter(|_| is_history) {
        Some(field) => format!("{}, {}", quoted(table.key), quoted(field)),
        None => quoted(table.key),
    };
    format!("SELECT {columns} FROM {} ORDER BY {order}", quoted(name))
}

fn type_of(table: &SyncTable, column: &str) -> ColumnType {
    match table.column(column) {
        Some(at) => table.columns[at].kind,
        None if column == EXTRA => ColumnType::Json,
        None => ColumnType::Text,
    }
}

/// A row as a JSON object.
fn object(
    row: &Row<'_>,
    kinds: &[(String, ColumnType)],
    line: &mut String,
) -> rusqlite::Result<()> {
    line.push('{');
    for (at, (name, kind)) in kinds.iter().enumerate() {
        if at > 0 {
            line.push(',');
        }
        // Names of the catalog need no escapes.
        let _ = write!(line, "\"{name}\":");
        match (row.get_ref(at)?, kind) {
            (ValueRef::Null, _) => line.push_str("null"),
            (ValueRef::Integer(number), ColumnType::Boolean) => {
                line.push_str(if number == 0 { "false" } else { "true" });
            }
            (ValueRef::Text(json), ColumnType::Json) => {
                line.push_str(&String::from_utf8_lossy(json));
            }
            (value, kind) => {
                let text = text(value, *kind);
                match value {
                    ValueRef::Integer(_) | ValueRef::Real(_) => line.push_str(&text),
                    _ => line.push_str(&serde_json::Value::from(text).to_string()),
                }
            }
        }
    }
    line.push('}');
    Ok(())
}

/// A value as text; none is empty.
fn text(value: ValueRef<'_>, kind: ColumnType) -> String {
    match value {
        ValueRef::Null => String::new(),
        ValueRef::Integer(number) if kind == ColumnType::Boolean => (number != 0).to_string(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        ValueRef::Blob(bytes) => String::from_utf8_lossy(bytes).into_owned(),
    }
}
