//! From a method and a path to what is asked for in 2021-01.
//!
//! Knows the shapes of paths; which resources there are is a table elsewhere.

use super::resources::{RESOURCES, Resource, UNSPOKEN};
use crate::requests::refusal::Refusal;

/// What a request wants to read.
#[derive(Debug)]
pub(super) enum ReadRoute {
    /// The shop.
    Shop,
    /// The token in use: the same in every version.
    Token,
    /// A page of a list.
    Page(&'static Resource),
    /// A page of the addresses of this customer.
    AddressesOf(u64),
    /// How many records a list holds.
    Count(&'static Resource),
    /// One record.
    One(&'static Resource, u64),
}

/// What the method and the path ask for.
pub(super) fn find(method: &str, path: &str) -> Result<ReadRoute, Refusal> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let first = segments.first().copied().unwrap_or_default();
    if UNSPOKEN.contains(&first) {
        return Err(unspoken());
    }
    let alone = match segments[..] {
        ["shop"] => Some(ReadRoute::Shop),
        ["token_information"] => Some(ReadRoute::Token),
        _ => None,
    };
    if let Some(route) = alone {
        return if method == "GET" {
            Ok(route)
        } else {
            Err(not_allowed())
        };
    }
    let resource = RESOURCES
        .iter()
        .find(|resource| resource.many == first)
        .ok_or_else(Refusal::no_endpoint)?;
    match method {
        "GET" => read(resource, &segments[1..]),
        "POST" | "PUT" | "DELETE" => Err(unspoken()),
        _ => Err(not_allowed()),
    }
}

fn read(resource: &'static Resource, rest: &[&str]) -> Result<ReadRoute, Refusal> {
    match (resource.many, rest) {
        (_, []) => Ok(ReadRoute::Page(resource)),
        (_, ["count"]) => Ok(ReadRoute::Count(resource)),
        (_, [id]) => Ok(ReadRoute::One(resource, number(id)?)),
        ("customers", [id, "addresses"]) => Ok(ReadRoute::AddressesOf(number(id)?)),
        ("customers", [_, "payment_sources"]) => Err(unspoken()),
        _ => Err(Refusal::no_endpoint()),
    }
}

/// An id that is no number names nothing.
fn number(id: &str) -> Result<u64, Refusal> {
    id.parse().map_err(|_| Refusal::not_found())
}

fn not_allowed() -> Refusal {
    Refusal::error(405, "method not allowed")
}

/// It is there in 2021-01, but not here.
fn unspoken() -> Refusal {
    Refusal::error(
        501,
        "in version 2021-01 the sandbox only reads, and not everything; ask it in 2021-11",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(method: &str, path: &str) -> u16 {
        find(method, path).map_or_else(|refusal| refusal.status, |_| 200)
    }

    #[test]
    fn what_is_read_is_found_and_the_rest_is_refused_as_what_it_is() {
        for path in [
            "/shop",
            "/token_information",
            "/subscriptions",
            "/subscriptions/",
            "/subscriptions/7",
            "/orders/count",
            "/customers/7/addresses",
        ] {
            assert_eq!(status("GET", path), 200, "{path}");
        }
        for path in [
            "/store",
            "/plans",
            "/events",
            "/credit_accounts",
            "/orders/x",
            "/nothing",
        ] {
            assert_eq!(status("GET", path), 404, "{path}");
        }
        assert_eq!(status("GET", "/subscriptions/7/cancel"), 404);
        assert_eq!(status("GET", "/webhooks"), 501);
        assert_eq!(status("GET", "/customers/7/payment_sources"), 501);
        assert_eq!(status("POST", "/subscriptions/7/cancel"), 501);
        assert_eq!(status("PUT", "/orders/7"), 501);
        assert_eq!(status("PATCH", "/orders/7"), 405);
        assert_eq!(status("DELETE", "/shop"), 405);
    }
}
