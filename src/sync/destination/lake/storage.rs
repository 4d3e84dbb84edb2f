//! Where the files of a lake are kept: a folder or a bucket, behind one trait.
//!
//! Names of objects are relative to the copy, with slashes. An object appears as a
//! whole or not at all.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::{Error, Kind, Result};
use crate::sync::Micros;
use crate::sync::destination::Writer;

/// The part of a Parquet file with its description: some kilobytes, and a little more for
/// each group of rows.
pub(super) const FOOTER: u64 = 1 << 20;

/// An object that is stored.
#[derive(Debug, Clone)]
pub(super) struct StoredObject {
    /// Its name, relative to the copy.
    pub(super) name: String,
    /// When it was last written.
    pub(super) modified: Micros,
}

/// Keeps objects by their names.
pub(super) trait LakeStorage: Send + std::fmt::Debug {
    /// Its name in messages.
    fn place(&self) -> &str;

    /// The content of a small object; `None` where there is none.
    ///
    /// # Errors
    /// It cannot be read.
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>>;

    /// An object as a local file; `None` where there is none.
    ///
    /// # Errors
    /// It cannot be read.
    fn open(&self, name: &str) -> Result<Option<File>>;

    /// The end of an object, of [`FOOTER`] bytes at most; `None` where there is none.
    ///
    /// # Errors
    /// It cannot be read.
    fn footer(&self, name: &str) -> Result<Option<Vec<u8>>>;

    /// Writes a small object, unless there is one of that name; returns whether it
    /// was written.
    ///
    /// # Errors
    /// It is unknown whether it was written, or it was not.
    fn create(&self, name: &str, content: &[u8]) -> Result<bool>;

    /// An empty local file, from which [`Self::keep`] makes an object.
    ///
    /// # Errors
    /// It cannot be made.
    fn draft(&self) -> Result<NamedTempFile>;

    /// Makes an object of a draft; one of that name is replaced.
    ///
    /// # Errors
    /// It cannot be written.
    fn keep(&self, draft: NamedTempFile, name: &str) -> Result<()>;

    /// The objects whose names begin with a folder; all for an empty one.
    ///
    /// # Errors
    /// They cannot be listed.
    fn list(&self, folder: &str) -> Result<Vec<StoredObject>>;

    /// The names of the folders, or of the objects, at the top.
    ///
    /// # Errors
    /// They cannot be listed.
    fn top(&self) -> Result<Vec<String>>;

    /// Removes an object; a missing one is not an error.
    ///
    /// # Errors
    /// It cannot be removed.
    fn remove(&self, name: &str) -> Result<()>;

    /// Takes the place for one writer. A folder needs no more than the lock of its
    /// database.
    ///
    /// # Errors
    /// Of kind `Partial`: another process has it. `Usage`: it cannot be locked.
    fn lock(&self, _writer: &Writer, _now: Micros) -> Result<()> {
        Ok(())
    }

    /// Confirms that this process still is the writer, and shows that it is alive.
    ///
    /// # Errors
    /// Of kind `Partial`: another process has taken the place.
    fn confirm(&self, _now: Micros) -> Result<()> {
        Ok(())
    }

    /// Releases the place for the next writer.
    ///
    /// # Errors
    /// The release fails.
    fn unlock(&self) -> Result<()> {
        Ok(())
    }
}

/// A folder with files.
#[derive(Debug)]
pub(super) struct FolderStorage {
    folder: PathBuf,
    place: String,
}

impl FolderStorage {
    pub(super) fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            place: folder.display().to_string(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        name.split('/')
            .fold(self.folder.clone(), |path, part| path.join(part))
    }

