//! Amounts as the two generations of the API write them.

use serde_json::{Number, Value};

use crate::values::money::Cents;
use crate::values::record::{self, Record};

/// Nothing, as v2 writes it.
pub(in crate::bigcommerce) const NOTHING: &str = "0.0000";

/// An amount as v2 writes it: text with four decimals.
pub(super) fn four_decimals(cents: Cents) -> String {
    let sign = if cents.0 < 0 { "-" } else { "" };
    let (whole, part) = (cents.0.unsigned_abs() / 100, cents.0.unsigned_abs() % 100);
    format!("{sign}{whole}.{part:02}00")
}

/// An amount as v3 writes it: a number.
pub(super) fn number(cents: Cents) -> Value {
    let text = four_decimals(cents);
    let short = text.trim_end_matches('0').trim_end_matches('.');
    short.parse().map_or(Value::Null, Value::Number)
}

/// A whole number.
pub(super) fn whole(number: u64) -> Value {
    Value::Number(Number::from(number))
}

/// The amount at a path; nothing where there is none.
pub(super) fn cents(record: &Record, path: &str) -> Cents {
    let found = record::at(record, path).and_then(Cents::of);
    found.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_four_decimals_in_v2_and_are_numbers_in_v3() {
        assert_eq!(four_decimals(Cents(5490)), "54.9000");
        assert_eq!(four_decimals(Cents(-5)), "-0.0500");
        assert_eq!(number(Cents(5490)).to_string(), "54.9");
        assert_eq!(number(Cents(5400)).to_string(), "54");
        assert_eq!(number(Cents(0)).to_string(), "0");
    }
}
