//! A sandbox behind a network that can be made bad, and a process that can be
//! made to end at any point.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use http::Response;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::wire::Wire;
use crate::api::client::retry::Budget;
use crate::api::client::{Client, Connection, Timing};
use crate::bulk::Engine;
use crate::bulk::ledger::{
    DraftLedger, Guard, JobStore, JobSubject, Jobs, Ledger, LedgerRow, RowCounts,
};
use crate::bulk::plan::Limits;
use crate::bulk::row::Task;
use crate::bulk::run::{JobProgress, PATIENCE, RunContext, RunEnd, RunObserver, run};
use crate::catalog;
use crate::error::Result;
use crate::sandbox::seed::Seed;
use crate::sandbox::{Sandbox, State, TOKEN};
use crate::world::Clock;

const PRESENT: &str = "2026-11-20T12:00:00Z";

/// Small batches, so that a short file has several.
const SMALL: Limits = Limits {
    batch: 5,
    part: 2,
    bytes: 1 << 20,
    page: 250,
};

/// How bad the network is, in parts of a hundred.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Weather {
    /// A request gets lost on its way.
    pub(super) lost: u8,
    /// An answer gets lost on its way.
    pub(super) answer_lost: u8,
    /// A request that no one waits for any more arrives after the next one.
    pub(super) late: u8,
    /// A request is refused, as there are too many.
    pub(super) busy: u8,
    /// A request is carried out and answered with trouble.
    pub(super) trouble: u8,
    /// The process ends, at each point.
    pub(super) deadly: u8,
}

/// What all processes of a test share: the store, the time, and how a process
/// ends.
pub(super) struct TestStage {
    pub(super) sandbox: Sandbox,
    time: AtomicI64,
    rng: Mutex<fastrand::Rng>,
    pub(super) weather: Mutex<Weather>,
    pub(super) late: Mutex<Vec<http::Request<Bytes>>>,
    points: AtomicU64,
    dies_at: AtomicU64,
    pub(super) death: tokio::sync::Notify,
    folder: tempfile::TempDir,
    /// Requests that reached the store.
    pub(super) asked: Mutex<Vec<String>>,
    pub(super) before: Mutex<Option<Before>>,
    after: Mutex<Option<After>>,
}

/// Somebody who does something before a request arrives, or answers it himself.
type Before = Box<dyn FnMut(&TestStage, &str) -> Option<Response<Bytes>> + Send>;

/// Somebody who changes what is answered.
type After = Box<dyn FnMut(&str, Value) -> Value + Send>;

/// The store with its demo data.
pub(super) fn stage(seed: u64) -> Arc<TestStage> {
    static DEMO: std::sync::OnceLock<State> = std::sync::OnceLock::new();
    let present: Timestamp = PRESENT.parse().unwrap();
    let demo = DEMO.get_or_init(|| State::seeded(&Seed::demo(), present));
    stage_of(seed, demo)
}

/// A small store of its own for each seed.
pub(super) fn random_stage(seed: u64) -> Arc<TestStage> {
    let present: Timestamp = PRESENT.parse().unwrap();
    let small = Seed {
        customers: 8,
        seed: seed + 1,
    };
    stage_of(seed, &State::seeded(&small, present))
}

fn stage_of(seed: u64, demo: &State) -> Arc<TestStage> {
    let present: Timestamp = PRESENT.parse().unwrap();
    Arc::new_cyclic(|stage: &std::sync::Weak<TestStage>| {
        let time = stage.clone();
        let now = move || time.upgrade().map_or(present, |stage| stage.now());
        TestStage {
            sandbox: Sandbox::new(demo.clone(), Arc::new(now)),
            time: AtomicI64::new(present.as_microsecond()),
            rng: Mutex::new(fastrand::Rng::with_seed(seed)),
            weather: Mutex::default(),
            late: Mutex::default(),
            points: AtomicU64::new(0),
            dies_at: AtomicU64::new(u64::MAX),
            death: tokio::sync::Notify::new(),
            folder: tempfile::tempdir().unwrap(),
            asked: Mutex::default(),
            before: Mutex::default(),
            after: Mutex::default(),
        }
    })
}

/// How a process ended.
#[derive(Debug)]
pub(super) enum Exit {
    Run(Result<RunEnd>),
    Killed,
}

/// What a panic carries that stands for a kill.
struct Kill;

