//! The database of a lake: all rows of its tables, so that a row is found by its key,
//! and which version of each table readers see.
//!
//! It is ahead of the tables while a run reads, and can be removed at any time: the next
//! run rebuilds it from the tables.

use rusqlite::{Connection, OptionalExtension, params};

use super::columns::{LakeColumn, LakeTable};
use super::quoted;
use crate::error::Error;
use crate::store;
use crate::sync::TableState;
use crate::sync::destination::EXTRA;
use crate::sync::table::ColumnType;

/// The tables of this module. A table whose `base` is the version that readers see has
/// all its rows; `pending` is a version whose writing was not seen to end.
const OWN: &str = "
CREATE TABLE IF NOT EXISTS _lake_tables (
    name TEXT PRIMARY KEY NOT NULL, base TEXT, pending TEXT, made_of TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS _lake_months (
    name TEXT NOT NULL, month TEXT NOT NULL, PRIMARY KEY (name, month)
) STRICT, WITHOUT ROWID;
";

/// Which version of a table readers see.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct IndexedTable {
    /// That version.
    pub(super) base: Option<String>,
    /// A version whose writing was not seen to end.
    pub(super) pending: Option<String>,
    /// The source of that version: another text means that there are changes to write.
    pub(super) made_of: String,
}

/// Pages of the index that stay in memory, in KiB: rows come by the time of their last
/// change, which is another order than that of their keys, so that each batch touches
/// pages all over the index.
const CACHE_KIB: i64 = 48 * 1024;

/// Pages of the write-ahead log before they are written into the index: a page that
/// many batches touch is written there once.
const LOG_PAGES: i64 = 8 * 1024;

/// Gives the index as much memory as the writing of Parquet files needs anyway.
///
/// # Errors
/// The index cannot be read.
pub(super) fn tune(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)
}

/// The error of the database.
pub(super) fn failed(name: &str, error: rusqlite::Error) -> Error {
    use rusqlite::ErrorCode;
    if error.sqlite_error_code() == Some(ErrorCode::DiskFull) {
        let consequence =
            "the tables that readers see are complete, and the next run continues from there";
        return store::unwritable(name, consequence, error);
    }
    Error::unexpected(format!("{name} cannot be used")).caused_by(error)
}

/// Creates the tables of this module.
pub(super) fn create(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(OWN)
}

/// Removes everything.
pub(super) fn clear(connection: &Connection) -> rusqlite::Result<()> {
    let names: Vec<String> = {
        let mut query = connection.prepare(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'
             AND name NOT LIKE 'sqlite%'",
        )?;
        let rows = query.query_map([], |row| row.get(0))?;
        rows.collect::<rusqlite::Result<_>>()?
    };
    for name in names {
        connection.execute_batch(&format!("DROP TABLE {}", quoted(&name)))?;
    }
    Ok(())
}

/// The stored version of a table.
pub(super) fn known(connection: &Connection, name: &str) -> rusqlite::Result<IndexedTable> {
    let row = "SELECT base, pending, made_of FROM _lake_tables WHERE name = ?";
    let known = connection.query_row(row, [name], |row| {
        Ok(IndexedTable {
            base: row.get(0)?,
            pending: row.get(1)?,
            made_of: row.get(2)?,
        })
    });
    Ok(known.optional()?.unwrap_or_default())
}

/// Records that a version is about to be written.
pub(super) fn expect(connection: &Connection, name: &str, commit: &str) -> rusqlite::Result<()> {
    let insert = "INSERT INTO _lake_tables (name, pending) VALUES (?, ?)
                  ON CONFLICT (name) DO UPDATE SET pending = excluded.pending";
    connection.execute(insert, params![name, commit]).map(drop)
}

