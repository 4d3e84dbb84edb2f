//! Operations and fields of the resource `customers` in version 2021-01.

use super::addresses::{
    ADDRESS, ADDRESS1, ADDRESS2, CART_NOTE, CITY, COMPANY, COUNTRY, FIRST_NAME, LAST_NAME,
    NOTE_ATTRIBUTES, PHONE, PROVINCE, SHIPPING_LINES_OVERRIDE, ZIP,
};
use super::{
    CREATED_AT_MAX, CREATED_AT_MIN, CURSOR, ID, LIMIT, PAGE, SORT_BY, UPDATED_AT_MAX,
    UPDATED_AT_MIN,
};
use crate::build::{boolean, create, field, get, id, list, post, read, text, update};
use crate::model::{
    FieldKind, Idempotency, Object, Operation, Parameter, Resource, ResponseShape, STATUS_TONES,
};
use crate::recharge::CONVENTIONS;

/// The resource `customers`.
pub const RESOURCE: Resource = Resource {
    name: "customers",
    singular: "customer",
    about: "Customers of the store",
    object: &CUSTOMER,
    operations: &[
        &LIST,
        &GET,
        &COUNT,
        &CREATE,
        &UPDATE,
        &super::super::v2021_11::customers::DELETE,
        &super::super::v2021_11::customers::NOTIFY,
        &ADD_ADDRESS,
        &LIST_ADDRESSES,
        &LIST_PAYMENT_SOURCES,
    ],
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

const BILLING: &[Parameter] = &[
    EMAIL,
    FIRST_NAME,
    LAST_NAME,
    PHONE,
    boolean("accepts_marketing", "the customer agreed to marketing"),
    id("shopify_customer_id", "id of the customer in the shop"),
    text("billing_address1", "billing address: street and number"),
    text("billing_address2", "billing address: second line"),
    text("billing_city", "billing address: city"),
    text("billing_company", "billing address: company"),
    text(
        "billing_country",
        "billing address: country, by its English name",
    ),
    text("billing_first_name", "billing address: first name"),
    text("billing_last_name", "billing address: last name"),
    text("billing_phone", "billing address: telephone number"),
    text("billing_province", "billing address: state or province"),
    text("billing_zip", "billing address: postal code"),
];
const EMAIL: Parameter = text("email", "email address");

/// The customer in the paths of what belongs to it.
const OF_CUSTOMER: &[Parameter] = &[id("customer_id", "the customer")];

/// The operation `customers.create`.
pub static CREATE: Operation = create("/customers", "Add a customer")
    .body(&[
        EMAIL.required(),
        FIRST_NAME.required(),
        LAST_NAME.required(),
        PHONE,
        id("shopify_customer_id", "id of the customer in the shop"),
    ])
    .answers(ResponseShape::One("customer", &CUSTOMER))
    .scope("write_customers")
    .again(Idempotency::RejectsRepeat)
    .unique("email", "email")
    .example(
        "rc customers create --api-version 2021-01 --email ada@example.com \
             --first-name Ada --last-name King",
    );

/// The operation `customers.update`.
pub static UPDATE: Operation = update("/customers/{id}", "Change a customer")
    .details("The billing address is that of the payment method that is charged.")
    .at(&[ID])
    .body(BILLING)
    .answers(ResponseShape::One("customer", &CUSTOMER))
    .scope("write_customers")
    .example("rc customers update 37657002 --api-version 2021-01 --last-name Doe");

/// The operation `customers.add_address`.
pub static ADD_ADDRESS: Operation = post(
    "add_address",
    "/customers/{customer_id}/addresses",
    "Add an address to a customer",
)
.at(OF_CUSTOMER)
.body(&[
    ADDRESS1.required(),
    ADDRESS2,
    CART_NOTE,
    CITY.required(),
    COMPANY,
    COUNTRY.required(),
    FIRST_NAME.required(),
    LAST_NAME.required(),
    NOTE_ATTRIBUTES,
    PHONE.required().may_be_empty(),
    text(
        "presentment_currency",
        "currency of charges; the default is that of the store",
    ),
    PROVINCE.required().may_be_empty(),
    SHIPPING_LINES_OVERRIDE,
    ZIP.required(),
])
.answers(ResponseShape::One("address", &ADDRESS))
.scope("write_customers")
.done("extended")
.example(
    "rc customers add-address 37657002 --first-name Ada --last-name King \
             --address1 \"12 St James Sq\" --city London --province \"\" --zip SW1Y4JH \
             --country \"United Kingdom\" --phone \"\"",
);

/// The operation `customers.list_addresses`.
pub static LIST_ADDRESSES: Operation = read(
    "list_addresses",
    "/customers/{customer_id}/addresses",
    "List the addresses of a customer",
)
.at(OF_CUSTOMER)
.query(&[LIMIT, CURSOR, PAGE, SORT_BY])
.answers(ResponseShape::Page("addresses", &ADDRESS))
.scope("read_customers")
.example("rc customers list-addresses 37657002");

/// The operation `customers.list_payment_sources`.
pub static LIST_PAYMENT_SOURCES: Operation = read(
    "list_payment_sources",
    "/customers/{customer_id}/payment_sources",
    "List the payment sources of a customer",
)
.at(OF_CUSTOMER)
.answers(ResponseShape::Many("payment_sources", &PAYMENT_SOURCE))
.scope("read_customers")
.example("rc customers list-payment-sources 37657002");

/// What a customer pays with.
pub const PAYMENT_SOURCE: Object = Object {
    name: "payment_source",
    fields: &[
        field("billing_address", FieldKind::Json),
        field("card_brand", FieldKind::Text),
        field("card_exp_month", FieldKind::Integer),
        field("card_exp_year", FieldKind::Integer),
        field("card_last4", FieldKind::Text),
        field("cardholder_name", FieldKind::Text),
        field("customer_id", FieldKind::Id),
        field("has_card_error_in_dunning", FieldKind::Boolean),
        field("payment_type", FieldKind::Text),
        field("processor_name", FieldKind::Text),
        field("status", FieldKind::Text).tones(STATUS_TONES),
        field("status_reason", FieldKind::Text),
    ],
    columns: &[
        "payment_type",
        "processor_name",
        "card_brand",
        "card_last4",
        "status",
        "customer_id",
    ],
    conventions: &CONVENTIONS,
};

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
