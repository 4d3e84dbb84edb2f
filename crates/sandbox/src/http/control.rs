//! The control surface: what anyone who runs a sandbox may see and do that no
//! client of Recharge could. It lies under `/_sandbox/`.
//!
//! Takes HTTP requests; returns answers in JSON; no token is asked for, so a
//! server lends it to its own machine only. Knows the sandbox from within, and
//! nothing of sockets.

use std::future::Future;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response};
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::Sandbox;
use crate::bigcommerce::{Edit, edited};
use crate::http::clock_advance::Passing;
use crate::http::respond::controlled;
use crate::requests::refusal::Refusal;
use crate::seed::Seed;
use crate::storage::clock;
use crate::storage::state::{State, Token};
use crate::storage::tables::TABLES;
use crate::values::time;
use crate::webhooks;
use recharge_catalog as catalog;

/// Where the control surface begins.
pub const ROOT: &str = "/_sandbox";

/// The largest store that it takes, in bytes.
const LARGEST_STORE: usize = 1024 * 1024 * 1024;

/// The largest body of all other requests to it, in bytes.
const LARGEST_BODY: usize = 1024 * 1024;

/// The most tokens that can be made.
const MOST_TOKENS: usize = 1_000;

/// The longest name of a token, in bytes.
const LONGEST_NAME: usize = 200;

/// The largest body that a path of the control surface takes, in bytes.
pub(crate) fn largest_body(path: &str) -> usize {
    match path.strip_prefix(ROOT).map(|path| path.trim_matches('/')) {
        Some("store") => LARGEST_STORE,
        _ => LARGEST_BODY,
    }
}

/// What the control surface answers.
type ControlResult = Result<Value, Refusal>;

impl Sandbox {
    /// Answers a request to the control surface.
    #[must_use]
    pub fn control(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let path = request.uri().path();
        let path = path.strip_prefix(ROOT).unwrap_or(path);
        let path = path.trim_matches('/');
        if (request.method(), path) == (&Method::GET, "store") {
            return controlled(self.dumped());
        }
        if path == "requests" && matches!(*request.method(), Method::GET | Method::DELETE) {
            let query = request.uri().query().unwrap_or_default();
            let told = self.requests(request.method(), query);
            return controlled(told.map(|value| value.to_string()));
        }
        let told = self.controlled(request.method(), path, request.body());
        controlled(told.map(|value| value.to_string()))
    }

    fn controlled(&self, method: &Method, path: &str, body: &Bytes) -> ControlResult {
        let world = (self.now)();
        let mut state = self.lock();
        match (method.as_str(), path) {
            ("GET", "" | "state") => Ok(standing(&state, world)),
            ("GET", "clock") => Ok(time(&state, world)),
            ("PUT", "clock") | ("POST", "clock/advance") => {
                let wanted = wanted_time(method, body, &state, world)?;
                let mut passing = self.passing(&mut state, world, wanted)?;
                self.let_pass(&mut state, &mut passing, None)?;
                Ok(passed(&state, world, &passing))
            }
            ("GET", "deliveries") => Ok(webhooks::told(&state)),
            ("GET", "behaviour") => Ok(json!(state.behaviour)),
            ("PATCH" | "PUT", "behaviour") => self.change(&mut state, |state| behave(state, body)),
            ("PATCH", "settings") => self.change(&mut state, |state| {
                let now = state.clock.shown(world);
                set_settings(state, body, now)
            }),
            ("GET", "faults") => Ok(state.faults.told()),
            ("PUT", "faults") => self.change(&mut state, |state| set_faults(state, body)),
            ("DELETE", "faults") => self.change(&mut state, |state| fail(state, "")),
            ("POST", "tokens") => self.change(&mut state, |state| add_token(state, body)),
            ("POST", "reset") => {
                let wanted: WantedStore = read(body)?;
                let by = wanted.store(&state, world)?;
                self.put(&mut state, by, world)
            }
            ("PUT", "store") => {
                let by = State::from_json_reader(&mut body.as_ref())
                    .map_err(|error| Refusal::error(422, &error.to_string()))?;
                if by.platform != state.platform {
                    let (is, wanted) = (state.platform.name(), by.platform.name());
                    let message = format!("this sandbox serves {is}, but the store is of {wanted}");
                    return Err(Refusal::error(422, &message));
                }
                self.put(&mut state, by, world)
            }
            _ => {
                let edit = path
                    .strip_prefix("records/")
                    .and_then(|path| Edit::of(method, path, body))
                    .unwrap_or_else(|| Err(Refusal::error(404, PATHS)))?;
                self.change(&mut state, |state| {
                    let now = state.clock.shown(world);
                    edited(state, now, &edit)
                })
            }
        }
    }

