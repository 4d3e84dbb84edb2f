//! Regeneration: queued charges follow a change of a subscription five seconds
//! later, unless the request waits for it (`commit=true`).
//!
//! What waits is kept in a table of its own, one record for each address, so
//! that it outlives the process. Any rule that makes the queue of the address
//! again does what waits along with it.

use jiff::{Span, Timestamp};
use serde_json::Value;

use super::{queue, skipping};
use crate::requests::checked_request::CheckedRequest;
use crate::storage::state::{QUIETLY, State};
use crate::storage::tables::TableName;
use crate::values::record::{self, Record};

/// As the reference says of updates without `commit`.
const SECONDS: i64 = 5;

/// A subscription of an address was updated: its charges are made again now or
/// later, as the request says.
pub(super) fn follow_update(state: &mut State, asked: &CheckedRequest, address: u64, item: u64) {
    put_off(state, address, &[item], asked.now);
    if is_true(asked.asked_for("commit")) {
        queue::refresh(state, address, asked.now);
    }
}

/// An address was updated: all its charges are made again at once.
pub(super) fn follow_address(state: &mut State, address: u64, now: Timestamp) {
    let open = queue::open_charges(state, address).into_iter();
    let items: Vec<u64> = open
        .flat_map(|(_, charge)| skipping::items_of(&charge))
        .collect();
    put_off(state, address, &items, now);
    queue::refresh(state, address, now);
}

/// Whether a parameter of the query says yes.
pub(super) fn is_true(value: Option<&str>) -> bool {
    matches!(value, Some("true" | "True" | "1"))
}

/// Notes that the queued charges of these items are to be made again.
fn put_off(state: &mut State, address: u64, items: &[u64], now: Timestamp) {
    let before = state.get(TableName::Regenerations, address);
    let mut all = before.as_ref().map_or_else(Vec::new, waiting);
    all.extend(items);
    all.sort_unstable();
    all.dedup();
    let due = now.saturating_add(Span::new().seconds(SECONDS));
    let due = due.unwrap_or(now).as_millisecond();
    let note = record::fields([
        ("id", address.into()),
        ("due", due.into()),
        ("items", all.into()),
    ]);
    if before.is_some() {
        state.change(TableName::Regenerations, address, &note, QUIETLY);
    } else {
        state.create_quietly(TableName::Regenerations, address, &note);
    }
    for (id, mut charge) in queue::open_charges(state, address) {
        if holds(&charge, items) {
            record::set(&mut charge, "has_uncommitted_changes", true);
            state.change(TableName::Charges, id, &charge, QUIETLY);
        }
    }
}

/// Takes what waits for an address: the items whose charges are made again.
pub(super) fn take(state: &mut State, address: u64) -> Vec<u64> {
    if state.table(TableName::Regenerations).len() == 0 {
        return Vec::new();
    }
    let items = state
        .get(TableName::Regenerations, address)
        .map_or_else(Vec::new, |note| waiting(&note));
    state.drop_quietly(TableName::Regenerations, address);
    items
}

fn waiting(note: &Record) -> Vec<u64> {
    let items = record::list(note, "items").iter();
    items.filter_map(record::as_id).collect()
}

/// Whether a charge contains one of the items.
pub(super) fn holds(charge: &Record, items: &[u64]) -> bool {
    !items.is_empty()
        && skipping::items_of(charge)
            .iter()
            .any(|item| items.contains(item))
}

/// Regenerates the charges whose wait is over; returns whether there were any.
pub(crate) fn run_due(state: &mut State, now: Timestamp) -> bool {
    let table = state.table(TableName::Regenerations);
    if table.len() == 0 {
        return false;
    }
    let due: Vec<(u64, Timestamp)> = table
        .ids(..)
        .filter_map(|address| {
            let note = table.get(address)?;
            let due = note.get("due").and_then(Value::as_i64)?;
            Some((address, Timestamp::from_millisecond(due).ok()?))
        })
        .filter(|(_, due)| *due <= now)
        .collect();
    for (address, at) in &due {
        queue::refresh(state, *address, *at);
    }
    !due.is_empty()
}
