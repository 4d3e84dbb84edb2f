//! The store of deliveries: what was handed over to a local program, how it
//! answered, and how far each listener is. A private database in the user's state
//! folder, bounded by age and size.
//!
//! A delivery is written before it is sent, and its end behind it. One that has
//! been sent and has no end may have arrived: its next attempt is marked as such.

mod snapshots;

use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Value, json};

use crate::catalog::build::field;
use crate::catalog::{Conventions, FieldKind, Object};
use crate::config::folders;
use crate::error::{Error, Kind, Result};
use crate::store;

pub use snapshots::Snapshot;

/// The version of the tables.
const VERSION: i64 = 1;

/// How long a delivery is kept: longer than events are listed, so that none is
/// delivered anew because it was forgotten.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The most bytes of the file, about.
const MOST_BYTES: i64 = 200_000_000;

/// The part of the bodies that is dropped when there are too many: one in so many.
const REMOVED_PART: i64 = 5;

/// Deliveries between two checks of the size.
const CHECKED_EVERY: i64 = 500;

/// Deliveries that are read at a time.
const AT_A_TIME: u64 = 200;

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

const COLUMNS: &str = "id, store, listener, event, topic, object_id, happened_at, form, replay_of, \
                       state, attempts, status, reason, milliseconds, at, headers, body";

/// How far a delivery is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// Nothing of it was sent.
    Waiting,
    /// It was sent; whether it arrived is not known.
    Sending,
    /// It was answered with a status from 200 to 299.
    Delivered,
    /// It was answered with another status, or given up.
    Failed,
    /// It was printed, as there is nowhere to send it.
    Printed,
}

impl DeliveryState {
    const ALL: [Self; 5] = [
        Self::Waiting,
        Self::Sending,
        Self::Delivered,
        Self::Failed,
        Self::Printed,
    ];

    /// Its name, as the store and reports have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sending => "unknown",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Printed => "printed",
        }
    }

    fn named(name: &str) -> Self {
        let found = Self::ALL.into_iter().find(|state| state.name() == name);
        found.unwrap_or(Self::Failed)
    }

    /// Whether it is not sent again by itself.
    #[must_use]
    pub const fn is_end(self) -> bool {
        matches!(self, Self::Delivered | Self::Failed | Self::Printed)
    }
}

/// Who a delivery is for: a store, and where its messages go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListenerKey {
    /// The store.
    pub store: String,
    /// The address that messages are sent to.
    pub listener: String,
}

/// A delivery that is about to be made.
#[derive(Debug, Clone)]
pub struct NewDelivery {
    /// The event that it is rebuilt from, if it is.
    pub event: Option<i64>,
    /// The topic, if it is known.
    pub topic: Option<String>,
    /// The number of the object that the body carries, if it is known.
    pub object_id: Option<String>,
    /// When it happened.
    pub happened_at: Option<Timestamp>,
    /// How near the body is to the webhook's (`as-of`), if it was rebuilt.
    pub form: Option<String>,
    /// The delivery that it repeats.
    pub replay_of: Option<i64>,
    /// Headers beside the usual ones, as they were received.
    pub headers: Vec<(String, String)>,
    /// The body, to the byte.
    pub body: Vec<u8>,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryEnd {
    /// How far the delivery is now.
    pub state: DeliveryState,
    /// The status of the answer.
    pub status: Option<u16>,
    /// Why there is none, or why it failed.
    pub reason: Option<String>,
    /// How long it took.
    pub milliseconds: u64,
}

/// A delivery, as it is kept.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Its number.
    pub id: i64,
    /// Who it is for.
    pub key: ListenerKey,
    /// What it is.
    pub what: NewDelivery,
    /// Whether the body is still kept.
    pub has_body: bool,
    /// How far it is.
    pub state: DeliveryState,
    /// Attempts that may have arrived.
    pub attempts: u32,
    /// The last status.
    pub status: Option<u16>,
    /// What went wrong.
    pub reason: Option<String>,
    /// How long the last attempt took.
    pub milliseconds: Option<u64>,
    /// When it was made.
    pub at: Timestamp,
}

