//! Operations and fields of the resource `addresses` in version 2021-01.

use super::onetimes::ONETIME;
use super::subscriptions::SUBSCRIPTION;
use super::{
    CREATED_AT_MAX, CREATED_AT_MIN, CURSOR, ID, LIMIT, PAGE, SORT_BY, UPDATED_AT_MAX,
    UPDATED_AT_MIN,
};
use crate::build::{
    act, array, boolean, day, field, get, id, integer, list, money, pairs, post, read, text, update,
};
use crate::model::{
    FieldKind, Idempotency, Method, Object, Operation, Parameter, Resource, ResponseShape,
};
use crate::recharge::CONVENTIONS;

/// The resource `addresses`.
pub const RESOURCE: Resource = Resource {
    name: "addresses",
    singular: "address",
    about: "Addresses of customers",
    object: &ADDRESS,
    operations: &[
        &LIST,
        &GET,
        &COUNT,
        &UPDATE,
        &super::super::v2021_11::addresses::DELETE,
        &VALIDATE,
        &APPLY_DISCOUNT,
        &REMOVE_DISCOUNT,
        &LIST_SUBSCRIPTIONS,
        &ADD_ONETIME,
        &CREATE_SUBSCRIPTIONS,
        &UPDATE_SUBSCRIPTIONS,
        &DELETE_SUBSCRIPTIONS,
    ],
};

/// The operation `addresses.list`.
pub static LIST: Operation = list("/addresses", "List addresses")
    .query(&[
        LIMIT,
        CURSOR,
        PAGE,
        SORT_BY,
        CREATED_AT_MIN,
        CREATED_AT_MAX,
        UPDATED_AT_MIN,
        UPDATED_AT_MAX,
        id("customer_id", "only those with this customer id"),
        text("discount_code", "only those with this discount code"),
        id("discount_id", "only those with this discount id"),
        boolean("is_active", "only active ones; =false: only inactive ones"),
        id(
            "shopify_customer_id",
            "only those with this shopify customer id",
        ),
    ])
    .answers(ResponseShape::Page("addresses", &ADDRESS))
    .scope("read_customers")
    .example("rc addresses list --api-version 2021-01");

/// The operation `addresses.get`.
pub static GET: Operation = get("/addresses/{id}", "Show one address")
    .at(&[ID])
    .answers(ResponseShape::One("address", &ADDRESS))
    .scope("read_customers")
    .example("rc addresses get 1 --api-version 2021-01");

/// The operation `addresses.count`.
pub static COUNT: Operation = read("count", "/addresses/count", "Count addresses")
    .query(COUNTED)
    .answers(ResponseShape::Number("count"))
    .scope("read_customers")
    .example("rc addresses count --api-version 2021-01");

const COUNTED: &[Parameter] = &[
    CREATED_AT_MIN,
    CREATED_AT_MAX,
    UPDATED_AT_MIN,
    UPDATED_AT_MAX,
    id("customer_id", "only those with this customer id"),
    text("discount_code", "only those with this discount code"),
    id("discount_id", "only those with this discount id"),
    boolean("is_active", "only active ones; =false: only inactive ones"),
    id(
        "shopify_customer_id",
        "only those with this shopify customer id",
    ),
];

pub(super) const ADDRESS1: Parameter = text("address1", "street and number");
pub(super) const ADDRESS2: Parameter = text("address2", "second line");
pub(super) const CITY: Parameter = text("city", "city");
pub(super) const COMPANY: Parameter = text("company", "company");
pub(super) const COUNTRY: Parameter = text("country", "country, by its English name");
pub(super) const FIRST_NAME: Parameter = text("first_name", "first name");
pub(super) const LAST_NAME: Parameter = text("last_name", "last name");
pub(super) const PHONE: Parameter = text("phone", "telephone number; may be empty");
pub(super) const PROVINCE: Parameter = text("province", "state or province");
pub(super) const ZIP: Parameter = text("zip", "postal code");
pub(super) const CART_NOTE: Parameter = text("cart_note", "note on every order to this address");
pub(super) const NOTE_ATTRIBUTES: Parameter =
    pairs("note_attributes", "extra name and value on the order").flag("note-attribute");
