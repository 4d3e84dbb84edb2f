//! Which routes the vendor's client uses that the reference does not have.
//!
//! Takes a method and a path; returns the route.

/// A route that the reference does not have.
#[derive(Debug)]
pub(crate) struct Unlisted {
    pub(crate) name: &'static str,
    /// The values in the path.
    pub(crate) holes: Vec<String>,
    /// Whether it is asked without a token.
    pub(crate) is_open: bool,
}

/// Method, path and name; `{}` stands for a value.
const ROUTES: &[(&str, &str, &str)] = &[
    ("POST", "/customers/{}/sessions", "sessions.create"),
    ("POST", "/customers/{}/access", EXCHANGE),
    ("GET", "/portal_access", "portal_access"),
    ("GET", "/shop/settings", "shop.settings"),
    ("GET", "/shop/shipping_countries", "shop.shipping_countries"),
    ("GET", "/product_search", "product_search"),
    ("GET", "/plans/{}", "plans.get"),
    (
        "POST",
        "/subscriptions/{}/charges/skip",
        "subscriptions.skip_charge",
    ),
    (
        "POST",
        "/charges/{}/change_next_charge_date",
        "charges.change_next_charge_date",
    ),
    (
        "POST",
        "/purchase_items/skip_gift",
        "purchase_items.skip_gift",
    ),
    ("GET", "/memberships", "memberships.list"),
    ("GET", "/memberships/{}", "memberships.get"),
    ("POST", "/memberships/{}/cancel", "memberships.cancel"),
    ("POST", "/memberships/{}/activate", "memberships.activate"),
    ("GET", "/membership_programs", "membership_programs.list"),
    ("GET", "/membership_programs/{}", "membership_programs.get"),
    ("GET", "/gift_purchases", "gift_purchases.list"),
    ("GET", "/gift_purchases/{}", "gift_purchases.get"),
    (
        "POST",
        "/customer_surveys/cancellation_prevention",
        "customer_surveys",
    ),
    (
        "POST",
        "/customer_surveys/{}/customer_response",
        "customer_surveys",
    ),
    ("POST", "/offers/claim", "offers.claim"),
];

/// The route that gives a session for the token of a portal link.
const EXCHANGE: &str = "sessions.exchange";

/// The route for a method and a path.
pub(crate) fn find(method: &str, path: &str) -> Option<Unlisted> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let of_method = ROUTES.iter().filter(|(known, ..)| *known == method);
    of_method.clone().find_map(|(_, pattern, name)| {
        Some(Unlisted {
            name,
            holes: holes(pattern, path)?,
            is_open: *name == EXCHANGE,
        })
    })
}

fn holes(pattern: &str, path: &str) -> Option<Vec<String>> {
    let mut words = path.split('/');
    let mut holes = Vec::new();
    for part in pattern.split('/') {
        match words.next()? {
            "" if part == "{}" => return None,
            word if part == "{}" => holes.push(word.to_owned()),
            word if word == part => {}
            _ => return None,
        }
    }
    words.next().is_none().then_some(holes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use recharge_catalog::{self as catalog, Method};

    #[test]
    fn no_route_is_one_of_the_reference() {
        for (method, path, name) in ROUTES {
            let path = path.replace("{}", "12");
            let found = find(method, &path).unwrap();
            assert_eq!(found.name, *name);
            let method = match *method {
                "GET" => Method::Get,
                _ => Method::Post,
            };
            let listed = catalog::recharge::API.matching(method, &path);
            assert!(listed.is_none(), "{path}");
        }
        assert!(find("GET", "/plans").is_none());
        assert!(find("GET", "/plans/").is_none());
        assert!(find("POST", "/customers//sessions").is_none());
    }
}
