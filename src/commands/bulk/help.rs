//! The help texts of `rc bulk`.

use std::fmt::Write as _;

use crate::bulk::Engine;
use crate::catalog::{Effect, Operation, Resource, kebab};
use crate::commands::FAMILY;

use super::args::{named, writes};

/// One line about `rc bulk`.
pub(crate) const ABOUT: &str = "Import a spreadsheet, each row exactly once";

/// The first lines of its long help.
pub(super) const LONG_ABOUT: &str = "\
Import a spreadsheet, each row exactly once.

The whole file is read and checked before anything is sent. Then the rows are
sent: as async batches where the API has them for the operation, else as one
request per row, within the rate limit. The job is saved on this machine, so
that it can be resumed after any interruption. No row is carried out twice.";

pub(super) const TEMPLATE_ABOUT: &str = "Print a header with every column, and an example row";
pub(super) const CHECK_ABOUT: &str = "Check a file without sending anything";
pub(super) const LIST_ABOUT: &str = "List the jobs of this machine, newest first";
pub(super) const STATUS_ABOUT: &str = "Show a job";
pub(super) const RESUME_ABOUT: &str = "Resume a job that was interrupted";
pub(super) const RESULTS_ABOUT: &str = "Show the result of each row";
pub(super) const RETRY_ABOUT: &str = "Retry the failed rows as a new job";
pub(super) const ABANDON_ABOUT: &str = "Abandon a job: send nothing more of it";

pub(super) const APPLY_ABOUT: &str = "Apply a plan";
pub(super) const DIFF_ABOUT: &str = "Show what a job changes, field by field";
pub(super) const UNDO_ABOUT: &str = "Undo a job";

pub(super) const APPLY_LONG: &str = "\
Apply a plan that --plan wrote. Rows may be deleted from it and sorted. A plan
with any other change, or a plan of another store, is refused. An object that
was changed after the plan was created is not touched, and its row fails.";

pub(super) const DIFF_LONG: &str = "\
Show what a job changes, field by field: the values before it, and the values
after it or the values still to be sent. Reads the ledger of the job, not the
store.";

pub(super) const UNDO_LONG: &str = "\
Undo a job with a new job. It restores the old values from the ledger of the job;
the input is not needed. An object that was changed since is not touched, and its
row fails. docs/undo.md lists what an undo restores for each verb.";

pub(super) const APPLY: &str = "\
Example:
  rc bulk apply raise.csv";

pub(super) const DIFF: &str = "\
Example:
  rc bulk diff k3f9xq";

pub(super) const UNDO: &str = "\
Exit code 7 means that rows failed: rc bulk results shows which objects were
changed meanwhile.

Example:
  rc bulk undo k3f9xq";

pub(super) const RESULTS_LONG: &str = "\
Show the result of each row: the columns of the input, and the columns _line,
_status (open, ok, failed, invalid, unknown), _id, _http_status and _error.

Columns that begin with _ are ignored when a file is read, so the failed rows
can be used as an input again, with the same flags.";

pub(super) const RETRY_LONG: &str = "\
Retry the failed rows as a new job. Rows with an unknown result are not sent
again: check the store first.";

pub(super) const ABANDON_LONG: &str = "\
Abandon a job: nothing more of it is sent, and nothing is undone. The result of
rows that are at the API becomes unknown, as it may still carry them out.";

pub(super) const TEMPLATE: &str = "\
Example:
  rc bulk template discounts create > spring.csv";

pub(super) const CHECK: &str = "\
Examples:
  rc bulk check discounts create spring.csv
  rc bulk check subscriptions update prices.csv --report wrong.csv";

pub(super) const LIST: &str = "\
Jobs are kept for 30 days after their end.

Examples:
  rc bulk list
  rc bulk list --jq 'select(.failed > 0) | .id' -r";

pub(super) const STATUS: &str = "\
Example:
  rc bulk status k3f9xq";

pub(super) const RESUME: &str = "\
Continues the job where it was interrupted, in the store that it was started in.
No row is carried out twice.

Example:
  rc bulk resume k3f9xq";

pub(super) const RESULTS: &str = "\
Examples:
  rc bulk results k3f9xq -o csv > results.csv
  rc bulk results k3f9xq --status failed,unknown -o csv";

