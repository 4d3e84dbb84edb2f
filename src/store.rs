//! Private `SQLite` files: the one place that creates, opens and removes them,
//! and says why one cannot be read or written.
//!
//! A file is for its owner only (mode 0600), and so are its journals. Its
//! `user_version` names the form of its tables. What a transaction wrote is on
//! the disk when the transaction returns.

use std::fs;
use std::io;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use tempfile::NamedTempFile;

use crate::error::Error;

/// How long a statement waits for another process that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// What `SQLite` appends to the name of a file for the files beside it.
const SUFFIXES: [&str; 3] = ["", "-wal", "-shm"];

/// Why a file could not be created.
type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Creates an empty database in a hidden file, to be filled and then renamed.
///
/// Nothing is synced and nothing can be rolled back: a file that is not
/// complete is thrown away. The file is removed when it is dropped.
///
/// # Errors
/// The file cannot be created.
pub(crate) fn create_hidden(
    folder: &Path,
    prefix: &str,
) -> Result<(NamedTempFile, Connection), Cause> {
    let file = tempfile::Builder::new()
        .prefix(prefix)
        .suffix(".part")
        .tempfile_in(folder)?;
    let connection = Connection::open(file.path())?;
    connection.pragma_update(None, "journal_mode", "off")?;
    connection.pragma_update(None, "synchronous", "off")?;
    Ok((file, connection))
}

/// Opens a file that exists; `None` when its version is not one of `known`.
///
/// A file of another version is not changed in any way.
///
/// # Errors
/// The file does not exist, or is not a database.
pub(crate) fn open(
    path: &Path,
    known: RangeInclusive<i64>,
) -> rusqlite::Result<Option<Connection>> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    if !known.contains(&version(&connection)?) {
        return Ok(None);
    }
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    Ok(Some(connection))
}

/// Opens a file that the user named, or creates it for its owner only. Its tables
/// and its version are the caller's own matter.
///
/// # Errors
/// It is not a database, or cannot be written.
pub(crate) fn open_or_create(path: &Path) -> rusqlite::Result<Connection> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // A file that is there, or cannot be made, is reported by the opening.
    drop(options.open(path));
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "normal")?;
    Ok(connection)
}

/// Opens a file for reading alone.
///
/// # Errors
/// It does not exist, or is not a database.
pub(crate) fn open_to_read(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    version(&connection)?;
    Ok(connection)
}

/// The version of the tables.
///
/// # Errors
/// The file cannot be read.
pub(crate) fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Sets the version of the tables, in the transaction of the connection.
///
/// # Errors
/// The file cannot be written.
pub(crate) fn set_version(connection: &Connection, version: i64) -> rusqlite::Result<()> {
    connection.pragma_update(None, "user_version", version)
}

/// Removes a file and those that `SQLite` keeps beside it. One that cannot be
/// removed stays.
pub(crate) fn remove(path: &Path) {
    for suffix in SUFFIXES {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        let _ = fs::remove_file(PathBuf::from(name));
    }
}

/// Syncs the folder of a file, so that a new name is on the disk.
///
/// # Errors
/// The folder cannot be synced.
#[cfg(unix)]
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    fs::File::open(path.parent().unwrap_or(path))?.sync_all()
}

#[cfg(not(unix))]
pub(crate) fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// The error of a file that cannot be read; `what` names its content.
pub(crate) fn unreadable(what: &str, cause: rusqlite::Error) -> Error {
    Error::unexpected(format!("{what} cannot be read")).caused_by(cause)
}

/// The error of a file that cannot be written; `consequence` says what that
/// means for the work, as a sentence.
pub(crate) fn unwritable(what: &str, consequence: &str, cause: rusqlite::Error) -> Error {
    full(
        format!("{what} cannot be written"),
        consequence,
        cause.into(),
    )
}

/// The error of a file that cannot be created.
pub(crate) fn uncreatable(what: &str, consequence: &str, cause: Cause) -> Error {
    full(format!("{what} cannot be made"), consequence, cause)
}

/// A full disk is the usual cause, and the one that the user can remove.
fn full(message: String, consequence: &str, cause: Cause) -> Error {
    Error::unexpected(message)
        .hint(format!("is the disk full? {consequence}"))
        .caused_by(cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of a version, with one row.
    fn filled(folder: &Path, version: i64) -> PathBuf {
        let (file, connection) = create_hidden(folder, "x-").unwrap();
        let tables = "CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (7);";
        connection.execute_batch(tables).unwrap();
        set_version(&connection, version).unwrap();
        drop(connection);
        let path = folder.join("kept.db");
        file.into_temp_path().persist(&path).unwrap();
        path
    }

    #[test]
    fn open_finds_what_was_written_when_the_version_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let path = filled(folder.path(), 2);
        let connection = open(&path, 1..=2).unwrap().unwrap();
        let row: i64 = connection
            .query_row("SELECT n FROM t", [], |row| row.get(0))
            .unwrap();
        assert_eq!((row, version(&connection).unwrap()), (7, 2));
        let pragma = |name: &str| -> String {
            let value: rusqlite::types::Value = connection
                .pragma_query_value(None, name, |row| row.get(0))
                .unwrap();
            format!("{value:?}")
        };
        assert_eq!(pragma("journal_mode"), "Text(\"wal\")");
        assert_eq!(pragma("synchronous"), "Integer(2)");
        assert_eq!(pragma("busy_timeout"), "Integer(5000)");
    }

    #[test]
    fn open_changes_nothing_when_the_version_is_not_known() {
        let folder = tempfile::tempdir().unwrap();
        let path = filled(folder.path(), 3);
        let before = fs::read(&path).unwrap();
        assert!(open(&path, 1..=2).unwrap().is_none());
        assert_eq!(fs::read(&path).unwrap(), before);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn open_creates_no_file_when_there_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing.db");
        assert!(open(&path, 1..=2).is_err());
        assert!(!path.exists());
    }

    #[test]
    fn remove_takes_the_files_beside_when_there_are_any() {
        let folder = tempfile::tempdir().unwrap();
        let path = filled(folder.path(), 1);
        let connection = open(&path, 1..=1).unwrap().unwrap();
        connection.execute("INSERT INTO t VALUES (8)", []).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
        remove(&path);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[cfg(unix)]
    #[test]
    fn files_are_for_their_owner_only_when_they_are_created_and_opened() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = filled(folder.path(), 1);
        let connection = open(&path, 1..=1).unwrap().unwrap();
        connection.execute("INSERT INTO t VALUES (8)", []).unwrap();
        for entry in fs::read_dir(folder.path()).unwrap() {
            let mode = entry.unwrap().metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }
}
