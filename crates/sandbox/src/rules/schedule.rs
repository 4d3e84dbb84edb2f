//! The delivery schedule: what a customer will receive in the time to come.

use std::collections::BTreeMap;

use jiff::Span;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::rhythm::{interval, next_after, remaining_charges};
use super::skipping::items_of;
use super::{Ruling, given, lines, queue, totals};
use crate::requests::checked_request::CheckedRequest;
use crate::requests::checked_request::Outcome;
use crate::requests::refusal::Refusal;
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::money::Cents;
use crate::values::record::{self, Record};
use crate::values::time;

/// How far ahead it looks, unless told.
const DAYS_USUALLY: i64 = 90;
/// How far ahead it looks at most.
const DAYS_AT_MOST: i64 = 365;

/// What is delivered together: an order that waits for its day, by its number,
/// or what a charge of an address will bring (order 0).
type DeliveryKey = (u64, u64);

/// Parcels by day; each contains line items.
type Days = BTreeMap<Date, BTreeMap<DeliveryKey, Vec<Value>>>;

pub(super) fn of_customer(
    state: &State,
    asked: &CheckedRequest,
    id: u64,
    customer: &Record,
) -> Ruling {
    let end = end(asked)?;
    let mut days = Days::new();
    for (id, one) in state.all(TableName::Subscriptions, "customer_id", id) {
        if record::text(&one, "status") == "active" {
            project(state, &mut days, id, &one, end);
        }
    }
    for (id, order) in state.all(TableName::Orders, "customer.id", id) {
        paid_ahead(state, &mut days, id, &order, end);
    }
    for (_, charge) in state.all_in(TableName::Charges, "customer.id", id, &["skipped"]) {
        skipped(state, &mut days, &charge, asked.today(), end);
    }
    for (id, one) in state.all(TableName::Onetimes, "customer_id", id) {
        if let Some(day) =
            queue::next_day(&one).filter(|day| *day <= end && !record::flag(&one, "is_cancelled"))
        {
            let address = record::id(&one, "address_id").unwrap_or(0);
            days.entry(day)
                .or_default()
                .entry((address, 0))
                .or_default()
                .push(line(state, "onetime", id, &one));
        }
    }
    let most = asked
        .asked_for("delivery_count_future")
        .and_then(|count| count.parse().ok())
        .unwrap_or(usize::MAX);
    let deliveries: Vec<Value> = days
        .into_iter()
        .take(most)
        .map(|(day, orders)| delivery(state, day, orders))
        .collect();
    Ok(Outcome::One(record::object(json!({
        "customer": {
            "id": id,
            "email": given(customer, "email"),
            "first_name": given(customer, "first_name"),
            "last_name": given(customer, "last_name"),
        },
        "deliveries": deliveries,
    }))))
}

/// The last day looked at: the narrowest of the limits.
fn end(asked: &CheckedRequest) -> Result<Date, Refusal> {
    let today = asked.today();
    let after = |days: i64| today.saturating_add(Span::new().days(days));
    let mut end = after(DAYS_AT_MOST);
    let mut told = false;
    if let Some(days) = asked
        .asked_for("future_interval")
        .and_then(|days| days.parse().ok())
    {
        if days > DAYS_AT_MOST {
            return Err(Refusal::invalid(
                "future_interval",
                format!("must not be more than {DAYS_AT_MOST}"),
            ));
        }
        end = end.min(after(days));
        told = true;
    }
    if let Some(day) = asked.asked_for("date_max").and_then(time::parse_day) {
        if day < today || day > after(DAYS_AT_MOST) {
            return Err(Refusal::invalid(
                "date_max",
                "must lie within the next 365 days",
            ));
        }
        end = end.min(day);
        told = true;
    }
    let counted = asked.asked_for("delivery_count_future").is_some();
    Ok(if told || counted {
        end
    } else {
        after(DAYS_USUALLY)
    })
}

/// Every delivery of a subscription until the end.
fn project(state: &State, days: &mut Days, id: u64, one: &Record, end: Date) {
    let address = record::id(one, "address_id").unwrap_or(0);
    let item = line(state, "subscription", id, one);
    let prepaid = record::flag(one, "is_prepaid");
    let mut next = queue::next_day(one);
    let mut left = remaining_charges(state, id, one).unwrap_or(u32::MAX);
    if prepaid {
        // Each charge pays for several deliveries.
        let charges = interval(one, "charge_interval_frequency").count;
        let orders = interval(one, "order_interval_frequency").count;
        let each = u32::try_from(charges / orders.max(1)).unwrap_or(1);
        left = left.saturating_mul(each.max(1));
    }
    while let Some(day) = next.filter(|day| *day <= end && left > 0) {
        left -= 1;
        days.entry(day)
            .or_default()
            .entry((address, 0))
            .or_default()
            .push(item.clone());
        next = Some(if prepaid {
            interval(one, "order_interval_frequency").after(day)
        } else {
            next_after(state, id, one, day)
        });
    }
}

