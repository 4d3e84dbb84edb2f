//! `rc sync`: a copy of the store's tables, kept current.

mod args;
mod check;
mod place;
mod run;
mod spec;
mod status;
mod watcher;

use super::{Command, no_files};

pub(in crate::commands) use place::open_copy;

pub(super) const COMMAND: Command = Command {
    spec: spec::SPEC,
    files: no_files,
    run: |run, options, matches| {
        let inner = matches.subcommand().map_or(matches, |(_, inner)| inner);
        run.choose_family(options, args::source(inner))?;
        match matches.subcommand_name() {
            Some("status") => status::run(run, options, args::destination(inner)?.as_ref()),
            Some("check") => check::run(run, options, &args::sync_of(inner)?),
            _ => run::run(run, options, &args::sync_of(inner)?),
        }
    },
};
