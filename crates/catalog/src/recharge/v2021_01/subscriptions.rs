//! Operations and fields of the resource `subscriptions` in version 2021-01.

use super::{
    CREATED_AT_MAX, CREATED_AT_MIN, CURSOR, ID, LIMIT, PAGE, SORT_BY, UPDATED_AT_MAX,
    UPDATED_AT_MIN,
};
use crate::build::{
    act, array, boolean, create, day, field, get, id, integer, list, money, pairs, post, read,
    text, update,
};
use crate::model::{
    FieldKind, FieldRole, Idempotency, Interval, Method, Object, Operation, Parameter, Resource,
    ResponseShape, STATUS_TONES, UndoCommand,
};
use crate::recharge::CONVENTIONS;

/// The resource `subscriptions`.
pub const RESOURCE: Resource = Resource {
    name: "subscriptions",
    singular: "subscription",
    about: "Subscriptions of customers",
    object: &SUBSCRIPTION,
    operations: &[
        &LIST,
        &GET,
        &COUNT,
        &CREATE,
        &UPDATE,
        &super::super::v2021_11::subscriptions::DELETE,
        &ACTIVATE,
        &CANCEL,
        &CHANGE_ADDRESS,
        &SET_NEXT_CHARGE_DATE,
        &BULK_CREATE,
        &BULK_UPDATE,
        &BULK_DELETE,
    ],
};

/// The operation `subscriptions.list`.
pub static LIST: Operation = list("/subscriptions", "List subscriptions")
    .query(&[
        LIMIT,
        CURSOR,
        PAGE,
        SORT_BY,
        CREATED_AT_MIN,
        CREATED_AT_MAX,
        UPDATED_AT_MIN,
        UPDATED_AT_MAX,
        id("address_id", "only those with this address id"),
        id("customer_id", "only those with this customer id"),
        id(
            "shopify_customer_id",
            "only those with this shopify customer id",
        ),
        id(
            "shopify_variant_id",
            "only those with this shopify variant id",
        ),
        text("status", "only those with this status"),
    ])
    .answers(ResponseShape::Page("subscriptions", &SUBSCRIPTION))
    .scope("read_subscriptions")
    .example("rc subscriptions list --api-version 2021-01");

/// The operation `subscriptions.get`.
pub static GET: Operation = get("/subscriptions/{id}", "Show one subscription")
    .at(&[ID])
    .answers(ResponseShape::One("subscription", &SUBSCRIPTION))
    .scope("read_subscriptions")
    .example("rc subscriptions get 1 --api-version 2021-01");

/// The operation `subscriptions.count`.
pub static COUNT: Operation = read("count", "/subscriptions/count", "Count subscriptions")
    .query(COUNTED)
    .answers(ResponseShape::Number("count"))
    .scope("read_subscriptions")
    .example("rc subscriptions count --api-version 2021-01");

const COUNTED: &[Parameter] = &[
    CREATED_AT_MIN,
    CREATED_AT_MAX,
    UPDATED_AT_MIN,
    UPDATED_AT_MAX,
    id("address_id", "only those with this address id"),
    id("customer_id", "only those with this customer id"),
    id(
        "shopify_customer_id",
        "only those with this shopify customer id",
    ),
    id(
        "shopify_variant_id",
        "only those with this shopify variant id",
    ),
    text("status", "only those with this status"),
];

const CHARGE_INTERVAL_FREQUENCY: Parameter = integer(
    "charge_interval_frequency",
    "this many units between charges",
)
.flag("charge-every");
const ORDER_INTERVAL_FREQUENCY: Parameter =
    integer("order_interval_frequency", "this many units between orders").flag("order-every");
const ORDER_INTERVAL_UNIT: Parameter = text("order_interval_unit", "the unit of both intervals")
    .flag("unit")
    .values(&["day", "week", "month"]);
const EXPIRE_AFTER: Parameter = integer(
    "expire_after_specific_number_of_charges",
    "end after this many charges",
)
.flag("expire-after");
const ORDER_DAY_OF_MONTH: Parameter = integer(
    "order_day_of_month",
    "day of the month of orders, with unit month",
);
const ORDER_DAY_OF_WEEK: Parameter = integer(
    "order_day_of_week",
    "day of the week of orders, with unit week: 0 is Monday",
);
const PROPERTIES: Parameter = pairs("properties", "extra name and value").flag("property");
const SHOPIFY_VARIANT_ID: Parameter = id("shopify_variant_id", "the variant in the shop");
const QUANTITY: Parameter = integer("quantity", "how many");
const PRICE: Parameter = money("price", "price of one");
const PRODUCT_TITLE: Parameter = text("product_title", "name of the product");
const NEXT_CHARGE_SCHEDULED_AT: Parameter =
    day("next_charge_scheduled_at", "day of the next charge").flag("next-charge");
