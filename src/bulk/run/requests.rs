//! Runs a job of single requests: several at a time within the rate limit, each
//! recorded in the ledger before it is sent and when its result is known.

use std::cell::Cell;
use std::collections::VecDeque;

use futures_util::stream::{FuturesUnordered, StreamExt};
use serde_json::Value;

use super::{ProgressTracker, RunContext, RunEnd, doubt, halted, remote, task};
use crate::api::client::{AttemptRecord, Response};
use crate::api::request::{Request, sent};
use crate::bulk::ledger::{LockedLedger, PendingRow, RowCounts, RowEnd};
use crate::catalog::{Idempotency, Operation, Resource};
use crate::error::{Error, Kind, Result};

/// Requests in flight at a time. The rate limit lets about one start at a time;
/// the others hide the latency.
const AT_ONCE: usize = 8;

/// Rows that are read from the ledger at a time.
const AT_A_TIME: u64 = 64;

/// Rows in a row without a response before the run stops: the cause is not in
/// the rows.
const MOST_TROUBLE: u32 = 3;

/// Sends the rows of a job and records their results.
pub(super) struct RowSender<'a> {
    pub(super) ledger: &'a LockedLedger,
    pub(super) means: &'a RunContext<'a>,
    pub(super) show: &'a ProgressTracker<'a>,
    pub(super) resource: &'static Resource,
    pub(super) operation: &'static Operation,
    halt: Cell<bool>,
    trouble: Cell<u32>,
}

/// Sends the rows without a result: first those that an earlier run left in
/// doubt, then the unsent ones, then those whose responses were lost meanwhile,
/// and last those that were refused because of a concurrent write.
pub(super) async fn run(
    ledger: &LockedLedger,
    means: &RunContext<'_>,
    show: &ProgressTracker<'_>,
) -> Result<RunEnd> {
    let (resource, operation) = ledger.operation()?;
    let sender = RowSender {
        ledger,
        means,
        show,
        resource,
        operation,
        halt: Cell::new(false),
        trouble: Cell::new(0),
    };
    for rows in [
        RowSelection::InDoubt,
        RowSelection::Ready,
        RowSelection::InDoubt,
        RowSelection::Met,
    ] {
        sender.pass(rows).await?;
        if sender.is_halted() {
            return Ok(RunEnd::Halted);
        }
    }
    Ok(RunEnd::Done)
}

/// The rows that a pass takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RowSelection {
    /// Rows that may have been carried out.
    InDoubt,
    /// Rows that were not sent.
    Ready,
    /// Rows that were refused because of a concurrent write. They are sent one
    /// at a time, so that they do not conflict with each other.
    Met,
}

impl RowSelection {
    const fn at_once(self) -> usize {
        match self {
            Self::InDoubt | Self::Ready => AT_ONCE,
            Self::Met => 1,
        }
    }
}

/// Whether a row was attempted before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PriorAttempt {
    /// No attempt was made.
    Unsent,
    /// An attempt was made whose answer is lost.
    Lost,
}

/// Records the attempts of a row in the ledger.
struct RowRecord<'a> {
    sender: &'a RowSender<'a>,
    n: u64,
    before: PriorAttempt,
    /// Whether the ledger says that it is on its way.
    is_out: Cell<bool>,
}

impl AttemptRecord for RowRecord<'_> {
    fn leaves(&self) -> Result<()> {
        if self.sender.is_halted() && !self.is_out.get() {
            return Err(halted());
        }
        if !self.is_out.replace(true) {
            self.sender.ledger.leaves(self.n)?;
        }
        Ok(())
    }

    fn returns(&self) -> Result<()> {
        // That this attempt changed nothing says nothing of the lost one.
        if self.before == PriorAttempt::Unsent && self.is_out.replace(false) {
            self.sender.ledger.returns(self.n)?;
        }
        if self.sender.is_halted() {
            return Err(halted());
        }
        Ok(())
    }
}

