//! What a spreadsheet shows for a number: the number and its format come in,
//! the text that a person sees goes out, or the reason why that is not known.

use crate::bulk::row::CellMark;

/// How a format shows numbers, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NumberForm {
    /// As many decimals as there are.
    Plain,
    /// With so many decimals.
    Decimals(usize),
    /// A hundred times as much, with so many decimals and a percent sign.
    Percent(usize),
    /// Whole, with zeros before it up to so many digits.
    Zeros(usize),
    /// In a way that is not known, like `000-0000` or in thousands.
    Other,
    /// A day; a time as well, if the format shows one.
    Moment { has_clock: bool },
}

/// The most digits that a spreadsheet keeps of a number.
const DIGITS: i32 = 15;

/// The most digits of a format that are read. Those of a hostile file could
/// ask for more than can be written.
const MOST_DIGITS: usize = 32;

impl NumberForm {
    /// Reads the code of a format, like `#,##0.00 "EUR"`.
    pub(super) fn of(code: &str) -> Self {
        if code.is_empty() || code.eq_ignore_ascii_case("general") || code == "@" {
            return Self::Plain;
        }
        let signs = signs(code);
        let lower = signs.to_ascii_lowercase();
        let without_exponent = lower.replace("e+", "").replace("e-", "");
        if without_exponent.contains(['d', 'y', 'h', 's', 'm']) {
            return Self::Moment {
                has_clock: without_exponent.contains(['h', 's']),
            };
        }
        if lower.contains("e+") || lower.contains("e-") || lower.contains("general") {
            return Self::Plain;
        }
        Self::of_digits(&signs)
    }

    /// Reads the digits of a format: what is left without its literals.
    fn of_digits(signs: &str) -> Self {
        let is_digit = |sign: char| matches!(sign, '0' | '#' | '?');
        let (Some(begin), Some(end)) = (signs.find(is_digit), signs.rfind(is_digit)) else {
            return Self::Other;
        };
        let (digits, behind) = (&signs[begin..=end], &signs[end + 1..]);
        let plain = digits
            .chars()
            .all(|sign| is_digit(sign) || ".,".contains(sign));
        if !plain || behind.starts_with(',') {
            return Self::Other;
        }
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        // Digits that may be missing show what there is.
        let decimals = fraction.len();
        if digits.len() > MOST_DIGITS {
            return Self::Other;
        }
        if signs.contains('%') {
            return Self::Percent(decimals);
        }
        let zeros = whole.bytes().filter(|sign| *sign == b'0').count();
        match (zeros, decimals) {
            (2.., 0) if !whole.contains([',', '#', '?']) => Self::Zeros(zeros),
            (2.., _) => Self::Other,
            _ if fraction.contains(['#', '?']) => Self::Plain,
            _ => Self::Decimals(decimals),
        }
    }

    /// The text that a person sees, and what else is to be known of it.
    pub(super) fn text(self, value: f64) -> (String, Option<CellMark>) {
        let plain = plain(value);
        if value.abs() >= 10_f64.powi(DIGITS) {
            let reason = "a number of 16 or more digits, of which a spreadsheet keeps 15; \
                          format the column as text and enter it again";
            return (plain, Some(fault(reason)));
        }
        match self {
            Self::Plain | Self::Moment { .. } => (plain, None),
            Self::Decimals(decimals) => Self::rounded(value, &plain, decimals, ""),
            Self::Percent(decimals) => {
                let hundredfold = self::plain(value * 100.0);
                let (text, mark) = Self::rounded(value * 100.0, &hundredfold, decimals, "%");
                (text, mark.or(Some(CellMark::Percent)))
            }
            Self::Zeros(_) if value < 0.0 || plain.contains('.') => {
                let reason = format!("displayed differently from its value ({plain})");
                (plain, Some(fault(&reason)))
            }
            Self::Zeros(digits) => (format!("{plain:0>digits$}"), None),
            Self::Other => {
                let reason = format!(
                    "a number in a custom format ({plain}); format the column as text and enter \
                     the displayed value"
                );
                (plain, Some(fault(&reason)))
            }
        }
    }

