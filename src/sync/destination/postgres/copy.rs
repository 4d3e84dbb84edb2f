//! Pages into tables, by `COPY`.

use std::fmt::Write as _;

use bytes::Bytes;
use futures_util::SinkExt;
use tokio_postgres::{Client, Transaction};

use super::schema::{self, PostgresTable, type_of};
use super::{
    Advance, PostgresFailure, RecordPage, StoredPage, SyncTable, TableState, missing, quoted,
};
use crate::sync::Micros;
use crate::sync::destination::{BatchPurpose, DELETED_AT, EXTRA, SYNCED_AT};
use crate::sync::row::{Row, RowReader, RowValue};
use crate::sync::table::ColumnType;

/// The order of the rows of a page: of two with the same key, the later one counts.
const ORDER: &str = "_order";

/// Writes the rows of one table.
#[derive(Debug)]
pub(super) struct TableCopy {
    /// The table.
    pub(super) table: String,
    /// The name of its key.
    pub(super) key: &'static str,
    /// What the key is.
    pub(super) key_type: &'static str,
    reader: RowReader,
    statements: Statements,
    state: TableState,
    /// The lines of a page, whose room is used again.
    lines: String,
}

#[derive(Debug)]
struct Statements {
    stage: String,
    copy: String,
    merge: String,
    history: Option<String>,
}

impl TableCopy {
    pub(super) fn new(table: &SyncTable, prepared: &PostgresTable) -> Self {
        let reader = RowReader::new(table, Some(&prepared.columns));
        let key_type = table.columns[table.key_column()].kind;
        Self {
            table: table.name.clone(),
            key: table.key,
            key_type: type_of(key_type),
            statements: statements(table, reader.columns()),
            reader,
            state: prepared.state.clone(),
            lines: String::new(),
        }
    }

    pub(super) fn set_state(&mut self, state: TableState) {
        self.state = state;
    }

    /// Makes the temporary table that pages come into.
    pub(super) async fn stage(&self, client: &Client) -> Result<(), tokio_postgres::Error> {
        client.batch_execute(&self.statements.stage).await
    }

    /// Writes a page and the state after it in one transaction.
    pub(super) async fn write(
        &mut self,
        client: &mut Client,
        batch: &RecordPage,
        advance: Advance,
    ) -> Result<StoredPage, PostgresFailure> {
        let transaction = client.transaction().await?;
        let (written, state) = self.write_in(&transaction, batch, advance).await?;
        transaction.commit().await?;
        self.state = state;
        Ok(written)
    }

    /// Writes a page within a transaction; returns the state after it as well.
    pub(super) async fn write_in(
        &mut self,
        transaction: &Transaction<'_>,
        batch: &RecordPage,
        advance: Advance,
    ) -> Result<(StoredPage, TableState), PostgresFailure> {
        let mut written = StoredPage::default();
        let mut keys = Vec::new();
        let gathers = batch.purpose != BatchPurpose::Rows;
        self.lines.clear();
        let mut row = Row::default();
        let at = batch.at.to_string();
        for (order, record) in batch.records().enumerate() {
            self.reader.read(record, &mut row)?;
            if gathers {
                keys.push(key_text(&row.cells[self.reader.key()]));
            }
            if batch.purpose == BatchPurpose::Keys {
                continue;
            }
            written.saw(self.reader.replication_key(&row));
            written.rows += 1;
            line(&row, &at, order, &mut self.lines);
        }
        if written.rows > 0 {
            let sink = transaction.copy_in(&self.statements.copy).await?;
            let mut sink = std::pin::pin!(sink);
            sink.send(Bytes::copy_from_slice(self.lines.as_bytes()))
                .await?;
            sink.finish().await?;
            written.changed = transaction.execute(&self.statements.merge, &[]).await?;
            if let Some(history) = &self.statements.history {
                transaction.execute(history, &[]).await?;
            }
        }
        if gathers {
            missing::insert(transaction, self, &keys).await?;
        }
        let bookmark = advance.bookmark(written.newest, batch.at);
        let state = self.advanced(transaction, bookmark).await?;
        written.findings = self.reader.take_findings();
        Ok((written, state))
    }

    /// The state with the bookmark moved on, which is kept within the transaction.
    pub(super) async fn advanced(
        &self,
        transaction: &Transaction<'_>,
        bookmark: Option<Micros>,
    ) -> Result<TableState, PostgresFailure> {
        let mut state = self.state.clone();
        if bookmark > state.bookmark {
            state.advance(bookmark);
            schema::keep_state(transaction, &self.table, &state).await?;
        }
        Ok(state)
    }
}

