//! Operations, parameters and fields of the resource `orders`.

use super::parameters::{
    ADDRESS_PARTS, CREATED_AT_MAX, CREATED_AT_MIN, CURSOR, ID, IDS, INCLUDE, LIMIT, OF_ADDRESS,
    OF_CUSTOMER, PAGE, SCHEDULED_AT_MAX, SCHEDULED_AT_MIN, SORT_BY, UPDATED_AT_MAX, UPDATED_AT_MIN,
};
use crate::build::{
    array, boolean, day, delete, external, field, get, id, list, object, post, text, update,
};
use crate::model::{
    FieldKind, FieldRole, Object, Operation, Parameter, ParameterRole, Resource, ResponseShape,
    STATUS_TONES, Type,
};
use crate::recharge::CONVENTIONS;
use crate::undo::Undo;

/// The resource `orders`.
pub const RESOURCE: Resource = Resource {
    name: "orders",
    singular: "order",
    about: "Shipments of successful charges",
    object: &ORDER,
    operations: &[&LIST, &GET, &UPDATE, &DELETE, &CLONE, &DELAY],
};

const STATUSES: &[&str] = &["success", "error", "queued", "cancelled"];

const SCHEDULED_AT: Parameter = day("scheduled_at", "day on which it is sent");

/// The operation `orders.list`.
pub static LIST: Operation = list("/orders", "List orders")
    .query(&[
        OF_ADDRESS.documented(Type::String),
        id("charge_id", "only those of this charge")
            .documented(Type::String)
            .stands_at("charge.id"),
        CREATED_AT_MAX,
        CREATED_AT_MIN,
        OF_CUSTOMER
            .documented(Type::String)
            .stands_at("customer.id"),
        text(
            "external_customer_id",
            "only those of this customer of the shop",
        )
        .stands_at("customer.external_customer_id.ecommerce"),
        text(
            "external_order_id",
            "only the order with this id in the shop",
        )
        .role(ParameterRole::Key),
        IDS,
        LIMIT,
        PAGE,
        SCHEDULED_AT_MAX,
        SCHEDULED_AT_MIN,
        boolean(
            "has_external_order",
            "only those that reached the shop, or did not",
        )
        .documented(Type::String),
        text("status", "only those of this status")
            .values(&[
                "success",
                "queued",
                "error",
                "refunded",
                "skipped",
                "cancelled",
                "pending_charge_status",
            ])
            .beyond("the vendor's types have cancelled and pending_charge_status too")
            .common(),
        text("type", "only those of this type")
            .values(&["checkout", "recurring"])
            .common(),
        id(
            "purchase_item_id",
            "only those with this subscription or one-time item",
        )
        .documented(Type::String)
        .stands_at("line_items.*.purchase_item_id"),
        UPDATED_AT_MAX,
        UPDATED_AT_MIN,
        SORT_BY
            .values(&[
                "id-asc",
                "id-desc",
                "updated_at-asc",
                "updated_at-desc",
                "processed_at-asc",
                "processed_at-desc",
                "scheduled_at-asc",
                "scheduled_at-desc",
            ])
            .default("id-desc"),
        INCLUDE.values(&["customer", "metafields"]),
        CURSOR,
    ])
    .answers(ResponseShape::Page("orders", &ORDER))
    .scope("read_orders")
    .example("rc orders list --created-at-min 7d --status success");

/// The operation `orders.get`.
pub static GET: Operation = get("/orders/{id}", "Show an order")
    .at(&[ID])
    .query(&[INCLUDE.values(&["customer", "metafields"])])
    .answers(ResponseShape::One("order", &ORDER))
    .scope("read_orders")
    .example("rc orders get 210987092 --include customer");

/// The operation `orders.update`.
pub static UPDATE: Operation = update("/orders/{id}", "Change an order")
    .details(
        "Line items are replaced as a whole: give all of them. Those of queued \
             charges are changed through the subscription instead.",
    )
    .at(&[ID])
    .body(&[
        object("billing_address", "billing address"),
        object("customer", "fields of the customer"),
        array("line_items", "the items, each an object").common(),
        external("external_order_id", "number of the order in the shop"),
        SCHEDULED_AT,
        object("shipping_address", "shipping address"),
        text("status", "status of the order")
            .values(STATUSES)
            .common(),
    ])
    .answers(ResponseShape::One("order", &ORDER))
    .scope("write_orders")
    .example("rc orders update 210987092 --set billing_address.city=\"Los Angeles\"")
    .undo_limits(&["the status of a shipped order"]);

