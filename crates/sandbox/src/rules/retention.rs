//! Retention strategies: what is offered to who is about to cancel.

use serde_json::json;

use super::{Ruling, target, update};
use crate::requests::checked_request::CheckedRequest;
use crate::requests::checked_request::Outcome;
use crate::requests::refusal::{FieldErrors, Refusal};
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::record::{self, Record};

pub(super) fn act(verb: &str, state: &mut State, asked: &CheckedRequest) -> Ruling {
    match verb {
        "create" => create(state, asked),
        "update" => change(state, asked),
        "delete" => super::remove(state, TableName::RetentionStrategies, asked),
        _ => Err(super::unknown_verb()),
    }
}

/// A strategy with everything in its place and nothing chosen.
pub(crate) fn blank(id: u64, stamp: &str) -> Record {
    record::object(json!({
        "id": id,
        "cancellation_flow_type": "subscription",
        "created_at": stamp,
        "discount_code": null,
        "incentive_type": null,
        "prevention_text": null,
        "reason": null,
        "updated_at": stamp,
    }))
}

fn create(state: &mut State, asked: &CheckedRequest) -> Ruling {
    let id = state.next_id(TableName::RetentionStrategies);
    let mut strategy = blank(id, &asked.stamp());
    update(asked, &mut strategy);
    check(state, &strategy)?;
    state.create(TableName::RetentionStrategies, id, &strategy);
    Ok(Outcome::One(strategy))
}

fn change(state: &mut State, asked: &CheckedRequest) -> Ruling {
    let (id, mut strategy) = target(state, TableName::RetentionStrategies, asked)?;
    update(asked, &mut strategy);
    check(state, &strategy)?;
    state.change(TableName::RetentionStrategies, id, &strategy, "updated");
    Ok(Outcome::One(strategy))
}

/// Who offers a discount says which; and there is one of that code.
fn check(state: &State, strategy: &Record) -> Result<(), Refusal> {
    let code = record::text(strategy, "discount_code");
    let mut faults = FieldErrors::default();
    for needed in ["prevention_text", "reason"] {
        if record::text(strategy, needed).is_empty() {
            faults.add(needed, "Field may not be null.");
        }
    }
    if code.is_empty() && record::text(strategy, "incentive_type") == "discount" {
        faults.add_missing(&["discount_code"]);
    }
    faults.check()?;
    if code.is_empty() {
        return Ok(());
    }
    if state
        .table(TableName::Discounts)
        .find_one("code", code)
        .is_some()
    {
        return Ok(());
    }
    Err(Refusal::invalid(
        "discount_code",
        format!("no discount has the code '{code}'"),
    ))
}
