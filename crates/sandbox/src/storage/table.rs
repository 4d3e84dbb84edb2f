//! A table: the records of one kind, in the order of their numbers.
//!
//! Records go in and come out as JSON objects, and lie here as packed text, so
//! that a page is a join of texts. Beside them lie what lists ask for:
//! equality lookups, times to sort and to cut windows by. A table of a
//! made-up store has a source: records that are made when they are read, until
//! one of the same number is put in here or taken out. Everything outside goes
//! through these methods, so that the inside can change. Knows nothing of rules
//! or HTTP.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Bound, RangeBounds};
use std::sync::Arc;

use super::shape::{Bounds, NEVER, Shape};
use super::source::Source;
use crate::storage::index::{Index, IndexEntry};
use crate::storage::layer::Layer;
use crate::storage::merged::Merged;
use crate::storage::pack::{Packed, Packer};
use crate::values::key::Key;
use crate::values::record::Record;

/// The records of one kind.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    shape: &'static Shape,
    /// What makes its records, and the section of it.
    source: Option<(Arc<dyn Source>, usize)>,
    /// Numbers that were put in or taken out since the store was made: what
    /// the source has of them no longer counts.
    touched: BTreeSet<u64>,
    /// Numbers from here on were not there when the store was made.
    new_from: u64,
    /// How many records of the source no longer count.
    hidden: usize,
    rows: BTreeMap<u64, StoredRow>,
    packer: Packer,
    index: Index,
}

#[derive(Debug, Clone)]
struct StoredRow {
    packed: Packed,
    found: IndexEntry,
}

impl Table {
    pub(crate) fn new(shape: &'static Shape) -> Self {
        Self {
            shape,
            source: None,
            touched: BTreeSet::new(),
            new_from: 0,
            hidden: 0,
            rows: BTreeMap::new(),
            packer: Packer::default(),
            index: Index::new(shape),
        }
    }

    /// Fills the table, which is empty, from a section of a source.
    pub(crate) fn fill_from(&mut self, source: Arc<dyn Source>, section: usize) {
        self.source = Some((source, section));
    }

    /// The store is made, and new numbers begin here: from now on it is noted
    /// what is touched.
    pub(crate) fn settle(&mut self, next: u64) {
        self.touched.clear();
        self.new_from = next;
    }

