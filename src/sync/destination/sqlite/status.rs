//! What a file has, read without taking it.

use rusqlite::Connection;

use super::schema;
use super::{StoreKey, TableState, TableStatus, quoted};
use crate::sync::destination::DELETED_AT;

/// The store that a file is a copy of; `None` for a file that is not a copy.
///
/// # Errors
/// The file cannot be read.
pub fn copy_of(connection: &Connection) -> rusqlite::Result<Option<StoreKey>> {
    let own = "SELECT count(*) FROM sqlite_schema WHERE name = '_sync_store'";
    let is_copy: i64 = connection.query_row(own, [], |row| row.get(0))?;
    if is_copy == 0 {
        return Ok(None);
    }
    schema::store_key(connection)
}

/// What the file has of each table, in the order of their names.
///
/// # Errors
/// The file cannot be read.
pub fn status(connection: &Connection) -> rusqlite::Result<Vec<TableStatus>> {
    let mut query = connection.prepare("SELECT name, state FROM _sync_tables ORDER BY name")?;
    let rows = query.query_map([], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
    })?;
    let mut all = Vec::new();
    for row in rows {
        let (name, state) = row?;
        let count = format!(
            "SELECT count(*) FILTER (WHERE {DELETED_AT} IS NULL), count({DELETED_AT}) FROM {}",
            quoted(&name)
        );
        let (rows, deleted) = connection.query_row(&count, [], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
        })?;
        let state: TableState = serde_json::from_str(&state).unwrap_or_default();
        all.push(TableStatus {
            name,
            rows: rows.unsigned_abs(),
            deleted: deleted.unsigned_abs(),
            state,
        });
    }
    Ok(all)
}
