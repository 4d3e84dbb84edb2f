//! `--columns help`: the columns that a command can print.

use crate::catalog::Object;
use crate::cli::Options;
use crate::error::Result;
use crate::filter::Columns;
use crate::ui::Run;

/// Whether the columns are asked for instead of records.
pub(super) fn are_asked_for(options: &Options) -> bool {
    options.output.columns.as_deref() == Some("help")
}

/// Prints the names of the columns, one on each line; `included` are the related
/// objects that come with each record.
pub(super) fn print(run: &mut Run, object: &'static Object, included: &[&str]) -> Result<()> {
    let mut text = String::new();
    for column in Columns::all(object, included).list() {
        text.push_str(&column.name);
        text.push('\n');
    }
    run.print(&text)
}
