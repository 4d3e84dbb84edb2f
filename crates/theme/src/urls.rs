//! The names of URLs: those that the reference lists and those that public
//! themes use. Each resolves as a filter, as a variable and as a function of
//! `ReCharge.Endpoints`.
//!
//! A name stands for a path of the portal; which methods that takes, and what
//! does the same elsewhere, is in the catalog.

use recharge_catalog::portal;
use recharge_catalog::{Method, Operation};

/// A name of a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UrlName {
    /// The name.
    pub name: &'static str,
    /// The path below the portal of the customer, `{}` for each argument.
    pub path: &'static str,
    /// Where templates and scripts use it.
    pub form: UrlForm,
}

/// How a name is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UrlForm {
    /// Everywhere.
    Any,
    /// In scripts alone: templates have another variable of that name.
    Script,
    /// Everywhere; the URL is not one of the portal.
    Elsewhere,
}

const fn any(name: &'static str, path: &'static str) -> UrlName {
    UrlName {
        name,
        path,
        form: UrlForm::Any,
    }
}

const fn script(name: &'static str, path: &'static str) -> UrlName {
    UrlName {
        name,
        path,
        form: UrlForm::Script,
    }
}

const fn elsewhere(name: &'static str, path: &'static str) -> UrlName {
    UrlName {
        name,
        path,
        form: UrlForm::Elsewhere,
    }
}

/// Every name.
pub const URL_NAMES: &[UrlName] = &[
    any("address_list_url", "/addresses"),
    any("list_addresses_url", "/addresses"),
    any("address_new_url", "/addresses/new"),
    any("create_address_url", "/addresses/new"),
    any("address_url", "/addresses/{}"),
    any("show_address_url", "/addresses/{}"),
    any("update_address_url", "/addresses/{}"),
    any("delete_address_url", "/shipping/{}"),
    any("discount_apply_url", "/addresses/{}/apply_discount"),
    any("apply_discount_url", "/addresses/{}/apply_discount"),
    any(
        "apply_discount_to_address_url",
        "/addresses/{}/apply_discount",
    ),
    any("discount_remove_url", "/addresses/{}/remove_discount"),
    any(
        "remove_discount_from_address_url",
        "/addresses/{}/remove_discount",
    ),
    any("shipping_list_url", "/shipping"),
    any("shipping_create_url", "/shipping/create"),
    any("shipping_address_url", "/shipping/{}"),
    any("show_shipping_url", "/shipping/{}"),
    any("update_shipping_url", "/shipping/{}"),
    any("shipping_payment_method_url", "/shipping/{}/payment_method"),
    script("shipping", "/shipping/{}"),
    script("bulk_update_subscription_ur", "/addresses/{}"),
    any("subscription_list_url", "/subscriptions"),
    any("list_subscriptions_url", "/subscriptions"),
    any(
        "subscription_new_url",
        "/subscriptions/new?shopify_product_id={}",
    ),
    any("create_subscription_url", "/subscriptions/new"),
    any("subscription_url", "/subscriptions/{}"),
    any("show_subscription_url", "/subscriptions/{}"),
    any("update_subscription_url", "/subscriptions/{}"),
    any("activate_subscription_url", "/subscriptions/{}/activate"),
    any("subscription_skip_url", "/subscriptions/{}/skip"),
    any("skip_subscription_url", "/subscriptions/{}/skip"),
    any("unskip_subscription_url", "/subscriptions/{}/unskip"),
    any("subscription_swap_url", "/subscriptions/{}/swap"),
    any("swap_subscription_url", "/subscriptions/{}/swap"),
    any(
        "subscription_swap_search_url",
        "/products/search?swap_subscription_id={}",
    ),
    any(
        "subscription_set_next_charge_date_url",
        "/subscriptions/{}/set_next_charge_date",
    ),
    any(
        "subscription_charge_date_url",
        "/subscriptions/{}/set_next_charge_date",
    ),
    script(
        "subscription_pause",
        "/subscriptions/{}/set_next_charge_date?pause=true",
    ),
    any("subscription_delay_url", "/subscriptions/{}/delay"),
    any("delay_subscription_url", "/subscriptions/{}/delay"),
    any("subscription_cancel_url", "/subscriptions/{}/cancel"),
    any("cancel_subscription_url", "/subscriptions/{}/cancel"),
    any("retention_strategy_url", "/subscriptions/{}/cancel/{}"),
    script(
        "update_subscription_payment_method",
        "/subscriptions/{}/move/payment_method/{}",
    ),
    script(
        "update_subscription_address",
        "/subscriptions/{}/move/address/{}",
    ),
    any("schedule_url", "/schedule"),
    any("delivery_schedule_url", "/schedule"),
    any("product_search_url", "/products/search"),
    any("product_url", "/products/search"),
    any("order_list_url", "/orders"),
    any("list_orders_url", "/orders"),
    any("order_url", "/orders/{}"),
    any("show_order_url", "/orders/{}"),
    any("delay_order_url", "/orders/{}/delay"),
    any("onetime_list_url", "/onetimes"),
    any("onetime_url", "/onetimes/{}"),
    script("create_onetime", "/onetimes"),
    script("update_onetime", "/onetimes/{}"),
    any(
        "onetime_set_next_charge_date_url",
        "/onetimes/{}/set_next_charge_date",
    ),
    any(
        "onetime_charge_date_url",
        "/onetimes/{}/set_next_charge_date",
    ),
    any("onetime_cancel_url", "/onetimes/{}/cancel"),
    any("delete_one_time_product_url", "/onetimes/{}/cancel"),
    script("cancel_onetime_product", "/onetimes/{}/cancel"),
    any("customer_url", "/customer"),
    any("show_customer_url", "/customer"),
    any("update_customer_url", "/customer"),
    script("customer", "/customer"),
    any("update_card_url", "/card"),
    any("update_customer_card_form", "/card"),
    any("payment_methods_card_form_url", "/card"),
    any("payment_source_iframe_url", "/card"),
    any("payment_methods_url", "/payment_methods"),
    any("payment_methods_list_url", "/payment_methods"),
    any("show_payment_method_url", "/payment_methods/{}"),
    any("update_payment_method_url", "/payment_methods/{}"),
    any("payment_method_address_url", "/payment_methods/{}"),
    script("payment_methods", "/payment_methods/{}"),
    any("payment_source_list_url", "/payment_sources"),
    any("payment_source_url", "/payment_source"),
    any("payment_source_form_url", "/payment_source"),
    any("payment_source_address_url", "/payment_source/{}/address"),
    any("payment_source_address_new_url", "/payment_source/address"),
    script("update_billing_address", "/payment_source/{}/address"),
    script("create_billing_address", "/payment_source/address"),
    script("process_charge", "/charges/{}/process"),
    any("membership_list_url", "/memberships"),
    any("membership_activate_url", "/memberships/{}/activate"),
    any("membership_cancel_url", "/memberships/{}/cancel"),
    any(
        "membership_retention_strategy_url",
        "/memberships/{}/cancel",
    ),
    script("send_shopify_connector_email", "/notifications"),
    any(
        "quick_actions_send_verification_code_url",
        "/quick_actions/send_verification_code",
    ),
    any(
        "quick_actions_check_verification_code_url",
        "/quick_actions/check_verification_code",
    ),
    script("request_objects", "/request_objects"),
    script("logout", "/logout"),
    elsewhere("shop_products_url", "/products/{}"),
    elsewhere("shopify_proxy_url", "/tools/recurring"),
    elsewhere("novum_js_bundle_url", ""),
    elsewhere("bundling_cdn_url", ""),
    elsewhere("bundling_legacy_cdn_url", ""),
];

