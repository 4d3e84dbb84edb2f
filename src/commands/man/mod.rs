//! `rc man`: manual pages of the command line.

mod args;
mod run;
mod spec;

use super::{Command, no_files};

pub(super) const COMMAND: Command = Command {
    spec: spec::SPEC,
    files: no_files,
    run: |run, options, matches| run::run(run, options, &args::manual_of(matches)),
};
