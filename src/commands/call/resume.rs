//! A list that fails midway says how far it came and how to continue.

use std::time::Duration;

use crate::api::pages::Pages;
use crate::api::request::quoted;
use crate::cli::{ErrorForm, Options, OutputOptions, Paging};
use crate::config::{Colour, NetworkFlags};
use crate::error::{Error, Kind};
use crate::ui::printer::Printer;

/// Adds the command that continues from the first page that is not done with.
/// Nothing is said where nothing stays printed: with `--out` the file does not
/// appear, and a list that is gathered first is lost.
pub(in crate::commands) fn hint(
    error: Error,
    options: &Options,
    (call, paging): (&str, Paging),
    pages: &Pages,
    printer: &Printer,
) -> Error {
    let out = options.output.out.as_deref();
    let to_stdout = out.is_none_or(|path| path.as_os_str() == "-");
    let gathers = options.output.slurp || options.output.count;
    let kept = to_stdout && !gathers && printer.whole() > 0;
    let cursor = pages
        .resume()
        .filter(|cursor| !cursor.is_empty() && !pages.is_endless());
    match cursor {
        Some(cursor) if kept && error.kind != Kind::Closed => {
            let records = printer.whole();
            let left = Paging {
                limit: paging
                    .limit
                    .map(|limit| limit.saturating_sub(printer.taken())),
                ..paging
            };
            let command = command(options, left, call, cursor);
            error.hint(format!(
                "{records} records were printed up to there; continue with: {command}"
            ))
        }
        _ => error,
    }
}

/// The command with everything that changes what is printed or how it is
/// fetched. Filters and order are part of the cursor. Every option is named
/// here, so that a new one is decided about.
fn command(options: &Options, paging: Paging, call: &str, cursor: &str) -> String {
    let Options {
        output,
        colour,
        errors,
        sandbox,
        base_url,
        store_hash,
        api_version,
        network,
        profile,
        max_retries,
        max_time,
        // Of no effect on a list, or only on what is shown besides it. A trace
        // would take the place of the one that was written.
        dry_run: _,
        yes: _,
        fail_fast: _,
        verbose: _,
        trace: _,
    } = options;
    let OutputOptions {
        format,
        jq,
        variables,
        jq_errors,
        raw,
        columns,
        excel,
        no_headers,
        all_columns,
        // Where they are given, there is no hint.
        slurp: _,
        count: _,
        out: _,
    } = output;
    let NetworkFlags {
        ca_file,
        system_ca,
        timeout,
    } = network;
    let Paging { limit, page_size } = paging;
    let span = |span: &Option<Duration>| span.map(|span| format!("{}ms", span.as_millis()));
    let number = |number: Option<u64>| number.map(|number| number.to_string());
    let ca_file = ca_file.as_deref().and_then(std::path::Path::to_str);
    let colour = match colour {
        Colour::Auto => None,
        Colour::Always => Some("always"),
        Colour::Never => Some("never"),
    };
    let errors = errors.map(|form| match form {
        ErrorForm::Text => "text",
        ErrorForm::Json => "json",
    });
    let mut words = vec!["rc".to_owned(), call.to_owned()];
    for (name, value) in [
        ("--cursor", Some(cursor)),
        ("--limit", number(limit).as_deref()),
        ("--page-size", number(page_size.map(u64::from)).as_deref()),
        ("--profile", profile.as_deref()),
        ("--base-url", base_url.as_deref()),
        ("--store-hash", store_hash.as_deref()),
        ("--api-version", api_version.as_deref()),
        ("--ca-file", ca_file),
        ("--timeout", span(timeout).as_deref()),
        (
            "--max-retries",
            number(max_retries.map(u64::from)).as_deref(),
        ),
        ("--max-time", span(max_time).as_deref()),
        ("-o", format.map(crate::output::Format::name)),
        ("-c", columns.as_deref()),
        ("-q", jq.as_deref()),
        ("--jq-errors", jq_errors.map(crate::cli::spelled)),
        ("--color", colour),
        ("--errors", errors),
    ] {
        if let Some(value) = value {
            words.push(format!("{name} {}", quoted(value)));
        }
    }
    words.extend(variables.as_flags(quoted));
    for (name, given) in [
        ("--system-ca", *system_ca),
        ("--sandbox", *sandbox),
        ("-r", *raw),
        ("--excel", *excel),
        ("--no-headers", *no_headers),
        ("--all-columns", *all_columns),
    ] {
        if given {
            words.push(name.to_owned());
        }
    }
    words.join(" ")
}
