//! Checkouts: carts on their way to payment, and what becomes of them.

use serde_json::{Map, Value, json};

use super::{
    Ruling, customers, given, orders, processing, products, queue, subscriptions, totals, update,
};
use crate::sandbox::moment::{self, Interval, Unit};
use crate::sandbox::money::Cents;
use crate::sandbox::record::{self, Record};
use crate::sandbox::refusal::{Faults, Refusal};
use crate::sandbox::state::State;
use crate::sandbox::tables::Name;
use crate::sandbox::{Asked, Outcome};

pub(super) fn act(verb: &str, state: &mut State, asked: &Asked) -> Ruling {
    if verb == "create" {
        return create(state, asked);
    }
    let found = state.table(Name::Checkouts).find_one("token", asked.hole());
    let (id, checkout) = found.ok_or_else(Refusal::not_found)?;
    match verb {
        "update" => change(state, asked, id, checkout),
        "process" => process(state, asked, id, checkout),
        "shipping_rates" => Ok(Outcome::Many(rates(&checkout))),
        _ => Err(super::unknown_verb()),
    }
}

/// A checkout with everything in its place and nothing chosen.
pub(in crate::sandbox) fn blank(token: &str, stamp: &str) -> Record {
    record::object(json!({
        "charge_id": null,
        "analytics_data": {"utm_params": []},
        "applied_discount": null,
        "applied_discounts": [],
        "applied_shipping_rate": null,
        "available_shipping_rates": [],
        "billing_address": null,
        "buyer_accepts_marketing": false,
        "completed_at": null,
        "created_at": stamp,
        "currency": "USD",
        "discount_code": null,
        "email": null,
        "external_checkout_id": null,
        "external_checkout_source": null,
        "external_customer_id": {"ecommerce": null, "payment_processor": null},
        "external_transaction_id": {"payment_processor": null},
        "line_items": [],
        "note": null,
        "notification_preferences": {"email": channel(), "sms": channel()},
        "order_attributes": [],
        "payment_processor": null,
        "payment_processor_customer_id": null,
        "payment_processor_transaction_id": null,
        "phone": null,
        "requires_shipping": true,
        "shipping_address": null,
        "shipping_address_validations": {
            "country_is_supported": true,
            "ups": false,
        },
        "shipping_line": null,
        "shipping_lines": [],
        "shipping_rate": null,
        "subtotal_price": "0.00",
        "tax_lines": [],
        "taxable": false,
        "taxes_included": false,
        "token": token,
        "total_price": "0.00",
        "total_tax": "0.00",
        "updated_at": stamp,
    }))
}

fn channel() -> Value {
    let open = json!({
        "last_opt_in_at": null,
        "last_opt_in_source": null,
        "last_opt_out_at": null,
        "last_opt_out_source": null,
        "status": "unspecified",
    });
    json!({"promotional": open, "replenishment": open, "transactional": open})
}

fn create(state: &mut State, asked: &Asked) -> Ruling {
    let id = state.next_id(Name::Checkouts);
    let token = format!(
        "{:032x}",
        u128::from(id).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
    );
    let mut checkout = blank(&token, &asked.stamp());
    record::set(&mut checkout, "currency", given(&state.store, "currency"));
    fill(state, asked, &mut checkout)?;
    state.create(Name::Checkouts, id, &checkout);
    Ok(Outcome::One(checkout))
}

fn change(state: &mut State, asked: &Asked, id: u64, mut checkout: Record) -> Ruling {
    check_open(&checkout)?;
    fill(state, asked, &mut checkout)?;
    state.change(Name::Checkouts, id, &checkout, "updated");
    Ok(Outcome::One(checkout))
}

fn check_open(checkout: &Record) -> Result<(), Refusal> {
    if record::is_nothing(checkout.get("completed_at")) {
        Ok(())
    } else {
        Err(Refusal::invalid("token", "the checkout has been processed"))
    }
}

