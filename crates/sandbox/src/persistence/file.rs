//! The sandbox in a file: for commands that live for one request.
//!
//! Each request takes a lock on a file beside the state, reads the state again
//! if another process changed it, answers, writes the new state before the
//! answer is given out, and lets go of the lock. Nothing is held while the
//! answer is printed, so two commands piped into each other get along. The file
//! contains what is no longer as the seed made it, and so is short.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use bytes::Bytes;
use http::{Request, Response};

use crate::Now;
use crate::Platform;
use crate::Reply;
use crate::Sandbox;
use crate::State;
use crate::seed::Seed;

/// A sandbox whose state lives in a file.
pub struct SandboxFile {
    path: PathBuf,
    platform: Platform,
    now: Now,
    kept: Mutex<Option<KeptState>>,
}

impl std::fmt::Debug for SandboxFile {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("SandboxFile")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// The state as it was when the file was last seen.
struct KeptState {
    seen: FileVersion,
    sandbox: Sandbox,
}

/// What tells one version of a file from another.
#[derive(Debug, PartialEq, Eq)]
struct FileVersion {
    modified: Option<SystemTime>,
    length: u64,
    number: u64,
}

impl SandboxFile {
    /// The sandbox in that file. A missing file is made, with the demo store.
    ///
    /// # Errors
    /// When the file cannot be read, written or locked, or when it contains
    /// something else than a sandbox's state; it is left as it is then.
    pub fn open(path: &Path, now: Now) -> io::Result<Self> {
        Self::of(Platform::default(), path, now)
    }

    /// As [`Self::open`], of a platform.
    ///
    /// # Errors
    /// As [`Self::open`], and when the file contains a store of another
    /// platform.
    pub fn of(platform: Platform, path: &Path, now: Now) -> io::Result<Self> {
        let sandbox = Self {
            path: path.to_owned(),
            platform,
            now,
            kept: Mutex::new(None),
        };
        let lock = sandbox.lock()?;
        let kept = sandbox.load()?;
        drop(lock);
        *sandbox.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
        Ok(sandbox)
    }

    /// Takes a request; what it changed is in the file before this returns.
    ///
    /// # Errors
    /// When the file cannot be read, written or locked, or is damaged.
    pub fn receive(&self, request: &Request<Bytes>) -> io::Result<Reply> {
        self.with(|sandbox| sandbox.receive(request))
    }

    /// Answers a request to the control surface.
    ///
    /// # Errors
    /// As [`Self::receive`].
    pub fn control(&self, request: &Request<Bytes>) -> io::Result<Response<Bytes>> {
        self.with(|sandbox| sandbox.control(request))
    }

    /// Looks at the state or changes it, as one request does.
    ///
    /// # Errors
    /// As [`Self::receive`].
    pub fn with_state<T>(&self, act: impl FnOnce(&mut State) -> T) -> io::Result<T> {
        self.with(|sandbox| sandbox.with_state(act))
    }

    fn with<T>(&self, act: impl FnOnce(&Sandbox) -> T) -> io::Result<T> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let _lock = self.lock()?;
        let current = match kept
            .take()
            .filter(|kept| self.seen().ok().as_ref() == Some(&kept.seen))
        {
            Some(current) => current,
            None => self.load()?,
        };
        // Where faults count requests, reads leave something to keep, too.
        let mark = |state: &mut State| (state.revision, state.faults.counted());
        let before = current.sandbox.with_state(mark);
        let result = act(&current.sandbox);
        let changed = current.sandbox.with_state(mark) != before;
        if changed {
            // On failure nothing is kept: the file is what counts.
            current
                .sandbox
                .with_state(|state| write(&self.path, state))?;
        }
        let seen = if changed { self.seen()? } else { current.seen };
        *kept = Some(KeptState {
            seen,
            sandbox: current.sandbox,
        });
        Ok(result)
    }

