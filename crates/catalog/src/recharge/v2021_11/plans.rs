//! Operations, parameters and fields of the resource `plans`.

use super::parameters::{
    BY_ID_OR_UPDATED, CURSOR, ID, IDS, LIMIT, PAGE, SORT_BY, UPDATED_AT_MAX, UPDATED_AT_MIN,
};
use crate::build::{
    act, array, create, delete, external, field, integer, list, money, object, post, references,
    text, update,
};
use crate::model::{
    FieldKind, FieldRole, Method, Object, Operation, Parameter, Resource, ResponseShape, Type,
};
use crate::recharge::CONVENTIONS;

/// The resource `plans`.
pub const RESOURCE: Resource = Resource {
    name: "plans",
    singular: "plan",
    about: "Subscription terms of products: intervals, discount, prepayment",
    object: &PLAN,
    operations: &[
        &LIST,
        &CREATE,
        &UPDATE,
        &DELETE,
        &BULK_CREATE,
        &BULK_DELETE,
        &BULK_UPDATE,
    ],
};

const TYPES: &[&str] = &["subscription", "prepaid", "onetime"];

const CHANNEL_SETTINGS: Parameter = object("channel_settings", "where it is offered");
const DISCOUNT_AMOUNT: Parameter = money("discount_amount", "discount of subscribers");
const DISCOUNT_TYPE: Parameter =
    text("discount_type", "type of the amount").values(&["percentage"]);
const EXTERNAL_PRODUCT_ID: Parameter = external("external_product_id", "the product in the shop");
const SUBSCRIPTION_PREFERENCES: Parameter = object(
    "subscription_preferences",
    "intervals of charges and orders",
);
const TITLE: Parameter = text("title", "title");
const PLANS: Parameter = array("plans", "the plans, each an object; 20 at most");

/// The operation `plans.list`.
pub static LIST: Operation = list("/plans", "List plans")
    .query(&[
        LIMIT,
        PAGE,
        text("external_product_id", "only those of this product").placeholder("ID"),
        IDS,
        UPDATED_AT_MAX,
        UPDATED_AT_MIN,
        text("type", "only those of this type")
            .values(TYPES)
            .common(),
        SORT_BY.values(BY_ID_OR_UPDATED).default("id-desc"),
        CURSOR,
    ])
    .answers(ResponseShape::Page("plans", &PLAN))
    .scope("read_products")
    .example("rc plans list --external-product-id 2103271587891");

/// The operation `plans.create`.
pub static CREATE: Operation = create("/plans", "Add a plan to a product")
    .details(
        "All plans of a product have the same title and the same discount. A \
             product with a prepaid plan has no plans of other types.",
    )
    .body(&[
        CHANNEL_SETTINGS,
        DISCOUNT_AMOUNT,
        DISCOUNT_TYPE,
        EXTERNAL_PRODUCT_ID.required(),
        integer("sort_order", "position among the plans of the product"),
        SUBSCRIPTION_PREFERENCES.required(),
        TITLE.required(),
        text("type", "type of the plan").values(TYPES).required(),
    ])
    .answers(ResponseShape::One("plan", &PLAN))
    .scope("write_products")
    .batch("bulk_plans_create", None)
    .example(
        "rc plans create --external-product-id 2103271587891 --title \"Every \
             month\" --type subscription --subscription-preferences \
             '{\"charge_interval_frequency\":1,\"order_interval_frequency\":1,\
             \"interval_unit\":\"month\"}'",
    );

/// The operation `plans.update`.
pub static UPDATE: Operation = update("/plans/{id}", "Change a plan")
    .at(&[ID])
    .body(&[
        CHANNEL_SETTINGS,
        DISCOUNT_AMOUNT,
        DISCOUNT_TYPE,
        EXTERNAL_PRODUCT_ID,
        integer("sort_order", "position among the plans of the product").documented(Type::String),
        SUBSCRIPTION_PREFERENCES,
        TITLE.common(),
    ])
    .answers(ResponseShape::One("plan", &PLAN))
    .scope("write_products")
    .batch("bulk_plans_update", Some("id"))
    .beside(&[EXTERNAL_PRODUCT_ID])
    .example("rc plans update 88237 --discount-amount 12.0");

