//! A list on its way to a destination, page by page.

use super::Micros;
use super::destination::{
    Advance, BatchPurpose, Destination, DestinationThread, RecordPage, StoredPage,
};
use super::row::RowFindings;
use super::run::{ChildReader, SyncObserver};
use crate::api::pages::{ListFailure, RecordSink};
use crate::error::{Error, Kind, Result};
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
    /// A row that is older shows that the API ignored the filter of the list.
    pub(super) not_older: Option<Micros>,
    /// The lists that belong to each record.
    pub(super) children: Option<&'a ChildReader<'a>>,
    /// What was stored of the last page.
    pub(super) last: Option<StoredPage>,
    /// Why the list is not read on, where it is not the destination's doing.
    pub(super) failure: Option<Error>,
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
    pub(super) findings: RowFindings,
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
            not_older: None,
            children: None,
            last: None,
            failure: None,
            total,
            page: None,
        }
    }

    /// Stores a page, with the lists that belong to its records.
    async fn store(&mut self, page: RecordPage) -> Result<StoredPage, ListFailure> {
        let (table, advance) = (self.table.to_owned(), self.advance);
        let Some(reader) = self.children else {
            let write =
                move |destination: &mut dyn Destination| destination.write(&table, &page, advance);
            return self.worker.call(write).await.map_err(ListFailure::Sink);
        };
        let children = reader.read(&page).await.map_err(ListFailure::Fetch)?;
        let write = move |destination: &mut dyn Destination| {
            destination.write_family(&table, &page, advance, &children)
        };
        let written = self.worker.call(write).await.map_err(ListFailure::Sink)?;
        let mut written = written.into_iter();
        let own = written.next().unwrap_or_default();
        for (table, written) in reader.stored(written) {
            tell(self.observer, &table, &written);
        }
        Ok(own)
    }

    /// The error of a page that shows that the list is not the one asked for.
    fn flaw(&self, written: &StoredPage) -> Option<Error> {
        let (asked, oldest) = self.not_older.zip(written.oldest)?;
        if oldest >= asked {
            return None;
        }
        Some(
            Error::new(
                Kind::Unreachable,
                format!(
                    "{}: the API ignored the date: rows since {asked} were asked for, and it \
                     answered with one of {oldest}",
                    self.table
                ),
            )
            .hint("the stored rows are correct; the bookmark did not move"),
        )
    }

    fn tell(&mut self, written: &StoredPage) {
        let new = self.total.findings.merge(&written.findings);
        tell(self.observer, self.table, &new);
    }
}

/// Says what was odd about rows of a table.
fn tell(observer: &dyn SyncObserver, table: &str, new: &RowFindings) {
    let kinds = [
        (
            &new.unknown,
            "fields without a column; they are stored in _extra",
        ),
        (
            &new.unfit,
            "values that do not fit their column; they are stored in _extra",
        ),
        (&new.nul, "NUL characters, which were replaced by U+FFFD"),
    ];
    for (names, what) in kinds {
        if !names.is_empty() {
            observer.note(&format!("{table} has {what}: {}", names.join(", ")));
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
        let written = match self.store(page).await {
            Ok(written) => written,
            Err(ListFailure::Sink(error)) => return Err(error),
            Err(ListFailure::Fetch(error)) => {
                self.failure = Some(error);
                return Ok(Flow::Enough);
            }
        };
        self.total.rows += written.rows;
        self.total.changed += written.changed;
        self.total.newest = self.total.newest.max(written.newest);
        self.tell(&written);
        self.observer
            .progress(self.table, self.total.rows, self.total.newest);
        self.failure = self.flaw(&written);
        if self.failure.is_some() {
            return Ok(Flow::Enough);
        }
        let is_older = self
            .until_older
            .is_some_and(|limit| written.newest.is_some_and(|newest| newest < limit));
        self.last = Some(written);
        Ok(if is_older { Flow::Enough } else { Flow::More })
    }
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
