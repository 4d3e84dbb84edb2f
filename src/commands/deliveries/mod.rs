//! `rc deliveries …`: what was handed to local programs, and how they answered.

mod args;
mod run;
mod spec;

use super::{Command, no_files, verb_of};

pub(super) const COMMAND: Command = Command {
    spec: spec::SPEC,
    files: no_files,
    run: |run, options, matches| {
        let (verb, matches) = verb_of(matches)?;
        run::run(run, options, args::deliveries_of(verb, matches)?)
    },
};
