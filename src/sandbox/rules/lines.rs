//! Line items: what a charge or an order says of each thing in it.
//!
//! In comes a subscription or a one-time item with its product, out comes the
//! line. Knows nothing of discounts, shipping or totals.

use serde_json::{Value, json};

use super::queue::field;
use super::totals;
use crate::sandbox::money::Cents;
use crate::sandbox::record::{self, Record};
use crate::sandbox::state::State;
use crate::sandbox::tables::Name;

/// A line of a charge for a subscription or a one-time item.
pub(in crate::sandbox) fn line_item(state: &State, kind: &str, id: u64, item: &Record) -> Value {
    let product = record::text(item, "external_product_id.ecommerce");
    let product = state
        .table(Name::Products)
        .find_one("external_product_id", product)
        .map_or_else(Record::new, |(_, product)| product);
    line(kind, id, item, &product)
}

/// As [`line_item`], where the product is at hand.
pub(in crate::sandbox) fn line(kind: &str, id: u64, item: &Record, product: &Record) -> Value {
    let price = totals::amount(item, "price");
    let quantity = record::number(item, "quantity").unwrap_or(1);
    let images = record::list(product, "images")
        .first()
        .cloned()
        .unwrap_or_else(|| json!({}));
    let title = record::text(item, "product_title");
    Value::Object(record::fields([
        ("purchase_item_id", id.into()),
        ("external_product_id", field(item, "external_product_id")),
        ("external_variant_id", field(item, "external_variant_id")),
        ("grams", grams(product).into()),
        ("handle", handle(title).into()),
        ("images", images),
        ("original_price", price.into()),
        ("properties", field(item, "properties")),
        ("purchase_item_type", kind.into()),
        ("quantity", quantity.into()),
        ("sku", sku(item, product)),
        ("tax_due", "0.00".into()),
        ("tax_lines", json!([])),
        ("taxable", false.into()),
        ("taxable_amount", "0.00".into()),
        ("title", title.into()),
        ("total_price", price.times(quantity).into()),
        ("unit_price", price.into()),
        ("unit_price_includes_tax", false.into()),
        ("variant_title", field(item, "variant_title")),
    ]))
}

/// An overridden sku stands; else it is that of the variant at this moment.
fn sku(item: &Record, product: &Record) -> Value {
    let variant = record::plain(&field(item, "external_variant_id")["ecommerce"]);
    let of_variant = record::list(product, "variants").iter().find(|one| {
        variant.is_some() && one.get("external_variant_id").and_then(record::plain) == variant
    });
    match of_variant.and_then(|one| one.get("sku")) {
        Some(sku) if !record::flag(item, "sku_override") => sku.clone(),
        _ => field(item, "sku"),
    }
}

fn grams(product: &Record) -> i64 {
    record::list(product, "variants")
        .first()
        .and_then(|variant| Cents::of(variant.pointer("/dimensions/weight")?))
        .map_or(0, |weight| weight.0 / 100)
}

fn handle(title: &str) -> String {
    let words: Vec<String> = title
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join("-")
}
