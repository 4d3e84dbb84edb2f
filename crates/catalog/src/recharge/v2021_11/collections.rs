//! Operations, parameters and fields of the resource `collections`.

use super::parameters::{CURSOR, ID, LIMIT};
use crate::build::{
    act, create, delete, field, get, id, list, post, read, references, text, update,
};
use crate::model::{
    FieldKind, FieldRole, Method, Object, Operation, Parameter, Resource, ResponseShape,
};
use crate::recharge::CONVENTIONS;
use crate::undo::{Undo, UndoStep, UndoValues};

/// The resource `collections`.
pub const RESOURCE: Resource = Resource {
    name: "collections",
    singular: "collection",
    about: "Groups of products",
    object: &COLLECTION,
    operations: &[
        &LIST,
        &GET,
        &CREATE,
        &UPDATE,
        &DELETE,
        &ADD_PRODUCTS,
        &LIST_PRODUCTS,
        &REMOVE_PRODUCTS,
    ],
};

const SORT_ORDERS: &[&str] = &[
    "id-asc",
    "id-desc",
    "title-asc",
    "title-desc",
    "created-asc",
    "created-desc",
];

const DESCRIPTION: Parameter = text("description", "description");
const TITLE: Parameter = text("title", "title");
const COLLECTION_PRODUCTS: Parameter = references(
    "collection_products",
    "external_product_id",
    "products, by their id in the shop; 250 at most",
);

/// The operation `collections.list`.
pub static LIST: Operation = list("/collections", "List collections")
    .query(&[
        text("title", "only those with this title").common(),
        LIMIT,
        CURSOR,
    ])
    .answers(ResponseShape::Page("collections", &COLLECTION))
    .scope("read_products")
    .example("rc collections list");

/// The operation `collections.get`.
pub static GET: Operation = get("/collections/{id}", "Show a collection")
    .at(&[ID])
    .answers(ResponseShape::One("collection", &COLLECTION))
    .errors(&[404])
    .scope("read_products")
    .example("rc collections get 134157");

/// The operation `collections.create`.
pub static CREATE: Operation = create("/collections", "Create a collection")
    .body(&[
        DESCRIPTION.required(),
        text("sort_order", "order of the products")
            .values(SORT_ORDERS)
            .default("id-desc"),
        TITLE.required(),
    ])
    .answers(ResponseShape::One("collection", &COLLECTION))
    .scope("write_products")
    .example(
        "rc collections create --title \"Cats Spring\" --description \"new this \
             spring\"",
    );

/// The operation `collections.update`.
pub static UPDATE: Operation = update("/collections/{id}", "Change a collection")
    .at(&[ID])
    .body(&[
        DESCRIPTION,
        text("sort_order", "order of the products").values(SORT_ORDERS),
        TITLE.common(),
    ])
    .answers(ResponseShape::One("collection", &COLLECTION))
    .errors(&[404, 415])
    .scope("write_products")
    .example("rc collections update 134157 --sort-order title-asc");

/// The operation `collections.delete`.
pub static DELETE: Operation = delete(
    "/collections/{id}",
    "Delete a collection that the customer portal does not use",
)
.at(&[ID])
.errors(&[404])
.scope("write_products")
.example("rc collections delete 134157 --yes");

/// The operation `collections.add_products`.
pub static ADD_PRODUCTS: Operation = post(
    "add_products",
    "/collections/{id}/collection_products-bulk",
    "Add up to 250 products to a collection",
)
.at(&[ID])
.body(&[COLLECTION_PRODUCTS.required()])
.answers(ResponseShape::Many(
    "collection_products",
    &COLLECTION_PRODUCT,
))
.success(201)
.errors(&[422, 500])
.scope("write_products")
.done("extended")
.example("rc collections add-products 134157 --collection-products 7,8")
.undo(
    Undo::steps(&[UndoStep::with("remove_products", UndoValues::Sent)])
        .but(&["products that were in the collection before, which are removed as well"]),
);

/// The operation `collections.list_products`.
pub static LIST_PRODUCTS: Operation = read(
    "list_products",
    "/collection_products",
    "List the products of collections",
)
.aliases(&["products"])
.query(&[
    id("collection_id", "only those of this collection").common(),
    LIMIT,
    CURSOR,
])
.copied_by(&["collection_id", "external_product_id"])
.answers(ResponseShape::Page(
    "collection_products",
    &COLLECTION_PRODUCT,
))
.errors(&[422])
.scope("read_products")
.example("rc collections list-products --collection-id 134157");

/// The operation `collections.remove_products`.
pub static REMOVE_PRODUCTS: Operation = act(
    Method::Delete,
    "remove_products",
    "/collections/{id}/collection_products-bulk",
    "Remove up to 250 products from a collection",
)
.at(&[ID])
.body(&[COLLECTION_PRODUCTS.required()])
.errors(&[404])
.scope("write_products")
.done("reduced")
.example("rc collections remove-products 134157 --collection-products 7 --yes")
.undo(
    Undo::steps(&[UndoStep::with("add_products", UndoValues::Sent)])
        .but(&["the positions of the products in the collection"]),
);

/// The object `collection`.
pub const COLLECTION: Object = Object {
    name: "collection",
    fields: &[
        field("id", FieldKind::Id),
        field("created_at", FieldKind::Time),
        field("description", FieldKind::Text),
        field("sort_order", FieldKind::Text).values(&[
            "id-asc",
            "id-desc",
            "title-asc",
            "title-desc",
            "created_at-asc",
            "created_at-desc",
        ]),
        field("title", FieldKind::Text).role(FieldRole::Name(&[])),
        field("type", FieldKind::Text).values(&["manual"]),
        field("updated_at", FieldKind::Time),
    ],
    columns: &["id", "title", "sort_order", "type", "updated_at"],
    conventions: &CONVENTIONS,
};

/// The object `collection_product`.
pub const COLLECTION_PRODUCT: Object = Object {
    name: "collection_product",
    fields: &[
        field("collection_id", FieldKind::Id),
        field("created_at", FieldKind::Time),
        field("external_product_id", FieldKind::Text),
        field("updated_at", FieldKind::Time),
    ],
    columns: &["collection_id", "external_product_id", "updated_at"],
    conventions: &CONVENTIONS,
};
