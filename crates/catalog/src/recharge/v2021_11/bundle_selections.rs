//! Operations, parameters and fields of the resource `bundle_selections`.

use super::parameters::{BY_ID_OR_UPDATED, CURSOR, ID, LIMIT, PAGE, SORT_BY};
use crate::build::{array, boolean, create, delete, field, get, id, list, text, update};
use crate::model::{FieldKind, Object, Operation, Parameter, Resource, ResponseShape, Type};
use crate::recharge::CONVENTIONS;

/// The resource `bundle_selections`.
pub const RESOURCE: Resource = Resource {
    name: "bundle_selections",
    singular: "bundle_selection",
    about: "Contents that customers chose for bundles",
    object: &BUNDLE_SELECTION,
    operations: &[&LIST, &GET, &CREATE, &UPDATE, &DELETE],
};

const PURCHASE_ITEM_ID: Parameter = id("purchase_item_id", "the subscription or one-time item");
const PLAN_ID: Parameter = id(
    "plan_id",
    "plan that sets the prices in a bundle priced by its contents",
);
const ITEMS: Parameter = array("items", "the products chosen, each an object");

/// The operation `bundle_selections.list`.
pub static LIST: Operation = list("/bundle_selections", "List bundle selections")
    .query(&[
        id(
            "purchase_item_ids",
            "only those of these subscriptions or one-time items",
        )
        .documented(Type::String)
        .multiple()
        .common(),
        id("bundle_variant_ids", "only those of these bundles")
            .documented(Type::String)
            .stands_at("bundle_variant")
            .multiple(),
        text(
            "item_external_variant_ids",
            "only those with one of these variants",
        )
        .stands_at("items.*.external_variant_id")
        .multiple(),
        text(
            "item_external_product_ids",
            "only those with one of these products",
        )
        .stands_at("items.*.external_product_id")
        .multiple(),
        LIMIT,
        PAGE,
        SORT_BY.values(BY_ID_OR_UPDATED).default("id-desc"),
        boolean(
            "active_purchase_items",
            "leave out those of cancelled subscriptions",
        ),
        CURSOR,
    ])
    .answers(ResponseShape::Page("bundle_selections", &BUNDLE_SELECTION))
    .scope("read_subscriptions")
    .example("rc bundle-selections list --active-purchase-items");

/// The operation `bundle_selections.get`.
pub static GET: Operation = get("/bundle_selections/{id}", "Show the contents of a bundle")
    .at(&[ID])
    .answers(ResponseShape::One("bundle_selection", &BUNDLE_SELECTION))
    .errors(&[404])
    .scope("read_subscriptions")
    .example("rc bundle-selections get 100714428");

/// The operation `bundle_selections.create`.
pub static CREATE: Operation = create("/bundle_selections", "Choose the contents of a bundle")
    .details("Needs Recharge Pro.")
    .body(&[
        PURCHASE_ITEM_ID.required(),
        PLAN_ID.common(),
        ITEMS.required(),
    ])
    .answers(ResponseShape::One("bundle_selection", &BUNDLE_SELECTION))
    .errors(&[422])
    .scope("write_subscriptions")
    .example(
        "rc bundle-selections create --purchase-item-id 199820883 --items \
             '[{\"collection_id\":\"287569608884\",\"collection_source\":\"shopify\",\
             \"external_product_id\":\"7121693671604\",\
             \"external_variant_id\":\"41450853105844\",\"quantity\":3}]'",
    );

/// The operation `bundle_selections.update`.
pub static UPDATE: Operation = update("/bundle_selections/{id}", "Change the contents of a bundle")
    .at(&[ID])
    .body(&[PURCHASE_ITEM_ID, PLAN_ID.common(), ITEMS])
    .answers(ResponseShape::One("bundle_selection", &BUNDLE_SELECTION))
    .errors(&[404, 422])
    .scope("write_subscriptions")
    .example("rc bundle-selections update 100714428 --items @items.json");

/// The operation `bundle_selections.delete`.
pub static DELETE: Operation = delete("/bundle_selections/{id}", "Delete a bundle selection")
    .at(&[ID])
    .errors(&[404])
    .scope("write_subscriptions")
    .example("rc bundle-selections delete 100714428 --yes");

/// The object `bundle_selection`.
pub const BUNDLE_SELECTION: Object = Object {
    name: "bundle_selection",
    fields: &[
        field("id", FieldKind::Id),
        field("bundle_variant_id", FieldKind::Id),
        field("purchase_item_id", FieldKind::Id).short("item"),
        field("created_at", FieldKind::Time),
        field("external_product_id", FieldKind::Text).short("product"),
        field("external_variant_id", FieldKind::Text).short("variant"),
        field("items", FieldKind::Json),
        field("updated_at", FieldKind::Time),
        field("bundle_variant", FieldKind::Integer),
        // Beyond the reference.
        field("is_fallback", FieldKind::Boolean).beyond("recorded answers have it"),
        field("charge_id", FieldKind::Id).beyond("recorded answers have it"),
        field("order_id", FieldKind::Id).beyond("recorded answers have it"),
    ],
    columns: &[
        "id",
        "purchase_item_id",
        "external_product_id",
        "external_variant_id",
        "updated_at",
    ],
    conventions: &CONVENTIONS,
};
