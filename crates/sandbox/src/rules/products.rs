//! Products, and what a subscription takes over from the variant it is of.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Ruling, given, totals, update};
use crate::requests::checked_request::CheckedRequest;
use crate::requests::checked_request::Outcome;
use crate::requests::refusal::{FieldErrors, Refusal};
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::money::Cents;
use crate::values::record::{self, Record};

pub(super) fn act(verb: &str, state: &mut State, asked: &CheckedRequest) -> Ruling {
    if verb == "create" {
        return create(state, asked);
    }
    let table = state.table(TableName::Products);
    let found = table.find_one("external_product_id", asked.hole());
    let (id, mut product) = found.ok_or_else(Refusal::not_found)?;
    match verb {
        "update" => {
            update(asked, &mut product);
            check(&product)?;
            complete(&mut product);
            state.change(TableName::Products, id, &product, "updated");
            Ok(Outcome::One(product))
        }
        "delete" => {
            state.delete(TableName::Products, id);
            drop_children(state, asked.hole());
            Ok(Outcome::Nothing)
        }
        _ => Err(super::unknown_verb()),
    }
}

fn create(state: &mut State, asked: &CheckedRequest) -> Ruling {
    let number = record::text(asked.body, "external_product_id");
    if number.is_empty() {
        // No path could name it.
        return Err(Refusal::invalid("external_product_id", "must not be empty"));
    }
    if state
        .table(TableName::Products)
        .find_one("external_product_id", number)
        .is_some()
    {
        return Err(Refusal::invalid(
            "external_product_id",
            "already exists on store",
        ));
    }
    let id = state.next_id(TableName::Products);
    let mut product = record::object(json!({
        "brand": null,
        "description": given(asked.body, "description"),
        "external_created_at": asked.stamp(),
        "external_product_id": number,
        "external_updated_at": asked.stamp(),
        "images": [],
        "options": [],
        "published_at": null,
        "requires_shipping": true,
        "title": null,
        "variants": [],
        "vendor": null,
    }));
    update(asked, &mut product);
    check(&product)?;
    complete(&mut product);
    state.create(TableName::Products, id, &product);
    Ok(Outcome::One(product))
}

/// Variants are objects, each with a number of its own in the shop.
fn check(product: &Record) -> Result<(), Refusal> {
    let mut faults = FieldErrors::default();
    for field in ["title", "vendor"] {
        if record::is_nothing(product.get(field)) {
            faults.add(field, "Field may not be null.");
        }
    }
    let mut seen = BTreeSet::new();
    for (place, variant) in record::list(product, "variants").iter().enumerate() {
        if !variant.is_object() {
            faults.add(&format!("variants.{place}"), "Not a valid mapping type.");
            continue;
        }
        let number = variant.get("external_variant_id").and_then(record::plain);
        let message = match number.map(|number| seen.insert(number)) {
            None => "Field may not be null.",
            Some(false) => "names a variant twice",
            Some(true) => continue,
        };
        faults.add(&format!("variants.{place}.external_variant_id"), message);
    }
    faults.check()
}

/// What variants leave out: the unit of their weight, and whether they ship.
fn complete(product: &mut Record) {
    let ships = given(product, "requires_shipping");
    let Some(Value::Array(variants)) = product.get_mut("variants") else {
        return;
    };
    for variant in variants.iter_mut().filter_map(Value::as_object_mut) {
        if let Some(Value::Object(dimensions)) = variant.get_mut("dimensions") {
            dimensions
                .entry("weight_unit")
                .or_insert_with(|| json!("lb"));
        }
        variant
            .entry("requires_shipping")
            .or_insert_with(|| ships.clone());
    }
}

/// Plans and places in collections go with their product.
fn drop_children(state: &mut State, product: &str) {
    for (table, path) in [
        (TableName::Plans, "external_product_id.ecommerce"),
        (TableName::CollectionProducts, "external_product_id"),
    ] {
        for id in state.table(table).find(path, product) {
            state.delete(table, id);
        }
    }
}

/// What is known of the variant that a body names. The shop may sell what the
/// catalogue does not list: then only the numbers are known.
pub(super) struct KnownVariant {
    product: Option<Record>,
    variant: Value,
    product_number: Value,
    variant_number: Value,
}

