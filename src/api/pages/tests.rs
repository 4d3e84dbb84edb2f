//! The loop over pages, with a transport that counts what is fetched.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::Response;

use super::*;
use crate::api::client::retry::Budget;
use crate::api::client::{Connection, Failure, Sending, Timing, Transport};
use crate::catalog;
use crate::filter::Flow;

/// Serves a list of pages with two records each, until a page that fails.
struct Served {
    pages: usize,
    fails_at: Option<usize>,
    fetched: Arc<AtomicUsize>,
}

impl Transport for Served {
    fn send(&self, _: http::Request<Bytes>) -> Sending<'_> {
        let page = self.fetched.fetch_add(1, Ordering::SeqCst) + 1;
        Box::pin(async move {
            if self.fails_at == Some(page) {
                return Err(Failure {
                    not_sent: false,
                    hint: None,
                    status: None,
                    reason: "the connection broke".to_owned(),
                });
            }
            let next = if page < self.pages {
                format!("\"c{page}\"")
            } else {
                "null".to_owned()
            };
            let ids = [2 * page - 1, 2 * page];
            let body = format!(
                "{{\"next_cursor\":{next},\"warning\":\"w{page}\",\
                 \"orders\":[{{\"id\":{}}},{{\"id\":{}}}]}}",
                ids[0], ids[1]
            );
            Ok(Response::new(body.into()))
        })
    }
}

/// What a sink saw, and when it stops or fails.
#[derive(Default)]
struct Noted {
    records: Vec<String>,
    remarks: Vec<String>,
    ends: usize,
    waits: usize,
    enough_after: Option<usize>,
    enough_at_page: Option<usize>,
    fails_at: Option<usize>,
    is_full: bool,
}

impl RecordSink for Noted {
    fn remark(&mut self, remark: &str) {
        self.remarks.push(remark.to_owned());
    }

    fn record(&mut self, record: &str) -> Result<Flow> {
        self.records.push(record.to_owned());
        if self.fails_at == Some(self.records.len()) {
            return Err(Error::unexpected("the sink failed"));
        }
        Ok(flow(self.enough_after == Some(self.records.len())))
    }

    fn has_room(&self) -> bool {
        !self.is_full
    }

    async fn room(&mut self) -> Result<()> {
        self.waits += 1;
        Ok(())
    }

    async fn page_end(&mut self) -> Result<Flow> {
        self.ends += 1;
        Ok(flow(self.enough_at_page == Some(self.ends)))
    }
}

const fn flow(is_enough: bool) -> Flow {
    if is_enough { Flow::Enough } else { Flow::More }
}

