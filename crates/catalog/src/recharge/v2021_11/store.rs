//! Operations, parameters and fields of the resource `store`.

use crate::build::{field, get};
use crate::model::{FieldKind, Object, Operation, Resource, ResponseShape, Type};
use crate::recharge::CONVENTIONS;

/// The resource `store`.
pub const RESOURCE: Resource = Resource {
    name: "store",
    singular: "store",
    about: "Settings of the store",
    object: &STORE,
    operations: &[&GET],
};

/// The operation `store.get`.
pub static GET: Operation = get("/store", "Show the settings of the store")
    .answers(ResponseShape::One("store", &STORE))
    .scope("read_store")
    .example("rc store get");

/// The object `store`.
pub const STORE: Object = Object {
    name: "store",
    fields: &[
        field("id", FieldKind::Id),
        field("checkout_logo_url", FieldKind::Text),
        field("checkout_platform", FieldKind::Text),
        field("created_at", FieldKind::Time),
        field("customer_portal_base_url", FieldKind::Text),
        field("default_api_version", FieldKind::Text).documented(Type::Integer),
        field("email", FieldKind::Text),
        field("enabled_presentment_currencies", FieldKind::Json),
        field("enabled_presentment_currencies_symbols", FieldKind::Json),
        field("disabled_currencies_historical", FieldKind::Json),
        field("external_platform", FieldKind::Text),
        field("identifier", FieldKind::Text),
        field("merchant_portal_base_url", FieldKind::Text),
        field("name", FieldKind::Text),
        field("phone", FieldKind::Text),
        field("timezone", FieldKind::Parts(&["iana_name", "name"])),
        field("updated_at", FieldKind::Time),
        field("weight_unit", FieldKind::Text),
        field("currency", FieldKind::Text),
        field("province", FieldKind::Text),
    ],
    columns: &[
        "id",
        "name",
        "identifier",
        "email",
        "currency",
        "external_platform",
        "timezone.iana_name",
    ],
    conventions: &CONVENTIONS,
};
