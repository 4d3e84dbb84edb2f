//! The ledger of a job: every row, what is to be sent for it, and the result of
//! it. It is written before and after each step, so that a job can be cut off
//! at any moment and continues where it was.
//!
//! A ledger is a database (`SQLite`) in one file in the user's state folder, readable by its
//! owner only. It contains the rows themselves, so that the input may change or go away; it
//! never contains a token. Each method is one step and one transaction, which is on the disk
//! when it returns.

mod batches;
mod draft;
mod job;
mod jobs;
mod locked;
mod rows;
mod schema;
mod steps;

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use super::Engine;
use crate::catalog::{self, Operation, Resource};
use crate::error::{Error, Result};
use crate::store;
use crate::world::Clock;

pub use batches::{Batch, BatchStage, Paired, SeenTask};
pub use draft::DraftLedger;
pub use job::{Guard, Job, JobState, JobStore, JobSubject, RowCounts, StoreIdentity};
pub use jobs::Jobs;
pub use locked::LockedLedger;
pub use rows::{LedgerRow, PendingRow, RowEnd};
pub use steps::{PlannedRow, PlannedStep, SeenObject};

/// The ledger of one job, to read from. [`Ledger::lock`] gives the one to
/// write to.
pub struct Ledger {
    id: String,
    connection: Connection,
    clock: Clock,
    lock: locked::LockFile,
    /// Whether this value holds the lock.
    locked: bool,
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Ledger")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl Ledger {
    /// The name of the job.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The job in short.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn job(&self) -> Result<Job> {
        let subject = self.subject()?;
        let counts = self.counts()?;
        let (ended, created_at, updated_at, parent) = self.query(
            "SELECT ended, created_at, updated_at, parent FROM job",
            |row| {
                Ok((
                    row.get::<_, Option<String>>(0)?,
                    row.get::<_, i64>(1)?,
                    row.get::<_, i64>(2)?,
                    row.get::<_, Option<String>>(3)?,
                ))
            },
        )?;
        let moment = |at| Timestamp::from_microsecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
        let is_begun = self.is_begun()?;
        let state = match ended.as_deref() {
            Some(word) => JobState::ended(word)
                .ok_or_else(|| self.is_newer(&format!("the state {word:?}")))?,
            None if !self.locked && self.is_locked_elsewhere()? => JobState::Running,
            None if is_begun => JobState::Stopped,
            None => JobState::Ready,
        };
        Ok(Job {
            id: self.id.clone(),
            subject,
            parent,
            is_begun,
            state,
            counts,
            created_at: moment(created_at),
            updated_at: moment(updated_at),
        })
    }

    /// Whether anything was sent, or may have been.
    fn is_begun(&self) -> Result<bool> {
        self.query(
            "SELECT EXISTS (SELECT 1 FROM batch WHERE stage > 0)
             OR EXISTS (SELECT 1 FROM row WHERE state IN (1, 2, 3, 5) OR step > 0)",
            |row| row.get(0),
        )
    }

    /// What the job is about.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn subject(&self) -> Result<JobSubject> {
        let (operation, engine, input, header, store, guard, undoes) = self.query(
            "SELECT operation, engine, input, header, store, guard, undoes FROM job",
            |row| {
                Ok((
                    row.get::<_, String>(0)?,
                    row.get::<_, String>(1)?,
                    row.get::<_, String>(2)?,
                    row.get::<_, Option<String>>(3)?,
                    row.get::<_, String>(4)?,
                    row.get::<_, i64>(5)?,
                    row.get::<_, Option<String>>(6)?,
                ))
            },
        )?;
        let odd = || Error::unexpected(format!("the ledger of job {} is damaged", self.id));
        Ok(JobSubject {
            operation,
            engine: Engine::named(&engine).ok_or_else(odd)?,
            input,
            header: header.and_then(|names| serde_json::from_str(&names).ok()),
            store: serde_json::from_str(&store).map_err(|error| odd().caused_by(error))?,
            // Reading one as another could overwrite what somebody changed.
            guard: Guard::of_number(guard)
                .ok_or_else(|| self.is_newer(&format!("the guard {guard}")))?,
            undoes,
        })
    }

    /// The rows of the catalogue that the job is about.
    ///
    /// # Errors
    /// This program knows no such operation.
    pub fn operation(&self) -> Result<(&'static Resource, &'static Operation)> {
        self.operation_named(&self.subject()?.operation)
    }

    /// The rows of the catalogue of that name.
    ///
    /// # Errors
    /// This program knows no such operation.
    pub fn operation_named(&self, name: &str) -> Result<(&'static Resource, &'static Operation)> {
        catalog::recharge::API.operation(name).ok_or_else(|| {
            Error::unexpected(format!(
                "job {} uses {name}, which this version of rc does not support",
                self.id
            ))
        })
    }

    /// Rows by the result of them.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn counts(&self) -> Result<RowCounts> {
        let mut newer = None;
        let mut read = || -> rusqlite::Result<RowCounts> {
            let mut counts = RowCounts::default();
            let mut statement = self
                .connection
                .prepare_cached("SELECT state, count(*) FROM row GROUP BY state")?;
            let mut found = statement.query([])?;
            while let Some(row) = found.next()? {
                let count: i64 = row.get(1)?;
                let count = u64::try_from(count).unwrap_or(0);
                match row.get::<_, i64>(0)? {
                    rows::OK => counts.ok += count,
                    rows::FAILED => counts.failed += count,
                    rows::INVALID => counts.invalid += count,
                    rows::UNKNOWN => counts.unknown += count,
                    rows::READY | rows::SENDING => counts.open += count,
                    state => newer = Some(state),
                }
            }
            Ok(counts)
        };
        let counts = read().map_err(|error| unreadable(&self.id, error))?;
        match newer {
            None => Ok(counts),
            Some(state) => Err(self.is_newer(&format!("a row in state {state}"))),
        }
    }

    /// Rows that are at the API, or may be, and have no result.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn rows_out(&self) -> Result<u64> {
        let sql = format!("SELECT count(*) FROM row WHERE {}", locked::OUT);
        let count: i64 = self.query(&sql, |row| row.get(0))?;
        Ok(count.cast_unsigned())
    }

    /// One step: a change and the time of it, together.
    fn step(&self, sql: &str, values: impl rusqlite::Params) -> Result<()> {
        self.steps(|connection| {
            connection.prepare_cached(sql)?.execute(values)?;
            Ok(())
        })
    }

    /// Several changes that are one step.
    fn steps(&self, change: impl FnOnce(&Connection) -> rusqlite::Result<()>) -> Result<()> {
        let now = (self.clock)().as_microsecond();
        let write = || -> rusqlite::Result<()> {
            let transaction = self.connection.unchecked_transaction()?;
            change(&transaction)?;
            transaction
                .prepare_cached("UPDATE job SET updated_at = ?1")?
                .execute([now])?;
            transaction.commit()
        };
        write().map_err(|error| unwritable(&self.id, error))
    }

    /// One row of one answer.
    fn query<T>(
        &self,
        sql: &str,
        read: impl FnOnce(&rusqlite::Row) -> rusqlite::Result<T>,
    ) -> Result<T> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_row([], read))
            .map_err(|error| unreadable(&self.id, error))
    }

    fn find<T>(
        &self,
        sql: &str,
        values: impl rusqlite::Params,
        read: impl FnOnce(&rusqlite::Row) -> rusqlite::Result<T>,
    ) -> Result<Option<T>> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_row(values, read).optional())
            .map_err(|error| unreadable(&self.id, error))
    }

    fn list<T>(
        &self,
        sql: &str,
        values: impl rusqlite::Params,
        read: impl FnMut(&rusqlite::Row) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_map(values, read)?.collect())
            .map_err(|error| unreadable(&self.id, error))
    }
}

fn unreadable(id: &str, error: rusqlite::Error) -> Error {
    store::unreadable(&format!("the ledger of job {id}"), error)
}

/// Nothing is sent that cannot be recorded: the job stops here.
fn unwritable(id: &str, error: rusqlite::Error) -> Error {
    let what = format!("the ledger of job {id}");
    store::unwritable(&what, "The job can be resumed: rc bulk resume", error)
}
