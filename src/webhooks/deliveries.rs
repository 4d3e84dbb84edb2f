//! The store of deliveries: the messages for local programs, their answers, and the
//! position of each listener. A private database in the user's state folder, bounded by
//! age and size.
//!
//! A delivery is written before it is sent, and its result afterwards. A sent delivery
//! without a result may have arrived: its next attempt is marked as a repetition.

mod delivery;
mod known;
mod listing;
mod pruning;
mod snapshots;

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::config::folders;
use crate::error::{Error, Result};
use crate::store;

pub use delivery::{DELIVERY, Delivery, DeliveryEnd, DeliveryState, ListenerKey, NewDelivery};
pub use known::KnownObject;
pub use listing::{DeliveryFilter, not_found};
pub use snapshots::Snapshot;

/// The version of the tables.
const VERSION: i64 = 1;

/// Deliveries between two checks of the size.
const CHECKED_EVERY: i64 = 500;

/// Times are microseconds. `state` is one of [`DeliveryState`].
const TABLES: &str = "
CREATE TABLE IF NOT EXISTS delivery (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    store TEXT NOT NULL,
    listener TEXT NOT NULL,
    event INTEGER,
    topic TEXT,
    object_id TEXT,
    happened_at INTEGER,
    form TEXT,
    replay_of INTEGER,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    status INTEGER,
    reason TEXT,
    milliseconds INTEGER,
    at INTEGER NOT NULL,
    headers TEXT NOT NULL,
    body BLOB
);
CREATE UNIQUE INDEX IF NOT EXISTS delivery_of_event
    ON delivery (store, listener, event, topic, object_id)
    WHERE event IS NOT NULL AND replay_of IS NULL;
CREATE INDEX IF NOT EXISTS delivery_of_object ON delivery (store, object_id, topic);
CREATE INDEX IF NOT EXISTS delivery_at ON delivery (at);
CREATE TABLE IF NOT EXISTS cursor (
    store TEXT NOT NULL,
    listener TEXT NOT NULL,
    begun INTEGER NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (store, listener)
);
";

/// The store of deliveries, open.
#[derive(Debug)]
pub struct DeliveryLog {
    connection: Connection,
}

/// The name of the file in messages.
const WHAT: &str = "the store of deliveries";

impl DeliveryLog {
    /// Opens the store to write to it; creates it where there is none.
    ///
    /// # Errors
    /// The file cannot be created or opened, or a newer version wrote it.
    pub fn create_below(state: &Path) -> Result<Self> {
        let path = file(state);
        folders::private_folder(state).map_err(|error| Error::reading(WHAT, error))?;
        let connection = store::open_or_create(&path).map_err(unreadable)?;
        check_version(&connection, &path)?;
        connection.execute_batch(TABLES).map_err(unwritable)?;
        for tables in [snapshots::TABLE, known::TABLE] {
            connection.execute_batch(tables).map_err(unwritable)?;
        }
        store::set_version(&connection, VERSION).map_err(unwritable)?;
        Ok(Self { connection })
    }

    /// Opens the store; `None` where there is none.
    ///
    /// # Errors
    /// The file cannot be opened, or a newer version wrote it.
    pub fn open_below(state: &Path) -> Result<Option<Self>> {
        if file(state).exists() {
            return Self::create_below(state).map(Some);
        }
        Ok(None)
    }

    /// Adds a delivery of which nothing was sent yet; returns its number.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn add(&self, key: &ListenerKey, new: &NewDelivery, now: Timestamp) -> Result<i64> {
        let headers = serde_json::to_string(&new.headers).unwrap_or_default();
        let add = || {
            let sql = "INSERT INTO delivery (store, listener, event, topic, object_id, happened_at,
                form, replay_of, state, attempts, at, headers, body)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, ?10, ?11, ?12)";
            self.connection.prepare_cached(sql)?.execute(params![
                key.store,
                key.listener,
                new.event,
                new.topic,
                new.object_id,
                new.happened_at.map(Timestamp::as_microsecond),
                new.form,
                new.replay_of,
                DeliveryState::Waiting.name(),
                now.as_microsecond(),
                headers,
                new.body,
            ])?;
            Ok(self.connection.last_insert_rowid())
        };
        let id = add().map_err(unwritable)?;
        if id % CHECKED_EVERY == 0 {
            self.bound(now)?;
        }
        Ok(id)
    }

    /// Notes that an attempt begins.
    ///
    /// # Errors
    /// The file cannot be written; then nothing must be sent.
    pub fn begin(&self, id: i64, attempt: u32) -> Result<()> {
        let sql = "UPDATE delivery SET state = ?2, attempts = ?3 WHERE id = ?1";
        let values = params![id, DeliveryState::Sending.name(), attempt];
        self.write(sql, values)
    }

    /// Notes how an attempt ended. One of which nothing was sent does not count.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn end(&self, id: i64, attempts: u32, end: &DeliveryEnd) -> Result<()> {
        let sql = "UPDATE delivery SET state = ?2, attempts = ?3, status = ?4, reason = ?5,
            milliseconds = ?6 WHERE id = ?1";
        let milliseconds = i64::try_from(end.milliseconds).unwrap_or(i64::MAX);
        let values = params![
            id,
            end.state.name(),
            attempts,
            end.status,
            end.reason,
            milliseconds
        ];
        self.write(sql, values)
    }

    /// The position of a listener: when it began, and the time up to which every event is
    /// delivered.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn cursor(&self, key: &ListenerKey) -> Result<Option<(Timestamp, Timestamp)>> {
        let sql = "SELECT begun, position FROM cursor WHERE store = ?1 AND listener = ?2";
        let read = |row: &Row| Ok((moment(row.get(0)?), moment(row.get(1)?)));
        let found = self
            .connection
            .query_row(sql, params![key.store, key.listener], read);
        found.optional().map_err(unreadable)
    }

    /// Stores the position of a listener.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save_cursor(
        &self,
        key: &ListenerKey,
        begun: Timestamp,
        position: Timestamp,
    ) -> Result<()> {
        let sql = "INSERT INTO cursor (store, listener, begun, position) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT DO UPDATE SET begun = ?3, position = ?4";
        let (begun, position) = (begun.as_microsecond(), position.as_microsecond());
        self.write(sql, params![key.store, key.listener, begun, position])
    }

    fn write(&self, sql: &str, values: impl rusqlite::Params) -> Result<()> {
        let mut statement = self.connection.prepare_cached(sql).map_err(unwritable)?;
        statement.execute(values).map(drop).map_err(unwritable)
    }
}

fn file(state: &Path) -> PathBuf {
    state.join("deliveries.db")
}

fn check_version(connection: &Connection, path: &Path) -> Result<()> {
    let version = store::version(connection).map_err(unreadable)?;
    if version == 0 || version == VERSION {
        return Ok(());
    }
    Err(
        Error::unexpected(format!("{WHAT} was written by another version of rc"))
            .hint(format!("move {} away to begin a new one", path.display())),
    )
}

fn moment(at: i64) -> Timestamp {
    Timestamp::from_microsecond(at).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn unreadable(cause: rusqlite::Error) -> Error {
    store::unreadable(WHAT, cause)
}

fn unwritable(cause: rusqlite::Error) -> Error {
    store::unwritable(WHAT, "Without it, nothing is delivered.", cause)
}
