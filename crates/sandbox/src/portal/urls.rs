//! The URL variables that every page has, as public themes use them.

use recharge_catalog::portal::LOGIN;
use serde_json::{Map, Value};

use super::objects::Visit;

/// Variables and the paths that they lead to.
const VARIABLES: &[(&str, &str)] = &[
    ("address_list_url", "/addresses"),
    ("address_new_url", "/addresses/new"),
    ("customer_url", "/customer"),
    ("delivery_schedule_url", "/schedule"),
    ("home_url", "/overview"),
    ("membership_list_url", "/memberships"),
    ("onetime_list_url", "/onetimes"),
    ("order_list_url", "/orders"),
    ("payment_methods_card_form_url", "/card"),
    ("payment_methods_url", "/payment_methods"),
    ("payment_source_address_new_url", "/payment_source/address"),
    ("payment_source_form_url", "/card"),
    ("payment_source_iframe_url", "/card"),
    ("payment_source_list_url", "/payment_sources"),
    ("payment_source_url", "/payment_source"),
    ("product_search_url", "/products/search"),
    ("product_url", "/products/search"),
    (
        "quick_actions_check_verification_code_url",
        "/quick_actions/check_verification_code",
    ),
    (
        "quick_actions_send_verification_code_url",
        "/quick_actions/send_verification_code",
    ),
    ("request_objects_url", "/request_objects"),
    ("schedule_url", "/schedule"),
    ("shipping_create_url", "/shipping/create"),
    ("shipping_list_url", "/shipping"),
    ("subscription_list_url", "/subscriptions"),
];

/// Scripts of Recharge, which no local page loads.
const SCRIPTS: &[&str] = &[
    "bundling_cdn_url",
    "bundling_legacy_cdn_url",
    "novum_js_bundle_url",
];

/// All of them.
pub(super) fn variables(visit: &Visit) -> Map<String, Value> {
    let mut urls: Map<String, Value> = VARIABLES
        .iter()
        .map(|(name, path)| ((*name).to_owned(), visit.url(path).into()))
        .collect();
    for name in SCRIPTS {
        urls.insert((*name).to_owned(), "".into());
    }
    urls.insert("login_url".to_owned(), LOGIN.into());
    urls
}
