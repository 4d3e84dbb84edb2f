//! What a customer pays with: payment methods, and their older form, payment
//! sources.

use super::{THEMES, little_known, page, write};
use crate::build::{field, id, text};
use crate::model::{FieldKind, Object, Operation, Parameter, Resource, ResponseShape};
use crate::recharge::payment_methods::PAYMENT_METHOD;

/// Payment methods of the customer.
pub const METHODS: Resource = Resource {
    name: "payment_methods",
    singular: "payment_method",
    about: "Payment methods of the customer",
    object: &PAYMENT_METHOD,
    operations: &[&LIST, &SHOW, &CHANGE],
};

/// Payment sources, which older themes show.
pub const SOURCES: Resource = Resource {
    name: "payment_sources",
    singular: "payment_source",
    about: "Payment methods, as older themes see them",
    object: &PAYMENT_SOURCE,
    operations: &[&SOURCE_LIST],
};

/// The payment source.
pub const SOURCE: Resource = Resource {
    name: "payment_source",
    singular: "payment_source",
    about: "The payment method that is charged, as older themes see it",
    object: &PAYMENT_SOURCE,
    operations: &[
        &SOURCE_SHOW,
        &SOURCE_ADDRESS,
        &SOURCE_ADDRESS_NEW,
        &SOURCE_ADDRESS_ADD,
        &SOURCE_ADDRESS_CHANGE,
    ],
};

/// The form for a card.
pub const CARD: Resource = Resource {
    name: "card",
    singular: "card",
    about: "The form for a card",
    object: &PAYMENT_SOURCE,
    operations: &[&CARD_FORM],
};

const METHOD_ID: Parameter = id("id", "the payment method");
const SOURCE_ID: Parameter = id("id", "the payment source");

const BILLING: &[Parameter] = &[
    text("billing_first_name", "first name").required(),
    text("billing_last_name", "last name").required(),
    text("billing_address1", "street and number").required(),
    text("billing_city", "city").required(),
    text("billing_country", "country, by its English name").required(),
    text("billing_province", "state or province")
        .required()
        .may_be_empty(),
    text("billing_zip", "postal code").required(),
    text("billing_phone", "telephone number")
        .required()
        .may_be_empty(),
    text("billing_address2", "flat, floor, suite"),
    text("billing_company", "company"),
];

static LIST: Operation = page(
    "list",
    "/payment_methods",
    "payment_methods.html",
    "List payment methods",
)
.admin_twin("payment_methods.list")
.sdk_twin("listPaymentMethods");
static SHOW: Operation = page(
    "show",
    "/payment_methods/{id}",
    "payment_method.html",
    "Form of a payment method",
)
.at(&[METHOD_ID])
.admin_twin("payment_methods.get")
.sdk_twin("getPaymentMethod");
static CHANGE: Operation = write(
    "change",
    "/payment_methods/{id}",
    "Change the billing address of a payment method",
)
.at(&[METHOD_ID])
.body(BILLING)
.answers(ResponseShape::One("payment_method", &PAYMENT_METHOD))
.done("changed")
.admin_twin("payment_methods.update")
.sdk_twin("updatePaymentMethod");

static SOURCE_LIST: Operation = page(
    "list",
    "/payment_sources",
    "payment_sources.html",
    "List payment sources",
)
.admin_twin("payment_methods.list");
static SOURCE_SHOW: Operation = page(
    "show",
    "/payment_source",
    "payment_source.html",
    "Form of the payment source",
)
.admin_twin("payment_methods.get");
static SOURCE_ADDRESS: Operation = page(
    "address",
    "/payment_source/{id}/address",
    "payment_source_address.html",
    "Form of a billing address",
)
.at(&[SOURCE_ID])
.admin_twin("payment_methods.get");
static SOURCE_ADDRESS_NEW: Operation = page(
    "new_address",
    "/payment_source/address",
    "payment_source_address_new.html",
    "Form of a first billing address",
)
.from(THEMES);
static SOURCE_ADDRESS_ADD: Operation = write(
    "add_address",
    "/payment_source/address",
    "Set the billing address of the payment source",
)
.body(BILLING)
.answers(SOURCE_ANSWER)
.done("changed")
.admin_twin("payment_methods.update")
.from(THEMES);
static SOURCE_ADDRESS_CHANGE: Operation = write(
    "change_address",
    "/payment_source/{id}/address",
    "Change the billing address of a payment source",
)
.at(&[SOURCE_ID])
.body(BILLING)
.answers(SOURCE_ANSWER)
// Number 1 is the payment method that is charged, whatever its number is.
.answers_another()
.done("changed")
.admin_twin("payment_methods.update");

static CARD_FORM: Operation = page("form", "/card", "card.html", "Form of a new card").from(THEMES);

const SOURCE_ANSWER: ResponseShape = ResponseShape::One("payment_source", &PAYMENT_SOURCE);

/// A payment source.
const PAYMENT_SOURCE: Object = little_known(
    "payment_source",
    &[
        field("id", FieldKind::Id),
        field("billing_address", FieldKind::Json),
        field("card_brand", FieldKind::Text).secret(),
        field("card_exp_month", FieldKind::Integer).secret(),
        field("card_exp_year", FieldKind::Integer).secret(),
        field("card_last4", FieldKind::Text).secret(),
        field("cardholder_name", FieldKind::Text),
        field("customer_id", FieldKind::Id),
        field("has_card_error_in_dunning", FieldKind::Boolean),
        field("payment_token", FieldKind::Text).secret(),
        field("payment_type", FieldKind::Text),
        field("processor_name", FieldKind::Text),
        field("status", FieldKind::Text),
        field("status_reason", FieldKind::Text),
    ],
);
