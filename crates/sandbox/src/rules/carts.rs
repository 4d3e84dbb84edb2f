//! Carts: what is in a checkout, what shipping it costs, what is taken off.

use serde_json::{Map, Value, json};

use super::{currencies, given, products, redeeming, totals, update};
use crate::requests::checked_request::CheckedRequest;
use crate::requests::refusal::{FieldErrors, Refusal};
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::money::Cents;
use crate::values::record::{self, Record};
use crate::values::time::{Interval, Unit};

/// Puts in what was asked for, and reckons what follows from it.
pub(super) fn fill(
    state: &State,
    asked: &CheckedRequest,
    checkout: &mut Record,
) -> Result<(), Refusal> {
    currencies::check(asked.body, "currency")?;
    let old = given(checkout, "line_items");
    let rate = given(checkout, "applied_shipping_rate");
    update(asked, checkout);
    record::set(checkout, "line_items", old);
    record::set(checkout, "applied_shipping_rate", rate);
    if asked.body.contains_key("line_items") {
        let lines = lines(state, record::list(asked.body, "line_items"))?;
        record::set(checkout, "line_items", lines);
    }
    check_destination(checkout, record::flag(asked.body, "partial_shipping"))?;
    settle(checkout);
    collect_rates(asked, checkout)?;
    if let Some(wanted) = asked.body.get("applied_shipping_rate") {
        choose_rate(asked, checkout, wanted)?;
    }
    reckon(state, asked, checkout);
    Ok(())
}

/// Discounts and totals, as things stand now.
pub(super) fn reckon(state: &State, asked: &CheckedRequest, checkout: &mut Record) {
    apply_discounts(state, asked, checkout);
    settle(checkout);
}

/// What a parcel needs to arrive; for a start, country and zip may do.
pub(super) fn check_destination(checkout: &Record, in_part: bool) -> Result<(), Refusal> {
    const PART: &[&str] = &["country_code", "zip"];
    const WHOLE: &[&str] = &["address1", "city", "first_name", "last_name"];
    let mut faults = FieldErrors::default();
    if let Some(address) = checkout.get("shipping_address").and_then(Value::as_object) {
        let rest = if in_part { &[] } else { WHOLE };
        for part in PART.iter().chain(rest) {
            if record::text(address, part).is_empty() {
                faults.add(
                    &format!("shipping_address.{part}"),
                    "Field may not be null.",
                );
            }
        }
    }
    faults.check()
}

/// Rates to choose from: those that the request brings, or, when it asks for
/// them, what shipping would cost. Else those that were there.
fn collect_rates(asked: &CheckedRequest, checkout: &mut Record) -> Result<(), Refusal> {
    let own = "custom_shipping_rate_options";
    if asked.body.contains_key(own) {
        let mut faults = FieldErrors::default();
        for (place, rate) in record::list(asked.body, own).iter().enumerate() {
            check_rate(rate, &format!("{own}.{place}"), &mut faults);
        }
        faults.check()?;
        let rates = given(asked.body, own);
        record::set(checkout, "available_shipping_rates", rates);
    } else if asked
        .asked_for("get_shipping_rates")
        .is_some_and(|text| matches!(text, "true" | "True" | "1"))
    {
        let rates: Vec<Value> = rates(checkout).into_iter().map(Value::Object).collect();
        record::set(checkout, "available_shipping_rates", rates);
    }
    Ok(())
}

/// A rate that the request brings itself says what it is and what it costs.
fn check_rate(rate: &Value, place: &str, faults: &mut FieldErrors) {
    for part in ["code", "title"] {
        if !rate.get(part).is_some_and(Value::is_string) {
            faults.add(&format!("{place}.{part}"), "Not a valid string.");
        }
    }
    let price = rate.get("price").and_then(Cents::of);
    if price.is_none_or(|price| price < Cents(0)) {
        faults.add(&format!("{place}.price"), "Not a valid amount.");
    }
}

