//! Operations and fields of the resource `charges` in version 2021-01.

use super::{
    CREATED_AT_MAX, CREATED_AT_MIN, CURSOR, ID, LIMIT, PAGE, SORT_BY, UPDATED_AT_MAX,
    UPDATED_AT_MIN,
};
use crate::build::{boolean, day, field, get, id, ids, list, money, post, read, text};
use crate::exceptions::BodyException;
use crate::model::{
    FieldKind, Idempotency, Object, Operation, Parameter, ParameterRole, Resource, ResponseShape,
    STATUS_TONES, UndoCommand,
};
use crate::recharge::CONVENTIONS;

/// The resource `charges`.
pub const RESOURCE: Resource = Resource {
    name: "charges",
    singular: "charge",
    about: "Charges that are due, failed or done",
    object: &CHARGE,
    operations: &[
        &LIST,
        &GET,
        &COUNT,
        &APPLY_DISCOUNT,
        &REMOVE_DISCOUNT,
        &CAPTURE_PAYMENT,
        &CHANGE_NEXT_CHARGE_DATE,
        &DELAY,
        &PROCESS,
        &REFUND,
        &SKIP,
        &UNSKIP,
    ],
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
        day("date", "dated on this day"),
        day("date_max", "dated on or before this day"),
        day("date_min", "dated on or after this day"),
        text("discount_code", "only those with this discount code"),
        id("discount_id", "only those with this discount id"),
        day("scheduled_at", "scheduled on this day"),
        day("scheduled_at_max", "scheduled on or before this day"),
        day("scheduled_at_min", "scheduled on or after this day"),
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
    day("date", "dated on this day"),
    day("date_max", "dated on or before this day"),
    day("date_min", "dated on or after this day"),
    text("discount_code", "only those with this discount code"),
    id("discount_id", "only those with this discount id"),
    day("scheduled_at", "scheduled on this day"),
    day("scheduled_at_max", "scheduled on or before this day"),
    day("scheduled_at_min", "scheduled on or after this day"),
    id(
        "shopify_customer_id",
        "only those with this shopify customer id",
    ),
    id("shopify_order_id", "only those with this shopify order id"),
    text("status", "only those with this status"),
    id("subscription_id", "only those with this subscription id"),
];

const SUBSCRIPTION_ID: Parameter = id("subscription_id", "only this subscription of the charge");
const SUBSCRIPTION_IDS: Parameter =
    ids("subscription_ids", "only these subscriptions of the charge");

/// Skipped items move to a charge of their own, as in the newer version.
const WITH_ITEMS: &[BodyException] = &[
    BodyException {
        field: "subscription_id",
        idempotency: Idempotency::NotIdempotent,
        answers_another: true,
    },
    BodyException {
        field: "subscription_ids",
        idempotency: Idempotency::NotIdempotent,
        answers_another: true,
    },
];

/// The operation `charges.apply_discount`.
pub static APPLY_DISCOUNT: Operation = post(
    "apply_discount",
    "/charges/{id}/apply_discount",
    "Apply a discount to a queued charge",
)
.at(&[ID])
.body(&[
    text("discount_code", "code of the discount"),
    id("discount_id", "id of the discount"),
])
.answers(ResponseShape::One("charge", &CHARGE))
.scope("write_orders")
.again(Idempotency::RejectsRepeat)
.done("discounted")
.example("rc charges apply-discount 377749210 --api-version 2021-01 --discount-code SPRING");

/// The operation `charges.remove_discount`.
pub static REMOVE_DISCOUNT: Operation = post(
    "remove_discount",
    "/charges/{id}/remove_discount",
    "Remove a discount from a charge",
)
.at(&[ID])
.body(&[id(
    "address_id",
    "remove it from this address, and so from all later charges",
)])
.answers(ResponseShape::One("charge", &CHARGE))
.scope("write_orders")
.again(Idempotency::RejectsRepeat)
.done("left without the discount")
.example("rc charges remove-discount 377749210 --api-version 2021-01");

/// The operation `charges.capture_payment`.
pub static CAPTURE_PAYMENT: Operation = post(
    "capture_payment",
    "/charges/{id}/capture",
    "Capture an authorised payment",
)
.at(&[ID])
.answers(ResponseShape::One("charge", &CHARGE))
.scope("write_orders")
.destroys()
.done("captured")
.example("rc charges capture-payment 377749210 --api-version 2021-01 --yes");

/// The operation `charges.change_next_charge_date`.
pub static CHANGE_NEXT_CHARGE_DATE: Operation = post(
    "change_next_charge_date",
    "/charges/{id}/change_next_charge_date",
    "Move a queued charge to another day",
)
.details("All items of the charge move with it, and join a charge that is due on that day.")
.at(&[ID])
.body(&[day("next_charge_date", "the new day of the charge")
    .flag("date")
    .required()])
.answers(ResponseShape::One("charge", &CHARGE))
.answers_another()
.scope("write_orders")
.done("moved")
.example("rc charges change-next-charge-date 377749210 --date 2026-12-24");

/// The operation `charges.delay`.
pub static DELAY: Operation = post(
    "delay",
    "/charges/{id}/delay",
    "Delay a queued charge by one interval",
)
.at(&[ID])
.answers(ResponseShape::One("charge", &CHARGE))
.answers_another()
.scope("write_orders")
.done("delayed")
.example("rc charges delay 377749210");

/// The operation `charges.process`.
pub static PROCESS: Operation = post(
    "process",
    "/charges/{id}/process",
    "Process a queued or failed charge now",
)
.at(&[ID])
.answers(ResponseShape::One("charge", &CHARGE))
.scope("write_orders")
.also_needs(&["write_payments"])
.destroys()
.done("processed")
.example("rc charges process 377749210 --api-version 2021-01 --yes");

/// The operation `charges.refund`.
pub static REFUND: Operation = post("refund", "/charges/{id}/refund", "Refund a charge")
    .at(&[ID])
    .body(&[
        money("amount", "amount to refund")
            .role(ParameterRole::Amount)
            .required()
            .unless(&["full_refund"]),
        boolean("full_refund", "refund the rest of the charge").role(ParameterRole::WholeAmount),
    ])
    .answers(ResponseShape::One("charge", &CHARGE))
    .scope("write_orders")
    .destroys()
    .done("refunded")
    .example("rc charges refund 377749210 --api-version 2021-01 --amount 11.00 --yes");

/// The operation `charges.skip`.
pub static SKIP: Operation = post(
    "skip",
    "/charges/{id}/skip",
    "Skip a queued charge, or some of its items",
)
.at(&[ID])
.body(&[SUBSCRIPTION_ID, SUBSCRIPTION_IDS])
.answers(ResponseShape::One("charge", &CHARGE))
.scope("write_orders")
.again(Idempotency::Idempotent)
.except(WITH_ITEMS)
.done("skipped")
.undo_command(UndoCommand::Operation {
    verb: "unskip",
    field: "status",
    was: "QUEUED",
})
.example("rc charges skip 377749210 --api-version 2021-01 --subscription-id 27363808");

/// The operation `charges.unskip`.
pub static UNSKIP: Operation = post("unskip", "/charges/{id}/unskip", "Undo a skip")
    .at(&[ID])
    .body(&[SUBSCRIPTION_ID, SUBSCRIPTION_IDS])
    .answers(ResponseShape::One("charge", &CHARGE))
    .scope("write_orders")
    .again(Idempotency::Idempotent)
    .except(WITH_ITEMS)
    .answers_another()
    .done("unskipped")
    .example("rc charges unskip 377749210 --api-version 2021-01");

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
