//! Numbers as people and spreadsheets write them: `1.234,50 €`, `$.50`, `5,-`.
//!
//! Takes a text and gives the number in the plain form of the API, but only
//! if the text has exactly one reading. `1.299` has two, so it gives none.

use super::currency;

/// The mark before the decimals of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecimalMark {
    /// `1299.00`
    Point,
    /// `1299,00`
    Comma,
}

impl DecimalMark {
    /// Both marks, by the words that `--decimal` takes.
    pub const ALL: [Self; 2] = [Self::Point, Self::Comma];

    /// The word that `--decimal` takes.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Point => ".",
            Self::Comma => ",",
        }
    }

    /// The mark of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mark| mark.name() == name)
    }

    const fn sign(self) -> char {
        match self {
            Self::Point => '.',
            Self::Comma => ',',
        }
    }
}

/// How many readings a text has as a number.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NumberReadings {
    /// One: the number in plain form.
    Certain(String),
    /// Two: the numbers with a decimal point and with a decimal comma.
    Ambiguous(String, String),
    /// It is not a number.
    None,
}

/// Reads a text as a number. A known mark leaves one reading at most.
pub(super) fn reading(text: &str, mark: Option<DecimalMark>) -> NumberReadings {
    let Some((negative, digits)) = bare(text) else {
        return NumberReadings::None;
    };
    let signed = |number: String| {
        if negative {
            format!("-{number}")
        } else {
            number
        }
    };
    let read = |mark| plain(digits, mark).map(signed);
    match mark {
        Some(mark) => read(mark).map_or(NumberReadings::None, NumberReadings::Certain),
        None => match (read(DecimalMark::Point), read(DecimalMark::Comma)) {
            (Some(point), Some(comma)) if !is_same(&point, &comma) => {
                NumberReadings::Ambiguous(point, comma)
            }
            (Some(number), _) | (None, Some(number)) => NumberReadings::Certain(number),
            (None, None) => NumberReadings::None,
        },
    }
}

/// The fraction of a plain number without the zeros at its end.
pub(super) fn fraction(plain: &str) -> &str {
    let (_, fraction) = plain.split_once('.').unwrap_or((plain, ""));
    fraction.trim_end_matches('0')
}

/// Whether two plain numbers without exponent are equal.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    let whole = |number: &str| {
        let negative = number.starts_with('-');
        let number = number.trim_start_matches('-');
        let (whole, _) = number.split_once('.').unwrap_or((number, ""));
        (negative, whole.trim_start_matches('0').to_owned())
    };
    whole(one) == whole(other) && fraction(one) == fraction(other)
}

/// A text without its percent sign, if it has one.
pub(super) fn without_percent(text: &str) -> Option<&str> {
    let text = text.trim_matches(is_blank);
    let text = text.strip_suffix(['%', '％', '٪']);
    text.map(|rest| rest.trim_end_matches(is_blank))
}

/// Takes currency and sign off. `None` if anything but digits and their marks
/// is left: a percent sign makes another number.
fn bare(text: &str) -> Option<(bool, &str)> {
    let (negative, text) = without_sign(currency::without(text.trim_matches(is_blank)));
    // `-$5` has the minus before the currency, `$-5` behind it.
    let text = currency::without(text);
    let inner = text.trim_matches(is_blank);
    let inner = NO_DECIMALS
        .iter()
        .find_map(|end| inner.strip_suffix(end))
        .unwrap_or(inner);
    let known = |letter: char| {
        letter.is_ascii_digit() || matches!(letter, '.' | ',' | '\'' | '’') || is_blank(letter)
    };
    let has_digit = inner.bytes().any(|byte| byte.is_ascii_digit());
    (has_digit && inner.chars().all(known)).then_some((negative, inner))
}

/// A dash in place of decimals that are zero: `5,-` and `5.–`.
const NO_DECIMALS: [&str; 8] = [",--", ".--", ",-", ".-", ",–", ".–", ",—", ".—"];

fn without_sign(text: &str) -> (bool, &str) {
    let text = text.trim_matches(is_blank);
    match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// Blanks that programs put between groups of digits.
fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || letter == '\u{202f}' || letter == '\u{2009}'
}