/// Items with what the catalogue knows of them.
fn lines(state: &State, wanted: &[Value]) -> Result<Vec<Value>, Refusal> {
    let mut faults = FieldErrors::default();
    let mut lines = Vec::new();
    for (place, item) in wanted.iter().enumerate() {
        let mut item = item.as_object().cloned().unwrap_or_default();
        // Earlier names of the two numbers are taken too.
        for (old, new) in [
            ("variant_id", "external_variant_id"),
            ("product_id", "external_product_id"),
        ] {
            if let Some(number) = item.remove(old).and_then(|number| record::plain(&number)) {
                item.entry(new).or_insert(json!({"ecommerce": number}));
            }
        }
        if record::is_nothing(item.get("external_variant_id")) {
            faults.add(
                &format!("line_items.{place}.external_variant_id"),
                "Field may not be null.",
            );
        }
        if record::number(&item, "quantity").unwrap_or(0) < 1 {
            faults.add(
                &format!("line_items.{place}.quantity"),
                "must be at least 1",
            );
        }
        let mut line = line(state, &item);
        line["id"] = json!(place);
        lines.push(line);
    }
    if wanted.is_empty() {
        faults.add("line_items", "must hold at least one item");
    }
    faults.check()?;
    Ok(lines)
}

/// An item of a cart with what the catalogue knows of it.
pub(crate) fn line(state: &State, item: &Map<String, Value>) -> Value {
    let goods = products::goods(state, item);
    let mut known = Record::new();
    goods.describe(&mut known, None);
    let own = |field: &str| item.get(field).cloned().filter(|value| !value.is_null());
    let price = own("unit_price")
        .or_else(|| own("price"))
        .and_then(|price| Cents::of(&price));
    let price = price.unwrap_or_else(|| totals::amount(&known, "price"));
    let quantity = record::number(item, "quantity").unwrap_or(1);
    let recurring = item
        .get("subscription_preferences")
        .and_then(Value::as_object);
    let recurs = recurring.is_some_and(|preferences| every(preferences).is_some());
    json!({
        "id": 0,
        "external_inventory_policy": "decrement_obeying_policy",
        "external_product_id": known.get("external_product_id"),
        "external_variant_id": known.get("external_variant_id"),
        "handle": own("handle"),
        "images": own("images").unwrap_or_else(|| json!({})),
        "properties": own("properties").unwrap_or_else(|| json!([])),
        "purchase_item_type": if recurs { "subscription" } else { "onetime" },
        "quantity": quantity,
        "recurring_unit_price": price,
        "requires_shipping": true,
        "sku": own("sku").or_else(|| known.get("sku").cloned()),
        "subscription_preferences": own("subscription_preferences"),
        "tax_lines": [],
        "taxable": false,
        "title": own("title").or_else(|| known.get("product_title").cloned()),
        "total_price": price.times(quantity),
        "unit_price": price,
        "variant_title": known.get("variant_title"),
        "weight": 0,
        "weight_unit": "g",
    })
}

/// The interval of a recurring item, if it recurs.
pub(super) fn every(preferences: &Map<String, Value>) -> Option<Interval> {
    let count = [
        "charge_interval_frequency",
        "shipping_interval_frequency",
        "order_interval_frequency",
    ];
    let count = count
        .iter()
        .find_map(|name| record::number(preferences, name))
        .filter(|count| *count > 0)?;
    let units = ["interval_unit", "shipping_interval_unit_type"];
    let unit = units
        .iter()
        .map(|name| record::text(preferences, name))
        .find(|unit| !unit.is_empty());
    Some(Interval {
        count,
        unit: Unit::named(unit.unwrap_or("day")),
        day_of_month: None,
        day_of_week: None,
    })
}

/// What shipping would cost: nothing to ship it to, no rates.
pub(super) fn rates(checkout: &Record) -> Vec<Record> {
    if record::is_nothing(checkout.get("shipping_address")) {
        return Vec::new();
    }
    let subtotal = totals::amount(checkout, "subtotal_price");
    [("Standard", Cents(490)), ("Express", Cents(1190))]
        .into_iter()
        .map(|(name, price)| {
            record::object(json!({
                "checkout": {
                    "subtotal_price": subtotal,
                    "total_price": subtotal + price,
                    "total_tax": "0.00",
                },
                "code": name,
                "delivery_range": null,
                "description": null,
                "handle": format!("recharge-{name}-{price}"),
                "name": name,
                "phone_required": false,
                "price": price,
                "tax_lines": [],
                "title": name,
            }))
        })
        .collect()
}

