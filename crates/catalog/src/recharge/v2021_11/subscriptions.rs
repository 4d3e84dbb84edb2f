//! Operations, parameters and fields of the resource `subscriptions`.

use super::onetimes::ONETIME;
use super::parameters::{
    BY_ID_CREATED_OR_UPDATED, CREATED_AT_MAX, CREATED_AT_MIN, CURSOR, ID, IDS, INCLUDE, LIMIT,
    OF_ADDRESS, OF_CUSTOMER, PAGE, SORT_BY, UPDATED_AT_MAX, UPDATED_AT_MIN,
};
use crate::build::{
    boolean, create, day, delete, external, field, get, id, ids, integer, list, money, object,
    pairs, post, text, update,
};
use crate::model::STATUS_TONES;
use crate::model::{
    FieldKind, FieldRole, Idempotency, Interval, Object, OldValue, Operation, Parameter, Resource,
    ResponseShape, Type, UndoCommand,
};
use crate::recharge::CONVENTIONS;
use crate::undo::{Beside, PutBack, Undo, UndoStep, UndoValues};

/// The resource `subscriptions`.
pub const RESOURCE: Resource = Resource {
    name: "subscriptions",
    singular: "subscription",
    about: "Products that customers receive regularly",
    object: &SUBSCRIPTION,
    operations: &[
        &LIST,
        &GET,
        &CREATE,
        &UPDATE,
        &DELETE,
        &ACTIVATE,
        &CANCEL,
        &CHANGE_ADDRESS,
        &SET_NEXT_CHARGE_DATE,
        &SKIP_GIFT,
    ],
};

const ORDER_INTERVAL_UNITS: &[&str] = &["day", "week", "month"];
const STATUSES: &[&str] = &["active", "cancelled", "expired"];
const INCLUDES: &[&str] = &[
    "address",
    "charge_activities",
    "customer",
    "metafields",
    "bundle_product",
    "bundle_selections",
];

const EXPIRE_AFTER_SPECIFIC_NUMBER_OF_CHARGES: Parameter = integer(
    "expire_after_specific_number_of_charges",
    "end after this many charges",
)
.flag("expire-after");
const ORDER_INTERVAL_UNIT: Parameter = text("order_interval_unit", "the unit of both intervals")
    .flag("unit")
    .values(ORDER_INTERVAL_UNITS);
const PLAN_ID: Parameter = id("plan_id", "plan that supplies values that are left out");
const PRICE: Parameter = money("price", "price of one");
const PRODUCT_TITLE: Parameter = text("product_title", "name of the product");
const PROPERTIES: Parameter = pairs("properties", "extra name and value").flag("property");
const EXTERNAL_VARIANT_ID: Parameter = external("external_variant_id", "the variant in the shop");
const SEND_EMAIL: Parameter = boolean("send_email", "tell the customer by email");

/// They are changed together, and their change sets the next charge again.
const INTERVALS: &[&str] = &[
    "charge_interval_frequency",
    "order_interval_frequency",
    "order_interval_unit",
];

/// Where the old day of the next charge is read.
const NEXT_CHARGE: &[OldValue] = &[OldValue {
    parameter: "date",
    field: "next_charge_scheduled_at",
}];

/// A queued charge that is made again loses the discounts that were put on it
/// alone.
const CHARGE_DISCOUNTS: Beside = Beside {
    called: "discounts of queued charges",
    list: "charges.list",
    of: "purchase_item_ids",
    having: &[("status", "queued")],
    day: "scheduled_at",
    put_back: PutBack::Field("discounts"),
    at_once: Some(("commit", "true")),
    operation: "charges.apply_discount",
    values: &[OldValue {
        parameter: "discount_id",
        field: "discounts.0.id",
    }],
};

/// Skips of days to come may go with a cancellation.
const SKIPS: Beside = Beside {
    called: "skips of later days",
    list: "charges.list",
    of: "purchase_item_ids",
    having: &[("status", "skipped")],
    day: "scheduled_at",
    put_back: PutBack::Record {
        owner: "address_id",
        item: "purchase_item_ids",
        after: "next_charge_scheduled_at",
    },
    at_once: None,
    operation: "addresses.skip_charge",
    values: &[OldValue {
        parameter: "date",
        field: "scheduled_at",
    }],
};

