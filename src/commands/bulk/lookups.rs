//! `--lookup`: the columns that it names, and the requests that resolve their
//! values, with a note of how many there are.

use std::sync::Arc;

use super::args::Work;
use super::store::Store;
use crate::api::client::Client;
use crate::bulk::lookup::{self, ReadObserver};
use crate::bulk::shape::LookupColumn;
use crate::cli::Options;
use crate::commands::FAMILY;
use crate::error::{Error, Result};
use crate::output::progress::{ProgressLine, ProgressState, grouped};
use crate::ui::Run;

/// The columns that are looked up. Their values are collected in a pass of its
/// own, so that the input must be a file.
///
/// # Errors
/// Of kind `Usage`: a lookup that cannot be, or an input that is read once.
pub(super) fn columns(work: &Work) -> Result<Vec<LookupColumn>> {
    if work.lookups.is_empty() {
        return Ok(Vec::new());
    }
    let is_file = std::fs::metadata(&work.file).map_or(true, |facts| facts.is_file());
    if work.file == "-" || !is_file {
        let message = "--lookup reads the input twice, but this input can be read only once";
        return Err(Error::usage(message).hint("save it to a file first"));
    }
    let column = |(heading, name): &(String, String)| {
        let pair = (heading.as_str(), name.as_str());
        LookupColumn::of(
            FAMILY.newest(),
            work.resource,
            work.operation,
            work.engine,
            pair,
        )
    };
    work.lookups.iter().map(column).collect()
}

/// The names of the columns, as a mapping has them.
pub(super) fn names(columns: &[LookupColumn]) -> impl Iterator<Item = (String, String)> {
    let pairs = columns.iter();
    pairs.map(|column| (column.heading.clone(), column.name.clone()))
}

/// Resolves the values of columns; returns how many requests it took.
///
/// # Errors
/// There is no token, or a list cannot be read.
pub(super) fn read(
    run: &mut Run,
    options: &Options,
    client: Option<&Arc<Client>>,
    columns: &mut [LookupColumn],
) -> Result<u64> {
    let client = if let Some(client) = client {
        Arc::clone(client)
    } else {
        let place = run.place(options)?;
        Store::at(run, place)?.client
    };
    let mut reads = 0;
    for column in columns {
        let count = column.table.spellings().len() as u64;
        if count > 0 {
            run.reporter.note(&format!(
                "looking up {} of {}, with at most {}",
                counted(count, "value"),
                column.heading.trim(),
                counted(lookup::most_reads(&column.table), "read"),
            ));
        }
        let line = LookupLine(run.progress(options, "values"));
        reads += Run::wait(lookup::read(&mut column.table, &client, &line))?;
    }
    Ok(reads)
}

fn counted(count: u64, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {what}{plural}", grouped(count))
}

/// Shows how far a lookup is.
struct LookupLine(ProgressLine);

impl ReadObserver for LookupLine {
    fn see(&self, done: u64, of: u64) {
        self.0.seen(ProgressState {
            done,
            failed: 0,
            total: Some(of),
            state: "looked up",
            ..ProgressState::default()
        });
    }
}
