//! Line items: what a charge or an order says of each thing in it.
//!
//! Takes a subscription or a one-time item with its product; returns the line.
//! Knows nothing of discounts, shipping or totals.

use serde_json::{Value, json};

use super::queue::field;
use super::totals;
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::money::Cents;
use crate::values::record::{self, Record};

/// A line of a charge for a subscription or a one-time item.
pub(crate) fn line_item(state: &State, kind: &str, id: u64, item: &Record) -> Value {
    let product = record::text(item, "external_product_id.ecommerce");
    let product = state
        .table(TableName::Products)
        .find_one("external_product_id", product)
        .map_or_else(Record::new, |(_, product)| product);
    line(kind, id, item, &product)
}

/// As [`line_item`], where the product is at hand.
pub(crate) fn line(kind: &str, id: u64, item: &Record, product: &Record) -> Value {
    let price = totals::amount(item, "price");
    let quantity = record::number(item, "quantity").unwrap_or(1);
    let images = record::list(product, "images")
        .first()
        .cloned()
        .unwrap_or_else(|| json!({}));
    let title = record::text(item, "product_title");
    let variant = variant(item, product);
    Value::Object(record::fields([
        ("purchase_item_id", id.into()),
        ("external_product_id", field(item, "external_product_id")),
        ("external_variant_id", field(item, "external_variant_id")),
        ("grams", grams(variant).into()),
        ("handle", handle(title).into()),
        ("images", images),
        ("original_price", price.into()),
        ("properties", field(item, "properties")),
        ("purchase_item_type", kind.into()),
        ("quantity", quantity.into()),
        ("sku", sku(item, variant)),
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

/// The variant that an item is of, where the catalogue lists it.
fn variant<'a>(item: &Record, product: &'a Record) -> Option<&'a Value> {
    let wanted = record::plain(&field(item, "external_variant_id")["ecommerce"])?;
    record::list(product, "variants").iter().find(|one| {
        let number = one.get("external_variant_id").and_then(record::plain);
        number.as_ref() == Some(&wanted)
    })
}

/// An overridden sku stands; else it is that of the variant at this moment.
fn sku(item: &Record, variant: Option<&Value>) -> Value {
    match variant.and_then(|one| one.get("sku")) {
        Some(sku) if !record::flag(item, "sku_override") => sku.clone(),
        _ => field(item, "sku"),
    }
}

/// What a variant weighs, to the nearest gram.
fn grams(variant: Option<&Value>) -> i64 {
    let dimensions = variant.and_then(|one| one.get("dimensions"));
    let Some(weight) = dimensions.and_then(|parts| Cents::of(parts.get("weight")?)) else {
        return 0;
    };
    let unit = dimensions.and_then(|parts| parts.get("weight_unit")?.as_str());
    let milligrams = match unit {
        Some("kg") => 1_000_000,
        Some("oz") => 28_350,
        Some("lb") => 453_592,
        _ => 1_000,
    };
    // The weight comes in hundredths of its unit.
    (weight.0.saturating_mul(milligrams).saturating_add(50_000)) / 100_000
}

/// The name of a product in addresses of the shop.
pub(crate) fn handle(title: &str) -> String {
    let words: Vec<String> = title
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weight_of_a_variant_is_told_in_grams() {
        for (weight, unit, told) in [
            (json!(250), "g", 250),
            (json!("0.75"), "kg", 750),
            (json!(1), "lb", 454),
            (json!(2), "oz", 57),
            (json!(null), "g", 0),
        ] {
            let variant = json!({"dimensions": {"weight": weight, "weight_unit": unit}});
            assert_eq!(grams(Some(&variant)), told, "{weight} {unit}");
        }
    }
}
