//! Which keys have been seen, and on which line first: a hash a key, not the
//! key itself, so that a million rows fit into little memory.
//!
//! An entry takes 10 bytes, and a table is never emptier than half: at most
//! 19 bytes a key, growing with the rows. Two keys of one hash would be taken
//! for one; among a million keys of 56 bits that is one chance in a hundred
//! thousand.

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

/// Bytes of a hash that an entry keeps.
const HASH_BYTES: usize = 6;

/// Six bytes of the hash, and four of the line. Lines count from 1, so that an
/// entry of zeros only is a free one.
type Entry = [u8; HASH_BYTES + 4];

/// A table with open addressing. The first byte of a hash chooses it, and the
/// six that follow are kept.
#[derive(Debug)]
struct Shard {
    entries: Vec<Entry>,
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
        let [shard, kept @ .., _] = hasher.finish().to_be_bytes();
        // Beyond four thousand million lines the number is that of the last.
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        let first = self.shards[usize::from(shard)].first(kept, line);
        first.map(u64::from)
    }

    #[cfg(test)]
    fn bytes(&self) -> usize {
        let shards = self.shards.iter();
        shards
            .map(|shard| shard.entries.capacity() * size_of::<Entry>())
            .sum()
    }
}

impl Shard {
    fn of(size: usize) -> Self {
        Self {
            entries: vec![[0; HASH_BYTES + 4]; size],
            used: 0,
        }
    }

    fn first(&mut self, hash: [u8; HASH_BYTES], line: u32) -> Option<u32> {
        // At most four fifths full, so that a search is short.
        if self.used * 5 >= self.entries.len() * 4 {
            self.grow();
        }
        let at = self.find(hash);
        let known = line_of(&self.entries[at]);
        if known > 0 {
            return Some(known);
        }
        self.entries[at][..HASH_BYTES].copy_from_slice(&hash);
        self.entries[at][HASH_BYTES..].copy_from_slice(&line.to_le_bytes());
        self.used += 1;
        None
    }

    /// Where the hash is, or belongs.
    fn find(&self, hash: [u8; HASH_BYTES]) -> usize {
        let mut at = place(hash, self.entries.len());
        loop {
            let entry = &self.entries[at];
            if line_of(entry) == 0 || hash_of(entry) == hash {
                return at;
            }
            at += 1;
            if at == self.entries.len() {
                at = 0;
            }
        }
    }

    /// By half as much again: twice would leave more free than is used.
    fn grow(&mut self) {
        let old = std::mem::replace(self, Self::of(self.entries.len() * 3 / 2));
        for entry in old.entries.iter().filter(|entry| line_of(entry) > 0) {
            let to = self.find(hash_of(entry));
            self.entries[to] = *entry;
        }
        self.used = old.used;
    }
}

/// The line of an entry; 0 of a free one.
fn line_of(entry: &Entry) -> u32 {
    let [.., a, b, c, d] = *entry;
    u32::from_le_bytes([a, b, c, d])
}

fn hash_of(entry: &Entry) -> [u8; HASH_BYTES] {
    let [hash @ .., _, _, _, _] = *entry;
    hash
}

/// Where a hash would be in a table of that size: the share of its first four
/// bytes of the whole range.
fn place(hash: [u8; HASH_BYTES], size: usize) -> usize {
    let [a, b, c, d, ..] = hash;
    let first = u64::from(u32::from_be_bytes([a, b, c, d]));
    // Less than the size.
    usize::try_from((first * size as u64) >> 32).unwrap_or(0)
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
    fn lines_beyond_four_thousand_million_are_the_last_of_these() {
        let mut seen = SeenKeys::new();
        let far = (7 << 32) + 9;
        assert_eq!(seen.first(b"a", far), None);
        assert_eq!(seen.first(b"a", far + 1), Some(u64::from(u32::MAX)));
    }

    #[test]
    fn a_key_takes_at_most_19_bytes() {
        let mut seen = SeenKeys::new();
        for line in 1..=200_000_u64 {
            seen.first(&line.to_be_bytes(), line);
            if line > 100_000 && line % 10_000 == 0 {
                let each = seen.bytes() as u64 / line;
                assert!(each <= 19, "{each} bytes a key at {line}");
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