/// The operation `subscriptions.list`.
pub static LIST: Operation = list("/subscriptions", "List subscriptions")
    .query(&[
        OF_ADDRESS.documented(Type::String),
        id("address_ids", "only those of these addresses")
            .documented(Type::String)
            .multiple(),
        CREATED_AT_MAX.documented(Type::String),
        CREATED_AT_MIN.documented(Type::String),
        CURSOR,
        OF_CUSTOMER.documented(Type::String),
        text("external_variant_id", "only those of this variant"),
        IDS,
        LIMIT,
        PAGE,
        text("status", "only those of this status")
            .values(STATUSES)
            .common(),
        UPDATED_AT_MAX.documented(Type::String),
        UPDATED_AT_MIN.documented(Type::String),
        SORT_BY.values(BY_ID_CREATED_OR_UPDATED).default("id-desc"),
        INCLUDE.values(INCLUDES),
    ])
    .answers(ResponseShape::Page("subscriptions", &SUBSCRIPTION))
    .copied_with_history()
    .scope("read_subscriptions")
    .example("rc subscriptions list --status active --created-at-min 2024-01-01");

/// The operation `subscriptions.get`.
pub static GET: Operation = get("/subscriptions/{id}", "Show a subscription")
    .at(&[ID])
    .query(&[INCLUDE.values(INCLUDES)])
    .answers(ResponseShape::One("subscription", &SUBSCRIPTION))
    .scope("read_subscriptions")
    .example("rc subscriptions get 89559201 --include customer");

/// The operation `subscriptions.create`.
pub static CREATE: Operation = create("/subscriptions", "Add a subscription to an address")
    .details(
        "The product must have at least one plan; the intervals need not match it. \
             A plan fills in the intervals that are left out.",
    )
    .body(&[
        id("address_id", "the address it belongs to").required(),
        integer(
            "charge_interval_frequency",
            "this many units between charges",
        )
        .flag("charge-every")
        .required()
        .unless(&["plan_id"]),
        EXPIRE_AFTER_SPECIFIC_NUMBER_OF_CHARGES,
        day("next_charge_scheduled_at", "day of the next charge")
            .flag("next-charge")
            .not_past()
            .required(),
        integer(
            "order_day_of_month",
            "day of the month of orders, with unit month",
        ),
        integer(
            "order_day_of_week",
            "day of the week of orders, with unit week: 0 is Monday",
        ),
        integer("order_interval_frequency", "this many units between orders")
            .flag("order-every")
            .required()
            .unless(&["plan_id"]),
        ORDER_INTERVAL_UNIT.required().unless(&["plan_id"]),
        PLAN_ID.common(),
        PRICE.common(),
        PRODUCT_TITLE,
        PROPERTIES.common(),
        integer("quantity", "how many").required(),
        external("external_product_id", "the product in the shop"),
        EXTERNAL_VARIANT_ID.required(),
        text("status", "initial status").values(STATUSES).common(),
    ])
    .answers(ResponseShape::One("subscription", &SUBSCRIPTION))
    .success(201)
    .scope("write_subscriptions")
    .example(
        "rc subscriptions create --address-id 48563471 --next-charge 2026-12-01 \
             --external-variant-id 18261278883891 --quantity 1 --order-every 1 \
             --charge-every 1 --unit month",
    )
    .mails();

/// The operation `subscriptions.update`.
pub static UPDATE: Operation = update("/subscriptions/{id}", "Change a subscription")
    .details(
        "The two intervals and their unit go together: change all three or none. \
             Changing them removes skipped and manually moved charges and recalculates the next \
             charge date. Only active subscriptions change, unless --force-update.",
    )
    .at(&[ID])
    .query(&[
        boolean("commit", "wait until the queued charges are regenerated"),
        boolean("force_update", "change cancelled subscriptions too"),
    ])
    .body(&[
        integer(
            "charge_interval_frequency",
            "this many units between charges",
        )
        .flag("charge-every")
        .maximum(1000),
        EXPIRE_AFTER_SPECIFIC_NUMBER_OF_CHARGES,
        EXTERNAL_VARIANT_ID.common(),
        integer(
            "order_day_of_month",
            "day of the month of orders, with unit month",
        )
        .documented(Type::String),
        integer(
            "order_day_of_week",
            "day of the week of orders, with unit week: 0 is Monday",
        )
        .documented(Type::String),
        integer("order_interval_frequency", "this many units between orders")
            .flag("order-every")
            .documented(Type::String)
            .maximum(1000),
        ORDER_INTERVAL_UNIT,
        PLAN_ID.common(),
        PRICE.common(),
        PRODUCT_TITLE,
        PROPERTIES.common(),
        integer("quantity", "how many")
            .documented(Type::String)
            .common(),
        text("sku", "stock-keeping unit").common(),
        boolean("sku_override", "use the given sku, not that of the variant"),
        boolean(
            "use_external_variant_defaults",
            "take the price from the variant",
        ),
        text("variant_title", "name of the variant"),
    ])
    .answers(ResponseShape::One("subscription", &SUBSCRIPTION))
    .scope("write_subscriptions")
    .example("rc subscriptions update 89559201 --quantity 2")
    .undo(
        Undo::steps(&[
            UndoStep::with("update", UndoValues::Changed),
            UndoStep::with("set_next_charge_date", UndoValues::Fields(NEXT_CHARGE)),
        ])
        .together(&[INTERVALS, &["sku", "sku_override"]])
        .moving(INTERVALS)
        .beside(&[CHARGE_DISCOUNTS])
        .but(&[
            "a discount of a queued charge that can no longer be applied",
            "skips, where the interval changed",
            "dates of earlier charges that were moved by hand",
        ]),
    );

