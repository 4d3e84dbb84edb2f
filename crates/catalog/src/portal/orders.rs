//! Orders.

use super::{page, write};
use crate::build::{id, integer, text};
use crate::model::{Operation, Parameter, Resource, ResponseShape};
use crate::recharge::v2021_01::orders::ORDER;

/// Orders of the customer.
pub const RESOURCE: Resource = Resource {
    name: "orders",
    singular: "order",
    about: "Orders of the customer",
    object: &ORDER,
    operations: &[&LIST, &SHOW, &DELAY],
};

const ORDER_ID: Parameter = id("id", "the order");

static LIST: Operation = page("list", "/orders", "orders.html", "List orders")
    .query(&[
        integer("page", "number of the page"),
        integer("limit", "orders per page"),
        text("status", "only those of this status"),
    ])
    .admin_twin("orders.list")
    .sdk_twin("listOrders");
static SHOW: Operation = page("show", "/orders/{id}", "order.html", "Show an order")
    .at(&[ORDER_ID])
    .admin_twin("orders.get")
    .sdk_twin("getOrder");
static DELAY: Operation = write(
    "delay",
    "/orders/{id}/delay",
    "Delay a prepaid order and all later ones by one interval",
)
.at(&[ORDER_ID])
.answers(ResponseShape::One("order", &ORDER))
.done("delayed")
.admin_twin("orders.delay")
.sdk_twin("delayOrder");
