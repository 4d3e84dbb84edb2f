//! How `rc sync` looks.

use std::time::Duration;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, Command};

use crate::catalog::{self, Layout};
use crate::cli::help::{styled, verb};
use crate::cli::{Spec, plain};
use crate::config::span;

pub(super) const SPEC: Spec = Spec::new("sync", "Copy the store to a database or files", build);

const LONG_ABOUT: &str = "\
Copy the tables of the store, and keep the copy current.

The first run reads everything, later runs read the changes since. The copy
itself contains the progress of each table: an interrupted run is resumed, on
another machine as well, and no row is stored twice. Rows that were deleted in
the store stay in the copy, with the time in _deleted_at. charges_history and
subscriptions_history keep each version of a row that was read.";

const EXAMPLES: &str = "\
Examples:
  rc sync
  rc sync --to sqlite:shop.db --tables subscriptions,charges
  rc sync --start-date 2026-01-01
  rc sync --watch 15m
  rc sync --to 'singer:target-postgres --config target.json'
  rc sync --to postgres://db.internal/shop --layout fivetran
  rc sync --from bigcommerce --store-hash abc123
  rc sync status
  rc sql 'SELECT status, count(*) FROM subscriptions GROUP BY 1'";

const STATUS: &str = "\
Nothing is sent.

Example:
  rc sync status --to sqlite:shop.db";

const CHECK: &str = "\
Shows which tables the token may read, and what the copy contains and lacks.
Exit code 8 if something is wrong.

Example:
  rc sync check";

fn build() -> Command {
    plain(SPEC.name, SPEC.about)
        .long_about(LONG_ABOUT)
        .args_conflicts_with_subcommands(true)
        .defer(|command| {
            command
                .after_help(styled(EXAMPLES))
                .args(flags())
                .args([layout(), print_views()])
                .subcommands([
                    verb("status", "Show rows and bookmarks of the copy", STATUS)
                        .args([to(), from()]),
                    verb("check", "Check token and copy before a run", CHECK).args(flags()),
                ])
        })
}

fn to() -> Arg {
    Arg::new("to").long("to").value_name("DEST").help(
        "where the copy is: sqlite:FILE, ndjson:FOLDER, csv:FOLDER, parquet:PLACE, delta:PLACE, postgres://HOST/DATABASE, singer:- or singer:COMMAND; a PLACE is a folder or s3://BUCKET/PREFIX [default: sqlite:recharge.db, or the name of the other API]",
    )
}

fn layout() -> Arg {
    Arg::new("layout")
        .long("layout")
        .value_name("NAME")
        .value_parser(PossibleValuesParser::new(layouts().map(|layout| layout.name)))
        .help("after the copy, create views with the tables of another service, in SQLite or PostgreSQL")
}

fn print_views() -> Arg {
    Arg::new("print-views")
        .long("print-views")
        .value_names(["ENGINE", "FOLDER"])
        .num_args(2)
        .conflicts_with_all(["to", "tables", "refresh", "watch"])
        .help("print these views for the Parquet files of a folder; ENGINE is duckdb; nothing is copied")
}

/// The layouts of all APIs.
fn layouts() -> impl Iterator<Item = &'static Layout> {
    let families = catalog::FAMILIES.iter();
    families.flat_map(|family| family.analysis.layouts)
}

fn from() -> Arg {
    let families = catalog::FAMILIES.iter();
    let names: Vec<&str> = families.map(|family| family.newest().name).collect();
    Arg::new("from")
        .long("from")
        .value_name("API")
        .value_parser(PossibleValuesParser::new(names))
        .help("the API to copy from [default: that of the profile]")
}

fn flags() -> Vec<Arg> {
    let duration = |name: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .value_name("SPAN")
            .value_parser(|word: &str| span(word))
            .help(help)
    };
    let names = |name: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .value_name("TABLE,TABLE")
            .action(ArgAction::Append)
            .value_delimiter(',')
            .help(help)
    };
    vec![
        to(),
        from(),
        names("tables", "only these tables"),
        names("refresh", "read these tables again from the beginning"),
        Arg::new("start-date")
            .long("start-date")
            .value_name("DATE")
            .help("in a first run, only changes since this day: 2026-01-31 or 01/31/2026"),
        duration(
            "lookback",
            "how far before its bookmark each table is read again",
        )
        .default_value("10m"),
        duration(
            "lag",
            "leave the latest changes to the next run [default: 0s; 30m with --watch]",
        ),
        duration(
            "full-every",
            "with --watch, how often to read tables that can only be read whole",
        )
        .default_value("12h"),
        duration("watch", "run repeatedly, with this pause after each run").value_parser(pause),
        Arg::new("parallel")
            .long("parallel")
            .value_name("N")
            .value_parser(clap::value_parser!(u8).range(1..=16))
            .default_value("4")
            .help("tables to read at a time"),
        Arg::new("schema")
            .long("schema")
            .value_name("POLICY")
            .value_parser(PossibleValuesParser::new(["evolve", "freeze"]))
            .default_value("evolve")
            .help("evolve: add columns for new fields; freeze: store them in _extra"),
        Arg::new("deletes")
            .long("deletes")
            .value_name("WHICH")
            .value_parser(PossibleValuesParser::new(["known", "full", "off"]))
            .default_value("known")
            .help(
                "which deletions to find. known: removed charges, and rows of tables read \
                whole; full: read every table to its end; off: none",
            ),
        Arg::new("products-version")
            .long("products-version")
            .value_name("VERSION")
            .value_parser(PossibleValuesParser::new(["2021-01", "2021-11"]))
            .help("version of the API that products are read in [default: 2021-01]"),
        Arg::new("state")
            .long("state")
            .value_name("FILE")
            .help("with --to singer:, the file of the Singer state [default: one for each store and target]"),
        duration(
            "target-timeout",
            "stop a Singer target that reads nothing and prints nothing for this time",
        )
        .default_value("10m"),
        Arg::new("compact")
            .long("compact")
            .action(ArgAction::SetTrue)
            .help("shorten the logs of a copy in delta:PLACE, and remove files that no version of the last 7 days needs"),
    ]
}

/// A pause between two runs.
fn pause(word: &str) -> Result<Duration, String> {
    let span = span(word)?;
    if span < Duration::from_secs(1) {
        return Err("a pause of at least 1s".to_owned());
    }
    Ok(span)
}
