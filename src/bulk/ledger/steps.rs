//! Rows of several steps, and the values of their objects: what they were right
//! before a change, what the answer showed, and which step comes next.

use rusqlite::{OptionalExtension, params};

use super::rows::{self, RowEnd};
use super::{Ledger, LockedLedger, PendingRow};
use crate::bulk::row::Task;
use crate::bulk::undo::beside::NextStep;
use crate::error::Result;

/// A row as it is planned.
#[derive(Debug, Clone)]
pub struct PlannedRow<'a> {
    /// The line of the input on which it begins, from 1.
    pub line: u64,
    /// The row as it was read: a JSON array of its cells, or a JSON object.
    pub input: &'a str,
    /// What its first step asks for.
    pub task: &'a Task,
    /// The operation of its first step, unless it is that of the job.
    pub operation: Option<String>,
    /// The values that its object has unless somebody changed it, as JSON.
    pub expected: Option<String>,
    /// The values with which nothing is left to do, as JSON; `null` says that
    /// the object is gone.
    pub wanted: Option<String>,
    /// The steps after the first, in order.
    pub later: Vec<PlannedStep>,
}

/// A step of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedStep {
    /// The operation, as the catalogue names it.
    pub operation: String,
    /// What it asks for.
    pub task: Task,
}

/// The object of a row right before it is changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenObject {
    /// The row.
    pub n: u64,
    /// Its values, as JSON.
    pub before: String,
}

impl<'a> PlannedRow<'a> {
    /// A row of one step, of whose object nothing is known.
    #[must_use]
    pub const fn of(line: u64, input: &'a str, task: &'a Task) -> Self {
        Self {
            line,
            input,
            task,
            operation: None,
            expected: None,
            wanted: None,
            later: Vec::new(),
        }
    }
}

impl Ledger {
    /// The steps of a row that come after the one that it is at, in order.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn later_steps(&self, n: u64, step: u64) -> Result<Vec<PlannedStep>> {
        self.list(
            "SELECT operation, target, body FROM step WHERE n = ?1 AND k > ?2 ORDER BY k",
            [n.cast_signed(), step.cast_signed()],
            |row| {
                Ok(PlannedStep {
                    operation: row.get(0)?,
                    task: Task {
                        target: row.get(1)?,
                        body: row.get(2)?,
                    },
                })
            },
        )
    }
}

impl LockedLedger {
    /// Notes the values of objects that are about to be changed.
    ///
    /// # Errors
    /// The ledger cannot be written; the rows must not go out then.
    pub fn note_before(&self, seen: &[SeenObject]) -> Result<()> {
        self.steps(|connection| {
            let mut statement =
                connection.prepare_cached("UPDATE row SET before = ?2 WHERE n = ?1")?;
            for SeenObject { n, before } in seen {
                statement.execute(params![n.cast_signed(), before])?;
            }
            Ok(())
        })
    }

    /// Notes the end of the step that a row is at, and the values that its
    /// answer showed. After a success the row continues to its next step, which
    /// is returned; `following` says whether that one is as it was planned.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub fn step_ends(
        &self,
        row: &PendingRow,
        fate: &RowEnd,
        after: Option<&str>,
        following: &NextStep,
    ) -> Result<Option<PendingRow>> {
        let n = row.n.cast_signed();
        let ahead = if *following == NextStep::LeftOut {
            2
        } else {
            1_i64
        };
        let mut next = None;
        self.steps(|connection| {
            if let Some(after) = after {
                connection
                    .prepare_cached("UPDATE row SET after = ?2 WHERE n = ?1")?
                    .execute(params![n, after])?;
            }
            let RowEnd::Ok { status, object } = fate else {
                return rows::end(connection, row.n, fate);
            };
            let found = connection
                .prepare_cached("SELECT operation, target, body FROM step WHERE n = ?1 AND k = ?2")?
                .query_row(params![n, row.step.cast_signed() + ahead], |found| {
                    Ok((
                        found.get::<_, String>(0)?,
                        found.get::<_, String>(1)?,
                        found.get::<_, Option<String>>(2)?,
                    ))
                })
                .optional()?;
            let Some((operation, planned, body)) = found else {
                return rows::end(connection, row.n, fate);
            };
            let target = match following {
                NextStep::To(target) => target.clone(),
                _ => planned,
            };
            connection.execute(
                "INSERT OR REPLACE INTO step (n, k, operation, target, body, state, status, object)
                 SELECT row.n, row.step, coalesce(row.operation, job.operation), row.target,
                        row.body, ?2, ?3, ?4
                 FROM row, job WHERE row.n = ?1",
                params![n, rows::OK, status, object],
            )?;
            connection.execute(
                "UPDATE row SET step = step + ?6, operation = ?2, target = ?3, body = ?4,
                 state = ?5, tries = 0 WHERE n = ?1",
                params![n, operation, target, body, rows::READY, ahead],
            )?;
            next = Some(PendingRow {
                step: row.step + ahead.cast_unsigned(),
                operation: Some(operation),
                task: Task { target, body },
                tries: 0,
                ..row.clone()
            });
            Ok(())
        })?;
        Ok(next)
    }
}

#[cfg(test)]
#[path = "steps_tests.rs"]
mod tests;
