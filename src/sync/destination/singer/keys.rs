//! The keys of the rows that a target has, for tables whose rows the API removes
//! without an event: rows that disappear are sent to the target as deleted.
//!
//! They are in a database beside the state, without other data. A key is stored before
//! its row is sent, so that no key of the target is missing. A deleted row stays in the
//! database until the target has confirmed everything: if the target ends before, the
//! deletion is sent again.

use std::fmt::Write as _;
use std::path::Path;

use rusqlite::{Connection, OptionalExtension, params, params_from_iter};

use crate::error::{Error, Result};
use crate::store;
use crate::sync::Micros;
use crate::sync::destination::{Among, Missing};

/// The keys of one state.
#[derive(Debug)]
pub(super) struct KnownKeys {
    name: String,
    connection: Connection,
}

/// A key that was sent.
pub(super) struct SentKey {
    pub(super) key: String,
    /// The value of the field that decides whether the API may remove the row.
    pub(super) kind: Option<String>,
}

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS known (
        stream TEXT NOT NULL, key TEXT NOT NULL, kind TEXT, gone TEXT,
        PRIMARY KEY (stream, key)
    ) STRICT, WITHOUT ROWID;
    CREATE TEMP TABLE IF NOT EXISTS gathered (
        stream TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (stream, key)
    ) WITHOUT ROWID;";

const MISSING: &str = "NOT EXISTS (SELECT 1 FROM temp.gathered
    WHERE gathered.stream = known.stream AND gathered.key = known.key)";

impl KnownKeys {
    /// Opens the database beside a state.
    ///
    /// # Errors
    /// It cannot be opened.
    pub(super) fn beside(state: &Path) -> Result<Self> {
        let mut name = state.file_name().unwrap_or_default().to_owned();
        name.push(".keys.db");
        let path = state.with_file_name(name);
        let name = path.display().to_string();
        let opened = store::open_or_create(&path);
        let opened = opened.and_then(|connection| {
            connection.execute_batch(TABLES)?;
            Ok(connection)
        });
        match opened {
            Ok(connection) => Ok(Self { name, connection }),
            Err(error) => Err(failed(&name, error)),
        }
    }

    fn done<T>(&self, result: rusqlite::Result<T>) -> Result<T> {
        result.map_err(|error| failed(&self.name, error))
    }

    /// Runs a statement for each of some values, in one transaction.
    fn each<T>(
        &self,
        statement: &str,
        all: &[T],
        values: impl Fn(&T) -> Vec<Option<String>>,
    ) -> rusqlite::Result<()> {
        let transaction = self.connection.unchecked_transaction()?;
        let mut prepared = transaction.prepare_cached(statement)?;
        for one in all {
            prepared.execute(params_from_iter(values(one)))?;
        }
        drop(prepared);
        transaction.commit()
    }

    /// Notes rows that are about to be sent.
    pub(super) fn sent(&self, stream: &str, keys: &[SentKey]) -> Result<()> {
        let insert = "INSERT INTO known (stream, key, kind) VALUES (?, ?, ?)
             ON CONFLICT DO UPDATE SET kind = excluded.kind, gone = NULL";
        let values = |sent: &SentKey| {
            let key = Some(sent.key.clone());
            vec![Some(stream.to_owned()), key, sent.kind.clone()]
        };
        self.done(self.each(insert, keys, values))
    }

    /// Begins to gather the keys of a list.
    pub(super) fn gather(&self, stream: &str) -> Result<()> {
        let delete = "DELETE FROM temp.gathered WHERE stream = ?";
        self.done(self.connection.execute(delete, [stream]).map(drop))
    }

    /// Gathers keys of a list.
    pub(super) fn gathered(&self, stream: &str, keys: &[SentKey]) -> Result<()> {
        let insert = "INSERT OR IGNORE INTO temp.gathered VALUES (?, ?)";
        let values = |sent: &SentKey| vec![Some(stream.to_owned()), Some(sent.key.clone())];
        self.done(self.each(insert, keys, values))
    }

