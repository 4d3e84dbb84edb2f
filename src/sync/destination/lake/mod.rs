//! A copy that engines of data lakes read: Parquet files or Delta Lake tables, in a
//! folder or in a bucket.
//!
//! Rows that change in place, and rows that may be there only once, need an index: a
//! database of `SQLite` with all rows, in the folder of the copy or, for a bucket, in
//! the state folder. Each table is committed from there, at the end of a run and every
//! [`COMMIT_EVERY`], as one new version that contains the bookmark of its rows. A database
//! that does not match the version which readers see is rebuilt from it.

mod adopt;
mod bucket;
mod bucket_error;
mod bucket_lock;
mod cells;
mod columns;
mod commit;
mod delta;
mod file;
mod index;
mod manifest;
mod profile;
mod storage;

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use super::sqlite::{Sqlite, quoted};
use super::{
    Advance, Among, ChildPage, Destination, LakeFormat, Missing, RecordPage, SchemaPolicy,
    StoreKey, StoredPage, SyncTable, TableState, TableStatus, Writer,
};
use crate::error::Result;
use crate::sync::Micros;
use columns::{KeptTable, LakeColumn};
use delta::DeltaTable;
use storage::{FolderStorage, LakeStorage};

pub use bucket::BucketSettings;
pub use profile::{AwsEnvironment, AwsSettings};

/// How often a run commits the rows that it has read. Each time it rewrites the tables,
/// or their months.
const COMMIT_EVERY: Duration = Duration::from_secs(600);

/// How often a process that writes shows that it is alive.
const PULSE: Duration = Duration::from_secs(15);

/// The files of a copy.
#[derive(Debug)]
pub struct LakeFiles(Box<dyn LakeStorage>);

impl LakeFiles {
    /// Those of a folder.
    #[must_use]
    pub fn of_folder(folder: &Path) -> Self {
        Self(Box::new(FolderStorage::new(folder)))
    }

    /// Those of a bucket; `scratch` is a folder for files on their way there.
    ///
    /// # Errors
    /// Of kind `Usage`: the settings are not valid.
    pub fn of_bucket(settings: &BucketSettings, scratch: &Path) -> Result<Self> {
        let bucket = bucket::BucketStorage::new(settings, scratch)?;
        Ok(Self(Box::new(bucket)))
    }

    /// The store of the copy, and its tables; `None` if the files are not a copy.
    ///
    /// # Errors
    /// They cannot be read, or are a copy in another format.
    pub fn facts(&self, format: LakeFormat) -> Result<Option<(StoreKey, Vec<TableStatus>)>> {
        let storage = self.0.as_ref();
        let Some(store) = manifest::store_of(storage, format)? else {
            return Ok(None);
        };
        let mut tables = adopt::status(storage, format)?;
        tables.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(Some((store, tables)))
    }
}

/// A destination that is a lake.
#[derive(Debug)]
pub struct Lake {
    storage: Box<dyn LakeStorage>,
    format: LakeFormat,
    /// Its name in messages.
    place: String,
    /// Whether the index is kept apart from the files.
    is_cache: bool,
    database: Sqlite,
    tables: Vec<SyncTable>,
    /// The columns that the tables had when they were prepared.
    kept: HashMap<String, Vec<LakeColumn>>,
    logs: HashMap<String, DeltaTable>,
    store: Option<StoreKey>,
    /// When the run began, by its own clock and by that of the machine.
    begun: (Micros, Instant),
    committed: Micros,
    /// Whether logs are made short at the end.
    compact: bool,
    notes: Vec<String>,
}

impl Lake {
    /// Opens a lake whose index is in a file; `is_cache` where other machines do not
    /// see that file.
    ///
    /// # Errors
    /// Of kind `Usage`: the index cannot be opened, or there is a copy in another
    /// format.
    pub fn open(
        files: LakeFiles,
        format: LakeFormat,
        (index, is_cache): (&Path, bool),
        compact: bool,
    ) -> Result<Self> {
        let storage = files.0;
        manifest::store_of(storage.as_ref(), format)?;
        let place = storage.place().to_owned();
        let epoch = Micros::of(jiff::Timestamp::UNIX_EPOCH);
        let database = Sqlite::open_as(index, place.clone())?;
        index::tune(database.connection()).map_err(|error| index::failed(&place, error))?;
        Ok(Self {
            database,
            storage,
            format,
            place,
            is_cache,
            tables: Vec::new(),
            kept: HashMap::new(),
            logs: HashMap::new(),
            store: None,
            begun: (epoch, Instant::now()),
            committed: epoch,
            compact,
            notes: Vec::new(),
        })
    }

    /// The present, by the clock of the run.
    fn now(&self) -> Micros {
        let (at, begun) = self.begun;
        at.after(begun.elapsed())
    }

