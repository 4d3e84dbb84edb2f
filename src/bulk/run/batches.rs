//! Runs a job of batches: one after the other, or several at a time.

use std::cell::Cell;
use std::collections::VecDeque;

use futures_util::stream::{FuturesUnordered, StreamExt};

use super::batch_run::BatchRun;
use super::{Ended, Means, ProgressTracker};
use crate::bulk::ledger::{LockedLedger, Stage};
use crate::error::Result;

/// Carries out the batches that are not settled. When one fails, the others
/// take no further step; what they did is in the ledger.
pub(super) async fn run(
    ledger: &LockedLedger,
    means: &Means<'_>,
    show: &ProgressTracker<'_>,
) -> Result<Ended> {
    let (_, operation) = ledger.operation()?;
    let batches = ledger.batches()?;
    let of = batches.len();
    let left = batches.iter().filter(|batch| batch.stage != Stage::Settled);
    let mut waiting: VecDeque<u64> = left.map(|batch| batch.slot).collect();
    let halt = Cell::new(false);
    let mut under_way = FuturesUnordered::new();
    let places = means.parallel.max(1);
    let mut end = Ended::Done;
    let mut failure = None;
    loop {
        while under_way.len() < places
            && !halt.get()
            && let Some(number) = waiting.pop_front()
        {
            let run = BatchRun::new(ledger, means, show, &halt, operation)?;
            under_way.push(BatchRun { number, of, ..run }.carry());
        }
        match under_way.next().await {
            None => break,
            Some(Ok(Ended::Done)) => {}
            // This one runs at the API; the next one is submitted.
            Some(Ok(Ended::Submitted)) => {
                if end == Ended::Done {
                    end = Ended::Submitted;
                }
            }
            Some(Ok(Ended::Halted)) => {
                halt.set(true);
                end = Ended::Halted;
            }
            Some(Err(error)) => {
                halt.set(true);
                failure.get_or_insert(error);
            }
        }
    }
    match failure {
        Some(error) => Err(error),
        None => Ok(end),
    }
}
