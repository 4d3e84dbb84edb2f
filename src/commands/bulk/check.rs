//! `rc bulk check` and `rc bulk template`: what can be known of an input, and
//! of what belongs into it, before anything is sent. Neither needs a token.

use secrecy::ExposeSecret;
use serde_json::json;

use super::args::Work;
use super::pass::{self, Nothing};
use crate::bulk::shape;
use crate::catalog::{Bucket, Operation, Resource};
use crate::cli::Options;
use crate::commands::connect::Target;
use crate::commands::token;
use crate::error::{Error, Result};
use crate::output::{Format, Shape};
use crate::ui::Run;
use crate::ui::printer::{Described, Printer};

/// Reads and checks an input, and prints what it came to.
pub(super) fn check(run: &mut Run, options: &Options, work: &Work) -> Result<()> {
    let place = run.place(options)?;
    let mut printer = Printer::prepare(run, options, Shape::One, Described::default())?;
    let passed = pass::over(run, options, work, None, &mut Nothing)?;
    let time = passed.plan.shortest(bucket(run, &place));
    let mut record = json!({
        "operation": super::operation_id(work.resource, work.operation),
        "engine": work.engine.name(),
        "input": passed.input,
        "rows": passed.rows(),
        "invalid": passed.invalid,
        "blank": passed.blank,
        "left_out": passed.left_out + passed.unchanged,
        "batches": passed.plan.batches.len(),
        "requests": passed.plan.requests,
        // Tenths are more than can be known.
        "seconds": (time.as_secs_f64() * 10.0).round() / 10.0,
    });
    if !work.lookups.is_empty() {
        record["reads"] = passed.reads.into();
    }
    printer.record(&record.to_string())?;
    printer.finish()?;
    passed.verdict(work)
}

/// The bucket of the token at hand, else that of a plain one. Why there is no
/// token does not matter here.
fn bucket(run: &mut Run, place: &Target) -> Bucket {
    let found = if place.sandbox {
        None
    } else {
        let search = token::search(run, place).ok();
        search.and_then(|search| search.found.ok().flatten())
    };
    found.map_or_else(
        || super::store::bucket(place, ""),
        |(token, _)| super::store::bucket(place, token.expose_secret()),
    )
}

/// Prints the columns that an operation takes, and an example row.
pub(super) fn template(
    run: &mut Run,
    options: &Options,
    resource: &'static Resource,
    operation: &'static Operation,
) -> Result<()> {
    let asked = &options.output;
    let csv = matches!(asked.format, None | Some(Format::Csv));
    if !csv || asked.jq.is_some() || asked.columns.is_some() {
        return Err(Error::usage(
            "a template is always CSV; --out is the only output flag that works",
        )
        .hint("rc bulk reads TSV and NDJSON as well; the names of columns are the same"));
    }
    let (header, example) = shape::template(resource, operation);
    let mut writer = csv::Writer::from_writer(Vec::new());
    let written = writer
        .write_record(&header)
        .and_then(|()| writer.write_record(&example));
    let unwritten = |error: Box<dyn std::error::Error + Send + Sync>| {
        Error::unexpected("the template cannot be built").caused_by(error)
    };
    written.map_err(|error| unwritten(error.into()))?;
    let bytes = writer
        .into_inner()
        .map_err(|error| unwritten(error.to_string().into()))?;
    let text = String::from_utf8(bytes).map_err(|error| unwritten(error.into()))?;
    super::print(run, options, &text)
}