/// Reads a list of five pages; returns the outcome and the pages fetched.
fn read(
    limit: Option<u64>,
    fails_at: Option<usize>,
    sink: &mut Noted,
) -> (Result<u64, ListFailure>, usize) {
    let fetched = Arc::new(AtomicUsize::new(0));
    let transport = Served {
        pages: 5,
        fails_at,
        fetched: Arc::clone(&fetched),
    };
    let connection = Connection {
        base: "http://127.0.0.1:9".to_owned(),
        token: "sk_test_0123456789".into(),
        api: &crate::catalog::recharge::API,
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
    let client = Client::new(Box::new(transport), connection, timing, budget);
    let (_, operation) = catalog::recharge::API.operation("orders.list").unwrap();
    let request = Request::composed(operation, "/orders", None);
    let wanted = Wanted::of(operation.response);
    let mut pages = Pages::new(Arc::new(client), request, wanted);
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let result = runtime.unwrap().block_on(pages.records(limit, sink));
    (result, fetched.load(Ordering::SeqCst))
}

#[test]
fn records_reach_the_sink_in_order_when_the_list_ends() {
    let mut sink = Noted::default();
    let (read, fetched) = read(None, None, &mut sink);
    assert_eq!((read.unwrap(), fetched, sink.ends), (10, 5, 5));
    let ids: Vec<String> = (1..=10).map(|id| format!("{{\"id\":{id}}}")).collect();
    assert_eq!(sink.records, ids);
    assert_eq!(sink.remarks[4], "warning: w5");
}

#[test]
fn records_stop_at_the_limit_and_fetch_no_page_beyond_it() {
    for (limit, count, pages) in [(0, 0, 0), (1, 1, 1), (2, 2, 1), (3, 3, 2), (99, 10, 5)] {
        let mut sink = Noted::default();
        let (read, fetched) = read(Some(limit), None, &mut sink);
        assert_eq!((read.unwrap(), fetched), (count, pages), "limit {limit}");
        assert_eq!((sink.records.len() as u64, sink.ends), (count, pages));
    }
}

#[test]
fn records_stop_when_the_sink_wants_no_more() {
    let mut sink = Noted {
        enough_after: Some(3),
        ..Noted::default()
    };
    let (read_one, _) = read(None, None, &mut sink);
    // The page ends nevertheless, so that what it had is printed.
    assert_eq!(
        (read_one.unwrap(), sink.records.len(), sink.ends),
        (3, 3, 2)
    );
    let mut sink = Noted {
        enough_at_page: Some(1),
        ..Noted::default()
    };
    let (read_two, fetched) = read(None, None, &mut sink);
    assert_eq!((read_two.unwrap(), fetched), (2, 1));
}

#[test]
fn records_tell_a_failed_fetch_from_a_failed_sink() {
    let mut sink = Noted::default();
    let (failed, _) = read(None, Some(3), &mut sink);
    assert!(matches!(failed, Err(ListFailure::Fetch(_))), "{failed:?}");
    assert_eq!((sink.records.len(), sink.ends), (4, 2));
    let mut sink = Noted {
        fails_at: Some(3),
        ..Noted::default()
    };
    let (failed, _) = read(None, None, &mut sink);
    assert!(matches!(failed, Err(ListFailure::Sink(_))), "{failed:?}");
    assert_eq!((sink.records.len(), sink.ends), (3, 1));
}

#[test]
fn records_wait_for_room_when_the_sink_is_full() {
    let mut sink = Noted {
        is_full: true,
        ..Noted::default()
    };
    let (read, _) = read(Some(4), None, &mut sink);
    assert_eq!(read.unwrap(), 4);
    // After the last record of the list nothing is waited for.
    assert_eq!(sink.waits, 3);
}

/// Serves these bodies one after the other, and the last one from then on.
struct Bodies {
    bodies: Vec<String>,
    fetched: Arc<AtomicUsize>,
}

impl Transport for Bodies {
    fn send(&self, _: http::Request<Bytes>) -> Sending<'_> {
        let at = self.fetched.fetch_add(1, Ordering::SeqCst);
        let body = self.bodies[at.min(self.bodies.len() - 1)].clone();
        Box::pin(async move { Ok(Response::new(body.into())) })
    }
}

/// A list of orders with these pages, and the number of those that were fetched.
fn list_of(bodies: Vec<String>) -> (Pages, Arc<AtomicUsize>) {
    let fetched = Arc::new(AtomicUsize::new(0));
    let transport = Bodies {
        bodies,
        fetched: Arc::clone(&fetched),
    };
    let connection = Connection {
        base: "http://127.0.0.1:9".to_owned(),
        token: "sk_test_0123456789".into(),
        api: &catalog::recharge::API,
        version: None,
        client_id: None,
        store: None,
    };
    let timing = Timing {
        sleep: Arc::new(|_| Box::pin(async {})),
        elapsed: Arc::new(|| Duration::ZERO),
    };
    let client = Client::new(Box::new(transport), connection, timing, Budget::default());
    let (_, operation) = catalog::recharge::API.operation("orders.list").unwrap();
    let request = Request::composed(operation, "/orders", None);
    let wanted = Wanted::of(operation.response);
    (Pages::new(Arc::new(client), request, wanted), fetched)
}

/// Four pages of two records.
fn four_pages() -> Vec<String> {
    let body = |page: u32, next: &str| {
        format!("{{\"next_cursor\":{next},\"orders\":[{{\"id\":{page}}},{{\"id\":{page}0}}]}}")
    };
    vec![
        body(1, "\"c1\""),
        body(2, "\"c2\""),
        body(3, "\"c3\""),
        body(4, "null"),
    ]
}

fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(work)
}

