//! Operations, parameters and fields of the resource `charges`.

use super::parameters::{
    ADDRESS_PARTS, CREATED_AT_MAX, CREATED_AT_MIN, CURSOR, ID, IDS, INCLUDE, LIMIT, OF_ADDRESS,
    OF_CUSTOMER, PAGE, SCHEDULED_AT_MAX, SCHEDULED_AT_MIN, SORT_BY, UPDATED_AT_MAX, UPDATED_AT_MIN,
};
use crate::build::{boolean, day, field, get, id, ids, list, money, post, text, time};
use crate::exceptions::BodyException;
use crate::follow_up::FollowUp;
use crate::model::OldValue;
use crate::model::STATUS_TONES;
use crate::model::{
    FieldKind, FieldRole, Idempotency, Object, Operation, ParameterRole, Resource, ResponseShape,
    Type, UndoCommand,
};
use crate::recharge::CONVENTIONS;
use crate::replication::ForgottenRecords;
use crate::undo::{Undo, UndoStep, UndoTarget, UndoValues};

/// The resource `charges`.
pub const RESOURCE: Resource = Resource {
    name: "charges",
    singular: "charge",
    about: "Upcoming and past payments",
    object: &CHARGE,
    operations: &[
        &LIST,
        &GET,
        &APPLY_DISCOUNT,
        &CAPTURE_PAYMENT,
        &PROCESS,
        &REFUND,
        &REMOVE_DISCOUNT,
        &SKIP,
        &UNSKIP,
    ],
};

const INCLUDES: &[&str] = &[
    "charge_activities",
    "customer",
    "metafields",
    "payment_methods",
];

/// The operation `charges.list`.
pub static LIST: Operation = list("/charges", "List charges")
    .details(
        "Charges that succeeded or were refunded more than 90 days ago are neither \
             listed nor shown.",
    )
    .query(&[
        OF_ADDRESS.documented(Type::String),
        CREATED_AT_MAX.documented(Type::String),
        CREATED_AT_MIN.documented(Type::String),
        OF_CUSTOMER
            .documented(Type::String)
            .stands_at("customer.id"),
        text("discount_code", "only those with this discount")
            .stands_at("discounts.*.code")
            .common(),
        id("discount_id", "only those with this discount, by id")
            .documented(Type::String)
            .stands_at("discounts.*.id")
            .common(),
        text(
            "external_order_id",
            "only the charge of this order of the shop",
        ),
        IDS,
        LIMIT,
        PAGE,
        id(
            "purchase_item_id",
            "only those with this subscription or one-time item",
        )
        .documented(Type::String)
        .stands_at("line_items.*.purchase_item_id"),
        id("purchase_item_ids", "only those with one of these items")
            .documented(Type::String)
            .stands_at("line_items.*.purchase_item_id")
            .multiple()
            .common(),
        day("scheduled_at", "scheduled on this day").documented(Type::String),
        SCHEDULED_AT_MAX.documented(Type::String),
        SCHEDULED_AT_MIN.documented(Type::String),
        SORT_BY
            .values(&[
                "id-asc",
                "id-desc",
                "created_at-asc",
                "created_at-desc",
                "updated_at-asc",
                "updated_at-desc",
                "scheduled_at-asc",
                "scheduled_at-desc",
            ])
            .default("id-asc"),
        text("status", "only those of these statuses")
            .values(&[
                "success",
                "queued",
                "error",
                "refunded",
                "partially_refunded",
                "skipped",
                "pending_manual_payment",
                "pending",
            ])
            .multiple()
            .common(),
        UPDATED_AT_MAX.documented(Type::String),
        UPDATED_AT_MIN.documented(Type::String),
        time("processed_at_min", "processed at or after this time")
            .role(ParameterRole::Since("processed_at"))
            .documented(Type::String),
        time("processed_at_max", "processed at or before this time")
            .role(ParameterRole::Until("processed_at"))
            .includes_day()
            .documented(Type::String),
        INCLUDE.values(INCLUDES),
        CURSOR,
    ])
    .answers(ResponseShape::Page("charges", &CHARGE))
    .copied_with_history()
    .may_remove("status", &["queued", "pending", "error"])
    .forgets(ForgottenRecords {
        field: "status",
        values: &["success", "refunded", "partially_refunded"],
        since: "processed_at",
        days: 90,
    })
    .scope("read_orders")
    .example("rc charges list --status queued --scheduled-at-max 2026-12-31");

/// The operation `charges.get`.
pub static GET: Operation = get("/charges/{id}", "Show a charge")
    .at(&[ID])
    .query(&[INCLUDE.values(INCLUDES)])
    .answers(ResponseShape::One("charge", &CHARGE))
    .scope("read_orders")
    .example("rc charges get 377749210 --include customer");

