//! Addresses, which newer themes call shipping.

use super::{ADDRESS_ID, THEMES, page, write};
use crate::build::{act, array, boolean, day, id, ids, reference, references, text};
use crate::model::{Method, Operation, Parameter, Resource, ResponseShape};
use crate::recharge::v2021_01::addresses::ADDRESS;
use crate::recharge::v2021_01::charges::CHARGE;

/// Addresses of the customer.
pub const RESOURCE: Resource = Resource {
    name: "addresses",
    singular: "address",
    about: "Addresses of the customer",
    object: &ADDRESS,
    operations: &[
        &LIST,
        &NEW,
        &SHOW,
        &ADD,
        &CHANGE,
        &SKIP,
        &MERGE,
        &APPLY_DISCOUNT,
        &REMOVE_DISCOUNT,
    ],
};

/// The same under the name of newer themes.
pub const SHIPPING: Resource = Resource {
    name: "shipping",
    singular: "shipping",
    about: "Addresses of the customer, as newer themes name them",
    object: &ADDRESS,
    operations: &[
        &SHIPPING_LIST,
        &SHIPPING_SHOW,
        &SHIPPING_PAYMENT_METHOD,
        &SHIPPING_ADD,
        &SHIPPING_CHANGE,
        &SHIPPING_REMOVE,
    ],
};

const FIELDS: &[Parameter] = &[
    text("first_name", "first name").required(),
    text("last_name", "last name").required(),
    text("address1", "street and number").required(),
    text("city", "city").required(),
    text("country", "country, by its English name").required(),
    text("province", "state or province")
        .required()
        .may_be_empty(),
    text("zip", "postal code").required(),
    text("address2", "flat, floor, suite"),
    text("company", "company"),
    text("phone", "telephone number"),
];

/// What a change takes. The reference writes `cart note` for the note; its
/// example answers have `cart_note`.
const CHANGES: &[Parameter] = &[
    text("first_name", "first name"),
    text("last_name", "last name"),
    text("address1", "street and number"),
    text("city", "city"),
    text("country", "country, by its English name"),
    text("province", "state or province"),
    text("zip", "postal code"),
    text("address2", "flat, floor, suite"),
    text("company", "company"),
    text("phone", "telephone number"),
    text("cart_note", "note on every order to this address"),
    array("note_attributes", "extra name and value on the order"),
    id("payment_method_id", "payment method of the address"),
];

const ANSWER: ResponseShape = ResponseShape::One("address", &ADDRESS);

static LIST: Operation = page("list", "/addresses", "addresses.html", "List addresses")
    .admin_twin("addresses.list")
    .sdk_twin("listAddresses");
static NEW: Operation = page(
    "new",
    "/addresses/new",
    "address_new.html",
    "Form of a new address",
);
static SHOW: Operation = page(
    "show",
    "/addresses/{id}",
    "address.html",
    "Form of an address",
)
.at(&[ADDRESS_ID])
.admin_twin("addresses.get")
.sdk_twin("getAddress");
static ADD: Operation = write("add", "/addresses", "Add an address")
    .body(FIELDS)
    .answers(ANSWER)
    .done("added")
    .admin_twin("addresses.create")
    .sdk_twin("createAddress");
static CHANGE: Operation = write(
    "change",
    "/addresses/{id}",
    "Change an address or its payment method",
)
.at(&[ADDRESS_ID])
.body(CHANGES)
.answers(ANSWER)
.done("changed")
.admin_twin("addresses.update")
.sdk_twin("updateAddress");
static SKIP: Operation = write(
    "skip_charge",
    "/addresses/{id}/charges/skip",
    "Skip a future charge",
)
.at(&[ADDRESS_ID])
.body(&[
    day("date", "day of the charge").required(),
    ids("subscription_ids", "subscriptions to skip").required(),
])
.answers(ResponseShape::One("charge", &CHARGE))
.answers_another()
.done("skipped")
.admin_twin("addresses.skip_charge")
.sdk_twin("skipFutureCharge");
static MERGE: Operation = write(
    "merge",
    "/addresses/merge",
    "Move the subscriptions of up to ten addresses to one",
)
.body(&[
    reference("target_address", "id", "the address that stays").required(),
    references("source_addresses", "id", "the addresses to merge into it").required(),
    boolean(
        "delete_source_addresses",
        "delete the addresses that were merged",
    ),
    day("next_charge_date", "next charge of the moved subscriptions"),
])
.answers(ANSWER)
.destroys()
.done("merged")
.admin_twin("addresses.merge")
.sdk_twin("mergeAddresses");
static APPLY_DISCOUNT: Operation = write(
    "apply_discount",
    "/addresses/{id}/apply_discount",
    "Apply a discount to an address",
)
.at(&[ADDRESS_ID])
.body(&[text("discount_code", "code of the discount").required()])
.answers(ANSWER)
.done("discounted")
.admin_twin("addresses.update")
.sdk_twin("applyDiscountToAddress");
static REMOVE_DISCOUNT: Operation = write(
    "remove_discount",
    "/addresses/{id}/remove_discount",
    "Remove the discount from an address",
)
.at(&[ADDRESS_ID])
.answers(ANSWER)
.done("changed")
.admin_twin("addresses.update")
.sdk_twin("removeDiscountsFromAddress");

static SHIPPING_LIST: Operation =
    page("list", "/shipping", "shipping.html", "List addresses").admin_twin("addresses.list");
static SHIPPING_SHOW: Operation = page(
    "show",
    "/shipping/{id}",
    "edit_shipping_address.html",
    "Form of an address",
)
.at(&[ADDRESS_ID])
.admin_twin("addresses.get");
static SHIPPING_PAYMENT_METHOD: Operation = page(
    "payment_method",
    "/shipping/{id}/payment_method",
    "edit_shipping_payment_method.html",
    "Form of the payment method of an address",
)
.at(&[ADDRESS_ID])
.admin_twin("addresses.get");
static SHIPPING_ADD: Operation = write("add", "/shipping/create", "Add an address")
    .body(FIELDS)
    .answers(ANSWER)
    .done("added")
    .admin_twin("addresses.create")
    .sdk_twin("createAddress");
static SHIPPING_CHANGE: Operation = write("change", "/shipping/{id}", "Change an address")
    .at(&[ADDRESS_ID])
    .body(CHANGES)
    .answers(ANSWER)
    .done("changed")
    .admin_twin("addresses.update")
    .sdk_twin("updateAddress")
    .from(THEMES);
static SHIPPING_REMOVE: Operation = act(
    Method::Delete,
    "remove",
    "/shipping/{id}",
    "Delete an address without active subscriptions",
)
.at(&[ADDRESS_ID])
.success(200)
.done("deleted")
.example("rc portal post 37657002 /shipping/42171447 --method DELETE")
.admin_twin("addresses.delete")
.sdk_twin("deleteAddress")
.from(THEMES);
