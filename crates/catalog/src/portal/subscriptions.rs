//! Subscriptions. The reference ends before them: all rows are from public
//! themes.

use super::{SUBSCRIPTION_ID, THEMES, page, write};
use crate::build::{array, boolean, day, id, integer, object, text};
use crate::model::{Operation, Parameter, Resource, ResponseShape};
use crate::recharge::v2021_01::charges::CHARGE;
use crate::recharge::v2021_01::subscriptions::SUBSCRIPTION;

/// Subscriptions of the customer.
pub const RESOURCE: Resource = Resource {
    name: "subscriptions",
    singular: "subscription",
    about: "Subscriptions of the customer",
    object: &SUBSCRIPTION,
    operations: &[
        &LIST,
        &NEW,
        &SHOW,
        &SWAP_PAGE,
        &CANCEL_PAGE,
        &RETENTION_STRATEGY,
        &ADD,
        &CHANGE,
        &ACTIVATE,
        &SKIP,
        &UNSKIP,
        &SWAP,
        &MOVE,
        &DELAY,
        &CANCEL,
        &MOVE_ADDRESS,
        &MOVE_PAYMENT_METHOD,
        &BUNDLES,
    ],
};

const PRODUCT: Parameter = id("shopify_product_id", "the product in the shop");
const VARIANT: Parameter = id("shopify_variant_id", "the variant in the shop");
const QUANTITY: Parameter = integer("quantity", "how many");
const UNIT: Parameter = text("order_interval_unit", "the unit of both intervals");
const ORDERS: Parameter = integer("order_interval_frequency", "units between orders");
const CHARGES: Parameter = integer("charge_interval_frequency", "units between charges");
const ANSWER: ResponseShape = ResponseShape::One("subscription", &SUBSCRIPTION);
const ANSWERS_CHARGE: ResponseShape = ResponseShape::One("charge", &CHARGE);

static LIST: Operation = page(
    "list",
    "/subscriptions",
    "subscriptions.html",
    "List subscriptions",
)
.admin_twin("subscriptions.list")
.sdk_twin("listSubscriptions")
.from(THEMES);
static NEW: Operation = page(
    "new",
    "/subscriptions/new",
    "subscription_new.html",
    "Form of a new subscription to a product",
)
.query(&[PRODUCT])
.from(THEMES);
static SHOW: Operation = page(
    "show",
    "/subscriptions/{id}",
    "subscription.html",
    "Show a subscription",
)
.at(&[SUBSCRIPTION_ID])
.admin_twin("subscriptions.get")
.sdk_twin("getSubscription")
.from(THEMES);
static SWAP_PAGE: Operation = page(
    "swap_form",
    "/subscriptions/{id}/swap",
    "subscription_swap.html",
    "Form to swap the product of a subscription",
)
.at(&[SUBSCRIPTION_ID])
.query(&[PRODUCT])
.from(THEMES);
static CANCEL_PAGE: Operation = page(
    "cancel_form",
    "/subscriptions/{id}/cancel",
    "subscription_cancel.html",
    "Form to cancel a subscription",
)
.at(&[SUBSCRIPTION_ID])
.from(THEMES);
static RETENTION_STRATEGY: Operation = page(
    "retention_strategy",
    "/subscriptions/{id}/cancel/{strategy_id}",
    "subscription_retention_strategy.html",
    "Offer to those who want to cancel",
)
.at(&[SUBSCRIPTION_ID, id("strategy_id", "the retention strategy")])
.admin_twin("retention_strategies.get")
.from(THEMES);
static ADD: Operation = write("add", "/subscriptions", "Add a subscription")
    .body(&[
        VARIANT.required(),
        id("address_id", "the address it goes to").required(),
        QUANTITY.required(),
        UNIT.required(),
        ORDERS.required(),
        CHARGES,
        day("next_charge_scheduled_at", "day of the next charge").required(),
        integer(
            "expire_after_specific_number_of_charges",
            "end after this many charges",
        ),
        text("purchase_type", "subscription or onetime"),
        array("properties", "extra name and value"),
    ])
    .answers(ANSWER)
    .done("added")
    .admin_twin("subscriptions.create")
    .sdk_twin("createSubscription")
    .from(THEMES);
static CHANGE: Operation = write("change", "/subscriptions/{id}", "Change a subscription")
    .at(&[SUBSCRIPTION_ID])
    .body(&[
        QUANTITY,
        UNIT,
        ORDERS,
        CHARGES,
        VARIANT,
        array("properties", "extra name and value"),
    ])
    .answers(ANSWER)
    .done("changed")
    .admin_twin("subscriptions.update")
    .sdk_twin("updateSubscription")
    .from(THEMES);