    /// The number with so many decimals, if it has no more.
    fn rounded(value: f64, plain: &str, decimals: usize, unit: &str) -> (String, Option<CellMark>) {
        let shown = format!("{value:.decimals$}");
        let has_more = plain
            .split_once('.')
            .is_some_and(|(_, fraction)| fraction.len() > decimals);
        if has_more {
            let reason = format!("shows {shown}{unit}, but is {plain}{unit}; round it");
            return (format!("{plain}{unit}"), Some(fault(&reason)));
        }
        (format!("{shown}{unit}"), None)
    }
}

fn fault(reason: &str) -> CellMark {
    CellMark::Fault(reason.to_owned())
}

/// A number in its shortest form with the digits that a spreadsheet keeps.
pub(super) fn plain(value: f64) -> String {
    let kept: f64 = format!("{value:.14e}").parse().unwrap_or(value);
    if kept == 0.0 {
        return "0".to_owned();
    }
    kept.to_string()
}

/// The first section of a format without its literals, colours and widths.
fn signs(code: &str) -> String {
    let mut signs = String::new();
    let mut letters = code.chars();
    while let Some(letter) = letters.next() {
        match letter {
            ';' => break,
            '"' => {
                letters.by_ref().find(|letter| *letter == '"');
            }
            '\\' | '_' | '*' => {
                letters.next();
            }
            '[' => {
                let inner: String = letters
                    .by_ref()
                    .take_while(|letter| *letter != ']')
                    .collect();
                // Of a span of time: [h], [mm].
                if !inner.is_empty() && inner.chars().all(|letter| "hmsHMS".contains(letter)) {
                    signs.push_str(&inner);
                }
            }
            other => signs.push(other),
        }
    }
    signs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_is_what_a_person_sees() {
        for (code, value, text) in [
            ("General", 12.0, "12"),
            ("General", 6.050_000_000_000_001, "6.05"),
            ("General", 0.1 + 0.2, "0.3"),
            ("General", -0.0, "0"),
            ("General", 44_123_456_789_012.0, "44123456789012"),
            ("0.00", 26.5, "26.50"),
            ("#,##0.00", 1299.0, "1299.00"),
            ("#,##0.00\\ [$€-407]", 1299.5, "1299.50"),
            ("_-\"$\"* #,##0.00_-;-\"$\"* #,##0.00", 5.0, "5.00"),
            ("0.0#", 2.25, "2.25"),
            ("0%", 0.5, "50%"),
            ("0%", 0.07, "7%"),
            ("0.00%", 0.125, "12.50%"),
            ("00000", 123.0, "00123"),
            ("00000", 123_456.0, "123456"),
            ("0.00E+00", 123_456.0, "123456"),
            ("0", 7.0, "7"),
        ] {
            let (shown, mark) = NumberForm::of(code).text(value);
            assert_eq!(shown, text, "{code}");
            assert!(
                !matches!(mark, Some(CellMark::Fault(_))),
                "{code}: {mark:?}"
            );
        }
    }

    #[test]
    fn number_that_is_not_what_is_shown_is_a_fault() {
        for (code, value) in [
            ("0.00", 6.0533),
            ("0", 6.4),
            ("0%", 0.505),
            ("000-0000", 5_551_234.0),
            (";;;", 5.0),
            ("# ?/?", 5.5),
            ("[=1]\"one\"", 1.0),
            ("0,", 12_000.0),
            ("00000", 1.5),
            ("General", 1e15),
            ("General", -1e300),
        ] {
            let (_, mark) = NumberForm::of(code).text(value);
            assert!(matches!(mark, Some(CellMark::Fault(_))), "{code} {value}");
        }
    }

    #[test]
    fn format_of_more_digits_than_a_number_has_is_a_fault() {
        for code in ["0".repeat(70_000), format!("0.{}", "0".repeat(70_000))] {
            let (_, mark) = NumberForm::of(&code).text(5.0);
            assert!(matches!(mark, Some(CellMark::Fault(_))));
        }
    }

    #[test]
    fn formats_of_days_are_told_from_those_of_numbers() {
        for (code, has_clock) in [
            ("yyyy-mm-dd", false),
            ("[$-409]d-mmm-yy;@", false),
            ("dd/mm/yyyy hh:mm", true),
            ("[h]:mm:ss", true),
        ] {
            assert_eq!(
                NumberForm::of(code),
                NumberForm::Moment { has_clock },
                "{code}"
            );
        }
        assert_eq!(NumberForm::of("0 \"days\""), NumberForm::Decimals(0));
        assert_eq!(NumberForm::of("[Red]0.0"), NumberForm::Decimals(1));
    }
}
