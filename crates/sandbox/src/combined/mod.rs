//! What comes to several requests to rules, which are carried out together or
//! not at all.
//!
//! Takes a state and requests to rules; returns what each of them came to.
//! Versions and routes that have no rules of their own are made of these.

mod moving;

pub(crate) use moving::{Moving, charge_with};

use jiff::Timestamp;
use serde_json::Value;

use crate::requests::check::Query;
use crate::requests::checked_request::{CheckedRequest, Outcome, check_scopes};
use crate::requests::refusal::Refusal;
use crate::row::Row;
use crate::rules;
use crate::rules::events;
use crate::storage::state::{State, Token};
use crate::values::record::{self, Record};
use recharge_catalog as catalog;

/// A request to a rule of 2021-11.
#[derive(Debug)]
pub(crate) struct RuleRequest {
    pub(crate) row: Row,
    pub(crate) holes: Vec<String>,
    pub(crate) query: Query,
    pub(crate) body: Record,
}

impl RuleRequest {
    /// A request to the rule of an operation, for a thing by its number.
    pub(crate) fn to(operation: &str, id: u64, body: Value) -> Self {
        Self {
            row: row(operation),
            holes: vec![id.to_string()],
            query: Query::new(),
            body: record::object(body),
        }
    }

    /// The same request with a field more, or another value of it.
    pub(crate) fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.body.insert(field.to_owned(), value.into());
        self
    }

    /// The same request for another thing.
    pub(crate) fn of(mut self, id: u64) -> Self {
        self.holes = vec![id.to_string()];
        self
    }
}

/// The row of an operation in 2021-11.
pub(crate) fn row(id: &str) -> Row {
    let (resource, operation) = catalog::recharge::API
        .operation(id)
        .expect("the catalogue has the row");
    Row {
        resource,
        operation,
    }
}

/// Carries all requests out, or none of them, once `enter` lets them. A refusal
/// comes with the place of the request that was refused.
pub(crate) fn carry_out(
    state: &mut State,
    now: Timestamp,
    token: &Token,
    requests: &[RuleRequest],
    enter: impl FnOnce(&State, &[CheckedRequest]) -> Result<(), Refusal>,
) -> Result<Vec<Outcome>, (usize, Refusal)> {
    let requests: Vec<CheckedRequest> = requests
        .iter()
        .map(|one| CheckedRequest {
            row: one.row,
            holes: &one.holes,
            query: &one.query,
            body: &one.body,
            now,
            token,
        })
        .collect();
    for (place, request) in requests.iter().enumerate() {
        check_scopes(request.row, token).map_err(|refusal| (place, refusal))?;
    }
    enter(state, &requests).map_err(|refusal| (0, refusal))?;
    let begun = state.journal.len();
    let mut outcomes = Vec::with_capacity(requests.len());
    for (place, request) in requests.iter().enumerate() {
        match rules::perform(state, request) {
            Ok(outcome) => outcomes.push(outcome),
            Err(refusal) => {
                state.undo_to(begun);
                return Err((place, refusal));
            }
        }
    }
    events::settle(state, now, token);
    Ok(outcomes)
}
