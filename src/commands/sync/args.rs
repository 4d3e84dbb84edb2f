//! The words of `rc sync`.

use std::path::PathBuf;
use std::time::Duration;

use clap::ArgMatches;

use crate::catalog::{self, ApiFamily};
use crate::cli::values::{text, texts};
use crate::error::Result;
use crate::sync::destination::{Address, SchemaPolicy};
use crate::sync::{Deletes, StartDate};

/// The tables, the destination and the settings of a run.
#[derive(Debug)]
pub(super) struct Sync {
    /// The destination, where a flag names it.
    pub(super) to: Option<Address>,
    /// The tables; empty for all of them.
    pub(super) tables: Vec<String>,
    /// The tables to read again.
    pub(super) refresh: Vec<String>,
    pub(super) start: Option<StartDate>,
    pub(super) lookback: Duration,
    /// None where it was not given.
    pub(super) lag: Option<Duration>,
    pub(super) full_every: Option<Duration>,
    pub(super) watch: Option<Duration>,
    pub(super) parallel: usize,
    pub(super) schema: SchemaPolicy,
    pub(super) deletes: Deletes,
    pub(super) products_version: Option<String>,
    /// The state of a Singer target.
    pub(super) state: Option<PathBuf>,
    /// How long a Singer target may do nothing.
    pub(super) target_timeout: Duration,
    /// The views to make, by name.
    pub(super) layout: Option<String>,
    /// Whether logs are made short.
    pub(super) compact: bool,
}

/// The arguments.
pub(super) fn sync_of(matches: &ArgMatches) -> Result<Sync> {
    let span = |name: &str| matches.get_one::<Duration>(name).copied();
    let word = |name: &str| text(matches, name).unwrap_or_default();
    let start = text(matches, "start-date");
    Ok(Sync {
        to: destination(matches)?,
        tables: texts(matches, "tables"),
        refresh: texts(matches, "refresh"),
        start: start.map(|start| StartDate::parse(&start)).transpose()?,
        lookback: span("lookback").unwrap_or_default(),
        lag: span("lag"),
        full_every: span("full-every"),
        watch: span("watch"),
        parallel: matches
            .get_one::<u8>("parallel")
            .map_or(1, |number| usize::from(*number)),
        schema: if word("schema") == "freeze" {
            SchemaPolicy::Freeze
        } else {
            SchemaPolicy::Evolve
        },
        deletes: match word("deletes").as_str() {
            "off" => Deletes::Off,
            "full" => Deletes::Full,
            _ => Deletes::Known,
        },
        products_version: text(matches, "products-version"),
        state: state(matches),
        target_timeout: span("target-timeout").unwrap_or_default(),
        compact: matches.get_flag("compact"),
        // Only the copy itself has the flag.
        layout: matches
            .try_get_one::<String>("layout")
            .ok()
            .flatten()
            .cloned(),
    })
}

/// The state file, where it was named. Not every verb has it.
pub(super) fn state(matches: &ArgMatches) -> Option<PathBuf> {
    let named = matches.try_get_one::<String>("state").ok().flatten();
    named.map(PathBuf::from)
}

/// Engine and folder of the views to print.
pub(super) fn print_views(matches: &ArgMatches) -> Option<Vec<String>> {
    let words = matches.try_get_many::<String>("print-views").ok()??;
    Some(words.cloned().collect())
}

/// The API, where it was named.
pub(super) fn source(matches: &ArgMatches) -> Option<&'static ApiFamily> {
    catalog::family(&text(matches, "from")?)
}

/// The destination, where it was named.
pub(super) fn destination(matches: &ArgMatches) -> Result<Option<Address>> {
    let to = text(matches, "to");
    to.map(|to| Address::parse(&to)).transpose()
}
