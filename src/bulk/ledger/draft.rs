//! A ledger that is being put together while its input is read. Until it is
//! complete it has no name: whatever ends before leaves nothing behind.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};
use tempfile::NamedTempFile;

use super::locked::LockFile;
use super::{JobStore, JobSubject, Jobs, LockedLedger, PlannedRow, rows, schema};
use crate::bulk::plan::{JobPlan, Limits, Planner};
use crate::bulk::row::Task;
use crate::error::{Error, Result};
use crate::store;

/// Rows that are written at a time.
const AT_A_TIME: u64 = 10_000;

/// How the name of a draft's file begins; the name of its job follows.
const PREFIX: &str = "draft-";

/// The name of the job that a file is the draft of.
pub(super) fn job_of(path: &Path) -> Option<&str> {
    let name = path.file_name()?.to_str()?.strip_prefix(PREFIX)?;
    Some(name.split_once('-')?.0)
}

/// The lock of a job that has no ledger yet. Its file goes with the draft.
struct DraftLock(Option<LockFile>);

impl DraftLock {
    fn take(ledger: &Path) -> std::io::Result<Self> {
        let lock = LockFile::beside(ledger)?;
        if lock.try_lock()? {
            return Ok(Self(Some(lock)));
        }
        Err(std::io::Error::other("its lock is held by another process"))
    }

    /// The lock of the ledger that the draft has become.
    fn keep(mut self) -> Option<LockFile> {
        self.0.take()
    }
}

impl Drop for DraftLock {
    fn drop(&mut self) {
        if let Some(lock) = self.0.take() {
            lock.remove();
        }
    }
}

/// A ledger without a name.
pub struct DraftLedger<'a> {
    jobs: &'a Jobs,
    id: String,
    path: PathBuf,
    // Fields are dropped in this order: no system need remove an open file.
    connection: Connection,
    hidden: NamedTempFile,
    lock: DraftLock,
    subject: JobSubject,
    parent: Option<String>,
    planner: Planner,
    rows: u64,
    /// The first and the last row of each batch so far, so that nothing has to
    /// be looked up among all rows in the end.
    spans: Vec<(u64, u64)>,
}

impl std::fmt::Debug for DraftLedger<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Draft")
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

impl<'a> DraftLedger<'a> {
    pub(super) fn new(
        jobs: &'a Jobs,
        id: String,
        path: PathBuf,
        subject: JobSubject,
    ) -> Result<Self> {
        let folder = path.parent().unwrap_or(&path);
        let cannot = |cause| store::uncreatable("a ledger for the job", "Nothing was sent", cause);
        // Locked from the beginning: a question may wait for days, and a draft
        // without a lock is removed.
        let lock = DraftLock::take(&path).map_err(|error| cannot(error.into()))?;
        let (hidden, connection) =
            store::create_hidden(folder, &format!("{PREFIX}{id}-")).map_err(cannot)?;
        schema::make(&connection).map_err(|error| cannot(error.into()))?;
        let draft = Self {
            jobs,
            id,
            path,
            lock,
            connection,
            hidden,
            planner: Planner::new(subject.engine),
            subject,
            parent: None,
            rows: 0,
            spans: Vec::new(),
        };
        draft.run("BEGIN")?;
        Ok(draft)
    }

    /// The same, as a retry of the failed rows of another job.
    #[must_use]
    pub fn retrying(mut self, parent: &str) -> Self {
        self.parent = Some(parent.to_owned());
        self
    }

    /// The same, with less in each batch and request than the API allows.
    #[must_use]
    pub fn within(mut self, limits: Limits) -> Self {
        self.planner = Planner::within(limits, self.subject.engine);
        self
    }

    /// The name that the job will have.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What the rows so far will take.
    #[must_use]
    pub fn plan(&self) -> JobPlan {
        self.planner.clone().finish()
    }

    /// Says where the job will be carried out, when more is known of that than
    /// at its beginning.
    pub fn works_on(&mut self, store: JobStore) {
        self.subject.store = store;
    }

