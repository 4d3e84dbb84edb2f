//! Days as people write them: `31.12.2026`, `12/31/2026`, `5. Januar 2027`.
//!
//! Takes a text and gives the day with the year first, if the text has exactly
//! one reading, or the reason why it has none.

use jiff::civil::{Date, Time};

use super::months::{NamedDate, named_date};

/// The order of day, month and year in a date of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    /// `31.12.2026`
    DayFirst,
    /// `12/31/2026`
    MonthFirst,
    /// `2026/12/31`
    YearFirst,
}

impl DateOrder {
    /// All orders, by the words that `--dates` takes.
    pub const ALL: [Self; 3] = [Self::DayFirst, Self::MonthFirst, Self::YearFirst];

    /// The word that `--dates` takes.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::DayFirst => "dmy",
            Self::MonthFirst => "mdy",
            Self::YearFirst => "ymd",
        }
    }

    /// The order of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.name() == name)
    }
}

/// Years of days that are proposed. Others are those of another calendar, or
/// what a spreadsheet shows for an empty cell.
const YEARS: std::ops::RangeInclusive<i16> = 1970..=2199;

/// Whether the year at the beginning of a text is one of [`YEARS`].
pub(super) fn is_usual_year(text: &str) -> bool {
    let year = text.get(..4).and_then(|year| year.parse().ok());
    year.is_some_and(|year: i16| YEARS.contains(&year))
}

/// Rewrites a date with a known order as `2026-12-31`, with its time if it
/// has one. `None` if it is no such date.
pub(super) fn rewritten(text: &str, order: DateOrder) -> Option<String> {
    if let Some(named) = named_date(text) {
        let date = of_named(&named, Some(order))?;
        return joined(date, named.rest);
    }
    let (day, rest) = split(text);
    let parts = numbers(day)?;
    let [first, second, third] = parts;
    // A year of four digits at the beginning needs no order.
    let date = match order {
        _ if first.len() == 4 => date(first, second, third),
        DateOrder::DayFirst => date(third, second, first),
        DateOrder::MonthFirst => date(third, first, second),
        DateOrder::YearFirst => date(first, second, third),
    }?;
    joined(date, rest)
}

/// Why a text is not accepted as a day or time, with the right form where the
/// text has one reading only. `None` if it does not look like a day.
pub(super) fn reason(text: &str) -> Option<String> {
    let (day, rest) = split(text);
    if let Some(parts) = numbers(day) {
        return Some(of_numbers(parts, rest));
    }
    if let Some(named) = named_date(text) {
        return Some(match of_named(&named, None) {
            Some(date) => advice(date, named.rest),
            None if named.numbers.iter().all(|number| number.len() <= 2) => TWO_DIGITS.to_owned(),
            None => "there is no such day; write it as 2026-12-24".to_owned(),
        });
    }
    if text.len() == 8 && is_digits(text) {
        return date(&text[..4], &text[4..6], &text[6..])
            .filter(|date| YEARS.contains(&date.year()))
            .map(|date| advice(date, ""));
    }
    if is_digits(text) && matches!(text.len(), 9 | 10 | 13) {
        let unit = if text.len() == 13 {
            "milliseconds"
        } else {
            "seconds"
        };
        return Some(format!("{unit} since 1970; write the day as 2026-12-24"));
    }
    let (whole, _) = text.split_once(['.', ',']).unwrap_or((text, ""));
    (whole.len() == 5 && is_digits(whole)).then(|| {
        "the number that a spreadsheet stores for a date; format the column as 2026-12-24"
            .to_owned()
    })
}

const TWO_DIGITS: &str = "a two-digit year, which is ambiguous; write it as 2026-12-24, \
                          or name the order with --dates dmy, mdy or ymd";

/// The form to write for a day and what follows it.
fn advice(date: Date, rest: &str) -> String {
    if !YEARS.contains(&date.year()) {
        return format!(
            "the year {}, which is most likely not meant; write the day as 2026-12-24",
            date.year()
        );
    }
    match joined(date, rest) {
        Some(whole) if rest.is_empty() => format!("not a date that the API accepts; write {whole}"),
        Some(whole) => format!("not a time that the API accepts; write {whole}"),
        None => format!("{rest} is not a time of day; write it like {date}T23:59:00Z"),
    }
}

