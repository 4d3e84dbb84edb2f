//! Reads a log, entry by entry, to the present state of the table.

use std::collections::BTreeMap;

use super::super::columns::KeptTable;
use super::super::storage::LakeStorage;
use super::DeltaTable;
use super::action::{Action, CommitInfo, MetaData};
use crate::error::{Error, Result};

/// The folder of a log.
pub(in super::super) const LOG: &str = "_delta_log";

/// The file that names the entry at which readers begin.
const LAST: &str = "_last_checkpoint";

/// The name of an entry.
pub(super) fn entry_name(table: &str, version: u64) -> String {
    format!("{table}/{LOG}/{version:020}.json")
}

/// The name of the file that names the entry at which readers begin.
pub(super) fn last_name(table: &str) -> String {
    format!("{table}/{LOG}/{LAST}")
}

/// The number of an entry, by its name.
pub(super) fn version_of(name: &str) -> Option<u64> {
    let (_, name) = name.rsplit_once('/')?;
    let digits = name.strip_suffix(".json")?;
    (digits.len() == 20).then(|| digits.parse().ok())?
}

impl DeltaTable {
    /// Reads the log of a table; `None` where there is none.
    ///
    /// # Errors
    /// Of kind `Usage`: another program has written to it.
    pub(in super::super) fn read(storage: &dyn LakeStorage, name: &str) -> Result<Option<Self>> {
        let folder = format!("{name}/{LOG}");
        let objects = storage.list(&folder)?;
        if objects.is_empty() {
            return Ok(None);
        }
        let versions = objects.iter().filter_map(|object| version_of(&object.name));
        let begin = begin(storage, name)?;
        let mut versions: Vec<u64> = versions.filter(|version| *version >= begin).collect();
        versions.sort_unstable();
        let foreign = |what: String| foreign(storage, name, &what);
        let mut log = LogReader::default();
        for (expected, version) in (begin..).zip(&versions) {
            if *version != expected {
                return Err(foreign(format!("it lacks the entry {expected}")));
            }
            let entry = entry_name(name, *version);
            // It was listed just now.
            let text = storage.read(&entry)?.unwrap_or_default();
            let own = log.take(&String::from_utf8_lossy(&text));
            let own = own.map_err(|error| {
                foreign(format!("its entry {version} is of another kind")).caused_by(error)
            })?;
            let Some(own) = own else {
                return Err(foreign(format!(
                    "another program wrote its entry {version}"
                )));
            };
            if expected == begin && begin > 0 && !own.rc_snapshot {
                return Err(foreign(format!("another program wrote {LAST}")));
            }
        }
        let (Some(meta_data), Some(kept), Some(version)) =
            (log.meta_data, log.kept, versions.last())
        else {
            return Err(foreign("it does not describe the table".to_owned()));
        };
        Ok(Some(Self {
            name: name.to_owned(),
            version: *version,
            begin,
            meta_data,
            files: log.files,
            removed: log.removed.into_values().collect(),
            kept,
        }))
    }
}

/// The entry at which a log begins.
fn begin(storage: &dyn LakeStorage, table: &str) -> Result<u64> {
    let Some(text) = storage.read(&last_name(table))? else {
        return Ok(0);
    };
    let last: serde_json::Value = serde_json::from_slice(&text).unwrap_or_default();
    let version = last["version"].as_u64();
    version.ok_or_else(|| foreign(storage, table, &format!("its {LAST} cannot be read")))
}

fn foreign(storage: &dyn LakeStorage, table: &str, what: &str) -> Error {
    let place = storage.place();
    Error::usage(format!(
        "{place}/{table} has a log that rc sync cannot continue: {what}"
    ))
    .hint("nothing was written; --to names another place, or move that table away")
}

/// The state of the table after the entries so far.
#[derive(Default)]
struct LogReader {
    meta_data: Option<MetaData>,
    files: BTreeMap<String, super::AddFile>,
    removed: BTreeMap<String, super::RemoveFile>,
    kept: Option<KeptTable>,
}

impl LogReader {
    /// Applies an entry; returns its commit information, if this program wrote it.
    fn take(&mut self, text: &str) -> Result<Option<CommitInfo>, serde_json::Error> {
        let mut own = None;
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            match serde_json::from_str(line)? {
                Action::Protocol(_) | Action::Txn(_) => {}
                Action::MetaData(meta_data) => self.meta_data = Some(meta_data),
                Action::Add(file) => {
                    self.removed.remove(&file.path);
                    self.files.insert(file.path.clone(), file);
                }
                Action::Remove(file) => {
                    self.files.remove(&file.path);
                    self.removed.insert(file.path.clone(), file);
                }
                Action::CommitInfo(info) => {
                    if let Some(text) = &info.rc_copy {
                        self.kept = Some(serde_json::from_str(text)?);
                        own = Some(info);
                    }
                }
            }
        }
        Ok(own)
    }
}
