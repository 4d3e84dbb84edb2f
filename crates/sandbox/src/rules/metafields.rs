//! Metafields: extra values on other objects, fifty an owner.

use serde_json::{Value, json};

use super::{Ruling, target, update};
use crate::requests::checked_request::CheckedRequest;
use crate::requests::checked_request::Outcome;
use crate::requests::refusal::{FieldErrors, Refusal};
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::record::{self, Record};
use crate::values::time;

/// The reference's limit for one owner.
const MOST_OF_OWNER: usize = 50;

pub(super) fn act(verb: &str, state: &mut State, asked: &CheckedRequest) -> Ruling {
    match verb {
        "create" => create(state, asked),
        "update" => change(state, asked),
        "delete" => {
            let (_, field) = target(state, TableName::Metafields, asked)?;
            check_scope(asked, &field)?;
            super::remove(state, TableName::Metafields, asked)
        }
        _ => Err(super::unknown_verb()),
    }
}

/// A metafield with everything in its place and nothing chosen.
pub(crate) fn blank(id: u64, stamp: &str) -> Record {
    let stamp = time::without_offset(stamp);
    record::object(json!({
        "id": id,
        "created_at": stamp,
        "description": null,
        "key": null,
        "namespace": null,
        "owner_id": null,
        "owner_resource": null,
        "updated_at": stamp,
        "value": null,
        "value_type": "string",
    }))
}

fn create(state: &mut State, asked: &CheckedRequest) -> Ruling {
    let id = state.next_id(TableName::Metafields);
    let mut field = blank(id, &asked.stamp());
    update(asked, &mut field);
    check(state, asked, id, &field)?;
    state.create(TableName::Metafields, id, &field);
    Ok(Outcome::One(field))
}

fn change(state: &mut State, asked: &CheckedRequest) -> Ruling {
    let (id, mut field) = target(state, TableName::Metafields, asked)?;
    update(asked, &mut field);
    check(state, asked, id, &field)?;
    state.change(TableName::Metafields, id, &field, "updated");
    Ok(Outcome::One(field))
}

/// The token may write to the owner, which is there and has room for one
/// more, and the value is of its type.
fn check(state: &State, asked: &CheckedRequest, id: u64, field: &Record) -> Result<(), Refusal> {
    check_scope(asked, field)?;
    let mut faults = FieldErrors::default();
    let owner = record::id(field, "owner_id").unwrap_or(0);
    let kind = record::text(field, "owner_resource");
    let there = match TableName::named(kind) {
        Some(table) => state.table(table).holds(owner),
        None => kind == "store" && record::id(&state.store, "id") == Some(owner),
    };
    let mut others = of_owner(state, kind, owner);
    others.retain(|other| *other != id);
    if !there {
        faults.add("owner_id", format!("{kind} {owner} does not exist"));
    } else if others.len() >= MOST_OF_OWNER {
        faults.add(
            "owner_id",
            format!("has {MOST_OF_OWNER} metafields already"),
        );
    }
    for needed in ["key", "namespace"] {
        if record::text(field, needed).is_empty() {
            faults.add(needed, "Shorter than minimum length 1.");
        }
    }
    let value = record::text(field, "value");
    let fits = match record::text(field, "value_type") {
        "integer" => value.parse::<i64>().is_ok(),
        "json_string" => serde_json::from_str::<Value>(value).is_ok(),
        "string" => true,
        _ => false,
    };
    if !fits {
        faults.add("value", "is not of its value_type");
    }
    faults.check()
}

fn check_scope(asked: &CheckedRequest, field: &Record) -> Result<(), Refusal> {
    match scope(record::text(field, "owner_resource")).filter(|scope| !asked.token.may(scope)) {
        Some(scope) => Err(Refusal {
            status: 403,
            body: json!({"errors": format!("the token lacks the scope {scope}")}),
        }),
        None => Ok(()),
    }
}

/// The scope that writing to an owner needs.
fn scope(kind: &str) -> Option<&'static str> {
    match kind {
        "address" | "customer" => Some("write_customers"),
        "subscription" => Some("write_subscriptions"),
        "order" | "charge" => Some("write_orders"),
        _ => None,
    }
}

fn of_owner(state: &State, kind: &str, owner: u64) -> Vec<u64> {
    let fields = state
        .all(TableName::Metafields, "owner_id", owner)
        .into_iter();
    fields
        .filter(|(_, field)| record::text(field, "owner_resource") == kind)
        .map(|(id, _)| id)
        .collect()
}

/// Metafields go with their owner.
pub(super) fn delete_of(state: &mut State, kind: &str, owner: u64) {
    for id in of_owner(state, kind, owner) {
        state.delete(TableName::Metafields, id);
    }
}
