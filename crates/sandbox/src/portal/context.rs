//! What each page of the portal shows.
//!
//! Takes a visit and a route; returns the template and its variables. The
//! variables of a page are the objects of a schema, so that a page and a script
//! see the same.

use serde_json::{Map, Value, json};

use super::objects::{self, Visit};
use super::schema;
use super::urls;
use crate::requests::refusal::Refusal;
use crate::requests::route::Route;
use crate::storage::tables::TableName;
use crate::v2021_01;
use crate::values::record;

/// The template of a search for a product to swap to.
const SEARCH_TO_SWAP: &str = "products_search_swap.html";

/// What a customer is offered instead of sent a code.
const GREETING: &str = "Confirm that it is you";

/// The template of a page, and its variables.
pub(super) fn of_page<'t>(
    visit: &mut Visit,
    route: &Route,
    template: &'t str,
) -> Result<(&'t str, Value), Refusal> {
    let id = |place: usize| {
        let hole = route.holes.get(place);
        hole.and_then(|hole| hole.parse::<u64>().ok()).unwrap_or(0)
    };
    let (resource, verb) = (route.row.resource.name, route.row.operation.verb);
    let mut context = globals(visit)?;
    context.extend(schema::of_page(
        visit,
        &schema_of(resource, verb, id(0), visit),
    )?);
    let mut template = template;
    match (resource, verb) {
        ("payment_source", _) => {
            let source = payment_source(visit, id(0));
            context.insert("payment_source".to_owned(), source);
        }
        ("payment_methods", "show") => {
            visit.own(TableName::PaymentMethods, id(0))?;
        }
        ("subscriptions", "new") => {
            context.insert("product".to_owned(), asked_product(visit)?);
            let options = next_charge_dates(visit);
            context.insert("next_charge_date_options".to_owned(), options);
        }
        ("subscriptions", "swap_form") if visit.asked("shopify_product_id").is_some() => {
            context.insert("product".to_owned(), asked_product(visit)?);
        }
        ("subscriptions", "retention_strategy") => {
            let wanted = json!({"retention_strategy": {"id": id(1)}});
            context.extend(schema::of_page(visit, &wanted)?);
        }
        ("products", "search") => {
            let words = visit.asked("q").unwrap_or_default().to_owned();
            context.insert("form".to_owned(), json!({"q": words}));
            if let Some(swapped) = visit.asked("swap_subscription_id") {
                let wanted = json!({"subscription": {"id": swapped, "product": {}, "address": {}}});
                context.extend(schema::of_page(visit, &wanted)?);
                template = SEARCH_TO_SWAP;
            }
        }
        ("home", "quick_action") => {
            let email =
                record::text(&visit.own(TableName::Customers, visit.customer)?, "email").to_owned();
            let url = visit.url("/quick_actions/send_verification_code");
            let quick = json!({
                "contact_info": [email], "action_url": url, "greeting": GREETING, "images": [],
            });
            context.insert("quick_actions".to_owned(), quick);
        }
        _ => {}
    }
    Ok((template, Value::Object(context)))
}

/// The variables of every page.
pub(super) fn globals(visit: &mut Visit) -> Result<Map<String, Value>, Refusal> {
    let wanted = json!({"customer": {}, "settings": {}, "store": {}});
    let mut globals = schema::of_page(visit, &wanted)?;
    globals.extend(urls::variables(visit));
    let more = json!({
        "REVISION": "1", "is_theme_preview": false, "proxy_redirect": !visit.is_hosted,
        // Pages put the path of the portal behind it.
        "shopify_proxy_url": "/tools/recurring",
        "form": {"q": visit.asked("q").unwrap_or_default()},
    });
    globals.extend(record::object(more));
    Ok(globals)
}

