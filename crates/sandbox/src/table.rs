//! A table: the records of one kind, in the order of their numbers.
//!
//! Records go in and come out as JSON objects, and lie here as packed text, so
//! that a page is a join of texts. Beside them lie what lists ask for:
//! equality lookups, times to sort and to cut windows by. A table of a demo
//! store lies on ground: records that are written when they are read, until
//! one of the same number is put in here or taken out. Everything outside goes
//! through these methods, so that the inside can change. Knows nothing of rules
//! or HTTP.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Bound, RangeBounds};
use std::sync::Arc;

use super::index::{Found, Index};
use super::key::Key;
use super::layer::{Bounds, Layer};
use super::merged::Merged;
use super::pack::{Packed, Packer};
use super::record::Record;
use super::seed::ground::{Ground, Kind};

/// What a table keeps beside its records.
#[derive(Debug)]
pub(super) struct Shape {
    /// Name of the object, as catalogue rows wrap it.
    pub(super) object: &'static str,
    /// Dotted paths (`*` for items of lists) that records are found by.
    pub(super) lookups: &'static [&'static str],
    /// Dotted paths of times that records are sorted and cut by.
    pub(super) times: &'static [&'static str],
    /// Where numbers of new records begin.
    pub(super) first_id: u64,
    /// Whether answers carry `include` also when nothing was asked for.
    pub(super) always_includes: bool,
}

impl Shape {
    /// The lookup whose values are shared by so many records that these are
    /// kept in the order of each time as well.
    pub(super) fn sorted(&self) -> Option<usize> {
        self.lookups.iter().position(|path| *path == "status")
    }
}

/// A time that is not set sorts before all others.
pub(super) const NEVER: i64 = i64::MIN;

/// The records of one kind.
#[derive(Debug, Clone)]
pub(super) struct Table {
    shape: &'static Shape,
    /// What the table lies on.
    ground: Option<(Arc<Ground>, Kind)>,
    /// Numbers that were put in or taken out since the store was made: what
    /// the ground has of them no longer counts.
    touched: BTreeSet<u64>,
    /// Numbers from here on were not there when the store was made.
    new_from: u64,
    /// How many records of the ground no longer count.
    hidden: usize,
    rows: BTreeMap<u64, Row>,
    packer: Packer,
    index: Index,
}

#[derive(Debug, Clone)]
struct Row {
    packed: Packed,
    found: Found,
}

impl Table {
    pub(super) fn new(shape: &'static Shape) -> Self {
        Self {
            shape,
            ground: None,
            touched: BTreeSet::new(),
            new_from: 0,
            hidden: 0,
            rows: BTreeMap::new(),
            packer: Packer::default(),
            index: Index::new(shape),
        }
    }

    /// Lays the table, which is empty, on ground.
    pub(super) fn lay_on(&mut self, ground: Arc<Ground>, kind: Kind) {
        self.ground = Some((ground, kind));
    }

    /// The store is made, and new numbers begin here: from now on it is noted
    /// what is touched.
    pub(super) fn settle(&mut self, next: u64) {
        self.touched.clear();
        self.new_from = next;
    }

