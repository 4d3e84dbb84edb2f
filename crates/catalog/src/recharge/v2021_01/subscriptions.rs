//! Operations and fields of the resource `subscriptions` in version 2021-01.

use super::{
    CREATED_AT_MAX, CREATED_AT_MIN, CURSOR, ID, LIMIT, PAGE, SORT_BY, UPDATED_AT_MAX,
    UPDATED_AT_MIN,
};
use crate::build::{field, get, id, list, read, text};
use crate::model::{
    FieldKind, FieldRole, Interval, Object, Operation, Parameter, Resource, ResponseShape,
    STATUS_TONES,
};
use crate::recharge::CONVENTIONS;

/// The resource `subscriptions`.
pub const RESOURCE: Resource = Resource {
    name: "subscriptions",
    singular: "subscription",
    about: "Subscriptions of customers",
    object: &SUBSCRIPTION,
    operations: &[&LIST, &GET, &COUNT],
};

/// The operation `subscriptions.list`.
pub static LIST: Operation = list("/subscriptions", "List subscriptions")
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
        id(
            "shopify_customer_id",
            "only those with this shopify customer id",
        ),
        id(
            "shopify_variant_id",
            "only those with this shopify variant id",
        ),
        text("status", "only those with this status"),
    ])
    .answers(ResponseShape::Page("subscriptions", &SUBSCRIPTION))
    .scope("read_subscriptions")
    .example("rc subscriptions list --api-version 2021-01");

/// The operation `subscriptions.get`.
pub static GET: Operation = get("/subscriptions/{id}", "Show one subscription")
    .at(&[ID])
    .answers(ResponseShape::One("subscription", &SUBSCRIPTION))
    .scope("read_subscriptions")
    .example("rc subscriptions get 1 --api-version 2021-01");

/// The operation `subscriptions.count`.
pub static COUNT: Operation = read("count", "/subscriptions/count", "Count subscriptions")
    .query(COUNTED)
    .answers(ResponseShape::Number("count"))
    .scope("read_subscriptions")
    .example("rc subscriptions count --api-version 2021-01");

const COUNTED: &[Parameter] = &[
    CREATED_AT_MIN,
    CREATED_AT_MAX,
    UPDATED_AT_MIN,
    UPDATED_AT_MAX,
    id("address_id", "only those with this address id"),
    id("customer_id", "only those with this customer id"),
    id(
        "shopify_customer_id",
        "only those with this shopify customer id",
    ),
    id(
        "shopify_variant_id",
        "only those with this shopify variant id",
    ),
    text("status", "only those with this status"),
];

/// The object `subscription`.
pub const SUBSCRIPTION: Object = Object {
    name: "subscription",
    fields: &[
        field("id", FieldKind::Id),
        field("address_id", FieldKind::Id),
        field("analytics_data", FieldKind::Json),
        field("cancellation_reason", FieldKind::Text),
        field("cancellation_reason_comments", FieldKind::Text),
        field("cancelled_at", FieldKind::Time),
        field("charge_interval_frequency", FieldKind::Text),
        field("created_at", FieldKind::Time),
        field("customer_id", FieldKind::Id),
        field("email", FieldKind::Text),
        field(
            "expire_after_specific_number_of_charges",
            FieldKind::Integer,
        ),
        field("has_queued_charges", FieldKind::Integer),
        field("is_prepaid", FieldKind::Boolean),
        field("is_skippable", FieldKind::Boolean),
        field("is_swappable", FieldKind::Boolean),
        field("max_retries_reached", FieldKind::Integer),
        field("next_charge_scheduled_at", FieldKind::Time),
        field("order_day_of_month", FieldKind::Text),
        field("order_day_of_week", FieldKind::Text),
        field("order_interval_frequency", FieldKind::Text)
            .short("every")
            .role(FieldRole::Interval(Interval {
                unit: "order_interval_unit",
                charge: Some("charge_interval_frequency"),
            })),
        field("order_interval_unit", FieldKind::Text),
        field("presentment_currency", FieldKind::Text),
        field("price", FieldKind::Money),
        field("product_title", FieldKind::Text),
        field("properties", FieldKind::Json),
        field("quantity", FieldKind::Integer),
        field("recharge_product_id", FieldKind::Id),
        field("shopify_product_id", FieldKind::Id),
        field("shopify_variant_id", FieldKind::Id),
        field("sku", FieldKind::Text),
        field("sku_override", FieldKind::Boolean),
        field("status", FieldKind::Text).tones(STATUS_TONES),
        field("updated_at", FieldKind::Time),
        field("variant_title", FieldKind::Text),
    ],
    columns: &[
        "id",
        "status",
        "product_title",
        "quantity",
        "price",
        "next_charge_scheduled_at",
        "order_interval_frequency",
        "customer_id",
    ],
    conventions: &CONVENTIONS,
};
