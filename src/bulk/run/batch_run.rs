//! Runs one batch, from its creation to the results of its rows. Each turn of
//! the loop reads the stage from the ledger and takes one step, so that another
//! process may have taken the step before.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use super::absence::Absence;
use super::backoff::{self, PollBackoff};
use super::remote::{self, Phase, RemoteBatch};
use super::stall::Stall;
use super::{ProgressTracker, RunContext, RunEnd, collect, task};
use crate::bulk::ledger::{Batch, BatchStage, LockedLedger};
use crate::bulk::settle::{self, Arrival};
use crate::catalog::{Idempotency, Operation};
use crate::error::{Error, Kind, Result};
use crate::output::progress::span;

/// Batches that are created in vain, at most: each was left unprocessed,
/// because its content was not certain.
const MOST_OPENED: u32 = 25;

/// The run of one batch.
pub(super) struct BatchRun<'a> {
    pub(super) ledger: &'a LockedLedger,
    pub(super) means: &'a RunContext<'a>,
    pub(super) show: &'a ProgressTracker<'a>,
    /// Set when another batch of the job failed.
    pub(super) halt: &'a Cell<bool>,
    pub(super) number: u64,
    /// The number of batches in the job.
    pub(super) of: usize,
    pub(super) kind: &'static str,
    pub(super) again: Idempotency,
    /// 404 responses to requests that change the batch.
    pub(super) unfound: Cell<Absence>,
    pub(super) stall: RefCell<Stall>,
    pub(super) backoff: RefCell<PollBackoff>,
    /// Since when the API is waited for.
    pub(super) waiting: Cell<Option<Duration>>,
}

/// While the API is waited for, how long is said so often, and from then on.
const BETWEEN_WORDS: Duration = Duration::from_secs(1);

impl<'a> BatchRun<'a> {
    pub(super) fn new(
        ledger: &'a LockedLedger,
        means: &'a RunContext<'a>,
        show: &'a ProgressTracker<'a>,
        halt: &'a Cell<bool>,
        operation: &Operation,
    ) -> Result<Self> {
        let batch = operation.batch.ok_or_else(|| {
            Error::unexpected(format!("there is no batch type for {}", operation.path))
        })?;
        Ok(Self {
            ledger,
            means,
            show,
            halt,
            number: 0,
            of: 0,
            kind: batch.kind,
            again: operation.idempotency,
            unfound: Cell::default(),
            stall: RefCell::default(),
            backoff: RefCell::default(),
            waiting: Cell::default(),
        })
    }

    /// Takes steps until the batch is settled, or the job does not wait for it.
    pub(super) async fn carry(self) -> Result<RunEnd> {
        let mut opened = 0;
        let mut last = None;
        loop {
            if self.is_stopped() {
                return Ok(RunEnd::Halted);
            }
            let batch = self.ledger.batch(self.number)?;
            match (batch.stage, batch.remote) {
                (BatchStage::Settled, _) => {
                    self.show.settled(self.number, self.ledger)?;
                    return Ok(RunEnd::Done);
                }
                (BatchStage::Planned, _) | (_, None) => {
                    opened += 1;
                    if opened > MOST_OPENED {
                        return Err(unfillable());
                    }
                    self.open(&batch).await?;
                }
                (BatchStage::Filling, Some(remote)) if batch.leaving => {
                    self.find_part(&batch, remote).await?;
                }
                (BatchStage::Filling, Some(remote)) if batch.added < batch.parts => {
                    self.add_part(&batch, remote).await?;
                }
                (BatchStage::Filling, Some(remote)) => self.verify(&batch, remote).await?,
                (BatchStage::Starting, Some(remote)) => self.start(&batch, remote).await?,
                (BatchStage::Running, Some(_)) if !self.means.wait => {
                    self.doing(&batch, "is running");
                    return Ok(RunEnd::Submitted);
                }
                (BatchStage::Running, Some(remote)) => {
                    last = self.look(&batch, remote).await?;
                }
                (BatchStage::Collecting, Some(remote)) => {
                    let seen = match last.take() {
                        Some(seen) => Some(seen),
                        None => self.observe(&batch, remote).await?,
                    };
                    match seen {
                        None => {}
                        // A response from a stale copy: the batch is polled again.
                        Some(seen) if matches!(seen.phase, Phase::NotStarted | Phase::Running) => {
                            self.ledger.reaches(batch.slot, BatchStage::Running)?;
                        }
                        Some(seen) => {
                            self.doing(&batch, "has ended; its results are read");
                            collect::results(&self, &batch, remote, &seen).await?;
                        }
                    }
                }
            }
        }
    }

