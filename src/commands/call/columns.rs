//! `--columns help`: the columns that an operation can print.

use super::args::Call;
use crate::catalog::ParameterRole;
use crate::error::{Error, Result};
use crate::filter::Columns;
use crate::ui::Run;

/// Prints the names of the columns, one on each line.
pub(super) fn help(run: &mut Run, call: &Call) -> Result<()> {
    let Some(object) = call.operation.response.object() else {
        return Err(Error::usage("this command prints no records"));
    };
    let mut text = String::new();
    let included = call
        .given
        .iter()
        .filter(|(parameter, _)| parameter.role == ParameterRole::Include);
    let included: Vec<&str> = included
        .flat_map(|(_, words)| words.iter().map(String::as_str))
        .collect();
    for column in Columns::all(object, &included).list() {
        text.push_str(&column.name);
        text.push('\n');
    }
    run.print(&text)
}
