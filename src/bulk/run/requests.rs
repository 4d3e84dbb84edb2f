//! Runs a job of single requests: several at a time within the rate limit, each
//! recorded in the ledger before it is sent and when its result is known.

use std::cell::Cell;
use std::collections::VecDeque;

use futures_util::stream::{FuturesUnordered, StreamExt};
use serde_json::Value;

use super::{ProgressTracker, RunContext, RunEnd, doubt, halted, look, remote, task};
use crate::api::client::{AttemptRecord, Response};
use crate::api::request::{Request, sent};
use crate::bulk::ledger::{Guard, LockedLedger, PendingRow, RowCounts, RowEnd};
use crate::bulk::undo::beside::{self, NextStep};
use crate::bulk::values::{self, ObjectValues, Proof};
use crate::catalog::{Idempotency, Operation, OperationAction, Resource};
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
    /// The operation of rows that name none.
    of_job: (&'static Resource, &'static Operation),
    pub(super) guard: Guard,
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
    let sender = RowSender {
        ledger,
        means,
        show,
        of_job: ledger.operation()?,
        guard: ledger.subject()?.guard,
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
        let mut is_end = false;
        loop {
            // Objects are read while nothing is under way: nothing that is
            // waited for stands still meanwhile.
            let may_read = self.guard == Guard::Absent || under_way.is_empty();
            if waiting.is_empty() && !is_end && may_read && !self.is_halted() {
                match self.next_rows(rows, &mut last).await {
                    Ok(Some(found)) => waiting.extend(found),
                    Ok(None) => is_end = true,
                    Err(error) => {
                        self.halt.set(true);
                        failure.get_or_insert(error);
                    }
                }
            }
            while under_way.len() < rows.at_once()
                && !self.is_halted()
                && let Some(row) = waiting.pop_front()
            {
                under_way.push(self.carry(row, rows));
            }
            match under_way.next().await {
                None if is_end || self.is_halted() => break,
                None | Some(Ok(())) => {}
                Some(Err(error)) => {
                    // Requests in progress are still awaited, so that their
                    // results are known; nothing else goes out.
                    self.halt.set(true);
                    failure.get_or_insert(error);
                }
            }
        }
        failure.map_or(Ok(()), Err)
    }

    /// The next rows of a pass that are to be sent; `None` after the last.
    async fn next_rows(
        &self,
        rows: RowSelection,
        last: &mut u64,
    ) -> Result<Option<Vec<PendingRow>>> {
        let found = match rows {
            RowSelection::InDoubt => self.ledger.in_doubt_behind(*last, AT_A_TIME)?,
            RowSelection::Ready | RowSelection::Met => {
                self.ledger.ready_behind(*last, AT_A_TIME)?
            }
        };
        let Some(row) = found.last() else {
            return Ok(None);
        };
        *last = row.n;
        Ok(Some(match (self.guard, rows) {
            (Guard::Absent, _) => found,
            (_, RowSelection::InDoubt) => look::in_doubt(self, found).await?,
            (_, RowSelection::Ready | RowSelection::Met) => {
                look::before_sending(self, found).await?
            }
        }))
    }

    /// The operation of the step that a row is at.
    pub(super) fn operation_of(
        &self,
        row: &PendingRow,
    ) -> Result<(&'static Resource, &'static Operation)> {
        match &row.operation {
            Some(name) => self.ledger.operation_named(name),
            None => Ok(self.of_job),
        }
    }

    /// Carries out the step that a row is at, and those after it.
    async fn carry(&self, row: PendingRow, rows: RowSelection) -> Result<()> {
        let mut next = Some(row);
        let mut rows = rows;
        while let Some(row) = next.take() {
            next = self.carry_step(&row, rows).await?;
            // Only the step that an earlier run left can be in doubt.
            if rows == RowSelection::InDoubt {
                rows = RowSelection::Ready;
            }
            if self.is_halted() {
                break;
            }
        }
        Ok(())
    }

    /// Carries out one step; returns the one after it, once it has succeeded.
    async fn carry_step(&self, row: &PendingRow, rows: RowSelection) -> Result<Option<PendingRow>> {
        if rows == RowSelection::InDoubt {
            return doubt::settle_cut_off(self, row).await;
        }
        match self.send(row, PriorAttempt::Unsent).await {
            Ok(answer) => self.answered(row, &answer),
            Err(error) => self.refused(row, error, rows).await,
        }
    }

    /// Sends the request of a row. That it goes out is in the ledger before.
    pub(super) async fn send(&self, row: &PendingRow, before: PriorAttempt) -> Result<Response> {
        let (_, operation) = self.operation_of(row)?;
        let request = Request::composed(operation, &row.task.target, row.task.body.clone());
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
    async fn refused(
        &self,
        row: &PendingRow,
        error: Error,
        rows: RowSelection,
    ) -> Result<Option<PendingRow>> {
        if is_own(&error) {
            return Err(error);
        }
        if error.kind == Kind::Interrupted && error.untouched {
            // It did not leave.
            return Ok(None);
        }
        if !error.untouched {
            if doubt::is_refused_after_loss(&error) {
                return doubt::settle_refused(self, row, error).await;
            }
            let why = error.to_string();
            return match self.again(row)? {
                // It was sent again as often as is allowed: the next pass, or
                // the next run, does so once more.
                Idempotency::Idempotent => self.is_in_trouble(&why).map(|()| None),
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
            return self.ledger.returns(row.n).map(|()| None);
        }
        self.end(row.n, &refusal(&error)).map(|()| None)
    }

    /// Notes what an answer with a success proves; returns the next step.
    pub(super) fn answered(
        &self,
        row: &PendingRow,
        answer: &Response,
    ) -> Result<Option<PendingRow>> {
        let (mut fate, after) = self.proved(row, answer)?;
        let mut following = NextStep::AsPlanned;
        let (_, operation) = self.operation_of(row)?;
        if beside::is_look(operation) {
            following = self.looked(row, operation, answer)?;
            if let NextStep::Impossible(why) = &following {
                fate = RowEnd::Failed {
                    status: None,
                    error: task::kept(why),
                };
            }
        }
        let next = self
            .ledger
            .step_ends(row, &fate, after.as_deref(), &following)?;
        if next.is_none() {
            self.count(&fate);
        }
        Ok(next)
    }

    /// What the answer to a step that only looks decides on the one after it.
    fn looked(
        &self,
        row: &PendingRow,
        list: &'static Operation,
        answer: &Response,
    ) -> Result<NextStep> {
        let later = self.ledger.later_steps(row.n, row.step)?;
        let next = later.first().map_or("", |step| step.operation.as_str());
        Ok(match beside::named(self.of_job.1, next) {
            Some(found) => beside::decide(self.means.client.api(), found, list, &answer.body),
            None => NextStep::AsPlanned,
        })
    }

    /// What a success proves, and the values that its object shows.
    fn proved(&self, row: &PendingRow, answer: &Response) -> Result<(RowEnd, Option<String>)> {
        let (resource, operation) = self.operation_of(row)?;
        let done = carried_out(answer);
        let body = row.task.body.as_deref();
        let is_new = operation.action == OperationAction::Create;
        let is_target = sent::identified_by(operation, body).is_some();
        if self.guard == Guard::Absent || !(is_new || is_target) {
            return Ok((done, None));
        }
        let Some(record) = task::answered_object(operation, &answer.body) else {
            return Ok((done, None));
        };
        let after = values::values_of(&record, &values::watched(resource, operation));
        let after = Some(Value::Object(after).to_string());
        let before: Option<ObjectValues> = row
            .before
            .as_deref()
            .and_then(|before| serde_json::from_str(before).ok());
        let Some(before) = before.filter(|_| is_target) else {
            return Ok((done, after));
        };
        let status = Some(answer.status);
        let intended = values::intended(resource, operation, body);
        let end = match values::judge(&intended, Some(&before), &record) {
            Proof::Changed => done,
            Proof::Unchanged(what) => RowEnd::Failed {
                status,
                error: task::kept(&format!(
                    "the API reported success, but changed nothing: {what}"
                )),
            },
            Proof::Other(what) => RowEnd::Unknown {
                status,
                error: task::kept(&format!("the API reported success, but {what}")),
            },
        };
        Ok((end, after))
    }

    /// What a second time does with this row.
    pub(super) fn again(&self, row: &PendingRow) -> Result<Idempotency> {
        let (_, operation) = self.operation_of(row)?;
        Ok(sent::again(operation, row.task.body.as_deref()))
    }

    /// Notes the end of a row.
    pub(super) fn end(&self, n: u64, fate: &RowEnd) -> Result<()> {
        self.ledger.ends(n, fate)?;
        self.count(fate);
        Ok(())
    }

    /// Counts the end of a row.
    pub(super) fn count(&self, fate: &RowEnd) {
        if !matches!(fate, RowEnd::Unknown { .. }) {
            self.trouble.set(0);
        }
        self.show.ended(|counts: &mut RowCounts| match fate {
            RowEnd::Ok { .. } => counts.ok += 1,
            RowEnd::Failed { .. } => counts.failed += 1,
            RowEnd::Unknown { .. } => counts.unknown += 1,
        });
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
            format!("{MOST_TROUBLE} rows in a row got no response: {why}"),
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
fn carried_out(answer: &Response) -> RowEnd {
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
