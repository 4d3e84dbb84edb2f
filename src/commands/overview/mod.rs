//! `rc customers overview`: all that matters about a customer, at once.

mod run;
mod screen;
mod spec;

use super::{Command, no_files};

pub(super) const COMMAND: Command = Command {
    spec: spec::SPEC,
    files: no_files,
    run: |run, options, matches| {
        let word = matches.get_one::<String>(spec::TARGET).cloned();
        self::run::run(run, options, &word.unwrap_or_default())
    },
};
