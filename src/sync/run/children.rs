//! Lists that belong to one record each: with every page of records their lists are
//! read, so that both are stored in one transaction.

use std::cell::RefCell;
use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt, stream};

use super::SyncObserver;
use crate::api::client::Client;
use crate::api::pages::{Pages, RecordSink};
use crate::api::response::{Wanted, id_of};
use crate::error::{Error, Kind, Result};
use crate::filter::Flow;
use crate::sync::destination::{BatchPurpose, ChildPage, RecordPage, StoredPage};
use crate::sync::read::Total;
use crate::sync::row::RowFindings;
use crate::sync::table::SyncTable;
use crate::sync::window::of_parent;

/// Reads the lists that belong to the records of a table.
pub(in crate::sync) struct ChildReader<'a> {
    pub(super) client: Arc<Client>,
    pub(super) observer: &'a dyn SyncObserver,
    /// The field that identifies a record.
    pub(super) key: &'static str,
    /// The tables of the lists.
    pub(super) tables: Vec<&'a SyncTable>,
    /// What was stored of each.
    pub(super) totals: RefCell<Vec<Total>>,
    /// How many lists are read at a time.
    pub(super) parallel: usize,
}

impl ChildReader<'_> {
    /// The lists of the records of a page. They are in memory at once: those of 250
    /// records.
    ///
    /// # Errors
    /// One cannot be read.
    pub(in crate::sync) async fn read(&self, page: &RecordPage) -> Result<Vec<ChildPage>> {
        let mut parents = Vec::new();
        for record in page.records() {
            let key = id_of(record.as_bytes(), self.key);
            parents.push(key.ok_or_else(|| {
                Error::new(Kind::Unreachable, format!("a record has no {}", self.key))
            })?);
        }
        let mut children = Vec::new();
        for (at, table) in self.tables.iter().enumerate() {
            let mut records = RecordPage::new(page.at);
            records.purpose = BatchPurpose::RowsAndKeys;
            let before = self.totals.borrow().get(at).map_or(0, |total| total.rows);
            let lists = stream::iter(parents.clone()).map(|parent| self.list(table, parent));
            let mut lists = lists.buffered(self.parallel.max(1));
            while let Some(list) = lists.try_next().await? {
                list.0.iter().for_each(|record| records.push(record));
                let read = before + records.len() as u64;
                self.observer.progress(&table.name, read, None);
            }
            children.push(ChildPage {
                table: table.name.clone(),
                column: table.parent.as_ref().map_or("", |parent| parent.column),
                parents: parents.clone(),
                records,
            });
        }
        Ok(children)
    }

    /// One list. That of a record that has gone meanwhile is empty.
    async fn list(&self, table: &SyncTable, parent: String) -> Result<CollectedRecords> {
        let wanted = Wanted::of(table.operation.response);
        let mut pages = Pages::new(self.client.clone(), of_parent(table, &parent), wanted);
        let mut records = CollectedRecords::default();
        match pages.records(None, &mut records).await {
            Ok(_) => Ok(records),
            Err(failure) => match failure.into_error() {
                error if error.kind == Kind::NotFound => Ok(CollectedRecords::default()),
                error => Err(error),
            },
        }
    }

    /// Counts what was stored of each list; returns what is new about their rows.
    pub(in crate::sync) fn stored(
        &self,
        written: impl Iterator<Item = StoredPage>,
    ) -> Vec<(String, RowFindings)> {
        let mut totals = self.totals.borrow_mut();
        let each = self.tables.iter().zip(totals.iter_mut()).zip(written);
        let new = each.map(|((table, total), written)| {
            total.rows += written.rows;
            total.changed += written.changed;
            (table.name.clone(), total.findings.merge(&written.findings))
        });
        new.collect()
    }
}

/// Records of one list.
#[derive(Default)]
struct CollectedRecords(Vec<String>);

impl RecordSink for CollectedRecords {
    fn record(&mut self, record: &str) -> Result<Flow> {
        self.0.push(record.to_owned());
        Ok(Flow::More)
    }
}

#[cfg(test)]
#[path = "children_tests.rs"]
mod tests;
