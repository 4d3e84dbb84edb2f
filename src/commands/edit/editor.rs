//! The editor of the user, and the private file that it opens.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::NamedTempFile;

use crate::config::{self, Environment, variable};
use crate::error::{Error, Result};
use crate::excerpt::shortened;

/// Letters of an id in the name of a file.
const LONGEST_ID: usize = 40;

/// The editor where no variable names one.
#[cfg(windows)]
const USUAL: &str = "notepad";
#[cfg(not(windows))]
const USUAL: &str = "vi";

/// A program that edits a file.
pub(super) struct Editor {
    words: Vec<String>,
    environment: Environment,
}

impl Editor {
    /// The editor of `VISUAL`, else of `EDITOR`, else the usual one of a
    /// terminal.
    ///
    /// # Errors
    /// Of kind `Usage`: there is none, or it is not a command.
    pub(super) fn choose(environment: &Environment, is_attended: bool) -> Result<Self> {
        for name in [variable::VISUAL, variable::EDITOR] {
            let Some(command) = config::read(environment, name)? else {
                continue;
            };
            let words = shell_words::split(command).unwrap_or_default();
            if words.is_empty() {
                return Err(Error::usage(format!("{name} is not a command: {command}")));
            }
            return Ok(Self::of(words, environment));
        }
        if is_attended {
            return Ok(Self::of(vec![USUAL.to_owned()], environment));
        }
        Err(Error::usage("there is no terminal to edit on")
            .hint("set EDITOR to a command that edits a file, or use the verb update"))
    }

    fn of(words: Vec<String>, environment: &Environment) -> Self {
        let mut environment = environment.clone();
        for secret in [
            variable::TOKEN,
            variable::CLIENT_SECRET,
            variable::PORTAL_TOKEN,
        ] {
            environment.remove(secret);
        }
        Self { words, environment }
    }

    /// Opens a file, and waits until the editor has ended.
    ///
    /// # Errors
    /// Of kind `Usage`: the editor cannot be run, or it failed.
    pub(super) fn open(&self, path: &Path) -> Result<()> {
        let name = &self.words[0];
        let mut command = Command::new(name);
        command
            .args(&self.words[1..])
            .arg(path)
            .env_clear()
            .envs(&self.environment);
        let status = command.status().map_err(|error| {
            Error::usage(format!("the editor {name} cannot be run"))
                .hint("EDITOR names the command that edits a file")
                .caused_by(error)
        })?;
        if status.success() {
            return Ok(());
        }
        Err(Error::usage(format!(
            "the editor {name} failed ({status}); nothing was sent"
        )))
    }
}

/// A file that only its owner can read. It is removed unless it is kept.
pub(super) struct EditedFile(NamedTempFile);

impl EditedFile {
    /// A file with a text, named after an object.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn create(resource: &str, id: &str, text: &str) -> Result<Self> {
        let id: String = shortened(id, LONGEST_ID)
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        let create = || {
            let mut file = tempfile::Builder::new()
                .prefix(&format!("rc-{resource}-{id}-"))
                .suffix(".json")
                .tempfile()?;
            file.write_all(text.as_bytes())?;
            file.flush()?;
            Ok(file)
        };
        let file = create().map_err(|error: std::io::Error| {
            Error::unexpected("cannot write the file to edit").caused_by(error)
        })?;
        Ok(Self(file))
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }

    /// The text, which the editor may have put in place as another file.
    ///
    /// # Errors
    /// It cannot be read.
    pub(super) fn text(&self) -> Result<String> {
        let path = self.path();
        fs::read_to_string(path).map_err(|error| Error::reading(&path.display().to_string(), error))
    }

    /// Keeps the file; says where it is.
    pub(super) fn keep(self) -> Option<PathBuf> {
        self.0.into_temp_path().keep().ok()
    }
}
