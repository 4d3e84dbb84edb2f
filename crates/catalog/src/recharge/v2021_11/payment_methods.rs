//! Operations, parameters and fields of the resource `payment_methods`.

use super::parameters::{ADDRESS_PARTS, CURSOR, ID, INCLUDE, LIMIT, OF_CUSTOMER};
use crate::build::{boolean, create, delete, field, get, id, list, object, text, update};
use crate::model::STATUS_TONES;
use crate::model::{FieldKind, Object, Operation, Parameter, Resource, ResponseShape, Type};
use crate::recharge::CONVENTIONS;

/// The resource `payment_methods`.
pub const RESOURCE: Resource = Resource {
    name: "payment_methods",
    singular: "payment_method",
    about: "Cards and accounts that customers pay with",
    object: &PAYMENT_METHOD,
    operations: &[&LIST, &GET, &CREATE, &UPDATE, &DELETE],
};

const PROCESSOR_NAMES: &[&str] = &[
    "stripe",
    "braintree",
    "authorize",
    "shopify_payments",
    "mollie",
];
const PAYMENT_TYPES: &[&str] = &[
    "CREDIT_CARD",
    "PAYPAL",
    "APPLE_PAY",
    "GOOGLE_PAY",
    "SEPA_DEBIT",
];

const DEFAULT: Parameter = boolean("default", "make it the default of the customer");
const PROCESSOR_NAME: Parameter =
    text("processor_name", "who processes the payments").values(PROCESSOR_NAMES);
const BILLING_ADDRESS: Parameter = object("billing_address", "billing address");

/// The operation `payment_methods.list`.
pub static LIST: Operation = list("/payment_methods", "List payment methods")
    .query(&[
        OF_CUSTOMER.documented(Type::String),
        LIMIT,
        INCLUDE.values(&["addresses"]),
        CURSOR,
    ])
    .answers(ResponseShape::Page("payment_methods", &PAYMENT_METHOD))
    .scope("read_payment_methods")
    .example("rc payment-methods list --customer-id 62824147");

/// The operation `payment_methods.get`.
pub static GET: Operation = get("/payment_methods/{id}", "Show a payment method")
    .at(&[ID])
    .query(&[INCLUDE.values(&["addresses"])])
    .answers(ResponseShape::One("payment_method", &PAYMENT_METHOD))
    .scope("read_payment_methods")
    .example("rc payment-methods get 1234567");

/// The operation `payment_methods.create`.
pub static CREATE: Operation = create("/payment_methods", "Add a payment method to a customer")
    .body(&[
        id("customer_id", "the customer it belongs to").required(),
        DEFAULT.common(),
        text("payment_type", "kind of payment")
            .values(PAYMENT_TYPES)
            .required(),
        text(
            "processor_customer_token",
            "the customer at the processor, as in cus_…",
        )
        .required(),
        PROCESSOR_NAME.required(),
        text(
            "processor_payment_method_token",
            "the payment method at the processor",
        ),
        BILLING_ADDRESS,
        boolean("retry_charges", "try failed charges again with it"),
    ])
    .answers(ResponseShape::One("payment_method", &PAYMENT_METHOD))
    .success(201)
    .scope("write_payment_methods")
    .example(
        "rc payment-methods create --customer-id 62824147 --payment-type \
             CREDIT_CARD --processor-name stripe --processor-customer-token \
             cus_JGYtLWi2HS8ymD --default",
    );

/// The operation `payment_methods.update`.
pub static UPDATE: Operation = update("/payment_methods/{id}", "Change a payment method")
    .at(&[ID])
    .body(&[DEFAULT.common(), PROCESSOR_NAME, BILLING_ADDRESS])
    .answers(ResponseShape::One("payment_method", &PAYMENT_METHOD))
    .scope("write_payment_methods")
    .example("rc payment-methods update 1234567 --default")
    .undo_limits(&[
        "where a payment method was moved to another processor, whose tokens cannot be read",
        "the previous default method",
    ]);

/// The operation `payment_methods.delete`.
pub static DELETE: Operation = delete("/payment_methods/{id}", "Delete a payment method for good")
    .at(&[ID])
    .scope("write_payment_methods")
    .example("rc payment-methods delete 1234567 --yes")
    .never_undone("the payment details cannot be read, so they cannot be restored");

/// The object `payment_method`.
pub const PAYMENT_METHOD: Object = Object {
    name: "payment_method",
    fields: &[
        field("id", FieldKind::Id),
        field("customer_id", FieldKind::Id).short("customer"),
        field("created_at", FieldKind::Time),
        field("default", FieldKind::Boolean),
        field(
            "payment_details",
            FieldKind::Parts(&["brand", "exp_month", "exp_year", "last4"]),
        )
        .secret()
        .shown_as(Type::Array),
        field("payment_type", FieldKind::Text).values(PAYMENT_TYPES),
        field("processor_customer_token", FieldKind::Text).secret(),
        field("processor_name", FieldKind::Text).values(PROCESSOR_NAMES),
        field("processor_payment_method_token", FieldKind::Text).secret(),
        field("status", FieldKind::Text)
            .tones(STATUS_TONES)
            .values(&["unvalidated", "valid", "invalid", "empty"]),
        field("status_reason", FieldKind::Text),
        field("updated_at", FieldKind::Time),
        field("billing_address", FieldKind::Parts(ADDRESS_PARTS)),
        field("retry_date", FieldKind::Text).documented(Type::Unstated),
        field("taxable", FieldKind::Boolean),
    ],
    columns: &[
        "id",
        "customer_id",
        "payment_type",
        "processor_name",
        "default",
        "status",
        "payment_details.brand",
        "payment_details.last4",
    ],
    conventions: &CONVENTIONS,
};
