//! A row whose answer is lost: what can be detected, and what cannot. What
//! would happen twice is never sent twice.

use super::lookup::{LookupResult, RowLookup};
use super::remote;
use super::requests::{PriorAttempt, RowSender, is_own, refusal, stops};
use super::{backoff, task};
use crate::api::client::is_refused_each_time;
use crate::api::client::retry::is_refusal;
use crate::bulk::ledger::{PendingRow, RowEnd};
use crate::bulk::undo::beside::NextStep;
use crate::catalog::Idempotency;
use crate::error::{Error, Kind, Result};

/// How often a row goes out at most.
const MOST_TRIES: u64 = 5;

/// Second attempts of one row in a run, before it is left for later.
const AT_ONCE: u32 = 2;

/// Said of a row that was refused after a lost answer.
const FIRST_LOST: &str = "the response to a first attempt was lost";

/// What is known of a row that an earlier run left without an end.
const CUT_OFF: &str = "it was cut off";

/// Settles a row that went out before this run, which found it without an end.
/// That says nothing of the network now: many such rows are no trouble.
pub(super) async fn settle_cut_off(
    sender: &RowSender<'_>,
    row: &PendingRow,
) -> Result<Option<PendingRow>> {
    if sender.again(row)? == Idempotency::NotIdempotent {
        return sender.end(row.n, &unknown(CUT_OFF)).map(|()| None);
    }
    settle(sender, row, CUT_OFF).await
}

/// Settles a row that went out and has no end. `why` is what is known.
pub(super) async fn settle(
    sender: &RowSender<'_>,
    row: &PendingRow,
    why: &str,
) -> Result<Option<PendingRow>> {
    if sender.again(row)? == Idempotency::NotIdempotent {
        sender.end(row.n, &unknown(why))?;
        return sender.is_in_trouble(why).map(|()| None);
    }
    let mut why = why.to_owned();
    for attempt in 0..AT_ONCE {
        if row.tries + u64::from(attempt) >= MOST_TRIES {
            let last = format!("{why}; it was sent {MOST_TRIES} times");
            sender.end(row.n, &unknown(&last))?;
            return sender.is_in_trouble(&why).map(|()| None);
        }
        let error = match sender.send(row, PriorAttempt::Lost).await {
            Ok(answer) => return sender.answered(row, &answer),
            Err(error) => error,
        };
        if error.kind == Kind::Interrupted && error.untouched {
            return Ok(None);
        }
        if is_own(&error) || (error.untouched && stops(&error)) {
            return Err(error);
        }
        // Something is working on the same object: perhaps the attempt before.
        let is_at_work = remote::status(&error) == Some(409);
        if is_refused_after_loss(&error) {
            return settle_refused(sender, row, error).await;
        }
        if error.untouched && !is_at_work {
            let fate = of_refusal(sender, row, &error).await?;
            return settled(sender, row, &fate);
        }
        why = error.to_string();
        sender.means.pause(backoff::FIRST).await;
    }
    // It stays in doubt in the ledger: the next pass, or the next run, settles
    // it.
    sender.is_in_trouble(&why).map(|()| None)
}

/// Notes the end that was detected; after a success the row continues.
fn settled(sender: &RowSender<'_>, row: &PendingRow, fate: &RowEnd) -> Result<Option<PendingRow>> {
    let next = sender
        .ledger
        .step_ends(row, fate, None, &NextStep::AsPlanned)?;
    if next.is_none() {
        sender.count(fate);
    }
    Ok(next)
}

/// Whether a refusal followed an attempt whose answer was lost, in one sending.
pub(super) fn is_refused_after_loss(error: &Error) -> bool {
    // Something at work on the object, or a full bucket, is not an answer yet.
    error.in_doubt
        && remote::status(error)
            .is_some_and(|status| is_refusal(status) && !matches!(status, 409 | 429))
}

/// Settles a row of which one attempt was lost and the next refused.
///
/// # Errors
/// The refusal, where it would meet every row: the row stays in doubt.
pub(super) async fn settle_refused(
    sender: &RowSender<'_>,
    row: &PendingRow,
    error: Error,
) -> Result<Option<PendingRow>> {
    if matches!(remote::status(&error), Some(300..=399 | 401 | 403)) {
        return Err(error);
    }
    let fate = of_refusal(sender, row, &error).await?;
    settled(sender, row, &fate)
}

/// The end of a row that was refused after an attempt whose answer was lost:
/// because the first was carried out, or because both are refused.
async fn of_refusal(sender: &RowSender<'_>, row: &PendingRow, error: &Error) -> Result<RowEnd> {
    if is_refused_each_time(error) {
        return Ok(refusal(error));
    }
    let status = remote::status(error);
    if let Some(wanted) = RowLookup::of(sender, row)? {
        return Ok(match wanted.find(sender.means.client).await? {
            LookupResult::Same { object } => RowEnd::Ok {
                status: None,
                object,
            },
            LookupResult::Other(what) => RowEnd::Unknown {
                status,
                error: task::kept(&format!("{FIRST_LOST}; {what}")),
            },
        });
    }
    let text = match status {
        // Gone because it was deleted, or because it never was.
        Some(404 | 410) if !error.in_doubt => {
            format!("{FIRST_LOST}, and it does not exist: {error}")
        }
        _ if error.in_doubt => error.to_string(),
        _ => format!("{FIRST_LOST}, and the second was refused: {error}"),
    };
    Ok(RowEnd::Unknown {
        status,
        error: task::kept(&text),
    })
}

fn unknown(why: &str) -> RowEnd {
    RowEnd::Unknown {
        status: None,
        error: task::kept(&format!("it may have been carried out: {why}")),
    }
}
