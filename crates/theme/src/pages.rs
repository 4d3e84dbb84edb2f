//! The templates of pages: the variables that each gets beside those of every
//! page. Which route a template belongs to is in the catalog.

use recharge_catalog::Operation;
use recharge_catalog::portal;

/// A template and its variables, as `name`, `name:object` or `name:object[]`.
type PageRow = (&'static str, &'static str);

/// The variables of every page.
const GLOBALS: &str = "customer:customer settings:settings store:store proxy_redirect shopify_proxy_url \
     REVISION is_theme_preview form:form request_path token query";

/// Templates that the vendor's engine renders. Those after the blank line are
/// named by the reference alone; no public theme has them.
const PAGES: &[PageRow] = &[
    (
        "subscriptions.html",
        "addresses:address[] subscriptions:subscription[] onetimes:onetime[] products:product[]",
    ),
    (
        "subscription.html",
        "subscription:subscription payment_sources:payment_source[] payment_methods:payment_method[] addresses:address[] shipping_countries:shipping_country[] billing_countries:shipping_country[] address:address onetimes:onetime[] product:product",
    ),
    (
        "subscription_new.html",
        "product:product addresses:address[] next_charge_date_options subscriptions:subscription[] payment_methods:payment_method[]",
    ),
    (
        "subscription_swap.html",
        "subscription:subscription product:product",
    ),
    (
        "subscription_cancel.html",
        "subscription:subscription retention_strategies:retention_strategy[]",
    ),
    (
        "subscription_retention_strategy.html",
        "subscription:subscription retention_strategy:retention_strategy",
    ),
    (
        "products_search.html",
        "products:product[] products_count addresses:address[]",
    ),
    (
        "products_search_swap.html",
        "products:product[] products_count subscription:subscription",
    ),
    ("schedule.html", "schedule:schedule[] addresses:address[]"),
    ("orders.html", "orders:order[]"),
    ("order.html", "order:order"),
    ("addresses.html", "addresses:address[]"),
    (
        "address.html",
        "address:address shipping_countries:shipping_country[] payment_methods:payment_method[]",
    ),
    (
        "address_new.html",
        "shipping_countries:shipping_country[] address:address",
    ),
    (
        "onetime.html",
        "onetime:onetime payment_sources:payment_source[] product:product",
    ),
    (
        "payment_sources.html",
        "payment_sources:payment_source[] payment_source:payment_source",
    ),
    ("payment_source.html", "payment_source:payment_source"),
    (
        "payment_source_address.html",
        "payment_source:payment_source shipping_countries:shipping_country[] billing_countries:shipping_country[]",
    ),
    (
        "payment_source_address_new.html",
        "shipping_countries:shipping_country[] billing_countries:shipping_country[]",
    ),
    (
        "payment_methods.html",
        "payment_methods:payment_method[] addresses:address[] billing_countries:shipping_country[] shipping_countries:shipping_country[] payment_method:payment_method",
    ),
    (
        "payment_method.html",
        "payment_method:payment_method payment_methods:payment_method[] billing_countries:shipping_country[]",
    ),
    (
        "shipping.html",
        "addresses:address[] billing_countries:shipping_country[] shipping_countries:shipping_country[] payment_methods:payment_method[]",
    ),
    (
        "customer.html",
        "payment_methods:payment_method[] payment_sources:payment_source[]",
    ),
    (
        "home_overview.html",
        "subscriptions:subscription[] orders:order[] charges:charge[] schedule:schedule[] addresses:address[]",
    ),
    (
        "manage_order.html",
        "charge:charge addresses:address[] subscriptions:subscription[]",
    ),
    ("memberships.html", "memberships:membership[]"),
    ("membership.html", "membership:membership"),
    (
        "membership_cancel.html",
        "membership:membership retention_strategies:retention_strategy[]",
    ),
    ("card.html", "payment_methods:payment_method[]"),
    ("404.html", ""),
    ("quick_action_verify.html", "quick_actions:quick_actions"),
    (
        "create_shipping.html",
        "shipping_countries:shipping_country[] addresses:address[]",
    ),
    (
        "edit_shipping_address.html",
        "address:address shipping_countries:shipping_country[]",
    ),
    (
        "edit_shipping_payment_method.html",
        "address:address payment_methods:payment_method[]",
    ),
    (
        "addresses_new.html",
        "shipping_countries:shipping_country[] address:address",
    ),
];

/// Templates that six of six public themes have: without one, a page of the
/// portal fails.
pub const REQUIRED: [&str; 13] = [
    "base.html",
    "subscriptions.html",
    "subscription.html",
    "subscription_new.html",
    "subscription_swap.html",
    "subscription_cancel.html",
    "subscription_retention_strategy.html",
    "products_search.html",
    "schedule.html",
    "orders.html",
    "order.html",
    "address.html",
    "customer.html",
];

/// A variable of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// The object it is, where it is known.
    pub object: Option<&'static str>,
    /// Whether it is a list.
    pub is_list: bool,
}

/// The variables of every page, without those of URLs.
pub fn globals() -> impl Iterator<Item = Variable> {
    variables_of(GLOBALS)
}

/// The names of the templates that the engine renders.
pub fn templates() -> impl Iterator<Item = &'static str> {
    PAGES.iter().map(|(name, _)| *name)
}

/// The variables that a template gets beside those of every page.
#[must_use]
pub fn variables(template: &str) -> Option<Vec<Variable>> {
    let (_, variables) = PAGES.iter().find(|(name, _)| *name == template)?;
    Some(variables_of(variables).collect())
}

/// Whether any page has a variable of that name.
#[must_use]
pub fn is_variable(name: &str) -> bool {
    let mut all = PAGES
        .iter()
        .flat_map(|(_, variables)| variables_of(variables))
        .chain(globals());
    all.any(|variable| variable.name == name)
}

/// The names of all variables of pages.
pub fn all_variables() -> impl Iterator<Item = Variable> {
    PAGES
        .iter()
        .flat_map(|(_, variables)| variables_of(variables))
        .chain(globals())
}

/// The route that answers with a template.
#[must_use]
pub fn route(template: &str) -> Option<&'static Operation> {
    let mut all = portal::API.operations().map(|(_, operation)| operation);
    all.find(|operation| operation.template == Some(template))
}

fn variables_of(row: &'static str) -> impl Iterator<Item = Variable> {
    row.split_whitespace().map(|word| {
        let (word, is_list) = match word.strip_suffix("[]") {
            Some(word) => (word, true),
            None => (word, false),
        };
        let (name, object) = match word.split_once(':') {
            Some((name, object)) => (name, Some(object)),
            None => (word, None),
        };
        Variable {
            name,
            object,
            is_list,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_of_the_catalog_has_variables() {
        for (_, operation) in portal::API.operations() {
            if let Some(template) = operation.template {
                assert!(
                    variables(template).is_some(),
                    "{template} of {}",
                    operation.path
                );
            }
        }
    }

    #[test]
    fn every_object_of_a_variable_exists() {
        for variable in all_variables() {
            let object = variable.object;
            assert!(
                object.is_none_or(|name| crate::objects::object(name).is_some()),
                "{}",
                variable.name
            );
        }
    }
}