/// The operation `subscriptions.delete`.
pub static DELETE: Operation = delete("/subscriptions/{id}", "Delete a subscription")
    .at(&[ID])
    .body(&[SEND_EMAIL])
    .scope("write_subscriptions")
    .example("rc subscriptions delete 89559201 --yes");

/// The operation `subscriptions.activate`.
pub static ACTIVATE: Operation = post(
    "activate",
    "/subscriptions/{id}/activate",
    "Reactivate a cancelled subscription",
)
.at(&[ID])
.answers(ResponseShape::One("subscription", &SUBSCRIPTION))
.scope("write_subscriptions")
.again(Idempotency::Idempotent)
.done("activated")
.example("rc subscriptions activate 89559201")
.mails()
.leaves(&[("status", "active")])
.undo(
    Undo::steps(&[UndoStep::with(
        "cancel",
        UndoValues::Fields(&[
            OldValue {
                parameter: "cancellation_reason",
                field: "cancellation_reason",
            },
            OldValue {
                parameter: "cancellation_reason_comments",
                field: "cancellation_reason_comments",
            },
        ]),
    )])
    .but(&["the time of the first cancellation"]),
);

/// The operation `subscriptions.cancel`.
pub static CANCEL: Operation = post(
    "cancel",
    "/subscriptions/{id}/cancel",
    "Cancel a subscription",
)
.at(&[ID])
.body(&[
    text("cancellation_reason", "why it is cancelled")
        .flag("reason")
        .required(),
    text(
        "cancellation_reason_comments",
        "more about why, up to 1,024 characters",
    )
    .flag("comments"),
    SEND_EMAIL,
])
.answers(ResponseShape::One("subscription", &SUBSCRIPTION))
.scope("write_subscriptions")
.destroys()
.again(Idempotency::Idempotent)
.done("cancelled")
.undo_command(UndoCommand::Operation {
    verb: "activate",
    field: "status",
    was: "active",
})
.example("rc subscriptions cancel 89559201 --reason \"moved away\" --yes")
.mails()
.leaves(&[("status", "cancelled")])
.undo(
    Undo::steps(&[
        UndoStep::act("activate"),
        UndoStep::with("set_next_charge_date", UndoValues::Fields(NEXT_CHARGE)),
    ])
    .beside(&[SKIPS, CHARGE_DISCOUNTS])
    .but(&[
        "ids of queued charges, and changes to single queued charges other than discounts",
        "ids of charges that are skipped again",
        "a date that has passed by then",
    ]),
);

/// The operation `subscriptions.change_address`.
pub static CHANGE_ADDRESS: Operation = post(
    "change_address",
    "/subscriptions/{id}/change_address",
    "Move a subscription to another address",
)
.at(&[ID])
.body(&[
    id("address_id", "the address to move it to").required(),
    day("next_charge_scheduled_at", "day of the next charge")
        .flag("next-charge")
        .documented(Type::String)
        .common(),
])
.answers(ResponseShape::One("subscription", &SUBSCRIPTION))
.scope("write_subscriptions")
.again(Idempotency::Idempotent)
.done("moved")
.undo_command(UndoCommand::OldValues(&[
    OldValue {
        parameter: "address_id",
        field: "address_id",
    },
    OldValue {
        parameter: "next_charge_scheduled_at",
        field: "next_charge_scheduled_at",
    },
]))
.example("rc subscriptions change-address 89559201 --address-id 48563471")
.undo(
    Undo::steps(&[UndoStep::with(
        "change_address",
        UndoValues::Fields(&[
            OldValue {
                parameter: "address_id",
                field: "address_id",
            },
            OldValue {
                parameter: "next_charge_scheduled_at",
                field: "next_charge_scheduled_at",
            },
        ]),
    )])
    .but(&[
        "ids of queued charges, and changes to single queued charges",
        "a move from an address with another currency",
        "a date that has passed by then",
    ]),
);

