//! Operations, parameters and fields of the resource `customers`.

use super::parameters::{
    BY_ID_CREATED_OR_UPDATED, CREATED_AT_MAX, CREATED_AT_MIN, CURSOR, ID, IDS, INCLUDE, LIMIT,
    PAGE, SORT_BY, UPDATED_AT_MAX, UPDATED_AT_MIN,
};
use crate::build::{
    boolean, create, day, delete, external, field, get, integer, list, object, post, read, text,
    update,
};
use crate::model::{
    FieldKind, FieldRole, Idempotency, Object, Operation, Parameter, ParameterRole, Resource,
    ResponseShape, Type,
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
        &CREATE,
        &UPDATE,
        &DELETE,
        &SHOW_CREDIT_SUMMARY,
        &SHOW_DELIVERY_SCHEDULE,
        &NOTIFY,
    ],
};

const INCLUDES: &[&str] = &[
    "addresses",
    "metafields",
    "payment_methods",
    "subscriptions",
];

const EMAIL: Parameter = text("email", "email address");
const EXTERNAL_CUSTOMER_ID: Parameter =
    external("external_customer_id", "id of the customer in the shop");
const FIRST_NAME: Parameter = text("first_name", "first name");
const LAST_NAME: Parameter = text("last_name", "last name");
const PHONE: Parameter = text("phone", "telephone number, as in +16175551212");
const TAX_EXEMPT: Parameter = boolean("tax_exempt", "no tax is charged");

/// The operation `customers.list`.
pub static LIST: Operation = list("/customers", "List customers")
    .query(&[
        text("email", "only the customer with this email")
            .role(ParameterRole::Key)
            .common(),
        CREATED_AT_MAX.documented(Type::String),
        CREATED_AT_MIN.documented(Type::String),
        text("hash", "only the customer with this portal hash"),
        IDS,
        LIMIT,
        PAGE,
        text(
            "external_customer_id",
            "only the customer with this id in the shop",
        )
        .role(ParameterRole::Key),
        UPDATED_AT_MAX.documented(Type::String),
        UPDATED_AT_MIN.documented(Type::String),
        SORT_BY.values(BY_ID_CREATED_OR_UPDATED).default("id-desc"),
        INCLUDE.values(INCLUDES),
        CURSOR,
    ])
    .answers(ResponseShape::Page("customers", &CUSTOMER))
    .scope("read_customers")
    .example("rc customers list --email ada@example.com");

/// The operation `customers.get`.
pub static GET: Operation = get("/customers/{id}", "Show a customer")
    .at(&[ID])
    .query(&[INCLUDE.values(INCLUDES)])
    .answers(ResponseShape::One("customer", &CUSTOMER))
    .scope("read_customers")
    .example("rc customers get 37657002 --include addresses");

/// The operation `customers.create`.
pub static CREATE: Operation = create("/customers", "Add a customer")
    .details("The email must be unique in the store.")
    .body(&[
        EMAIL.required(),
        EXTERNAL_CUSTOMER_ID,
        FIRST_NAME.required(),
        LAST_NAME.required(),
        PHONE,
        TAX_EXEMPT,
    ])
    .answers(ResponseShape::One("customer", &CUSTOMER))
    .scope("write_customers")
    .also_needs(&["write_payment_methods"])
    .again(Idempotency::RejectsRepeat)
    .unique("email", "email")
    .example(
        "rc customers create --email ada@example.com --first-name Ada --last-name \
             King",
    );

/// The operation `customers.update`.
pub static UPDATE: Operation = update("/customers/{id}", "Change a customer")
    .at(&[ID])
    .body(&[
        boolean(
            "apply_credit_to_next_recurring_charge",
            "use store credit for the next charge",
        ),
        EMAIL.common(),
        EXTERNAL_CUSTOMER_ID,
        FIRST_NAME,
        LAST_NAME,
        PHONE,
        TAX_EXEMPT,
    ])
    .answers(ResponseShape::One("customer", &CUSTOMER))
    .scope("write_customers")
    .example("rc customers update 37657002 --last-name Doe");

/// The operation `customers.delete`.
pub static DELETE: Operation = delete(
    "/customers/{id}",
    "Delete a customer and everything under it",
)
.details(
    "Addresses, subscriptions and one-time items of the customer are cancelled \
             and deleted too.",
)
.at(&[ID])
.scope("write_customers")
.example("rc customers delete 37657002 --yes");

