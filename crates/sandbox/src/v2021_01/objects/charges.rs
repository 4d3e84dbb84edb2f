//! Charges.

use serde_json::{Value, json};

use super::{DISCOUNT_CODES, Object, POSTAL, SHIPPING_LINES, payer};
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::v2021_01::fields::{Field, from, same};
use crate::values::record::{self, Record};

pub(in crate::v2021_01) const CHARGE: Object = Object {
    fields: &[
        same("id"),
        same("address_id"),
        same("analytics_data"),
        same("billing_address").part(POSTAL),
        same("client_details"),
        same("created_at").moment(),
        same("currency"),
        from("customer_hash", "customer.hash"),
        from("customer_id", "customer.id"),
        from("discount_codes", "discounts").each(DISCOUNT_CODES),
        from("email", "customer.email"),
        // Only charges that failed have these.
        same("error").left_out_when_null(),
        same("error_type").left_out_when_null(),
        from("first_name", "aside.payer.first_name"),
        // Real answers spell it with one t.
        from("has_uncommited_changes", "has_uncommitted_changes"),
        from("last_charge_attempt_date", "last_charge_attempt")
            .moment()
            .left_out_when_null(),
        from("last_name", "aside.payer.last_name"),
        from("line_items", "aside.lines").each(LINES),
        same("note"),
        from("note_attributes", "order_attributes"),
        from("number_times_tried", "charge_attempts").left_out_when_null(),
        same("processed_at").moment(),
        from("processor_name", "payment_processor"),
        from("requires_shipping", "aside.requires_shipping"),
        same("retry_date").day().left_out_when_null(),
        same("scheduled_at").day(),
        from("shipments_count", "orders_count"),
        same("shipping_address").part(POSTAL),
        same("shipping_lines").each(SHIPPING_LINES),
        from("shopify_order_id", "external_order_id.ecommerce"),
        from("shopify_variant_id_not_found", "external_variant_not_found").left_out_when_null(),
        same("status").upper(),
        from("sub_total", "subtotal_price"),
        same("subtotal_price"),
        same("tags"),
        // A list in 2021-11, the sum of it here.
        from("tax_lines", "total_tax").amount(),
        same("total_discounts"),
        same("total_duties"),
        same("total_line_items_price"),
        same("total_price"),
        same("total_refunds").null_when_empty(),
        same("total_tax").amount(),
        from("total_weight", "total_weight_grams"),
        from(
            "transaction_id",
            "external_transaction_id.payment_processor",
        ),
        same("type").upper(),
        same("updated_at").moment(),
    ],
    aside: around,
};

const LINES: &[Field] = &[
    same("grams"),
    same("images"),
    same("original_price"),
    from("price", "unit_price"),
    same("properties"),
    same("quantity"),
    from("shopify_product_id", "external_product_id.ecommerce"),
    from("shopify_variant_id", "external_variant_id.ecommerce"),
    same("sku"),
    from("subscription_id", "purchase_item_id"),
    same("tax_lines"),
    same("title"),
    from("type", "purchase_item_type").upper(),
    same("variant_title"),
    same("vendor"),
];

/// Lines name the vendor of their product, which 2021-11 leaves to the product.
fn around(state: &State, _: u64, charge: &Record) -> Value {
    let mut shipped = false;
    let mut lines = Vec::new();
    for line in record::list(charge, "line_items") {
        let mut line = record::object(line.clone());
        let number = record::text(&line, "external_product_id.ecommerce");
        let product = state
            .table(TableName::Products)
            .find_one("external_product_id", number)
            .map(|(_, product)| product);
        let needs = product
            .as_ref()
            .map(|one| record::flag(one, "requires_shipping"));
        // A product that is gone was shipped like any other.
        shipped |= needs.unwrap_or(true);
        let vendor = product.and_then(|mut product| product.remove("vendor"));
        record::set(&mut line, "vendor", vendor.unwrap_or_default());
        lines.push(Value::Object(line));
    }
    json!({"lines": lines, "payer": payer(state, charge), "requires_shipping": shipped})
}
