//! The file of the history: a private database in the user's state folder.
//!
//! Several processes write to it at once. An entry is on the disk before its
//! request is sent; its end is written behind it, and a crash of the machine
//! may lose the end, which then counts as unknown. Entries older than a year
//! are removed, and the oldest ones when the file reaches 50 MB.

use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::HistoryEntry;
use super::recorder::WriteContext;
use crate::api::client::{WriteEnd, WriteOutcome};
use crate::config::folders;
use crate::error::{Error, Kind, Result};
use crate::store;

/// The version of the tables.
const VERSION: i64 = 1;

/// How long an entry is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(365 * 24);

/// The most bytes of entries.
pub(super) const MOST_BYTES: i64 = 50_000_000;

/// The part of the entries that is removed when there are too many: one in so
/// many.
const REMOVED_PART: i64 = 10;

/// Entries between two checks of the size.
const CHECKED_EVERY: i64 = 1_000;

/// Entries that are read at a time.
const AT_A_TIME: u64 = 1_000;

/// How long a write waits for another process, at most.
const BUSY_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(1);

/// An entry without an end has no `outcome`. Times are microseconds.
const TABLES: &str = "
CREATE TABLE entry (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    command TEXT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    operation TEXT,
    ids TEXT NOT NULL,
    store TEXT,
    base_url TEXT,
    profile TEXT,
    outcome TEXT,
    status INTEGER,
    request_id TEXT,
    attempts INTEGER,
    ended_at INTEGER
);
CREATE INDEX entry_at ON entry (at);
";

const COLUMNS: &str = "id, at, command, method, path, operation, ids, store, base_url, profile, \
                       outcome, status, request_id, attempts, ended_at";

/// Which entries to read; the default is all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HistoryFilter {
    /// Not before this moment.
    pub since: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
    /// Only these outcomes, unless it is empty.
    pub outcomes: Vec<WriteOutcome>,
    /// Only this profile.
    pub profile: Option<String>,
    /// Only stores of this name or address.
    pub store: Option<String>,
    /// Only entries with this id among their ids.
    pub object: Option<String>,
}

/// The history, open.
#[derive(Debug)]
pub struct HistoryLog {
    connection: Connection,
}

impl HistoryLog {
    /// Opens the history to write to it; creates it where there is none.
    ///
    /// # Errors
    /// The file cannot be created or opened, or a newer version wrote it.
    pub fn create_below(state: &Path) -> Result<Self> {
        let path = file(state);
        if !path.exists() {
            create(&path).map_err(|cause| store::uncreatable(WHAT, CONSEQUENCE, cause))?;
        }
        let log = Self::open(&path)?;
        let timeout = log.connection.busy_timeout(BUSY_TIMEOUT);
        timeout.map_err(unwritable)?;
        Ok(log)
    }

    /// Opens the history to read it; `None` where there is none.
    ///
    /// # Errors
    /// The file cannot be opened, or a newer version wrote it.
    pub fn open_below(state: &Path) -> Result<Option<Self>> {
        let path = file(state);
        if path.exists() {
            return Self::open(&path).map(Some);
        }
        Ok(None)
    }

    fn open(path: &Path) -> Result<Self> {
        let opened = store::open(path, VERSION..=VERSION).map_err(unreadable)?;
        let connection = opened.ok_or_else(|| {
            Error::unexpected(format!("{WHAT} was written by another version of rc"))
                .hint(format!("move {} away to start a new one", path.display()))
        })?;
        Ok(Self { connection })
    }

    /// Adds an entry without an end. It is on the disk when this returns.
    pub(super) fn begin(
        &self,
        at: Timestamp,
        context: &WriteContext,
        write: &super::recorder::WriteFacts,
    ) -> Result<i64> {
        let add = || {
            let sql = "INSERT INTO entry
                (at, command, method, path, operation, ids, store, base_url, profile)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
            self.connection.prepare_cached(sql)?.execute(params![
                at.as_microsecond(),
                context.command,
                write.method,
                write.path,
                write.operation,
                write.ids.join(","),
                context.store,
                context.base_url,
                context.profile,
            ])?;
            Ok(self.connection.last_insert_rowid())
        };
        let id = add().map_err(unwritable)?;
        if id % CHECKED_EVERY == 0 {
            self.prune(at, MOST_BYTES)?;
        }
        Ok(id)
    }

    /// Adds the end of an entry. The id of an object counts where the path had
    /// none.
    pub(super) fn end(&self, id: i64, at: Timestamp, end: &WriteEnd) -> Result<()> {
        let add = || {
            // Its loss is not a harm: an entry without an end counts as
            // unknown.
            self.connection
                .pragma_update(None, "synchronous", "normal")?;
            let sql = "UPDATE entry SET outcome = ?2, status = ?3, request_id = ?4, attempts = ?5,
                ended_at = ?6, ids = CASE ids WHEN '' THEN coalesce(?7, '') ELSE ids END
                WHERE id = ?1";
            let values = params![
                id,
                end.outcome.name(),
                end.status,
                end.request_id,
                end.attempts,
                at.as_microsecond(),
                end.object,
            ];
            let added = self.connection.prepare_cached(sql)?.execute(values);
            self.connection.pragma_update(None, "synchronous", "full")?;
            added.map(drop)
        };
        add().map_err(unwritable)
    }

