//! Amounts, exact: whole cents in, text with two decimals out.
//!
//! Knows nothing of records' meaning, currencies or rules.

use serde_json::Value;

/// An amount in cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Cents(pub(crate) i64);

impl Cents {
    /// An amount as the API takes it: `"12.50"`, `12.5`, `12`.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => Self::parse(text),
            Value::Number(number) => Self::parse(&number.to_string()),
            _ => None,
        }
    }

    /// Decimal digits with at most one point; what lies beyond the second
    /// decimal is rounded half up, as a till does.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || whole.len() > 12 || !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        let place = |at: usize| {
            fraction
                .as_bytes()
                .get(at)
                .map_or(0, |byte| i64::from(byte - b'0'))
        };
        let mut cents = whole.parse::<i64>().ok()? * 100 + place(0) * 10 + place(1);
        if place(2) >= 5 {
            cents += 1;
        }
        Some(Self(if negative { -cents } else { cents }))
    }

    /// Whether an amount is a whole number of cents as it is written.
    pub(crate) fn is_exact(value: Option<&Value>) -> bool {
        let text = match value {
            Some(Value::String(text)) => text.trim().to_owned(),
            Some(Value::Number(number)) => number.to_string(),
            _ => return true,
        };
        let fraction = text.split_once('.').map_or("", |(_, fraction)| fraction);
        fraction.trim_end_matches('0').len() <= 2
    }

    /// So many of the amount.
    pub(crate) fn times(self, count: i64) -> Self {
        Self(self.0.saturating_mul(count))
    }

    /// A share of the amount; the percentage is given in hundredths (10 % is
    /// 1000). Rounded half up.
    pub(crate) fn percent(self, hundredths: Self) -> Self {
        let product = i128::from(self.0) * i128::from(hundredths.0);
        let rounded = (product + 5_000).div_euclid(10_000);
        Self(i64::try_from(rounded).unwrap_or(i64::MAX))
    }
}

impl std::ops::Add for Cents {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl std::ops::Sub for Cents {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl std::iter::Sum for Cents {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self(0), |sum, one| sum + one)
    }
}

impl std::fmt::Display for Cents {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let cents = self.0.unsigned_abs();
        write!(out, "{sign}{}.{:02}", cents / 100, cents % 100)
    }
}

impl From<Cents> for Value {
    fn from(cents: Cents) -> Self {
        Self::String(cents.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_and_texts_are_amounts() {
        assert_eq!(Cents::of(&json!("12.5")), Some(Cents(1250)));
        assert_eq!(Cents::of(&json!(11.0)), Some(Cents(1100)));
        assert_eq!(Cents::of(&json!("-0.45")), Some(Cents(-45)));
        assert_eq!(Cents::of(&json!("0.005")), Some(Cents(1)));
        assert_eq!(Cents::of(&json!("1e3")), None);
        assert_eq!(Cents::of(&json!("ten")), None);
        assert_eq!(Cents::of(&json!([1])), None);
    }

    #[test]
    fn ten_percent_of_twelve_is_exact_and_halves_round_up() {
        assert_eq!(Cents(1200).percent(Cents(1000)), Cents(120));
        assert_eq!(Cents(5).percent(Cents(1000)), Cents(1));
        assert_eq!(Cents(1999).percent(Cents(1500)).to_string(), "3.00");
    }
}