fn key_text(cell: &RowValue<'_>) -> String {
    match cell {
        RowValue::Integer(number) => number.to_string(),
        RowValue::Text(text) => text.clone().into_owned(),
        _ => String::new(),
    }
}

/// A row as a line of the text form of `COPY`.
fn line(row: &Row<'_>, at: &str, order: usize, lines: &mut String) {
    for cell in &row.cells {
        match cell {
            RowValue::Null => lines.push_str("\\N"),
            RowValue::Integer(number) => {
                let _ = write!(lines, "{number}");
            }
            RowValue::Boolean(is) => lines.push(if *is { 't' } else { 'f' }),
            RowValue::Time(time) => {
                let _ = write!(lines, "{time}");
            }
            RowValue::Text(text) | RowValue::Json(text) => escaped(text, lines),
        }
        lines.push('\t');
    }
    match &row.extra {
        Some(extra) => escaped(extra, lines),
        None => lines.push_str("\\N"),
    }
    let _ = writeln!(lines, "\t{at}\t{order}");
}

/// Text with the signs that have a meaning in a line of `COPY` escaped.
fn escaped(text: &str, lines: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find(['\\', '\t', '\n', '\r']) {
        lines.push_str(&rest[..at]);
        lines.push('\\');
        lines.push(match rest.as_bytes()[at] {
            b'\t' => 't',
            b'\n' => 'n',
            b'\r' => 'r',
            _ => '\\',
        });
        rest = &rest[at + 1..];
    }
    lines.push_str(rest);
}

fn statements(table: &SyncTable, columns: &[(&'static str, ColumnType)]) -> Statements {
    let stage = quoted(&format!("_stage_{}", table.name));
    let mut typed = String::new();
    let mut names = String::new();
    for (name, kind) in columns {
        let name = quoted(name);
        let _ = write!(typed, "{name} {}, ", type_of(*kind));
        let _ = write!(names, "{name}, ");
    }
    let key = quoted(table.key);
    let insert = |into: &str, select: &str| {
        let into = quoted(into);
        format!(
            "INSERT INTO {into} ({names}{EXTRA}, {SYNCED_AT})
             SELECT {select} {names}{EXTRA}, {SYNCED_AT} FROM {stage}"
        )
    };
    let latest = insert(&table.name, &format!("DISTINCT ON ({key})"));
    let mut merge =
        format!("{latest} ORDER BY {key}, {ORDER} DESC ON CONFLICT ({key}) DO UPDATE SET ");
    let others: Vec<String> = columns
        .iter()
        .filter(|(name, _)| *name != table.key)
        .map(|(name, _)| quoted(name))
        .chain([EXTRA.to_owned()])
        .collect();
    for column in others.iter().map(String::as_str).chain([SYNCED_AT]) {
        let _ = write!(merge, "{column} = excluded.{column}, ");
    }
    let own = quoted(&table.name);
    let of = |what: &str| {
        let columns = others.iter().map(|column| format!("{what}.{column}"));
        columns.collect::<Vec<_>>().join(", ")
    };
    let _ = write!(
        merge,
        "{DELETED_AT} = NULL WHERE {own}.{DELETED_AT} IS NOT NULL
         OR ({}) IS DISTINCT FROM ({})",
        of(&own),
        of("excluded")
    );
    let history = table.history_name().zip(table.method.field());
    let history = history.map(|(name, field)| {
        let field = quoted(field);
        let every = insert(&name, "");
        format!("{every} WHERE {field} IS NOT NULL ORDER BY {ORDER} ON CONFLICT DO NOTHING")
    });
    Statements {
        stage: format!(
            "CREATE TEMP TABLE IF NOT EXISTS {stage} ({typed}{EXTRA} jsonb,
             {SYNCED_AT} timestamptz, {ORDER} int) ON COMMIT DELETE ROWS"
        ),
        copy: format!("COPY {stage} ({names}{EXTRA}, {SYNCED_AT}, {ORDER}) FROM STDIN"),
        merge,
        history,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_with_a_meaning_are_escaped() {
        let mut lines = String::new();
        escaped("a\tb\\c\nd\re", &mut lines);
        assert_eq!(lines, "a\\tb\\\\c\\nd\\re");
    }
}