/// A skipped charge shows its active subscriptions as skipped on its day.
fn skipped(state: &State, days: &mut Days, charge: &Record, today: Date, end: Date) {
    let day = time::parse_day(record::text(charge, "scheduled_at"));
    let Some(day) = day.filter(|day| (today..=end).contains(day)) else {
        return;
    };
    let address = record::id(charge, "address_id").unwrap_or(0);
    for id in items_of(charge) {
        let one = state.get(TableName::Subscriptions, id).unwrap_or_default();
        if record::text(&one, "status") != "active" {
            continue;
        }
        let mut item = line(state, "subscription", id, &one);
        if let Some(item) = item.as_object_mut() {
            record::set(item, "is_skipped", true);
        }
        let parcels = days.entry(day).or_default();
        parcels.entry((address, 0)).or_default().push(item);
    }
}

/// An order that is paid and waits for its day.
fn paid_ahead(state: &State, days: &mut Days, id: u64, order: &Record, end: Date) {
    let day = time::parse_day(record::text(order, "scheduled_at"));
    let Some(day) = day.filter(|day| *day <= end) else {
        return;
    };
    if record::text(order, "status") != "queued" {
        return;
    }
    let items = record::list(order, "line_items").iter();
    let items: Vec<Value> = items
        .filter_map(|item| {
            let item_id = record::as_id(item.get("purchase_item_id")?)?;
            let one = match state.get(TableName::Subscriptions, item_id) {
                Some(one) => one,
                // It was deleted; the order is paid and will be delivered.
                None => bought(item)?,
            };
            Some(line(state, "subscription", item_id, &one))
        })
        .collect();
    let address = record::id(order, "address_id").unwrap_or(0);
    if !items.is_empty() {
        let parcels = days.entry(day).or_default();
        parcels.insert((address, id), items);
    }
}

/// The item of an order line as a subscription would describe it.
fn bought(line: &Value) -> Option<Record> {
    let mut one = line.as_object()?.clone();
    for (field, of_line) in [("product_title", "title"), ("price", "unit_price")] {
        let value = given(&one, of_line);
        record::set(&mut one, field, value);
    }
    record::set(&mut one, "is_prepaid", true);
    record::set(&mut one, "is_skippable", false);
    Some(one)
}

fn line(state: &State, plan_type: &str, id: u64, one: &Record) -> Value {
    let line = lines::line_item(state, plan_type, id, one);
    let price = totals::amount(one, "price");
    let quantity = record::number(one, "quantity").unwrap_or(1);
    let of_line = |field: &str| line.get(field).cloned().unwrap_or(Value::Null);
    json!({
        "subscription_id": id,
        "external_product_id": given(one, "external_product_id"),
        "external_variant_id": given(one, "external_variant_id"),
        "images": of_line("images"),
        "is_skippable": one.get("is_skippable").is_none_or(|flag| flag == &json!(true)),
        "is_skipped": false,
        "is_prepaid": record::flag(one, "is_prepaid"),
        "original_price": price,
        "plan_type": plan_type,
        "product_title": given(one, "product_title"),
        "properties": given(one, "properties"),
        "quantity": quantity,
        "subtotal_price": price.times(quantity),
        "unit_price": price,
        "variant_title": given(one, "variant_title"),
    })
}

fn delivery(state: &State, day: Date, parcels: BTreeMap<DeliveryKey, Vec<Value>>) -> Value {
    let orders: Vec<Value> = parcels
        .into_iter()
        .map(|(parcel, items)| order(state, day, parcel, &items))
        .collect();
    json!({"date": time::day_text(day), "orders": orders})
}

fn order(state: &State, day: Date, parcel: DeliveryKey, items: &[Value]) -> Value {
    let (address_id, order_id) = parcel;
    let address = state
        .get(TableName::Addresses, address_id)
        .unwrap_or_default();
    let made = state.get(TableName::Orders, order_id);
    let charge = match &made {
        Some(order) => record::id(order, "charge.id"),
        None => queue::open_charges(state, address_id)
            .into_iter()
            .find(|(_, charge)| time::parse_day(record::text(charge, "scheduled_at")) == Some(day))
            .map(|(id, _)| id),
    };
    let subtotal: Cents = items
        .iter()
        .filter_map(|item| Cents::of(item.get("subtotal_price")?))
        .sum();
    let method = queue::payment_method(state, &address).map_or(Value::Null, |method| {
        json!({
            "id": given(&method, "id"),
            "billing_address": given(&method, "billing_address"),
            "payment_details": given(&method, "payment_details"),
        })
    });
    json!({
        "id": made.map(|_| order_id),
        "address_id": address_id,
        "charge_id": charge,
        "line_items": items,
        "order_subtotal": subtotal,
        "payment_method": method,
        "shipping_address": queue::shipping_address(&address),
    })
}
