//! Two commands at the same job at once. Whichever comes first: no row is sent
//! twice, a job that has ended stays as it ended, and every row that was carried
//! out is in a ledger.

use std::collections::BTreeMap;
use std::sync::{Arc, Barrier, Mutex};

use recharge_cli::bulk::Engine;
use recharge_cli::bulk::ledger::{JobStore, JobSubject, Jobs, RowEnd};
use recharge_cli::bulk::row::Task;
use recharge_cli::config::login::fingerprint;
use serde_json::json;

use crate::answering::Answering;
use crate::harness::{NOW, Outcome, Store, rc};

/// How often each pair meets.
const ROUNDS: u64 = 50;

const TOKEN: &str = "sk_test_0123456789abcdef";

/// What can be done to a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Retry,
    Resume,
    Abandon,
    Prune,
}

const ACTS: [Act; 4] = [Act::Retry, Act::Resume, Act::Abandon, Act::Prune];

/// How a job is when the two meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    /// It is done, and two rows failed.
    Failed,
    /// One row is done, two were not sent.
    Unfinished,
}

/// A store that counts the gifts that it was asked for, by their title.
struct Shop {
    api: Answering,
    made: Arc<Mutex<BTreeMap<String, u64>>>,
    store: Store,
}

impl Shop {
    fn open() -> Self {
        let made: Arc<Mutex<BTreeMap<String, u64>>> = Arc::default();
        let count = Arc::clone(&made);
        let api = Answering::with(move |asked| {
            let answer = match asked.line.as_str() {
                "GET /store" => json!({"store": {"id": 1, "name": "S", "identifier": "s.example"}}),
                "GET /token_information" => {
                    json!({"token_information": {"scopes": ["write_subscriptions", "write_orders"]}})
                }
                _ => {
                    let body: serde_json::Value = serde_json::from_str(&asked.body).unwrap();
                    let title = body["product_title"].as_str().unwrap().to_owned();
                    *count.lock().unwrap().entry(title.clone()).or_default() += 1;
                    json!({"onetime": {"id": 1, "product_title": title}})
                }
            };
            (
                if asked.line.starts_with("POST") {
                    201
                } else {
                    200
                },
                answer.to_string(),
            )
        });
        Self {
            api,
            made,
            store: Store::new(),
        }
    }

    fn jobs(&self, days: i64) -> Jobs {
        let now: jiff::Timestamp = NOW.parse().unwrap();
        let now = now + jiff::SignedDuration::from_hours(24 * days);
        Jobs::below(Some(self.store.path()), Arc::new(move || now)).unwrap()
    }

    /// A job of three gifts, as it is when the two meet; gives its name.
    fn job(&self, start: Start, mark: &str) -> String {
        let jobs = self.jobs(0);
        let mut draft = jobs
            .begin(JobSubject {
                operation: "onetimes.create".to_owned(),
                engine: Engine::Requests,
                input: "gifts.csv".to_owned(),
                header: None,
                store: JobStore {
                    profile: None,
                    base_url: self.api.url.clone(),
                    sandbox: false,
                    api: "recharge".to_owned(),
                    api_version: "2021-11".to_owned(),
                    name: None,
                    fingerprint: Some(fingerprint(&TOKEN.into())),
                    identity: None,
                },
                guard: recharge_cli::bulk::ledger::Guard::Absent,
                undoes: None,
            })
            .unwrap();
        for n in 1..=3 {
            let body = json!({"address_id": 1, "product_title": format!("{mark}-{n}")});
            let task = Task {
                target: "/onetimes".to_owned(),
                body: Some(body.to_string()),
            };
            draft.add(n + 1, "{}", &task).unwrap();
        }
        let (ledger, _) = draft.finish().unwrap();
        ledger.leaves(1).unwrap();
        let ok = RowEnd::Ok {
            status: Some(201),
            object: None,
        };
        ledger.ends(1, &ok).unwrap();
        self.made.lock().unwrap().insert(format!("{mark}-1"), 1);
        if start == Start::Failed {
            for n in 2..=3 {
                let failed = RowEnd::Failed {
                    status: Some(422),
                    error: "not now".to_owned(),
                };
                ledger.ends(n, &failed).unwrap();
            }
            ledger.finish().unwrap();
        }
        ledger.id().to_owned()
    }

