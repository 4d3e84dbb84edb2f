//! Operations and fields of the resource `orders` in version 2021-01.

use super::{
    CREATED_AT_MAX, CREATED_AT_MIN, CURSOR, ID, LIMIT, PAGE, SORT_BY, UPDATED_AT_MAX,
    UPDATED_AT_MIN,
};
use crate::build::{
    act, boolean, day, field, get, id, list, object, post, read, text, time, update,
};
use crate::model::{
    FieldKind, Idempotency, Method, Object, OldValue, Operation, Parameter, Resource,
    ResponseShape, STATUS_TONES, UndoCommand,
};
use crate::recharge::CONVENTIONS;

/// The resource `orders`.
pub const RESOURCE: Resource = Resource {
    name: "orders",
    singular: "order",
    about: "Orders of charges",
    object: &ORDER,
    operations: &[
        &LIST,
        &GET,
        &COUNT,
        &UPDATE,
        &super::super::v2021_11::orders::DELETE,
        &CHANGE_DATE,
        &UPDATE_SHOPIFY_VARIANT,
        &CLONE_ON_CHARGE,
        &DELAY,
    ],
};

/// The operation `orders.list`.
pub static LIST: Operation = list("/orders", "List orders")
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
        id("charge_id", "only those with this charge id"),
        id("customer_id", "only those with this customer id"),
        boolean(
            "has_external_id",
            "only those with an external id; =false: only those without",
        ),
        day("scheduled_at_max", "scheduled on or before this day"),
        day("scheduled_at_min", "scheduled on or after this day"),
        day("shipping_date", "shipped on this day"),
        day("shipping_date_max", "shipped on or before this day"),
        day("shipping_date_min", "shipped on or after this day"),
        id(
            "shopify_customer_id",
            "only those with this shopify customer id",
        ),
        id("shopify_order_id", "only those with this shopify order id"),
        text("status", "only those with this status"),
        id("subscription_id", "only those with this subscription id"),
        text("type", "only those with this type"),
    ])
    .answers(ResponseShape::Page("orders", &ORDER))
    .scope("read_orders")
    .example("rc orders list --api-version 2021-01");

/// The operation `orders.get`.
pub static GET: Operation = get("/orders/{id}", "Show one order")
    .at(&[ID])
    .answers(ResponseShape::One("order", &ORDER))
    .scope("read_orders")
    .example("rc orders get 1 --api-version 2021-01");

/// The operation `orders.count`.
pub static COUNT: Operation = read("count", "/orders/count", "Count orders")
    .query(COUNTED)
    .answers(ResponseShape::Number("count"))
    .scope("read_orders")
    .example("rc orders count --api-version 2021-01");

const COUNTED: &[Parameter] = &[
    CREATED_AT_MIN,
    CREATED_AT_MAX,
    UPDATED_AT_MIN,
    UPDATED_AT_MAX,
    id("address_id", "only those with this address id"),
    id("charge_id", "only those with this charge id"),
    id("customer_id", "only those with this customer id"),
    boolean(
        "has_external_id",
        "only those with an external id; =false: only those without",
    ),
    day("scheduled_at_max", "scheduled on or before this day"),
    day("scheduled_at_min", "scheduled on or after this day"),
    day("shipping_date", "shipped on this day"),
    day("shipping_date_max", "shipped on or before this day"),
    day("shipping_date_min", "shipped on or after this day"),
    id(
        "shopify_customer_id",
        "only those with this shopify customer id",
    ),
    id("shopify_order_id", "only those with this shopify order id"),
    text("status", "only those with this status"),
    id("subscription_id", "only those with this subscription id"),
    text("type", "only those with this type"),
];

/// The operation `orders.update`.
pub static UPDATE: Operation = update("/orders/{id}", "Change an order")
    .at(&[ID])
    .body(&[
        object("billing_address", "billing address"),
        object("customer", "fields of the customer"),
        object("shipping_address", "shipping address"),
    ])
    .answers(ResponseShape::One("order", &ORDER))
    .scope("write_orders")
    .example("rc orders update 210987092 --api-version 2021-01 --set shipping_address.city=Ulm");

