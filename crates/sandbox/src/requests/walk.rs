//! The walk through a table: records that meet all tests, in the order of a
//! list, from a place on.
//!
//! Takes tests, an order and a place; returns places. Few records are gathered
//! and sorted, many are walked in their order, so that a page costs what it
//! holds. Knows nothing of requests.

use std::ops::Bound;

use crate::requests::condition::Test;
use crate::storage::merged::joined;
use crate::storage::state::State;
use crate::storage::table::Table;

/// When a condition leaves no more than this, they are gathered and sorted;
/// else the list is walked in its order and each record is tested.
const FEW: usize = 2_000;

/// How a list is sorted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Order {
    /// A time that the table keeps; `None` is the number of the record.
    time: Option<usize>,
    pub(crate) descending: bool,
}

impl Order {
    /// The order of that name (`updated_at-desc`).
    pub(crate) fn named(table: &Table, sort_by: &str) -> Self {
        let (path, direction) = sort_by.split_once('-').unwrap_or((sort_by, "asc"));
        Self {
            time: table.time_at(path),
            descending: direction == "desc",
        }
    }

    /// What a record is sorted by, beside its number.
    fn value(self, table: &Table, id: u64) -> i64 {
        self.time.map_or(0, |time| table.seconds(time, id))
    }
}

/// A place in a list: what it is sorted by, and the number.
pub(crate) type Place = (i64, u64);

/// A walk that is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Walk<'a> {
    /// What every record of it meets.
    pub(crate) tests: &'a [Test],
    pub(crate) order: Order,
    /// It begins beyond this place.
    pub(crate) from: Option<Place>,
    pub(crate) ascending: bool,
}

impl<'a> Walk<'a> {
    /// The places of the walk.
    pub(crate) fn over(
        self,
        state: &'a State,
        table: &'a Table,
    ) -> Box<dyn Iterator<Item = Place> + 'a> {
        let passes =
            move |(_, id): &Place| self.tests.iter().all(|test| test.passes(state, table, *id));
        let Some(ids) = narrowed(table, self.tests) else {
            return Box::new(self.all(table).filter(passes));
        };
        let mut places: Vec<Place> = ids
            .into_iter()
            .map(|id| (self.order.value(table, id), id))
            .collect();
        places.sort_unstable();
        if !self.ascending {
            places.reverse();
        }
        let beyond = move |place: &Place| match self.from {
            None => true,
            Some(from) if self.ascending => *place > from,
            Some(from) => *place < from,
        };
        Box::new(places.into_iter().filter(beyond).filter(passes))
    }
}

type Places<'a> = Box<dyn Iterator<Item = Place> + 'a>;

impl Walk<'_> {
    /// All places from one on, in the direction of reading; where the table
    /// keeps those of a condition in this order, only those.
    fn all(self, table: &Table) -> Places<'_> {
        let (place, ascending) = (self.from, self.ascending);
        if let Some(time) = self.order.time {
            let range = range(place, ascending);
            let singles = self.tests.iter().filter_map(|test| single(table, test));
            let mut sorted = singles.filter(|(lookup, _)| table.shape().sorted() == Some(*lookup));
            if let Some((_, hashes)) = sorted.next() {
                let rows = hashes.into_iter().map(|hash| {
                    let places = table.timed_with(hash, time, range);
                    turned(places, ascending)
                });
                return joined(rows.collect(), ascending);
            }
            return turned(table.timed(time, range), ascending);
        }
        let range = range(place.map(|(_, id)| id), ascending);
        if let Some((lookup, hashes)) = self.tests.iter().find_map(|test| single(table, test)) {
            let rows = hashes.into_iter().map(|hash| {
                let ids = table.with_in(lookup, hash, range);
                turned(ids.map(|id| (0, id)), ascending)
            });
            return joined(rows.collect(), ascending);
        }
        turned(table.ids(range).map(|id| (0, id)), ascending)
    }
}

fn turned<'a>(places: impl DoubleEndedIterator<Item = Place> + 'a, ascending: bool) -> Places<'a> {
    if ascending {
        Box::new(places)
    } else {
        Box::new(places.rev())
    }
}

/// The hashes of a condition, where no record has two of them.
fn single(table: &Table, test: &Test) -> Option<(usize, Vec<u64>)> {
    let Test::Among { lookup, hashes } = test else {
        return None;
    };
    let mut hashes = hashes.clone();
    hashes.sort_unstable();
    hashes.dedup();
    let one_each = hashes.len() == 1 || !table.shape().lookups[*lookup].contains('*');
    one_each.then_some((*lookup, hashes))
}

fn range<T>(from: Option<T>, ascending: bool) -> (Bound<T>, Bound<T>) {
    match (from, ascending) {
        (None, _) => (Bound::Unbounded, Bound::Unbounded),
        (Some(from), true) => (Bound::Excluded(from), Bound::Unbounded),
        (Some(from), false) => (Bound::Unbounded, Bound::Excluded(from)),
    }
}

/// The records that the narrowest condition leaves, when they are few.
fn narrowed(table: &Table, tests: &[Test]) -> Option<Vec<u64>> {
    tests
        .iter()
        .filter_map(|test| few(table, test))
        .min_by_key(Vec::len)
}

fn few(table: &Table, test: &Test) -> Option<Vec<u64>> {
    let mut ids: Vec<u64> = match test {
        Test::Ids(ids) => ids.iter().copied().filter(|id| table.holds(*id)).collect(),
        Test::Among { lookup, hashes } => hashes
            .iter()
            .flat_map(|hash| table.with(*lookup, *hash))
            .take(FEW + 1)
            .collect(),
        Test::Within { time, from, to } => table
            .timed(*time, (*from, 0)..=(*to, u64::MAX))
            .map(|(_, id)| id)
            .take(FEW + 1)
            .collect(),
        Test::Nothing => Vec::new(),
        Test::NotBefore { .. } | Test::Special { .. } => return None,
    };
    if ids.len() > FEW && !matches!(test, Test::Ids(_)) {
        return None;
    }
    ids.sort_unstable();
    ids.dedup();
    Some(ids)
}
