//! `rc bulk <resource> <verb> FILE`, `rc bulk resume` and `rc bulk retry`: how
//! work on a job begins. Before anything is sent, all of the input is read and
//! checked, the token and its store are known, the plan is reported and, where
//! it must be, agreed to.

use std::fmt::Write as _;

use super::args::{Going, Work, named};
use super::dry::Rehearsal;
use super::pass::{self, Passed, Taker, kept};
use super::preview::{self, Preview};
use super::store::{Store, again, place_of};
use super::{jobs, operation_id, rows, work};
use crate::api::request::sent;
use crate::bulk::Engine;
use crate::bulk::ledger::{
    DraftLedger, Guard, Job, JobState, JobSubject, Jobs, Ledger, LedgerRow, LockedLedger,
    PlannedRow,
};
use crate::bulk::plan::JobPlan;
use crate::bulk::row::{Finding, RowContent, Task};
use crate::bulk::run::beside;
use crate::bulk::run::look::target_of;
use crate::catalog::{Effect, Operation, Resource, UndoBy, ValueEffect};
use crate::cli::{DryRun, Options};
use crate::commands::call::question;
use crate::error::{Error, Result};
use crate::filter::Flow;
use crate::output::progress::{grouped, span};
use crate::ui::Run;

/// Carries out an operation for every row of an input.
pub(super) fn run(run: &mut Run, options: &Options, asked: &Work, going: Going) -> Result<()> {
    may_leave(asked.engine, going)?;
    let place = run.place(options)?;
    if let Some(form) = options.dry_run {
        if preview::fits(run, options, form) {
            let mut shown = Preview::new(asked);
            let passed = pass::over(run, options, asked, None, &mut shown)?;
            shown.finish(run, options, asked, &passed)?;
            return passed.verdict(asked);
        }
        let mut rehearsal = Rehearsal::of(options, asked, &place, form)?;
        let passed = pass::over(run, options, asked, None, &mut rehearsal)?;
        rehearsal.finish(run)?;
        return passed.verdict(asked);
    }
    let printer = jobs::printer(run, options)?;
    let mut store = Store::at(run, place)?;
    let jobs = jobs::all(run)?;
    jobs.prune()?;
    let may_ask = run.is_attended() && !options.yes;
    let mut keeping = Keeping {
        jobs: &jobs,
        subject: JobSubject {
            operation: operation_id(asked.resource, asked.operation),
            engine: asked.engine,
            input: asked.file.clone(),
            header: None,
            store: store.whereabouts(),
            guard: guard(asked.operation, asked.engine),
            undoes: None,
        },
        skips: asked.skip_invalid || may_ask,
        operation: asked.operation,
        special: SpecialRows::default(),
        draft: None,
    };
    let passed = pass::over(run, options, asked, Some(&store.client), &mut keeping)?;
    if may_ask {
        passed.ask(run, asked)?;
    } else {
        passed.verdict(asked)?;
    }
    let special = keeping.special;
    let Some(mut draft) = keeping.draft.filter(|_| passed.plan.rows > 0) else {
        nothing_to_send(run, &passed);
        return Ok(());
    };
    draft.complete()?;
    store.prepare(run, asked.operation, asked.engine)?;
    draft.works_on(store.whereabouts());
    let what = Announced {
        what: format!(
            "{} for {} of {}",
            asked.named(),
            rows(passed.plan.rows),
            passed.input
        ),
        resource: asked.resource,
        operation: asked.operation,
        engine: asked.engine,
        special,
        reads: passed.reads,
        is_undoable: guard(asked.operation, asked.engine) != Guard::Absent,
    };
    what.agree(run, options, &passed.plan, &store)?;
    let (ledger, _) = draft.finish()?;
    begun(run, &ledger);
    work::run(run, options, &ledger, &store, going, printer)
}

/// An input without rows is not a failure.
fn nothing_to_send(run: &mut Run, passed: &Passed) {
    let what = if passed.rows() == 0 {
        "no rows"
    } else {
        "no good rows"
    };
    let input = &passed.input;
    run.reporter
        .note(&format!("nothing to send: {what} in {input}"));
}

/// What is read of objects before rows of a file change them. A batch is
/// filled long before it runs, so that nothing is read for it.
const fn guard(operation: &Operation, engine: Engine) -> Guard {
    match (engine, operation.undo.by) {
        (Engine::Requests, UndoBy::Steps(_)) => Guard::Note,
        _ => Guard::Absent,
    }
}