/// The operation `charges.apply_discount`.
pub static APPLY_DISCOUNT: Operation = post(
    "apply_discount",
    "/charges/{id}/apply_discount",
    "Apply a discount to a queued charge",
)
.details(
    "Refused when the charge or its address has a discount already. If both an id and a code are \
     given, the id is used. The discount is lost when the charge is regenerated.",
)
.at(&[ID])
.body(&[
    text("discount_code", "code of the discount").common(),
    id("discount_id", "id of the discount").common(),
])
.answers(ResponseShape::One("charge", &CHARGE))
.scope("write_orders")
.again(Idempotency::RejectsRepeat)
.done("discounted")
.undo_command(UndoCommand::Operation {
    verb: "remove_discount",
    field: "discounts",
    was: "[]",
})
.example("rc charges apply-discount 377749210 --discount-code SPRING")
.undo(Undo::steps(&[UndoStep::act("remove_discount")]));

/// The operation `charges.capture_payment`.
pub static CAPTURE_PAYMENT: Operation = post(
    "capture_payment",
    "/charges/{id}/capture_payment",
    "Capture an authorised payment",
)
.aliases(&["capture"])
.details("Possible within seven days of the authorisation. Closed beta.")
.at(&[ID])
.answers(ResponseShape::One("charge", &CHARGE))
.errors(&[400, 404, 422])
.scope("write_orders")
.also_needs(&[
    "write_payment_methods",
    "write_subscriptions",
    "write_customers",
])
.destroys()
.done("captured")
.example("rc charges capture-payment 377749210 --yes")
.mails()
.never_undone("a captured payment cannot be released; refund it");

/// The operation `charges.process`.
pub static PROCESS: Operation = post(
    "process",
    "/charges/{id}/process",
    "Process a queued or failed charge now",
)
.details("Needs Recharge Pro, on request.")
.at(&[ID])
.answers(ResponseShape::One("charge", &CHARGE))
.scope("write_orders")
.also_needs(&["write_payments"])
.destroys()
.done("processed")
.example("rc charges process 377749210 --yes")
.mails()
.never_undone("the customer was charged, and an order exists; refund it");

/// The operation `charges.refund`.
pub static REFUND: Operation = post("refund", "/charges/{id}/refund", "Refund a charge")
    .details(
        "Refunds a part or everything. With --retry the charge is set to error and retried; this \
         needs --error and --error-type.",
    )
    .at(&[ID])
    .body(&[
        money("amount", "amount to refund")
            .role(ParameterRole::Amount)
            .required()
            .unless(&["full_refund"]),
        boolean("full_refund", "refund the rest of the charge").role(ParameterRole::WholeAmount),
        boolean("retry", "set the charge to error and retry it"),
        text("error", "error text, with --retry")
            .values(&["insufficient_inventory"])
            .beyond("the valid values are in the description, not in the parameter list"),
        text("error_type", "kind of error, with --retry"),
    ])
    .answers(ResponseShape::One("charge", &CHARGE))
    .scope("write_orders")
    .also_needs(&["write_payment_methods"])
    .destroys()
    .done("refunded")
    .example("rc charges refund 377749210 --amount 11.00 --yes")
    .mails()
    .never_undone("a refund cannot be reversed");

/// The operation `charges.remove_discount`.
pub static REMOVE_DISCOUNT: Operation = post(
    "remove_discount",
    "/charges/{id}/remove_discount",
    "Remove a discount from a charge",
)
.details("With --address-id it is removed from the address, and so from every later charge.")
.at(&[ID])
.body(&[id(
    "address_id",
    "remove it from this address, and so from all later charges",
)])
.answers(ResponseShape::One("charge", &CHARGE))
.scope("write_orders")
.again(Idempotency::RejectsRepeat)
.done("left without the discount")
.example("rc charges remove-discount 377749210")
.undo(
    Undo::steps(&[UndoStep::with(
        "apply_discount",
        UndoValues::Fields(&[OldValue {
            parameter: "discount_id",
            field: "discounts.0.id",
        }]),
    )])
    .but(&["if the address already has a discount"]),
);

/// Skipped items move to a charge of their own: a second request finds the
/// first charge without them. The reference does not say what it does then.
const WITH_ITEMS: &[BodyException] = &[BodyException {
    field: "purchase_item_ids",
    idempotency: Idempotency::NotIdempotent,
    answers_another: true,
}];

/// The items of a skipped charge are due again in another charge.
const NEXT_OF_ITEMS: FollowUp = FollowUp {
    same: &["purchase_item_ids"],
    fixed: &[("status", "queued")],
    sorted_by: "scheduled_at-asc",
    called: "next charge",
};