    /// Adds a row that is to be sent. `input` is the row as it was read: a
    /// JSON array of its cells, or a JSON object.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub fn add(&mut self, line: u64, input: &str, task: &Task) -> Result<()> {
        self.add_planned(&PlannedRow::of(line, input, task))
    }

    /// Adds a row that has several steps, or whose object is known.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub fn add_planned(&mut self, row: &PlannedRow<'_>) -> Result<()> {
        let task = row.task;
        let place = self.planner.place(task.body.as_deref().map_or(0, str::len));
        if let Some(place) = place {
            let n = self.rows + 1;
            let of_slot = (self.spans.len() as u64).saturating_sub(1);
            match self.spans.last_mut() {
                Some((_, last)) if of_slot == place.slot => *last = n,
                _ => self.spans.push((n, n)),
            }
        }
        let (slot, part) = (
            place.map(|place| place.slot.cast_signed()),
            place.map(|place| place.part.cast_signed()),
        );
        for (k, step) in (1_i64..).zip(&row.later) {
            let written = self
                .connection
                .prepare_cached(
                    "INSERT INTO step (n, k, operation, target, body, state)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                )
                .and_then(|mut statement| {
                    statement.execute(params![
                        self.rows.cast_signed() + 1,
                        k,
                        step.operation,
                        step.task.target,
                        step.task.body,
                        rows::READY
                    ])
                });
            written.map_err(|error| unwritable(&self.id, error))?;
        }
        self.insert(
            "INSERT INTO row (n, line, input, state, target, body, slot, part, operation,
                              expected, wanted)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            params![
                self.rows.cast_signed() + 1,
                row.line.cast_signed(),
                row.input,
                rows::READY,
                task.target,
                task.body,
                slot,
                part,
                row.operation,
                row.expected,
                row.wanted
            ],
        )
    }

    /// Adds a row that is left out, and why.
    ///
    /// # Errors
    /// As for [`DraftLedger::add`].
    pub fn add_invalid(&mut self, line: u64, input: &str, why: &str) -> Result<()> {
        self.insert(
            "INSERT INTO row (n, line, input, state, error) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                self.rows.cast_signed() + 1,
                line.cast_signed(),
                input,
                rows::INVALID,
                why
            ],
        )
    }

    fn insert(&mut self, sql: &str, values: impl rusqlite::Params) -> Result<()> {
        let written = self
            .connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.execute(values));
        written.map_err(|error| unwritable(&self.id, error))?;
        self.rows += 1;
        if self.rows.is_multiple_of(AT_A_TIME) {
            self.run("COMMIT; BEGIN")?;
        }
        Ok(())
    }

    /// All rows are in. Slow work is done now, so that no one waits between the
    /// question and the work.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub fn complete(&mut self) -> Result<()> {
        let made = schema::complete(&self.connection);
        made.map_err(|error| unwritable(&self.id, error))?;
        self.run("COMMIT; BEGIN")?;
        self.hidden.as_file().sync_all().map_err(|error| {
            Error::unexpected("the ledger of the job cannot be kept").caused_by(error)
        })
    }

    /// What the job will take, and its ledger with its name, locked: another
    /// process that finds the job finds it in use. From here on the job is
    /// there, whatever happens.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub fn finish(self) -> Result<(LockedLedger, JobPlan)> {
        let plan = self.planner.finish();
        let id = self.id;
        let now = (self.jobs.clock())().as_microsecond();
        let connection = self.connection;
        let write = || -> rusqlite::Result<()> {
            let header = self.subject.header.as_ref();
            let header = header.map(|names| serde_json::Value::from(names.clone()).to_string());
            let store = serde_json::to_string(&self.subject.store).unwrap_or_default();
            connection.execute(
                "INSERT INTO job VALUES (?1, ?2, ?3, ?4, ?5, NULL, ?6, ?6, ?7, ?8, ?9, ?10)",
                params![
                    self.subject.operation,
                    self.subject.engine.name(),
                    self.subject.input,
                    header,
                    store,
                    now,
                    id,
                    self.parent,
                    self.subject.undoes,
                    self.subject.guard.number()
                ],
            )?;
            let spans = plan.batches.iter().zip(&self.spans);
            for (slot, (batch, (first, last))) in spans.enumerate() {
                connection.execute(
                    "INSERT INTO batch (slot, first, last, rows, parts, stage)
                     VALUES (?1, ?2, ?3, ?4, ?5, 0)",
                    params![
                        i64::try_from(slot).unwrap_or(i64::MAX),
                        first.cast_signed(),
                        last.cast_signed(),
                        batch.rows.cast_signed(),
                        batch.parts.cast_signed()
                    ],
                )?;
            }
            schema::complete(&connection)?;
            connection.execute_batch("COMMIT")
        };
        write().map_err(|error| unwritable(&id, error))?;
        drop(connection);
        let failed = |error: std::io::Error| {
            Error::unexpected(format!("the ledger of job {id} cannot be kept")).caused_by(error)
        };
        self.hidden.as_file().sync_all().map_err(failed)?;
        // Closed before it is renamed, which some systems demand.
        self.hidden
            .into_temp_path()
            .persist_noclobber(&self.path)
            .map_err(|error| failed(error.error))?;
        store::sync_folder(&self.path).map_err(failed)?;
        let lock = self
            .lock
            .keep()
            .ok_or_else(|| Error::unexpected(format!("the lock of job {id} is gone")))?;
        Ok((self.jobs.locked(&id, lock)?, plan))
    }

    fn run(&self, sql: &str) -> Result<()> {
        self.connection
            .execute_batch(sql)
            .map_err(|error| unwritable(&self.id, error))
    }
}

/// There is no job yet that could be resumed.
fn unwritable(id: &str, error: rusqlite::Error) -> Error {
    let what = format!("the ledger of job {id}");
    store::unwritable(&what, "Nothing was sent, and there is no job yet", error)
}

#[cfg(test)]
#[path = "draft_tests.rs"]
mod tests;
