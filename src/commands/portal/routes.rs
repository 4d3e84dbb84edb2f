//! `rc portal routes`: the routes, where each is from, and where else it can be
//! done.

use serde_json::json;

use crate::catalog::portal::API;
use crate::catalog::{Parameter, kebab};
use crate::cli::Options;
use crate::error::{Error, Result};
use crate::output::Shape;
use crate::ui::Run;
use crate::ui::printer::{Described, Printer};

/// The keys of the table.
const COLUMNS: &[&str] = &["method", "path", "admin", "source"];

/// The keys of each record.
const KEYS: &[&str] = &[
    "method", "path", "summary", "admin", "sdk", "source", "template", "body",
];

pub(super) fn run(run: &mut Run, options: &Options) -> Result<()> {
    if options.dry_run.is_some() {
        return Err(Error::usage(
            "--dry-run shows what would be sent, and this command sends nothing",
        ));
    }
    let described = Described::of_keys(COLUMNS);
    let mut printer = Printer::prepare(run, options, Shape::Many, described)?;
    for (_, row) in API.operations() {
        let twin = row.twin;
        let admin = twin.and_then(|twin| twin.admin?.split_once('.'));
        let admin = admin.map(|(resource, verb)| format!("rc {} {}", kebab(resource), kebab(verb)));
        let body: Vec<String> = row.body.iter().map(named).collect();
        let values = [
            json!(row.method.name()),
            json!(row.path),
            json!(row.summary),
            json!(admin),
            json!(twin.and_then(|twin| twin.sdk)),
            json!(row.source.name()),
            json!(row.template),
            json!(body),
        ];
        let record: serde_json::Map<_, _> = KEYS
            .iter()
            .map(|key| (*key).to_owned())
            .zip(values)
            .collect();
        printer.record(&serde_json::Value::Object(record).to_string())?;
    }
    printer.finish()?;
    Ok(())
}

/// A field of a body; a star marks those that must be sent.
fn named(field: &Parameter) -> String {
    let star = if field.required { "*" } else { "" };
    format!("{}{star}", field.name)
}
