//! Steps of single rows: what is about to be sent, the result of it.

use rusqlite::{Row, params};

use super::{Ledger, LockedLedger};
use crate::bulk::row::Task;
use crate::error::Result;

/// Not sent.
pub(super) const READY: i64 = 0;
/// Going out, or gone out, and without an end.
pub(super) const SENDING: i64 = 1;
/// Carried out.
pub(super) const OK: i64 = 2;
/// Refused.
pub(super) const FAILED: i64 = 3;
/// Left out, as it was wrong.
pub(super) const INVALID: i64 = 4;
/// Perhaps carried out.
pub(super) const UNKNOWN: i64 = 5;
/// The last of these numbers.
pub(super) const LAST_NUMBER: i64 = UNKNOWN;

/// The end of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowEnd {
    /// It was carried out.
    Ok {
        /// HTTP status.
        status: Option<u16>,
        /// The id of what it was about.
        object: Option<String>,
    },
    /// It was refused: nothing happened.
    Failed {
        /// HTTP status.
        status: Option<u16>,
        /// Why.
        error: String,
    },
    /// No one can tell whether it was carried out.
    Unknown {
        /// HTTP status, when there was one.
        status: Option<u16>,
        /// What is known.
        error: String,
    },
}

impl RowEnd {
    const fn state(&self) -> i64 {
        match self {
            Self::Ok { .. } => OK,
            Self::Failed { .. } => FAILED,
            Self::Unknown { .. } => UNKNOWN,
        }
    }
}

/// A row without an end, as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingRow {
    /// Its place in the order of the input, from 1.
    pub n: u64,
    /// How often it went out so far.
    pub tries: u64,
    /// What it asks for.
    pub task: Task,
    /// Which of its steps it is at, from 0.
    pub step: u64,
    /// The operation of that step, unless it is that of the job.
    pub operation: Option<String>,
    /// The values that its object has unless somebody changed it, as JSON.
    pub expected: Option<String>,
    /// The values that its object had right before it was changed.
    pub before: Option<String>,
    /// The values with which nothing is left to do.
    pub wanted: Option<String>,
}

/// A row as the ledger contains it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerRow {
    /// Its place in the order of the input, from 1.
    pub n: u64,
    /// The line of the input on which it begins, from 1.
    pub line: u64,
    /// The row as it was read: a JSON array of its cells, or a JSON object.
    pub input: String,
    /// What it asks for, unless it was wrong.
    pub task: Option<Task>,
    /// The result of it: `open`, `ok`, `failed`, `invalid` or `unknown`.
    pub state: &'static str,
    /// HTTP status.
    pub status: Option<u16>,
    /// The id of what it was about.
    pub object: Option<String>,
    /// What is wrong.
    pub error: Option<String>,
    /// Which of its steps it is at, from 0.
    pub step: u64,
    /// The operation of that step, unless it is that of the job.
    pub operation: Option<String>,
    /// The values that its object has unless somebody changed it, as JSON.
    pub expected: Option<String>,
    /// The values that its object had right before it was changed.
    pub before: Option<String>,
    /// The values that the answer showed.
    pub after: Option<String>,
    /// The values with which nothing is left to do.
    pub wanted: Option<String>,
}

/// The words for the result of rows, and their numbers.
const STATES: [(&str, i64); 6] = [
    ("open", READY),
    ("open", SENDING),
    ("ok", OK),
    ("failed", FAILED),
    ("invalid", INVALID),
    ("unknown", UNKNOWN),
];

