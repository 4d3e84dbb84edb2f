//! `rc tap`: the store as a Singer tap, for programs that run taps.
//!
//! It takes the flags, the configuration and the states of `tap-recharge`, and runs
//! under that name as well.

mod args;
mod config;
mod run;
mod spec;

use clap::ArgMatches;

use super::Command;
use super::collision::{Files, NamedFile};
use crate::error::Result;

pub(super) use args::words;

pub(super) const COMMAND: Command = Command {
    spec: spec::SPEC,
    files,
    run: |run, options, matches| run::run(run, options, &args::tap_of(matches)),
};

/// The files that a run reads.
#[expect(
    clippy::unnecessary_wraps,
    reason = "words of other commands can be wrong"
)]
fn files(matches: &ArgMatches) -> Result<Files> {
    let asked = args::tap_of(matches);
    let named = [
        (asked.config, "the configuration"),
        (asked.catalog, "the catalog"),
        (asked.state, "the state"),
    ];
    let named = named.into_iter();
    Ok(Files::reading(named.filter_map(|(path, what)| {
        path.map(|path| NamedFile::new(what, path))
    })))
}