/// Records that readers see a version, and that there are no changes to write.
pub(super) fn committed(
    connection: &Connection,
    name: &str,
    commit: &str,
    made_of: &str,
) -> rusqlite::Result<()> {
    let transaction = connection.unchecked_transaction()?;
    let insert = "INSERT OR REPLACE INTO _lake_tables (name, base, made_of) VALUES (?, ?, ?)";
    transaction.execute(insert, params![name, commit, made_of])?;
    transaction.execute("DELETE FROM _lake_months WHERE name = ?", [name])?;
    transaction.commit()
}

/// Records that readers see a version, but not whether there are changes to write.
pub(super) fn landed(connection: &Connection, name: &str, commit: &str) -> rusqlite::Result<()> {
    let insert = "INSERT OR REPLACE INTO _lake_tables (name, base) VALUES (?, ?)";
    connection.execute(insert, params![name, commit]).map(drop)
}

/// Stores the state of a table.
pub(super) fn keep_state(
    connection: &Connection,
    name: &str,
    state: &TableState,
) -> rusqlite::Result<()> {
    let text = serde_json::to_string(state)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    let update = "UPDATE _sync_tables SET state = ? WHERE name = ?";
    connection.execute(update, params![text, name]).map(drop)
}

/// Removes the rows of a table, and its version and state.
pub(super) fn drop_table(connection: &Connection, name: &str) -> rusqlite::Result<()> {
    connection.execute_batch(&format!("DROP TABLE IF EXISTS {}", quoted(name)))?;
    for own in ["_sync_tables", "_lake_tables", "_lake_months"] {
        connection.execute(&format!("DELETE FROM {own} WHERE name = ?"), [name])?;
    }
    Ok(())
}

/// Adds a column that the catalog does not know.
pub(super) fn add_column(
    connection: &Connection,
    name: &str,
    column: &LakeColumn,
) -> rusqlite::Result<()> {
    let kind = match column.kind {
        ColumnType::Integer | ColumnType::Boolean => "INTEGER",
        _ => "TEXT",
    };
    connection.execute_batch(&format!(
        "ALTER TABLE {} ADD COLUMN {} {kind}",
        quoted(name),
        quoted(&column.name)
    ))
}

/// Puts decimal numbers that are in `_extra`, because they have too many digits for a
/// file, back into their column.
pub(super) fn restore_decimals(connection: &Connection, table: &LakeTable) -> rusqlite::Result<()> {
    let decimals = table.columns.iter();
    for column in decimals.filter(|column| column.kind == ColumnType::Decimal) {
        let (name, quoted_name) = (&column.name, quoted(&column.name));
        let path = format!("'$.\"{}\"'", name.replace('\'', "''"));
        connection.execute_batch(&format!(
            "UPDATE {table} SET {quoted_name} = {EXTRA} ->> {path},
                 {EXTRA} = nullif(json_remove({EXTRA}, {path}), '{{}}')
             WHERE {quoted_name} IS NULL AND {EXTRA} IS NOT NULL
               AND json_type({EXTRA}, {path}) = 'text'
               AND {EXTRA} ->> {path} GLOB '*[0-9]*'
               AND {EXTRA} ->> {path} NOT GLOB '*[^0-9.-]*'",
            table = quoted(&table.name),
        ))?;
    }
    Ok(())
}

/// Stores the source of the version that readers see.
pub(super) fn keep_made_of(
    connection: &Connection,
    name: &str,
    made_of: &str,
) -> rusqlite::Result<()> {
    let update = "UPDATE _lake_tables SET made_of = ? WHERE name = ?";
    connection.execute(update, [made_of, name]).map(drop)
}

/// Records that a table has no version.
pub(super) fn forget(connection: &Connection, name: &str) -> rusqlite::Result<()> {
    connection
        .execute("DELETE FROM _lake_tables WHERE name = ?", [name])
        .map(drop)
}

/// The names of the columns of a table; none if the table does not exist.
pub(super) fn columns(connection: &Connection, name: &str) -> rusqlite::Result<Vec<String>> {
    let mut query = connection.prepare("SELECT name FROM pragma_table_info(?)")?;
    let rows = query.query_map([name], |row| row.get(0))?;
    rows.collect()
}

