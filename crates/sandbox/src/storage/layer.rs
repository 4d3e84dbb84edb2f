//! What a table knows of seeded records without having them: their numbers,
//! and by what they are found, sorted and cut.
//!
//! In come, for each record, its times and the hashes it is found by; out come
//! places in the row of records ("ranks") and back. All of it lies in sorted
//! arrays of small numbers, which never change: a million records take some
//! fifty megabytes. Knows nothing of what records mean.

use std::ops::{Bound, Range};

use super::shape::{Bounds, NEVER};

/// The sorted arrays of one kind of record.
#[derive(Debug)]
pub(crate) struct Layer {
    first_id: u64,
    /// Numbers, less the first one, ascending.
    offsets: Vec<u32>,
    times: Vec<Timeline>,
    lookups: Vec<Lookup>,
    sorted: Option<Sorted>,
}

/// The records of each value of one lookup, in the order of each time.
#[derive(Debug)]
struct Sorted {
    lookup: usize,
    /// For each time the ranks, lying as the lookup's own do.
    orders: Vec<Vec<u32>>,
}

/// One time of each record, and their order by it.
#[derive(Debug)]
struct Timeline {
    base: i64,
    /// Seconds from the base, by rank.
    seconds: Vec<i32>,
    /// Ranks, by time and then by number.
    order: Vec<u32>,
}

/// Which records hold a value.
#[derive(Debug)]
struct Lookup {
    /// Hashes that occur, ascending.
    hashes: Vec<u64>,
    /// Where the ranks of each hash begin; one more at the end.
    starts: Vec<u32>,
    ranks: Vec<u32>,
    /// One bit for each rank that has any hash.
    any: Vec<u64>,
}

/// A time that is not set.
const UNSET: i32 = i32::MIN;

impl Layer {
    /// How many records there are.
    pub(crate) fn len(&self) -> usize {
        self.offsets.len()
    }

    /// The number of the record at a rank.
    pub(crate) fn id(&self, rank: u32) -> u64 {
        self.first_id + u64::from(self.offsets[rank as usize])
    }

    /// Where the record of a number stands, if there is one.
    pub(crate) fn rank(&self, id: u64) -> Option<u32> {
        let offset = u32::try_from(id.checked_sub(self.first_id)?).ok()?;
        let rank = self.offsets.binary_search(&offset).ok()?;
        u32::try_from(rank).ok()
    }

    /// Numbers in a range, ascending.
    pub(crate) fn ids(&self, range: Bounds<u64>) -> impl DoubleEndedIterator<Item = u64> + use<'_> {
        let places = cut(range, self.offsets.len(), |place| {
            self.first_id + u64::from(self.offsets[place])
        });
        self.offsets[places]
            .iter()
            .map(|offset| self.first_id + u64::from(*offset))
    }

    /// Seconds of a time of the record at a rank.
    pub(crate) fn seconds(&self, time: usize, rank: u32) -> i64 {
        self.times[time].at(rank)
    }

    /// Seconds and numbers in a range of a time, ascending.
    pub(crate) fn timed(
        &self,
        time: usize,
        range: Bounds<(i64, u64)>,
    ) -> impl DoubleEndedIterator<Item = (i64, u64)> + use<'_> {
        let line = &self.times[time];
        let key = |rank: u32| (line.at(rank), self.id(rank));
        let places = cut(range, line.order.len(), |place| key(line.order[place]));
        line.order[places].iter().map(move |rank| key(*rank))
    }

    /// As [`Self::timed`], of the records with a hash in the lookup that is
    /// kept sorted.
    pub(crate) fn timed_with(
        &self,
        hash: u64,
        time: usize,
        range: Bounds<(i64, u64)>,
    ) -> impl DoubleEndedIterator<Item = (i64, u64)> + use<'_> {
        let line = &self.times[time];
        let ranks = self.sorted.as_ref().map_or(&[][..], |sorted| {
            &sorted.orders[time][self.lookups[sorted.lookup].place(hash)]
        });
        let key = |rank: u32| (line.at(rank), self.id(rank));
        let places = cut(range, ranks.len(), |place| key(ranks[place]));
        ranks[places].iter().map(move |rank| key(*rank))
    }

    /// Numbers in a range of the records with that hash in a lookup, ascending.
    pub(crate) fn with(
        &self,
        lookup: usize,
        hash: u64,
        range: Bounds<u64>,
    ) -> impl DoubleEndedIterator<Item = u64> + use<'_> {
        let ranks = self.lookups[lookup].with(hash);
        let places = cut(range, ranks.len(), |place| self.id(ranks[place]));
        ranks[places].iter().map(|rank| self.id(*rank))
    }

    /// Whether the record at a rank has any hash in a lookup.
    pub(crate) fn has_any(&self, lookup: usize, rank: u32) -> bool {
        let word = self.lookups[lookup].any.get(rank as usize / 64);
        word.is_some_and(|word| word & 1 << (rank % 64) != 0)
    }

    /// Whether the record at a rank has that hash in a lookup.
    pub(crate) fn has(&self, lookup: usize, hash: u64, rank: u32) -> bool {
        self.lookups[lookup].with(hash).binary_search(&rank).is_ok()
    }
}

