//! What spreadsheets and hands do to values, said so that one knows what to do
//! about it. Only looked at when a value has been refused, or would be taken
//! for a text that it is not.

use super::numeral::{self, Reading};
use super::{calendar, letters};
use crate::catalog::{Parameter, ValueKind};

/// Why a value is refused: the slip that it looks like, or else the plain
/// reason.
pub(super) fn telling(parameter: &Parameter, word: &str, reason: String) -> String {
    let slip = match parameter.kind {
        ValueKind::Integer => number(word, false),
        ValueKind::Id
        | ValueKind::Ids
        | ValueKind::Reference("id")
        | ValueKind::References("id") => number(word, true),
        ValueKind::Money => amount(word),
        ValueKind::Time | ValueKind::Day => calendar::reason(word),
        ValueKind::Boolean => Some("neither true nor false".to_owned()),
        _ => None,
    };
    slip.or_else(|| letters::damage(word)).unwrap_or(reason)
}

/// An id that is kept as text, and that a spreadsheet has spoilt: shortened,
/// with decimals, or with marks between its digits.
pub(super) fn spoilt(word: &str) -> Option<String> {
    if numeral::is_digits(word) {
        return None;
    }
    let is_numeric = |letter: char| letter.is_ascii_digit() || matches!(letter, '.' | ',' | ' ');
    if word.starts_with(|letter: char| letter.is_ascii_digit()) && word.chars().all(is_numeric) {
        return number(word, true);
    }
    letters::damage(word)
}

/// A whole number with marks in it. Of an id only whole readings count.
fn number(word: &str, is_id: bool) -> Option<String> {
    if let Some(slip) = exponential(word) {
        return Some(slip);
    }
    let is_whole = |number: &str| numeral::fraction(number).is_empty();
    let certain = match numeral::reading(word, None) {
        Reading::Certain(number) if is_whole(&number) => number,
        Reading::Ambiguous(point, comma) if is_id && !is_whole(&comma) => point,
        Reading::Ambiguous(point, comma) if is_id && !is_whole(&point) => comma,
        Reading::Ambiguous(point, comma) => {
            return Some(format!(
                "not a whole number; it can mean {point} or {comma}"
            ));
        }
        _ => return None,
    };
    let (whole, _) = certain.split_once('.').unwrap_or((&certain, ""));
    Some(format!("not a whole number; write {whole}"))
}

fn amount(word: &str) -> Option<String> {
    if let Some(slip) = exponential(word) {
        return Some(slip);
    }
    let in_parentheses = word.starts_with('(') && word.ends_with(')');
    match numeral::reading(word, None) {
        Reading::Certain(number) if number.starts_with('-') => Some("a negative amount".to_owned()),
        Reading::Certain(number) if numeral::fraction(&number).len() <= 2 => {
            Some(format!("not an amount; write {number}"))
        }
        Reading::Certain(_) => Some("an amount with more than two decimals".to_owned()),
        Reading::Ambiguous(point, comma) => Some(format!(
            "not an amount; it can mean {point} or {comma}: name the mark with --decimal , or ."
        )),
        Reading::None if in_parentheses => {
            Some("an amount in parentheses, which spreadsheets show for a negative one".to_owned())
        }
        Reading::None => None,
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
