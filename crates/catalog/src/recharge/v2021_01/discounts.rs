//! Operations and fields of the resource `discounts` in version 2021-01.

use super::{
    CREATED_AT_MAX, CREATED_AT_MIN, CURSOR, ID, LIMIT, PAGE, SORT_BY, UPDATED_AT_MAX,
    UPDATED_AT_MIN,
};
use crate::build::{
    boolean, create, field, get, id, integer, list, money, object, read, text, time, update,
};
use crate::exceptions::ValueEffect;
use crate::model::{
    Effect, FieldKind, Idempotency, Object, Operation, Parameter, Resource, ResponseShape,
    STATUS_TONES,
};
use crate::recharge::CONVENTIONS;

/// The resource `discounts`.
pub const RESOURCE: Resource = Resource {
    name: "discounts",
    singular: "discount",
    about: "Discount codes",
    object: &DISCOUNT,
    operations: &[
        &LIST,
        &GET,
        &COUNT,
        &CREATE,
        &UPDATE,
        &super::super::v2021_11::discounts::DELETE,
    ],
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

const CHANNEL_SETTINGS: Parameter = object("channel_settings", "where it can be used");
const STARTS_AT: Parameter = time("starts_at", "when it begins");
const ENDS_AT: Parameter = time("ends_at", "when it ends");
const STATUS: Parameter = text("status", "status of the discount");
const DURATION: Parameter = text("duration", "how often a customer gets it").values(&[
    "forever",
    "single_use",
    "usage_limit",
]);
const DURATION_USAGE_LIMIT: Parameter = integer(
    "duration_usage_limit",
    "how often, with the duration usage_limit",
);

/// A fully disabled discount leaves every queued charge, for good.
const FOR_GOOD: &[ValueEffect] = &[ValueEffect {
    field: "status",
    value: "fully_disabled",
    effect: Effect::Destroys,
}];

/// The operation `discounts.create`.
pub static CREATE: Operation = create("/discounts", "Create a discount code")
    .body(&[
        id("applies_to_id", "the product, collection or customer"),
        text("applies_to_product_type", "kind of item").values(&["ALL", "ONETIME", "SUBSCRIPTION"]),
        text("applies_to_resource", "what applies_to_id is"),
        CHANNEL_SETTINGS,
        text("code", "the code").required(),
        text("discount_type", "type of the value")
            .values(&["percentage", "fixed_amount", "shipping"])
            .required(),
        DURATION,
        DURATION_USAGE_LIMIT,
        ENDS_AT,
        text(
            "first_time_customer_restriction",
            "customer_must_not_exist_in_recharge, or null",
        ),
        boolean("once_per_customer", "a customer uses it once"),
        money(
            "prerequisite_subtotal_min",
            "smallest subtotal it can be used on",
        ),
        STARTS_AT,
        STATUS,
        money("value", "percentage or amount").required(),
    ])
    .answers(ResponseShape::One("discount", &DISCOUNT))
    .success(201)
    .scope("write_discounts")
    .again(Idempotency::RejectsRepeat)
    .unique("code", "discount_code")
    .example(
        "rc discounts create --api-version 2021-01 --code SPRING --value 10 \
             --discount-type percentage",
    );

/// The operation `discounts.update`.
pub static UPDATE: Operation = update("/discounts/{id}", "Change a discount")
    .details("fully_disabled removes the discount from every queued charge permanently.")
    .at(&[ID])
    .body(&[
        CHANNEL_SETTINGS,
        DURATION,
        DURATION_USAGE_LIMIT,
        ENDS_AT,
        STARTS_AT,
        STATUS,
    ])
    .answers(ResponseShape::One("discount", &DISCOUNT))
    .scope("write_discounts")
    .value_effects(FOR_GOOD)
    .example("rc discounts update 59568555 --api-version 2021-01 --status disabled");

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
