//! A local Recharge: stateful, faithful, and the only one who uses it.
//!
//! It owns a store and answers HTTP requests about it as the API would. A
//! request comes in ([`Sandbox::receive`]), the catalogue row that it asks for
//! is found and held against it, a rule reads or changes the state, and the
//! answer goes out in the envelope that the row names. The catalogue is the
//! only other room it knows; it imports nothing above it.
//!
//! [`mod@file`] keeps a store in a file, for commands that live for one request;
//! [`server`] lends it to the network, and [`data`] keeps what is served.

mod behaviour;
mod check;
mod clock;
pub mod control;
mod cursor;
pub mod data;
mod events;
pub mod faults;
pub mod file;
mod filter;
mod include;
mod index;
mod key;
mod layer;
mod limit;
mod list;
mod log;
mod merged;
mod moment;
mod money;
mod outbox;
mod pack;
mod receive;
mod record;
mod refusal;
mod respond;
mod route;
mod rules;
pub mod seed;
mod sent;
pub mod server;
mod snapshot;
mod state;
mod step;
mod table;
mod tables;
mod trees;
mod v2021_01;
mod walk;
mod write;

#[cfg(test)]
mod tests;

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::Request;
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

pub use behaviour::Behaviour;
pub use outbox::post::{CLIENT_SECRET, Outbox};
pub use receive::{Ending, Reply};
pub use state::{State, Token};

use crate::catalog;
use check::Query;
use data::DataFile;
use limit::Buckets;
use log::Log;
use record::Record;
use refusal::Refusal;
use respond::{Draft, envelope, welcome};
use route::{Route, Row};
use rules::life::Happened;
use trees::Trees;

/// The token that may do everything.
pub const TOKEN: &str = "sk_sandbox_all";

/// The present, as the sandbox sees it. Given from outside, so that it can
/// stand still or be moved.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// How the sandbox names itself in answers.
const SERVER: &str = concat!("recharge-sandbox/", env!("CARGO_PKG_VERSION"));

/// A store that answers requests.
pub struct Sandbox {
    state: Mutex<State>,
    now: Now,
    /// Where changes are kept, where they are.
    data: Option<Mutex<DataFile>>,
    limits: Option<Mutex<Buckets>>,
    /// What is being edited by requests that are not answered yet.
    trees: Trees,
    log: Mutex<Log>,
    /// How messages to webhooks are posted, where they are.
    outbox: Option<Arc<Outbox>>,
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Sandbox").finish_non_exhaustive()
    }
}

/// A request that has found its row, as rules see it.
#[derive(Debug, Clone, Copy)]
struct Asked<'a> {
    row: Row,
    /// Values for the holes of the path.
    holes: &'a [String],
    query: &'a Query,
    body: &'a Record,
    now: Timestamp,
    token: &'a Token,
}

impl Asked<'_> {
    /// The number in the path.
    fn id(&self) -> u64 {
        self.hole().parse().unwrap_or(0)
    }

    /// The first value in the path.
    fn hole(&self) -> &str {
        self.holes.first().map_or("", String::as_str)
    }

    /// The present as answers write it.
    fn stamp(&self) -> String {
        moment::stamp(self.now)
    }

    /// Today.
    fn today(&self) -> jiff::civil::Date {
        moment::day_of(self.now)
    }

    /// A parameter of the query.
    fn asked_for(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.as_str())
    }
}

/// What a rule answers.
#[derive(Debug)]
enum Outcome {
    /// Nothing worth saying.
    Nothing,
    /// One record.
    One(Record),
    /// A whole list.
    Many(Vec<Record>),
    /// A number.
    Number(u64),
    /// A finished body.
    Finished(String),
}

impl Sandbox {
    /// A sandbox with that state, which asks `now` for the time.
    #[must_use]
    pub fn new(state: State, now: Now) -> Self {
        Self {
            state: Mutex::new(state),
            now,
            data: None,
            limits: None,
            trees: Trees::default(),
            log: Mutex::default(),
            outbox: None,
        }
    }

