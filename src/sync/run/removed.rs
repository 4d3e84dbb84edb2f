//! Rows that the store no longer has.
//!
//! A key that a complete list lacks is looked up by itself where the API can be
//! asked for keys: a row may have left the list because it changed. Only what is
//! then still missing is gone.

use std::time::Duration;

use super::report::TableEnd;
use super::{Deletes, SyncRun};
use crate::api::pages::ListFailure;
use crate::sync::TableState;
use crate::sync::destination::{Among, BatchPurpose, Destination, Missing, Removals};
use crate::sync::read::Total;
use crate::sync::table::{ReadMethod, SyncTable};
use crate::sync::window::{ReadWindow, among, first_page, small, with_keys};

/// Seconds of a day.
const DAY: u64 = 86_400;

/// Keys that are looked up with one request.
const KEYS_A_REQUEST: usize = 100;

/// The share of a table that may be gone without a question, as a divisor.
const TENTH: u64 = 10;

impl SyncRun<'_> {
    /// Begins to gather the keys of a list.
    pub(super) async fn gather(&self, table: &SyncTable) -> crate::error::Result<()> {
        let name = table.name.clone();
        let gather = move |destination: &mut dyn Destination| destination.gather(&name);
        self.worker.call(gather).await
    }

    /// Marks the rows that are gone; returns how many, and how the table ended.
    pub(super) async fn deletions(
        &self,
        table: &SyncTable,
        state: &mut TableState,
        total: &mut Total,
    ) -> Result<(u64, TableEnd), ListFailure> {
        if self.plan.deletes == Deletes::Off {
            return Ok((0, TableEnd::Done));
        }
        let removals = self.removals(table).await?;
        let restriction = match (table.method, table.removed) {
            (ReadMethod::Whole, _) => None,
            _ if removals == Removals::Unknown => return Ok((0, TableEnd::Done)),
            // What such a list no longer has is only old.
            _ if table.reach_days.is_some() => return Ok((0, TableEnd::Done)),
            _ if self.plan.deletes == Deletes::Full => {
                self.gather(table).await.map_err(ListFailure::Sink)?;
                let request = first_page(table, ReadWindow::default());
                let purpose = BatchPurpose::RowsAndKeys;
                self.gathering(table, request, purpose, total).await?;
                table.forgotten.map(|rows| {
                    let span = Duration::from_secs(u64::from(rows.days) * DAY);
                    // The list may count days otherwise than this clock does.
                    let before = self.now().before(span).after(Duration::from_secs(2 * DAY));
                    Among::NotForgotten(rows, before)
                })
            }
            (_, Some(removed)) => {
                self.gather(table).await.map_err(ListFailure::Sink)?;
                let request = among(table, removed.field, removed.values);
                // Each version that was seen is a row of the history.
                let purpose = if table.keeps_history && removals == Removals::Compared {
                    BatchPurpose::RowsAndKeys
                } else {
                    BatchPurpose::Keys
                };
                self.gathering(table, request, purpose, total).await?;
                Some(Among::With(removed))
            }
            _ => match table.vanished.filter(|_| self.is_due_whole(state)) {
                Some(vanished) => {
                    self.gather(table).await.map_err(ListFailure::Sink)?;
                    let request = small(table, vanished);
                    let purpose = BatchPurpose::Keys;
                    self.gathering(table, request, purpose, total).await?;
                    None
                }
                None => return Ok((0, TableEnd::Done)),
            },
        };
        let (deleted, end) = match removals {
            Removals::Compared | Removals::KeysCompared => {
                self.mark(table, restriction, total).await?
            }
            Removals::Version => self.accept_version(table).await?,
            Removals::Unknown => (0, TableEnd::Done),
        };
        let is_whole = table.method == ReadMethod::Whole || table.vanished.is_some();
        if is_whole && matches!(end, TableEnd::Done) {
            state.read_whole = state.completed;
            self.conclude(table, state).await?;
        }
        Ok((deleted, end))
    }

    async fn removals(&self, table: &SyncTable) -> Result<Removals, ListFailure> {
        let name = table.name.clone();
        let ask = move |destination: &mut dyn Destination| Ok(destination.removals(&name));
        self.worker.call(ask).await.map_err(ListFailure::Sink)
    }

    /// Accepts a whole list as the version that replaces the one before, unless too
    /// many of its rows are gone at once.
    async fn accept_version(&self, table: &SyncTable) -> Result<(u64, TableEnd), ListFailure> {
        let counted = self.count(table, None).await?;
        if self.is_too_much(counted.missing, counted.rows) {
            return Ok((0, TableEnd::TooManyGone(counted)));
        }
        let name = table.name.clone();
        let end = move |destination: &mut dyn Destination| destination.end_older_rows(&name);
        self.worker.call(end).await.map_err(ListFailure::Sink)?;
        Ok((counted.missing, TableEnd::Done))
    }

    /// Whether so many rows are gone at once that somebody has to confirm it.
    const fn is_too_much(&self, gone: u64, rows: u64) -> bool {
        !self.plan.confirmed && gone > 1 && gone * TENTH > rows
    }

    /// Marks what is missing, unless it is too much at once.
    async fn mark(
        &self,
        table: &SyncTable,
        among: Option<Among>,
        total: &mut Total,
    ) -> Result<(u64, TableEnd), ListFailure> {
        let rows = self.count(table, None).await?.rows;
        let mut gone: Vec<String> = Vec::new();
        let mut deleted = 0;
        let mut after = None;
        loop {
            let keys = self.missing(table, among, after.take()).await?;
            let Some(last) = keys.last().cloned() else {
                break;
            };
            after = Some(last);
            gone.extend(self.still_missing(table, keys, total).await?);
            if self.plan.confirmed {
                deleted += self.mark_keys(table, std::mem::take(&mut gone)).await?;
            }
            // At most a tenth of the table is held, one key a row.
            if self.is_too_much(gone.len() as u64, rows) {
                let Missing { missing, .. } = self.count(table, among).await?;
                return Ok((0, TableEnd::TooManyGone(Missing { rows, missing })));
            }
        }
        deleted += self.mark_keys(table, gone).await?;
        Ok((deleted, TableEnd::Done))
    }

    /// Those of the keys that the API does not find either.
    async fn still_missing(
        &self,
        table: &SyncTable,
        keys: Vec<String>,
        total: &mut Total,
    ) -> Result<Vec<String>, ListFailure> {
        let Some(requests) = with_keys(table, &keys) else {
            return Ok(keys);
        };
        for request in requests {
            let purpose = BatchPurpose::RowsAndKeys;
            self.gathering(table, request, purpose, total).await?;
        }
        // What was found is among the keys that were gathered now.
        let name = table.name.clone();
        let lacking = move |destination: &mut dyn Destination| destination.lacking(&name, &keys);
        self.worker.call(lacking).await.map_err(ListFailure::Sink)
    }

    async fn count(&self, table: &SyncTable, among: Option<Among>) -> Result<Missing, ListFailure> {
        let name = table.name.clone();
        let count = move |destination: &mut dyn Destination| {
            destination.count_missing(&name, among.as_ref())
        };
        self.worker.call(count).await.map_err(ListFailure::Sink)
    }

    async fn missing(
        &self,
        table: &SyncTable,
        among: Option<Among>,
        after: Option<String>,
    ) -> Result<Vec<String>, ListFailure> {
        let name = table.name.clone();
        let missing = move |destination: &mut dyn Destination| {
            destination.missing(&name, among.as_ref(), after.as_deref(), KEYS_A_REQUEST)
        };
        self.worker.call(missing).await.map_err(ListFailure::Sink)
    }

    async fn mark_keys(&self, table: &SyncTable, keys: Vec<String>) -> Result<u64, ListFailure> {
        if keys.is_empty() {
            return Ok(0);
        }
        let (name, now) = (table.name.clone(), self.now());
        let mark =
            move |destination: &mut dyn Destination| destination.mark_deleted(&name, &keys, now);
        self.worker.call(mark).await.map_err(ListFailure::Sink)
    }
}

#[cfg(test)]
#[path = "removed_tests.rs"]
mod tests;
