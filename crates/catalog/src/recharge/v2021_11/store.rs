//! Operations, parameters and fields of the resource `store`.

use crate::build::{field, get};
use crate::model::{Answer, Holds, Object, Operation, Resource, Type};

/// The resource `store`.
pub const RESOURCE: Resource = Resource {
    name: "store",
    singular: "store",
    about: "The store itself",
    object: &STORE,
    operations: &[&GET],
};

/// The operation `store.get`.
pub static GET: Operation = get("/store", "Show the settings of the store")
    .answers(Answer::One("store", &STORE))
    .scope("read_store")
    .example("rc store get");

/// The object `store`.
pub const STORE: Object = Object {
    name: "store",
    fields: &[
        field("id", Holds::Id),
        field("checkout_logo_url", Holds::Text),
        field("checkout_platform", Holds::Text),
        field("created_at", Holds::Time),
        field("customer_portal_base_url", Holds::Text),
        field("default_api_version", Holds::Text).documented(Type::Integer),
        field("email", Holds::Text),
        field("enabled_presentment_currencies", Holds::Json),
        field("enabled_presentment_currencies_symbols", Holds::Json),
        field("disabled_currencies_historical", Holds::Json),
        field("external_platform", Holds::Text),
        field("identifier", Holds::Text),
        field("merchant_portal_base_url", Holds::Text),
        field("name", Holds::Text),
        field("phone", Holds::Text),
        field("timezone", Holds::Parts(&["iana_name", "name"])),
        field("updated_at", Holds::Time),
        field("weight_unit", Holds::Text),
        field("currency", Holds::Text),
        field("province", Holds::Text),
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
};
