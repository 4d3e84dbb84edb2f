//! How a ledger lies on the disk.

use rusqlite::Connection;

/// Raised when a ledger is no longer what it was.
const VERSION: i64 = 1;

/// Rows count from 1 in the order of the input; so do batches from 0. States
/// and stages are the numbers that `rows` and `batches` name.
const TABLES: &str = "
CREATE TABLE job (
    operation TEXT NOT NULL,
    engine TEXT NOT NULL,
    input TEXT NOT NULL,
    header TEXT,
    store TEXT NOT NULL,
    ended TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
);
CREATE TABLE row (
    n INTEGER PRIMARY KEY,
    line INTEGER NOT NULL,
    input TEXT NOT NULL,
    target TEXT,
    body TEXT,
    slot INTEGER,
    part INTEGER,
    state INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    status INTEGER,
    object TEXT,
    error TEXT
);
CREATE TABLE batch (
    slot INTEGER PRIMARY KEY,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    parts INTEGER NOT NULL,
    stage INTEGER NOT NULL,
    remote INTEGER,
    added INTEGER NOT NULL DEFAULT 0,
    leaving INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE discarded (
    remote INTEGER NOT NULL,
    why TEXT NOT NULL
);
CREATE TABLE task (
    slot INTEGER NOT NULL,
    id INTEGER NOT NULL,
    body TEXT NOT NULL,
    likeness BLOB NOT NULL,
    state INTEGER NOT NULL,
    status INTEGER,
    object TEXT,
    error TEXT,
    PRIMARY KEY (slot, id)
) WITHOUT ROWID;
";

/// Made once all rows are in: faster so.
const INDEXES: &str = "CREATE INDEX IF NOT EXISTS row_by_state ON row (state, n);";

/// Makes the tables of a ledger that is being put together. Until it has its
/// name nobody needs it, so nothing is kept safe.
pub(super) fn make(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", "off")?;
    connection.pragma_update(None, "synchronous", "off")?;
    connection.execute_batch(TABLES)?;
    connection.pragma_update(None, "user_version", VERSION)
}

/// What is made once all rows are in; a second time does nothing.
pub(super) fn complete(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(INDEXES)
}

/// Makes sure that what is noted is on the disk before it is relied on.
pub(super) fn keep_safe(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")
}

/// Whether this program knows the form of a ledger.
pub(super) fn is_known(connection: &Connection) -> rusqlite::Result<bool> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok(version == VERSION)
}