    /// The same sandbox, which keeps every change in a data file before it
    /// answers.
    #[must_use]
    pub fn kept_in(mut self, data: DataFile) -> Self {
        self.data = Some(Mutex::new(data));
        self
    }

    /// Lets happen what time brings: who serves a sandbox calls it now and
    /// then, so that things happen when nobody asks.
    pub fn tick(&self) {
        let world = (self.now)();
        let mut state = self.lock();
        // What could not be kept is told to whoever asks next.
        let _ = self.pass_time(&mut state, world);
    }

    /// Brings a store to the present: what time brought happens, and is kept
    /// day by day.
    fn pass_time(&self, state: &mut State, world: Timestamp) -> Result<Happened, Refusal> {
        let token = Token::system();
        let now = state.clock.shown(world);
        let mut happened = Happened::default();
        while let Some(at) = rules::life::next_run(state.clock.lived(), now) {
            happened += self.change(state, |state| {
                let happened = rules::life::run(state, at, &token);
                state.clock.has_lived(at);
                Ok(happened)
            })?;
        }
        self.change(state, |state| {
            if rules::redeeming::end_due(state, now) {
                events::settle(state, now, &token);
            }
            rules::batch_runs::run_due(state, now);
            Ok(())
        })?;
        state.clock.has_lived(now);
        Ok(happened)
    }

    /// Changes the state and keeps the change, or does neither.
    fn change<T>(
        &self,
        state: &mut State,
        act: impl FnOnce(&mut State) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let before = state.revision;
        // A broken rule must not take the store down with it: the change is
        // undone and the request is answered.
        let result = catch_unwind(AssertUnwindSafe(|| act(state)));
        let mut result = result.unwrap_or_else(|_| {
            state.undo_to(0);
            Err(Refusal::error(500, "internal server error"))
        });
        if let Err(error) = self.keep(state, before) {
            result = Err(Refusal::error(500, &error.to_string()));
        }
        state.journal.clear();
        state.fresh.clear();
        if let Some(outbox) = self.outbox.as_ref().filter(|_| state.revision != before) {
            outbox.wake();
        }
        result
    }

    /// Puts another store in the place of this one.
    fn replace(&self, state: &mut State, by: State) -> io::Result<()> {
        let revision = state.revision;
        let (posting, longest_work) = (state.posting.take(), state.longest_work);
        *state = by;
        state.posting = posting.map(|posting| posting.over(state));
        state.longest_work = longest_work;
        state.revision = state.revision.max(revision) + 1;
        let Some(data) = &self.data else {
            return Ok(());
        };
        let mut data = data.lock().unwrap_or_else(PoisonError::into_inner);
        data.start_over(state)
    }

    /// The same sandbox with the rate limit of the API.
    #[must_use]
    pub fn limited(mut self) -> Self {
        self.limits = Some(Mutex::default());
        self
    }

    /// Keeps what a request changed. Once that has failed, nothing is answered
    /// any more: what is served is no longer what is kept.
    fn keep(&self, state: &State, before: u64) -> io::Result<()> {
        let Some(data) = &self.data else {
            return Ok(());
        };
        let mut data = data.lock().unwrap_or_else(PoisonError::into_inner);
        if state.revision == before {
            data.check()
        } else {
            data.keep(state)
        }
    }

