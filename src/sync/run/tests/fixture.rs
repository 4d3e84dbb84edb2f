//! A run without an API, whose destination is a file, and an observer that keeps
//! what it is told.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use percent_encoding::percent_decode_str;

use super::{Deletes, RunPlan, SyncObserver, SyncRun, TableReport};
use crate::api::client::retry::Budget;
use crate::api::client::{Client, Connection, Sending, Timing, Transport};
use crate::catalog::{bigcommerce, recharge};
use crate::error::Result;
use crate::sync::destination::sqlite::Sqlite;
use crate::sync::destination::{DestinationThread, SchemaPolicy, Writer};
use crate::sync::layout::LaidOut;
use crate::sync::{Micros, StoreKey, SyncTable, TableStatus, tables};
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
    let all = tables(&recharge::FAMILY, None);
    all.into_iter().find(|table| table.name == name).unwrap()
}

/// A table of the API whose pages have numbers.
pub(in crate::sync) fn numbered_table(name: &str) -> SyncTable {
    let all = tables(&bigcommerce::FAMILY, None);
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

/// Begins to write to the destination of a run, and makes tables ready for rows.
pub(in crate::sync) async fn prepare(worker: &DestinationThread, tables: &[&SyncTable]) {
    let tables: Vec<SyncTable> = tables.iter().map(|table| (*table).clone()).collect();
    let store = StoreKey {
        api: "api".to_owned(),
        store: "1".to_owned(),
        host: "here".to_owned(),
    };
    let writer = Writer {
        process: 1,
        host: "here".to_owned(),
    };
    let begun = worker.call(move |destination| {
        destination.begin(&store, &writer, at(NOW))?;
        for table in &tables {
            destination.prepare(table, SchemaPolicy::Evolve)?;
        }
        Ok(())
    });
    begun.await.unwrap();
}

/// What the destination has of a table.
pub(in crate::sync) async fn status(worker: &DestinationThread, table: &str) -> TableStatus {
    let tables = worker
        .call(|destination| destination.status())
        .await
        .unwrap();
    tables
        .into_iter()
        .find(|status| status.name == table)
        .unwrap()
}

/// A request, as a fake API sees it.
pub(in crate::sync) struct FakeRequest {
    /// Its number, from 1.
    pub(in crate::sync) number: usize,
    pub(in crate::sync) path: String,
    pub(in crate::sync) query: BTreeMap<String, String>,
}

type Answer = dyn Fn(&FakeRequest) -> (u16, String) + Send + Sync;

/// An API that answers what a function says, and counts what is asked.
struct FakeApi {
    asked: Mutex<usize>,
    answer: Box<Answer>,
}

impl Transport for FakeApi {
    fn send(&self, request: http::Request<Bytes>) -> Sending<'_> {
        let mut number = self.asked.lock().unwrap();
        *number += 1;
        let words = request.uri().query().unwrap_or_default().split('&');
        let decoded = |text: &str| percent_decode_str(text).decode_utf8().unwrap().into_owned();
        let pairs = words.filter_map(|word| word.split_once('='));
        let asked = FakeRequest {
            number: *number,
            path: request.uri().path().to_owned(),
            query: pairs
                .map(|(name, value)| (decoded(name), decoded(value)))
                .collect(),
        };
        let (status, body) = (self.answer)(&asked);
        let response = http::Response::builder().status(status).body(body.into());
        Box::pin(async move { Ok(response.unwrap()) })
    }
}

/// A client of a fake API for a table, which tries each request once.
pub(in crate::sync) fn client(
    table: &SyncTable,
    answer: impl Fn(&FakeRequest) -> (u16, String) + Send + Sync + 'static,
) -> Arc<Client> {
    let transport = FakeApi {
        asked: Mutex::new(0),
        answer: Box::new(answer),
    };
    let connection = Connection {
        base: "http://127.0.0.1:9".to_owned(),
        token: "sk_test_0123456789".into(),
        api: table.api,
        version: None,
        client_id: None,
        store: None,
    };
    let timing = Timing {
        sleep: Arc::new(|_| Box::pin(async {})),
        elapsed: Arc::new(|| Duration::ZERO),
    };
    let budget = Budget {
        retries: 0,
        unmet: 0,
        ..Budget::default()
    };
    Arc::new(Client::new(Box::new(transport), connection, timing, budget))
}

