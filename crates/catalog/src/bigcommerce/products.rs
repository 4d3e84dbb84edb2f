//! Operations, parameters and fields of the resource `products`.

use super::CONVENTIONS;
use super::parameters::{
    DATE_MODIFIED_MAX, DATE_MODIFIED_MIN, ID, IDS, INCLUDE_FIELDS, LIMIT, PAGE,
};
use crate::build::{boolean, field, get, list, text};
use crate::model::{
    FieldKind, FieldRole, Object, Operation, Parameter, ParameterRole, Resource, ResponseShape,
    Type,
};

/// The resource `products`.
pub const RESOURCE: Resource = Resource {
    name: "products",
    singular: "product",
    about: "Products of the store",
    object: &PRODUCT,
    operations: &[&LIST, &GET],
};

pub(super) const SCOPE: &str = "store_v2_products_read_only";

const INCLUDE: Parameter = text("include", "related objects to add to each record")
    .values(&[
        "bulk_pricing_rules",
        "channels",
        "custom_fields",
        "images",
        "modifiers",
        "options",
        "parent_relations",
        "primary_image",
        "reviews",
        "variants",
        "videos",
    ])
    .multiple()
    .role(ParameterRole::Include);

/// The operation `products.list`.
pub static LIST: Operation = list("/v3/catalog/products", "List products")
    .query(&[
        IDS,
        text("sku", "only the one with this SKU")
            .role(ParameterRole::Key)
            .common(),
        text("name", "only those of this name").common(),
        text("keyword", "only those with these words"),
        boolean(
            "is_visible",
            "only those that customers see, or only others",
        ),
        DATE_MODIFIED_MIN,
        DATE_MODIFIED_MAX,
        text("sort", "order of the list")
            .values(&[
                "id",
                "name",
                "sku",
                "price",
                "date_modified",
                "date_last_imported",
                "inventory_level",
                "is_visible",
                "total_sold",
                "calculated_price",
            ])
            .role(ParameterRole::Sort),
        text("direction", "direction of the order")
            .values(&["asc", "desc"])
            .role(ParameterRole::Direction),
        INCLUDE,
        INCLUDE_FIELDS,
        LIMIT,
        PAGE,
    ])
    .answers(ResponseShape::Page("data", &PRODUCT))
    .copied_with(&[("include", "variants,images,custom_fields")])
    .may_vanish(&[("include_fields", "id")])
    .scope(SCOPE)
    .example("rc bigcommerce products list --date-modified-min 7d");

/// The operation `products.get`.
pub static GET: Operation = get("/v3/catalog/products/{id}", "Show a product")
    .at(&[ID])
    .query(&[INCLUDE, INCLUDE_FIELDS])
    .answers(ResponseShape::One("data", &PRODUCT))
    .scope(SCOPE)
    .example("rc bigcommerce products get 12 --include variants");

/// The object `product`.
pub const PRODUCT: Object = Object {
    name: "product",
    fields: &[
        field("id", FieldKind::Id),
        field("name", FieldKind::Text).role(FieldRole::Name(&[])),
        field("type", FieldKind::Text),
        field("sku", FieldKind::Text),
        field("description", FieldKind::Text),
        field("weight", FieldKind::Money).documented(Type::Number),
        field("width", FieldKind::Money).documented(Type::Number),
        field("depth", FieldKind::Money).documented(Type::Number),
        field("height", FieldKind::Money).documented(Type::Number),
        field("price", FieldKind::Money).documented(Type::Number),
        field("cost_price", FieldKind::Money).documented(Type::Number),
        field("retail_price", FieldKind::Money).documented(Type::Number),
        field("sale_price", FieldKind::Money).documented(Type::Number),
        field("map_price", FieldKind::Money).documented(Type::Number),
        field("tax_class_id", FieldKind::Id).documented(Type::Number),
        field("product_tax_code", FieldKind::Text),
        field("categories", FieldKind::Json),
        field("brand_id", FieldKind::Id),
        field("inventory_level", FieldKind::Integer),
        field("inventory_warning_level", FieldKind::Integer),
        field("inventory_tracking", FieldKind::Text),
        field("fixed_cost_shipping_price", FieldKind::Money).documented(Type::Number),
        field("is_free_shipping", FieldKind::Boolean),
        field("is_visible", FieldKind::Boolean),
        field("is_featured", FieldKind::Boolean),
        field("related_products", FieldKind::Json),
        field("warranty", FieldKind::Text),
        field("bin_picking_number", FieldKind::Text),
        field("layout_file", FieldKind::Text),
        field("upc", FieldKind::Text),
        field("search_keywords", FieldKind::Text),
        field("availability_description", FieldKind::Text),
        field("availability", FieldKind::Text),
        field("gift_wrapping_options_type", FieldKind::Text),
        field("gift_wrapping_options_list", FieldKind::Json),
        field("sort_order", FieldKind::Integer),
        field("condition", FieldKind::Text),
        field("is_condition_shown", FieldKind::Boolean),
        field("order_quantity_minimum", FieldKind::Integer),
        field("order_quantity_maximum", FieldKind::Integer),
        field("page_title", FieldKind::Text),
        field("meta_keywords", FieldKind::Json),
        field("meta_description", FieldKind::Text),
        field("view_count", FieldKind::Integer),
        field("preorder_release_date", FieldKind::Time),
        field("preorder_message", FieldKind::Text),
        field("is_preorder_only", FieldKind::Boolean),
        field("is_price_hidden", FieldKind::Boolean),
        field("price_hidden_label", FieldKind::Text),
        field("custom_url", FieldKind::Json).documented(Type::Object),
        field("open_graph_type", FieldKind::Text),
        field("open_graph_title", FieldKind::Text),
        field("open_graph_description", FieldKind::Text),
        field("open_graph_use_meta_description", FieldKind::Boolean),
        field("open_graph_use_product_name", FieldKind::Boolean),
        field("open_graph_use_image", FieldKind::Boolean),
        field("gtin", FieldKind::Text),
        field("mpn", FieldKind::Text),
        field("date_last_imported", FieldKind::Text),
        field("reviews_rating_sum", FieldKind::Integer),
        field("reviews_count", FieldKind::Integer),
        field("total_sold", FieldKind::Integer),
        field("custom_fields", FieldKind::Json),
        field("bulk_pricing_rules", FieldKind::Json),
        field("images", FieldKind::Json),
        field("primary_image", FieldKind::Json).documented(Type::Object),
        field("videos", FieldKind::Json),
        field("parent_relations", FieldKind::Json),
        field("date_created", FieldKind::Time),
        field("date_modified", FieldKind::Time),
        field("base_variant_id", FieldKind::Id),
        field("calculated_price", FieldKind::Money).documented(Type::Number),
        field("options", FieldKind::Json),
        field("modifiers", FieldKind::Json),
        field("option_set_id", FieldKind::Id),
        field("option_set_display", FieldKind::Text),
        field("channels", FieldKind::Json),
        // Beyond the list of fields.
        field("variants", FieldKind::Json).beyond("include=variants adds it"),
    ],
    columns: &[
        "id",
        "name",
        "sku",
        "type",
        "price",
        "inventory_level",
        "is_visible",
        "date_modified",
    ],
    conventions: &CONVENTIONS,
};
