//! Long work while much goes wrong, in simulated time: lists, writes that may
//! be repeated, and creates that may not. The suite runs it short, and `cargo
//! bench --bench faults` long.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use recharge_cli::api::client::retry::Budget;
use recharge_cli::api::client::{Client, Connection, Failure, Sending, Timing, Transport};
use recharge_cli::api::pages::{Pages, RecordSink};
use recharge_cli::api::request::Request;
use recharge_cli::api::response::Wanted;
use recharge_cli::catalog;
use recharge_cli::filter::Flow;
use recharge_cli::sandbox::seed::Seed;
use recharge_cli::sandbox::{Ending, Sandbox, State, TOKEN};
use serde_json::{Value, json};

/// One attempt of six goes wrong.
const TROUBLE: &str = "500=5% reset=5% truncate=2% 429=5%";

/// As before, and some of it after the request was carried out.
const WORSE: &str = "500=3% after-commit.500=2% reset=3% after-commit=2% truncate=2% 429=5%";

/// A sandbox that looks as it does over the network.
struct Wire(Arc<Sandbox>);

impl Transport for Wire {
    fn send(&self, request: http::Request<Bytes>) -> Sending<'_> {
        let reply = self.0.receive(&request);
        let lost = |status| Failure {
            not_sent: false,
            status,
            hint: None,
            reason: "lost".to_owned(),
        };
        Box::pin(std::future::ready(match reply.ending {
            Ending::Whole(answer) => Ok(answer),
            Ending::Cut(answer, _) => Err(lost(Some(answer.status().as_u16()))),
            Ending::Reset | Ending::Never => Err(lost(None)),
        }))
    }
}

/// A store of so many customers, where things go wrong, and its client.
fn ground(customers: u32, faults: &str, seed: u64) -> (Arc<Sandbox>, Arc<Client>) {
    fastrand::seed(seed);
    let now: jiff::Timestamp = "2026-11-20T12:00:00Z".parse().expect("a time");
    let store = Seed {
        customers,
        seed: 2021,
    };
    let mut state = State::seeded(&store, now);
    state
        .let_fail(&format!("{faults} seed={seed}"))
        .expect("a spec");
    let sandbox = Arc::new(Sandbox::new(state, Arc::new(move || now)));
    let passed = Arc::new(Mutex::new(Duration::ZERO));
    let waited = Arc::clone(&passed);
    let timing = Timing {
        sleep: Arc::new(move |span| {
            *waited.lock().expect("no panic") += span;
            Box::pin(tokio::task::yield_now())
        }),
        elapsed: Arc::new(move || *passed.lock().expect("no panic")),
    };
    let connection = Connection {
        base: "http://sandbox".to_owned(),
        token: TOKEN.to_owned().into(),
        api: &recharge_cli::catalog::recharge::API,
        version: None,
        client_id: None,
        store: None,
    };
    let wire = Box::new(Wire(Arc::clone(&sandbox)));
    let client = Client::new(wire, connection, timing, Budget::default());
    (sandbox, Arc::new(client))
}

fn request(id: &str, target: &str, body: Option<&Value>) -> Request {
    let (_, operation) = catalog::recharge::API.operation(id).expect("a row");
    Request {
        method: operation.method,
        path: operation.path.replace("{id}", target),
        query: Vec::new(),
        body: body.map(Value::to_string),
        operation: Some(operation),
        headers: Vec::new(),
        notes: Vec::new(),
    }
}

fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("a runtime").block_on(work)
}

/// The records of a list, parsed.
#[derive(Default)]
pub struct ReadRecords(pub Vec<Value>);

impl RecordSink for ReadRecords {
    fn record(&mut self, record: &str) -> recharge_cli::error::Result<Flow> {
        self.0.push(serde_json::from_str(record).expect("a record"));
        Ok(Flow::More)
    }
}

/// The sandbox's own count of what there is.
fn held(sandbox: &Sandbox, object: &str) -> usize {
    sandbox.with_state(|state| state.count(object))
}

/// A list of so many pages, of one customer each: whether it is whole and
/// without duplicates.
pub fn list(pages: u32, seed: u64) -> bool {
    let (sandbox, client) = ground(pages, TROUBLE, seed);
    let mut first = request("customers.list", "", None);
    first.set_query("limit", "1".to_owned());
    let (_, operation) = catalog::recharge::API
        .operation("customers.list")
        .expect("a row");
    let mut listed = Pages::new(client, first, Wanted::of(operation.response));
    let mut read = ReadRecords::default();
    // A list that breaks off is not whole, which the counts show.
    let _ = run(listed.records(None, &mut read));
    let ids = read.0.iter().map(|record| record["id"].as_u64());
    let ids: Vec<u64> = ids.map(|id| id.expect("an id")).collect();
    let distinct: HashSet<u64> = ids.iter().copied().collect();
    distinct.len() == ids.len()
        && ids.len() == held(&sandbox, "customer")
        && ids.len() == pages as usize
}

