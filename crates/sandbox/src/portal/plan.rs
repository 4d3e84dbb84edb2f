//! What the writes of the portal come to: requests to rules of 2021-11.
//!
//! Takes a visit, the values of a path and a body; returns requests. Whatever a
//! request names must belong to the customer. Nothing is changed here.

use jiff::Span;
use serde_json::{Value, json};

use super::objects::Visit;
use crate::combined::RuleRequest;
use crate::requests::refusal::Refusal;
use crate::storage::tables::TableName;
use crate::v2021_01::{self, BodyField, named, same};
use crate::values::record::{self, Record};
use crate::values::time;

/// A write that found its route.
pub(super) struct PortalWrite<'v, 'a> {
    pub(super) visit: &'v Visit<'a>,
    pub(super) holes: &'v [String],
    pub(super) body: &'v Record,
}

/// Requests to rules, and by which names a refusal speaks of fields.
pub(super) struct Plan {
    pub(super) requests: Vec<RuleRequest>,
    pub(super) fields: &'static [BodyField],
}

type Planned = Result<Plan, Refusal>;

const NO_FIELDS: &[BodyField] = &[];

/// The fields of a bill, which the portal writes with a prefix.
const BILL: &[BodyField] = &[
    named("billing_address1", "billing_address.address1"),
    named("billing_address2", "billing_address.address2"),
    named("billing_city", "billing_address.city"),
    named("billing_company", "billing_address.company"),
    named("billing_country", "billing_address.country_code").country(),
    named("billing_first_name", "billing_address.first_name"),
    named("billing_last_name", "billing_address.last_name"),
    named("billing_phone", "billing_address.phone"),
    named("billing_province", "billing_address.province"),
    named("billing_zip", "billing_address.zip"),
];

const ITEMS: &[BodyField] = &[named("subscription_ids", "purchase_item_ids")];
const GIFT: &[BodyField] = &[
    same("purchase_item_ids"),
    same("recipient_address").part(v2021_01::POSTAL),
];
const MOVED: &[BodyField] = &[named("next_charge_scheduled_at", "date").day()];

/// Why a subscription is cancelled that no reason is given for: settings of a
/// store make it optional in the portal, the rule asks for one.
const NO_REASON: &str = "Cancelled in the customer portal";

impl PortalWrite<'_, '_> {
    fn hole(&self, place: usize) -> u64 {
        let hole = self.holes.get(place);
        hole.and_then(|hole| hole.parse().ok()).unwrap_or(0)
    }

    fn own(&self, of: TableName, id: u64) -> Result<Record, Refusal> {
        self.visit.own(of, id)
    }

    /// The number that a field of the body names, when it is the customer's.
    fn named(&self, of: TableName, field: &str) -> Result<u64, Refusal> {
        let id = record::id(self.body, field);
        let id = id.ok_or_else(|| Refusal::missing(&[field]))?;
        let unknown = |_| Refusal::invalid(field, format!("{} {id} does not exist", of.object()));
        self.own(of, id).map_err(unknown)?;
        Ok(id)
    }

    /// The items that a list of the body names, when they are the customer's.
    fn items(&self, field: &str) -> Result<Vec<u64>, Refusal> {
        let list = match self.body.get(field) {
            Some(Value::Array(items)) => items.as_slice(),
            Some(one) => std::slice::from_ref(one),
            None => &[],
        };
        let mut ids = Vec::new();
        for item in list {
            let id = record::as_id(item).unwrap_or(0);
            let is_own = [TableName::Subscriptions, TableName::Onetimes]
                .iter()
                .any(|of| self.own(*of, id).is_ok());
            if !is_own {
                return Err(Refusal::invalid(field, format!("{id} does not exist")));
            }
            ids.push(id);
        }
        if ids.is_empty() {
            return Err(Refusal::missing(&[field]));
        }
        Ok(ids)
    }

