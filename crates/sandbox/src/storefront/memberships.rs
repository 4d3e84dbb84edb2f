//! Memberships of customers and the programs that they belong to.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{StorefrontRequest, page};
use crate::requests::refusal::Refusal;
use crate::storage::state::{QUIETLY, State};
use crate::storage::tables::TableName;
use crate::values::record::{self, Record};
use crate::values::time;

/// The answer to a request about memberships.
pub(super) fn answer(
    state: &mut State,
    asked: &StorefrontRequest,
    name: &str,
) -> Result<Value, Refusal> {
    match name {
        "memberships.list" => Ok(page("memberships", &list(state, asked))),
        "memberships.get" => Ok(json!({"membership": one(state, asked)?.1})),
        "memberships.cancel" => change(state, asked, "cancelled"),
        "memberships.activate" => change(state, asked, "active"),
        "membership_programs.list" => {
            let programs = state.table(TableName::MembershipPrograms);
            let programs = programs.ids(..).filter_map(|id| programs.get(id));
            let programs: Vec<Value> = programs.map(Value::Object).collect();
            Ok(page("membership_programs", &programs))
        }
        "membership_programs.get" => {
            let program = state.get(TableName::MembershipPrograms, asked.id());
            let program = program.ok_or_else(Refusal::not_found)?;
            Ok(json!({"membership_program": program}))
        }
        _ => Err(Refusal::no_endpoint()),
    }
}

/// Those of the customer, or all for a token of the store.
fn list(state: &State, asked: &StorefrontRequest) -> Vec<Value> {
    let table = state.table(TableName::Memberships);
    let found = table.ids(..).filter_map(|id| table.get(id));
    let customer = asked.asker.customer;
    let own = |one: &Record| customer.is_none_or(|own| record::id(one, "customer_id") == Some(own));
    found.filter(own).map(Value::Object).collect()
}

fn one(state: &State, asked: &StorefrontRequest) -> Result<(u64, Record), Refusal> {
    let id = asked.id();
    let found = state.get(TableName::Memberships, id);
    let found = found.ok_or_else(Refusal::not_found)?;
    asked.check_owner(record::id(&found, "customer_id"))?;
    Ok((id, found))
}

fn change(state: &mut State, asked: &StorefrontRequest, status: &str) -> Result<Value, Refusal> {
    let (id, membership) = one(state, asked)?;
    let membership = set_status(state, asked.now, id, membership, &asked.body, status);
    Ok(json!({"membership": membership}))
}

/// Ends a membership, or brings it back.
pub(crate) fn set_status(
    state: &mut State,
    now: Timestamp,
    id: u64,
    mut membership: Record,
    body: &Record,
    status: &str,
) -> Record {
    let stamp = time::stamp(now);
    let ends = status == "cancelled";
    record::set(&mut membership, "status", status);
    record::set(
        &mut membership,
        "cancelled_at",
        ends.then_some(stamp.as_str()),
    );
    for field in ["cancellation_reason", "cancellation_reason_comments"] {
        let given = body.get(field).filter(|_| ends).cloned();
        record::set(&mut membership, field, given.unwrap_or_default());
    }
    record::set(&mut membership, "updated_at", stamp);
    state.change(TableName::Memberships, id, &membership, QUIETLY);
    membership
}
