//! The result of the records of a list since the last time it was read.
//!
//! Takes records, round after round; returns for each whether it is new,
//! another than before, or as it was, and at the end of a round which ones are
//! gone. Of a record its id and a hash are kept, and nothing else.

use std::collections::HashMap;
use std::collections::hash_map::{DefaultHasher, Entry};
use std::hash::{Hash, Hasher};

use crate::filter::compact;

/// The result of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    /// It was there when the watch began.
    Present,
    /// It is new on the list.
    Added,
    /// It is on the list as before, but reads otherwise.
    Changed,
    /// It is no longer on the list.
    Removed,
}

impl Event {
    /// The name that lines carry; stable.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Removed => "removed",
        }
    }
}

/// What one record is reported from others by. In and out it is a JSON object:
/// `{"id":1}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Id {
    Number(u64),
    /// Any other, as JSON text.
    Text(Box<str>),
    /// Nothing but what it says; then it cannot change, but come and go.
    Nameless(u64),
}

impl Id {
    fn of(id: Option<&str>, hash: u64) -> Self {
        let Some(id) = id else {
            return Self::Nameless(hash);
        };
        let number = id.strip_prefix("{\"id\":");
        let number = number.and_then(|id| id.strip_suffix('}')?.parse().ok());
        match number.map(Self::Number) {
            // Only a number that is spelled so comes out again as it was.
            Some(number) if number.text() == id => number,
            _ => Self::Text(id.into()),
        }
    }

    /// What it is, as JSON text.
    fn text(&self) -> String {
        match self {
            Self::Number(number) => format!("{{\"id\":{number}}}"),
            Self::Text(text) => text.to_string(),
            Self::Nameless(_) => "null".to_owned(),
        }
    }
}

/// What is known of a record.
#[derive(Debug, Clone, Copy)]
struct RecordMark {
    hash: u64,
    /// Whether it was seen in this round.
    seen: bool,
}

/// What is known of all records.
#[derive(Debug, Default)]
pub(super) struct ChangeTracker {
    marks: HashMap<Id, RecordMark>,
    /// Whether a whole round has passed.
    begun: bool,
}

impl ChangeTracker {
    /// Takes a record and what it is reported by, as JSON texts; `None` when nothing
    /// happened to it.
    pub(super) fn take(&mut self, id: Option<&str>, record: &str) -> Option<Event> {
        let mut hasher = DefaultHasher::new();
        compact(record).hash(&mut hasher);
        let hash = hasher.finish();
        let mark = RecordMark { hash, seen: true };
        match self.marks.entry(Id::of(id, hash)) {
            Entry::Vacant(place) => {
                place.insert(mark);
                Some(if self.begun {
                    Event::Added
                } else {
                    Event::Present
                })
            }
            Entry::Occupied(mut place) => {
                let before = place.insert(mark);
                (before.hash != hash).then_some(Event::Changed)
            }
        }
    }

    /// Ends a round in which the whole list was read, and gives what is gone, as
    /// JSON texts in order. After a round that broke off it is not known
    /// what is gone, so it does not end.
    pub(super) fn end_round(&mut self) -> Vec<String> {
        let mut gone = Vec::new();
        self.marks.retain(|id, mark| {
            let stays = std::mem::take(&mut mark.seen);
            if !stays {
                gone.push(id.text());
            }
            stays
        });
        gone.sort_unstable();
        self.begun = true;
        gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(changes: &mut ChangeTracker, records: &[(&str, &str)]) -> Vec<Option<Event>> {
        let taken = records
            .iter()
            .map(|(id, record)| changes.take(Some(&format!("{{\"id\":{id}}}")), record));
        taken.collect()
    }

    #[test]
    fn what_was_there_first_is_told_from_what_comes() {
        let mut changes = ChangeTracker::default();
        assert_eq!(
            round(&mut changes, &[("1", "a"), ("2", "b")]),
            [Some(Event::Present), Some(Event::Present)]
        );
        assert!(changes.end_round().is_empty());
        assert_eq!(
            round(&mut changes, &[("3", "c"), ("1", "a"), ("2", "B")]),
            [Some(Event::Added), None, Some(Event::Changed)]
        );
        assert!(changes.end_round().is_empty());
    }

    #[test]
    fn what_is_gone_is_told_once_and_may_come_back() {
        let mut changes = ChangeTracker::default();
        round(&mut changes, &[("1", "a"), ("\"x\"", "b"), ("2", "c")]);
        changes.end_round();
        round(&mut changes, &[("2", "c")]);
        assert_eq!(changes.end_round(), ["{\"id\":\"x\"}", "{\"id\":1}"]);
        assert!(round(&mut changes, &[("2", "c")])[0].is_none());
        assert!(changes.end_round().is_empty());
        assert_eq!(round(&mut changes, &[("1", "a")]), [Some(Event::Added)]);
    }

    #[test]
    fn a_round_that_broke_off_takes_nothing_away() {
        let mut changes = ChangeTracker::default();
        round(&mut changes, &[("1", "a"), ("2", "b")]);
        changes.end_round();
        round(&mut changes, &[("1", "a")]);
        round(&mut changes, &[("1", "a"), ("2", "b")]);
        assert!(changes.end_round().is_empty());
    }

    #[test]
    fn a_record_that_comes_twice_in_a_round_is_told_once() {
        let mut changes = ChangeTracker::default();
        assert_eq!(
            round(&mut changes, &[("1", "a"), ("1", "a")]),
            [Some(Event::Present), None]
        );
    }

    #[test]
    fn white_space_is_no_change() {
        let mut changes = ChangeTracker::default();
        round(&mut changes, &[("1", "{\"a\":1}")]);
        assert_eq!(round(&mut changes, &[("1", "{ \"a\": 1 }")]), [None]);
    }
}
