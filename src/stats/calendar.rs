//! Assigns times to days, weeks and months.
//!
//! Texts of the API come in: a day (`2026-11-20`), or a time with an offset
//! (`2026-11-20T08:00:00+00:00`) or without one. A time with an offset belongs to
//! its day in the time zone of the query; the others name their day.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// A period of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// From midnight to midnight.
    Day,
    /// From Monday to Sunday, named by its Monday.
    Week,
    /// Of the calendar, named by year and month.
    Month,
}

impl Period {
    /// All periods.
    pub const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    /// Its name in the singular.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// The period of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|span| span.name() == name)
    }

    /// The label of the period that a day is in. Labels sort by time.
    #[must_use]
    pub fn label(self, day: Date) -> String {
        match self {
            Self::Day => day.to_string(),
            Self::Week => {
                let since = i64::from(day.weekday().to_monday_zero_offset());
                let monday = day.checked_sub(since.days());
                monday.unwrap_or(day).to_string()
            }
            Self::Month => format!("{:04}-{:02}", day.year(), day.month()),
        }
    }

    /// The first day of the period with a label.
    #[must_use]
    pub fn first_day(self, label: &str) -> Option<Date> {
        match self {
            Self::Day | Self::Week => label.parse().ok(),
            Self::Month => format!("{label}-01").parse().ok(),
        }
    }

    /// The first day of the period after the one that begins with `day`.
    #[must_use]
    pub fn after(self, day: Date) -> Option<Date> {
        let step = match self {
            Self::Day => 1.day(),
            Self::Week => 1.week(),
            Self::Month => 1.month(),
        };
        day.checked_add(step).ok()
    }
}

/// The day of a time, in a time zone; `None` for a text that is no time.
#[must_use]
pub fn day_of(text: &str, zone: &TimeZone) -> Option<Date> {
    let own = plain_day(text);
    let rest = text.get(10..).unwrap_or("");
    let utc = rest.ends_with('Z') || rest.ends_with("+00:00");
    if rest.is_empty() || (utc && *zone == TimeZone::UTC && rest.starts_with(['T', ' '])) {
        return own;
    }
    match text.parse::<Timestamp>() {
        Ok(moment) => Some(moment.to_zoned(zone.clone()).date()),
        Err(_) => text.parse::<DateTime>().ok().map(DateTime::date),
    }
}

/// The day that the first letters of a text say.
fn plain_day(text: &str) -> Option<Date> {
    let bytes = text.as_bytes().get(..10)?;
    let number = |range: std::ops::Range<usize>| {
        bytes[range].iter().try_fold(0_i16, |number, byte| {
            byte.is_ascii_digit()
                .then(|| number * 10 + i16::from(byte - b'0'))
        })
    };
    if bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let (month, day) = (number(5..7)?, number(8..10)?);
    Date::new(
        number(0..4)?,
        i8::try_from(month).ok()?,
        i8::try_from(day).ok()?,
    )
    .ok()
}
