//! Operations, parameters and fields of the resource `credit_accounts`.

use super::credit_adjustments::CREDIT_ADJUSTMENT;
use super::parameters::{CURSOR, ID, LIMIT_IN_PROSE, OF_CUSTOMER};
use crate::build::{field, get, list, read};
use crate::model::{FieldKind, Object, Operation, Resource, ResponseShape, Type};
use crate::recharge::CONVENTIONS;

/// The resource `credit_accounts`.
pub const RESOURCE: Resource = Resource {
    name: "credit_accounts",
    singular: "credit_account",
    about: "Store credit of customers",
    object: &CREDIT_ACCOUNT,
    operations: &[&LIST, &GET, &LIST_ADJUSTMENTS],
};

/// The operation `credit_accounts.list`.
pub static LIST: Operation = list("/credit_accounts", "List credit accounts")
    .query(&[OF_CUSTOMER.documented(Type::String), LIMIT_IN_PROSE, CURSOR])
    .answers(ResponseShape::Page("credit_accounts", &CREDIT_ACCOUNT))
    .scope("read_credit_accounts")
    .example("rc credit-accounts list --customer-id 36885098");

/// The operation `credit_accounts.get`.
pub static GET: Operation = get("/credit_accounts/{id}", "Show a credit account")
    .at(&[ID])
    .answers(ResponseShape::One("credit_account", &CREDIT_ACCOUNT))
    .scope("read_credit_accounts")
    .example("rc credit-accounts get 697470");

/// The operation `credit_accounts.list_adjustments`.
pub static LIST_ADJUSTMENTS: Operation = read(
    "list_adjustments",
    "/credit_accounts/{id}/credit_adjustments",
    "List the transactions of a credit account",
)
.aliases(&["adjustments"])
.at(&[ID])
.query(&[LIMIT_IN_PROSE, CURSOR])
.answers(ResponseShape::Page(
    "credit_adjustments",
    &CREDIT_ADJUSTMENT,
))
.scope("read_credit_accounts")
.example("rc credit-accounts list-adjustments 697470");

/// The object `credit_account`.
pub const CREDIT_ACCOUNT: Object = Object {
    name: "credit_account",
    fields: &[
        field("id", FieldKind::Id),
        field("customer_id", FieldKind::Id).short("customer"),
        field("available_balance", FieldKind::Money).short("balance"),
        field("created_at", FieldKind::Time),
        field("currency_code", FieldKind::Text).short("currency"),
        field("expires_at", FieldKind::Time),
        field("initial_value", FieldKind::Money),
        field("name", FieldKind::Text),
        field("type", FieldKind::Text),
        field("updated_at", FieldKind::Time),
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
    conventions: &CONVENTIONS,
};
