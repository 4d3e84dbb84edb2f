//! Purchases: what comes into being when a checkout is paid.

use serde_json::{Value, json};

use super::{
    Ruling, carts, customers, given, lines, orders, processing, queue, redeeming, subscriptions,
    totals,
};
use crate::requests::checked_request::CheckedRequest;
use crate::requests::checked_request::Outcome;
use crate::requests::refusal::FieldErrors;
use crate::requests::refusal::Refusal;
use crate::storage::state::{QUIETLY, State};
use crate::storage::tables::TableName;
use crate::values::money::Cents;
use crate::values::record::{self, Record};
use crate::values::time::{self, Unit};

/// Pays: the customer, the address, the subscriptions, a charge that succeeded
/// and its order come into being.
pub(super) fn process(
    state: &mut State,
    asked: &CheckedRequest,
    id: u64,
    mut checkout: Record,
) -> Ruling {
    check_open(&checkout)?;
    let mut faults = FieldErrors::default();
    for needed in ["email", "shipping_address"] {
        if record::is_nothing(checkout.get(needed)) {
            faults.add(needed, "Field may not be null.");
        }
    }
    faults.check()?;
    carts::check_destination(&checkout, false)?;
    // A discount may have ended since it was put in.
    carts::reckon(state, asked, &mut checkout);
    let customer = buyer(state, asked, &checkout);
    let address = destination(state, asked, &checkout, customer);
    pay_with(state, asked, &checkout, customer, address);
    let charge = charge(state, asked, &checkout, customer, address);
    customers::recount(state, customer);
    customers::note_payment_methods(state, customer);
    carry_on(state, &checkout, address);
    queue::refresh(state, address, asked.now);
    record::set(&mut checkout, "charge_id", charge);
    record::set(&mut checkout, "completed_at", asked.stamp());
    record::set(
        &mut checkout,
        "payment_processor",
        given(asked.body, "payment_processor"),
    );
    super::touch(asked, &mut checkout);
    state.change(TableName::Checkouts, id, &checkout, "processed");
    let charge = state.get(TableName::Charges, charge).unwrap_or_default();
    customers::note_paid(state, customer, &charge, asked.now);
    let free = totals::amount(&checkout, "total_price") == Cents(0);
    Ok(Outcome::One(paid(asked, &charge, customer, free)))
}

fn paid(asked: &CheckedRequest, charge: &Record, customer: u64, free: bool) -> Record {
    let kind = asked
        .body
        .get("payment_type")
        .cloned()
        .unwrap_or_else(|| json!("CREDIT_CARD"));
    record::object(json!({
        "authorization_token": null,
        "charge_id": given(charge, "id"),
        "free": free,
        "payment_processor": given(asked.body, "payment_processor"),
        "processor_customer_token": format!("cus_{customer:x}"),
        "processor_payment_method_token": format!("pm_{customer:x}"),
        "payment_processor_transaction_id": record::text(charge, "external_transaction_id.payment_processor"),
        "payment_token": given(asked.body, "payment_token"),
        "payment_type": kind,
        "status": "successful",
    }))
}

/// The customer of that email, or a new one.
fn buyer(state: &mut State, asked: &CheckedRequest, checkout: &Record) -> u64 {
    let email = record::text(checkout, "email").to_owned();
    if let Some((id, _)) = state.table(TableName::Customers).find_one("email", &email) {
        return id;
    }
    let id = state.next_id(TableName::Customers);
    let mut customer = customers::blank(id, &asked.stamp());
    record::set(&mut customer, "email", email);
    let address = checkout.get("shipping_address").and_then(Value::as_object);
    for part in ["first_name", "last_name", "phone"] {
        let value = address.and_then(|address| address.get(part)).cloned();
        record::set(&mut customer, part, value);
    }
    state.create(TableName::Customers, id, &customer);
    id
}

fn destination(state: &mut State, asked: &CheckedRequest, checkout: &Record, customer: u64) -> u64 {
    let id = state.next_id(TableName::Addresses);
    let currency = record::text(checkout, "currency");
    let mut address = super::addresses::blank(id, customer, currency, &asked.stamp());
    let parts = checkout.get("shipping_address").and_then(Value::as_object);
    for (part, value) in parts.into_iter().flatten() {
        if let Some(place) = address
            .get_mut(part)
            .filter(|_| !matches!(part.as_str(), "id" | "customer_id"))
        {
            *place = value.clone();
        }
    }
    state.create(TableName::Addresses, id, &address);
    id
}

fn pay_with(
    state: &mut State,
    asked: &CheckedRequest,
    checkout: &Record,
    customer: u64,
    address: u64,
) {
    let alone = state
        .table(TableName::PaymentMethods)
        .find("customer_id", customer)
        .is_empty();
    let id = state.next_id(TableName::PaymentMethods);
    let mut method = super::payment_methods::blank(id, customer, &asked.stamp());
    let billing = match given(checkout, "billing_address") {
        Value::Null => given(checkout, "shipping_address"),
        billing => billing,
    };
    record::set(&mut method, "billing_address", billing);
    record::set(&mut method, "default", alone);
    record::set(
        &mut method,
        "processor_name",
        given(asked.body, "payment_processor"),
    );
    record::set(
        &mut method,
        "processor_customer_token",
        format!("cus_{customer:x}"),
    );
    record::set(
        &mut method,
        "processor_payment_method_token",
        format!("pm_{customer:x}"),
    );
    if let Some(kind) = asked.body.get("payment_type") {
        record::set(&mut method, "payment_type", kind.clone());
    }
    state.create(TableName::PaymentMethods, id, &method);
    if let Some(mut record) = state.get(TableName::Addresses, address) {
        record::set(&mut record, "payment_method_id", id);
        state.change(TableName::Addresses, address, &record, QUIETLY);
    }
}

