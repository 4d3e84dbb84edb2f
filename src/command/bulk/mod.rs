//! `rc bulk …`: a spreadsheet into the store. Wires the rooms of `bulk` to
//! what was typed, to the terminal and to the API.

mod check;
mod cut_off;
mod dry;
mod findings;
mod jobs;
mod pass;
mod start;
mod store;
mod work;

use super::Run;
use crate::catalog::{Operation, Resource};
use crate::cli::{Bulk, Options};
use crate::error::Result;
use crate::output::Target;
use crate::output::progress::grouped;

/// Does what was asked about many rows.
pub(super) fn run(run: &mut Run, options: &Options, asked: &Bulk) -> Result<()> {
    match asked {
        Bulk::Run(work, going) => start::run(run, options, work, *going),
        Bulk::Resume(job, going) => start::resume(run, options, job, *going),
        Bulk::Retry(job, going) => start::retry(run, options, job, *going),
        Bulk::Check(work) => check::check(run, options, work),
        Bulk::Template(resource, operation) => check::template(run, options, resource, operation),
        Bulk::List => jobs::list(run, options),
        Bulk::Status(job) => jobs::status(run, options, job),
        Bulk::Results(job, statuses) => jobs::results(run, options, job, statuses),
        Bulk::Abandon(job) => jobs::abandon(run, options, job),
    }
}

/// The name of an operation, as the catalogue and ledgers have it.
fn operation_id(resource: &Resource, operation: &Operation) -> String {
    format!("{}.{}", resource.name, operation.verb)
}

/// So many rows, in words.
fn rows(count: u64) -> String {
    match count {
        1 => "1 row".to_owned(),
        count => format!("{} rows", grouped(count)),
    }
}

/// Writes text to where `--out` says.
fn print(run: &mut Run, options: &Options, text: &str) -> Result<()> {
    let (mut to, target) = Target::open(options.output.out.as_deref(), run.stdout()?)?;
    to.text(text)?;
    to.let_out()?;
    target.commit()
}
