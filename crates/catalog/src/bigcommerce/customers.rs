//! Operations, parameters and fields of the resource `customers`.

use super::parameters::{
    DATE_CREATED_MAX, DATE_CREATED_MIN, DATE_MODIFIED_MAX, DATE_MODIFIED_MIN, ID, IDS, LIMIT, PAGE,
};
use super::{CONVENTIONS, V2_ERRORS};
use crate::build::{field, get, list, text};
use crate::model::{
    FieldKind, FieldRole, Object, Operation, ParameterRole, Resource, ResponseShape, Type,
};

/// The resource `customers`.
pub const RESOURCE: Resource = Resource {
    name: "customers",
    singular: "customer",
    about: "Customers of the store",
    object: &CUSTOMER,
    operations: &[&LIST, &GET],
};

const SCOPE: &str = "store_v2_customers_read_only";

/// The operation `customers.list`.
pub static LIST: Operation = list("/v3/customers", "List customers")
    .query(&[
        IDS,
        text("email:in", "only those with these addresses")
            .flag("email")
            .multiple()
            .common(),
        text("name:like", "only those with this in their name").flag("name"),
        DATE_CREATED_MIN,
        DATE_CREATED_MAX,
        DATE_MODIFIED_MIN,
        DATE_MODIFIED_MAX,
        text("sort", "order of the list")
            .values(&[
                "date_created:asc",
                "date_created:desc",
                "last_name:asc",
                "last_name:desc",
                "date_modified:asc",
                "date_modified:desc",
            ])
            .role(ParameterRole::Sort),
        text("include", "related objects to add to each record")
            .values(&["addresses", "attributes", "storecredit", "formfields"])
            .multiple()
            .role(ParameterRole::Include),
        LIMIT,
        PAGE,
    ])
    .answers(ResponseShape::Page("data", &CUSTOMER))
    .copied_with(&[("include", "addresses,attributes,storecredit,formfields")])
    .may_vanish(&[])
    .scope(SCOPE)
    .example("rc bigcommerce customers list --date-modified-min 7d");

/// The operation `customers.get`. v3 has none: it shows a customer as a list of one.
pub static GET: Operation = get("/v2/customers/{id}", "Show a customer")
    .details(
        "Uses version 2 of the API, which returns fewer fields than the list. For all fields: rc \
         bigcommerce customers list --ids 12.",
    )
    .at(&[ID])
    .answers(ResponseShape::Bare("customer", &OLDER_CUSTOMER))
    .fails_with(V2_ERRORS)
    .scope(SCOPE)
    .example("rc bigcommerce customers get 12");

/// The object `customer`.
pub const CUSTOMER: Object = Object {
    name: "customer",
    fields: &[
        field("email", FieldKind::Text),
        field("first_name", FieldKind::Text).role(FieldRole::Name(&[])),
        field("last_name", FieldKind::Text).role(FieldRole::Name(&[])),
        field("company", FieldKind::Text),
        field("phone", FieldKind::Text),
        field("registration_ip_address", FieldKind::Text),
        field("notes", FieldKind::Text),
        field("tax_exempt_category", FieldKind::Text),
        field("customer_group_id", FieldKind::Id),
        field("id", FieldKind::Id),
        field("date_modified", FieldKind::Time),
        field("date_created", FieldKind::Time),
        field("address_count", FieldKind::Integer),
        field("attribute_count", FieldKind::Integer),
        field("authentication", FieldKind::Json)
            .documented(Type::Object)
            .secret(),
        field("addresses", FieldKind::Json),
        field("attributes", FieldKind::Json),
        field("form_fields", FieldKind::Json),
        field("store_credit_amounts", FieldKind::Json),
        field(
            "accepts_product_review_abandoned_cart_emails",
            FieldKind::Boolean,
        ),
        field("origin_channel_id", FieldKind::Id),
        field("channel_ids", FieldKind::Json),
    ],
    columns: &[
        "id",
        "email",
        "first_name",
        "last_name",
        "company",
        "date_created",
        "date_modified",
    ],
    conventions: &CONVENTIONS,
};

/// The object `customer` of v2.
pub const OLDER_CUSTOMER: Object = Object {
    name: "customer",
    fields: &[
        field("id", FieldKind::Id),
        field("date_created", FieldKind::Time),
        field("date_modified", FieldKind::Time),
        field("_authentication", FieldKind::Json)
            .documented(Type::Object)
            .secret(),
        field("company", FieldKind::Text),
        field("first_name", FieldKind::Text).role(FieldRole::Name(&[])),
        field("last_name", FieldKind::Text).role(FieldRole::Name(&[])),
        field("email", FieldKind::Text),
        field("phone", FieldKind::Text),
        field("store_credit", FieldKind::Money),
        field("registration_ip_address", FieldKind::Text),
        field("customer_group_id", FieldKind::Id),
        field("notes", FieldKind::Text),
        field("tax_exempt_category", FieldKind::Text),
        field("accepts_marketing", FieldKind::Boolean),
        field("addresses", FieldKind::Json).documented(Type::Object),
        field("form_fields", FieldKind::Json),
        field("reset_pass_on_login", FieldKind::Boolean),
    ],
    columns: &[
        "id",
        "email",
        "first_name",
        "last_name",
        "company",
        "date_created",
        "date_modified",
    ],
    conventions: &CONVENTIONS,
};