    /// What the table keeps.
    pub(crate) fn shape(&self) -> &'static Shape {
        self.shape
    }

    /// How many records there are.
    pub(crate) fn len(&self) -> usize {
        self.layer().map_or(0, Layer::len) - self.hidden + self.rows.len()
    }

    /// Numbers that were put in or taken out since the store was made.
    pub(crate) fn touched(&self) -> impl Iterator<Item = u64> {
        self.touched.iter().copied()
    }

    fn layer(&self) -> Option<&Layer> {
        let (source, section) = self.source.as_ref()?;
        Some(source.layer(*section))
    }

    /// Where the source has the record of that number, if it still counts.
    fn rank(&self, id: u64) -> Option<(&Layer, u32)> {
        if self.touched.contains(&id) {
            return None;
        }
        let layer = self.layer()?;
        Some((layer, layer.rank(id)?))
    }

    /// The record of the source of that number, if it still counts.
    fn grown(&self, id: u64) -> Option<Record> {
        let (source, section) = self.source.as_ref()?;
        let (_, rank) = self.rank(id)?;
        Some(source.record(*section, rank))
    }

    /// Whether there is a record of that number.
    pub(crate) fn holds(&self, id: u64) -> bool {
        self.rows.contains_key(&id) || self.rank(id).is_some()
    }

    /// The record of that number.
    pub(crate) fn get(&self, id: u64) -> Option<Record> {
        match self.rows.get(&id) {
            Some(row) => Some(self.parsed(row)),
            None => self.grown(id),
        }
    }

    /// Writes the JSON text of the record of that number, if it is there.
    pub(crate) fn write_text(&self, id: u64, out: &mut String) {
        if let Some(row) = self.rows.get(&id) {
            self.packer.unpack(&row.packed, out);
        } else if let (Some((source, section)), Some((_, rank))) = (&self.source, self.rank(id)) {
            source.write(*section, rank, out);
        }
    }

    fn parsed(&self, row: &StoredRow) -> Record {
        let mut text = String::new();
        self.packer.unpack(&row.packed, &mut text);
        serde_json::from_str(&text).expect("only serialised records are kept")
    }

    /// Puts a record in, in place of the one of that number, if any.
    pub(crate) fn put(&mut self, id: u64, record: &Record) {
        let text = serde_json::to_string(record).unwrap_or_default();
        self.put_text(id, record, &text);
    }

    /// As [`Self::put`], where the text is at hand.
    pub(crate) fn put_text(&mut self, id: u64, record: &Record, text: &str) {
        self.remove(id);
        self.touched.insert(id);
        let found = self.index.put(id, record);
        let packed = self.packer.pack(text);
        self.rows.insert(id, StoredRow { packed, found });
    }

    /// Takes a record out; says whether it was there.
    pub(crate) fn remove(&mut self, id: u64) -> bool {
        let grown = self.rank(id).is_some();
        if id < self.new_from {
            self.touched.insert(id);
        } else {
            // What came and went leaves nothing to note.
            self.touched.remove(&id);
        }
        if grown {
            self.hidden += 1;
            return true;
        }
        let Some(row) = self.rows.remove(&id) else {
            return false;
        };
        let record = self.parsed(&row);
        self.index.remove(id, &record, &row.found);
        true
    }

    /// Which lookup or time is at that path.
    pub(crate) fn lookup_at(&self, path: &str) -> Option<usize> {
        self.shape.lookups.iter().position(|at| *at == path)
    }

    /// Which time is at that path.
    pub(crate) fn time_at(&self, path: &str) -> Option<usize> {
        self.shape.times.iter().position(|at| *at == path)
    }

    /// Numbers of the records with that value at a lookup path, ascending.
    /// The comparison does not tell upper from lower case.
    pub(crate) fn find(&self, path: &str, value: impl Key) -> Vec<u64> {
        self.lookup_at(path).map_or_else(Vec::new, |lookup| {
            self.with(lookup, value.hashed()).collect()
        })
    }

    /// The first record with that value at a lookup path.
    pub(crate) fn find_one(&self, path: &str, value: impl Key) -> Option<(u64, Record)> {
        let lookup = self.lookup_at(path)?;
        let id = self.with(lookup, value.hashed()).next()?;
        Some((id, self.get(id)?))
    }

    /// Numbers of the records with that hash in a lookup, ascending.
    pub(crate) fn with(
        &self,
        lookup: usize,
        hash: u64,
    ) -> impl DoubleEndedIterator<Item = u64> + use<'_> {
        self.with_in(lookup, hash, (Bound::Unbounded, Bound::Unbounded))
    }

    /// As [`Self::with`], of numbers in a range.
    pub(crate) fn with_in(
        &self,
        lookup: usize,
        hash: u64,
        range: Bounds<u64>,
    ) -> impl DoubleEndedIterator<Item = u64> + use<'_> {
        let grown = self.layer().map(|layer| layer.with(lookup, hash, range));
        let rows = self.index.with(lookup, hash, range);
        Merged::new(rows, self.counting(grown, |id| *id))
    }

    /// Whether a record has that hash in a lookup.
    pub(crate) fn has(&self, lookup: usize, hash: u64, id: u64) -> bool {
        match self.rank(id) {
            Some((layer, rank)) => layer.has(lookup, hash, rank),
            None => self.index.has(lookup, hash, id),
        }
    }

    /// Whether a record has that value at a lookup path.
    pub(crate) fn says(&self, id: u64, path: &str, value: impl Key) -> bool {
        self.lookup_at(path)
            .is_some_and(|lookup| self.has(lookup, value.hashed(), id))
    }

    /// Whether a record has any value at a lookup path.
    pub(crate) fn says_any(&self, id: u64, path: &str) -> bool {
        let Some(lookup) = self.lookup_at(path) else {
            return false;
        };
        match self.rank(id) {
            Some((layer, rank)) => layer.has_any(lookup, rank),
            None => self
                .rows
                .get(&id)
                .is_some_and(|row| row.found.has_any(lookup)),
        }
    }

    /// Seconds of a time of a record.
    pub(crate) fn seconds(&self, time: usize, id: u64) -> i64 {
        match self.rank(id) {
            Some((layer, rank)) => layer.seconds(time, rank),
            None => self
                .rows
                .get(&id)
                .map_or(NEVER, |row| row.found.times[time]),
        }
    }

    /// Numbers in a range, ascending (or descending from its end).
    pub(crate) fn ids(&self, range: impl RangeBounds<u64>) -> impl DoubleEndedIterator<Item = u64> {
        let range = bounds(&range);
        let grown = self.layer().map(|layer| layer.ids(range));
        let grown = self.counting(grown, |id| *id);
        Merged::new(self.rows.range(range).map(|(id, _)| *id), grown)
    }

    /// Seconds and numbers in a range of a time, ascending.
    pub(crate) fn timed(
        &self,
        time: usize,
        range: impl RangeBounds<(i64, u64)>,
    ) -> impl DoubleEndedIterator<Item = (i64, u64)> {
        let range = bounds(&range);
        let grown = self.layer().map(|layer| layer.timed(time, range));
        let grown = self.counting(grown, |(_, id)| *id);
        Merged::new(self.index.timed(time, range), grown)
    }

    /// As [`Self::timed`], of the records with a hash in the lookup that is
    /// kept sorted.
    pub(crate) fn timed_with(
        &self,
        hash: u64,
        time: usize,
        range: impl RangeBounds<(i64, u64)>,
    ) -> impl DoubleEndedIterator<Item = (i64, u64)> {
        let range = bounds(&range);
        let grown = self
            .layer()
            .map(|layer| layer.timed_with(hash, time, range));
        let grown = self.counting(grown, |(_, id)| *id);
        Merged::new(self.index.timed_with(hash, time, range), grown)
    }

    /// What still counts of the source.
    fn counting<'a, Item>(
        &'a self,
        grown: Option<impl DoubleEndedIterator<Item = Item> + 'a>,
        id: impl Fn(&Item) -> u64 + 'a,
    ) -> impl DoubleEndedIterator<Item = Item> + 'a {
        let all = grown.into_iter().flatten();
        all.filter(move |item| self.touched.is_empty() || !self.touched.contains(&id(item)))
    }
}

