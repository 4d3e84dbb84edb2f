//! Numbers as people and spreadsheets write them: `1.234,50 €`, `$.50`, `10%`.
//!
//! Takes a text and gives the number in the plain form of the API, but only
//! if the text has exactly one reading. `1.299` has two, so it gives none.

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
pub(super) enum Reading {
    /// One: the number in plain form.
    Certain(String),
    /// Two: the numbers with a decimal point and with a decimal comma.
    Ambiguous(String, String),
    /// It is no number.
    None,
}

/// Reads a text as a number. A known mark leaves one reading at most.
pub(super) fn reading(text: &str, mark: Option<DecimalMark>) -> Reading {
    let Some((negative, digits)) = bare(text) else {
        return Reading::None;
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
        Some(mark) => read(mark).map_or(Reading::None, Reading::Certain),
        None => match (read(DecimalMark::Point), read(DecimalMark::Comma)) {
            (Some(point), Some(comma)) if !is_same(&point, &comma) => {
                Reading::Ambiguous(point, comma)
            }
            (Some(number), _) | (None, Some(number)) => Reading::Certain(number),
            (None, None) => Reading::None,
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

/// Takes currency, percent sign and minus off. `None` if anything else is left.
fn bare(text: &str) -> Option<(bool, &str)> {
    let text = text.trim_matches(is_blank);
    let text = text.strip_suffix('%').unwrap_or(text);
    let (negative, text) = without_minus(without_currency(text));
    // `-$5` has the minus before the currency, `$-5` behind it.
    let text = without_currency(text);
    let inner = text.trim_matches(is_blank);
    let known = |letter: char| {
        letter.is_ascii_digit() || matches!(letter, '.' | ',' | '\'' | '’') || is_blank(letter)
    };
    let has_digit = inner.bytes().any(|byte| byte.is_ascii_digit());
    (has_digit && inner.chars().all(known)).then_some((negative, inner))
}

fn without_minus(text: &str) -> (bool, &str) {
    match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest),
        None => (false, text),
    }
}

/// Takes off one sign or code of a currency, at either end.
fn without_currency(text: &str) -> &str {
    let text = text.trim_matches(is_blank);
    let signs = ['$', '€', '£', '¥', '₹', '₩', '₪', '₺', '₽', '₫', '฿', '₱'];
    if let Some(rest) = text
        .strip_prefix(signs)
        .or_else(|| text.strip_suffix(signs))
    {
        return rest;
    }
    let is_code = |code: &str| code.bytes().all(|byte| byte.is_ascii_uppercase());
    match (
        text.split_at_checked(3),
        text.len()
            .checked_sub(3)
            .and_then(|at| text.split_at_checked(at)),
    ) {
        (Some((code, rest)), _) if is_code(code) => rest,
        (_, Some((rest, code))) if is_code(code) => rest,
        _ => text,
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
    let mut groups = whole.split(mark);
    let first = groups.next().unwrap_or_default();
    let first_fits = is_digits(first) && first.len() <= 3 && !first.starts_with('0');
    let fits = first_fits && groups.all(|group| group.len() == 3 && is_digits(group));
    fits.then(|| whole.split(mark).collect())
}

pub(super) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certain(text: &str) -> Option<String> {
        match reading(text, None) {
            Reading::Certain(number) => Some(number),
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
            ("10 %", "10"),
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
            "12,34,567",
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
        let number = |number: &str| Reading::Certain(number.to_owned());
        assert_eq!(read("1.299", DecimalMark::Comma), number("1299"));
        assert_eq!(read("1.299", DecimalMark::Point), number("1.299"));
        assert_eq!(read("1,299", DecimalMark::Point), number("1299"));
        assert_eq!(read("899,00", DecimalMark::Comma), number("899.00"));
        assert_eq!(read("12.50", DecimalMark::Comma), Reading::None);
    }
}
