//! `rc sync --layout` and `--print-views`: views with the tables of another service.

use std::path::Path;

use super::args::Sync;
use super::place;
use crate::catalog::{ApiFamily, Layout};
use crate::cli::Options;
use crate::error::{Error, Kind, Result};
use crate::sync::destination::Address;
use crate::sync::layout::{LaidOut, TableLayout};
use crate::sync::tables;
use crate::ui::Run;

/// The engine that reads Parquet files.
const DUCKDB: &str = "duckdb";

/// The layout that the words ask for.
///
/// # Errors
/// Of kind `Usage`: the API has none of that name, or the destination has no views.
pub(super) fn layout(
    run: &Run,
    family: &'static ApiFamily,
    asked: &Sync,
) -> Result<Option<TableLayout>> {
    let Some(name) = asked.layout.as_deref() else {
        return Ok(None);
    };
    let Some(layout) = family.analysis.layout(name) else {
        let title = family.newest().title;
        return Err(Error::usage(format!(
            "there is no layout {name} of {title}"
        )));
    };
    match place::address(run, asked.to.as_ref())? {
        Address::Sqlite(_) | Address::Postgres(_) => {}
        _ => {
            return Err(Error::usage(format!(
                "--layout {name} makes views in a database, and files have none"
            ))
            .hint("--to sqlite:FILE and --to postgres://HOST/DATABASE take them")
            .hint("rc sync --print-views duckdb FOLDER prints them for Parquet files"));
        }
    }
    Ok(Some(over(
        family,
        layout,
        asked.products_version.as_deref(),
    )))
}

fn over(
    family: &'static ApiFamily,
    layout: &'static Layout,
    products_version: Option<&str>,
) -> TableLayout {
    TableLayout {
        layout,
        tables: tables(family, products_version),
    }
}

/// Prints the statements that make the views over Parquet files.
pub(super) fn print(run: &mut Run, options: &Options, words: &[String]) -> Result<()> {
    let [engine, folder] = words else {
        return Err(Error::usage("--print-views takes an engine and a folder"));
    };
    if options.dry_run.is_some() {
        return Err(Error::usage(
            "--dry-run shows what would be sent, and --print-views sends nothing",
        ));
    }
    if engine != DUCKDB {
        return Err(Error::usage(format!("there are no views for {engine}"))
            .hint("the engine is duckdb; --layout makes views in SQLite and PostgreSQL"));
    }
    let family = run.family;
    let Some(layout) = family.analysis.layouts.first() else {
        let title = family.newest().title;
        return Err(Error::usage(format!("there are no views of {title}")));
    };
    let (sql, laid_out) = over(family, layout, None).over_parquet(Path::new(folder))?;
    note_lacking(run, &laid_out);
    run.print(&sql)
}

/// Says what became of the views, and ends the run otherwise where they were not made.
pub(super) fn judged(run: &mut Run, repeats: bool, laid_out: Result<LaidOut>) -> Result<()> {
    match laid_out {
        // A run that repeats does not say each time that nothing changed.
        Ok(laid_out) if repeats && laid_out.changed == 0 => Ok(()),
        Ok(laid_out) => {
            let LaidOut {
                place,
                views,
                changed,
                ..
            } = &laid_out;
            run.reporter.note(&format!(
                "{views} views in {place}; {changed} made or replaced"
            ));
            note_lacking(run, &laid_out);
            Ok(())
        }
        Err(mut error) => {
            // The tables are what they are to be, so that this is not a failed copy.
            if matches!(error.kind, Kind::Unexpected | Kind::Usage) {
                error.kind = Kind::Partial;
            }
            Err(error.hint("the tables are copied; only the views are not as they should be"))
        }
    }
}

fn note_lacking(run: &mut Run, laid_out: &LaidOut) {
    if laid_out.lacking.is_empty() {
        return;
    }
    let mut tables: Vec<&str> = laid_out.lacking.iter().map(|(_, table)| *table).collect();
    tables.dedup();
    let views: Vec<&str> = laid_out.lacking.iter().map(|(view, _)| *view).collect();
    run.reporter.note(&format!(
        "without the tables {} there are no views {}",
        tables.join(", "),
        views.join(", ")
    ));
}