fn bounds<Key: Clone>(range: &impl RangeBounds<Key>) -> Bounds<Key> {
    (range.start_bound().cloned(), range.end_bound().cloned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::key::hash;
    use crate::values::record;
    use serde_json::json;

    const SHAPE: Shape = Shape {
        object: "thing",
        lookups: &["status", "items.*.sku"],
        times: &["created_at"],
        first_id: 1,
        always_includes: false,
    };

    fn thing(status: &str, sku: &str, day: &str) -> Record {
        record::object(json!({"status": status, "items": [{"sku": sku}], "created_at": day}))
    }

    #[test]
    fn a_record_is_found_by_what_it_holds_now_and_not_by_what_it_held() {
        let mut table = Table::new(&SHAPE);
        table.put(7, &thing("active", "A", "2026-01-01"));
        table.put(8, &thing("active", "B", "2026-01-02"));
        assert_eq!(table.find("status", "ACTIVE"), [7, 8]);
        table.put(7, &thing("cancelled", "C", "2026-01-03"));
        assert_eq!(table.find("status", "active"), [8]);
        assert_eq!(table.find("items.*.sku", "A"), [0_u64; 0]);
        assert_eq!(table.find("items.*.sku", "C"), [7]);
        let by_time: Vec<u64> = table.timed(0, ..).map(|(_, id)| id).collect();
        assert_eq!(by_time, [8, 7]);
        let of = |status: &str| table.timed_with(hash(status), 0, ..).count();
        assert_eq!((of("active"), of("cancelled"), of("expired")), (1, 1, 0));
        assert!(table.says_any(7, "status") && !table.says_any(9, "status"));
        assert!(table.remove(8));
        assert_eq!(table.len(), 1);
        assert_eq!(table.timed(0, ..).count(), 1);
    }
}
