//! The names of values that traces and logs must not show.
//!
//! A name is secret when a row marks a field of it so, or when a rule for
//! values without a row does: parts of objects, bodies of unknown requests.

use crate::model::Secrets;
use crate::secrets::{SecretFields, secret_fields};

/// Names without a row: cards, wallets and passwords.
const NAMES: &[&str] = &[
    "last4",
    "exp_month",
    "exp_year",
    "cvv",
    "paypal_email",
    "paypal_payer_id",
    "password",
    "secret",
    "authorization",
    // Of sessions of customers, and of links to the portal.
    "apitoken",
    "portal_url",
];

/// Ends of further names (`processor_customer_token`).
const SUFFIXES: &[&str] = &["_token", "_hash", "_secret", "_password", "_portal_url"];

/// Beginnings of further names.
const PREFIXES: &[&str] = &["card_"];

/// The fields that rows of any version mark as secret.
static OF_ROWS: SecretFields = secret_fields(super::v2021_11::RESOURCES);

/// The secrets of all versions.
pub(crate) const SECRETS: Secrets = Secrets {
    fields: OF_ROWS.names(),
    names: NAMES,
    prefixes: PREFIXES,
    suffixes: SUFFIXES,
};

#[cfg(test)]
mod tests {
    use crate::recharge::API;

    #[test]
    fn is_secret_name_knows_rows_and_rules() {
        for name in [
            "payment_details",
            "payment_processor_customer_id",
            "token",
            "HASH",
            "last4",
            "Password",
            "card_brand",
            "customer_portal_url",
        ] {
            assert!(API.is_secret_name(name), "{name}");
        }
        for name in ["email", "hashes", "token_name", "discard_"] {
            assert!(!API.is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn fields_are_marked_when_their_name_is_secret() {
        let objects = API
            .operations()
            .filter_map(|(_, operation)| operation.response.object());
        for object in objects {
            for field in object.fields {
                let name = format!("{}.{}", object.name, field.name);
                assert_eq!(field.secret, API.is_secret_name(field.name), "{name}");
            }
        }
    }
}
