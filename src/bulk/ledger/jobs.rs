//! The folder of jobs: a ledger each, and a file that is locked while a
//! process works on it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

use super::locked::LockFile;
use super::{DraftLedger, Job, JobSubject, Ledger, LockedLedger, draft, schema};
use crate::config::{folders, variable};
use crate::error::{Error, Kind, Result};
use crate::store;
use crate::world::Clock;

/// How long the ledger of an ended job is kept, as long as Recharge keeps its
/// batches.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A draft or a lock without a ledger is left over after so long.
const DRAFT_KEPT: SignedDuration = SignedDuration::from_hours(24);

/// What names of jobs are made of: what is read and typed easily.
const LETTERS: &[u8] = b"23456789abcdefghjkmnpqrstuvwxyz";

/// Letters of a name.
const LENGTH: usize = 6;

/// All jobs of a user.
pub struct Jobs {
    folder: PathBuf,
    clock: Clock,
}

impl std::fmt::Debug for Jobs {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Jobs")
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

impl Jobs {
    /// The jobs below a folder for state.
    ///
    /// # Errors
    /// Of kind `Usage`: there is no such folder.
    pub fn below(state: Option<&Path>, clock: Clock) -> Result<Self> {
        let state = state.ok_or_else(|| folders::homeless("jobs", variable::STATE_FOLDER))?;
        Ok(Self {
            folder: state.join("jobs"),
            clock,
        })
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Begins a job.
    ///
    /// # Errors
    /// The folder or the ledger cannot be written.
    pub fn begin(&self, subject: JobSubject) -> Result<DraftLedger<'_>> {
        folders::private_folder(&self.folder).map_err(|error| self.unusable(error))?;
        let mut id = name();
        while self.path(&id).exists() {
            id = name();
        }
        let path = self.path(&id);
        DraftLedger::new(self, id, path, subject)
    }

    /// The ledger of a job, by its name or by the beginning of its name. A name
    /// that is whole comes first.
    ///
    /// # Errors
    /// `NotFound`, or of kind `Usage` when several begin so.
    pub fn open(&self, word: &str) -> Result<Ledger> {
        let ids = self.ids()?;
        if ids.iter().any(|id| id == word) {
            return self.ledger(word);
        }
        let found: Vec<&String> = ids.iter().filter(|id| id.starts_with(word)).collect();
        match found.as_slice() {
            [id] if !word.is_empty() => self.ledger(id),
            _ if word.is_empty() || found.is_empty() => Err(not_there(word)),
            several => {
                let names: Vec<&str> = several.iter().map(|id| id.as_str()).collect();
                Err(Error::usage(format!(
                    "several jobs begin with {word}: {}",
                    names.join(", ")
                )))
            }
        }
    }

    /// The ledger that was just given its name, with the lock that its draft
    /// holds.
    pub(super) fn locked(&self, id: &str, lock: LockFile) -> Result<LockedLedger> {
        Ok(LockedLedger::new(self.ledger_with(id, lock)?))
    }

    /// All jobs, the newest first, and why others cannot be shown.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn list(&self) -> Result<(Vec<Job>, Vec<Error>)> {
        let (mut jobs, mut unreadable) = (Vec::new(), Vec::new());
        for id in self.ids()? {
            match self.ledger(&id).and_then(|ledger| ledger.job()) {
                Ok(job) => jobs.push(job),
                // It was removed meanwhile.
                Err(error) if error.kind == Kind::NotFound => {}
                Err(error) => unreadable.push(error),
            }
        }
        jobs.sort_by(|one, other| {
            let newest_first = other.created_at.cmp(&one.created_at);
            newest_first.then_with(|| one.id.cmp(&other.id))
        });
        Ok((jobs, unreadable))
    }