const SUBSCRIPTIONS: Parameter = array(
    "subscriptions",
    "the subscriptions, each an object; 20 at most",
)
.maximum(20)
.required();

/// The operation `subscriptions.create`.
pub static CREATE: Operation = create("/subscriptions", "Add a subscription to an address")
    .body(&[
        id("address_id", "the address it belongs to").required(),
        CHARGE_INTERVAL_FREQUENCY.required(),
        EXPIRE_AFTER,
        NEXT_CHARGE_SCHEDULED_AT.required(),
        ORDER_DAY_OF_MONTH,
        ORDER_DAY_OF_WEEK,
        ORDER_INTERVAL_FREQUENCY.required(),
        ORDER_INTERVAL_UNIT.required(),
        PRICE,
        PRODUCT_TITLE,
        PROPERTIES,
        QUANTITY.required(),
        id("shopify_product_id", "the product in the shop"),
        SHOPIFY_VARIANT_ID.required(),
        text("status", "initial status"),
    ])
    .answers(ResponseShape::One("subscription", &SUBSCRIPTION))
    .success(201)
    .scope("write_subscriptions")
    .example(
        "rc subscriptions create --api-version 2021-01 --address-id 48563471 \
             --next-charge 2026-12-01 --shopify-variant-id 18261278883891 --quantity 1 \
             --order-every 1 --charge-every 1 --unit month",
    );

/// The operation `subscriptions.update`.
pub static UPDATE: Operation = update("/subscriptions/{id}", "Change a subscription")
    .at(&[ID])
    .body(&[
        CHARGE_INTERVAL_FREQUENCY,
        boolean(
            "commit_update",
            "wait until the queued charges are regenerated",
        ),
        EXPIRE_AFTER,
        ORDER_DAY_OF_MONTH,
        ORDER_DAY_OF_WEEK,
        ORDER_INTERVAL_FREQUENCY,
        ORDER_INTERVAL_UNIT,
        PRICE,
        PRODUCT_TITLE,
        PROPERTIES,
        QUANTITY,
        SHOPIFY_VARIANT_ID,
        text("sku", "stock-keeping unit"),
        boolean("sku_override", "use the given sku, not that of the variant"),
        boolean(
            "use_shopify_variant_defaults",
            "take the price from the variant",
        ),
        text("variant_title", "name of the variant"),
    ])
    .answers(ResponseShape::One("subscription", &SUBSCRIPTION))
    .scope("write_subscriptions")
    .example("rc subscriptions update 89559201 --api-version 2021-01 --quantity 2");

/// The operation `subscriptions.activate`.
pub static ACTIVATE: Operation = post(
    "activate",
    "/subscriptions/{id}/activate",
    "Reactivate a cancelled subscription",
)
.at(&[ID])
.answers(ResponseShape::One("subscription", &SUBSCRIPTION))
.scope("write_subscriptions")
.again(Idempotency::Idempotent)
.done("activated")
.example("rc subscriptions activate 89559201 --api-version 2021-01");

/// The operation `subscriptions.cancel`.
pub static CANCEL: Operation = post(
    "cancel",
    "/subscriptions/{id}/cancel",
    "Cancel a subscription",
)
.at(&[ID])
.body(&[
    text("cancellation_reason", "why it is cancelled")
        .flag("reason")
        .required(),
    text(
        "cancellation_reason_comments",
        "more about why, up to 1,024 characters",
    )
    .flag("comments"),
    boolean("send_email", "tell the customer by email"),
])
.answers(ResponseShape::One("subscription", &SUBSCRIPTION))
.scope("write_subscriptions")
.destroys()
.again(Idempotency::Idempotent)
.done("cancelled")
.undo_command(UndoCommand::Operation {
    verb: "activate",
    field: "status",
    was: "ACTIVE",
})
.example("rc subscriptions cancel 89559201 --api-version 2021-01 --reason \"moved away\" --yes");

/// The operation `subscriptions.change_address`.
pub static CHANGE_ADDRESS: Operation = post(
    "change_address",
    "/subscriptions/{id}/change_address",
    "Move a subscription to another address",
)
.at(&[ID])
.body(&[
    id("address_id", "the address to move it to").required(),
    NEXT_CHARGE_SCHEDULED_AT,
])
.answers(ResponseShape::One("subscription", &SUBSCRIPTION))
.scope("write_subscriptions")
.again(Idempotency::Idempotent)
.done("moved")
.example("rc subscriptions change-address 89559201 --api-version 2021-01 --address-id 48563471");

