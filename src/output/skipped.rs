//! Records that a filter failed on and that were left out: how many, and why
//! the first were.
//!
//! Takes failures; returns what is to be informed of them in the end. Anyone
//! who tells it may have the same handle as anyone who counts, so that it is
//! reported whatever became of the work in between.

use std::cell::RefCell;
use std::rc::Rc;

use crate::filter::members;

/// Failures that are reported word for word.
const TOLD: usize = 3;

/// Counts records that are left out. Clones count together.
#[derive(Debug, Clone, Default)]
pub struct Skipped {
    seen: Rc<RefCell<SkippedCounts>>,
}

#[derive(Debug, Default)]
struct SkippedCounts {
    count: u64,
    first: Vec<String>,
}

impl Skipped {
    /// Adds one, with why it is left out.
    pub(super) fn add(&self, why: &str) {
        let mut seen = self.seen.borrow_mut();
        seen.count += 1;
        if seen.first.len() < TOLD {
            seen.first.push(why.to_owned());
        }
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.seen.borrow().count
    }

    /// What is to be informed of them, a note each; nothing where there are
    /// none.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let seen = self.seen.borrow();
        let records = match seen.count {
            0 => return Vec::new(),
            1 => "1 record left out".to_owned(),
            count => format!("{count} records left out"),
        };
        let first = match seen.count {
            count if count > TOLD as u64 => format!("; the first {TOLD}:"),
            _ => ":".to_owned(),
        };
        let head = format!("{records}, where the filter failed{first}");
        std::iter::once(head)
            .chain(seen.first.iter().cloned())
            .collect()
    }
}

/// What a message calls a record: `record 3 (id 17)`. The id is what one can
/// look up; the number stays where there is none.
pub(super) fn named(number: u64, record: &str) -> String {
    let members = members(record).unwrap_or_default();
    let id = members.iter().find(|(key, _)| key == "id");
    match id.map(|(_, json)| json.trim_matches('"')) {
        Some(id) if !id.is_empty() && id != "null" && !id.starts_with(['{', '[']) => {
            format!("record {number} (id {id})")
        }
        _ => format!("record {number}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_told_where_nothing_is_left_out() {
        assert!(Skipped::default().notes().is_empty());
    }

    #[test]
    fn the_first_failures_are_told_and_all_are_counted() {
        let skipped = Skipped::default();
        let same = skipped.clone();
        for number in 1..=3 {
            skipped.add(&format!("record {number}: no"));
        }
        assert_eq!(
            same.notes(),
            [
                "3 records left out, where the filter failed:",
                "record 1: no",
                "record 2: no",
                "record 3: no"
            ]
        );
        skipped.add("record 4: no");
        assert_eq!(same.count(), 4);
        assert_eq!(
            same.notes()[0],
            "4 records left out, where the filter failed; the first 3:"
        );
        assert_eq!(same.notes().len(), 4);
    }

    #[test]
    fn a_record_is_named_by_its_id_where_it_has_one() {
        assert_eq!(named(3, r#"{"a":1,"id":17}"#), "record 3 (id 17)");
        assert_eq!(named(3, r#"{"id":"token-1"}"#), "record 3 (id token-1)");
        for record in [r#"{"id":null}"#, r#"{"id":{}}"#, r#"{"id":""}"#, "[1]", "5"] {
            assert_eq!(named(3, record), "record 3");
        }
    }
}