impl RowSender<'_> {
    async fn pass(&self, rows: RowSelection) -> Result<()> {
        let mut waiting = VecDeque::new();
        let mut last = 0;
        let mut under_way = FuturesUnordered::new();
        let mut failure: Option<Error> = None;
        loop {
            while under_way.len() < rows.at_once() && !self.is_halted() {
                if waiting.is_empty() {
                    waiting.extend(match rows {
                        RowSelection::InDoubt => self.ledger.in_doubt_behind(last, AT_A_TIME)?,
                        RowSelection::Ready | RowSelection::Met => {
                            self.ledger.ready_behind(last, AT_A_TIME)?
                        }
                    });
                }
                let Some(row) = waiting.pop_front() else {
                    break;
                };
                last = row.n;
                under_way.push(self.carry(row, rows));
            }
            match under_way.next().await {
                None => break,
                Some(Ok(())) => {}
                Some(Err(error)) => {
                    // What is under way is still waited for, so that it is
                    // known; nothing else goes out.
                    self.halt.set(true);
                    failure.get_or_insert(error);
                }
            }
        }
        failure.map_or(Ok(()), Err)
    }

    async fn carry(&self, row: PendingRow, rows: RowSelection) -> Result<()> {
        if rows == RowSelection::InDoubt {
            return doubt::settle_cut_off(self, &row).await;
        }
        match self.send(&row, PriorAttempt::Unsent).await {
            Ok(answer) => self.end(row.n, &carried_out(&answer)),
            Err(error) => self.refused(&row, error, rows).await,
        }
    }

    /// Sends the request of a row. That it goes out is in the ledger before.
    pub(super) async fn send(&self, row: &PendingRow, before: PriorAttempt) -> Result<Response> {
        let request = Request::composed(self.operation, &row.task.target, row.task.body.clone());
        let record = RowRecord {
            sender: self,
            n: row.n,
            before,
            is_out: Cell::new(false),
        };
        let sending = self.means.client.send_noting(&request, &record);
        tokio::pin!(sending);
        let mut stop = self.means.stop.clone();
        tokio::select! {
            biased;
            Ok(_) = stop.wait_for(|stopped| *stopped) => {}
            answer = &mut sending => return answer,
        }
        // What waits for its turn, or pauses after a refusal, need not be
        // waited for: it would be turned back.
        if record.is_out.get() {
            sending.await
        } else {
            Err(halted().untouched())
        }
    }

    /// A row that was not carried out, or of which that is not certain.
    async fn refused(&self, row: &PendingRow, error: Error, rows: RowSelection) -> Result<()> {
        if is_own(&error) {
            return Err(error);
        }
        if error.kind == Kind::Interrupted && error.untouched {
            // It did not leave.
            return Ok(());
        }
        if !error.untouched {
            if doubt::is_refused_after_loss(&error) {
                return doubt::settle_refused(self, row, error).await;
            }
            let why = error.to_string();
            return match self.again(row) {
                // It was sent again as often as is allowed: the next pass, or
                // the next run, does so once more.
                Idempotency::Idempotent => self.is_in_trouble(&why),
                Idempotency::RejectsRepeat | Idempotency::NotIdempotent => {
                    doubt::settle(self, row, &why).await
                }
            };
        }
        if stops(&error) {
            self.ledger.returns(row.n)?;
            return Err(error);
        }
        if remote::status(&error) == Some(409) && rows != RowSelection::Met {
            return self.ledger.returns(row.n);
        }
        self.end(row.n, &refusal(&error))
    }

    /// What a second time does with this row.
    pub(super) fn again(&self, row: &PendingRow) -> Idempotency {
        sent::again(self.operation, row.task.body.as_deref())
    }

    /// Notes the end of a row.
    pub(super) fn end(&self, n: u64, fate: &RowEnd) -> Result<()> {
        self.ledger.ends(n, fate)?;
        if !matches!(fate, RowEnd::Unknown { .. }) {
            self.trouble.set(0);
        }
        self.show.ended(|counts: &mut RowCounts| match fate {
            RowEnd::Ok { .. } => counts.ok += 1,
            RowEnd::Failed { .. } => counts.failed += 1,
            RowEnd::Unknown { .. } => counts.unknown += 1,
        });
        Ok(())
    }

    /// A row got no answer. One of them may have bad luck; when it is so with
    /// row after row, nothing further is risked.
    pub(super) fn is_in_trouble(&self, why: &str) -> Result<()> {
        self.show.doubts(why);
        self.trouble.set(self.trouble.get() + 1);
        if self.trouble.get() < MOST_TROUBLE {
            return Ok(());
        }
        Err(Error::new(
            Kind::Unreachable,
            format!("{MOST_TROUBLE} rows one after the other got no answer: {why}"),
        ))
    }

    pub(super) fn is_halted(&self) -> bool {
        self.halt.get() || self.means.is_stopped()
    }
}

/// Whether it is about this program or this machine, not about the row.
pub(super) fn is_own(error: &Error) -> bool {
    error.answer.is_none() && !matches!(error.kind, Kind::Unreachable | Kind::Interrupted)
}

/// Whether a refusal would meet every row alike: no network, too many requests,
/// a token that may not.
pub(super) fn stops(error: &Error) -> bool {
    matches!(error.kind, Kind::Access | Kind::Unreachable)
}

/// The end of a row that was answered with a success.
pub(super) fn carried_out(answer: &Response) -> RowEnd {
    let said: Option<Value> = serde_json::from_slice(&answer.body).ok();
    RowEnd::Ok {
        status: Some(answer.status),
        object: said.as_ref().and_then(task::object_id),
    }
}

/// The end of a row that was answered with a refusal.
pub(super) fn refusal(error: &Error) -> RowEnd {
    let said = error.answer.as_deref();
    let reason = said.and_then(|answer| answer.errors.clone());
    let reason = reason.unwrap_or_else(|| error.to_string());
    RowEnd::Failed {
        status: said.map(|answer| answer.status),
        error: task::kept(&reason),
    }
}
