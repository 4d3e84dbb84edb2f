//! What reports need beyond the SQL of `SQLite`: exact decimal numbers, and days in
//! the time zone of a store.

use std::panic::{RefUnwindSafe, UnwindSafe};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;

use super::sums;
use crate::stats::Decimal;

/// Decimals that a quotient may have.
const MOST_PLACES: i64 = 12;

/// Defines the functions in a connection:
///
/// - `decimal_sum(x)`, `decimal_product(a, b)`, `decimal_difference(a, b)`;
/// - `decimal_quotient(a, b, decimals)`, rounded half away from zero; null for a
///   divisor of 0;
/// - `local_day(time)`: the day of a moment in `zone`.
///
/// All of them are null where an argument is.
///
/// # Errors
/// The connection is not usable.
pub fn define(connection: &Connection, zone: &TimeZone) -> rusqlite::Result<()> {
    sums::define(connection)?;
    scalar(connection, "decimal_product", 2, |context| {
        let Some((a, b)) = pair(context)? else {
            return Ok(None);
        };
        exact(a.times(b))
    })?;
    scalar(connection, "decimal_difference", 2, |context| {
        let Some((a, b)) = pair(context)? else {
            return Ok(None);
        };
        exact(a.minus(b))
    })?;
    scalar(connection, "decimal_quotient", 3, |context| {
        let places: i64 = context.get(2)?;
        let places = u32::try_from(places.clamp(0, MOST_PLACES)).unwrap_or_default();
        match pair(context)? {
            Some((_, by)) if by.is_zero() => Ok(None),
            Some((a, by)) => exact(a.over(by, places)),
            None => Ok(None),
        }
    })?;
    let zone = zone.clone();
    scalar(connection, "local_day", 1, move |context| {
        let time = match context.get_raw(0) {
            ValueRef::Null => return Ok(None),
            ValueRef::Text(text) => std::str::from_utf8(text).ok(),
            _ => None,
        };
        let moment: Option<Timestamp> = time.and_then(|text| text.parse().ok());
        let moment =
            moment.ok_or_else(|| wrong("local_day takes a time such as 2026-11-20T10:00:00Z"))?;
        Ok(Some(moment.to_zoned(zone.clone()).date().to_string()))
    })
}

fn scalar(
    connection: &Connection,
    name: &str,
    arguments: i32,
    function: impl Fn(&Context<'_>) -> rusqlite::Result<Option<String>>
    + Send
    + UnwindSafe
    + RefUnwindSafe
    + 'static,
) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function(name, arguments, flags, move |context| function(context))
}

/// The first two arguments; none where one is null.
fn pair(context: &Context<'_>) -> rusqlite::Result<Option<(Decimal, Decimal)>> {
    Ok(decimal(context, 0)?.zip(decimal(context, 1)?))
}

fn decimal(context: &Context<'_>, at: usize) -> rusqlite::Result<Option<Decimal>> {
    let text = match context.get_raw(at) {
        ValueRef::Null => return Ok(None),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        ValueRef::Real(_) | ValueRef::Blob(_) => {
            return Err(wrong("decimal functions take whole numbers and texts"));
        }
    };
    let number = Decimal::parse(&text);
    let number = number.ok_or_else(|| wrong("a text is not a decimal number"))?;
    Ok(Some(number))
}

fn exact(number: Option<Decimal>) -> rusqlite::Result<Option<String>> {
    let number = number.ok_or_else(|| wrong("the number is too long to be exact"))?;
    Ok(Some(number.to_string()))
}

fn wrong(what: &str) -> rusqlite::Error {
    rusqlite::Error::UserFunctionError(what.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(expression: &str) -> rusqlite::Result<Option<String>> {
        let connection = Connection::open_in_memory()?;
        let zone = TimeZone::posix("EST5").unwrap();
        define(&connection, &zone)?;
        connection.query_row(&format!("SELECT {expression}"), [], |row| row.get(0))
    }

    #[test]
    fn decimal_functions_are_exact_and_round_half_away_from_zero() {
        for (expression, expected) in [
            ("decimal_product('12.50', 3)", Some("37.50")),
            ("decimal_difference('0.30', '0.10')", Some("0.20")),
            ("decimal_quotient('20.01', 2, 2)", Some("10.01")),
            ("decimal_quotient('-20.01', 2, 2)", Some("-10.01")),
            ("decimal_quotient(1, 3, 4)", Some("0.3333")),
            ("decimal_quotient('2', '3', 0)", Some("1")),
            ("decimal_quotient('1.234567', 1, 2)", Some("1.23")),
            ("decimal_quotient(1, 0, 2)", None),
            ("decimal_quotient(NULL, 0, 2)", None),
            ("decimal_product('1', NULL)", None),
        ] {
            assert_eq!(
                value(expression).unwrap().as_deref(),
                expected,
                "{expression}"
            );
        }
        assert!(value("decimal_product('ten', 1)").is_err());
        assert!(value("decimal_product(0.1, 1)").is_err());
        assert!(value("decimal_product('999999999999999', '999999999999999')").is_err());
    }

    #[test]
    fn local_days_are_those_of_the_zone() {
        let day = |time: &str| value(&format!("local_day({time})"));
        assert_eq!(
            day("'2026-11-01T04:59:59Z'").unwrap().as_deref(),
            Some("2026-10-31")
        );
        assert_eq!(
            day("'2026-11-01T05:00:00.5Z'").unwrap().as_deref(),
            Some("2026-11-01")
        );
        assert_eq!(day("NULL").unwrap(), None);
        assert!(day("'yesterday'").is_err());
        assert!(day("7").is_err());
    }
}
