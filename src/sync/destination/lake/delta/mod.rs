//! Tables of Delta Lake: Parquet files, one for each month of `created_at`, and a log of
//! JSON entries that lists the current files.
//!
//! A version of the table is one entry, which appears as a whole or not at all, and only
//! if no other process wrote an entry of that number. A file is never changed: months
//! that changed get a new one. The entry contains the bookmark of its rows.

mod action;
mod checkpoint;
mod log;
mod shorten;

use std::collections::BTreeMap;

use super::columns::{KeptTable, MONTH};
use super::commit::TableNews;
use super::file::FileRows;
use super::storage::LakeStorage;
use super::{Lake, file};
use crate::error::{Error, Kind, Result};
use action::{Action, AddFile, MetaData, RemoveFile};

pub(super) use log::LOG;

/// The folder of rows whose record has no time of creation.
const NO_MONTH: &str = "__HIVE_DEFAULT_PARTITION__";

/// A table, as its log describes it.
#[derive(Debug, Clone)]
pub(super) struct DeltaTable {
    /// Its name, which is that of its folder.
    name: String,
    /// The number of the last entry.
    version: u64,
    /// The number of the first entry that readers need.
    begin: u64,
    meta_data: MetaData,
    /// The current files of the table, by their path.
    files: BTreeMap<String, AddFile>,
    /// Files that were a part of it.
    removed: Vec<RemoveFile>,
    /// The description of the table in the last entry.
    pub(super) kept: KeptTable,
}

impl DeltaTable {
    /// The names of its files.
    pub(super) fn files(&self) -> Vec<String> {
        let paths = self.files.keys();
        paths.map(|path| format!("{}/{path}", self.name)).collect()
    }

    /// How many entries readers have to read.
    pub(super) const fn entries(&self) -> u64 {
        self.version - self.begin + 1
    }
}

/// Writes a version of a table: files for the months that changed, then the entry of
/// the log.
///
/// # Errors
/// Of kind `Partial`: another process has written an entry meanwhile.
pub(super) fn commit(
    lake: &Lake,
    log: Option<&DeltaTable>,
    news: &TableNews<'_>,
) -> Result<DeltaTable> {
    let mut table = match log {
        Some(log) => log.clone(),
        None => DeltaTable {
            name: news.table.name.clone(),
            version: 0,
            begin: 0,
            meta_data: MetaData::new(news),
            files: BTreeMap::new(),
            removed: Vec::new(),
            kept: news.kept.clone(),
        },
    };
    let mut actions = Vec::new();
    let schema = news.table.delta();
    if log.is_some() {
        table.version += 1;
    } else {
        actions.push(Action::protocol());
    }
    if log.is_none() || table.meta_data.schema_string != schema {
        table.meta_data.schema_string = schema;
        actions.push(Action::MetaData(table.meta_data.clone()));
    }
    for (at, month) in news.months.iter().enumerate() {
        replace_month(lake, &mut table, news, (at, month), &mut actions)?;
    }
    let count = |count: fn(&AddFile) -> u64| table.files.values().map(count).sum();
    table.kept = KeptTable {
        rows: count(AddFile::rows),
        deleted: count(AddFile::deleted),
        ..news.kept.clone()
    };
    actions.push(Action::transaction(&table.name, table.version, news.now));
    let operation = if log.is_none() {
        "CREATE TABLE"
    } else {
        "MERGE"
    };
    actions.insert(
        0,
        Action::commit_info(operation, &table.kept, false, news.now)?,
    );
    lake.check_writer()?;
    append(lake.storage.as_ref(), &table, &actions)?;
    Ok(table)
}

/// Writes the rows of a month to a new file, which replaces the others.
fn replace_month(
    lake: &Lake,
    table: &mut DeltaTable,
    news: &TableNews<'_>,
    (at, month): (usize, &str),
    actions: &mut Vec<Action>,
) -> Result<()> {
    let is_partitioned = news.table.created.is_some();
    let rows = FileRows {
        connection: lake.database.connection(),
        name: &lake.place,
        table: news.table,
        month: is_partitioned.then_some(month),
    };
    let storage = lake.storage.as_ref();
    let (draft, counts) = file::write(&rows, storage, |_| None, &mut lake.pulse())?;
    let values = partition(is_partitioned, month);
    let former: Vec<String> = table
        .files
        .iter()
        .filter(|(_, file)| file.partition_values == values)
        .map(|(path, _)| path.clone())
        .collect();
    for path in former {
        if let Some(file) = table.files.remove(&path) {
            let removed = RemoveFile::of(file, news.now);
            table.removed.push(removed.clone());
            actions.push(Action::Remove(removed));
        }
    }
    if counts.rows == 0 {
        return Ok(());
    }
    let folder = match (is_partitioned, month) {
        (false, _) => String::new(),
        (true, "") => format!("{MONTH}={NO_MONTH}/"),
        (true, month) => format!("{MONTH}={month}/"),
    };
    let path = format!("{folder}part-{at:05}-{}.parquet", news.kept.commit);
    let size = draft
        .as_file()
        .metadata()
        .map_or(0, |metadata| metadata.len());
    let key = news.table.order.first().map_or("", String::as_str);
    let added = AddFile::new(&path, values, (size, news.now), key, &counts);
    storage.keep(draft, &format!("{}/{path}", table.name))?;
    table.files.insert(path, added.clone());
    actions.push(Action::Add(added));
    Ok(())
}

/// The values that assign a file to a partition.
fn partition(is_partitioned: bool, month: &str) -> BTreeMap<String, Option<String>> {
    let value = (!month.is_empty()).then(|| month.to_owned());
    let values = is_partitioned.then(|| (MONTH.to_owned(), value));
    values.into_iter().collect()
}

/// Writes an entry of the log.
fn append(storage: &dyn LakeStorage, table: &DeltaTable, actions: &[Action]) -> Result<()> {
    let mut text = String::new();
    for action in actions {
        let line = serde_json::to_string(action);
        text += &line.map_err(|error| Error::unexpected("an entry of a log").caused_by(error))?;
        text.push('\n');
    }
    let name = log::entry_name(&table.name, table.version);
    if storage.create(&name, text.as_bytes())? {
        return Ok(());
    }
    let place = storage.place();
    Err(Error::new(
        Kind::Partial,
        format!("another process has written {place}/{name}"),
    )
    .hint("nothing of this run is in that table; the next run continues from its present state"))
}