/// Which deliveries to list; the default is all of them.
#[derive(Debug, Clone, Default)]
pub struct DeliveryFilter {
    /// Only those of this store.
    pub store: Option<String>,
    /// Only those that did not arrive for sure.
    pub failed: bool,
    /// Only those of this topic.
    pub topic: Option<String>,
    /// Only those of this event.
    pub event: Option<i64>,
}

/// The store of deliveries, open.
#[derive(Debug)]
pub struct DeliveryLog {
    connection: Connection,
}

/// What messages call the file.
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
        connection
            .execute_batch(snapshots::TABLE)
            .map_err(unwritable)?;
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

    /// The delivery of an event that was begun before.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn of_event(&self, key: &ListenerKey, new: &NewDelivery) -> Result<Option<Delivery>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM delivery WHERE store = ?1 AND listener = ?2 AND event = ?3
             AND topic = ?4 AND object_id = ?5 AND replay_of IS NULL"
        );
        let read = || {
            let values = params![key.store, key.listener, new.event, new.topic, new.object_id];
            let mut statement = self.connection.prepare_cached(&sql)?;
            statement.query_row(values, read_row).optional()
        };
        read().map_err(unreadable)
    }

    /// The body of the latest delivery about an object.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn last_body(&self, store: &str, object_id: &str, object: &str) -> Result<Option<Vec<u8>>> {
        let sql = "SELECT body FROM delivery WHERE store = ?1 AND object_id = ?2
             AND topic LIKE ?3 || '/%' AND body IS NOT NULL AND form IN ('as-of', 'current')
             ORDER BY happened_at DESC, id DESC LIMIT 1";
        let read = || {
            let mut statement = self.connection.prepare_cached(sql)?;
            let values = params![store, object_id, object];
            statement.query_row(values, |row| row.get(0)).optional()
        };
        read().map_err(unreadable)
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
            self.prune(now, MOST_BYTES)?;
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

    /// Where a listener is: when it began, and the time up to which every event is
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

    /// Keeps where a listener is.
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

    /// Removes deliveries that are too old, and drops the oldest bodies while the
    /// file has more than `most` bytes.
    pub(super) fn prune(&self, now: Timestamp, most: i64) -> Result<()> {
        let prune = || {
            let kept = KEPT.as_micros().try_into().unwrap_or(i64::MAX);
            let kept_from = now.as_microsecond() - kept;
            self.connection
                .execute("DELETE FROM delivery WHERE at < ?1", [kept_from])?;
            while self.used_bytes()? > most {
                let dropped = self.connection.execute(
                    "UPDATE delivery SET body = NULL, headers = '[]' WHERE id IN
                     (SELECT id FROM delivery WHERE body IS NOT NULL ORDER BY id LIMIT
                      (SELECT count(*) / ?1 + 1 FROM delivery WHERE body IS NOT NULL))",
                    [REMOVED_PART],
                )?;
                if dropped == 0 {
                    break;
                }
            }
            Ok(())
        };
        prune().map_err(unwritable)
    }

    /// Bytes of the pages in use. Free pages are used again.
    fn used_bytes(&self) -> rusqlite::Result<i64> {
        let number = |name| {
            self.connection
                .pragma_query_value(None, name, |row| row.get::<_, i64>(0))
        };
        Ok((number("page_count")? - number("freelist_count")?) * number("page_size")?)
    }

    /// The delivery of a number.
    ///
    /// # Errors
    /// `NotFound`; the file cannot be read.
    pub fn delivery(&self, id: i64) -> Result<Delivery> {
        let sql = format!("SELECT {COLUMNS} FROM delivery WHERE id = ?1");
        let found = self.connection.query_row(&sql, [id], read_row).optional();
        found.map_err(unreadable)?.ok_or_else(|| not_found(id))
    }

    /// Hands on deliveries, the newest first, while `take` returns `true`.
    ///
    /// # Errors
    /// The file cannot be read; what `take` fails with.
    pub fn each(
        &self,
        filter: &DeliveryFilter,
        mut take: impl FnMut(Delivery) -> Result<bool>,
    ) -> Result<()> {
        let mut below = i64::MAX;
        loop {
            let page = self.page(filter, below).map_err(unreadable)?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            below = last.id;
            for delivery in page {
                if !take(delivery)? {
                    return Ok(());
                }
            }
        }
    }

    fn page(&self, filter: &DeliveryFilter, below: i64) -> rusqlite::Result<Vec<Delivery>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM delivery WHERE id < ?1
             AND (?2 IS NULL OR store = ?2)
             AND (NOT ?3 OR state NOT IN ('delivered', 'printed'))
             AND (?4 IS NULL OR topic = ?4) AND (?5 IS NULL OR event = ?5)
             ORDER BY id DESC LIMIT {AT_A_TIME}"
        );
        let values = params![
            below,
            filter.store,
            filter.failed,
            filter.topic,
            filter.event
        ];
        let mut statement = self.connection.prepare_cached(&sql)?;
        statement.query_map(values, read_row)?.collect()
    }
}