/// Only batches continue by themselves.
pub(super) fn may_leave(engine: Engine, going: Going) -> Result<()> {
    if engine == Engine::Requests && !going.wait {
        return Err(Error::usage(
            "--no-wait needs async batches; here this process sends one request per row",
        ));
    }
    Ok(())
}

pub(super) fn begun(run: &mut Run, ledger: &LockedLedger) {
    run.reporter.note(&format!("this is job {}", ledger.id()));
}

/// Puts rows into a ledger while they are read. After a wrong row that is not
/// to be skipped there is none, and nothing will be sent.
struct Keeping<'a> {
    jobs: &'a Jobs,
    subject: JobSubject,
    skips: bool,
    operation: &'static Operation,
    special: SpecialRows,
    draft: Option<DraftLedger<'a>>,
}

impl Taker for Keeping<'_> {
    fn begins(&mut self, _: &mut Run, header: Option<&[String]>) -> Result<()> {
        let mut subject = self.subject.clone();
        subject.header = header.map(<[String]>::to_vec);
        self.draft = Some(self.jobs.begin(subject)?);
        Ok(())
    }

    fn good(&mut self, _: &mut Run, line: u64, content: &RowContent, task: &Task) -> Result<()> {
        self.special.take(self.operation, task);
        match &mut self.draft {
            Some(draft) => draft.add(line, &kept(content), task),
            None => Ok(()),
        }
    }

    fn accepts_wrong(&self) -> bool {
        self.skips
    }

    fn wrong(&mut self, line: u64, content: &RowContent, findings: &[Finding]) -> Result<()> {
        if !self.skips {
            self.draft = None;
        }
        let Some(draft) = &mut self.draft else {
            return Ok(());
        };
        let why: Vec<String> = findings.iter().map(problem).collect();
        draft.add_invalid(line, &kept(content), &why.join("; "))
    }
}

fn problem(finding: &Finding) -> String {
    match (&finding.column, finding.value.as_str()) {
        (Some(column), _) => format!("{column}: {}", finding.problem),
        (None, "") => finding.problem.clone(),
        // It is not a row, so no column of the results shows what is there.
        (None, value) => format!("{value}: {}", finding.problem),
    }
}

/// Rows whose value makes the operation one that asks for confirmation.
#[derive(Debug, Default, Clone)]
pub(super) struct SpecialRows {
    count: u64,
    /// The value of the first of them.
    value: Option<&'static ValueEffect>,
    /// The objects of the first rows, where the operation changes something
    /// beside them that is counted before the question.
    named: Vec<String>,
}

/// Objects beside which is counted what a job may change: more would take
/// longer than the question is worth.
const MOST_COUNTED: usize = 1_000;

impl SpecialRows {
    pub(super) fn take(&mut self, operation: &'static Operation, task: &Task) {
        if !operation.undo.beside.is_empty() && self.named.len() <= MOST_COUNTED {
            self.named.extend(target_of(operation, &task.target));
        }
        let special = sent::special_effect(operation, task.body.as_deref());
        if let Some(value) = special.filter(|special| special.effect == Effect::Destroys) {
            self.count += 1;
            self.value.get_or_insert(value);
        }
    }

    /// `, 3 of them with status fully_disabled`; of `rows` in all.
    fn in_question(&self, rows: u64) -> String {
        let Some(value) = self.value else {
            return String::new();
        };
        let with = format!("with {} {}", value.field.replace('_', " "), value.value);
        if self.count == rows {
            format!(" {with}")
        } else {
            format!(", {} of them {with},", grouped(self.count))
        }
    }
}

/// What is about to be done.
pub(super) struct Announced {
    pub(super) what: String,
    pub(super) resource: &'static Resource,
    pub(super) operation: &'static Operation,
    pub(super) engine: Engine,
    pub(super) special: SpecialRows,
    /// Requests that looked up ids.
    pub(super) reads: u64,
    /// Shows how to undo it: the old values are kept.
    pub(super) is_undoable: bool,
}

