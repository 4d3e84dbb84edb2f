//! How long a client waits, for what, and what it says meanwhile, in simulated
//! time. Servers are functions from a request's number and time.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use http::Response;
use recharge_cli::api::client::notice::{Notice, Observer};
use recharge_cli::api::client::retry::Budget;
use recharge_cli::api::client::{Client, Connection, Failure, Sending, Timing, Transport};
use recharge_cli::api::pages::Pages;
use recharge_cli::api::request::Request;
use recharge_cli::api::response::Wanted;
use recharge_cli::catalog;
use recharge_cli::error::Kind;
use recharge_cli::sandbox::seed::Seed;
use recharge_cli::sandbox::{Ending, Sandbox, State, Token};
use tokio::time::Instant;

use crate::trials::ReadRecords;

type Answer = Result<Response<Bytes>, Failure>;

/// Answers the attempt of that number, from one, at that time.
type Server = Box<dyn Fn(usize, Duration, &http::Request<Bytes>) -> Answer + Send + Sync>;

/// A server at the end of a wire, and the times of the attempts that it saw.
struct Wire {
    server: Server,
    begun: Instant,
    attempts: Arc<Mutex<Vec<Duration>>>,
}

/// There and back.
const WAY: Duration = Duration::from_millis(20);

impl Transport for Wire {
    fn send(&self, request: http::Request<Bytes>) -> Sending<'_> {
        Box::pin(async move {
            let number = {
                let mut attempts = self.attempts.lock().unwrap();
                attempts.push(self.begun.elapsed());
                attempts.len()
            };
            let answer = (self.server)(number, self.begun.elapsed(), &request);
            tokio::time::sleep(WAY).await;
            answer
        })
    }
}

/// What a client told.
#[derive(Default)]
struct Told(Mutex<Vec<String>>);

impl Observer for Told {
    fn notice(&self, notice: &Notice) {
        self.0.lock().unwrap().push(notice.to_string());
    }
}

/// A client, and the result of its requests.
struct Scene {
    client: Arc<Client>,
    begun: Instant,
    attempts: Arc<Mutex<Vec<Duration>>>,
    told: Arc<Told>,
}

impl Scene {
    fn new(
        token: &str,
        max_time: Duration,
        server: impl Fn(usize, Duration, &http::Request<Bytes>) -> Answer + Send + Sync + 'static,
    ) -> Self {
        fastrand::seed(7);
        let (begun, attempts) = (Instant::now(), Arc::default());
        let wire = Wire {
            server: Box::new(server),
            begun,
            attempts: Arc::clone(&attempts),
        };
        let connection = Connection {
            base: "http://sandbox".to_owned(),
            token: token.to_owned().into(),
            api: &recharge_cli::catalog::recharge::API,
            version: None,
            client_id: None,
            store: None,
        };
        let timing = Timing {
            sleep: Arc::new(|span| Box::pin(tokio::time::sleep(span))),
            elapsed: Arc::new(move || begun.elapsed()),
        };
        let budget = Budget {
            time: max_time,
            ..Budget::default()
        };
        let told = Arc::new(Told::default());
        let client = Client::new(Box::new(wire), connection, timing, budget);
        let client = Arc::new(client.observed(Arc::clone(&told) as Arc<dyn Observer>));
        Self {
            client,
            begun,
            attempts,
            told,
        }
    }

    fn passed(&self) -> Duration {
        self.begun.elapsed()
    }

    fn attempts(&self) -> Vec<Duration> {
        self.attempts.lock().unwrap().clone()
    }

