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

use super::totals;
use crate::catalog;
use crate::sandbox::moment;
use crate::sandbox::money::Cents;
use crate::sandbox::record::{self, Record};
use crate::sandbox::state::{QUIETLY, State};
use crate::sandbox::tables::Name;

/// What a charge is built from.
pub(in crate::sandbox) struct Parts<'a> {
    pub(in crate::sandbox) id: u64,
    pub(in crate::sandbox) address_id: u64,
    pub(in crate::sandbox) address: &'a Record,
    pub(in crate::sandbox) customer: &'a Record,
    pub(in crate::sandbox) billing: Value,
    pub(in crate::sandbox) items: Vec<Value>,
    pub(in crate::sandbox) day: Date,
    pub(in crate::sandbox) now: Timestamp,
    pub(in crate::sandbox) kind: &'static str,
}

/// Makes the queued charges of an address anew.
pub(in crate::sandbox) fn refresh(state: &mut State, address_id: u64, now: Timestamp) {
    refresh_merging(state, address_id, now, None);
}

/// As [`refresh`]; a charge on the merged day that something joins is made
/// anew, with a new number, as the reference says of equal charge dates.
pub(super) fn refresh_merging(
    state: &mut State,
    address_id: u64,
    now: Timestamp,
    merged: Option<Date>,
) {
    let Some(address) = state.get(Name::Addresses, address_id) else {
        drop_all(state, address_id);
        return;
    };
    let mut wanted = due(state, address_id);
    let mut kept: Vec<Date> = Vec::new();
    for (id, charge) in open_charges(state, address_id) {
        let day = moment::parse_day(record::text(&charge, "scheduled_at")).unwrap_or(Date::MIN);
        let Some(items) = wanted.get(&day).filter(|_| !kept.contains(&day)) else {
            state.delete(Name::Charges, id);
            continue;
        };
        let joined = items.len() > record::list(&charge, "line_items").len();
        if merged == Some(day) && joined {
            state.delete(Name::Charges, id);
            continue;
        }
        kept.push(day);
        renew(state, id, charge, &address, items.clone(), now);
    }
    wanted.retain(|day, _| !kept.contains(day));
    for (day, items) in wanted {
        open(state, address_id, &address, items, day, now);
    }
    mark(state, address_id);
}

/// Charges that still wait for money: they follow the subscriptions.
pub(super) fn open_charges(state: &State, address_id: u64) -> Vec<(u64, Record)> {
    let open = ["queued", "error"];
    state.all_in(Name::Charges, "address_id", address_id, &open)
}

fn drop_all(state: &mut State, address_id: u64) {
    for (id, _) in open_charges(state, address_id) {
        state.delete(Name::Charges, id);
    }
}

