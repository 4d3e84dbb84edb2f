//! Carts: what is in a checkout, what shipping it costs, what is taken off.

use serde_json::{Map, Value, json};

use super::{given, products, totals, update};
use crate::sandbox::Asked;
use crate::sandbox::moment::{Interval, Unit};
use crate::sandbox::money::Cents;
use crate::sandbox::record::{self, Record};
use crate::sandbox::refusal::{Faults, Refusal};
use crate::sandbox::state::State;
use crate::sandbox::tables::Name;

pub(super) fn fill(state: &State, asked: &Asked, checkout: &mut Record) -> Result<(), Refusal> {
    let old = given(checkout, "line_items");
    update(asked, checkout);
    record::set(checkout, "line_items", old);
    if asked.body.contains_key("line_items") {
        let lines = lines(state, record::list(asked.body, "line_items"))?;
        record::set(checkout, "line_items", lines);
    }
    let rates = rates(checkout);
    record::set(
        checkout,
        "available_shipping_rates",
        rates.into_iter().map(Value::Object).collect::<Vec<_>>(),
    );
    if asked.body.contains_key("applied_shipping_rate") {
        choose_rate(checkout)?;
    }
    apply_discounts(state, asked, checkout);
    settle(checkout);
    Ok(())
}

/// Items with what the catalogue knows of them.
fn lines(state: &State, wanted: &[Value]) -> Result<Vec<Value>, Refusal> {
    let mut faults = Faults::default();
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
pub(in crate::sandbox) fn line(state: &State, item: &Map<String, Value>) -> Value {
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

/// The chosen rate is one of those available, or brings its own price.
fn choose_rate(checkout: &mut Record) -> Result<(), Refusal> {
    let wanted = given(checkout, "applied_shipping_rate");
    let by = |field: &str| wanted.get(field).and_then(Value::as_str);
    let known = record::list(checkout, "available_shipping_rates")
        .iter()
        .find(|rate| {
            ["handle", "code"].iter().any(|field| {
                by(field).is_some_and(|name| rate.get(*field).and_then(Value::as_str) == Some(name))
            })
        });
    let rate = match known {
        Some(rate) => rate.clone(),
        None if wanted.get("price").and_then(Cents::of).is_some() => wanted.clone(),
        None if wanted.is_null() => Value::Null,
        None => {
            return Err(Refusal::invalid(
                "applied_shipping_rate",
                "is not available",
            ));
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
fn apply_discounts(state: &State, asked: &Asked, checkout: &mut Record) {
    let codes: Vec<String> =
        if let Some(code) = asked.body.get("discount_code").and_then(Value::as_str) {
            vec![code.to_owned()]
        } else {
            let applied = record::list(checkout, "applied_discounts").iter();
            applied
                .filter_map(|one| one.get("discount_code")?.as_str().map(str::to_owned))
                .collect()
        };
    let goods = goods_total(checkout);
    let applied: Vec<Value> = codes
        .iter()
        .map(|code| applied_discount(state, code, goods))
        .collect();
    record::set(checkout, "applied_discount", applied.first().cloned());
    record::set(checkout, "applied_discounts", applied);
}

fn applied_discount(state: &State, code: &str, goods: Cents) -> Value {
    let found = state.table(Name::Discounts).find_one("code", code);
    let usable = found.filter(|(_, discount)| {
        record::text(discount, "status") == "enabled"
            && goods >= totals::amount(discount, "prerequisite_subtotal_min")
    });
    let discount = usable.as_ref().map(|(_, discount)| discount);
    let value = discount.map_or(Cents(0), |discount| totals::amount(discount, "value"));
    let kind = discount.map(|discount| record::text(discount, "value_type"));
    let amount = match kind {
        Some("percentage") => goods.percent(value),
        Some("fixed_amount") => value.min(goods),
        _ => Cents(0),
    };
    json!({
        "amount": amount,
        "applicable": discount.is_some(),
        "discount_code": code,
        "non_redeemable_reason": if discount.is_some() { Value::Null } else { json!("not found or not enabled") },
        "value": value,
        "value_type": kind,
    })
}

fn goods_total(checkout: &Record) -> Cents {
    let lines = record::list(checkout, "line_items").iter();
    lines
        .filter_map(|line| Cents::of(line.get("total_price")?))
        .sum()
}

/// Sets the totals of a checkout from what it holds.
pub(in crate::sandbox) fn settle(checkout: &mut Record) {
    let sum = |field: &str, part: &str| -> Cents {
        record::list(checkout, field)
            .iter()
            .filter_map(|one| Cents::of(one.get(part)?))
            .sum()
    };
    let goods = goods_total(checkout);
    let off = sum("applied_discounts", "amount").min(goods);
    let shipping = sum("shipping_lines", "price");
    record::set(checkout, "subtotal_price", goods - off);
    record::set(checkout, "total_price", goods - off + shipping);
}