/// The operation `orders.delete`.
pub static DELETE: Operation = delete("/orders/{id}", "Delete a scheduled order")
    .at(&[ID])
    .scope("write_orders")
    .example("rc orders delete 210987092 --yes")
    .never_undone("the API creates no orders");

/// The operation `orders.clone`.
pub static CLONE: Operation = post(
    "clone",
    "/orders/{id}/clone",
    "Copy a prepaid order to another day",
)
.at(&[ID])
.body(&[SCHEDULED_AT.required()])
.answers(ResponseShape::One("order", &ORDER))
.answers_another()
.success(201)
.scope("write_orders")
.done("cloned")
.example("rc orders clone 210987092 --scheduled-at 2026-12-16")
.undo(Undo::DELETE);

/// The operation `orders.delay`.
pub static DELAY: Operation = post(
    "delay",
    "/orders/{id}/delay",
    "Delay a prepaid order and all later ones by one interval",
)
.details(
    "Only the next queued order of a prepaid subscription. All later orders and \
             charges move with it.",
)
.at(&[ID])
.answers(ResponseShape::One("order", &ORDER))
.scope("write_orders")
.done("delayed")
.example("rc orders delay 210987092")
.never_undone("later orders are delayed as well, and the API cannot move them back");

/// The object `order`.
pub const ORDER: Object = Object {
    name: "order",
    fields: &[
        field("id", FieldKind::Id),
        field("address_id", FieldKind::Id).short("address"),
        field("billing_address", FieldKind::Parts(ADDRESS_PARTS))
            .role(FieldRole::Name(&["first_name", "last_name"])),
        field(
            "charge",
            FieldKind::Parts(&[
                "id",
                "external_transaction_id.payment_processor",
                "payment_processor_name",
                "status",
            ]),
        ),
        field(
            "client_details",
            FieldKind::Parts(&["browser_ip", "user_agent"]),
        ),
        field("created_at", FieldKind::Time),
        field("currency", FieldKind::Text).role(FieldRole::Currency),
        field(
            "customer",
            FieldKind::Parts(&["id", "email", "external_customer_id.ecommerce", "hash"]),
        ),
        field("discounts", FieldKind::Json),
        field("external_cart_token", FieldKind::Text).secret(),
        field("external_order_id", FieldKind::Parts(&["ecommerce"])),
        field("is_prepaid", FieldKind::Boolean),
        field("line_items", FieldKind::Json),
        field("note", FieldKind::Text),
        field("order_attributes", FieldKind::Json),
        field("processed_at", FieldKind::Time).short("processed"),
        field("scheduled_at", FieldKind::Time)
            .short("scheduled")
            .role(FieldRole::Day("")),
        field("shipping_address", FieldKind::Parts(ADDRESS_PARTS)),
        field("shipping_lines", FieldKind::Json),
        field("status", FieldKind::Text)
            .tones(STATUS_TONES)
            .values(STATUSES),
        field("subtotal_price", FieldKind::Money),
        field("tags", FieldKind::Text),
        field("tax_lines", FieldKind::Json),
        field("taxable", FieldKind::Boolean),
        field("total_discounts", FieldKind::Money),
        field("total_duties", FieldKind::Money),
        field("total_line_items_price", FieldKind::Money).documented(Type::Integer),
        field("total_price", FieldKind::Money)
            .short("total")
            .role(FieldRole::Amount),
        field("total_refunds", FieldKind::Money).role(FieldRole::Refunded),
        field("total_tax", FieldKind::Money),
        field("total_weight_grams", FieldKind::Integer),
        field("type", FieldKind::Text).values(&["checkout", "recurring"]),
        field("updated_at", FieldKind::Time),
        field("external_order_number", FieldKind::Parts(&["ecommerce"])),
        field("hash", FieldKind::Text).secret(),
        field("error", FieldKind::Text).documented(Type::Unstated),
        // Beyond the reference.
        field("external_order_name", FieldKind::Parts(&["ecommerce"]))
            .beyond("recorded answers have it"),
    ],
    columns: &[
        "id",
        "status",
        "scheduled_at",
        "total_price",
        "currency",
        "customer.email",
        "address_id",
        "type",
        "is_prepaid",
        "processed_at",
    ],
    conventions: &CONVENTIONS,
};
