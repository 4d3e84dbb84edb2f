//! Skipping: a queued charge or some of its items, and a skip taken back.

use jiff::civil::Date;
use serde_json::Value;

use super::rhythm::{next_after, next_days, set_next};
use super::{Ruling, customers, numbers, queue, totals, touch};
use crate::requests::checked_request::CheckedRequest;
use crate::requests::checked_request::Outcome;
use crate::requests::refusal::Refusal;
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::record::{self, Record};
use crate::values::time;

/// Which items of a charge a request is about: those it names, else all.
fn chosen(charge: &Record, body: &Record) -> Result<Vec<u64>, Refusal> {
    let all = items_of(charge);
    if record::is_nothing(body.get("purchase_item_ids")) {
        return Ok(all);
    }
    let mut named = numbers(body, "purchase_item_ids");
    if named.is_empty() {
        // Anyone who names nothing does not mean everything.
        return Err(Refusal::invalid(
            "purchase_item_ids",
            "must name at least one item",
        ));
    }
    named.sort_unstable();
    named.dedup();
    match named.iter().find(|id| !all.contains(id)) {
        Some(id) => Err(Refusal::invalid(
            "purchase_item_ids",
            format!("{id} is not in the charge"),
        )),
        None => Ok(named),
    }
}

/// The subscriptions and one-time items of a charge.
pub(super) fn items_of(charge: &Record) -> Vec<u64> {
    let items = record::list(charge, "line_items").iter();
    items
        .filter_map(|item| record::as_id(item.get("purchase_item_id")?))
        .collect()
}

fn day_of(charge: &Record) -> Date {
    time::parse_day(record::text(charge, "scheduled_at")).unwrap_or(Date::MIN)
}

/// The skipped items move on by one interval and are queued there.
pub(super) fn skip(state: &mut State, asked: &CheckedRequest, id: u64, charge: Record) -> Ruling {
    match record::text(&charge, "status") {
        "skipped" => return Ok(Outcome::One(charge)),
        "queued" => {}
        // Whose orders are made, tried again or not, has been delivered.
        "error" if record::number(&charge, "orders_count").unwrap_or(0) == 0 => {}
        _ => {
            return Err(Refusal::invalid(
                "status",
                "only queued charges can be skipped",
            ));
        }
    }
    let items = chosen(&charge, asked.body)?;
    for item in &items {
        check_skippable(state, *item, "purchase_item_ids")?;
    }
    let had_failed = record::text(&charge, "status") == "error";
    let customer = record::id(&charge, "customer.id").unwrap_or(0);
    let skipped = skip_items(state, asked, id, charge, &items);
    if had_failed {
        customers::note_dunning(state, customer);
    }
    Ok(Outcome::One(skipped))
}

/// What was paid ahead cannot be skipped.
pub(super) fn check_skippable(state: &State, item: u64, field: &str) -> Result<(), Refusal> {
    match state.get(TableName::Subscriptions, item) {
        Some(one) if record::flag(&one, "is_prepaid") => Err(Refusal::invalid(
            field,
            format!("{item} is prepaid and cannot be skipped"),
        )),
        _ => Ok(()),
    }
}

/// Skips some or all items of an open charge and answers the skipped charge.
pub(super) fn skip_items(
    state: &mut State,
    asked: &CheckedRequest,
    id: u64,
    charge: Record,
    items: &[u64],
) -> Record {
    let address = record::id(&charge, "address_id").unwrap_or(0);
    let day = day_of(&charge);
    let skipped = if items_of(&charge).len() == items.len() {
        mark_skipped(state, asked, id, charge)
    } else {
        split_off(state, asked, &charge, items)
    };
    for item in items {
        move_on(state, asked, *item, day);
    }
    queue::refresh(state, address, asked.now);
    skipped
}

