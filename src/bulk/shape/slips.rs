//! What spreadsheets and hands do to values, said so that one knows what to do
//! about it. Only looked at when a value has been refused, or would be taken
//! for a text that it is not.

use crate::catalog::{Parameter, ValueKind};

/// Why a value is refused: the slip that it looks like, or else the plain
/// reason.
pub(super) fn telling(parameter: &Parameter, word: &str, reason: String) -> String {
    let slip = match parameter.kind {
        ValueKind::Id
        | ValueKind::Integer
        | ValueKind::Ids
        | ValueKind::Reference("id")
        | ValueKind::References("id") => number(word),
        ValueKind::Money => amount(word),
        ValueKind::Time | ValueKind::Day => moment(word),
        ValueKind::Boolean => Some("neither true nor false".to_owned()),
        _ => None,
    };
    slip.unwrap_or(reason)
}

/// An id that is kept as text, and that a spreadsheet has spoilt.
pub(super) fn spoilt(word: &str) -> Option<String> {
    exponential(word)
}

fn number(word: &str) -> Option<String> {
    if let Some(slip) = exponential(word) {
        return Some(slip);
    }
    let grouped: String = word.chars().filter(|letter| *letter != ',').collect();
    if let Some((whole, zeros)) = word.split_once('.')
        && digits(whole)
        && zeros.bytes().all(|byte| byte == b'0')
    {
        return Some(format!("not a whole number; write {whole}"));
    }
    (word.contains(',') && digits(&grouped)).then(|| format!("not a whole number; write {grouped}"))
}

fn amount(word: &str) -> Option<String> {
    if let Some(slip) = exponential(word) {
        return Some(slip);
    }
    let bare = word.trim_matches(|letter: char| !letter.is_ascii_digit() && letter != '-');
    let plain = match (bare.rfind(','), bare.rfind('.')) {
        // 12,50 and 1.234,50, but not 1,234: the last mark is the decimal one.
        (Some(comma), point) if point.is_none_or(|point| point < comma) => {
            let part = &bare[comma + 1..];
            if point.is_none() && part.len() == 3 {
                return Some("not an amount; write 1234.00 without separators".to_owned());
            }
            format!("{}.{part}", bare[..comma].replace(['.', ','], ""))
        }
        _ => bare.replace(',', ""),
    };
    let numeric = plain.split('.').all(digits) && plain.matches('.').count() <= 1;
    numeric.then(|| format!("not an amount; write {plain}"))
}

fn moment(word: &str) -> Option<String> {
    let day = word.split([' ', 'T']).next().unwrap_or_default();
    let parts: Vec<&str> = day.split(['/', '.', '-']).collect();
    if parts.len() == 3 && parts.iter().all(|part| digits(part)) {
        return Some(
            "day and month can be mistaken; write it as 2026-12-24, year first".to_owned(),
        );
    }
    let (whole, _) = word.split_once('.').unwrap_or((word, ""));
    (whole.len() == 5 && digits(whole)).then(|| {
        "the number that a spreadsheet keeps for a day; format the column as 2026-12-24".to_owned()
    })
}

/// `5.95686E+07`: the digits are lost.
fn exponential(word: &str) -> Option<String> {
    let (mantissa, exponent) = word.split_once(['E', 'e'])?;
    let exponent = exponent.strip_prefix('+')?;
    let mantissa = mantissa.strip_prefix('-').unwrap_or(mantissa);
    let plain = mantissa.split(['.', ',']).all(digits);
    (plain && digits(exponent)).then(|| {
        "a spreadsheet shortened the number; format the column as text and export again".to_owned()
    })
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
