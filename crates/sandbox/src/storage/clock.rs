//! The clock of a store: as far ahead of the world's as it was put, and up to
//! when the store has lived.
//!
//! Takes times of the world; returns times of the store. What happens while
//! time passes is written in `life`.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};
use serde::{Deserialize, Serialize};

use crate::values::time;

/// The time of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Clock {
    /// Seconds that it is ahead of the world.
    pub(crate) ahead: i64,
    /// Everything up to here has happened, in seconds since 1970.
    lived: i64,
}

impl Clock {
    /// A clock that shows the time of the world, for a store that begins now.
    pub(crate) fn starting(now: Timestamp) -> Self {
        Self {
            ahead: 0,
            lived: now.as_second(),
        }
    }

    /// What it shows when the world has that time.
    pub(crate) fn shown(self, world: Timestamp) -> Timestamp {
        world
            .checked_add(SignedDuration::from_secs(self.ahead))
            .unwrap_or(Timestamp::MAX)
    }

    /// Up to when everything has happened.
    pub(crate) fn lived(self) -> Timestamp {
        Timestamp::from_second(self.lived).unwrap_or(Timestamp::MIN)
    }

    /// Everything up to then has happened.
    pub(crate) fn has_lived(&mut self, until: Timestamp) {
        self.lived = self.lived.max(until.as_second());
    }

    /// Puts it so that it shows a time. It goes forward only: what a store has
    /// lived through cannot be undone.
    ///
    /// # Errors
    /// With what is wrong, in words, when the time lies behind.
    pub(crate) fn put(&mut self, world: Timestamp, wanted: Timestamp) -> Result<(), String> {
        let shown = self.shown(world);
        if wanted.as_second() < shown.as_second().max(self.lived) {
            return Err(format!(
                "the clock is at {} and can only go forward; a reset starts over",
                time::stamp(shown)
            ));
        }
        if time::day_of(wanted).year() > LAST_YEAR {
            return Err(format!(
                "the clock can go to the end of {LAST_YEAR} at most"
            ));
        }
        self.ahead = wanted.as_second().saturating_sub(world.as_second());
        Ok(())
    }
}

/// Days are written with four digits for the year, and schedules look ahead.
const LAST_YEAR: i16 = 9000;

/// The time that lies a span (`30d`, `2 weeks`, `1 month`) after another one.
pub(crate) fn after(now: Timestamp, span: &str) -> Option<Timestamp> {
    let span: Span = span.trim().parse().ok()?;
    let later = now.to_zoned(TimeZone::UTC).checked_add(span).ok()?;
    Some(later.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_clock_that_was_put_goes_on_from_there() {
        let mut clock = Clock::starting(at("2026-11-20T12:00:00Z"));
        clock
            .put(at("2026-11-20T12:00:00Z"), at("2026-12-24T18:00:00Z"))
            .unwrap();
        assert_eq!(
            clock.shown(at("2026-11-20T12:00:05Z")),
            at("2026-12-24T18:00:05Z")
        );
    }

    #[test]
    fn it_goes_forward_only() {
        let world = at("2026-11-20T12:00:00Z");
        let mut clock = Clock::starting(world);
        let error = clock.put(world, at("2026-11-20T11:59:59Z")).unwrap_err();
        assert!(error.contains("2026-11-20T12:00:00+00:00"), "{error}");
        assert!(clock.put(world, at("9999-01-01T00:00:00Z")).is_err());
        clock.has_lived(at("2027-01-01T00:00:00Z"));
        assert!(clock.put(world, at("2026-12-31T00:00:00Z")).is_err());
    }

    /// A clock comes from a file, too.
    #[test]
    fn a_clock_of_any_value_shows_a_time() {
        let world = at("2026-11-20T12:00:00Z");
        for far in [i64::MIN, i64::MIN + 1, i64::MAX] {
            let clock = Clock {
                ahead: far,
                lived: far,
            };
            assert_eq!(clock.shown(world), Timestamp::MAX);
            let _ = clock.lived();
        }
    }

    #[test]
    fn times_too_far_off_are_none() {
        let now = at("2026-11-20T12:00:00Z");
        for span in ["99999999999d", "10000y", "-20000y", "99999999999999999999s"] {
            assert_eq!(after(now, span), None, "{span}");
        }
    }

    #[test]
    fn spans_are_days_weeks_months_and_the_like() {
        let now = at("2026-01-31T12:00:00Z");
        assert_eq!(after(now, "30d"), Some(at("2026-03-02T12:00:00Z")));
        assert_eq!(after(now, "1 month"), Some(at("2026-02-28T12:00:00Z")));
        assert_eq!(after(now, "90m"), Some(at("2026-01-31T13:30:00Z")));
        assert_eq!(after(now, "soon"), None);
    }
}
