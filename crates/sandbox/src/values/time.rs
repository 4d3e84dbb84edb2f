//! Times and days as the API writes and reads them, and the step from one
//! charge to the next.
//!
//! Takes texts and civil dates; returns the same. Knows no clock: who needs the
//! present is given it.

use std::sync::OnceLock;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// A moment as answers carry it: `2021-02-25T21:27:19+00:00`.
pub(crate) fn stamp(moment: Timestamp) -> String {
    let civil = TimeZone::UTC.to_datetime(moment);
    let mut text = day_text(civil.date());
    text.reserve_exact(15);
    for (sign, part) in [
        ('T', civil.hour()),
        (':', civil.minute()),
        (':', civil.second()),
    ] {
        text.push(sign);
        push_two(&mut text, part);
    }
    text.push_str("+00:00");
    text
}

/// A moment without its offset, as some objects carry it: `2021-02-25T21:27:19`.
pub(crate) fn without_offset(stamp: &str) -> &str {
    stamp.strip_suffix("+00:00").unwrap_or(stamp)
}

/// Midnight of a day by the clock of the US east coast, as orders carry the day
/// for which they are scheduled.
pub(crate) fn eastern_midnight(day: Date) -> Option<Timestamp> {
    eastern().to_timestamp(day.at(0, 0, 0, 0)).ok()
}

/// The rule of the zone since 2007. It is written here, so that a machine
/// without a database of time zones answers the same.
const EASTERN: &str = "EST5EDT,M3.2.0,M11.1.0";

/// The clock of the US east coast.
pub(crate) fn eastern() -> &'static TimeZone {
    static ZONE: OnceLock<TimeZone> = OnceLock::new();
    ZONE.get_or_init(|| TimeZone::posix(EASTERN).expect("a rule in the form that POSIX gives"))
}

/// A day as answers carry it: `2026-12-01`.
pub(crate) fn day_text(day: Date) -> String {
    // Written by hand: lists of thousands of records hold little else.
    let mut text = String::with_capacity(25);
    match i8::try_from(day.year() / 100) {
        Ok(century) if century >= 0 => push_two(&mut text, century),
        _ => return day.to_string(),
    }
    push_two(&mut text, i8::try_from(day.year() % 100).unwrap_or(0));
    text.push('-');
    push_two(&mut text, day.month());
    text.push('-');
    push_two(&mut text, day.day());
    text
}

fn push_two(text: &mut String, number: i8) {
    let digit = |digit: i8| char::from(b'0' + digit.unsigned_abs());
    text.push(digit(number / 10));
    text.push(digit(number % 10));
}

/// The day of a moment.
pub(crate) fn day_of(moment: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(moment).date()
}

/// A moment given as RFC 3339, as a time without an offset (UTC), or as a day
/// (its beginning).
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.len() < 10 {
        return None;
    }
    if text.len() == 10 {
        return beginning(text.parse().ok()?);
    }
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment);
    }
    let civil: DateTime = text.parse().ok()?;
    TimeZone::UTC.to_timestamp(civil).ok()
}

/// The day named by a day or by a time.
pub(crate) fn parse_day(text: &str) -> Option<Date> {
    let text = text.trim();
    if text.len() == 10 {
        return text.parse().ok();
    }
    // A time names the day it is written with, whatever its offset.
    parse(text)?;
    text.get(..10)?.parse().ok()
}

/// The beginning of a day.
pub(crate) fn beginning(day: Date) -> Option<Timestamp> {
    TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok()
}

/// How far apart the charges or orders of a subscription are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Interval {
    /// This many units.
    pub(crate) count: i64,
    /// The unit.
    pub(crate) unit: Unit,
    /// With unit month: always on this day of the month.
    pub(crate) day_of_month: Option<i64>,
    /// With unit week: always on this day of the week, 0 being Monday.
    pub(crate) day_of_week: Option<i64>,
}

/// Units of intervals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Day,
    Week,
    Month,
}

impl Unit {
    /// The unit of that name; days when there is none.
    pub(crate) fn named(name: &str) -> Self {
        match name {
            "week" => Self::Week,
            "month" => Self::Month,
            _ => Self::Day,
        }
    }
}

impl Interval {
    /// The day one interval after `day`. A month that lacks the day ends early.
    pub(crate) fn after(self, day: Date) -> Date {
        let count = self.count.clamp(1, 1000);
        let span = match self.unit {
            Unit::Day => Span::new().days(count),
            Unit::Week => Span::new().weeks(count),
            Unit::Month => Span::new().months(count),
        };
        let next = day.saturating_add(span);
        match self.unit {
            Unit::Month => self
                .day_of_month
                .map_or(next, |wanted| on_day(next, wanted)),
            Unit::Week => self
                .day_of_week
                .map_or(next, |wanted| on_weekday(next, wanted)),
            Unit::Day => next,
        }
    }
}

/// The same month, on the wanted day or on its last.
fn on_day(day: Date, wanted: i64) -> Date {
    let last = i64::from(day.days_in_month());
    let wanted = i8::try_from(wanted.clamp(1, last)).unwrap_or(1);
    day.with().day(wanted).build().unwrap_or(day)
}

/// The same week, on the wanted weekday.
fn on_weekday(day: Date, wanted: i64) -> Date {
    let today = i64::from(day.weekday().to_monday_zero_offset());
    day.saturating_add(Span::new().days(wanted.clamp(0, 6) - today))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn every(count: i64, unit: Unit) -> Interval {
        Interval {
            count,
            unit,
            day_of_month: None,
            day_of_week: None,
        }
    }

    #[test]
    fn times_are_read_in_every_form_that_answers_and_users_write() {
        let moment = parse("2021-02-25T21:27:19+00:00");
        assert!(moment.is_some());
        assert_eq!(parse("2021-02-25T21:27:19Z"), moment);
        assert_eq!(parse("2021-02-25T21:27:19"), moment);
        assert_eq!(parse("2021-02-25T22:27:19+01:00"), moment);
        assert_eq!(
            moment.map(stamp).as_deref(),
            Some("2021-02-25T21:27:19+00:00")
        );
        assert_eq!(parse("2021-02-25"), parse("2021-02-25T00:00:00Z"));
        assert_eq!(parse("test"), None);
        assert_eq!(parse("2021-13-01"), None);
    }

    #[test]
    fn a_month_after_the_last_of_january_is_the_last_of_february() {
        assert_eq!(
            every(1, Unit::Month).after(date(2026, 1, 31)),
            date(2026, 2, 28)
        );
        assert_eq!(
            every(2, Unit::Week).after(date(2026, 1, 1)),
            date(2026, 1, 15)
        );
    }

    #[test]
    fn a_fixed_day_of_the_month_or_week_is_kept() {
        let monthly = Interval {
            day_of_month: Some(31),
            ..every(1, Unit::Month)
        };
        assert_eq!(monthly.after(date(2026, 2, 28)), date(2026, 3, 31));
        let weekly = Interval {
            day_of_week: Some(0),
            ..every(1, Unit::Week)
        };
        assert_eq!(weekly.after(date(2026, 12, 3)), date(2026, 12, 7));
    }
}
