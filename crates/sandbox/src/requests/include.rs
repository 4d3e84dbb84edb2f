//! Related objects inside a record, under `include`, as the parameter of that
//! name asks for them.

use serde_json::Value;

use crate::storage::state::{self, State};
use crate::storage::tables::TableName;
use crate::values::record::{self, Record};

/// The names in an `include` parameter.
pub(crate) fn names(value: Option<&str>) -> Vec<String> {
    value
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The field that contains related objects.
const FIELD: &str = "include";

/// Puts the named objects into a record, under `include`; fields are in
/// alphabetical order, as in recorded answers.
pub(crate) fn put(state: &State, of: TableName, id: u64, record: &mut Record, names: &[String]) {
    if names.is_empty() && !of.always_includes() {
        return;
    }
    let mut included = Record::new();
    for name in names {
        included.insert(name.clone(), related(state, of, id, record, name));
    }
    let after = record.keys().position(|key| key.as_str() > FIELD);
    let at = after.unwrap_or(record.len());
    record.shift_insert(at, FIELD.to_owned(), included.into());
}

fn related(state: &State, of: TableName, id: u64, record: &Record, name: &str) -> Value {
    let owner = state::owner(of, id, record).unwrap_or(0);
    let here = format!("{}_id", of.object());
    match name {
        "customer" => one(state, TableName::Customers, owner),
        "address" => one(
            state,
            TableName::Addresses,
            record::id(record, "address_id").unwrap_or(0),
        ),
        "discount" => record::list(record, "discounts")
            .first()
            .and_then(|discount| record::as_id(discount.get("id")?))
            .map_or(Value::Null, |discount| {
                one(state, TableName::Discounts, discount)
            }),
        "addresses" => many(state, TableName::Addresses, &here, id),
        "subscriptions" => many(state, TableName::Subscriptions, &here, id),
        "payment_methods" => many(state, TableName::PaymentMethods, "customer_id", owner),
        "bundle_selections" => many(state, TableName::BundleSelections, "purchase_item_id", id),
        "metafields" => metafields(state, of, id),
        "bundle_product" => bundle_product(state, id, record),
        "charge_activities" => activities(state, of, id),
        _ => Value::Null,
    }
}

fn one(state: &State, of: TableName, id: u64) -> Value {
    state
        .get(of, id)
        .map_or(Value::Null, |record| shown(state, of, id, record))
}

/// A related object, with nothing put into it in turn.
fn shown(state: &State, of: TableName, id: u64, mut record: Record) -> Value {
    put(state, of, id, &mut record, &[]);
    record.into()
}

fn many(state: &State, of: TableName, path: &str, id: u64) -> Value {
    state
        .all(of, path, id)
        .into_iter()
        .map(|(id, record)| shown(state, of, id, record))
        .collect()
}

fn metafields(state: &State, of: TableName, id: u64) -> Value {
    state
        .all(TableName::Metafields, "owner_id", id)
        .into_iter()
        .filter(|(_, field)| record::text(field, "owner_resource") == of.object())
        .map(|(_, field)| Value::Object(field))
        .collect()
}

/// The product of a subscription that has chosen contents, else nothing.
fn bundle_product(state: &State, id: u64, record: &Record) -> Value {
    if state
        .table(TableName::BundleSelections)
        .find("purchase_item_id", id)
        .is_empty()
    {
        return Value::Null;
    }
    let product = record::text(record, "external_product_id.ecommerce");
    state
        .table(TableName::Products)
        .find_one("external_product_id", product)
        .map_or(Value::Null, |(_, product)| Value::Object(product))
}

/// What happened to the charges of an object, as far back as events go.
fn activities(state: &State, of: TableName, id: u64) -> Value {
    let charges = match of {
        TableName::Charges => vec![id],
        TableName::Addresses => state.table(TableName::Charges).find("address_id", id),
        _ => state
            .table(TableName::Charges)
            .find("line_items.*.purchase_item_id", id),
    };
    charges
        .into_iter()
        .flat_map(|charge| state.all(TableName::Events, "object_id", charge))
        .filter(|(_, event)| record::text(event, "object_type") == "charge")
        .map(|(_, event)| Value::Object(event))
        .collect()
}
