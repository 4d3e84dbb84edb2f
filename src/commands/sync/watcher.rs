//! What a person sees of a run: one line for all tables, and a word on each.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::output::progress::{Progress, ProgressState, grouped};
use crate::sync::{Micros, SyncObserver, TableEnd, TableReport};
use crate::ui::reporter::Voice;

/// Shows the progress of a run.
pub(super) struct Watcher {
    progress: Progress,
    voice: Voice,
    tables: usize,
    seen: RefCell<Seen>,
}

#[derive(Default)]
struct Seen {
    rows: BTreeMap<String, u64>,
    ended: usize,
}

impl Watcher {
    pub(super) fn new(progress: Progress, voice: Voice, tables: usize) -> Self {
        Self {
            progress,
            voice,
            tables,
            seen: RefCell::default(),
        }
    }

    fn draw(&self, latest: &str) {
        let seen = self.seen.borrow();
        let state = format!("{} of {} tables done, {latest}", seen.ended, self.tables);
        self.progress.seen(ProgressState {
            done: seen.rows.values().sum(),
            state: &state,
            ..ProgressState::default()
        });
    }
}

impl SyncObserver for Watcher {
    fn progress(&self, table: &str, rows: u64, newest: Option<Micros>) {
        self.seen.borrow_mut().rows.insert(table.to_owned(), rows);
        let until = newest.map_or_else(String::new, |newest| format!(" up to {newest}"));
        self.draw(&format!("{table}: {}{until}", grouped(rows)));
    }

    fn ended(&self, report: &TableReport) {
        self.seen.borrow_mut().ended += 1;
        if let TableEnd::Failed(error) | TableEnd::Forbidden(error) = &report.end {
            self.voice.note(&format!("{}: {error}", report.table));
            for hint in &error.hints {
                self.voice.note(hint);
            }
        }
        self.draw(&report.table);
    }

    fn note(&self, note: &str) {
        self.voice.note(note);
    }
}
