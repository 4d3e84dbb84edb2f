//! Which rows are marked as deleted, and how many may be gone at once.

use std::sync::Arc;

use super::*;
use crate::error::Result as Fallible;
use crate::sync::destination::sqlite::Sqlite;
use crate::sync::destination::{
    Advance, ChildPage, DestinationThread, RecordPage, SchemaPolicy, StoredPage, Writer,
};
use crate::sync::run::fixture::{Lines, NOW, OneList, at, clock, prepare, run, status, table};
use crate::sync::{Micros, StoreKey, TableStatus};

#[test]
fn more_than_a_tenth_of_a_table_is_not_marked_unless_it_is_confirmed_or_one_row() {
    let folder = tempfile::tempdir().unwrap();
    let lines = Lines::default();
    let mut run = run(folder.path(), &lines);
    for (gone, rows, is_too_much) in [
        (0, 0, false),
        (1, 1, false),
        (2, 2, true),
        (2, 19, true),
        (2, 20, false),
        (2, 21, false),
        (10, 100, false),
        (11, 100, true),
        (100, 100, true),
    ] {
        run.plan.confirmed = false;
        assert_eq!(run.is_too_much(gone, rows), is_too_much, "{gone} of {rows}");
        run.plan.confirmed = true;
        assert!(!run.is_too_much(gone, rows), "{gone} of {rows}");
    }
}

/// Stores records of a table in the destination of a run.
async fn store(run: &SyncRun<'_>, table: &SyncTable, records: &[&str]) {
    prepare(&run.worker, &[table]).await;
    let mut page = RecordPage::new(at(NOW));
    for record in records {
        page.push(record);
    }
    let name = table.name.clone();
    let written = run
        .worker
        .call(move |destination| destination.write(&name, &page, Advance::AtEnd));
    written.await.unwrap();
}

/// Looks for deletions of a table whose list is empty; returns how many there were,
/// and how often the list was asked for.
fn deleted(table: &SyncTable, deletes: Deletes, records: &[&str]) -> (u64, usize) {
    let folder = tempfile::tempdir().unwrap();
    let (lines, list) = (Lines::default(), OneList::default());
    let mut run = run(folder.path(), &lines);
    run.clients.insert(table.api.version, list.client(table));
    run.plan.deletes = deletes;
    run.plan.confirmed = true;
    let (mut state, mut total) = (TableState::default(), Total::default());
    let runtime = crate::runtime::current_thread().unwrap();
    let outcome = runtime.block_on(async {
        store(&run, table, records).await;
        run.deletions(table, &mut state, &mut total).await
    });
    let (deleted, end) = outcome.map_err(ListFailure::into_error).unwrap();
    assert!(matches!(end, TableEnd::Done), "{end:?}");
    (deleted, list.asked())
}

#[test]
fn a_table_without_known_deletions_is_compared_only_when_all_are_looked_for() {
    let customers = table("customers");
    let records = ["{\"id\":1}", "{\"id\":2}"];
    for (deletes, expected) in [(Deletes::Off, 0), (Deletes::Known, 0), (Deletes::Full, 2)] {
        let (deleted, asked) = deleted(&customers, deletes, &records);
        assert_eq!(deleted, expected, "{deletes:?}");
        assert_eq!(asked > 0, expected > 0, "{deletes:?}");
    }
}

#[test]
fn a_list_that_reaches_back_some_days_only_deletes_nothing() {
    let mut events = table("events");
    events.reach_days = Some(7);
    for deletes in [Deletes::Known, Deletes::Full] {
        let records = ["{\"id\":1}", "{\"id\":2}"];
        assert_eq!(deleted(&events, deletes, &records), (0, 0), "{deletes:?}");
    }
}

#[test]
fn charges_that_the_list_may_have_forgotten_are_not_deleted() {
    let charges = table("charges");
    assert_eq!(charges.forgotten.map(|rows| rows.days), Some(90));
    // Within two days of the 90 the list may have forgotten a charge already.
    let records = [
        r#"{"id":1,"status":"success","processed_at":"2026-08-24T11:59:59Z"}"#,
        r#"{"id":2,"status":"success","processed_at":"2026-08-24T12:00:00Z"}"#,
        r#"{"id":3,"status":"queued","processed_at":"2026-08-24T11:59:59Z"}"#,
        r#"{"id":4,"status":"refunded","processed_at":null}"#,
        r#"{"id":5,"status":"success","processed_at":"2026-11-20T12:00:00Z"}"#,
    ];
    let (forgotten, gone) = records.split_at(1);
    assert_eq!(deleted(&charges, Deletes::Full, forgotten).0, 0);
    // All but the charge without a date.
    assert_eq!(deleted(&charges, Deletes::Full, gone).0, 3);
    assert_eq!(deleted(&charges, Deletes::Full, &records).0, 3);
    // The API is known to remove charges that wait, and no others.
    assert_eq!(deleted(&charges, Deletes::Known, &records).0, 1);
}