    fn translated(&self, fields: &'static [BodyField]) -> Record {
        v2021_01::translated(fields, &numbers(self.body)).0
    }
}

/// Numbers that a form writes as texts, in the fields where rules want numbers.
fn numbers(body: &Record) -> Record {
    const NUMBERS: &[&str] = &[
        "quantity",
        "order_interval_frequency",
        "charge_interval_frequency",
        "expire_after_specific_number_of_charges",
        "address_id",
        "payment_method_id",
    ];
    let mut body = body.clone();
    for name in NUMBERS {
        if let Some(number) = body.get(*name).and_then(record::whole) {
            record::set(&mut body, name, number);
        }
    }
    body
}

fn one(request: RuleRequest, fields: &'static [BodyField]) -> Plan {
    Plan {
        requests: vec![request],
        fields,
    }
}

fn to(operation: &str, id: u64, body: Record) -> RuleRequest {
    RuleRequest::to(operation, id, Value::Object(body))
}

/// A request to a rule whose path names nothing.
fn creating(operation: &str, body: Record) -> RuleRequest {
    RuleRequest {
        holes: Vec::new(),
        ..to(operation, 0, body)
    }
}

/// The requests of a write, where rules carry it out.
pub(super) fn of(resource: &str, verb: &str, asked: &PortalWrite) -> Option<Planned> {
    Some(match (resource, verb) {
        ("addresses" | "shipping", _) => addresses(verb, asked),
        ("charges", _) => charges(verb, asked),
        ("customer", _) => Ok(one(
            to(
                "customers.update",
                asked.visit.customer,
                asked.translated(v2021_01::CUSTOMER),
            ),
            v2021_01::CUSTOMER,
        )),
        ("onetimes", _) => onetimes(verb, asked),
        ("orders", _) => order(asked),
        ("payment_methods" | "payment_source", _) => bill(resource, verb, asked),
        ("subscriptions", "add") => add_subscription(asked),
        ("subscriptions", _) => subscription(verb, asked),
        ("notifications", _) => Ok(notify(asked)),
        _ => return None,
    })
}

fn addresses(verb: &str, asked: &PortalWrite) -> Planned {
    let fields = v2021_01::ADDRESS;
    if verb == "add" {
        let mut body = asked.translated(fields);
        record::set(&mut body, "customer_id", asked.visit.customer);
        return Ok(one(creating("addresses.create", body), fields));
    }
    if verb == "merge" {
        return merge(asked);
    }
    let id = asked.hole(0);
    asked.own(TableName::Addresses, id)?;
    Ok(match verb {
        "change" => {
            let mut body = asked.translated(fields);
            if asked.body.contains_key("payment_method_id") {
                let method = asked.named(TableName::PaymentMethods, "payment_method_id")?;
                record::set(&mut body, "payment_method_id", method);
            }
            one(to("addresses.update", id, body), fields)
        }
        "remove" => one(to("addresses.delete", id, Record::new()), NO_FIELDS),
        "skip_charge" => {
            let items = asked.items("subscription_ids")?;
            let body = json!({"date": day(asked.body, "date")?, "purchase_item_ids": items});
            one(RuleRequest::to("addresses.skip_charge", id, body), ITEMS)
        }
        "apply_discount" => {
            let code = record::text(asked.body, "discount_code").trim();
            let discounts = asked.visit.state.table(TableName::Discounts);
            let discount = discounts.find("code", code).first().copied();
            let unknown = || Refusal::invalid("discount_code", format!("{code} does not exist"));
            let discount = discount.ok_or_else(unknown)?;
            let body = json!({"discounts": [{"id": discount}]});
            one(RuleRequest::to("addresses.update", id, body), NO_FIELDS)
        }
        _ => one(
            RuleRequest::to("addresses.update", id, json!({"discounts": []})),
            NO_FIELDS,
        ),
    })
}

