//! How a token of the portal is obtained: two requests to the Admin API that its
//! reference does not have.
//!
//! A token of the store opens a session of a customer (third parties document
//! it), and the session asks for a link (the vendor's client does so).

use super::RowSource;
use crate::build::{field, id, post, read};
use crate::model::{FieldKind, Object, Operation, ResponseShape};
use crate::recharge::CONVENTIONS;

/// Opens a session of a customer.
pub static SESSION: Operation = post("create", "/customers/{id}/sessions", "Open a session")
    .at(&[id("id", "the customer")])
    .answers(ResponseShape::One(SESSION_KEY, &SESSION_OBJECT))
    .answers_another()
    .scope("write_customers")
    .from(RowSource::VendorClient)
    .example("rc portal link 37657002");

/// Makes a link to the portal of the customer whose session asks.
pub static LINK: Operation = read("link", "/portal_access", "Create a link to the portal")
    .from(RowSource::VendorClient)
    .example("rc portal link 37657002");

/// The member of an answer to [`SESSION`] with the session.
pub const SESSION_KEY: &str = "customer_session";

/// The field of a session with its token.
pub const SESSION_TOKEN: &str = "apiToken";

/// The field of a link with the address of all portals of the store.
pub const BASE_URL: &str = "base_url";

/// The field of a link with the address that a customer opens.
pub const PORTAL_URL: &str = "portal_url";

/// The field of a link with the hash of the customer.
pub const HASH: &str = "customer_hash";

/// The field of a link with its token.
pub const LINK_TOKEN: &str = "temp_token";

/// The field of a link with the time at which it ends.
pub const EXPIRES: &str = "expires_at";

/// A session of a customer.
const SESSION_OBJECT: Object = Object {
    name: SESSION_KEY,
    fields: &[
        field("customer_id", FieldKind::Id),
        field(SESSION_TOKEN, FieldKind::Text).secret(),
    ],
    columns: &["customer_id"],
    conventions: &CONVENTIONS,
};
