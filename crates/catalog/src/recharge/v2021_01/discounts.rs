//! Operations and fields of the resource `discounts` in version 2021-01.

use super::{
    CREATED_AT_MAX, CREATED_AT_MIN, CURSOR, ID, LIMIT, PAGE, SORT_BY, UPDATED_AT_MAX,
    UPDATED_AT_MIN,
};
use crate::build::{field, get, list, read, text};
use crate::model::{
    FieldKind, Object, Operation, Parameter, Resource, ResponseShape, STATUS_TONES,
};
use crate::recharge::CONVENTIONS;

/// The resource `discounts`.
pub const RESOURCE: Resource = Resource {
    name: "discounts",
    singular: "discount",
    about: "Discount codes",
    object: &DISCOUNT,
    operations: &[&LIST, &GET, &COUNT],
};

/// The operation `discounts.list`.
pub static LIST: Operation = list("/discounts", "List discounts")
    .query(&[
        LIMIT,
        CURSOR,
        PAGE,
        SORT_BY,
        CREATED_AT_MIN,
        CREATED_AT_MAX,
        UPDATED_AT_MIN,
        UPDATED_AT_MAX,
        text("discount_code", "only those with this discount code"),
        text("discount_type", "only those with this discount type"),
        text("status", "only those with this status"),
    ])
    .answers(ResponseShape::Page("discounts", &DISCOUNT))
    .scope("read_discounts")
    .example("rc discounts list --api-version 2021-01");

/// The operation `discounts.get`.
pub static GET: Operation = get("/discounts/{id}", "Show one discount")
    .at(&[ID])
    .answers(ResponseShape::One("discount", &DISCOUNT))
    .scope("read_discounts")
    .example("rc discounts get 1 --api-version 2021-01");

/// The operation `discounts.count`.
pub static COUNT: Operation = read("count", "/discounts/count", "Count discounts")
    .query(COUNTED)
    .answers(ResponseShape::Number("count"))
    .scope("read_discounts")
    .example("rc discounts count --api-version 2021-01");

const COUNTED: &[Parameter] = &[
    CREATED_AT_MIN,
    CREATED_AT_MAX,
    UPDATED_AT_MIN,
    UPDATED_AT_MAX,
    text("discount_code", "only those with this discount code"),
    text("discount_type", "only those with this discount type"),
    text("status", "only those with this status"),
];

/// The object `discount`.
pub const DISCOUNT: Object = Object {
    name: "discount",
    fields: &[
        field("id", FieldKind::Id),
        field("applies_to", FieldKind::Text),
        field("applies_to_id", FieldKind::Id),
        field("applies_to_product_type", FieldKind::Text),
        field("applies_to_resource", FieldKind::Text),
        field("channel_settings", FieldKind::Json),
        field("code", FieldKind::Text),
        field("created_at", FieldKind::Time),
        field("discount_type", FieldKind::Text),
        field("duration", FieldKind::Text),
        field("duration_usage_limit", FieldKind::Text),
        field("ends_at", FieldKind::Time),
        field("first_time_customer_restriction", FieldKind::Text),
        field("once_per_customer", FieldKind::Boolean),
        field("prerequisite_subtotal_min", FieldKind::Text),
        field("starts_at", FieldKind::Time),
        field("status", FieldKind::Text).tones(STATUS_TONES),
        field("times_used", FieldKind::Integer),
        field("updated_at", FieldKind::Time),
        field("usage_limit", FieldKind::Text),
        field("value", FieldKind::Money),
    ],
    columns: &[
        "id",
        "code",
        "value",
        "discount_type",
        "status",
        "times_used",
    ],
    conventions: &CONVENTIONS,
};
