//! Times as people write them: `2024-01-01`, RFC 3339, `7d`, `+2w`, `today`. A
//! date or a time is sent as it was typed.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, Zoned};

use crate::catalog::{BareDay, TimeForm};

/// What turns a user's words of time into the API's.
#[derive(Debug, Clone)]
pub struct Now {
    /// The present.
    pub instant: Timestamp,
    /// The user's time zone.
    pub zone: TimeZone,
    /// How the API writes times.
    pub times: TimeForm,
}

/// A point in time as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moment {
    /// A date or a time, sent as it stands.
    Verbatim(String),
    /// This many days from today.
    Day(i64),
    /// A span from now; `signed` says whether a direction was written.
    Away {
        /// The span; negative is the past.
        span: SpanOf,
        /// Whether it began with `+` or `-`.
        signed: bool,
    },
}

/// A count of one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpanOf {
    count: i64,
    unit: Unit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Minutes,
    Hours,
    Days,
    Weeks,
    Months,
    Years,
}

impl Moment {
    /// Reads a moment.
    ///
    /// # Errors
    /// Says what forms there are when the text is none of them.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Some(days) = day_word(text) {
            return Ok(Self::Day(days));
        }
        if text == "now" {
            return Ok(Self::Away {
                span: SpanOf {
                    count: 0,
                    unit: Unit::Minutes,
                },
                signed: true,
            });
        }
        if let Some((span, signed)) = span(text) {
            return Ok(Self::Away { span, signed });
        }
        if is_date_or_time(text) {
            return Ok(Self::Verbatim(text.to_owned()));
        }
        Err("not a time; write 2024-01-31, 2024-01-31T10:00:00Z, 7d, yesterday".to_owned())
    }

    /// The moment as a time, the way the API writes times. A day is its first
    /// moment in the user's zone.
    #[must_use]
    pub fn as_time(&self, now: &Now) -> String {
        self.as_time_at(now, BareDay::Start)
    }

    /// As [`Self::as_time`]. Where the API takes a day for something else than that
    /// day, a day alone is its first or its last second in the user's zone.
    #[must_use]
    pub fn as_time_at(&self, now: &Now, bare: BareDay) -> String {
        let moment = match self {
            Self::Verbatim(text) => {
                let day = text
                    .parse::<Date>()
                    .ok()
                    .filter(|_| text.len() == DAY_LENGTH);
                match day.filter(|_| now.times == TimeForm::Zulu) {
                    Some(day) => second_of(day, bare, &now.zone),
                    None => return verbatim(text, now.times),
                }
            }
            Self::Day(_) => {
                let day = self.zoned(now);
                day.start_of_day().unwrap_or(day)
            }
            Self::Away { .. } => self.zoned(now),
        };
        moment
            .with_time_zone(TimeZone::UTC)
            .strftime(format(now.times))
            .to_string()
    }

    /// The moment as a day in the user's zone.
    #[must_use]
    pub fn as_day(&self, now: &Now) -> String {
        match self {
            Self::Verbatim(text) => text.clone(),
            Self::Day(_) | Self::Away { .. } => self.zoned(now).date().to_string(),
        }
    }

    fn zoned(&self, now: &Now) -> Zoned {
        let present = now.instant.to_zoned(now.zone.clone());
        let span = match self {
            Self::Verbatim(_) => Span::new(),
            Self::Day(days) => Span::new().days(*days),
            Self::Away { span, .. } => span.span(),
        };
        // A span is at most four digits of a unit, so it stays within jiff's
        // range of years unless the clock itself is at its end.
        present.checked_add(span).unwrap_or(present)
    }
}

/// Letters of `2024-01-31`.
const DAY_LENGTH: usize = 10;

/// The first or the last second of a day in a zone.
fn second_of(day: Date, bare: BareDay, zone: &TimeZone) -> Zoned {
    let time = match bare {
        BareDay::Start => Time::midnight(),
        BareDay::End => Time::constant(23, 59, 59, 0),
    };
    let moment = day.to_datetime(time);
    let ambiguous = zone.to_ambiguous_zoned(moment);
    // A time that a zone skips is the one that its clocks show instead.
    ambiguous
        .compatible()
        .unwrap_or_else(|_| Zoned::new(Timestamp::UNIX_EPOCH, zone.clone()))
}

/// A time as typed. Where the API takes no offset, a time with one is moved to
/// UTC; without one it stays.
fn verbatim(text: &str, times: TimeForm) -> String {
    match (times, text.parse::<Timestamp>()) {
        (TimeForm::WithoutOffset | TimeForm::Zulu, Ok(moment)) => {
            moment.strftime(format(times)).to_string()
        }
        _ => text.to_owned(),
    }
}