/// The variant that a body names by `external_variant_id`.
pub(super) fn goods(state: &State, body: &Record) -> KnownVariant {
    let number = |field: &str| match body.get(field) {
        Some(Value::Object(ids)) => ids.get("ecommerce").and_then(record::plain),
        Some(value) => record::plain(value),
        None => None,
    };
    let wanted = number("external_variant_id");
    let products = state.table(TableName::Products);
    let product = wanted
        .as_ref()
        .and_then(|wanted| products.find_one("variants.*.external_variant_id", wanted))
        .map(|(_, product)| product);
    let variant = product.as_ref().and_then(|product| {
        let variants = record::list(product, "variants").iter();
        let is_wanted =
            |one: &&Value| one.get("external_variant_id").and_then(record::plain) == wanted;
        variants.clone().find(is_wanted).cloned()
    });
    let of_product = product
        .as_ref()
        .map(|one| given(one, "external_product_id"));
    KnownVariant {
        product_number: of_product.unwrap_or_else(|| number("external_product_id").into()),
        variant_number: wanted.into(),
        variant: variant.unwrap_or(Value::Null),
        product,
    }
}

impl KnownVariant {
    /// Whether the catalogue lists the variant.
    pub(super) fn is_known(&self) -> bool {
        self.product.is_some()
    }

    /// The first plan by which the product is subscribed to.
    pub(super) fn plan(&self, state: &State) -> Option<Record> {
        self.plans(state)
            .into_iter()
            .find(|plan| record::text(plan, "type") != "onetime")
    }

    fn plans(&self, state: &State) -> Vec<Record> {
        let number = record::plain(&self.product_number).unwrap_or_default();
        let plans = state.all(TableName::Plans, "external_product_id.ecommerce", &number);
        plans.into_iter().map(|(_, plan)| plan).collect()
    }

    /// A product or a plan that the body names beside the variant must be its own.
    pub(super) fn check_same(&self, body: &Record, plan: Option<&Record>) -> Result<(), Refusal> {
        let Some(own) = record::plain(&self.product_number).filter(|_| self.is_known()) else {
            return Ok(());
        };
        let mut faults = FieldErrors::default();
        let other = |id: Option<&Value>| id.and_then(record::plain).is_some_and(|id| id != own);
        if other(record::at(body, "external_product_id.ecommerce")) {
            faults.add("external_product_id", "the variant is of another product");
        }
        if other(plan.and_then(|plan| record::at(plan, "external_product_id.ecommerce"))) {
            faults.add("plan_id", "the plan is of another product");
        }
        faults.check()
    }

    /// A product of the catalogue is subscribed to by a plan.
    pub(super) fn check_sold_by_plan(&self, state: &State) -> Result<(), Refusal> {
        if self.is_known() && self.plans(state).is_empty() {
            return Err(Refusal::invalid(
                "external_variant_id",
                "the product has no plan",
            ));
        }
        Ok(())
    }

    /// The price of one, less what the plan takes off.
    pub(super) fn price(&self, plan: Option<&Record>) -> Cents {
        let full = self
            .variant
            .pointer("/prices/unit_price")
            .and_then(Cents::of)
            .unwrap_or_default();
        let off = plan.map_or(Cents(0), |plan| totals::amount(plan, "discount_amount"));
        full - full.percent(off)
    }

    /// Fills in what a subscription or one-time item takes from its variant.
    pub(super) fn describe(&self, item: &mut Record, plan: Option<&Record>) {
        record::set(
            item,
            "external_product_id",
            json!({"ecommerce": self.product_number}),
        );
        record::set(
            item,
            "external_variant_id",
            json!({"ecommerce": self.variant_number}),
        );
        let Some(product) = &self.product else {
            return;
        };
        record::set(item, "product_title", given(product, "title"));
        record::set(item, "variant_title", self.of_variant("title"));
        record::set(item, "sku", self.of_variant("sku"));
        record::set(item, "price", self.price(plan));
    }

    fn of_variant(&self, field: &str) -> Value {
        self.variant.get(field).cloned().unwrap_or(Value::Null)
    }
}
