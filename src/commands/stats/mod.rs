//! `rc stats`: a list, counted and added up.

mod args;
mod run;
mod spec;

pub(in crate::commands) use run::as_picture;
pub(in crate::commands) use spec::zone;

use super::collision::Files;
use super::{Command, call, verb_of};

pub(super) const COMMAND: Command = Command {
    spec: spec::SPEC,
    files: |matches| {
        let (name, matches) = verb_of(matches)?;
        Ok(Files::reading(call::files(
            &args::stats_of(name, matches)?.call,
        )))
    },
    run: |run, options, matches| {
        let (name, matches) = verb_of(matches)?;
        run::run(run, options, &args::stats_of(name, matches)?)
    },
};
