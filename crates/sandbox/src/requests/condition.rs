//! Conditions that a record must meet to be listed.

use crate::storage::shape::NEVER;
use crate::storage::state::State;
use crate::storage::table::Table;

/// A question about the record of a number that needs the state. Lists ask it
/// of thousands: what the tables keep beside their records answers soonest.
pub(crate) type Special = fn(&State, u64) -> bool;

/// One condition that listed records meet.
#[derive(Debug)]
pub(crate) enum Test {
    /// The number is one of these (ascending).
    Ids(Vec<u64>),
    /// A lookup contains one of these hashes.
    Among { lookup: usize, hashes: Vec<u64> },
    /// A time lies between, ends included.
    Within { time: usize, from: i64, to: i64 },
    /// A time is not set, or not before.
    NotBefore { time: usize, from: i64 },
    /// Something that only a rule can tell.
    Special { special: Special, wanted: bool },
    /// The list has no such field: nothing can match.
    Nothing,
}

impl Test {
    /// Whether a record of the table meets the condition.
    pub(crate) fn passes(&self, state: &State, table: &Table, id: u64) -> bool {
        match self {
            Self::Ids(ids) => ids.binary_search(&id).is_ok(),
            Self::Among { lookup, hashes } => {
                hashes.iter().any(|hash| table.has(*lookup, *hash, id))
            }
            Self::Within { time, from, to } => {
                let at = table.seconds(*time, id);
                at != NEVER && (*from..=*to).contains(&at)
            }
            Self::NotBefore { time, from } => {
                let at = table.seconds(*time, id);
                at == NEVER || at >= *from
            }
            Self::Special { special, wanted } => special(state, id) == *wanted,
            Self::Nothing => false,
        }
    }
}