/// The name of a URL.
#[must_use]
pub fn url_name(name: &str) -> Option<&'static UrlName> {
    URL_NAMES.iter().find(|url| url.name == name)
}

impl UrlName {
    /// How many arguments its path takes.
    #[must_use]
    pub fn arguments(&self) -> usize {
        self.path.matches("{}").count()
    }

    /// Whether templates have it as a variable.
    #[must_use]
    pub fn is_variable(&self) -> bool {
        self.form != UrlForm::Script
    }

    /// The routes of the portal at its path.
    pub fn routes(&self) -> impl Iterator<Item = &'static Operation> + use<> {
        let path = if self.form == UrlForm::Elsewhere {
            ""
        } else {
            self.path
        };
        routes_at(path)
    }
}

/// The routes of the portal at a path, whatever the method; `{}` stands for a
/// value that is not known.
pub fn routes_at(path: &str) -> impl Iterator<Item = &'static Operation> + use<> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let path = path.trim_end_matches('/').replace("{}", "1");
    let methods = [
        Method::Get,
        Method::Post,
        Method::Put,
        Method::Patch,
        Method::Delete,
    ];
    methods
        .into_iter()
        .filter_map(move |method| portal::API.matching(method, &path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_of_the_portal_has_a_route() {
        for url in URL_NAMES
            .iter()
            .filter(|url| url.form != UrlForm::Elsewhere)
        {
            // The list of one-time items is a variable of themes; only the write is known.
            assert!(url.routes().next().is_some(), "{}: {}", url.name, url.path);
        }
    }

    #[test]
    fn names_are_unique() {
        for url in URL_NAMES {
            let same = URL_NAMES.iter().filter(|other| other.name == url.name);
            assert_eq!(same.count(), 1, "{}", url.name);
        }
    }
}
