//! `--out FILE`: a file that appears whole, or not at all.
//!
//! What is written goes to a file beside the target, out of sight; only when
//! all went well does it take the target's name. On any failure it is removed,
//! and what stood there before still stands.

use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::config::folders::behind_links;
use crate::error::{Error, Result};

use super::background::BackgroundWriter;
use super::destination::OutputDestination;

/// What remains to be done once everything is written.
#[derive(Debug)]
pub enum FileTarget {
    /// Nothing: the bytes are where they belong.
    Stream,
    /// To wait until a device or a pipe has taken them.
    Device(BackgroundWriter),
    /// To give the file its name.
    File(AtomicFile),
}

impl FileTarget {
    /// Opens what `--out` names: standard output for nothing and for `-`, a
    /// device or a pipe as it is, and any other path as a file that appears
    /// whole.
    ///
    /// # Errors
    /// A usage error naming a path that cannot be written.
    pub fn open(out: Option<&Path>, stdout: Box<dyn Write>) -> Result<(OutputDestination, Self)> {
        let Some(path) = out.filter(|path| *path != Path::new("-")) else {
            return Ok((
                OutputDestination::new("standard output", stdout),
                Self::Stream,
            ));
        };
        let name = path.display().to_string();
        if let Some(special) = open_special(path)? {
            let writer = BackgroundWriter::new(Box::new(special));
            let to = OutputDestination::new(name, Box::new(writer.clone()));
            return Ok((to, Self::Device(writer)));
        }
        let file = AtomicFile::create(path)?;
        Ok((
            OutputDestination::new(name, file.writer()?),
            Self::File(file),
        ))
    }

    /// Makes the output final. To be called after the last byte was let out;
    /// dropping the target instead leaves no trace.
    ///
    /// # Errors
    /// When the file cannot be put in its place.
    pub fn commit(self) -> Result<()> {
        match self {
            Self::Stream => Ok(()),
            Self::Device(writer) => writer
                .finish()
                .map_err(|error| Error::writing("a device", error)),
            Self::File(file) => file.commit(),
        }
    }
}

/// A file on its way to its name.
#[derive(Debug)]
pub struct AtomicFile {
    path: PathBuf,
    hidden: NamedTempFile,
}

impl AtomicFile {
    /// Begins a file. Nothing can be seen under its name until
    /// [`AtomicFile::commit`].
    ///
    /// # Errors
    /// A usage error when the path is a folder, or its folder is missing or
    /// cannot be written.
    pub fn create(path: &Path) -> Result<Self> {
        Self::begin(path, false)
    }

    /// As [`AtomicFile::create`], for its owner's eyes only, anyone who could
    /// read what stood there before.
    ///
    /// # Errors
    /// As for [`AtomicFile::create`].
    pub fn create_private(path: &Path) -> Result<Self> {
        Self::begin(path, true)
    }

    fn begin(path: &Path, private: bool) -> Result<Self> {
        let existing = fs::metadata(path).ok();
        if existing.as_ref().is_some_and(Metadata::is_dir) {
            return Err(Error::usage(format!(
                "cannot write to {}: it is a folder",
                path.display()
            )));
        }
        if path.as_os_str().is_empty() {
            return Err(Error::usage("an empty path is not a file name"));
        }
        // What a link leads to is replaced, not the link.
        let path = behind_links(path).map_err(|error| refused(path, error))?;
        let folder = folder_of(&path);
        if !folder.is_dir() {
            return Err(Error::usage(format!(
                "cannot write to {}: there is no folder {}",
                path.display(),
                folder.display()
            )));
        }
        let hidden = hidden_file(folder, private).map_err(|error| refused(&path, error))?;
        if let Some(existing) = existing.filter(|_| !private) {
            let kept = hidden.as_file().set_permissions(existing.permissions());
            kept.map_err(|error| refused(&path, error))?;
        }
        Ok(Self { path, hidden })
    }

    /// What writes into it.
    ///
    /// # Errors
    /// When the system gives no second handle.
    pub fn writer(&self) -> Result<Box<dyn Write + Send>> {
        let file = self.hidden.as_file().try_clone();
        Ok(Box::new(file.map_err(|error| refused(&self.path, error))?))
    }