/// The operation `customers.credit_summary`.
pub static SHOW_CREDIT_SUMMARY: Operation = read(
    "credit_summary",
    "/customers/{id}/credit_summary",
    "Show the store credit of a customer",
)
.at(&[ID])
.answers(ResponseShape::One("credit_summary", &CREDIT_SUMMARY))
.answers_another()
.scope("read_customers")
.also_needs(&["read_credit_summary"])
.example("rc customers credit-summary 37657002");

/// The operation `customers.delivery_schedule`.
pub static SHOW_DELIVERY_SCHEDULE: Operation = read(
    "delivery_schedule",
    "/customers/{id}/delivery_schedule",
    "Show the upcoming deliveries of a customer",
)
.details(
    "If several limits are given, the narrowest is used. The schedule covers at most 365 days.",
)
.at(&[ID])
.query(&[
    integer("delivery_count_future", "this many deliveries ahead"),
    integer("future_interval", "this many days ahead, 365 at most"),
    day("date_max", "up to this day").documented(Type::String),
])
// Recorded answers have no wrapper; the example of the reference has one.
.answers(ResponseShape::Bare("deliverySchedule", &DELIVERY_SCHEDULE))
.answers_another()
.scope("read_customers")
.example("rc customers delivery-schedule 37657002 --future-interval 30");

/// The operation `customers.notify`.
pub static NOTIFY: Operation = post(
    "notify",
    "/customers/{id}/notifications",
    "Send a customer an email from a template",
)
.at(&[ID])
.body(&[
    text("type", "how it is sent").values(&["email"]).required(),
    text("template_type", "which template")
        .values(&[
            "upcoming_charge",
            "get_account_access",
            "shopify_update_payment_information",
        ])
        .required(),
    object("template_vars", "values for the template"),
])
.scope("write_notifications")
.done("notified")
.destroys()
.example(
    "rc customers notify 37657002 --type email --template-type \
             get_account_access",
)
.mails()
.never_undone("a sent message cannot be recalled");

/// The object `customer`.
pub const CUSTOMER: Object = Object {
    name: "customer",
    fields: &[
        field("id", FieldKind::Id),
        field("analytics_data", FieldKind::Json).documented(Type::Object),
        field("apply_credit_to_next_recurring_charge", FieldKind::Boolean),
        field("created_at", FieldKind::Time),
        field("email", FieldKind::Text),
        field("external_customer_id", FieldKind::Parts(&["ecommerce"])),
        field("first_charge_processed_at", FieldKind::Time),
        field("first_name", FieldKind::Text).role(FieldRole::Name(&[])),
        field("has_payment_method_in_dunning", FieldKind::Boolean),
        field("has_valid_payment_method", FieldKind::Boolean).short("can pay"),
        field("hash", FieldKind::Text).secret(),
        field("last_name", FieldKind::Text).role(FieldRole::Name(&[])),
        field("phone", FieldKind::Text),
        field("subscriptions_active_count", FieldKind::Integer).short("active"),
        field("subscriptions_total_count", FieldKind::Integer).short("total"),
        field("subscription_related_charge_streak", FieldKind::Integer),
        field("tax_exempt", FieldKind::Boolean),
        field("updated_at", FieldKind::Time),
        // Beyond the reference.
        field("apply_credit_to_next_checkout_charge", FieldKind::Boolean)
            .beyond("recorded answers have it"),
        field("reason_payment_method_not_valid", FieldKind::Text)
            .beyond("recorded answers have it"),
    ],
    columns: &[
        "id",
        "email",
        "first_name",
        "last_name",
        "subscriptions_active_count",
        "subscriptions_total_count",
        "has_valid_payment_method",
        "created_at",
    ],
    conventions: &CONVENTIONS,
};

/// The object `credit_summary`.
pub const CREDIT_SUMMARY: Object = Object {
    name: "credit_summary",
    fields: &[
        field("customer_id", FieldKind::Id),
        field("total_available_balance", FieldKind::Money).short("balance"),
        field("currency_code", FieldKind::Text),
    ],
    columns: &["customer_id", "total_available_balance", "currency_code"],
    conventions: &CONVENTIONS,
};

/// The object `deliverySchedule`.
pub const DELIVERY_SCHEDULE: Object = Object {
    name: "deliverySchedule",
    fields: &[
        field(
            "customer",
            FieldKind::Parts(&["id", "email", "first_name", "last_name"]),
        ),
        field("deliveries", FieldKind::Json),
    ],
    columns: &["customer.id", "customer.email", "deliveries"],
    conventions: &CONVENTIONS,
};