    /// Removes entries that are too old, and the oldest ones while the file has
    /// more than `most` bytes of them.
    pub(super) fn prune(&self, now: Timestamp, most: i64) -> Result<()> {
        let prune = || {
            let kept_from = now.as_microsecond() - KEPT.as_micros().try_into().unwrap_or(i64::MAX);
            self.connection
                .execute("DELETE FROM entry WHERE at < ?1", [kept_from])?;
            while self.used_bytes()? > most {
                let removed = self.connection.execute(
                    "DELETE FROM entry WHERE id IN (SELECT id FROM entry ORDER BY id
                     LIMIT (SELECT count(*) / ?1 + 1 FROM entry))",
                    [REMOVED_PART],
                )?;
                if removed == 0 {
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

    /// The entry of a number.
    ///
    /// # Errors
    /// `NotFound`; the file cannot be read.
    pub fn entry(&self, id: i64) -> Result<HistoryEntry> {
        let sql = format!("SELECT {COLUMNS} FROM entry WHERE id = ?1");
        let found = self.connection.query_row(&sql, [id], read).optional();
        found.map_err(unreadable)?.ok_or_else(|| not_found(id))
    }

    /// Hands on entries, the newest first, while `take` returns `true`.
    ///
    /// # Errors
    /// The file cannot be read; what `take` fails with.
    pub fn each(
        &self,
        filter: &HistoryFilter,
        mut take: impl FnMut(&HistoryEntry) -> Result<bool>,
    ) -> Result<()> {
        let mut below = i64::MAX;
        loop {
            let page = self.page(filter, below).map_err(unreadable)?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            below = last.id;
            for entry in &page {
                if !take(entry)? {
                    return Ok(());
                }
            }
        }
    }

    fn page(&self, filter: &HistoryFilter, below: i64) -> rusqlite::Result<Vec<HistoryEntry>> {
        let outcomes: Vec<&str> = filter.outcomes.iter().map(|one| one.name()).collect();
        let sql = format!(
            "SELECT {COLUMNS} FROM entry WHERE id < ?1
             AND (?2 IS NULL OR at >= ?2) AND (?3 IS NULL OR at < ?3)
             AND (?4 = '' OR instr(?4, ',' || coalesce(outcome, ?5) || ',') > 0)
             AND (?6 IS NULL OR profile = ?6)
             AND (?7 IS NULL OR store = ?7 COLLATE NOCASE OR base_url = ?7)
             AND (?8 IS NULL OR instr(',' || ids || ',', ',' || ?8 || ',') > 0)
             ORDER BY id DESC LIMIT {AT_A_TIME}"
        );
        let outcomes = match outcomes.as_slice() {
            [] => String::new(),
            some => format!(",{},", some.join(",")),
        };
        self.connection
            .prepare_cached(&sql)?
            .query_map(
                params![
                    below,
                    filter.since.map(Timestamp::as_microsecond),
                    filter.until.map(Timestamp::as_microsecond),
                    outcomes,
                    WriteOutcome::Unknown.name(),
                    filter.profile,
                    filter.store,
                    filter.object,
                ],
                read,
            )?
            .collect()
    }
}

/// What messages call the file.
const WHAT: &str = "the history of writes";

const CONSEQUENCE: &str = "Commands work without it.";

fn file(state: &Path) -> PathBuf {
    state.join("history.db")
}

/// Creates the file, unless another process creates it at the same time.
fn create(path: &Path) -> std::result::Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let folder = path.parent().unwrap_or(path);
    folders::private_folder(folder)?;
    let (file, connection) = store::create_hidden(folder, "history-")?;
    connection.execute_batch(TABLES)?;
    store::set_version(&connection, VERSION)?;
    drop(connection);
    file.as_file().sync_all()?;
    match file.into_temp_path().persist_noclobber(path) {
        Ok(()) => Ok(store::sync_folder(path)?),
        Err(_) if path.exists() => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn read(row: &Row) -> rusqlite::Result<HistoryEntry> {
    let moment = |at| Timestamp::from_microsecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
    let ids: String = row.get(6)?;
    let outcome: Option<String> = row.get(10)?;
    Ok(HistoryEntry {
        id: row.get(0)?,
        at: moment(row.get(1)?),
        command: row.get(2)?,
        method: row.get(3)?,
        path: row.get(4)?,
        operation: row.get(5)?,
        ids: ids
            .split(',')
            .filter(|id| !id.is_empty())
            .map(str::to_owned)
            .collect(),
        store: row.get(7)?,
        base_url: row.get(8)?,
        profile: row.get(9)?,
        outcome: outcome.unwrap_or_else(|| WriteOutcome::Unknown.name().to_owned()),
        status: row.get(11)?,
        request_id: row.get(12)?,
        attempts: row.get(13)?,
        ended_at: row.get::<_, Option<i64>>(14)?.map(moment),
    })
}

/// The error of a number without an entry.
#[must_use]
pub fn not_found(id: i64) -> Error {
    Error::new(Kind::NotFound, format!("there is no history entry {id}"))
        .hint("rc history list shows the entries")
}

fn unreadable(cause: rusqlite::Error) -> Error {
    store::unreadable(WHAT, cause)
}

fn unwritable(cause: rusqlite::Error) -> Error {
    store::unwritable(WHAT, CONSEQUENCE, cause)
}
