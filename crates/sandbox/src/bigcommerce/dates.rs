//! Times as the API reads and writes them.
//!
//! It reads RFC 3339 and RFC 2822. A day without a time of day gets that of the
//! present appended, and a value that was encoded twice is ignored in silence:
//! both traps are known from clients. What else cannot be read is refused.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;

use crate::values::time;

/// What a value of a time filter comes to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum AskedTime {
    /// A moment.
    At(Timestamp),
    /// Nothing: the filter does not count.
    Ignored,
    /// No time.
    Unreadable,
}

/// Reads the value of a time filter, as of a present.
pub(super) fn read(text: &str, now: Timestamp) -> AskedTime {
    let text = text.trim();
    if text.contains('%') {
        return AskedTime::Ignored;
    }
    if let Some(day) = bare_day(text) {
        let of_day: Time = TimeZone::UTC.to_datetime(now).time();
        let moment = TimeZone::UTC.to_timestamp(day.to_datetime(of_day));
        return moment.map_or(AskedTime::Unreadable, AskedTime::At);
    }
    let moment = time::parse(text).or_else(|| {
        let parsed = rfc2822::DateTimeParser::new().parse_timestamp(text);
        parsed.ok()
    });
    moment.map_or(AskedTime::Unreadable, AskedTime::At)
}

/// The day of a text without a time of day: `2026-11-20`, `20 Nov 2026`.
fn bare_day(text: &str) -> Option<Date> {
    if text.contains(':') {
        return None;
    }
    let after_weekday = text.split_once(", ").map_or(text, |(_, rest)| rest);
    text.parse()
        .ok()
        .or_else(|| Date::strptime("%d %b %Y", after_weekday).ok())
}

/// A stored time as v2 writes it: RFC 2822, and empty text for none.
pub(super) fn rfc_2822(stored: &str) -> String {
    let Some(moment) = time::parse(stored) else {
        return String::new();
    };
    let civil = moment.to_zoned(TimeZone::UTC);
    civil.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

/// A stored time as most of v3 writes it: in UTC, with a `Z`.
pub(super) fn zulu(stored: &str) -> String {
    let without = stored.strip_suffix("+00:00");
    without.map_or_else(|| stored.to_owned(), |plain| format!("{plain}Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> AskedTime {
        AskedTime::At(text.parse().unwrap())
    }

    #[test]
    fn day_without_a_time_gets_the_time_of_the_present_appended() {
        let now = "2026-11-20T12:34:56Z".parse().unwrap();
        for day in ["2026-11-01", "1 Nov 2026", "Sun, 01 Nov 2026"] {
            assert_eq!(read(day, now), at("2026-11-01T12:34:56Z"), "{day}");
        }
    }

    #[test]
    fn times_are_read_in_both_forms_and_ignored_when_encoded_twice() {
        let now = "2026-11-20T12:34:56Z".parse().unwrap();
        for (text, asked) in [
            ("2026-11-01T00:00:00Z", at("2026-11-01T00:00:00Z")),
            ("2026-11-01T02:00:00+02:00", at("2026-11-01T00:00:00Z")),
            (
                "Sun, 01 Nov 2026 00:00:00 +0000",
                at("2026-11-01T00:00:00Z"),
            ),
            ("2026-11-01T00%3A00%3A00Z", AskedTime::Ignored),
            ("2026-11-01T00:00:00 00:00", AskedTime::Unreadable),
            ("yesterday", AskedTime::Unreadable),
            ("", AskedTime::Unreadable),
        ] {
            assert_eq!(read(text, now), asked, "{text}");
        }
    }

    #[test]
    fn written_times_are_read_again() {
        let stored = "2026-11-01T08:09:10+00:00";
        let now = "2026-11-20T12:34:56Z".parse().unwrap();
        assert_eq!(rfc_2822(stored), "Sun, 01 Nov 2026 08:09:10 +0000");
        assert_eq!(rfc_2822(""), "");
        assert_eq!(zulu(stored), "2026-11-01T08:09:10Z");
        assert_eq!(read(&rfc_2822(stored), now), read(&zulu(stored), now));
    }
}