/// The operation `plans.delete`.
pub static DELETE: Operation = delete("/plans/{id}", "Delete a plan")
    .at(&[ID])
    .scope("write_products")
    .batch("bulk_plans_delete", Some("id"))
    // Tasks for plans name their product; the reference shows none of them.
    .beside(&[EXTERNAL_PRODUCT_ID])
    .example("rc plans delete 88237 --yes");

/// The operation `plans.bulk_create`.
pub static BULK_CREATE: Operation = post(
    "bulk_create",
    "/products/{external_product_id}/plans-bulk",
    "Add up to 20 plans to a product",
)
.at(&[text("external_product_id", "the product in the shop").placeholder("ID")])
.body(&[PLANS.required()])
.answers(ResponseShape::Many("plans", &PLAN))
.scope("write_products")
.done("created")
.example("rc plans bulk-create 2103271587891 --plans @plans.json")
.never_undone("the response does not say which row created which plan; delete the plans");

/// The operation `plans.bulk_delete`.
pub static BULK_DELETE: Operation = act(
    Method::Delete,
    "bulk_delete",
    "/products/{external_product_id}/plans-bulk",
    "Delete up to 20 plans of a product",
)
.at(&[text("external_product_id", "the product in the shop").placeholder("ID")])
.body(&[references("plans", "id", "the plans to delete; 20 at most").required()])
.scope("write_products")
.done("deleted")
.example("rc plans bulk-delete 2103271587891 --plans 88237,88238 --yes")
.never_undone("existing orders refer to the deleted plans by id");

/// The operation `plans.bulk_update`.
pub static BULK_UPDATE: Operation = act(
    Method::Put,
    "bulk_update",
    "/products/{external_product_id}/plans-bulk",
    "Change up to 20 plans of a product",
)
.at(&[text("external_product_id", "the product in the shop").placeholder("ID")])
.body(&[PLANS.required()])
.answers(ResponseShape::Many("plans", &PLAN))
.scope("write_products")
.done("updated")
.example(
    "rc plans bulk-update 2103271587891 --plans \
             '[{\"id\":88237,\"title\":\"Monthly\"}]'",
)
.never_undone("the plans are not read before the update; update them one by one");

/// The object `plan`.
pub const PLAN: Object = Object {
    name: "plan",
    fields: &[
        field("id", FieldKind::Id),
        field("channel_settings", FieldKind::Json).documented(Type::Object),
        field("created_at", FieldKind::Time),
        field("deleted_at", FieldKind::Time),
        field("discount_amount", FieldKind::Money),
        field("discount_type", FieldKind::Text).values(&["percentage"]),
        field("external_plan_group_id", FieldKind::Text),
        field("external_plan_id", FieldKind::Text),
        field("external_plan_name", FieldKind::Text),
        field("external_product_id", FieldKind::Parts(&["ecommerce"])).short("product"),
        field("external_variant_ids", FieldKind::Json),
        field("has_variant_restrictions", FieldKind::Boolean),
        field("sort_order", FieldKind::Integer),
        field(
            "subscription_preferences",
            FieldKind::Parts(&[
                "apply_cutoff_date_to_checkout",
                "charge_interval_frequency",
                "cutoff_day_of_month",
                "cutoff_day_of_week",
                "expire_after_specific_number_of_charges",
                "interval_unit",
                "order_day_of_month",
                "order_day_of_week",
                "order_interval_frequency",
            ]),
        ),
        field("title", FieldKind::Text).role(FieldRole::Name(&[])),
        field("type", FieldKind::Text).values(TYPES),
        field("updated_at", FieldKind::Time),
    ],
    columns: &[
        "id",
        "title",
        "type",
        "external_product_id.ecommerce",
        "discount_amount",
        "sort_order",
        "updated_at",
    ],
    conventions: &CONVENTIONS,
};
