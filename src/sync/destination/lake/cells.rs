//! Values between the database of a copy and the columns of its files.
//!
//! Amounts have 18 digits in files, four of them after the point. One that does not
//! fit is stored in `_extra`, as the API sent it.

use std::sync::Arc;

use arrow_array::builder::{
    BooleanBuilder, Date32Builder, Decimal128Builder, Int64Builder, StringBuilder,
    TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, Schema};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rusqlite::Row;
use rusqlite::types::ValueRef;

use super::columns::{DECIMAL, LakeTable, UTC};
use crate::sync::Micros;
use crate::sync::destination::{DELETED_AT, EXTRA};
use crate::sync::table::ColumnType;

/// The first day that `Date32` counts from.
const EPOCH: Date = jiff::civil::date(1970, 1, 1);

/// A column that is being built.
enum CellBuilder {
    Integer(Int64Builder),
    Text(StringBuilder),
    Boolean(BooleanBuilder),
    Time(TimestampMicrosecondBuilder),
    Date(Date32Builder),
    Decimal(Decimal128Builder),
}

impl CellBuilder {
    fn new(kind: ColumnType) -> Self {
        match kind {
            ColumnType::Integer => Self::Integer(Int64Builder::new()),
            ColumnType::Text | ColumnType::Json => Self::Text(StringBuilder::new()),
            ColumnType::Boolean => Self::Boolean(BooleanBuilder::new()),
            ColumnType::Time => Self::Time(TimestampMicrosecondBuilder::new().with_timezone(UTC)),
            ColumnType::Date => Self::Date(Date32Builder::new()),
            ColumnType::Decimal => {
                let kind = arrow_schema::DataType::Decimal128(DECIMAL.0, DECIMAL.1);
                Self::Decimal(Decimal128Builder::new().with_data_type(kind))
            }
        }
    }

    /// Adds a value; returns whether it fits. One that does not is null.
    fn push(&mut self, value: ValueRef<'_>) -> bool {
        let text = match value {
            ValueRef::Text(text) => Some(String::from_utf8_lossy(text)),
            _ => None,
        };
        let is_null = matches!(value, ValueRef::Null);
        match self {
            Self::Integer(builder) => {
                let number = value.as_i64().ok();
                builder.append_option(number);
                is_null || number.is_some()
            }
            Self::Boolean(builder) => {
                let number = value.as_i64().ok();
                builder.append_option(number.map(|number| number != 0));
                is_null || number.is_some()
            }
            Self::Text(builder) => {
                builder.append_option(text.as_deref());
                is_null || text.is_some()
            }
            Self::Time(builder) => {
                let time = text.and_then(|text| Micros::read(&text, &TimeZone::UTC));
                builder.append_option(time.map(Micros::as_i64));
                is_null || time.is_some()
            }
            Self::Date(builder) => {
                let date = text.and_then(|text| text.parse::<Date>().ok());
                let days = date.and_then(|date| (date - EPOCH).get_days().into());
                builder.append_option(days);
                is_null || days.is_some()
            }
            Self::Decimal(builder) => {
                let number = text.and_then(|text| scaled(&text));
                builder.append_option(number.map(i128::from));
                is_null || number.is_some()
            }
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Integer(builder) => Arc::new(builder.finish()),
            Self::Text(builder) => Arc::new(builder.finish()),
            Self::Boolean(builder) => Arc::new(builder.finish()),
            Self::Time(builder) => Arc::new(builder.finish()),
            Self::Date(builder) => Arc::new(builder.finish()),
            Self::Decimal(builder) => Arc::new(builder.finish()),
        }
    }
}

/// A decimal number in units of its last digit; `None` where it has more digits than
/// a column.
fn scaled(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let fraction = fraction.trim_end_matches('0');
    let scale = usize::from(DECIMAL.1.unsigned_abs());
    let most = usize::from(DECIMAL.0) - scale;
    if fraction.len() > scale || whole.trim_start_matches('0').len() > most {
        return None;
    }
    let mut number = 0_i64;
    let zeros = std::iter::repeat_n(b'0', scale - fraction.len());
    for byte in whole.bytes().chain(fraction.bytes()).chain(zeros) {
        if !byte.is_ascii_digit() {
            return None;
        }
        number = number
            .checked_mul(10)?
            .checked_add(i64::from(byte - b'0'))?;
    }
    Some(sign * number)
}

/// A decimal number as text, with the two digits after the point that amounts have
/// at least: as the API writes it.
pub(super) fn unscaled(number: i128) -> String {
    let unit = 10_i128.pow(u32::from(DECIMAL.1.unsigned_abs()));
    let sign = if number < 0 { "-" } else { "" };
    let (whole, fraction) = (number.abs() / unit, number.abs() % unit);
    let mut text = format!("{sign}{whole}.{fraction:04}");
    for _ in 0..2 {
        if text.ends_with('0') {
            text.pop();
        }
    }
    text
}

/// A day as text.
pub(super) fn day(days: i32) -> Option<String> {
    let span = jiff::Span::new().try_days(days).ok()?;
    Some(EPOCH.checked_add(span).ok()?.to_string())
}

