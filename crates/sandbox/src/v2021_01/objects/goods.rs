//! Products with the terms on which they are sold, discounts, and metafields.

use serde_json::{Map, Value, json};

use super::{Object, alone};
use crate::rules;
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::v2021_01::fields::{Field, from, same};
use crate::values::key;
use crate::values::record::{self, Record};

pub(in crate::v2021_01) const PRODUCT: Object = Object {
    fields: &[
        from("id", "aside.id"),
        from("collection_id", "aside.collection"),
        from("created_at", "external_created_at").moment(),
        from("discount_amount", "aside.plan.discount_amount").amount(),
        from("discount_type", "aside.plan.discount_type"),
        from("handle", "aside.handle"),
        from("images", "aside.images"),
        from("product_id", "external_product_id").whole(),
        from("shopify_product_id", "external_product_id").whole(),
        from("subscription_defaults", "aside.terms").part(TERMS),
        same("title"),
        from("updated_at", "external_updated_at").moment(),
    ],
    aside: around_product,
};

const TERMS: &[Field] = &[
    same("apply_cutoff_date_to_checkout"),
    same("charge_interval_frequency"),
    same("cutoff_day_of_month"),
    same("cutoff_day_of_week"),
    same("expire_after_specific_number_of_charges"),
    same("modifiable_properties"),
    from(
        "number_charges_until_expiration",
        "expire_after_specific_number_of_charges",
    ),
    same("order_day_of_month"),
    same("order_day_of_week"),
    same("order_interval_frequency_options"),
    from("order_interval_unit", "interval_unit"),
    same("storefront_purchase_options"),
];

/// 2021-01 has no plans: the first one of a product tells its terms, and all of
/// them tell between which intervals a customer may choose.
fn around_product(state: &State, id: u64, product: &Record) -> Value {
    let number = record::text(product, "external_product_id");
    let mut plans: Vec<Record> = state
        .all(TableName::Plans, "external_product_id.ecommerce", number)
        .into_iter()
        .map(|(_, plan)| plan)
        .filter(|plan| record::is_nothing(plan.get("deleted_at")))
        .collect();
    plans.sort_by_key(|plan| record::number(plan, "sort_order"));
    let collection = state
        .table(TableName::CollectionProducts)
        .find_one("external_product_id", number)
        .and_then(|(_, place)| record::id(&place, "collection_id"));
    let recurring = plans
        .iter()
        .find(|plan| record::text(plan, "type") != "onetime");
    json!({
        "id": id,
        "collection": collection,
        "handle": rules::handle(record::text(product, "title")),
        "images": record::list(product, "images").first().cloned().unwrap_or(json!({})),
        "plan": recurring,
        "terms": terms(&plans, recurring),
    })
}

fn terms(plans: &[Record], recurring: Option<&Record>) -> Map<String, Value> {
    let preferences = |plan: &Record| {
        let inner = plan.get("subscription_preferences").cloned();
        record::object(inner.unwrap_or_default())
    };
    let mut terms = recurring.map(preferences).unwrap_or_default();
    let unit = record::text(&terms, "interval_unit").to_owned();
    let mut options: Vec<i64> = plans
        .iter()
        .map(preferences)
        .filter(|plan| record::text(plan, "interval_unit") == unit)
        .filter_map(|plan| record::number(&plan, "order_interval_frequency"))
        .collect();
    options.sort_unstable();
    options.dedup();
    let options: Vec<Value> = options.iter().map(|one| one.to_string().into()).collect();
    let alone = plans
        .iter()
        .all(|plan| record::text(plan, "type") != "onetime");
    let purchase = match recurring {
        None => "inactive",
        Some(_) if alone => "subscription_only",
        Some(_) => "subscription_and_onetime",
    };
    record::set(&mut terms, "order_interval_frequency_options", options);
    record::set(&mut terms, "modifiable_properties", json!([]));
    record::set(&mut terms, "storefront_purchase_options", purchase);
    terms
}

pub(in crate::v2021_01) const DISCOUNT: Object = Object {
    fields: &[
        same("id"),
        from("applies_to", "aside.applies_to"),
        from("applies_to_id", "aside.applies_to_id"),
        from("applies_to_product_type", "applies_to.purchase_item_type").upper(),
        from("applies_to_resource", "aside.applies_to_resource"),
        same("channel_settings"),
        same("code"),
        same("created_at").moment(),
        from("discount_type", "value_type"),
        from("duration", "aside.duration"),
        from("duration_usage_limit", "aside.duration_usage_limit"),
        same("ends_at").moment(),
        from(
            "first_time_customer_restriction",
            "aside.first_time_customer_restriction",
        ),
        from(
            "once_per_customer",
            "usage_limits.one_application_per_customer",
        ),
        same("prerequisite_subtotal_min"),
        same("starts_at").moment(),
        same("status"),
        from("times_used", "aside.times_used"),
        same("updated_at").moment(),
        from("usage_limit", "aside.usage_limit"),
        same("value").amount(),
    ],
    aside: around_discount,
};

fn around_discount(state: &State, id: u64, discount: &Record) -> Value {
    let first = record::list(discount, "applies_to.ids").first();
    // Named after the shop in this version.
    let resource = match record::text(discount, "applies_to.resource") {
        "" => Value::Null,
        one if one.contains("collection") => "shopify_collection_id".into(),
        one if one.contains("product") => "shopify_product".into(),
        other => other.into(),
    };
    let later = record::number(discount, "usage_limits.max_subsequent_redemptions");
    let (duration, limit) = match later {
        None => ("forever", None),
        Some(0) => ("single_use", None),
        Some(later) => ("usage_limit", Some(later.saturating_add(1))),
    };
    let only_new = record::flag(discount, "usage_limits.first_time_customer_restriction");
    json!({
        "applies_to": null,
        "applies_to_id": first.map(|one| record::whole(one).map_or(one.clone(), Value::from)),
        "applies_to_resource": resource,
        "duration": duration,
        "duration_usage_limit": limit,
        "first_time_customer_restriction": only_new.then_some("customer_must_not_exist_in_recharge"),
        "times_used": times_used(state, id),
        "usage_limit": null,
    })
}

/// On how many charges that were paid.
fn times_used(state: &State, discount: u64) -> usize {
    let charges = state.table(TableName::Charges);
    let (Some(by_discount), Some(by_status)) = (
        charges.lookup_at("discounts.*.id"),
        charges.lookup_at("status"),
    ) else {
        return 0;
    };
    let paid = ["success", "refunded", "partially_refunded"].map(key::hash);
    charges
        .with(by_discount, key::hash_of_number(discount))
        .filter(|id| {
            paid.iter()
                .any(|status| charges.has(by_status, *status, *id))
        })
        .count()
}

pub(in crate::v2021_01) const METAFIELD: Object = Object {
    fields: &[
        same("id"),
        same("created_at").moment(),
        same("description"),
        same("key"),
        same("namespace"),
        same("owner_id"),
        same("owner_resource"),
        same("updated_at").moment(),
        same("value").text(),
        same("value_type"),
    ],
    aside: alone,
};
