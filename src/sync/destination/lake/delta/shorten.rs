//! Compacts long logs: writes an entry that describes the complete table and a
//! checkpoint from which readers begin, and removes entries and files that are not needed.

use std::io::Write;
use std::time::Duration;

use super::super::Lake;
use super::super::storage::{LakeStorage, unwritable};
use super::action::{Action, millis};
use super::{DeltaTable, LOG, append, checkpoint, log};
use crate::error::Result;
use crate::sync::Micros;

/// With more entries, a run prints a hint.
const LONG: u64 = 1000;

/// Files and entries that no version of this time needs are removed.
const RETENTION: Duration = Duration::from_secs(7 * 24 * 3600);

impl Lake {
    /// Compacts the logs of the tables of this run, or reports the long ones.
    pub(in super::super) fn shorten_logs(&mut self) -> Result<()> {
        let mut names: Vec<String> = self.logs.keys().cloned().collect();
        names.sort();
        for name in names {
            let Some(table) = self.logs.get(&name) else {
                continue;
            };
            if !self.compact {
                let entries = table.entries();
                if entries > LONG {
                    self.notes.push(format!(
                        "the log of {name} has {entries} entries, which readers read each time; \
                         rc sync --compact makes it short"
                    ));
                }
                continue;
            }
            self.check_writer()?;
            let short = shorten(self.storage.as_ref(), table, self.now())?;
            self.logs.insert(name, short);
        }
        Ok(())
    }
}

/// Compacts a log; returns the table, which has the same rows.
fn shorten(storage: &dyn LakeStorage, table: &DeltaTable, now: Micros) -> Result<DeltaTable> {
    let limit = now.before(RETENTION);
    let mut short = table.clone();
    if table.entries() > 1 {
        short.version += 1;
        short.begin = short.version;
        short
            .removed
            .retain(|file| file.deletion_timestamp > millis(limit));
        let mut actions = vec![
            Action::commit_info("OPTIMIZE", &short.kept, true, now)?,
            Action::protocol(),
            Action::MetaData(short.meta_data.clone()),
            Action::transaction(&short.name, short.version, now),
        ];
        let files = short.files.values().cloned();
        actions.extend(files.map(|file| Action::Add(file.unchanged())));
        let removed = short.removed.iter().cloned();
        actions.extend(removed.map(|file| Action::Remove(file.unchanged())));
        append(storage, &short, &actions)?;
        // Readers that see the entry without the checkpoint read the whole log.
        checkpoint::write(storage, &short.name, short.version, &actions)?;
    }
    remove_entries(storage, &short, limit)?;
    remove_files(storage, &short, limit)?;
    Ok(short)
}

/// Removes entries before the checkpoint, the oldest first, so that no gap remains.
fn remove_entries(storage: &dyn LakeStorage, table: &DeltaTable, limit: Micros) -> Result<()> {
    let mut objects = storage.list(&format!("{}/{LOG}", table.name))?;
    objects.retain(|object| {
        let version = log::version_of(&object.name);
        version.is_some_and(|version| version < table.begin)
    });
    objects.sort_by(|one, other| one.name.cmp(&other.name));
    for object in objects.iter().take_while(|object| object.modified < limit) {
        storage.remove(&object.name)?;
    }
    Ok(())
}

/// Removes files that are not a part of the table: those that were removed from it, and
/// those of runs that ended before their entry.
fn remove_files(storage: &dyn LakeStorage, table: &DeltaTable, limit: Micros) -> Result<()> {
    let own = format!("{}/", table.name);
    for object in storage.list(&table.name)? {
        let path = object.name.strip_prefix(&own).unwrap_or_default();
        let is_file = path.ends_with(".parquet") && !path.starts_with(LOG);
        let is_part =
            table.files.contains_key(path) || table.removed.iter().any(|file| file.path == path);
        if is_file && !is_part && object.modified < limit {
            storage.remove(&object.name)?;
        }
    }
    Ok(())
}

/// Writes the file that names the entry at which readers begin.
pub(super) fn point_to(
    storage: &dyn LakeStorage,
    table: &str,
    version: u64,
    size: usize,
) -> Result<()> {
    let mut draft = storage.draft()?;
    let text = serde_json::json!({"version": version, "size": size}).to_string();
    let written = draft.write_all(text.as_bytes());
    written.map_err(|error| unwritable(storage.place(), error))?;
    storage.keep(draft, &log::last_name(table))
}
