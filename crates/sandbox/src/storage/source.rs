//! Records that are made when they are read, as a table sees them.

use std::fmt::Debug;

use jiff::Timestamp;

use super::layer::Layer;
use crate::values::record::Record;

/// What makes the records of tables when somebody reads them.
///
/// A source has a section for each table that it fills. Records of a section are
/// numbered by their rank, from 0, in the order of their ids.
pub(crate) trait Source: Debug + Send + Sync {
    /// By what the records of a section are found.
    fn layer(&self, section: usize) -> &Layer;

    /// The record of a section at a rank.
    fn record(&self, section: usize, rank: u32) -> Record;

    /// Appends the JSON text of the record of a section at a rank.
    fn write(&self, section: usize, rank: u32, out: &mut String);

    /// What the same source can be made from again.
    fn origin(&self) -> Origin;
}

/// What a source is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Origin {
    /// How many customers it has.
    pub(crate) customers: u32,
    /// Another number, another source.
    pub(crate) seed: u64,
    /// The present that it was seen from.
    pub(crate) now: Timestamp,
}