impl Announced {
    /// Tells the plan, and asks: a person always, elsewhere only for what
    /// cannot be taken back or where the profile is protected.
    pub(super) fn agree(
        &self,
        run: &mut Run,
        options: &Options,
        plan: &JobPlan,
        store: &Store,
    ) -> Result<()> {
        let time = plan.shortest(store.bucket);
        let share = pass::share(plan, self.engine);
        let mut told = format!("{}, in {}: {share}", self.what, store.named());
        if time.as_secs() > 0 {
            let _ = write!(told, "; at least {} at this token's rate", span(time));
        }
        if self.engine == Engine::Batches {
            told.push_str(", and the time that the API takes for batches");
        }
        match self.reads {
            0 => {}
            1 => told.push_str("; 1 read looked up ids"),
            reads => {
                let _ = write!(told, "; {} reads looked up ids", grouped(reads));
            }
        }
        run.reporter.note(&told);
        self.tell_undo(run);
        self.tell_beside(run, store)?;
        let destroys = self.operation.effect == Effect::Destroys || self.special.count > 0;
        let must = destroys || store.place.is_protected();
        if must || run.is_attended() {
            let what = question::of_count(self.resource, self.operation, plan.rows);
            let special = self.special.in_question(plan.rows);
            let what = question::capitalized(&what);
            let question = format!("{what}{special} in {}?", store.in_question());
            run.confirm(options, &question)?;
            if let UndoBy::Never(why) = self.operation.undo.by {
                let question = format!("This cannot be undone: {why}. Continue?");
                run.confirm(options, &question)?;
            }
        }
        Ok(())
    }

    /// Counts what the job may change beside its objects.
    fn tell_beside(&self, run: &mut Run, store: &Store) -> Result<()> {
        let named = &self.special.named;
        let beside = self.operation.undo.beside;
        if !self.is_undoable || beside.is_empty() || named.is_empty() {
            return Ok(());
        }
        if named.len() > MOST_COUNTED {
            let called: Vec<&str> = beside.iter().map(|one| one.called).collect();
            run.reporter.note(&format!(
                "{} are not counted for more than {} rows; the job reads them, and rc bulk undo \
                 restores them",
                called.join(" and "),
                grouped(MOST_COUNTED as u64)
            ));
            return Ok(());
        }
        let counts = Run::wait(beside::count(&store.client, self.operation, named))?;
        for (called, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
            run.reporter.note(&format!(
                "{called}: this may remove {}; rc bulk undo restores them",
                grouped(count)
            ));
        }
        Ok(())
    }

    /// Tells what an undo restores, and whether customers are written to.
    fn tell_undo(&self, run: &mut Run) {
        let undo = &self.operation.undo;
        match undo.by {
            UndoBy::Never(why) => run.reporter.note(&format!("this cannot be undone: {why}")),
            UndoBy::Steps(_) if self.is_undoable && !undo.limits.is_empty() => {
                run.reporter.note(&format!(
                    "rc bulk undo can undo it, except: {}",
                    undo.limits.join("; ")
                ));
            }
            UndoBy::Steps(_) | UndoBy::Needless | UndoBy::Unstated => {}
        }
        if self.operation.mails {
            run.reporter
                .note("the store may notify the customer of each row, depending on its settings");
        }
    }
}

/// Goes on with a job.
pub(super) fn resume(run: &mut Run, options: &Options, word: &str, going: Going) -> Result<()> {
    if options.dry_run.is_some() {
        return Err(Error::usage("--dry-run cannot be used with resume")
            .hint("rc bulk status and rc bulk results show what is done and what is left"));
    }
    // Opening the output may block, so that the job is looked at afterwards.
    let printer = jobs::printer(run, options)?;
    let (ledger, job) = jobs::all(run)?.open(word)?.lock()?;
    if job.state.is_final() {
        run.reporter.note(&jobs::over(&job));
        return jobs::show(printer, &job);
    }
    may_leave(job.subject.engine, going)?;
    let (resource, operation) = ledger.operation()?;
    let place = place_of(run, options, &job)?;
    let mut store = Store::at(run, place)?;
    store.prepare(run, operation, job.subject.engine)?;
    store.check(run, &job)?;
    if store.place.is_protected() {
        let what = question::of_count(resource, operation, job.counts.open);
        let (id, store) = (&job.id, store.in_question());
        let question = format!("Resume job {id} and {what} in {store}?");
        run.confirm(options, &question)?;
    }
    work::run(run, options, &ledger, &store, going, printer)
}

