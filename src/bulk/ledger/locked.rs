//! The lock of a job. Anyone who changes a ledger contains it: the methods that
//! write belong to [`LockedLedger`], and the only way to one reads the job
//! under the lock, so that no decision is made on a state that another process
//! has left behind.

use std::fs::{self, File, TryLockError};
use std::io;
use std::ops::Deref;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};

use super::{BatchStage, Job, JobState, Ledger, rows};
use crate::config::lock;
use crate::error::{Error, Kind, Result};
use crate::store;

/// How often a process tries to get a lock before it gives up.
const TRIES: u32 = 5;

/// The time between two tries. Who lists jobs contains each lock for a moment.
const BETWEEN_TRIES: std::time::Duration = std::time::Duration::from_millis(10);

/// Why a row of an abandoned job is unknown.
const ABANDONED: &str = "the job was abandoned while this row was at the API; \
                         it may have been carried out";

/// The file that is locked while a process works on a job.
#[derive(Debug)]
pub(super) struct LockFile {
    file: File,
    path: PathBuf,
    ledger: PathBuf,
}

impl LockFile {
    /// Opens the lock file beside a ledger.
    pub(super) fn beside(ledger: &Path) -> io::Result<Self> {
        let path = ledger.with_extension("lock");
        let file = lock::open(&path)?;
        let ledger = ledger.to_owned();
        Ok(Self { file, path, ledger })
    }

