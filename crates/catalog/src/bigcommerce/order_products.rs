//! Operations, parameters and fields of the resource `order_products`.

use super::orders::SCOPE;
use super::parameters::{LIMIT, PAGE};
use super::{CONVENTIONS, V2_ERRORS, V2_PAGES};
use crate::build::{field, id, list};
use crate::model::{FieldKind, FieldRole, Object, Operation, Resource, ResponseShape};

/// The resource `order_products`.
pub const RESOURCE: Resource = Resource {
    name: "order_products",
    singular: "order_product",
    about: "Line items of orders",
    object: &ORDER_PRODUCT,
    operations: &[&LIST],
};

/// The operation `order_products.list`.
pub static LIST: Operation = list(
    "/v2/orders/{order_id}/products",
    "List the line items of an order",
)
.at(&[id("order_id", "id of the order")])
.query(&[LIMIT, PAGE])
.answers(ResponseShape::BarePage(&ORDER_PRODUCT))
.pages_by(V2_PAGES)
.fails_with(V2_ERRORS)
.copied_under("orders")
.scope(SCOPE)
.example("rc bigcommerce order-products list 100");

/// The object `order_product`. Fields: recorded answers and types of client libraries.
pub const ORDER_PRODUCT: Object = Object {
    name: "order_product",
    fields: &[
        field("id", FieldKind::Id),
        field("order_id", FieldKind::Id),
        field("product_id", FieldKind::Id),
        field("variant_id", FieldKind::Id),
        field("order_pickup_method_id", FieldKind::Id),
        field("order_address_id", FieldKind::Id),
        field("name", FieldKind::Text).role(FieldRole::Name(&[])),
        field("name_customer", FieldKind::Text),
        field("name_merchant", FieldKind::Text),
        field("sku", FieldKind::Text),
        field("upc", FieldKind::Text),
        field("type", FieldKind::Text).values(&["physical", "digital", "giftcertificate"]),
        field("base_price", FieldKind::Money),
        field("price_ex_tax", FieldKind::Money),
        field("price_inc_tax", FieldKind::Money),
        field("price_tax", FieldKind::Money),
        field("base_total", FieldKind::Money),
        field("total_ex_tax", FieldKind::Money),
        field("total_inc_tax", FieldKind::Money),
        field("total_tax", FieldKind::Money),
        field("weight", FieldKind::Money),
        field("width", FieldKind::Money),
        field("height", FieldKind::Money),
        field("depth", FieldKind::Money),
        field("quantity", FieldKind::Integer),
        field("base_cost_price", FieldKind::Money),
        field("cost_price_inc_tax", FieldKind::Money),
        field("cost_price_ex_tax", FieldKind::Money),
        field("cost_price_tax", FieldKind::Money),
        field("is_refunded", FieldKind::Boolean),
        field("quantity_refunded", FieldKind::Integer),
        field("refund_amount", FieldKind::Money),
        field("return_id", FieldKind::Id),
        field("wrapping_id", FieldKind::Id),
        field("wrapping_name", FieldKind::Text),
        field("base_wrapping_cost", FieldKind::Money),
        field("wrapping_cost_ex_tax", FieldKind::Money),
        field("wrapping_cost_inc_tax", FieldKind::Money),
        field("wrapping_cost_tax", FieldKind::Money),
        field("wrapping_message", FieldKind::Text),
        field("quantity_shipped", FieldKind::Integer),
        field("event_name", FieldKind::Text),
        field("event_date", FieldKind::Text),
        field("fixed_shipping_cost", FieldKind::Money),
        field("ebay_item_id", FieldKind::Text),
        field("ebay_transaction_id", FieldKind::Text),
        field("option_set_id", FieldKind::Id),
        field("parent_order_product_id", FieldKind::Id),
        field("is_bundled_product", FieldKind::Boolean),
        field("bin_picking_number", FieldKind::Text),
        field("external_id", FieldKind::Text),
        field("fulfillment_source", FieldKind::Text),
        field("brand", FieldKind::Text),
        field("gift_certificate_id", FieldKind::Id),
        field("discounted_total_inc_tax", FieldKind::Money),
        field("applied_discounts", FieldKind::Json),
        field("product_options", FieldKind::Json),
        field("configurable_fields", FieldKind::Json),
    ],
    columns: &[
        "id",
        "order_id",
        "product_id",
        "sku",
        "name",
        "quantity",
        "price_inc_tax",
        "total_inc_tax",
    ],
    conventions: &CONVENTIONS,
};