impl Timeline {
    fn new(base: i64, seconds: Vec<i32>) -> Self {
        let mut keys: Vec<u64> = (0_u32..)
            .zip(&seconds)
            .map(|(rank, at)| {
                u64::from(at.wrapping_sub(UNSET).cast_unsigned()) << 32 | u64::from(rank)
            })
            .collect();
        keys.sort_unstable();
        let rank = |key: &u64| u32::try_from(key & u64::from(u32::MAX)).unwrap_or(0);
        Self {
            base,
            order: keys.iter().map(rank).collect(),
            seconds,
        }
    }

    fn at(&self, rank: u32) -> i64 {
        match self.seconds[rank as usize] {
            UNSET => NEVER,
            seconds => self.base + i64::from(seconds),
        }
    }
}

impl Lookup {
    fn new(mut found: Vec<(u64, u32)>) -> Self {
        found.sort_unstable();
        found.dedup();
        let mut lookup = Self {
            hashes: Vec::new(),
            starts: Vec::new(),
            ranks: Vec::with_capacity(found.len()),
            any: Vec::new(),
        };
        for (hash, rank) in found {
            if lookup.hashes.last() != Some(&hash) {
                lookup.hashes.push(hash);
                lookup.starts.push(short(lookup.ranks.len()));
            }
            lookup.ranks.push(rank);
            let word = rank as usize / 64;
            if lookup.any.len() <= word {
                lookup.any.resize(word + 1, 0);
            }
            lookup.any[word] |= 1 << (rank % 64);
        }
        lookup.starts.push(short(lookup.ranks.len()));
        lookup.hashes.shrink_to_fit();
        lookup.starts.shrink_to_fit();
        lookup
    }

    fn with(&self, hash: u64) -> &[u32] {
        &self.ranks[self.place(hash)]
    }

    /// Where the ranks of a hash lie.
    fn place(&self, hash: u64) -> Range<usize> {
        match self.hashes.binary_search(&hash) {
            Ok(place) => self.starts[place] as usize..self.starts[place + 1] as usize,
            Err(_) => 0..0,
        }
    }

    /// The ranks of each hash in another order; each rank has one hash at most.
    fn sorted(&self, order: &[u32]) -> Vec<u32> {
        let mut group_of = vec![u32::MAX; order.len()];
        for (group, bounds) in (0..).zip(self.starts.windows(2)) {
            for rank in &self.ranks[bounds[0] as usize..bounds[1] as usize] {
                group_of[*rank as usize] = group;
            }
        }
        let mut next = self.starts.clone();
        let mut ranks = vec![0; self.ranks.len()];
        for rank in order {
            if let Some(next) = next.get_mut(group_of[*rank as usize] as usize) {
                ranks[*next as usize] = *rank;
                *next += 1;
            }
        }
        ranks
    }
}

/// A layer that is being filled, record by record.
#[derive(Debug)]
pub(crate) struct Laying {
    base: i64,
    rows: u32,
    times: Vec<Vec<i32>>,
    found: Vec<Vec<(u64, u32)>>,
}

impl Laying {
    /// A layer without records, for so many times and lookups. Times lie near
    /// the base: within some sixty years.
    pub(crate) fn new(base: i64, times: usize, lookups: usize) -> Self {
        Self {
            base,
            rows: 0,
            times: vec![Vec::new(); times],
            found: vec![Vec::new(); lookups],
        }
    }

