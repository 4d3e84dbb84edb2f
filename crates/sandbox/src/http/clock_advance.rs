//! Putting the clock ahead in slices: a day at a time, so that others are
//! answered in between and anyone who serves can stop.
//!
//! Takes where the clock is to stand; returns whether it is there and what
//! happened on the way.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use crate::Sandbox;
use crate::requests::refusal::Refusal;
use crate::rules::life::{self, Happened};
use crate::storage::state::State;

/// The most that the clock is put ahead at once, in days: about ten years.
const LONGEST_DAYS: i64 = 3_660;

/// A clock that is on its way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Passing {
    /// Where it is to stand, had the world stood still since `begun`.
    target: Timestamp,
    begun: Timestamp,
    pub(crate) happened: Happened,
}

impl Passing {
    /// Checks where the clock is to stand.
    ///
    /// # Errors
    /// 422 when that is too far ahead to be worked through at once.
    pub(crate) fn to(
        target: Timestamp,
        shown: Timestamp,
        world: Timestamp,
    ) -> Result<Self, Refusal> {
        let span = target.duration_since(shown);
        if span > SignedDuration::from_hours(24 * LONGEST_DAYS) {
            let message = format!(
                "the clock can advance {LONGEST_DAYS} days at a time; {} days are too many",
                span.as_hours() / 24
            );
            return Err(Refusal::error(422, &message));
        }
        let happened = Happened::default();
        Ok(Self {
            target,
            begun: world,
            happened,
        })
    }

    /// Where the clock is to stand when the world has that time.
    fn target(&self, world: Timestamp) -> Timestamp {
        let since = world.duration_since(self.begun);
        self.target.saturating_add(since).unwrap_or(self.target)
    }
}

impl Sandbox {
    /// Lets days pass for about that long; all that are left without a limit.
    /// Says whether the clock is where it is to stand. A day is not divided.
    pub(crate) fn let_pass(
        &self,
        state: &mut State,
        passing: &mut Passing,
        longest: Option<Duration>,
    ) -> Result<bool, Refusal> {
        let begun = Instant::now();
        loop {
            let world = (self.now)();
            passing.happened += self.pass_time(state, world)?;
            let shown = state.clock.shown(world);
            // Somebody else may have put it further meanwhile.
            let target = passing.target(world);
            let next = life::next_run(shown, target).unwrap_or(target.max(shown));
            self.change(state, |state| {
                let put = state.clock.put(world, next);
                state.revision += 1;
                put.map_err(|error| Refusal::error(422, &error))
            })?;
            passing.happened += self.pass_time(state, world)?;
            if next >= target {
                return Ok(true);
            }
            if longest.is_some_and(|longest| begun.elapsed() >= longest) {
                return Ok(false);
            }
        }
    }
}