/// The operation `subscriptions.set_next_charge_date`.
pub static SET_NEXT_CHARGE_DATE: Operation = post(
    "set_next_charge_date",
    "/subscriptions/{id}/set_next_charge_date",
    "Move the next charge to another day",
)
.details("Subscriptions of one address that fall on the same day share one charge.")
.at(&[ID])
.body(&[day("date", "day of the next charge")
    .documented(Type::String)
    .not_past()
    .required()])
.answers(ResponseShape::One("subscription", &SUBSCRIPTION))
.scope("write_subscriptions")
.again(Idempotency::Idempotent)
.done("moved")
.undo_command(UndoCommand::OldValues(&[OldValue {
    parameter: "date",
    field: "next_charge_scheduled_at",
}]))
.example("rc subscriptions set-next-charge-date 89559201 --date 2026-12-24")
.undo(
    Undo::steps(&[UndoStep::with(
        "set_next_charge_date",
        UndoValues::Fields(NEXT_CHARGE),
    )])
    .but(&["a date that has passed by then"]),
);

/// The operation `subscriptions.skip_gift`.
pub static SKIP_GIFT: Operation = post(
    "skip_gift",
    "/subscriptions/skip_gift",
    "Skip a delivery and give it to another person",
)
.aliases(&["gift"])
.body(&[
    ids(
        "purchase_item_ids",
        "the subscriptions to skip and give away",
    )
    .required(),
    object("recipient_address", "the address of who receives it").required(),
])
.answers(ResponseShape::Many("onetimes", &ONETIME))
.errors(&[422])
.scope("write_subscriptions")
.done("given away")
.example(
    "rc subscriptions skip-gift --purchase-item-ids 89559201 \
             --recipient-address @friend.json",
)
.never_undone("the gift is a separate order");

/// The object `subscription`.
pub const SUBSCRIPTION: Object = Object {
    name: "subscription",
    fields: &[
        field("id", FieldKind::Id),
        field("address_id", FieldKind::Id),
        field("customer_id", FieldKind::Id).short("customer"),
        field("analytics_data", FieldKind::Json).documented(Type::Object),
        field("cancellation_reason", FieldKind::Text),
        field("cancellation_reason_comments", FieldKind::Text),
        field("cancelled_at", FieldKind::Time),
        field("charge_interval_frequency", FieldKind::Integer).documented(Type::String),
        field("created_at", FieldKind::Time),
        field(
            "expire_after_specific_number_of_charges",
            FieldKind::Integer,
        ),
        field("external_product_id", FieldKind::Parts(&["ecommerce"])),
        field("external_variant_id", FieldKind::Parts(&["ecommerce"])),
        field("has_queued_charges", FieldKind::Boolean),
        field("is_prepaid", FieldKind::Boolean),
        field("is_skippable", FieldKind::Boolean),
        field("is_swappable", FieldKind::Boolean),
        field("max_retries_reached", FieldKind::Boolean),
        field("next_charge_scheduled_at", FieldKind::Date)
            .short("next charge")
            .documented(Type::DateTime)
            .role(FieldRole::Day("next charge")),
        field("order_day_of_month", FieldKind::Integer),
        field("order_day_of_week", FieldKind::Integer),
        field("order_interval_frequency", FieldKind::Integer)
            .short("every")
            .role(FieldRole::Interval(Interval {
                unit: "order_interval_unit",
                charge: Some("charge_interval_frequency"),
            })),
        field("order_interval_unit", FieldKind::Text)
            .short("unit")
            .values(ORDER_INTERVAL_UNITS),
        field("presentment_currency", FieldKind::Text),
        field("price", FieldKind::Money),
        field("product_title", FieldKind::Text)
            .short("product")
            .role(FieldRole::Name(&[])),
        field("properties", FieldKind::Json),
        field("quantity", FieldKind::Integer).short("qty"),
        field("sku", FieldKind::Text),
        field("sku_override", FieldKind::Boolean),
        field("status", FieldKind::Text)
            .tones(STATUS_TONES)
            .values(STATUSES),
        field("updated_at", FieldKind::Time),
        field("variant_title", FieldKind::Text),
    ],
    columns: &[
        "id",
        "status",
        "customer_id",
        "product_title",
        "quantity",
        "price",
        "next_charge_scheduled_at",
        "order_interval_frequency",
    ],
    conventions: &CONVENTIONS,
};
