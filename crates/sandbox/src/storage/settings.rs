//! The settings of a store, which `GET /store` answers.

use jiff::{Span, Timestamp};
use recharge_catalog as catalog;
use serde_json::json;

use crate::values::record::{self, Record};
use crate::values::time;

/// The object that the settings are.
pub(crate) const OBJECT: &str = "store";

/// The settings of a store that was opened some years ago.
pub(crate) fn settings(now: Timestamp) -> Record {
    let opened = now
        .checked_sub(Span::new().hours(24 * 1_500))
        .unwrap_or(now);
    record::object(json!({
        "id": 89_559,
        "checkout_logo_url": null,
        "checkout_platform": "recharge",
        "created_at": time::stamp(opened),
        "currency": "USD",
        "customer_portal_base_url": "https://sandbox.example.com/portal",
        "default_api_version": catalog::recharge::API.version,
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
        "updated_at": time::stamp(opened),
        "weight_unit": "g",
    }))
}
