//! Operations, parameters and fields of the resource `product_variants`.

use super::CONVENTIONS;
use super::parameters::{LIMIT, PAGE};
use super::products::SCOPE;
use crate::build::{field, id, list, text};
use crate::model::{FieldKind, Object, Operation, ParameterRole, Resource, ResponseShape, Type};

/// The resource `product_variants`.
pub const RESOURCE: Resource = Resource {
    name: "product_variants",
    singular: "product_variant",
    about: "Variants of products",
    object: &PRODUCT_VARIANT,
    operations: &[&LIST],
};

/// The operation `product_variants.list`. There is no filter of dates.
pub static LIST: Operation = list("/v3/catalog/variants", "List variants of all products")
    .query(&[
        id("id", "only the one with this id").role(ParameterRole::Ids),
        text("sku", "only the one with this SKU")
            .role(ParameterRole::Key)
            .common(),
        id("product_id", "only those of this product"),
        LIMIT,
        PAGE,
    ])
    .answers(ResponseShape::Page("data", &PRODUCT_VARIANT))
    .scope(SCOPE)
    .example("rc bigcommerce product-variants list");

/// The object `product_variant`. Fields: types of client libraries.
pub const PRODUCT_VARIANT: Object = Object {
    name: "product_variant",
    fields: &[
        field("id", FieldKind::Id),
        field("product_id", FieldKind::Id),
        field("sku", FieldKind::Text),
        field("sku_id", FieldKind::Id),
        field("price", FieldKind::Money).documented(Type::Number),
        field("calculated_price", FieldKind::Money).documented(Type::Number),
        field("sale_price", FieldKind::Money).documented(Type::Number),
        field("retail_price", FieldKind::Money).documented(Type::Number),
        field("map_price", FieldKind::Money).documented(Type::Number),
        field("cost_price", FieldKind::Money).documented(Type::Number),
        field("weight", FieldKind::Money).documented(Type::Number),
        field("calculated_weight", FieldKind::Money).documented(Type::Number),
        field("width", FieldKind::Money).documented(Type::Number),
        field("height", FieldKind::Money).documented(Type::Number),
        field("depth", FieldKind::Money).documented(Type::Number),
        field("is_free_shipping", FieldKind::Boolean),
        field("fixed_cost_shipping_price", FieldKind::Money).documented(Type::Number),
        field("purchasing_disabled", FieldKind::Boolean),
        field("purchasing_disabled_message", FieldKind::Text),
        field("image_url", FieldKind::Text),
        field("upc", FieldKind::Text),
        field("mpn", FieldKind::Text),
        field("gtin", FieldKind::Text),
        field("inventory_level", FieldKind::Integer),
        field("inventory_warning_level", FieldKind::Integer),
        field("bin_picking_number", FieldKind::Text),
        field("option_values", FieldKind::Json),
    ],
    columns: &[
        "id",
        "product_id",
        "sku",
        "calculated_price",
        "inventory_level",
        "purchasing_disabled",
    ],
    conventions: &CONVENTIONS,
};
