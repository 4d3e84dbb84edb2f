//! Operations of the resource `checkouts` in version 2021-01. Its records are
//! those of 2021-11; bodies have the names of this version.

use super::super::v2021_11::checkouts::{CHECKOUT, CHECKOUT_CHARGE, SHIPPING_RATES};
use crate::build::{array, boolean, create, get, object, pairs, post, text, update};
use crate::model::{Operation, Parameter, Resource, ResponseShape};

/// The resource `checkouts`.
pub const RESOURCE: Resource = Resource {
    name: "checkouts",
    singular: "checkout",
    about: "Carts before payment (BigCommerce and custom stores)",
    object: &CHECKOUT,
    operations: &[&GET, &CREATE, &UPDATE, &PROCESS, &SHIPPING_RATES],
};

const TOKEN: Parameter = text("token", "token of the checkout").placeholder("TOKEN");
const LINE_ITEMS: Parameter = array("line_items", "the items, each an object");
const NOTE_ATTRIBUTES: Parameter =
    pairs("note_attributes", "extra name and value on the order").flag("note-attribute");

/// The operation `checkouts.get`.
pub static GET: Operation = get("/checkouts/{token}", "Show a checkout")
    .at(&[TOKEN])
    .answers(ResponseShape::One("checkout", &CHECKOUT))
    .also_needs(&["read_checkouts"])
    .example("rc checkouts get efd5a6b12b984f439ec16ce2a00fb5c3 --api-version 2021-01");

/// The operation `checkouts.create`.
pub static CREATE: Operation = create("/checkouts", "Create a checkout")
    .body(&[
        object("billing_address", "billing address"),
        text("currency", "currency, three letters"),
        text("discount_code", "discount to use"),
        text("email", "email address"),
        text("external_checkout_id", "id of the cart in another system"),
        text("external_checkout_source", "name of that system"),
        LINE_ITEMS.required(),
        text("note", "a note"),
        NOTE_ATTRIBUTES,
        text("phone", "telephone number of the customer"),
        object("shipping_address", "shipping address"),
    ])
    .answers(ResponseShape::One("checkout", &CHECKOUT))
    .also_needs(&["write_checkouts"])
    .example(
        "rc checkouts create --api-version 2021-01 --email ada@example.com --line-items \
             '[{\"product_id\":12345,\"variant_id\":123456,\"quantity\":1}]'",
    );

/// The operation `checkouts.update`.
pub static UPDATE: Operation = update("/checkouts/{token}", "Change a checkout")
    .at(&[TOKEN])
    .body(&[
        object("billing_address", "billing address"),
        boolean("buyer_accepts_marketing", "the buyer agreed to marketing"),
        text("currency", "currency, three letters"),
        text("discount_code", "discount to use"),
        text("email", "email address"),
        text("external_checkout_id", "id of the cart in another system"),
        text("external_checkout_source", "name of that system"),
        LINE_ITEMS,
        text("note", "a note"),
        NOTE_ATTRIBUTES,
        boolean(
            "partial_shipping",
            "ask only for country and postal code for now",
        ),
        text("phone", "telephone number of the customer"),
        object("shipping_address", "shipping address"),
    ])
    .answers(ResponseShape::One("checkout", &CHECKOUT))
    .also_needs(&["write_checkouts"])
    .example(
        "rc checkouts update efd5a6b12b984f439ec16ce2a00fb5c3 --api-version 2021-01 \
             --email ada@example.com",
    );

/// The operation `checkouts.process`.
pub static PROCESS: Operation = post("process", "/checkouts/{token}/charge", "Pay a checkout")
    .at(&[TOKEN])
    .body(&[
        text("payment_processor", "who processes the payment")
            .values(&["stripe", "braintree", "authorize"])
            .required(),
        text("payment_token", "token of the payment at the processor").required(),
        text("payment_type", "kind of payment"),
    ])
    .answers(ResponseShape::One("checkout_charge", &CHECKOUT_CHARGE))
    .answers_another()
    .also_needs(&["write_checkouts"])
    .destroys()
    .done("processed")
    .example(
        "rc checkouts process efd5a6b12b984f439ec16ce2a00fb5c3 --api-version 2021-01 \
             --payment-processor stripe --payment-token tok_visa --yes",
    );
