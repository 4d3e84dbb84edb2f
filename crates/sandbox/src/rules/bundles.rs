//! Bundle selections: what a customer chose to be in a bundle.

use serde_json::{Value, json};

use super::{Ruling, given, target, touch};
use crate::requests::checked_request::CheckedRequest;
use crate::requests::checked_request::Outcome;
use crate::requests::refusal::{FieldErrors, Refusal};
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::record::{self, Record};

pub(super) fn act(verb: &str, state: &mut State, asked: &CheckedRequest) -> Ruling {
    match verb {
        "create" => create(state, asked),
        "update" => change(state, asked),
        "delete" => super::remove(state, TableName::BundleSelections, asked),
        _ => Err(super::unknown_verb()),
    }
}

/// The subscription or one-time item that the bundle is.
fn purchase_item(state: &State, id: u64) -> Result<Record, Refusal> {
    let subscription = state.get(TableName::Subscriptions, id);
    let item = subscription.or_else(|| state.get(TableName::Onetimes, id));
    item.ok_or_else(|| Refusal::invalid("purchase_item_id", format!("{id} does not exist")))
}

fn create(state: &mut State, asked: &CheckedRequest) -> Ruling {
    check_plan(state, asked)?;
    let item_id = record::id(asked.body, "purchase_item_id").unwrap_or(0);
    let item = purchase_item(state, item_id)?;
    let id = state.next_id(TableName::BundleSelections);
    let contents = contents(id, record::list(asked.body, "items"), &asked.stamp())?;
    let selection = build(id, item_id, &item, &contents, &asked.stamp());
    state.create(TableName::BundleSelections, id, &selection);
    Ok(Outcome::One(selection))
}

/// The record of a selection of the past.
pub(crate) fn selection(
    id: u64,
    item_id: u64,
    item: &Record,
    items: &Value,
    stamp: &str,
) -> Record {
    let items = items.as_array().map_or(&[][..], Vec::as_slice);
    build(
        id,
        item_id,
        item,
        &contents(id, items, stamp).unwrap_or_default(),
        stamp,
    )
}

/// The record of a selection.
fn build(id: u64, item_id: u64, item: &Record, contents: &[Value], stamp: &str) -> Record {
    record::object(json!({
        "id": id,
        "bundle_variant": 382_000 + item_id % 1_000,
        "bundle_variant_id": 382_000 + item_id % 1_000,
        "charge_id": null,
        "is_fallback": false,
        "order_id": null,
        "purchase_item_id": item_id,
        "created_at": stamp,
        "external_product_id": record::text(item, "external_product_id.ecommerce"),
        "external_variant_id": record::text(item, "external_variant_id.ecommerce"),
        "items": contents,
        "updated_at": stamp,
    }))
}

fn check_plan(state: &State, asked: &CheckedRequest) -> Result<(), Refusal> {
    match record::id(asked.body, "plan_id") {
        Some(id) => super::existing(state, TableName::Plans, id, "plan_id").map(|_| ()),
        None => Ok(()),
    }
}

/// The chosen products, each with a number of its own.
fn contents(selection: u64, items: &[Value], stamp: &str) -> Result<Vec<Value>, Refusal> {
    const NEEDED: &[&str] = &[
        "collection_id",
        "external_product_id",
        "external_variant_id",
        "quantity",
    ];
    let mut faults = FieldErrors::default();
    let mut contents = Vec::new();
    for (place, item) in (0_u64..).zip(items) {
        let fields = item.as_object().cloned().unwrap_or_default();
        for name in NEEDED
            .iter()
            .filter(|name| record::is_nothing(fields.get(**name)))
        {
            faults.add(&format!("items.{place}.{name}"), "Field may not be null.");
        }
        check_types(&fields, &format!("items.{place}."), &mut faults);
        let source = match record::text(&fields, "collection_source") {
            "" => "shopify",
            source => source,
        };
        contents.push(json!({
            "id": selection * 8 + place,
            "collection_id": given(&fields, "collection_id"),
            "collection_source": source,
            "created_at": stamp,
            "external_product_id": given(&fields, "external_product_id"),
            "external_variant_id": given(&fields, "external_variant_id"),
            "price": given(&fields, "price"),
            "quantity": given(&fields, "quantity"),
            "updated_at": stamp,
        }));
    }
    if items.is_empty() {
        faults.add("items", "must name at least one product");
    }
    faults.check()?;
    Ok(contents)
}

/// Numbers of products and collections go as text; there is at least one of
/// each.
fn check_types(fields: &Record, prefix: &str, faults: &mut FieldErrors) {
    for name in [
        "collection_id",
        "external_product_id",
        "external_variant_id",
    ] {
        let value = fields.get(name).filter(|value| !value.is_null());
        if value.is_some_and(|value| record::plain(value).is_none_or(|text| text.is_empty())) {
            faults.add(&format!("{prefix}{name}"), "Not a valid string.");
        }
    }
    let quantity = fields.get("quantity").filter(|value| !value.is_null());
    if quantity.is_some_and(|value| record::whole(value).is_none_or(|count| count < 1)) {
        faults.add(&format!("{prefix}quantity"), "must be at least 1");
    }
}

fn change(state: &mut State, asked: &CheckedRequest) -> Ruling {
    check_plan(state, asked)?;
    let (id, mut selection) = target(state, TableName::BundleSelections, asked)?;
    if let Some(item_id) = record::id(asked.body, "purchase_item_id") {
        let item = purchase_item(state, item_id)?;
        let created = given(&selection, "created_at");
        let contents = record::list(&selection, "items").to_vec();
        selection = build(id, item_id, &item, &contents, &asked.stamp());
        record::set(&mut selection, "created_at", created);
    }
    if asked.body.contains_key("items") {
        let contents = contents(id, record::list(asked.body, "items"), &asked.stamp())?;
        record::set(&mut selection, "items", contents);
    }
    touch(asked, &mut selection);
    state.change(TableName::BundleSelections, id, &selection, "updated");
    Ok(Outcome::One(selection))
}

/// Selections go with the item that they are of.
pub(super) fn delete_of(state: &mut State, item: u64) {
    for id in state
        .table(TableName::BundleSelections)
        .find("purchase_item_id", item)
    {
        state.delete(TableName::BundleSelections, id);
    }
}
