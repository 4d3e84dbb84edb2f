//! Operations, parameters and fields of the resource `addresses`.

use super::charges::CHARGE;
use super::parameters::{
    BY_ID_OR_UPDATED, CREATED_AT_MAX, CREATED_AT_MIN, CURSOR, ID, IDS, INCLUDE, LIMIT, OF_CUSTOMER,
    PAGE, SORT_BY, UPDATED_AT_MAX, UPDATED_AT_MIN,
};
use crate::build::{
    array, boolean, create, day, delete, field, get, id, ids, list, pairs, post, reference,
    references, text, update,
};
use crate::model::{
    FieldKind, FieldRole, Idempotency, Object, Operation, Parameter, Resource, ResponseShape, Type,
};
use crate::recharge::CONVENTIONS;
use crate::undo::{Undo, UndoStep, UndoTarget, UndoValues};

/// The resource `addresses`.
pub const RESOURCE: Resource = Resource {
    name: "addresses",
    singular: "address",
    about: "Shipping addresses, each under a customer",
    object: &ADDRESS,
    operations: &[&LIST, &GET, &CREATE, &UPDATE, &DELETE, &MERGE, &SKIP_CHARGE],
};

const INCLUDES: &[&str] = &[
    "charge_activities",
    "customer",
    "discount",
    "payment_methods",
    "subscriptions",
];

const ADDRESS1: Parameter = text("address1", "street and number");
const ADDRESS2: Parameter = text("address2", "flat, floor, suite");
const CITY: Parameter = text("city", "city");
const COMPANY: Parameter = text("company", "company");
const COUNTRY_CODE: Parameter = text("country_code", "country, two letters");
const DISCOUNTS: Parameter = array(
    "discounts",
    "discounts on the address, each an object with its id",
);
const FIRST_NAME: Parameter = text("first_name", "first name");
const LAST_NAME: Parameter = text("last_name", "last name");
const ORDER_NOTE: Parameter = text("order_note", "note on every order to this address");
const PAYMENT_METHOD_ID: Parameter = id("payment_method_id", "payment method of the address");
const PHONE: Parameter = text("phone", "telephone number; may be empty");
const PROVINCE: Parameter = text("province", "state or province");
const SHIPPING_LINES_OVERRIDE: Parameter = array(
    "shipping_lines_override",
    "shipping lines that replace the fetched rates; null fetches them again",
);
const ZIP: Parameter = text("zip", "postal code");
const ORDER_ATTRIBUTES: Parameter =
    pairs("order_attributes", "extra name and value on the order").flag("order-attribute");

/// The operation `addresses.list`.
pub static LIST: Operation = list("/addresses", "List addresses")
    .query(&[
        CREATED_AT_MAX,
        CREATED_AT_MIN,
        OF_CUSTOMER,
        text("discount_code", "only those with this discount")
            .stands_at("discounts.*.code")
            .common(),
        id("discount_id", "only those with this discount, by id")
            .documented(Type::String)
            .stands_at("discounts.*.id")
            .common(),
        IDS,
        LIMIT,
        PAGE,
        UPDATED_AT_MAX.documented(Type::String),
        UPDATED_AT_MIN.documented(Type::String),
        boolean("is_active", "only addresses with active subscriptions"),
        SORT_BY.values(BY_ID_OR_UPDATED).default("id-desc"),
        INCLUDE.values(INCLUDES),
        CURSOR,
    ])
    .answers(ResponseShape::Page("addresses", &ADDRESS))
    .scope("read_customers")
    .example("rc addresses list --customer-id 37657002");

/// The operation `addresses.get`.
pub static GET: Operation = get("/addresses/{id}", "Show an address")
    .at(&[ID])
    .query(&[INCLUDE.values(INCLUDES)])
    .answers(ResponseShape::One("address", &ADDRESS))
    .scope("read_customers")
    .example("rc addresses get 42171447 --include customer,subscriptions");

/// The operation `addresses.create`.
pub static CREATE: Operation = create("/addresses", "Add an address to a customer")
    .body(&[
        id("customer_id", "the customer it belongs to").required(),
        FIRST_NAME.required(),
        LAST_NAME.required(),
        COMPANY,
        ADDRESS1.required(),
        ADDRESS2,
        CITY.required(),
        // Many countries have none.
        PROVINCE.required().may_be_empty(),
        // A recorded refusal of an empty body names neither zip nor phone.
        ZIP.required().not_enforced(),
        COUNTRY_CODE.required(),
        PHONE.required().may_be_empty().not_enforced(),
        DISCOUNTS,
        ORDER_NOTE,
        PAYMENT_METHOD_ID,
        text(
            "presentment_currency",
            "currency of charges; the default is that of the store",
        ),
        SHIPPING_LINES_OVERRIDE,
        ORDER_ATTRIBUTES,
    ])
    .answers(ResponseShape::One("address", &ADDRESS))
    .success(201)
    .scope("write_customers")
    .example(
        "rc addresses create --customer-id 37657002 --first-name Ada --last-name \
             King --address1 \"12 St James Sq\" --city London --province \"\" --zip \
             SW1Y4JH --country-code GB --phone \"\"",
    );