    fn put(&self, state: &mut State, by: State, world: Timestamp) -> ControlResult {
        self.replace(state, by)
            .map_err(|error| Refusal::error(500, &error.to_string()))?;
        Ok(standing(state, world))
    }

    /// As [`Self::control`], for requests that put the clock: calls `pause`
    /// between slices of work, so that others are answered meanwhile. `None`
    /// when the request is another one.
    pub(crate) async fn control_clock<P: Future<Output = ()>>(
        &self,
        request: &Request<Bytes>,
        slice: Duration,
        pause: impl Fn() -> P,
    ) -> Option<Response<Bytes>> {
        let path = request.uri().path().strip_prefix(ROOT)?;
        let (method, path) = (request.method(), path.trim_matches('/'));
        if !matches!(
            (method.as_str(), path),
            ("PUT", "clock") | ("POST", "clock/advance")
        ) {
            return None;
        }
        let begun = {
            let world = (self.now)();
            let mut state = self.lock();
            wanted_time(method, request.body(), &state, world)
                .and_then(|wanted| self.passing(&mut state, world, wanted))
        };
        let mut passing = match begun {
            Ok(passing) => passing,
            Err(refusal) => return Some(controlled(Err(refusal))),
        };
        loop {
            let done = self.let_pass(&mut self.lock(), &mut passing, Some(slice));
            match done {
                Ok(false) => pause().await,
                Ok(true) => {
                    let told = passed(&self.lock(), (self.now)(), &passing);
                    return Some(controlled(Ok(told.to_string())));
                }
                Err(refusal) => return Some(controlled(Err(refusal))),
            }
        }
    }

    /// The way to a time, unless it lies behind or too far ahead.
    fn passing(
        &self,
        state: &mut State,
        world: Timestamp,
        wanted: Timestamp,
    ) -> Result<Passing, Refusal> {
        self.pass_time(state, world)?;
        let mut clock = state.clock;
        clock
            .put(world, wanted)
            .map_err(|error| Refusal::error(422, &error))?;
        Passing::to(wanted, state.clock.shown(world), world)
    }

    fn dumped(&self) -> Result<String, Refusal> {
        let mut out = Vec::new();
        self.lock()
            .to_json_writer(&mut out)
            .map_err(|error| Refusal::error(500, &error.to_string()))?;
        String::from_utf8(out).map_err(|error| Refusal::error(500, &error.to_string()))
    }
}

/// What is here, for anyone who missed it.
const PATHS: &str = "the control interface has GET state, GET|PUT clock, POST clock/advance, \
                     GET|PATCH behaviour, PATCH settings, GET|PUT|DELETE faults, GET|DELETE requests, \
                     GET deliveries, POST tokens, POST reset, GET|PUT store; of a store that is \
                     only read POST records/RESOURCE, PATCH|DELETE records/RESOURCE/ID, \
                     POST records/RESOURCE/touch";

fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Refusal> {
    let body = if body.is_empty() { b"{}" } else { &body[..] };
    serde_json::from_slice(body).map_err(|error| Refusal::error(422, &error.to_string()))
}

/// What a store holds, in numbers.
fn standing(state: &State, world: Timestamp) -> Value {
    let counts: serde_json::Map<String, Value> = TABLES
        .iter()
        .filter(|(name, _)| !name.is_hidden() && name.platform() == state.platform)
        .map(|(name, _)| {
            let count = state.table(*name).len();
            (name.plain_object().to_owned(), count.into())
        })
        .collect();
    json!({
        "revision": state.revision,
        "clock": time(state, world),
        "behaviour": state.behaviour,
        "counts": counts,
    })
}

fn time(state: &State, world: Timestamp) -> Value {
    json!({
        "now": time::stamp(state.clock.shown(world)),
        "world": time::stamp(world),
        "ahead_seconds": state.clock.ahead,
        "lived_until": time::stamp(state.clock.lived()),
    })
}

/// Where a request wants the clock to stand.
fn wanted_time(
    method: &Method,
    body: &Bytes,
    state: &State,
    world: Timestamp,
) -> Result<Timestamp, Refusal> {
    if method == Method::PUT {
        let Time { now } = read(body)?;
        let wrong = || Refusal::error(422, &format!("{now} is not a time or a day"));
        return time::parse(&now).ok_or_else(wrong);
    }
    let ClockStep { by } = read(body)?;
    let wrong = || Refusal::error(422, &format!("{by} is not a duration like 30d or 2 weeks"));
    clock::after(state.clock.shown(world), &by).ok_or_else(wrong)
}

