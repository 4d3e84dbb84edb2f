//! Charges: what a customer pays, and when.

use super::write;
use crate::build::{id, ids, object};
use crate::model::{Operation, Parameter, Resource, ResponseShape};
use crate::recharge::v2021_01::charges::CHARGE;
use crate::recharge::v2021_01::onetimes::ONETIME;

/// Charges of the customer.
pub const RESOURCE: Resource = Resource {
    name: "charges",
    singular: "charge",
    about: "Charges of the customer",
    object: &CHARGE,
    operations: &[&PROCESS, &SKIP, &UNSKIP, &SKIP_GIFT],
};

const CHARGE_ID: Parameter = id("id", "the charge");
const ITEMS: Parameter = ids("subscription_ids", "subscriptions on the charge").required();
const ANSWER: ResponseShape = ResponseShape::One("charge", &CHARGE);

static PROCESS: Operation = write("process", "/charges/{id}/process", "Process a charge now")
    .at(&[CHARGE_ID])
    .answers(ANSWER)
    .destroys()
    .done("processed")
    .admin_twin("charges.process")
    .sdk_twin("processCharge");
static SKIP: Operation = write("skip", "/charges/{id}/skip", "Skip items of a charge")
    .at(&[CHARGE_ID])
    .body(&[ITEMS])
    .answers(ANSWER)
    .answers_another()
    .done("skipped")
    .admin_twin("charges.skip")
    .sdk_twin("skipCharge");
static UNSKIP: Operation = write("unskip", "/charges/{id}/unskip", "Undo a skip")
    .at(&[CHARGE_ID])
    .body(&[ITEMS])
    .answers(ANSWER)
    .answers_another()
    .done("unskipped")
    .admin_twin("charges.unskip")
    .sdk_twin("unskipCharge");
static SKIP_GIFT: Operation = write(
    "skip_gift",
    "/charges/skip_gift",
    "Skip a delivery and give it to another person",
)
.body(&[
    ids("purchase_item_ids", "the subscriptions to give away").required(),
    object("recipient_address", "who receives it").required(),
])
.answers(ResponseShape::Many("onetimes", &ONETIME))
.done("given away")
.admin_twin("subscriptions.skip_gift")
.sdk_twin("skipGiftSubscriptionCharge");
