//! `rc bigcommerce …`: the operations of this API as commands.

mod spec;

use super::{Command, no_files, run_operation, verb_of};
use crate::catalog::ApiFamily;
use crate::catalog::bigcommerce::FAMILY;
use crate::error::Error;

pub(super) const COMMAND: Command = Command {
    spec: spec::SPEC,
    files: no_files,
    run: |run, options, matches| {
        let (name, inner) = verb_of(matches)?;
        let resource = family().resource(name);
        let resource = resource.ok_or_else(|| Error::usage(format!("there is no {name}")))?;
        run.family = family();
        run_operation(run, options, resource, inner)
    },
};

/// The API.
const fn family() -> &'static ApiFamily {
    &FAMILY
}