/// Makes a new job of the rows that failed. The lock of the old job is held until
/// the new one is there, so that of two retries at once the second one finds
/// the first.
pub(super) fn retry(run: &mut Run, options: &Options, word: &str, going: Going) -> Result<()> {
    let jobs = jobs::all(run)?;
    if let Some(form) = options.dry_run {
        return rehearse_retry(run, options, &jobs, word, form);
    }
    let printer = jobs::printer(run, options)?;
    let (old, job) = jobs.open(word)?.lock()?;
    may_leave(job.subject.engine, going)?;
    may_be_retried(&jobs, &job)?;
    let (resource, operation) = old.operation()?;
    let place = place_of(run, options, &job)?;
    let mut store = Store::at(run, place)?;
    store.prepare(run, operation, job.subject.engine)?;
    store.check(run, &job)?;
    let subject = JobSubject {
        input: format!("retry of {}", job.id),
        store: store.whereabouts(),
        ..job.subject.clone()
    };
    let mut draft = jobs.begin(subject)?.retrying(&job.id);
    let mut special = SpecialRows::default();
    failed(&old, |row, task| {
        special.take(operation, task);
        draft.add_planned(&again_planned(&old, row, task)?)
    })?;
    let plan = draft.plan();
    draft.complete()?;
    if plan.rows == 0 {
        let text = format!("nothing to send: no row of job {} failed", job.id);
        run.reporter.note(&text);
        return Ok(());
    }
    let what = Announced {
        what: format!(
            "{} for {} of job {} that failed",
            named(resource, operation),
            rows(plan.rows),
            job.id
        ),
        resource,
        operation,
        engine: job.subject.engine,
        special,
        reads: 0,
        is_undoable: job.subject.guard != Guard::Absent && job.subject.undoes.is_none(),
    };
    what.agree(run, options, &plan, &store)?;
    // A question takes its time, and a ledger can be put back by hand.
    may_be_retried(&jobs, &old.job()?)?;
    let (ledger, _) = draft.finish()?;
    drop(old);
    begun(run, &ledger);
    work::run(run, options, &ledger, &store, going, printer)
}

/// Prints what a retry would send. Nothing is decided, so that no lock is
/// needed.
fn rehearse_retry(
    run: &mut Run,
    options: &Options,
    jobs: &Jobs,
    word: &str,
    form: DryRun,
) -> Result<()> {
    let old = jobs.open(word)?;
    let job = old.job()?;
    may_be_retried(jobs, &job)?;
    let (_, operation) = old.operation()?;
    let place = place_of(run, options, &job)?;
    let mut rehearsal = Rehearsal::with(options, (operation, job.subject.engine), &place, form)?;
    failed(&old, |_, task| rehearsal.print(run, task))?;
    rehearsal.finish(run)
}

/// A job is retried once it is over, and once only: rows that failed in it may
/// have been carried out by its retry. A retry that was abandoned before anything
/// was sent does not count.
fn may_be_retried(jobs: &Jobs, job: &Job) -> Result<()> {
    if !job.state.is_final() {
        return Err(Error::usage(format!("job {} has not ended", job.id))
            .hint(format!("first: {}", again(job, "resume"))));
    }
    let (known, unreadable) = jobs.list()?;
    let earlier = known.into_iter().find(|other| {
        let is_untouched = other.state == JobState::Abandoned && !other.is_begun;
        other.parent.as_ref() == Some(&job.id) && !is_untouched
    });
    if let Some(earlier) = earlier {
        return Err(Error::usage(format!(
            "job {} was retried already, as job {}",
            job.id, earlier.id
        ))
        .hint(instead(&earlier)));
    }
    // A ledger that cannot be read may be that of a retry.
    match unreadable.into_iter().next() {
        None => Ok(()),
        Some(error) => Err(Error::usage(format!(
            "it is unknown whether job {} was retried already: {error}",
            job.id
        ))
        .hint("move that ledger out of the folder if it has nothing to do with this job")),
    }
}

/// How to continue with a retry that was begun.
fn instead(retry: &Job) -> String {
    match retry.state.is_final() {
        false => format!("continue with: {}", again(retry, "resume")),
        true if retry.counts.failed > 0 => {
            format!("continue with: {}", again(retry, "retry"))
        }
        true => format!("see its rows: rc bulk results {} -o csv", retry.id),
    }
}

/// A row of a job that failed, from the step on at which it did. After its first
/// step its object has other values than the job expected.
fn again_planned<'a>(
    ledger: &Ledger,
    row: &'a LedgerRow,
    task: &'a Task,
) -> Result<PlannedRow<'a>> {
    let at_first = row.step == 0;
    Ok(PlannedRow {
        operation: row.operation.clone(),
        expected: row.expected.clone().filter(|_| at_first),
        wanted: row.wanted.clone().filter(|_| at_first),
        later: ledger.later_steps(row.n, row.step)?,
        ..PlannedRow::of(row.line, &row.input, task)
    })
}

/// Hands on the rows of a job that failed, in order.
fn failed(ledger: &Ledger, mut take: impl FnMut(&LedgerRow, &Task) -> Result<()>) -> Result<()> {
    jobs::each(ledger, &["failed".to_owned()], |row| {
        if let Some(task) = &row.task {
            take(row, task)?;
        }
        Ok(Flow::More)
    })
}
