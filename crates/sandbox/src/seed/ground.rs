//! The ground of a demo store: everything of its households, unwritten.
//!
//! A record of a household is a function of the seed and of its number. What
//! is kept is where each household's draws begin, and the layers by which its
//! records are found; a record is written when somebody reads it. What is
//! changed lies in the tables above and hides what is here. Knows nothing of
//! requests.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;

use super::Seed;
use super::forms::Forms;
use super::kinds::Kind;
use super::plan::Setting;
use crate::storage::layer::Layer;
use crate::storage::state::State;
use crate::values::record::Record;

/// The households of a demo store.
#[derive(Debug)]
pub(crate) struct Ground {
    pub(super) seed: Seed,
    pub(super) now: Timestamp,
    pub(super) today: Date,
    pub(super) setting: Setting,
    /// What the store sells, as it was on the first day.
    pub(super) goods: State,
    pub(super) products: Vec<Record>,
    pub(super) discounts: Vec<Value>,
    /// Where the draws of each household begin.
    pub(super) draws: Vec<u64>,
    /// For each kind, the rank of each household's first record.
    pub(super) firsts: [Vec<u32>; 7],
    pub(super) layers: Vec<Layer>,
    /// For each kind, the number after the last.
    pub(super) next: [u64; 7],
    pub(super) forms: Forms,
}

impl Ground {
    /// The number for the next new record of a kind.
    pub(super) fn next(&self, kind: Kind) -> u64 {
        self.next[kind as usize]
    }

    /// The discount that an address carries: every ninth has one, and each
    /// code has its turn, so that small stores show all.
    pub(super) fn discount(&self, count: usize) -> Option<usize> {
        (count % 9 == 4).then(|| count / 9 % self.discounts.len())
    }
}
