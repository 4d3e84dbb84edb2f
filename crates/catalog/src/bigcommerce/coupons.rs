//! Operations, parameters and fields of the resource `coupons`.

use super::parameters::{ID, LIMIT};
use super::{CONVENTIONS, V2_ERRORS};
use crate::build::{field, get, integer, list, text};
use crate::model::{
    FieldKind, Object, Operation, PageForm, Parameter, ParameterRole, Resource, ResponseShape, Type,
};

/// The resource `coupons`.
pub const RESOURCE: Resource = Resource {
    name: "coupons",
    singular: "coupon",
    about: "Discount codes of the store",
    object: &COUPON,
    operations: &[&LIST, &GET],
};

const SCOPE: &str = "store_v2_marketing_read_only";

/// The smallest id. The specification calls it a minimum, and minima of this API
/// include their value.
const MIN_ID: Parameter = integer("min_id", "this id or a larger one").role(ParameterRole::Cursor);

/// The operation `coupons.list`. There is no filter of dates.
pub static LIST: Operation = list("/v2/coupons", "List coupons")
    .query(&[
        MIN_ID,
        LIMIT,
        text("code", "only the one with this code")
            .role(ParameterRole::Key)
            .common(),
        text("name", "only those of this name"),
        text("type", "only those of this type").values(TYPES),
    ])
    .answers(ResponseShape::BarePage(&COUPON))
    .pages_by(PageForm::AfterId {
        parameter: "min_id",
        step: 1,
    })
    .fails_with(V2_ERRORS)
    .scope(SCOPE)
    .example("rc bigcommerce coupons list");

/// The operation `coupons.get`.
pub static GET: Operation = get("/v2/coupons/{id}", "Show a coupon")
    .at(&[ID])
    .answers(ResponseShape::Bare("coupon", &COUPON))
    .fails_with(V2_ERRORS)
    .scope(SCOPE)
    .example("rc bigcommerce coupons get 3");

const TYPES: &[&str] = &[
    "per_item_discount",
    "per_total_discount",
    "shipping_discount",
    "free_shipping",
    "percentage_discount",
    "promotion",
];

/// The object `coupon`.
pub const COUPON: Object = Object {
    name: "coupon",
    fields: &[
        field("id", FieldKind::Id),
        field("date_created", FieldKind::Time),
        field("num_uses", FieldKind::Integer),
        field("name", FieldKind::Text),
        field("type", FieldKind::Text),
        field("amount", FieldKind::Money),
        field("min_purchase", FieldKind::Money),
        field("expires", FieldKind::Time),
        field("enabled", FieldKind::Boolean),
        field("code", FieldKind::Text),
        field("applies_to", FieldKind::Json).documented(Type::Object),
        field("max_uses", FieldKind::Integer),
        field("max_uses_per_customer", FieldKind::Integer),
        field("restricted_to", FieldKind::Json).documented(Type::Object),
        field("shipping_methods", FieldKind::Json),
    ],
    columns: &[
        "id", "code", "name", "type", "amount", "enabled", "num_uses", "expires",
    ],
    conventions: &CONVENTIONS,
};
