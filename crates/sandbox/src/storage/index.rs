//! By what the records of a table are found that lie in it: sorted sets, which
//! change with every record that is put in or taken out.
//!
//! Records go in and out with their numbers; out come numbers by value and by
//! time. What a table lies on has a [`crate::storage::layer`] instead. Knows nothing of
//! what records mean.

use std::collections::BTreeSet;
use std::ops::Bound;

use super::shape::{Bounds, NEVER, Shape};
use crate::values::key::hash_of;
use crate::values::record::{self, Record};
use crate::values::time;

/// The sorted sets of one table.
#[derive(Debug, Clone)]
pub(crate) struct Index {
    shape: &'static Shape,
    /// For each lookup path: hash of the value, number of the record.
    lookups: Vec<BTreeSet<(u64, u64)>>,
    /// For each time path: seconds, number of the record.
    times: Vec<BTreeSet<(i64, u64)>>,
    /// The same for each hash of the lookup that is kept sorted.
    sorted: Vec<BTreeSet<(u64, i64, u64)>>,
}

/// What a record is found by, besides its values.
#[derive(Debug, Clone)]
pub(crate) struct IndexEntry {
    /// Seconds of each time.
    pub(crate) times: Box<[i64]>,
    /// One bit for each lookup in which it has a value.
    lookups: u32,
}

impl Index {
    pub(crate) fn new(shape: &'static Shape) -> Self {
        Self {
            shape,
            lookups: shape.lookups.iter().map(|_| BTreeSet::new()).collect(),
            times: shape.times.iter().map(|_| BTreeSet::new()).collect(),
            sorted: shape.times.iter().map(|_| BTreeSet::new()).collect(),
        }
    }

    /// The record of that number is found from now on.
    pub(crate) fn put(&mut self, id: u64, record: &Record) -> IndexEntry {
        let times = self.shape.times.iter().map(|path| seconds(record, path));
        let mut found = IndexEntry {
            times: times.collect(),
            lookups: 0,
        };
        let paths = self.shape.lookups.iter().zip(&mut self.lookups);
        for (place, (path, lookup)) in paths.enumerate() {
            each_hash(record, path, &mut |hash| {
                lookup.insert((hash, id));
                found.lookups |= 1 << place;
            });
        }
        for (index, at) in self.times.iter_mut().zip(&found.times) {
            index.insert((*at, id));
        }
        if let Some(hash) = sorted_hash(self.shape, record) {
            for (index, at) in self.sorted.iter_mut().zip(&found.times) {
                index.insert((hash, *at, id));
            }
        }
        found
    }

    /// The record of that number is found no longer.
    pub(crate) fn remove(&mut self, id: u64, record: &Record, found: &IndexEntry) {
        for (path, lookup) in self.shape.lookups.iter().zip(&mut self.lookups) {
            each_hash(record, path, &mut |hash| {
                lookup.remove(&(hash, id));
            });
        }
        for (index, at) in self.times.iter_mut().zip(&found.times) {
            index.remove(&(*at, id));
        }
        if let Some(hash) = sorted_hash(self.shape, record) {
            for (index, at) in self.sorted.iter_mut().zip(&found.times) {
                index.remove(&(hash, *at, id));
            }
        }
    }

    /// Whether a record has that hash in a lookup.
    pub(crate) fn has(&self, lookup: usize, hash: u64, id: u64) -> bool {
        self.lookups[lookup].contains(&(hash, id))
    }

    /// Numbers in a range of the records with that hash in a lookup, ascending.
    pub(crate) fn with(
        &self,
        lookup: usize,
        hash: u64,
        (from, to): Bounds<u64>,
    ) -> impl DoubleEndedIterator<Item = u64> + use<'_> {
        let within = |at: Bound<u64>, end| match at {
            Bound::Unbounded => Bound::Included((hash, end)),
            at => at.map(|id| (hash, id)),
        };
        let range = (within(from, 0), within(to, u64::MAX));
        self.lookups[lookup].range(range).map(|(_, id)| *id)
    }

    /// Seconds and numbers in a range of a time, ascending.
    pub(crate) fn timed(
        &self,
        time: usize,
        range: Bounds<(i64, u64)>,
    ) -> impl DoubleEndedIterator<Item = (i64, u64)> + use<'_> {
        self.times[time].range(range).copied()
    }

    /// As [`Self::timed`], of the records with a hash in the lookup that is
    /// kept sorted.
    pub(crate) fn timed_with(
        &self,
        hash: u64,
        time: usize,
        (from, to): Bounds<(i64, u64)>,
    ) -> impl DoubleEndedIterator<Item = (i64, u64)> + use<'_> {
        let within = |at: Bound<(i64, u64)>, end| match at {
            Bound::Unbounded => Bound::Included(end),
            at => at.map(|(at, id)| (hash, at, id)),
        };
        let first = within(from, (hash, NEVER, 0));
        let last = within(to, (hash, i64::MAX, u64::MAX));
        let rows = self.sorted[time].range((first, last));
        rows.map(|(_, at, id)| (*at, *id))
    }
}

impl IndexEntry {
    /// Whether the record has any value in a lookup.
    pub(crate) fn has_any(&self, lookup: usize) -> bool {
        self.lookups & 1 << lookup != 0
    }
}

fn each_hash(record: &Record, path: &str, see: &mut dyn FnMut(u64)) {
    record::each(record, path, &mut |value| {
        if let Some(hash) = hash_of(value) {
            see(hash);
        }
    });
}

/// The hash of a record in the lookup that is kept sorted.
fn sorted_hash(shape: &Shape, record: &Record) -> Option<u64> {
    let path = shape.lookups[shape.sorted()?];
    hash_of(record::at(record, path)?)
}

fn seconds(record: &Record, path: &str) -> i64 {
    time::parse(record::text(record, path)).map_or(NEVER, jiff::Timestamp::as_second)
}
