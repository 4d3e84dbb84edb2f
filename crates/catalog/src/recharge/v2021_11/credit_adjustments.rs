//! Operations, parameters and fields of the resource `credit_adjustments`.

use super::parameters::{CURSOR, ID, LIMIT_IN_PROSE};
use crate::build::{field, get, list};
use crate::model::{FieldKind, Object, Operation, Resource, ResponseShape};
use crate::recharge::CONVENTIONS;

/// The resource `credit_adjustments`.
pub const RESOURCE: Resource = Resource {
    name: "credit_adjustments",
    singular: "credit_adjustment",
    about: "Transactions of credit accounts",
    object: &CREDIT_ADJUSTMENT,
    operations: &[&LIST, &GET],
};

/// The operation `credit_adjustments.list`.
pub static LIST: Operation = list(
    "/credit_adjustments",
    "List the transactions of all credit accounts",
)
.query(&[LIMIT_IN_PROSE, CURSOR])
.answers(ResponseShape::Page(
    "credit_adjustments",
    &CREDIT_ADJUSTMENT,
))
.scope("read_credit_adjustments")
.example("rc credit-adjustments list");

/// The operation `credit_adjustments.get`.
pub static GET: Operation = get(
    "/credit_adjustments/{id}",
    "Show a transaction of a credit account",
)
.at(&[ID])
.answers(ResponseShape::OneInList(
    "credit_adjustments",
    &CREDIT_ADJUSTMENT,
))
.scope("read_credit_adjustments")
.example("rc credit-adjustments get 4866849");

/// The object `credit_adjustment`.
pub const CREDIT_ADJUSTMENT: Object = Object {
    name: "credit_adjustment",
    fields: &[
        field("id", FieldKind::Id),
        field("credit_account_id", FieldKind::Id),
        field("amount", FieldKind::Money),
        field("created_at", FieldKind::Time),
        field("currency_code", FieldKind::Text).short("currency"),
        field("ending_balance", FieldKind::Money),
        field("note", FieldKind::Text),
        field("type", FieldKind::Text),
        field("updated_at", FieldKind::Time),
    ],
    columns: &[
        "id",
        "credit_account_id",
        "type",
        "amount",
        "ending_balance",
        "currency_code",
        "created_at",
        "note",
    ],
    conventions: &CONVENTIONS,
};
