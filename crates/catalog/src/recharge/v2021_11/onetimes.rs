//! Operations, parameters and fields of the resource `onetimes`.

use super::parameters::{
    BY_ID_CREATED_OR_UPDATED, CREATED_AT_MAX, CREATED_AT_MIN, CURSOR, ID, IDS, LIMIT, OF_ADDRESS,
    OF_CUSTOMER, PAGE, SORT_BY, UPDATED_AT_MAX, UPDATED_AT_MIN,
};
use crate::build::{
    boolean, create, day, delete, external, field, get, id, integer, list, money, pairs, text,
    update,
};
use crate::model::{
    FieldKind, FieldRole, Object, Operation, Parameter, Resource, ResponseShape, Type,
};
use crate::recharge::CONVENTIONS;

/// The resource `onetimes`.
pub const RESOURCE: Resource = Resource {
    name: "onetimes",
    singular: "onetime",
    about: "One-time items on an upcoming charge",
    object: &ONETIME,
    operations: &[&LIST, &GET, &CREATE, &UPDATE, &DELETE],
};

const ADDRESS_ID: Parameter = id("address_id", "the address it belongs to");
const EXTERNAL_VARIANT_ID: Parameter = external("external_variant_id", "the variant in the shop");
const NEXT_CHARGE_SCHEDULED_AT: Parameter =
    day("next_charge_scheduled_at", "day of the next charge").flag("next-charge");
const PRICE: Parameter = money("price", "price of one");
const PRODUCT_TITLE: Parameter = text("product_title", "name of the product");
const QUANTITY: Parameter = integer("quantity", "how many");
const SKU: Parameter = text("sku", "stock-keeping unit");

/// The operation `onetimes.list`.
pub static LIST: Operation = list("/onetimes", "List one-time items")
    .query(&[
        OF_ADDRESS.documented(Type::String),
        id("address_ids", "only those of these addresses")
            .documented(Type::String)
            .multiple(),
        CREATED_AT_MAX,
        CREATED_AT_MIN,
        OF_CUSTOMER.documented(Type::String),
        boolean("include_cancelled", "cancelled ones too"),
        LIMIT,
        PAGE,
        text("external_variant_id", "only those of this variant"),
        UPDATED_AT_MAX,
        UPDATED_AT_MIN,
        IDS.documented(Type::Array),
        SORT_BY.values(BY_ID_CREATED_OR_UPDATED).default("id-desc"),
        CURSOR,
    ])
    .answers(ResponseShape::Page("onetimes", &ONETIME))
    .scope("read_subscriptions")
    .example("rc onetimes list --customer-id 40565990");

/// The operation `onetimes.get`.
pub static GET: Operation = get("/onetimes/{id}", "Show a one-time item")
    .at(&[ID])
    .answers(ResponseShape::One("onetime", &ONETIME))
    .scope("read_subscriptions")
    .example("rc onetimes get 16909886");

/// The operation `onetimes.create`.
pub static CREATE: Operation = create("/onetimes", "Add a single item to an upcoming charge")
    .body(&[
        ADDRESS_ID.required(),
        boolean(
            "add_to_next_charge",
            "add it to the next charge of the address",
        ),
        external("external_product_id", "the product in the shop"),
        EXTERNAL_VARIANT_ID.required(),
        NEXT_CHARGE_SCHEDULED_AT
            .required()
            .unless(&["add_to_next_charge"]),
        PRICE.required(),
        PRODUCT_TITLE.required(),
        pairs("properties", "extra name and value")
            .flag("property")
            .documented(Type::String)
            .common(),
        QUANTITY.required(),
        SKU.common(),
    ])
    .answers(ResponseShape::One("onetime", &ONETIME))
    .success(201)
    .scope("write_subscriptions")
    .batch("onetime_create", None)
    .example(
        "rc onetimes create --address-id 45154492 --next-charge 2026-12-17 --price \
             6.00 --product-title \"ABC Shirt\" --quantity 1 --external-variant-id \
             3844892483",
    );

/// The operation `onetimes.update`.
pub static UPDATE: Operation = update("/onetimes/{id}", "Change a one-time item")
    .at(&[ID])
    .body(&[
        ADDRESS_ID,
        NEXT_CHARGE_SCHEDULED_AT.common(),
        PRICE.common(),
        PRODUCT_TITLE,
        pairs("properties", "extra name and value")
            .flag("property")
            .common(),
        QUANTITY.common(),
        EXTERNAL_VARIANT_ID.common(),
        SKU.common(),
        text("variant_title", "name of the variant"),
    ])
    .answers(ResponseShape::One("onetime", &ONETIME))
    .scope("write_subscriptions")
    .example("rc onetimes update 16909886 --quantity 2");

/// The operation `onetimes.delete`.
pub static DELETE: Operation = delete("/onetimes/{id}", "Delete a one-time item")
    .at(&[ID])
    .scope("write_subscriptions")
    .batch("onetime_delete", Some("onetime_id"))
    .example("rc onetimes delete 16909886 --yes");

/// The object `onetime`.
pub const ONETIME: Object = Object {
    name: "onetime",
    fields: &[
        field("id", FieldKind::Id),
        field("address_id", FieldKind::Id).short("address"),
        field("created_at", FieldKind::Time),
        field("customer_id", FieldKind::Id).short("customer"),
        field("external_product_id", FieldKind::Parts(&["ecommerce"])).documented(Type::String),
        field("external_variant_id", FieldKind::Parts(&["ecommerce"])).documented(Type::String),
        field("is_cancelled", FieldKind::Boolean),
        field("next_charge_scheduled_at", FieldKind::Time)
            .short("next charge")
            .role(FieldRole::Day("next charge")),
        field("price", FieldKind::Money),
        field("product_title", FieldKind::Text)
            .short("product")
            .role(FieldRole::Name(&[])),
        field("properties", FieldKind::Json),
        field("quantity", FieldKind::Integer).short("qty"),
        field("sku", FieldKind::Text),
        field("sku_override", FieldKind::Boolean),
        field("updated_at", FieldKind::Time).documented(Type::String),
        field("variant_title", FieldKind::Text),
    ],
    columns: &[
        "id",
        "customer_id",
        "address_id",
        "product_title",
        "quantity",
        "price",
        "next_charge_scheduled_at",
        "is_cancelled",
    ],
    conventions: &CONVENTIONS,
};
