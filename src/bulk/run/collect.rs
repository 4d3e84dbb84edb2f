//! Collects the results of a batch that has ended: its tasks are read into the
//! ledger, page by page, matched with the rows, and recorded as their results.

use serde_json::Value;

use super::absence::Absence;
use super::backoff::PollBackoff;
use super::batch_run::{BatchRun, gone};
use super::remote::{self, Phase, RemoteBatch};
use super::task;
use crate::api::pages::{ListFailure, RecordSink};
use crate::bulk::ledger::{Batch, Paired, RowEnd, SeenTask};
use crate::bulk::settle;
use crate::error::{Error, Kind, Result};
use crate::filter::Flow;

/// Reads the results of a batch and settles its rows.
pub(super) async fn results(
    run: &BatchRun<'_>,
    batch: &Batch,
    remote: u64,
    seen: &RemoteBatch,
) -> Result<()> {
    if seen.phase == Phase::Deleted {
        return all_unknown(run, batch, &gone(remote));
    }
    let mut backoff = PollBackoff::default();
    let (mut unfound, mut unfinished) = (Absence::default(), Absence::default());
    let mut least = u64::MAX;
    loop {
        let now = || (run.means.timing.elapsed)();
        match read(run, batch, remote, seen.phase).await {
            Ok(0) => break,
            Ok(open) if is_consistent(seen, open) => break,
            // The list of tasks may lag behind the batch.
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
                match run.observe(batch, remote).await? {
                    None => return Ok(()),
                    Some(seen) if seen.phase == Phase::Deleted => {
                        return all_unknown(run, batch, &gone(remote));
                    }
                    Some(_) => {}
                }
                if unfound.missed(now()) {
                    return Err(without_results(remote));
                }
            }
            Err(error) => return Err(error),
        }
        run.means.pause(backoff.wait(now(), 0, 1)).await;
        if run.is_stopped() {
            return Ok(());
        }
    }
    settle(run, batch, remote)
}

/// Whether a failed batch counts as many open tasks as its list shows. The list
/// does not lag behind then.
fn is_consistent(seen: &RemoteBatch, open: u64) -> bool {
    let ended = seen.ok.saturating_add(seen.failed);
    seen.phase == Phase::Failed && seen.total.checked_sub(ended) == Some(open)
}

/// The error of a batch that exists without a list of its tasks. Its rows stay
/// open: the job stops, and a later run reads them.
fn without_results(remote: u64) -> Error {
    Error::new(
        Kind::Unreachable,
        format!("batch {remote} has ended, and the API does not find its tasks"),
    )
}

/// Reads all tasks into the ledger; returns how many have no end or are missing.
async fn read(run: &BatchRun<'_>, batch: &Batch, remote: u64, ended: Phase) -> Result<u64> {
    run.ledger.forget_tasks(batch.slot)?;
    let mut sink = TaskList {
        run,
        batch,
        remote,
        ended,
        page: Vec::new(),
        open: 0,
    };
    let mut pages = remote::tasks(run.means.client, remote);
    let read = pages.records(None, &mut sink).await;
    let count = read.map_err(ListFailure::into_error)?;
    Ok(sink.open + batch.rows.saturating_sub(count))
}

/// The tasks of a batch on their way to the ledger, a page at a time.
struct TaskList<'a> {
    run: &'a BatchRun<'a>,
    batch: &'a Batch,
    remote: u64,
    ended: Phase,
    page: Vec<SeenTask>,
    /// Tasks without an end so far.
    open: u64,
}

impl RecordSink for TaskList<'_> {
    fn record(&mut self, record: &str) -> Result<Flow> {
        self.open += u64::from(task::is_open(record));
        let task = task::read(record, self.run.again, self.ended).ok_or_else(|| {
            Error::new(
                Kind::Unexpected,
                format!("batch {} has a task in an unexpected format", self.remote),
            )
        })?;
        self.page.push(task);
        Ok(Flow::More)
    }

    async fn page_end(&mut self) -> Result<Flow> {
        self.run.ledger.note_tasks(self.batch.slot, &self.page)?;
        self.page.clear();
        Ok(Flow::More)
    }
}

/// Records the result of its task for each row. A row without a task becomes
/// unknown; nothing is guessed.
fn settle(run: &BatchRun<'_>, batch: &Batch, remote: u64) -> Result<()> {
    let (ledger, number) = (run.ledger, batch.slot);
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
            None => RowEnd::Unknown {
                status: None,
                error: alone(remote, tasks.len(), rows.len(), strangers),
            },
        };
        ends.push((*n, fate));
    }
    ledger.settle(number, &ends)
}

/// The reason of a row that no task matches.
fn alone(remote: u64, tasks: usize, rows: usize, strangers: usize) -> String {
    let count = format!("batch {remote} shows {tasks} tasks for {rows} rows");
    if strangers == 0 {
        format!("{count}, and none for this one")
    } else {
        format!("{count}, and {strangers} of them match no row")
    }
}

/// Records every row of the batch as unknown.
pub(super) fn all_unknown(run: &BatchRun<'_>, batch: &Batch, why: &str) -> Result<()> {
    let mut ends: Vec<Paired> = Vec::new();
    run.ledger.rows_of(batch.slot, |n, _| {
        let error = why.to_owned();
        ends.push((
            n,
            RowEnd::Unknown {
                status: None,
                error,
            },
        ));
    })?;
    run.ledger.settle(batch.slot, &ends)
}
