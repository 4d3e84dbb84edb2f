//! The sandbox of `serve --data`: a state that outlives its process.
//!
//! Beside the data file, which contains a snapshot, lies a journal. What a
//! request changed is a line of it before the request is answered, so that a
//! process may be killed at any moment. A journal that has grown is folded into
//! the snapshot. Takes states; returns files; it knows nothing of requests.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::persistence::file::{beside, check_platform, guard, naming, replace};
use crate::persistence::journal::{self, Journal, JournalHead};
use crate::persistence::snapshot::{Mark, invalid};
use crate::{Platform, State};

/// A journal shorter than this is never folded while serving.
const SHORT: u64 = 4 * 1024 * 1024;

/// A data file with its journal, held by this process alone.
#[derive(Debug)]
pub struct DataFile {
    path: PathBuf,
    journal_path: PathBuf,
    journal: File,
    head: JournalHead,
    /// How long the journal is, in bytes.
    length: u64,
    /// When the journal is longer, it is folded into the snapshot.
    longest: u64,
    /// What settings and tokens were when they were last written.
    settings: u64,
    /// The journal could not be written: nothing more may be answered.
    broken: bool,
    notes: Vec<String>,
    _lock: File,
}

/// What the files hold.
struct FoundFiles {
    state: State,
    head: JournalHead,
    /// Whether the journal has a head and need not be made again.
    has_head: bool,
    /// Whether the journal is of an earlier version and contains records.
    is_earlier: bool,
    notes: Vec<String>,
}

impl DataFile {
    /// The state of a platform in a data file, and the file, ready for what changes. A file
    /// that is missing is made, with the state that `fresh` gives; one that is
    /// there and empty is damage, since this program never leaves such a file.
    ///
    /// A last record that breaks off is cut off, and journals of earlier
    /// versions are rewritten; [`Self::take_notes`] indicates both.
    ///
    /// # Errors
    /// When another process has the file, when it cannot be read or written, or
    /// when it contains something else; it is left as it is then.
    pub fn open(
        platform: Platform,
        path: &Path,
        fresh: impl FnOnce() -> State,
    ) -> io::Result<(Self, State)> {
        let lock = guard(path)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => {
                let message = format!("{} is in use by another sandbox", path.display());
                return Err(io::Error::new(io::ErrorKind::ResourceBusy, message));
            }
            Err(std::fs::TryLockError::Error(error)) => return Err(naming(path, &error)),
        }
        let journal_path = beside(path, ".journal");
        let found = find(path, &journal_path, fresh)?;
        check_platform(path, &found.state, platform)?;
        // A journal that contains nothing gets its head before the snapshot
        // names it, one that contains records after they are in the snapshot:
        // killed in between, either pair of files is still whole.
        if !found.has_head && !found.is_earlier {
            put_head(&journal_path, found.head)?;
        }
        if found.is_earlier {
            put_snapshot(path, &found.state, found.head)?;
            put_head(&journal_path, found.head)?;
        }
        let journal = OpenOptions::new().write(true).open(&journal_path);
        let mut data = Self {
            path: path.to_owned(),
            journal: journal.map_err(|error| naming(&journal_path, &error))?,
            journal_path,
            head: found.head,
            length: 0,
            longest: SHORT,
            settings: 0,
            broken: false,
            notes: found.notes,
            _lock: lock,
        };
        data.count()?;
        data.fold(&found.state)?;
        Ok((data, found.state))
    }

    /// What was repaired or rewritten when the file was opened, once.
    pub fn take_notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notes)
    }

    /// Keeps another state in the place of all that was kept.
    ///
    /// # Errors
    /// As [`Self::keep`].
    pub(crate) fn start_over(&mut self, state: &State) -> io::Result<()> {
        self.check()?;
        self.broken = true;
        self.fold(state)?;
        self.broken = false;
        Ok(())
    }

    /// Keeps what is fresh in a state. Once this has returned, it is not lost
    /// when the process ends, however it ends.
    ///
    /// # Errors
    /// When it cannot be written; then, and from then on.
    pub(crate) fn keep(&mut self, state: &State) -> io::Result<()> {
        self.check()?;
        self.broken = true;
        let settings = settings(state)?;
        let step = state.step(settings != self.settings)?;
        let number = self.head.count + 1;
        let line = journal::line(number, &step);
        let written = self
            .journal
            .seek(SeekFrom::Start(self.length))
            .and_then(|_| self.journal.write_all(line.as_bytes()));
        written.map_err(|error| naming(&self.journal_path, &error))?;
        self.head.count = number;
        self.count()?;
        self.settings = settings;
        self.length += line.len() as u64;
        if self.length > self.longest {
            self.fold(state)?;
        }
        self.broken = false;
        Ok(())
    }

    /// Whether everything so far is kept.
    ///
    /// # Errors
    /// When something could not be written.
    pub(crate) fn check(&self) -> io::Result<()> {
        if self.broken {
            let message = "an earlier change could not be written";
            return Err(naming(&self.journal_path, &io::Error::other(message)));
        }
        Ok(())
    }

    /// Writes how many records there are, so that one that is gone is missed.
    fn count(&mut self) -> io::Result<()> {
        let count = self.head.count_text();
        self.journal
            .seek(SeekFrom::Start(journal::COUNT_AT))
            .and_then(|_| self.journal.write_all(count.as_bytes()))
            .map_err(|error| naming(&self.journal_path, &error))
    }

    /// Writes the snapshot again and empties the journal. In between, the
    /// snapshot says how much of the journal it holds.
    fn fold(&mut self, state: &State) -> io::Result<()> {
        put_snapshot(&self.path, state, self.head)?;
        let emptied = self.journal.set_len(journal::HEAD);
        emptied.map_err(|error| naming(&self.journal_path, &error))?;
        self.length = journal::HEAD;
        let snapshot = std::fs::metadata(&self.path).map_or(0, |facts| facts.len());
        self.longest = SHORT.max(snapshot.saturating_mul(2));
        self.settings = settings(state)?;
        Ok(())
    }
}

