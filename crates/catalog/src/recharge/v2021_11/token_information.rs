//! Operations, parameters and fields of the resource `token_information`.

use crate::build::{field, get};
use crate::model::{FieldKind, Object, Operation, Resource, ResponseShape};
use crate::recharge::CONVENTIONS;

/// The resource `token_information`.
pub const RESOURCE: Resource = Resource {
    name: "token_information",
    singular: "token_information",
    about: "The token in use and its scopes",
    object: &TOKEN_INFORMATION,
    operations: &[&GET],
};

/// The operation `token_information.get`.
pub static GET: Operation = get("/token_information", "Show the token in use and its scopes")
    .answers(ResponseShape::One("token_information", &TOKEN_INFORMATION))
    .example("rc token-information get");

/// The object `token_information`.
pub const TOKEN_INFORMATION: Object = Object {
    name: "token_information",
    fields: &[
        field("client", FieldKind::Parts(&["name", "contact_email"])),
        field("contact_email", FieldKind::Text),
        field("name", FieldKind::Text),
        field("scopes", FieldKind::Json),
    ],
    columns: &["name", "contact_email", "client.name", "scopes"],
    conventions: &CONVENTIONS,
};