impl Delivery {
    /// A delivery of which nothing was sent yet.
    #[must_use]
    pub const fn begun(id: i64, key: ListenerKey, what: NewDelivery, at: Timestamp) -> Self {
        Self {
            id,
            key,
            what,
            has_body: true,
            state: DeliveryState::Waiting,
            attempts: 0,
            status: None,
            reason: None,
            milliseconds: None,
            at,
        }
    }

    /// Takes note of how an attempt ended.
    pub fn take(&mut self, end: &DeliveryEnd) {
        self.state = end.state;
        self.status = end.status;
        self.reason.clone_from(&end.reason);
        self.milliseconds = Some(end.milliseconds);
    }

    /// The delivery as a record; with its body and headers where they are wanted.
    #[must_use]
    pub fn record(&self, is_whole: bool) -> String {
        let what = &self.what;
        let mut record = json!({
            "id": self.id,
            "at": self.at.to_string(),
            "topic": what.topic,
            "object_id": what.object_id,
            "event": what.event,
            "happened_at": what.happened_at.map(|at| at.to_string()),
            "form": what.form,
            "state": self.state.name(),
            "status": self.status,
            "attempts": self.attempts,
            "milliseconds": self.milliseconds,
            "reason": self.reason,
            "replay_of": what.replay_of,
            "target": self.key.listener,
            "store": self.key.store,
        });
        if is_whole {
            let text = || String::from_utf8_lossy(&what.body).into_owned();
            let body = serde_json::from_slice(&what.body).unwrap_or_else(|_| Value::from(text()));
            record["headers"] = what
                .headers
                .iter()
                .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
                .collect::<serde_json::Map<_, _>>()
                .into();
            record["body"] = if self.has_body { body } else { Value::Null };
        }
        record.to_string()
    }
}

/// The fields of a delivery.
pub static DELIVERY: Object = Object {
    name: "delivery",
    fields: &[
        field("id", FieldKind::Id),
        field("at", FieldKind::Time),
        field("topic", FieldKind::Text),
        field("object_id", FieldKind::Id),
        field("event", FieldKind::Id),
        field("happened_at", FieldKind::Time),
        field("form", FieldKind::Text),
        field("state", FieldKind::Text),
        field("status", FieldKind::Integer),
        field("attempts", FieldKind::Integer),
        field("milliseconds", FieldKind::Integer),
        field("reason", FieldKind::Text),
        field("replay_of", FieldKind::Id),
        field("target", FieldKind::Text),
        field("store", FieldKind::Text),
        field("headers", FieldKind::Json),
        field("body", FieldKind::Json),
    ],
    columns: &[
        "id",
        "happened_at",
        "topic",
        "object_id",
        "form",
        "state",
        "status",
        "attempts",
    ],
    conventions: &Conventions::PLAIN,
};

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

