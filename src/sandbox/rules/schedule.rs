//! The delivery schedule: what a customer will receive in the time to come.

use std::collections::BTreeMap;

use jiff::Span;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::rhythm::{interval, next_after};
use super::{Ruling, given, lines, queue, totals};
use crate::sandbox::moment;
use crate::sandbox::money::Cents;
use crate::sandbox::record::{self, Record};
use crate::sandbox::refusal::Refusal;
use crate::sandbox::state::State;
use crate::sandbox::tables::Name;
use crate::sandbox::{Asked, Outcome};

/// How far ahead it looks, unless told.
const DAYS_USUALLY: i64 = 90;
/// How far ahead it looks at most.
const DAYS_AT_MOST: i64 = 365;

/// Orders by day and address; each holds line items.
type Days = BTreeMap<Date, BTreeMap<u64, Vec<Value>>>;

pub(super) fn of_customer(state: &State, asked: &Asked, id: u64, customer: &Record) -> Ruling {
    let end = end(asked)?;
    let mut days = Days::new();
    for (id, one) in state.all(Name::Subscriptions, "customer_id", id) {
        if record::text(&one, "status") == "active" {
            project(state, &mut days, id, &one, end);
        }
    }
    for (id, one) in state.all(Name::Onetimes, "customer_id", id) {
        if let Some(day) =
            queue::next_day(&one).filter(|day| *day <= end && !record::flag(&one, "is_cancelled"))
        {
            let address = record::id(&one, "address_id").unwrap_or(0);
            days.entry(day)
                .or_default()
                .entry(address)
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
fn end(asked: &Asked) -> Result<Date, Refusal> {
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
    if let Some(day) = asked.asked_for("date_max").and_then(moment::parse_day) {
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
    while let Some(day) = next.filter(|day| *day <= end) {
        days.entry(day)
            .or_default()
            .entry(address)
            .or_default()
            .push(item.clone());
        next = Some(if prepaid {
            interval(one, "order_interval_frequency").after(day)
        } else {
            next_after(state, id, one, day)
        });
    }
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

fn delivery(state: &State, day: Date, orders: BTreeMap<u64, Vec<Value>>) -> Value {
    let orders: Vec<Value> = orders
        .into_iter()
        .map(|(id, items)| order(state, day, id, &items))
        .collect();
    json!({"date": moment::day_text(day), "orders": orders})
}

fn order(state: &State, day: Date, address_id: u64, items: &[Value]) -> Value {
    let address = state.get(Name::Addresses, address_id).unwrap_or_default();
    let charge = queue::open_charges(state, address_id)
        .into_iter()
        .find(|(_, charge)| moment::parse_day(record::text(charge, "scheduled_at")) == Some(day))
        .map(|(id, _)| id);
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
        "id": null,
        "address_id": address_id,
        "charge_id": charge,
        "line_items": items,
        "order_subtotal": subtotal,
        "payment_method": method,
        "shipping_address": queue::shipping_address(&address),
    })
}
