//! Rules of the API that a row can break by itself: a percentage above 100, an
//! end before its start, no quantity.
//!
//! Takes the values of a row, each of which is sound by itself, and gives what
//! the API would refuse. Needs neither the store nor the network.

use super::draft::RowDraft;
use super::numeral;
use crate::api::request::{GivenValue, Values};
use crate::catalog::{Parameter, ValueKind};

/// The whole numbers that a field may have, where it is not any from 0.
const RANGES: [(&str, i64, i64); 6] = [
    ("quantity", 1, i64::MAX),
    ("charge_interval_frequency", 1, 1000),
    ("order_interval_frequency", 1, 1000),
    ("expire_after_specific_number_of_charges", 1, i64::MAX),
    // Day 0 means that no day is fixed.
    ("order_day_of_month", 0, 31),
    ("order_day_of_week", 0, 6),
];

/// An amount, and the field that says whether it is a percentage.
const AMOUNTS: [(&str, &str); 2] = [
    ("value", "value_type"),
    ("discount_amount", "discount_type"),
];

/// The field that says whether an amount is a percentage, if there is one.
pub(super) fn kind_of_amount(name: &str) -> Option<&'static str> {
    let kind = AMOUNTS.iter().find(|(amount, _)| *amount == name);
    kind.map(|(_, kind)| *kind)
}

/// A beginning and its end.
const SPANS: [(&str, &str); 1] = [("starts_at", "ends_at")];

/// A number that must be a multiple of another.
const MULTIPLES: [(&str, &str); 1] = [("charge_interval_frequency", "order_interval_frequency")];

/// A rule that a row breaks.
pub(super) struct Breach<'a> {
    pub(super) parameter: &'static Parameter,
    pub(super) value: &'a str,
    pub(super) problem: String,
}

/// All rules that a row breaks.
pub(super) fn breaches(draft: &RowDraft) -> Vec<Breach<'_>> {
    let values = &draft.values;
    let mut found = Vec::new();
    for given in &values.given {
        let [word] = given.words.as_slice() else {
            continue;
        };
        let problem = match given.parameter.kind {
            ValueKind::Money => amount(draft, given.parameter.name, word),
            ValueKind::Integer => number(values, given.parameter.name, word),
            ValueKind::Time | ValueKind::Day => end(values, given.parameter.name, word),
            ValueKind::Text => country(given.parameter.name, word),
            _ => None,
        };
        if let Some(problem) = problem {
            found.push(Breach {
                parameter: given.parameter,
                value: word,
                problem,
            });
        }
    }
    found
}

fn amount(draft: &RowDraft, name: &str, word: &str) -> Option<String> {
    let values = &draft.values;
    if word.starts_with('-') && word.bytes().any(|byte| (b'1'..=b'9').contains(&byte)) {
        return Some("a negative amount".to_owned());
    }
    let kind = AMOUNTS.iter().find(|(amount, _)| *amount == name);
    let is_percentage = kind.is_some_and(|(_, kind)| value(values, kind) == Some("percentage"));
    if is_percentage {
        let (whole, _) = word.split_once('.').unwrap_or((word, ""));
        let over = match whole.parse::<u64>() {
            Ok(whole) => whole > 100 || (whole == 100 && !numeral::fraction(word).is_empty()),
            Err(_) => true,
        };
        return over.then(|| "a percentage above 100".to_owned());
    }
    if draft.percents.contains(&name) {
        return Some(match kind {
            Some((_, kind)) => format!("shown as a percentage, but {kind} is not percentage"),
            None => "shown as a percentage, but it is an amount".to_owned(),
        });
    }
    if draft.decimal.is_none() && is_like_thousands(word) {
        let digits = word.replace('.', "");
        return Some(format!(
            "three decimals, as thousands have; if {digits} is meant, say --decimal , and if it \
             is not, --decimal ."
        ));
    }
    (numeral::fraction(word).len() > 2).then(|| "more than two decimals; round it".to_owned())
}

/// Whether an amount looks like one with a point between its thousands.
fn is_like_thousands(word: &str) -> bool {
    word.split_once('.').is_some_and(|(whole, fraction)| {
        fraction.len() == 3 && (1..=3).contains(&whole.len()) && !whole.starts_with('0')
    })
}

fn number(values: &Values, name: &str, word: &str) -> Option<String> {
    let number: i64 = word.parse().ok()?;
    let range = RANGES.iter().find(|(known, ..)| *known == name);
    let (least, most) = range.map_or((0, i64::MAX), |(_, least, most)| (*least, *most));
    if !(least..=most).contains(&number) {
        return Some(match most {
            i64::MAX => format!("less than {least}"),
            _ => format!("not from {least} to {most}"),
        });
    }
    let (_, divisor) = MULTIPLES.iter().find(|(known, _)| *known == name)?;
    let divisor: i64 = value(values, divisor)?.parse().ok()?;
    (divisor > 0 && number % divisor != 0)
        .then(|| format!("not a multiple of the order interval ({divisor})"))
}

/// Two times are compared only if both have an offset or neither has.
fn end(values: &Values, name: &str, word: &str) -> Option<String> {
    let (start, _) = SPANS.iter().find(|(_, end)| *end == name)?;
    let start = value(values, start)?;
    let is_before = match (instant(start), instant(word)) {
        (Some((one, start)), Some((other, end))) if one == other => end <= start,
        _ => return None,
    };
    is_before.then(|| format!("not after its start, {start}"))
}

/// A day or a time, in UTC if it has an offset, and whether it has one.
fn instant(word: &str) -> Option<(bool, jiff::civil::DateTime)> {
    if let Ok(time) = word.parse::<jiff::Timestamp>() {
        let utc = time.to_zoned(jiff::tz::TimeZone::UTC);
        return Some((true, utc.datetime()));
    }
    let time = word.parse::<jiff::civil::DateTime>();
    time.ok().map(|time| (false, time))
}

fn country(name: &str, word: &str) -> Option<String> {
    let fits = word.len() == 2 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    (name == "country_code" && !word.is_empty() && !fits)
        .then(|| "not a country code of two letters, like US".to_owned())
}

fn value<'a>(values: &'a Values, name: &str) -> Option<&'a str> {
    let is_it = |given: &&GivenValue| given.parameter.name == name;
    let given = values.given.iter().find(is_it)?;
    given.words.first().map(String::as_str)
}