/// Rows that become a batch of columns.
pub(super) struct BatchBuilder {
    schema: Arc<Schema>,
    columns: Vec<(String, CellBuilder)>,
    extra: usize,
    deleted: Option<usize>,
    key: usize,
    rows: usize,
}

/// The values of a row for statistics.
#[derive(Debug, Clone, Copy)]
pub(super) struct PushedRow {
    /// Whether the store no longer has it.
    pub(super) is_deleted: bool,
    /// Its key, if it is a number.
    pub(super) key: Option<i64>,
}

impl BatchBuilder {
    pub(super) fn new(table: &LakeTable) -> Self {
        let place = |name: &str| table.columns.iter().position(|column| column.name == name);
        let columns = table.columns.iter();
        Self {
            schema: table.arrow(),
            extra: place(EXTRA).unwrap_or_default(),
            deleted: place(DELETED_AT),
            key: table
                .order
                .first()
                .and_then(|key| place(key))
                .unwrap_or_default(),
            columns: columns
                .map(|column| (column.name.clone(), CellBuilder::new(column.kind)))
                .collect(),
            rows: 0,
        }
    }

    /// The rows since the last batch.
    pub(super) const fn rows(&self) -> usize {
        self.rows
    }

    /// Adds a row with a value for each column.
    pub(super) fn push(&mut self, row: &Row<'_>) -> rusqlite::Result<PushedRow> {
        let mut beside: Vec<(String, String)> = Vec::new();
        for (at, (name, builder)) in self.columns.iter_mut().enumerate() {
            if at == self.extra {
                continue;
            }
            let value = row.get_ref(at)?;
            if !builder.push(value)
                && let ValueRef::Text(text) = value
            {
                beside.push((name.clone(), String::from_utf8_lossy(text).into_owned()));
            }
        }
        let extra = row.get_ref(self.extra)?;
        let (_, builder) = &mut self.columns[self.extra];
        if beside.is_empty() {
            builder.push(extra);
        } else {
            let extra = with_extra(extra, beside);
            builder.push(ValueRef::Text(extra.as_bytes()));
        }
        self.rows += 1;
        let is_deleted = match self.deleted {
            Some(at) => !matches!(row.get_ref(at)?, ValueRef::Null),
            None => false,
        };
        let key = row.get_ref(self.key)?.as_i64().ok();
        Ok(PushedRow { is_deleted, key })
    }

    /// The batch of the rows.
    pub(super) fn take(&mut self) -> Result<RecordBatch, ArrowError> {
        self.rows = 0;
        let columns = self.columns.iter_mut();
        let columns = columns.map(|(_, builder)| builder.finish()).collect();
        RecordBatch::try_new(Arc::clone(&self.schema), columns)
    }
}

/// `_extra` with the values that did not fit their columns.
fn with_extra(extra: ValueRef<'_>, beside: Vec<(String, String)>) -> String {
    let known = match extra {
        ValueRef::Text(text) => serde_json::from_slice(text).ok(),
        _ => None,
    };
    let mut extra: serde_json::Map<String, serde_json::Value> = known.unwrap_or_default();
    for (name, value) in beside {
        // The sent value is already there if the cell was a part of it.
        extra.entry(name).or_insert(value.into());
    }
    serde_json::Value::Object(extra).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_fit_when_they_have_at_most_fourteen_and_four_digits() {
        for (text, units) in [
            ("10.00", Some(100_000)),
            ("-0.5", Some(-5_000)),
            ("0", Some(0)),
            ("1.2345", Some(12_345)),
            ("1.23450000", Some(12_345)),
            ("99999999999999.9999", Some(999_999_999_999_999_999)),
            ("100000000000000", None),
            ("1.23456", None),
            ("1e5", None),
        ] {
            assert_eq!(scaled(text), units, "{text}");
        }
    }

    #[test]
    fn decimals_return_as_the_api_writes_amounts() {
        for text in [
            "10.00",
            "-0.50",
            "1.2345",
            "0.00",
            "99999999999999.9999",
            "3.125",
        ] {
            let units = scaled(text).unwrap();
            assert_eq!(unscaled(units.into()), text);
        }
    }

    #[test]
    fn days_are_counted_from_1970_and_back() {
        for (text, days) in [
            ("1970-01-01", 0),
            ("2026-11-20", 20_777),
            ("1969-12-31", -1),
        ] {
            let mut builder = CellBuilder::new(ColumnType::Date);
            assert!(builder.push(ValueRef::Text(text.as_bytes())));
            assert_eq!(day(days).as_deref(), Some(text));
        }
        let mut builder = CellBuilder::new(ColumnType::Date);
        assert!(!builder.push(ValueRef::Text(b"Sat, 13 Ma")));
    }

    #[test]
    fn values_that_do_not_fit_are_kept_beside_what_is_there() {
        let beside = vec![("price".to_owned(), "1.23456".to_owned())];
        let extra = with_extra(ValueRef::Text(br#"{"new":1}"#), beside);
        assert_eq!(extra, r#"{"new":1,"price":"1.23456"}"#);
    }
}
