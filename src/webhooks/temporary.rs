//! Notes of webhooks that are registered for as long as a receiver runs.
//!
//! A note is written before anything is registered, and locked while its receiver runs:
//! the next receiver finds the webhooks that a killed one left behind.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::config::folders;
use crate::config::lock;
use crate::error::{Error, Result};

/// The registrations of a receiver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemporaryNote {
    /// The store, as it is named on this machine.
    pub store: String,
    /// The address of all its webhooks, which no other one has.
    pub address: String,
}

/// A locked note. Only [`LockedNote::remove`] removes it.
#[derive(Debug)]
pub struct LockedNote {
    /// Its content.
    pub note: TemporaryNote,
    path: PathBuf,
    _lock: File,
}

impl LockedNote {
    /// Writes a note below a folder for state.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(state: &Path, name: &str, note: TemporaryNote) -> Result<Self> {
        let path = folder(state).join(format!("{name}.json"));
        let lock = lock::open(&lock_of(&path)).and_then(|file| {
            file.try_lock().map_err(io::Error::other)?;
            Ok(file)
        });
        let lock = lock.map_err(|error| unwritable(&path, error))?;
        let text = serde_json::to_string(&note).unwrap_or_default();
        folders::write_private(&path, text.as_bytes())?;
        Ok(Self {
            note,
            path,
            _lock: lock,
        })
    }

    /// The notes of a store whose receivers have ended, locked.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn left_behind(state: &Path, store: &str) -> Result<Vec<Self>> {
        let folder = folder(state);
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Error::reading(&folder.display().to_string(), error)),
        };
        let mut found = Vec::new();
        for entry in entries.filter_map(io::Result::ok) {
            let path = entry.path();
            if path.extension().is_none_or(|kind| kind != "json") {
                continue;
            }
            let Ok(file) = lock::open(&lock_of(&path)) else {
                continue;
            };
            if file.try_lock().is_err() {
                // Its receiver runs.
                continue;
            }
            let text = folders::text(&path, None)?.unwrap_or_default();
            if let Ok(note) = serde_json::from_str::<TemporaryNote>(&text)
                && note.store == store
            {
                found.push(Self {
                    note,
                    path,
                    _lock: file,
                });
            }
        }
        Ok(found)
    }

    /// Removes the note: nothing of it is registered any more.
    pub fn remove(self) {
        // A note that remains only states that there may be webhooks to remove.
        let _ = fs::remove_file(&self.path);
        let lock = lock_of(&self.path);
        drop(self);
        let _ = fs::remove_file(lock);
    }
}

fn folder(state: &Path) -> PathBuf {
    state.join("temporary-webhooks")
}

fn lock_of(path: &Path) -> PathBuf {
    path.with_extension("lock")
}

fn unwritable(path: &Path, error: io::Error) -> Error {
    Error::usage(format!("cannot write {}", path.display())).caused_by(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(store: &str) -> TemporaryNote {
        TemporaryNote {
            store: store.to_owned(),
            address: "https://a.example.com/1".to_owned(),
        }
    }

    #[test]
    fn note_of_a_receiver_that_ended_is_found_and_one_of_a_running_one_is_not() {
        let state = tempfile::tempdir().unwrap();
        let left = |store: &str| LockedNote::left_behind(state.path(), store).unwrap();
        assert!(left("s").is_empty());
        let running = LockedNote::write(state.path(), "1", note("s")).unwrap();
        assert!(left("s").is_empty());
        drop(running);
        assert!(left("another").is_empty());
        let mut found = left("s");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].note, note("s"));
        found.remove(0).remove();
        assert!(left("s").is_empty());
    }
}