static ACTIVATE: Operation = write(
    "activate",
    "/subscriptions/{id}/activate",
    "Reactivate a cancelled subscription",
)
.at(&[SUBSCRIPTION_ID])
.answers(ANSWER)
.done("activated")
.admin_twin("subscriptions.activate")
.sdk_twin("activateSubscription")
.from(THEMES);
static SKIP: Operation = write(
    "skip",
    "/subscriptions/{id}/skip",
    "Skip a delivery of a subscription",
)
.at(&[SUBSCRIPTION_ID])
.body(&[
    id("charge_id", "the charge with the delivery"),
    day("date", "day of the delivery, where there is no charge yet"),
])
.answers(ANSWERS_CHARGE)
.answers_another()
.done("skipped")
.admin_twin("charges.skip")
.sdk_twin("skipSubscriptionCharge")
.from(THEMES);
static UNSKIP: Operation = write("unskip", "/subscriptions/{id}/unskip", "Undo a skip")
    .at(&[SUBSCRIPTION_ID])
    .body(&[id("charge_id", "the skipped charge").required()])
    .answers(ANSWERS_CHARGE)
    .answers_another()
    .done("unskipped")
    .admin_twin("charges.unskip")
    .sdk_twin("unskipCharge")
    .from(THEMES);
static SWAP: Operation = write(
    "swap",
    "/subscriptions/{id}/swap",
    "Swap the product of a subscription",
)
.at(&[SUBSCRIPTION_ID])
.body(&[VARIANT.required(), QUANTITY, UNIT, ORDERS, CHARGES])
.answers(ANSWER)
.done("swapped")
.admin_twin("subscriptions.update")
.sdk_twin("updateSubscription")
.from(THEMES);
static MOVE: Operation = write(
    "set_next_charge_date",
    "/subscriptions/{id}/set_next_charge_date",
    "Move the next charge to another day",
)
.at(&[SUBSCRIPTION_ID])
.query(&[boolean("pause", "the move is meant as a pause")])
.body(&[day("date", "day of the next charge").required()])
.answers(ANSWER)
.done("moved")
.admin_twin("subscriptions.set_next_charge_date")
.sdk_twin("updateSubscriptionChargeDate")
.from(THEMES);
static DELAY: Operation = write(
    "delay",
    "/subscriptions/{id}/delay",
    "Delay the next charge by some days",
)
.at(&[SUBSCRIPTION_ID])
.body(&[
    integer("days", "number of days"),
    text("delay_for", "the same, as other themes name it"),
])
.answers(ANSWER)
.done("delayed")
.admin_twin("subscriptions.set_next_charge_date")
.sdk_twin("updateSubscriptionChargeDate")
.from(THEMES);
static CANCEL: Operation = write(
    "cancel",
    "/subscriptions/{id}/cancel",
    "Cancel a subscription",
)
.at(&[SUBSCRIPTION_ID])
.body(&[
    text("cancellation_reason", "why it is cancelled"),
    text("cancellation_reason_comments", "more about why"),
])
.answers(ANSWER)
.destroys()
.done("cancelled")
.admin_twin("subscriptions.cancel")
.sdk_twin("cancelSubscription")
.from(THEMES);
static MOVE_ADDRESS: Operation = write(
    "move_address",
    "/subscriptions/{id}/move/address/{address_id}",
    "Move a subscription to another address",
)
.at(&[SUBSCRIPTION_ID, id("address_id", "the address")])
.answers(ANSWER)
.done("moved")
.admin_twin("subscriptions.change_address")
.sdk_twin("updateSubscriptionAddress")
.from(THEMES);
static MOVE_PAYMENT_METHOD: Operation = write(
    "move_payment_method",
    "/subscriptions/{id}/move/payment_method/{payment_method_id}",
    "Change the payment method of a subscription",
)
.at(&[
    SUBSCRIPTION_ID,
    id("payment_method_id", "the payment method"),
])
.answers(ANSWER)
.done("moved")
.admin_twin("addresses.update")
.sdk_twin("updateAddress")
.from(THEMES);
static BUNDLES: Operation = write(
    "bundles",
    "/subscriptions/{id}/bundles",
    "Choose the contents of a bundle",
)
.at(&[SUBSCRIPTION_ID])
.body(&[object(
    "bundle_purchase_item",
    "external_variant_id, external_product_id and selections",
)
.required()])
.answers(ANSWER)
.done("changed")
.admin_twin("bundle_selections.create")
.sdk_twin("createBundleSelection")
.from(THEMES);
