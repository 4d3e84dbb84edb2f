//! Runs a job of batches: one after the other, or several at a time.

use std::cell::Cell;
use std::collections::VecDeque;

use futures_util::stream::{FuturesUnordered, StreamExt};

use super::batch_run::BatchRun;
use super::{ProgressTracker, RunContext, RunEnd};
use crate::bulk::ledger::{BatchStage, LockedLedger};
use crate::error::Result;

/// Carries out the batches that are not settled. When one fails, the others
/// take no further step; what they did is in the ledger.
pub(super) async fn run(
    ledger: &LockedLedger,
    means: &RunContext<'_>,
    show: &ProgressTracker<'_>,
) -> Result<RunEnd> {
    let (_, operation) = ledger.operation()?;
    let batches = ledger.batches()?;
    let of = batches.len();
    let left = batches
        .iter()
        .filter(|batch| batch.stage != BatchStage::Settled);
    let mut waiting: VecDeque<u64> = left.map(|batch| batch.slot).collect();
    let halt = Cell::new(false);
    let mut under_way = FuturesUnordered::new();
    let places = means.parallel.max(1);
    let mut end = RunEnd::Done;
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
            Some(Ok(RunEnd::Done)) => {}
            // This one runs at the API; the next one is submitted.
            Some(Ok(RunEnd::Submitted)) => {
                if end == RunEnd::Done {
                    end = RunEnd::Submitted;
                }
            }
            Some(Ok(RunEnd::Halted)) => {
                halt.set(true);
                end = RunEnd::Halted;
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
