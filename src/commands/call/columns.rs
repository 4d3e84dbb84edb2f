//! `--columns help`: the columns that an operation can print.

use super::args::Call;
use crate::catalog::ParameterRole;
use crate::error::{Error, Result};
use crate::ui::Run;
use crate::ui::printer::{Described, list_columns};

/// Prints the names of the columns, one on each line.
pub(super) fn help(run: &mut Run, call: &Call) -> Result<()> {
    let Some(object) = call.operation.response.object() else {
        return Err(Error::usage("this command prints no records"));
    };
    let included = call
        .given
        .iter()
        .filter(|(parameter, _)| parameter.role == ParameterRole::Include);
    let described = Described {
        object: Some(object),
        includes: included.flat_map(|(_, words)| words.clone()).collect(),
        ..Described::default()
    };
    list_columns(run, &described)
}
