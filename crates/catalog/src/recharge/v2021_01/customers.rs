//! Operations and fields of the resource `customers` in version 2021-01.

use super::{
    CREATED_AT_MAX, CREATED_AT_MIN, CURSOR, ID, LIMIT, PAGE, SORT_BY, UPDATED_AT_MAX,
    UPDATED_AT_MIN,
};
use crate::build::{field, get, id, list, read, text};
use crate::model::{
    FieldKind, Object, Operation, Parameter, Resource, ResponseShape, STATUS_TONES,
};
use crate::recharge::CONVENTIONS;

/// The resource `customers`.
pub const RESOURCE: Resource = Resource {
    name: "customers",
    singular: "customer",
    about: "Customers of the store",
    object: &CUSTOMER,
    operations: &[&LIST, &GET, &COUNT],
};

/// The operation `customers.list`.
pub static LIST: Operation = list("/customers", "List customers")
    .query(&[
        LIMIT,
        CURSOR,
        PAGE,
        SORT_BY,
        CREATED_AT_MIN,
        CREATED_AT_MAX,
        UPDATED_AT_MIN,
        UPDATED_AT_MAX,
        text("email", "only those with this email"),
        text("hash", "only those with this hash"),
        id(
            "shopify_customer_id",
            "only those with this shopify customer id",
        ),
        text("status", "only those with this status"),
    ])
    .answers(ResponseShape::Page("customers", &CUSTOMER))
    .scope("read_customers")
    .example("rc customers list --api-version 2021-01");

/// The operation `customers.get`.
pub static GET: Operation = get("/customers/{id}", "Show one customer")
    .at(&[ID])
    .answers(ResponseShape::One("customer", &CUSTOMER))
    .scope("read_customers")
    .example("rc customers get 1 --api-version 2021-01");

/// The operation `customers.count`.
pub static COUNT: Operation = read("count", "/customers/count", "Count customers")
    .query(COUNTED)
    .answers(ResponseShape::Number("count"))
    .scope("read_customers")
    .example("rc customers count --api-version 2021-01");

const COUNTED: &[Parameter] = &[
    CREATED_AT_MIN,
    CREATED_AT_MAX,
    UPDATED_AT_MIN,
    UPDATED_AT_MAX,
    text("email", "only those with this email"),
    text("hash", "only those with this hash"),
    id(
        "shopify_customer_id",
        "only those with this shopify customer id",
    ),
    text("status", "only those with this status"),
];

/// The object `customer`.
pub const CUSTOMER: Object = Object {
    name: "customer",
    fields: &[
        field("id", FieldKind::Id),
        field("accepts_marketing", FieldKind::Text),
        field("analytics_data", FieldKind::Json),
        field("billing_address1", FieldKind::Text),
        field("billing_address2", FieldKind::Text),
        field("billing_city", FieldKind::Text),
        field("billing_company", FieldKind::Text),
        field("billing_country", FieldKind::Text),
        field("billing_first_name", FieldKind::Text),
        field("billing_last_name", FieldKind::Text),
        field("billing_phone", FieldKind::Text),
        field("billing_province", FieldKind::Text),
        field("billing_zip", FieldKind::Text),
        field("braintree_customer_token", FieldKind::Text).secret(),
        field("created_at", FieldKind::Time),
        field("email", FieldKind::Text),
        field("first_charge_processed_at", FieldKind::Time),
        field("first_name", FieldKind::Text),
        field("has_card_error_in_dunning", FieldKind::Boolean),
        field("has_valid_payment_method", FieldKind::Boolean),
        field("hash", FieldKind::Text).secret(),
        field("last_name", FieldKind::Text),
        field("number_active_subscriptions", FieldKind::Integer),
        field("number_subscriptions", FieldKind::Integer),
        field("paypal_customer_token", FieldKind::Text).secret(),
        field("phone", FieldKind::Text),
        field("processor_type", FieldKind::Text),
        field("reason_payment_method_not_valid", FieldKind::Text),
        field("shopify_customer_id", FieldKind::Text),
        field("status", FieldKind::Text).tones(STATUS_TONES),
        field("stripe_customer_token", FieldKind::Text).secret(),
        field("tax_exempt", FieldKind::Boolean),
        field("updated_at", FieldKind::Time),
    ],
    columns: &[
        "id",
        "email",
        "first_name",
        "last_name",
        "number_active_subscriptions",
        "created_at",
    ],
    conventions: &CONVENTIONS,
};
