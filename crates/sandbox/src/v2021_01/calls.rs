//! Writes of 2021-01: each becomes one or several requests to the rules of
//! 2021-11, which are carried out together or not at all.
//!
//! In come a state and a request, out comes an answer in the shapes of 2021-01.
//! Which requests a write comes to is said by its row of [`super::writes`].

use bytes::Bytes;
use http::Request;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::body::{self, BodyField};
use super::reading;
use super::resources::RESOURCES;
use super::writes;
use crate::requests::check::{self, Query};
use crate::requests::checked_request::{CheckedRequest, Outcome, body_of, check_scopes, query_of};
use crate::requests::envelope::{Answered, Draft};
use crate::requests::refusal::Refusal;
use crate::requests::route::Route;
use crate::row::Row;
use crate::rules;
use crate::rules::events;
use crate::storage::state::{State, Token};
use crate::storage::tables::TableName;
use crate::values::record::{self, Record};
use recharge_catalog::{Object, ResponseShape};

/// How a write of 2021-01 becomes requests to rules.
pub(super) struct Write {
    /// The operation in 2021-01 (`orders.change_date`).
    pub(super) id: &'static str,
    /// The operation of 2021-11 that does it, once for each thing it is done to.
    pub(super) newer: &'static str,
    /// What becomes of the fields of the body.
    pub(super) body: &'static [BodyField],
    /// The requests that it comes to.
    pub(super) plan: fn(&AskedWrite) -> Result<Plan, Refusal>,
}

/// A write that keeps to its row.
pub(super) struct AskedWrite<'a> {
    pub(super) state: &'a State,
    pub(super) write: &'static Write,
    pub(super) holes: &'a [String],
    pub(super) query: &'a Query,
    pub(super) body: &'a Record,
}

/// A request to a rule of 2021-11.
pub(super) struct RuleRequest {
    row: Row,
    holes: Vec<String>,
    query: Query,
    pub(super) body: Record,
}

/// What a write comes to.
pub(super) struct Plan {
    pub(super) requests: Vec<RuleRequest>,
    pub(super) shown: Shown,
}

/// What is answered, once all requests were carried out.
pub(super) enum Shown {
    /// What the first request came to.
    First,
    /// A list of what each request came to.
    Each,
    /// The record that is found then.
    Found(Box<dyn Fn(&State) -> Option<(TableName, u64)>>),
    /// This body.
    Body(Value),
}

impl AskedWrite<'_> {
    /// The number in the path.
    pub(super) fn id(&self) -> u64 {
        self.holes
            .first()
            .and_then(|id| id.parse().ok())
            .unwrap_or(0)
    }

    /// The request of the write's own row, for what the path names.
    pub(super) fn request(&self) -> RuleRequest {
        let (body, query) = body::translated(self.write.body, self.body);
        let row = reading::row(self.write.newer);
        // A path of 2021-11 names one thing at most.
        let holes = row.operation.path_parameters.len();
        let holes = self.holes.iter().take(holes).cloned().collect();
        RuleRequest {
            row,
            holes,
            query,
            body,
        }
    }
}

impl RuleRequest {
    /// A request to the rule of another operation, for a thing by its number.
    pub(super) fn to(newer: &str, id: u64, body: Value) -> Self {
        Self {
            row: reading::row(newer),
            holes: vec![id.to_string()],
            query: Query::new(),
            body: record::object(body),
        }
    }

    /// The same request with a field more, or another value of it.
    pub(super) fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.body.insert(field.to_owned(), value.into());
        self
    }

    /// The same request for another thing.
    pub(super) fn of(mut self, id: u64) -> Self {
        self.holes = vec![id.to_string()];
        self
    }
}

impl Plan {
    /// One request, whose answer is shown.
    pub(super) fn one(request: RuleRequest) -> Self {
        Self {
            requests: vec![request],
            shown: Shown::First,
        }
    }
}

/// Carries a write out, once `enter` lets it.
pub(super) fn answer(
    state: &mut State,
    now: Timestamp,
    token: &Token,
    request: &Request<Bytes>,
    route: &Route,
    enter: impl FnOnce(&State, &[CheckedRequest]) -> Result<(), Refusal>,
) -> Answered {
    let row = route.row;
    let write = writes::of(row).ok_or_else(unspoken)?;
    let query = query_of(request);
    let body = wrapped_or_not(row, request.body())?;
    check::query(row.operation, &query)?;
    check::body(row.operation, &body)?;
    let plan = (write.plan)(&AskedWrite {
        state,
        write,
        holes: &route.holes,
        query: &query,
        body: &body,
    })?;
    let requests: Vec<CheckedRequest> = plan
        .requests
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
    for request in &requests {
        check_scopes(request.row, token)?;
    }
    enter(state, &requests)?;
    let outcomes = carry_out(state, write, &plan, &requests)?;
    events::settle(state, now, token);
    shown(state, row, &plan, &requests, outcomes)
}

