//! The queue of an address: one charge for each day on which something falls
//! due, with a line item for each subscription and one-time item.
//!
//! [`refresh`] makes the queued charges of an address what its subscriptions
//! and one-time items say; every rule that changes these calls it. The records
//! of charges are built here, for the rules and for the seed alike.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::lines::line_item;
use super::skipping::items_of;
use super::{customers, metafields, regeneration, totals};
use crate::storage::state::{QUIETLY, State};
use crate::storage::tables::TableName;
use crate::values::record::{self, Record};
use crate::values::time;
use recharge_catalog as catalog;

/// What a charge is built from.
pub(crate) struct Parts<'a> {
    pub(crate) id: u64,
    pub(crate) address_id: u64,
    pub(crate) address: &'a Record,
    pub(crate) customer: &'a Record,
    pub(crate) billing: Value,
    pub(crate) items: Vec<Value>,
    pub(crate) day: Date,
    pub(crate) now: Timestamp,
    pub(crate) kind: &'static str,
}

/// Makes the queued charges of an address again.
pub(crate) fn refresh(state: &mut State, address_id: u64, now: Timestamp) {
    refresh_merging(state, address_id, now, None);
}

/// As [`refresh`]; a charge on the merged day that something joins is made
/// again, with a new number, as the reference says of equal charge dates.
pub(super) fn refresh_merging(
    state: &mut State,
    address_id: u64,
    now: Timestamp,
    merged: Option<Date>,
) {
    let Some(address) = state.get(TableName::Addresses, address_id) else {
        regeneration::take(state, address_id);
        drop_all(state, address_id);
        return;
    };
    let changed = regeneration::take(state, address_id);
    let mut wanted = due(state, address_id);
    let mut kept: Vec<Date> = Vec::new();
    let open_before = open_charges(state, address_id);
    let had_failed = open_before
        .iter()
        .any(|(_, charge)| record::text(charge, "status") == "error");
    for (id, charge) in open_before {
        let day = time::parse_day(record::text(&charge, "scheduled_at")).unwrap_or(Date::MIN);
        let Some(items) = wanted.get(&day).filter(|_| !kept.contains(&day)) else {
            remove(state, id);
            continue;
        };
        let joined = items.len() > record::list(&charge, "line_items").len();
        if merged == Some(day) && joined {
            remove(state, id);
            continue;
        }
        kept.push(day);
        let is_forced = regeneration::holds(&charge, &changed);
        renew(
            state,
            id,
            &charge,
            (&address, items.clone()),
            is_forced,
            now,
        );
    }
    wanted.retain(|day, _| !kept.contains(day));
    for (day, items) in wanted {
        open(state, address_id, &address, items, day, now);
    }
    mark(state, address_id);
    if had_failed {
        // A charge that failed may be gone, and the dunning with it.
        customers::note_dunning(state, record::id(&address, "customer_id").unwrap_or(0));
    }
}

/// Charges that still wait for their money: they follow the subscriptions.
/// One that is tried again after a refund has its orders and stays as it is.
pub(super) fn open_charges(state: &State, address_id: u64) -> Vec<(u64, Record)> {
    let open = ["queued", "error"];
    let mut charges = state.all_in(TableName::Charges, "address_id", address_id, &open);
    charges.retain(|(_, charge)| {
        record::text(charge, "status") == "queued"
            || record::number(charge, "orders_count").unwrap_or(0) == 0
    });
    charges
}

/// The day of the next charge of an address that waits for its day.
pub(super) fn next_queued(state: &State, address_id: u64) -> Option<Date> {
    let queued = state.all_in(TableName::Charges, "address_id", address_id, &["queued"]);
    queued
        .iter()
        .filter_map(|(_, charge)| time::parse_day(record::text(charge, "scheduled_at")))
        .min()
}

fn drop_all(state: &mut State, address_id: u64) {
    for (id, _) in open_charges(state, address_id) {
        remove(state, id);
    }
}

/// A charge goes, with what is noted on it.
pub(super) fn remove(state: &mut State, id: u64) {
    metafields::delete_of(state, "charge", id);
    state.delete(TableName::Charges, id);
}

/// Line items by the day on which they fall due.
fn due(state: &State, address_id: u64) -> BTreeMap<Date, Vec<Value>> {
    let mut days: BTreeMap<Date, Vec<Value>> = BTreeMap::new();
    for (id, one) in state.all(TableName::Subscriptions, "address_id", address_id) {
        if record::text(&one, "status") == "active"
            && let Some(day) = next_day(&one)
        {
            days.entry(day)
                .or_default()
                .push(line_item(state, "subscription", id, &one));
        }
    }
    for (id, one) in state.all(TableName::Onetimes, "address_id", address_id) {
        if !record::flag(&one, "is_cancelled")
            && let Some(day) = next_day(&one)
        {
            days.entry(day)
                .or_default()
                .push(line_item(state, "onetime", id, &one));
        }
    }
    days
}

