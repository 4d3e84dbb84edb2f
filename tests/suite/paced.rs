//! The pace of a client, in simulated time: clients, a network and a sandbox
//! with the limiter of the API share the clock of a runtime that stands still
//! while anyone works and jumps when all wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use recharge_cli::api::client::retry::Budget;
use recharge_cli::api::client::{Client, Connection, Failure, Sending, Timing, Transport};
use recharge_cli::api::request::Request;
use recharge_cli::catalog;
use recharge_cli::sandbox::seed::Seed;
use recharge_cli::sandbox::{Sandbox, State, Token};
use tokio::time::Instant;

/// A sandbox at the end of a wire.
struct Wire {
    sandbox: Arc<Sandbox>,
    asked: Arc<AtomicU64>,
    refused: Arc<AtomicU64>,
}

impl Transport for Wire {
    fn send(&self, request: http::Request<Bytes>) -> Sending<'_> {
        Box::pin(async move {
            // There and back, 30 to 80 milliseconds each.
            let way = || Duration::from_millis(fastrand::u64(30..80));
            tokio::time::sleep(way()).await;
            let answer = self.sandbox.answer(&request);
            self.asked.fetch_add(1, Relaxed);
            if answer.status() == 429 {
                self.refused.fetch_add(1, Relaxed);
            }
            tokio::time::sleep(way()).await;
            Ok::<_, Failure>(answer)
        })
    }
}

/// A limited sandbox and what it was asked.
struct Api {
    sandbox: Arc<Sandbox>,
    begun: Instant,
    asked: Arc<AtomicU64>,
    refused: Arc<AtomicU64>,
}

const TOKEN: &str = "sk_test_1";
const FAST: &str = "sk_2x1_fast";

impl Api {
    fn new() -> Self {
        // The same chances in every run.
        fastrand::seed(7);
        let begun = Instant::now();
        let present: jiff::Timestamp = crate::harness::NOW.parse().unwrap();
        let now = move || present + begun.elapsed();
        let mut state = State::seeded(&Seed::demo(), present);
        for secret in [TOKEN, FAST] {
            state.add_token(Token {
                name: "Test".to_owned(),
                secret: secret.to_owned(),
                scopes: None,
            });
        }
        Self {
            sandbox: Arc::new(Sandbox::new(state, Arc::new(now)).limited()),
            begun,
            asked: Arc::default(),
            refused: Arc::default(),
        }
    }

    /// A client such as a process of its own has.
    fn client(&self, token: &str) -> Client {
        let begun = self.begun;
        let wire = Wire {
            sandbox: Arc::clone(&self.sandbox),
            asked: Arc::clone(&self.asked),
            refused: Arc::clone(&self.refused),
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
        Client::new(Box::new(wire), connection, timing, Budget::default())
    }

    fn seconds(&self) -> f64 {
        self.begun.elapsed().as_secs_f64()
    }

    fn refused(&self) -> u64 {
        self.refused.load(Relaxed)
    }
}

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

async fn ask(client: &Client, times: usize) {
    for _ in 0..times {
        client.send(&page()).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_of_four_hundred_pages_is_never_refused_and_hardly_waits() {
    let api = Api::new();
    ask(&api.client(TOKEN), 400).await;
    assert_eq!(api.refused(), 0);
    let ideal = (400.0 - 40.0) / 2.0;
    assert!(api.seconds() <= 1.01 * ideal, "{}", api.seconds());
}

#[tokio::test(start_paused = true)]
async fn a_token_with_a_multiplier_is_used_to_the_full() {
    let api = Api::new();
    ask(&api.client(FAST), 400).await;
    assert_eq!(api.refused(), 0);
    // Forty in a row take longer to send than to leak, from there on it counts.
    assert!(api.seconds() <= 1.02 * 90.0, "{}", api.seconds());
}

#[tokio::test(start_paused = true)]
async fn forty_requests_wait_for_nothing_but_their_answers() {
    let api = Api::new();
    let client = api.client(TOKEN);
    join_all((0..40).map(|_| ask(&client, 1))).await;
    assert!(api.seconds() < 0.2, "{}", api.seconds());
    assert_eq!(api.refused(), 0);
}

#[tokio::test(start_paused = true)]
async fn requests_side_by_side_share_one_pace() {
    let api = Api::new();
    let client = api.client(TOKEN);
    join_all((0..8).map(|_| ask(&client, 50))).await;
    assert_eq!(api.refused(), 0);
    assert!(api.seconds() <= 1.02 * 180.0, "{}", api.seconds());
}

#[tokio::test(start_paused = true)]
async fn eight_processes_with_one_token_are_hardly_ever_refused() {
    for at_once in [1, 4] {
        let api = Api::new();
        let clients: Vec<Client> = (0..8).map(|_| api.client(TOKEN)).collect();
        let work = clients.iter().map(|client| async {
            join_all((0..at_once).map(|_| ask(client, 60 / at_once))).await;
            api.seconds()
        });
        let ends = join_all(work).await;
        let (asked, refused) = (api.asked.load(Relaxed), api.refused());
        assert!(
            refused * 100 < asked,
            "{refused} of {asked}, {at_once} at once"
        );
        // They lose no time by being polite, and none of them is left behind.
        let ideal = (480.0 - 40.0) / 2.0;
        let last = ends.iter().copied().fold(0.0, f64::max);
        let first = ends.iter().copied().fold(f64::MAX, f64::min);
        assert!(last <= 1.15 * ideal, "{last}, {at_once} at once");
        assert!(first >= 0.35 * ideal, "{first}, {at_once} at once");
    }
}

#[tokio::test(start_paused = true)]
async fn one_command_beside_a_long_list_is_answered_at_once() {
    let api = Api::new();
    let list = api.client(TOKEN);
    let other = async {
        tokio::time::sleep(Duration::from_secs(100)).await;
        let begun = api.seconds();
        let client = api.client(TOKEN);
        ask(&client, 1).await;
        api.seconds() - begun
    };
    let ((), took) = tokio::join!(ask(&list, 300), other);
    assert!(took < 1.0, "{took}");
}