/// The chosen rate is one of those that were collected. A later request may
/// bring one of its own instead.
fn choose_rate(
    asked: &CheckedRequest,
    checkout: &mut Record,
    wanted: &Value,
) -> Result<(), Refusal> {
    let field = "applied_shipping_rate";
    let named = |name: &str| wanted.get(name).filter(|value| !value.is_null());
    let known = record::list(checkout, "available_shipping_rates")
        .iter()
        .find(|rate| {
            let same = |name: &str| named(name).is_some() && named(name) == rate.get(name);
            same("handle") || same("code")
        });
    let rate = match known {
        Some(rate) => rate.clone(),
        None if wanted.is_null() => Value::Null,
        None if asked.row.operation.verb == "update" && named("price").is_some() => {
            let mut faults = FieldErrors::default();
            check_rate(wanted, field, &mut faults);
            faults.check()?;
            wanted.clone()
        }
        None => {
            let message = "is not among the available_shipping_rates: ask for get_shipping_rates";
            return Err(Refusal::invalid(field, message));
        }
    };
    let line = rate.is_object().then(|| {
        json!({
            "code": rate.get("code"),
            "price": rate.get("price").and_then(Cents::of),
            "tax_lines": [],
            "taxable": false,
            "title": rate.get("title"),
        })
    });
    record::set(checkout, "applied_shipping_rate", rate);
    record::set(
        checkout,
        "shipping_lines",
        line.into_iter().collect::<Vec<_>>(),
    );
    Ok(())
}

/// Codes that can be used take money off; others say why not.
fn apply_discounts(state: &State, asked: &CheckedRequest, checkout: &mut Record) {
    let codes: Vec<String> = if asked.body.contains_key("discount_code") {
        let code = record::text(asked.body, "discount_code");
        (!code.is_empty())
            .then(|| code.to_owned())
            .into_iter()
            .collect()
    } else {
        let applied = record::list(checkout, "applied_discounts").iter();
        applied
            .filter_map(|one| one.get("discount_code")?.as_str().map(str::to_owned))
            .collect()
    };
    let applied: Vec<Value> = codes
        .iter()
        .map(|code| applied_discount(state, asked, checkout, code))
        .collect();
    record::set(checkout, "applied_discount", applied.first().cloned());
    record::set(checkout, "applied_discounts", applied);
}

fn applied_discount(state: &State, asked: &CheckedRequest, checkout: &Record, code: &str) -> Value {
    let (customers, discounts) = (
        state.table(TableName::Customers),
        state.table(TableName::Discounts),
    );
    let items = record::list(checkout, "line_items");
    let customer = customers.find_one("email", record::text(checkout, "email"));
    let customer = customer.map(|(id, _)| id);
    let place = redeeming::Use {
        now: asked.now,
        customer,
        address: None,
        items: Some(items),
    };
    let found = discounts.find_one("code", code);
    let obstacle = match &found {
        Some((id, discount)) => redeeming::obstacle(state, *id, discount, &place),
        None => Some("no discount has this code"),
    };
    let discount = found
        .map(|(_, discount)| discount)
        .filter(|_| obstacle.is_none());
    let base = discount
        .as_ref()
        .and_then(|discount| redeeming::base(state, discount, customer, items))
        .unwrap_or_default();
    let value = discount
        .as_ref()
        .map_or(Cents(0), |discount| totals::amount(discount, "value"));
    let kind = discount
        .as_ref()
        .map(|discount| record::text(discount, "value_type"));
    let amount = match kind {
        Some("percentage") => base.percent(value),
        Some("fixed_amount") => value.min(base),
        Some("shipping") => shipping_total(checkout).percent(value),
        _ => Cents(0),
    };
    json!({
        "amount": amount,
        "applicable": discount.is_some(),
        "discount_code": code,
        "non_redeemable_reason": obstacle,
        "value": value,
        "value_type": kind,
    })
}

fn shipping_total(checkout: &Record) -> Cents {
    let lines = record::list(checkout, "shipping_lines").iter();
    lines.filter_map(|line| Cents::of(line.get("price")?)).sum()
}

fn goods_total(checkout: &Record) -> Cents {
    let lines = record::list(checkout, "line_items").iter();
    lines
        .filter_map(|line| Cents::of(line.get("total_price")?))
        .sum()
}

/// Sets the totals of a checkout from what it holds.
pub(crate) fn settle(checkout: &mut Record) {
    let off = |shipping: bool| -> Cents {
        let applied = record::list(checkout, "applied_discounts").iter();
        applied
            .filter(|one| (one.get("value_type") == Some(&json!("shipping"))) == shipping)
            .filter_map(|one| Cents::of(one.get("amount")?))
            .sum()
    };
    let (goods, shipping) = (goods_total(checkout), shipping_total(checkout));
    let subtotal = goods - off(false).min(goods);
    let total = subtotal + shipping - off(true).min(shipping);
    record::set(checkout, "subtotal_price", subtotal);
    record::set(checkout, "total_price", total);
}
