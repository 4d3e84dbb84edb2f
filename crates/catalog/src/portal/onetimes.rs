//! One-time items.

use super::{page, write};
use crate::build::{array, day, id, integer, text};
use crate::model::{Operation, Parameter, Resource, ResponseShape};
use crate::recharge::v2021_01::onetimes::ONETIME;

/// One-time items of the customer.
pub const RESOURCE: Resource = Resource {
    name: "onetimes",
    singular: "onetime",
    about: "One-time items",
    object: &ONETIME,
    operations: &[&SHOW, &ADD, &CHANGE, &MOVE, &CANCEL],
};

const ONETIME_ID: Parameter = id("id", "the item");
const DAY: Parameter = day(
    "next_charge_scheduled_at",
    "day of the charge it comes with",
);
const VARIANT: Parameter = id("shopify_variant_id", "the variant in the shop");
const ANSWER: ResponseShape = ResponseShape::One("onetime", &ONETIME);

static SHOW: Operation = page(
    "show",
    "/onetimes/{id}",
    "onetime.html",
    "Form of a one-time item",
)
.at(&[ONETIME_ID])
.admin_twin("onetimes.get")
.sdk_twin("getOnetime");
static ADD: Operation = write("add", "/onetimes", "Add a one-time item")
    .body(&[
        VARIANT.required(),
        id("address_id", "the address it goes to").required(),
        integer("quantity", "how many").required(),
        DAY.required(),
        array("properties", "extra name and value"),
    ])
    .answers(ANSWER)
    .done("added")
    .admin_twin("onetimes.create")
    .sdk_twin("createOnetime");
static CHANGE: Operation = write("change", "/onetimes/{id}", "Change a one-time item")
    .at(&[ONETIME_ID])
    .body(&[
        DAY,
        integer("quantity", "how many"),
        VARIANT,
        text("sku", "stock-keeping unit"),
        array("properties", "extra name and value"),
    ])
    .answers(ANSWER)
    .done("changed")
    .admin_twin("onetimes.update")
    .sdk_twin("updateOnetime");
static MOVE: Operation = write(
    "set_next_charge_date",
    "/onetimes/{id}/set_next_charge_date",
    "Move a one-time item to another day",
)
.at(&[ONETIME_ID])
.body(&[DAY.required()])
.answers(ANSWER)
.done("moved")
.admin_twin("onetimes.update")
.sdk_twin("updateOnetime");
static CANCEL: Operation = write("cancel", "/onetimes/{id}/cancel", "Cancel a one-time item")
    .at(&[ONETIME_ID])
    .destroys()
    .done("cancelled")
    .admin_twin("onetimes.delete")
    .sdk_twin("deleteOnetime");
