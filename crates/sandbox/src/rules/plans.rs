//! Plans: the terms on which a product is sold, one by one and in bulk.

use serde_json::{Value, json};

use super::{Ruling, given, target, terms, totals, touch};
use crate::requests::check;
use crate::requests::checked_request::CheckedRequest;
use crate::requests::checked_request::Outcome;
use crate::requests::refusal::{FieldErrors, Refusal};
use crate::requests::write;
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::money::Cents;
use crate::values::record::{self, Record};
use recharge_catalog::{self as catalog, Operation};

/// The reference's limit for plans of one bulk request.
const MOST_PLANS: usize = 20;

pub(super) fn act(verb: &str, state: &mut State, asked: &CheckedRequest) -> Ruling {
    match verb {
        "create" => create(state, asked, asked.body).map(Outcome::One),
        "update" => {
            let (id, plan) = target(state, TableName::Plans, asked)?;
            change(state, asked, id, plan, asked.body).map(Outcome::One)
        }
        "delete" => super::remove(state, TableName::Plans, asked),
        "bulk_create" | "bulk_update" | "bulk_delete" => in_bulk(verb, state, asked),
        _ => Err(super::unknown_verb()),
    }
}

/// A plan with everything in its place and nothing chosen.
pub(crate) fn blank(id: u64, stamp: &str) -> Record {
    let shown = json!({"display": true});
    record::object(json!({
        "id": id,
        "channel_settings": {
            "api": shown,
            "checkout_page": shown,
            "customer_portal": shown,
            "merchant_portal": shown,
        },
        "created_at": stamp,
        "deleted_at": null,
        "discount_amount": null,
        "discount_type": null,
        "external_plan_group_id": null,
        "external_plan_id": null,
        "external_plan_name": null,
        "external_product_id": {"ecommerce": null},
        "external_variant_ids": [],
        "has_variant_restrictions": false,
        "sort_order": 1,
        "subscription_preferences": {
            "apply_cutoff_date_to_checkout": false,
            "charge_interval_frequency": null,
            "cutoff_day_of_month": null,
            "cutoff_day_of_week": null,
            "expire_after_specific_number_of_charges": null,
            "interval_unit": null,
            "order_day_of_month": null,
            "order_day_of_week": null,
            "order_interval_frequency": null,
        },
        "title": null,
        "type": "subscription",
        "updated_at": stamp,
    }))
}

fn create(state: &mut State, asked: &CheckedRequest, body: &Record) -> Result<Record, Refusal> {
    let id = state.next_id(TableName::Plans);
    let mut plan = blank(id, &asked.stamp());
    let siblings = siblings(state, &number_of(body));
    if let Some(sibling) = siblings.first() {
        for shared in ["discount_amount", "discount_type"] {
            record::set(&mut plan, shared, given(sibling, shared));
        }
    }
    fill(asked, &mut plan, body, row("plans.create"));
    check(state, &plan, &siblings)?;
    state.create(TableName::Plans, id, &plan);
    Ok(plan)
}

/// The row whose parameters a plan of a bulk request has.
fn row(id: &str) -> &'static Operation {
    catalog::recharge::API
        .operation(id)
        .map(|(_, operation)| operation)
        .expect("the catalogue has the row")
}

fn number_of(body: &Record) -> String {
    let value = body.get("external_product_id");
    let inner = value.and_then(|value| value.get("ecommerce")).or(value);
    inner.and_then(record::plain).unwrap_or_default()
}

fn fill(asked: &CheckedRequest, plan: &mut Record, body: &Record, row: &Operation) {
    let mut fields = body.clone();
    for nested in ["channel_settings", "subscription_preferences"] {
        if let (Some(given), Some(target)) = (fields.remove(nested), plan.get_mut(nested))
            && given.is_object()
        {
            write::overlay(target, &given);
        }
    }
    write::fill(plan, row, asked.row.resource.object, &fields);
    let of_type = |plan: &Record| record::is_nothing(plan.get("discount_type"));
    if !record::is_nothing(plan.get("discount_amount")) && of_type(plan) {
        // There is no other.
        record::set(plan, "discount_type", "percentage");
    }
    touch(asked, plan);
}

fn siblings(state: &State, product: &str) -> Vec<Record> {
    let plans = state.all(TableName::Plans, "external_product_id.ecommerce", product);
    plans.into_iter().map(|(_, plan)| plan).collect()
}

/// Everything that is wrong with a plan, beside the others of its product.
fn check(state: &State, plan: &Record, siblings: &[Record]) -> Result<(), Refusal> {
    let mut faults = FieldErrors::default();
    let number = record::text(plan, "external_product_id.ecommerce");
    let products = state.table(TableName::Products);
    if products.find_one("external_product_id", number).is_none() {
        let message = format!("product {number} does not exist");
        faults.add("external_product_id", message);
    }
    if record::text(plan, "title").is_empty() {
        faults.add("title", "Shorter than minimum length 1.");
    }
    if totals::amount(plan, "discount_amount") > Cents(10_000) {
        faults.add("discount_amount", "a percentage must not be more than 100");
    }
    terms::check(plan, &mut faults);
    if let Some(sibling) = siblings.first() {
        check_sibling(plan, sibling, &mut faults);
    }
    faults.check()
}

