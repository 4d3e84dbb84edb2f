//! Addresses: where things go, which discounts apply, and who pays.

use serde_json::{Value, json};

use super::{
    Ruling, charges, currencies, existing, given, items, merging, named, postal, queue, redeeming,
    regeneration, removal, skipping_ahead, target, totals, update,
};
use crate::requests::checked_request::CheckedRequest;
use crate::requests::checked_request::Outcome;
use crate::requests::refusal::{FieldErrors, Refusal};
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::money::Cents;
use crate::values::record::{self, Record};
use recharge_catalog as catalog;

/// Shipping lines that stand instead of fetched rates.
const OVERRIDE: &str = "shipping_lines_override";

pub(super) fn act(verb: &str, state: &mut State, asked: &CheckedRequest) -> Ruling {
    match verb {
        "create" => create(state, asked),
        "update" => change(state, asked),
        "delete" => delete(state, asked),
        "merge" => merging::merge(state, asked),
        "skip_charge" => skipping_ahead::skip_future(state, asked),
        _ => Err(super::unknown_verb()),
    }
}

/// An address with everything in its place and nothing chosen.
pub(crate) fn blank(id: u64, customer: u64, currency: &str, stamp: &str) -> Record {
    record::fields([
        ("id", id.into()),
        ("payment_method_id", Value::Null),
        ("address1", Value::Null),
        ("address2", Value::Null),
        ("city", Value::Null),
        ("company", Value::Null),
        ("country_code", Value::Null),
        ("created_at", stamp.into()),
        ("customer_id", customer.into()),
        ("discounts", json!([])),
        ("first_name", Value::Null),
        ("last_name", Value::Null),
        ("order_attributes", json!([])),
        ("order_note", Value::Null),
        ("phone", Value::Null),
        ("presentment_currency", currency.into()),
        ("province", Value::Null),
        ("shipping_lines_conserved", json!([])),
        ("shipping_lines_override", json!([])),
        ("updated_at", stamp.into()),
        ("zip", Value::Null),
    ])
}

fn create(state: &mut State, asked: &CheckedRequest) -> Ruling {
    let (customer, _) = named(state, TableName::Customers, asked.body, "customer_id")?;
    let id = state.next_id(TableName::Addresses);
    let currency = record::text(&state.store, "currency").to_owned();
    let mut address = blank(id, customer, &currency, &asked.stamp());
    fill(state, asked, &mut address)?;
    state.create(TableName::Addresses, id, &address);
    Ok(Outcome::One(address))
}

fn change(state: &mut State, asked: &CheckedRequest) -> Ruling {
    let (id, mut address) = target(state, TableName::Addresses, asked)?;
    if asked.body.contains_key("country_code")
        && given(asked.body, "country_code") != given(&address, "country_code")
        && !asked.body.contains_key("zip")
    {
        return Err(Refusal::invalid("zip", "a new country needs its zip code"));
    }
    let before = charges::discount_ids(&address);
    fill(state, asked, &mut address)?;
    let after = charges::discount_ids(&address);
    state.change(TableName::Addresses, id, &address, "updated");
    for discount in before
        .into_iter()
        .filter(|discount| !after.contains(discount))
    {
        charges::strip(state, asked.now, id, discount);
    }
    regeneration::follow_address(state, id, asked.now);
    if asked.body.contains_key("payment_method_id") {
        let customer = record::id(&address, "customer_id").unwrap_or(0);
        queue::bill_anew(state, customer, asked.now);
    }
    Ok(Outcome::One(address))
}

/// The fields of the body, with its references resolved.
fn fill(state: &State, asked: &CheckedRequest, address: &mut Record) -> Result<(), Refusal> {
    items::check_pairs(asked.body, "order_attributes")?;
    check_overrides(asked.body)?;
    currencies::check(asked.body, "presentment_currency")?;
    let overridden = given(address, OVERRIDE);
    update(asked, address);
    // What is already there may be older than the rules.
    if catalog::recharge::ADDRESS_PARTS
        .iter()
        .any(|part| asked.body.contains_key(*part))
    {
        let mut faults = FieldErrors::default();
        postal::check(address, "", &mut faults);
        faults.check()?;
    }
    if asked.body.contains_key("discounts") {
        let discounts = discounts(state, asked, address)?;
        record::set(address, "discounts", discounts);
    }
    let is_empty = |lines: &Value| lines.as_array().is_none_or(Vec::is_empty);
    if is_empty(&given(address, OVERRIDE)) {
        record::set(address, OVERRIDE, Vec::<Value>::new());
        if !is_empty(&overridden) {
            record::set(address, "shipping_lines_conserved", overridden);
        }
    }
    if let Some(id) = record::id(asked.body, "payment_method_id") {
        let (_, method) = existing(state, TableName::PaymentMethods, id, "payment_method_id")?;
        if record::id(&method, "customer_id") != record::id(address, "customer_id") {
            return Err(Refusal::invalid(
                "payment_method_id",
                "belongs to another customer",
            ));
        }
    }
    Ok(())
}