    /// Starts over with a seeded store, whatever the file holds.
    ///
    /// # Errors
    /// When the file cannot be written or locked.
    pub fn reset(path: &Path, seed: &Seed, now: &Now) -> io::Result<()> {
        Self::reset_as(Platform::default(), path, seed, now)
    }

    /// As [`Self::reset`], of a platform.
    ///
    /// # Errors
    /// As [`Self::reset`].
    pub fn reset_as(platform: Platform, path: &Path, seed: &Seed, now: &Now) -> io::Result<()> {
        Self::replace(path, &State::seeded_as(platform, seed, now()))
    }

    /// Puts a state in, whatever the file holds.
    ///
    /// # Errors
    /// When the file cannot be written or locked.
    pub fn replace(path: &Path, state: &State) -> io::Result<()> {
        let _lock = lock(path)?;
        write(path, state)
    }

    fn lock(&self) -> io::Result<File> {
        lock(&self.path)
    }

    fn load(&self) -> io::Result<KeptState> {
        let state = match File::open(&self.path) {
            Ok(mut file) => {
                State::from_json_reader(&mut file).map_err(|error| self.damaged(&error))?
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let state = State::seeded_as(self.platform, &Seed::demo(), (self.now)());
                write(&self.path, &state)?;
                state
            }
            Err(error) => return Err(naming(&self.path, &error)),
        };
        check_platform(&self.path, &state, self.platform)?;
        let sandbox = Sandbox::new(state, self.now.clone());
        Ok(KeptState {
            seen: self.seen()?,
            sandbox,
        })
    }

    fn damaged(&self, error: &io::Error) -> io::Error {
        let path = self.path.display();
        let message = format!(
            "{path} does not contain the state of a sandbox ({error}); `rc sandbox reset` starts \
             over"
        );
        io::Error::new(io::ErrorKind::InvalidData, message)
    }

    fn seen(&self) -> io::Result<FileVersion> {
        let facts = std::fs::metadata(&self.path)?;
        Ok(FileVersion {
            modified: facts.modified().ok(),
            length: facts.len(),
            number: number(&facts),
        })
    }
}

/// A store is of the platform that was asked for.
pub(crate) fn check_platform(path: &Path, state: &State, wanted: Platform) -> io::Result<()> {
    if state.platform() == wanted {
        return Ok(());
    }
    let message = format!(
        "{} contains a store of {}, not of {}",
        path.display(),
        state.platform().name(),
        wanted.name()
    );
    Err(io::Error::new(io::ErrorKind::InvalidData, message))
}

#[cfg(unix)]
fn number(facts: &std::fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(facts)
}

#[cfg(not(unix))]
fn number(_: &std::fs::Metadata) -> u64 {
    0
}

/// Takes the lock that guards a state file, waiting for anyone who has it. It
/// is released when the returned file is dropped.
fn lock(path: &Path) -> io::Result<File> {
    let file = guard(path)?;
    file.lock().map_err(|error| naming(path, &error))?;
    Ok(file)
}

/// The file that is locked in place of a state file, which is replaced when it
/// is written.
pub(crate) fn guard(path: &Path) -> io::Result<File> {
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder).map_err(|error| naming(folder, &error))?;
    }
    let name = beside(path, ".lock");
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&name).map_err(|error| naming(&name, &error))
}

/// The path of a file that goes with another one.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Writes the state beside the file and puts it in its place, whole. Temporary
/// files are readable by their owner only.
pub(crate) fn write(path: &Path, state: &State) -> io::Result<()> {
    replace(path, |out| state.changes_to_json_writer(out))
}

/// Puts what `content` writes in the place of a file, whole.
pub(crate) fn replace(
    path: &Path,
    content: impl FnOnce(&mut BufWriter<tempfile::NamedTempFile>) -> io::Result<()>,
) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let file = tempfile::NamedTempFile::new_in(folder).map_err(|error| naming(folder, &error))?;
    let mut out = BufWriter::new(file);
    content(&mut out)?;
    out.flush()?;
    let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.persist(path)
        .map_err(|error| naming(path, &error.error))?;
    Ok(())
}

pub(crate) fn naming(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
