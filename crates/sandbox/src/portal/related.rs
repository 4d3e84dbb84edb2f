//! Which records an object of a schema is about: the own ones of the customer,
//! or those that belong to an enclosing object.

use serde_json::{Value, json};

use super::objects::{self, Visit};
use crate::combined::RuleRequest;
use crate::requests::checked_request::{CheckedRequest, Outcome};
use crate::requests::refusal::Refusal;
use crate::rules;
use crate::storage::state::Token;
use crate::storage::tables::TableName;
use crate::v2021_01;
use crate::values::record::{self, Record};

/// The most records of a kind that are looked at: the newest ones.
const MOST: usize = 2_000;

/// Where the records of a key are, and by which path they name their customer.
pub(super) fn table_of(key: &str) -> Option<TableName> {
    Some(match key {
        "addresses" | "address" => TableName::Addresses,
        "subscriptions" | "subscription" => TableName::Subscriptions,
        "onetimes" | "onetime" => TableName::Onetimes,
        "orders" | "order" => TableName::Orders,
        "charges" | "charge" => TableName::Charges,
        "discounts" | "discount" => TableName::Discounts,
        "payment_sources" | "payment_source" | "payment_methods" | "payment_method" => {
            TableName::PaymentMethods
        }
        "products" | "product" | "products_count" => TableName::Products,
        "retention_strategies" | "retention_strategy" => TableName::RetentionStrategies,
        "memberships" | "membership" => TableName::Memberships,
        "bundle_selections" => TableName::BundleSelections,
        _ => return None,
    })
}

/// The numbers of the records of a key, newest first.
pub(super) fn ids_of(visit: &Visit, of: TableName, parent: Option<&Record>) -> Vec<u64> {
    let state = &*visit.state;
    let table = state.table(of);
    let mut ids: Vec<u64> = match of {
        TableName::Products | TableName::RetentionStrategies => table.ids(..).take(MOST).collect(),
        TableName::Orders | TableName::Charges => table.find("customer.id", visit.customer),
        TableName::Discounts => discounts(visit, parent),
        TableName::BundleSelections => bundles(visit, parent),
        TableName::PaymentMethods => {
            match parent.and_then(|one| record::id(one, "payment_method_id")) {
                Some(id) => vec![id],
                None => table.find("customer_id", visit.customer),
            }
        }
        _ => table.find("customer_id", visit.customer),
    };
    ids.sort_unstable_by(|one, other| other.cmp(one));
    ids.dedup();
    ids.truncate(MOST);
    ids
}

/// Discounts on addresses of the customer.
fn discounts(visit: &Visit, parent: Option<&Record>) -> Vec<u64> {
    if let Some(parent) = parent {
        return record::id(parent, "discount_id").into_iter().collect();
    }
    let addresses = visit
        .state
        .all(TableName::Addresses, "customer_id", visit.customer);
    let on = addresses
        .iter()
        .flat_map(|(_, address)| record::list(address, "discounts"));
    on.filter_map(|discount| record::as_id(discount.get("id")?))
        .collect()
}

fn bundles(visit: &Visit, parent: Option<&Record>) -> Vec<u64> {
    let table = visit.state.table(TableName::BundleSelections);
    let of_item = |item: u64| table.find("purchase_item_id", item);
    if let Some(item) = parent.and_then(|one| record::id(one, "id")) {
        return of_item(item);
    }
    let items = visit.state.table(TableName::Subscriptions);
    let items = items.find("customer_id", visit.customer);
    items.into_iter().flat_map(of_item).collect()
}

/// Whether the customer may see the record.
pub(super) fn may_see(visit: &Visit, of: TableName, id: u64) -> bool {
    match of {
        TableName::Products | TableName::RetentionStrategies => visit.state.table(of).holds(id),
        TableName::Discounts | TableName::BundleSelections => ids_of(visit, of, None).contains(&id),
        _ => visit.own(of, id).is_ok(),
    }
}

/// The number of the one object that belongs to an enclosing one.
pub(super) fn one_of_parent(visit: &Visit, of: TableName, parent: &Record) -> Option<u64> {
    match of {
        TableName::Products => {
            let number = record::id(parent, "shopify_product_id")?.to_string();
            let table = visit.state.table(of);
            table
                .find("external_product_id", number.as_str())
                .first()
                .copied()
        }
        TableName::Addresses => record::id(parent, "address_id"),
        TableName::Discounts => record::id(parent, "discount_id"),
        TableName::PaymentMethods => record::id(parent, "payment_method_id"),
        _ => None,
    }
}

/// The object of a record under a key.
pub(super) fn object(visit: &Visit, key: &str, of: TableName, id: u64) -> Option<Record> {
    let record = visit.state.get(of, id)?;
    Some(if key.starts_with("payment_source") {
        objects::payment_source(visit.state, id, record)
    } else {
        objects::shown(visit.state, of, id, record)
    })
}

/// Lists that are no table: countries, and what will be delivered.
pub(super) fn computed(visit: &mut Visit, key: &str) -> Result<Vec<Value>, Refusal> {
    Ok(match key {
        "shipping_countries" | "billing_countries" => v2021_01::shipping_countries(),
        "delivery_schedule" => deliveries(visit)?,
        "schedule" => {
            let days = deliveries(visit)?;
            days.iter().map(|day| scheduled(visit, day)).collect()
        }
        _ => Vec::new(),
    })
}

/// What will be delivered, as the Admin API says it.
fn deliveries(visit: &mut Visit) -> Result<Vec<Value>, Refusal> {
    let token = Token::system();
    let asked = RuleRequest::to("customers.delivery_schedule", visit.customer, json!({}));
    let asked = CheckedRequest {
        row: asked.row,
        holes: &asked.holes,
        query: &asked.query,
        body: &asked.body,
        now: visit.now,
        token: &token,
    };
    match rules::perform(visit.state, &asked)? {
        Outcome::One(schedule) => Ok(record::list(&schedule, "deliveries").to_vec()),
        _ => Ok(Vec::new()),
    }
}

/// A day of the schedule in the form of themes: an order for each item.
fn scheduled(visit: &Visit, day: &Value) -> Value {
    let mut orders = Vec::new();
    let parcels = day.get("orders").and_then(Value::as_array);
    for parcel in parcels.into_iter().flatten() {
        let charge = parcel.get("charge_id").and_then(record::as_id);
        let charge = charge.and_then(|id| object(visit, "charge", TableName::Charges, id));
        let items = parcel.get("line_items").and_then(Value::as_array);
        for item in items.into_iter().flatten() {
            let id = item
                .get("subscription_id")
                .and_then(record::as_id)
                .unwrap_or(0);
            let is_onetime = item.get("plan_type").is_some_and(|kind| kind == "onetime");
            let of = if is_onetime {
                TableName::Onetimes
            } else {
                TableName::Subscriptions
            };
            let mut one = object(visit, "subscription", of, id).unwrap_or_default();
            let product = one_of_parent(visit, TableName::Products, &one)
                .and_then(|id| object(visit, "product", TableName::Products, id));
            record::set(
                &mut one,
                "product",
                product.map_or_else(objects::nothing, Value::Object),
            );
            orders.push(json!({
                "is_skipped": item.get("is_skipped"), "is_skippable": item.get("is_skippable"),
                "is_onetime": is_onetime, "subscription": one, "charge": charge,
                "order_id": parcel.get("id"), "address_id": parcel.get("address_id"),
            }));
        }
    }
    let date = day.get("date").and_then(Value::as_str).unwrap_or_default();
    json!({"date": format!("{date}T00:00:00"), "orders": orders})
}