/// The day on which an item falls due.
pub(super) fn next_day(item: &Record) -> Option<Date> {
    time::parse_day(record::text(item, "next_charge_scheduled_at"))
}

/// Brings an open charge up to date. One that is made again because an item or
/// the address changed loses the discounts that were put on it alone; those of
/// the address stay. It is forced for a charge whose item or address was
/// updated, even where that changed nothing in it.
fn renew(
    state: &mut State,
    id: u64,
    charge: &Record,
    (address, items): (&Record, Vec<Value>),
    is_forced: bool,
    now: Timestamp,
) {
    let mut fresh = charge.clone();
    record::set(&mut fresh, "has_uncommitted_changes", false);
    record::set(&mut fresh, "line_items", items);
    for (name, value) in of_address(address) {
        record::set(&mut fresh, name, value);
    }
    if !is_forced && fresh == *charge && has_discounts_of(charge, address) {
        return;
    }
    bill(state, &mut fresh, address);
    record::set(&mut fresh, "discounts", given_discounts(address));
    record::set(&mut fresh, "updated_at", time::stamp(now));
    totals::settle(state, &mut fresh);
    state.change(TableName::Charges, id, &fresh, "updated");
}

/// Who pays for a charge, and where the bill goes.
fn bill(state: &State, charge: &mut Record, address: &Record) {
    let customer =
        record::id(address, "customer_id").and_then(|id| state.get(TableName::Customers, id));
    if let Some(customer) = customer {
        record::set(charge, "customer", customer_reference(&customer));
    }
    record::set(charge, "billing_address", billing_address(state, address));
}

/// Brings the bills of a customer's open charges up to date, after the customer
/// or a payment method changed. That makes no charge again: discounts stay.
pub(super) fn bill_anew(state: &mut State, customer: u64, now: Timestamp) {
    for (address_id, address) in state.all(TableName::Addresses, "customer_id", customer) {
        for (id, charge) in open_charges(state, address_id) {
            let mut fresh = charge.clone();
            bill(state, &mut fresh, &address);
            if fresh != charge {
                record::set(&mut fresh, "updated_at", time::stamp(now));
                state.change(TableName::Charges, id, &fresh, "updated");
            }
        }
    }
}

