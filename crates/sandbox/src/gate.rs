//! The way in: who asks, in which version, for which row, and whether they may;
//! then the rule is called.
//!
//! In come a state and a request, out comes an answer in the envelope of its
//! row. What happens to requests before and after is written in `receive`.

use bytes::Bytes;
use http::Request;
use jiff::Timestamp;
use serde_json::json;

use super::asked::{Asked, Outcome, body_of, query_of};
use super::refusal::Refusal;
use super::respond::{Draft, envelope, welcome};
use super::route::{Route, Row};
use super::state::{State, Token};
use super::{check, events, rules, v2021_01};
use recharge_catalog as catalog;

/// What is answered.
pub(super) type Answered = Result<Draft, Refusal>;

/// Carries a request out, once `enter` lets it.
pub(super) fn answer(
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
pub(super) fn perform(state: &mut State, asked: &Asked) -> Result<Outcome, Refusal> {
    check::query(asked.row.operation, asked.query)?;
    check::body(asked.row.operation, asked.body)?;
    let begun = state.journal.len();
    let outcome = rules::carry_out(state, asked);
    if outcome.is_err() {
        state.undo_to(begun);
    }
    outcome
}

pub(super) fn token_of(state: &State, request: &Request<Bytes>) -> Result<Token, Refusal> {
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
pub(super) fn is_older_version(request: &Request<Bytes>) -> Result<bool, Refusal> {
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
pub(super) fn check_scopes(row: Row, token: &Token) -> Result<(), Refusal> {
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
