//! One run: every table from its bookmark to now, several at a time, and what the
//! store no longer has.

mod by_time;
mod children;
mod plan;
mod removed;
mod report;
mod table;

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream;

use super::destination::{Destination, DestinationThread};
use super::layout::LaidOut;
use super::{Micros, StoreKey};
use crate::api::client::Client;
use crate::error::{Error, Kind, Result};
use crate::world::Clock;

use super::destination::Writer;
pub(super) use children::ChildReader;
pub use plan::{Deletes, RunPlan};
pub use report::{TableEnd, TableReport};

/// Watches a run.
pub trait SyncObserver {
    /// So many rows of a table were stored, up to this value of the replication key.
    fn progress(&self, table: &str, rows: u64, newest: Option<Micros>);

    /// A table was read to its end, or not.
    fn ended(&self, report: &TableReport);

    /// The views of the layout were made, or not.
    fn laid_out(&self, outcome: Result<LaidOut>);

    /// Something that the user should know.
    fn note(&self, note: &str);
}

/// A run.
pub struct SyncRun<'a> {
    /// What to do.
    pub plan: RunPlan,
    /// A client for each version of the API, by its name.
    pub clients: HashMap<&'static str, Arc<Client>>,
    /// Where rows go.
    pub worker: DestinationThread,
    /// Who watches.
    pub observer: &'a dyn SyncObserver,
    /// The present.
    pub clock: Clock,
}

impl SyncRun<'_> {
    /// Runs: takes the destination, reads all tables, and lets it go.
    ///
    /// # Errors
    /// The destination cannot be written, or nothing can be read. What went wrong
    /// with one table is in its report.
    pub async fn run(&self, store: StoreKey, writer: Writer) -> Result<Vec<TableReport>> {
        let now = self.now();
        self.worker
            .call(move |destination| destination.begin(&store, &writer, now))
            .await?;
        let reports = self.tables().await;
        if reports.is_ok() {
            self.lay_out().await;
        }
        let finished = self.worker.call(|destination| destination.finish()).await;
        let notes = |destination: &mut dyn Destination| Ok(destination.take_notes());
        for note in self.worker.call(notes).await? {
            self.observer.note(&note);
        }
        let reports = reports?;
        finished?;
        Ok(reports)
    }

    /// Makes the views. Rows are stored by then, and stay so whatever becomes of views.
    async fn lay_out(&self) {
        if let Some(layout) = self.plan.layout.clone() {
            let lay_out = move |destination: &mut dyn Destination| destination.lay_out(&layout);
            let laid_out = self.worker.call(lay_out).await;
            self.observer.laid_out(laid_out);
        }
    }

    fn now(&self) -> Micros {
        Micros::of((self.clock)())
    }

    async fn tables(&self) -> Result<Vec<TableReport>> {
        let parallel = self.plan.parallel.max(1);
        // Lists that belong to records are read with them.
        let own = self
            .plan
            .tables
            .iter()
            .filter(|table| table.parent.is_none());
        let each = own.map(|table| self.table(table));
        let mut running = stream::iter(each).buffer_unordered(parallel);
        let mut reports = Vec::new();
        while let Some(of_table) = running.next().await {
            for report in of_table? {
                self.observer.ended(&report);
                reports.push(report);
            }
        }
        let order = |report: &TableReport| {
            let mut tables = self.plan.tables.iter();
            tables.position(|table| table.name == report.table)
        };
        reports.sort_by_key(order);
        Ok(reports)
    }

    fn client(&self, version: &str) -> Result<&Arc<Client>> {
        let client = self.clients.get(version);
        client.ok_or_else(|| Error::unexpected(format!("there is no client of version {version}")))
    }
}

impl std::fmt::Debug for SyncRun<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("SyncRun").finish_non_exhaustive()
    }
}

/// Whether an error ends the whole run: no other table would fare better.
fn ends_all(error: &Error) -> bool {
    let status = error.answer.as_ref().map(|answer| answer.status);
    matches!(error.kind, Kind::Usage | Kind::Interrupted | Kind::Closed)
        // No store, no token: only a scope is about one table.
        || (error.kind == Kind::Access && status != Some(403))
}

#[cfg(test)]
#[path = "tests/fixture.rs"]
pub(super) mod fixture;
