//! The API as an OpenAPI 3.1 document, for programs that read such documents.
//!
//! Takes the rows of the catalogue; returns JSON. What is said of an operation
//! follows from its row; what is said of every operation (the token, the
//! general errors) is in `refusals`. Requests are described strictly, as
//! clients should send them; answers liberally, as the API is known to give
//! them. It knows no other module than the catalogue.

mod answers;
mod document;
mod fields;
mod operation;
mod refusals;
mod values;

use serde_json::Value;

/// The document as text: two spaces a level, keys in the order of the
/// catalogue, a new line at the end.
#[must_use]
pub fn text() -> String {
    format!("{:#}\n", document())
}

/// The document.
#[must_use]
pub fn document() -> Value {
    document::document()
}

/// A reference to an entry of the document's components.
fn reference(section: &str, name: &str) -> Value {
    serde_json::json!({"$ref": format!("#/components/{section}/{name}")})
}

/// A reference to a schema of the document.
fn schema_of(name: &str) -> Value {
    reference("schemas", name)
}
