//! The way in: who asks, in which version, for which row, and whether they may;
//! then the rule is called.
//!
//! Takes a state and a request; returns an answer in the envelope of its row.
//! What happens to requests before and after is written in `receive`.

use bytes::Bytes;
use http::Request;
use jiff::Timestamp;

use crate::http::respond::welcome;
use crate::requests::checked_request::{CheckedRequest, body_of, check_scopes, query_of};
use crate::requests::envelope::{Answered, Draft, envelope};
use crate::requests::refusal::Refusal;
use crate::requests::route::{self, Route};
use crate::rules;
use crate::rules::events;
use crate::storage::state::{State, Token};
use crate::storefront::{self, Asker};
use crate::v2021_01;
use recharge_catalog as catalog;

/// The parameter that names the shop, as the client for customers sends it.
const SHOP_URL: &str = "shop_url";

/// Carries a request out, once `enter` lets it: it is given the requests to the
/// rules that this one comes to.
pub(crate) fn answer(
    state: &mut State,
    now: Timestamp,
    request: &Request<Bytes>,
    route: Result<Route, Refusal>,
    enter: impl FnOnce(&State, &[CheckedRequest]) -> Result<(), Refusal>,
) -> Answered {
    if request.uri().path() == "/" {
        return Ok(Draft::new(200, welcome()));
    }
    let unlisted = storefront::find(request.method().as_str(), request.uri().path());
    if let Some(route) = unlisted.as_ref().filter(|route| route.is_open) {
        return storefront::exchange(state, now, request, route);
    }
    let token = token_of(state, now, request)?;
    let version = version_of(state, request)?;
    let customer = storefront::customer_of(state, &token, now);
    // The client asks for some of them in the older version, which has none.
    if let Some(route) = unlisted.filter(|_| route.is_err() || customer.is_some()) {
        let asker = Asker {
            token: &token,
            customer,
        };
        return storefront::answer(state, now, &asker, request, &route, enter);
    }
    let route = route?;
    if customer.is_some() && version != catalog::recharge::VERSION {
        return Err(Refusal::error(
            403,
            "sessions of customers use version 2021-11",
        ));
    }
    if version == v2021_01::VERSION {
        return v2021_01::answer(state, now, &token, request, &route, enter);
    }
    check_scopes(route.row, &token)?;
    let mut query = query_of(request);
    // The client for customers names the shop in each request.
    query.retain(|(name, _)| name != SHOP_URL);
    let body = body_of(route.row, request.body())?;
    let mut asked = CheckedRequest {
        row: route.row,
        holes: &route.holes,
        query: &query,
        body: &body,
        now,
        token: &token,
    };
    let own;
    if let Some(customer) = customer {
        own = storefront::check_own(state, &asked, customer)?;
        asked.query = &own;
    }
    enter(state, &[asked])?;
    let outcome = rules::perform(state, &asked)?;
    events::settle(state, now, &token);
    envelope(route.row, outcome)
}

/// The row that a request asks for, in its version.
pub(crate) fn route_of(state: &State, request: &Request<Bytes>) -> Result<Route, Refusal> {
    let (method, path) = (request.method().as_str(), request.uri().path());
    match version_of(state, request) {
        Ok(v2021_01::VERSION) => v2021_01::route(method, path),
        _ => route::find(method, path),
    }
}

/// The token of a request: one of the store, or that of a customer's session.
pub(crate) fn token_of(
    state: &State,
    now: Timestamp,
    request: &Request<Bytes>,
) -> Result<Token, Refusal> {
    let given = request.headers().get(catalog::recharge::TOKEN_HEADER);
    let given = given.and_then(|value| value.to_str().ok());
    state
        .tokens
        .iter()
        .find(|token| given == Some(token.secret.as_str()))
        .cloned()
        .or_else(|| storefront::token_of(state, given?, now))
        .ok_or_else(|| Refusal::error(401, "bad authentication"))
}

/// The version that a request is asked in: the one that its header names, else
/// the default of the store.
pub(crate) fn version_of(state: &State, request: &Request<Bytes>) -> Result<&'static str, Refusal> {
    let version = match request.headers().get(catalog::recharge::VERSION_HEADER) {
        Some(version) => version.to_str().unwrap_or_default(),
        None => state.default_api_version(),
    };
    let mut known = catalog::recharge::FAMILY.version_names();
    known
        .find(|known| *known == version)
        .ok_or_else(|| Refusal::error(426, "invalid API version"))
}
