//! Plans: the terms on which a product is sold, one by one and in bulk.

use serde_json::{Value, json};

use super::{Ruling, given, target, totals, touch};
use crate::catalog::{self, Operation};
use crate::sandbox::record::{self, Record};
use crate::sandbox::refusal::Refusal;
use crate::sandbox::state::State;
use crate::sandbox::tables::Name;
use crate::sandbox::write;
use crate::sandbox::{Asked, Outcome, check};

/// The reference's limit for plans of one bulk request.
const MOST_PLANS: usize = 20;

pub(super) fn act(verb: &str, state: &mut State, asked: &Asked) -> Ruling {
    match verb {
        "create" => create(state, asked, asked.body).map(Outcome::One),
        "update" => {
            let (id, plan) = target(state, Name::Plans, asked)?;
            change(state, asked, id, plan, asked.body).map(Outcome::One)
        }
        "delete" => super::remove(state, Name::Plans, asked),
        "bulk_create" | "bulk_update" | "bulk_delete" => in_bulk(verb, state, asked),
        _ => Err(super::unknown_verb()),
    }
}

/// A plan with everything in its place and nothing chosen.
pub(in crate::sandbox) fn blank(id: u64, stamp: &str) -> Record {
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

fn create(state: &mut State, asked: &Asked, body: &Record) -> Result<Record, Refusal> {
    let id = state.next_id(Name::Plans);
    let mut plan = blank(id, &asked.stamp());
    let siblings = siblings(state, &number_of(body));
    if let Some(sibling) = siblings.first() {
        for shared in ["discount_amount", "discount_type"] {
            record::set(&mut plan, shared, given(sibling, shared));
        }
    }
    fill(asked, &mut plan, body, row("plans.create"));
    check_product(state, &plan)?;
    check_siblings(&plan, &siblings)?;
    state.create(Name::Plans, id, &plan);
    Ok(plan)
}

/// The row whose parameters a plan of a bulk request has.
fn row(id: &str) -> &'static Operation {
    catalog::operation(id)
        .map(|(_, operation)| operation)
        .expect("the catalogue has the row")
}

fn number_of(body: &Record) -> String {
    let value = body.get("external_product_id");
    let inner = value.and_then(|value| value.get("ecommerce")).or(value);
    inner.and_then(record::plain).unwrap_or_default()
}

fn fill(asked: &Asked, plan: &mut Record, body: &Record, row: &Operation) {
    let mut fields = body.clone();
    for nested in ["channel_settings", "subscription_preferences"] {
        if let (Some(given), Some(target)) = (fields.remove(nested), plan.get_mut(nested))
            && given.is_object()
        {
            write::overlay(target, &given);
        }
    }
    write::fill(plan, row, asked.row.resource.object, &fields);
    touch(asked, plan);
}

fn siblings(state: &State, product: &str) -> Vec<Record> {
    let plans = state.all(Name::Plans, "external_product_id.ecommerce", product);
    plans.into_iter().map(|(_, plan)| plan).collect()
}

fn check_product(state: &State, plan: &Record) -> Result<(), Refusal> {
    let number = record::text(plan, "external_product_id.ecommerce");
    match state
        .table(Name::Products)
        .find_one("external_product_id", number)
    {
        Some(_) => Ok(()),
        None => Err(Refusal::invalid(
            "external_product_id",
            format!("product {number} does not exist"),
        )),
    }
}

/// All plans of a product have the same discount; prepaid plans stand alone.
fn check_siblings(plan: &Record, siblings: &[Record]) -> Result<(), Refusal> {
    let Some(sibling) = siblings.first() else {
        return Ok(());
    };
    if totals::amount(plan, "discount_amount") != totals::amount(sibling, "discount_amount") {
        let message = "all plans of a product have the same discount";
        return Err(Refusal::invalid("discount_amount", message));
    }
    let prepaid = |plan: &Record| record::text(plan, "type") == "prepaid";
    if siblings
        .iter()
        .any(|sibling| prepaid(sibling) != prepaid(plan))
    {
        let message = "a product with a prepaid plan has no plans of other types";
        return Err(Refusal::invalid("type", message));
    }
    Ok(())
}

/// A new discount holds for all plans of the product.
fn change(
    state: &mut State,
    asked: &Asked,
    id: u64,
    mut plan: Record,
    body: &Record,
) -> Result<Record, Refusal> {
    fill(asked, &mut plan, body, row("plans.update"));
    check_product(state, &plan)?;
    state.change(Name::Plans, id, &plan, "updated");
    let number = record::text(&plan, "external_product_id.ecommerce").to_owned();
    for (other, mut sibling) in state.all(Name::Plans, "external_product_id.ecommerce", &number) {
        if other == id {
            continue;
        }
        let before = sibling.clone();
        for shared in ["discount_amount", "discount_type"] {
            if body.contains_key(shared) {
                record::set(&mut sibling, shared, given(&plan, shared));
            }
        }
        if sibling != before {
            touch(asked, &mut sibling);
            state.change(Name::Plans, other, &sibling, "updated");
        }
    }
    Ok(plan)
}

fn in_bulk(verb: &str, state: &mut State, asked: &Asked) -> Ruling {
    let number = asked.hole().to_owned();
    if state
        .table(Name::Products)
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
    for plan in plans {
        let Value::Object(mut body) = plan else {
            return Err(Refusal::invalid("plans", "Not a valid mapping type."));
        };
        record::set(
            &mut body,
            "external_product_id",
            json!({"ecommerce": number}),
        );
        match verb {
            "bulk_create" => {
                check::body(row("plans.create"), &body)?;
                done.push(create(state, asked, &body)?);
            }
            "bulk_update" => {
                let (id, plan) = of_product(state, &body, &number)?;
                check::body(row("plans.update"), &body)?;
                done.push(change(state, asked, id, plan, &body)?);
            }
            _ => {
                let (id, _) = of_product(state, &body, &number)?;
                state.delete(Name::Plans, id);
            }
        }
    }
    Ok(if verb == "bulk_delete" {
        Outcome::Nothing
    } else {
        Outcome::Many(done)
    })
}

fn of_product(state: &State, body: &Record, number: &str) -> Result<(u64, Record), Refusal> {
    let id = record::id(body, "id").unwrap_or(0);
    let (id, plan) = super::existing(state, Name::Plans, id, "plans")?;
    if record::text(&plan, "external_product_id.ecommerce") == number {
        Ok((id, plan))
    } else {
        Err(Refusal::invalid(
            "plans",
            format!("plan {id} belongs to another product"),
        ))
    }
}
