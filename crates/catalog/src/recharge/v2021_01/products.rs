//! Operations and fields of the resource `products` in version 2021-01.

use super::{CURSOR, ID, LIMIT, PAGE, SORT_BY};
use crate::build::{field, get, id, list, read};
use crate::model::{FieldKind, Object, Operation, Parameter, Resource, ResponseShape};
use crate::recharge::CONVENTIONS;

/// The resource `products`.
pub const RESOURCE: Resource = Resource {
    name: "products",
    singular: "product",
    about: "Products with rules for subscriptions",
    object: &PRODUCT,
    operations: &[&LIST, &GET, &COUNT],
};

/// The operation `products.list`.
pub static LIST: Operation = list("/products", "List products")
    .query(&[
        LIMIT,
        CURSOR,
        PAGE,
        SORT_BY,
        id("id", "only this one, by id"),
        id(
            "shopify_product_id",
            "only those with this shopify product id",
        ),
        id(
            "shopify_product_ids",
            "only those with this shopify product ids",
        ),
    ])
    .answers(ResponseShape::Page("products", &PRODUCT))
    .scope("read_products")
    .example("rc products list --api-version 2021-01");

/// The operation `products.get`.
pub static GET: Operation = get("/products/{id}", "Show one product")
    .at(&[ID])
    .answers(ResponseShape::One("product", &PRODUCT))
    .scope("read_products")
    .example("rc products get 1 --api-version 2021-01");

/// The operation `products.count`.
pub static COUNT: Operation = read("count", "/products/count", "Count products")
    .query(COUNTED)
    .answers(ResponseShape::Number("count"))
    .scope("read_products")
    .example("rc products count --api-version 2021-01");

const COUNTED: &[Parameter] = &[
    id("id", "only this one, by id"),
    id(
        "shopify_product_id",
        "only those with this shopify product id",
    ),
    id(
        "shopify_product_ids",
        "only those with this shopify product ids",
    ),
];

/// The object `product`.
pub const PRODUCT: Object = Object {
    name: "product",
    fields: &[
        field("id", FieldKind::Id),
        field("collection_id", FieldKind::Id),
        field("created_at", FieldKind::Time),
        field("discount_amount", FieldKind::Money),
        field("discount_type", FieldKind::Text),
        field("handle", FieldKind::Text),
        field("images", FieldKind::Json),
        field("product_id", FieldKind::Id),
        field("shopify_product_id", FieldKind::Id),
        field("subscription_defaults", FieldKind::Json),
        field("title", FieldKind::Text),
        field("updated_at", FieldKind::Time),
    ],
    columns: &[
        "id",
        "title",
        "shopify_product_id",
        "discount_type",
        "discount_amount",
        "created_at",
    ],
    conventions: &CONVENTIONS,
};