impl Ledger {
    /// Rows that are not sent, in order, behind row `n`.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn ready_behind(&self, n: u64, most: u64) -> Result<Vec<PendingRow>> {
        self.pending_behind(READY, n, most)
    }

    /// Rows that went out and have no end, in order, behind row `n`.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn in_doubt_behind(&self, n: u64, most: u64) -> Result<Vec<PendingRow>> {
        self.pending_behind(SENDING, n, most)
    }

    fn pending_behind(&self, state: i64, n: u64, most: u64) -> Result<Vec<PendingRow>> {
        self.list(
            "SELECT n, tries, target, body, step, operation, expected, before, wanted FROM row
             WHERE state = ?1 AND n > ?2 ORDER BY n LIMIT ?3",
            params![state, n.cast_signed(), most.cast_signed()],
            pending,
        )
    }

    /// Rows in order, behind row `n`, of all states or of some.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn rows_behind(&self, n: u64, most: u64, states: &[String]) -> Result<Vec<LedgerRow>> {
        let wanted: Vec<String> = STATES
            .iter()
            .filter(|(name, _)| states.is_empty() || states.iter().any(|state| state == name))
            .map(|(_, number)| number.to_string())
            .collect();
        self.list(
            &format!(
                "SELECT n, line, input, target, body, state, status, object, error,
                 step, operation, expected, before, after, wanted FROM row
                 WHERE n > ?1 AND state IN ({}) ORDER BY n LIMIT ?2",
                wanted.join(", ")
            ),
            params![n.cast_signed(), most.cast_signed()],
            kept,
        )
    }

    /// The different errors of rows that failed or are unknown, and how many
    /// rows have each; the most frequent first.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn errors(&self, most: u64) -> Result<Vec<(String, u64)>> {
        self.list(
            "SELECT coalesce(error, ''), count(*) FROM row WHERE state IN (?1, ?2)
             GROUP BY error ORDER BY count(*) DESC, min(n) LIMIT ?3",
            params![FAILED, UNKNOWN, most.cast_signed()],
            |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.cast_unsigned())),
        )
    }

    /// Failed rows that the same request may carry out later: the API was busy
    /// or in trouble, or there was no response. What else it refuses is wrong
    /// in the row or in the store.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn worth_a_retry(&self) -> Result<u64> {
        let count: i64 = self.query(
            &format!(
                "SELECT count(*) FROM row WHERE state = {FAILED} AND (status IS NULL
                 OR status IN (408, 409, 423, 425, 429) OR status >= 500)"
            ),
            |row| row.get(0),
        )?;
        Ok(count.cast_unsigned())
    }
}

impl LockedLedger {
    /// Notes that a row goes out now.
    ///
    /// # Errors
    /// The ledger cannot be written; the row must not go out then.
    pub fn leaves(&self, n: u64) -> Result<()> {
        self.step(
            "UPDATE row SET state = ?2, tries = tries + 1 WHERE n = ?1",
            params![n.cast_signed(), SENDING],
        )
    }

    /// Notes that nothing came of a row that went out: it is as if it had not.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub fn returns(&self, n: u64) -> Result<()> {
        self.step(
            "UPDATE row SET state = ?2, tries = max(tries - 1, 0) WHERE n = ?1 AND state = ?3",
            params![n.cast_signed(), READY, SENDING],
        )
    }

    /// Notes the end of a row.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub fn ends(&self, n: u64, fate: &RowEnd) -> Result<()> {
        self.steps(|connection| end(connection, n, fate))
    }
}

pub(super) fn end(
    connection: &rusqlite::Connection,
    n: u64,
    fate: &RowEnd,
) -> rusqlite::Result<()> {
    let (status, object, error) = match fate {
        RowEnd::Ok { status, object } => (status, object.as_deref(), None),
        RowEnd::Failed { status, error } | RowEnd::Unknown { status, error } => {
            (status, None, Some(error.as_str()))
        }
    };
    connection
        .prepare_cached(
            "UPDATE row SET state = ?2, status = ?3, object = ?4, error = ?5 WHERE n = ?1",
        )?
        .execute(params![
            n.cast_signed(),
            fate.state(),
            status,
            object,
            error
        ])?;
    Ok(())
}

pub(super) fn pending(row: &Row) -> rusqlite::Result<PendingRow> {
    Ok(PendingRow {
        n: row.get::<_, i64>(0)?.cast_unsigned(),
        tries: row.get::<_, i64>(1)?.cast_unsigned(),
        task: Task {
            target: row.get(2)?,
            body: row.get(3)?,
        },
        step: row.get::<_, i64>(4)?.cast_unsigned(),
        operation: row.get(5)?,
        expected: row.get(6)?,
        before: row.get(7)?,
        wanted: row.get(8)?,
    })
}

fn kept(row: &Row) -> rusqlite::Result<LedgerRow> {
    let number: i64 = row.get(5)?;
    let state = STATES.iter().find(|(_, state)| *state == number);
    let target: Option<String> = row.get(3)?;
    let body = row.get(4)?;
    Ok(LedgerRow {
        n: row.get::<_, i64>(0)?.cast_unsigned(),
        line: row.get::<_, i64>(1)?.cast_unsigned(),
        input: row.get(2)?,
        task: target.map(|target| Task { target, body }),
        state: state.map_or("open", |(name, _)| name),
        status: row.get(6)?,
        object: row.get(7)?,
        error: row.get(8)?,
        step: row.get::<_, i64>(9)?.cast_unsigned(),
        operation: row.get(10)?,
        expected: row.get(11)?,
        before: row.get(12)?,
        after: row.get(13)?,
        wanted: row.get(14)?,
    })
}
