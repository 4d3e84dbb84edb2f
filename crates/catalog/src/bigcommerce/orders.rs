//! Operations, parameters and fields of the resource `orders`.

use super::parameters::{
    ID, LIMIT, MAX_DATE_CREATED, MAX_DATE_MODIFIED, MIN_DATE_CREATED, MIN_DATE_MODIFIED, PAGE,
};
use super::{CONVENTIONS, V2_ERRORS, V2_PAGES};
use crate::build::{boolean, field, get, id, integer, list, text};
use crate::model::{
    FieldKind, FieldRole, Object, Operation, ParameterRole, Resource, ResponseShape, STATUS_TONES,
    Type,
};

/// The resource `orders`.
pub const RESOURCE: Resource = Resource {
    name: "orders",
    singular: "order",
    about: "Orders of the store",
    object: &ORDER,
    operations: &[&LIST, &GET],
};

pub(super) const SCOPE: &str = "store_v2_orders_read_only";

/// The operation `orders.list`.
///
/// The specification leaves open whether the list shows archived orders, those with
/// `is_deleted`: copies ask for both.
pub static LIST: Operation = list("/v2/orders", "List orders")
    .query(&[
        MIN_DATE_MODIFIED,
        MAX_DATE_MODIFIED,
        MIN_DATE_CREATED,
        MAX_DATE_CREATED,
        integer("min_id", "this id or a larger one"),
        integer("max_id", "this id or a smaller one"),
        id("customer_id", "only those of this customer").common(),
        text("email", "only those with this address"),
        id("status_id", "only those of this status").common(),
        id("channel_id", "only those of this channel"),
        text("payment_method", "only those paid this way"),
        boolean("is_deleted", "only archived ones, or only others"),
        text("sort", "order of the list")
            .values(&[
                "id:asc",
                "id:desc",
                "customer_id:asc",
                "customer_id:desc",
                "date_created:asc",
                "date_created:desc",
                "date_modified:asc",
                "date_modified:desc",
                "status_id:asc",
                "status_id:desc",
            ])
            .role(ParameterRole::Sort),
        LIMIT,
        PAGE,
    ])
    .answers(ResponseShape::BarePage(&ORDER))
    .pages_by(V2_PAGES)
    .fails_with(V2_ERRORS)
    .copied_also_with(&[("is_deleted", "true")])
    .scope(SCOPE)
    .example("rc bigcommerce orders list --min-date-modified 7d");

/// The operation `orders.get`.
pub static GET: Operation = get("/v2/orders/{id}", "Show an order")
    .at(&[ID])
    .answers(ResponseShape::Bare("order", &ORDER))
    .fails_with(V2_ERRORS)
    .scope(SCOPE)
    .example("rc bigcommerce orders get 100");

/// The object `order`.
pub const ORDER: Object = Object {
    name: "order",
    fields: &[
        field("id", FieldKind::Id),
        field("date_modified", FieldKind::Time),
        field("date_shipped", FieldKind::Time),
        field("cart_id", FieldKind::Text),
        field("status", FieldKind::Text).tones(STATUS_TONES),
        field("subtotal_tax", FieldKind::Money),
        field("shipping_cost_tax", FieldKind::Money),
        field("shipping_cost_tax_class_id", FieldKind::Id),
        field("handling_cost_tax", FieldKind::Money),
        field("handling_cost_tax_class_id", FieldKind::Id),
        field("wrapping_cost_tax", FieldKind::Money),
        field("wrapping_cost_tax_class_id", FieldKind::Id),
        field("payment_status", FieldKind::Text).tones(STATUS_TONES),
        field("store_credit_amount", FieldKind::Money),
        field("gift_certificate_amount", FieldKind::Money),
        field("currency_id", FieldKind::Id),
        field("currency_code", FieldKind::Text)
            .short("currency")
            .role(FieldRole::Currency),
        field("currency_exchange_rate", FieldKind::Money),
        field("default_currency_id", FieldKind::Id),
        field("default_currency_code", FieldKind::Text),
        field("store_default_currency_code", FieldKind::Text),
        field(
            "store_default_to_transactional_exchange_rate",
            FieldKind::Money,
        ),
        field("coupon_discount", FieldKind::Money),
        field("shipping_address_count", FieldKind::Integer).documented(Type::Number),
        field("is_deleted", FieldKind::Boolean),
        field("total_tax", FieldKind::Money),
        field("is_tax_inclusive_pricing", FieldKind::Boolean),
        field("is_email_opt_in", FieldKind::Boolean),
        field("order_source", FieldKind::Text),
        field("consignments", FieldKind::Json).documented(Type::Object),
        field("products", FieldKind::Json).documented(Type::Object),
        field("shipping_addresses", FieldKind::Json).documented(Type::Object),
        field("coupons", FieldKind::Json).documented(Type::Object),
        field("status_id", FieldKind::Id),
        field("billing_address", FieldKind::Json).documented(Type::Object),
        field("fees", FieldKind::Json).documented(Type::Object),
        field("base_handling_cost", FieldKind::Money),
        field("base_shipping_cost", FieldKind::Money),
        field("base_wrapping_cost", FieldKind::Money),
        field("channel_id", FieldKind::Id),
        field("customer_id", FieldKind::Id).documented(Type::Number),
        field("customer_message", FieldKind::Text),
        field("date_created", FieldKind::Time),
        field("discount_amount", FieldKind::Money),
        field("ebay_order_id", FieldKind::Text),
        field("external_id", FieldKind::Text),
        field("external_merchant_id", FieldKind::Text),
        field("external_source", FieldKind::Text),
        field("geoip_country", FieldKind::Text),
        field("geoip_country_iso2", FieldKind::Text),
        field("handling_cost_ex_tax", FieldKind::Money),
        field("handling_cost_inc_tax", FieldKind::Money),
        field("ip_address", FieldKind::Text),
        field("ip_address_v6", FieldKind::Text),
        field("items_shipped", FieldKind::Integer).documented(Type::Number),
        field("items_total", FieldKind::Integer).documented(Type::Number),
        field("order_is_digital", FieldKind::Boolean),
        field("payment_method", FieldKind::Text),
        field("payment_provider_id", FieldKind::Text),
        field("refunded_amount", FieldKind::Money).role(FieldRole::Refunded),
        field("shipping_cost_ex_tax", FieldKind::Money),
        field("shipping_cost_inc_tax", FieldKind::Money),
        field("staff_notes", FieldKind::Text),
        field("subtotal_ex_tax", FieldKind::Money),
        field("subtotal_inc_tax", FieldKind::Money),
        field("tax_provider_id", FieldKind::Text),
        field("customer_locale", FieldKind::Text),
        field("external_order_id", FieldKind::Text),
        field("total_ex_tax", FieldKind::Money),
        field("total_inc_tax", FieldKind::Money)
            .short("total")
            .role(FieldRole::Amount),
        field("wrapping_cost_ex_tax", FieldKind::Money),
        field("wrapping_cost_inc_tax", FieldKind::Money),
    ],
    columns: &[
        "id",
        "status",
        "date_created",
        "total_inc_tax",
        "currency_code",
        "customer_id",
        "items_total",
        "payment_status",
        "date_modified",
    ],
    conventions: &CONVENTIONS,
};