    fn told(&self) -> Vec<String> {
        self.told.0.lock().unwrap().clone()
    }
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[expect(clippy::unnecessary_wraps, reason = "a server may give no answer")]
fn answer(status: u16, headers: &[(&str, &str)]) -> Answer {
    let mut answer = Response::builder().status(status);
    for (name, value) in headers {
        answer = answer.header(*name, *value);
    }
    Ok(answer
        .body(Bytes::from_static(b"{\"customers\":[]}"))
        .unwrap())
}

const LIMIT: &str = "X-Recharge-Limit";
const AFTER: &str = "Retry-After";

fn page() -> Request {
    let (_, operation) = catalog::recharge::API.operation("customers.list").unwrap();
    Request {
        method: operation.method,
        path: operation.path.to_owned(),
        query: vec![("limit".to_owned(), "1".to_owned())],
        body: None,
        operation: Some(operation),
        headers: Vec::new(),
        notes: Vec::new(),
    }
}

#[tokio::test(start_paused = true)]
async fn no_attempt_begins_after_max_time_however_the_api_refuses() {
    let refusals: [&[(&str, &str)]; 9] = [
        &[],
        &[(LIMIT, "1/40")],
        &[(LIMIT, "40/40")],
        &[(LIMIT, "1/400")],
        &[(LIMIT, "400/400")],
        &[(LIMIT, "0/1")],
        &[(AFTER, "0"), (LIMIT, "1/40")],
        &[(AFTER, "3"), (LIMIT, "40/40")],
        &[(AFTER, "7")],
    ];
    for headers in refusals {
        for status in [429, 503] {
            let scene = Scene::new("sk_1", seconds(8), move |_, _, _| answer(status, headers));
            for _ in 0..3 {
                let before = scene.attempts().len();
                let begun = scene.passed();
                let error = scene.client.send(&page()).await.unwrap_err();
                assert_eq!(error.kind, Kind::Unreachable, "{error}");
                let attempts = scene.attempts().split_off(before);
                let within = |at: &Duration| *at <= begun + seconds(8);
                assert!(attempts.iter().all(within), "{headers:?}: {attempts:?}");
                assert!(scene.passed() <= begun + seconds(8) + WAY, "{headers:?}");
                let close = attempts.windows(2).any(|two| two[1] < two[0] + seconds(2));
                assert!(status != 429 || !close, "{headers:?}: {attempts:?}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_pause_longer_than_max_time_fails_all_at_once_and_sends_nothing() {
    let scene = Scene::new("sk_1", seconds(120), |number, _, _| match number {
        ..=20 => answer(200, &[(LIMIT, "5/40")]),
        _ => answer(429, &[(LIMIT, "40/40"), (AFTER, "600")]),
    });
    for _ in 0..20 {
        scene.client.send(&page()).await.unwrap();
    }
    let request = page();
    let sends = (0..30).map(|_| scene.client.send(&request));
    let errors: Vec<_> = join_all(sends)
        .await
        .into_iter()
        .map(Result::unwrap_err)
        .collect();
    assert!(scene.passed() < seconds(2), "{:?}", scene.passed());
    let wish = |error: &recharge_cli::error::Error| {
        error.kind == Kind::Unreachable
            && error.untouched
            && format!("{error} {:?}", error.hints).contains("the API asks to wait 600 s")
    };
    assert!(errors.iter().all(wish), "{errors:?}");
    // Those that were under way were refused; nothing else was sent.
    let attempts = scene.attempts().len();
    for _ in 0..10 {
        let error = scene.client.send(&page()).await.unwrap_err();
        let expected = "the API asks to wait 600 s, longer than --max-time allows";
        assert_eq!(error.to_string(), expected);
    }
    assert_eq!(scene.attempts().len(), attempts);
    // It is as the API asked, and no longer.
    tokio::time::sleep(seconds(500)).await;
    assert!(scene.client.send(&page()).await.is_err());
    assert!(scene.passed() > seconds(600));
    assert!(scene.attempts().len() > attempts);
}

/// The pause begins while the request waits to be sent again.
#[tokio::test(start_paused = true)]
async fn a_retry_fails_at_once_when_a_pause_leaves_it_no_time() {
    let scene = Scene::new("sk_1", seconds(20), |number, _, _| match number {
        1 => answer(200, &[(LIMIT, "1/40")]),
        2 => answer(500, &[(LIMIT, "2/40")]),
        _ => answer(429, &[(LIMIT, "3/40"), (AFTER, "90")]),
    });
    scene.client.send(&page()).await.unwrap();
    let request = page();
    let sends = (0..8).map(|_| scene.client.send(&request));
    let results = join_all(sends).await;
    assert!(results.iter().all(Result::is_err), "{results:?}");
    assert_eq!(scene.attempts().len(), 9);
    assert!(scene.passed() <= seconds(1), "{:?}", scene.passed());
}

#[tokio::test(start_paused = true)]
async fn absurd_waits_break_nothing() {
    let absurd = [
        "18446744073709551615",
        "18446744073709551616",
        "9223372036854775807",
        "99999999999999999999999999999999",
        "Wed, 01 Dec 9999 23:59:59 GMT",
        "-1",
        "1e308",
        "",
    ];
    for value in absurd {
        for status in [429, 500, 503] {
            for budget in [Duration::ZERO, seconds(8), seconds(120)] {
                let scene = Scene::new("sk_1", budget, move |_, _, _| {
                    let date = "Wed, 21 Oct 2026 07:28:00 GMT";
                    answer(status, &[(AFTER, value), ("Date", date), (LIMIT, "1/40")])
                });
                tokio::time::sleep(seconds(2)).await;
                for _ in 0..3 {
                    let begun = scene.passed();
                    assert!(scene.client.send(&page()).await.is_err());
                    assert!(scene.passed() <= begun + budget + seconds(3));
                }
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn implausible_limit_headers_are_ignored_and_told_once() {
    let odd = [
        "0/1",
        "0/0",
        "1/1",
        "1/2",
        "4294967295/40",
        "18446744073709551615/40",
        "99999999999999999999/40",
        "1/4294967295",
        "4294967295/4294967295",
        "-1/40",
        "nan/40",
        "full",
        "",
    ];
    for value in odd {
        let scene = Scene::new("sk_1", seconds(5), move |_, _, _| {
            answer(200, &[(LIMIT, value)])
        });
        for _ in 0..100 {
            scene.client.send(&page()).await.unwrap();
        }
        assert!(
            scene.passed() <= seconds(3),
            "{value}: {:?}",
            scene.passed()
        );
        let told = scene.told();
        assert_eq!(told.len(), 1, "{value}: {told:?}");
        assert!(told[0].contains("X-Recharge-Limit"), "{told:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn limit_headers_that_change_wildly_make_no_long_wait() {
    let scene = Scene::new("sk_1", seconds(5), |number, _, _| {
        let value = ["1/40", "399/400", "10/10", "5000/10200", "0/1"][number % 5];
        answer(200, &[(LIMIT, value)])
    });
    for _ in 0..100 {
        scene.client.send(&page()).await.unwrap();
    }
    assert!(scene.passed() <= seconds(10), "{:?}", scene.passed());
    assert_eq!(scene.told().len(), 1, "{:?}", scene.told());
}

#[tokio::test(start_paused = true)]
async fn a_long_pause_is_told_once_for_all_who_wait() {
    let scene = Scene::new("sk_1", seconds(120), |_, at, _| match at {
        at if at < seconds(60) => answer(429, &[(LIMIT, "1/40"), (AFTER, "60")]),
        _ => answer(200, &[(LIMIT, "1/40")]),
    });
    let request = page();
    let results = join_all((0..12).map(|_| scene.client.send(&request))).await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    assert_eq!(scene.told(), ["the API asks to wait 60 s; waiting"]);
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_a_server_in_trouble_asks_for_is_told() {
    let scene = Scene::new("sk_1", seconds(120), |number, _, _| match number {
        1 => answer(503, &[(AFTER, "15")]),
        _ => answer(200, &[]),
    });
    scene.client.send(&page()).await.unwrap();
    assert_eq!(scene.told(), ["the API asks to wait 15 s; waiting"]);
}

/// A bucket as the API has it.
struct Leaky {
    leak: f64,
    size: f64,
    state: Mutex<(f64, Duration)>,
    refused: Arc<Mutex<u64>>,
}

impl Leaky {
    fn server(
        leak: f64,
        size: f64,
        refused: Arc<Mutex<u64>>,
    ) -> impl Fn(usize, Duration, &http::Request<Bytes>) -> Answer + Send + Sync {
        let bucket = Self {
            leak,
            size,
            state: Mutex::default(),
            refused,
        };
        move |_, at, _| bucket.pour(at)
    }

    fn pour(&self, at: Duration) -> Answer {
        let mut state = self.state.lock().unwrap();
        let passed = at.saturating_sub(state.1).as_secs_f64();
        *state = ((state.0 - passed * self.leak).max(0.0), at);
        let fits = state.0 + 1.0 <= self.size;
        if fits {
            state.0 += 1.0;
        } else {
            *self.refused.lock().unwrap() += 1;
        }
        let level = format!("{}/{}", state.0.ceil(), self.size);
        answer(if fits { 200 } else { 429 }, &[(LIMIT, &level)])
    }
}

#[tokio::test(start_paused = true)]
async fn size_and_leak_are_learned_from_the_headers() {
    for (leak, size) in [(8.0, 80.0), (20.0, 40.0), (2.0, 400.0)] {
        let refused = Arc::default();
        let server = Leaky::server(leak, size, Arc::clone(&refused));
        let scene = Scene::new("sk_1", seconds(120), server);
        let request = page();
        let workers = (0..4).map(|_| async {
            for _ in 0..200 {
                scene.client.send(&request).await.unwrap();
            }
        });
        join_all(workers).await;
        let ideal = (800.0 - size) / leak;
        let took = scene.passed().as_secs_f64();
        assert!(took <= 1.15 * ideal, "{leak} {size}: {took} of {ideal}");
        assert_eq!(*refused.lock().unwrap(), 0, "{leak} {size}");
    }
}

/// A bucket slower than its token promises is noticed by its levels.
#[tokio::test(start_paused = true)]
async fn a_slower_leak_than_promised_costs_few_refusals() {
    let refused = Arc::default();
    let server = Leaky::server(1.0, 40.0, Arc::clone(&refused));
    let scene = Scene::new("sk_1", seconds(120), server);
    for _ in 0..200 {
        scene.client.send(&page()).await.unwrap();
    }
    assert!(*refused.lock().unwrap() <= 2);
    assert!(scene.passed() <= seconds(200), "{:?}", scene.passed());
}

#[tokio::test(start_paused = true)]
async fn requests_in_line_do_not_run_out_of_time() {
    for max_time in [Duration::ZERO, seconds(1), seconds(8)] {
        let refused = Arc::default();
        let server = Leaky::server(2.0, 40.0, Arc::clone(&refused));
        let scene = Scene::new("sk_1", max_time, server);
        let request = page();
        let workers = (0..8).map(|_| async {
            for _ in 0..25 {
                scene.client.send(&request).await.unwrap();
            }
        });
        join_all(workers).await;
        assert_eq!(*refused.lock().unwrap(), 0, "{max_time:?}");
        assert!(scene.told().is_empty(), "{:?}", scene.told());
    }
}

/// Lists of 80 pages where one attempt of six goes wrong, at 40 a second.
#[tokio::test(start_paused = true)]
async fn a_list_of_80_pages_under_many_faults_ends_within_thirty_seconds() {
    const TOKEN: &str = "sk_20x1_fast";
    let mut took = Vec::new();
    for seed in 0..100 {
        let begun = Instant::now();
        let present: jiff::Timestamp = crate::harness::NOW.parse().unwrap();
        let store = Seed {
            customers: 80,
            seed: 2021,
        };
        let mut state = State::seeded(&store, present);
        state.add_token(Token {
            name: "Test".to_owned(),
            secret: TOKEN.to_owned(),
            scopes: None,
        });
        let faults = format!("429=5% 500=5% reset=5% truncate=2% seed={seed}");
        state.let_fail(&faults).unwrap();
        let now = move || present + begun.elapsed();
        let sandbox = Sandbox::new(state, Arc::new(now)).limited();
        let scene = Scene::new(TOKEN, seconds(120), move |_, _, request| {
            let lost = |status| Failure {
                not_sent: false,
                status,
                hint: None,
                reason: "lost".to_owned(),
            };
            match sandbox.receive(request).ending {
                Ending::Whole(mut answer) => {
                    if answer.status() == 429 {
                        answer.headers_mut().insert(LIMIT, "1/40".parse().unwrap());
                    }
                    Ok(answer)
                }
                Ending::Cut(answer, _) => Err(lost(Some(answer.status().as_u16()))),
                Ending::Reset | Ending::Never => Err(lost(None)),
            }
        });
        let (_, operation) = catalog::recharge::API.operation("customers.list").unwrap();
        let wanted = Wanted::of(operation.response);
        let mut pages = Pages::new(Arc::clone(&scene.client), page(), wanted);
        let mut read = ReadRecords::default();
        let count = pages.records(None, &mut read).await.unwrap();
        assert_eq!((count, read.0.len()), (80, 80), "seed {seed}");
        took.push(scene.passed());
    }
    took.sort_unstable();
    let late = took.iter().filter(|took| **took > seconds(30)).count();
    // Each pause after a 429 takes two seconds at least: a list that meets a
    // dozen of them, instead of five, is later, anyone who asks.
    println!("median {:?}, longest {:?}, late {late}", took[50], took[99]);
    assert!(late <= 1 && took[50] <= seconds(16), "{took:?}");
    assert!(took[99] <= seconds(40), "{took:?}");
}
