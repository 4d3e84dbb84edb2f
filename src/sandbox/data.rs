//! The sandbox of `serve --data`: a state that outlives its process.
//!
//! Beside the data file, which holds a snapshot, lies a journal. What a request
//! changed is a line of it before the request is answered, so that a process
//! may be killed at any moment. A journal that has grown is folded into the
//! snapshot. In come states, out come files; it knows nothing of requests.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::State;
use super::file::{beside, guard, naming, write};
use super::snapshot::invalid;

/// A journal shorter than this is never folded while serving.
const SHORT: u64 = 4 * 1024 * 1024;

/// A data file with its journal, held by this process alone.
#[derive(Debug)]
pub struct DataFile {
    path: PathBuf,
    journal_path: PathBuf,
    journal: File,
    /// How long the journal is, in bytes.
    length: u64,
    /// When the journal is longer, it is folded into the snapshot.
    longest: u64,
    /// What settings and tokens were when they were last written.
    settings: u64,
    /// The journal could not be written: nothing more may be answered.
    broken: bool,
    _lock: File,
}

impl DataFile {
    /// The state in a data file, and the file, ready for what changes. A file
    /// that is missing is made, with the state that `fresh` gives.
    ///
    /// # Errors
    /// When another process has the file, when it cannot be read or written, or
    /// when it holds something else; it is left as it is then.
    pub fn open(path: &Path, fresh: impl FnOnce() -> State) -> io::Result<(Self, State)> {
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
        let state = match File::open(path) {
            Ok(mut file) => read(&mut file, &journal_path)
                .map_err(|error| damaged(path, &journal_path, &error))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if std::fs::metadata(&journal_path).is_ok_and(|facts| facts.len() > 0) {
                    let error = invalid("it is missing, but its journal is there".to_owned());
                    return Err(damaged(path, &journal_path, &error));
                }
                fresh()
            }
            Err(error) => return Err(naming(path, &error)),
        };
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let journal = options
            .open(&journal_path)
            .map_err(|error| naming(&journal_path, &error))?;
        let mut data = Self {
            path: path.to_owned(),
            journal_path,
            journal,
            length: 0,
            longest: SHORT,
            settings: 0,
            broken: false,
            _lock: lock,
        };
        data.fold(&state)?;
        Ok((data, state))
    }

    /// Keeps what is fresh in a state. Once this has returned, it is not lost
    /// when the process ends, however it ends.
    ///
    /// # Errors
    /// When it cannot be written; then, and from then on.
    pub(super) fn keep(&mut self, state: &State) -> io::Result<()> {
        self.check()?;
        self.broken = true;
        let settings = settings(state)?;
        let step = state.step(settings != self.settings)?;
        let line = format!("{:016x} {step}\n", sum(step.as_bytes()));
        self.journal
            .write_all(line.as_bytes())
            .map_err(|error| naming(&self.journal_path, &error))?;
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
    pub(super) fn check(&self) -> io::Result<()> {
        if self.broken {
            let message = "an earlier change could not be written";
            return Err(naming(&self.journal_path, &io::Error::other(message)));
        }
        Ok(())
    }

    /// Writes the snapshot anew and empties the journal. In between, the
    /// journal says what the snapshot knows already, which does no harm.
    fn fold(&mut self, state: &State) -> io::Result<()> {
        write(&self.path, state)?;
        let emptied = self.journal.set_len(0).and_then(|()| self.journal.rewind());
        emptied.map_err(|error| naming(&self.journal_path, &error))?;
        self.length = 0;
        let snapshot = std::fs::metadata(&self.path).map_or(0, |facts| facts.len());
        self.longest = SHORT.max(snapshot.saturating_mul(2));
        self.settings = settings(state)?;
        Ok(())
    }
}

/// The state of the snapshot with the steps of the journal.
fn read(file: &mut File, journal_path: &Path) -> io::Result<State> {
    let mut state = State::from_json_reader(file)?;
    let mut journal = Vec::new();
    match File::open(journal_path) {
        Ok(mut file) => file.read_to_end(&mut journal)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
        Err(error) => return Err(naming(journal_path, &error)),
    };
    for (place, line) in journal.split_inclusive(|byte| *byte == b'\n').enumerate() {
        // The last line was being written when the process ended: it belongs
        // to a request that was not answered.
        let Some(line) = line.strip_suffix(b"\n") else {
            break;
        };
        let text = checked(line).ok_or_else(|| {
            let name = journal_path.display();
            invalid(format!("line {} of {name} is damaged", place + 1))
        })?;
        state.take_step(text)?;
    }
    Ok(state)
}

/// The step in a line of the journal, if the line is as it was written.
fn checked(line: &[u8]) -> Option<&str> {
    let (print, step) = std::str::from_utf8(line).ok()?.split_once(' ')?;
    let print = u64::from_str_radix(print, 16).ok()?;
    (print == sum(step.as_bytes())).then_some(step)
}

/// A number that another text is unlikely to have: FNV-1a.
fn sum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn settings(state: &State) -> io::Result<u64> {
    Ok(sum(&serde_json::to_vec(&(&state.store, &state.tokens))?))
}

fn damaged(path: &Path, journal: &Path, error: &io::Error) -> io::Error {
    invalid(format!(
        "{} does not hold the state of a sandbox ({error}); it is left as it is: to start over, \
         remove it and {}, or name another file",
        path.display(),
        journal.display()
    ))
}