/// The operation `addresses.update`.
pub static UPDATE: Operation = update("/addresses/{id}", "Change an address")
    .details(
        "An empty list of discounts removes every discount from the address: \
             --discounts \"[]\". A new country needs its zip code in the same request.",
    )
    .at(&[ID])
    .body(&[
        FIRST_NAME,
        LAST_NAME,
        COMPANY,
        ADDRESS1.common(),
        ADDRESS2,
        CITY.common(),
        PROVINCE,
        ZIP.common(),
        COUNTRY_CODE,
        PHONE,
        DISCOUNTS,
        ORDER_NOTE,
        PAYMENT_METHOD_ID,
        ORDER_ATTRIBUTES,
        SHIPPING_LINES_OVERRIDE,
    ])
    .answers(ResponseShape::One("address", &ADDRESS))
    .scope("write_customers")
    .example("rc addresses update 42171447 --address1 \"1030 Barnum Ave\"");

/// The operation `addresses.delete`.
pub static DELETE: Operation = delete(
    "/addresses/{id}",
    "Delete an address that has no active subscriptions",
)
.at(&[ID])
.scope("write_customers")
.example("rc addresses delete 42171447 --yes");

/// The operation `addresses.merge`.
pub static MERGE: Operation = post(
    "merge",
    "/addresses/merge",
    "Move the subscriptions of up to ten addresses to one",
)
.details("The whole merge fails when the addresses differ in presentment currency.")
.body(&[
    boolean(
        "delete_source_addresses",
        "delete the addresses that were merged",
    ),
    day("next_charge_date", "next charge of the moved subscriptions").documented(Type::String),
    reference("target_address", "id", "the address that stays").required(),
    references(
        "source_addresses",
        "id",
        "the addresses to merge into it, ten at most",
    )
    .required(),
])
.answers(ResponseShape::One("address", &ADDRESS))
.scope("write_customers")
.destroys()
.done("merged")
.example(
    "rc addresses merge --target-address 42171447 \
             --source-addresses 42171446,42171445 --yes",
)
.never_undone("merged addresses cannot be separated");

/// The operation `addresses.skip_charge`.
pub static SKIP_CHARGE: Operation = post(
    "skip_charge",
    "/addresses/{id}/charges/skip",
    "Skip a future charge",
)
.details(
    "The day must be in the delivery schedule of the customer. A charge that does not exist yet \
     is created as skipped.",
)
.at(&[ID])
.body(&[
    day("date", "day of the charge to skip").required(),
    ids("subscription_ids", "subscriptions to skip")
        .required()
        .unless(&["purchase_item_ids"]),
    ids(
        "purchase_item_ids",
        "subscriptions or one-time items to skip",
    )
    .common(),
])
.answers(ResponseShape::One("charge", &CHARGE))
.answers_another()
.errors(&[404, 422])
.scope("write_customers")
.again(Idempotency::RejectsRepeat)
.done("skipped")
.example(
    "rc addresses skip-charge 42171447 --date 2026-12-24 --subscription-ids \
             27363808",
)
.undo(Undo::steps(&[UndoStep {
    operation: "charges.unskip",
    target: UndoTarget::Answered,
    values: UndoValues::Nothing,
}]));

/// The object `address`.
pub const ADDRESS: Object = Object {
    name: "address",
    fields: &[
        field("id", FieldKind::Id),
        field("payment_method_id", FieldKind::Id),
        field("address1", FieldKind::Text),
        field("address2", FieldKind::Text),
        field("city", FieldKind::Text),
        field("company", FieldKind::Text),
        field("country_code", FieldKind::Text),
        field("customer_id", FieldKind::Id).short("customer"),
        field("discounts", FieldKind::Json),
        field("first_name", FieldKind::Text).role(FieldRole::Name(&[])),
        field("last_name", FieldKind::Text).role(FieldRole::Name(&[])),
        field("order_note", FieldKind::Text),
        field("phone", FieldKind::Text),
        field("province", FieldKind::Text),
        field("shipping_lines_conserved", FieldKind::Json),
        field("shipping_lines_override", FieldKind::Json),
        field("zip", FieldKind::Text),
        field("created_at", FieldKind::Time),
        field("updated_at", FieldKind::Time),
        field("order_attributes", FieldKind::Json),
        field("presentment_currency", FieldKind::Text),
    ],
    columns: &[
        "id",
        "customer_id",
        "first_name",
        "last_name",
        "address1",
        "city",
        "zip",
        "country_code",
        "updated_at",
    ],
    conventions: &CONVENTIONS,
};
