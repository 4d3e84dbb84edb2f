//! The older version of the API, 2021-01: the same store, for those who have not
//! moved on.
//!
//! Takes a state and a request; returns an answer in the shapes of 2021-01: its
//! names, its numbers and capitals, its clock, and cursors in a `Link` header.
//! Reads find records by the lists of 2021-11; writes become requests to the
//! rules of 2021-11. Nothing is kept for this version.

mod body;
mod calls;
mod composed;
mod countries;
mod eastern;
mod fields;
mod filters;
mod link;
mod objects;
mod reading;
mod resources;
mod route;
mod writes;

use bytes::Bytes;
use http::Request;
use jiff::Timestamp;

use crate::requests::checked_request::{CheckedRequest, check_scopes};
use crate::requests::envelope::Answered;
use crate::requests::refusal::Refusal;
use crate::requests::route::Route;
use crate::storage::state::{State, Token};

pub(crate) use body::{BodyField, named, same, told_back, translated};
pub(crate) use countries::name as country_name;
pub(crate) use objects::{charged_method, of_table, payment_source, shipping_countries, shop};
pub(super) use route::{allowed, find as route};
pub(crate) use writes::{ADDRESS, CUSTOMER, ONETIME, POSTAL, SUBSCRIPTION};

/// How requests name the version.
pub(super) const VERSION: &str = "2021-01";

/// Answers a request in 2021-01, once `enter` lets it.
pub(super) fn answer(
    state: &mut State,
    now: Timestamp,
    token: &Token,
    request: &Request<Bytes>,
    route: &Route,
    enter: impl FnOnce(&State, &[CheckedRequest]) -> Result<(), Refusal>,
) -> Answered {
    if let Some(answered) = reading::answer(state, now, token, request, route) {
        return answered;
    }
    check_scopes(route.row, token)?;
    calls::answer(state, now, token, request, route, enter)
}
