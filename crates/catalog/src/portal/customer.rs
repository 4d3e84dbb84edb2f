//! The customer whose portal it is.

use super::{page, write};
use crate::build::text;
use crate::model::{Operation, Resource, ResponseShape};
use crate::recharge::v2021_01::customers::CUSTOMER;

/// The customer.
pub const RESOURCE: Resource = Resource {
    name: "customer",
    singular: "customer",
    about: "The customer whose portal it is",
    object: &CUSTOMER,
    operations: &[&SHOW, &CHANGE],
};

static SHOW: Operation = page("show", "/customer", "customer.html", "Form of the customer")
    .admin_twin("customers.get")
    .sdk_twin("getCustomer");
static CHANGE: Operation = write(
    "change",
    "/customer",
    "Change name or email of the customer",
)
.body(&[
    text("first_name", "first name"),
    text("last_name", "last name"),
    text("email", "email address"),
    text("phone", "telephone number"),
])
.answers(ResponseShape::One("customer", &CUSTOMER))
.done("changed")
.admin_twin("customers.update")
.sdk_twin("updateCustomer");
