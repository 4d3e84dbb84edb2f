//! Where settings and state lie, and how files are written there: whole or not
//! at all, and what is private readable by its owner only.
//!
//! The places come from the environment, else from the system. Nothing is ever
//! looked for in the working directory.

use std::fs::{File, Permissions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::{Environment, read, variable};
#[cfg(unix)]
use crate::error::Kind;
use crate::error::{Error, Result};

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
    /// Of kind `Usage`: a variable names a relative path.
    pub fn choose(
        environment: &Environment,
        config: Option<PathBuf>,
        state: Option<PathBuf>,
    ) -> Result<Self> {
        let chosen = |variable| chosen(environment, variable);
        let config = chosen(variable::CONFIG_FOLDER)?.or(config);
        let state = chosen(variable::STATE_FOLDER)?.or(state);
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

/// The folder that a variable names. A relative path is refused: nothing is
/// read from the working directory.
fn chosen(environment: &Environment, variable: &str) -> Result<Option<PathBuf>> {
    let Some(folder) = read(environment, variable)? else {
        return Ok(None);
    };
    let path = PathBuf::from(folder);
    if path.is_absolute() {
        return Ok(Some(path));
    }
    Err(
        Error::usage(format!("{variable} is {folder}, which is a relative path"))
            .hint("rc reads nothing from the working directory: give an absolute path"),
    )
}

/// What to say where there is no place for a file.
#[must_use]
pub fn homeless(what: &str, variable: &str) -> Error {
    Error::usage(format!("there is no home folder for {what}"))
        .hint(format!("name a folder in {variable}"))
}

/// Writes a file of settings whole. `path` is not a link: see
/// [`behind_links`]. The rights of a file that was there stay.
///
/// # Errors
/// Of kind `Usage`, naming the path: it cannot be written.
pub fn write(path: &Path, text: &str) -> Result<()> {
    let rights = std::fs::metadata(path)
        .map(|facts| facts.permissions())
        .ok();
    put(path, text.as_bytes(), rights).map_err(|error| unwritable(path, error))
}

/// Links that are followed from one to the next.
const MOST_LINKS: usize = 40;

/// The path that a link leads to, also where nothing is there yet.
///
/// # Errors
/// A link that leads in a circle, or cannot be read.
pub fn behind_links(path: &Path) -> io::Result<PathBuf> {
    if let Ok(real) = std::fs::canonicalize(path) {
        return Ok(real);
    }
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        match std::fs::symlink_metadata(&path) {
            Ok(facts) if facts.is_symlink() => {
                let folder = path.parent().unwrap_or(Path::new(""));
                path = folder.join(std::fs::read_link(&path)?);
            }
            Ok(_) => return Ok(path),
            Err(error) if absent(&error) => return Ok(path),
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other("its links form a loop"))
}

/// Writes a file whole that only its owner may read.
///
/// # Errors
/// As [`write()`].
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    put(path, bytes, None).map_err(|error| unwritable(path, error))
}

pub(super) fn unwritable(path: &Path, error: io::Error) -> Error {
    Error::usage(format!("cannot write {}", path.display()))
        .hint(format!(
            "{} and {} name other folders; nothing was changed",
            variable::CONFIG_FOLDER,
            variable::STATE_FOLDER
        ))
        .caused_by(error)
}

/// Temporary files are made for their owner only, and keep that right.
fn put(path: &Path, bytes: &[u8], rights: Option<Permissions>) -> io::Result<()> {
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

/// Makes a folder readable by its owner only, unless it is there.
pub(crate) fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Rights of others that a file must not give them.
#[derive(Debug, Clone, Copy)]
pub struct Forbidden {
    /// The bits of them.
    pub bits: u32,
    /// The permissions of other users, in words.
    pub can: &'static str,
}

/// Reads a file that need not be there.
///
/// # Errors
/// It is there and cannot be read; of kind `Access`, with the command that puts
/// it right, when others have rights that they must not have.
pub fn text(path: &Path, forbidden: Option<Forbidden>) -> Result<Option<String>> {
    let unreadable = |error| Error::reading(&path.display().to_string(), error);
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if absent(&error) => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    if let Some(forbidden) = forbidden {
        // Of what was opened, not of what has its name by now.
        let facts = file.metadata().map_err(unreadable)?;
        guard(path, &facts.permissions(), forbidden)?;
    }
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(unreadable)?;
    Ok(Some(text))
}

pub(super) fn absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

#[cfg(unix)]
fn guard(path: &Path, rights: &Permissions, forbidden: Forbidden) -> Result<()> {
    let mode = std::os::unix::fs::PermissionsExt::mode(rights);
    if mode & forbidden.bits == 0 {
        return Ok(());
    }
    Err(exposed(path, forbidden.can, mode, "600"))
}

/// An error about rights of others, with the command that takes them away.
#[cfg(unix)]
fn exposed(path: &Path, can: &str, mode: u32, right: &str) -> Error {
    let shown = path.display().to_string();
    let mode = mode & 0o777;
    Error::new(
        Kind::Access,
        format!("other users can {can} {shown} ({mode:o})"),
    )
    .hint(format!("chmod {right} {}", shell_words::quote(&shown)))
}

/// Refuses a file that others than its owner can change, or whose folder they
/// can: for files that name commands to run.
///
/// # Errors
/// Of kind `Access`, with the command that puts it right.
#[cfg(unix)]
pub(super) fn check_unchangeable(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    const OTHERS: u32 = 0o022;
    // In a sticky folder, as /tmp, no one replaces the files of others.
    const STICKY: u32 = 0o1000;
    let target = behind_links(path).unwrap_or_else(|_| path.to_owned());
    let mode = |path: &Path| std::fs::metadata(path).map(|facts| facts.permissions().mode());
    if let Ok(mode) = mode(&target)
        && mode & OTHERS != 0
    {
        return Err(exposed(&target, "change", mode, "go-w"));
    }
    for folder in [path.parent(), target.parent()].into_iter().flatten() {
        if let Ok(mode) = mode(folder)
            && mode & OTHERS != 0
            && mode & STICKY == 0
        {
            return Err(exposed(folder, "replace files in", mode, "go-w"));
        }
    }
    Ok(())
}

/// Elsewhere a folder of the user is private by itself.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it may be refused")]
pub(super) fn check_unchangeable(_: &Path) -> Result<()> {
    Ok(())
}

/// Elsewhere a folder of the user is private by itself.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it may be refused")]
fn guard(_: &Path, _: &Permissions, _: Forbidden) -> Result<()> {
    Ok(())
}
