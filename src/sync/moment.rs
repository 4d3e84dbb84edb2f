//! Times: as records have them, as bookmarks, and as a person gives one.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::{Error, Result};

/// A moment in microseconds since 1970, UTC. It is written as
/// `2024-01-31T10:00:00Z`, with a fraction where it has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Micros(i64);

impl Micros {
    /// The moment of a timestamp. What is finer is cut off.
    #[must_use]
    pub fn of(timestamp: Timestamp) -> Self {
        Self(timestamp.as_microsecond())
    }

    /// Reads a time of a record: with an offset, else as one of `zone`; a day is
    /// its first moment. `None` for what is none of these.
    #[must_use]
    pub fn read(text: &str, zone: &TimeZone) -> Option<Self> {
        if let Some(quick) = Self::read_utc(text) {
            return Some(quick);
        }
        if let Ok(timestamp) = text.parse::<Timestamp>() {
            return Some(Self::of(timestamp));
        }
        let local = match text.parse::<DateTime>() {
            Ok(local) => local,
            // `Tue, 20 Nov 2012 00:00:00 +0000` has its own offset.
            Err(_) if text.contains(',') => {
                let zoned = jiff::fmt::rfc2822::parse(text).ok()?;
                return Some(Self::of(zoned.timestamp()));
            }
            Err(_) => text
                .parse::<Date>()
                .ok()?
                .to_datetime(jiff::civil::Time::midnight()),
        };
        let timestamp = zone.to_timestamp(local).ok()?;
        Some(Self::of(timestamp))
    }

    /// Reads the usual form, `2024-01-31T10:00:00+00:00`, without a general
    /// parser: millions of them are read.
    fn read_utc(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let (seconds, offset) = bytes.split_at_checked(19)?;
        if offset != b"+00:00" && offset != b"Z" {
            return None;
        }
        let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
        if separators.iter().any(|(at, byte)| seconds[*at] != *byte) {
            return None;
        }
        let number = |range: std::ops::Range<usize>| {
            seconds[range].iter().try_fold(0_i64, |number, byte| {
                byte.is_ascii_digit()
                    .then(|| number * 10 + i64::from(byte - b'0'))
            })
        };
        let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
        let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
        let date = Date::new(
            i16::try_from(year).ok()?,
            i8::try_from(month).ok()?,
            i8::try_from(day).ok()?,
        )
        .ok()?;
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        Some(Self(
            (days_since_1970(date) * 86_400 + hour * 3600 + minute * 60 + second) * 1_000_000,
        ))
    }

    /// The moment so much earlier.
    #[must_use]
    pub fn before(self, span: std::time::Duration) -> Self {
        let span = i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
        Self(self.0.saturating_sub(span).max(Self::of(Timestamp::MIN).0))
    }

    /// The moment so much later.
    #[must_use]
    pub fn after(self, span: std::time::Duration) -> Self {
        let span = i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(span).min(Self::of(Timestamp::MAX).0))
    }

    /// The time from an earlier moment to this one; none if it is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> std::time::Duration {
        let span = self.0.saturating_sub(earlier.0).max(0);
        std::time::Duration::from_micros(span.unsigned_abs())
    }

    /// The moment halfway between two.
    #[must_use]
    pub const fn between(self, other: Self) -> Self {
        Self(self.0.midpoint(other.0))
    }

    /// The microseconds since 1970.
    #[must_use]
    pub const fn as_i64(self) -> i64 {
        self.0
    }

    /// The moment in whole seconds, rounded down: filters of the API take no more.
    #[must_use]
    pub const fn whole_seconds(self) -> Self {
        Self(self.0.div_euclid(1_000_000) * 1_000_000)
    }

    /// The timestamp of the moment.
    #[must_use]
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_microsecond(self.0).unwrap_or(if self.0 < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        })
    }
}

/// Days from 1970 to a date.
fn days_since_1970(date: Date) -> i64 {
    // The algorithm for days of the Gregorian calendar, counted from March.
    let (month, day) = (i64::from(date.month()), i64::from(date.day()));
    let year = i64::from(date.year()) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

impl fmt::Display for Micros {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.timestamp(), out)
    }
}

