//! `rc events tail|changes`: what happens, and what happened to an object.

mod args;
mod run;
mod spec;

use super::{Command, no_files};

pub(super) const TAIL: Command = Command {
    spec: spec::TAIL,
    files: no_files,
    run: |run, options, matches| run::tail(run, options, &args::tail_of(matches)),
};

pub(super) const CHANGES: Command = Command {
    spec: spec::CHANGES,
    files: no_files,
    run: |run, options, matches| run::changes(run, options, &args::changes_of(matches)),
};