    /// The state, for whoever keeps or looks at it.
    pub fn with_state<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is answered.
type Answered = Result<Draft, Refusal>;

/// Carries a request out, once `enter` lets it.
fn answer(
    state: &mut State,
    now: Timestamp,
    request: &Request<Bytes>,
    route: Result<Route, Refusal>,
    enter: impl FnOnce(&State, &Asked) -> Result<(), Refusal>,
) -> Answered {
    if request.uri().path() == "/" {
        return Ok(Draft::new(200, welcome()));
    }
    let token = token_of(state, request)?;
    if is_older_version(request)? {
        return v2021_01::answer(state, now, &token, request);
    }
    let route = route?;
    check_scopes(route.row, &token)?;
    let query = query_of(request);
    let body = body_of(route.row, request.body())?;
    let asked = Asked {
        row: route.row,
        holes: &route.holes,
        query: &query,
        body: &body,
        now,
        token: &token,
    };
    enter(state, &asked)?;
    let outcome = perform(state, &asked)?;
    events::settle(state, now, &token);
    envelope(route.row, outcome)
}

/// Holds a request against its row and carries it out, wholly or not at all.
fn perform(state: &mut State, asked: &Asked) -> Result<Outcome, Refusal> {
    check::query(asked.row.operation, asked.query)?;
    check::body(asked.row.operation, asked.body)?;
    let begun = state.journal.len();
    let outcome = rules::carry_out(state, asked);
    if outcome.is_err() {
        state.undo_to(begun);
    }
    outcome
}

fn token_of(state: &State, request: &Request<Bytes>) -> Result<Token, Refusal> {
    let given = request.headers().get(catalog::TOKEN_HEADER);
    let given = given.and_then(|value| value.to_str().ok());
    state
        .tokens
        .iter()
        .find(|token| given == Some(token.secret.as_str()))
        .cloned()
        .ok_or_else(|| Refusal::error(401, "bad authentication"))
}

/// Whether a request is asked in 2021-01. One that names no version is asked in
/// the one that the catalogue describes.
fn is_older_version(request: &Request<Bytes>) -> Result<bool, Refusal> {
    let Some(version) = request.headers().get(catalog::VERSION_HEADER) else {
        return Ok(false);
    };
    match version.to_str().unwrap_or_default() {
        catalog::VERSION => Ok(false),
        v2021_01::VERSION => Ok(true),
        _ => Err(Refusal::error(426, "invalid API version")),
    }
}

/// Holds the token against the scope that the reference names, or else that
/// clients have met. Further ones are needed only in special cases.
fn check_scopes(row: Row, token: &Token) -> Result<(), Refusal> {
    match row
        .operation
        .scopes()
        .next()
        .filter(|scope| !token.may(scope))
    {
        Some(scope) => Err(Refusal {
            status: 403,
            body: json!({"errors": format!("the token lacks the scope {scope}")}),
        }),
        None => Ok(()),
    }
}

fn query_of(request: &Request<Bytes>) -> Query {
    let decoded = |text: &str| {
        let text = text.replace('+', " ");
        percent_decode_str(&text).decode_utf8_lossy().into_owned()
    };
    let query = request.uri().query().unwrap_or_default();
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}

/// The fields of the body. None at all is taken for an empty object: the
/// reference's own examples leave it out where nothing is to be said.
fn body_of(row: Row, bytes: &Bytes) -> Result<Record, Refusal> {
    if bytes.iter().all(u8::is_ascii_whitespace) || !row.operation.takes_body() {
        return Ok(Record::new());
    }
    let Ok(Value::Object(body)) = serde_json::from_slice(bytes) else {
        return Err(Refusal::error(415, "the body must be a JSON object"));
    };
    if body.values().any(|value| is_deeper(value, DEEPEST)) {
        return Err(Refusal::invalid("_schema", "the body is nested too deeply"));
    }
    match row.operation.wrapper {
        None => Ok(body),
        Some(key) => match body.get(key) {
            Some(Value::Object(inner)) => Ok(inner.clone()),
            Some(_) => Err(Refusal::invalid(key, "Not a valid mapping type.")),
            None => Err(Refusal::invalid("_schema", format!("{key} is required"))),
        },
    }
}

/// Values are kept inside other records (events, results of tasks), and
/// records are read again: this leaves room below the reader's own limit.
const DEEPEST: usize = 64;

fn is_deeper(value: &Value, levels: usize) -> bool {
    match value {
        Value::Array(items) => levels == 0 || items.iter().any(|item| is_deeper(item, levels - 1)),
        Value::Object(fields) => {
            levels == 0 || fields.values().any(|field| is_deeper(field, levels - 1))
        }
        _ => false,
    }
}
