//! A list on its way to a destination, page by page.

use super::Micros;
use super::destination::{Advance, BatchPurpose, DestinationThread, RecordPage, StoredPage};
use super::row::RowFindings;
use super::run::SyncObserver;
use crate::api::pages::RecordSink;
use crate::error::Result;
use crate::filter::Flow;
use crate::world::Clock;

/// Takes the records of one list of a table.
pub(super) struct TableSink<'a> {
    pub(super) worker: &'a DestinationThread,
    pub(super) observer: &'a dyn SyncObserver,
    pub(super) clock: &'a Clock,
    /// The name of the table.
    pub(super) table: &'a str,
    /// How the bookmark moves.
    pub(super) advance: Advance,
    /// What becomes of the records.
    pub(super) purpose: BatchPurpose,
    /// A page that is wholly older ends the list.
    pub(super) until_older: Option<Micros>,
    /// What was stored.
    pub(super) total: &'a mut Total,
    page: Option<RecordPage>,
}

/// What was stored of a table.
#[derive(Debug, Default)]
pub(super) struct Total {
    pub(super) rows: u64,
    pub(super) changed: u64,
    pub(super) newest: Option<Micros>,
    findings: RowFindings,
}

impl<'a> TableSink<'a> {
    pub(super) fn new(
        (worker, observer, clock): (&'a DestinationThread, &'a dyn SyncObserver, &'a Clock),
        table: &'a str,
        advance: Advance,
        total: &'a mut Total,
    ) -> Self {
        Self {
            worker,
            observer,
            clock,
            table,
            advance,
            purpose: BatchPurpose::Rows,
            until_older: None,
            total,
            page: None,
        }
    }

    fn tell(&mut self, written: &StoredPage) {
        let new = self.total.findings.merge(&written.findings);
        let kinds = [
            (
                new.unknown,
                "fields that no column is for; they are kept in _extra",
            ),
            (
                new.unfit,
                "values that do not fit their column; they are kept in _extra",
            ),
            (new.nul, "NUL characters, which were replaced by U+FFFD"),
        ];
        for (names, what) in kinds {
            if !names.is_empty() {
                let note = format!("{} has {what}: {}", self.table, names.join(", "));
                self.observer.note(&note);
            }
        }
    }
}

impl RecordSink for TableSink<'_> {
    fn remark(&mut self, remark: &str) {
        self.observer.note(&format!("{}: {remark}", self.table));
    }

    fn record(&mut self, record: &str) -> Result<Flow> {
        let page = self.page.get_or_insert_with(|| {
            let mut page = RecordPage::new(Micros::of((self.clock)()));
            page.purpose = self.purpose;
            page
        });
        page.push(record);
        Ok(Flow::More)
    }

    async fn page_end(&mut self) -> Result<Flow> {
        let Some(page) = self.page.take() else {
            return Ok(Flow::More);
        };
        let (table, advance) = (self.table.to_owned(), self.advance);
        let write = move |destination: &mut dyn super::destination::Destination| {
            destination.write(&table, &page, advance)
        };
        let written = self.worker.call(write).await?;
        self.total.rows += written.rows;
        self.total.changed += written.changed;
        self.total.newest = self.total.newest.max(written.newest);
        self.tell(&written);
        self.observer
            .progress(self.table, self.total.rows, self.total.newest);
        let is_older = self
            .until_older
            .is_some_and(|limit| written.newest.is_some_and(|newest| newest < limit));
        Ok(if is_older { Flow::Enough } else { Flow::More })
    }
}
