//! A copy in a folder: a file for each table, and `manifest.json`, which names them.
//!
//! Rows that change in place, and rows that may be there only once, need an index:
//! the folder has a database of `SQLite` in `.copy.db`, with everything that a copy
//! there has. At the end of a run each table that has changed is written to its file
//! again, which appears as a whole; the manifest is replaced last.

mod manifest;
mod rows;

use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::sqlite::Sqlite;
use super::{
    Advance, Among, ChildPage, Destination, Missing, RecordPage, SchemaPolicy, StoreKey,
    StoredPage, SyncTable, TableState, TableStatus, Writer,
};
use crate::error::{Error, Kind, Result};
use crate::sync::Micros;
use manifest::{Manifest, TableFile};

/// The database of a folder.
pub const DATABASE: &str = ".copy.db";

/// The file that names the others.
pub const MANIFEST: &str = "manifest.json";

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFormat {
    /// A JSON object a line.
    Ndjson,
    /// Comma-separated values with a header.
    Csv,
}

impl FileFormat {
    /// How the names of files end.
    const fn ending(self) -> &'static str {
        match self {
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
        }
    }
}

/// A destination that is a folder of files.
#[derive(Debug)]
pub struct FileFolder {
    folder: PathBuf,
    format: FileFormat,
    database: Sqlite,
    tables: Vec<SyncTable>,
    store: Option<StoreKey>,
}

impl FileFolder {
    /// Opens a folder, or makes it.
    ///
    /// # Errors
    /// Of kind `Usage`: it cannot be made, or has a copy in another format.
    pub fn open(folder: &Path, format: FileFormat) -> Result<Self> {
        let name = folder.display();
        fs::create_dir_all(folder).map_err(|error| {
            Error::usage(format!("the folder {name} cannot be made")).caused_by(error)
        })?;
        let known = Manifest::read(&folder.join(MANIFEST))?;
        if let Some(known) = known.filter(|known| known.format != format.ending()) {
            return Err(Error::usage(format!(
                "{name} already contains a copy in {}",
                known.format
            ))
            .hint(format!("--to {}:{name} continues it", known.format)));
        }
        Ok(Self {
            database: Sqlite::open(&folder.join(DATABASE))?,
            folder: folder.to_owned(),
            format,
            tables: Vec::new(),
            store: None,
        })
    }

    /// Writes each table that has changed since its file was written.
    fn export(&self) -> Result<()> {
        let path = self.folder.join(MANIFEST);
        let mut manifest = Manifest::read(&path)?.unwrap_or_default();
        let before = manifest.clone();
        self.format.ending().clone_into(&mut manifest.format);
        manifest.store = self.store.as_ref().map(ToString::to_string);
        for table in &self.tables {
            let version = self.database.version(&table.name)?;
            let names = std::iter::once(table.name.clone()).chain(table.history_name());
            for (at, name) in names.enumerate() {
                let file = format!("{name}.{}", self.format.ending());
                let known = manifest.tables.get(&name);
                let is_current = known.is_some_and(|known| known.version == version);
                if is_current && self.folder.join(&file).exists() {
                    continue;
                }
                let (rows, bytes) = self.write_table(table, &name, at == 1, &file)?;
                let entry = TableFile {
                    file,
                    version,
                    rows,
                    bytes,
                };
                manifest.tables.insert(name, entry);
            }
        }
        if manifest == before {
            return Ok(());
        }
        let text = manifest.text()?;
        self.whole(MANIFEST, |out| out.write_all(text.as_bytes()))
    }

    fn write_table(
        &self,
        table: &SyncTable,
        name: &str,
        is_history: bool,
        file: &str,
    ) -> Result<(u64, u64)> {
        let mut counts = (0, 0);
        let mut failed = None;
        self.whole(file, |out| {
            let mut counted = rows::Counted::new(out);
            let connection = self.database.connection();
            let written = rows::write(
                connection,
                table,
                name,
                is_history,
                self.format,
                &mut counted,
            );
            match written {
                Ok(rows) => counts = (rows, counted.bytes()),
                Err(rows::ExportFailure::Reading(error)) => failed = Some(error),
                Err(rows::ExportFailure::Writing(error)) => return Err(error),
            }
            Ok(())
        })?;
        match failed {
            Some(error) => Err(self.database.failed(error)),
            None => Ok(counts),
        }
    }

    /// Writes a file that appears as a whole, or not at all.
    fn whole(
        &self,
        file: &str,
        write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
    ) -> Result<()> {
        let path = self.folder.join(file);
        let unwritable = |error: std::io::Error| {
            let is_full = error.kind() == std::io::ErrorKind::StorageFull;
            let message = format!("{} cannot be written", path.display());
            let error = Error::new(Kind::Unexpected, message).caused_by(error);
            if is_full {
                error.hint(
                    "the disk is full; what was stored is complete, and the next run \
                    writes the file",
                )
            } else {
                error
            }
        };
        let draft = tempfile::Builder::new()
            .prefix(".part-")
            .tempfile_in(&self.folder)
            .map_err(unwritable)?;
        let mut out = BufWriter::with_capacity(1 << 16, draft);
        write(&mut out).map_err(unwritable)?;
        let draft = out
            .into_inner()
            .map_err(|error| unwritable(error.into_error()))?;
        draft.as_file().sync_all().map_err(unwritable)?;
        draft
            .persist(&path)
            .map_err(|error| unwritable(error.error))?;
        crate::store::sync_folder(&path).map_err(unwritable)
    }
}

impl Destination for FileFolder {
    fn begin(&mut self, store: &StoreKey, writer: &Writer, now: Micros) -> Result<()> {
        self.database.begin(store, writer, now)?;
        self.store = Some(store.clone());
        self.tables.clear();
        Ok(())
    }

    fn prepare(&mut self, table: &SyncTable, policy: SchemaPolicy) -> Result<TableState> {
        let state = self.database.prepare(table, policy)?;
        self.tables.push(table.clone());
        Ok(state)
    }

    fn write(&mut self, table: &str, batch: &RecordPage, advance: Advance) -> Result<StoredPage> {
        self.database.write(table, batch, advance)
    }

    fn write_family(
        &mut self,
        table: &str,
        batch: &RecordPage,
        advance: Advance,
        children: &[ChildPage],
    ) -> Result<Vec<StoredPage>> {
        self.database.write_family(table, batch, advance, children)
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
        self.database.beat(now)
    }

    fn store(&mut self) -> Result<Option<StoreKey>> {
        self.database.store()
    }

    fn status(&mut self) -> Result<Vec<TableStatus>> {
        self.database.status()
    }

    fn finish(&mut self) -> Result<()> {
        // The lock is held until the files are written.
        let exported = self.export();
        self.database.finish()?;
        exported
    }
}
