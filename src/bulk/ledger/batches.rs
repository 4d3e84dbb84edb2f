//! Steps of batches: opened, filled part by part, started, read.

use rusqlite::{Row, params};

use super::rows::{self, RowEnd};
use super::{Ledger, LockedLedger};
use crate::error::{Error, Result};

/// How far a batch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BatchStage {
    /// There is none at the API yet.
    Planned,
    /// It is open, and tasks are added.
    Filling,
    /// It is about to be started, or was and no answer came.
    Starting,
    /// The API carries out its tasks.
    Running,
    /// It has ended, and its results are read.
    Collecting,
    /// Every row of it has an end.
    Settled,
}

impl BatchStage {
    const ALL: [Self; 6] = [
        Self::Planned,
        Self::Filling,
        Self::Starting,
        Self::Running,
        Self::Collecting,
        Self::Settled,
    ];

    /// The number of the last one.
    pub(super) const LAST_NUMBER: i64 = 5;

    fn number(self) -> i64 {
        let at = Self::ALL.iter().position(|stage| *stage == self);
        at.and_then(|at| i64::try_from(at).ok()).unwrap_or(0)
    }

    fn of_number(number: i64) -> Option<Self> {
        let at = usize::try_from(number).ok()?;
        Self::ALL.get(at).copied()
    }
}

/// A batch of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Which of the job's, from 0.
    pub slot: u64,
    /// Rows in it.
    pub rows: u64,
    /// Requests that fill it.
    pub parts: u64,
    /// How far it is.
    pub stage: BatchStage,
    /// Its number at the API, once it is open.
    pub remote: Option<u64>,
    /// Parts that have certainly arrived.
    pub added: u64,
    /// Whether the part after those went out, and no one knows whether it
    /// arrived.
    pub leaving: bool,
}

/// A task as the API shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenTask {
    /// Its number.
    pub id: u64,
    /// Its body, as JSON text.
    pub body: String,
    /// By what its body is known again; see [`crate::bulk::settle::likeness`].
    pub likeness: [u8; 32],
    /// The result of it.
    pub fate: RowEnd,
}

/// A row and its end.
pub type Paired = (u64, RowEnd);