/// The objects that a page shows.
fn schema_of(resource: &str, verb: &str, id: u64, visit: &Visit) -> Value {
    let item = json!({"product": {}, "address": {}});
    let addresses = json!({
        "discount": {"id": "parent.discount_id"}, "subscriptions": item, "onetimes": item,
    });
    let one = json!({"id": id, "product": {}, "address": {}, "bundle_selections": {}});
    let pages = |mut filters: Value| {
        if let Value::Object(filters) = &mut filters {
            for name in ["page", "limit"] {
                if let Some(given) = visit.asked(name) {
                    filters.insert(name.to_owned(), given.into());
                }
            }
        }
        filters
    };
    match (resource, verb) {
        ("customer", _) => json!({"payment_sources": [], "payment_methods": []}),
        ("addresses" | "shipping", "list") => {
            json!({"addresses": addresses, "payment_methods": [], "shipping_countries": []})
        }
        ("addresses", "new") => json!({"shipping_countries": []}),
        ("addresses" | "shipping", _) => json!({
            "address": {"id": id, "discount": {"id": "parent.discount_id"}}, "addresses": addresses,
            "shipping_countries": [], "billing_countries": [], "payment_methods": [],
            "payment_sources": [],
        }),
        ("subscriptions", "list") => json!({
            "addresses": addresses, "subscriptions": item, "onetimes": item, "products": {"limit": 50},
            "payment_sources": [], "payment_methods": [],
        }),
        ("subscriptions", "new") => json!({"addresses": addresses}),
        ("subscriptions", "show") => json!({
            "subscription": one, "payment_sources": [], "payment_methods": [], "addresses": addresses,
            "shipping_countries": [], "products": {"limit": 50},
        }),
        ("subscriptions", "swap_form") => json!({"subscription": one}),
        ("subscriptions", _) => json!({
            "subscription": one, "retention_strategies": {"sort_by": "id-asc"},
        }),
        ("onetimes", _) => json!({"onetime": one, "payment_sources": [], "addresses": addresses}),
        ("orders", "list") => json!({
            "orders": pages(json!({"status": "SUCCESS", "sort_by": "shipped_date-desc"})),
        }),
        ("orders", _) => json!({"order": {"id": id}}),
        ("payment_methods", "show") => json!({
            "payment_method": {"id": id}, "addresses": addresses, "billing_countries": [],
            "shipping_countries": [], "payment_methods": [],
        }),
        ("payment_methods" | "payment_sources" | "payment_source" | "card", _) => json!({
            "payment_methods": [], "payment_sources": [], "addresses": addresses,
            "billing_countries": [], "shipping_countries": [],
        }),
        ("schedule", _) => json!({"schedule": [], "delivery_schedule": [], "addresses": addresses}),
        ("products", _) => {
            let mut filters = json!({"limit": 50});
            if let (Some(words), Value::Object(filters)) = (visit.asked("q"), &mut filters) {
                filters.insert("title".to_owned(), words.into());
            }
            let count = filters.clone();
            json!({"products": pages(filters), "products_count": count})
        }
        ("memberships", _) => json!({"memberships": {}, "addresses": addresses}),
        ("home", "overview") => json!({
            "subscriptions": item, "onetimes": item, "addresses": addresses, "schedule": [],
            "orders": {"status": "SUCCESS", "sort_by": "shipped_date-desc", "limit": 10},
        }),
        ("home", "manage_order") => json!({"charge": {"id": id, "address": {}}}),
        _ => json!({}),
    }
}

/// The payment source that a path names: by its number, or as the one that is
/// charged.
fn payment_source(visit: &Visit, id: u64) -> Value {
    let method = match visit.own(TableName::PaymentMethods, id) {
        Ok(method) => method,
        Err(_) => v2021_01::charged_method(visit.state, visit.customer),
    };
    match record::id(&method, "id") {
        Some(id) => objects::payment_source(visit.state, id, method).into(),
        None => objects::nothing(),
    }
}

/// The product that the query names.
fn asked_product(visit: &mut Visit) -> Result<Value, Refusal> {
    let number = visit.asked("shopify_product_id").unwrap_or_default();
    let wanted = json!({"product": {"shopify_product_id": number}});
    let mut found = schema::of_page(visit, &wanted).map_err(|_| Refusal::not_found())?;
    Ok(found.remove("product").unwrap_or_default())
}

/// The days on which something is charged already, for each address.
fn next_charge_dates(visit: &Visit) -> Value {
    let addresses = visit.state.table(TableName::Addresses);
    let options = addresses
        .find("customer_id", visit.customer)
        .into_iter()
        .map(|id| {
            let charges = visit
                .state
                .all_in(TableName::Charges, "address_id", id, &["queued"]);
            let mut days: Vec<String> = charges
                .iter()
                .map(|(_, charge)| record::text(charge, "scheduled_at"))
                .filter_map(|day| Some(format!("{}T00:00:00", day.get(..10)?)))
                .collect();
            days.sort_unstable();
            days.dedup();
            days.push("custom".to_owned());
            json!({id.to_string(): days})
        });
    options.collect()
}
