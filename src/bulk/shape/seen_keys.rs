//! Which keys have been seen, and on which line first: a hash a key, not the
//! key itself, so that a million rows fit into little memory.
//!
//! An entry takes 12 bytes, and at least two thirds of a table are used: at most
//! 18 bytes a key, growing with the rows. Two keys of one hash would be taken
//! for one; among a million keys of 64 bits that is one chance in forty
//! million.

use std::hash::{DefaultHasher, Hasher};

/// So many tables, so that only a small one is copied when it grows.
const SHARDS: usize = 256;

/// Entries of the smallest table at the beginning; the largest has half as
/// many more.
const SMALLEST: usize = 32;

/// The keys seen so far.
#[derive(Debug)]
pub(super) struct SeenKeys {
    shards: Vec<Shard>,
}

/// A table with open addressing. The first byte of a hash chooses it, so that
/// of an entry only 56 bits are kept; beside them is room for 40 bits of line.
#[derive(Debug)]
struct Shard {
    /// 56 bits of the hash, then the highest 8 of the line.
    marks: Vec<u64>,
    /// The lower 32 bits of the line. Lines count from 1, so that an entry of
    /// zeros only is a free one.
    lines: Vec<u32>,
    used: usize,
}

impl SeenKeys {
    pub(super) fn new() -> Self {
        // Of different sizes, so that they do not all grow at the same time.
        let size = |shard: usize| SMALLEST + shard * SMALLEST / 2 / SHARDS;
        let shards = (0..SHARDS).map(|shard| Shard::of(size(shard))).collect();
        Self { shards }
    }

    /// The line on which a key was seen first; or else it is now.
    pub(super) fn first(&mut self, key: &[u8], line: u64) -> Option<u64> {
        let mut hasher = DefaultHasher::new();
        hasher.write(key);
        let hash = hasher.finish();
        let [shard, ..] = hash.to_be_bytes();
        self.shards[usize::from(shard)].first(hash << 8, line)
    }

    #[cfg(test)]
    fn bytes(&self) -> usize {
        let shards = self.shards.iter();
        shards
            .map(|shard| shard.marks.capacity() * 8 + shard.lines.capacity() * 4)
            .sum()
    }
}

impl Shard {
    fn of(size: usize) -> Self {
        Self {
            marks: vec![0; size],
            lines: vec![0; size],
            used: 0,
        }
    }

    fn first(&mut self, hash: u64, line: u64) -> Option<u64> {
        // At most four fifths full, so that a search is short.
        if self.used * 5 >= self.marks.len() * 4 {
            self.grow();
        }
        let at = self.find(hash);
        if let Some(known) = self.line(at) {
            return Some(known);
        }
        self.put(at, hash, line);
        None
    }

    /// Where the hash is, or belongs.
    fn find(&self, hash: u64) -> usize {
        let mut at = place(hash, self.marks.len());
        while self.line(at).is_some() && self.marks[at] >> 8 != hash >> 8 {
            at = (at + 1) % self.marks.len();
        }
        at
    }

    fn line(&self, at: usize) -> Option<u64> {
        let line = (self.marks[at] & 0xFF) << 32 | u64::from(self.lines[at]);
        (line > 0).then_some(line)
    }

    fn put(&mut self, at: usize, hash: u64, line: u64) {
        let [_, _, _, high, low @ ..] = line.to_be_bytes();
        self.marks[at] = hash | u64::from(high);
        self.lines[at] = u32::from_be_bytes(low);
        self.used += 1;
    }

    /// By an eighth: each entry is moved about nine times in all, and little is
    /// free.
    fn grow(&mut self) {
        let old = std::mem::replace(self, Self::of(self.marks.len() * 9 / 8));
        for at in 0..old.marks.len() {
            if let Some(line) = old.line(at) {
                let hash = old.marks[at] & !0xFF;
                let to = self.find(hash);
                self.put(to, hash, line);
            }
        }
    }
}

/// Where a hash would stand in a table of that size: its share of the whole
/// range.
fn place(hash: u64, size: usize) -> usize {
    let share = (u128::from(hash) * size as u128) >> 64;
    // Less than the size.
    usize::try_from(share).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_key_is_new_once_and_then_known_by_its_first_line() {
        let mut seen = SeenKeys::new();
        assert_eq!(seen.first(b"SPRING", 2), None);
        assert_eq!(seen.first(b"SUMMER", 3), None);
        assert_eq!(seen.first(b"SPRING", 4), Some(2));
        assert_eq!(seen.first(b"SPRING", 5), Some(2));
    }

    #[test]
    fn lines_beyond_four_thousand_million_are_kept() {
        let mut seen = SeenKeys::new();
        let far = (7 << 32) + 9;
        assert_eq!(seen.first(b"a", far), None);
        assert_eq!(seen.first(b"a", far + 1), Some(far));
    }

    #[test]
    fn a_key_takes_at_most_18_bytes() {
        let mut seen = SeenKeys::new();
        for line in 1..=200_000_u64 {
            seen.first(&line.to_be_bytes(), line);
            if line > 100_000 && line % 10_000 == 0 {
                let each = seen.bytes() as u64 / line;
                assert!(each <= 18, "{each} bytes a key at {line}");
            }
        }
    }

    proptest! {
        #[test]
        fn it_knows_what_a_map_would_know(keys in prop::collection::vec(0_u16..300, 0..900)) {
            let (mut seen, mut map) = (SeenKeys::new(), HashMap::new());
            for (line, key) in (1..).zip(&keys) {
                let known = map.get(key).copied();
                prop_assert_eq!(seen.first(&key.to_be_bytes(), line), known);
                map.entry(*key).or_insert(line);
            }
        }
    }
}
