//! Operations, parameters and fields of the resource `metafields`.

use super::parameters::{BY_ID_OR_UPDATED, CURSOR, ID, LIMIT, PAGE, SORT_BY};
use crate::build::{create, delete, field, get, id, list, text, update};
use crate::model::{
    FieldKind, FieldRole, Object, Operation, Parameter, Resource, ResponseShape, Type,
};
use crate::recharge::CONVENTIONS;

/// The resource `metafields`.
pub const RESOURCE: Resource = Resource {
    name: "metafields",
    singular: "metafield",
    about: "Extra fields of other objects",
    object: &METAFIELD,
    operations: &[&LIST, &GET, &CREATE, &UPDATE, &DELETE],
};

const OWNER_RESOURCES: &[&str] = &[
    "address",
    "store",
    "customer",
    "subscription",
    "order",
    "charge",
];
const VALUE_TYPES: &[&str] = &["string", "integer", "json_string"];

const OWNER_RESOURCE: Parameter = text("owner_resource", "kind of owner").values(OWNER_RESOURCES);
const DESCRIPTION: Parameter = text("description", "description");
const OWNER_ID: Parameter = id("owner_id", "id of the owner").documented(Type::String);
const VALUE: Parameter = text("value", "the value");
const VALUE_TYPE: Parameter = text("value_type", "type of the value").values(VALUE_TYPES);

/// The operation `metafields.list`.
pub static LIST: Operation = list("/metafields", "List the metafields of one kind of owner")
    .query(&[
        LIMIT,
        text("namespace", "only those of this namespace"),
        id("owner_id", "only those of this owner")
            .documented(Type::String)
            .common(),
        OWNER_RESOURCE
            .required()
            .unless(&[CURSOR.name])
            .beyond("the description says that a list must name the kind of owner"),
        PAGE,
        SORT_BY.values(BY_ID_OR_UPDATED).default("id-desc"),
        CURSOR,
    ])
    .answers(ResponseShape::Page("metafields", &METAFIELD))
    .example("rc metafields list --owner-resource subscription");

/// The operation `metafields.get`.
pub static GET: Operation = get("/metafields/{id}", "Show a metafield")
    .at(&[ID])
    .answers(ResponseShape::One("metafield", &METAFIELD))
    .example("rc metafields get 33");

/// The operation `metafields.create`.
pub static CREATE: Operation = create("/metafields", "Add a metafield to an object")
    .details("An owner can have at most 50 metafields. The token needs write access to the owner.")
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
        "rc metafields create --owner-resource customer --owner-id 37657002 \
             --namespace personal --key phone --value 3103103101 --value-type string",
    );

/// The operation `metafields.update`.
pub static UPDATE: Operation = update("/metafields/{id}", "Change a metafield")
    .at(&[ID])
    .body(&[
        DESCRIPTION,
        OWNER_ID.common(),
        OWNER_RESOURCE,
        VALUE.common(),
        VALUE_TYPE,
    ])
    .wrapped_in("metafield")
    .answers(ResponseShape::One("metafield", &METAFIELD))
    .success(201)
    .example("rc metafields update 33 --value 0333103133");

/// The operation `metafields.delete`.
pub static DELETE: Operation = delete("/metafields/{id}", "Delete a metafield")
    .at(&[ID])
    .example("rc metafields delete 33 --yes");

/// The object `metafield`.
pub const METAFIELD: Object = Object {
    name: "metafield",
    fields: &[
        field("id", FieldKind::Id),
        field("created_at", FieldKind::Time),
        field("description", FieldKind::Text),
        field("key", FieldKind::Text).role(FieldRole::Name(&[])),
        field("namespace", FieldKind::Text),
        field("owner_id", FieldKind::Id).documented(Type::String),
        field("owner_resource", FieldKind::Text).values(OWNER_RESOURCES),
        field("updated_at", FieldKind::Time),
        field("value", FieldKind::Text),
        field("value_type", FieldKind::Text).values(VALUE_TYPES),
    ],
    columns: &[
        "id",
        "owner_resource",
        "owner_id",
        "namespace",
        "key",
        "value",
        "value_type",
    ],
    conventions: &CONVENTIONS,
};