    /// Removes the ledgers of jobs that ended long ago, and what was left of
    /// those that were never completed. A job without an end is kept: only its
    /// ledger knows what was sent. So is a retry as long as its parent is
    /// there: it shows that the parent was retried.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn prune(&self) -> Result<()> {
        let now = (self.clock)();
        let mut ended = Vec::new();
        for id in self.ids()? {
            // One that cannot be read is left for anyone who names it.
            let Ok(job) = self.ledger(&id).and_then(|ledger| ledger.job()) else {
                continue;
            };
            if job.state.is_final() && now.duration_since(job.updated_at) > KEPT {
                ended.push(job);
            }
        }
        // Parents go before their retries, whatever their order here.
        loop {
            let before = ended.len();
            ended.retain(|job| {
                let parent = job.parent.as_deref();
                let is_needed = parent.is_some_and(|parent| self.path(parent).exists());
                is_needed || !self.remove(&job.id)
            });
            if ended.len() == before {
                break;
            }
        }
        for path in self.files()? {
            if is_older(&path, now) && self.is_left_over(&path) {
                let _ = fs::remove_file(&path);
            }
        }
        Ok(())
    }

    /// Removes a job that has ended; whether it could. One that another process
    /// contains is in use.
    fn remove(&self, id: &str) -> bool {
        match self.ledger(id).and_then(Ledger::lock) {
            Ok((ledger, job)) if job.state.is_final() => {
                ledger.remove();
                true
            }
            _ => false,
        }
    }

    /// Whether a file belongs to no job, and no process contains it: a draft
    /// that was not completed, or the lock of a job that never was or is gone.
    fn is_left_over(&self, path: &Path) -> bool {
        let ledger = match path.extension().and_then(|end| end.to_str()) {
            Some("part") => draft::job_of(path).map(|id| self.path(id)),
            Some("lock") => Some(path.with_extension("db")),
            _ => return false,
        };
        // Version 0.1.0 did not name the job of a draft.
        ledger.is_none_or(|ledger| {
            let is_free = || LockFile::beside(&ledger).and_then(|lock| lock.try_lock());
            !ledger.exists() && is_free().unwrap_or(false)
        })
    }

    /// Names of all jobs, those that were worked on last coming first. Opens
    /// no ledger.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn names(&self) -> Result<Vec<String>> {
        let mut names: Vec<_> = self
            .ids()?
            .into_iter()
            .map(|id| {
                let changed = fs::metadata(self.path(&id)).and_then(|facts| facts.modified());
                (std::cmp::Reverse(changed.ok()), id)
            })
            .collect();
        names.sort();
        Ok(names.into_iter().map(|(_, id)| id).collect())
    }

    fn ids(&self) -> Result<Vec<String>> {
        let mut ids: Vec<String> = self
            .files()?
            .into_iter()
            .filter(|path| path.extension().is_some_and(|end| end == "db"))
            .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
            // A backup copy is not a job of its own: its rows would be sent
            // twice.
            .filter(|name| is_name(name))
            .collect();
        ids.sort();
        Ok(ids)
    }

    fn files(&self) -> Result<Vec<PathBuf>> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(self.unusable(error)),
        };
        entries
            .map(|entry| Ok(entry?.path()))
            .collect::<io::Result<_>>()
            .map_err(|error| self.unusable(error))
    }

    fn ledger(&self, id: &str) -> Result<Ledger> {
        let lock = LockFile::beside(&self.path(id)).map_err(|error| self.unusable(error))?;
        self.ledger_with(id, lock)
    }

    fn ledger_with(&self, id: &str, lock: LockFile) -> Result<Ledger> {
        let unreadable = |error| match self.path(id).try_exists() {
            Ok(false) => not_there(id),
            _ => super::unreadable(id, error),
        };
        let opened = store::open(&self.path(id), schema::KNOWN).map_err(unreadable)?;
        let mut connection = opened.ok_or_else(|| {
            Error::unexpected(format!("job {id} was made by another version of rc"))
        })?;
        schema::upgrade(&mut connection, id).map_err(unreadable)?;
        let ledger = Ledger {
            id: id.to_owned(),
            connection,
            clock: self.clock.clone(),
            lock,
            locked: false,
        };
        let own: String = ledger.query("SELECT id FROM job", |row| row.get(0))?;
        if own != id {
            return Err(Error::unexpected(format!(
                "{} is a copy of the ledger of job {own}",
                self.path(id).display()
            ))
            .hint(
                "a copy is not used, as its rows would be sent twice; rename it to another \
                extension",
            ));
        }
        Ok(ledger)
    }

    fn path(&self, id: &str) -> PathBuf {
        self.path_of(id, "db")
    }

    fn path_of(&self, id: &str, end: &str) -> PathBuf {
        self.folder.join(format!("{id}.{end}"))
    }

    fn unusable(&self, error: io::Error) -> Error {
        Error::usage(format!("cannot use {}", self.folder.display()))
            .hint(format!("{} names another folder", variable::STATE_FOLDER))
            .caused_by(error)
    }
}

fn name() -> String {
    (0..LENGTH)
        .map(|_| char::from(LETTERS[fastrand::usize(..LETTERS.len())]))
        .collect()
}

fn not_there(word: &str) -> Error {
    Error::new(Kind::NotFound, format!("there is no job {word}")).hint("rc bulk list shows all")
}

/// Whether a job can have this name.
fn is_name(name: &str) -> bool {
    name.len() == LENGTH && name.bytes().all(|letter| LETTERS.contains(&letter))
}

fn is_older(path: &Path, now: Timestamp) -> bool {
    let changed = fs::metadata(path).and_then(|facts| facts.modified()).ok();
    let changed = changed.and_then(|changed| Timestamp::try_from(changed).ok());
    changed.is_some_and(|changed| now.duration_since(changed) > DRAFT_KEPT)
}

#[cfg(test)]
#[path = "jobs_tests.rs"]
mod tests;
