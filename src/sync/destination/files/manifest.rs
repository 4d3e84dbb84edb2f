//! The file that names the files of a folder.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// What a folder has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// The ending of the files.
    pub(super) format: String,
    /// The store that they are a copy of.
    pub(super) store: Option<String>,
    /// The tables, by name.
    pub(super) tables: BTreeMap<String, TableFile>,
}

/// The file of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TableFile {
    /// Its name.
    pub(super) file: String,
    /// Goes up with each change.
    pub(super) version: i64,
    /// Rows, deleted ones included.
    pub(super) rows: u64,
    /// Its size.
    pub(super) bytes: u64,
}

impl Manifest {
    /// Reads a manifest; `None` where there is none.
    pub(super) fn read(path: &Path) -> Result<Option<Self>> {
        let text = match std::fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::reading(&path.display().to_string(), error)),
        };
        let manifest = serde_json::from_slice(&text).map_err(|error| {
            Error::usage(format!("{} is not the manifest of a copy", path.display()))
                .caused_by(error)
        })?;
        Ok(Some(manifest))
    }

    /// The text of the file.
    pub(super) fn text(&self) -> Result<String> {
        let text = serde_json::to_string_pretty(self);
        let text = text.map_err(|error| Error::unexpected("the manifest").caused_by(error))?;
        Ok(text + "\n")
    }
}
