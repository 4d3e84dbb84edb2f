//! Rows that the store no longer has: their keys are missing among those of a list
//! that was read from its beginning. The keys are kept in a temporary table, which
//! `SQLite` moves to disk as it grows.

use std::fmt::Write as _;

use rusqlite::{Connection, params_from_iter};

use super::write::TableWriter;
use super::{Among, ChildPage, Micros, Missing, quoted};
use crate::sync::destination::DELETED_AT;

/// The name of the temporary table.
fn gathered(table: &str) -> String {
    quoted(&format!("_gathered_{table}"))
}

/// The statement that gathers a key.
pub(super) fn insert(table: &str) -> String {
    format!("INSERT OR IGNORE INTO temp.{} VALUES (?)", gathered(table))
}

/// Begins to gather keys.
pub(super) fn gather(connection: &Connection, writer: &TableWriter) -> rusqlite::Result<()> {
    let name = gathered(&writer.table);
    connection.execute_batch(&format!(
        "CREATE TEMP TABLE IF NOT EXISTS {name} (key PRIMARY KEY NOT NULL) WITHOUT ROWID;
         DELETE FROM temp.{name};"
    ))
}

/// The condition of rows that are not deleted, and are among those that are meant.
fn condition(among: Option<&Among>) -> String {
    let mut sql = format!("{DELETED_AT} IS NULL");
    let one_of = |field: &str, number: usize| {
        let placeholders = vec!["?"; number].join(", ");
        format!("{} IN ({placeholders})", quoted(field))
    };
    let _ = match among {
        None => Ok(()),
        Some(Among::With(rows)) => {
            write!(sql, " AND {}", one_of(rows.field, rows.values.len()))
        }
        Some(Among::NotForgotten(rows, _)) => {
            // A row without the moment may be as old as any.
            let (one_of, since) = (one_of(rows.field, rows.values.len()), quoted(rows.since));
            write!(sql, " AND NOT ({one_of} AND coalesce({since}, '') < ?)")
        }
    };
    sql
}

/// The values of the placeholders of a condition.
fn values(among: Option<&Among>) -> Vec<String> {
    let texts = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
    match among {
        None => Vec::new(),
        Some(Among::With(rows)) => texts(rows.values),
        Some(Among::NotForgotten(rows, before)) => {
            let mut values: Vec<String> = texts(rows.values);
            values.push(before.to_string());
            values
        }
    }
}

fn is_missing(writer: &TableWriter) -> String {
    format!(
        "{} NOT IN (SELECT key FROM temp.{})",
        quoted(writer.key),
        gathered(&writer.table)
    )
}

/// How many rows there are, and how many of them are missing.
pub(super) fn count(
    connection: &Connection,
    writer: &TableWriter,
    among: Option<&Among>,
) -> rusqlite::Result<Missing> {
    let sql = format!(
        "SELECT count(*), count(*) FILTER (WHERE {}) FROM {} WHERE {}",
        is_missing(writer),
        quoted(&writer.table),
        condition(among)
    );
    connection.query_row(&sql, params_from_iter(values(among)), |row| {
        Ok(Missing {
            rows: row.get::<_, i64>(0)?.unsigned_abs(),
            missing: row.get::<_, i64>(1)?.unsigned_abs(),
        })
    })
}

/// The next keys that are missing, as text.
pub(super) fn keys(
    connection: &Connection,
    writer: &TableWriter,
    among: Option<&Among>,
    after: Option<&str>,
    most: usize,
) -> rusqlite::Result<Vec<String>> {
    let key = quoted(writer.key);
    // The column converts text to the type of its key.
    let sql = format!(
        "SELECT CAST({key} AS TEXT) FROM {table} WHERE {condition} AND {missing} {after}
         ORDER BY {key} LIMIT {most}",
        table = quoted(&writer.table),
        condition = condition(among),
        missing = is_missing(writer),
        after = match after {
            Some(_) => format!("AND {key} > ?"),
            None => String::new(),
        },
    );
    let mut values = values(among);
    values.extend(after.map(str::to_owned));
    let mut query = connection.prepare(&sql)?;
    let rows = query.query_map(params_from_iter(values), |row| row.get(0))?;
    rows.collect()
}

/// Those of the keys of rows that were not gathered.
pub(super) fn lacking(
    connection: &Connection,
    writer: &TableWriter,
    keys: &[String],
) -> rusqlite::Result<Vec<String>> {
    let mut query = connection.prepare_cached(&format!(
        "SELECT 1 FROM {} WHERE {} = ? AND {}",
        quoted(&writer.table),
        quoted(writer.key),
        is_missing(writer)
    ))?;
    let mut lacking = Vec::new();
    for key in keys {
        if query.exists([key])? {
            lacking.push(key.clone());
        }
    }
    Ok(lacking)
}

/// Marks the rows of lists that the lists no longer have; returns how many.
pub(super) fn mark_of(
    connection: &Connection,
    writer: &TableWriter,
    child: &ChildPage,
) -> rusqlite::Result<u64> {
    let mut update = connection.prepare_cached(&format!(
        "UPDATE {} SET {DELETED_AT} = ? WHERE {} = ? AND {DELETED_AT} IS NULL AND {}",
        quoted(&writer.table),
        quoted(child.column),
        is_missing(writer)
    ))?;
    let at = child.records.at.to_string();
    let mut marked = 0;
    for parent in &child.parents {
        marked += update.execute([&at, parent])? as u64;
    }
    Ok(marked)
}

/// Marks rows as deleted; returns how many.
pub(super) fn mark(
    connection: &Connection,
    writer: &TableWriter,
    keys: &[String],
    at: Micros,
) -> rusqlite::Result<u64> {
    let (table, key) = (quoted(&writer.table), quoted(writer.key));
    let mut update = connection.prepare_cached(&format!(
        "UPDATE {table} SET {DELETED_AT} = ? WHERE {key} = ? AND {DELETED_AT} IS NULL"
    ))?;
    let at = at.to_string();
    let mut marked = 0;
    for key in keys {
        marked += update.execute([&at, key])? as u64;
    }
    Ok(marked)
}
