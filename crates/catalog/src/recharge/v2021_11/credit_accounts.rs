//! The page of `credit_accounts`: operations, their parameters, and fields.

use super::credit_adjustments::CREDIT_ADJUSTMENT;
use super::parameters::{CURSOR, ID, LIMIT_IN_PROSE, OF_CUSTOMER};
use crate::build::{field, get};
use crate::model::{Answer, Holds, Object, Operation, Resource, Type};

/// `credit_accounts`.
pub(super) const RESOURCE: Resource = Resource {
    name: "credit_accounts",
    singular: "credit_account",
    about: "Store credit of customers",
    object: &CREDIT_ACCOUNT,
    operations: &[LIST, GET, LIST_ADJUSTMENTS],
};

const LIST: Operation = get("list", "/credit_accounts", "List credit accounts")
    .query(&[OF_CUSTOMER.documented(Type::String), LIMIT_IN_PROSE, CURSOR])
    .answers(Answer::Page("credit_accounts", &CREDIT_ACCOUNT))
    .scope("read_credit_accounts")
    .example("rc credit-accounts list --customer-id 36885098");

const GET: Operation = get("get", "/credit_accounts/{id}", "Show a credit account")
    .at(&[ID])
    .answers(Answer::One("credit_account", &CREDIT_ACCOUNT))
    .scope("read_credit_accounts")
    .example("rc credit-accounts get 697470");

const LIST_ADJUSTMENTS: Operation = get(
    "list_adjustments",
    "/credit_accounts/{id}/credit_adjustments",
    "List the movements on a credit account",
)
.aliases(&["adjustments"])
.at(&[ID])
.query(&[LIMIT_IN_PROSE, CURSOR])
.answers(Answer::Page("credit_adjustments", &CREDIT_ADJUSTMENT))
.scope("read_credit_accounts")
.example("rc credit-accounts list-adjustments 697470");

/// `credit_account`.
pub(super) const CREDIT_ACCOUNT: Object = Object {
    name: "credit_account",
    fields: &[
        field("id", Holds::Id),
        field("customer_id", Holds::Id).short("customer"),
        field("available_balance", Holds::Money).short("balance"),
        field("created_at", Holds::Time),
        field("currency_code", Holds::Text).short("currency"),
        field("expires_at", Holds::Time),
        field("initial_value", Holds::Money),
        field("name", Holds::Text),
        field("type", Holds::Text),
        field("updated_at", Holds::Time),
    ],
    columns: &[
        "id",
        "customer_id",
        "name",
        "type",
        "available_balance",
        "currency_code",
        "expires_at",
    ],
};