/// The number of rows of a table.
pub(super) fn count(connection: &Connection, name: &str) -> rusqlite::Result<u64> {
    let query = format!("SELECT count(*) FROM {}", quoted(name));
    let rows: i64 = connection.query_row(&query, [], |row| row.get(0))?;
    Ok(rows.unsigned_abs())
}

/// The state of a table, as the rows are.
pub(super) fn state(connection: &Connection, name: &str) -> rusqlite::Result<TableState> {
    let row = "SELECT state FROM _sync_tables WHERE name = ?";
    let text: Option<String> = connection
        .query_row(row, [name], |row| row.get(0))
        .optional()?;
    let state = text.and_then(|text| serde_json::from_str(&text).ok());
    Ok(state.unwrap_or_default())
}

/// The month of a row, as `2026-11`; an empty text where it has none.
pub(super) fn month_of(created: &str) -> String {
    format!("coalesce(substr({}, 1, 7), '')", quoted(created))
}

/// Makes the database record which months change from now on. A table that readers do
/// not see yet does not need this: all its months are written.
pub(super) fn watch_months(connection: &Connection, table: &LakeTable) -> rusqlite::Result<()> {
    let Some(created) = &table.created else {
        return Ok(());
    };
    let name = &table.name;
    let month = |side: &str| format!("coalesce(substr({side}.{}, 1, 7), '')", quoted(created));
    let text = name.replace('\'', "''");
    // A trigger has no conflict handling of its own: that of the statement that fires
    // it counts.
    let note = |side: &str| {
        let month = month(side);
        format!(
            "INSERT INTO _lake_months SELECT '{text}', {month} WHERE NOT EXISTS (
                 SELECT 1 FROM _lake_months WHERE name = '{text}' AND month = {month});"
        )
    };
    let trigger = |event: &str, sides: &[&str]| {
        let notes: String = sides.iter().map(|side| note(side)).collect();
        let trigger = quoted(&format!("_lake_{name}_{event}"));
        let table = quoted(name);
        format!(
            "CREATE TRIGGER IF NOT EXISTS {trigger} AFTER {event} ON {table} BEGIN {notes} END;"
        )
    };
    connection.execute_batch(&format!(
        "CREATE INDEX IF NOT EXISTS {index} ON {table} ({month});{insert}{update}{delete}",
        index = quoted(&format!("_lake_{name}_month")),
        table = quoted(name),
        month = month_of(created),
        insert = trigger("INSERT", &["NEW"]),
        update = trigger("UPDATE", &["OLD", "NEW"]),
        delete = trigger("DELETE", &["OLD"]),
    ))
}

/// The months that have changed since readers saw them.
pub(super) fn changed_months(connection: &Connection, name: &str) -> rusqlite::Result<Vec<String>> {
    let query = "SELECT month FROM _lake_months WHERE name = ? ORDER BY month";
    let mut query = connection.prepare(query)?;
    let rows = query.query_map([name], |row| row.get(0))?;
    rows.collect()
}

/// Records that all months of a table have changed.
pub(super) fn all_changed(connection: &Connection, table: &LakeTable) -> rusqlite::Result<()> {
    for month in all_months(connection, table)? {
        let insert = "INSERT OR IGNORE INTO _lake_months VALUES (?, ?)";
        connection.execute(insert, params![table.name, month])?;
    }
    Ok(())
}

/// All months that a table has rows of.
pub(super) fn all_months(
    connection: &Connection,
    table: &LakeTable,
) -> rusqlite::Result<Vec<String>> {
    let Some(created) = &table.created else {
        return Ok(vec![String::new()]);
    };
    let (month, name) = (month_of(created), quoted(&table.name));
    let mut query =
        connection.prepare(&format!("SELECT DISTINCT {month} FROM {name} ORDER BY 1"))?;
    let rows = query.query_map([], |row| row.get(0))?;
    rows.collect()
}