    /// Whether the run takes no further step.
    pub(super) fn is_stopped(&self) -> bool {
        self.means.is_stopped() || self.halt.get()
    }

    fn now(&self) -> Duration {
        (self.means.timing.elapsed)()
    }

    /// Polls the batch; `None` when the job is stopped meanwhile.
    ///
    /// A batch that the API does not find is polled again until [`Absence`]
    /// confirms it, and then returned as deleted.
    pub(super) async fn observe(&self, batch: &Batch, remote: u64) -> Result<Option<RemoteBatch>> {
        let (mut absence, mut backoff) = (Absence::default(), PollBackoff::default());
        loop {
            let seen = remote::look(self.means.client, remote).await?;
            if seen.phase != Phase::Missing {
                return Ok(Some(seen));
            }
            if absence.missed(self.now()) {
                let phase = Phase::Deleted;
                return Ok(Some(RemoteBatch { phase, ..seen }));
            }
            self.doing(batch, "was not found; searching again");
            self.means.pause(backoff.wait(self.now(), 0, 1)).await;
            if self.is_stopped() {
                return Ok(None);
            }
        }
    }

    /// Waits before the next poll of a batch that has not ended.
    ///
    /// # Errors
    /// The batch made no progress for longer than the job allows.
    async fn wait(&self, batch: &Batch, remote: u64, seen: &RemoteBatch) -> Result<()> {
        let idle = self.stall.borrow_mut().idle(self.now(), seen);
        let patience = self.means.patience;
        let Some(left) = patience.checked_sub(idle).filter(|left| !left.is_zero()) else {
            return Err(stalled(remote, seen, patience));
        };
        let done = seen.ok.saturating_add(seen.failed);
        let wait = self.backoff.borrow_mut().wait(self.now(), done, seen.total);
        self.say_waiting(batch, wait.min(left)).await;
        Ok(())
    }

    /// Waits for the API, and says for what and how long it has been.
    async fn say_waiting(&self, batch: &Batch, mut left: Duration) {
        let begun = self.waiting.get().unwrap_or_else(|| self.now());
        self.waiting.set(Some(begun));
        while !left.is_zero() && !self.is_stopped() {
            let waited = self.now().saturating_sub(begun);
            let mut text = format!("waiting for {}", self.which(batch));
            if waited >= BETWEEN_WORDS {
                text = format!("{text} for {}", span(waited));
            }
            self.show.doing(text);
            let slice = left.min(BETWEEN_WORDS);
            self.means.pause(slice).await;
            left -= slice;
        }
    }

    /// Records a 404 response to a request that changes the batch; returns
    /// whether the batch counts as missing.
    fn is_unfound(&self) -> bool {
        let mut unfound = self.unfound.get();
        let believed = unfound.missed(self.now());
        self.unfound.set(unfound);
        believed
    }

    /// Reports the step that the batch is at.
    fn doing(&self, batch: &Batch, what: &str) {
        self.show.doing(format!("{} {what}", self.which(batch)));
    }

    /// The batch in words.
    fn which(&self, batch: &Batch) -> String {
        if self.of > 1 {
            format!("batch {} of {}", batch.slot + 1, self.of)
        } else {
            "the batch".to_owned()
        }
    }