/// The moment so many seconds after the first change of [`Customers`].
pub(in crate::sync) fn second(number: u64) -> Micros {
    at("2026-11-01T10:00:00Z").after(Duration::from_secs(number))
}

/// A list of customers in pages with numbers, and the requests for it.
#[derive(Clone, Default)]
pub(in crate::sync) struct Customers {
    /// The second in which each changed, in the order of the list.
    pub(in crate::sync) changed: Vec<u64>,
    /// Whether the API ignores the latest time that is asked for.
    pub(in crate::sync) ignores_end: bool,
    /// The numbers of requests that are refused, and the status.
    pub(in crate::sync) refused: BTreeMap<usize, u16>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Customers {
    pub(in crate::sync) fn new(changed: impl IntoIterator<Item = u64>) -> Self {
        Self {
            changed: changed.into_iter().collect(),
            ..Self::default()
        }
    }

    /// The requests so far: the seconds from which and to which rows were asked for,
    /// and the page.
    pub(in crate::sync) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// The answer to a request.
    pub(in crate::sync) fn answer(&self, asked: &FakeRequest) -> (u16, String) {
        let bound = |end: &str| {
            let moment = asked.query.get(&format!("date_modified:{end}"))?;
            Some(at(moment).since(second(0)).as_secs())
        };
        let (min, max) = (bound("min"), bound("max"));
        let page = asked.query.get("page");
        let page: usize = page.map_or(1, |page| page.parse().unwrap());
        let limit: usize = asked.query["limit"].parse().unwrap();
        let shown = |bound: Option<u64>| bound.map_or_else(String::new, |bound| bound.to_string());
        let line = format!("{}..{} page {page}", shown(min), shown(max));
        self.asked.lock().unwrap().push(line);
        if let Some(status) = self.refused.get(&asked.number) {
            return (*status, "{}".to_owned());
        }
        let is_shown = |(_, changed): &(usize, &u64)| {
            min.is_none_or(|min| **changed >= min)
                && (self.ignores_end || max.is_none_or(|max| **changed <= max))
        };
        let rows: Vec<_> = self.changed.iter().enumerate().filter(is_shown).collect();
        let of_page: Vec<String> = rows
            .iter()
            .skip((page - 1) * limit)
            .take(limit)
            .map(|(id, changed)| {
                let changed = second(**changed);
                format!("{{\"id\":{},\"date_modified\":\"{changed}\"}}", id + 1)
            })
            .collect();
        let body = format!(
            "{{\"data\":[{}],\"meta\":{{\"pagination\":{{\"total_pages\":{},\"current_page\":{page}}}}}}}",
            of_page.join(","),
            rows.len().div_ceil(limit).max(1)
        );
        (200, body)
    }
}

/// A list of Recharge that is one page, whatever is asked for.
#[derive(Clone, Default)]
pub(in crate::sync) struct OneList {
    records: Arc<Mutex<Vec<String>>>,
    asked: Arc<Mutex<usize>>,
}

impl OneList {
    /// Sets the records of the list.
    pub(in crate::sync) fn has(&self, records: impl IntoIterator<Item = String>) {
        *self.records.lock().unwrap() = records.into_iter().collect();
    }

    /// How often it was asked for.
    pub(in crate::sync) fn asked(&self) -> usize {
        *self.asked.lock().unwrap()
    }

    /// A client that reads it for a table.
    pub(in crate::sync) fn client(&self, table: &SyncTable) -> Arc<Client> {
        let (list, name) = (self.clone(), table.name.clone());
        client(table, move |_| {
            *list.asked.lock().unwrap() += 1;
            let records = list.records.lock().unwrap().join(",");
            let body = format!("{{\"next_cursor\":null,\"{name}\":[{records}]}}");
            (200, body)
        })
    }
}