#[test]
fn list_that_gives_a_cursor_twice_is_endless() {
    let body = "{\"next_cursor\":\"c1\",\"orders\":[{\"id\":1}]}".to_owned();
    let (mut pages, fetched) = list_of(vec![body]);
    assert!(!pages.is_endless());
    let mut sink = Noted::default();
    let error = run(pages.records(None, &mut sink))
        .unwrap_err()
        .into_error();
    assert_eq!(
        error.message,
        "the list does not end: the API gave the same cursor twice"
    );
    assert!(pages.is_endless());
    assert_eq!((sink.records.len(), fetched.load(Ordering::SeqCst)), (2, 2));
}

/// Works on each page for long enough that the next one arrives; notes how many were
/// fetched by then.
struct Unhurried {
    fetched: Arc<AtomicUsize>,
    at_page_end: Vec<usize>,
}

impl RecordSink for Unhurried {
    fn record(&mut self, _: &str) -> Result<Flow> {
        Ok(Flow::More)
    }

    async fn page_end(&mut self) -> Result<Flow> {
        for _ in 0..8 {
            tokio::task::yield_now().await;
        }
        self.at_page_end.push(self.fetched.load(Ordering::SeqCst));
        Ok(Flow::More)
    }
}

#[test]
fn pages_are_fetched_ahead_from_the_second_on_and_never_beyond_the_limit() {
    for (limit, fetched_by_page_end) in [
        (None, vec![1, 3, 4, 4]),
        (Some(5), vec![1, 3, 3]),
        (Some(4), vec![1, 2]),
    ] {
        let (mut pages, fetched) = list_of(four_pages());
        let mut sink = Unhurried {
            fetched,
            at_page_end: Vec::new(),
        };
        run(pages.records(limit, &mut sink)).unwrap();
        assert_eq!(sink.at_page_end, fetched_by_page_end, "{limit:?}");
    }
}

/// Notes how often other work had its turn before each record.
struct BrokenSink {
    turns: Arc<AtomicUsize>,
    before_record: Vec<usize>,
}

impl RecordSink for BrokenSink {
    fn record(&mut self, _: &str) -> Result<Flow> {
        self.before_record.push(self.turns.load(Ordering::SeqCst));
        Ok(Flow::More)
    }
}

#[test]
fn other_work_has_its_turn_after_each_sixty_four_records() {
    let ids: Vec<String> = (0..200).map(|id| format!("{{\"id\":{id}}}")).collect();
    let body = format!("{{\"next_cursor\":null,\"orders\":[{}]}}", ids.join(","));
    let (mut pages, _) = list_of(vec![body]);
    let turns = Arc::new(AtomicUsize::new(0));
    let mut sink = BrokenSink {
        turns: Arc::clone(&turns),
        before_record: Vec::new(),
    };
    run(async {
        let other = tokio::spawn(async move {
            loop {
                turns.fetch_add(1, Ordering::SeqCst);
                tokio::task::yield_now().await;
            }
        });
        pages.records(None, &mut sink).await.unwrap();
        other.abort();
    });
    let resumed_at: Vec<usize> = (1..200)
        .filter(|at| sink.before_record[at - 1] != sink.before_record[*at])
        .collect();
    assert_eq!(resumed_at, [64, 128, 192]);
}

#[test]
fn list_is_endless_after_a_thousand_pages_in_a_row_without_new_records() {
    let page = |records: &str| {
        let answer = crate::api::client::Response {
            status: 200,
            request_id: None,
            link: None,
            headers: http::HeaderMap::new(),
            reading: crate::api::client::Reading::of(&catalog::recharge::API, None),
            body: Bytes::copy_from_slice(records.as_bytes()),
        };
        Envelope::open(answer, Wanted::BareList).unwrap()
    };
    let endless = Err("the API keeps returning pages without new records");
    for idle in ["[]", "[{\"id\":1}]"] {
        let (idle, mut trail) = (page(idle), Trail::default());
        assert_eq!(trail.page(&page("[{\"id\":1}]")), Ok(()));
        for _ in 0..1000 {
            assert_eq!(trail.page(&idle), Ok(()));
        }
        // New records begin the count again.
        assert_eq!(trail.page(&page("[{\"id\":2}]")), Ok(()));
        for _ in 0..1000 {
            assert_eq!(trail.page(&idle), Ok(()));
        }
        assert_eq!(trail.page(&idle), endless);
    }
}
