//! The store itself, and the token in use.

use std::collections::BTreeSet;

use jiff::{Span, Timestamp};
use serde_json::json;

use crate::moment;
use crate::record::{self, Record};
use crate::state::{State, Token};
use crate::{Asked, Outcome};
use recharge_catalog as catalog;

pub(super) fn act(resource: &str, state: &State, asked: &Asked) -> Outcome {
    Outcome::One(match resource {
        "store" => state.store.clone(),
        _ => token_information(state, asked.token),
    })
}

/// The settings of a store that was opened some years ago.
pub(crate) fn settings(now: Timestamp) -> Record {
    let opened = now
        .checked_sub(Span::new().hours(24 * 1_500))
        .unwrap_or(now);
    record::object(json!({
        "id": 89_559,
        "checkout_logo_url": null,
        "checkout_platform": "recharge",
        "created_at": moment::stamp(opened),
        "currency": "USD",
        "customer_portal_base_url": "https://sandbox.example.com/portal",
        "default_api_version": catalog::VERSION,
        "email": "owner@sandbox.example.com",
        "enabled_presentment_currencies": ["USD"],
        "enabled_presentment_currencies_symbols": [
            {"currency": "USD", "location": "before", "suffix": "", "symbol": "$"},
        ],
        "disabled_currencies_historical": [],
        "external_platform": "custom",
        "identifier": "sandbox",
        "merchant_portal_base_url": "https://sandbox.example.com/merchant",
        "name": "The Sandbox Store",
        "province": "California",
        "phone": "5555550100",
        "timezone": {"iana_name": "America/New_York", "name": "(GMT-05:00) Eastern Time (US & Canada)"},
        "updated_at": moment::stamp(opened),
        "weight_unit": "g",
    }))
}

/// What a token tells of itself.
pub(crate) fn token_information(state: &State, token: &Token) -> Record {
    let all = || -> BTreeSet<String> { catalog::scopes().map(str::to_owned).collect() };
    let scopes = token.scopes.clone().unwrap_or_else(all);
    let email = record::text(&state.store, "email");
    record::object(json!({
        "client": {"name": record::text(&state.store, "name"), "contact_email": email},
        "contact_email": email,
        "name": token.name,
        "scopes": scopes,
    }))
}
