//! The page of `retention_strategies`: operations, their parameters, and fields.

use super::build::{delete, field, get, post, put, text};
use super::model::{Answer, Holds, Object, Operation, Resource};
use super::parameters::{CURSOR, ID, LIMIT_OF_ALL_LISTS};

/// `retention_strategies`.
pub(super) const RESOURCE: Resource = Resource {
    name: "retention_strategies",
    singular: "retention_strategy",
    about: "What is offered to someone who is about to cancel",
    object: &RETENTION_STRATEGY,
    operations: &[LIST, GET, CREATE, UPDATE, DELETE],
};

const LIST: Operation = get("list", "/retention_strategies", "List retention strategies")
    .query(&[LIMIT_OF_ALL_LISTS, CURSOR])
    .answers(Answer::Page("retention_strategies", &RETENTION_STRATEGY))
    .example("rc retention-strategies list");

const GET: Operation = get(
    "get",
    "/retention_strategies/{id}",
    "Show a retention strategy",
)
.at(&[ID])
.answers(Answer::One("retention_strategy", &RETENTION_STRATEGY))
.example("rc retention-strategies get 12345");

const CREATE: Operation = post(
    "create",
    "/retention_strategies",
    "Add an offer to the cancellation flow",
)
.details("An incentive of type discount needs --discount-code.")
.body(&[
    text("cancellation_flow_type", "what is being cancelled")
        .values(&["subscription", "membership"]),
    text("incentive_type", "what is offered").values(&[
        "delay_subscription",
        "discount",
        "skip_charge",
        "swap_product",
    ]),
    text("discount_code", "discount to offer").common(),
    text("prevention_text", "what the customer is asked or told").required(),
    text("reason", "the reason for cancelling that it answers").required(),
])
.answers(Answer::One("retention_strategy", &RETENTION_STRATEGY))
.success(201)
.also_needs(&["write_retention_strategies"])
.example(
    "rc retention-strategies create --reason \"I have too much\" \
             --prevention-text \"Skip the next one instead?\" --incentive-type \
             skip_charge",
);

const UPDATE: Operation = put(
    "update",
    "/retention_strategies/{id}",
    "Change a retention strategy",
)
.at(&[ID])
.body(&[
    text("cancellation_flow_type", "what is being cancelled")
        .values(&["subscription", "membership"]),
    text("incentive_type", "what is offered").values(&[
        "delay_subscription",
        "discount",
        "skip_charge",
        "swap_product",
    ]),
    text("discount_code", "discount to offer").common(),
    text("prevention_text", "what the customer is asked or told"),
    text("reason", "the reason for cancelling that it answers"),
])
.answers(Answer::One("retention_strategy", &RETENTION_STRATEGY))
.also_needs(&["write_retention_strategies"])
.example("rc retention-strategies update 12345 --reason \"It costs too much\"");

const DELETE: Operation = delete(
    "delete",
    "/retention_strategies/{id}",
    "Delete a retention strategy",
)
.at(&[ID])
.also_needs(&["write_retention_strategies"])
.example("rc retention-strategies delete 12345 --yes");

/// `retention_strategy`.
pub(super) const RETENTION_STRATEGY: Object = Object {
    name: "retention_strategy",
    fields: &[
        field("id", Holds::Id),
        field("cancellation_flow_type", Holds::Text)
            .short("flow")
            .values(&["subscription", "membership"]),
        field("created_at", Holds::Time),
        field("discount_code", Holds::Text),
        field("incentive_type", Holds::Text)
            .short("incentive")
            .values(&[
                "delay_subscription",
                "discount",
                "skip_charge",
                "swap_product",
            ]),
        field("prevention_text", Holds::Text),
        field("reason", Holds::Text),
        field("updated_at", Holds::Time),
    ],
    columns: &[
        "id",
        "reason",
        "cancellation_flow_type",
        "incentive_type",
        "discount_code",
        "updated_at",
    ],
};
