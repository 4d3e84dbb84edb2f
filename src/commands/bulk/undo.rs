//! `rc bulk undo JOB`: a new job that takes back what a job did, from what its
//! ledger has of each row.

use std::collections::BTreeMap;

use super::args::Going;
use super::selecting::begin;
use super::start::{self, Announced, SpecialRows};
use super::store::{Store, again, place_of};
use super::{jobs, rows};
use crate::bulk::Engine;
use crate::bulk::ledger::{DraftLedger, Guard, Job, JobState, JobSubject, Jobs, PlannedRow};
use crate::bulk::undo::{self, Reversal, RowUndo};
use crate::catalog::{Operation, UndoBy};
use crate::cli::Options;
use crate::commands::FAMILY;
use crate::error::{Error, Result};
use crate::filter::Flow;
use crate::output::progress::grouped;
use crate::ui::Run;

/// Puts the steps that take a row back into a ledger.
fn add(draft: &mut DraftLedger<'_>, line: u64, input: &str, reversal: Reversal) -> Result<()> {
    let mut steps = reversal.steps.into_iter();
    let Some(first) = steps.next() else {
        return Ok(());
    };
    let expected = reversal.expected;
    draft.add_planned(&PlannedRow {
        operation: Some(first.operation),
        expected: expected.map(|values| serde_json::Value::Object(values).to_string()),
        wanted: reversal.wanted.map(|wanted| wanted.to_string()),
        later: steps.collect(),
        ..PlannedRow::of(line, input, &first.task)
    })
}

/// Takes back a job; `force` overwrites what changed since.
pub(super) fn run(
    run: &mut Run,
    options: &Options,
    word: &str,
    force: bool,
    going: Going,
) -> Result<()> {
    if options.dry_run.is_some() {
        return Err(Error::usage("--dry-run cannot be used with undo")
            .hint("rc bulk diff shows the values that an undo restores"));
    }
    start::may_leave(Engine::Requests, going)?;
    let jobs = jobs::all(run)?;
    let (old, job) = jobs.open(word)?.lock()?;
    may_be_undone(&jobs, &job)?;
    let (resource, operation) = old.operation()?;
    if let UndoBy::Never(why) = operation.undo.by {
        return Err(
            Error::usage(format!("job {} cannot be undone: {why}", job.id))
                .hint(format!("its rows: rc bulk results {}", job.id)),
        );
    }
    let place = place_of(run, options, &job)?;
    let mut store = Store::at(run, place)?;
    for step in operation.undo.list() {
        if let Some((_, operation)) = undo::operation_of(FAMILY.newest(), resource, step.operation)
        {
            store.prepare(run, operation, Engine::Requests)?;
        }
    }
    store.check(run, &job)?;
    let mut draft = jobs.begin(JobSubject {
        engine: Engine::Requests,
        input: format!("undo of {}", job.id),
        store: store.whereabouts(),
        guard: if force { Guard::Note } else { Guard::Compare },
        undoes: Some(job.id.clone()),
        ..job.subject.clone()
    })?;
    let (mut planned, mut impossible) = (0, 0);
    let put_back = operation.undo.beside.iter();
    let mut beside: BTreeMap<&str, u64> = put_back.map(|one| (one.operation, 0)).collect();
    let statuses = ["ok".to_owned(), "unknown".to_owned()];
    jobs::each(&old, &statuses, |row| {
        match undo::reversal(FAMILY.newest(), resource, operation, row) {
            RowUndo::Nothing => {}
            RowUndo::Impossible(why) => {
                impossible += 1;
                draft.add_invalid(row.line, &row.input, &format!("it cannot be undone: {why}"))?;
            }
            RowUndo::Steps(reversal) => {
                planned += 1;
                count_beside(&mut beside, &reversal);
                add(&mut draft, row.line, &row.input, reversal)?;
            }
        }
        Ok(Flow::More)
    })?;
    if impossible > 0 {
        run.reporter.note(&format!(
            "{} cannot be undone; rc bulk results of the undo says why",
            rows(impossible)
        ));
    }
    if planned == 0 {
        let id = &job.id;
        if impossible > 0 {
            return Err(Error::usage(format!("no row of job {id} can be undone"))
                .hint("its old values were not read before it was changed, as its results show"));
        }
        run.reporter
            .note(&format!("nothing to undo: job {id} changed nothing"));
        return Ok(());
    }
    tell_limits(run, operation);
    prepare_beside(run, &mut store, operation, &beside)?;
    let announced = Announced {
        what: format!(
            "undo of job {}, {} of {}",
            job.id,
            rows(planned),
            grouped(job.counts.rows())
        ),
        resource,
        operation: undo::operation_of(
            FAMILY.newest(),
            resource,
            operation.undo.list()[0].operation,
        )
        .map_or(operation, |(_, operation)| operation),
        engine: Engine::Requests,
        special: SpecialRows::default(),
        reads: 0,
        is_undoable: false,
    };
    let result = begin(run, options, draft, &announced, &store, going);
    drop(old);
    result
}

/// Counts the steps that put something back beside the object of a row.
fn count_beside(beside: &mut BTreeMap<&str, u64>, reversal: &Reversal) {
    for step in &reversal.steps {
        if let Some(count) = beside.get_mut(step.operation.as_str()) {
            *count += 1;
        }
    }
}

/// Tells what is put back beside the objects, and checks that the token may.
fn prepare_beside(
    run: &mut Run,
    store: &mut Store,
    operation: &Operation,
    beside: &BTreeMap<&str, u64>,
) -> Result<()> {
    for one in operation.undo.beside {
        let count = beside.get(one.operation).copied().unwrap_or_default();
        if count == 0 {
            continue;
        }
        if let Some((_, operation)) = FAMILY.newest().operation(one.operation) {
            store.prepare(run, operation, Engine::Requests)?;
        }
        run.reporter.note(&format!(
            "{}: {} to restore where they are missing",
            one.called,
            grouped(count)
        ));
    }
    Ok(())
}

/// Tells what the undo leaves as it is.
fn tell_limits(run: &mut Run, operation: &Operation) {
    let limits = operation.undo.limits;
    if !limits.is_empty() {
        run.reporter
            .note(&format!("an undo does not restore: {}", limits.join("; ")));
    }
}

/// A job is undone once it is over, and once only. An undo that was abandoned
/// before anything was sent does not count.
fn may_be_undone(jobs: &Jobs, job: &Job) -> Result<()> {
    let id = &job.id;
    if !job.state.is_final() {
        return Err(
            Error::usage(format!("job {id} has not ended")).hint(format!(
                "first: {}, or {}",
                again(job, "resume"),
                again(job, "abandon")
            )),
        );
    }
    if let Some(undone) = &job.subject.undoes {
        return Err(
            Error::usage(format!("job {id} is itself the undo of job {undone}"))
                .hint("to change the objects once more, select them again"),
        );
    }
    let (known, _) = jobs.list()?;
    let earlier = known.into_iter().find(|other| {
        let is_untouched = other.state == JobState::Abandoned && !other.is_begun;
        other.subject.undoes.as_ref() == Some(id) && !is_untouched
    });
    match earlier {
        None => Ok(()),
        Some(earlier) => Err(Error::usage(format!(
            "job {id} was undone already, as job {}",
            earlier.id
        ))
        .hint(if earlier.state.is_final() {
            format!("see its rows: rc bulk results {} -o csv", earlier.id)
        } else {
            format!("continue with: {}", again(&earlier, "resume"))
        })),
    }
}
