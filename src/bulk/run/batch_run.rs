//! One batch, from its opening to the ends of its rows. Each turn of the loop
//! takes one step from where the ledger says that it is, so that it does not
//! matter whether the step before was taken by this process.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use super::absence::Absence;
use super::backoff::{self, Looks};
use super::remote::{self, Phase, Seen};
use super::stall::Stall;
use super::{Ended, Means, Show, collect, task};
use crate::bulk::ledger::{Batch, LockedLedger, Stage};
use crate::bulk::settle::{self, Arrival};
use crate::catalog::{Again, Operation};
use crate::error::{Error, Kind, Result};

/// Batches that are opened in vain before it is given up: each was left
/// unprocessed, as it was unclear what is in it.
const MOST_OPENED: u32 = 25;

/// A batch that is being carried out.
pub(super) struct Slot<'a> {
    pub(super) ledger: &'a LockedLedger,
    pub(super) means: &'a Means<'a>,
    pub(super) show: &'a Show<'a>,
    /// Told to stop by another batch that failed.
    pub(super) halt: &'a Cell<bool>,
    pub(super) number: u64,
    /// Batches of the job.
    pub(super) of: usize,
    pub(super) kind: &'static str,
    pub(super) again: Again,
    /// Requests that change the batch and were answered 404.
    pub(super) unfound: Cell<Absence>,
    pub(super) stall: RefCell<Stall>,
    pub(super) looks: RefCell<Looks>,
}

