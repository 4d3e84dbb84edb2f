//! `rc openapi`: the catalog as an OpenAPI document.

mod run;
mod spec;

use super::{Command, no_files};

pub(super) const COMMAND: Command = Command {
    spec: spec::SPEC,
    files: no_files,
    run: |run, options, _| run::run(run, options),
};