fn mark_skipped(state: &mut State, asked: &CheckedRequest, id: u64, mut charge: Record) -> Record {
    record::set(&mut charge, "status", "skipped");
    record::set(&mut charge, "retry_date", Value::Null);
    touch(asked, &mut charge);
    state.change(TableName::Charges, id, &charge, "skipped");
    charge
}

/// A skipped charge of its own for some items of a charge.
fn split_off(state: &mut State, asked: &CheckedRequest, charge: &Record, items: &[u64]) -> Record {
    let id = state.next_id(TableName::Charges);
    let mut skipped = charge.clone();
    record::set(&mut skipped, "id", id);
    record::set(&mut skipped, "created_at", asked.stamp());
    record::set(&mut skipped, "status", "skipped");
    keep_items(&mut skipped, items);
    totals::settle(state, &mut skipped);
    touch(asked, &mut skipped);
    state.create(TableName::Charges, id, &skipped);
    skipped
}

fn keep_items(charge: &mut Record, items: &[u64]) {
    let kept: Vec<Value> = record::list(charge, "line_items")
        .iter()
        .filter(|line| {
            let id = line.get("purchase_item_id").and_then(record::as_id);
            id.is_some_and(|id| items.contains(&id))
        })
        .cloned()
        .collect();
    record::set(charge, "line_items", kept);
}

/// A subscription moves on by one interval; a one-time item to the next charge
/// of its address that is not skipped, or it waits without a day.
fn move_on(state: &mut State, asked: &CheckedRequest, item: u64, day: Date) {
    if let Some(one) = state.get(TableName::Subscriptions, item) {
        let next = next_after(state, item, &one, day);
        set_next(state, asked, item, Some(next), "skipped");
        return;
    }
    let Some(mut onetime) = state.get(TableName::Onetimes, item) else {
        return;
    };
    let address = record::id(&onetime, "address_id").unwrap_or(0);
    let next = next_days(state, address)
        .into_iter()
        .find(|next| *next > day);
    let next = next.and_then(time::beginning).map(time::stamp);
    record::set(&mut onetime, "next_charge_scheduled_at", next);
    touch(asked, &mut onetime);
    state.change(TableName::Onetimes, item, &onetime, "updated");
}

/// The items return to the day of the skipped charge.
pub(super) fn unskip(
    state: &mut State,
    asked: &CheckedRequest,
    id: u64,
    mut charge: Record,
) -> Ruling {
    if record::text(&charge, "status") == "queued" {
        return Ok(Outcome::One(charge));
    }
    if record::text(&charge, "status") != "skipped" {
        return Err(Refusal::invalid(
            "status",
            "only skipped charges can be unskipped",
        ));
    }
    let items = chosen(&charge, asked.body)?;
    check_alive(state, &items)?;
    let address = record::id(&charge, "address_id").unwrap_or(0);
    let day = day_of(&charge);
    if day < asked.today() {
        // It would take the customer's money at once.
        return Err(Refusal::invalid("scheduled_at", "the day has passed"));
    }
    let rest: Vec<u64> = items_of(&charge)
        .into_iter()
        .filter(|one| !items.contains(one))
        .collect();
    let mut moved = false;
    for item in &items {
        moved |= move_back(state, asked, *item, day);
    }
    if rest.is_empty() && !moved {
        // Skipped ahead of the next charge: only the skip goes.
        queue::remove(state, id);
    } else {
        if rest.is_empty() {
            record::set(&mut charge, "status", "queued");
        } else {
            keep_items(&mut charge, &rest);
            totals::settle(state, &mut charge);
        }
        touch(asked, &mut charge);
        state.change(TableName::Charges, id, &charge, "unskipped");
    }
    queue::refresh(state, address, asked.now);
    let answered = queued_on(state, address, day)
        .filter(|_| moved)
        .or_else(|| queued_with(state, address, &items));
    Ok(Outcome::One(answered.unwrap_or(charge)))
}