fn merge(asked: &PortalWrite) -> Planned {
    let mut named = vec![("target_address", asked.body.get("target_address"))];
    let sources = record::list(asked.body, "source_addresses");
    named.extend(
        sources
            .iter()
            .map(|source| ("source_addresses", Some(source))),
    );
    for (field, address) in named {
        let id = address
            .and_then(|address| record::as_id(address.get("id")?))
            .unwrap_or(0);
        let unknown = |_| Refusal::invalid(field, format!("address {id} does not exist"));
        asked.own(TableName::Addresses, id).map_err(unknown)?;
    }
    let mut body = asked.body.clone();
    if let Some(flag) = body.get("delete_source_addresses").and_then(truth) {
        record::set(&mut body, "delete_source_addresses", flag);
    }
    Ok(one(creating("addresses.merge", body), NO_FIELDS))
}

/// A flag as forms and scripts write it.
fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(word) => Some(matches!(word.as_str(), "true" | "1" | "on")),
        Value::Number(number) => Some(number.as_i64() != Some(0)),
        _ => None,
    }
}

/// A day of the body, whatever time is beside it.
fn day(body: &Record, field: &str) -> Result<String, Refusal> {
    let text = record::text(body, field);
    let day = time::parse_day(text);
    let wrong = || Refusal::invalid(field, "Not a valid date.");
    match day {
        None if text.is_empty() => Err(Refusal::missing(&[field])),
        day => Ok(time::day_text(day.ok_or_else(wrong)?)),
    }
}

fn charges(verb: &str, asked: &PortalWrite) -> Planned {
    if verb == "skip_gift" {
        asked.items("purchase_item_ids")?;
        let body = asked.translated(GIFT);
        return Ok(one(creating("subscriptions.skip_gift", body), GIFT));
    }
    let id = asked.hole(0);
    asked.own(TableName::Charges, id)?;
    let body = match verb {
        "process" => json!({}),
        _ => json!({"purchase_item_ids": asked.items("subscription_ids")?}),
    };
    Ok(one(
        RuleRequest::to(&format!("charges.{verb}"), id, body),
        ITEMS,
    ))
}

fn onetimes(verb: &str, asked: &PortalWrite) -> Planned {
    if verb == "add" {
        return add_onetime(asked);
    }
    let fields = v2021_01::ONETIME;
    let id = asked.hole(0);
    asked.own(TableName::Onetimes, id)?;
    Ok(match verb {
        "cancel" => one(to("onetimes.delete", id, Record::new()), NO_FIELDS),
        "set_next_charge_date" => {
            let day = day(asked.body, "next_charge_scheduled_at")?;
            let body = json!({"next_charge_scheduled_at": day});
            one(RuleRequest::to("onetimes.update", id, body), NO_FIELDS)
        }
        _ => one(to("onetimes.update", id, asked.translated(fields)), fields),
    })
}

/// The rule wants a price and a title, which the portal takes from the product.
fn add_onetime(asked: &PortalWrite) -> Planned {
    let address = asked.named(TableName::Addresses, "address_id")?;
    let variant = asked.body.get("shopify_variant_id").and_then(record::plain);
    let variant = variant.ok_or_else(|| Refusal::missing(&["shopify_variant_id"]))?;
    let products = asked.visit.state.table(TableName::Products);
    let path = "variants.*.external_variant_id";
    let found = products.find_one(path, variant.as_str());
    let unknown = || Refusal::invalid("shopify_variant_id", format!("{variant} does not exist"));
    let (_, product) = found.ok_or_else(unknown)?;
    let variants = record::list(&product, "variants").iter();
    let mut sold = variants.filter(|one| {
        one.get("external_variant_id")
            .and_then(record::plain)
            .as_ref()
            == Some(&variant)
    });
    let price = sold
        .next()
        .and_then(|one| one.pointer("/prices/unit_price").cloned());
    let fields = v2021_01::ONETIME;
    let mut body = asked.translated(fields);
    record::set(&mut body, "address_id", address);
    record::set(&mut body, "price", price.unwrap_or_default());
    record::set(&mut body, "product_title", record::text(&product, "title"));
    Ok(one(creating("onetimes.create", body), fields))
}

