//! Rules of the API that a row can break by itself: a percentage above 100, an
//! end before its start, no quantity. Those for parts of objects are in
//! `part_rules`, those for people and addresses in `postal`.
//!
//! Takes the values of a row, each of which is sound by itself, and gives what
//! the API would refuse. Needs neither the store nor the network.

use std::borrow::Cow;

use serde_json::Value;

use super::draft::RowDraft;
use super::{numeral, part_rules, postal};
use crate::api::request::{GivenValue, Values};
use crate::catalog::{Operation, ValueKind};

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
const MULTIPLES: [(&str, &str); 2] = [
    ("charge_interval_frequency", "order_interval_frequency"),
    (
        "subscription_preferences.charge_interval_frequency",
        "subscription_preferences.order_interval_frequency",
    ),
];

/// A flag that another field cannot be beside.
const EXCLUSIVE: [(&str, &str); 1] = [("add_to_next_charge", "next_charge_scheduled_at")];

/// A rule that a row breaks.
pub(super) struct Breach<'a> {
    /// The path of the field in the body.
    pub(super) path: &'a str,
    pub(super) value: Cow<'a, str>,
    pub(super) problem: String,
}

/// All rules that a row breaks.
pub(super) fn breaches(draft: &RowDraft) -> Vec<Breach<'_>> {
    let mut found = Vec::new();
    for given in &draft.values.given {
        let [word] = given.words.as_slice() else {
            continue;
        };
        if let Some(problem) = of_field(draft, given, word) {
            found.push(Breach {
                path: given.parameter.name,
                value: Cow::Borrowed(word),
                problem,
            });
        }
    }
    for set in &draft.values.set {
        let value = if set.verbatim {
            Value::from(set.value.as_str())
        } else {
            serde_json::from_str(&set.value).unwrap_or_default()
        };
        let problem = part_rules::problem(&set.path, &value)
            .or_else(|| multiple(&draft.values, &set.path, value.as_i64()?));
        if let Some(problem) = problem {
            found.push(Breach {
                path: &set.path,
                value: Cow::Borrowed(&set.value),
                problem,
            });
        }
    }
    found
}

fn of_field(draft: &RowDraft, given: &GivenValue, word: &str) -> Option<String> {
    let (values, name) = (&draft.values, given.parameter.name);
    match given.parameter.kind {
        ValueKind::Money => amount(draft, name, word),
        ValueKind::Integer => number(values, name, word),
        ValueKind::Time | ValueKind::Day => end(values, name, word),
        ValueKind::Text => text(draft, name, word),
        ValueKind::Boolean => beside(values, name, word),
        ValueKind::Json => {
            let object = serde_json::from_str(word).ok()?;
            part_rules::problems(name, &object).into_iter().next()
        }
        _ => None,
    }
}

fn text(draft: &RowDraft, name: &str, word: &str) -> Option<String> {
    let values = &draft.values;
    match name {
        "country_code" => country(word),
        "zip" => postal::zip(value(values, "country_code")?, word),
        "province" => postal::province(value(values, "country_code")?, word),
        "email" => postal::email(word),
        // A postal address has a phone number of any form.
        "phone" if !word.is_empty() && !has(draft.operation, "address1") => postal::phone(word),
        _ => None,
    }
}

fn has(operation: &Operation, name: &str) -> bool {
    operation.body.iter().any(|known| known.name == name)
}

fn beside(values: &Values, name: &str, word: &str) -> Option<String> {
    let (_, other) = EXCLUSIVE.iter().find(|(flag, _)| *flag == name)?;
    (word == "true" && value(values, other).is_some())
        .then(|| format!("cannot be combined with {other}; leave one of them empty"))
}

fn amount(draft: &RowDraft, name: &str, word: &str) -> Option<String> {
    let values = &draft.values;
    if word.starts_with('-') && word.bytes().any(|byte| (b'1'..=b'9').contains(&byte)) {
        return Some("a negative amount".to_owned());
    }
    let kind = AMOUNTS.iter().find(|(amount, _)| *amount == name);
    let is_percentage = kind.is_some_and(|(_, kind)| {
        value(values, kind) == Some("percentage") || is_always_percentage(draft.operation, kind)
    });
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
            "three decimals, as after a thousands separator; if {digits} is meant, add --decimal \
             , and otherwise --decimal ."
        ));
    }
    (numeral::fraction(word).len() > 2).then(|| "more than two decimals; round it".to_owned())
}

/// Whether percentages are all that a field can mean.
fn is_always_percentage(operation: &Operation, kind: &str) -> bool {
    let mut body = operation.body.iter();
    body.any(|known| known.name == kind && known.values == ["percentage"])
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
    multiple(values, name, number)
}

fn multiple(values: &Values, path: &str, number: i64) -> Option<String> {
    let (_, divisor) = MULTIPLES.iter().find(|(known, _)| *known == path)?;
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

fn country(word: &str) -> Option<String> {
    let fits = word.len() == 2 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    (!word.is_empty() && !fits).then(|| "not a country code of two letters, like US".to_owned())
}

/// The value of a field, or of a part by its path.
fn value<'a>(values: &'a Values, name: &str) -> Option<&'a str> {
    let is_it = |given: &&GivenValue| given.parameter.name == name;
    if let Some(given) = values.given.iter().find(is_it) {
        return given.words.first().map(String::as_str);
    }
    let set = values.set.iter().find(|set| set.path == name);
    set.map(|set| set.value.as_str())
}
