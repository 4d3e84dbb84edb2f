//! `rc api`: any request, to any path, of any version.

mod args;
mod run;
mod spec;

use super::collision::Files;
use super::{Command, at_file};

pub(super) const COMMAND: Command = Command {
    spec: spec::SPEC,
    files: |matches| {
        let body = args::free(matches)?.body;
        Ok(Files::reading(body.iter().filter_map(|word| at_file(word))))
    },
    run: |run, options, matches| run::run(run, options, &args::free(matches)?),
};
