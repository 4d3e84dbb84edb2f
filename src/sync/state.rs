//! How far a table is, as the destination keeps it.

use serde::{Deserialize, Serialize};

use super::Micros;

/// How far a table is. The destination commits it with the rows that it is true
/// of, as JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TableState {
    /// Everything up to this value of the replication key is stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bookmark: Option<Micros>,
    /// When a run last read the table to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed: Option<Micros>,
    /// When the whole list was last read to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_whole: Option<Micros>,
}

impl TableState {
    /// Moves the bookmark on to a value; never back.
    pub fn advance(&mut self, newest: Option<Micros>) {
        self.bookmark = self.bookmark.max(newest);
    }
}

/// What a destination has of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableStatus {
    /// Its name.
    pub name: String,
    /// Rows that the store has as well.
    pub rows: u64,
    /// Rows that the store no longer has.
    pub deleted: u64,
    /// How far it is.
    pub state: TableState,
}
