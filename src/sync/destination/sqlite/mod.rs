//! A copy in a file of `SQLite`.
//!
//! A page and its bookmark are one transaction. The file is written without a sync
//! for each transaction: a machine that loses its power may lose the last ones,
//! rows and bookmark together, and the next run reads them again.

pub(super) mod lock;
mod missing;
mod schema;
mod status;
mod views;
mod write;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::{
    Advance, Among, BatchPurpose, ChildPage, Destination, Missing, RecordPage, SchemaPolicy,
    StoreKey, StoredPage, SyncTable, TableState, TableStatus, Writer,
};
use crate::error::{Error, Kind, Result};
use crate::store;
use crate::sync::Micros;
use crate::sync::layout::{LaidOut, TableLayout};
use write::TableWriter;

pub use status::{copy_of, status};

/// A destination that is a file of `SQLite`.
#[derive(Debug)]
pub struct Sqlite {
    path: PathBuf,
    name: String,
    connection: Connection,
    lock: Option<lock::Held>,
    writers: HashMap<String, TableWriter>,
}

impl Sqlite {
    /// Opens a file, or creates it for its owner only.
    ///
    /// # Errors
    /// Of kind `Usage`: it is not a database, cannot be written, or its folder does
    /// not exist.
    pub fn open(path: &Path) -> Result<Self> {
        Self::open_as(path, path.display().to_string())
    }

    /// As [`Self::open`], where messages call the destination by another name.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub(super) fn open_as(path: &Path, name: String) -> Result<Self> {
        let opened = store::open_or_create(path);
        let connection = opened.map_err(|error| cannot_open(&name, error))?;
        Ok(Self {
            path: path.to_owned(),
            name,
            connection,
            lock: None,
            writers: HashMap::new(),
        })
    }

    /// The connection, for reading.
    pub(super) const fn connection(&self) -> &Connection {
        &self.connection
    }

    /// The number of transactions that changed rows of a table.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(super) fn version(&self, table: &str) -> Result<i64> {
        schema::version(&self.connection, table).map_err(|error| self.failed(error))
    }

    /// Confirms that this process still is the writer, and shows that it is alive.
    ///
    /// # Errors
    /// Of kind `Partial`: another process has taken the file.
    pub(super) fn confirm(&self, now: Micros) -> Result<()> {
        lock::confirm(&self.connection, &self.name, self.lock.as_ref(), Some(now))
    }

    /// The error of the file.
    pub(super) fn failed(&self, error: rusqlite::Error) -> Error {
        failed(&self.name, error)
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The writer of a table that was prepared.
    fn writer<'w>(
        writers: &'w mut HashMap<String, TableWriter>,
        table: &str,
    ) -> Result<&'w mut TableWriter> {
        let writer = writers.get_mut(table);
        writer.ok_or_else(|| Error::unexpected(format!("the table {table} was not prepared")))
    }
}

/// The error of a file that cannot be opened as a database.
fn cannot_open(name: &str, error: rusqlite::Error) -> Error {
    use rusqlite::ErrorCode;
    let code = error.sqlite_error_code();
    let message = match code {
        Some(ErrorCode::NotADatabase) => format!("{name} is not a database"),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            format!("{name} cannot be written")
        }
        Some(ErrorCode::CannotOpen) => format!("{name} cannot be opened"),
        _ => return failed(name, error),
    };
    let error = Error::new(Kind::Usage, message).caused_by(error);
    match code {
        Some(ErrorCode::NotADatabase) => error.hint("--to sqlite:FILE names another file"),
        _ => error.hint("do the folder and the file exist, and may you write to them?"),
    }
}

/// The error of a database that was open.
fn failed(name: &str, error: rusqlite::Error) -> Error {
    use rusqlite::ErrorCode;
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => store::unwritable(
            name,
            "the rows stored before are complete; the next run continues from there",
            error,
        ),
        Some(ErrorCode::ReadOnly | ErrorCode::NotADatabase | ErrorCode::CannotOpen) => {
            cannot_open(name, error)
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::new(
            Kind::Partial,
            format!("{name} is in use by another program"),
        )
        .hint("close what writes to it, and run this again")
        .caused_by(error),
        Some(ErrorCode::DatabaseCorrupt) => {
            Error::unexpected(format!("{name} is damaged")).caused_by(error)
        }
        _ => Error::unexpected(format!("{name} cannot be used")).caused_by(error),
    }
}

impl Destination for Sqlite {
    fn begin(&mut self, store: &StoreKey, writer: &Writer, now: Micros) -> Result<()> {
        let name = self.name.clone();
        let transaction = self.connection.unchecked_transaction();
        let transaction = transaction.map_err(|error| failed(&name, error))?;
        schema::create_own(&transaction).map_err(|error| failed(&name, error))?;
        let known = schema::store_key(&transaction).map_err(|error| failed(&name, error))?;
        match known {
            None => {
                schema::keep_store_key(&transaction, store)
                    .map_err(|error| failed(&name, error))?;
            }
            Some(known) if known == *store => {}
            Some(known) => {
                return Err(Error::usage(format!(
                    "{name} is a copy of {known}, and this is {store}"
                ))
                .hint("nothing was written; --to sqlite:FILE names another file"));
            }
        }
        let held = lock::take(&transaction, &name, writer, now)?;
        transaction.commit().map_err(|error| failed(&name, error))?;
        self.lock = Some(held);
        Ok(())
    }

    fn prepare(&mut self, table: &SyncTable, policy: SchemaPolicy) -> Result<TableState> {
        let prepared = schema::prepare(&self.connection, &self.name, table, policy)?;
        let writer = TableWriter::new(table, &prepared);
        self.writers.insert(table.name.clone(), writer);
        Ok(prepared.state)
    }