#[test]
fn a_whole_list_counts_as_read_only_once_what_is_gone_was_marked() {
    let folder = tempfile::tempdir().unwrap();
    let (lines, list) = (Lines::default(), OneList::default());
    let mut run = run(folder.path(), &lines);
    let collections = table("collections");
    let client = list.client(&collections);
    run.clients.insert(collections.api.version, client);
    let runtime = crate::runtime::current_thread().unwrap();
    runtime.block_on(prepare(&run.worker, &[]));
    let read_whole = |run: &SyncRun<'_>| {
        let status = runtime.block_on(status(&run.worker, "collections"));
        status.state.read_whole
    };
    list.has((1..=30).map(|id| format!("{{\"id\":{id}}}")));
    runtime.block_on(run.table(&collections)).unwrap();
    assert_eq!(read_whole(&run), Some(at(NOW)));

    let later = "2026-11-21T12:00:00Z";
    let clock = later.parse().unwrap();
    run.clock = Arc::new(move || clock);
    list.has(["{\"id\":1}".to_owned()]);
    let reports = runtime.block_on(run.table(&collections)).unwrap();
    let expected = Missing {
        rows: 30,
        missing: 29,
    };
    match &reports[0].end {
        TableEnd::TooManyGone(missing) => assert_eq!(*missing, expected),
        end => panic!("{end:?}"),
    }
    assert_eq!(read_whole(&run), Some(at(NOW)));

    run.plan.confirmed = true;
    let reports = runtime.block_on(run.table(&collections)).unwrap();
    assert_eq!(reports[0].deleted, 29);
    assert_eq!(read_whole(&run), Some(at(later)));
}

/// A destination whose rows cannot be read back.
struct WriteOnly(Sqlite);

impl Destination for WriteOnly {
    fn removals(&self, _: &str) -> Removals {
        Removals::Unknown
    }

    fn begin(&mut self, store: &StoreKey, writer: &Writer, now: Micros) -> Fallible<()> {
        self.0.begin(store, writer, now)
    }

    fn prepare(&mut self, table: &SyncTable, policy: SchemaPolicy) -> Fallible<TableState> {
        self.0.prepare(table, policy)
    }

    fn write(&mut self, table: &str, page: &RecordPage, by: Advance) -> Fallible<StoredPage> {
        self.0.write(table, page, by)
    }

    fn write_family(
        &mut self,
        table: &str,
        page: &RecordPage,
        by: Advance,
        children: &[ChildPage],
    ) -> Fallible<Vec<StoredPage>> {
        self.0.write_family(table, page, by, children)
    }

    fn gather(&mut self, table: &str) -> Fallible<()> {
        self.0.gather(table)
    }

    fn count_missing(&mut self, table: &str, among: Option<&Among>) -> Fallible<Missing> {
        self.0.count_missing(table, among)
    }

    fn missing(
        &mut self,
        table: &str,
        among: Option<&Among>,
        after: Option<&str>,
        most: usize,
    ) -> Fallible<Vec<String>> {
        self.0.missing(table, among, after, most)
    }

    fn lacking(&mut self, table: &str, keys: &[String]) -> Fallible<Vec<String>> {
        self.0.lacking(table, keys)
    }

    fn mark_deleted(&mut self, table: &str, keys: &[String], at: Micros) -> Fallible<u64> {
        self.0.mark_deleted(table, keys, at)
    }

    fn conclude(&mut self, table: &str, state: &TableState) -> Fallible<()> {
        self.0.conclude(table, state)
    }

    fn beat(&mut self, now: Micros) -> Fallible<()> {
        self.0.beat(now)
    }

    fn store(&mut self) -> Fallible<Option<StoreKey>> {
        self.0.store()
    }

    fn status(&mut self) -> Fallible<Vec<TableStatus>> {
        self.0.status()
    }

    fn finish(&mut self) -> Fallible<()> {
        self.0.finish()
    }
}

#[test]
fn no_list_is_asked_for_deletions_that_the_destination_cannot_mark() {
    let folder = tempfile::tempdir().unwrap();
    let (lines, list) = (Lines::default(), OneList::default());
    let mut run = run(folder.path(), &lines);
    let charges = table("charges");
    let client = list.client(&charges);
    run.clients.insert(charges.api.version, client);
    let file = Sqlite::open(&folder.path().join("other.db")).unwrap();
    run.worker = DestinationThread::start(Box::new(WriteOnly(file)), clock()).unwrap();
    let runtime = crate::runtime::current_thread().unwrap();
    runtime.block_on(prepare(&run.worker, &[&charges]));
    for deletes in [Deletes::Known, Deletes::Full] {
        run.plan.deletes = deletes;
        let (mut state, mut total) = (TableState::default(), Total::default());
        let outcome = runtime.block_on(run.deletions(&charges, &mut state, &mut total));
        let (deleted, end) = outcome.map_err(ListFailure::into_error).unwrap();
        assert!(matches!(end, TableEnd::Done), "{end:?}");
        assert_eq!((deleted, list.asked()), (0, 0), "{deletes:?}");
    }
}
