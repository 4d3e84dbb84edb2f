//! Orders: what a paid charge becomes, now and, when prepaid, later.

use jiff::civil::Date;
use jiff::{Span, Timestamp};
use serde_json::{Value, json};

use super::rhythm::{self, interval};
use super::{Ruling, given, queue, target, totals, touch};
use crate::requests::checked_request::CheckedRequest;
use crate::requests::checked_request::Outcome;
use crate::requests::refusal::Refusal;
use crate::requests::write;
use crate::storage::state::{QUIETLY, State};
use crate::storage::tables::TableName;
use crate::values::record::{self, Record};
use crate::values::time;

pub(super) fn act(verb: &str, state: &mut State, asked: &CheckedRequest) -> Ruling {
    let (id, order) = target(state, TableName::Orders, asked)?;
    match verb {
        "update" => change(state, asked, id, order),
        "delete" => delete(state, asked, id, &order),
        "clone" => copy(state, asked, &order),
        "delay" => delay(state, asked, id, &order),
        _ => Err(super::unknown_verb()),
    }
}

/// One order of a charge.
pub(crate) struct Slot {
    /// The day for which it is scheduled.
    pub(crate) day: Date,
    /// The items that it holds.
    pub(crate) items: Vec<u64>,
    pub(crate) prepaid: bool,
    /// When it was sent to the shop; queued until then.
    pub(crate) sent: Option<Timestamp>,
}

/// The number of an order in the shop.
pub(crate) fn external_number(id: u64) -> String {
    (2_541_600_000_000 + id * 17).to_string()
}

/// The number that the shop's people know it by.
pub(crate) fn short_number(id: u64) -> String {
    (1_000 + id % 90_000).to_string()
}

/// The name under which the shop shows it.
pub(crate) fn shop_name(id: u64) -> String {
    format!("#{}", short_number(id))
}

/// The record of an order of a charge.
pub(crate) fn of_charge(state: &State, id: u64, charge: &Record, slot: &Slot) -> Record {
    let sent = slot.sent.map(time::stamp);
    let scheduled = time::eastern_midnight(slot.day).map(time::stamp);
    let created = given(charge, "updated_at");
    let number = slot.sent.map(|_| external_number(id));
    let short = slot.sent.map(|_| short_number(id));
    let name = slot.sent.map(|_| shop_name(id));
    let mut order = record::fields([
        ("id", id.into()),
        ("address_id", given(charge, "address_id")),
        ("billing_address", given(charge, "billing_address")),
        (
            "charge",
            json!({
                "id": given(charge, "id"),
                "external_transaction_id": given(charge, "external_transaction_id"),
                "payment_processor_name": given(charge, "payment_processor"),
                "status": given(charge, "status"),
            }),
        ),
        ("client_details", given(charge, "client_details")),
        ("created_at", created.clone()),
        ("currency", given(charge, "currency")),
        ("customer", given(charge, "customer")),
        ("discounts", given(charge, "discounts")),
        ("error", Value::Null),
        ("external_cart_token", Value::Null),
        ("external_order_id", json!({"ecommerce": number})),
        ("external_order_name", json!({"ecommerce": name})),
        ("external_order_number", json!({"ecommerce": short})),
        ("is_prepaid", slot.prepaid.into()),
        ("line_items", lines(charge, &slot.items).into()),
        ("note", given(charge, "note")),
        ("order_attributes", given(charge, "order_attributes")),
        ("processed_at", sent.into()),
        ("scheduled_at", scheduled.into()),
        ("shipping_address", given(charge, "shipping_address")),
        ("shipping_lines", given(charge, "shipping_lines")),
        (
            "status",
            Value::from(if slot.sent.is_some() {
                "success"
            } else {
                "queued"
            }),
        ),
        ("subtotal_price", "0.00".into()),
        ("tags", tags(charge, slot.prepaid).into()),
        ("tax_lines", json!([])),
        ("taxable", false.into()),
        ("total_discounts", "0.00".into()),
        ("total_duties", "0.00".into()),
        ("total_line_items_price", "0.00".into()),
        ("total_price", "0.00".into()),
        ("total_refunds", "0.00".into()),
        ("total_tax", "0.00".into()),
        ("total_weight_grams", 0.into()),
        ("type", given(charge, "type")),
        ("updated_at", created),
    ]);
    totals::settle(state, &mut order);
    order
}