    /// Syncs a draft and gives it its name with `persist`.
    fn appear(
        &self,
        draft: NamedTempFile,
        name: &str,
        persist: impl FnOnce(NamedTempFile, &Path) -> io::Result<()>,
    ) -> io::Result<()> {
        let path = self.path(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        draft.as_file().sync_all()?;
        persist(draft, &path)?;
        crate::store::sync_folder(&path)
    }
}

/// The error of a file that cannot be written.
pub(super) fn unwritable(path: &str, error: io::Error) -> Error {
    let is_full = matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
    );
    let message = format!("{path} cannot be written");
    let error = Error::new(Kind::Unexpected, message).caused_by(error);
    if is_full {
        error.hint(
            "the disk is full; the tables that readers see are complete, and the next run continues from there",
        )
    } else {
        error
    }
}

/// `None` for a missing file.
fn found<T>(path: &Path, read: io::Result<T>) -> Result<Option<T>> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(Error::reading(&path.display().to_string(), error)),
    }
}

impl LakeStorage for FolderStorage {
    fn place(&self) -> &str {
        &self.place
    }

    fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let path = self.path(name);
        found(&path, fs::read(&path))
    }

    fn footer(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let path = self.path(name);
        let read = |mut file: File| -> io::Result<Vec<u8>> {
            let length = file.metadata()?.len();
            file.seek(SeekFrom::Start(length.saturating_sub(FOOTER)))?;
            let mut footer = Vec::new();
            file.take(FOOTER).read_to_end(&mut footer)?;
            Ok(footer)
        };
        found(&path, File::open(&path).and_then(read))
    }

    fn open(&self, name: &str) -> Result<Option<File>> {
        let path = self.path(name);
        found(&path, File::open(&path))
    }

    fn create(&self, name: &str, content: &[u8]) -> Result<bool> {
        let path = self.path(name).display().to_string();
        let mut draft = self.draft()?;
        draft
            .write_all(content)
            .map_err(|error| unwritable(&path, error))?;
        let created = self.appear(draft, name, |draft, path| {
            draft.persist_noclobber(path).map_err(|error| error.error)?;
            Ok(())
        });
        match created {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(unwritable(&path, error)),
        }
    }

    fn draft(&self) -> Result<NamedTempFile> {
        let draft = tempfile::Builder::new()
            .prefix(".part-")
            .tempfile_in(&self.folder);
        draft.map_err(|error| unwritable(&self.place, error))
    }

    fn keep(&self, draft: NamedTempFile, name: &str) -> Result<()> {
        let kept = self.appear(draft, name, |draft, path| {
            draft.persist(path).map_err(|error| error.error)?;
            Ok(())
        });
        kept.map_err(|error| unwritable(&self.path(name).display().to_string(), error))
    }

    fn list(&self, folder: &str) -> Result<Vec<StoredObject>> {
        let mut objects = Vec::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            let path = self.path(&folder);
            let Some(entries) = found(&path, fs::read_dir(&path))? else {
                continue;
            };
            for entry in entries.flatten() {
                let Some(name) = entry.file_name().to_str().map(str::to_owned) else {
                    continue;
                };
                let name = if folder.is_empty() {
                    name
                } else {
                    format!("{folder}/{name}")
                };
                // A file may disappear while the folder is read.
                let Ok(metadata) = entry.metadata() else {
                    continue;
                };
                if metadata.is_dir() {
                    folders.push(name);
                    continue;
                }
                let modified = metadata.modified().ok();
                let modified = modified.and_then(|time| jiff::Timestamp::try_from(time).ok());
                objects.push(StoredObject {
                    name,
                    modified: Micros::of(modified.unwrap_or(jiff::Timestamp::MAX)),
                });
            }
        }
        Ok(objects)
    }

    fn top(&self) -> Result<Vec<String>> {
        let Some(entries) = found(&self.folder, fs::read_dir(&self.folder))? else {
            return Ok(Vec::new());
        };
        let names = entries.flatten();
        Ok(names
            .filter_map(|entry| entry.file_name().to_str().map(str::to_owned))
            .collect())
    }

    fn remove(&self, name: &str) -> Result<()> {
        let path = self.path(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(unwritable(&path.display().to_string(), error))
            }
            _ => Ok(()),
        }
    }
}
