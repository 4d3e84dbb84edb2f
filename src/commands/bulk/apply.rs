//! `rc bulk apply FILE`: a plan that `--plan` wrote becomes a job.

use super::args::{Going, named};
use super::dry::Rehearsal;
use super::selecting::{add, begin};
use super::start::{self, Announced, SpecialRows};
use super::store::{Store, in_words, is_same_store};
use super::{jobs, rows};
use crate::bulk::Engine;
use crate::bulk::ledger::{Guard, JobSubject};
use crate::bulk::plan_file::{PlanReader, PlanSubject};
use crate::bulk::read;
use crate::cli::Options;
use crate::commands::FAMILY;
use crate::error::{Error, Result};
use crate::ui::Run;

/// Carries out a plan; `force` overwrites what changed since it was made.
pub(super) fn run(
    run: &mut Run,
    options: &Options,
    file: &str,
    force: bool,
    going: Going,
) -> Result<()> {
    start::may_leave(Engine::Requests, going)?;
    let (name, stream) = read::open_path(file, || run.stdin.take())?;
    let mut reader = PlanReader::open(&name, stream)?;
    let subject = reader.subject.clone();
    let (resource, operation) = FAMILY
        .newest()
        .operation(&subject.operation)
        .ok_or_else(|| {
            Error::usage(format!(
                "{name} uses {}, which this version of rc does not support",
                subject.operation
            ))
        })?;
    let mut store = Store::at(run, run.place(options)?)?;
    at_this_place(&name, &subject, &store)?;
    store.prepare(run, operation, Engine::Requests)?;
    of_this_store(run, &name, &subject, &store)?;
    let mut special = SpecialRows::default();
    if let Some(form) = options.dry_run {
        let of = (operation, Engine::Requests);
        let mut rehearsal = Rehearsal::with(options, of, &store.place, form)?;
        while let Some((_, row)) = reader.next_row()? {
            rehearsal.print(run, &row.task)?;
        }
        return rehearsal.finish(run);
    }
    let jobs = jobs::all(run)?;
    jobs.prune()?;
    let mut draft = jobs.begin(JobSubject {
        operation: subject.operation.clone(),
        engine: Engine::Requests,
        input: name.clone(),
        header: None,
        store: store.whereabouts(),
        guard: if force { Guard::Note } else { Guard::Compare },
        undoes: None,
    })?;
    let mut count = 0;
    while let Some((line, row)) = reader.next_row()? {
        count += 1;
        special.take(operation, &row.task);
        add(&mut draft, line, &row)?;
    }
    if count == 0 {
        run.reporter
            .note(&format!("nothing to send: no rows in {name}"));
        return Ok(());
    }
    let announced = Announced {
        what: format!(
            "{} for {} of {name}",
            named(resource, operation),
            rows(count)
        ),
        resource,
        operation,
        engine: Engine::Requests,
        special,
        reads: 0,
        is_undoable: true,
    };
    begin(run, options, draft, &announced, &store, going)
}

/// Refuses the plan of another place. Nothing is asked of this one before.
fn at_this_place(name: &str, plan: &PlanSubject, store: &Store) -> Result<()> {
    let here = store.whereabouts();
    let place = |sandbox: bool, base: &str| {
        if sandbox {
            "the sandbox".to_owned()
        } else {
            base.to_owned()
        }
    };
    let (of_plan, of_command) = (
        place(plan.store.sandbox, &plan.store.base_url),
        place(here.sandbox, &here.base_url),
    );
    if of_plan != of_command || plan.store.api_version != here.api_version {
        return Err(Error::usage(format!(
            "{name} is a plan for {of_plan} ({}), but this command uses {of_command} ({})",
            plan.store.api_version, here.api_version
        ))
        .hint("name the store of the plan with --profile, --sandbox or --base-url"));
    }
    Ok(())
}

/// Refuses the plan of another store. Where neither number nor domain is known,
/// only a person can tell.
fn of_this_store(run: &mut Run, name: &str, plan: &PlanSubject, store: &Store) -> Result<()> {
    let here = store.whereabouts();
    match is_same_store(&plan.store, &here) {
        Some(true) => Ok(()),
        Some(false) => Err(Error::usage(format!(
            "{name} is a plan for {}, but this token belongs to {}",
            in_words(&plan.store),
            store.named()
        ))
        .hint("use a token of the store of the plan")),
        None => run.ask_in_person(
            &format!(
                "{name} does not say for which store it was made. Apply it in {}?",
                store.named()
            ),
            "answer on a terminal, or use a token that may read the store",
        ),
    }
}
