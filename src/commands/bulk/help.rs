//! What the help of `rc bulk` says.

use std::fmt::Write as _;

use crate::bulk::Engine;
use crate::catalog::{Effect, Operation, Resource, kebab};
use crate::commands::FAMILY;

use super::args::{named, writes};

/// One line about `rc bulk`.
pub(crate) const ABOUT: &str = "A spreadsheet into the store, each row exactly once";

/// The first lines of its long help.
pub(super) const LONG_ABOUT: &str = "\
A spreadsheet into the store, each row exactly once.

The whole file is read and checked before anything is sent. Then every row is
carried out: by async batches where the API has them for the operation, else
by a request each, within the rate limit. The job is kept on this machine, so
that it can go on after an interruption, whatever it was; no row is carried out
twice.";

pub(super) const TEMPLATE_ABOUT: &str = "Print a header with every column, and an example row";
pub(super) const CHECK_ABOUT: &str = "Read and check a file, and send nothing";
pub(super) const LIST_ABOUT: &str = "List the jobs of this machine, newest first";
pub(super) const STATUS_ABOUT: &str = "Show a job";
pub(super) const RESUME_ABOUT: &str = "Go on with a job that was left";
pub(super) const RESULTS_ABOUT: &str = "Show what became of each row";
pub(super) const RETRY_ABOUT: &str = "Make a new job of the rows that failed, and run it";
pub(super) const ABANDON_ABOUT: &str = "End a job before its end";

pub(super) const APPLY_ABOUT: &str = "Carry out a plan";
pub(super) const DIFF_ABOUT: &str = "Show what a job changes, field by field";
pub(super) const UNDO_ABOUT: &str = "Take back what a job did";

pub(super) const APPLY_LONG: &str = "\
Carry out a plan that --plan wrote. Rows may be deleted from it and sorted; a
plan in which anything else was altered, or of another store, is refused. An
object that was changed since the plan was made is left as it is, and its row
fails.";

pub(super) const DIFF_LONG: &str = "\
Show what a job changes, field by field: the values before, and those after, or
those that will be sent. Reads the ledger of the job, not the store.";

pub(super) const UNDO_LONG: &str = "\
Take back what a job did, as a new job. It uses the old values in the ledger of
the job; the input is not needed. An object that was changed since is left as it
is, and its row fails. docs/undo.md says what each verb restores.";

pub(super) const APPLY: &str = "\
Example:
  rc bulk apply raise.csv";

pub(super) const DIFF: &str = "\
Example:
  rc bulk diff k3f9xq";

pub(super) const UNDO: &str = "\
Exit code 7 says that rows failed: rc bulk results shows which were changed
meanwhile.

Example:
  rc bulk undo k3f9xq";

pub(super) const RESULTS_LONG: &str = "\
Show what became of each row: the columns of the input, and beside them _line,
_status (open, ok, failed, invalid, unknown), _id, _http_status and _error.

Columns that begin with _ are left out when a file is read, so the failed rows
are an input again, with the flags that the file was run with.";

pub(super) const RETRY_LONG: &str = "\
Make a new job of the rows that failed, and run it. Rows of which it is unknown
whether they were carried out are not among them: look at the store first.";

pub(super) const ABANDON_LONG: &str = "\
End a job before its end: nothing more of it is sent, and what was done stays
done. Rows that are at the API become unknown, as it may still carry them out.";

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
It goes on where the job stands, in the store that it was begun in. No row is
carried out twice.

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
    let mut text = format!("{}: for every row of a file.", operation.summary);
    match operation.batch {
        Some(batch) => {
            let _ = write!(
                text,
                "\n\nRows become tasks of async batches ({}), which the API works off in the \
                 background. --engine requests sends a request for each row instead.",
                batch.kind
            );
        }
        None => text.push_str(
            "\n\nA request is sent for each row, as fast as the rate limit of the token allows.",
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
        "\nExit code 2 says that nothing was sent, 7 that rows failed, 130 that it was left \
         before its end: rc bulk resume goes on.",
    );
    text
}

/// The last lines of the help of a check.
pub(super) fn check(resource: &Resource, operation: &Operation) -> String {
    let (named, file) = (named(resource, operation), file(resource));
    format!(
        "{}\nExit code 2 says that rows are wrong; 0 that none is, or that they are to be \
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
    let holes = operation
        .path_parameters
        .iter()
        .map(|hole| hole.name.to_owned());
    let fields = operation
        .flags()
        .filter(|parameter| parameter.required && parameter.unless.is_empty())
        .map(|parameter| parameter.name.to_owned());
    let needed: Vec<String> = holes.chain(fields).collect();
    if needed.is_empty() {
        return "Columns are named as flags or as fields of the API; rc bulk template shows all.\n"
            .to_owned();
    }
    format!(
        "Columns are named as flags or as fields of the API; rc bulk template shows all.\n\
         Needed: {}\n",
        needed.join(", ")
    )
}
