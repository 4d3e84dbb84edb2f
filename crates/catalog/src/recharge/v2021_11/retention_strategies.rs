//! Operations, parameters and fields of the resource `retention_strategies`.

use super::parameters::{CURSOR, ID, LIMIT_OF_ALL_LISTS};
use crate::build::{create, delete, field, get, list, text, update};
use crate::model::{FieldKind, FieldRole, Object, Operation, Parameter, Resource, ResponseShape};
use crate::recharge::CONVENTIONS;

/// The resource `retention_strategies`.
pub const RESOURCE: Resource = Resource {
    name: "retention_strategies",
    singular: "retention_strategy",
    about: "Offers to customers who are about to cancel",
    object: &RETENTION_STRATEGY,
    operations: &[&LIST, &GET, &CREATE, &UPDATE, &DELETE],
};

const INCENTIVE_TYPES: &[&str] = &[
    "delay_subscription",
    "discount",
    "skip_charge",
    "swap_product",
];

const CANCELLATION_FLOW_TYPE: Parameter = text("cancellation_flow_type", "what is being cancelled")
    .values(&["subscription", "membership"]);
const INCENTIVE_TYPE: Parameter = text("incentive_type", "what is offered").values(INCENTIVE_TYPES);
const DISCOUNT_CODE: Parameter = text("discount_code", "discount to offer");
const PREVENTION_TEXT: Parameter = text("prevention_text", "text that the customer sees");
const REASON: Parameter = text("reason", "cancellation reason that it responds to");

/// The operation `retention_strategies.list`.
pub static LIST: Operation = list("/retention_strategies", "List retention strategies")
    .query(&[LIMIT_OF_ALL_LISTS, CURSOR])
    .answers(ResponseShape::Page(
        "retention_strategies",
        &RETENTION_STRATEGY,
    ))
    .example("rc retention-strategies list");

/// The operation `retention_strategies.get`.
pub static GET: Operation = get("/retention_strategies/{id}", "Show a retention strategy")
    .at(&[ID])
    .answers(ResponseShape::One(
        "retention_strategy",
        &RETENTION_STRATEGY,
    ))
    .example("rc retention-strategies get 12345");

/// The operation `retention_strategies.create`.
pub static CREATE: Operation = create(
    "/retention_strategies",
    "Add an offer to the cancellation flow",
)
.details("An incentive of type discount needs --discount-code.")
.body(&[
    CANCELLATION_FLOW_TYPE,
    INCENTIVE_TYPE,
    DISCOUNT_CODE.common(),
    PREVENTION_TEXT.required(),
    REASON.required(),
])
.answers(ResponseShape::One(
    "retention_strategy",
    &RETENTION_STRATEGY,
))
.success(201)
.also_needs(&["write_retention_strategies"])
.example(
    "rc retention-strategies create --reason \"I have too much\" \
             --prevention-text \"Skip the next one instead?\" --incentive-type \
             skip_charge",
);

/// The operation `retention_strategies.update`.
pub static UPDATE: Operation = update("/retention_strategies/{id}", "Change a retention strategy")
    .at(&[ID])
    .body(&[
        CANCELLATION_FLOW_TYPE,
        INCENTIVE_TYPE,
        DISCOUNT_CODE.common(),
        PREVENTION_TEXT,
        REASON,
    ])
    .answers(ResponseShape::One(
        "retention_strategy",
        &RETENTION_STRATEGY,
    ))
    .also_needs(&["write_retention_strategies"])
    .example("rc retention-strategies update 12345 --reason \"It costs too much\"");

/// The operation `retention_strategies.delete`.
pub static DELETE: Operation = delete("/retention_strategies/{id}", "Delete a retention strategy")
    .at(&[ID])
    .also_needs(&["write_retention_strategies"])
    .example("rc retention-strategies delete 12345 --yes");

/// The object `retention_strategy`.
pub const RETENTION_STRATEGY: Object = Object {
    name: "retention_strategy",
    fields: &[
        field("id", FieldKind::Id),
        field("cancellation_flow_type", FieldKind::Text)
            .short("flow")
            .values(&["subscription", "membership"]),
        field("created_at", FieldKind::Time),
        field("discount_code", FieldKind::Text),
        field("incentive_type", FieldKind::Text)
            .short("incentive")
            .values(INCENTIVE_TYPES),
        field("prevention_text", FieldKind::Text),
        field("reason", FieldKind::Text).role(FieldRole::Name(&[])),
        field("updated_at", FieldKind::Time),
    ],
    columns: &[
        "id",
        "reason",
        "cancellation_flow_type",
        "incentive_type",
        "discount_code",
        "updated_at",
    ],
    conventions: &CONVENTIONS,
};
