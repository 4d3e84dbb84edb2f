//! A request's whole way to a store of `BigCommerce`: quota, faults, answer, log; and
//! edits beside the API.
//!
//! Takes a request with the state; returns a reply.

use std::sync::PoisonError;
use std::time::Instant;

use bytes::Bytes;
use http::{Request, Response};
use jiff::Timestamp;
use serde_json::Value;

use crate::Sandbox;
use crate::bigcommerce::{
    Edit, Generation, Quota, Rejection, StoreRequest, edited, response, welcome,
};
use crate::faults::{Fault, Met};
use crate::http::faulty::gateway_page;
use crate::http::log::LoggedRequest;
use crate::http::receive::{Reply, ending, without_secrets};
use crate::http::respond::without_body;
use crate::storage::state::{State, Token};
use crate::values::time;

impl Sandbox {
    /// Edits the store beside its API; gives the record, or how many there were.
    ///
    /// # Errors
    /// With what is wrong, in words.
    pub fn edit(&self, edit: &Edit) -> Result<Value, String> {
        let world = (self.now)();
        let mut state = self.lock();
        let result = self.change(&mut state, |state| {
            let now = state.clock.shown(world);
            edited(state, now, edit)
        });
        result.map_err(|refusal| {
            refusal.body["error"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        })
    }

    /// Takes a request to a store of `BigCommerce`.
    pub(crate) fn receive_bigcommerce(
        &self,
        state: &mut State,
        request: &Request<Bytes>,
        begun: Instant,
    ) -> Reply {
        let now = state.clock.shown((self.now)());
        let asked = StoreRequest::of(state, request);
        let row = asked.row();
        let quota = asked
            .token
            .as_ref()
            .ok()
            .map(|token| self.count(token, now));
        let is_admitted = quota.is_none_or(|quota| quota.admitted);
        let is_root = request.uri().path() == "/";
        let met = if is_admitted && !is_root {
            state.faults.meet(row)
        } else {
            Met::default()
        };
        let answered = if is_root {
            Ok(Some(welcome()))
        } else if is_admitted {
            asked.answer(state, now)
        } else {
            Err(Rejection::new(429, TOO_MANY))
        };
        let generation = asked.generation;
        let mut answer = response(answered, generation, quota);
        if request.method() == http::Method::HEAD {
            answer = without_body(answer);
        }
        let ending = ending(Some(answer), met.fault.as_ref(), |fault, status| {
            faulty(fault, status, generation, quota)
        });
        let after = met.delay.max(state.behaviour.latency());
        let reply = Reply::new(after, ending);
        self.log().note(LoggedRequest {
            at: time::stamp(now),
            method: request.method().to_string(),
            path: without_secrets(state, request),
            operation: row.map(|row| format!("{}.{}", row.resource.name, row.operation.verb)),
            token: asked.token.ok().map(|token| token.name),
            fault: (!met.terms.is_empty()).then(|| met.terms.join(" ")),
            ..reply.noted(begun)
        });
        reply
    }

    fn count(&self, token: &Token, now: Timestamp) -> Quota {
        if self.limits.is_none() {
            return Quota::unlimited(&token.secret);
        }
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        windows.count(&token.secret, now)
    }
}

const TOO_MANY: &str = "You have exceeded the rate limit.";

/// An answer of that status in the place of the right one.
///
/// A 429 that names a wait says that the quota is used up, with the headers of the
/// limit; one that does not is for load on the platform, and has none of them.
fn faulty(
    fault: &Fault,
    status: u16,
    generation: Generation,
    quota: Option<Quota>,
) -> Response<Bytes> {
    match (status, fault.wait) {
        (502..=504, _) => gateway_page(fault, status),
        (429, Some(wait)) => {
            let wait = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
            let exhausted = quota.map(|quota| quota.exhausted(wait));
            response(Err(Rejection::new(status, TOO_MANY)), generation, exhausted)
        }
        (429, None) => response(
            Err(Rejection::new(status, "Too Many Requests")),
            generation,
            None,
        ),
        _ => {
            let message = if status == 409 {
                "Conflict"
            } else {
                "Internal Server Error"
            };
            response(Err(Rejection::new(status, message)), generation, quota)
        }
    }
}