    /// Adds the next record, with its times.
    pub(crate) fn row<const TIMES: usize>(&mut self, times: [i64; TIMES]) {
        for (line, at) in self.times.iter_mut().zip(times) {
            line.push(if at == NEVER {
                UNSET
            } else {
                let apart = at.saturating_sub(self.base);
                let least = i64::from(UNSET + 1);
                i32::try_from(apart.clamp(least, i64::from(i32::MAX))).unwrap_or(0)
            });
        }
        self.rows += 1;
    }

    /// The record that was added last is found by this hash.
    pub(crate) fn found(&mut self, lookup: usize, hash: u64) {
        self.found[lookup].push((hash, self.rows - 1));
    }

    /// The layer, for records of these numbers; the records of one lookup, in
    /// which each has one value, are kept sorted by each time.
    pub(crate) fn finish(self, first_id: u64, offsets: Vec<u32>, sorted: Option<usize>) -> Layer {
        let base = self.base;
        let times = self.times.into_iter();
        let times: Vec<Timeline> = times.map(|seconds| Timeline::new(base, seconds)).collect();
        let lookups: Vec<Lookup> = self.found.into_iter().map(Lookup::new).collect();
        let sorted = sorted.map(|lookup| Sorted {
            lookup,
            orders: times
                .iter()
                .map(|line| lookups[lookup].sorted(&line.order))
                .collect(),
        });
        Layer {
            first_id,
            offsets,
            times,
            lookups,
            sorted,
        }
    }
}

fn short(length: usize) -> u32 {
    u32::try_from(length).expect("seeds are limited to what 32 bits count")
}

/// The places of a sorted row whose keys lie in a range.
fn cut<Key: Ord>(
    (from, to): Bounds<Key>,
    length: usize,
    key: impl Fn(usize) -> Key,
) -> Range<usize> {
    let begin = match from {
        Bound::Unbounded => 0,
        Bound::Included(from) => first(length, |place| key(place) >= from),
        Bound::Excluded(from) => first(length, |place| key(place) > from),
    };
    let end = match to {
        Bound::Unbounded => length,
        Bound::Included(to) => first(length, |place| key(place) > to),
        Bound::Excluded(to) => first(length, |place| key(place) >= to),
    };
    begin..end.max(begin)
}

/// The first place from which on something holds.
fn first(length: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, length);
    while low < high {
        let middle = usize::midpoint(low, high);
        if holds(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer() -> Layer {
        let mut laying = Laying::new(1_000, 1, 1);
        for (at, hash) in [(1_005, 7), (NEVER, 0), (1_001, 7), (1_005, 9)] {
            laying.row([at]);
            if hash > 0 {
                laying.found(0, hash);
            }
        }
        laying.finish(50, vec![0, 3, 4, 9], Some(0))
    }

    #[test]
    fn records_are_found_by_number_by_value_and_by_time() {
        let layer = layer();
        assert_eq!(
            (layer.rank(53), layer.rank(54), layer.rank(55)),
            (Some(1), Some(2), None)
        );
        assert_eq!((layer.rank(0), layer.rank(u64::MAX)), (None, None));
        let all = (Bound::Unbounded, Bound::Unbounded);
        let some = (Bound::Included(51), Bound::Included(54));
        assert!(layer.ids(some).eq([53, 54]));
        assert!(layer.ids(all).rev().eq([59, 54, 53, 50]));
        assert!(layer.with(0, 7, all).eq([50, 54]));
        assert!(layer.with(0, 7, some).eq([54]));
        assert!(layer.has(0, 7, 2) && !layer.has(0, 8, 2));
        assert!(layer.has_any(0, 0) && !layer.has_any(0, 1));
        assert!(layer.with(0, 1, all).next().is_none());
        let by_time = [(NEVER, 53), (1_001, 54), (1_005, 50), (1_005, 59)];
        let always = (Bound::Unbounded, Bound::Unbounded);
        assert!(layer.timed(0, always).eq(by_time));
        let late = (Bound::Included((1_005, 51)), Bound::Unbounded);
        assert!(layer.timed(0, late).eq([(1_005, 59)]));
        let after = (Bound::Excluded((1_001, 54)), Bound::Unbounded);
        assert!(layer.timed(0, after).eq([(1_005, 50), (1_005, 59)]));
        assert_eq!(layer.seconds(0, 1), NEVER);
        assert!(
            layer
                .timed_with(7, 0, always)
                .eq([(1_001, 54), (1_005, 50)])
        );
        assert!(layer.timed_with(7, 0, late).eq([]));
        assert!(layer.timed_with(6, 0, always).eq([]));
    }
}
