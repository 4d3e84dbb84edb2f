//! Exact sums in `SQLite`.

use rusqlite::Connection;
use rusqlite::functions::{Aggregate, Context, FunctionFlags};
use rusqlite::types::ValueRef;

use crate::stats::Decimal;

/// `decimal_sum(column)`: the exact sum of decimal numbers in texts; null where
/// there is none.
struct DecimalSum;

impl Aggregate<Option<Decimal>, Option<String>> for DecimalSum {
    fn init(&self, _: &mut Context<'_>) -> rusqlite::Result<Option<Decimal>> {
        Ok(None)
    }

    fn step(&self, context: &mut Context<'_>, sum: &mut Option<Decimal>) -> rusqlite::Result<()> {
        let wrong = |what: String| rusqlite::Error::UserFunctionError(what.into());
        let text = match context.get_raw(0) {
            ValueRef::Null => return Ok(()),
            ValueRef::Integer(number) => number.to_string(),
            ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
            ValueRef::Real(_) | ValueRef::Blob(_) => {
                return Err(wrong(
                    "decimal_sum takes decimal numbers as text".to_owned(),
                ));
            }
        };
        let number = Decimal::parse(&text);
        let number =
            number.ok_or_else(|| wrong("decimal_sum: a text is not a number".to_owned()))?;
        let next = sum.unwrap_or_default().plus(number);
        *sum = Some(next.ok_or_else(|| wrong("the sum is too large to be exact".to_owned()))?);
        Ok(())
    }

    fn finalize(
        &self,
        _: &mut Context<'_>,
        sum: Option<Option<Decimal>>,
    ) -> rusqlite::Result<Option<String>> {
        Ok(sum.flatten().map(|sum| sum.to_string()))
    }
}

/// Defines the function in a connection.
///
/// # Errors
/// The connection is not usable.
pub fn define(connection: &Connection) -> rusqlite::Result<()> {
    connection.create_aggregate_function(
        "decimal_sum",
        1,
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC,
        DecimalSum,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(values: &str) -> rusqlite::Result<Option<String>> {
        let connection = Connection::open_in_memory()?;
        define(&connection)?;
        let query = format!("SELECT decimal_sum(column1) FROM (VALUES {values})");
        connection.query_row(&query, [], |row| row.get(0))
    }

    #[test]
    fn decimal_sums_are_exact_where_floating_point_is_not() {
        assert_eq!(sum("('0.10'), ('0.20')").unwrap().as_deref(), Some("0.30"));
        assert_eq!(sum("('1.5'), (2), (NULL)").unwrap().as_deref(), Some("3.5"));
        assert_eq!(sum("(NULL)").unwrap(), None);
        assert!(sum("('ten')").is_err());
        assert!(sum("(0.1)").is_err());
    }
}
