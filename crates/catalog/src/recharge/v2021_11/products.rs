//! Operations, parameters and fields of the resource `products`.

use super::parameters::{CURSOR, LIMIT};
use crate::build::{array, boolean, create, delete, field, get, list, text, time, update};
use crate::model::{
    FieldKind, FieldRole, Object, Operation, Parameter, Resource, ResponseShape, Type,
};
use crate::recharge::CONVENTIONS;

/// The resource `products`.
pub const RESOURCE: Resource = Resource {
    name: "products",
    singular: "product",
    about: "Products that customers can subscribe to",
    object: &PRODUCT,
    operations: &[&LIST, &GET, &CREATE, &UPDATE, &DELETE],
};

const BRAND: Parameter = text("brand", "brand");
const EXTERNAL_CREATED_AT: Parameter = time("external_created_at", "when the shop created it");
const EXTERNAL_UPDATED_AT: Parameter = time("external_updated_at", "when the shop changed it");
const IMAGES: Parameter = array("images", "pictures, each an object of addresses");
const OPTIONS: Parameter = array("options", "what variants differ in, each an object");
const PUBLISHED_AT: Parameter = time("published_at", "when it can be bought");
const TITLE: Parameter = text("title", "title");
const VARIANTS: Parameter = array("variants", "variants, each an object");
const VENDOR: Parameter = text("vendor", "vendor");

/// The operation `products.list`.
pub static LIST: Operation = list("/products", "List products")
    .query(&[
        text(
            "external_product_ids",
            "only these, by their id in the shop",
        )
        .multiple(),
        LIMIT,
        CURSOR,
    ])
    .answers(ResponseShape::Page("products", &PRODUCT))
    .copied_from_version(super::super::v2021_01::VERSION)
    .scope("read_products")
    .example("rc products list");

/// The operation `products.get`.
pub static GET: Operation = get("/products/{external_product_id}", "Show a product")
    .at(&[text("external_product_id", "the product in the shop").placeholder("ID")])
    .answers(ResponseShape::One("product", &PRODUCT))
    .scope("read_products")
    .example("rc products get 2103271587891");

/// The operation `products.create`.
pub static CREATE: Operation = create("/products", "Add a product")
    .body(&[
        text("external_product_id", "the id of the product in the shop")
            .placeholder("ID")
            .documented(Type::Object)
            .sent_as(Type::String)
            .required(),
        BRAND,
        EXTERNAL_CREATED_AT,
        EXTERNAL_UPDATED_AT,
        IMAGES,
        OPTIONS.required(),
        PUBLISHED_AT,
        boolean("requires_shipping", "whether it is shipped")
            .documented(Type::String)
            .sent_as(Type::Boolean),
        TITLE.required(),
        VARIANTS.required(),
        VENDOR.required(),
    ])
    .answers(ResponseShape::One("product", &PRODUCT))
    .success(202)
    .scope("write_products")
    .example("rc products create --body @shirt.json");

/// The operation `products.update`.
pub static UPDATE: Operation = update("/products/{external_product_id}", "Change a product")
    .at(&[text("external_product_id", "the product in the shop").placeholder("ID")])
    .body(&[
        BRAND,
        EXTERNAL_CREATED_AT,
        EXTERNAL_UPDATED_AT,
        IMAGES,
        OPTIONS,
        PUBLISHED_AT,
        boolean("requires_shipping", "whether it is shipped"),
        TITLE.common(),
        VARIANTS,
        VENDOR,
    ])
    .answers(ResponseShape::One("product", &PRODUCT))
    .scope("write_products")
    .example("rc products update 2103271587891 --brand Recharge");

/// The operation `products.delete`.
pub static DELETE: Operation = delete("/products/{external_product_id}", "Delete a product")
    .at(&[text("external_product_id", "the product in the shop").placeholder("ID")])
    .scope("write_products")
    .example("rc products delete 2103271587891 --yes");

/// The object `product`.
pub const PRODUCT: Object = Object {
    name: "product",
    fields: &[
        field("external_product_id", FieldKind::Text),
        field("brand", FieldKind::Text),
        field("external_created_at", FieldKind::Time),
        field("external_updated_at", FieldKind::Time),
        field("images", FieldKind::Json),
        field("options", FieldKind::Json),
        field("published_at", FieldKind::Time),
        field("requires_shipping", FieldKind::Boolean),
        field("title", FieldKind::Text).role(FieldRole::Name(&[])),
        field("variants", FieldKind::Json),
        field("vendor", FieldKind::Text),
        field("description", FieldKind::Text),
    ],
    columns: &[
        "external_product_id",
        "title",
        "vendor",
        "brand",
        "requires_shipping",
        "published_at",
    ],
    conventions: &CONVENTIONS,
};
