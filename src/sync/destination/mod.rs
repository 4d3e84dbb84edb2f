//! Where copies go. A destination keeps rows and the state of their table in one
//! transaction, so that the state is always true of the rows.
//!
//! Its methods block: [`DestinationThread`] runs it on a thread of its own, so that a page is
//! stored while the next one is fetched.

mod address;
mod batch;
mod columns;
pub mod files;
#[cfg(feature = "lake")]
pub mod lake;
#[cfg(feature = "postgres")]
pub mod postgres;
pub mod singer;
pub mod sqlite;
mod worker;

use super::Micros;
use super::identity::StoreKey;
use super::layout::{LaidOut, TableLayout};
use super::row::RowFindings;
use super::state::{TableState, TableStatus, bookmark_of};
use super::table::SyncTable;
use crate::catalog::{ForgottenRecords, RemovedRecords};
use crate::error::{Error, Result};

pub use address::{Address, LakeFormat, LakeLocation, PostgresUrl, USUAL_FILE};
pub use batch::{BatchPurpose, RecordPage};
pub use worker::DestinationThread;

/// The columns that every table has beside those of its records.
pub const EXTRA: &str = "_extra";
/// When the row was last written, UTC.
pub const SYNCED_AT: &str = "_synced_at";
/// When the store was found to have no such row any more, UTC.
pub const DELETED_AT: &str = "_deleted_at";

/// How the bookmark moves with a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advance {
    /// To the newest replication key of the page, and not past the moment when the
    /// table began to be read.
    WithPage {
        /// That moment.
        begun: Micros,
    },
    /// Not before the list was read to its end.
    AtEnd,
}

impl Advance {
    /// The bookmark after a page that came at a time, by its newest replication key.
    #[must_use]
    pub fn bookmark(self, newest: Option<Micros>, at: Micros) -> Option<Micros> {
        match self {
            Self::WithPage { begun } => bookmark_of(newest, begun, at),
            Self::AtEnd => None,
        }
    }
}

/// The result of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoredPage {
    /// Its rows.
    pub rows: u64,
    /// Of those, the ones that were new or different.
    pub changed: u64,
    /// The newest replication key.
    pub newest: Option<Micros>,
    /// The oldest replication key.
    pub oldest: Option<Micros>,
    /// Whether a replication key is older than one before it.
    pub is_unordered: bool,
    /// What was odd.
    pub findings: RowFindings,
}

impl StoredPage {
    /// Takes note of the replication key of a row.
    pub fn saw(&mut self, key: Option<Micros>) {
        let Some(key) = key else { return };
        self.is_unordered |= self.newest.is_some_and(|newest| newest > key);
        self.newest = self.newest.max(Some(key));
        self.oldest = Some(self.oldest.map_or(key, |oldest| oldest.min(key)));
    }
}

/// Lists of records of another table, complete for some of its records.
#[derive(Debug, Clone)]
pub struct ChildPage {
    /// The name of their table.
    pub table: String,
    /// The column with the key of the record that each belongs to.
    pub column: &'static str,
    /// The keys of the records whose lists these are.
    pub parents: Vec<String>,
    /// All records of these lists.
    pub records: RecordPage,
}

/// Whether the columns of a table follow the catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SchemaPolicy {
    /// New fields get columns.
    #[default]
    Evolve,
    /// The columns stay as they are; new fields go to `_extra`.
    Freeze,
    /// As `Evolve`, and columns that are gone are added: all rows are read
    /// again.
    Refresh,
}

/// A process that writes to a destination, as others see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Writer {
    /// Number of the process.
    pub process: u32,
    /// Name of its host.
    pub host: String,
}

/// Keeps the tables of one store.
pub trait Destination: Send {
    /// Takes the destination for one writer, and compares the store that it is a
    /// copy of.
    ///
    /// # Errors
    /// Of kind `Usage`: it is a copy of another store. `Partial`: another process
    /// writes to it. `Unexpected`: it cannot be opened.
    fn begin(&mut self, store: &StoreKey, writer: &Writer, now: Micros) -> Result<()>;

    /// Makes the table ready for rows, and says how far it is.
    ///
    /// # Errors
    /// It is not as it was left.
    fn prepare(&mut self, table: &SyncTable, policy: SchemaPolicy) -> Result<TableState>;

    /// Stores a page and the bookmark in one transaction. A row that was deleted
    /// returns to life.
    ///
    /// # Errors
    /// Nothing of the page was stored.
    fn write(&mut self, table: &str, batch: &RecordPage, advance: Advance) -> Result<StoredPage>;

