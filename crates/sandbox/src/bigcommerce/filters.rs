//! What a list is narrowed to.
//!
//! Takes the parameters of a row and the query of a request; returns what
//! records must be like. What a parameter means follows from its role, else from
//! its name: `min_` and `max_` are bounds, `:in` takes several values, `:like` a
//! part. Parameters that the row does not have are ignored, as the API does.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::Value;

use super::dates::{self, AskedTime};
use super::responses::{Generation, Rejection};
use crate::requests::check::Query;
use crate::storage::table::Table;
use crate::values::record::{self, Record};
use recharge_catalog::{Operation, Parameter, ParameterRole, bigcommerce as rows};

/// What records of a list are like.
#[derive(Debug, Default)]
pub(super) struct Filters {
    /// Only these.
    ids: Option<BTreeSet<u64>>,
    least_id: u64,
    largest_id: Option<u64>,
    /// Seconds from and to, by a time of the table.
    times: Vec<(usize, i64, i64)>,
    checks: Vec<FieldCheck>,
}

/// What a field of a record is like.
#[derive(Debug)]
enum FieldCheck {
    /// It has one of these values; case does not count.
    IsOneOf(&'static [&'static str], Vec<String>),
    /// The fields, joined by a space, contain the text.
    Contains(&'static [&'static str], String),
}

impl Filters {
    /// What a query asks for, as of a present. Where archived orders are hidden, only
    /// requests that ask for them see them.
    pub(super) fn of(
        operation: &'static Operation,
        query: &Query,
        table: &Table,
        (generation, now): (Generation, Timestamp),
        hides_archived: bool,
    ) -> Result<Self, Rejection> {
        let mut filters = Self::default();
        for (name, value) in query.iter().filter(|(_, value)| !value.is_empty()) {
            let parameter = operation.query.iter().find(|known| known.name == name);
            if let Some(parameter) = parameter {
                let invalid = || Rejection::invalid(generation, name);
                filters
                    .add(parameter, value, table, now)
                    .ok_or_else(invalid)?;
            }
        }
        let is_asked = query.iter().any(|(name, _)| name == ARCHIVED);
        if hides_archived && !is_asked {
            let shown = vec!["false".to_owned()];
            filters.checks.push(FieldCheck::IsOneOf(&[ARCHIVED], shown));
        }
        Ok(filters)
    }

    /// Adds what a parameter asks for; nothing when the value is none of its.
    fn add(
        &mut self,
        parameter: &'static Parameter,
        value: &str,
        table: &Table,
        now: Timestamp,
    ) -> Option<()> {
        match parameter.role {
            ParameterRole::Since(field) | ParameterRole::Until(field) => {
                let time = table.time_at(field)?;
                let at = match dates::read(value, now) {
                    AskedTime::At(moment) => moment.as_second(),
                    AskedTime::Ignored => return Some(()),
                    AskedTime::Unreadable => return None,
                };
                let is_start = matches!(parameter.role, ParameterRole::Since(_));
                self.times.push(if is_start {
                    (time, at, i64::MAX)
                } else {
                    (time, i64::MIN, at)
                });
            }
            ParameterRole::Ids => self.ids = Some(numbers(value)?),
            ParameterRole::Plain | ParameterRole::Key | ParameterRole::Cursor => {
                self.add_plain(parameter.name, value)?;
            }
            _ => {}
        }
        Some(())
    }

    fn add_plain(&mut self, name: &'static str, value: &str) -> Option<()> {
        match name {
            "min_id" => self.least_id = value.parse().ok()?,
            "max_id" => self.largest_id = Some(value.parse().ok()?),
            "keyword" => {
                let text = value.to_lowercase();
                self.checks
                    .push(FieldCheck::Contains(&["name", "sku", "description"], text));
            }
            "name:like" => {
                let text = value.to_lowercase();
                self.checks
                    .push(FieldCheck::Contains(&["first_name", "last_name"], text));
            }
            _ => {
                let (plain, is_list) = match name.strip_suffix(":in") {
                    Some(plain) => (plain, true),
                    None => (name, false),
                };
                let values = if is_list {
                    value.split(',').map(plain_value).collect()
                } else {
                    vec![plain_value(value)]
                };
                self.checks
                    .push(FieldCheck::IsOneOf(paths_of(plain), values));
            }
        }
        Some(())
    }

    /// The numbers of the records that are like this, ascending.
    pub(super) fn matching(&self, table: &Table) -> Vec<u64> {
        let largest = self.largest_id.unwrap_or(u64::MAX);
        let mut ids: Vec<u64> = match (&self.ids, self.times.first()) {
            (Some(ids), _) => ids.iter().copied().filter(|id| table.holds(*id)).collect(),
            (None, Some((time, from, to))) => {
                let found = table.timed(*time, (*from, 0)..=(*to, u64::MAX));
                let mut found: Vec<u64> = found.map(|(_, id)| id).collect();
                found.sort_unstable();
                found
            }
            (None, None) => table.ids(..).collect(),
        };
        ids.retain(|id| {
            (self.least_id..=largest).contains(id)
                && self
                    .times
                    .iter()
                    .all(|(time, from, to)| (*from..=*to).contains(&table.seconds(*time, *id)))
        });
        if !self.checks.is_empty() {
            ids.retain(|id| {
                let record = table.get(*id);
                record.is_some_and(|record| self.checks.iter().all(|check| check.holds(&record)))
            });
        }
        ids
    }
}

/// The parameter and the field that tell archived orders.
const ARCHIVED: &str = "is_deleted";

impl FieldCheck {
    fn holds(&self, record: &Record) -> bool {
        match self {
            Self::IsOneOf(paths, values) => paths.iter().any(|path| {
                let found = record::at(record, path).and_then(record::plain);
                found.is_some_and(|found| values.contains(&found.to_lowercase()))
            }),
            Self::Contains(paths, text) => {
                let texts: Vec<&str> = paths
                    .iter()
                    .map(|path| record::text(record, path))
                    .collect();
                texts.join(" ").to_lowercase().contains(text)
            }
        }
    }
}

/// Where records have the value of a filter.
fn paths_of(filter: &'static str) -> &'static [&'static str] {
    match filter {
        "email" => &["email", "billing_address.email"],
        "sku" => &["sku"],
        _ => {
            let known = rows::API.operations().flat_map(|(resource, _)| {
                let fields = resource.object.fields.iter();
                fields.map(|field| &field.name)
            });
            let found = known.into_iter().find(|name| **name == filter);
            found.map_or(&[], std::slice::from_ref)
        }
    }
}

/// A value of a filter as it is compared. `1` is as good as `true` there.
fn plain_value(value: &str) -> String {
    value.trim().to_lowercase()
}

fn numbers(value: &str) -> Option<BTreeSet<u64>> {
    let numbers = value.split(',').map(|number| number.trim().parse().ok());
    numbers.collect()
}

/// The value of a record by which a list is ordered, comparable.
pub(super) fn sort_value(record: &Record, field: &str) -> (i64, String) {
    match record::at(record, field) {
        Some(Value::Number(number)) => {
            // Thousandths, which tell prices apart.
            let thousandths = number.as_f64().unwrap_or(0.0) * 1000.0;
            #[expect(clippy::cast_possible_truncation, reason = "saturates at the ends")]
            let whole = thousandths as i64;
            (whole, String::new())
        }
        Some(Value::Bool(is)) => (i64::from(*is), String::new()),
        Some(Value::String(text)) => (0, text.to_lowercase()),
        _ => (i64::MIN, String::new()),
    }
}