/// Line items by the day on which they fall due.
fn due(state: &State, address_id: u64) -> BTreeMap<Date, Vec<Value>> {
    let mut days: BTreeMap<Date, Vec<Value>> = BTreeMap::new();
    for (id, one) in state.all(Name::Subscriptions, "address_id", address_id) {
        if record::text(&one, "status") == "active"
            && let Some(day) = next_day(&one)
        {
            days.entry(day)
                .or_default()
                .push(line_item(state, "subscription", id, &one));
        }
    }
    for (id, one) in state.all(Name::Onetimes, "address_id", address_id) {
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
    moment::parse_day(record::text(item, "next_charge_scheduled_at"))
}

/// Brings an open charge up to date. A charge that changes loses the discounts
/// that were put on it alone; those of the address stay.
fn renew(
    state: &mut State,
    id: u64,
    mut charge: Record,
    address: &Record,
    items: Vec<Value>,
    now: Timestamp,
) {
    let shipping = shipping_address(address);
    let same = record::list(&charge, "line_items") == items
        && charge.get("shipping_address") == Some(&shipping)
        && charge.get("shipping_lines") == Some(&shipping_lines(address))
        && has_discounts_of(&charge, address);
    if same {
        return;
    }
    record::set(&mut charge, "line_items", items);
    record::set(&mut charge, "shipping_address", shipping);
    record::set(&mut charge, "shipping_lines", shipping_lines(address));
    record::set(&mut charge, "discounts", given_discounts(address));
    record::set(
        &mut charge,
        "order_attributes",
        field(address, "order_attributes"),
    );
    record::set(&mut charge, "note", field(address, "order_note"));
    record::set(&mut charge, "updated_at", moment::stamp(now));
    totals::settle(state, &mut charge);
    state.change(Name::Charges, id, &charge, "updated");
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
    let customer = state.get(Name::Customers, customer_id).unwrap_or_default();
    let billing = billing_address(state, address);
    let id = state.next_id(Name::Charges);
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
    state.create(Name::Charges, id, &charge);
}

/// Subscriptions know whether a charge waits for them.
fn mark(state: &mut State, address_id: u64) {
    for (id, mut one) in state.all(Name::Subscriptions, "address_id", address_id) {
        let queued = record::text(&one, "status") == "active" && next_day(&one).is_some();
        record::set(&mut one, "has_queued_charges", queued);
        state.change(Name::Subscriptions, id, &one, QUIETLY);
    }
}

/// The record of a queued charge; its totals are still to be settled.
pub(in crate::sandbox) fn build(parts: Parts) -> Record {
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
        ("created_at", moment::stamp(parts.now).into()),
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
        ("note", field(address, "order_note")),
        ("order_attributes", field(address, "order_attributes")),
        ("orders_count", 0.into()),
        ("payment_processor", "stripe".into()),
        ("processed_at", Value::Null),
        ("retry_date", Value::Null),
        ("scheduled_at", moment::day_text(parts.day).into()),
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
        ("total_line_items_price", "0.00".into()),
        ("total_price", "0.00".into()),
        ("total_refunds", "0.00".into()),
        ("total_tax", "0.00".into()),
        ("total_weight_grams", 0.into()),
        ("type", parts.kind.into()),
        ("updated_at", moment::stamp(parts.now).into()),
    ])
}

fn field(record: &Record, name: &str) -> Value {
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
pub(in crate::sandbox) fn shipping_address(address: &Record) -> Value {
    catalog::ADDRESS_PARTS
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
    let own =
        record::id(address, "payment_method_id").and_then(|id| state.get(Name::PaymentMethods, id));
    own.or_else(|| {
        let customer = record::id(address, "customer_id")?;
        let methods = state.all(Name::PaymentMethods, "customer_id", customer);
        methods
            .into_iter()
            .map(|(_, method)| method)
            .find(|one| record::flag(one, "default"))
    })
}

/// A line of a charge for a subscription or a one-time item.
pub(in crate::sandbox) fn line_item(state: &State, kind: &str, id: u64, item: &Record) -> Value {
    let product = record::text(item, "external_product_id.ecommerce");
    let product = state
        .table(Name::Products)
        .find_one("external_product_id", product)
        .map_or_else(Record::new, |(_, product)| product);
    line(kind, id, item, &product)
}

/// As [`line_item`], where the product is at hand.
pub(in crate::sandbox) fn line(kind: &str, id: u64, item: &Record, product: &Record) -> Value {
    let price = totals::amount(item, "price");
    let quantity = record::number(item, "quantity").unwrap_or(1);
    let images = record::list(product, "images")
        .first()
        .cloned()
        .unwrap_or_else(|| json!({}));
    let title = record::text(item, "product_title");
    Value::Object(record::fields([
        ("purchase_item_id", id.into()),
        ("external_product_id", field(item, "external_product_id")),
        ("external_variant_id", field(item, "external_variant_id")),
        ("grams", grams(product).into()),
        ("handle", handle(title).into()),
        ("images", images),
        ("original_price", price.into()),
        ("properties", field(item, "properties")),
        ("purchase_item_type", kind.into()),
        ("quantity", quantity.into()),
        ("sku", field(item, "sku")),
        ("tax_due", "0.00".into()),
        ("tax_lines", json!([])),
        ("taxable", false.into()),
        ("taxable_amount", "0.00".into()),
        ("title", title.into()),
        ("total_price", price.times(quantity).into()),
        ("unit_price", price.into()),
        ("unit_price_includes_tax", false.into()),
        ("variant_title", field(item, "variant_title")),
    ]))
}

fn grams(product: &Record) -> i64 {
    record::list(product, "variants")
        .first()
        .and_then(|variant| Cents::of(variant.pointer("/dimensions/weight")?))
        .map_or(0, |weight| weight.0 / 100)
}

/// The name of a product in addresses of the shop.
pub(in crate::sandbox) fn handle(title: &str) -> String {
    let words: Vec<String> = title
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join("-")
}