    /// As [`Self::write`], with the lists that belong to the records of the page, all
    /// in one transaction: what a list no longer has is marked as deleted, and the
    /// tables of the lists have the bookmark of the page.
    ///
    /// # Errors
    /// Nothing was stored.
    fn write_family(
        &mut self,
        table: &str,
        batch: &RecordPage,
        advance: Advance,
        children: &[ChildPage],
    ) -> Result<Vec<StoredPage>>;

    /// Begins to gather the keys of a list that is read from its beginning.
    ///
    /// # Errors
    /// They cannot be kept.
    fn gather(&mut self, table: &str) -> Result<()>;

    /// How many rows are not deleted, and how many of them are missing among the
    /// keys that were gathered; `among` restricts both to some rows.
    ///
    /// # Errors
    /// The table cannot be read.
    fn count_missing(&mut self, table: &str, among: Option<&Among>) -> Result<Missing>;

    /// The next keys that are missing, after `after`, at most `most`.
    ///
    /// # Errors
    /// The table cannot be read.
    fn missing(
        &mut self,
        table: &str,
        among: Option<&Among>,
        after: Option<&str>,
        most: usize,
    ) -> Result<Vec<String>>;

    /// Those of the keys that were not gathered.
    ///
    /// # Errors
    /// The table cannot be read.
    fn lacking(&mut self, table: &str, keys: &[String]) -> Result<Vec<String>>;

    /// Marks rows as deleted.
    ///
    /// # Errors
    /// None was marked.
    fn mark_deleted(&mut self, table: &str, keys: &[String], at: Micros) -> Result<u64>;

    /// How rows of a table that the store no longer has are found and marked.
    fn removals(&self, _table: &str) -> Removals {
        Removals::Compared
    }

    /// Ends the rows that the whole list, which was just read, does not have: its
    /// [`Removals`] are by `Version`.
    ///
    /// # Errors
    /// They cannot be ended.
    fn end_older_rows(&mut self, _table: &str) -> Result<()> {
        Ok(())
    }

    /// Stores the state of a table that was read to its end.
    ///
    /// # Errors
    /// It was not stored.
    fn conclude(&mut self, table: &str, state: &TableState) -> Result<()>;

    /// Shows other processes that the writer is alive.
    ///
    /// # Errors
    /// The destination was taken by another process.
    fn beat(&mut self, now: Micros) -> Result<()>;

    /// The store that it is a copy of; `None` where it is none yet.
    ///
    /// # Errors
    /// It cannot be read.
    fn store(&mut self) -> Result<Option<StoreKey>>;

    /// What it has of each table.
    ///
    /// # Errors
    /// It cannot be read.
    fn status(&mut self) -> Result<Vec<TableStatus>>;

    /// Makes the views of a layout over the tables, or replaces those that are
    /// otherwise: all of them or none. Tables and their rows stay as they are.
    ///
    /// # Errors
    /// Of kind `Usage`: it has no views, or something of the name of a view is there
    /// that the program did not make. `Partial`: others read a view, so that it cannot
    /// be replaced.
    fn lay_out(&mut self, layout: &TableLayout) -> Result<LaidOut> {
        let name = layout.layout.name;
        Err(Error::usage(format!(
            "--layout {name} makes views in a database, and files have none"
        )))
    }

    /// What the user should know about the destination, once.
    fn take_notes(&mut self) -> Vec<String> {
        Vec::new()
    }

    /// Ends the work: what readers of files see is made whole, and the next writer
    /// may come.
    ///
    /// # Errors
    /// It cannot be made whole.
    fn finish(&mut self) -> Result<()>;
}

/// How a destination finds and marks the rows of a table that the store no longer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Removals {
    /// Its keys are compared with those of a list, and each missing row is marked.
    #[default]
    Compared,
    /// As `Compared`; rows that were read for their keys alone are not written again.
    KeysCompared,
    /// A complete read of the whole list ends all rows that it does not have.
    Version,
    /// Not at all: the rows cannot be read back.
    Unknown,
}

/// Some rows of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Among {
    /// Those with one of these values in a field.
    With(RemovedRecords),
    /// All but those that a list no longer shows: the moment before which it
    /// forgets them.
    NotForgotten(ForgottenRecords, Micros),
}

/// How many rows are missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Missing {
    /// Rows that are not deleted.
    pub rows: u64,
    /// Of those, the ones whose keys were not gathered.
    pub missing: u64,
}
