//! The file that names the store of a copy. It is written once, before anything else,
//! and never changes: the tables themselves contain their bookmarks.

use serde::{Deserialize, Serialize};

use super::storage::LakeStorage;
use super::{LakeFormat, StoreKey};
use crate::error::{Error, Result};
use crate::sync::destination::files::MANIFEST;

/// The manifest of a copy.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct LakeManifest {
    /// `parquet` or `delta`.
    format: String,
    /// The store, as people read it.
    store: Option<String>,
    /// The store.
    #[serde(default)]
    copy_of: Option<CopiedStore>,
    /// Copies in text files have their tables here.
    #[serde(default)]
    tables: serde_json::Map<String, serde_json::Value>,
}

/// A store, as files name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CopiedStore {
    api: String,
    store: String,
    host: String,
}

impl From<&StoreKey> for CopiedStore {
    fn from(key: &StoreKey) -> Self {
        let StoreKey { api, store, host } = key.clone();
        Self { api, store, host }
    }
}

impl From<CopiedStore> for StoreKey {
    fn from(copied: CopiedStore) -> Self {
        let CopiedStore { api, store, host } = copied;
        Self { api, store, host }
    }
}

/// The store whose copy a place contains; `None` if there is none.
///
/// # Errors
/// Of kind `Usage`: it has a copy in another format, or another kind of file.
pub(super) fn store_of(storage: &dyn LakeStorage, format: LakeFormat) -> Result<Option<StoreKey>> {
    let Some(text) = storage.read(MANIFEST)? else {
        return Ok(None);
    };
    let place = storage.place();
    let manifest: LakeManifest = serde_json::from_slice(&text).map_err(|error| {
        Error::usage(format!("{place}/{MANIFEST} is not the manifest of a copy")).caused_by(error)
    })?;
    if manifest.format != format.name() {
        let other = manifest.format;
        let error = Error::usage(format!("{place} already contains a copy in {other}"));
        return Err(error.hint(format!("--to {other}:{place} continues it")));
    }
    let Some(copied) = manifest.copy_of else {
        let error = Error::usage(format!("{place}/{MANIFEST} does not name the store"));
        return Err(error.hint("--to names another place"));
    };
    Ok(Some(copied.into()))
}

/// Writes the manifest of a copy, unless there is one.
///
/// # Errors
/// Of kind `Usage`: it has one of another store.
pub(super) fn claim(storage: &dyn LakeStorage, format: LakeFormat, store: &StoreKey) -> Result<()> {
    let mut known = store_of(storage, format)?;
    if known.is_none() {
        let manifest = LakeManifest {
            format: format.name().to_owned(),
            store: Some(store.to_string()),
            copy_of: Some(store.into()),
            tables: serde_json::Map::new(),
        };
        let text = serde_json::to_string_pretty(&manifest);
        let text = text.map_err(|error| Error::unexpected("the manifest").caused_by(error))?;
        if storage.create(MANIFEST, (text + "\n").as_bytes())? {
            return Ok(());
        }
        // Another process was quicker.
        known = store_of(storage, format)?;
    }
    match known {
        Some(known) if known != *store => Err(other_store(storage.place(), &known, store)),
        _ => Ok(()),
    }
}

/// The error of a copy of another store.
pub(super) fn other_store(place: &str, known: &StoreKey, store: &StoreKey) -> Error {
    Error::usage(format!("{place} is a copy of {known}, and this is {store}"))
        .hint("nothing was written; --to names another place")
}
