//! Where settings and state lie, and how files are written there: whole or not
//! at all, and what is private for the eyes of its owner only.
//!
//! The places come from the environment, else from the system. Nothing is ever
//! looked for in the working directory.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{Environment, read, variable};
use crate::error::{Error, Kind, Result};

/// The two folders of a user.
#[derive(Debug, Clone)]
pub struct Folders {
    config: Option<PathBuf>,
    state: Option<PathBuf>,
}

impl Folders {
    /// The folders of the environment's choice, else those of the system.
    ///
    /// # Errors
    /// Of kind `Usage`: the folder of settings would depend on where the user
    /// stands.
    pub fn choose(
        environment: &Environment,
        config: Option<PathBuf>,
        state: Option<PathBuf>,
    ) -> Result<Self> {
        let config = match read(environment, variable::CONFIG_FOLDER)? {
            Some(folder) if Path::new(folder).is_relative() => {
                return Err(Error::usage(format!(
                    "{} is {folder}, which is not a whole path",
                    variable::CONFIG_FOLDER
                ))
                .hint("settings are not read from the working directory; begin the path with /"));
            }
            Some(folder) => Some(PathBuf::from(folder)),
            None => config,
        };
        let state = match read(environment, variable::STATE_FOLDER)? {
            Some(folder) => Some(PathBuf::from(folder)),
            None => state,
        };
        Ok(Self { config, state })
    }

    /// The file of settings, if there is a place for it.
    #[must_use]
    pub fn settings(&self) -> Option<PathBuf> {
        Some(self.config.as_ref()?.join("config.toml"))
    }

    /// The folder for state, if there is a place for it.
    #[must_use]
    pub fn state(&self) -> Option<&Path> {
        self.state.as_deref()
    }
}

/// What to say where there is no place for a file.
#[must_use]
pub fn homeless(what: &str, variable: &str) -> Error {
    Error::usage(format!("there is no home folder to keep {what} in"))
        .hint(format!("name a folder in {variable}"))
}

/// Writes a file of settings whole. What a link points to is replaced, not the
/// link; the rights of a file that was there stay.
///
/// # Errors
/// Of kind `Usage`, naming the path: it cannot be written.
pub fn write(path: &Path, text: &str) -> Result<()> {
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let rights = std::fs::metadata(&target)
        .map(|facts| facts.permissions())
        .ok();
    put(&target, text.as_bytes(), rights).map_err(|error| unwritable(path, error))
}

/// Writes a file whole that only its owner may read.
///
/// # Errors
/// As [`write()`].
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    put(path, bytes, None).map_err(|error| unwritable(path, error))
}

fn unwritable(path: &Path, error: io::Error) -> Error {
    Error::usage(format!("cannot write {}", path.display()))
        .hint(format!(
            "{} and {} name other folders; nothing was changed",
            variable::CONFIG_FOLDER,
            variable::STATE_FOLDER
        ))
        .caused_by(error)
}

/// Temporary files are made for their owner only, and keep that right.
fn put(path: &Path, bytes: &[u8], rights: Option<std::fs::Permissions>) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    private_folder(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    if let Some(rights) = rights {
        file.as_file().set_permissions(rights)?;
    }
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Reads a file that need not be there.
///
/// # Errors
/// It is there and cannot be read.
pub fn text(path: &Path) -> Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if absent(&error) => Ok(None),
        Err(error) => Err(Error::reading(&path.display().to_string(), error)),
    }
}

pub(super) fn absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

/// Refuses a file that others have rights to which they must not have.
/// `wrong` are the bits, `can` says what others can do.
///
/// # Errors
/// Of kind `Access`, with the command that puts it right.
pub fn guarded(path: &Path, wrong: u32, can: &str) -> Result<()> {
    #[cfg(unix)]
    if let Ok(facts) = std::fs::metadata(path) {
        let mode = std::os::unix::fs::PermissionsExt::mode(&facts.permissions());
        if mode & wrong != 0 {
            return Err(Error::new(
                Kind::Access,
                format!("others can {can} {} ({:o})", path.display(), mode & 0o777),
            )
            .hint(format!("chmod 600 '{}'", path.display())));
        }
    }
    #[cfg(not(unix))]
    let _ = (path, wrong, can);
    Ok(())
}