/// The operation `subscriptions.set_next_charge_date`.
pub static SET_NEXT_CHARGE_DATE: Operation = post(
    "set_next_charge_date",
    "/subscriptions/{id}/set_next_charge_date",
    "Move the next charge to another day",
)
.at(&[ID])
.body(&[day("date", "day of the next charge").required()])
.answers(ResponseShape::One("subscription", &SUBSCRIPTION))
.scope("write_subscriptions")
.again(Idempotency::Idempotent)
.done("moved")
.example("rc subscriptions set-next-charge-date 89559201 --api-version 2021-01 --date 2026-12-24");

/// The operation `subscriptions.bulk_create`.
pub static BULK_CREATE: Operation = post(
    "bulk_create",
    "/subscriptions/bulk_create",
    "Add several subscriptions in one request",
)
.details("All of them are added, or none. Each has its address_id.")
.body(&[SUBSCRIPTIONS])
.answers(ResponseShape::Many("subscriptions", &SUBSCRIPTION))
.scope("write_subscriptions")
.done("created")
.example("rc subscriptions bulk-create --subscriptions @new.json");

/// The operation `subscriptions.bulk_update`.
pub static BULK_UPDATE: Operation = act(
    Method::Put,
    "bulk_update",
    "/subscriptions/bulk_update",
    "Change several subscriptions in one request",
)
.details("All of them are changed, or none. Each has its id.")
.body(&[SUBSCRIPTIONS])
.answers(ResponseShape::Many("subscriptions", &SUBSCRIPTION))
.scope("write_subscriptions")
.done("updated")
.example("rc subscriptions bulk-update --subscriptions @changed.json");

/// The operation `subscriptions.bulk_delete`.
pub static BULK_DELETE: Operation = act(
    Method::Delete,
    "bulk_delete",
    "/subscriptions/bulk_delete",
    "Delete several subscriptions in one request",
)
.details("All of them are deleted, or none. Each has its id.")
.body(&[SUBSCRIPTIONS])
.scope("write_subscriptions")
.done("deleted")
.example("rc subscriptions bulk-delete --subscriptions '[{\"id\":89559201}]' --yes");

/// The object `subscription`.
pub const SUBSCRIPTION: Object = Object {
    name: "subscription",
    fields: &[
        field("id", FieldKind::Id),
        field("address_id", FieldKind::Id),
        field("analytics_data", FieldKind::Json),
        field("cancellation_reason", FieldKind::Text),
        field("cancellation_reason_comments", FieldKind::Text),
        field("cancelled_at", FieldKind::Time),
        field("charge_interval_frequency", FieldKind::Text),
        field("created_at", FieldKind::Time),
        field("customer_id", FieldKind::Id),
        field("email", FieldKind::Text),
        field(
            "expire_after_specific_number_of_charges",
            FieldKind::Integer,
        ),
        field("has_queued_charges", FieldKind::Integer),
        field("is_prepaid", FieldKind::Boolean),
        field("is_skippable", FieldKind::Boolean),
        field("is_swappable", FieldKind::Boolean),
        field("max_retries_reached", FieldKind::Integer),
        field("next_charge_scheduled_at", FieldKind::Time),
        field("order_day_of_month", FieldKind::Text),
        field("order_day_of_week", FieldKind::Text),
        field("order_interval_frequency", FieldKind::Text)
            .short("every")
            .role(FieldRole::Interval(Interval {
                unit: "order_interval_unit",
                charge: Some("charge_interval_frequency"),
            })),
        field("order_interval_unit", FieldKind::Text),
        field("presentment_currency", FieldKind::Text),
        field("price", FieldKind::Money),
        field("product_title", FieldKind::Text),
        field("properties", FieldKind::Json),
        field("quantity", FieldKind::Integer),
        field("recharge_product_id", FieldKind::Id),
        field("shopify_product_id", FieldKind::Id),
        field("shopify_variant_id", FieldKind::Id),
        field("sku", FieldKind::Text),
        field("sku_override", FieldKind::Boolean),
        field("status", FieldKind::Text).tones(STATUS_TONES),
        field("updated_at", FieldKind::Time),
        field("variant_title", FieldKind::Text),
    ],
    columns: &[
        "id",
        "status",
        "product_title",
        "quantity",
        "price",
        "next_charge_scheduled_at",
        "order_interval_frequency",
        "customer_id",
    ],
    conventions: &CONVENTIONS,
};