fn of_numbers(parts: [&str; 3], rest: &str) -> String {
    let [first, second, third] = parts;
    if first.len() == 4 {
        return match date(first, second, third) {
            Some(date) => advice(date, rest),
            None => format!("there is no such day: {}", impossible(first, second, third)),
        };
    }
    if third.len() != 4 {
        return TWO_DIGITS.to_owned();
    }
    let readings = [date(third, second, first), date(third, first, second)];
    match readings {
        [Some(one), Some(other)] if one != other => {
            "day and month are ambiguous; write it as 2026-12-24, year first, or name the \
             order with --dates dmy or mdy"
                .to_owned()
        }
        [Some(date), _] | [None, Some(date)] => advice(date, rest),
        [None, None] => "there is no such day; write it as 2026-12-24".to_owned(),
    }
}

/// The day of a date with the name of its month. A year of two digits needs
/// an order.
fn of_named(named: &NamedDate<'_>, order: Option<DateOrder>) -> Option<Date> {
    let [first, second] = named.numbers;
    let (year, day) = match (first.len(), second.len(), order) {
        (4, ..) | (_, ..=2, Some(DateOrder::YearFirst)) => (first, second),
        (_, 4, _) | (_, _, Some(DateOrder::DayFirst | DateOrder::MonthFirst)) => (second, first),
        _ => return None,
    };
    date(year, &named.month.to_string(), day)
}

fn impossible(year: &str, month: &str, day: &str) -> String {
    match (year.parse(), month.parse::<i8>()) {
        (Ok(year), Ok(month @ 1..=12)) => match Date::new(year, month, 1) {
            Ok(first) => format!("month {month} of {year} has {} days", first.days_in_month()),
            Err(_) => format!("{year}-{month}-{day}"),
        },
        _ => format!("there is no month {month}"),
    }
}

/// The day, and what follows it.
fn split(text: &str) -> (&str, &str) {
    let end = text.find([' ', 'T', ',']).unwrap_or(text.len());
    let (day, rest) = text.split_at(end);
    (day, rest.trim_start_matches([' ', 'T', ',']).trim_end())
}

/// Three numbers between marks that are the same.
fn numbers(day: &str) -> Option<[&str; 3]> {
    let mark = day.chars().find(|letter| !letter.is_ascii_digit())?;
    if !matches!(mark, '/' | '.' | '-') {
        return None;
    }
    let parts: Vec<&str> = day.split(mark).collect();
    let parts: [&str; 3] = parts.try_into().ok()?;
    parts
        .iter()
        .all(|part| is_digits(part) && part.len() <= 4)
        .then_some(parts)
}

/// A day with a year of four digits, or of two after 2000.
fn date(year: &str, month: &str, day: &str) -> Option<Date> {
    let full = match year.len() {
        4 => year.parse::<i16>().ok()?,
        2 => 2000 + year.parse::<i16>().ok()?,
        _ => return None,
    };
    if month.len() > 2 || day.len() > 2 {
        return None;
    }
    Date::new(full, month.parse().ok()?, day.parse().ok()?).ok()
}

/// A day and a time of day in the form that the API reads.
fn joined(date: Date, rest: &str) -> Option<String> {
    if rest.is_empty() {
        return Some(date.to_string());
    }
    let (rest, zone) = zoned(rest);
    let (clock, half) = halved(rest);
    let time = clock_time(clock)?;
    let time = match half {
        None => time,
        Some(later) => {
            let hour = match (time.hour(), later) {
                (12, false) => 0,
                (12, true) => 12,
                (hour @ 1..=11, later) => hour + if later { 12 } else { 0 },
                _ => return None,
            };
            Time::new(hour, time.minute(), time.second(), 0).ok()?
        }
    };
    Some(format!("{date}T{}{zone}", time.strftime("%H:%M:%S")))
}

/// The time without its zone, and the zone as the API reads it.
fn zoned(rest: &str) -> (&str, &str) {
    for name in ["UTC", "GMT", "Z"] {
        if let Some(before) = rest.strip_suffix(name) {
            return (before.trim_end(), "Z");
        }
    }
    match rest.rfind(['+', '-']) {
        Some(at) if is_offset(&rest[at + 1..]) => (rest[..at].trim_end(), &rest[at..]),
        _ => (rest, ""),
    }
}

fn is_offset(text: &str) -> bool {
    matches!(text.split_once(':'), Some((hours, minutes))
        if hours.len() == 2 && minutes.len() == 2 && is_digits(hours) && is_digits(minutes))
}

