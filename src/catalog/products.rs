//! The page of `products`: operations, their parameters, and fields.

use super::build::{array, boolean, delete, field, get, post, put, text, time};
use super::model::{Answer, Holds, Object, Operation, Resource, Type};
use super::parameters::{CURSOR, LIMIT};

/// `products`.
pub(super) const RESOURCE: Resource = Resource {
    name: "products",
    singular: "product",
    about: "The catalogue of things to subscribe to",
    object: &PRODUCT,
    operations: &[LIST, GET, CREATE, UPDATE, DELETE],
};

const LIST: Operation = get("list", "/products", "List products")
    .query(&[
        text(
            "external_product_ids",
            "only these, by their id in the shop",
        )
        .multiple(),
        LIMIT,
        CURSOR,
    ])
    .answers(Answer::Page("products", &PRODUCT))
    .scope("read_products")
    .example("rc products list");

const GET: Operation = get("get", "/products/{external_product_id}", "Show a product")
    .at(&[text("external_product_id", "the product in the shop")])
    .answers(Answer::One("product", &PRODUCT))
    .scope("read_products")
    .example("rc products get 2103271587891");

const CREATE: Operation = post("create", "/products", "Add a product")
    .body(&[
        text("external_product_id", "the id of the product in the shop")
            .documented(Type::Object)
            .sent_as(Type::String)
            .required(),
        text("brand", "brand"),
        time("external_created_at", "when the shop created it"),
        time("external_updated_at", "when the shop changed it"),
        array("images", "pictures, each an object of addresses"),
        array("options", "what variants differ in, each an object").required(),
        time("published_at", "when it can be bought"),
        boolean("requires_shipping", "whether it is shipped")
            .documented(Type::String)
            .sent_as(Type::Boolean),
        text("title", "title").required(),
        array("variants", "variants, each an object").required(),
        text("vendor", "vendor").required(),
    ])
    .answers(Answer::One("product", &PRODUCT))
    .success(202)
    .scope("write_products")
    .example("rc products create --body @shirt.json");

const UPDATE: Operation = put(
    "update",
    "/products/{external_product_id}",
    "Change a product",
)
.at(&[text("external_product_id", "the product in the shop")])
.body(&[
    text("brand", "brand"),
    time("external_created_at", "when the shop created it"),
    time("external_updated_at", "when the shop changed it"),
    array("images", "pictures, each an object of addresses"),
    array("options", "what variants differ in, each an object"),
    time("published_at", "when it can be bought"),
    boolean("requires_shipping", "whether it is shipped"),
    text("title", "title").common(),
    array("variants", "variants, each an object"),
    text("vendor", "vendor"),
])
.answers(Answer::One("product", &PRODUCT))
.scope("write_products")
.example("rc products update 2103271587891 --brand Recharge");

const DELETE: Operation = delete(
    "delete",
    "/products/{external_product_id}",
    "Delete a product",
)
.at(&[text("external_product_id", "the product in the shop")])
.scope("write_products")
.example("rc products delete 2103271587891 --yes");

/// `product`.
pub(super) const PRODUCT: Object = Object {
    name: "product",
    fields: &[
        field("external_product_id", Holds::Text),
        field("brand", Holds::Text),
        field("external_created_at", Holds::Time),
        field("external_updated_at", Holds::Time),
        field("images", Holds::Json),
        field("options", Holds::Json),
        field("published_at", Holds::Time),
        field("requires_shipping", Holds::Boolean),
        field("title", Holds::Text),
        field("variants", Holds::Json),
        field("vendor", Holds::Text),
        field("description", Holds::Text),
    ],
    columns: &[
        "external_product_id",
        "title",
        "vendor",
        "brand",
        "requires_shipping",
        "published_at",
    ],
};
