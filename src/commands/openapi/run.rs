//! `rc openapi`: the catalogue as an OpenAPI document. Asks nothing of anyone.

use crate::cli::{Options, OutputOptions};
use crate::error::Result;
use crate::openapi;
use crate::output::{FileTarget, Format, Shape};
use crate::ui::Run;
use crate::ui::printer::{Described, Printer};

/// Prints the document: to the letter, unless a filter or a format asks for
/// something else to be made of it.
pub(in crate::commands) fn run(run: &mut Run, options: &Options) -> Result<()> {
    if to_the_letter(&options.output) {
        let (mut to, target) = FileTarget::open(options.output.out.as_deref(), run.stdout()?)?;
        to.text(&openapi::text())?;
        to.let_out()?;
        return target.commit();
    }
    let mut printer = Printer::prepare(run, options, Shape::One, Described::default())?;
    printer.record(&openapi::document().to_string())?;
    printer.finish()?;
    Ok(())
}

fn to_the_letter(asked: &OutputOptions) -> bool {
    asked.jq.is_none()
        && asked.columns.is_none()
        && matches!(asked.format, None | Some(Format::Json))
}
