//! The result of a table.

use crate::error::Error;
use crate::sync::destination::Missing;
use crate::sync::{Micros, SyncTable};

/// The result of a table.
#[derive(Debug)]
pub struct TableReport {
    /// Its name.
    pub table: String,
    /// Rows that were read.
    pub rows: u64,
    /// Of those, the ones that were new or different.
    pub changed: u64,
    /// Rows that were marked as deleted.
    pub deleted: u64,
    /// Its bookmark.
    pub bookmark: Option<Micros>,
    /// How it ended.
    pub end: TableEnd,
}

/// How the reading of a table ended.
#[derive(Debug)]
pub enum TableEnd {
    /// It was read to its end.
    Done,
    /// It was read lately, and can only be read whole.
    NotDue,
    /// The token may not read it, or the plan of the store lacks it.
    Forbidden(Error),
    /// It was read to its end, but so many rows are gone that none was marked.
    TooManyGone(Missing),
    /// It was not read to its end. What was stored is complete up to the bookmark.
    Failed(Error),
}

impl TableReport {
    /// A table of which nothing was read.
    #[must_use]
    pub fn unread(table: &SyncTable, end: TableEnd) -> Self {
        Self {
            table: table.name.clone(),
            rows: 0,
            changed: 0,
            deleted: 0,
            bookmark: None,
            end,
        }
    }

    /// Whether it is as it should be.
    #[must_use]
    pub const fn is_good(&self) -> bool {
        matches!(self.end, TableEnd::Done | TableEnd::NotDue)
    }
}
