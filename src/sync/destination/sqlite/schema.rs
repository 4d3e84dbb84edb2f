//! The tables of a file: those of the program, and those of the copy.

use std::fmt::Write as _;

use rusqlite::{Connection, OptionalExtension, params};

use super::{SchemaPolicy, StoreKey, SyncTable, TableState, failed, quoted};
use crate::error::Result;
use crate::sync::destination::columns::{self, ExistingTable};
use crate::sync::destination::{DELETED_AT, EXTRA, SYNCED_AT};
use crate::sync::table::ColumnType;

/// The form of the program's own tables.
const FORM: i64 = 1;

/// The program's own tables.
const OWN: &str = "
CREATE TABLE IF NOT EXISTS _sync_store (
    form INTEGER NOT NULL, api TEXT NOT NULL, store TEXT NOT NULL, host TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS _sync_lock (
    token INTEGER NOT NULL, process INTEGER NOT NULL, host TEXT NOT NULL,
    since TEXT NOT NULL, beat TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS _sync_tables (
    name TEXT PRIMARY KEY NOT NULL, state TEXT NOT NULL, columns TEXT NOT NULL DEFAULT '[]',
    version INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
";

/// What a table looks like in the file.
#[derive(Debug)]
pub(super) struct SqliteTable {
    /// The columns of records that it has.
    pub(super) columns: Vec<String>,
    /// How far it is.
    pub(super) state: TableState,
}

/// Creates the program's own tables.
pub(super) fn create_own(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(OWN)
}

/// The store that the file is a copy of.
pub(super) fn store_key(connection: &Connection) -> rusqlite::Result<Option<StoreKey>> {
    connection
        .query_row("SELECT api, store, host FROM _sync_store", [], |row| {
            Ok(StoreKey {
                api: row.get(0)?,
                store: row.get(1)?,
                host: row.get(2)?,
            })
        })
        .optional()
}

/// Keeps the store that the file is a copy of.
pub(super) fn keep_store_key(connection: &Connection, key: &StoreKey) -> rusqlite::Result<()> {
    let insert = "INSERT INTO _sync_store (form, api, store, host) VALUES (?, ?, ?, ?)";
    let StoreKey { api, store, host } = key;
    connection
        .execute(insert, params![FORM, api, store, host])
        .map(drop)
}

/// Keeps the state of a table.
pub(super) fn keep_state(
    connection: &Connection,
    table: &str,
    state: &TableState,
) -> rusqlite::Result<()> {
    let text = serde_json::to_string(state)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO _sync_tables (name, state) VALUES (?, ?)
         ON CONFLICT (name) DO UPDATE SET state = excluded.state",
    )?;
    insert.execute(params![table, text]).map(drop)
}

/// Makes a table ready: creates it, or compares it with what it is to be.
///
/// # Errors
/// Of kind `Usage`: somebody has altered it so that rows cannot be stored.
pub(super) fn prepare(
    connection: &Connection,
    name: &str,
    table: &SyncTable,
    policy: SchemaPolicy,
) -> Result<SqliteTable> {
    let sql = |error| failed(name, error);
    let transaction = connection.unchecked_transaction().map_err(sql)?;
    let state = state_of(&transaction, name, &table.name, policy)?;
    let mut kept = Vec::new();
    let names = std::iter::once(table.name.clone()).chain(table.history_name());
    let known = known_columns(&transaction, &table.name).map_err(sql)?;
    for (at, own) in names.enumerate() {
        let is_history = at == 1;
        let mut there = columns_of(&transaction, &own).map_err(sql)?;
        if there.is_empty() {
            let create = create(table, &own, is_history);
            transaction.execute_batch(&create).map_err(sql)?;
            there = columns_of(&transaction, &own).map_err(sql)?;
        }
        let existing = ExistingTable {
            place: name,
            name: &own,
            columns: &there,
            known: &known,
            is_history,
        };
        for at in columns::to_add(table, &existing, policy)? {
            let column = &table.columns[at];
            let (own, quoted, kind) = (quoted(&own), quoted(column.name), type_of(column.kind));
            let add = format!("ALTER TABLE {own} ADD COLUMN {quoted} {kind}");
            transaction.execute_batch(&add).map_err(sql)?;
            there.push(column.name.to_owned());
        }
        if !is_history {
            kept = there;
        }
    }
    let is_of_records = |column: &String| table.column(column).is_some();
    kept.retain(is_of_records);
    keep_state(&transaction, &table.name, &state).map_err(sql)?;
    keep_columns(&transaction, &table.name, &kept).map_err(sql)?;
    transaction.commit().map_err(sql)?;
    Ok(SqliteTable {
        columns: kept,
        state,
    })
}

fn state_of(
    connection: &Connection,
    name: &str,
    table: &str,
    policy: SchemaPolicy,
) -> Result<TableState> {
    let row = "SELECT state FROM _sync_tables WHERE name = ?";
    let text: Option<String> = connection
        .query_row(row, [table], |row| row.get(0))
        .optional()
        .map_err(|error| failed(name, error))?;
    text.map_or_else(
        || Ok(TableState::default()),
        |text| columns::state_of(name, table, &text, policy),
    )
}

/// The names of the columns; none where there is no table.
fn columns_of(connection: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    let mut query = connection.prepare("SELECT name FROM pragma_table_info(?)")?;
    let rows = query.query_map([table], |row| row.get(0))?;
    rows.collect()
}

/// The statement that creates a table.
fn create(table: &SyncTable, own: &str, is_history: bool) -> String {
    let mut sql = format!("CREATE TABLE {} (", quoted(own));
    for column in &table.columns {
        let kind = type_of(column.kind);
        let is_key = column.name == table.key;
        let key = match (is_key, is_history) {
            (true, false) => " PRIMARY KEY NOT NULL",
            (true, true) => " NOT NULL",
            (false, _) => "",
        };
        let _ = write!(sql, "{} {kind}{key}, ", quoted(column.name));
    }
    let _ = write!(sql, "{EXTRA} TEXT, {SYNCED_AT} TEXT NOT NULL");
    match table.method.field().filter(|_| is_history) {
        Some(field) => {
            let (key, field) = (quoted(table.key), quoted(field));
            let _ = write!(
                sql,
                ", PRIMARY KEY ({key}, {field})) STRICT, WITHOUT ROWID;"
            );
        }
        None => {
            let _ = write!(sql, ", {DELETED_AT} TEXT) STRICT;");
        }
    }
    sql
}

const fn type_of(kind: ColumnType) -> &'static str {
    match kind {
        ColumnType::Integer | ColumnType::Boolean => "INTEGER",
        ColumnType::Text
        | ColumnType::Time
        | ColumnType::Date
        | ColumnType::Decimal
        | ColumnType::Json => "TEXT",
    }
}

/// The columns of records that a table had when it was last prepared; none for one
/// that the program has not created.
fn known_columns(connection: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    let row = "SELECT columns FROM _sync_tables WHERE name = ?";
    let text: Option<String> = connection
        .query_row(row, [table], |row| row.get(0))
        .optional()?;
    // Text of another form is as good as none.
    Ok(text
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default())
}

/// Keeps which columns of records a table has.
fn keep_columns(connection: &Connection, table: &str, columns: &[String]) -> rusqlite::Result<()> {
    let text = serde_json::Value::from(columns).to_string();
    let update = "UPDATE _sync_tables SET columns = ? WHERE name = ?";
    connection.execute(update, params![text, table]).map(drop)
}

/// Counts a transaction that changed rows of a table.
pub(super) fn count_change(connection: &Connection, table: &str) -> rusqlite::Result<()> {
    let update = "UPDATE _sync_tables SET version = version + 1 WHERE name = ?";
    connection
        .prepare_cached(update)?
        .execute([table])
        .map(drop)
}

/// The number of transactions that changed rows of a table.
pub(super) fn version(connection: &Connection, table: &str) -> rusqlite::Result<i64> {
    let row = "SELECT version FROM _sync_tables WHERE name = ?";
    let version = connection.query_row(row, [table], |row| row.get(0));
    Ok(version.optional()?.unwrap_or_default())
}
