//! Operations, parameters and fields of the resource `discounts`.

use super::parameters::{
    BY_ID_CREATED_OR_UPDATED, CREATED_AT_MAX, CREATED_AT_MIN, CURSOR, ID, IDS, LIMIT, PAGE,
    SORT_BY, UPDATED_AT_MAX, UPDATED_AT_MIN,
};
use crate::build::{create, delete, field, get, integer, list, money, object, text, time, update};
use crate::exceptions::ValueEffect;
use crate::model::STATUS_TONES;
use crate::model::{
    Effect, FieldKind, FieldRole, Idempotency, Object, Operation, Parameter, ParameterRole,
    Resource, ResponseShape, Type,
};
use crate::recharge::CONVENTIONS;
use crate::undo::{Undo, UndoStep, UndoTarget, UndoValues};

/// The resource `discounts`.
pub const RESOURCE: Resource = Resource {
    name: "discounts",
    singular: "discount",
    about: "Discount codes",
    object: &DISCOUNT,
    operations: &[&LIST, &GET, &CREATE, &UPDATE, &DELETE],
};

const STATUSES: &[&str] = &["enabled", "disabled", "fully_disabled"];
const VALUE_TYPES: &[&str] = &["fixed_amount", "percentage", "shipping"];

const APPLIES_TO: Parameter = object("applies_to", "what it can be used on");
const CHANNEL_SETTINGS: Parameter = object("channel_settings", "where it can be used");
const CODE: Parameter = text("code", "the code that customers enter");
const ENDS_AT: Parameter = time("ends_at", "when it ends");
const PREREQUISITE_SUBTOTAL_MIN: Parameter = integer(
    "prerequisite_subtotal_min",
    "smallest subtotal it can be used on",
);
const STARTS_AT: Parameter = time("starts_at", "when it begins");
const STATUS: Parameter = text("status", "whether it can be used").values(STATUSES);
const USAGE_LIMITS: Parameter = object("usage_limits", "how often it can be used");
const VALUE: Parameter = money("value", "value of the discount");
const VALUE_TYPE: Parameter = text("value_type", "type of the value").values(VALUE_TYPES);

/// The operation `discounts.list`.
pub static LIST: Operation = list("/discounts", "List discounts")
    .query(&[
        CREATED_AT_MAX.documented(Type::String),
        CREATED_AT_MIN.documented(Type::String),
        text("discount_code", "only the discount of this code")
            .stands_at("code")
            .role(ParameterRole::Key)
            .common(),
        text("value_type", "only those of this kind").values(&[
            "percentage",
            "fixed_amount",
            "shipping",
        ]),
        IDS,
        LIMIT,
        PAGE,
        text("status", "only those of this status")
            .values(STATUSES)
            .common(),
        UPDATED_AT_MAX.documented(Type::String),
        UPDATED_AT_MIN.documented(Type::String),
        SORT_BY.values(BY_ID_CREATED_OR_UPDATED).default("id-desc"),
        CURSOR,
    ])
    .answers(ResponseShape::Page("discounts", &DISCOUNT))
    .scope("read_discounts")
    .example("rc discounts list --status enabled");

/// The operation `discounts.get`.
pub static GET: Operation = get("/discounts/{id}", "Show a discount")
    .at(&[ID])
    .answers(ResponseShape::One("discount", &DISCOUNT))
    .scope("read_discounts")
    .example("rc discounts get 59568555");

/// The operation `discounts.create`.
pub static CREATE: Operation = create("/discounts", "Create a discount code")
    .details("The code must be unique in the store.")
    .body(&[
        APPLIES_TO,
        CHANNEL_SETTINGS,
        CODE.required(),
        ENDS_AT.common(),
        PREREQUISITE_SUBTOTAL_MIN,
        STARTS_AT.common(),
        STATUS.common(),
        USAGE_LIMITS,
        VALUE.required(),
        VALUE_TYPE.required(),
    ])
    .answers(ResponseShape::One("discount", &DISCOUNT))
    .success(201)
    .scope("write_discounts")
    .again(Idempotency::RejectsRepeat)
    .batch("discount_create", None)
    .unique("code", "discount_code")
    .example("rc discounts create --code SPRING --value 10 --value-type percentage")
    .undo(
        Undo::steps(&[
            UndoStep {
                operation: "update",
                target: UndoTarget::Answered,
                values: UndoValues::Fixed(&[("status", "fully_disabled")]),
            },
            UndoStep::DELETE,
        ])
        .but(&["a discount that was used cannot be deleted"]),
    );

/// The reference: a fully disabled discount leaves every queued charge, and
/// cannot be enabled again.
const FOR_GOOD: &[ValueEffect] = &[ValueEffect {
    field: "status",
    value: "fully_disabled",
    effect: Effect::Destroys,
}];

/// The operation `discounts.update`.
pub static UPDATE: Operation = update("/discounts/{id}", "Change a discount")
    .details("fully_disabled removes the discount from every queued charge permanently.")
    .at(&[ID])
    .body(&[
        APPLIES_TO,
        CHANNEL_SETTINGS,
        CODE,
        ENDS_AT.common(),
        PREREQUISITE_SUBTOTAL_MIN,
        STARTS_AT.common(),
        STATUS.common(),
        USAGE_LIMITS,
        VALUE.common(),
        VALUE_TYPE,
    ])
    .answers(ResponseShape::One("discount", &DISCOUNT))
    .scope("write_discounts")
    .batch("discount_update", Some("id"))
    .value_effects(FOR_GOOD)
    .example("rc discounts update 59568555 --status disabled");

/// The operation `discounts.delete`.
pub static DELETE: Operation = delete(
    "/discounts/{id}",
    "Delete a discount that is fully disabled",
)
.at(&[ID])
.scope("write_discounts")
.batch("discount_delete", Some("discount_id"))
.example("rc discounts delete 59568555 --yes");

/// The object `discount`.
pub const DISCOUNT: Object = Object {
    name: "discount",
    fields: &[
        field("id", FieldKind::Id),
        field(
            "applies_to",
            FieldKind::Parts(&["ids", "purchase_item_type", "resource"]),
        ),
        field("channel_settings", FieldKind::Json).documented(Type::Object),
        field("code", FieldKind::Text).role(FieldRole::Name(&[])),
        field("created_at", FieldKind::Time),
        field("ends_at", FieldKind::Time),
        field("external_discount_id", FieldKind::Parts(&["ecommerce"])),
        field("first_time_customer_restriction", FieldKind::Boolean),
        field("prerequisite_subtotal_min", FieldKind::Money),
        field("starts_at", FieldKind::Time),
        field("status", FieldKind::Text)
            .tones(STATUS_TONES)
            .values(STATUSES),
        field(
            "usage_limits",
            FieldKind::Parts(&[
                "first_time_customer_restriction",
                "max_subsequent_redemptions",
                "one_application_per_customer",
            ]),
        ),
        field("updated_at", FieldKind::Time),
        field("value", FieldKind::Money),
        field("value_type", FieldKind::Text).values(VALUE_TYPES),
        field("external_discount_source", FieldKind::Text).documented(Type::Unstated),
    ],
    columns: &[
        "id",
        "code",
        "value",
        "value_type",
        "status",
        "starts_at",
        "ends_at",
        "updated_at",
    ],
    conventions: &CONVENTIONS,
};