fn fill(state: &State, asked: &Asked, checkout: &mut Record) -> Result<(), Refusal> {
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
fn every(preferences: &Map<String, Value>) -> Option<Interval> {
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
fn rates(checkout: &Record) -> Vec<Record> {
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

/// Pays: the customer, the address, the subscriptions, a charge that succeeded
/// and its order come into being.
fn process(state: &mut State, asked: &Asked, id: u64, mut checkout: Record) -> Ruling {
    check_open(&checkout)?;
    let mut faults = Faults::default();
    for needed in ["email", "shipping_address"] {
        if record::is_nothing(checkout.get(needed)) {
            faults.add(needed, "Field may not be null.");
        }
    }
    faults.check()?;
    let customer = buyer(state, asked, &checkout);
    let address = destination(state, asked, &checkout, customer);
    pay_with(state, asked, &checkout, customer, address);
    let charge = charge(state, asked, &checkout, customer, address);
    customers::recount(state, customer);
    customers::note_payment_methods(state, customer);
    queue::refresh(state, address, asked.now);
    record::set(&mut checkout, "charge_id", charge);
    record::set(&mut checkout, "completed_at", asked.stamp());
    record::set(
        &mut checkout,
        "payment_processor",
        given(asked.body, "payment_processor"),
    );
    super::touch(asked, &mut checkout);
    state.change(Name::Checkouts, id, &checkout, "processed");
    let charge = state.get(Name::Charges, charge).unwrap_or_default();
    let free = totals::amount(&checkout, "total_price") == Cents(0);
    Ok(Outcome::One(paid(asked, &charge, customer, free)))
}

fn paid(asked: &Asked, charge: &Record, customer: u64, free: bool) -> Record {
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
fn buyer(state: &mut State, asked: &Asked, checkout: &Record) -> u64 {
    let email = record::text(checkout, "email").to_owned();
    if let Some((id, _)) = state.table(Name::Customers).find_one("email", &email) {
        return id;
    }
    let id = state.next_id(Name::Customers);
    let mut customer = customers::blank(id, &asked.stamp());
    record::set(&mut customer, "email", email);
    let address = checkout.get("shipping_address").and_then(Value::as_object);
    for part in ["first_name", "last_name", "phone"] {
        let value = address.and_then(|address| address.get(part)).cloned();
        record::set(&mut customer, part, value);
    }
    state.create(Name::Customers, id, &customer);
    id
}

fn destination(state: &mut State, asked: &Asked, checkout: &Record, customer: u64) -> u64 {
    let id = state.next_id(Name::Addresses);
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
    state.create(Name::Addresses, id, &address);
    id
}

fn pay_with(state: &mut State, asked: &Asked, checkout: &Record, customer: u64, address: u64) {
    let alone = state
        .table(Name::PaymentMethods)
        .find("customer_id", customer)
        .is_empty();
    let id = state.next_id(Name::PaymentMethods);
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
    state.create(Name::PaymentMethods, id, &method);
    if let Some(mut record) = state.get(Name::Addresses, address) {
        record::set(&mut record, "payment_method_id", id);
        state.change(
            Name::Addresses,
            address,
            &record,
            crate::sandbox::state::QUIETLY,
        );
    }
}

/// The charge of a checkout, its order, and the subscriptions that begin.
fn charge(state: &mut State, asked: &Asked, checkout: &Record, customer: u64, address: u64) -> u64 {
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
    let id = state.next_id(Name::Charges);
    let customer = state.get(Name::Customers, customer).unwrap_or_default();
    let place = state.get(Name::Addresses, address).unwrap_or_default();
    let mut charge = queue::build(&queue::Parts {
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
    processing::mark_paid(&mut charge, id, asked.now);
    totals::settle(state, &mut charge);
    for total in ["subtotal_price", "total_price"] {
        record::set(&mut charge, total, given(checkout, total));
    }
    record::set(&mut charge, "orders_count", 1);
    state.create(Name::Charges, id, &charge);
    let slot = orders::Slot {
        day: asked.today(),
        items: numbers,
        prepaid: false,
        sent: Some(asked.now),
    };
    let order = state.next_id(Name::Orders);
    let record = orders::of_charge(state, order, &charge, &slot);
    state.create(Name::Orders, order, &record);
    id
}

/// An item of the cart becomes a subscription or a one-time item.
fn begin(state: &mut State, asked: &Asked, line: &Record, customer: u64, address: u64) -> Value {
    let step = line
        .get("subscription_preferences")
        .and_then(Value::as_object)
        .and_then(every);
    let table = if step.is_some() {
        Name::Subscriptions
    } else {
        Name::Onetimes
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
        record::set(
            &mut item,
            "next_charge_scheduled_at",
            moment::day_text(next),
        );
    }
    state.create(table, id, &item);
    queue::line_item(
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
