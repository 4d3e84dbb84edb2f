//! Operations, parameters and fields of the resource `order_refunds`.

use super::orders::SCOPE;
use super::parameters::{ID, IDS, LIMIT, PAGE};
use crate::build::{field, get, id, list, time};
use crate::model::{
    Conventions, FieldKind, FieldRole, Object, Operation, ParameterRole, Resource, ResponseShape,
    Type,
};

/// The resource `order_refunds`.
pub const RESOURCE: Resource = Resource {
    name: "order_refunds",
    singular: "order_refund",
    about: "Refunds of orders",
    object: &ORDER_REFUND,
    operations: &[&LIST, &GET],
};

/// Refunds are never changed, and spell their time otherwise than other records.
static REFUNDS: Conventions = Conventions {
    created: Some("created"),
    ..Conventions::PLAIN
};

/// The operation `order_refunds.list`.
///
/// The scope is that of orders; that of transactions does as well.
pub static LIST: Operation = list("/v3/orders/payment_actions/refunds", "List refunds")
    .query(&[
        IDS,
        id("order_id:in", "only those of these orders")
            .flag("orders")
            .multiple(),
        time("created:min", "created at or after this time")
            .flag("created-min")
            .role(ParameterRole::Since("created"))
            .common(),
        time("created:max", "created at or before this time")
            .flag("created-max")
            .role(ParameterRole::Until("created"))
            .includes_day(),
        LIMIT,
        PAGE,
    ])
    .answers(ResponseShape::Page("data", &ORDER_REFUND))
    .scope(SCOPE)
    .example("rc bigcommerce order-refunds list --created-min 7d");

/// The operation `order_refunds.get`.
pub static GET: Operation = get("/v3/orders/payment_actions/refunds/{id}", "Show a refund")
    .at(&[ID])
    .answers(ResponseShape::One("data", &ORDER_REFUND))
    .scope(SCOPE)
    .example("rc bigcommerce order-refunds get 5");

/// The object `order_refund`. Fields: types of client libraries.
pub const ORDER_REFUND: Object = Object {
    name: "order_refund",
    fields: &[
        field("id", FieldKind::Id),
        field("order_id", FieldKind::Id),
        field("user_id", FieldKind::Id),
        field("created", FieldKind::Time),
        field("reason", FieldKind::Text),
        field("total_amount", FieldKind::Money)
            .documented(Type::Number)
            .role(FieldRole::Amount),
        field("total_tax", FieldKind::Money).documented(Type::Number),
        field("uses_merchant_override_values", FieldKind::Boolean),
        field("items", FieldKind::Json),
        field("payments", FieldKind::Json),
    ],
    columns: &[
        "id",
        "order_id",
        "created",
        "total_amount",
        "total_tax",
        "reason",
    ],
    conventions: &REFUNDS,
};
