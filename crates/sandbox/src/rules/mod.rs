//! The rules: what each operation does to the state, one file a family.
//!
//! Takes the state and a checked request; returns what to answer. Reads follow
//! from the rows; what changes something is named here, operation by operation,
//! so that each can be compared with the reference.

mod addresses;
pub(super) mod batch_runs;
mod batches;
mod bundles;
mod carts;
pub(super) mod charges;
mod checkouts;
mod collections;
mod credits;
mod currencies;
mod customers;
mod discounts;
mod ending;
pub(crate) mod events;
mod gifting;
mod items;
pub(super) mod life;
mod lines;
pub(super) mod merging;
mod metafields;
mod onetimes;
pub(super) mod orders;
mod payment_methods;
mod plans;
mod postal;
mod processing;
mod products;
mod purchases;
pub(super) mod queue;
pub(super) mod redeeming;
pub(super) mod regeneration;
mod removal;
mod retention;
mod rhythm;
mod schedule;
mod skipping;
mod skipping_ahead;
pub(super) mod store;
pub(super) mod subscriptions;
mod terms;
pub(super) mod totals;
mod webhooks;

pub(super) use addresses::blank as address;
pub(super) use batches::{blank as batch, task};
pub(super) use bundles::selection as bundle_selection;
pub(super) use carts::{line as checkout_line, settle as settle_checkout};
pub(super) use checkouts::blank as checkout;
pub(super) use collections::{blank as collection, place as collection_place};
#[cfg(test)]
pub(super) use customers::recount;
pub(super) use customers::{blank as customer, hash as portal_hash};
pub(super) use discounts::blank as discount;
pub(super) use lines::{handle, line};
pub(super) use metafields::blank as metafield;
pub(super) use onetimes::blank as onetime;
pub(super) use orders::{Slot, external_number, of_charge as order, shop_name, short_number};
pub(super) use payment_methods::blank as payment_method;
pub(super) use plans::blank as plan;
pub(super) use processing::{mark_paid, note_attempts, transaction};
pub(super) use queue::{Parts, build as charge, shipping_address as postal};
pub(super) use retention::blank as retention_strategy;
pub(super) use rhythm::settle_shape;
pub(super) use subscriptions::blank as subscription;
pub(super) use totals::{Load, Terms, Totals, applied, settle};
pub(super) use webhooks::blank as webhook;

use serde_json::Value;

use crate::requests::check;
use crate::requests::checked_request::CheckedRequest;
use crate::requests::checked_request::Outcome;
use crate::requests::list;
use crate::requests::lists;
use crate::requests::refusal::Refusal;
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::record::{self, Record};
use crate::values::time;
use recharge_catalog::{Method, ResponseShape, ValueKind};

/// What a rule comes to.
pub(super) type Ruling = Result<Outcome, Refusal>;

/// Checks a request against its row and carries it out, wholly or not at all.
pub(crate) fn perform(state: &mut State, asked: &CheckedRequest) -> Ruling {
    check::query(asked.row.operation, asked.query)?;
    let (resource, verb) = (asked.row.resource.name, asked.row.operation.verb);
    if resource == "subscriptions" && matches!(verb, "create" | "update") {
        subscriptions::check_unit(verb, asked.body)?;
    }
    check::body(asked.row.operation, asked.body)?;
    let begun = state.journal.len();
    let outcome = carry_out(state, asked);
    if outcome.is_err() {
        state.undo_to(begun);
    }
    outcome
}

/// Carries out a request that keeps to its row.
fn carry_out(state: &mut State, asked: &CheckedRequest) -> Ruling {
    let (resource, operation) = (asked.row.resource, asked.row.operation);
    match (operation.response, operation.method) {
        (ResponseShape::Page(key, object), _) => {
            let of = TableName::of(object).ok_or_else(Refusal::no_endpoint)?;
            list::page(state, asked, key, of).map(Outcome::Finished)
        }
        (ResponseShape::One(_, object) | ResponseShape::OneInList(_, object), Method::Get)
            if operation.verb == "get" && TableName::of(object).is_some() =>
        {
            read(state, asked)
        }
        (ResponseShape::One(_, object), _) => {
            let outcome = act(resource.name, operation.verb, state, asked)?;
            Ok(with_include(state, TableName::of(object), outcome))
        }
        _ => act(resource.name, operation.verb, state, asked),
    }
}

/// The record that was written, with `include` where answers always carry it.
fn with_include(state: &State, of: Option<TableName>, outcome: Outcome) -> Outcome {
    match (of, outcome) {
        (Some(of), Outcome::One(mut record)) => {
            let id = record::id(&record, "id").unwrap_or(0);
            crate::requests::include::put(state, of, id, &mut record, &[]);
            Outcome::One(record)
        }
        (_, outcome) => outcome,
    }
}

