//! The results of a batch that has ended: read page by page into the ledger,
//! paired with the rows, and noted as their ends.

use serde_json::Value;

use super::absence::Absence;
use super::looks::Looks;
use super::remote::{self, Phase, Seen};
use super::slot::{Slot, gone};
use super::task;
use crate::bulk::ledger::{Batch, Fate, Paired};
use crate::bulk::settle;
use crate::error::{Error, Kind, Result};

/// Reads the results of a batch and settles its rows.
pub(super) async fn results(
    slot: &Slot<'_>,
    batch: &Batch,
    remote: u64,
    seen: &Seen,
) -> Result<()> {
    if seen.phase == Phase::Deleted {
        return all_unknown(slot, batch, &gone(remote));
    }
    let mut looks = Looks::default();
    let (mut unfound, mut unfinished) = (Absence::default(), Absence::default());
    let mut least = u64::MAX;
    loop {
        let now = || (slot.means.timing.elapsed)();
        match read(slot, batch, remote, seen.phase).await {
            Ok(0) => break,
            Ok(open) if is_consistent(seen, open) => break,
            // The batch may be ahead of its tasks: they catch up.
            Ok(open) => {
                if open < least {
                    least = open;
                    unfinished.reset();
                }
                if unfinished.missed(now()) {
                    break;
                }
            }
            Err(error) if remote::is_gone(&error) => {
                match slot.observe(batch, remote).await? {
                    None => return Ok(()),
                    Some(seen) if seen.phase == Phase::Deleted => {
                        return all_unknown(slot, batch, &gone(remote));
                    }
                    Some(_) => {}
                }
                if unfound.missed(now()) {
                    return Err(without_results(remote));
                }
            }
            Err(error) => return Err(error),
        }
        slot.means.pause(looks.wait(now(), 0, 1)).await;
        if slot.is_stopped() {
            return Ok(());
        }
    }
    settle(slot, batch, remote)
}

/// Whether a batch that broke off counts as many tasks without an end as its
/// list shows: then the list does not lag behind.
fn is_consistent(seen: &Seen, open: u64) -> bool {
    let ended = seen.ok.saturating_add(seen.failed);
    seen.phase == Phase::Failed && seen.total.checked_sub(ended) == Some(open)
}

/// The batch is there, and the list of its tasks is not. Its rows are not
/// given up for that: the job stops, and can read them later.
fn without_results(remote: u64) -> Error {
    Error::new(
        Kind::Unreachable,
        format!("batch {remote} has ended, and the API does not find its tasks"),
    )
}

/// Reads all tasks into the ledger; gives how many have no end or are missing.
async fn read(slot: &Slot<'_>, batch: &Batch, remote: u64, ended: Phase) -> Result<u64> {
    slot.ledger.forget_tasks(batch.slot)?;
    let mut pages = remote::tasks(slot.means.client, remote);
    let (mut open, mut count) = (0, 0);
    while let Some(page) = pages.next(|_| true).await? {
        let mut tasks = Vec::with_capacity(page.records().len());
        for record in page.records() {
            open += u64::from(task::is_open(record));
            let task = task::read(record, slot.again, ended).ok_or_else(|| {
                Error::new(
                    Kind::Unexpected,
                    format!("batch {remote} has a task that is not understood"),
                )
            })?;
            tasks.push(task);
        }
        count += tasks.len() as u64;
        slot.ledger.note_tasks(batch.slot, &tasks)?;
    }
    Ok(open + batch.rows.saturating_sub(count))
}

/// Gives each row the end of its task. A row without a task, and a task
/// without a row, are named; nothing is guessed.
fn settle(slot: &Slot<'_>, batch: &Batch, remote: u64) -> Result<()> {
    let (ledger, number) = (slot.ledger, batch.slot);
    let tasks = ledger.tasks_of(number)?;
    let (mut rows, mut likenesses) = (Vec::new(), Vec::new());
    ledger.rows_of(number, |n, body| {
        rows.push(n);
        likenesses.push(settle::likeness(body));
    })?;
    let known: Vec<[u8; 32]> = tasks.iter().map(|(_, likeness)| *likeness).collect();
    let same = |row: usize, task: usize| {
        let row = ledger.body_of(rows[row]).ok().flatten();
        let task = ledger.task(number, tasks[task].0).ok();
        let parse = |text: &str| serde_json::from_str::<Value>(text).ok();
        match (
            row.as_deref().and_then(parse),
            task.and_then(|task| parse(&task.body)),
        ) {
            (Some(row), Some(task)) => settle::says_the_same(&row, &task),
            _ => false,
        }
    };
    let pairing = settle::pair(&likenesses, &known, same);
    let strangers = pairing.strangers.len();
    let mut ends: Vec<Paired> = Vec::with_capacity(rows.len());
    for (n, task) in rows.iter().zip(&pairing.rows) {
        let fate = match task {
            Some(task) => ledger.task(number, tasks[*task].0)?.fate,
            None => Fate::Unknown {
                status: None,
                error: alone(remote, tasks.len(), rows.len(), strangers),
            },
        };
        ends.push((*n, fate));
    }
    ledger.settle(number, &ends)
}

/// What to say of a row that no task belongs to.
fn alone(remote: u64, tasks: usize, rows: usize, strangers: usize) -> String {
    let count = format!("batch {remote} shows {tasks} tasks for {rows} rows");
    if strangers == 0 {
        format!("{count}, and none for this one")
    } else {
        format!("{count}, and {strangers} of them carry what no row says")
    }
}

/// Nothing can be said of any row of the batch.
pub(super) fn all_unknown(slot: &Slot<'_>, batch: &Batch, why: &str) -> Result<()> {
    let mut ends: Vec<Paired> = Vec::new();
    slot.ledger.rows_of(batch.slot, |n, _| {
        let error = why.to_owned();
        ends.push((
            n,
            Fate::Unknown {
                status: None,
                error,
            },
        ));
    })?;
    slot.ledger.settle(batch.slot, &ends)
}
