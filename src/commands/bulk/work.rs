//! Carrying a job out, from the terminal: the live line, Ctrl-C, and what is
//! said and printed in the end.

use std::future::Future;
use std::time::Duration;

use serde_json::json;
use tokio::sync::watch;

use super::args::Going;
use super::cut_off::{self, counted};
use super::store::{Store, again};
use super::{jobs, rows};
use crate::bulk::ledger::{Job, Ledger, LockedLedger};
use crate::bulk::report;
use crate::bulk::run::{JobProgress, RunContext, RunEnd, RunObserver, run as carry_out};
use crate::cli::Options;
use crate::commands::patience;
use crate::error::{Error, Kind, Result};
use crate::output::progress::{self, ProgressState, grouped};
use crate::runtime;
use crate::ui::Run;
use crate::ui::interrupted;
use crate::ui::printer::Printer;
use crate::ui::reporter::Voice;

/// After Ctrl-C, what is under way may take so long to be answered.
const GRACE: Duration = Duration::from_secs(30);

/// Different errors that are reported.
const TOLD: u64 = 10;

/// Carries out what is left of a job whose ledger is locked, and says the
/// result of it.
pub(super) fn run(
    run: &mut Run,
    options: &Options,
    ledger: &LockedLedger,
    store: &Store,
    going: Going,
    printer: Printer,
) -> Result<()> {
    let (stopper, stop) = watch::channel(false);
    let timing = run.timing.clone();
    let line = JobLine {
        progress: run.progress(options, "rows"),
        voice: run.reporter.voice(),
    };
    let means = RunContext {
        client: &store.client,
        timing: &timing,
        watch: &line,
        stop,
        wait: going.wait,
        parallel: usize::from(going.parallel),
        patience: patience::of_batches(options, &run.environment)?,
    };
    let ended = wait(run, &stopper, carry_out(ledger, &means));
    drop(line);
    let job = ledger.job()?;
    match ended {
        Ok(RunEnd::Done) => {
            // A failure is reported, and sets the exit code, even where no one
            // reads the record.
            let shown = jobs::show(printer, &job);
            conclude(run, ledger, &job)?;
            shown.map_err(|error| error.hint(counted(&job.counts)))
        }
        Ok(RunEnd::Submitted) => {
            cut_off::all_handed_over(ledger, &job)?;
            let command = again(&job, "resume");
            run.reporter.note(&format!(
                "the API has all rows; {command} fetches the results"
            ));
            jobs::show(printer, &job)
        }
        cut => {
            let error = match cut {
                Err(error) if error.kind != Kind::Interrupted => {
                    cut_off::stopped(error, ledger, &job, going)
                }
                _ => cut_off::detached(ledger, &job, going),
            };
            // Its record is printed however a run ends: scripts need its name.
            // Why the run ended counts more than that this fails.
            let _ = jobs::show(printer, &job);
            Err(error)
        }
    }
}

/// Shows how far a job is, and notes what it does.
struct JobLine {
    progress: progress::ProgressLine,
    voice: Voice,
}

impl RunObserver for JobLine {
    fn see(&self, progress: &JobProgress) {
        let failed = progress.failed.saturating_add(progress.unknown);
        self.voice.step(&progress.doing);
        self.progress.seen(ProgressState {
            done: progress.ok.saturating_add(failed),
            failed,
            total: Some(progress.rows),
            state: &progress.doing,
            ..ProgressState::default()
        });
    }
}

/// Waits for the end of work. The first Ctrl-C lets it begin nothing more, and
/// what is under way be answered, within bounds; the second one leaves it. All
/// that was done is in the ledger, however it ends.
fn wait(
    run: &mut Run,
    stopper: &watch::Sender<bool>,
    work: impl Future<Output = Result<RunEnd>>,
) -> Result<RunEnd> {
    let left = || Error::new(Kind::Interrupted, "interrupted");
    runtime::current_thread()?.block_on(async {
        tokio::pin!(work);
        tokio::select! {
            biased;
            () = interrupted() => {}
            result = &mut work => return result,
        }
        let activity = run.reporter.activity();
        let activity = activity.map_or_else(String::new, |activity| format!(" ({activity})"));
        run.reporter.note(&format!(
            "stopping: waiting for requests in progress{activity}; Ctrl-C again exits at once"
        ));
        // Where no one hears it, the work has ended.
        let _ = stopper.send(true);
        tokio::select! {
            biased;
            () = interrupted() => Err(left()),
            result = &mut work => result,
            () = (run.timing.sleep)(GRACE) => Err(left()),
        }
    })
}

/// Errors in plain words; those that read the same are one.
fn grouped_reasons(errors: Vec<(String, u64)>) -> Vec<(String, u64)> {
    let mut reasons: Vec<(String, u64)> = Vec::new();
    for (error, rows) in errors {
        let reason = report::reason(&error);
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, count)) => *count += rows,
            None => reasons.push((reason, rows)),
        }
    }
    reasons
}

/// Tells what failed, each error once, and what can be done about it.
fn conclude(run: &mut Run, ledger: &Ledger, job: &Job) -> Result<()> {
    let counts = &job.counts;
    let sent = rows(counts.rows() - counts.invalid);
    let mut operation = job.subject.operation.replace(['.', '_'], " ");
    if job.subject.undoes.is_some() {
        operation.insert_str(0, "undo of ");
    }
    let bad = counts.failed + counts.unknown;
    if bad == 0 {
        run.reporter.done(&format!("done: {operation} for {sent}"));
        return Ok(());
    }
    let mut told = 0;
    for (error, rows) in grouped_reasons(ledger.errors(TOLD)?) {
        told += rows;
        let text = format!("{} × {error}", grouped(rows));
        run.reporter.item(
            &text,
            || json!({"kind": "failure", "error": error, "rows": rows}),
        );
    }
    if told < bad {
        let text = format!("{} × other errors", grouped(bad - told));
        run.reporter
            .item(&text, || json!({"kind": "failures", "more": bad - told}));
    }
    let (mut parts, mut which) = (Vec::new(), Vec::new());
    for (count, name, what) in [
        (counts.failed, "failed", "failed"),
        (
            counts.unknown,
            "unknown",
            "unknown (may have been carried out)",
        ),
    ] {
        if count > 0 {
            parts.push(format!("{} {what}", grouped(count)));
            which.push(name);
        }
    }
    let message = format!("{operation}: of {sent}, {}", parts.join("; "));
    let (id, which) = (&job.id, which.join(","));
    let mut error = Error::new(Kind::Partial, message).hint(format!(
        "rc bulk results {id} --status {which} -o csv shows which and why"
    ));
    let again_later = ledger.worth_a_retry()?;
    if again_later > 0 {
        error = error.hint(format!(
            "{} sends the failed ones again",
            again(job, "retry")
        ));
    }
    if counts.failed > again_later {
        error = error
            .hint("rows that the API refuses fail again until the rows or the store are corrected");
    }
    if counts.unknown > 0 {
        error = error.hint("check the store before you send unknown rows again");
    }
    Err(error)
}
