//! The file of settings of this user: read when a command needs to know the
//! store it works on, written by `rc profile` and `rc auth login`.

use std::path::{Path, PathBuf};

use super::edit::{Edit, edited};
use super::folders::{self, Folders, Forbidden};
use super::profile::Config;
use super::variable;
use crate::error::Result;

/// What others must not be able to do: the file names commands that are run.
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
    /// It cannot be read, says what is not understood, or can be changed by
    /// anybody.
    pub fn read(folders: &Folders) -> Result<Self> {
        let path = folders.settings();
        let text = match &path {
            Some(path) => folders::text(path, Some(OWN))?.unwrap_or_default(),
            None => String::new(),
        };
        let config = Config::parse(&text, &named(path.as_deref()))?;
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

    /// Makes these changes in the file.
    ///
    /// # Errors
    /// There is no place for it, or it cannot be written.
    pub fn edit(&self, edits: &[Edit]) -> Result<()> {
        let text = self.edited(edits)?;
        if text == self.text {
            return Ok(());
        }
        let path = self
            .path()
            .ok_or_else(|| folders::homeless("settings", variable::CONFIG_FOLDER))?;
        folders::write(path, &text)
    }
}

fn named(path: Option<&Path>) -> String {
    path.map_or_else(
        || "the settings".to_owned(),
        |path| path.display().to_string(),
    )
}
