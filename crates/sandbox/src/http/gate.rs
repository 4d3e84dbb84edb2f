//! The way in: who asks, in which version, for which row, and whether they may;
//! then the rule is called.
//!
//! In come a state and a request, out comes an answer in the envelope of its
//! row. What happens to requests before and after is written in `receive`.

use bytes::Bytes;
use http::Request;
use jiff::Timestamp;

use crate::http::respond::welcome;
use crate::requests::checked_request::{CheckedRequest, body_of, check_scopes, query_of};
use crate::requests::envelope::{Answered, Draft, envelope};
use crate::requests::refusal::Refusal;
use crate::requests::route::Route;
use crate::rules;
use crate::rules::events;
use crate::storage::state::{State, Token};
use crate::v2021_01;
use recharge_catalog as catalog;

/// Carries a request out, once `enter` lets it.
pub(crate) fn answer(
    state: &mut State,
    now: Timestamp,
    request: &Request<Bytes>,
    route: Result<Route, Refusal>,
    enter: impl FnOnce(&State, &CheckedRequest) -> Result<(), Refusal>,
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
    let asked = CheckedRequest {
        row: route.row,
        holes: &route.holes,
        query: &query,
        body: &body,
        now,
        token: &token,
    };
    enter(state, &asked)?;
    let outcome = rules::perform(state, &asked)?;
    events::settle(state, now, &token);
    envelope(route.row, outcome)
}

pub(crate) fn token_of(state: &State, request: &Request<Bytes>) -> Result<Token, Refusal> {
    let given = request.headers().get(catalog::recharge::TOKEN_HEADER);
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
pub(crate) fn is_older_version(request: &Request<Bytes>) -> Result<bool, Refusal> {
    let Some(version) = request.headers().get(catalog::recharge::VERSION_HEADER) else {
        return Ok(false);
    };
    match version.to_str().unwrap_or_default() {
        catalog::recharge::VERSION => Ok(false),
        v2021_01::VERSION => Ok(true),
        _ => Err(Refusal::error(426, "invalid API version")),
    }
}
