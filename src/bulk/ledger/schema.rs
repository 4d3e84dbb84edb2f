//! The tables of a ledger, and the steps from older forms.

use rusqlite::{Connection, TransactionBehavior, params};

use super::locked;
use crate::store;

/// The form that this program writes. Version 0.1.0 wrote form 1; form 2 had no
/// steps and no old values.
const VERSION: i64 = 3;

/// The forms that this program reads.
pub(super) const KNOWN: std::ops::RangeInclusive<i64> = 1..=VERSION;

/// Rows count from 1 in the order of the input; so do batches from 0. States
/// and stages are the numbers that `rows` and `batches` name. `id` is the name
/// of the job and `parent` that of the job whose failed rows it retries; `undoes`
/// is the job that it undoes, and `guard` the number that `guard` names.
///
/// A row is at its step `step`, which `operation` (that of the job where it is
/// NULL), `target` and `body` describe. `step` has the steps that are done, and
/// those to come, of rows that have several. `expected`, `before`, `after` and
/// `wanted` are values of the object; see `values`.
const TABLES: &str = "
CREATE TABLE job (
    operation TEXT NOT NULL,
    engine TEXT NOT NULL,
    input TEXT NOT NULL,
    header TEXT,
    store TEXT NOT NULL,
    ended TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    id TEXT NOT NULL,
    parent TEXT,
    undoes TEXT,
    guard INTEGER NOT NULL DEFAULT 0
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
    error TEXT,
    step INTEGER NOT NULL DEFAULT 0,
    operation TEXT,
    expected TEXT,
    before TEXT,
    after TEXT,
    wanted TEXT
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

/// The steps of rows that have several.
const STEPS: &str = "
CREATE TABLE step (
    n INTEGER NOT NULL,
    k INTEGER NOT NULL,
    operation TEXT NOT NULL,
    target TEXT NOT NULL,
    body TEXT,
    state INTEGER NOT NULL,
    status INTEGER,
    object TEXT,
    PRIMARY KEY (n, k)
) WITHOUT ROWID;
";

/// Created once all rows are in, which is faster.
const INDEXES: &str = "CREATE INDEX IF NOT EXISTS row_by_state ON row (state, n);";

/// From form 1 to form 2. Form 1 named the parent of a retry in `input` only.
const FROM_1: &str = "
ALTER TABLE job ADD COLUMN id TEXT NOT NULL DEFAULT '';
ALTER TABLE job ADD COLUMN parent TEXT;
UPDATE job SET parent = substr(input, 10) WHERE input GLOB 'retry of ??????';
";

/// From form 2 to form 3.
const FROM_2: &str = "
ALTER TABLE job ADD COLUMN undoes TEXT;
ALTER TABLE job ADD COLUMN guard INTEGER NOT NULL DEFAULT 0;
ALTER TABLE row ADD COLUMN step INTEGER NOT NULL DEFAULT 0;
ALTER TABLE row ADD COLUMN operation TEXT;
ALTER TABLE row ADD COLUMN expected TEXT;
ALTER TABLE row ADD COLUMN before TEXT;
ALTER TABLE row ADD COLUMN after TEXT;
ALTER TABLE row ADD COLUMN wanted TEXT;
";

/// Creates the tables of a draft.
pub(super) fn make(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(TABLES)?;
    connection.execute_batch(STEPS)?;
    store::set_version(connection, VERSION)
}

/// Creates the indexes once all rows are in; a second call does nothing.
pub(super) fn complete(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(INDEXES)
}

/// Brings a ledger of an older form into this one, in one transaction.
///
/// The job of an abandoned ledger of form 1 may have rows at the API that count
/// as never sent; they become unknown, as [`locked::abandon`] makes them today.
pub(super) fn upgrade(connection: &mut Connection, id: &str) -> rusqlite::Result<()> {
    if store::version(connection)? == VERSION {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have done it meanwhile.
    if store::version(&transaction)? == 1 {
        transaction.execute_batch(FROM_1)?;
        transaction.execute("UPDATE job SET id = ?1", params![id])?;
        let is_abandoned = transaction.query_row(
            "SELECT ended IS NOT NULL AND ended <> 'done' FROM job",
            [],
            |row| row.get(0),
        )?;
        if is_abandoned {
            locked::give_up_rows(&transaction)?;
        }
        store::set_version(&transaction, 2)?;
    }
    if store::version(&transaction)? == 2 {
        transaction.execute_batch(FROM_2)?;
        transaction.execute_batch(STEPS)?;
        store::set_version(&transaction, VERSION)?;
    }
    transaction.commit()
}
