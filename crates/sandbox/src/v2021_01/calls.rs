//! Writes of 2021-01: each becomes one or several requests to the rules of
//! 2021-11, which are carried out together or not at all.
//!
//! Takes a state and a request; returns an answer in the shapes of 2021-01.
//! Which requests a write comes to is said by its row of [`super::writes`].

use bytes::Bytes;
use http::Request;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::body::{self, BodyField};
use super::resources::RESOURCES;
use super::writes;
use crate::combined::{self, RuleRequest};
use crate::requests::check;
use crate::requests::checked_request::{CheckedRequest, Outcome, body_of, query_of};
use crate::requests::envelope::{Answered, Draft};
use crate::requests::refusal::Refusal;
use crate::requests::route::Route;
use crate::row::Row;
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
    pub(super) plan: fn(&AskedWrite) -> Result<WritePlan, Refusal>,
}

/// A write that keeps to its row.
pub(super) struct AskedWrite<'a> {
    pub(super) state: &'a State,
    pub(super) write: &'static Write,
    pub(super) holes: &'a [String],
    pub(super) body: &'a Record,
}

/// What a write comes to.
pub(super) struct WritePlan {
    pub(super) requests: Vec<RuleRequest>,
    pub(super) shown: WriteResponse,
}

/// Finds the record to show.
type FindShown = dyn Fn(&State) -> Option<(TableName, u64)>;

/// What is answered, once all requests were carried out.
pub(super) enum WriteResponse {
    /// What the first request came to.
    First,
    /// A list of what each request came to.
    Each,
    /// The record that is found then.
    Found(Box<FindShown>),
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
        let row = combined::row(self.write.newer);
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

impl WritePlan {
    /// One request, whose answer is shown.
    pub(super) fn one(request: RuleRequest) -> Self {
        Self {
            requests: vec![request],
            shown: WriteResponse::First,
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
        body: &body,
    })?;
    let carried_out = combined::carry_out(state, now, token, &plan.requests, enter);
    let outcomes = carried_out.map_err(|(place, refusal)| {
        let place = match plan.shown {
            WriteResponse::Each => format!("subscriptions.{place}."),
            _ => String::new(),
        };
        body::told_back(refusal, write.body, &place)
    })?;
    shown(state, row, &plan, outcomes)
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

/// The answer, as the row of 2021-01 says.
fn shown(state: &State, row: Row, plan: &WritePlan, outcomes: Vec<Outcome>) -> Answered {
    let operation = row.operation;
    let key = operation.response.key().unwrap_or_default();
    let object = |at: usize| {
        let request = plan.requests.get(at)?;
        request.row.operation.response.object()
    };
    let body = match (&plan.shown, operation.response) {
        (_, ResponseShape::Nothing) if operation.success == 204 => String::new(),
        (_, ResponseShape::Nothing) => "{}".to_owned(),
        (WriteResponse::Body(body), _) => body.to_string(),
        (WriteResponse::Each, _) => {
            let records = outcomes.into_iter().enumerate();
            let records: Vec<Value> = records
                .flat_map(|(at, outcome)| records_of(state, object(at), outcome))
                .collect();
            json!({key: records}).to_string()
        }
        (WriteResponse::Found(find), _) => {
            let found = find(state).and_then(|(of, id)| Some((of, id, state.get(of, id)?)));
            let (of, id, record) = found.ok_or_else(Refusal::not_found)?;
            json!({key: in_this_version(state, Some(of), id, record)}).to_string()
        }
        (WriteResponse::First, shape) => match (shape, outcomes.into_iter().next()) {
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
        "the sandbox does not support this in version 2021-01; use 2021-11",
    )
}