/// What a charge takes from its address.
fn of_address(address: &Record) -> [(&'static str, Value); 4] {
    [
        ("note", field(address, "order_note")),
        ("order_attributes", field(address, "order_attributes")),
        ("shipping_address", shipping_address(address)),
        ("shipping_lines", shipping_lines(address)),
    ]
}

/// Gives a charge what it takes from another address.
pub(super) fn take_address(charge: &mut Record, address: &Record) {
    for (name, value) in of_address(address) {
        record::set(charge, name, value);
    }
    record::set(charge, "discounts", given_discounts(address));
}

/// Whether the charge carries the discounts of its address. Where the address
/// has none, what was put on the charge alone may stay.
fn has_discounts_of(charge: &Record, address: &Record) -> bool {
    let of_address = record::list(address, "discounts");
    of_address.is_empty() || record::list(charge, "discounts") == of_address
}

fn open(
    state: &mut State,
    address_id: u64,
    address: &Record,
    items: Vec<Value>,
    day: Date,
    now: Timestamp,
) {
    let customer_id = record::id(address, "customer_id").unwrap_or(0);
    let customer = state
        .get(TableName::Customers, customer_id)
        .unwrap_or_default();
    let billing = billing_address(state, address);
    let id = state.next_id(TableName::Charges);
    let parts = Parts {
        id,
        address_id,
        address,
        customer: &customer,
        billing,
        items,
        day,
        now,
        kind: "recurring",
    };
    let mut charge = build(parts);
    totals::settle(state, &mut charge);
    state.create(TableName::Charges, id, &charge);
}

/// Subscriptions know whether a charge waits for them. Where none has failed,
/// none has failed for the last time.
fn mark(state: &mut State, address_id: u64) {
    let failed = state.all_in(TableName::Charges, "address_id", address_id, &["error"]);
    let in_dunning: Vec<u64> = failed
        .iter()
        .flat_map(|(_, charge)| items_of(charge))
        .collect();
    for (id, mut one) in state.all(TableName::Subscriptions, "address_id", address_id) {
        let queued = record::text(&one, "status") == "active"
            && next_day(&one).is_some()
            && !in_dunning.contains(&id);
        record::set(&mut one, "has_queued_charges", queued);
        if failed.is_empty() {
            record::set(&mut one, "max_retries_reached", false);
        }
        state.change(TableName::Subscriptions, id, &one, QUIETLY);
    }
}

/// The record of a queued charge; its totals are still to be settled.
pub(crate) fn build(parts: Parts) -> Record {
    let Parts {
        address, customer, ..
    } = parts;
    let currency = match record::text(address, "presentment_currency") {
        "" => "USD",
        currency => currency,
    };
    record::fields([
        ("id", parts.id.into()),
        ("address_id", parts.address_id.into()),
        ("analytics_data", json!({"utm_params": []})),
        ("billing_address", parts.billing),
        (
            "client_details",
            json!({"browser_ip": null, "user_agent": null}),
        ),
        ("created_at", time::stamp(parts.now).into()),
        ("currency", currency.into()),
        ("customer", customer_reference(customer)),
        ("discounts", given_discounts(address)),
        ("error", Value::Null),
        ("error_type", Value::Null),
        ("external_order_id", json!({"ecommerce": null})),
        (
            "external_transaction_id",
            json!({"payment_processor": null}),
        ),
        ("has_uncommitted_changes", false.into()),
        ("line_items", parts.items.into()),
        ("merged_at", Value::Null),
        ("note", field(address, "order_note")),
        ("order_attributes", field(address, "order_attributes")),
        ("orders_count", 0.into()),
        ("payment_processor", "stripe".into()),
        ("processed_at", Value::Null),
        ("retry_date", Value::Null),
        ("scheduled_at", time::day_text(parts.day).into()),
        ("shipping_address", shipping_address(address)),
        ("shipping_lines", shipping_lines(address)),
        ("status", "queued".into()),
        ("subtotal_price", "0.00".into()),
        (
            "tags",
            Value::from(if parts.kind == "checkout" {
                "Subscription, Subscription First Order"
            } else {
                "Subscription, Subscription Recurring Order"
            }),
        ),
        ("tax_lines", json!([])),
        ("taxable", false.into()),
        ("taxes_included", false.into()),
        ("total_discounts", "0.00".into()),
        ("total_duties", "0.00".into()),
        ("total_line_items_price", "0.00".into()),
        ("total_price", "0.00".into()),
        ("total_refunds", "0.00".into()),
        ("total_tax", "0.00".into()),
        ("total_weight_grams", 0.into()),
        ("type", parts.kind.into()),
        ("updated_at", time::stamp(parts.now).into()),
    ])
}

pub(super) fn field(record: &Record, name: &str) -> Value {
    record.get(name).cloned().unwrap_or(Value::Null)
}

fn given_discounts(address: &Record) -> Value {
    record::list(address, "discounts").iter().cloned().collect()
}

/// A customer as charges and orders carry it.
pub(super) fn customer_reference(customer: &Record) -> Value {
    Value::Object(record::fields([
        ("id", field(customer, "id")),
        ("email", field(customer, "email")),
        (
            "external_customer_id",
            field(customer, "external_customer_id"),
        ),
        ("hash", field(customer, "hash")),
    ]))
}

/// The parts of a postal address, as charges and orders carry them.
pub(crate) fn shipping_address(address: &Record) -> Value {
    catalog::recharge::ADDRESS_PARTS
        .iter()
        .map(|part| ((*part).to_owned(), field(address, part)))
        .collect()
}

fn shipping_lines(address: &Record) -> Value {
    let lines = record::list(address, "shipping_lines_override");
    if lines.is_empty() {
        json!([totals::shipping_line()])
    } else {
        lines.iter().cloned().collect()
    }
}

/// Where the bill goes: the address of the payment method, else the address.
fn billing_address(state: &State, address: &Record) -> Value {
    payment_method(state, address)
        .and_then(|method| method.get("billing_address").cloned())
        .filter(Value::is_object)
        .unwrap_or_else(|| shipping_address(address))
}

/// The payment method that pays for an address: its own, else the default.
pub(super) fn payment_method(state: &State, address: &Record) -> Option<Record> {
    let own = record::id(address, "payment_method_id")
        .and_then(|id| state.get(TableName::PaymentMethods, id));
    own.or_else(|| {
        let customer = record::id(address, "customer_id")?;
        let methods = state.all(TableName::PaymentMethods, "customer_id", customer);
        methods
            .into_iter()
            .map(|(_, method)| method)
            .find(|one| record::flag(one, "default"))
    })
}
