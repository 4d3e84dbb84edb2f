//! The jobs of this machine: which there are, how far they are, and the result
//! of their rows. Reads ledgers only; nothing is asked of the API.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::rows;
use super::store::{again, in_question_of};
use crate::bulk::ledger::{Job, JobState, Jobs, Ledger, LedgerRow};
use crate::bulk::report;
use crate::catalog::Object;
use crate::cli::Options;
use crate::commands::FAMILY;
use crate::error::{Error, Result};
use crate::filter::{Columns, Flow};
use crate::output::progress::grouped;
use crate::output::{Format, Shape};
use crate::ui::Run;
use crate::ui::printer::{Described, Printer};

/// Rows that are taken from a ledger at a time.
const AT_A_TIME: u64 = 1_000;

/// The jobs of this user.
pub(super) fn all(run: &Run) -> Result<Jobs> {
    Jobs::below(run.folders()?.state(), run.clock.clone())
}

/// Refuses a dry run of what sends nothing.
pub(super) fn nothing_to_rehearse(options: &Options) -> Result<()> {
    if options.dry_run.is_some() {
        return Err(Error::usage(
            "--dry-run shows what would be sent, and this command sends nothing",
        ));
    }
    Ok(())
}

/// Shows all jobs, the newest first.
pub(super) fn list(run: &mut Run, options: &Options) -> Result<()> {
    nothing_to_rehearse(options)?;
    let jobs = all(run)?;
    jobs.prune()?;
    let mut printer = Printer::prepare(run, options, Shape::Many, of(&report::JOB_OVERVIEW))?;
    let (known, unreadable) = jobs.list()?;
    for error in unreadable {
        run.reporter.note(&error.to_string());
    }
    for job in known {
        // It may have been removed since the folder was read.
        let Ok(ledger) = jobs.open(&job.id) else {
            continue;
        };
        if printer.record(&overview(&ledger, &job)?)? == Flow::Enough {
            break;
        }
    }
    if printer.finish()? == 0 && !options.output.count {
        run.reporter.done("there are no jobs");
    }
    Ok(())
}

/// Shows one job.
pub(super) fn status(run: &mut Run, options: &Options, word: &str) -> Result<()> {
    nothing_to_rehearse(options)?;
    let ledger = all(run)?.open(word)?;
    let job = ledger.job()?;
    let mut printer = Printer::prepare(run, options, Shape::One, of(&report::JOB_OVERVIEW))?;
    printer.record(&overview(&ledger, &job)?)?;
    printer.finish()?;
    Ok(())
}

/// A job, the rows of it that are at the API, and the next command for it.
fn overview(ledger: &Ledger, job: &Job) -> Result<String> {
    let at_api = if job.state.is_final() {
        0
    } else {
        ledger.rows_out()?
    };
    let next = next_command(job, ledger.worth_a_retry()?);
    Ok(report::job_overview(job, at_api, next.as_deref()))
}

/// The command that continues a job, or shows what went wrong in it. A retry
/// is offered only where the same rows can succeed.
fn next_command(job: &Job, worth_a_retry: u64) -> Option<String> {
    let counts = &job.counts;
    let bad: Vec<&str> = [
        ("failed", counts.failed),
        ("invalid", counts.invalid),
        ("unknown", counts.unknown),
    ]
    .into_iter()
    .filter(|(_, count)| *count > 0)
    .map(|(name, _)| name)
    .collect();
    match job.state {
        JobState::Ready | JobState::Stopped => Some(again(job, "resume")),
        // Another process works on it.
        JobState::Running => None,
        JobState::Done | JobState::Abandoned if worth_a_retry > 0 => Some(again(job, "retry")),
        JobState::Done | JobState::Abandoned if bad.is_empty() => None,
        JobState::Done | JobState::Abandoned => Some(format!(
            "rc bulk results {} --status {} -o csv",
            job.id,
            bad.join(",")
        )),
    }
}

/// What prints the record of a job.
pub(super) fn printer(run: &mut Run, options: &Options) -> Result<Printer> {
    Printer::prepare(run, options, Shape::One, of(&report::JOB))
}

fn of(object: &'static Object) -> Described {
    Described {
        object: Some(object),
        ..Described::default()
    }
}

/// Prints the record of a job.
pub(super) fn show(mut printer: Printer, job: &Job) -> Result<()> {
    printer.record(&report::job(job))?;
    printer.finish()?;
    Ok(())
}