    /// Gives the file its name, once it is safely on disk.
    ///
    /// # Errors
    /// When it cannot be put in its place; then it is removed.
    pub fn commit(self) -> Result<()> {
        let name = self.path.display().to_string();
        let synced = self.hidden.as_file().sync_all();
        synced.map_err(|error| Error::writing(&name, error))?;
        let named = self.hidden.persist(&self.path);
        named.map_err(|failure| Error::writing(&name, failure.error))?;
        // The name itself is on disk only when its folder is; where folders
        // cannot be synced there is nothing more to do.
        if let Ok(folder) = File::open(folder_of(&self.path)) {
            let _ = folder.sync_all();
        }
        Ok(())
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

fn hidden_file(folder: &Path, private: bool) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".rc-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As any new file: the user's mask takes away what it takes away.
        let mode = if private { 0o600 } else { 0o666 };
        builder.permissions(fs::Permissions::from_mode(mode));
    }
    #[cfg(not(unix))]
    let _ = private;
    builder.tempfile_in(folder)
}

/// A device or a pipe, which nothing can be renamed over.
fn open_special(path: &Path) -> Result<Option<File>> {
    match fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() && !metadata.is_dir() => {
            let opened = File::options().write(true).open(path);
            Ok(Some(opened.map_err(|error| refused(path, error))?))
        }
        _ => Ok(None),
    }
}

fn refused(path: &Path, error: io::Error) -> Error {
    Error::usage(format!("cannot write to {}", path.display())).caused_by(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.collect()
    }

    fn write(path: &Path, text: &str) -> FileTarget {
        let (mut to, target) = FileTarget::open(Some(path), Box::new(io::sink())).unwrap();
        to.text(text).unwrap();
        to.let_out().unwrap();
        target
    }

    #[cfg(unix)]
    #[test]
    fn a_private_file_can_be_read_by_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("trace.har");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        AtomicFile::create_private(&path).unwrap().commit().unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_file_appears_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("big.csv");
        let target = write(&path, "a,b\n");
        assert!(!path.exists());
        target.commit().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "a,b\n");
        assert_eq!(names(folder.path()), ["big.csv"]);
    }

    #[test]
    fn a_failure_leaves_nothing_behind_and_the_old_file_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("big.csv");
        fs::write(&path, "old").unwrap();
        drop(write(&path, "half of the ne"));
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(names(folder.path()), ["big.csv"]);
    }

    #[test]
    fn a_missing_folder_and_a_folder_are_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("no/such/file");
        let error = AtomicFile::create(&missing).unwrap_err();
        assert_eq!(error.kind, Kind::Usage);
        assert!(
            error.message.contains("no/such/file: there is no folder"),
            "{error}"
        );
        let error = AtomicFile::create(folder.path()).unwrap_err();
        assert!(error.message.ends_with("it is a folder"), "{error}");
    }

    #[test]
    fn a_dash_is_standard_output() {
        let (_, target) = FileTarget::open(Some(Path::new("-")), Box::new(io::sink())).unwrap();
        assert!(matches!(target, FileTarget::Stream));
        target.commit().unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn permissions_of_the_old_file_and_the_link_to_it_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&path, &link).unwrap();
        write(&link, "new").commit().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o640
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_written_as_it_is_and_a_full_one_is_named() {
        write(Path::new("/dev/null"), "x").commit().unwrap();
        assert!(!Path::new("/dev/null").is_file());
        if !Path::new("/dev/full").exists() {
            return;
        }
        let full = Some(Path::new("/dev/full"));
        let (mut to, _) = FileTarget::open(full, Box::new(io::sink())).unwrap();
        to.text("x").unwrap();
        let error = to.let_out().unwrap_err();
        assert_eq!(error.kind, Kind::Unexpected);
        assert!(
            error.to_string().starts_with("cannot write to /dev/full: "),
            "{error}"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_what_is_not_there_yet_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("next", &link).unwrap();
        std::os::unix::fs::symlink("target", folder.path().join("next")).unwrap();
        AtomicFile::create(&link).unwrap().commit().unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert!(folder.path().join("next").is_symlink());
        assert!(folder.path().join("target").is_file());
    }

    #[test]
    fn no_name_is_no_file() {
        assert!(AtomicFile::create(Path::new("")).is_err());
    }
}
