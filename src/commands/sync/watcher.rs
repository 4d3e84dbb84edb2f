//! The messages of a run: a line for all tables, one for each that is read, and a
//! note on each that failed.

use std::cell::RefCell;
use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::error::Result;
use crate::output::progress::{ProgressLine, ProgressState};
use crate::sync::layout::LaidOut;
use crate::sync::{Micros, ReadMethod, SyncObserver, SyncTable, TableEnd, TableReport};
use crate::ui::reporter::Voice;
use crate::world::Clock;

/// Shows the progress of a run.
pub(super) struct Watcher {
    progress: ProgressLine,
    voice: Voice,
    clock: Clock,
    tables: usize,
    /// The tables that are read in the order of changes: how far one is, its bookmark
    /// tells.
    ordered: Vec<String>,
    seen: RefCell<Seen>,
    laid_out: RefCell<Option<Result<LaidOut>>>,
}

#[derive(Default)]
struct Seen {
    rows: BTreeMap<String, u64>,
    reading: BTreeMap<String, TableLine>,
    ended: usize,
}

/// The line of a table that is read.
struct TableLine {
    line: ProgressLine,
    /// The bookmark after the first page, and the time then.
    first: Option<(Micros, Timestamp)>,
}

impl Watcher {
    pub(super) fn new(
        progress: ProgressLine,
        voice: Voice,
        clock: Clock,
        tables: &[SyncTable],
    ) -> Self {
        let ordered = tables
            .iter()
            .filter(|table| matches!(table.method, ReadMethod::Ascending { .. }));
        Self {
            progress,
            voice,
            clock,
            tables: tables.len(),
            ordered: ordered.map(|table| table.name.clone()).collect(),
            seen: RefCell::default(),
            laid_out: RefCell::default(),
        }
    }

    /// Another run over the same tables begins.
    pub(super) fn begin(&self) {
        *self.seen.borrow_mut() = Seen::default();
    }

    /// What became of the views since the last call.
    pub(super) fn take_laid_out(&self) -> Option<Result<LaidOut>> {
        self.laid_out.borrow_mut().take()
    }

    /// Draws the line of all tables, which stays above the others.
    fn draw(&self, seen: &Seen) {
        let state = format!("{} of {} tables done", seen.ended, self.tables);
        self.progress.seen(ProgressState {
            done: seen.rows.values().sum(),
            state: &state,
            ..ProgressState::default()
        });
    }

    /// How much of a table is read, by its bookmark.
    fn share(&self, table: &str, line: &mut TableLine, newest: Option<Micros>) -> Option<f32> {
        if !self.ordered.iter().any(|name| name == table) {
            return None;
        }
        let newest = newest?;
        let (first, now) = *line.first.get_or_insert_with(|| (newest, (self.clock)()));
        let all = Micros::of(now).since(first).as_secs_f32();
        (all > 0.0).then(|| newest.since(first).as_secs_f32() / all)
    }
}

impl SyncObserver for Watcher {
    fn progress(&self, table: &str, rows: u64, newest: Option<Micros>) {
        let mut seen = self.seen.borrow_mut();
        seen.rows.insert(table.to_owned(), rows);
        self.draw(&seen);
        let line = seen.reading.entry(table.to_owned());
        let line = line.or_insert_with(|| TableLine {
            line: self.progress.another(),
            first: None,
        });
        let until = newest.map_or_else(String::new, |newest| format!("up to {newest}"));
        let share = self.share(table, line, newest);
        line.line.seen(ProgressState {
            done: rows,
            share,
            label: table,
            state: &until,
            ..ProgressState::default()
        });
    }

    fn ended(&self, report: &TableReport) {
        if let TableEnd::Failed(error) | TableEnd::Forbidden(error) = &report.end {
            self.voice.note(&format!("{}: {error}", report.table));
            for hint in &error.hints {
                self.voice.note(hint);
            }
        }
        let mut seen = self.seen.borrow_mut();
        seen.ended += 1;
        seen.reading.remove(&report.table);
        self.draw(&seen);
    }

    fn laid_out(&self, outcome: Result<LaidOut>) {
        *self.laid_out.borrow_mut() = Some(outcome);
    }

    fn note(&self, note: &str) {
        self.voice.note(note);
    }
}