fn put_snapshot(path: &Path, state: &State, head: JournalHead) -> io::Result<()> {
    let mark = Mark {
        id: head.id,
        folded: head.count,
    };
    replace(path, |out| state.changes_beside_journal(out, Some(mark)))
}

fn put_head(journal_path: &Path, head: JournalHead) -> io::Result<()> {
    replace(journal_path, |out| out.write_all(head.line().as_bytes()))
}

/// Reads the snapshot and its journal, and changes neither.
fn find(path: &Path, journal_path: &Path, fresh: impl FnOnce() -> State) -> io::Result<FoundFiles> {
    let wrong = |error: &io::Error| damaged(path, journal_path, error);
    let bytes = match std::fs::read(journal_path) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(naming(journal_path, &error)),
    };
    let is_there = bytes.is_some();
    let bytes = bytes.unwrap_or_default();
    let in_journal = |why: String| wrong(&invalid(format!("{}: {why}", journal_path.display())));
    let journal = journal::read(&bytes);
    let holds_nothing = journal.as_ref().is_ok_and(Journal::holds_nothing);
    let (mut state, mark, is_new) = match File::open(path) {
        Ok(mut file) => {
            let read = State::marked_from_json_reader(&mut file);
            let (state, mark) = read.map_err(|error| wrong(&error))?;
            (state, mark, false)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if !holds_nothing {
                let error = invalid("it is missing, but its journal is there".to_owned());
                return Err(wrong(&error));
            }
            (fresh(), None, true)
        }
        Err(error) => return Err(naming(path, &error)),
    };
    let journal = journal.map_err(in_journal)?;
    let begun = match mark {
        Some(_) if !is_there => Err("it is missing".to_owned()),
        Some(mark) => begins_at(&journal, mark),
        None if journal.head.is_some() && !holds_nothing => {
            Err("it is not the journal of this file".to_owned())
        }
        None => Ok(0),
    };
    let folded = begun.map_err(in_journal)?;
    let mut head = JournalHead {
        id: journal
            .head
            .map_or_else(|| fastrand::u64(..), |head| head.id),
        count: folded,
    };
    if let Some(mark) = mark {
        head.id = mark.id;
    }
    for (number, at) in &journal.records {
        if *number > folded && !(journal.head.is_none() && mark.is_some()) {
            // What is in a line was compared with its checksum as text.
            let step = std::str::from_utf8(&bytes[at.clone()]).unwrap_or_default();
            state.take_step(step).map_err(|error| wrong(&error))?;
            head.count = *number;
        }
    }
    let mut notes: Vec<String> = torn(journal_path, &journal).into_iter().collect();
    if mark.is_none() && journal.head.is_none() && !is_new {
        let path = path.display();
        notes.push(format!(
            "{path} is a dump or a file of an earlier rc; it was rewritten, with numbered records"
        ));
    }
    // How many requests came is not kept, so a new server counts again.
    state.faults = state.faults.anew();
    Ok(FoundFiles {
        state,
        head,
        has_head: journal.head.is_some(),
        is_earlier: journal.head.is_none() && !bytes.is_empty(),
        notes,
    })
}

/// The last record that a snapshot contains of its journal, when the journal
/// has all that follow.
fn begins_at(journal: &Journal, mark: Mark) -> Result<u64, String> {
    let Some(head) = journal.head else {
        // A journal of an earlier version was being rewritten: its records are
        // in the snapshot.
        return if journal.records.is_empty() && journal.torn.is_none() {
            Err("it is empty, but had a header".to_owned())
        } else if mark.folded == journal.records.len() as u64 {
            Ok(mark.folded)
        } else {
            Err("its header is missing".to_owned())
        };
    };
    if head.id != mark.id {
        return Err("it is the journal of another file".to_owned());
    }
    let first = journal.records.first().map(|(number, _)| *number);
    let last = journal
        .records
        .last()
        .map_or(mark.folded, |(number, _)| *number);
    let next = mark.folded.saturating_add(1);
    if first.is_some_and(|first| first > next) {
        return Err(format!("line 2: record {next} is missing"));
    }
    // The torn record may be one that is counted already.
    let there = last.max(mark.folded) + u64::from(journal.torn.is_some());
    if there < head.count {
        let lines = journal.records.len() + 2;
        return Err(format!(
            "line {lines}: it ends with record {last}, and had {}",
            head.count
        ));
    }
    Ok(mark.folded)
}

/// What to say of a last record that breaks off.
fn torn(journal_path: &Path, journal: &Journal) -> Option<String> {
    let (number, length) = journal.torn?;
    let name = journal_path.display();
    let counted = journal.head.is_some_and(|head| head.count >= number);
    let answered = if counted {
        "its request was answered, but its change is lost"
    } else {
        "its request was not answered"
    };
    Some(format!(
        "{name}: the last record is incomplete after {length} bytes and was removed; {answered}"
    ))
}

fn settings(state: &State) -> io::Result<u64> {
    Ok(journal::sum(&serde_json::to_vec(&(
        &state.store,
        &state.tokens,
        &state.behaviour,
        state.faults(),
    ))?))
}

fn damaged(path: &Path, journal: &Path, error: &io::Error) -> io::Error {
    invalid(format!(
        "{} does not contain the state of a sandbox ({error}); it was not changed: to start over, \
         remove it and {}, or name another file",
        path.display(),
        journal.display()
    ))
}

#[cfg(test)]
#[path = "data_tests.rs"]
mod tests;
