//! The walk through a table: records that meet all tests, in the order of a
//! list, from a place on.
//!
//! In come tests, an order and a place, out come places. Few records are
//! gathered and sorted, many are walked in their order, so that a page costs
//! what it holds. Knows nothing of requests.

use std::ops::Bound;

use super::filter::Test;
use super::state::State;
use super::table::Table;

/// When a condition leaves no more than this, they are gathered and sorted;
/// else the list is walked in its order and each record is tested.
const FEW: usize = 2_000;

/// How a list is sorted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Order {
    /// A time that the table keeps; `None` is the number of the record.
    time: Option<usize>,
    pub(super) descending: bool,
}

impl Order {
    /// The order of that name (`updated_at-desc`).
    pub(super) fn named(table: &Table, sort_by: &str) -> Self {
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
pub(super) type Place = (i64, u64);

/// A walk that is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Walk<'a> {
    /// What every record of it meets.
    pub(super) tests: &'a [Test],
    pub(super) order: Order,
    /// It begins beyond this place.
    pub(super) from: Option<Place>,
    pub(super) ascending: bool,
}

impl<'a> Walk<'a> {
    /// The places of the walk.
    pub(super) fn over(
        self,
        state: &'a State,
        table: &'a Table,
    ) -> Box<dyn Iterator<Item = Place> + 'a> {
        let passes =
            move |(_, id): &Place| self.tests.iter().all(|test| test.passes(state, table, *id));
        let Some(ids) = narrowed(table, self.tests) else {
            return Box::new(all(table, self.order, self.from, self.ascending).filter(passes));
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

/// All places from one on, in the direction of reading.
fn all(
    table: &Table,
    order: Order,
    place: Option<Place>,
    ascending: bool,
) -> Box<dyn Iterator<Item = Place> + '_> {
    if let Some(time) = order.time {
        let places = table.timed(time, range(place, ascending));
        return if ascending {
            Box::new(places)
        } else {
            Box::new(places.rev())
        };
    }
    let ids = table
        .ids(range(place.map(|(_, id)| id), ascending))
        .map(|id| (0, id));
    if ascending {
        Box::new(ids)
    } else {
        Box::new(ids.rev())
    }
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