    /// Empties the index if it is of another store: the content of the bucket takes
    /// precedence.
    fn renew_cache(&mut self, store: &StoreKey) -> Result<()> {
        let known = self.database.store()?;
        if !self.is_cache || known.is_none_or(|known| known == *store) {
            return Ok(());
        }
        let cleared = index::clear(self.database.connection());
        cleared.map_err(|error| index::failed(&self.place, error))
    }

    /// Commits what was read, when it is time.
    fn commit_when_due(&mut self, now: Micros) -> Result<()> {
        self.storage.confirm(now)?;
        if now.since(self.committed) < COMMIT_EVERY {
            return Ok(());
        }
        self.commit()?;
        self.committed = now;
        Ok(())
    }
}

impl Destination for Lake {
    fn begin(&mut self, store: &StoreKey, writer: &Writer, now: Micros) -> Result<()> {
        self.begun = (now, Instant::now());
        self.committed = now;
        let known = manifest::store_of(self.storage.as_ref(), self.format)?;
        if let Some(known) = known.filter(|known| known != store) {
            return Err(manifest::other_store(&self.place, &known, store));
        }
        self.renew_cache(store)?;
        self.database.begin(store, writer, now)?;
        let taken = self
            .storage
            .lock(writer, now)
            .and_then(|()| manifest::claim(self.storage.as_ref(), self.format, store))
            .and_then(|()| {
                let created = index::create(self.database.connection());
                created.map_err(|error| index::failed(&self.place, error))
            });
        if let Err(error) = taken {
            self.database.finish()?;
            return Err(error);
        }
        self.store = Some(store.clone());
        self.tables.clear();
        self.kept.clear();
        self.logs.clear();
        Ok(())
    }

    fn prepare(&mut self, table: &SyncTable, policy: SchemaPolicy) -> Result<TableState> {
        self.adopt(table)?;
        let state = self.database.prepare(table, policy)?;
        self.tables.push(table.clone());
        Ok(state)
    }

    fn write(&mut self, table: &str, batch: &RecordPage, advance: Advance) -> Result<StoredPage> {
        let written = self.database.write(table, batch, advance)?;
        self.commit_when_due(batch.at)?;
        Ok(written)
    }

    fn write_family(
        &mut self,
        table: &str,
        batch: &RecordPage,
        advance: Advance,
        children: &[ChildPage],
    ) -> Result<Vec<StoredPage>> {
        let written = self
            .database
            .write_family(table, batch, advance, children)?;
        self.commit_when_due(batch.at)?;
        Ok(written)
    }

    fn gather(&mut self, table: &str) -> Result<()> {
        self.database.gather(table)
    }

    fn count_missing(&mut self, table: &str, among: Option<&Among>) -> Result<Missing> {
        self.database.count_missing(table, among)
    }

    fn missing(
        &mut self,
        table: &str,
        among: Option<&Among>,
        after: Option<&str>,
        most: usize,
    ) -> Result<Vec<String>> {
        self.database.missing(table, among, after, most)
    }

    fn lacking(&mut self, table: &str, keys: &[String]) -> Result<Vec<String>> {
        self.database.lacking(table, keys)
    }

    fn mark_deleted(&mut self, table: &str, keys: &[String], at: Micros) -> Result<u64> {
        self.database.mark_deleted(table, keys, at)
    }

    fn conclude(&mut self, table: &str, state: &TableState) -> Result<()> {
        self.database.conclude(table, state)
    }

    fn beat(&mut self, now: Micros) -> Result<()> {
        self.database.beat(now)?;
        self.storage.confirm(now)
    }

    fn store(&mut self) -> Result<Option<StoreKey>> {
        manifest::store_of(self.storage.as_ref(), self.format)
    }

    fn status(&mut self) -> Result<Vec<TableStatus>> {
        adopt::status(self.storage.as_ref(), self.format)
    }

    fn take_notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notes)
    }

    fn finish(&mut self) -> Result<()> {
        if self.store.is_none() {
            return Ok(());
        }
        // The locks stay until everything is written.
        let committed = self.commit().and_then(|()| self.shorten_logs());
        let unlocked = self.storage.unlock();
        let finished = self.database.finish();
        self.store = None;
        committed.and(unlocked).and(finished)
    }
}

/// The description of a table of files; `None` if there is no such table.
fn described(
    storage: &dyn LakeStorage,
    format: LakeFormat,
    name: &str,
) -> Result<Option<(KeptTable, Option<DeltaTable>)>> {
    match format {
        LakeFormat::Parquet => Ok(commit::of_file(storage, name)?.map(|kept| (kept, None))),
        LakeFormat::Delta => {
            let table = DeltaTable::read(storage, name)?;
            Ok(table.map(|table| (table.kept.clone(), Some(table))))
        }
    }
}
