//! Demo stores: coherent, varied, and a pure function of a seed and a time.
//!
//! Takes how many customers, a seed, and the present; returns a state in which
//! everything refers to something that is there. The records are built by the
//! same functions as the rules use. Those of households, which are nearly all,
//! are written only when they are read: `ground` says how.

mod draw;
mod facts;
mod form;
mod forms;
mod goods;
mod ground;
mod history;
mod kinds;
mod names;
mod people;
mod plan;
mod printing;
mod rarities;
mod settings;
mod slips;
mod source;
mod specimen;

use std::sync::Arc;

use fastrand::Rng;
use jiff::{Span, Timestamp};

use crate::storage::source::Source;
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::record::Record;
use crate::values::time;
use ground::Ground;
use kinds::KINDS;

/// Grows whenever the same seed makes another store: a file that keeps only
/// what was changed must not be laid on other ground.
pub(crate) const RECIPE: u32 = 4;

/// The section of a demo store's source that fills a table.
pub(crate) fn section_of(table: TableName) -> Option<usize> {
    KINDS.iter().position(|(_, name)| *name == table)
}

/// What a demo store is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seed {
    /// How many customers; each has about two subscriptions.
    pub customers: u32,
    /// Another number, another store.
    pub seed: u64,
}

impl Seed {
    /// The most customers that a store is made up for.
    pub const LARGEST: u32 = 10_000_000;

    /// The store that a sandbox begins with: small enough to look at.
    #[must_use]
    pub const fn demo() -> Self {
        Self {
            customers: 60,
            seed: 2021,
        }
    }
}

impl State {
    /// A demo store of Recharge as of `now`.
    #[must_use]
    pub fn seeded(seed: &Seed, now: Timestamp) -> Self {
        let mut seeder = Seeder {
            state: Self::empty(now),
            random: Rng::with_seed(seed.seed),
            now,
            products: Vec::new(),
            discounts: Vec::new(),
        };
        seeder.goods();
        seeder.discounts();
        seeder.households(*seed);
        seeder.settings();
        let made = &mut seeder.state;
        for (table, next) in made.tables.iter_mut().zip(&made.next) {
            table.settle(*next);
        }
        // Records of households are changed as a request would, once all stand.
        seeder.rarities();
        let mut state = seeder.state;
        state.journal.clear();
        state.fresh.clear();
        state
    }
}

/// A state on its way to being full.
struct Seeder {
    state: State,
    random: Rng,
    now: Timestamp,
    products: Vec<Record>,
    /// Discounts as addresses carry them.
    discounts: Vec<serde_json::Value>,
}

impl Seeder {
    fn households(&mut self, seed: Seed) {
        let ground = Arc::new(Ground::new(
            seed,
            self.now,
            self.state.clone(),
            std::mem::take(&mut self.discounts),
            &mut self.random,
        ));
        for (kind, name) in KINDS {
            self.state.next[name as usize] = ground.next(kind);
            let source: Arc<dyn Source> = ground.clone();
            self.state.tables[name as usize].fill_from(source, kind as usize);
        }
        self.state.source = Some(ground);
    }

    /// A moment of working hours, so many days ago.
    fn ago(&mut self, days: i64) -> Timestamp {
        let seconds = self.random.i64(0..86_000);
        let span = Span::new().hours(24 * days).seconds(seconds);
        self.now.checked_sub(span).unwrap_or(self.now)
    }

    fn stamp_ago(&mut self, days: i64) -> String {
        time::stamp(self.ago(days))
    }
}