/// The clock, and whether it shows an hour after noon on a 12-hour clock.
fn halved(rest: &str) -> (&str, Option<bool>) {
    let cut = |end: usize| rest.split_at_checked(rest.len().checked_sub(end)?);
    let Some((clock, half)) = cut(2) else {
        return (rest, None);
    };
    match half.to_ascii_lowercase().as_str() {
        "am" => (clock.trim_end(), Some(false)),
        "pm" => (clock.trim_end(), Some(true)),
        _ => (rest, None),
    }
}

fn clock_time(clock: &str) -> Option<Time> {
    let mut parts = clock.split(':');
    let mut next = || {
        parts
            .next()
            .map(|part| (is_digits(part), part.parse::<i8>()))
    };
    let (Some((true, Ok(hour))), Some((true, Ok(minute)))) = (next(), next()) else {
        return None;
    };
    let second = match next() {
        None => 0,
        Some((true, Ok(second))) => second,
        Some(_) => return None,
    };
    if next().is_some() {
        return None;
    }
    Time::new(hour, minute, second, 0).ok()
}

fn is_digits(text: &str) -> bool {
    super::numeral::is_digits(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_fits_the_value_and_advice_keeps_the_day() {
        for (text, part) in [
            ("2027-02-30", "month 2 of 2027 has 28 days"),
            ("2027-13-01", "there is no month 13"),
            ("2027-01-05 11:59 PM", "write 2027-01-05T23:59:00"),
            ("2027-01-05 12:30 am", "write 2027-01-05T00:30:00"),
            ("2027-01-05T23:59:59 UTC", "write 2027-01-05T23:59:59Z"),
            ("2027-01-05T23:59:59 EST", "not a time of day"),
            ("31/12/2026", "write 2026-12-31"),
            ("31.12.2026 18:00", "write 2026-12-31T18:00:00"),
            ("03/04/2027", "day and month are ambiguous"),
            ("04/04/2027", "write 2027-04-04"),
            ("12/31/26", "a two-digit year"),
            ("32/13/2026", "there is no such day"),
            ("January 5, 2027", "write 2027-01-05"),
            ("5-Jan-2027", "write 2027-01-05"),
            ("2027/01/05", "write 2027-01-05"),
            ("2027-1-5", "write 2027-01-05"),
            ("20270105", "write 2027-01-05"),
            ("5. Januar 2027", "write 2027-01-05"),
            ("5 janvier 2027 18:00", "write 2027-01-05T18:00:00"),
            (
                "Tue, 05 Jan 2027 00:00:00 GMT",
                "write 2027-01-05T00:00:00Z",
            ),
            ("31 Feb 2027", "there is no such day"),
            ("5-Jan-27", "a two-digit year"),
            ("31.12.1899", "the year 1899"),
            ("31/12/2570", "the year 2570"),
            ("1798675200000", "milliseconds since 1970"),
            ("46392,75", "spreadsheet stores for a date"),
            ("46392", "spreadsheet stores for a date"),
            ("1798675200", "seconds since 1970"),
        ] {
            let reason = reason(text).unwrap_or_default();
            assert!(reason.contains(part), "{text}: {reason}");
        }
        assert_eq!(reason("soon"), None);
        assert_eq!(reason("31122026"), None);
        assert_eq!(reason("about 5 May 2027"), None);
    }

    #[test]
    fn a_known_order_rewrites_dates() {
        let dmy = |text| rewritten(text, DateOrder::DayFirst);
        assert_eq!(dmy("03/04/2027").as_deref(), Some("2027-04-03"));
        assert_eq!(dmy("3.4.27").as_deref(), Some("2027-04-03"));
        assert_eq!(dmy("2027-04-03").as_deref(), Some("2027-04-03"));
        assert_eq!(dmy("04/31/2027"), None);
        assert_eq!(dmy("5-Jan-27").as_deref(), Some("2027-01-05"));
        assert_eq!(dmy("5. März 2027").as_deref(), Some("2027-03-05"));
        let mdy = rewritten("03/04/2027 6:00 PM", DateOrder::MonthFirst);
        assert_eq!(mdy.as_deref(), Some("2027-03-04T18:00:00"));
        let ymd = rewritten("27/04/03", DateOrder::YearFirst);
        assert_eq!(ymd.as_deref(), Some("2027-04-03"));
        let named = rewritten("27-Jan-05", DateOrder::YearFirst);
        assert_eq!(named.as_deref(), Some("2027-01-05"));
    }
}