/// The first open charge of an address that contains one of the items.
fn queued_with(state: &State, address: u64, items: &[u64]) -> Option<Record> {
    queue::open_charges(state, address)
        .into_iter()
        .map(|(_, charge)| charge)
        .filter(|charge| items_of(charge).iter().any(|item| items.contains(item)))
        .min_by_key(day_of)
}

/// Skips of an item that moves to another address move with it. A charge that
/// contains other items too is split.
pub(super) fn follow(state: &mut State, asked: &CheckedRequest, item: u64, address_id: u64) {
    let Some(address) = state.get(TableName::Addresses, address_id) else {
        return;
    };
    let path = "line_items.*.purchase_item_id";
    for (id, mut charge) in state.all_in(TableName::Charges, path, item, &["skipped"]) {
        let mut rest = items_of(&charge);
        rest.retain(|other| *other != item);
        let mut moved = charge.clone();
        if !rest.is_empty() {
            keep_items(&mut charge, &rest);
            totals::settle(state, &mut charge);
            touch(asked, &mut charge);
            state.change(TableName::Charges, id, &charge, "updated");
            keep_items(&mut moved, &[item]);
            record::set(&mut moved, "created_at", asked.stamp());
        }
        record::set(&mut moved, "address_id", address_id);
        queue::take_address(&mut moved, &address);
        totals::settle(state, &mut moved);
        touch(asked, &mut moved);
        if rest.is_empty() {
            state.change(TableName::Charges, id, &moved, "updated");
        } else {
            let id = state.next_id(TableName::Charges);
            record::set(&mut moved, "id", id);
            state.create(TableName::Charges, id, &moved);
        }
    }
}

/// What was cancelled in the meantime cannot come back by itself.
fn check_alive(state: &State, items: &[u64]) -> Result<(), Refusal> {
    let dead = items.iter().find(|id| {
        state
            .get(TableName::Subscriptions, **id)
            .map_or(!state.table(TableName::Onetimes).holds(**id), |one| {
                record::text(&one, "status") != "active"
            })
    });
    match dead {
        Some(id) => Err(Refusal::invalid(
            "purchase_item_ids",
            format!("{id} is not active"),
        )),
        None => Ok(()),
    }
}

/// Moves an item back to a day, never to a later one than it has. Says whether
/// it moved.
fn move_back(state: &mut State, asked: &CheckedRequest, item: u64, day: Date) -> bool {
    let held = [TableName::Subscriptions, TableName::Onetimes]
        .into_iter()
        .find_map(|table| state.get(table, item));
    let next = held.as_ref().and_then(queue::next_day);
    if next.is_some_and(|next| next <= day) {
        return false;
    }
    if state.table(TableName::Subscriptions).holds(item) {
        set_next(state, asked, item, Some(day), "unskipped");
    } else if let Some(mut onetime) = state.get(TableName::Onetimes, item) {
        let day = time::beginning(day).map(time::stamp);
        record::set(&mut onetime, "next_charge_scheduled_at", day);
        touch(asked, &mut onetime);
        state.change(TableName::Onetimes, item, &onetime, "updated");
    }
    true
}

pub(super) fn queued_on(state: &State, address: u64, day: Date) -> Option<Record> {
    queue::open_charges(state, address)
        .into_iter()
        .map(|(_, charge)| charge)
        .find(|charge| day_of(charge) == day)
}

/// New intervals remove the skips of a subscription: a charge that contains
/// others too stays skipped for them.
pub(super) fn unskip_all(state: &mut State, asked: &CheckedRequest, item: u64) {
    let path = "line_items.*.purchase_item_id";
    for (id, mut charge) in state.all_in(TableName::Charges, path, item, &["skipped"]) {
        let mut rest = items_of(&charge);
        rest.retain(|other| *other != item);
        if rest.is_empty() {
            queue::remove(state, id);
            continue;
        }
        keep_items(&mut charge, &rest);
        totals::settle(state, &mut charge);
        touch(asked, &mut charge);
        state.change(TableName::Charges, id, &charge, "updated");
    }
}
