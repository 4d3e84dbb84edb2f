//! Orders. Prices are numbers here, and texts on charges.

use serde_json::{Value, json};

use super::{DISCOUNT_CODES, Object, POSTAL, SHIPPING_LINES, customer, payer};
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::v2021_01::fields::{Field, from, same};
use crate::values::record::{self, Record};

pub(in crate::v2021_01) const ORDER: Object = Object {
    fields: &[
        same("id"),
        same("address_id"),
        from("address_is_active", "aside.address_is_there").bit(),
        same("billing_address").part(POSTAL),
        from("browser_ip", "client_details.browser_ip"),
        from("charge_id", "charge.id"),
        from("charge_status", "aside.charge.status").upper(),
        same("created_at").moment(),
        same("currency"),
        from("customer", "aside.customer").part(CUSTOMER),
        from("customer_id", "customer.id"),
        from("discount_codes", "discounts")
            .each(DISCOUNT_CODES)
            .null_when_empty(),
        from("email", "customer.email"),
        same("error"),
        from("first_name", "aside.payer.first_name"),
        from("hash", "customer.hash"),
        same("is_prepaid").bit(),
        from("last_name", "aside.payer.last_name"),
        same("line_items").each(LINES),
        same("note"),
        from("note_attributes", "order_attributes"),
        from("payment_processor", "aside.charge.payment_processor"),
        same("processed_at").moment(),
        same("scheduled_at").day(),
        from("shipped_date", "processed_at").moment(),
        same("shipping_address").part(POSTAL),
        from("shipping_date", "scheduled_at").day(),
        same("shipping_lines").each(SHIPPING_LINES),
        from("shopify_cart_token", "external_cart_token"),
        from(
            "shopify_customer_id",
            "customer.external_customer_id.ecommerce",
        )
        .text(),
        from("shopify_id", "external_order_id.ecommerce"),
        from("shopify_order_id", "external_order_id.ecommerce"),
        from("shopify_order_number", "external_order_number.ecommerce").whole(),
        same("status").upper(),
        same("subtotal_price").amount(),
        same("tags"),
        same("tax_lines"),
        same("total_discounts").amount(),
        same("total_duties"),
        same("total_line_items_price").amount(),
        same("total_price").amount(),
        same("total_refunds").null_when_empty(),
        same("total_tax"),
        from("total_weight", "total_weight_grams"),
        from(
            "transaction_id",
            "charge.external_transaction_id.payment_processor",
        ),
        same("type").upper(),
        same("updated_at").moment(),
    ],
    aside: around,
};

const CUSTOMER: &[Field] = &[
    same("accepts_marketing"),
    same("email"),
    same("first_name"),
    same("last_name"),
    same("phone"),
    same("send_email_welcome"),
    same("verified_email"),
];

const LINES: &[Field] = &[
    same("external_inventory_policy"),
    same("grams"),
    same("images"),
    same("original_price").amount(),
    from("price", "unit_price").amount(),
    from("product_title", "title"),
    same("properties"),
    same("quantity"),
    from("shopify_product_id", "external_product_id.ecommerce"),
    from("shopify_variant_id", "external_variant_id.ecommerce"),
    same("sku"),
    from("subscription_id", "purchase_item_id"),
    same("tax_lines"),
    same("title"),
    same("variant_title"),
];

fn around(state: &State, _: u64, order: &Record) -> Value {
    let charge = record::id(order, "charge.id").unwrap_or(0);
    let address = record::id(order, "address_id").unwrap_or(0);
    let mut customer = customer(state, order, "customer.id");
    for (told_to_the_shop, answer) in [("send_email_welcome", false), ("verified_email", true)] {
        record::set(&mut customer, told_to_the_shop, answer);
    }
    json!({
        "address_is_there": state.table(TableName::Addresses).holds(address),
        "charge": state.get(TableName::Charges, charge),
        "customer": customer,
        "payer": payer(state, order),
    })
}
