//! The plan of a run.

use std::time::Duration;

use crate::sync::destination::SchemaPolicy;
use crate::sync::layout::TableLayout;
use crate::sync::{Micros, SyncTable};

/// The plan of a run.
#[derive(Debug, Clone)]
pub struct RunPlan {
    /// The tables, in their order.
    pub tables: Vec<SyncTable>,
    /// The tables that are read again from the beginning.
    pub refresh: Vec<String>,
    /// Nothing older is read, where a table has no bookmark yet.
    pub start: Option<Micros>,
    /// How far before its bookmark a table is read again: rows that the store shows
    /// late are found there.
    pub lookback: Duration,
    /// How much of the latest time is left for the next run.
    pub lag: Duration,
    /// How often a table is read that can only be read whole; `None` for each run.
    pub full_every: Option<Duration>,
    /// How many tables are read at a time.
    pub parallel: usize,
    /// Whether new fields get columns.
    pub schema: SchemaPolicy,
    /// Which deletions are looked for.
    pub deletes: Deletes,
    /// Whether many deletions at once were confirmed.
    pub confirmed: bool,
    /// The views to make over the tables.
    pub layout: Option<TableLayout>,
}

/// Which deletions are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Deletes {
    /// Those that the API is known to make: rows that it may remove, and tables that
    /// are read whole.
    #[default]
    Known,
    /// All of them: each table is read to its end, whatever its bookmark.
    Full,
    /// None.
    Off,
}

impl RunPlan {
    /// Whether a table is read again.
    #[must_use]
    pub fn refreshes(&self, table: &SyncTable) -> bool {
        self.refresh.contains(&table.name)
    }
}