impl Ledger {
    /// All batches of the job, in order.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn batches(&self) -> Result<Vec<Batch>> {
        self.list(
            "SELECT slot, rows, parts, stage, remote, added, leaving FROM batch ORDER BY slot",
            [],
            batch,
        )
    }

    /// One of them.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn batch(&self, slot: u64) -> Result<Batch> {
        let found = self.find(
            "SELECT slot, rows, parts, stage, remote, added, leaving FROM batch WHERE slot = ?1",
            [slot.cast_signed()],
            batch,
        )?;
        found.ok_or_else(|| Error::unexpected(format!("the ledger has no batch {slot}")))
    }

    /// Batches at the API that were given up, and why.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn discarded(&self) -> Result<Vec<(u64, String)>> {
        self.list("SELECT remote, why FROM discarded", [], |row| {
            Ok((row.get::<_, i64>(0)?.cast_unsigned(), row.get(1)?))
        })
    }

    /// The bodies of the tasks of a part, in order.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn part(&self, slot: u64, part: u64) -> Result<Vec<String>> {
        self.list(
            "SELECT coalesce(body, '{}') FROM row
             WHERE n BETWEEN (SELECT first FROM batch WHERE slot = ?1)
                         AND (SELECT last FROM batch WHERE slot = ?1)
             AND slot = ?1 AND part = ?2 ORDER BY n",
            [slot.cast_signed(), part.cast_signed()],
            |row| row.get(0),
        )
    }

    /// Tasks of all parts before one.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn tasks_before(&self, slot: u64, part: u64) -> Result<u64> {
        let count = self.find(
            "SELECT count(*) FROM row
             WHERE n BETWEEN (SELECT first FROM batch WHERE slot = ?1)
                         AND (SELECT last FROM batch WHERE slot = ?1)
             AND slot = ?1 AND part < ?2",
            [slot.cast_signed(), part.cast_signed()],
            |row| row.get::<_, i64>(0),
        )?;
        Ok(count.unwrap_or(0).cast_unsigned())
    }

    /// The rows of a batch and the bodies of their tasks, in order; `each` is
    /// called for one after the other.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn rows_of(&self, slot: u64, mut each: impl FnMut(u64, &str)) -> Result<()> {
        let mut read = || -> rusqlite::Result<()> {
            let mut statement = self.connection.prepare_cached(
                "SELECT n, coalesce(body, '{}') FROM row
                 WHERE n BETWEEN (SELECT first FROM batch WHERE slot = ?1)
                             AND (SELECT last FROM batch WHERE slot = ?1)
                 AND slot = ?1 ORDER BY n",
            )?;
            let mut found = statement.query([slot.cast_signed()])?;
            while let Some(row) = found.next()? {
                let n: i64 = row.get(0)?;
                each(n.cast_unsigned(), row.get_ref(1)?.as_str()?);
            }
            Ok(())
        };
        read().map_err(|error| super::unreadable(&self.id, error))
    }

    /// The body of a row's task.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn body_of(&self, n: u64) -> Result<Option<String>> {
        let found = self.find(
            "SELECT body FROM row WHERE n = ?1",
            [n.cast_signed()],
            |row| row.get::<_, Option<String>>(0),
        )?;
        Ok(found.flatten())
    }

    /// The tasks that were read of a batch, by number, without their bodies.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn tasks_of(&self, slot: u64) -> Result<Vec<(u64, [u8; 32])>> {
        self.list(
            "SELECT id, likeness FROM task WHERE slot = ?1 ORDER BY id",
            [slot.cast_signed()],
            |row| Ok((row.get::<_, i64>(0)?.cast_unsigned(), row.get(1)?)),
        )
    }

    /// A task that was read.
    ///
    /// # Errors
    /// The ledger cannot be read, or has no such task.
    pub fn task(&self, slot: u64, id: u64) -> Result<SeenTask> {
        let found = self.find(
            "SELECT id, body, likeness, state, status, object, error FROM task
             WHERE slot = ?1 AND id = ?2",
            [slot.cast_signed(), id.cast_signed()],
            task,
        )?;
        found.ok_or_else(|| Error::unexpected(format!("the ledger has no task {id}")))
    }
}

impl LockedLedger {
    /// Notes the number of a batch that was opened.
    ///
    /// # Errors
    /// The ledger cannot be written, as for all steps.
    pub fn opened(&self, slot: u64, remote: u64) -> Result<()> {
        self.step(
            "UPDATE batch SET stage = ?2, remote = ?3, added = 0, leaving = 0 WHERE slot = ?1",
            params![
                slot.cast_signed(),
                BatchStage::Filling.number(),
                remote.cast_signed()
            ],
        )
    }

    /// Notes that the next part goes out now.
    ///
    /// # Errors
    /// As for all steps.
    pub fn part_leaves(&self, slot: u64) -> Result<()> {
        self.step(
            "UPDATE batch SET leaving = 1 WHERE slot = ?1",
            [slot.cast_signed()],
        )
    }

    /// Notes that the part that went out was certainly not taken.
    ///
    /// # Errors
    /// As for all steps.
    pub fn part_returns(&self, slot: u64) -> Result<()> {
        self.step(
            "UPDATE batch SET leaving = 0 WHERE slot = ?1",
            [slot.cast_signed()],
        )
    }

    /// Notes that the part that went out has arrived.
    ///
    /// # Errors
    /// As for all steps.
    pub fn part_arrives(&self, slot: u64) -> Result<()> {
        self.step(
            "UPDATE batch SET leaving = 0, added = added + 1 WHERE slot = ?1",
            [slot.cast_signed()],
        )
    }

    /// Gives a batch up before it was started: it will never run, and another
    /// takes its place.
    ///
    /// # Errors
    /// As for all steps.
    pub fn discard(&self, slot: u64, why: &str) -> Result<()> {
        self.steps(|connection| {
            connection.execute(
                "INSERT INTO discarded SELECT remote, ?2 FROM batch
                 WHERE slot = ?1 AND remote IS NOT NULL",
                params![slot.cast_signed(), why],
            )?;
            connection.execute(
                "UPDATE batch SET stage = 0, remote = NULL, added = 0, leaving = 0
                 WHERE slot = ?1",
                [slot.cast_signed()],
            )?;
            Ok(())
        })
    }

