//! Days with the name of their month: `5. Januar 2027`, `Jan 5, 2027`,
//! `5-Jan-27`.
//!
//! Takes a text and gives its day, month and year, and what follows them. A
//! name may be cut off after three letters or more, if no other begins so.

use super::numeral::is_digits;

/// Names of months in English, German, French, Spanish, Italian, Portuguese,
/// Dutch and the Scandinavian languages, in lower case.
const MONTHS: [&[&str]; 12] = [
    &[
        "january", "januar", "jänner", "janvier", "enero", "gennaio", "janeiro", "januari",
    ],
    &[
        "february",
        "februar",
        "feber",
        "février",
        "fevrier",
        "febrero",
        "febbraio",
        "fevereiro",
    ],
    &[
        "march", "märz", "maerz", "mrz", "mars", "marzo", "março", "marco", "maart", "mrt",
    ],
    &["april", "avril", "abril", "aprile"],
    &["may", "mai", "mayo", "maggio", "maio", "mei", "maj"],
    &["june", "juni", "juin", "junio", "giugno", "junho"],
    &["july", "juli", "juillet", "julio", "luglio", "julho"],
    &["august", "août", "aout", "agosto", "augustus", "augusti"],
    &[
        "september",
        "septembre",
        "septiembre",
        "settembre",
        "setembro",
    ],
    &[
        "october", "oktober", "octobre", "octubre", "ottobre", "outubro",
    ],
    &["november", "novembre", "noviembre", "novembro"],
    &[
        "december",
        "dezember",
        "décembre",
        "decembre",
        "diciembre",
        "dicembre",
        "dezembro",
    ],
];

/// Days of the week before a date, cut off after three letters or more.
const WEEKDAYS: [&str; 14] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "montag",
    "dienstag",
    "mittwoch",
    "donnerstag",
    "freitag",
    "samstag",
    "sonntag",
];

/// Words between the parts of a date.
const BETWEEN: [&str; 5] = ["of", "de", "del", "den", "the"];

/// A day with the name of its month.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NamedDate<'a> {
    pub(super) month: i8,
    /// The numbers beside the month, in the order in which they are written.
    pub(super) numbers: [&'a str; 2],
    /// What follows: a time of day.
    pub(super) rest: &'a str,
}

/// Takes a text with the name of a month apart.
pub(super) fn named_date(text: &str) -> Option<NamedDate<'_>> {
    let mut rest = text.trim();
    let (mut month, mut numbers) = (None, Vec::new());
    while month.is_none() || numbers.len() < 2 {
        rest = rest.trim_start_matches(is_mark);
        let end = rest.find(is_mark).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        if let Some(number) = number(word) {
            if numbers.len() == 2 {
                return None;
            }
            numbers.push(number);
        } else if let Some(found) = self::month(word) {
            if month.replace(found).is_some() {
                return None;
            }
        } else {
            let is_first = month.is_none() && numbers.is_empty();
            let is_usual = BETWEEN.contains(&word.to_lowercase().as_str());
            if word.is_empty() || !(is_usual || is_first && is_weekday(word)) {
                return None;
            }
        }
        rest = behind;
    }
    let numbers = numbers.try_into().ok()?;
    Some(NamedDate {
        month: month?,
        numbers,
        rest: rest.trim_start_matches(is_mark).trim_end(),
    })
}

/// Whether a text is a month and a number with a mark between them: `10-Mar`.
pub(super) fn is_short(text: &str) -> bool {
    let Some((one, other)) = text.split_once(['-', '.', ' ']) else {
        return false;
    };
    let is_number = |word: &str| (1..=2).contains(&word.len()) && is_digits(word);
    let is_month = |word: &str| month(word.trim_start()).is_some();
    is_number(one) && is_month(other) || is_month(one) && is_number(other)
}

fn is_mark(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '-' | ',' | '.' | '/')
}

/// The digits of a number, without the end of an ordinal: `5th`.
fn number(word: &str) -> Option<&str> {
    let end = word
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(word.len());
    let (digits, ordinal) = word.split_at(end);
    let is_end = matches!(ordinal, "" | "st" | "nd" | "rd" | "th" | "er" | "º" | "°");
    (is_digits(digits) && digits.len() <= 4 && is_end).then_some(digits)
}

/// The month that a word names, or begins to name.
fn month(word: &str) -> Option<i8> {
    let word = word.to_lowercase();
    if word.chars().count() < 3 {
        return None;
    }
    let begins = |names: &&[&str]| names.iter().any(|name| name.starts_with(&word));
    let mut fitting = (1..)
        .zip(MONTHS)
        .filter(|(_, names)| begins(names))
        .map(|(number, _)| number);
    let found = fitting.next();
    found.filter(|_| fitting.next().is_none())
}

fn is_weekday(word: &str) -> bool {
    let word = word.to_lowercase();
    let mut days = WEEKDAYS.iter();
    word.chars().count() >= 3 && days.any(|day| day.starts_with(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_found_in_any_order_and_language() {
        for (text, month, numbers, rest) in [
            ("January 5, 2027", 1, ["5", "2027"], ""),
            ("5. Januar 2027", 1, ["5", "2027"], ""),
            ("5 de mayo de 2027", 5, ["5", "2027"], ""),
            ("1er août 2027", 8, ["1", "2027"], ""),
            ("5-Jan-27", 1, ["5", "27"], ""),
            ("2027-Mrz-05", 3, ["2027", "05"], ""),
            (
                "Tue, 05 Jan 2027 18:00:00 GMT",
                1,
                ["05", "2027"],
                "18:00:00 GMT",
            ),
            ("5th of May 2027", 5, ["5", "2027"], ""),
            ("5 juil. 2027", 7, ["5", "2027"], ""),
        ] {
            let found = named_date(text);
            let parts = NamedDate {
                month,
                numbers,
                rest,
            };
            assert_eq!(found, Some(parts), "{text}");
        }
        assert!(is_short("10-Mar") && is_short("Mar-27") && is_short("10. Mrz"));
        assert!(!is_short("MAR10") && !is_short("SALE-10") && !is_short("10-MARKET"));
        // Both begin with `jui`.
        for text in [
            "5 jui 2027",
            "5 ma 2027",
            "about 5 May 2027",
            "May 2027",
            "5 6 2027",
            "",
        ] {
            assert_eq!(named_date(text), None, "{text}");
        }
    }
}
