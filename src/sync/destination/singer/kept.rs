//! The state that a target has confirmed: a file that is replaced with each line that
//! confirms more, so that a killed run loses no confirmation.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::state::{Confirmation, SingerState};
use crate::config::folders::{text, write_private};
use crate::config::lock;
use crate::error::{Error, Kind, Result};
use crate::sync::Micros;
use crate::sync::destination::Writer;
use crate::sync::table::SyncTable;

/// The states of a run: what was sent, and what was confirmed. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct ConfirmedState(Arc<Mutex<StatePair>>);

#[derive(Debug, Default)]
pub(super) struct StatePair {
    /// The state that the target has confirmed.
    pub(super) kept: SingerState,
    /// The state that was sent to it.
    pub(super) sent: SingerState,
    /// The tables of the run.
    pub(super) tables: Vec<SyncTable>,
    /// Where the confirmed state is kept; none where the reader keeps it.
    pub(super) path: Option<PathBuf>,
    /// Whether the target printed something that is not a state that was sent.
    has_garbage: bool,
    failure: Option<Error>,
}

impl ConfirmedState {
    pub(super) fn lock(&self) -> MutexGuard<'_, StatePair> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a line that the target printed; returns whether it is the first one that
    /// is not a state that was sent. No message shows such a line: it may contain anything.
    pub(super) fn printed(&self, line: &str) -> bool {
        if line.trim().is_empty() {
            return false;
        }
        let mut pair = self.lock();
        let StatePair {
            kept, sent, tables, ..
        } = &mut *pair;
        match kept.confirm(line, sent, tables) {
            Confirmation::Nothing => false,
            Confirmation::More => {
                if let Err(error) = pair.keep() {
                    pair.failure.get_or_insert(error);
                }
                false
            }
            Confirmation::Foreign => !std::mem::replace(&mut pair.has_garbage, true),
        }
    }
}

impl StatePair {
    /// Writes the confirmed state to its file.
    fn keep(&self) -> Result<()> {
        match &self.path {
            Some(path) => write_private(path, format!("{}\n", self.kept.text()).as_bytes()),
            None => Ok(()),
        }
    }

    /// Why the confirmed state could not be kept.
    pub(super) fn take_failure(&mut self) -> Option<Error> {
        self.failure.take()
    }
}

/// Reads the state in a file; nothing where there is no such file.
///
/// # Errors
/// The file cannot be read, or is not a state.
pub fn read_state(path: &Path) -> Result<Option<SingerState>> {
    let name = path.display().to_string();
    let text = text(path, None)?;
    text.map(|text| SingerState::parse(&text, &name))
        .transpose()
}

/// The lock of a state file.
#[derive(Debug)]
pub(super) struct StateLock {
    _file: File,
}

impl StateLock {
    /// Takes the lock beside a state file.
    ///
    /// # Errors
    /// Of kind `Partial`, naming the process that has it; of kind `Usage`: the lock
    /// file cannot be opened.
    pub(super) fn take(state: &Path, writer: &Writer, now: Micros) -> Result<Self> {
        let mut name = std::ffi::OsString::from(".");
        name.push(state.file_name().unwrap_or_default());
        name.push(".lock");
        let path = state.with_file_name(name);
        let unusable = |error: std::io::Error| {
            Error::usage(format!("{} cannot be locked", path.display())).caused_by(error)
        };
        let mut file = lock::open(&path).map_err(unusable)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // Elsewhere a file that is locked cannot be read.
                let read = (&mut file).take(200).read_to_string(&mut holder);
                let holder = read.ok().map(|_| holder.trim().to_owned());
                let holder = holder.filter(|holder| !holder.is_empty());
                let by = holder.unwrap_or_else(|| "another process".to_owned());
                let name = state.display();
                return Err(Error::new(
                    Kind::Partial,
                    format!("the target of {name} is being written to by {by}"),
                )
                .hint("nothing was sent; wait until it has ended"));
            }
            Err(TryLockError::Error(error)) => return Err(unusable(error)),
        }
        let Writer { process, host } = writer;
        let written = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| write!(file, "process {process} on {host}, since {now}"));
        written.map_err(unusable)?;
        Ok(Self { _file: file })
    }
}