    /// The number of rows that are not deleted, and how many of them were not gathered.
    pub(super) fn count(&self, stream: &str, among: Option<&Among>) -> Result<Missing> {
        let (condition, values) = condition(stream, among);
        let query = format!(
            "SELECT count(*), count(*) FILTER (WHERE {MISSING}) FROM known WHERE {condition}"
        );
        let values = params_from_iter(values);
        let counted = self.connection.query_row(&query, values, |row| {
            Ok(Missing {
                rows: row.get::<_, i64>(0)?.unsigned_abs(),
                missing: row.get::<_, i64>(1)?.unsigned_abs(),
            })
        });
        self.done(counted)
    }

    /// The next keys that were not gathered, in the order of their texts.
    pub(super) fn missing(
        &self,
        stream: &str,
        among: Option<&Among>,
        after: Option<&str>,
        most: usize,
    ) -> Result<Vec<String>> {
        let (condition, mut values) = condition(stream, among);
        values.push(after.unwrap_or_default().to_owned());
        let query = format!(
            "SELECT key FROM known WHERE {condition} AND {MISSING} AND key > ?
             ORDER BY key LIMIT {most}"
        );
        let missing = self.connection.prepare(&query).and_then(|mut query| {
            let rows = query.query_map(params_from_iter(values), |row| row.get(0))?;
            rows.collect()
        });
        self.done(missing)
    }

    /// Those of the keys of rows that were not gathered.
    pub(super) fn lacking(&self, stream: &str, keys: &[String]) -> Result<Vec<String>> {
        let query = format!("SELECT key FROM known WHERE stream = ? AND key = ? AND {MISSING}");
        let lacking = self
            .connection
            .prepare_cached(&query)
            .and_then(|mut query| {
                let mut lacking = Vec::new();
                for key in keys {
                    let found = query.query_row([stream, key], |row| row.get::<_, String>(0));
                    lacking.extend(found.optional()?);
                }
                Ok(lacking)
            });
        self.done(lacking)
    }

    /// Records deleted rows.
    pub(super) fn mark(&self, stream: &str, keys: &[String], at: Micros) -> Result<()> {
        let update = "UPDATE known SET gone = ? WHERE stream = ? AND key = ?";
        let at = at.to_string();
        let values = |key: &String| {
            let texts = [&at, stream, key];
            texts.map(|text| Some(text.to_owned())).to_vec()
        };
        self.done(self.each(update, keys, values))
    }

    /// The unconfirmed deleted rows, with the time.
    pub(super) fn gone(&self, stream: &str) -> Result<Vec<(String, String)>> {
        let query = "SELECT key, gone FROM known WHERE stream = ? AND gone IS NOT NULL";
        let gone = self.connection.prepare(query).and_then(|mut query| {
            let rows = query.query_map(params![stream], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect()
        });
        self.done(gone)
    }

    /// Forgets the deleted rows of a stream, whose messages are all confirmed.
    pub(super) fn confirmed(&self, stream: &str) -> Result<()> {
        let delete = "DELETE FROM known WHERE stream = ? AND gone IS NOT NULL";
        self.done(self.connection.execute(delete, [stream]).map(drop))
    }
}

/// The condition of rows that are not deleted, and the values of its parameters.
fn condition(stream: &str, among: Option<&Among>) -> (String, Vec<String>) {
    let mut values = vec![stream.to_owned()];
    let mut condition = "stream = ? AND gone IS NULL".to_owned();
    if let Some(Among::With(rows)) = among {
        let holes = vec!["?"; rows.values.len()].join(", ");
        let _ = write!(condition, " AND kind IN ({holes})");
        values.extend(rows.values.iter().map(|value| (*value).to_owned()));
    }
    (condition, values)
}

fn failed(name: &str, error: rusqlite::Error) -> Error {
    Error::unexpected(format!("{name} cannot be used"))
        .hint("it contains the keys of the rows that the target has; without it, deleted rows are not detected until all rows are sent again")
        .caused_by(error)
}
