//! A list that fails midway says how far it came and how to go on.

use super::printer::Printer;
use crate::cli::Options;
use crate::error::{Error, Kind};
use crate::pages::Pages;
use crate::request::quoted;

/// Adds the command that goes on from the first page that is not done with.
/// Nothing is said where nothing stays printed: with `--out` the file does not
/// appear, and a list that is gathered first is lost.
pub(super) fn hint(
    error: Error,
    options: &Options,
    call: &str,
    pages: &Pages,
    printer: &Printer,
) -> Error {
    let kept = options.output.out.is_none() && !options.output.slurp && printer.whole() > 0;
    let cursor = pages
        .resume()
        .filter(|cursor| !cursor.is_empty() && !pages.leads_in_a_circle());
    match cursor {
        Some(cursor) if kept && error.kind != Kind::Closed => {
            let records = printer.whole();
            let command = command(options, call, cursor);
            error.hint(format!(
                "{records} records were printed up to there; go on with: {command}"
            ))
        }
        _ => error,
    }
}

fn command(options: &Options, call: &str, cursor: &str) -> String {
    let mut words = vec!["rc".to_owned(), call.to_owned()];
    let mut flag = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            words.push(format!("{name} {}", quoted(value)));
        }
    };
    let output = &options.output;
    flag("--cursor", Some(cursor));
    flag("--profile", options.profile.as_deref());
    flag("--base-url", options.base_url.as_deref());
    flag("--api-version", options.api_version.as_deref());
    let ca_file = options.network.ca_file.as_deref();
    flag("--ca-file", ca_file.and_then(std::path::Path::to_str));
    flag("-o", output.format.map(crate::output::Format::name));
    flag("-c", output.columns.as_deref());
    flag("-q", output.jq.as_deref());
    let on_error = output.jq_errors.map(crate::cli::spelled);
    flag("--jq-errors", on_error);
    words.extend(output.variables.as_flags(quoted));
    for (name, given) in [
        ("--system-ca", options.network.system_ca),
        ("--sandbox", options.sandbox),
        ("-r", output.raw),
        ("--excel", output.excel),
    ] {
        if given {
            words.push(name.to_owned());
        }
    }
    words.join(" ")
}
