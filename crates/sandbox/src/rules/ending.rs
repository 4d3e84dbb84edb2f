//! How a subscription ends, and how it comes back: delete, cancel, activate.
//!
//! In come the state and a request about one subscription; the queue of its
//! address and the counts of its customer follow. No email is sent, whatever
//! `send_email` says.

use serde_json::Value;

use super::rhythm::fresh_day;
use super::{Ruling, customers, given, queue, touch};
use crate::requests::checked_request::CheckedRequest;
use crate::requests::checked_request::Outcome;
use crate::requests::refusal::{FieldErrors, Refusal};
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::record::{self, Record};
use crate::values::time;

/// The record after everything that followed from a change.
pub(super) fn shown(state: &State, id: u64) -> Ruling {
    state
        .get(TableName::Subscriptions, id)
        .map(Outcome::One)
        .ok_or_else(Refusal::not_found)
}

/// The reference's limit for comments on a cancellation.
const LONGEST_COMMENT: usize = 1024;

const CANCELLATION: [&str; 3] = [
    "cancellation_reason",
    "cancellation_reason_comments",
    "cancelled_at",
];

/// Deletes a subscription with what is under it.
pub(super) fn delete(state: &mut State, asked: &CheckedRequest, id: u64, one: &Record) {
    state.delete(TableName::Subscriptions, id);
    super::metafields::delete_of(state, "subscription", id);
    super::bundles::delete_of(state, id);
    settle(state, asked, one);
}

/// What follows when a subscription begins or ends: the queue of its address
/// and the counts of its customer.
pub(super) fn settle(state: &mut State, asked: &CheckedRequest, one: &Record) {
    queue::refresh(state, record::id(one, "address_id").unwrap_or(0), asked.now);
    customers::recount(state, record::id(one, "customer_id").unwrap_or(0));
}

/// An address counts as updated when a subscription of it is cancelled or
/// comes back.
pub(super) fn tell_address(state: &mut State, asked: &CheckedRequest, one: &Record) {
    let id = record::id(one, "address_id").unwrap_or(0);
    if let Some(mut address) = state.get(TableName::Addresses, id) {
        touch(asked, &mut address);
        state.change(TableName::Addresses, id, &address, "updated");
    }
}

/// Leaves the queue: its charges lose the item, and those that held nothing
/// else are gone.
pub(super) fn cancel(
    state: &mut State,
    asked: &CheckedRequest,
    id: u64,
    mut one: Record,
) -> Ruling {
    let mut faults = FieldErrors::default();
    if record::text(asked.body, "cancellation_reason").is_empty() {
        faults.add("cancellation_reason", "must not be empty");
    }
    let comments = record::text(asked.body, "cancellation_reason_comments");
    if comments.chars().count() > LONGEST_COMMENT {
        let message = format!("Longer than maximum length {LONGEST_COMMENT}.");
        faults.add("cancellation_reason_comments", message);
    }
    faults.check()?;
    match record::text(&one, "status") {
        "cancelled" => return Ok(Outcome::One(one)),
        "active" => {}
        _ => {
            return Err(Refusal::invalid(
                "status",
                "only active subscriptions can be cancelled",
            ));
        }
    }
    record::set(&mut one, "status", "cancelled");
    record::set(
        &mut one,
        "cancellation_reason",
        given(asked.body, "cancellation_reason"),
    );
    record::set(
        &mut one,
        "cancellation_reason_comments",
        given(asked.body, "cancellation_reason_comments"),
    );
    record::set(&mut one, "cancelled_at", asked.stamp());
    record::set(&mut one, "next_charge_scheduled_at", Value::Null);
    touch(asked, &mut one);
    state.change(TableName::Subscriptions, id, &one, "cancelled");
    settle(state, asked, &one);
    tell_address(state, asked, &one);
    shown(state, id)
}

/// A cancelled subscription is charged again, from a fresh day on.
pub(super) fn activate(
    state: &mut State,
    asked: &CheckedRequest,
    id: u64,
    mut one: Record,
) -> Ruling {
    match record::text(&one, "status") {
        "active" => return Ok(Outcome::One(one)),
        "cancelled" => {}
        _ => {
            return Err(Refusal::invalid(
                "status",
                "only cancelled subscriptions can be activated",
            ));
        }
    }
    bring_back(&mut one);
    let next = fresh_day(state, asked, id, &one);
    record::set(&mut one, "next_charge_scheduled_at", time::day_text(next));
    touch(asked, &mut one);
    state.change(TableName::Subscriptions, id, &one, "activated");
    settle(state, asked, &one);
    tell_address(state, asked, &one);
    shown(state, id)
}

/// A forced update that says so brings a cancelled subscription back.
pub(super) fn revive(asked: &CheckedRequest, one: &mut Record) -> bool {
    let revived = record::text(one, "status") == "cancelled"
        && record::text(asked.body, "status") == "active";
    if revived {
        bring_back(one);
    }
    revived
}

fn bring_back(one: &mut Record) {
    record::set(one, "status", "active");
    for cleared in CANCELLATION {
        record::set(one, cleared, Value::Null);
    }
}
