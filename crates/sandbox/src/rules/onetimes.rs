//! One-time items: a single thing on an upcoming charge.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::{Ruling, given, items, named, products, queue, skipping, target, touch, update};
use crate::requests::checked_request::CheckedRequest;
use crate::requests::checked_request::Outcome;
use crate::requests::refusal::Refusal;
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::record::{self, Record};
use crate::values::time;

pub(super) fn act(verb: &str, state: &mut State, asked: &CheckedRequest) -> Ruling {
    if verb == "create" {
        return create(state, asked);
    }
    let (id, one) = target(state, TableName::Onetimes, asked)?;
    match verb {
        "update" => change(state, asked, id, one),
        "delete" => {
            state.delete(TableName::Onetimes, id);
            super::bundles::delete_of(state, id);
            queue::refresh(
                state,
                record::id(&one, "address_id").unwrap_or(0),
                asked.now,
            );
            Ok(Outcome::Nothing)
        }
        _ => Err(super::unknown_verb()),
    }
}

/// A one-time item with everything in its place and nothing chosen.
pub(crate) fn blank(id: u64, address: u64, customer: u64, stamp: &str) -> Record {
    record::object(json!({
        "id": id,
        "address_id": address,
        "customer_id": customer,
        "created_at": stamp,
        "external_product_id": {"ecommerce": null},
        "external_variant_id": {"ecommerce": null},
        "is_cancelled": false,
        "next_charge_scheduled_at": null,
        "price": "0.00",
        "product_title": null,
        "properties": [],
        "quantity": 1,
        "sku": null,
        "sku_override": false,
        "updated_at": stamp,
        "variant_title": null,
    }))
}

fn create(state: &mut State, asked: &CheckedRequest) -> Ruling {
    let (address_id, address) = named(state, TableName::Addresses, asked.body, "address_id")?;
    items::check_pairs(asked.body, "properties")?;
    let add = record::flag(asked.body, "add_to_next_charge");
    if add && asked.body.contains_key("next_charge_scheduled_at") {
        let message = "cannot be used with next_charge_scheduled_at";
        return Err(Refusal::invalid("add_to_next_charge", message));
    }
    if !add && !asked.body.contains_key("next_charge_scheduled_at") {
        return Err(Refusal::missing(&["next_charge_scheduled_at"]));
    }
    let id = state.next_id(TableName::Onetimes);
    let customer = record::id(&address, "customer_id").unwrap_or(0);
    let mut one = blank(id, address_id, customer, &asked.stamp());
    products::goods(state, asked.body).describe(&mut one, None);
    update(asked, &mut one);
    items::settle_sku(state, &mut one, asked.body);
    if add {
        let next = queue::next_queued(state, address_id);
        let Some(next) = next.and_then(time::beginning) else {
            return Err(Refusal::invalid(
                "add_to_next_charge",
                "the address has no queued charge",
            ));
        };
        record::set(&mut one, "next_charge_scheduled_at", time::stamp(next));
    }
    check_quantity(&one)?;
    state.create(TableName::Onetimes, id, &one);
    queue::refresh(state, address_id, asked.now);
    Ok(Outcome::One(one))
}

fn check_quantity(one: &Record) -> Result<(), Refusal> {
    match record::number(one, "quantity") {
        Some(1..) => Ok(()),
        _ => Err(Refusal::invalid("quantity", "must be at least 1")),
    }
}

fn change(state: &mut State, asked: &CheckedRequest, id: u64, mut one: Record) -> Ruling {
    items::check_pairs(asked.body, "properties")?;
    let moves = asked.body.contains_key("address_id");
    if moves && asked.body.contains_key("next_charge_scheduled_at") {
        return Err(Refusal::invalid(
            "address_id",
            "cannot be used with next_charge_scheduled_at",
        ));
    }
    let left = record::id(&one, "address_id").unwrap_or(0);
    if moves {
        let (_, address) = named(state, TableName::Addresses, asked.body, "address_id")?;
        if given(&address, "customer_id") != given(&one, "customer_id") {
            return Err(Refusal::invalid(
                "address_id",
                "the address belongs to another customer",
            ));
        }
    }
    if asked.body.contains_key("external_variant_id") {
        let (price, sku) = (given(&one, "price"), given(&one, "sku"));
        products::goods(state, asked.body).describe(&mut one, None);
        record::set(&mut one, "price", price);
        record::set(&mut one, "sku", sku);
    }
    update(asked, &mut one);
    items::settle_sku(state, &mut one, asked.body);
    check_quantity(&one)?;
    state.change(TableName::Onetimes, id, &one, "updated");
    queue::refresh(state, left, asked.now);
    queue::refresh(
        state,
        record::id(&one, "address_id").unwrap_or(0),
        asked.now,
    );
    Ok(Outcome::One(one))
}

/// What a subscription would have delivered, once, at another address.
pub(super) fn gift(
    state: &mut State,
    asked: &CheckedRequest,
    subscription: &Record,
    address: u64,
    day: Date,
) -> Record {
    let id = state.next_id(TableName::Onetimes);
    let customer = record::id(subscription, "customer_id").unwrap_or(0);
    let mut one = blank(id, address, customer, &asked.stamp());
    for field in [
        "external_product_id",
        "external_variant_id",
        "price",
        "product_title",
        "properties",
        "quantity",
        "sku",
        "sku_override",
        "variant_title",
    ] {
        record::set(&mut one, field, given(subscription, field));
    }
    let day = time::beginning(day).map(time::stamp);
    record::set(&mut one, "next_charge_scheduled_at", day);
    state.create(TableName::Onetimes, id, &one);
    one
}

/// One-time items move with the address they belong to.
pub(super) fn move_all(state: &mut State, asked: &CheckedRequest, from: u64, to: u64) {
    for (id, mut one) in state.all(TableName::Onetimes, "address_id", from) {
        record::set(&mut one, "address_id", Value::from(to));
        touch(asked, &mut one);
        state.change(TableName::Onetimes, id, &one, "updated");
        skipping::follow(state, asked, id, to);
    }
}
