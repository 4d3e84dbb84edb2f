//! A request's whole way: the bucket, the faults, the edits under way, the
//! rules, the log.
//!
//! Takes a request; returns a reply: an answer, or what is in its place, and
//! how late it leaves. What the request changes is changed when this returns,
//! before any delay: who gives up waiting finds it done, which is the case that
//! is hardest on clients and happens. Knows nothing of sockets.

use std::sync::{MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response};
use jiff::Timestamp;
use serde_json::Value;

use crate::Sandbox;
use crate::faults::{Fault, FaultKind, Met};
use crate::http::address_locks::Held;
use crate::http::faulty::faulty;
use crate::http::gate::{answer, route_of, token_of, version_of};
use crate::http::limit::Level;
use crate::http::log::{Log, LoggedRequest};
use crate::http::respond::{in_version, naming_methods, refused, respond, without_body};
use crate::portal::{self, Door};
use crate::requests::checked_request::CheckedRequest;
use crate::requests::numbers::in_discounts;
use crate::requests::refusal::Refusal;
use crate::requests::route::{self, Route};
use crate::storage::state::State;
use crate::v2021_01;
use crate::values::platform::Platform;
use crate::values::time;
use recharge_catalog as catalog;

/// What becomes of a request.
#[derive(Debug)]
pub struct Reply {
    /// How long it is until the answer leaves, or the connection breaks.
    pub after: Duration,
    /// What happens then.
    pub ending: Ending,
    /// Keeps others off what is edited, until this is dropped.
    _held: Option<Held>,
}

impl Reply {
    /// A reply to a request that edits nothing.
    pub(crate) const fn new(after: Duration, ending: Ending) -> Self {
        Self {
            after,
            ending,
            _held: None,
        }
    }

    /// What the log notes of it, for a request that was begun then.
    pub(crate) fn noted(&self, begun: Instant) -> LoggedRequest {
        let answer = self.ending.answer();
        let took = u64::try_from((begun.elapsed() + self.after).as_millis()).ok();
        LoggedRequest {
            status: answer.map(|answer| answer.status().as_u16()),
            answer: self.ending.name(),
            ms: took.filter(|_| !matches!(self.ending, Ending::Never)),
            request_id: answer.and_then(request_id),
            ..LoggedRequest::default()
        }
    }

    /// The answer, whole and without delay. Where a fault takes it away, one of
    /// a gateway that waited in vain stands for it.
    #[must_use]
    pub fn into_answer(self) -> Response<Bytes> {
        match self.ending {
            Ending::Whole(answer) | Ending::Cut(answer, _) => answer,
            Ending::Reset | Ending::Never => refused(504, "a fault took the answer away"),
        }
    }
}

/// How a request ends.
#[derive(Debug)]
pub enum Ending {
    /// With an answer.
    Whole(Response<Bytes>),
    /// With so many bytes of the body of an answer; then the connection ends.
    Cut(Response<Bytes>, usize),
    /// With a connection that breaks.
    Reset,
    /// Not at all.
    Never,
}

impl Ending {
    const fn name(&self) -> &'static str {
        match self {
            Self::Whole(_) => "whole",
            Self::Cut(..) => "cut",
            Self::Reset => "reset",
            Self::Never => "never",
        }
    }

    const fn answer_mut(&mut self) -> Option<&mut Response<Bytes>> {
        match self {
            Self::Whole(answer) | Self::Cut(answer, _) => Some(answer),
            Self::Reset | Self::Never => None,
        }
    }

    const fn answer(&self) -> Option<&Response<Bytes>> {
        match self {
            Self::Whole(answer) | Self::Cut(answer, _) => Some(answer),
            Self::Reset | Self::Never => None,
        }
    }
}

/// What carrying out a request came to.
#[derive(Default)]
struct Done {
    answer: Option<Response<Bytes>>,
    applied: bool,
    held: Option<Held>,
}

