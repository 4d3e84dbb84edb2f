//! Dry runs: a request in print, in the form that was asked for.

use serde_json::json;

use crate::api::request::{self, Request};
use crate::cli::{DryRun, Options};
use crate::commands::connect::Target;
use crate::commands::difference::{self, FieldDifference};
use crate::error::{Error, Result};
use crate::output::Format;

/// Refuses flags that a dry run would have to ignore.
pub(super) fn check(options: &Options, form: DryRun) -> Result<()> {
    if form == DryRun::Diff {
        return Err(Error::usage(
            "--dry-run=diff works with the verbs update and edit of a resource",
        )
        .hint("--dry-run prints the request"));
    }
    check_flags(options, form)
}

/// As [`check`], for commands that support every form.
pub(super) fn check_flags(options: &Options, form: DryRun) -> Result<()> {
    let asked = &options.output;
    let ignored = [
        ("--out", asked.out.is_some()),
        ("--jq", asked.jq.is_some()),
        ("--columns", asked.columns.is_some()),
        (
            "--output",
            asked
                .format
                .is_some_and(|format| format.has_columns() || form == DryRun::Curl),
        ),
    ];
    match ignored.into_iter().find(|(_, given)| *given) {
        Some((flag, _)) => Err(
            Error::usage(format!("{flag} cannot be used with this dry run")).hint(
                "it prints text, with -o json one JSON object per request, with =curl a command",
            ),
        ),
        None => Ok(()),
    }
}

/// What a request would change of an object, in print.
pub(super) fn difference(
    request: &Request,
    target: &str,
    changes: &[FieldDifference],
    options: &Options,
) -> String {
    let (method, path) = (request.method.name(), &request.path);
    if let Some(Format::Json | Format::Ndjson) = options.output.format {
        let changes = difference::as_json(changes);
        let record = json!({"target": target, "method": method, "path": path, "changes": changes});
        return format!("{record}\n");
    }
    if changes.is_empty() {
        return format!("{method} {path}\n  (no field changes)\n");
    }
    format!("{method} {path}\n{}", difference::as_text(changes))
}

/// The request in print, with the line end that belongs to it.
pub(super) fn print(request: &Request, options: &Options, place: &Target, form: DryRun) -> String {
    match (form, options.output.format) {
        (DryRun::Curl, _) => request::as_curl(request, place.printed()) + "\n",
        (DryRun::Request | DryRun::Diff, Some(Format::Json | Format::Ndjson)) => {
            request::as_json(request, place.printed()) + "\n"
        }
        (DryRun::Request | DryRun::Diff, _) => request::as_text(request, place.printed()),
    }
}
