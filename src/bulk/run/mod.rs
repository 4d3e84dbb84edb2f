//! Carrying a job out: what the ledger says is to be done is done, and the
//! result of it is noted. It can be cut off at any moment, by a kill as by a
//! lost network; called again, it continues where the ledger is.
//!
//! Decisions are taken elsewhere ([`super::settle`]); here are the waiting,
//! the order of steps, and nothing else.

mod absence;
mod backoff;
mod batch_run;
mod batches;
pub mod beside;
mod collect;
mod doubt;
pub mod look;
mod lookup;
mod remote;
mod requests;
mod stall;
mod task;

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch::Receiver;

pub(crate) use stall::PATIENCE;

use super::Engine;
use super::ledger::{JobState, LockedLedger, RowCounts};
use crate::api::client::{Client, Timing};
use crate::error::{Error, Kind, Result};

/// What a job is carried out with.
pub struct RunContext<'a> {
    /// The client of the store.
    pub client: &'a Arc<Client>,
    /// How to wait, and by which clock.
    pub timing: &'a Timing,
    /// Receives the progress.
    pub watch: &'a dyn RunObserver,
    /// Becomes true when no new work is to be begun.
    pub stop: Receiver<bool>,
    /// Whether to wait until batches have ended.
    pub wait: bool,
    /// Batches under way at a time, where their ends are waited for.
    pub parallel: usize,
    /// How long a batch may make no progress.
    pub patience: Duration,
}

impl std::fmt::Debug for RunContext<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("RunContext")
            .field("wait", &self.wait)
            .field("parallel", &self.parallel)
            .finish_non_exhaustive()
    }
}

/// Receives the progress of a job.
pub trait RunObserver {
    /// Takes the progress; called after every step.
    fn see(&self, progress: &JobProgress);
}

/// The progress of a job.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobProgress {
    /// Rows that are sent, in all.
    pub rows: u64,
    /// Rows that were carried out.
    pub ok: u64,
    /// Rows that were refused.
    pub failed: u64,
    /// Rows whose result is not known.
    pub unknown: u64,
    /// What is being done, in a few words; empty where there is nothing to say.
    pub doing: String,
}

/// How a run ended that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunEnd {
    /// Every row has an end.
    Done,
    /// Batches were started, and no one waits for them.
    Submitted,
    /// It was asked to stop. Work in progress at the API continues there.
    Halted,
}

/// Carries out what is left of a job.
///
/// # Errors
/// What the API or the network stops it with; the job continues from there when
/// it is run again. Rows that fail are no error: the ledger has them.
pub async fn run(ledger: &LockedLedger, means: &RunContext<'_>) -> Result<RunEnd> {
    let job = ledger.job()?;
    match job.state {
        JobState::Done => return Ok(RunEnd::Done),
        JobState::Abandoned => {
            return Err(Error::usage(format!("job {} was abandoned", job.id)));
        }
        JobState::Ready | JobState::Running | JobState::Stopped => {}
    }
    let show = ProgressTracker::new(ledger, means.watch)?;
    let ended = match job.subject.engine {
        Engine::Batches => batches::run(ledger, means, &show).await?,
        Engine::Requests => requests::run(ledger, means, &show).await?,
    };
    if ended != RunEnd::Done {
        return Ok(ended);
    }
    let open = ledger.counts()?.open;
    if open > 0 {
        return Err(show.left(open));
    }
    ledger.finish()?;
    Ok(RunEnd::Done)
}

impl RunContext<'_> {
    fn is_stopped(&self) -> bool {
        *self.stop.borrow()
    }

    /// Waits, but no longer than until it is asked to stop.
    async fn pause(&self, span: Duration) {
        let mut stop = self.stop.clone();
        tokio::select! {
            () = (self.timing.sleep)(span) => {}
            // Who could tell to stop has gone: then it is not told.
            Ok(_) = stop.wait_for(|stopped| *stopped) => {}
        }
    }
}

/// Computes the progress of a job, from the counts of the ledger and those of
/// the batches that run.
struct ProgressTracker<'a> {
    watch: &'a dyn RunObserver,
    settled: Cell<RowCounts>,
    running: RefCell<Vec<BatchObserver>>,
    doing: RefCell<String>,
    /// Why the last row that got no clear answer got none.
    doubt: RefCell<Option<String>>,
}

/// The counts of a batch that runs.
#[derive(Debug, Clone, Copy)]
struct BatchObserver {
    slot: u64,
    ok: u64,
    failed: u64,
}

impl<'a> ProgressTracker<'a> {
    fn new(ledger: &LockedLedger, watch: &'a dyn RunObserver) -> Result<Self> {
        let show = Self {
            watch,
            settled: Cell::new(ledger.counts()?),
            running: RefCell::default(),
            doing: RefCell::default(),
            doubt: RefCell::default(),
        };
        show.show();
        Ok(show)
    }

    fn show(&self) {
        let settled = self.settled.get();
        let mut progress = JobProgress {
            rows: settled.rows() - settled.invalid,
            ok: settled.ok,
            failed: settled.failed,
            unknown: settled.unknown,
            doing: self.doing.borrow().clone(),
        };
        for running in self.running.borrow().iter() {
            progress.ok = progress.ok.saturating_add(running.ok);
            progress.failed = progress.failed.saturating_add(running.failed);
        }
        self.watch.see(&progress);
    }

    /// Says what is being done.
    fn doing(&self, what: impl Into<String>) {
        *self.doing.borrow_mut() = what.into();
        self.show();
    }

    /// Keeps why a row got no clear answer.
    fn doubts(&self, why: &str) {
        *self.doubt.borrow_mut() = Some(why.to_owned());
    }

    /// The error of a run that leaves so many rows without a result.
    fn left(&self, open: u64) -> Error {
        let rows = if open == 1 { "row has" } else { "rows have" };
        let mut message = format!("{open} {rows} no clear answer yet");
        if let Some(why) = &*self.doubt.borrow() {
            message.push_str(": ");
            message.push_str(why);
        }
        Error::new(Kind::Unreachable, message)
    }

    /// A batch says how far it is.
    fn runs(&self, slot: u64, ok: u64, failed: u64) {
        let mut running = self.running.borrow_mut();
        running.retain(|other| other.slot != slot);
        running.push(BatchObserver { slot, ok, failed });
        drop(running);
        self.show();
    }

    /// The rows of a batch have their ends in the ledger.
    fn settled(&self, slot: u64, ledger: &LockedLedger) -> Result<()> {
        self.running.borrow_mut().retain(|other| other.slot != slot);
        self.settled.set(ledger.counts()?);
        self.show();
        Ok(())
    }

    /// A row has its end.
    fn ended(&self, change: impl FnOnce(&mut RowCounts)) {
        let mut counts = self.settled.get();
        counts.open = counts.open.saturating_sub(1);
        change(&mut counts);
        self.settled.set(counts);
        self.show();
    }
}

/// The error of a request that was to be sent after the stop.
fn halted() -> Error {
    Error::new(Kind::Interrupted, "stopped on request")
}

#[cfg(test)]
#[cfg(feature = "sandbox")]
mod tests;
