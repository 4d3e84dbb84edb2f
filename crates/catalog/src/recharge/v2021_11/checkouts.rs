//! Operations, parameters and fields of the resource `checkouts`.

use super::parameters::ADDRESS_PARTS;
use crate::build::{
    array, boolean, create, external, field, get, object, pairs, post, read, text, update,
};
use crate::model::{
    FieldKind, FieldRole, Object, Operation, Parameter, Resource, ResponseShape, STATUS_TONES, Type,
};
use crate::recharge::CONVENTIONS;

/// The resource `checkouts`.
pub const RESOURCE: Resource = Resource {
    name: "checkouts",
    singular: "checkout",
    about: "Carts before payment (BigCommerce and custom stores)",
    object: &CHECKOUT,
    operations: &[&GET, &CREATE, &UPDATE, &PROCESS, &SHIPPING_RATES],
};

const GET_SHIPPING_RATES: Parameter = boolean("get_shipping_rates", "fetch shipping rates too");
const APPLIED_SHIPPING_RATE: Parameter =
    object("applied_shipping_rate", "the shipping rate chosen");
const BILLING_ADDRESS: Parameter = object("billing_address", "billing address");
const CURRENCY: Parameter = text("currency", "currency, three letters");
const EMAIL: Parameter = text("email", "email address");
const EXTERNAL_CHECKOUT_ID: Parameter =
    text("external_checkout_id", "id of the cart in another system");
const EXTERNAL_CHECKOUT_SOURCE: Parameter = text("external_checkout_source", "name of that system");
const LINE_ITEMS: Parameter = array("line_items", "the items, each an object");
const NOTE: Parameter = text("note", "a note");
const ORDER_ATTRIBUTES: Parameter =
    pairs("order_attributes", "extra name and value on the order").flag("order-attribute");
const SHIPPING_ADDRESS: Parameter = object("shipping_address", "shipping address");

const TOKEN: Parameter = text("token", "token of the checkout").placeholder("TOKEN");

/// The operation `checkouts.get`.
pub static GET: Operation = get("/checkouts/{token}", "Show a checkout")
    .at(&[TOKEN])
    .answers(ResponseShape::One("checkout", &CHECKOUT))
    .also_needs(&["read_checkouts"])
    .example("rc checkouts get efd5a6b12b984f439ec16ce2a00fb5c3");

/// The operation `checkouts.create`.
pub static CREATE: Operation = create("/checkouts", "Create a checkout")
    .details(
        "Only for BigCommerce and custom stores; checkouts on Shopify go through \
             Shopify.",
    )
    .query(&[GET_SHIPPING_RATES])
    .body(&[
        object("analytics_data", "where the customer came from"),
        array(
            "applied_discounts",
            "discounts, each an object with discount_code",
        ),
        APPLIED_SHIPPING_RATE,
        array(
            "custom_shipping_rate_options",
            "rates to choose from instead of fetched ones",
        ),
        BILLING_ADDRESS,
        CURRENCY,
        EMAIL.common(),
        EXTERNAL_CHECKOUT_ID,
        EXTERNAL_CHECKOUT_SOURCE,
        external(
            "external_transaction_id",
            "the transaction at the payment processor",
        )
        .key("payment_processor"),
        LINE_ITEMS.required(),
        NOTE,
        ORDER_ATTRIBUTES,
        SHIPPING_ADDRESS,
    ])
    .answers(ResponseShape::One("checkout", &CHECKOUT))
    .also_needs(&["write_checkouts"])
    .example(
        "rc checkouts create --email ada@example.com --line-items \
             '[{\"external_product_id\":{\"ecommerce\":\"12345\"},\
             \"external_variant_id\":{\"ecommerce\":\"123456\"},\"quantity\":1}]'",
    )
    .never_undone("the API cannot delete checkouts; an unpaid one expires");

/// The operation `checkouts.update`.
pub static UPDATE: Operation = update("/checkouts/{token}", "Change a checkout")
    .at(&[TOKEN])
    .query(&[GET_SHIPPING_RATES])
    .body(&[
        array("analytics_data", "where the customer came from"),
        APPLIED_SHIPPING_RATE,
        BILLING_ADDRESS,
        boolean("buyer_accepts_marketing", "the buyer agreed to marketing"),
        text("discount_code", "discount to use").common(),
        CURRENCY,
        EMAIL.common(),
        EXTERNAL_CHECKOUT_ID,
        EXTERNAL_CHECKOUT_SOURCE,
        LINE_ITEMS.common(),
        NOTE,
        boolean(
            "partial_shipping",
            "ask only for country and postal code for now",
        ),
        ORDER_ATTRIBUTES,
        text("phone", "telephone number of the customer"),
        SHIPPING_ADDRESS,
        array("shipping_line", "shipping lines"),
    ])
    .answers(ResponseShape::One("checkout", &CHECKOUT))
    .also_needs(&["write_checkouts"])
    .example(
        "rc checkouts update efd5a6b12b984f439ec16ce2a00fb5c3 --email \
             ada@example.com",
    );

/// The operation `checkouts.process`.
pub static PROCESS: Operation = post("process", "/checkouts/{token}/process", "Pay a checkout")
    .at(&[TOKEN])
    .body(&[
        text("payment_processor", "who processes the payment")
            .values(&["stripe", "braintree", "authorize"])
            .required(),
        text("payment_token", "token of the payment at the processor").required(),
        text("payment_type", "kind of payment").values(&[
            "CREDIT_CARD",
            "PAYPAL",
            "APPLE_PAY",
            "GOOGLE_PAY",
            "SEPA_DEBIT",
        ]),
    ])
    .answers(ResponseShape::One("checkout_charge", &CHECKOUT_CHARGE))
    .answers_another()
    .also_needs(&["write_checkouts"])
    .destroys()
    .done("processed")
    .example(
        "rc checkouts process efd5a6b12b984f439ec16ce2a00fb5c3 --payment-processor \
             stripe --payment-token tok_visa --yes",
    )
    .mails()
    .never_undone("the customer was charged, and an order exists");