    fn act(&self, act: Act, id: &str) -> Option<Outcome> {
        let verb = match act {
            Act::Retry => "retry",
            Act::Resume => "resume",
            Act::Abandon => "abandon",
            Act::Prune => {
                self.jobs(31).prune().unwrap();
                return None;
            }
        };
        let outcome = rc(&format!("bulk {verb} {id} --yes"))
            .holding(&self.store)
            .against(&self.api.url)
            .env("RECHARGE_ACCESS_TOKEN", TOKEN)
            .runs();
        Some(outcome)
    }
}

/// Lets two acts meet at one job, one of them a little later than the other.
fn meet(shop: &Shop, acts: [Act; 2], id: &str, round: u64) -> Vec<Option<Outcome>> {
    let barrier = Barrier::new(2);
    std::thread::scope(|scope| {
        let both: Vec<_> = acts
            .into_iter()
            .enumerate()
            .map(|(at, act)| {
                let barrier = &barrier;
                scope.spawn(move || {
                    barrier.wait();
                    let late = if round % 2 == at as u64 {
                        round * 40
                    } else {
                        0
                    };
                    (0..late).for_each(|_| std::thread::yield_now());
                    shop.act(act, id)
                })
            })
            .collect();
        both.into_iter().map(|act| act.join().unwrap()).collect()
    })
}

/// What must be so, anyone who came first.
fn check(shop: &Shop, acts: [Act; 2], id: &str, outcomes: &[Option<Outcome>], what: &str) {
    for outcome in outcomes.iter().flatten() {
        // Done; somebody else has it, or it cannot be done now; it is gone; a
        // row is unknown.
        assert!(matches!(outcome.code, 0 | 2 | 4 | 7), "{what}: {outcome:?}");
    }
    let made = shop.made.lock().unwrap().clone();
    let twice: Vec<_> = made.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "{what}: {twice:?} {outcomes:?}");
    let (jobs, unreadable) = shop.jobs(0).list().unwrap();
    assert!(unreadable.is_empty(), "{what}: {unreadable:?}");
    let family: Vec<_> = jobs
        .iter()
        .filter(|job| job.id == id || job.parent.as_deref() == Some(id))
        .collect();
    assert!(family.len() <= 2, "{what}: {family:?}");
    if acts.contains(&Act::Prune) {
        return;
    }
    let carried_out: u64 = family.iter().map(|job| job.counts.ok).sum();
    let mark = what.split(' ').next().unwrap();
    let made = made.keys().filter(|title| title.starts_with(mark)).count();
    assert_eq!(carried_out, made as u64, "{what}: {family:?} {outcomes:?}");
    // Anyone who said how the job ended was right.
    for outcome in outcomes
        .iter()
        .flatten()
        .filter(|outcome| outcome.code == 0 && !outcome.stdout.is_empty())
    {
        let told = outcome.json();
        let now = family
            .iter()
            .find(|job| told["id"] == job.id.as_str())
            .unwrap();
        assert_eq!(told["state"], now.state.name(), "{what}: {outcomes:?}");
        assert_eq!(told["ok"], now.counts.ok, "{what}: {outcomes:?}");
    }
}

fn every_pair(start: Start) {
    let pairs = ACTS
        .iter()
        .enumerate()
        .flat_map(|(at, one)| ACTS[at..].iter().map(move |other| [*one, *other]));
    let pairs = Mutex::new(pairs.collect::<Vec<_>>());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let Some(acts) = pairs.lock().unwrap().pop() else {
                        break;
                    };
                    let mut shop = Shop::open();
                    for round in 0..ROUNDS {
                        shop.store = Store::new();
                        let mark = format!("{round}:");
                        let what = format!("{mark} {acts:?}, {start:?}");
                        let id = shop.job(start, &mark);
                        let outcomes = meet(&shop, acts, &id, round);
                        check(&shop, acts, &id, &outcomes, &what);
                    }
                }
            });
        }
    });
}

#[test]
fn two_commands_at_a_job_with_failed_rows_send_none_twice() {
    every_pair(Start::Failed);
}

#[test]
fn two_commands_at_an_unfinished_job_send_no_row_twice() {
    every_pair(Start::Unfinished);
}