pub(super) const SHIPPING_LINES_OVERRIDE: Parameter = array(
    "shipping_lines_override",
    "shipping lines that replace the fetched rates; null fetches them again",
);
const SUBSCRIPTIONS: Parameter = array(
    "subscriptions",
    "the subscriptions, each an object; 20 at most",
)
.maximum(20)
.required();

/// The address in the paths of what belongs to it.
const OF_ADDRESS: &[Parameter] = &[id("address_id", "the address")];

/// The operation `addresses.update`.
pub static UPDATE: Operation = update("/addresses/{id}", "Change an address")
    .at(&[ID])
    .body(&[
        ADDRESS1,
        ADDRESS2,
        CART_NOTE,
        CITY,
        COMPANY,
        COUNTRY,
        FIRST_NAME,
        LAST_NAME,
        NOTE_ATTRIBUTES,
        PHONE,
        PROVINCE,
        SHIPPING_LINES_OVERRIDE,
        ZIP,
    ])
    .answers(ResponseShape::One("address", &ADDRESS))
    .scope("write_customers")
    .example("rc addresses update 42171447 --api-version 2021-01 --address1 \"1030 Barnum Ave\"");

/// The operation `addresses.validate`.
pub static VALIDATE: Operation = post(
    "validate",
    "/addresses/validate",
    "Check an address of the United States",
)
.details("It changes nothing.")
.body(&[
    ADDRESS1.required(),
    CITY.required(),
    text("state", "state, by name or abbreviation").required(),
    text("zipcode", "postal code").required(),
])
.answers(ResponseShape::Bare("address", &VALIDATED_ADDRESS))
.scope("read_customers")
.again(Idempotency::Idempotent)
.done("checked")
.example(
    "rc addresses validate --address1 \"3030 Nebraska Avenue\" --city \"Santa Monica\" \
             --state CA --zipcode 90404",
);

/// The operation `addresses.apply_discount`.
pub static APPLY_DISCOUNT: Operation = post(
    "apply_discount",
    "/addresses/{id}/apply_discount",
    "Apply a discount to an address and its charges",
)
.at(&[ID])
.body(&[
    text("discount_code", "code of the discount")
        .required()
        .unless(&["discount_id"]),
    id("discount_id", "id of the discount"),
])
.answers(ResponseShape::One("address", &ADDRESS))
.scope("write_customers")
.again(Idempotency::Idempotent)
.done("discounted")
.example("rc addresses apply-discount 42171447 --discount-code SPRING");

/// The operation `addresses.remove_discount`.
pub static REMOVE_DISCOUNT: Operation = post(
    "remove_discount",
    "/addresses/{id}/remove_discount",
    "Remove the discount from an address",
)
.at(&[ID])
.answers(ResponseShape::One("address", &ADDRESS))
.scope("write_customers")
.again(Idempotency::Idempotent)
.done("left without the discount")
.example("rc addresses remove-discount 42171447");

/// The operation `addresses.list_subscriptions`.
pub static LIST_SUBSCRIPTIONS: Operation = read(
    "list_subscriptions",
    "/addresses/{address_id}/subscriptions",
    "List the subscriptions of an address",
)
.at(OF_ADDRESS)
.query(&[LIMIT, CURSOR, PAGE, SORT_BY])
.answers(ResponseShape::Page("subscriptions", &SUBSCRIPTION))
.scope("read_subscriptions")
.example("rc addresses list-subscriptions 42171447");

/// The operation `addresses.add_onetime`.
pub static ADD_ONETIME: Operation = post(
    "add_onetime",
    "/addresses/{address_id}/onetimes",
    "Add a single item to an upcoming charge of an address",
)
.at(OF_ADDRESS)
.body(&[
    boolean(
        "add_to_next_charge",
        "add it to the next charge of the address",
    ),
    day("next_charge_scheduled_at", "day of the next charge")
        .flag("next-charge")
        .required()
        .unless(&["add_to_next_charge"]),
    money("price", "price of one"),
    text("product_title", "name of the product"),
    pairs("properties", "extra name and value").flag("property"),
    integer("quantity", "how many").required(),
    id("shopify_product_id", "the product in the shop"),
    id("shopify_variant_id", "the variant in the shop").required(),
    text("sku", "stock-keeping unit"),
])
.answers(ResponseShape::One("onetime", &ONETIME))
.success(201)
.scope("write_subscriptions")
.done("extended")
.example(
    "rc addresses add-onetime 42171447 --next-charge 2026-12-17 --quantity 1 \
             --shopify-variant-id 18261278883891",
);

