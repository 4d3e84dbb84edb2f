//! Operations and fields of the resource `metafields` in version 2021-01.

use super::{CURSOR, ID, LIMIT, PAGE, SORT_BY};
use crate::build::{field, get, id, list, read, text};
use crate::model::{FieldKind, Object, Operation, Parameter, Resource, ResponseShape};
use crate::recharge::CONVENTIONS;

/// The resource `metafields`.
pub const RESOURCE: Resource = Resource {
    name: "metafields",
    singular: "metafield",
    about: "Extra fields of other objects",
    object: &METAFIELD,
    operations: &[&LIST, &GET, &COUNT],
};

/// The operation `metafields.list`.
pub static LIST: Operation = list("/metafields", "List metafields")
    .query(&[
        LIMIT,
        CURSOR,
        PAGE,
        SORT_BY,
        text("namespace", "only those with this namespace"),
        id("owner_id", "only those with this owner id"),
        text("owner_resource", "only those with this owner resource").required(),
    ])
    .answers(ResponseShape::Page("metafields", &METAFIELD))
    .scope("read_customers")
    .example("rc metafields list --api-version 2021-01 --owner-resource customer");

/// The operation `metafields.get`.
pub static GET: Operation = get("/metafields/{id}", "Show one metafield")
    .at(&[ID])
    .answers(ResponseShape::One("metafield", &METAFIELD))
    .scope("read_customers")
    .example("rc metafields get 1 --api-version 2021-01");

/// The operation `metafields.count`.
pub static COUNT: Operation = read("count", "/metafields/count", "Count metafields")
    .query(COUNTED)
    .answers(ResponseShape::Number("count"))
    .scope("read_customers")
    .example("rc metafields count --api-version 2021-01 --owner-resource customer");

const COUNTED: &[Parameter] = &[
    text("namespace", "only those with this namespace"),
    id("owner_id", "only those with this owner id"),
    text("owner_resource", "only those with this owner resource").required(),
];

/// The object `metafield`.
pub const METAFIELD: Object = Object {
    name: "metafield",
    fields: &[
        field("id", FieldKind::Id),
        field("created_at", FieldKind::Time),
        field("description", FieldKind::Text),
        field("key", FieldKind::Text),
        field("namespace", FieldKind::Text),
        field("owner_id", FieldKind::Id),
        field("owner_resource", FieldKind::Text),
        field("updated_at", FieldKind::Time),
        field("value", FieldKind::Text),
        field("value_type", FieldKind::Text),
    ],
    columns: &[
        "id",
        "namespace",
        "key",
        "value",
        "owner_resource",
        "owner_id",
    ],
    conventions: &CONVENTIONS,
};