fn tags(charge: &Record, prepaid: bool) -> String {
    let tags = record::text(charge, "tags");
    if prepaid {
        format!("Prepaid, {tags}")
    } else {
        tags.to_owned()
    }
}

/// A queued order is sent to the shop.
pub(super) fn send(state: &mut State, id: u64, now: Timestamp) {
    let Some(mut order) = state.get(TableName::Orders, id) else {
        return;
    };
    for (field, value) in [
        ("status", json!("success")),
        ("processed_at", json!(time::stamp(now))),
        ("updated_at", json!(time::stamp(now))),
        (
            "external_order_id",
            json!({"ecommerce": external_number(id)}),
        ),
        ("external_order_name", json!({"ecommerce": shop_name(id)})),
        (
            "external_order_number",
            json!({"ecommerce": short_number(id)}),
        ),
    ] {
        record::set(&mut order, field, value);
    }
    state.change(TableName::Orders, id, &order, "processed");
}

/// The lines of a charge for some items, with what orders say besides.
fn lines(charge: &Record, items: &[u64]) -> Vec<Value> {
    let kept = record::list(charge, "line_items")
        .iter()
        .filter_map(Value::as_object);
    kept.filter(|line| record::id(line, "purchase_item_id").is_some_and(|id| items.contains(&id)))
        .map(|line| {
            let mut order_line = Record::new();
            for (name, value) in line {
                order_line.insert(name.clone(), value.clone());
                if name == "purchase_item_id" {
                    record::set(
                        &mut order_line,
                        "external_inventory_policy",
                        "decrement_obeying_policy",
                    );
                }
            }
            Value::Object(order_line)
        })
        .collect()
}

/// Addresses and the customer are laid over what is there; line items are
/// replaced as a whole, and only while the order is queued and prepaid.
fn change(state: &mut State, asked: &CheckedRequest, id: u64, mut order: Record) -> Ruling {
    let body = asked.body;
    let was = record::text(&order, "status").to_owned();
    if body.contains_key("line_items") {
        let queued =
            record::text(&order, "status") == "queued" && record::flag(&order, "is_prepaid");
        if !queued {
            return Err(Refusal::invalid(
                "line_items",
                "only queued prepaid orders can be changed",
            ));
        }
    }
    if was == "success" && record::text(body, "status") == "queued" {
        return Err(Refusal::invalid(
            "status",
            "an order that was sent cannot be queued again",
        ));
    }
    let mut plain = body.clone();
    for nested in ["billing_address", "shipping_address", "customer"] {
        if let (Some(given), Some(target)) = (plain.remove(nested), order.get_mut(nested)) {
            write::overlay(target, &given);
        }
    }
    let object = asked.row.resource.object;
    write::fill(&mut order, asked.row.operation, object, &plain);
    if body.contains_key("line_items") {
        totals::settle(state, &mut order);
    }
    let verb = match (was.as_str(), record::text(&order, "status")) {
        ("queued", "success") => {
            record::set(&mut order, "processed_at", asked.stamp());
            "processed"
        }
        (was, "cancelled") if was != "cancelled" => "cancelled",
        _ => "updated",
    };
    touch(asked, &mut order);
    state.change(TableName::Orders, id, &order, verb);
    Ok(Outcome::One(order))
}

fn delete(state: &mut State, asked: &CheckedRequest, id: u64, order: &Record) -> Ruling {
    if record::text(order, "status") != "queued" {
        return Err(Refusal::invalid(
            "status",
            "only scheduled orders can be deleted",
        ));
    }
    state.delete(TableName::Orders, id);
    super::metafields::delete_of(state, "order", id);
    let charge_id = record::id(order, "charge.id").unwrap_or(0);
    if let Some(charge) = state.get(TableName::Charges, charge_id) {
        count_orders(state, asked, charge_id, charge);
    }
    Ok(Outcome::Nothing)
}

