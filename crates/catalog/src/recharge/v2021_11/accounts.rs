//! Operations, parameters and fields of the resource `accounts`.

use super::parameters::{CURSOR, ID, LIMIT};
use crate::build::{field, get, list};
use crate::model::{FieldKind, Object, Operation, Resource, ResponseShape};
use crate::recharge::CONVENTIONS;

/// The resource `accounts`.
pub const RESOURCE: Resource = Resource {
    name: "accounts",
    singular: "account",
    about: "Staff accounts of the store",
    object: &ACCOUNT,
    operations: &[&LIST, &GET],
};

/// The operation `accounts.list`.
pub static LIST: Operation = list("/accounts", "List staff accounts")
    .query(&[LIMIT, CURSOR])
    .answers(ResponseShape::Page("accounts", &ACCOUNT))
    .scope("read_accounts")
    .example("rc accounts list");

/// The operation `accounts.get`.
pub static GET: Operation = get("/accounts/{id}", "Show a staff account")
    .at(&[ID])
    .answers(ResponseShape::One("account", &ACCOUNT))
    .scope("read_accounts")
    .example("rc accounts get 3315125");

/// The object `account`.
pub const ACCOUNT: Object = Object {
    name: "account",
    fields: &[
        field("id", FieldKind::Id),
        field("user_id", FieldKind::Id),
        field("created_at", FieldKind::Time),
        field("invited_at", FieldKind::Time),
        field("is_owner", FieldKind::Boolean),
    ],
    columns: &["id", "user_id", "is_owner", "created_at", "invited_at"],
    conventions: &CONVENTIONS,
};
