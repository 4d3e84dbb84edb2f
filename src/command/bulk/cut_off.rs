//! Messages about a job that was cut off before its end: how many rows are
//! done, failed, unknown and left, how many the API has, and how to continue.

use super::store::again;
use crate::bulk::Engine;
use crate::bulk::ledger::{Counts, Job, Ledger, Stage};
use crate::cli::Going;
use crate::error::{Error, Kind, Result};
use crate::output::progress::grouped;

/// Rows by their results, in words.
pub(super) fn counted(counts: &Counts) -> String {
    format!(
        "{} done, {} failed, {} unknown, {} left",
        grouped(counts.ok),
        grouped(counts.failed),
        grouped(counts.unknown),
        grouped(counts.open)
    )
}

/// The command that continues the job, as a hint.
pub(super) fn go_on(job: &Job) -> String {
    format!("go on with: {}", again(job, "resume"))
}

/// The error of a job that the user left before its end.
pub(super) fn detached(ledger: &Ledger, job: &Job, going: Going) -> Error {
    let counts = &job.counts;
    let rows = counts.rows() - counts.invalid;
    let (ended, rows) = (grouped(rows - counts.open), grouped(rows));
    let mut message = format!("detached: {ended} of {rows} rows have their result");
    if job.subject.engine == Engine::Batches {
        message.push_str("; batches that were started go on at the API");
    }
    let error = Error::new(Kind::Interrupted, message).hint(counted(counts));
    match handed_over(ledger, job, going) {
        Some(Handed { rows, of }) => error.hint(told(rows, of)).hint(go_on(job)),
        None => error.hint(go_on(job)),
    }
}

/// The error of a job that something stopped. With `--no-wait` it says how many
/// rows the API has, which is part of the work.
pub(super) fn stopped(error: Error, ledger: &Ledger, job: &Job, going: Going) -> Error {
    let error = match handed_over(ledger, job, going) {
        Some(Handed { rows, of }) if rows > 0 => {
            let message = format!("{}: {error}", told(rows, of));
            let partial = Error::new(Kind::Partial, message);
            error.hints.into_iter().fold(partial, Error::hint)
        }
        Some(Handed { rows, of }) => error.hint(told(rows, of)),
        None => error,
    };
    error.hint(counted(&job.counts)).hint(go_on(job))
}

/// Checks that the API has all rows of a job.
///
/// # Errors
/// Of kind `Partial`: it has some of them only.
pub(super) fn all_handed_over(ledger: &Ledger, job: &Job) -> Result<()> {
    let Handed { rows, of } = handed(ledger)?;
    if rows == of {
        return Ok(());
    }
    Err(Error::new(Kind::Partial, told(rows, of)).hint(go_on(job)))
}

/// Rows that the API has, of those that are sent.
struct Handed {
    rows: u64,
    of: u64,
}

fn told(rows: u64, of: u64) -> String {
    format!(
        "{} of {} rows were handed over to the API, {} were not",
        grouped(rows),
        grouped(of),
        grouped(of - rows)
    )
}

/// What matters where nobody waits for results.
fn handed_over(ledger: &Ledger, job: &Job, going: Going) -> Option<Handed> {
    if going.wait || job.subject.engine != Engine::Batches {
        return None;
    }
    handed(ledger).ok()
}

fn handed(ledger: &Ledger) -> Result<Handed> {
    let mut handed = Handed { rows: 0, of: 0 };
    for batch in ledger.batches()? {
        handed.of += batch.rows;
        if batch.stage >= Stage::Running {
            handed.rows += batch.rows;
        }
    }
    Ok(handed)
}