/// All plans of a product have the same title and the same discount; prepaid
/// plans stand alone.
fn check_sibling(plan: &Record, sibling: &Record, faults: &mut FieldErrors) {
    let title = record::text(sibling, "title");
    if record::text(plan, "title") != title {
        let message = format!("all plans of a product have the same title: '{title}'");
        faults.add("title", message);
    }
    if totals::amount(plan, "discount_amount") != totals::amount(sibling, "discount_amount") {
        let message = "all plans of a product have the same discount";
        faults.add("discount_amount", message);
    }
    let prepaid = |plan: &Record| record::text(plan, "type") == "prepaid";
    if prepaid(sibling) != prepaid(plan) {
        let message = "a product with a prepaid plan has no plans of other types";
        faults.add("type", message);
    }
}

/// What all plans of a product have in common.
const SHARED: &[&str] = &["title", "discount_amount", "discount_type"];

/// A new title or discount holds for all plans of the product. A plan that
/// moves to another product keeps to what is there.
fn change(
    state: &mut State,
    asked: &CheckedRequest,
    id: u64,
    mut plan: Record,
    body: &Record,
) -> Result<Record, Refusal> {
    let before = record::text(&plan, "external_product_id.ecommerce").to_owned();
    fill(asked, &mut plan, body, row("plans.update"));
    let number = record::text(&plan, "external_product_id.ecommerce").to_owned();
    let moved = number != before;
    check(
        state,
        &plan,
        &if moved {
            siblings(state, &number)
        } else {
            Vec::new()
        },
    )?;
    state.change(TableName::Plans, id, &plan, "updated");
    for (other, mut sibling) in
        state.all(TableName::Plans, "external_product_id.ecommerce", &number)
    {
        if other == id {
            continue;
        }
        let before = sibling.clone();
        for shared in SHARED {
            if body.contains_key(*shared) {
                record::set(&mut sibling, shared, given(&plan, shared));
            }
        }
        if sibling != before {
            touch(asked, &mut sibling);
            state.change(TableName::Plans, other, &sibling, "updated");
        }
    }
    Ok(plan)
}

fn in_bulk(verb: &str, state: &mut State, asked: &CheckedRequest) -> Ruling {
    let number = asked.hole().to_owned();
    if state
        .table(TableName::Products)
        .find_one("external_product_id", &number)
        .is_none()
    {
        return Err(Refusal::not_found());
    }
    let plans = record::list(asked.body, "plans").to_vec();
    if plans.is_empty() || plans.len() > MOST_PLANS {
        return Err(Refusal::invalid(
            "plans",
            format!("must be 1 to {MOST_PLANS} plans"),
        ));
    }
    let mut done = Vec::new();
    let mut faults = FieldErrors::default();
    for (place, plan) in plans.iter().enumerate() {
        let result = match plan {
            Value::Object(body) => one_of_bulk(verb, state, asked, body),
            _ => Err(Refusal::invalid("_schema", "Not a valid mapping type.")),
        };
        match result {
            Ok(plan) => done.extend(plan),
            Err(refusal) => faults.add_all(&format!("plans.{place}"), refusal)?,
        }
    }
    faults.check()?;
    Ok(if verb == "bulk_delete" {
        Outcome::Nothing
    } else {
        Outcome::Many(done)
    })
}

/// One plan of a bulk request, for the product in its path.
fn one_of_bulk(
    verb: &str,
    state: &mut State,
    asked: &CheckedRequest,
    body: &Record,
) -> Result<Option<Record>, Refusal> {
    let number = asked.hole();
    let mut body = body.clone();
    record::set(
        &mut body,
        "external_product_id",
        json!({"ecommerce": number}),
    );
    if verb == "bulk_create" {
        check::body(row("plans.create"), &body)?;
        return create(state, asked, &body).map(Some);
    }
    let (id, plan) = of_product(state, &body, number)?;
    if verb == "bulk_delete" {
        state.delete(TableName::Plans, id);
        return Ok(None);
    }
    check::body(row("plans.update"), &body)?;
    change(state, asked, id, plan, &body).map(Some)
}

fn of_product(state: &State, body: &Record, number: &str) -> Result<(u64, Record), Refusal> {
    let Some(id) = record::id(body, "id") else {
        return Err(Refusal::missing(&["id"]));
    };
    let (id, plan) = super::existing(state, TableName::Plans, id, "id")?;
    if record::text(&plan, "external_product_id.ecommerce") == number {
        Ok((id, plan))
    } else {
        Err(Refusal::invalid(
            "id",
            format!("plan {id} belongs to another product"),
        ))
    }
}
