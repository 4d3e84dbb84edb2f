//! Operations and fields of the resource `onetimes` in version 2021-01.

use super::{
    CREATED_AT_MAX, CREATED_AT_MIN, CURSOR, ID, LIMIT, PAGE, SORT_BY, UPDATED_AT_MAX,
    UPDATED_AT_MIN,
};
use crate::build::{day, field, get, id, integer, list, money, pairs, read, text, update};
use crate::model::{
    FieldKind, Object, Operation, Parameter, Resource, ResponseShape, STATUS_TONES,
};
use crate::recharge::CONVENTIONS;

/// The resource `onetimes`.
pub const RESOURCE: Resource = Resource {
    name: "onetimes",
    singular: "onetime",
    about: "Items that are shipped once with a charge",
    object: &ONETIME,
    operations: &[
        &LIST,
        &GET,
        &COUNT,
        &UPDATE,
        &super::super::v2021_11::onetimes::DELETE,
    ],
};

/// The operation `onetimes.list`.
pub static LIST: Operation = list("/onetimes", "List onetimes")
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
    ])
    .answers(ResponseShape::Page("onetimes", &ONETIME))
    .scope("read_subscriptions")
    .example("rc onetimes list --api-version 2021-01");

/// The operation `onetimes.get`.
pub static GET: Operation = get("/onetimes/{id}", "Show one onetime")
    .at(&[ID])
    .answers(ResponseShape::One("onetime", &ONETIME))
    .scope("read_subscriptions")
    .example("rc onetimes get 1 --api-version 2021-01");

/// The operation `onetimes.count`.
pub static COUNT: Operation = read("count", "/onetimes/count", "Count onetimes")
    .query(COUNTED)
    .answers(ResponseShape::Number("count"))
    .scope("read_subscriptions")
    .example("rc onetimes count --api-version 2021-01");

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
];

/// The operation `onetimes.update`.
pub static UPDATE: Operation = update("/onetimes/{id}", "Change a one-time item")
    .at(&[ID])
    .body(&[
        day("next_charge_scheduled_at", "day of the next charge").flag("next-charge"),
        money("price", "price of one"),
        text("product_title", "name of the product"),
        pairs("properties", "extra name and value").flag("property"),
        integer("quantity", "how many"),
        id("shopify_variant_id", "the variant in the shop"),
        text("sku", "stock-keeping unit"),
    ])
    .answers(ResponseShape::One("onetime", &ONETIME))
    .scope("write_subscriptions")
    .example("rc onetimes update 16909886 --api-version 2021-01 --quantity 2");

/// The object `onetime`.
pub const ONETIME: Object = Object {
    name: "onetime",
    fields: &[
        field("id", FieldKind::Id),
        field("address_id", FieldKind::Id),
        field("created_at", FieldKind::Time),
        field("customer_id", FieldKind::Id),
        field("next_charge_scheduled_at", FieldKind::Time),
        field("price", FieldKind::Money),
        field("product_title", FieldKind::Text),
        field("properties", FieldKind::Json),
        field("quantity", FieldKind::Integer),
        field("recharge_product_id", FieldKind::Id),
        field("shopify_product_id", FieldKind::Id),
        field("shopify_variant_id", FieldKind::Id),
        field("sku", FieldKind::Text),
        field("status", FieldKind::Text).tones(STATUS_TONES),
        field("updated_at", FieldKind::Time),
        field("variant_title", FieldKind::Text),
    ],
    columns: &[
        "id",
        "product_title",
        "quantity",
        "price",
        "next_charge_scheduled_at",
        "address_id",
    ],
    conventions: &CONVENTIONS,
};