/// The plain form of digits with that decimal mark, if they are a number.
fn plain(digits: &str, mark: DecimalMark) -> Option<String> {
    let (whole, fraction) = match digits.split_once(mark.sign()) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    let whole = match (ungrouped(whole, mark), fraction) {
        (Some(whole), _) => whole,
        (None, Some(_)) if whole.is_empty() => "0".to_owned(),
        (None, _) => return None,
    };
    match fraction {
        None => Some(whole),
        Some(fraction) if is_digits(fraction) => Some(format!("{whole}.{fraction}")),
        Some(_) => None,
    }
}

/// Digits without the marks between groups of three. All marks must be one.
fn ungrouped(whole: &str, decimal: DecimalMark) -> Option<String> {
    if is_digits(whole) {
        return Some(whole.to_owned());
    }
    let mark = whole.chars().find(|letter| !letter.is_ascii_digit())?;
    if mark == decimal.sign() {
        return None;
    }
    let groups: Vec<&str> = whole.split(mark).collect();
    let [first, middle @ .., last] = groups.as_slice() else {
        return None;
    };
    let are = |length: usize| middle.iter().all(|group| group.len() == length);
    let all_digits = groups.iter().all(|group| is_digits(group));
    let begins = (1..=3).contains(&first.len()) && !first.starts_with('0');
    // In India all groups but the last have two digits: 12,34,567.
    let is_indian = mark == ',' && !middle.is_empty() && first.len() <= 2 && are(2);
    let fits = all_digits && begins && last.len() == 3 && (are(3) || is_indian);
    fits.then(|| groups.concat())
}

pub(super) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certain(text: &str) -> Option<String> {
        match reading(text, None) {
            NumberReadings::Certain(number) => Some(number),
            _ => None,
        }
    }

    #[test]
    fn a_number_with_one_reading_is_certain() {
        for (text, number) in [
            (".99", "0.99"),
            ("$.50", "0.50"),
            (",50", "0.50"),
            ("12,50", "12.50"),
            ("1,5", "1.5"),
            ("1,299.00", "1299.00"),
            ("1.299,00 €", "1299.00"),
            ("1'299.00", "1299.00"),
            ("1\u{202f}299,00", "1299.00"),
            ("1 299 000", "1299000"),
            ("1.234.567", "1234567"),
            ("USD 10.00", "10.00"),
            ("10.00EUR", "10.00"),
            ("-$5.00", "-5.00"),
            ("$-5.00", "-5.00"),
            ("\u{2212}5", "-5"),
            ("+5.00", "5.00"),
            ("5,-", "5"),
            ("CHF 5.–", "5"),
            ("12,34,567", "1234567"),
            ("1,00,000.50", "100000.50"),
            ("5 kr", "5"),
            ("0,125", "0.125"),
        ] {
            assert_eq!(certain(text).as_deref(), Some(number), "{text}");
        }
    }

    #[test]
    fn a_number_with_two_readings_or_none_is_not_certain() {
        for text in [
            "1.299",
            "1,000",
            "12.345",
            "(10.00)",
            "10%",
            "10 ％",
            "12,34,56",
            "1,234,56",
            "12.34.567",
            "5 PCT",
            "5 TSD",
            "1,23.45",
            "1.2.3",
            "10-",
            "",
            ".",
            "$",
            "ten",
            "1e3",
            "5 or 6",
            "1,2,3",
            "10/12",
        ] {
            assert_eq!(certain(text), None, "{text}");
        }
    }

    #[test]
    fn a_known_mark_decides() {
        let read = |text, mark| reading(text, Some(mark));
        let number = |number: &str| NumberReadings::Certain(number.to_owned());
        assert_eq!(read("1.299", DecimalMark::Comma), number("1299"));
        assert_eq!(read("1.299", DecimalMark::Point), number("1.299"));
        assert_eq!(read("1,299", DecimalMark::Point), number("1299"));
        assert_eq!(read("899,00", DecimalMark::Comma), number("899.00"));
        assert_eq!(read("12.50", DecimalMark::Comma), NumberReadings::None);
    }
}
