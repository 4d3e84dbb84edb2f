//! A run without an API, whose destination is a file, and an observer that keeps
//! what it is told.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::{Deletes, RunPlan, SyncObserver, SyncRun, TableReport};
use crate::catalog::recharge::FAMILY;
use crate::error::Result;
use crate::sync::destination::sqlite::Sqlite;
use crate::sync::destination::{DestinationThread, SchemaPolicy};
use crate::sync::layout::LaidOut;
use crate::sync::{Micros, SyncTable, tables};
use crate::world::Clock;

/// When runs of tests take place.
pub(in crate::sync) const NOW: &str = "2026-11-20T12:00:00Z";

/// Keeps what an observer is told, a line each.
#[derive(Default)]
pub(in crate::sync) struct Lines(RefCell<Vec<String>>);

impl Lines {
    /// The lines so far.
    pub(in crate::sync) fn take(&self) -> Vec<String> {
        self.0.take()
    }
}

impl SyncObserver for Lines {
    fn progress(&self, table: &str, rows: u64, newest: Option<Micros>) {
        let newest = newest.map_or_else(|| "nothing".to_owned(), |newest| newest.to_string());
        let line = format!("{table}: {rows} rows up to {newest}");
        self.0.borrow_mut().push(line);
    }

    fn ended(&self, report: &TableReport) {
        self.0.borrow_mut().push(format!("{} ended", report.table));
    }

    fn laid_out(&self, _: Result<LaidOut>) {}

    fn note(&self, note: &str) {
        self.0.borrow_mut().push(note.to_owned());
    }
}

/// A moment.
pub(in crate::sync) fn at(text: &str) -> Micros {
    text.parse().unwrap()
}

/// A clock that shows [`NOW`].
pub(in crate::sync) fn clock() -> Clock {
    let now = NOW.parse().unwrap();
    Arc::new(move || now)
}

/// A table of Recharge.
pub(in crate::sync) fn table(name: &str) -> SyncTable {
    let all = tables(&FAMILY, None);
    all.into_iter().find(|table| table.name == name).unwrap()
}

/// A destination that is a file of the folder.
pub(in crate::sync) fn destination(folder: &Path) -> DestinationThread {
    let file = Sqlite::open(&folder.join("copy.db")).unwrap();
    DestinationThread::start(Box::new(file), clock()).unwrap()
}

/// A run of no tables, without a client.
pub(in crate::sync) fn run<'a>(folder: &Path, observer: &'a Lines) -> SyncRun<'a> {
    SyncRun {
        plan: RunPlan {
            tables: Vec::new(),
            refresh: Vec::new(),
            start: None,
            lookback: Duration::ZERO,
            lag: Duration::ZERO,
            full_every: None,
            parallel: 1,
            schema: SchemaPolicy::Evolve,
            deletes: Deletes::Known,
            confirmed: false,
            layout: None,
        },
        clients: HashMap::new(),
        worker: destination(folder),
        observer,
        clock: clock(),
    }
}
