//! `rc profile …`: settings for many stores.

mod args;
pub(super) mod defaults;
pub(super) mod run;
mod spec;

use super::{Command, no_files, verb_of};

pub(super) const COMMAND: Command = Command {
    spec: spec::SPEC,
    files: no_files,
    run: |run, options, matches| {
        let (verb, matches) = verb_of(matches)?;
        run::run(run, options, &args::profile_of(verb, matches))
    },
};