/// Shows the result of each row: the columns of the input, and what was
/// detected beside them.
pub(super) fn results(
    run: &mut Run,
    options: &Options,
    word: &str,
    statuses: &[String],
) -> Result<()> {
    nothing_to_rehearse(options)?;
    let ledger = all(run)?.open(word)?;
    let header = ledger.subject()?.header;
    let has_columns = options.output.format.is_none_or(Format::has_columns);
    let keys = match &header {
        Some(header) => Some(report::columns(header)),
        None if has_columns => Some(keys(&ledger, statuses)?),
        None => None,
    };
    let described = Described {
        keys,
        ..Described::default()
    };
    let mut printer = Printer::prepare(run, options, Shape::Many, described)?;
    each(&ledger, statuses, |row| {
        printer.record(&report::record(header.as_deref(), row))
    })?;
    if printer.finish()? == 0 && !options.output.count {
        run.reporter.done("no rows");
    }
    Ok(())
}

/// All keys of the results where each row is an object with keys of its own;
/// those that results add come last.
fn keys(ledger: &Ledger, statuses: &[String]) -> Result<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    let mut seen = HashSet::new();
    each(ledger, statuses, |row| {
        if let Ok(columns) = Columns::from_record(&report::record(None, row)) {
            for column in columns.list() {
                let added = report::ADDED.contains(&column.name.as_str());
                if !added && seen.insert(column.name.clone()) {
                    names.push(column.name.clone());
                }
            }
        }
        Ok(Flow::More)
    })?;
    names.extend(report::ADDED.map(str::to_owned));
    Ok(names)
}

/// Hands on rows in order, until enough were taken.
pub(super) fn each(
    ledger: &Ledger,
    statuses: &[String],
    mut take: impl FnMut(&LedgerRow) -> Result<Flow>,
) -> Result<()> {
    let mut behind = 0;
    loop {
        let rows = ledger.rows_behind(behind, AT_A_TIME, statuses)?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        behind = last.n;
        for row in &rows {
            if take(row)? == Flow::Enough {
                return Ok(());
            }
        }
    }
}

/// Ends a job before its end.
pub(super) fn abandon(run: &mut Run, options: &Options, word: &str) -> Result<()> {
    nothing_to_rehearse(options)?;
    // Opening the output may block, so that the job is looked at afterwards.
    let printer = printer(run, options)?;
    let (ledger, job) = all(run)?.open(word)?.lock()?;
    if job.state.is_final() {
        run.reporter.note(&over(&job));
        return show(printer, &job);
    }
    let question = format!(
        "{} Abandon job {} in {}?",
        to_be_abandoned(&job, ledger.rows_out()?),
        job.id,
        in_question_of(&job)
    );
    run.confirm(options, &question)?;
    ledger.abandon()?;
    let job = ledger.job()?;
    if job.counts.unknown > 0 {
        let id = &job.id;
        run.reporter.note(&format!(
            "{} unknown, as the API may still carry them out: rc bulk results {id} --status unknown",
            are(job.counts.unknown)
        ));
    }
    show(printer, &job)
}

/// What it means to abandon a job of whose rows `out` are at the API.
fn to_be_abandoned(job: &Job, out: u64) -> String {
    let unsent = job.counts.open - out.min(job.counts.open);
    let mut text = format!(
        "{} of {} rows of {} have no result: {} sent no more",
        grouped(job.counts.open),
        grouped(job.counts.rows()),
        job.subject.operation,
        are(unsent)
    );
    if out > 0 {
        let _ = write!(
            text,
            ", {} at the API, which may still carry them out, and become unknown",
            are(out)
        );
    }
    text.push('.');
    text
}

/// So many rows, as the subject of a sentence.
fn are(count: u64) -> String {
    let verb = if count == 1 { "is" } else { "are" };
    format!("{} {verb}", rows(count))
}

/// That nothing more will happen with a job.
pub(super) fn over(job: &Job) -> String {
    let how = match job.state {
        JobState::Abandoned => "was abandoned",
        _ => "is done",
    };
    format!("job {} {how}; there is nothing left to do", job.id)
}

/// Shows what a job changes: for each row the fields that get another value.
pub(super) fn diff(run: &mut Run, options: &Options, word: &str) -> Result<()> {
    nothing_to_rehearse(options)?;
    let ledger = all(run)?.open(word)?;
    let (resource, operation) = ledger.operation()?;
    let mut printer = Printer::prepare(run, options, Shape::Many, of(&report::CHANGE))?;
    each(&ledger, &[], |row| {
        for change in report::changes(FAMILY.newest(), resource, operation, row) {
            if printer.record(&change)? == Flow::Enough {
                return Ok(Flow::Enough);
            }
        }
        Ok(Flow::More)
    })?;
    if printer.finish()? == 0 && !options.output.count {
        run.reporter
            .done("the ledger of this job has no old values to compare with");
    }
    Ok(())
}