    fn write(&mut self, table: &str, batch: &RecordPage, advance: Advance) -> Result<StoredPage> {
        let name = &self.name;
        let lock = self.lock.as_ref();
        let writer = Self::writer(&mut self.writers, table)?;
        let transaction = self.connection.unchecked_transaction();
        let transaction = transaction.map_err(|error| failed(name, error))?;
        lock::confirm(&transaction, name, lock, Some(batch.at))?;
        let written = writer.write(&transaction, name, batch, advance)?;
        if written.changed > 0 {
            schema::count_change(&transaction, table).map_err(|error| failed(name, error))?;
        }
        transaction.commit().map_err(|error| failed(name, error))?;
        writer.committed();
        Ok(written)
    }

    fn write_family(
        &mut self,
        table: &str,
        batch: &RecordPage,
        advance: Advance,
        children: &[ChildPage],
    ) -> Result<Vec<StoredPage>> {
        let name = self.name.clone();
        let sql = |error| failed(&name, error);
        let transaction = self.connection.unchecked_transaction().map_err(sql)?;
        lock::confirm(&transaction, &name, self.lock.as_ref(), Some(batch.at))?;
        let writer = Self::writer(&mut self.writers, table)?;
        let mut all = vec![writer.write(&transaction, &name, batch, advance)?];
        let bookmark = advance.bookmark(all[0].newest, batch.at);
        for child in children {
            let writer = Self::writer(&mut self.writers, &child.table)?;
            missing::gather(&transaction, writer).map_err(sql)?;
            let at_end = Advance::AtEnd;
            let mut written = writer.write(&transaction, &name, &child.records, at_end)?;
            let gone = missing::mark_of(&transaction, writer, child);
            written.changed += gone.map_err(sql)?;
            writer.advance(&transaction, bookmark).map_err(sql)?;
            all.push(written);
        }
        let names = std::iter::once(table).chain(children.iter().map(|child| &*child.table));
        for (written, table) in all.iter().zip(names.clone()) {
            if written.changed > 0 {
                schema::count_change(&transaction, table).map_err(sql)?;
            }
        }
        transaction.commit().map_err(sql)?;
        for table in names {
            Self::writer(&mut self.writers, table)?.committed();
        }
        Ok(all)
    }

    fn gather(&mut self, table: &str) -> Result<()> {
        let writer = Self::writer(&mut self.writers, table)?;
        missing::gather(&self.connection, writer).map_err(|error| failed(&self.name, error))
    }

    fn count_missing(&mut self, table: &str, among: Option<&Among>) -> Result<Missing> {
        let writer = Self::writer(&mut self.writers, table)?;
        missing::count(&self.connection, writer, among).map_err(|error| failed(&self.name, error))
    }

    fn missing(
        &mut self,
        table: &str,
        among: Option<&Among>,
        after: Option<&str>,
        most: usize,
    ) -> Result<Vec<String>> {
        let writer = Self::writer(&mut self.writers, table)?;
        missing::keys(&self.connection, writer, among, after, most)
            .map_err(|error| failed(&self.name, error))
    }

    fn lacking(&mut self, table: &str, keys: &[String]) -> Result<Vec<String>> {
        let writer = Self::writer(&mut self.writers, table)?;
        missing::lacking(&self.connection, writer, keys).map_err(|error| failed(&self.name, error))
    }

    fn mark_deleted(&mut self, table: &str, keys: &[String], at: Micros) -> Result<u64> {
        let name = &self.name;
        let writer = Self::writer(&mut self.writers, table)?;
        let transaction = self.connection.unchecked_transaction();
        let transaction = transaction.map_err(|error| failed(name, error))?;
        lock::confirm(&transaction, name, self.lock.as_ref(), None)?;
        let marked = missing::mark(&transaction, writer, keys, at);
        let marked = marked.map_err(|error| failed(name, error))?;
        if marked > 0 {
            schema::count_change(&transaction, table).map_err(|error| failed(name, error))?;
        }
        transaction.commit().map_err(|error| failed(name, error))?;
        Ok(marked)
    }

    fn conclude(&mut self, table: &str, state: &TableState) -> Result<()> {
        let name = &self.name;
        let writer = Self::writer(&mut self.writers, table)?;
        let transaction = self.connection.unchecked_transaction();
        let transaction = transaction.map_err(|error| failed(name, error))?;
        lock::confirm(&transaction, name, self.lock.as_ref(), None)?;
        schema::keep_state(&transaction, table, state).map_err(|error| failed(name, error))?;
        transaction.commit().map_err(|error| failed(name, error))?;
        writer.set_state(state.clone());
        Ok(())
    }

    fn beat(&mut self, now: Micros) -> Result<()> {
        self.confirm(now)
    }

    fn store(&mut self) -> Result<Option<StoreKey>> {
        copy_of(&self.connection).map_err(|error| self.failed(error))
    }

    fn status(&mut self) -> Result<Vec<TableStatus>> {
        status(&self.connection).map_err(|error| self.failed(error))
    }

    fn lay_out(&mut self, layout: &TableLayout) -> Result<LaidOut> {
        let sql = |error| failed(&self.name, error);
        let transaction = self.connection.unchecked_transaction().map_err(sql)?;
        lock::confirm(&transaction, &self.name, self.lock.as_ref(), None)?;
        let laid_out = views::lay_out(&transaction, &self.name, layout)?;
        transaction.commit().map_err(sql)?;
        Ok(laid_out)
    }

    fn finish(&mut self) -> Result<()> {
        if let Some(held) = self.lock.take() {
            lock::release(&self.connection, &held).map_err(|error| self.failed(error))?;
        }
        Ok(())
    }
}

/// A name as SQL quotes it.
pub(in crate::sync) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
