//! List parameters as tests on records.
//!
//! Takes a catalogue row and a query; returns tests that a table can answer
//! from what it keeps beside its records. Which field a parameter looks at
//! follows from the row: its name, or `stands_at` where the name does not say.

use crate::requests::check::Query;
use crate::requests::condition::Test;
use crate::requests::lists;
use crate::requests::refusal::Refusal;
use crate::storage::shape::NEVER;
use crate::storage::table::Table;
use crate::values::key;
use crate::values::time;
use recharge_catalog::{BareDay, FieldKind, Object, Operation, Parameter, ValueKind};

/// Parameters of lists that say how to show, not what.
const SHOW: &[&str] = &["limit", "page", "cursor", "sort_by", "include"];

/// The tests that a query asks for.
pub(crate) fn tests(
    operation: &Operation,
    object: &Object,
    table: &Table,
    query: &Query,
) -> Result<Vec<Test>, Refusal> {
    let mut tests = Vec::new();
    for parameter in operation.query {
        if SHOW.contains(&parameter.name) {
            continue;
        }
        let value = query
            .iter()
            .find(|(name, _)| name == parameter.name)
            .map(|(_, value)| value.as_str());
        if let Some(question) = lists::special(parameter.name) {
            let wanted = value.map(|text| matches!(text, "true" | "True" | "1"));
            tests.extend(question.test(wanted));
        } else if let Some(value) = value {
            tests.push(test(parameter, object, table, value)?);
        }
    }
    Ok(tests)
}

fn test(
    parameter: &Parameter,
    object: &Object,
    table: &Table,
    value: &str,
) -> Result<Test, Refusal> {
    if parameter.name == "ids" {
        let mut ids: Vec<u64> = parts(parameter, value)
            .filter_map(|one| one.parse().ok())
            .collect();
        ids.sort_unstable();
        return Ok(Test::Ids(ids));
    }
    if matches!(parameter.kind, ValueKind::Time | ValueKind::Day) {
        return window(parameter, table, value);
    }
    let Some(lookup) = table.lookup_at(&path(parameter, object)) else {
        return Ok(Test::Nothing);
    };
    let hashes = parts(parameter, value)
        .map(|part| key::hash(lists::spelled(parameter.name, part)))
        .collect();
    Ok(Test::Among { lookup, hashes })
}

fn parts<'a>(parameter: &Parameter, value: &'a str) -> impl Iterator<Item = &'a str> + use<'a> {
    let several = parameter.multiple;
    value
        .split(move |letter| several && letter == ',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

/// `created_at_min` cuts `created_at`; a bare name (`scheduled_at`) is one day.
fn window(parameter: &Parameter, table: &Table, value: &str) -> Result<Test, Refusal> {
    let name = parameter.name;
    // Ten characters are a day without a time.
    let whole_day = parameter.bare_day == BareDay::End && value.trim().len() == 10;
    let Some(at) = time::parse(value).map(jiff::Timestamp::as_second) else {
        return Err(Refusal::invalid(name, "Not a valid datetime."));
    };
    let (path, from, to) = if let Some(path) = name.strip_suffix("_min") {
        (path, at, i64::MAX)
    } else if let Some(path) = name.strip_suffix("_max") {
        (path, NEVER + 1, at + if whole_day { 86_399 } else { 0 })
    } else {
        (name, at, at + 86_399)
    };
    Ok(table
        .time_at(path)
        .map_or(Test::Nothing, |time| Test::Within { time, from, to }))
}

/// The field that a parameter looks at: where the row says, else the field of
/// its name, or of its singular when it takes several.
pub(crate) fn path(parameter: &Parameter, object: &Object) -> String {
    if let Some(path) = parameter.stands_at {
        return path.to_owned();
    }
    let singular = parameter.name.strip_suffix('s').unwrap_or(parameter.name);
    let field = object
        .field(parameter.name)
        .or_else(|| object.field(singular));
    match field {
        Some(field) => match field.kind {
            FieldKind::Parts([only]) => format!("{}.{only}", field.name),
            FieldKind::Parts(["ecommerce", ..]) => format!("{}.ecommerce", field.name),
            FieldKind::Parts(parts) if parts.contains(&parameter.name) => {
                format!("{}.{}", field.name, parameter.name)
            }
            _ => field.name.to_owned(),
        },
        None => within_parts(parameter.name, object),
    }
}

/// A parameter that names a part of an object field (`origin` of `source`).
fn within_parts(name: &str, object: &Object) -> String {
    object
        .fields
        .iter()
        .find(|field| matches!(field.kind, FieldKind::Parts(parts) if parts.contains(&name)))
        .map_or_else(|| name.to_owned(), |field| format!("{}.{name}", field.name))
}

#[cfg(test)]
mod tests_of_rows {
    use super::*;
    use crate::storage::tables::{TABLES, TableName};
    use recharge_catalog as catalog;

    #[test]
    fn every_filter_of_every_list_is_answered_from_what_its_table_keeps() {
        for (resource, operation) in catalog::recharge::API
            .operations()
            .filter(|(_, one)| one.pages())
        {
            let object = operation.response.object().unwrap();
            let name = TableName::of(object).unwrap();
            let table = Table::new(&TABLES[name as usize].1);
            for parameter in operation.query {
                if SHOW.contains(&parameter.name) || lists::special(parameter.name).is_some() {
                    continue;
                }
                let value = if matches!(parameter.kind, ValueKind::Time | ValueKind::Day) {
                    "2026-01-01"
                } else {
                    "1"
                };
                let test = test(parameter, object, &table, value).unwrap();
                let place = format!("{}.{} {}", resource.name, operation.verb, parameter.name);
                assert!(!matches!(test, Test::Nothing), "{place}");
            }
        }
    }
}
