//! Operations and fields of the resource `charges` in version 2021-01.

use super::{
    CREATED_AT_MAX, CREATED_AT_MIN, CURSOR, ID, LIMIT, PAGE, SORT_BY, UPDATED_AT_MAX,
    UPDATED_AT_MIN,
};
use crate::build::{day, field, get, id, list, read, text};
use crate::model::{
    FieldKind, Object, Operation, Parameter, Resource, ResponseShape, STATUS_TONES,
};
use crate::recharge::CONVENTIONS;

/// The resource `charges`.
pub const RESOURCE: Resource = Resource {
    name: "charges",
    singular: "charge",
    about: "Charges that are due, failed or done",
    object: &CHARGE,
    operations: &[&LIST, &GET, &COUNT],
};

/// The operation `charges.list`.
pub static LIST: Operation = list("/charges", "List charges")
    .query(&[
        LIMIT,
        CURSOR,
        PAGE,
        SORT_BY,
        CREATED_AT_MIN,
        CREATED_AT_MAX,
        UPDATED_AT_MIN,
        UPDATED_AT_MAX,
        id("address_id", "only those with this address id"),
        id("customer_id", "only those with this customer id"),
        day("date", "only those of this date"),
        day("date_max", "only up to this date"),
        day("date_min", "only from this date on"),
        text("discount_code", "only those with this discount code"),
        id("discount_id", "only those with this discount id"),
        day("scheduled_at", "only those of this scheduled at"),
        day("scheduled_at_max", "only up to this scheduled at"),
        day("scheduled_at_min", "only from this scheduled at on"),
        id(
            "shopify_customer_id",
            "only those with this shopify customer id",
        ),
        id("shopify_order_id", "only those with this shopify order id"),
        text("status", "only those with this status"),
        id("subscription_id", "only those with this subscription id"),
    ])
    .answers(ResponseShape::Page("charges", &CHARGE))
    .scope("read_orders")
    .example("rc charges list --api-version 2021-01");

/// The operation `charges.get`.
pub static GET: Operation = get("/charges/{id}", "Show one charge")
    .at(&[ID])
    .answers(ResponseShape::One("charge", &CHARGE))
    .scope("read_orders")
    .example("rc charges get 1 --api-version 2021-01");

/// The operation `charges.count`.
pub static COUNT: Operation = read("count", "/charges/count", "Count charges")
    .query(COUNTED)
    .answers(ResponseShape::Number("count"))
    .scope("read_orders")
    .example("rc charges count --api-version 2021-01");

const COUNTED: &[Parameter] = &[
    CREATED_AT_MIN,
    CREATED_AT_MAX,
    UPDATED_AT_MIN,
    UPDATED_AT_MAX,
    id("address_id", "only those with this address id"),
    id("customer_id", "only those with this customer id"),
    day("date", "only those of this date"),
    day("date_max", "only up to this date"),
    day("date_min", "only from this date on"),
    text("discount_code", "only those with this discount code"),
    id("discount_id", "only those with this discount id"),
    day("scheduled_at", "only those of this scheduled at"),
    day("scheduled_at_max", "only up to this scheduled at"),
    day("scheduled_at_min", "only from this scheduled at on"),
    id(
        "shopify_customer_id",
        "only those with this shopify customer id",
    ),
    id("shopify_order_id", "only those with this shopify order id"),
    text("status", "only those with this status"),
    id("subscription_id", "only those with this subscription id"),
];

/// The object `charge`.
pub const CHARGE: Object = Object {
    name: "charge",
    fields: &[
        field("id", FieldKind::Id),
        field("address_id", FieldKind::Id),
        field("analytics_data", FieldKind::Json),
        field("billing_address", FieldKind::Json),
        field("client_details", FieldKind::Json),
        field("created_at", FieldKind::Time),
        field("currency", FieldKind::Text),
        field("customer_hash", FieldKind::Text).secret(),
        field("customer_id", FieldKind::Id),
        field("discount_codes", FieldKind::Json),
        field("email", FieldKind::Text),
        field("first_name", FieldKind::Text),
        field("has_uncommited_changes", FieldKind::Boolean),
        field("last_name", FieldKind::Text),
        field("line_items", FieldKind::Json),
        field("note", FieldKind::Text),
        field("note_attributes", FieldKind::Json),
        field("processed_at", FieldKind::Time),
        field("processor_name", FieldKind::Text),
        field("requires_shipping", FieldKind::Boolean),
        field("scheduled_at", FieldKind::Time),
        field("shipments_count", FieldKind::Integer),
        field("shipping_address", FieldKind::Json),
        field("shipping_lines", FieldKind::Json),
        field("shopify_order_id", FieldKind::Text),
        field("status", FieldKind::Text).tones(STATUS_TONES),
        field("sub_total", FieldKind::Text),
        field("subtotal_price", FieldKind::Money),
        field("tags", FieldKind::Text),
        field("tax_lines", FieldKind::Money),
        field("total_discounts", FieldKind::Money),
        field("total_duties", FieldKind::Money),
        field("total_line_items_price", FieldKind::Money),
        field("total_price", FieldKind::Money),
        field("total_refunds", FieldKind::Money),
        field("total_tax", FieldKind::Money),
        field("total_weight", FieldKind::Integer),
        field("transaction_id", FieldKind::Text),
        field("type", FieldKind::Text),
        field("updated_at", FieldKind::Time),
    ],
    columns: &[
        "id",
        "scheduled_at",
        "status",
        "type",
        "total_price",
        "customer_id",
        "email",
    ],
    conventions: &CONVENTIONS,
};
