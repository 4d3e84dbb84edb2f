//! `rc theme migrate`: each call of the script endpoints, and what replaces it.

use clap::ArgMatches;
use recharge_theme::migrate::replacements;
use serde_json::json;

use super::check::counted;
use crate::cli::Options;
use crate::error::Result;
use crate::filter::Flow;
use crate::output::Shape;
use crate::ui::Run;
use crate::ui::printer::{Described, Printer};

pub(super) fn run(run: &mut Run, options: &Options, matches: &ArgMatches) -> Result<()> {
    let theme = super::open(&super::folder(matches))?;
    let found = replacements(&theme);
    let keys = ["file", "line", "column", "form", "engine", "twin", "note"];
    let mut printer = Printer::prepare(run, options, Shape::Many, Described::of_keys(&keys))?;
    for replacement in &found {
        let call = &replacement.call;
        let record = json!({
            "file": call.file,
            "line": call.line,
            "column": call.column,
            "form": call.form.name(),
            "engine": replacement.engine,
            "twin": replacement.twin,
            "note": replacement.note,
        });
        if printer.record(&record.to_string())? == Flow::Enough {
            break;
        }
    }
    printer.finish()?;
    let without = found
        .iter()
        .filter(|replacement| replacement.twin.is_none())
        .count();
    let message = match (found.len(), without) {
        (0, _) => "no calls of the script endpoints".to_owned(),
        (all, without) => format!(
            "{} of the script endpoints, {without} without a function in the vendor's client",
            counted(all, "call")
        ),
    };
    run.reporter.done(&message);
    Ok(())
}