/// Shipping lines that override rates have a price that can be charged.
fn check_overrides(body: &Record) -> Result<(), Refusal> {
    let mut faults = FieldErrors::default();
    for (place, line) in record::list(body, OVERRIDE).iter().enumerate() {
        let price = line.get("price");
        if price
            .and_then(Cents::of)
            .is_none_or(|price| price < Cents(0))
        {
            faults.add(&format!("{OVERRIDE}.{place}.price"), "Not a valid amount.");
        }
    }
    faults.check()
}

/// Discounts given by number or by code, as addresses carry them. What the
/// address carries already may stay, whatever has become of it.
fn discounts(
    state: &State,
    asked: &CheckedRequest,
    address: &Record,
) -> Result<Vec<Value>, Refusal> {
    let address_id = record::id(address, "id");
    let before = state.get(TableName::Addresses, address_id.unwrap_or(0));
    let carried = before.map_or_else(Vec::new, |one| charges::discount_ids(&one));
    let place = redeeming::Use {
        now: asked.now,
        customer: record::id(address, "customer_id"),
        address: address_id,
        items: None,
    };
    let (mut found, mut taken) = (Vec::new(), Vec::new());
    for one in record::list(asked.body, "discounts") {
        let by_id = one.get("id").and_then(record::as_id);
        let by_code = one.get("code").and_then(Value::as_str).unwrap_or_default();
        let discount = match by_id {
            Some(id) => state
                .get(TableName::Discounts, id)
                .map(|discount| (id, discount)),
            None => state.table(TableName::Discounts).find_one("code", by_code),
        };
        let Some((id, discount)) = discount else {
            return Err(Refusal::invalid(
                "discounts",
                format!("{one} does not exist"),
            ));
        };
        let obstacle = redeeming::obstacle(state, id, &discount, &place);
        if let Some(obstacle) = obstacle.filter(|_| !carried.contains(&id)) {
            return Err(Refusal::invalid("discounts", format!("{id}: {obstacle}")));
        }
        // Named twice, a discount still counts once.
        if !taken.contains(&id) {
            taken.push(id);
            found.push(totals::applied(id, &discount));
        }
    }
    Ok(found)
}

fn delete(state: &mut State, asked: &CheckedRequest) -> Ruling {
    let (id, _) = target(state, TableName::Addresses, asked)?;
    let subscriptions = state.all(TableName::Subscriptions, "address_id", id);
    if subscriptions
        .iter()
        .any(|(_, one)| record::text(one, "status") == "active")
    {
        return Err(Refusal::invalid(
            "subscriptions",
            "Address has active subscriptions",
        ));
    }
    removal::remove(state, asked, id);
    Ok(Outcome::Nothing)
}

/// The address of who receives a gift, under the customer who gives it.
pub(super) fn of_recipient(
    state: &mut State,
    asked: &CheckedRequest,
    customer: u64,
) -> Result<u64, Refusal> {
    let recipient = asked
        .body
        .get("recipient_address")
        .and_then(Value::as_object);
    let recipient = recipient.cloned().unwrap_or_default();
    let mut faults = FieldErrors::default();
    postal::check(&recipient, "recipient_address.", &mut faults);
    faults.check()?;
    let id = state.next_id(TableName::Addresses);
    let currency = record::text(&state.store, "currency").to_owned();
    let mut address = blank(id, customer, &currency, &asked.stamp());
    for (name, value) in &recipient {
        if let Some(place) = address
            .get_mut(name)
            .filter(|_| !matches!(name.as_str(), "id" | "customer_id"))
        {
            *place = value.clone();
        }
    }
    state.create(TableName::Addresses, id, &address);
    Ok(id)
}