/// The operation `checkouts.shipping_rates`.
pub static SHIPPING_RATES: Operation = read(
    "shipping_rates",
    "/checkouts/{token}/shipping_rates",
    "Show what shipping would cost",
)
.at(&[TOKEN])
.answers(ResponseShape::Many("shipping_rates", &SHIPPING_RATE))
.also_needs(&["read_checkouts"])
.example("rc checkouts shipping-rates efd5a6b12b984f439ec16ce2a00fb5c3");

/// The object `checkout`.
pub const CHECKOUT: Object = Object {
    name: "checkout",
    fields: &[
        field("charge_id", FieldKind::Id),
        field("analytics_data", FieldKind::Json).documented(Type::Object),
        field("applied_discounts", FieldKind::Json),
        field("applied_shipping_rate", FieldKind::Json).documented(Type::Object),
        field("available_shipping_rates", FieldKind::Json),
        field("billing_address", FieldKind::Parts(ADDRESS_PARTS)),
        field("completed_at", FieldKind::Time),
        field("created_at", FieldKind::Time),
        field("currency", FieldKind::Text).role(FieldRole::Currency),
        field("email", FieldKind::Text).role(FieldRole::Name(&[])),
        field("external_checkout_id", FieldKind::Text),
        field("external_checkout_source", FieldKind::Text),
        field(
            "external_customer_id",
            FieldKind::Parts(&["ecommerce", "payment_processor"]),
        ),
        field(
            "external_transaction_id",
            FieldKind::Parts(&["payment_processor"]),
        ),
        field("line_items", FieldKind::Json),
        field("note", FieldKind::Text),
        field("notification_preferences", FieldKind::Json).documented(Type::Object),
        field("order_attributes", FieldKind::Parts(&["customer_niceness"])).documented(Type::Array),
        field("payment_processor", FieldKind::Text),
        field("requires_shipping", FieldKind::Boolean),
        field("shipping_address", FieldKind::Parts(ADDRESS_PARTS)),
        field("shipping_lines", FieldKind::Json).documented(Type::Object),
        field("subtotal_price", FieldKind::Money),
        field("tax_lines", FieldKind::Json),
        field("taxable", FieldKind::Boolean),
        field("taxes_included", FieldKind::Boolean),
        field("token", FieldKind::Text).secret(),
        field("total_price", FieldKind::Money).role(FieldRole::Amount),
        field("total_tax", FieldKind::Money),
        field("updated_at", FieldKind::Time),
        field("applied_discount", FieldKind::Json).documented(Type::Object),
        field("buyer_accepts_marketing", FieldKind::Boolean),
        field("discount_code", FieldKind::Text),
        field("payment_processor_customer_id", FieldKind::Text)
            .secret()
            .documented(Type::Unstated),
        field("payment_processor_transaction_id", FieldKind::Text).documented(Type::Unstated),
        field("phone", FieldKind::Text).documented(Type::Unstated),
        field("shipping_address_validations", FieldKind::Json).documented(Type::Object),
        field("shipping_line", FieldKind::Json).documented(Type::Unstated),
        field("shipping_rate", FieldKind::Json).documented(Type::Unstated),
    ],
    columns: &[
        "token",
        "email",
        "total_price",
        "currency",
        "charge_id",
        "created_at",
        "completed_at",
    ],
    conventions: &CONVENTIONS,
};

/// The object `checkout_charge`.
pub const CHECKOUT_CHARGE: Object = Object {
    name: "checkout_charge",
    fields: &[
        field("authorization_token", FieldKind::Text)
            .secret()
            .documented(Type::Unstated),
        field("charge_id", FieldKind::Id),
        field("free", FieldKind::Boolean),
        field("payment_processor", FieldKind::Text),
        field("processor_customer_token", FieldKind::Text).secret(),
        field("processor_payment_method_token", FieldKind::Text).secret(),
        field("payment_processor_transaction_id", FieldKind::Text),
        field("payment_token", FieldKind::Text).secret(),
        field("payment_type", FieldKind::Text),
        field("status", FieldKind::Text).tones(STATUS_TONES),
    ],
    columns: &[
        "charge_id",
        "status",
        "payment_processor",
        "payment_type",
        "free",
    ],
    conventions: &CONVENTIONS,
};

/// The object `shipping_rate`.
pub const SHIPPING_RATE: Object = Object {
    name: "shipping_rate",
    fields: &[
        field(
            "checkout",
            FieldKind::Parts(&["subtotal_price", "total_price", "total_tax"]),
        )
        .documented(Type::Unstated),
        field("code", FieldKind::Text).documented(Type::Unstated),
        field("delivery_range", FieldKind::Text).documented(Type::Unstated),
        field("description", FieldKind::Text).documented(Type::Unstated),
        field("handle", FieldKind::Text).documented(Type::Unstated),
        field("name", FieldKind::Text).documented(Type::Unstated),
        field("phone_required", FieldKind::Text).documented(Type::Unstated),
        field("price", FieldKind::Money).documented(Type::Unstated),
        field("title", FieldKind::Text).documented(Type::Unstated),
    ],
    columns: &["code", "name", "price", "title", "handle"],
    conventions: &CONVENTIONS,
};