pub(super) const RETRY: &str = "\
Example:
  rc bulk retry k3f9xq";

pub(super) const ABANDON: &str = "\
Example:
  rc bulk abandon k3f9xq";

/// The last lines of the help of `rc bulk`: its resources, and examples.
pub(super) fn bulk() -> String {
    const WIDEST: usize = 76;
    let mut text = "Resources:\n ".to_owned();
    let mut width = 1;
    let mut names = FAMILY
        .newest()
        .resources
        .iter()
        .filter(|resource| resource.operations.iter().copied().any(writes))
        .map(|resource| kebab(resource.name))
        .peekable();
    while let Some(mut name) = names.next() {
        if names.peek().is_some() {
            name.push(',');
        }
        if width + name.len() + 1 > WIDEST {
            text.push_str("\n ");
            width = 1;
        }
        width += name.len() + 1;
        let _ = write!(text, " {name}");
    }
    text.push_str(
        "\n\nExamples:
  rc bulk template discounts create > spring.csv
  rc bulk check discounts create spring.csv
  rc bulk discounts create spring.csv
  rc bulk subscriptions cancel leavers.csv --const cancellation_reason=moved
  rc bulk list

rc bulk <resource> --help lists the verbs of a resource.",
    );
    text
}

/// The first lines of the long help of a run.
pub(super) fn long_about(operation: &Operation) -> String {
    let mut text = format!("{}: once for each row of a file.", operation.summary);
    match operation.batch {
        Some(batch) => {
            let _ = write!(
                text,
                "\n\nRows become tasks of async batches ({}), which the API runs in the \
                 background. --engine requests sends one request per row instead.",
                batch.kind
            );
        }
        None => text.push_str(
            "\n\nOne request is sent per row, as fast as the rate limit of the token allows.",
        ),
    }
    text
}

/// The last lines of the help of a run.
pub(super) fn run(resource: &Resource, operation: &Operation) -> String {
    let (named, file) = (named(resource, operation), file(resource));
    let mut text = columns(operation);
    let _ = write!(
        text,
        "\nExamples:\n  rc bulk template {named} > {file}\n  rc bulk {named} {file}\n  \
         rc bulk {named} {file} --skip-invalid --report wrong.csv"
    );
    if let Some(scope) = operation.scope {
        let _ = write!(text, "\n\nThe token needs the scope {scope}");
        if Engine::of(operation) == Engine::Batches {
            text.push_str(", and write_batches for async batches");
        }
        text.push('.');
    }
    if operation.effect == Effect::Destroys {
        text.push_str("\nIt asks for confirmation, or needs --yes.");
    }
    text.push_str(
        "\nExit code 2: nothing was sent. 7: rows failed. 130: interrupted; rc bulk resume \
         continues.",
    );
    text
}

/// The last lines of the help of a check.
pub(super) fn check(resource: &Resource, operation: &Operation) -> String {
    let (named, file) = (named(resource, operation), file(resource));
    format!(
        "{}\nExit code 2: rows are invalid. 0: all rows are valid, or invalid rows are \
         skipped.\n\nExamples:\n  rc bulk check {named} {file}\n  \
         rc bulk check {named} {file} --report wrong.csv",
        columns(operation)
    )
}

/// The last lines of the help of a template.
pub(super) fn template(resource: &Resource, operation: &Operation) -> String {
    let (named, file) = (named(resource, operation), file(resource));
    format!("Example:\n  rc bulk template {named} > {file}")
}

/// A file name for examples.
fn file(resource: &Resource) -> String {
    format!("{}.csv", kebab(resource.name))
}

/// The columns that a file must have, by their names in the API.
fn columns(operation: &Operation) -> String {
    let path_parameters = operation
        .path_parameters
        .iter()
        .map(|path_parameter| path_parameter.name.to_owned());
    let fields = operation
        .flags()
        .filter(|parameter| parameter.required && parameter.unless.is_empty())
        .map(|parameter| parameter.name.to_owned());
    let needed: Vec<String> = path_parameters.chain(fields).collect();
    if needed.is_empty() {
        return "Columns are named as flags or as fields of the API; rc bulk template shows all.\n"
            .to_owned();
    }
    format!(
        "Columns are named as flags or as fields of the API; rc bulk template shows all.\n\
         Required: {}\n",
        needed.join(", ")
    )
}
