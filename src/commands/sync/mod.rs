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
    run: |run, options, matches| match matches.subcommand() {
        Some(("status", inner)) => status::run(run, options, args::destination(inner)?.as_ref()),
        Some(("check", inner)) => check::run(run, options, &args::sync_of(inner)?),
        _ => run::run(run, options, &args::sync_of(matches)?),
    },
};
