//! JSON values as values of columns: which fit, which fit in part, which do not.

use std::borrow::Cow;
use std::fmt;

use jiff::tz::TimeZone;
use serde::de::{Deserializer, Visitor};

use super::moment::Micros;
use super::row::RowValue;
use super::table::ColumnType;

/// How a value fits a column.
pub(super) enum Fit<'a> {
    /// The cell is the value.
    Whole(RowValue<'a>),
    /// The cell is a part of the value.
    Part(RowValue<'a>),
    /// There is no cell that is.
    No,
}

/// A JSON value as a cell of a column.
pub(super) fn fit<'a>(raw: &'a str, kind: ColumnType, zone: &TimeZone) -> Fit<'a> {
    let bytes = raw.as_bytes();
    match bytes.first() {
        None | Some(b'n') => Fit::Whole(RowValue::Null),
        Some(b'"') => match serde_json::from_str::<CowText<'a>>(raw) {
            Ok(CowText(text)) => of_text(text, raw, kind, zone),
            Err(_) => Fit::No,
        },
        Some(b'{' | b'[') => match kind {
            ColumnType::Json => Fit::Whole(RowValue::Json(raw.into())),
            ColumnType::Text => Fit::Whole(RowValue::Text(raw.into())),
            _ => Fit::No,
        },
        Some(b't' | b'f') => match kind {
            ColumnType::Boolean => Fit::Whole(RowValue::Boolean(raw == "true")),
            ColumnType::Json => Fit::Whole(RowValue::Json(raw.into())),
            ColumnType::Text => Fit::Whole(RowValue::Text(raw.into())),
            _ => Fit::No,
        },
        Some(_) => match kind {
            ColumnType::Integer => match raw.parse() {
                Ok(number) => Fit::Whole(RowValue::Integer(number)),
                Err(_) => Fit::No,
            },
            ColumnType::Decimal => decimal(raw.into()),
            ColumnType::Json => Fit::Whole(RowValue::Json(raw.into())),
            ColumnType::Text => Fit::Whole(RowValue::Text(raw.into())),
            _ => Fit::No,
        },
    }
}

fn of_text<'a>(text: Cow<'a, str>, raw: &'a str, kind: ColumnType, zone: &TimeZone) -> Fit<'a> {
    match kind {
        ColumnType::Text => Fit::Whole(RowValue::Text(text)),
        ColumnType::Json => Fit::Whole(RowValue::Json(raw.into())),
        // Forms send an empty text for what has no value.
        _ if text.is_empty() => Fit::Whole(RowValue::Null),
        ColumnType::Integer => match text.parse() {
            Ok(number) => Fit::Whole(RowValue::Integer(number)),
            Err(_) => Fit::No,
        },
        ColumnType::Boolean => match text.as_ref() {
            "true" => Fit::Whole(RowValue::Boolean(true)),
            "false" => Fit::Whole(RowValue::Boolean(false)),
            _ => Fit::No,
        },
        ColumnType::Decimal => decimal(text),
        ColumnType::Time => match Micros::read(&text, zone) {
            Some(time) => Fit::Whole(RowValue::Time(time)),
            None => Fit::No,
        },
        ColumnType::Date => day(text, zone),
    }
}

/// A decimal number as it was sent. One with an exponent is no text of a number
/// that everything reads.
fn decimal(text: Cow<'_, str>) -> Fit<'_> {
    let digits = text.strip_prefix('-').unwrap_or(&text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if is_number(whole) && is_number(fraction) {
        Fit::Whole(RowValue::Text(text))
    } else {
        Fit::No
    }
}

/// A day. Of a moment the cell is its day; unless that is its first moment, the
/// moment stays as well.
fn day<'a>(text: Cow<'a, str>, zone: &TimeZone) -> Fit<'a> {
    let is_day = text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok();
    if is_day {
        return Fit::Whole(RowValue::Text(text));
    }
    if Micros::read(&text, zone).is_none() {
        return Fit::No;
    }
    let Some((date, time)) = text.split_at_checked(10) else {
        return Fit::No;
    };
    let is_midnight = matches!(time, "T00:00:00" | "T00:00:00Z" | "T00:00:00+00:00");
    let cell = RowValue::Text(date.to_owned().into());
    if is_midnight {
        Fit::Whole(cell)
    } else {
        Fit::Part(cell)
    }
}

/// Text that is borrowed where it has no escapes.
pub(super) struct CowText<'a>(pub(super) Cow<'a, str>);

impl<'de: 'a, 'a> serde::Deserialize<'de> for CowText<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Cow<'de, str>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a text")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> std::result::Result<Self::Value, E> {
                Ok(Cow::Borrowed(text))
            }

            fn visit_str<E>(self, text: &str) -> std::result::Result<Self::Value, E> {
                Ok(Cow::Owned(text.to_owned()))
            }
        }
        from.deserialize_str(Text).map(CowText)
    }
}