impl TestStage {
    pub(super) fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.time.load(Ordering::SeqCst)).unwrap()
    }

    pub(super) fn pass(&self, span: SignedDuration) {
        let micros = i64::try_from(span.as_micros()).unwrap();
        self.time.fetch_add(micros, Ordering::SeqCst);
    }

    pub(super) fn chance(&self, percent: u8) -> bool {
        percent > 0 && self.rng.lock().unwrap().u8(0..100) < percent
    }

    /// The process comes by a point at which it may end.
    pub(super) fn is_last(&self) -> bool {
        let point = self.points.fetch_add(1, Ordering::SeqCst) + 1;
        let deadly = self.weather.lock().unwrap().deadly;
        point == self.dies_at.load(Ordering::SeqCst) || self.chance(deadly)
    }

    /// The next process ends at its point of that number.
    pub(super) fn dies_at(&self, point: u64) {
        self.points.store(0, Ordering::SeqCst);
        self.dies_at.store(point, Ordering::SeqCst);
    }

    pub(super) fn points(&self) -> u64 {
        self.points.load(Ordering::SeqCst)
    }

    /// From now on somebody meddles with requests.
    pub(super) fn before(
        &self,
        meddle: impl FnMut(&Self, &str) -> Option<Response<Bytes>> + Send + 'static,
    ) {
        *self.before.lock().unwrap() = Some(Box::new(meddle));
    }

    /// From now on somebody meddles with answers.
    pub(super) fn after(&self, meddle: impl FnMut(&str, Value) -> Value + Send + 'static) {
        *self.after.lock().unwrap() = Some(Box::new(meddle));
    }

    /// No one meddles any more.
    pub(super) fn alone(&self) {
        *self.before.lock().unwrap() = None;
        *self.after.lock().unwrap() = None;
    }

    pub(super) fn changed(&self, line: &str, answer: Response<Bytes>) -> Response<Bytes> {
        let mut after = self.after.lock().unwrap();
        let (Some(meddle), Ok(value)) = (&mut *after, serde_json::from_slice(answer.body())) else {
            return answer;
        };
        let (head, _) = answer.into_parts();
        Response::from_parts(head, Bytes::from(meddle(line, value).to_string()))
    }

    /// Whatever is still on its way arrives.
    pub(super) fn everything_arrives(&self) {
        for request in self.late.lock().unwrap().drain(..) {
            let _ = self.sandbox.answer(&request);
        }
    }

    pub(super) fn jobs(self: &Arc<Self>) -> Jobs {
        let stage = Arc::clone(self);
        let clock: Clock = Arc::new(move || {
            if stage.is_last() {
                // Before a step is noted.
                std::panic::resume_unwind(Box::new(Kill));
            }
            stage.now()
        });
        Jobs::below(Some(self.folder.path()), clock).unwrap()
    }

    /// Puts a job into the ledger and gives its name.
    pub(super) fn job(self: &Arc<Self>, operation: &str, engine: Engine, tasks: &[Task]) -> String {
        self.planned(operation, engine, (Guard::Absent, None), |draft| {
            for (at, task) in tasks.iter().enumerate() {
                draft.add(at as u64 + 2, "{}", task).unwrap();
            }
        })
    }

    /// Puts a job into the ledger whose rows are planned, and gives its name.
    pub(super) fn planned(
        self: &Arc<Self>,
        operation: &str,
        engine: Engine,
        (guard, undoes): (Guard, Option<String>),
        fill: impl FnOnce(&mut DraftLedger<'_>),
    ) -> String {
        self.dies_at(u64::MAX);
        let jobs = self.jobs();
        let subject = JobSubject {
            operation: operation.to_owned(),
            engine,
            input: "rows.csv".to_owned(),
            header: None,
            store: JobStore {
                profile: None,
                base_url: String::new(),
                sandbox: true,
                api: "recharge".to_owned(),
                api_version: catalog::recharge::API.version.to_owned(),
                name: None,
                fingerprint: None,
                identity: None,
            },
            guard,
            undoes,
        };
        let mut draft = jobs.begin(subject).unwrap().within(SMALL);
        fill(&mut draft);
        draft.finish().unwrap().0.id().to_owned()
    }

    pub(super) fn ledger(self: &Arc<Self>, id: &str) -> Ledger {
        self.jobs().open(id).unwrap()
    }

    /// A process works on the job until it ends, one way or another.
    pub(super) fn process(self: &Arc<Self>, id: &str) -> Exit {
        self.process_with(id, |_| {})
    }

    pub(super) fn process_with(
        self: &Arc<Self>,
        id: &str,
        change: impl FnOnce(&mut RunContext<'_>),
    ) -> Exit {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let (ledger, _) = self.ledger(id).lock().unwrap();
        let client = self.client();
        let timing = self.timing();
        let (_stop, stop) = tokio::sync::watch::channel(false);
        let mut means = RunContext {
            client: &client,
            timing: &timing,
            watch: &Nobody,
            stop,
            wait: true,
            parallel: 1,
            patience: PATIENCE,
        };
        change(&mut means);
        let work = AssertUnwindSafe(run(&ledger, &means)).catch_unwind();
        runtime.block_on(async {
            tokio::select! {
                biased;
                () = self.death.notified() => Exit::Killed,
                end = work => match end {
                    Ok(result) => Exit::Run(result),
                    Err(panic) if panic.is::<Kill>() => Exit::Killed,
                    Err(panic) => std::panic::resume_unwind(panic),
                },
            }
        })
    }

    /// Processes work on the job, one after the other, until it is done.
    pub(super) fn until_done(self: &Arc<Self>, id: &str) -> RowCounts {
        for _ in 0..500 {
            if let Exit::Run(Ok(RunEnd::Done)) = self.process(id) {
                self.calm();
                return self.ledger(id).counts().unwrap();
            }
        }
        panic!("no end of it");
    }

    /// The same, once the weather has cleared up.
    pub(super) fn until_done_in_calm(self: &Arc<Self>, id: &str) -> RowCounts {
        self.calm();
        self.until_done(id)
    }

    /// The weather clears up, and no one dies any more.
    pub(super) fn calm(&self) {
        *self.weather.lock().unwrap() = Weather::default();
        self.dies_at(u64::MAX);
        self.everything_arrives();
    }

    pub(super) fn client(self: &Arc<Self>) -> Arc<Client> {
        let connection = Connection {
            base: "http://127.0.0.1".to_owned(),
            token: TOKEN.to_owned().into(),
            api: &crate::catalog::recharge::API,
            version: None,
            client_id: None,
            store: None,
        };
        let budget = Budget {
            retries: 3,
            unmet: 3,
            time: Duration::from_secs(60),
        };
        let wire = Box::new(Wire(Arc::clone(self)));
        Arc::new(Client::new(wire, connection, self.timing(), budget))
    }

    fn timing(self: &Arc<Self>) -> Timing {
        let (sleeper, clock) = (Arc::clone(self), Arc::clone(self));
        let begun = PRESENT.parse::<Timestamp>().unwrap();
        Timing {
            sleep: Arc::new(move |span| {
                sleeper.pass(SignedDuration::try_from(span).unwrap());
                Box::pin(tokio::task::yield_now())
            }),
            elapsed: Arc::new(move || {
                Duration::try_from(clock.now().duration_since(begun)).unwrap()
            }),
        }
    }

    /// All records of a list.
    pub(super) fn records(&self, path: &str, key: &str) -> Vec<Value> {
        let mut records = Vec::new();
        let mut query = "?limit=250".to_owned();
        loop {
            let request = request("GET", &format!("{path}{query}"), Bytes::new());
            let answer = self.sandbox.answer(&request);
            let page: Value = serde_json::from_slice(answer.body()).unwrap();
            records.extend(page[key].as_array().unwrap().iter().cloned());
            match page["next_cursor"].as_str() {
                Some(cursor) => query = format!("?limit=250&cursor={cursor}"),
                None => return records,
            }
        }
    }

    /// The rows of a job.
    pub(super) fn rows(self: &Arc<Self>, id: &str) -> Vec<LedgerRow> {
        self.ledger(id).rows_behind(0, 1_000, &[]).unwrap()
    }

    /// How often each mark is in a field of the records of a list.
    pub(super) fn marks(&self, path: &str, key: &str, field: &str) -> BTreeMap<String, u64> {
        let mut marks = BTreeMap::new();
        for record in self.records(path, key) {
            let mark = record[field].as_str().unwrap_or_default();
            if mark.starts_with("row-") {
                *marks.entry(mark.to_owned()).or_default() += 1;
            }
        }
        marks
    }
}

pub(super) fn request(method: &str, path: &str, body: Bytes) -> http::Request<Bytes> {
    http::Request::builder()
        .method(method)
        .uri(path)
        .header(catalog::recharge::TOKEN_HEADER, TOKEN)
        .header(
            catalog::recharge::VERSION_HEADER,
            catalog::recharge::API.version,
        )
        .body(body)
        .unwrap()
}

struct Nobody;

impl RunObserver for Nobody {
    fn see(&self, progress: &JobProgress) {
        assert!(progress.ok + progress.failed + progress.unknown <= progress.rows);
    }
}