/// The discounts that a checkout had, as charges and addresses carry them.
fn redeemed(state: &State, checkout: &Record) -> Vec<Value> {
    let applied = record::list(checkout, "applied_discounts").iter();
    applied
        .filter(|one| one.get("applicable") == Some(&json!(true)))
        .filter_map(|one| one.get("discount_code")?.as_str())
        .filter_map(|code| state.table(TableName::Discounts).find_one("code", code))
        .map(|(id, discount)| totals::applied(id, &discount))
        .collect()
}

/// Discounts that hold for later charges too go on the address.
fn carry_on(state: &mut State, checkout: &Record, address: u64) {
    let mut discounts = redeemed(state, checkout);
    discounts.retain(|one| {
        let id = one.get("id").and_then(record::as_id).unwrap_or(0);
        let discount = state.get(TableName::Discounts, id).unwrap_or_default();
        redeeming::subsequent(&discount) != Some(0)
    });
    if let Some(mut record) = state.get(TableName::Addresses, address) {
        record::set(&mut record, "discounts", discounts);
        state.change(TableName::Addresses, address, &record, QUIETLY);
    }
}

/// The charge of a checkout, its order, and the subscriptions that begin.
fn charge(
    state: &mut State,
    asked: &CheckedRequest,
    checkout: &Record,
    customer: u64,
    address: u64,
) -> u64 {
    let mut items = Vec::new();
    for line in record::list(checkout, "line_items")
        .iter()
        .filter_map(Value::as_object)
    {
        items.push(begin(state, asked, line, customer, address));
    }
    let numbers: Vec<u64> = items
        .iter()
        .filter_map(|item| record::as_id(item.get("purchase_item_id")?))
        .collect();
    let id = state.next_id(TableName::Charges);
    let customer = state
        .get(TableName::Customers, customer)
        .unwrap_or_default();
    let place = state.get(TableName::Addresses, address).unwrap_or_default();
    let mut charge = queue::build(queue::Parts {
        id,
        address_id: address,
        address: &place,
        customer: &customer,
        billing: given(checkout, "billing_address"),
        items,
        day: asked.today(),
        now: asked.now,
        kind: "checkout",
    });
    let shipping = record::list(checkout, "shipping_lines").to_vec();
    record::set(&mut charge, "shipping_lines", shipping);
    record::set(
        &mut charge,
        "payment_processor",
        given(asked.body, "payment_processor"),
    );
    record::set(&mut charge, "discounts", redeemed(state, checkout));
    processing::mark_paid(&mut charge, id, asked.now);
    totals::settle(state, &mut charge);
    record::set(&mut charge, "orders_count", 1);
    state.create(TableName::Charges, id, &charge);
    let slot = orders::Slot {
        day: asked.today(),
        items: numbers,
        prepaid: false,
        sent: Some(asked.now),
    };
    let order = state.next_id(TableName::Orders);
    let record = orders::of_charge(state, order, &charge, &slot);
    state.create(TableName::Orders, order, &record);
    id
}

/// An item of the cart becomes a subscription or a one-time item.
fn begin(
    state: &mut State,
    asked: &CheckedRequest,
    line: &Record,
    customer: u64,
    address: u64,
) -> Value {
    let step = line
        .get("subscription_preferences")
        .and_then(Value::as_object)
        .and_then(carts::every);
    let table = if step.is_some() {
        TableName::Subscriptions
    } else {
        TableName::Onetimes
    };
    let id = state.next_id(table);
    let stamp = asked.stamp();
    let mut item = match step {
        Some(_) => subscriptions::blank(id, address, customer, &stamp),
        None => super::onetimes::blank(id, address, customer, &stamp),
    };
    for field in [
        "external_product_id",
        "external_variant_id",
        "properties",
        "quantity",
        "sku",
        "variant_title",
    ] {
        record::set(&mut item, field, given(line, field));
    }
    record::set(&mut item, "product_title", given(line, "title"));
    record::set(&mut item, "price", given(line, "unit_price"));
    if let Some(step) = step {
        let unit = match step.unit {
            Unit::Day => "day",
            Unit::Week => "week",
            Unit::Month => "month",
        };
        record::set(&mut item, "charge_interval_frequency", step.count);
        record::set(&mut item, "order_interval_frequency", step.count);
        record::set(&mut item, "order_interval_unit", unit);
        let next = step.after(asked.today());
        record::set(&mut item, "next_charge_scheduled_at", time::day_text(next));
    }
    state.create(table, id, &item);
    lines::line_item(
        state,
        if step.is_some() {
            "subscription"
        } else {
            "onetime"
        },
        id,
        &item,
    )
}

/// Refuses a checkout that was processed.
pub(super) fn check_open(checkout: &Record) -> Result<(), Refusal> {
    if record::is_nothing(checkout.get("completed_at")) {
        Ok(())
    } else {
        Err(Refusal::invalid("token", "the checkout has been processed"))
    }
}
