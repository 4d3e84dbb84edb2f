//! The results of a batch that has ended: read page by page into the ledger,
//! paired with the rows, and noted as their ends.

use serde_json::Value;

use super::remote::{self, Phase, Seen};
use super::slot::{Slot, gone};
use super::{looks::Looks, task};
use crate::bulk::ledger::{Batch, Fate, Paired};
use crate::bulk::settle;
use crate::error::{Error, Kind, Result};

/// How often the tasks of a batch that has ended are read again while some of
/// them have not.
const MOST_READINGS: u32 = 4;

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
    for reading in 1.. {
        let open = match read(slot, batch, remote, seen.phase).await {
            Ok(open) => open,
            Err(error) if remote::is_gone(&error) => {
                return all_unknown(slot, batch, &gone(remote));
            }
            Err(error) => return Err(error),
        };
        if open == 0 || seen.phase == Phase::Failed || reading == MOST_READINGS {
            break;
        }
        // The batch is ahead of its tasks: they catch up.
        let wait = looks.wait((slot.means.timing.elapsed)(), 0, open);
        slot.means.pause(wait).await;
        if slot.means.is_stopped() {
            return Ok(());
        }
    }
    settle(slot, batch, remote)
}

/// Reads all tasks into the ledger; gives how many have no end.
async fn read(slot: &Slot<'_>, batch: &Batch, remote: u64, ended: Phase) -> Result<u64> {
    slot.ledger.forget_tasks(batch.slot)?;
    let mut pages = remote::tasks(slot.means.client, remote)?;
    let mut open = 0;
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
        slot.ledger.note_tasks(batch.slot, &tasks)?;
    }
    Ok(open)
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
