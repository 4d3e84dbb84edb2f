//! The names of values that traces and logs must not show.
//!
//! A name is secret when a row marks a field of it so, or when a rule for
//! values without a row does: parts of objects, bodies of unknown requests.

use super::RESOURCES;
use crate::check::same;
use crate::model::Object;

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
];

/// Ends of further names (`processor_customer_token`).
const SUFFIXES: &[&str] = &["_token", "_hash", "_secret", "_password", "_portal_url"];

/// Beginnings of further names.
const PREFIXES: &[&str] = &["card_"];

/// The names of the fields that rows mark as secret, each once.
const OF_ROWS: &[&str] = {
    const FOUND: ([&str; MOST], usize) = of_rows();
    FOUND.0.split_at(FOUND.1).0
};

/// More secret names in rows than this do not compile.
const MOST: usize = 32;

/// Whether the value of a field or query parameter is secret, in any case.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let name = name.as_str();
    OF_ROWS.contains(&name)
        || NAMES.contains(&name)
        || SUFFIXES.iter().any(|suffix| name.ends_with(suffix))
        || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

const fn of_rows() -> ([&'static str; MOST], usize) {
    let mut found = ([""; MOST], 0);
    let mut at = 0;
    while at < RESOURCES.len() {
        found = of_object(RESOURCES[at].object, found);
        let mut row = 0;
        while row < RESOURCES[at].operations.len() {
            if let Some(object) = RESOURCES[at].operations[row].response.object() {
                found = of_object(object, found);
            }
            row += 1;
        }
        at += 1;
    }
    found
}

/// Adds the secret names of an object that are not among the found ones.
const fn of_object(
    object: &Object,
    (mut names, mut count): ([&'static str; MOST], usize),
) -> ([&'static str; MOST], usize) {
    let mut at = 0;
    while at < object.fields.len() {
        let field = &object.fields[at];
        let mut is_new = field.secret;
        let mut other = 0;
        while other < count {
            is_new = is_new && !same(names[other], field.name);
            other += 1;
        }
        if is_new {
            names[count] = field.name;
            count += 1;
        }
        at += 1;
    }
    (names, count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations;

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
            assert!(is_secret_name(name), "{name}");
        }
        for name in ["email", "hashes", "token_name", "discard_"] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn fields_are_marked_when_their_name_is_secret() {
        let objects = operations().filter_map(|(_, operation)| operation.response.object());
        for object in objects {
            for field in object.fields {
                let name = format!("{}.{}", object.name, field.name);
                assert_eq!(field.secret, is_secret_name(field.name), "{name}");
            }
        }
    }
}