/// So many writes that may be repeated: how many were reported as done and
/// stand.
pub fn same_writes(writes: usize, seed: u64) -> usize {
    let (sandbox, client) = ground(20, WORSE, seed);
    sandbox
        .with_state(|state| state.let_fail(""))
        .expect("a spec");
    let listed = run(client.send(&request("customers.list", "", None))).expect("a list");
    let listed: Value = serde_json::from_slice(&listed.body).expect("JSON");
    let ids: Vec<String> = listed["customers"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|customer| customer["id"].to_string())
        .collect();
    let spec = format!("{WORSE} seed={seed}");
    sandbox
        .with_state(|state| state.let_fail(&spec))
        .expect("a spec");
    run(async {
        let mut good = 0;
        for number in 0..writes {
            let id = &ids[number % ids.len()];
            let name = format!("Name{number}");
            let body = json!({"first_name": name});
            let write = request("customers.update", id, Some(&body));
            let done = client.send(&write).await.is_ok();
            let read = client.send(&request("customers.get", id, None)).await;
            let stands = read.is_ok_and(|read| {
                let read: Value = serde_json::from_slice(&read.body).expect("JSON");
                read["customer"]["first_name"] == name.as_str()
            });
            good += usize::from(done && stands);
        }
        good
    })
}

/// The result of creates that must not happen twice.
#[derive(Debug, Default)]
pub struct Creates {
    /// Told as done, and done once.
    pub once: usize,
    /// Told as unknown.
    pub unknown: usize,
    /// Of these, those that were done.
    pub unknown_done: usize,
    /// Done twice, or told as one thing while another is so.
    pub wrong: usize,
}

/// So many creates, each of which may happen twice if sent twice.
pub fn creates(number: usize, seed: u64) -> Creates {
    let (sandbox, client) = ground(5, WORSE, seed);
    let told: Vec<bool> = run(async {
        let mut told = Vec::new();
        for number in 0..number {
            let title = format!("Collection {number}");
            let body = json!({"title": title, "description": "new"});
            let create = request("collections.create", "", Some(&body));
            told.push(client.send(&create).await.is_ok());
        }
        told
    });
    sandbox
        .with_state(|state| state.let_fail(""))
        .expect("a spec");
    let mut stand: HashMap<String, usize> = HashMap::new();
    let (_, operation) = catalog::recharge::API
        .operation("collections.list")
        .expect("a row");
    let mut pages = Pages::new(
        client,
        request("collections.list", "", None),
        Wanted::of(operation.response),
    );
    let mut read = ReadRecords::default();
    run(pages.records(None, &mut read)).expect("a list");
    for record in &read.0 {
        let title = record["title"].as_str().unwrap_or_default();
        *stand.entry(title.to_owned()).or_default() += 1;
    }
    let mut counted = Creates::default();
    for (number, told) in told.into_iter().enumerate() {
        let times = stand.get(&format!("Collection {number}")).copied();
        match (told, times.unwrap_or(0)) {
            (true, 1) => counted.once += 1,
            (false, times @ (0 | 1)) => {
                counted.unknown += 1;
                counted.unknown_done += times;
            }
            _ => counted.wrong += 1,
        }
    }
    counted
}

#[cfg(test)]
#[test]
fn a_list_is_whole_whatever_goes_wrong() {
    for seed in 0..5 {
        assert!(list(60, seed), "seed {seed}");
    }
}

#[cfg(test)]
#[test]
fn writes_that_may_be_repeated_are_all_done() {
    assert_eq!(same_writes(200, 1), 200);
}

#[cfg(test)]
#[test]
fn creates_are_done_once_or_told_as_unknown_and_never_done_twice() {
    let counted = creates(200, 1);
    assert_eq!(counted.wrong, 0, "{counted:?}");
    assert_eq!(counted.once + counted.unknown, 200, "{counted:?}");
    // Some of each, or nothing was tried.
    assert!(counted.unknown > counted.unknown_done, "{counted:?}");
    assert!(
        counted.unknown_done > 0 && counted.once > 100,
        "{counted:?}"
    );
}
