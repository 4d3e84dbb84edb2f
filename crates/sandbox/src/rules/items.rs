//! What subscriptions and one-time items have in common: the sku that is given
//! or that of the variant, and properties as a list of pairs.
//!
//! In come an item and the body of a request; the item is set right, or the
//! body refused. Knows nothing of charges.

use serde_json::Value;

use super::{given, products};
use crate::requests::refusal::Refusal;
use crate::storage::state::State;
use crate::values::record::{self, Record};

/// A sku that is given overrides that of the variant, now and later; without
/// the override it is that of the variant again, where that is known.
pub(super) fn settle_sku(state: &State, item: &mut Record, body: &Record) {
    let sku = record::text(body, "sku");
    if !sku.is_empty() {
        record::set(item, "sku", sku);
        let declined = body.get("sku_override").is_some_and(|flag| flag == false);
        record::set(item, "sku_override", !declined);
    }
    if !record::flag(item, "sku_override")
        && let Some(sku) = of_variant(state, item)
    {
        record::set(item, "sku", sku);
    }
}

/// Pairs of these bodies come in a list. Only checkouts show them as an object,
/// which the row alone cannot tell.
pub(super) fn check_pairs(body: &Record, field: &str) -> Result<(), Refusal> {
    match body.get(field) {
        Some(Value::Object(_)) => Err(Refusal::invalid(
            field,
            "Not a valid list of name and value pairs.",
        )),
        _ => Ok(()),
    }
}

/// The sku of the item's variant, where the catalogue lists it.
fn of_variant(state: &State, item: &Record) -> Option<Value> {
    let goods = products::goods(state, item);
    let mut described = Record::new();
    goods.describe(&mut described, None);
    goods.is_known().then(|| given(&described, "sku"))
}
