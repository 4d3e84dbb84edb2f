//! Rows in, tasks and findings out.

mod advice;
mod cells;
mod columns;
mod faults;
mod kinds;
mod objects;
mod properties;
mod templates;
mod together;

use csv::StringRecord;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::*;
use crate::bulk::row::{InputRow, RowContent};
use crate::catalog;

pub(super) fn now() -> Now {
    Now {
        instant: "2026-11-20T12:00:00Z".parse().unwrap(),
        zone: TimeZone::UTC,
        times: crate::catalog::TimeForm::WithOffset,
    }
}

/// A shaper for an operation, as its own engine would have it.
pub(super) fn shaper(id: &str, header: &[&str], shaping: Shaping) -> Result<Shaper> {
    let (_, operation) = catalog::recharge::API.operation(id).unwrap();
    with_engine(id, Engine::of(operation), Some(header), shaping)
}

pub(super) fn with_engine(
    id: &str,
    engine: Engine,
    header: Option<&[&str]>,
    shaping: Shaping,
) -> Result<Shaper> {
    let (resource, operation) = catalog::recharge::API.operation(id).unwrap();
    let header = header.map(|header| header.iter().map(|name| (*name).to_owned()).collect());
    let header: Option<Vec<String>> = header;
    Shaper::new(
        resource,
        operation,
        engine,
        header.as_deref(),
        shaping,
        now(),
    )
}

pub(super) fn row(shaper: &mut Shaper, cells: &[&str]) -> Shaped {
    let record = StringRecord::from(cells);
    shaper.shape(&InputRow {
        line: 2,
        content: RowContent::Cells(&record),
    })
}

pub(super) fn object(shaper: &mut Shaper, text: &str) -> Shaped {
    shaper.shape(&InputRow {
        line: 2,
        content: RowContent::Object(text),
    })
}

pub(super) fn task(shaped: Shaped) -> Task {
    match shaped {
        Shaped::Task(task) => task,
        other => panic!("no task: {other:?}"),
    }
}

pub(super) fn body(shaped: Shaped) -> Value {
    serde_json::from_str(&task(shaped).body.unwrap()).unwrap()
}

/// Findings as `column: problem`.
pub(super) fn problems(shaped: Shaped) -> Vec<String> {
    let Shaped::Wrong(findings) = shaped else {
        panic!("nothing wrong: {shaped:?}")
    };
    findings
        .into_iter()
        .map(|finding| {
            format!(
                "{}: {}",
                finding.column.unwrap_or_default(),
                finding.problem
            )
        })
        .collect()
}

/// One row of a table through a shaper of its own.
pub(super) fn one(id: &str, cells: &[(&str, &str)]) -> Shaped {
    let header: Vec<&str> = cells.iter().map(|(name, _)| *name).collect();
    let texts: Vec<&str> = cells.iter().map(|(_, text)| *text).collect();
    row(
        &mut shaper(id, &header, Shaping::default()).unwrap(),
        &texts,
    )
}

pub(super) fn mapped(map: &[(&str, &str)]) -> Shaping {
    Shaping {
        map: owned(map),
        ..Shaping::default()
    }
}

pub(super) fn constant(constants: &[(&str, &str)]) -> Shaping {
    Shaping {
        constants: owned(constants),
        ..Shaping::default()
    }
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(one, other)| ((*one).to_owned(), (*other).to_owned()))
        .collect()
}