fn passed(state: &State, world: Timestamp, passing: &Passing) -> Value {
    let mut told = time(state, world);
    told["happened"] = json!(passing.happened);
    told
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Time {
    now: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockStep {
    by: String,
}

fn behave(state: &mut State, body: &Bytes) -> ControlResult {
    let changes: serde_json::Map<String, Value> = read(body)?;
    let mut whole = json!(state.behaviour);
    if let Some(fields) = whole.as_object_mut() {
        fields.extend(changes);
    }
    let behaviour =
        serde_json::from_value(whole).map_err(|error| Refusal::error(422, &error.to_string()))?;
    state.behave(behaviour);
    Ok(json!(state.behaviour))
}

/// Sets some of the settings that the store shows, as its owner does elsewhere.
fn set_settings(state: &mut State, body: &Bytes, now: Timestamp) -> ControlResult {
    let changes: serde_json::Map<String, Value> = read(body)?;
    state
        .set_settings(changes, now)
        .map_err(|error| Refusal::error(422, &error))?;
    webhooks::note_settings(state);
    Ok(json!(state.store))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wrong {
    spec: String,
}

fn set_faults(state: &mut State, body: &Bytes) -> ControlResult {
    let Wrong { spec } = read(body)?;
    if spec.trim().is_empty() {
        return Err(Refusal::error(
            422,
            "the spec is empty; DELETE turns faults off",
        ));
    }
    fail(state, &spec)
}

fn fail(state: &mut State, spec: &str) -> ControlResult {
    state
        .let_fail(spec)
        .map_err(|error| Refusal::error(422, &error))?;
    Ok(state.faults.told())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewToken {
    scopes: Option<Vec<String>>,
    name: Option<String>,
    /// How much faster its bucket leaks and how much larger it is: `2x1`.
    multiplier: Option<String>,
}

/// A token that may do what its scopes say.
fn add_token(state: &mut State, body: &Bytes) -> ControlResult {
    let wanted: NewToken = read(body)?;
    let scopes = wanted.scopes;
    let known = |scope: &String| state.platform.api().scopes().any(|known| known == scope);
    if let Some(unknown) = scopes.iter().flatten().find(|scope| !known(scope)) {
        return Err(Refusal::error(422, &format!("there is no scope {unknown}")));
    }
    if state.tokens.len() >= MOST_TOKENS {
        let message = format!("a store has {MOST_TOKENS} tokens at most; a reset starts over");
        return Err(Refusal::error(422, &message));
    }
    if wanted
        .name
        .as_ref()
        .is_some_and(|name| name.len() > LONGEST_NAME)
    {
        let message = format!("the name of a token has {LONGEST_NAME} bytes at most");
        return Err(Refusal::error(422, &message));
    }
    let prefix = wanted.multiplier.as_deref().unwrap_or("sandbox");
    let secret = format!("sk_{prefix}_{:032x}", fastrand::u128(..));
    if wanted.multiplier.is_some() && catalog::recharge::multiplier(&secret).is_none() {
        let message = format!("the multiplier {prefix} is not like 2x1");
        return Err(Refusal::error(422, &message));
    }
    let token = Token {
        name: wanted.name.unwrap_or_else(|| "Sandbox".to_owned()),
        scopes: scopes.map(|scopes| scopes.into_iter().collect()),
        secret,
    };
    let told = json!({"token": token.secret, "name": token.name, "scopes": token.scopes});
    state.add_token(token);
    Ok(told)
}

/// What a store is made again of; the demo store when nothing is said.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WantedStore {
    customers: Option<u32>,
    seed: Option<u64>,
}

impl WantedStore {
    fn store(self, before: &State, world: Timestamp) -> Result<State, Refusal> {
        let demo = Seed::demo();
        let seed = Seed {
            customers: self.customers.unwrap_or(demo.customers),
            seed: self.seed.unwrap_or(demo.seed),
        };
        if seed.customers == 0 || seed.customers > Seed::LARGEST {
            let most = Seed::LARGEST;
            return Err(Refusal::error(422, &format!("customers: 1 to {most}")));
        }
        let mut state = State::seeded_as(before.platform, &seed, world);
        state.behaviour = before.behaviour;
        state.faults = before.faults.clone().anew();
        Ok(state)
    }
}
