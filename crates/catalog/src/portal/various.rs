//! Schedule, products, memberships, notifications, and other routes.

use super::{RowSource, THEMES, little_known, page, write};
use crate::build::{field, id, integer, read, text};
use crate::model::{FieldKind, Object, Operation, Parameter, Resource, ResponseShape};
use crate::recharge::v2021_01::customers::CUSTOMER;
use crate::recharge::v2021_01::orders::ORDER;
use crate::recharge::v2021_01::products::PRODUCT;

/// What will be delivered.
pub const SCHEDULE: Resource = Resource {
    name: "schedule",
    singular: "schedule",
    about: "Upcoming deliveries of the customer",
    object: &ORDER,
    operations: &[&SHOW_SCHEDULE],
};

/// Products that the portal sells.
pub const PRODUCTS: Resource = Resource {
    name: "products",
    singular: "product",
    about: "Products that the portal sells",
    object: &PRODUCT,
    operations: &[&SEARCH],
};

/// Memberships of the customer.
pub const MEMBERSHIPS: Resource = Resource {
    name: "memberships",
    singular: "membership",
    about: "Memberships of the customer",
    object: &MEMBERSHIP,
    operations: &[&MEMBERSHIP_LIST, &MEMBERSHIP_ACTIVATE, &MEMBERSHIP_CANCEL],
};

/// Emails to the customer.
pub const NOTIFICATIONS: Resource = Resource {
    name: "notifications",
    singular: "notification",
    about: "Emails to the customer",
    object: &MEMBERSHIP,
    operations: &[&NOTIFY],
};

/// The first page, and leaving.
pub const HOME: Resource = Resource {
    name: "home",
    singular: "home",
    about: "Overview, quick actions and logout",
    object: &CUSTOMER,
    operations: &[
        &OVERVIEW,
        &MANAGE_ORDER,
        &QUICK_ACTION,
        &SEND_CODE,
        &CHECK_CODE,
        &LOGOUT,
    ],
};

const MEMBERSHIP_ID: Parameter = id("id", "the membership");

static SHOW_SCHEDULE: Operation = page(
    "show",
    "/schedule",
    "schedule.html",
    "Show the upcoming deliveries",
)
.admin_twin("customers.delivery_schedule")
.sdk_twin("getDeliverySchedule")
.from(THEMES);

static SEARCH: Operation = page(
    "search",
    "/products/search",
    "products_search.html",
    "Search products",
)
.query(&[
    text("q", "words of the title"),
    integer("page", "number of the page"),
    integer("limit", "products per page"),
    id(
        "swap_subscription_id",
        "the subscription whose product is swapped",
    ),
])
.admin_twin("products.list")
.sdk_twin("productSearch")
.from(THEMES);

static MEMBERSHIP_LIST: Operation = page(
    "list",
    "/memberships",
    "memberships.html",
    "List memberships",
)
.sdk_twin("listMemberships")
.from(RowSource::VendorClient);
static MEMBERSHIP_ACTIVATE: Operation = write(
    "activate",
    "/memberships/{id}/activate",
    "Reactivate a membership",
)
.at(&[MEMBERSHIP_ID])
.answers(ResponseShape::One("membership", &MEMBERSHIP))
.done("activated")
.sdk_twin("activateMembership")
.from(RowSource::Inferred);
static MEMBERSHIP_CANCEL: Operation =
    write("cancel", "/memberships/{id}/cancel", "Cancel a membership")
        .at(&[MEMBERSHIP_ID])
        .body(&[
            text("cancellation_reason", "why it is cancelled"),
            text("cancellation_reason_comments", "more about why"),
        ])
        .answers(ResponseShape::One("membership", &MEMBERSHIP))
        .destroys()
        .done("cancelled")
        .sdk_twin("cancelMembership")
        .from(RowSource::Inferred);

static NOTIFY: Operation = write("send", "/notifications", "Send the customer an email")
    .body(&[
        text("template_type", "the template of the email").required(),
        text("type", "how it is sent").required(),
        id("address_id", "the address that it is about"),
    ])
    .destroys()
    .done("sent")
    .admin_twin("customers.notify")
    .sdk_twin("sendCustomerNotification")
    .from(THEMES);

static OVERVIEW: Operation = page(
    "overview",
    "/overview",
    "home_overview.html",
    "Show the overview",
)
.from(RowSource::Inferred);
static MANAGE_ORDER: Operation = page(
    "manage_order",
    "/charges/{id}/manage",
    "manage_order.html",
    "Show an upcoming order",
)
.at(&[id("id", "the charge of the order")])
.from(RowSource::Inferred);
static QUICK_ACTION: Operation = page(
    "quick_action",
    "/quick_actions/verify",
    "quick_action_verify.html",
    "Ask where to send a code",
)
.from(RowSource::Inferred);
static SEND_CODE: Operation = write(
    "send_code",
    "/quick_actions/send_verification_code",
    "Send the customer a code by email or text message",
)
.body(&[text("contact_info", "where to send the code")])
.destroys()
.done("sent")
.from(RowSource::Inferred);
static CHECK_CODE: Operation = write(
    "check_code",
    "/quick_actions/check_verification_code",
    "Check a code that was sent to the customer",
)
.body(&[text("code", "the code").required()])
.done("checked")
.from(RowSource::Inferred);
static LOGOUT: Operation = read("logout", "/logout", "End the token")
    .from(THEMES)
    .example("rc portal get 37657002 /logout");

/// A membership.
const MEMBERSHIP: Object = little_known(
    "membership",
    &[
        field("id", FieldKind::Id),
        field("customer_id", FieldKind::Id),
        field("status", FieldKind::Text),
    ],
);