/// The operation `orders.change_date`.
pub static CHANGE_DATE: Operation = post(
    "change_date",
    "/orders/{id}/change_date",
    "Move a queued order to another day",
)
.at(&[ID])
.body(&[SCHEDULED_AT])
.answers(ResponseShape::One("order", &ORDER))
.scope("write_orders")
.again(Idempotency::Idempotent)
.done("moved")
.undo_command(UndoCommand::OldValues(&[OldValue {
    parameter: "scheduled_at",
    field: "scheduled_at",
}]))
.example("rc orders change-date 210987092 --scheduled-at 2026-12-16");

const SCHEDULED_AT: Parameter = time("scheduled_at", "day of the order").required();

/// The operation `orders.update_shopify_variant`.
pub static UPDATE_SHOPIFY_VARIANT: Operation = act(
    Method::Put,
    "update_shopify_variant",
    "/orders/{id}/update_shopify_variant/{old_variant_id}",
    "Replace a variant on a queued order",
)
.at(&[ID, id("old_variant_id", "the variant to replace")])
.body(&[
    id("new_shopify_variant_id", "the new variant").required(),
    id("shopify_product_id", "the product of the new variant"),
])
.answers(ResponseShape::One("order", &ORDER))
.scope("write_orders")
.done("changed")
.example(
    "rc orders update-shopify-variant 210987092 18261278883891 \
             --new-shopify-variant-id 18261322924083",
);

/// The operation `orders.clone_on_charge`.
pub static CLONE_ON_CHARGE: Operation = post(
    "clone_on_charge",
    "/orders/clone_order_on_success_charge/{id}/charge/{charge_id}",
    "Copy a prepaid order of a paid charge to another day",
)
.at(&[ID, id("charge_id", "the paid charge of the order")])
.body(&[SCHEDULED_AT])
.answers(ResponseShape::One("order", &ORDER))
.answers_another()
.scope("write_orders")
.done("cloned")
.example("rc orders clone-on-charge 210987092 377749210 --scheduled-at 2026-12-16");

/// The operation `orders.delay`.
pub static DELAY: Operation = post(
    "delay",
    "/orders/{id}/delay",
    "Delay a prepaid order and all later ones by one interval",
)
.at(&[ID])
.answers(ResponseShape::One("order", &ORDER))
.scope("write_orders")
.done("delayed")
.example("rc orders delay 210987092 --api-version 2021-01");

/// The object `order`.
pub const ORDER: Object = Object {
    name: "order",
    fields: &[
        field("id", FieldKind::Id),
        field("address_id", FieldKind::Id),
        field("address_is_active", FieldKind::Integer),
        field("billing_address", FieldKind::Json),
        field("browser_ip", FieldKind::Text),
        field("charge_id", FieldKind::Id),
        field("charge_status", FieldKind::Text).tones(STATUS_TONES),
        field("created_at", FieldKind::Time),
        field("currency", FieldKind::Text),
        field("customer", FieldKind::Json),
        field("customer_id", FieldKind::Id),
        field("discount_codes", FieldKind::Json),
        field("email", FieldKind::Text),
        field("error", FieldKind::Text),
        field("first_name", FieldKind::Text),
        field("hash", FieldKind::Text).secret(),
        field("is_prepaid", FieldKind::Integer),
        field("last_name", FieldKind::Text),
        field("line_items", FieldKind::Json),
        field("note", FieldKind::Text),
        field("note_attributes", FieldKind::Json),
        field("payment_processor", FieldKind::Text),
        field("processed_at", FieldKind::Time),
        field("scheduled_at", FieldKind::Time),
        field("shipped_date", FieldKind::Time),
        field("shipping_address", FieldKind::Json),
        field("shipping_date", FieldKind::Time),
        field("shipping_lines", FieldKind::Json),
        field("shopify_cart_token", FieldKind::Text).secret(),
        field("shopify_customer_id", FieldKind::Text),
        field("shopify_id", FieldKind::Text),
        field("shopify_order_id", FieldKind::Text),
        field("shopify_order_number", FieldKind::Integer),
        field("status", FieldKind::Text).tones(STATUS_TONES),
        field("subtotal_price", FieldKind::Money),
        field("tags", FieldKind::Text),
        field("tax_lines", FieldKind::Json),
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
