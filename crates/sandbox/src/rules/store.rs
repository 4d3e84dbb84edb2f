//! The store itself, and the token in use.

use std::collections::BTreeSet;

use serde_json::json;

use crate::requests::checked_request::CheckedRequest;
use crate::requests::checked_request::Outcome;
use crate::storage::state::{State, Token};
use crate::values::record::{self, Record};
use recharge_catalog as catalog;

pub(super) fn act(resource: &str, state: &State, asked: &CheckedRequest) -> Outcome {
    Outcome::One(match resource {
        "store" => state.store.clone(),
        _ => token_information(state, asked.token),
    })
}

/// What a token indicates itself.
pub(crate) fn token_information(state: &State, token: &Token) -> Record {
    let all =
        || -> BTreeSet<String> { catalog::recharge::API.scopes().map(str::to_owned).collect() };
    let scopes = token.scopes.clone().unwrap_or_else(all);
    let email = record::text(&state.store, "email");
    record::object(json!({
        "client": {"name": record::text(&state.store, "name"), "contact_email": email},
        "contact_email": email,
        "name": token.name,
        "scopes": scopes,
    }))
}