/// Some clients leave the wrapper of a body away, and were never refused.
fn wrapped_or_not(row: Row, bytes: &Bytes) -> Result<Record, Refusal> {
    let given = serde_json::from_slice::<Record>(bytes);
    match (row.operation.wrapper, given) {
        (Some(key), Ok(body)) if !body.contains_key(key) => {
            let mut wrapped = Map::new();
            wrapped.insert(key.to_owned(), body.into());
            body_of(row, &Value::Object(wrapped).to_string().into())
        }
        _ => body_of(row, bytes),
    }
}

/// All requests, or none of them.
fn carry_out(
    state: &mut State,
    write: &Write,
    plan: &Plan,
    requests: &[CheckedRequest],
) -> Result<Vec<Outcome>, Refusal> {
    let begun = state.journal.len();
    let mut outcomes = Vec::with_capacity(requests.len());
    for (place, request) in requests.iter().enumerate() {
        match rules::perform(state, request) {
            Ok(outcome) => outcomes.push(outcome),
            Err(refusal) => {
                state.undo_to(begun);
                let place = match plan.shown {
                    Shown::Each => format!("subscriptions.{place}."),
                    _ => String::new(),
                };
                return Err(body::told_back(refusal, write.body, &place));
            }
        }
    }
    Ok(outcomes)
}

/// The answer, as the row of 2021-01 says.
fn shown(
    state: &State,
    row: Row,
    plan: &Plan,
    requests: &[CheckedRequest],
    outcomes: Vec<Outcome>,
) -> Answered {
    let operation = row.operation;
    let key = operation.response.key().unwrap_or_default();
    let object = |at: usize| {
        let request = requests.get(at)?;
        request.row.operation.response.object()
    };
    let body = match (&plan.shown, operation.response) {
        (_, ResponseShape::Nothing) if operation.success == 204 => String::new(),
        (_, ResponseShape::Nothing) => "{}".to_owned(),
        (Shown::Body(body), _) => body.to_string(),
        (Shown::Each, _) => {
            let records = outcomes.into_iter().enumerate();
            let records: Vec<Value> = records
                .flat_map(|(at, outcome)| records_of(state, object(at), outcome))
                .collect();
            json!({key: records}).to_string()
        }
        (Shown::Found(find), _) => {
            let found = find(state).and_then(|(of, id)| Some((of, id, state.get(of, id)?)));
            let (of, id, record) = found.ok_or_else(Refusal::not_found)?;
            json!({key: in_this_version(state, Some(of), id, record)}).to_string()
        }
        (Shown::First, shape) => match (shape, outcomes.into_iter().next()) {
            (_, Some(Outcome::Finished(body))) => body,
            (_, Some(Outcome::Number(number))) => json!({key: number}).to_string(),
            (ResponseShape::Many(..), Some(outcome)) => {
                json!({key: records_of(state, object(0), outcome)}).to_string()
            }
            (_, Some(outcome)) => {
                let record = records_of(state, object(0), outcome).into_iter().next();
                json!({key: record}).to_string()
            }
            (_, None) => return Err(Refusal::not_found()),
        },
    };
    Ok(Draft::new(operation.success, body))
}

fn records_of(state: &State, object: Option<&Object>, outcome: Outcome) -> Vec<Value> {
    let records = match outcome {
        Outcome::One(record) => vec![record],
        Outcome::Many(records) => records,
        Outcome::Nothing | Outcome::Number(_) | Outcome::Finished(_) => Vec::new(),
    };
    let of = object.and_then(TableName::of);
    let each = |record: Record| {
        let id = record::id(&record, "id").unwrap_or(0);
        Value::Object(in_this_version(state, of, id, record))
    };
    records.into_iter().map(each).collect()
}

/// A record in the shape of 2021-01; one that is the same in both stays.
fn in_this_version(state: &State, of: Option<TableName>, id: u64, record: Record) -> Record {
    let resource = of.and_then(|of| RESOURCES.iter().find(|one| one.of == of));
    match resource {
        Some(resource) => resource.object.of(state, id, record),
        None => record,
    }
}

/// It is there in 2021-01, but not here.
fn unspoken() -> Refusal {
    Refusal::error(
        501,
        "the sandbox does not answer this in version 2021-01; ask it in 2021-11",
    )
}
