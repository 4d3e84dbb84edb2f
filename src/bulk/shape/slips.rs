//! Mistakes that spreadsheets and people make in values, with advice how to
//! correct them. Only looked at when a value has been refused, or would be
//! taken for a text that it is not.

use super::numeral::{self, NumberReadings};
use super::{boolean_words, calendar, letters, names, rules, scripts};
use crate::api::request;
use crate::catalog::{Parameter, ValueKind};

/// The most digits of a number that a spreadsheet keeps.
const KEPT_DIGITS: usize = 15;

/// Why a value is refused: the slip that it looks like, or else the plain
/// reason.
pub(super) fn telling(parameter: &Parameter, word: &str, reason: String) -> String {
    let is_text = matches!(parameter.kind, ValueKind::Text | ValueKind::Texts);
    if !is_text && let Some(plain) = scripts::plain(word) {
        let is_day = matches!(parameter.kind, ValueKind::Time | ValueKind::Day);
        return match request::check(parameter, &plain) {
            // The year may be that of another calendar.
            Ok(()) if is_day && !calendar::is_usual_year(&plain) => {
                "digits of another script; write the day as 2026-12-24".to_owned()
            }
            Ok(()) => format!("digits of another script; write {plain}"),
            Err(reason) => telling(parameter, &plain, reason),
        };
    }
    let slip = match parameter.kind {
        ValueKind::Integer => number(word, false),
        ValueKind::Id
        | ValueKind::Ids
        | ValueKind::Reference("id")
        | ValueKind::References("id") => number(word, true),
        ValueKind::Money => amount(parameter.name, word),
        ValueKind::Time | ValueKind::Day => calendar::reason(word),
        ValueKind::Boolean => Some(boolean_words::reason(word)),
        ValueKind::Text | ValueKind::Texts => listed(parameter, word, &reason),
        _ => None,
    };
    slip.or_else(|| letters::damage(word)).unwrap_or(reason)
}

/// One of the words that are allowed, in other letters: `Fixed amount`.
fn listed(parameter: &Parameter, word: &str, reason: &str) -> Option<String> {
    let spelled = names::normal(word);
    let mut values = parameter.values.iter();
    let meant = values.find(|value| value.eq_ignore_ascii_case(&spelled))?;
    Some(format!("{reason}; write {meant}"))
}

/// An id that is kept as text, and that a spreadsheet has spoilt: shortened,
/// with decimals, or with marks between its digits.
pub(super) fn spoilt(word: &str) -> Option<String> {
    if numeral::is_digits(word) {
        return None;
    }
    if word.starts_with(|letter: char| letter.is_ascii_digit()) && has_digits_and_marks(word) {
        return number(word, true);
    }
    letters::damage(word)
}

fn has_digits_and_marks(word: &str) -> bool {
    let is_mark = |letter: char| matches!(letter, '.' | ',' | '\'' | '’') || letter.is_whitespace();
    let mut letters = word.chars();
    letters.all(|letter| letter.is_ascii_digit() || is_mark(letter))
}

/// A whole number with marks in it. Of an id only whole readings count, and
/// nothing but digits and their marks may be around it.
fn number(word: &str, is_id: bool) -> Option<String> {
    if let Some(slip) = exponential(word) {
        return Some(slip);
    }
    if is_id && !has_digits_and_marks(word) {
        return None;
    }
    let is_whole = |number: &str| numeral::fraction(number).is_empty();
    let certain = match numeral::reading(word, None) {
        NumberReadings::Certain(number) if is_whole(&number) => number,
        NumberReadings::Ambiguous(point, comma) if is_id && !is_whole(&comma) => point,
        NumberReadings::Ambiguous(point, comma) if is_id && !is_whole(&point) => comma,
        NumberReadings::Ambiguous(point, comma) => {
            return Some(format!(
                "not a whole number; it can mean {point} or {comma}"
            ));
        }
        _ => return None,
    };
    let (whole, _) = certain.split_once('.').unwrap_or((&certain, ""));
    if is_id && whole.len() > KEPT_DIGITS {
        return Some(format!(
            "a number of more than {KEPT_DIGITS} digits, of which a spreadsheet loses the last; \
             take it from the original"
        ));
    }
    // A value that is refused without changes has another fault.
    (whole != word).then(|| format!("not a whole number; write {whole}"))
}

fn amount(name: &str, word: &str) -> Option<String> {
    if let Some(slip) = exponential(word) {
        return Some(slip);
    }
    if let Some(inner) = numeral::without_percent(word) {
        return Some(percentage(name, inner));
    }
    let in_parentheses = word.starts_with('(') && word.ends_with(')');
    match numeral::reading(word, None) {
        NumberReadings::Certain(number) if number.starts_with('-') => {
            Some("a negative amount".to_owned())
        }
        NumberReadings::Certain(number) if numeral::fraction(&number).len() <= 2 => {
            Some(format!("not an amount; write {number}"))
        }
        NumberReadings::Certain(_) => Some("an amount with more than two decimals".to_owned()),
        NumberReadings::Ambiguous(point, comma) => Some(format!(
            "not an amount; it can mean {point} or {comma}: name the mark with --decimal , or ."
        )),
        NumberReadings::None if in_parentheses => {
            Some("an amount in parentheses, which spreadsheets show for a negative one".to_owned())
        }
        NumberReadings::None => {
            let before = word.strip_suffix(['-', '\u{2212}'])?;
            let is_number = numeral::reading(before, None) != NumberReadings::None;
            is_number.then(|| "an amount with a minus behind it, so a negative one".to_owned())
        }
    }
}

/// A number with a percent sign is the number only where percentages are meant.
fn percentage(name: &str, number: &str) -> String {
    let Some(kind) = rules::kind_of_amount(name) else {
        return "a percentage, but it is an amount".to_owned();
    };
    match numeral::reading(number, None) {
        NumberReadings::Certain(number) if !number.starts_with('-') => {
            format!("a percent sign; where {kind} is percentage, write {number}")
        }
        _ => "a percentage; write it as a number without the sign".to_owned(),
    }
}

/// `5.95686E+07`: the digits are lost.
pub(super) fn exponential(word: &str) -> Option<String> {
    let (mantissa, exponent) = word.split_once(['E', 'e'])?;
    let exponent = exponent.strip_prefix('+')?;
    let mantissa = mantissa.strip_prefix('-').unwrap_or(mantissa);
    let plain = mantissa.split(['.', ',']).all(numeral::is_digits);
    (plain && numeral::is_digits(exponent)).then(|| {
        "a spreadsheet shortened the number; format the column as text and export again".to_owned()
    })
}