fn order(asked: &PortalWrite) -> Planned {
    let id = asked.hole(0);
    asked.own(TableName::Orders, id)?;
    Ok(one(to("orders.delay", id, Record::new()), NO_FIELDS))
}

/// The reference calls the payment source that is charged number 1.
fn bill(resource: &str, verb: &str, asked: &PortalWrite) -> Planned {
    let by_number = asked.hole(0);
    let is_charged = resource == "payment_source" && (verb == "add_address" || by_number == 1);
    let method = if is_charged {
        v2021_01::charged_method(asked.visit.state, asked.visit.customer)
    } else {
        asked.own(TableName::PaymentMethods, by_number)?
    };
    let id = record::id(&method, "id").ok_or_else(Refusal::not_found)?;
    let body = asked.translated(BILL);
    Ok(one(to("payment_methods.update", id, body), BILL))
}

fn notify(asked: &PortalWrite) -> Plan {
    let mut body = asked.body.clone();
    if let Some(address) = body.shift_remove("address_id") {
        record::set(&mut body, "template_vars", json!({"address_id": address}));
    }
    one(
        to("customers.notify", asked.visit.customer, body),
        NO_FIELDS,
    )
}

fn add_subscription(asked: &PortalWrite) -> Planned {
    if record::text(asked.body, "purchase_type") == "onetime" {
        return add_onetime(asked);
    }
    let address = asked.named(TableName::Addresses, "address_id")?;
    let fields = v2021_01::SUBSCRIPTION;
    let mut body = asked.translated(fields);
    record::set(&mut body, "address_id", address);
    complete_intervals(&mut body, &Record::new());
    Ok(one(creating("subscriptions.create", body), fields))
}

/// The rule wants all three fields of a rhythm or none: what is left out stays as
/// it is, and charges come as often as orders.
fn complete_intervals(body: &mut Record, before: &Record) {
    const ORDERS: &str = "order_interval_frequency";
    const CHARGES: &str = "charge_interval_frequency";
    const UNIT: &str = "order_interval_unit";
    if ![ORDERS, CHARGES, UNIT]
        .iter()
        .any(|name| body.contains_key(*name))
    {
        return;
    }
    for (name, other) in [(UNIT, UNIT), (ORDERS, CHARGES), (CHARGES, ORDERS)] {
        if !body.contains_key(name) {
            let value = body.get(other).or_else(|| before.get(name)).cloned();
            if let Some(value) = value {
                record::set(body, name, value);
            }
        }
    }
}

