//! The last known state of the objects of a list, to detect changes: no whole
//! objects, but the fields that topics look at and a digest of the rest.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::{DeliveryLog, ListenerKey, moment, unreadable, unwritable};
use crate::error::Result;

pub(super) const TABLE: &str = "
CREATE TABLE IF NOT EXISTS snapshot (
    store TEXT NOT NULL,
    listener TEXT NOT NULL,
    list TEXT NOT NULL,
    object_id TEXT NOT NULL,
    digest INTEGER NOT NULL,
    fields TEXT NOT NULL,
    PRIMARY KEY (store, listener, list, object_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS list_cursor (
    store TEXT NOT NULL,
    listener TEXT NOT NULL,
    list TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (store, listener, list)
) WITHOUT ROWID;
";

/// What was seen of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// A digest of all of it.
    pub digest: i64,
    /// Some of its fields, as JSON.
    pub fields: String,
}

impl DeliveryLog {
    /// What was last seen of an object.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn snapshot(&self, key: &ListenerKey, list: &str, id: &str) -> Result<Option<Snapshot>> {
        let sql = "SELECT digest, fields FROM snapshot
             WHERE store = ?1 AND listener = ?2 AND list = ?3 AND object_id = ?4";
        let read = || {
            let mut statement = self.connection.prepare_cached(sql)?;
            let values = params![key.store, key.listener, list, id];
            let read = |row: &rusqlite::Row| {
                Ok(Snapshot {
                    digest: row.get(0)?,
                    fields: row.get(1)?,
                })
            };
            statement.query_row(values, read).optional()
        };
        read().map_err(unreadable)
    }

    /// Keeps what was seen of objects: all of them or none.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn keep_snapshots(
        &self,
        key: &ListenerKey,
        list: &str,
        seen: &[(String, Snapshot)],
    ) -> Result<()> {
        let sql = "INSERT INTO snapshot (store, listener, list, object_id, digest, fields)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT DO UPDATE SET digest = ?5, fields = ?6";
        let keep = || {
            let transaction = self.connection.unchecked_transaction()?;
            for (id, one) in seen {
                let mut statement = transaction.prepare_cached(sql)?;
                let (digest, fields) = (one.digest, &one.fields);
                statement.execute(params![key.store, key.listener, list, id, digest, fields])?;
            }
            transaction.commit()
        };
        keep().map_err(unwritable)
    }

    /// The latest change of a list that was seen; `None` while the list was not
    /// read as a whole.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn list_cursor(&self, key: &ListenerKey, list: &str) -> Result<Option<Timestamp>> {
        let sql =
            "SELECT position FROM list_cursor WHERE store = ?1 AND listener = ?2 AND list = ?3";
        let values = params![key.store, key.listener, list];
        let read = |row: &rusqlite::Row| row.get(0).map(moment);
        let found = self.connection.query_row(sql, values, read);
        found.optional().map_err(unreadable)
    }

    /// Keeps the latest change of a list that was seen.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save_list_cursor(
        &self,
        key: &ListenerKey,
        list: &str,
        position: Timestamp,
    ) -> Result<()> {
        let sql = "INSERT INTO list_cursor (store, listener, list, position)
             VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET position = ?4";
        let at = position.as_microsecond();
        self.write(sql, params![key.store, key.listener, list, at])
    }
}