impl FromStr for Micros {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, jiff::Error> {
        Ok(Self::of(text.parse::<Timestamp>()?))
    }
}

impl Serialize for Micros {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Micros {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The day from which a store is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StartDate(pub Micros);

impl StartDate {
    /// Reads `MM/DD/YYYY`, as hosted connectors take it, and ISO dates and times.
    ///
    /// # Errors
    /// Of kind `Usage`: it is neither, or no day of the calendar.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = || {
            Error::usage(format!("{text:?} is not a date"))
                .hint("write it as 2024-01-31 or as 01/31/2024 (month/day/year)")
        };
        if text.contains('/') {
            let date = Date::strptime("%m/%d/%Y", text).map_err(|_| wrong())?;
            return Self::parse(&date.to_string());
        }
        let moment = Micros::read(text, &TimeZone::UTC).ok_or_else(wrong)?;
        let range = SignedDuration::from_hours(24 * 365 * 30);
        let earliest = Micros::of(Timestamp::UNIX_EPOCH + range);
        if moment < earliest {
            return Err(wrong());
        }
        Ok(Self(moment))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        Some(Micros::read(text, &TimeZone::UTC)?.to_string())
    }

    #[test]
    fn read_takes_every_form_of_a_time_that_records_have() {
        let same = "2023-05-13T04:00:00Z";
        for text in [
            "2023-05-13T04:00:00+00:00",
            "2023-05-13T04:00:00Z",
            "2023-05-13T04:00:00",
            "2023-05-13 04:00:00",
            "2023-05-13T00:00:00-04:00",
            "2023-05-13T04:00:00.000000+00:00",
            "Sat, 13 May 2023 04:00:00 +0000",
            "Sat, 13 May 2023 00:00:00 -0400",
        ] {
            assert_eq!(read(text).as_deref(), Some(same), "{text}");
        }
        assert_eq!(read("2023-05-13").as_deref(), Some("2023-05-13T00:00:00Z"));
        assert_eq!(
            read("2023-05-13T04:00:00.123456").as_deref(),
            Some("2023-05-13T04:00:00.123456Z")
        );
        for text in [
            "",
            "soon",
            "2023-02-30",
            "2023-02-30T00:00:00+00:00",
            "2023-05-13T24:61:00Z",
            "Sat, 32 May 2023 04:00:00 +0000",
            "soon, later",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn read_takes_times_without_an_offset_as_those_of_the_zone() {
        let eastern = TimeZone::posix("EST5EDT,M3.2.0,M11.1.0").unwrap();
        let read = |text| Micros::read(text, &eastern).unwrap().to_string();
        assert_eq!(read("2023-05-13T00:00:00"), "2023-05-13T04:00:00Z");
        assert_eq!(read("2023-12-13T00:00:00"), "2023-12-13T05:00:00Z");
        assert_eq!(read("2023-12-13T00:00:00Z"), "2023-12-13T00:00:00Z");
    }

    proptest::proptest! {
        #[test]
        fn the_quick_reader_agrees_with_the_general_one(seconds in -2_000_000_000_i64..8_000_000_000) {
            let timestamp = Timestamp::from_second(seconds).unwrap();
            let text = timestamp.to_string();
            let quick = Micros::read_utc(&text).unwrap();
            assert_eq!(quick, Micros::of(timestamp));
            assert_eq!(quick.to_string(), text);
        }
    }

    #[test]
    fn start_dates_are_read_as_connectors_and_as_iso_write_them() {
        let parsed = |text| StartDate::parse(text).map(|start| start.0.to_string());
        assert_eq!(parsed("01/31/2024").unwrap(), "2024-01-31T00:00:00Z");
        assert_eq!(parsed("2024-01-31").unwrap(), "2024-01-31T00:00:00Z");
        assert_eq!(
            parsed("2024-01-31T06:00:00Z").unwrap(),
            "2024-01-31T06:00:00Z"
        );
        for text in [
            "31/01/2024",
            "13/13/2024",
            "yesterday",
            "",
            "02/30/2024",
            "1024-01-31",
        ] {
            let error = parsed(text).unwrap_err();
            assert_eq!(error.message, format!("{text:?} is not a date"));
        }
    }
}