    /// Notes how far a batch is.
    ///
    /// # Errors
    /// As for all steps.
    pub fn reaches(&self, slot: u64, stage: BatchStage) -> Result<()> {
        self.step(
            "UPDATE batch SET stage = ?2 WHERE slot = ?1",
            params![slot.cast_signed(), stage.number()],
        )
    }

    /// Forgets the tasks that were read of a batch.
    ///
    /// # Errors
    /// As for all steps.
    pub fn forget_tasks(&self, slot: u64) -> Result<()> {
        self.step("DELETE FROM task WHERE slot = ?1", [slot.cast_signed()])
    }

    /// Notes tasks that were read of a batch; one that was read before is
    /// replaced.
    ///
    /// # Errors
    /// As for all steps.
    pub fn note_tasks(&self, slot: u64, tasks: &[SeenTask]) -> Result<()> {
        self.steps(|connection| {
            let mut statement = connection.prepare_cached(
                "INSERT OR REPLACE INTO task (slot, id, body, likeness, state, status, object, error)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?;
            for task in tasks {
                let (state, status, object, error) = match &task.fate {
                    RowEnd::Ok { status, object } => (rows::OK, status, object.as_deref(), None),
                    RowEnd::Failed { status, error } => (rows::FAILED, status, None, Some(error)),
                    RowEnd::Unknown { status, error } => (rows::UNKNOWN, status, None, Some(error)),
                };
                statement.execute(params![
                    slot.cast_signed(),
                    task.id.cast_signed(),
                    task.body,
                    task.likeness,
                    state,
                    status,
                    object,
                    error
                ])?;
            }
            Ok(())
        })
    }

    /// Gives the rows of a batch their ends, and with them the batch its own.
    ///
    /// # Errors
    /// As for all steps.
    pub fn settle(&self, slot: u64, ends: &[Paired]) -> Result<()> {
        self.steps(|connection| {
            for (n, fate) in ends {
                rows::end(connection, *n, fate)?;
            }
            connection.execute("DELETE FROM task WHERE slot = ?1", [slot.cast_signed()])?;
            connection.execute(
                "UPDATE batch SET stage = ?2 WHERE slot = ?1",
                params![slot.cast_signed(), BatchStage::Settled.number()],
            )?;
            Ok(())
        })
    }
}

fn batch(row: &Row) -> rusqlite::Result<Batch> {
    let number: i64 = row.get(3)?;
    // A stage of a newer version must not read as one of this version: a batch
    // at it may have been started.
    let stage = BatchStage::of_number(number)
        .ok_or_else(|| rusqlite::Error::IntegralValueOutOfRange(3, number))?;
    Ok(Batch {
        slot: row.get::<_, i64>(0)?.cast_unsigned(),
        rows: row.get::<_, i64>(1)?.cast_unsigned(),
        parts: row.get::<_, i64>(2)?.cast_unsigned(),
        stage,
        remote: row.get::<_, Option<i64>>(4)?.map(i64::cast_unsigned),
        added: row.get::<_, i64>(5)?.cast_unsigned(),
        leaving: row.get(6)?,
    })
}

fn task(row: &Row) -> rusqlite::Result<SeenTask> {
    let status = row.get(4)?;
    let error: Option<String> = row.get(6)?;
    let error = error.unwrap_or_default();
    Ok(SeenTask {
        id: row.get::<_, i64>(0)?.cast_unsigned(),
        body: row.get(1)?,
        likeness: row.get(2)?,
        fate: match row.get::<_, i64>(3)? {
            rows::OK => RowEnd::Ok {
                status,
                object: row.get(5)?,
            },
            rows::FAILED => RowEnd::Failed { status, error },
            _ => RowEnd::Unknown { status, error },
        },
    })
}

#[cfg(test)]
#[path = "batches_tests.rs"]
mod tests;