impl<'a> Slot<'a> {
    pub(super) fn new(
        ledger: &'a LockedLedger,
        means: &'a Means<'a>,
        show: &'a Show<'a>,
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
            again: operation.again,
            unfound: Cell::default(),
            stall: RefCell::default(),
            looks: RefCell::default(),
        })
    }

    /// Takes steps until the batch is settled, or nobody waits for it.
    pub(super) async fn carry(self) -> Result<Ended> {
        let mut opened = 0;
        let mut last = None;
        loop {
            if self.is_stopped() {
                return Ok(Ended::Halted);
            }
            let batch = self.ledger.batch(self.number)?;
            match (batch.stage, batch.remote) {
                (Stage::Settled, _) => {
                    self.show.settled(self.number, self.ledger)?;
                    return Ok(Ended::Done);
                }
                (Stage::Planned, _) | (_, None) => {
                    opened += 1;
                    if opened > MOST_OPENED {
                        return Err(unfillable());
                    }
                    self.open(&batch).await?;
                }
                (Stage::Filling, Some(remote)) if batch.leaving => {
                    self.find_part(&batch, remote).await?;
                }
                (Stage::Filling, Some(remote)) if batch.added < batch.parts => {
                    self.add_part(&batch, remote).await?;
                }
                (Stage::Filling, Some(remote)) => self.verify(&batch, remote).await?,
                (Stage::Starting, Some(remote)) => self.start(&batch, remote).await?,
                (Stage::Running, Some(_)) if !self.means.wait => {
                    self.doing(&batch, "is running");
                    return Ok(Ended::Submitted);
                }
                (Stage::Running, Some(remote)) => {
                    last = self.look(&batch, remote).await?;
                }
                (Stage::Collecting, Some(remote)) => {
                    let seen = match last.take() {
                        Some(seen) => Some(seen),
                        None => self.observe(&batch, remote).await?,
                    };
                    match seen {
                        None => {}
                        // An answer that lags behind: it is waited for again.
                        Some(seen) if matches!(seen.phase, Phase::NotStarted | Phase::Running) => {
                            self.ledger.reaches(batch.slot, Stage::Running)?;
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

    /// Whether no further step is to be taken.
    pub(super) fn is_stopped(&self) -> bool {
        self.means.is_stopped() || self.halt.get()
    }

    fn now(&self) -> Duration {
        (self.means.timing.elapsed)()
    }

    /// Looks at the batch; `None` when told to stop meanwhile. Where the API
    /// does not find it, it looks again until that is believed: such a batch
    /// is shown as deleted.
    pub(super) async fn observe(&self, batch: &Batch, remote: u64) -> Result<Option<Seen>> {
        let (mut absence, mut backoff) = (Absence::default(), Looks::default());
        loop {
            let seen = remote::look(self.means.client, remote).await?;
            if seen.phase != Phase::Missing {
                return Ok(Some(seen));
            }
            if absence.missed(self.now()) {
                let phase = Phase::Deleted;
                return Ok(Some(Seen { phase, ..seen }));
            }
            self.doing(batch, "is not found; it is looked for again");
            self.means.pause(backoff.wait(self.now(), 0, 1)).await;
            if self.is_stopped() {
                return Ok(None);
            }
        }
    }

    /// Waits before the next look at a batch that has not ended.
    ///
    /// # Errors
    /// There was no progress for longer than the job has patience.
    async fn wait(&self, remote: u64, seen: &Seen) -> Result<()> {
        let idle = self.stall.borrow_mut().idle(self.now(), seen);
        let patience = self.means.patience;
        let Some(left) = patience.checked_sub(idle).filter(|left| !left.is_zero()) else {
            return Err(stalled(remote, seen, patience));
        };
        let done = seen.ok.saturating_add(seen.failed);
        let wait = self.looks.borrow_mut().wait(self.now(), done, seen.total);
        self.means.pause(wait.min(left)).await;
        Ok(())
    }

    /// Notes that a request which changes the batch was answered 404; whether
    /// that is believed.
    fn is_unfound(&self) -> bool {
        let mut unfound = self.unfound.get();
        let believed = unfound.missed(self.now());
        self.unfound.set(unfound);
        believed
    }

    /// Says what is being done with the batch.
    fn doing(&self, batch: &Batch, what: &str) {
        let which = if self.of > 1 {
            format!("batch {} of {}", batch.slot + 1, self.of)
        } else {
            "the batch".to_owned()
        };
        self.show.doing(format!("{which} {what}"));
    }

    /// Opens a batch. Where the answer is lost there may be one that nobody
    /// knows: it is empty and never runs.
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

    /// Adds the next part. It is in the ledger before it goes out.
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
            // What the batch holds now is looked at, in the next turn.
            Ok(_) => Ok(()),
            Err(error) if is_lost(&error) => Ok(()),
            Err(error) => {
                self.ledger.part_returns(batch.slot)?;
                let is_gone = remote::is_gone(&error);
                if error.kind != Kind::Refused && !is_gone {
                    return Err(error);
                }
                // Perhaps nothing can be added any more.
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

    /// A part was answered 404, and the batch is there without it: the part is
    /// sent again. Where that goes on, another batch is filled, which is safe,
    /// as only this job starts its batches, and it starts none of these.
    async fn add_again(&self, batch: &Batch) -> Result<()> {
        if self.is_unfound() {
            self.unfound.take();
            return self
                .ledger
                .discard(batch.slot, "nothing can be added to it");
        }
        let wait = self.looks.borrow_mut().wait(self.now(), 0, 1);
        self.means.pause(wait).await;
        Ok(())
    }

    /// A part went out and no answer came: only the count of the batch tells
    /// whether it arrived. Where that leaves it open, the batch is left alone
    /// for ever, and another is filled: so nothing can run twice.
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

    /// Before a batch is started it must hold what the ledger says, no more
    /// and no less.
    async fn verify(&self, batch: &Batch, remote: u64) -> Result<()> {
        let Some(seen) = self.observe(batch, remote).await? else {
            return Ok(());
        };
        if seen.phase == Phase::NotStarted && seen.total == batch.rows {
            return self.ledger.reaches(batch.slot, Stage::Starting);
        }
        self.give_up(batch, &seen)
    }

    /// Leaves a batch alone that does not hold what it should. One that runs
    /// nevertheless was started by somebody else: it is read like any other,
    /// and a row without a task in it is not sent again, as its task may be
    /// late.
    fn give_up(&self, batch: &Batch, seen: &Seen) -> Result<()> {
        let why = match seen.phase {
            Phase::Running | Phase::Completed | Phase::Failed => {
                return self.ledger.reaches(batch.slot, Stage::Running);
            }
            Phase::Deleted | Phase::Missing => "it was deleted".to_owned(),
            Phase::NotStarted => format!("it holds {} tasks", seen.total),
        };
        self.ledger.discard(batch.slot, &why)
    }

    /// Starts the batch. A second start is refused by the API, so that it does
    /// no harm.
    async fn start(&self, batch: &Batch, remote: u64) -> Result<()> {
        self.doing(batch, "is started");
        let error = match remote::process(self.means.client, remote).await {
            Ok(()) => return self.ledger.reaches(batch.slot, Stage::Running),
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
            Phase::NotStarted if again => self.wait(remote, &seen).await.map_err(|_| error),
            Phase::NotStarted => Err(error),
            _ => self.ledger.reaches(batch.slot, Stage::Running),
        }
    }

    /// Looks how far a batch is, and waits when it is not at its end.
    async fn look(&self, batch: &Batch, remote: u64) -> Result<Option<Seen>> {
        let Some(seen) = self.observe(batch, remote).await? else {
            return Ok(None);
        };
        let ok = seen.ok.min(batch.rows);
        let failed = seen.failed.min(batch.rows - ok);
        self.show.runs(batch.slot, ok, failed);
        match seen.phase {
            Phase::Completed | Phase::Failed => {
                self.ledger.reaches(batch.slot, Stage::Collecting)?;
                Ok(Some(seen))
            }
            Phase::Deleted => {
                collect::all_unknown(self, batch, &gone(remote))?;
                Ok(None)
            }
            Phase::NotStarted | Phase::Running | Phase::Missing => {
                self.doing(batch, "is running");
                self.wait(remote, &seen).await?;
                Ok(None)
            }
        }
    }
}

/// What to say of rows whose batch is not there any more.
pub(super) fn gone(remote: u64) -> String {
    format!(
        "batch {remote} is gone, and with it what became of this row; \
         the API keeps batches for a month"
    )
}

/// The error of a batch that makes no progress. The API may carry it out later
/// all the same, so its rows stay as they are.
fn stalled(remote: u64, seen: &Seen, patience: Duration) -> Error {
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

/// Whether a request may have been carried out though no clear answer came. A
/// success that cannot be read was carried out, too.
pub(super) fn is_lost(error: &Error) -> bool {
    let answered = remote::status(error).is_some();
    !error.untouched && (answered || error.kind == Kind::Unreachable)
}

fn unfillable() -> Error {
    Error::new(
        Kind::Unreachable,
        format!("{MOST_OPENED} batches were opened, and none could be filled for certain"),
    )
    .hint("nothing was carried out; the network or the API loses too many answers")
}
