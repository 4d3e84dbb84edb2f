//! The file of settings of this user: read when a command needs to know the
//! store it works on, written by `rc profile` and `rc auth login`.
//!
//! A change reads the file again under a lock, so that it loses nothing that
//! another process wrote since a question was asked.

use std::path::{Path, PathBuf};

use super::edit::{Edit, edited};
use super::folders::{self, Folders, Forbidden};
use super::lock;
use super::profile::Config;
use super::variable;
use crate::error::{Kind, Result};

/// Permissions that other users must not have: the file names stores and
/// protection.
const OWN: Forbidden = Forbidden {
    bits: 0o002,
    can: "change",
};

/// The file and what it says.
#[derive(Debug)]
pub struct Settings {
    path: Option<PathBuf>,
    text: String,
    /// What it says.
    pub config: Config,
}

impl Settings {
    /// Reads the file. Where there is none, nothing is set.
    ///
    /// # Errors
    /// It cannot be read, says what is not understood, can be changed by
    /// anybody, or names a command and can be changed by a group.
    pub fn read(folders: &Folders) -> Result<Self> {
        Self::at(folders.settings())
    }

    fn at(path: Option<PathBuf>) -> Result<Self> {
        let text = match &path {
            Some(path) => folders::text(path, Some(OWN))?.unwrap_or_default(),
            None => String::new(),
        };
        let config = Config::parse(&text, &named(path.as_deref()))?;
        let mut profiles = config.profiles.iter();
        if let Some(path) = &path
            && profiles.any(|profile| profile.credential_command.is_some())
        {
            folders::check_unchangeable(path)?;
        }
        Ok(Self { path, text, config })
    }

    /// The file, if there is a place for it.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The text of the file with these changes made.
    ///
    /// # Errors
    /// The result could not be read again.
    pub fn edited(&self, edits: &[Edit]) -> Result<String> {
        edited(&self.text, &named(self.path()), edits)
    }
}

/// The file of settings, locked: no one else changes it until this is dropped.
///
/// Take it after the last question and the last request, check here what they
/// were about, and write.
#[derive(Debug)]
pub struct LockedSettings {
    /// What the file says now.
    pub settings: Settings,
    /// The file itself, behind its links.
    target: PathBuf,
    /// Why there is no lock, where the file cannot be written by anybody.
    lock: Result<lock::Lock>,
}

impl LockedSettings {
    /// Locks the file and reads it again. A file that cannot be written, as in
    /// a folder without that right, is read only; [`Self::edit`] fails then.
    ///
    /// # Errors
    /// As [`Settings::read`], or another process holds the lock for too long.
    pub fn take(folders: &Folders) -> Result<Self> {
        let Some(path) = folders.settings() else {
            return Ok(Self {
                settings: Settings::read(folders)?,
                target: PathBuf::new(),
                lock: Err(folders::homeless("settings", variable::CONFIG_FOLDER)),
            });
        };
        let target =
            folders::behind_links(&path).map_err(|error| folders::unwritable(&path, error))?;
        // The lock is beside the target: two links to one file share it.
        let lock = lock::hold(&target, lock::PATIENCE);
        match lock {
            Err(error) if error.kind == Kind::Partial => Err(error),
            lock => Ok(Self {
                settings: Settings::at(Some(path))?,
                target,
                lock,
            }),
        }
    }

    /// Makes these changes in the file.
    ///
    /// # Errors
    /// The result could not be read again, or the file cannot be written.
    pub fn edit(self, edits: &[Edit]) -> Result<()> {
        let text = self.settings.edited(edits)?;
        if text == self.settings.text {
            return Ok(());
        }
        let _lock = self.lock?;
        folders::write(&self.target, &text)
    }
}

fn named(path: Option<&Path>) -> String {
    path.map_or_else(
        || "the settings".to_owned(),
        |path| path.display().to_string(),
    )
}