    /// Creates a batch. A lost response leaves an unknown batch behind, which
    /// is empty and never runs.
    async fn open(&self, batch: &Batch) -> Result<()> {
        self.doing(batch, "is opened");
        match remote::open(self.means.client, self.kind).await {
            Ok(remote) => self.ledger.opened(batch.slot, remote),
            Err(error) if is_lost(&error) => {
                self.means.pause(backoff::FIRST).await;
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Adds the next part. The ledger records it before it is sent.
    async fn add_part(&self, batch: &Batch, remote: u64) -> Result<()> {
        let bodies = self.ledger.part(batch.slot, batch.added)?;
        let before = self.ledger.tasks_before(batch.slot, batch.added)?;
        self.doing(
            batch,
            &format!("is filled ({before} of {} tasks)", batch.rows),
        );
        self.ledger.part_leaves(batch.slot)?;
        match remote::add(self.means.client, remote, &bodies).await {
            Ok(count) if settle::is_whole(before, bodies.len() as u64, count) => {
                self.unfound.take();
                self.ledger.part_arrives(batch.slot)
            }
            // The next turn reads the count of the batch.
            Ok(_) => Ok(()),
            Err(error) if is_lost(&error) => Ok(()),
            Err(error) => {
                self.ledger.part_returns(batch.slot)?;
                let is_gone = remote::is_gone(&error);
                if error.kind != Kind::Refused && !is_gone {
                    return Err(error);
                }
                // The batch may not accept tasks any more.
                let Some(seen) = self.observe(batch, remote).await? else {
                    return Ok(());
                };
                if is_gone && seen.phase == Phase::NotStarted && seen.total == before {
                    return self.add_again(batch).await;
                }
                if seen.phase == Phase::NotStarted && !is_gone {
                    return Err(error);
                }
                self.give_up(batch, &seen)
            }
        }
    }

    /// Handles a 404 response to a part while the batch exists without it: the
    /// part is sent again. When that repeats, another batch is filled. This is
    /// safe, because only this job starts its batches, and it starts none of
    /// these.
    async fn add_again(&self, batch: &Batch) -> Result<()> {
        if self.is_unfound() {
            self.unfound.take();
            return self
                .ledger
                .discard(batch.slot, "nothing can be added to it");
        }
        let wait = self.backoff.borrow_mut().wait(self.now(), 0, 1);
        self.means.pause(wait).await;
        Ok(())
    }

    /// Handles a part without a response: the count of the batch shows whether
    /// it arrived. When the count proves neither, the batch is never started and
    /// another one is filled, so that no task runs twice.
    async fn find_part(&self, batch: &Batch, remote: u64) -> Result<()> {
        let Some(seen) = self.observe(batch, remote).await? else {
            return Ok(());
        };
        let before = self.ledger.tasks_before(batch.slot, batch.added)?;
        let after = self.ledger.tasks_before(batch.slot, batch.added + 1)?;
        let arrival = settle::arrival(before, after - before, seen.total);
        if seen.phase == Phase::NotStarted && arrival == Arrival::Arrived {
            return self.ledger.part_arrives(batch.slot);
        }
        self.give_up(batch, &seen)
    }

    /// Checks that a batch has exactly the tasks of the ledger, before it is
    /// started.
    async fn verify(&self, batch: &Batch, remote: u64) -> Result<()> {
        let Some(seen) = self.observe(batch, remote).await? else {
            return Ok(());
        };
        if seen.phase == Phase::NotStarted && seen.total == batch.rows {
            return self.ledger.reaches(batch.slot, BatchStage::Starting);
        }
        self.give_up(batch, &seen)
    }

    /// Abandons a batch with other tasks than the ledger has. One that runs
    /// nevertheless was started by another client: its results are read, and a
    /// row without a task is not sent again, because its task may be late.
    fn give_up(&self, batch: &Batch, seen: &RemoteBatch) -> Result<()> {
        let why = match seen.phase {
            Phase::Running | Phase::Completed | Phase::Failed => {
                return self.ledger.reaches(batch.slot, BatchStage::Running);
            }
            Phase::Deleted | Phase::Missing => "it was deleted".to_owned(),
            Phase::NotStarted if seen.total == 1 => "it contains 1 task".to_owned(),
            Phase::NotStarted => format!("it contains {} tasks", seen.total),
        };
        self.ledger.discard(batch.slot, &why)
    }

    /// Starts the batch. A second start is harmless: the API refuses it.
    async fn start(&self, batch: &Batch, remote: u64) -> Result<()> {
        self.doing(batch, "is started");
        let error = match remote::process(self.means.client, remote).await {
            Ok(()) => return self.ledger.reaches(batch.slot, BatchStage::Running),
            Err(error) => error,
        };
        if error.untouched && matches!(error.kind, Kind::Access | Kind::Unreachable) {
            return Err(error);
        }
        let Some(seen) = self.observe(batch, remote).await? else {
            return Ok(());
        };
        let again = is_lost(&error) || (remote::is_gone(&error) && !self.is_unfound());
        match seen.phase {
            Phase::Deleted => collect::all_unknown(self, batch, &gone(remote)),
            Phase::NotStarted if again => {
                let waited = self.wait(batch, remote, &seen).await;
                waited.map_err(|_| error)
            }
            Phase::NotStarted => Err(error),
            _ => self.ledger.reaches(batch.slot, BatchStage::Running),
        }
    }

    /// Polls a running batch, and waits when it has not ended.
    async fn look(&self, batch: &Batch, remote: u64) -> Result<Option<RemoteBatch>> {
        let Some(seen) = self.observe(batch, remote).await? else {
            return Ok(None);
        };
        let ok = seen.ok.min(batch.rows);
        let failed = seen.failed.min(batch.rows - ok);
        self.show.runs(batch.slot, ok, failed);
        match seen.phase {
            Phase::Completed | Phase::Failed => {
                self.ledger.reaches(batch.slot, BatchStage::Collecting)?;
                Ok(Some(seen))
            }
            Phase::Deleted => {
                collect::all_unknown(self, batch, &gone(remote))?;
                Ok(None)
            }
            Phase::NotStarted | Phase::Running | Phase::Missing => {
                self.wait(batch, remote, &seen).await?;
                Ok(None)
            }
        }
    }
}

/// The reason of rows whose batch was deleted.
pub(super) fn gone(remote: u64) -> String {
    format!(
        "batch {remote} no longer exists, so the result of this row is unknown; the API keeps \
         batches for a month"
    )
}

/// The error of a batch without progress. The API may still process it, so its
/// rows stay as they are.
fn stalled(remote: u64, seen: &RemoteBatch, patience: Duration) -> Error {
    let done = seen.ok.saturating_add(seen.failed);
    let status = task::kept(&seen.status);
    Error::new(
        Kind::Unreachable,
        format!(
            "batch {remote} made no progress for {} s: its status is {status:?}, and {done} of \
             its {} tasks have ended",
            patience.as_secs(),
            seen.total
        ),
    )
    .hint(format!(
        "the API may carry it out later; rc async-batches get {remote} shows it"
    ))
}

/// Whether a failed request may have been carried out. A success that cannot be
/// read was carried out as well.
pub(super) fn is_lost(error: &Error) -> bool {
    let answered = remote::status(error).is_some();
    !error.untouched && (answered || error.kind == Kind::Unreachable)
}

fn unfillable() -> Error {
    Error::new(
        Kind::Unreachable,
        format!("{MOST_OPENED} batches were created, and none is certain to be filled"),
    )
    .hint("nothing was carried out; the network or the API loses too many responses")
}
