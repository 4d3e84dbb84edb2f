//! Demo stores: coherent, varied, and a pure function of a seed and a time.
//!
//! In come how many customers, a seed, and the present; out comes a state in
//! which everything refers to something that is there. The records are built
//! by the same functions as the rules use.

mod goods;
mod history;
mod names;
mod people;
mod settings;

use fastrand::Rng;
use jiff::civil::Date;
use jiff::{Span, Timestamp};

use super::moment;
use super::record::Record;
use super::state::State;

/// What a demo store is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seed {
    /// How many customers; each has about two subscriptions.
    pub customers: u32,
    /// Another number, another store.
    pub seed: u64,
}

impl Seed {
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
    /// A demo store as of `now`.
    #[must_use]
    pub fn seeded(seed: &Seed, now: Timestamp) -> Self {
        let mut seeder = Seeder {
            state: Self::empty(now),
            random: Rng::with_seed(seed.seed),
            now,
            customers: seed.customers,
            products: Vec::new(),
            discounts: Vec::new(),
        };
        seeder.goods();
        seeder.discounts();
        for place in 0..seed.customers {
            seeder.household(place);
        }
        seeder.settings();
        seeder.state.journal.clear();
        seeder.state
    }
}

/// A state on its way to being full.
struct Seeder {
    state: State,
    random: Rng,
    now: Timestamp,
    customers: u32,
    products: Vec<Record>,
    /// Discounts as addresses carry them.
    discounts: Vec<serde_json::Value>,
}

impl Seeder {
    /// One of a list.
    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.random.usize(..from.len())]
    }

    /// True in so many of a hundred cases.
    fn chance(&mut self, percent: u32) -> bool {
        self.random.u32(..100) < percent
    }

    fn today(&self) -> Date {
        moment::day_of(self.now)
    }

    /// A moment of working hours, so many days ago.
    fn ago(&mut self, days: i64) -> Timestamp {
        let seconds = self.random.i64(0..86_000);
        let span = Span::new().hours(24 * days).seconds(seconds);
        self.now.checked_sub(span).unwrap_or(self.now)
    }

    fn stamp_ago(&mut self, days: i64) -> String {
        moment::stamp(self.ago(days))
    }
}