/// Another order of a paid charge that has prepaid orders.
fn copy(state: &mut State, asked: &CheckedRequest, order: &Record) -> Ruling {
    let charge_id = record::id(order, "charge.id").unwrap_or(0);
    let charge = state.get(TableName::Charges, charge_id).unwrap_or_default();
    if record::text(&charge, "status") != "success" || !record::flag(order, "is_prepaid") {
        return Err(Refusal::invalid(
            "id",
            "only prepaid orders of a charge that succeeded can be cloned",
        ));
    }
    let day = time::parse_day(record::text(asked.body, "scheduled_at")).unwrap_or(Date::MIN);
    if day <= asked.today() {
        return Err(Refusal::invalid("scheduled_at", "must be in the future"));
    }
    let id = state.next_id(TableName::Orders);
    let mut copy = order.clone();
    for (name, value) in [
        ("id", json!(id)),
        ("created_at", json!(asked.stamp())),
        ("updated_at", json!(asked.stamp())),
        ("external_order_id", json!({"ecommerce": null})),
        ("external_order_name", json!({"ecommerce": null})),
        ("external_order_number", json!({"ecommerce": null})),
        ("processed_at", Value::Null),
        (
            "scheduled_at",
            json!(time::eastern_midnight(day).map(time::stamp)),
        ),
        ("status", json!("queued")),
        ("total_refunds", json!("0.00")),
    ] {
        record::set(&mut copy, name, value);
    }
    state.create(TableName::Orders, id, &copy);
    count_orders(state, asked, charge_id, charge);
    Ok(Outcome::One(copy))
}

/// Orders of a charge that is paid once more: what the shop refused goes out
/// now. None is made twice.
pub(super) fn submit_again(
    state: &mut State,
    orders: Vec<(u64, Record)>,
    charge: &Record,
    now: Timestamp,
) {
    for (id, mut order) in orders {
        if record::text(&order, "status") != "error" {
            continue;
        }
        record::set(&mut order, "error", Value::Null);
        record::set(&mut order, "total_refunds", given(charge, "total_refunds"));
        state.change(TableName::Orders, id, &order, QUIETLY);
        send(state, id, now);
    }
}

fn count_orders(state: &mut State, asked: &CheckedRequest, id: u64, mut charge: Record) {
    let count = state.table(TableName::Orders).find("charge.id", id).len();
    record::set(&mut charge, "orders_count", count);
    touch(asked, &mut charge);
    state.change(TableName::Charges, id, &charge, "updated");
}

/// Puts off the next queued order of a prepaid subscription by one interval,
/// and with it all later orders and the next charge.
fn delay(state: &mut State, asked: &CheckedRequest, id: u64, order: &Record) -> Ruling {
    let item = record::list(order, "line_items")
        .first()
        .and_then(|line| record::as_id(line.get("purchase_item_id")?))
        .unwrap_or(0);
    let queued = queued_orders(state, item);
    let next = queued.first().map(|(id, _)| *id);
    if !record::flag(order, "is_prepaid") || next != Some(id) {
        let message = "only the next queued order of a prepaid subscription can be delayed";
        return Err(Refusal::invalid("id", message));
    }
    let one = state.get(TableName::Subscriptions, item);
    let step = one
        .as_ref()
        .map(|one| interval(one, "order_interval_frequency"));
    let later = |day: Date| match step {
        Some(step) => step.after(day),
        None => day.saturating_add(Span::new().months(1)),
    };
    for (id, mut order) in queued {
        let day = time::parse_day(record::text(&order, "scheduled_at")).unwrap_or(Date::MIN);
        let day = time::eastern_midnight(later(day)).map(time::stamp);
        record::set(&mut order, "scheduled_at", day);
        touch(asked, &mut order);
        state.change(TableName::Orders, id, &order, "updated");
    }
    if let Some(day) = one.as_ref().and_then(queue::next_day) {
        rhythm::set_next(state, asked, item, Some(later(day)), "updated");
        // The subscription may have moved to another address since.
        let address = one.as_ref().and_then(|one| record::id(one, "address_id"));
        queue::refresh(state, address.unwrap_or(0), asked.now);
    }
    target(state, TableName::Orders, asked).map(|(_, order)| Outcome::One(order))
}

/// The queued orders of an item, the next one first.
fn queued_orders(state: &State, item: u64) -> Vec<(u64, Record)> {
    let mut orders = state.all(TableName::Orders, "line_items.*.purchase_item_id", item);
    orders.retain(|(_, order)| record::text(order, "status") == "queued");
    orders.sort_by_key(|(id, order)| (record::text(order, "scheduled_at").to_owned(), *id));
    orders
}
