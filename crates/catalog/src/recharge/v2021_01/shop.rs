//! Operations and fields of the resource `shop` in version 2021-01.

use crate::build::{field, get, read};
use crate::model::{FieldKind, Object, Operation, Resource, ResponseShape};
use crate::recharge::CONVENTIONS;

/// The resource `shop`.
pub const RESOURCE: Resource = Resource {
    name: "shop",
    singular: "shop",
    about: "Settings of the store, in version 2021-01",
    object: &SHOP,
    operations: &[&GET, &SHIPPING_COUNTRIES],
};

/// The operation `shop.get`.
pub static GET: Operation = get("/shop", "Show the settings of the store")
    .answers(ResponseShape::One("shop", &SHOP))
    .scope("read_store")
    .example("rc shop get");

/// The operation `shop.shipping_countries`.
pub static SHIPPING_COUNTRIES: Operation = read(
    "shipping_countries",
    "/shop/shipping_countries",
    "List the countries that the store ships to",
)
.answers(ResponseShape::Many("shipping_countries", &SHIPPING_COUNTRY))
.scope("read_store")
.example("rc shop shipping-countries");

/// A country that the store ships to.
pub const SHIPPING_COUNTRY: Object = Object {
    name: "shipping_country",
    fields: &[
        field("id", FieldKind::Id),
        field("code", FieldKind::Text),
        field("country_id", FieldKind::Id),
        field("name", FieldKind::Text),
        field("provinces", FieldKind::Json),
    ],
    columns: &["id", "code", "name"],
    conventions: &CONVENTIONS,
};

/// The object `shop`.
pub const SHOP: Object = Object {
    name: "shop",
    fields: &[
        field("allow_customers_to_skip_delivery", FieldKind::Integer),
        field("id", FieldKind::Id),
        field("checkout_logo_url", FieldKind::Text),
        field("created_at", FieldKind::Time),
        field("currency", FieldKind::Text),
        field("customer_portal_domain", FieldKind::Text),
        field("disabled_currencies_historical", FieldKind::Json),
        field("domain", FieldKind::Text),
        field("email", FieldKind::Text),
        field("enabled_presentment_currencies", FieldKind::Json),
        field("enabled_presentment_currencies_symbols", FieldKind::Json),
        field("external_platform", FieldKind::Text),
        field("iana_timezone", FieldKind::Text),
        field("my_shopify_domain", FieldKind::Text),
        field("name", FieldKind::Text),
        field("payment_processor", FieldKind::Text),
        field("platform_domain", FieldKind::Text),
        field("shop_email", FieldKind::Text),
        field("shop_phone", FieldKind::Text),
        field("subscriptions_enabled", FieldKind::Integer),
        field("test_mode", FieldKind::Boolean),
        field("timezone", FieldKind::Text),
        field("updated_at", FieldKind::Time),
    ],
    columns: &[
        "id",
        "name",
        "email",
        "currency",
        "timezone",
        "domain",
        "shop_email",
    ],
    conventions: &CONVENTIONS,
};
