//! Locks between processes: a file beside the one that is changed.
//!
//! A file that is replaced when it is written cannot be locked itself, as the
//! next process would lock the new one. The lock file stays where it is:
//! removing it would let two processes lock two files of one name.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::folders::private_folder;
use crate::error::{Error, Kind, Result};

/// How long another process may take to change a file.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// How long to wait between two attempts.
const PAUSE: Duration = Duration::from_millis(10);

/// A lock that is held until this is dropped.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

/// Locks the file at `path` against other processes that change it.
///
/// # Errors
/// Of kind `Partial`: another process holds the lock for longer than
/// `patience`. Of kind `Usage`: the lock file cannot be opened or locked.
pub(super) fn hold(path: &Path, patience: Duration) -> Result<Lock> {
    let file = open(&beside(path)).map_err(|error| super::folders::unwritable(path, error))?;
    let until = Instant::now() + patience;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Lock { _file: file }),
            Err(TryLockError::WouldBlock) if Instant::now() < until => std::thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => return Err(held(path, patience)),
            Err(TryLockError::Error(error)) => {
                return Err(super::folders::unwritable(path, error));
            }
        }
    }
}

fn held(path: &Path, patience: Duration) -> Error {
    Error::new(
        Kind::Partial,
        format!(
            "another rc has been changing {} for {} seconds; nothing was changed",
            path.display(),
            patience.as_secs()
        ),
    )
    .hint("end it, or wait for it, and try again")
}

/// Opens a lock file, and makes it if it is missing.
///
/// Locking needs a handle that reads or writes on Windows; one that only
/// appends is refused there.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        private_folder(folder)?;
    }
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The lock file of `path`: hidden, in the same folder.
fn beside(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".lock");
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_that_another_holds_is_waited_for_within_bounds() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/config.toml");
        let lock = hold(&path, Duration::ZERO).unwrap();
        let error = hold(&path, Duration::from_millis(20)).unwrap_err();
        assert_eq!(error.kind, Kind::Partial);
        assert!(error.message.contains("config.toml"), "{error}");
        drop(lock);
        hold(&path, Duration::ZERO).unwrap();
        assert!(!path.exists());
    }
}
