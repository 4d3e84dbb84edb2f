//! Pages into tables.

use std::fmt::Write as _;

use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, Statement, ToSql};

use super::schema::{self, SqliteTable};
use super::{
    Advance, BatchPurpose, Micros, RecordPage, StoredPage, SyncTable, TableState, failed, missing,
    quoted,
};
use crate::error::Result;
use crate::sync::destination::{DELETED_AT, EXTRA, SYNCED_AT};
use crate::sync::row::{Row, RowReader, RowValue};

/// Writes the rows of one table.
#[derive(Debug)]
pub(super) struct TableWriter {
    /// The table.
    pub(super) table: String,
    /// The name of its key.
    pub(super) key: &'static str,
    reader: RowReader,
    upsert: String,
    history: Option<String>,
    state: TableState,
    /// The state once the transaction is committed.
    pending: Option<TableState>,
}

impl TableWriter {
    pub(super) fn new(table: &SyncTable, prepared: &SqliteTable) -> Self {
        let reader = RowReader::new(table, Some(&prepared.columns));
        let columns: Vec<&str> = reader.columns().iter().map(|(name, _)| *name).collect();
        Self {
            table: table.name.clone(),
            key: table.key,
            upsert: upsert(&table.name, table.key, &columns),
            history: table
                .history_name()
                .map(|history| insert_version(&history, &columns)),
            reader,
            state: prepared.state.clone(),
            pending: None,
        }
    }

    pub(super) fn set_state(&mut self, state: TableState) {
        self.state = state;
    }

    /// The transaction of the last page is committed.
    pub(super) fn committed(&mut self) {
        if let Some(state) = self.pending.take() {
            self.state = state;
        }
    }

    /// Writes a page and the state after it, within the transaction of the
    /// connection.
    ///
    /// # Errors
    /// A record is broken, or the file cannot be written.
    pub(super) fn write(
        &mut self,
        connection: &Connection,
        name: &str,
        batch: &RecordPage,
        advance: Advance,
    ) -> Result<StoredPage> {
        let sql = |error| failed(name, error);
        let mut upsert = connection.prepare_cached(&self.upsert).map_err(sql)?;
        let mut history = match &self.history {
            Some(history) => Some(connection.prepare_cached(history).map_err(sql)?),
            None => None,
        };
        let mut gather = match batch.purpose {
            BatchPurpose::Rows => None,
            BatchPurpose::RowsAndKeys | BatchPurpose::Keys => {
                let insert = missing::insert(&self.table);
                Some(connection.prepare_cached(&insert).map_err(sql)?)
            }
        };
        let at = batch.at.to_string();
        let mut written = StoredPage::default();
        let mut row = Row::default();
        for record in batch.records() {
            self.reader.read(record, &mut row)?;
            if let Some(gather) = &mut gather {
                let key = Bound(&row.cells[self.reader.key()]);
                gather.execute([key]).map_err(sql)?;
            }
            if batch.purpose == BatchPurpose::Keys {
                continue;
            }
            let newest = self.reader.replication_key(&row);
            written.saw(newest);
            written.rows += 1;
            written.changed += bind(&mut upsert, &row, &at).map_err(sql)?;
            if let (Some(history), Some(_)) = (&mut history, newest) {
                bind(history, &row, &at).map_err(sql)?;
            }
        }
        let bookmark = advance.bookmark(written.newest, batch.at);
        self.advance(connection, bookmark).map_err(sql)?;
        written.findings = self.reader.take_findings();
        Ok(written)
    }

    /// Moves the bookmark on, within the transaction of the connection.
    pub(super) fn advance(
        &mut self,
        connection: &Connection,
        bookmark: Option<Micros>,
    ) -> rusqlite::Result<()> {
        if bookmark <= self.state.bookmark {
            return Ok(());
        }
        let mut state = self.state.clone();
        state.advance(bookmark);
        schema::keep_state(connection, &self.table, &state)?;
        self.pending = Some(state);
        Ok(())
    }
}

/// Executes a statement with a row; returns how many rows changed.
fn bind(statement: &mut Statement<'_>, row: &Row<'_>, at: &str) -> rusqlite::Result<u64> {
    let cells = row.cells.len();
    for (index, cell) in row.cells.iter().enumerate() {
        statement.raw_bind_parameter(index + 1, Bound(cell))?;
    }
    statement.raw_bind_parameter(cells + 1, &row.extra)?;
    statement.raw_bind_parameter(cells + 2, at)?;
    Ok(statement.raw_execute()? as u64)
}

/// A cell as `SQLite` keeps it.
struct Bound<'c, 'a>(&'c RowValue<'a>);

impl ToSql for Bound<'_, '_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.0 {
            RowValue::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            RowValue::Integer(number) => ToSqlOutput::Borrowed(ValueRef::Integer(*number)),
            RowValue::Boolean(is) => ToSqlOutput::Borrowed(ValueRef::Integer(i64::from(*is))),
            RowValue::Text(text) | RowValue::Json(text) => {
                ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes()))
            }
            RowValue::Time(time) => ToSqlOutput::Owned(Value::Text(time.to_string())),
        })
    }
}

/// The statement that inserts a row, or updates it where it is different. A row
/// that is the same is not written, and keeps its `_synced_at`.
fn upsert(table: &str, key: &str, columns: &[&str]) -> String {
    let mut sql = insert(table, columns);
    let _ = write!(sql, " ON CONFLICT ({}) DO UPDATE SET ", quoted(key));
    let own = [EXTRA, SYNCED_AT];
    let others = columns.iter().filter(|column| **column != key);
    for column in others.clone().chain(&own) {
        let column = quoted(column);
        let _ = write!(sql, "{column} = excluded.{column}, ");
    }
    let _ = write!(sql, "{DELETED_AT} = NULL WHERE {DELETED_AT} IS NOT NULL");
    let table = quoted(table);
    for column in others.chain([&EXTRA]) {
        let column = quoted(column);
        let _ = write!(sql, " OR {table}.{column} IS NOT excluded.{column}");
    }
    sql
}

/// The statement that keeps a version of a row, unless it is kept.
fn insert_version(table: &str, columns: &[&str]) -> String {
    format!("{} ON CONFLICT DO NOTHING", insert(table, columns))
}

fn insert(table: &str, columns: &[&str]) -> String {
    let mut names = String::new();
    for column in columns {
        let _ = write!(names, "{}, ", quoted(column));
    }
    let placeholders = vec!["?"; columns.len() + 2].join(", ");
    let table = quoted(table);
    format!("INSERT INTO {table} ({names}{EXTRA}, {SYNCED_AT}) VALUES ({placeholders})")
}
