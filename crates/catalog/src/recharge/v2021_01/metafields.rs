//! Operations and fields of the resource `metafields` in version 2021-01.

use super::{CURSOR, ID, LIMIT, PAGE, SORT_BY};
use crate::build::{create, field, get, id, list, read, text, update};
use crate::model::{FieldKind, Object, Operation, Parameter, Resource, ResponseShape};
use crate::recharge::CONVENTIONS;

/// The resource `metafields`.
pub const RESOURCE: Resource = Resource {
    name: "metafields",
    singular: "metafield",
    about: "Extra fields of other objects",
    object: &METAFIELD,
    operations: &[
        &LIST,
        &GET,
        &COUNT,
        &CREATE,
        &UPDATE,
        &super::super::v2021_11::metafields::DELETE,
    ],
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

const OWNER_RESOURCE: Parameter = text("owner_resource", "kind of owner");
const OWNER_ID: Parameter = id("owner_id", "id of the owner");
const VALUE: Parameter = text("value", "the value");
const VALUE_TYPE: Parameter =
    text("value_type", "type of the value").values(&["string", "integer", "json_string"]);
const DESCRIPTION: Parameter = text("description", "description");

/// The operation `metafields.create`.
pub static CREATE: Operation = create("/metafields", "Add a metafield to an object")
    .body(&[
        DESCRIPTION,
        text("key", "name").required(),
        text("namespace", "namespace of the key").required(),
        OWNER_ID.required(),
        OWNER_RESOURCE.required(),
        VALUE.required(),
        VALUE_TYPE.required(),
    ])
    .wrapped_in("metafield")
    .answers(ResponseShape::One("metafield", &METAFIELD))
    .example(
        "rc metafields create --api-version 2021-01 --owner-resource customer \
             --owner-id 37657002 --namespace personal --key phone --value 3103103101 \
             --value-type string",
    );

/// The operation `metafields.update`.
pub static UPDATE: Operation = update("/metafields/{id}", "Change a metafield")
    .at(&[ID])
    .body(&[DESCRIPTION, OWNER_ID, OWNER_RESOURCE, VALUE, VALUE_TYPE])
    .wrapped_in("metafield")
    .answers(ResponseShape::One("metafield", &METAFIELD))
    .success(201)
    .example("rc metafields update 33 --api-version 2021-01 --value 0333103133");

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