impl Sandbox {
    /// Takes a request, and says what becomes of it. Every failure is an
    /// answer too, but for faults that were asked for.
    #[must_use]
    pub fn receive(&self, request: &Request<Bytes>) -> Reply {
        let respelled = without_prefix(request);
        let request = respelled.as_ref().unwrap_or(request);
        let begun = Instant::now();
        let world = (self.now)();
        let mut state = self.lock();
        if state.platform == Platform::Bigcommerce {
            return self.receive_bigcommerce(&mut state, request, begun);
        }
        let level = self.pour(&state, request, world);
        let door = portal::find(request.uri().path());
        let route = match &door {
            Some(door) => portal::route(door, request.method().as_str()),
            None => route_of(&state, request),
        };
        let version = version_of(&state, request);
        let row = route.as_ref().ok().map(|route| route.row);
        let met = if level.admitted && request.uri().path() != "/" {
            state.faults.meet(row)
        } else {
            Met::default()
        };
        let done = self.carry_out(
            &mut state,
            request,
            (route, door.as_ref()),
            level,
            met.fault.as_ref(),
        );
        let mut ending = ending(done.answer, met.fault.as_ref(), |fault, status| {
            faulty(fault, status, level)
        });
        if let (Some(answer), Ok(version)) = (ending.answer_mut(), version) {
            in_version(answer, version);
        }
        let after = met.delay.max(state.behaviour.latency());
        let reply = Reply {
            after,
            ending,
            _held: done.held,
        };
        let note = LoggedRequest {
            at: time::stamp(state.clock.shown(world)),
            method: request.method().to_string(),
            path: without_secrets(&state, request),
            operation: row.map(|row| {
                let of_portal = if door.is_some() { "portal." } else { "" };
                format!("{of_portal}{}.{}", row.resource.name, row.operation.verb)
            }),
            token: token_of(&state, state.clock.shown(world), request)
                .ok()
                .map(|token| token.name),
            applied: done.applied,
            fault: (!met.terms.is_empty()).then(|| met.terms.join(" ")),
            ..reply.noted(begun)
        };
        // The state is still held: requests are noted in the order in which
        // they were carried out.
        self.log().note(note);
        reply
    }

    /// Answers a request at once, as [`Reply::into_answer`] does.
    #[must_use]
    pub fn answer(&self, request: &Request<Bytes>) -> Response<Bytes> {
        self.receive(request).into_answer()
    }

    fn carry_out(
        &self,
        state: &mut State,
        request: &Request<Bytes>,
        (route, door): (Result<Route, Refusal>, Option<&Door>),
        level: Level,
        fault: Option<&Fault>,
    ) -> Done {
        let mut done = Done::default();
        if !level.admitted {
            done.answer = Some(respond(Err(Refusal::too_many()), level));
            return done;
        }
        let before = fault.filter(|fault| !fault.after).map(|fault| fault.ill);
        if matches!(before, Some(FaultKind::Status(_) | FaultKind::Reset)) {
            return done;
        }
        let stuck = before == Some(FaultKind::Hang);
        let world = (self.now)();
        let (mut held, mut changed) = (None, false);
        let result = self.pass_time(state, world).and_then(|_| {
            let now = state.clock.shown(world);
            let revision = state.revision;
            let result = self.change(state, |state| {
                let enter = |state: &State, asked: &[CheckedRequest]| {
                    held = Some(self.trees.enter(state, asked)?);
                    // It got as far as this, and no further.
                    if stuck {
                        Err(Refusal::too_many())
                    } else {
                        Ok(())
                    }
                };
                match door {
                    Some(door) => {
                        let pages = self.pages.as_ref();
                        portal::answer(state, now, request, door, pages, enter)
                    }
                    None => answer(state, now, request, route, enter),
                }
            });
            changed = state.revision != revision;
            result
        });
        done.applied = changed && result.is_ok();
        done.held = held;
        let numbers = state.behaviour.numbers && door.is_none();
        let result = result.map(|mut draft| {
            if numbers {
                draft.body = in_discounts(draft.body);
            }
            draft
        });
        let answer = respond(result, level);
        let methods = match (door, version_of(state, request)) {
            (Some(door), _) => portal::allowed(door),
            (None, Ok(v2021_01::VERSION)) => v2021_01::allowed(request.uri().path()),
            (None, _) => route::allowed(request.uri().path()),
        };
        let answer = naming_methods(answer, methods);
        done.answer = Some(if request.method() == http::Method::HEAD {
            without_body(answer)
        } else {
            answer
        });
        done
    }

