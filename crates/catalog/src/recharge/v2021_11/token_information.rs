//! Operations, parameters and fields of the resource `token_information`.

use crate::build::{field, get};
use crate::model::{Answer, Holds, Object, Operation, Resource};

/// The resource `token_information`.
pub const RESOURCE: Resource = Resource {
    name: "token_information",
    singular: "token_information",
    about: "The token in use and what it may do",
    object: &TOKEN_INFORMATION,
    operations: &[&GET],
};

/// The operation `token_information.get`.
pub static GET: Operation = get("/token_information", "Show the token in use and its scopes")
    .answers(Answer::One("token_information", &TOKEN_INFORMATION))
    .example("rc token-information get");

/// The object `token_information`.
pub const TOKEN_INFORMATION: Object = Object {
    name: "token_information",
    fields: &[
        field("client", Holds::Parts(&["name", "contact_email"])),
        field("contact_email", Holds::Text),
        field("name", Holds::Text),
        field("scopes", Holds::Json),
    ],
    columns: &["name", "contact_email", "client.name", "scopes"],
};
