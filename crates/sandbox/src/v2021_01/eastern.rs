//! Times as 2021-01 writes and reads them: by the clock of the US east coast,
//! without an offset.
//!
//! Takes moments and texts; returns the same. Knows no records.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use crate::values::time::eastern;

/// Which moment is meant by a time that the clock shows twice, in the hour
/// after summer time ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Twice {
    /// The first one.
    First,
    /// The second one.
    Second,
}

/// A moment as answers carry it: `2021-02-25T16:27:19`.
pub(super) fn stamp(moment: Timestamp) -> String {
    let civil = eastern().to_datetime(moment);
    civil.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// A moment given with an offset, or as a time or a day by the eastern clock.
pub(super) fn parse(text: &str, twice: Twice) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment);
    }
    let civil: DateTime = if text.len() == 10 {
        text.parse::<Date>().ok()?.at(0, 0, 0, 0)
    } else {
        text.parse().ok()?
    };
    let meant = eastern().to_ambiguous_timestamp(civil);
    match twice {
        Twice::First => meant.earlier().ok(),
        Twice::Second => meant.later().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_clock_is_four_hours_behind_in_summer_and_five_in_winter() {
        assert_eq!(stamp(moment("2026-07-01T12:00:00Z")), "2026-07-01T08:00:00");
        assert_eq!(stamp(moment("2026-12-01T03:30:09Z")), "2026-11-30T22:30:09");
        // The second Sunday of March and the first of November, at two o'clock.
        assert_eq!(stamp(moment("2026-03-08T06:59:59Z")), "2026-03-08T01:59:59");
        assert_eq!(stamp(moment("2026-03-08T07:00:00Z")), "2026-03-08T03:00:00");
        assert_eq!(stamp(moment("2026-11-01T05:59:59Z")), "2026-11-01T01:59:59");
        assert_eq!(stamp(moment("2026-11-01T06:00:00Z")), "2026-11-01T01:00:00");
    }

    #[test]
    fn what_is_written_is_read_back_in_every_form_that_clients_send() {
        let noon = Some(moment("2026-07-01T12:00:00Z"));
        for text in [
            "2026-07-01T08:00:00",
            "2026-07-01 08:00:00",
            "2026-07-01T12:00:00Z",
            "2026-07-01T14:00:00+02:00",
        ] {
            assert_eq!(parse(text, Twice::First), noon, "{text}");
        }
        let midnight = Some(moment("2026-12-01T05:00:00Z"));
        assert_eq!(parse("2026-12-01", Twice::First), midnight);
        assert_eq!(parse("yesterday", Twice::First), None);
    }

    #[test]
    fn an_hour_that_comes_twice_is_taken_whole() {
        let text = "2026-11-01T01:30:00";
        let first = Some(moment("2026-11-01T05:30:00Z"));
        let second = Some(moment("2026-11-01T06:30:00Z"));
        assert_eq!(parse(text, Twice::First), first);
        assert_eq!(parse(text, Twice::Second), second);
    }
}