    fn pour(&self, state: &State, request: &Request<Bytes>, now: Timestamp) -> Level {
        let (Some(limits), Ok(token)) = (
            &self.limits,
            token_of(state, state.clock.shown(now), request),
        ) else {
            return Level::UNLIMITED;
        };
        let mut buckets = limits.lock().unwrap_or_else(PoisonError::into_inner);
        buckets.pour(&token.secret, now)
    }

    pub(crate) fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers what the control surface is asked about the log.
    pub(crate) fn requests(&self, method: &http::Method, query: &str) -> Result<Value, Refusal> {
        let mut log = self.log();
        if method == http::Method::DELETE {
            log.empty();
            return Ok(log.told(None, None));
        }
        let number = |name: &str| {
            let found = query
                .split('&')
                .filter_map(|pair| pair.split_once('='))
                .find(|(known, _)| *known == name);
            let wrong = |value: &str| format!("{name}: {value} is not a whole number");
            found
                .map(|(_, value)| value.parse::<u64>().map_err(|_| wrong(value)))
                .transpose()
                .map_err(|message| Refusal::error(422, &message))
        };
        let limit = number("limit")?.map(|limit| usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(log.told(number("after")?, limit))
    }
}

/// The same request without the `/api` that the client for customers puts
/// before each path, where it has it.
fn without_prefix(request: &Request<Bytes>) -> Option<Request<Bytes>> {
    let path = request.uri().path_and_query()?.as_str();
    let rest = path
        .strip_prefix("/api")
        .filter(|rest| rest.starts_with('/'))?;
    let mut parts = request.uri().clone().into_parts();
    parts.path_and_query = Some(rest.parse().ok()?);
    let mut respelled = request.clone();
    *respelled.uri_mut() = http::Uri::from_parts(parts).ok()?;
    Some(respelled)
}

/// How a request ends that has come to an answer, or to none.
pub(crate) fn ending(
    answer: Option<Response<Bytes>>,
    fault: Option<&Fault>,
    faulty: impl FnOnce(&Fault, u16) -> Response<Bytes>,
) -> Ending {
    let whole = |answer: Option<Response<Bytes>>| answer.map_or(Ending::Reset, Ending::Whole);
    let Some(fault) = fault else {
        return whole(answer);
    };
    match fault.ill {
        FaultKind::Status(status) => Ending::Whole(faulty(fault, status)),
        FaultKind::Reset => Ending::Reset,
        FaultKind::Hang => Ending::Never,
        FaultKind::Truncate => match answer {
            Some(answer) if !answer.body().is_empty() => {
                let length = answer.body().len() as u64;
                let kept = usize::try_from(fault.draw % length).unwrap_or(0);
                Ending::Cut(answer, kept)
            }
            // Of an answer without a body nothing is left.
            _ => Ending::Reset,
        },
        FaultKind::Slow => whole(answer),
    }
}

fn request_id(answer: &Response<Bytes>) -> Option<String> {
    let id = answer.headers().get(catalog::recharge::REQUEST_ID_HEADER)?;
    id.to_str().ok().map(str::to_owned)
}

/// The path and query of a request, without any token that is in it.
pub(crate) fn without_secrets(state: &State, request: &Request<Bytes>) -> String {
    let uri = request.uri();
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let mut path = portal::without_secrets(path);
    for token in &state.tokens {
        if path.contains(&token.secret) {
            path = path.replace(&token.secret, "[token]");
        }
    }
    path
}