    /// What the table keeps.
    pub(super) fn shape(&self) -> &'static Shape {
        self.shape
    }

    /// How many records there are.
    pub(super) fn len(&self) -> usize {
        self.layer().map_or(0, Layer::len) - self.hidden + self.rows.len()
    }

    /// Numbers that were put in or taken out since the store was made.
    pub(super) fn touched(&self) -> impl Iterator<Item = u64> {
        self.touched.iter().copied()
    }

    fn layer(&self) -> Option<&Layer> {
        let (ground, kind) = self.ground.as_ref()?;
        Some(ground.layer(*kind))
    }

    /// Where the ground has the record of that number, if it still counts.
    fn rank(&self, id: u64) -> Option<(&Layer, u32)> {
        if self.touched.contains(&id) {
            return None;
        }
        let layer = self.layer()?;
        Some((layer, layer.rank(id)?))
    }

    /// The record of the ground of that number, if it still counts.
    fn grown(&self, id: u64) -> Option<Record> {
        let (ground, kind) = self.ground.as_ref()?;
        let (_, rank) = self.rank(id)?;
        Some(ground.record(*kind, rank))
    }

    /// Whether there is a record of that number.
    pub(super) fn holds(&self, id: u64) -> bool {
        self.rows.contains_key(&id) || self.rank(id).is_some()
    }

    /// The record of that number.
    pub(super) fn get(&self, id: u64) -> Option<Record> {
        match self.rows.get(&id) {
            Some(row) => Some(self.parsed(row)),
            None => self.grown(id),
        }
    }

    /// Writes the JSON text of the record of that number, if it is there.
    pub(super) fn write_text(&self, id: u64, out: &mut String) {
        if let Some(row) = self.rows.get(&id) {
            self.packer.unpack(&row.packed, out);
        } else if let (Some((ground, kind)), Some((_, rank))) = (&self.ground, self.rank(id)) {
            ground.write(*kind, rank, out);
        }
    }

    fn parsed(&self, row: &Row) -> Record {
        let mut text = String::new();
        self.packer.unpack(&row.packed, &mut text);
        serde_json::from_str(&text).expect("only serialised records are kept")
    }

    /// Puts a record in, in place of the one of that number, if any.
    pub(super) fn put(&mut self, id: u64, record: &Record) {
        let text = serde_json::to_string(record).unwrap_or_default();
        self.put_text(id, record, &text);
    }

    /// As [`Self::put`], where the text is at hand.
    pub(super) fn put_text(&mut self, id: u64, record: &Record, text: &str) {
        self.remove(id);
        self.touched.insert(id);
        let found = self.index.put(id, record);
        let packed = self.packer.pack(text);
        self.rows.insert(id, Row { packed, found });
    }

    /// Takes a record out; says whether it was there.
    pub(super) fn remove(&mut self, id: u64) -> bool {
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

    /// Which lookup or time stands at that path.
    pub(super) fn lookup_at(&self, path: &str) -> Option<usize> {
        self.shape.lookups.iter().position(|at| *at == path)
    }

    /// Which time stands at that path.
    pub(super) fn time_at(&self, path: &str) -> Option<usize> {
        self.shape.times.iter().position(|at| *at == path)
    }

    /// Numbers of the records with that value at a lookup path, ascending.
    /// The comparison does not tell upper from lower case.
    pub(super) fn find(&self, path: &str, value: impl Key) -> Vec<u64> {
        self.lookup_at(path).map_or_else(Vec::new, |lookup| {
            self.with(lookup, value.hashed()).collect()
        })
    }

    /// The first record with that value at a lookup path.
    pub(super) fn find_one(&self, path: &str, value: impl Key) -> Option<(u64, Record)> {
        let lookup = self.lookup_at(path)?;
        let id = self.with(lookup, value.hashed()).next()?;
        Some((id, self.get(id)?))
    }

    /// Numbers of the records with that hash in a lookup, ascending.
    pub(super) fn with(
        &self,
        lookup: usize,
        hash: u64,
    ) -> impl DoubleEndedIterator<Item = u64> + use<'_> {
        self.with_in(lookup, hash, (Bound::Unbounded, Bound::Unbounded))
    }

    /// As [`Self::with`], of numbers in a range.
    pub(super) fn with_in(
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
    pub(super) fn has(&self, lookup: usize, hash: u64, id: u64) -> bool {
        match self.rank(id) {
            Some((layer, rank)) => layer.has(lookup, hash, rank),
            None => self.index.has(lookup, hash, id),
        }
    }

    /// Whether a record has that value at a lookup path.
    pub(super) fn says(&self, id: u64, path: &str, value: impl Key) -> bool {
        self.lookup_at(path)
            .is_some_and(|lookup| self.has(lookup, value.hashed(), id))
    }

    /// Whether a record has any value at a lookup path.
    pub(super) fn says_any(&self, id: u64, path: &str) -> bool {
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
    pub(super) fn seconds(&self, time: usize, id: u64) -> i64 {
        match self.rank(id) {
            Some((layer, rank)) => layer.seconds(time, rank),
            None => self
                .rows
                .get(&id)
                .map_or(NEVER, |row| row.found.times[time]),
        }
    }

    /// Numbers in a range, ascending (or descending from its end).
    pub(super) fn ids(&self, range: impl RangeBounds<u64>) -> impl DoubleEndedIterator<Item = u64> {
        let range = bounds(&range);
        let grown = self.layer().map(|layer| layer.ids(range));
        let grown = self.counting(grown, |id| *id);
        Merged::new(self.rows.range(range).map(|(id, _)| *id), grown)
    }

    /// Seconds and numbers in a range of a time, ascending.
    pub(super) fn timed(
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
    pub(super) fn timed_with(
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

    /// What still counts of the ground.
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
    use crate::key::hash;
    use crate::record;
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
