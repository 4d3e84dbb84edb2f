//! Subscriptions and one-time items.

use serde_json::{Value, json};

use super::{Object, customer};
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::v2021_01::fields::{from, same};
use crate::values::record::{self, Record};

pub(in crate::v2021_01) const SUBSCRIPTION: Object = Object {
    fields: &[
        same("id"),
        same("address_id"),
        same("analytics_data"),
        same("cancellation_reason"),
        same("cancellation_reason_comments"),
        same("cancelled_at").moment(),
        same("charge_interval_frequency").text(),
        same("created_at").moment(),
        same("customer_id"),
        from("email", "aside.email"),
        same("expire_after_specific_number_of_charges"),
        same("has_queued_charges").bit(),
        same("is_prepaid"),
        same("is_skippable"),
        same("is_swappable"),
        same("max_retries_reached").bit(),
        same("next_charge_scheduled_at").day(),
        same("order_day_of_month"),
        same("order_day_of_week"),
        same("order_interval_frequency").text(),
        same("order_interval_unit"),
        same("presentment_currency"),
        same("price").amount(),
        same("product_title"),
        same("properties"),
        same("quantity"),
        from("recharge_product_id", "aside.product"),
        from("shopify_product_id", "external_product_id.ecommerce").whole(),
        from("shopify_variant_id", "external_variant_id.ecommerce").whole(),
        same("sku"),
        same("sku_override"),
        same("status").upper(),
        same("updated_at").moment(),
        same("variant_title"),
    ],
    aside: around,
};

pub(in crate::v2021_01) const ONETIME: Object = Object {
    fields: &[
        same("id"),
        same("address_id"),
        same("created_at").moment(),
        same("customer_id"),
        same("next_charge_scheduled_at").day(),
        from("presentment_currency", "aside.currency"),
        same("price").amount(),
        same("product_title"),
        same("properties"),
        same("quantity"),
        from("recharge_product_id", "aside.product"),
        from("shopify_product_id", "external_product_id.ecommerce").whole(),
        from("shopify_variant_id", "external_variant_id.ecommerce").whole(),
        same("sku"),
        from("status", "aside.status"),
        same("updated_at").moment(),
        same("variant_title"),
    ],
    aside: around,
};

fn around(state: &State, _: u64, item: &Record) -> Value {
    let number = record::text(item, "external_product_id.ecommerce");
    let product = state
        .table(TableName::Products)
        .find("external_product_id", number)
        .first()
        .copied();
    let address = record::id(item, "address_id").unwrap_or(0);
    let address = state.get(TableName::Addresses, address).unwrap_or_default();
    let status = if record::flag(item, "is_cancelled") {
        "CANCELLED"
    } else {
        "ONETIME"
    };
    json!({
        "currency": address.get("presentment_currency"),
        "email": customer(state, item, "customer_id").get("email"),
        "product": product,
        "status": status,
    })
}