/// The operation `charges.skip`.
pub static SKIP: Operation = post(
    "skip",
    "/charges/{id}/skip",
    "Skip a queued charge, or some of its items",
)
.at(&[ID])
.body(&[ids("purchase_item_ids", "skip only these items of the charge").common()])
.answers(ResponseShape::One("charge", &CHARGE))
.scope("write_orders")
.again(Idempotency::Idempotent)
.except(WITH_ITEMS)
.done("skipped")
.undo_command(UndoCommand::Operation {
    verb: "unskip",
    field: "status",
    was: "queued",
})
.followed_by(NEXT_OF_ITEMS)
.example("rc charges skip 377749210 --purchase-item-ids 27363808")
.mails()
.leaves(&[("status", "skipped")])
.undo(
    Undo::steps(&[UndoStep {
        operation: "unskip",
        target: UndoTarget::Answered,
        values: UndoValues::Nothing,
    }])
    .but(&["ids of the charges that follow"]),
);

/// The operation `charges.unskip`.
pub static UNSKIP: Operation = post("unskip", "/charges/{id}/unskip", "Undo a skip")
    .at(&[ID])
    .body(&[ids("purchase_item_ids", "undo the skip of these items only").common()])
    .answers(ResponseShape::One("charge", &CHARGE))
    .errors(&[422])
    .scope("write_orders")
    .again(Idempotency::Idempotent)
    .except(WITH_ITEMS)
    .answers_another()
    .done("unskipped")
    .example("rc charges unskip 377749210")
    .undo(
        Undo::steps(&[UndoStep {
            operation: "skip",
            target: UndoTarget::Answered,
            values: UndoValues::Nothing,
        }])
        .but(&["ids of the charges that follow"]),
    );

/// The object `charge`.
pub const CHARGE: Object = Object {
    name: "charge",
    fields: &[
        field("id", FieldKind::Id),
        field("address_id", FieldKind::Id).short("address"),
        field("analytics_data", FieldKind::Json).documented(Type::Object),
        field("billing_address", FieldKind::Parts(ADDRESS_PARTS))
            .role(FieldRole::Name(&["first_name", "last_name"])),
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
        field("external_order_id", FieldKind::Parts(&["ecommerce"])),
        field(
            "external_transaction_id",
            FieldKind::Parts(&["payment_processor"]),
        ),
        field("line_items", FieldKind::Json),
        field("note", FieldKind::Text),
        field("order_attributes", FieldKind::Json),
        field("orders_count", FieldKind::Integer),
        field("payment_processor", FieldKind::Text),
        field("processed_at", FieldKind::Time).short("processed"),
        field("scheduled_at", FieldKind::Time)
            .short("scheduled")
            .documented(Type::Date)
            .role(FieldRole::Day("")),
        field("shipping_address", FieldKind::Parts(ADDRESS_PARTS)),
        field("shipping_lines", FieldKind::Json),
        field("status", FieldKind::Text)
            .tones(STATUS_TONES)
            .values(&[
                "success",
                "error",
                "queued",
                "skipped",
                "refunded",
                "partially_refunded",
                "pending_manual_payment",
                "pending",
            ]),
        field("subtotal_price", FieldKind::Money),
        field("tags", FieldKind::Text),
        field("tax_lines", FieldKind::Json),
        field("taxable", FieldKind::Boolean),
        field("taxes_included", FieldKind::Boolean),
        field("total_discounts", FieldKind::Money),
        field("total_line_items_price", FieldKind::Money),
        field("total_price", FieldKind::Money)
            .short("total")
            .role(FieldRole::Amount),
        field("total_refunds", FieldKind::Money).role(FieldRole::Refunded),
        field("total_tax", FieldKind::Money),
        field("total_weight_grams", FieldKind::Integer),
        field("type", FieldKind::Text).values(&["checkout", "recurring"]),
        field("updated_at", FieldKind::Time),
        field("error", FieldKind::Text),
        field("error_type", FieldKind::Text),
        field("charge_attempts", FieldKind::Integer),
        field("external_variant_id_not_found", FieldKind::Boolean),
        field("retry_date", FieldKind::Date),
        field("has_uncommited_changes", FieldKind::Boolean),
        field("has_uncommitted_changes", FieldKind::Boolean),
        field("processor_name", FieldKind::Text),
        // Beyond the reference.
        field("last_charge_attempt", FieldKind::Time).beyond("recorded answers have it"),
        field("external_variant_not_found", FieldKind::Boolean).beyond("recorded answers have it"),
        field("merged_at", FieldKind::Time).beyond("recorded answers have it"),
        field("total_duties", FieldKind::Money).beyond("recorded answers have it"),
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
        "processed_at",
    ],
    conventions: &CONVENTIONS,
};