/// One record by the value in the path.
fn read(state: &State, asked: &CheckedRequest) -> Ruling {
    let operation = asked.row.operation;
    let of = operation
        .response
        .object()
        .and_then(TableName::of)
        .ok_or_else(Refusal::not_found)?;
    let hole = operation
        .path_parameters
        .first()
        .ok_or_else(Refusal::not_found)?;
    let table = state.table(of);
    let found = if hole.kind == ValueKind::Id {
        table.get(asked.id()).map(|record| (asked.id(), record))
    } else {
        table.find_one(hole.name, asked.hole())
    };
    let (id, mut record) = found.ok_or_else(Refusal::not_found)?;
    if !lists::shows(asked.now, state, table, id) {
        return Err(Refusal::not_found());
    }
    let includes = crate::requests::include::names(asked.asked_for("include"));
    crate::requests::include::put(state, of, id, &mut record, &includes);
    Ok(Outcome::One(record))
}

fn act(resource: &str, verb: &str, state: &mut State, asked: &CheckedRequest) -> Ruling {
    match resource {
        "addresses" => addresses::act(verb, state, asked),
        "async_batches" => batches::act(verb, state, asked),
        "bundle_selections" => bundles::act(verb, state, asked),
        "charges" => charges::act(verb, state, asked),
        "checkouts" => checkouts::act(verb, state, asked),
        "collections" => collections::act(verb, state, asked),
        "customers" => customers::act(verb, state, asked),
        "discounts" => discounts::act(verb, state, asked),
        "metafields" => metafields::act(verb, state, asked),
        "onetimes" => onetimes::act(verb, state, asked),
        "orders" => orders::act(verb, state, asked),
        "payment_methods" => payment_methods::act(verb, state, asked),
        "plans" => plans::act(verb, state, asked),
        "products" => products::act(verb, state, asked),
        "retention_strategies" => retention::act(verb, state, asked),
        "store" | "token_information" => Ok(store::act(resource, state, asked)),
        "subscriptions" => subscriptions::act(verb, state, asked),
        "webhooks" => webhooks::act(verb, state, asked),
        _ => Err(unknown_verb()),
    }
}

/// A row without a rule: a mistake of the sandbox, not of the request.
fn unknown_verb() -> Refusal {
    Refusal::error(501, "the sandbox has no rule for this operation")
}

/// The record that the path names, or 404.
fn target(state: &State, of: TableName, asked: &CheckedRequest) -> Result<(u64, Record), Refusal> {
    let id = asked.id();
    state
        .get(of, id)
        .map(|record| (id, record))
        .ok_or_else(Refusal::not_found)
}

/// The record that a field of the body names, or 422 on that field.
fn named(
    state: &State,
    of: TableName,
    body: &Record,
    field: &str,
) -> Result<(u64, Record), Refusal> {
    let id = record::id(body, field).unwrap_or(0);
    existing(state, of, id, field)
}

/// The record of that number, or 422 on the field that named it.
fn existing(state: &State, of: TableName, id: u64, field: &str) -> Result<(u64, Record), Refusal> {
    let missing = || Refusal::invalid(field, format!("{} {id} does not exist", of.object()));
    state
        .get(of, id)
        .map(|record| (id, record))
        .ok_or_else(missing)
}

/// Sets the fields of the body and the time of the change.
fn update(asked: &CheckedRequest, record: &mut Record) {
    let object = asked.row.resource.object;
    crate::requests::write::fill(record, asked.row.operation, object, asked.body);
    touch(asked, record);
}

fn touch(asked: &CheckedRequest, record: &mut Record) {
    if record.contains_key("updated_at") {
        let stamp = asked.stamp();
        // A record keeps the form of its times.
        let is_bare = !record::text(record, "created_at").contains('+');
        let stamp = if is_bare && record.contains_key("created_at") {
            time::without_offset(&stamp)
        } else {
            &stamp
        };
        record::set(record, "updated_at", stamp);
    }
}

/// Removes the record that the path names.
fn remove(state: &mut State, of: TableName, asked: &CheckedRequest) -> Ruling {
    let (id, _) = target(state, of, asked)?;
    state.delete(of, id);
    Ok(Outcome::Nothing)
}

/// The numbers in a list of the body.
fn numbers(body: &Record, field: &str) -> Vec<u64> {
    record::list(body, field)
        .iter()
        .filter_map(record::as_id)
        .collect()
}

/// A text of the body, or null.
fn given(body: &Record, field: &str) -> Value {
    body.get(field).cloned().unwrap_or(Value::Null)
}