fn subscription(verb: &str, asked: &PortalWrite) -> Planned {
    let id = asked.hole(0);
    let before = asked.own(TableName::Subscriptions, id)?;
    let plan = |operation: &str, body: Value| one(RuleRequest::to(operation, id, body), MOVED);
    Ok(match verb {
        "change" | "swap" => {
            let fields = v2021_01::SUBSCRIPTION;
            let mut body = asked.translated(fields);
            complete_intervals(&mut body, &before);
            if verb == "swap" {
                record::set(&mut body, "use_external_variant_defaults", true);
            }
            one(to("subscriptions.update", id, body), fields)
        }
        "activate" => plan("subscriptions.activate", json!({})),
        "cancel" => {
            let reason = record::text(asked.body, "cancellation_reason");
            let reason = if reason.is_empty() { NO_REASON } else { reason };
            let comments = asked.body.get("cancellation_reason_comments");
            let mut body = record::object(json!({"cancellation_reason": reason}));
            if let Some(comments) = comments {
                record::set(&mut body, "cancellation_reason_comments", comments.clone());
            }
            one(to("subscriptions.cancel", id, body), NO_FIELDS)
        }
        "skip" => skip(asked, id, &before)?,
        "unskip" => {
            let charge = asked.named(TableName::Charges, "charge_id")?;
            let body = json!({"purchase_item_ids": [id]});
            one(RuleRequest::to("charges.unskip", charge, body), NO_FIELDS)
        }
        "set_next_charge_date" => {
            let field = if asked.body.contains_key("date") {
                "date"
            } else {
                "next_charge_scheduled_at"
            };
            let body = json!({"date": day(asked.body, field)?});
            plan("subscriptions.set_next_charge_date", body)
        }
        "delay" => {
            let body = json!({"date": delayed(asked, &before)?});
            plan("subscriptions.set_next_charge_date", body)
        }
        "move_address" => {
            let address = asked.hole(1);
            asked.own(TableName::Addresses, address)?;
            plan(
                "subscriptions.change_address",
                json!({"address_id": address}),
            )
        }
        "move_payment_method" => {
            let method = asked.hole(1);
            asked.own(TableName::PaymentMethods, method)?;
            let address = record::id(&before, "address_id").unwrap_or(0);
            let body = json!({"payment_method_id": method});
            one(
                RuleRequest::to("addresses.update", address, body),
                NO_FIELDS,
            )
        }
        _ => bundle(asked, id),
    })
}

fn skip(asked: &PortalWrite, id: u64, before: &Record) -> Planned {
    if asked.body.contains_key("charge_id") {
        let charge = asked.named(TableName::Charges, "charge_id")?;
        let body = json!({"purchase_item_ids": [id]});
        return Ok(one(
            RuleRequest::to("charges.skip", charge, body),
            NO_FIELDS,
        ));
    }
    let address = record::id(before, "address_id").unwrap_or(0);
    let body = json!({"date": day(asked.body, "date")?, "purchase_item_ids": [id]});
    Ok(one(
        RuleRequest::to("addresses.skip_charge", address, body),
        NO_FIELDS,
    ))
}

/// The day that is so many days after the next charge. Themes write the span as
/// a number of days, or as `2 weeks`.
fn delayed(asked: &PortalWrite, before: &Record) -> Result<String, Refusal> {
    let given = asked
        .body
        .get("days")
        .or_else(|| asked.body.get("delay_for"));
    let given = given.and_then(record::plain);
    let given = given.ok_or_else(|| Refusal::missing(&["days"]))?;
    let wrong = || Refusal::invalid("days", format!("{given} is not a number of days"));
    let (count, unit) = given
        .trim()
        .split_once(' ')
        .unwrap_or((given.trim(), "days"));
    let count = count.parse::<u16>().map_err(|_| wrong())?;
    let span = match unit.trim().trim_end_matches('s') {
        "day" => Span::new().days(i64::from(count)),
        "week" => Span::new().weeks(i64::from(count)),
        "month" => Span::new().months(i64::from(count)),
        _ => return Err(wrong()),
    };
    let next = time::parse_day(record::text(before, "next_charge_scheduled_at"));
    let next =
        next.ok_or_else(|| Refusal::invalid("days", "the subscription has no next charge"))?;
    let day = next.checked_add(span).map_err(|_| wrong())?;
    Ok(time::day_text(day))
}

/// What is in a bundle is chosen once and changed afterwards.
fn bundle(asked: &PortalWrite, id: u64) -> Plan {
    let path = "bundle_purchase_item.selections";
    let items: Vec<Value> = record::list(asked.body, path).to_vec();
    let selections = asked.visit.state.table(TableName::BundleSelections);
    let chosen = selections.find("purchase_item_id", id).first().copied();
    let body = record::object(json!({"purchase_item_id": id, "items": items}));
    let request = match chosen {
        Some(chosen) => to("bundle_selections.update", chosen, body),
        None => creating("bundle_selections.create", body),
    };
    one(request, NO_FIELDS)
}