const fn format(times: TimeForm) -> &'static str {
    match times {
        TimeForm::WithOffset => "%Y-%m-%dT%H:%M:%S+00:00",
        TimeForm::WithoutOffset => "%Y-%m-%dT%H:%M:%S",
        TimeForm::Zulu => "%Y-%m-%dT%H:%M:%SZ",
    }
}

impl SpanOf {
    fn span(self) -> Span {
        let span = Span::new();
        match self.unit {
            Unit::Minutes => span.minutes(self.count),
            Unit::Hours => span.hours(self.count),
            Unit::Days => span.days(self.count),
            Unit::Weeks => span.weeks(self.count),
            Unit::Months => span.months(self.count),
            Unit::Years => span.years(self.count),
        }
    }
}

fn day_word(text: &str) -> Option<i64> {
    match text {
        "yesterday" => Some(-1),
        "today" => Some(0),
        "tomorrow" => Some(1),
        _ => None,
    }
}

/// `7d` and `-7d` lie in the past, `+7d` in the future.
fn span(text: &str) -> Option<(SpanOf, bool)> {
    let (sign, signed, rest) = match text.as_bytes().first()? {
        b'+' => (1, true, &text[1..]),
        b'-' => (-1, true, &text[1..]),
        _ => (-1, false, text),
    };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 || digits > 4 {
        return None;
    }
    let unit = match &rest[digits..] {
        "m" | "min" => Unit::Minutes,
        "h" => Unit::Hours,
        "d" => Unit::Days,
        "w" => Unit::Weeks,
        "mo" => Unit::Months,
        "y" => Unit::Years,
        _ => return None,
    };
    let count: i64 = rest[..digits].parse().ok()?;
    let count = if matches!(unit, Unit::Years) {
        count.min(1000)
    } else {
        count
    };
    Some((
        SpanOf {
            count: sign * count,
            unit,
        },
        signed,
    ))
}

/// Whether the API can read the text as it stands.
pub(super) fn is_verbatim(text: &str) -> bool {
    matches!(Moment::parse(text), Ok(Moment::Verbatim(_)))
}

fn is_date_or_time(text: &str) -> bool {
    let date = text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok();
    let time = text.len() > 10
        && (text.parse::<Timestamp>().is_ok() || text.parse::<jiff::civil::DateTime>().is_ok());
    date || time
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Now {
        Now {
            instant: "2026-11-20T23:30:00Z".parse().unwrap(),
            zone: TimeZone::fixed(jiff::tz::offset(-5)),
            times: TimeForm::WithOffset,
        }
    }

    fn time(text: &str) -> String {
        Moment::parse(text).unwrap().as_time(&now())
    }

    fn day(text: &str) -> String {
        Moment::parse(text).unwrap().as_day(&now())
    }

    #[test]
    fn dates_and_times_are_sent_as_typed() {
        for text in [
            "2024-01-01",
            "2024-01-01T10:00:00+00:00",
            "2024-01-01T10:00:00Z",
            "2024-01-01T10:00:00",
            "2024-01-01 10:00:00",
        ] {
            assert_eq!(time(text), text);
            assert_eq!(day(text), text);
        }
    }

    #[test]
    fn a_bare_span_lies_in_the_past_and_is_sent_in_utc() {
        assert_eq!(time("7d"), "2026-11-13T23:30:00+00:00");
        assert_eq!(time("-7d"), time("7d"));
        assert_eq!(time("90min"), "2026-11-20T22:00:00+00:00");
        assert_eq!(time("+2w"), "2026-12-04T23:30:00+00:00");
    }

    #[test]
    fn days_are_counted_in_the_zone_of_the_user() {
        assert_eq!(day("today"), "2026-11-20");
        assert_eq!(time("yesterday"), "2026-11-19T05:00:00+00:00");
        assert_eq!(time("now"), "2026-11-20T23:30:00+00:00");
        assert_eq!(day("yesterday"), "2026-11-19");
        assert_eq!(day("tomorrow"), "2026-11-21");
        assert_eq!(day("+1mo"), "2026-12-20");
        assert_eq!(day("1y"), "2025-11-20");
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "d",
            "7",
            "7x",
            "soon",
            "2024-13-01",
            "2024-01-32",
            "01/31/2024",
            "99999d",
            "+",
            "2024-01-01T25:00:00Z",
            "７d",
        ] {
            assert!(Moment::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_largest_spans_do_not_overflow() {
        for text in ["9999y", "+9999y", "9999mo", "9999w", "+9999d"] {
            assert!(!time(text).is_empty());
        }
    }
}