    /// Takes the lock if it is free.
    pub(super) fn try_lock(&self) -> io::Result<bool> {
        match self.file.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    pub(super) fn unlock(&self) -> io::Result<()> {
        self.file.unlock()
    }

    /// Removes the file. A file that cannot be removed now is removed another
    /// time.
    pub(super) fn remove(self) {
        let _ = fs::remove_file(&self.path);
    }

    /// Whether the ledger and this very lock file are still in place. A job
    /// that is pruned takes its files along, and a lock on a removed file
    /// keeps out no one.
    fn is_in_place(&self) -> io::Result<bool> {
        if !self.ledger.try_exists()? {
            return Ok(false);
        }
        match fs::metadata(&self.path) {
            Ok(named) => Ok(is_same_file(&named, &self.file.metadata()?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
}

#[cfg(unix)]
fn is_same_file(one: &fs::Metadata, other: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Elsewhere a file that is open keeps its name.
#[cfg(not(unix))]
fn is_same_file(_: &fs::Metadata, _: &fs::Metadata) -> bool {
    true
}

/// The ledger of a job that this process holds the lock of, until this value is
/// dropped.
#[derive(Debug)]
pub struct LockedLedger(Ledger);

impl Deref for LockedLedger {
    type Target = Ledger;

    fn deref(&self) -> &Ledger {
        &self.0
    }
}

impl Ledger {
    /// Takes the lock of the job, and reads the job under it.
    ///
    /// # Errors
    /// Of kind `Usage`: another process holds the lock. `NotFound`: the job was
    /// removed. `Unexpected`: the ledger is in a state that this version of the
    /// program does not know.
    pub fn lock(mut self) -> Result<(LockedLedger, Job)> {
        for attempt in 1.. {
            if self.lock.try_lock().map_err(|error| unlockable(&error))? {
                break;
            }
            if attempt == TRIES {
                return Err(self.is_busy());
            }
            std::thread::sleep(BETWEEN_TRIES);
        }
        self.locked = true;
        if !self
            .lock
            .is_in_place()
            .map_err(|error| unlockable(&error))?
        {
            let message = format!("job {} was removed", self.id);
            return Err(Error::new(Kind::NotFound, message).hint("rc bulk list shows all"));
        }
        self.check_states()?;
        let job = self.job()?;
        Ok((LockedLedger(self), job))
    }

    fn is_busy(&self) -> Error {
        let id = &self.id;
        Error::usage(format!("another process is running job {id}"))
            .hint(format!("rc bulk status {id} shows its progress"))
    }

    /// Whether another process holds the lock.
    pub(super) fn is_locked_elsewhere(&self) -> Result<bool> {
        let free = self.lock.try_lock().map_err(|error| unlockable(&error))?;
        if free {
            self.lock.unlock().map_err(|error| unlockable(&error))?;
        }
        Ok(!free)
    }

    /// Refuses a ledger that contains states or stages of a newer version:
    /// reading one of them as something else could send a row twice.
    fn check_states(&self) -> Result<()> {
        let stage = self.find(
            "SELECT stage FROM batch WHERE stage NOT BETWEEN 0 AND ?1 LIMIT 1",
            params![BatchStage::LAST_NUMBER],
            |row| row.get::<_, i64>(0),
        )?;
        let state = self.find(
            "SELECT state FROM row WHERE state NOT BETWEEN 0 AND ?1 LIMIT 1",
            params![rows::LAST_NUMBER],
            |row| row.get::<_, i64>(0),
        )?;
        match (stage, state) {
            (None, None) => Ok(()),
            (Some(stage), _) => Err(self.is_newer(&format!("a batch at stage {stage}"))),
            (_, Some(state)) => Err(self.is_newer(&format!("a row in state {state}"))),
        }
    }

    /// The error of a ledger that contains something this version does not
    /// know.
    pub(super) fn is_newer(&self, what: &str) -> Error {
        Error::unexpected(format!(
            "the ledger of job {} has {what}, which this version of rc does not know",
            self.id
        ))
        .hint("nothing was sent; use the version of rc that made the job")
    }
}

impl LockedLedger {
    /// A ledger whose lock was taken before it had a name.
    pub(super) fn new(mut ledger: Ledger) -> Self {
        ledger.locked = true;
        Self(ledger)
    }

    /// Ends the job: every row has a result.
    ///
    /// # Errors
    /// The ledger cannot be written, or the job has ended already.
    pub fn finish(&self) -> Result<()> {
        self.end(JobState::Done, |_| Ok(()))
    }

    /// Ends the job before its end. Rows that are at the API become unknown;
    /// batches that were not started are given up, and their rows stay unsent.
    ///
    /// # Errors
    /// As for [`LockedLedger::finish`].
    pub fn abandon(&self) -> Result<()> {
        self.end(JobState::Abandoned, give_up_rows)
    }

    fn end(
        &self,
        state: JobState,
        change: impl FnOnce(&Connection) -> rusqlite::Result<()>,
    ) -> Result<()> {
        let mut ended = 0;
        self.steps(|connection| {
            ended = connection.execute(
                "UPDATE job SET ended = ?1 WHERE ended IS NULL",
                params![state.name()],
            )?;
            if ended == 1 {
                change(connection)?;
            }
            Ok(())
        })?;
        match ended {
            1 => Ok(()),
            _ => Err(Error::unexpected(format!(
                "job {} has ended already",
                self.id()
            ))),
        }
    }

    /// Removes the files of the job, the lock last.
    pub(super) fn remove(self) {
        let Ledger {
            connection, lock, ..
        } = self.0;
        drop(connection);
        // A file that cannot be removed now is removed another time.
        store::remove(&lock.ledger);
        lock.remove();
    }
}

/// Rows that are at the API, or may be: sent and without a result, or in a batch
/// that was started.
pub(super) const OUT: &str = "(state = 1 OR (state = 0 AND slot IN \
                              (SELECT slot FROM batch WHERE stage BETWEEN 2 AND 4)))";

/// Makes the rows that are at the API unknown, and gives up batches that were
/// not started: these never run.
pub(super) fn give_up_rows(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute(
        &format!("UPDATE row SET state = ?1, error = ?2 WHERE {OUT}"),
        params![rows::UNKNOWN, ABANDONED],
    )?;
    connection.execute(
        "INSERT INTO discarded SELECT remote, 'the job was abandoned' FROM batch
         WHERE stage = 1 AND remote IS NOT NULL",
        [],
    )?;
    connection.execute(
        "UPDATE batch SET stage = 0, remote = NULL, added = 0, leaving = 0 WHERE stage = 1",
        [],
    )?;
    Ok(())
}

fn unlockable(error: &io::Error) -> Error {
    Error::unexpected(format!("the ledger cannot be locked: {error}"))
}

#[cfg(test)]
#[path = "locked_tests.rs"]
mod tests;
