//! Operations and fields of the resource `addresses` in version 2021-01.

use super::{
    CREATED_AT_MAX, CREATED_AT_MIN, CURSOR, ID, LIMIT, PAGE, SORT_BY, UPDATED_AT_MAX,
    UPDATED_AT_MIN,
};
use crate::build::{boolean, field, get, id, list, read, text};
use crate::model::{FieldKind, Object, Operation, Parameter, Resource, ResponseShape};
use crate::recharge::CONVENTIONS;

/// The resource `addresses`.
pub const RESOURCE: Resource = Resource {
    name: "addresses",
    singular: "address",
    about: "Addresses of customers",
    object: &ADDRESS,
    operations: &[&LIST, &GET, &COUNT],
};

/// The operation `addresses.list`.
pub static LIST: Operation = list("/addresses", "List addresses")
    .query(&[
        LIMIT,
        CURSOR,
        PAGE,
        SORT_BY,
        CREATED_AT_MIN,
        CREATED_AT_MAX,
        UPDATED_AT_MIN,
        UPDATED_AT_MAX,
        id("customer_id", "only those with this customer id"),
        text("discount_code", "only those with this discount code"),
        id("discount_id", "only those with this discount id"),
        boolean("is_active", "only those with or without is active"),
        id(
            "shopify_customer_id",
            "only those with this shopify customer id",
        ),
    ])
    .answers(ResponseShape::Page("addresses", &ADDRESS))
    .scope("read_customers")
    .example("rc addresses list --api-version 2021-01");

/// The operation `addresses.get`.
pub static GET: Operation = get("/addresses/{id}", "Show one address")
    .at(&[ID])
    .answers(ResponseShape::One("address", &ADDRESS))
    .scope("read_customers")
    .example("rc addresses get 1 --api-version 2021-01");

/// The operation `addresses.count`.
pub static COUNT: Operation = read("count", "/addresses/count", "Count addresses")
    .query(COUNTED)
    .answers(ResponseShape::Number("count"))
    .scope("read_customers")
    .example("rc addresses count --api-version 2021-01");

const COUNTED: &[Parameter] = &[
    CREATED_AT_MIN,
    CREATED_AT_MAX,
    UPDATED_AT_MIN,
    UPDATED_AT_MAX,
    id("customer_id", "only those with this customer id"),
    text("discount_code", "only those with this discount code"),
    id("discount_id", "only those with this discount id"),
    boolean("is_active", "only those with or without is active"),
    id(
        "shopify_customer_id",
        "only those with this shopify customer id",
    ),
];

/// The object `address`.
pub const ADDRESS: Object = Object {
    name: "address",
    fields: &[
        field("id", FieldKind::Id),
        field("address1", FieldKind::Text),
        field("address2", FieldKind::Text),
        field("cart_attributes", FieldKind::Json),
        field("cart_note", FieldKind::Text),
        field("city", FieldKind::Text),
        field("company", FieldKind::Text),
        field("country", FieldKind::Text),
        field("country_code", FieldKind::Text),
        field("created_at", FieldKind::Time),
        field("customer_id", FieldKind::Id),
        field("discount_id", FieldKind::Id),
        field("first_name", FieldKind::Text),
        field("last_name", FieldKind::Text),
        field("note_attributes", FieldKind::Json),
        field("original_shipping_lines", FieldKind::Json),
        field("phone", FieldKind::Text),
        field("presentment_currency", FieldKind::Text),
        field("province", FieldKind::Text),
        field("shipping_lines_override", FieldKind::Text),
        field("updated_at", FieldKind::Time),
        field("zip", FieldKind::Text),
    ],
    columns: &[
        "id",
        "customer_id",
        "first_name",
        "last_name",
        "address1",
        "city",
        "zip",
        "country",
    ],
    conventions: &CONVENTIONS,
};