fn read_row(row: &Row) -> rusqlite::Result<Delivery> {
    let headers: String = row.get(15)?;
    let body: Option<Vec<u8>> = row.get(16)?;
    let state: String = row.get(9)?;
    Ok(Delivery {
        id: row.get(0)?,
        key: ListenerKey {
            store: row.get(1)?,
            listener: row.get(2)?,
        },
        has_body: body.is_some(),
        what: NewDelivery {
            event: row.get(3)?,
            topic: row.get(4)?,
            object_id: row.get(5)?,
            happened_at: row.get::<_, Option<i64>>(6)?.map(moment),
            form: row.get(7)?,
            replay_of: row.get(8)?,
            headers: serde_json::from_str(&headers).unwrap_or_default(),
            body: body.unwrap_or_default(),
        },
        state: DeliveryState::named(&state),
        attempts: row.get(10)?,
        status: row.get(11)?,
        reason: row.get(12)?,
        milliseconds: row
            .get::<_, Option<i64>>(13)?
            .and_then(|milliseconds| milliseconds.try_into().ok()),
        at: moment(row.get(14)?),
    })
}

fn moment(at: i64) -> Timestamp {
    Timestamp::from_microsecond(at).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The error of a number without a delivery.
#[must_use]
pub fn not_found(id: i64) -> Error {
    Error::new(Kind::NotFound, format!("there is no delivery {id}"))
        .hint("rc deliveries list shows them")
}

fn unreadable(cause: rusqlite::Error) -> Error {
    store::unreadable(WHAT, cause)
}

fn unwritable(cause: rusqlite::Error) -> Error {
    store::unwritable(WHAT, "Nothing is delivered without it.", cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> ListenerKey {
        ListenerKey {
            store: "s".to_owned(),
            listener: "http://localhost/".to_owned(),
        }
    }

    fn new(event: i64, bytes: usize) -> NewDelivery {
        NewDelivery {
            event: Some(event),
            topic: Some("t/t".to_owned()),
            object_id: Some("1".to_owned()),
            happened_at: None,
            form: None,
            replay_of: None,
            headers: Vec::new(),
            body: vec![b'x'; bytes],
        }
    }

    #[test]
    fn deliveries_that_are_too_old_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let log = DeliveryLog::create_below(folder.path()).unwrap();
        let now = Timestamp::from_second(100_000_000).unwrap();
        let days = |days: i64| {
            now.checked_sub(SignedDuration::from_hours(days * 24))
                .unwrap()
        };
        let old = log.add(&key(), &new(1, 10), days(31)).unwrap();
        let young = log.add(&key(), &new(2, 10), days(29)).unwrap();
        log.prune(now, MOST_BYTES).unwrap();
        assert!(log.delivery(old).is_err());
        assert!(log.delivery(young).unwrap().has_body);
    }

    #[test]
    fn oldest_bodies_go_first_when_there_are_too_many_and_the_deliveries_stay() {
        let folder = tempfile::tempdir().unwrap();
        let log = DeliveryLog::create_below(folder.path()).unwrap();
        let now = Timestamp::from_second(100_000_000).unwrap();
        let ids: Vec<i64> = (0..100)
            .map(|event| log.add(&key(), &new(event, 20_000), now).unwrap())
            .collect();
        log.prune(now, 1_000_000).unwrap();
        assert!(log.used_bytes().unwrap() <= 1_000_000);
        let has_body: Vec<bool> = ids
            .iter()
            .map(|id| log.delivery(*id).unwrap().has_body)
            .collect();
        let kept = has_body.iter().filter(|has| **has).count();
        assert!((20..60).contains(&kept), "{kept}");
        assert!(has_body.is_sorted(), "the oldest go first");
    }
}
