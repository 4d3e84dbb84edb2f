//! Stored objects: each as it was when a listener read it, with the changes that events
//! have reported since. An object that is deleted before it is read
//! again is still known from here.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::{DeliveryLog, moment, unreadable, unwritable};
use crate::error::Result;

pub(super) const TABLE: &str = "
CREATE TABLE IF NOT EXISTS known_object (
    store TEXT NOT NULL,
    resource TEXT NOT NULL,
    object_id TEXT NOT NULL,
    read_at INTEGER NOT NULL,
    kept_at INTEGER NOT NULL,
    is_complete INTEGER NOT NULL,
    fields TEXT NOT NULL,
    PRIMARY KEY (store, resource, object_id)
);
CREATE INDEX IF NOT EXISTS known_object_age ON known_object (kept_at);
";

/// What is known of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownObject {
    /// When it was read from the API.
    pub read_at: Timestamp,
    /// Whether every change since then that a listener learned of is in the fields.
    pub is_complete: bool,
    /// Its fields, as JSON.
    pub fields: String,
}

impl DeliveryLog {
    /// What is known of an object.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn known(&self, store: &str, resource: &str, id: &str) -> Result<Option<KnownObject>> {
        let sql = "SELECT read_at, is_complete, fields FROM known_object
             WHERE store = ?1 AND resource = ?2 AND object_id = ?3";
        let read = || {
            let mut statement = self.connection.prepare_cached(sql)?;
            let read = |row: &rusqlite::Row| {
                Ok(KnownObject {
                    read_at: moment(row.get(0)?),
                    is_complete: row.get(1)?,
                    fields: row.get(2)?,
                })
            };
            let values = params![store, resource, id];
            statement.query_row(values, read).optional()
        };
        read().map_err(unreadable)
    }

    /// Keeps what is known of objects, given with their resource and number: all of
    /// them or none.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn keep_known(
        &self,
        store: &str,
        objects: &[(&'static str, String, KnownObject)],
        now: Timestamp,
    ) -> Result<()> {
        if objects.is_empty() {
            return Ok(());
        }
        let sql = "INSERT INTO known_object
             (store, resource, object_id, read_at, kept_at, is_complete, fields)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT DO UPDATE SET read_at = ?4, kept_at = ?5, is_complete = ?6, fields = ?7";
        let keep = || {
            let transaction = self.connection.unchecked_transaction()?;
            for (resource, id, known) in objects {
                let mut statement = transaction.prepare_cached(sql)?;
                statement.execute(params![
                    store,
                    resource,
                    id,
                    known.read_at.as_microsecond(),
                    now.as_microsecond(),
                    known.is_complete,
                    known.fields
                ])?;
            }
            transaction.commit()
        };
        keep().map_err(unwritable)
    }
}