/// The operation `addresses.create_subscriptions`.
pub static CREATE_SUBSCRIPTIONS: Operation = post(
    "create_subscriptions",
    "/addresses/{address_id}/subscriptions-bulk",
    "Add several subscriptions to an address in one request",
)
.details("All of them are added, or none.")
.at(OF_ADDRESS)
.body(&[SUBSCRIPTIONS])
.answers(ResponseShape::Many("subscriptions", &SUBSCRIPTION))
.scope("write_subscriptions")
.done("extended")
.example("rc addresses create-subscriptions 42171447 --subscriptions @new.json");

/// The operation `addresses.update_subscriptions`.
pub static UPDATE_SUBSCRIPTIONS: Operation = act(
    Method::Put,
    "update_subscriptions",
    "/addresses/{address_id}/subscriptions-bulk",
    "Change several subscriptions of an address in one request",
)
.details("All of them are changed, or none. Each has its id.")
.at(OF_ADDRESS)
.body(&[SUBSCRIPTIONS])
.answers(ResponseShape::Many("subscriptions", &SUBSCRIPTION))
.scope("write_subscriptions")
.done("updated")
.example("rc addresses update-subscriptions 42171447 --subscriptions @changed.json");

/// The operation `addresses.delete_subscriptions`.
pub static DELETE_SUBSCRIPTIONS: Operation = act(
    Method::Delete,
    "delete_subscriptions",
    "/addresses/{address_id}/subscriptions-bulk",
    "Delete several subscriptions of an address in one request",
)
.details("All of them are deleted, or none. Each has its id.")
.at(OF_ADDRESS)
.body(&[SUBSCRIPTIONS])
.scope("write_subscriptions")
.done("left without them")
.example("rc addresses delete-subscriptions 42171447 --subscriptions '[{\"id\":89559201}]' --yes");

/// What the check of an address answers.
pub const VALIDATED_ADDRESS: Object = Object {
    name: "validated_address",
    fields: &[
        field("address1", FieldKind::Text),
        field("city", FieldKind::Text),
        field("state", FieldKind::Text),
        field("state_name", FieldKind::Text),
        field("zipcode", FieldKind::Text),
        field("errors", FieldKind::Json),
    ],
    columns: &["address1", "city", "state", "zipcode", "errors"],
    conventions: &CONVENTIONS,
};

/// The object `address`.
pub const ADDRESS: Object = Object {
    name: "address",
    fields: &[
        field("id", FieldKind::Id),
        field("address1", FieldKind::Text),
        field("address2", FieldKind::Text),
        field("cart_attributes", FieldKind::Json),
        field("cart_note", FieldKind::Text),
        field("city", FieldKind::Text),
        field("company", FieldKind::Text),
        field("country", FieldKind::Text),
        field("country_code", FieldKind::Text),
        field("created_at", FieldKind::Time),
        field("customer_id", FieldKind::Id),
        field("discount_id", FieldKind::Id),
        field("first_name", FieldKind::Text),
        field("last_name", FieldKind::Text),
        field("note_attributes", FieldKind::Json),
        field("original_shipping_lines", FieldKind::Json),
        field("phone", FieldKind::Text),
        field("presentment_currency", FieldKind::Text),
        field("province", FieldKind::Text),
        field("shipping_lines_override", FieldKind::Text),
        field("updated_at", FieldKind::Time),
        field("zip", FieldKind::Text),
    ],
    columns: &[
        "id",
        "customer_id",
        "first_name",
        "last_name",
        "address1",
        "city",
        "zip",
        "country",
    ],
    conventions: &CONVENTIONS,
};
