//! From a method and a path to the row of 2021-01 that they ask for.
//!
//! Routes are the rows of that version, and further spellings that clients of it
//! use for the same.

use crate::requests::refusal::Refusal;
use crate::requests::route::{Route, Routes};
use recharge_catalog as catalog;

static ROUTES: Routes = Routes::of(&catalog::recharge::v2021_01::API);

/// Another method or path for a row: how it is sent, and the row's own. The
/// parts in braces stand for one segment each, in the same order in both.
struct Spelling {
    method: &'static str,
    path: &'static str,
    own_method: &'static str,
    own_path: &'static str,
}

/// Spellings that published clients use.
const SPELLINGS: &[Spelling] = &[
    Spelling {
        method: "PUT",
        path: "/charges/{}/change_next_charge_date",
        own_method: "POST",
        own_path: "/charges/{}/change_next_charge_date",
    },
    Spelling {
        method: "PUT",
        path: "/orders/{}/change_date",
        own_method: "POST",
        own_path: "/orders/{}/change_date",
    },
    Spelling {
        method: "POST",
        path: "/orders/{}/update_shopify_variant/{}",
        own_method: "PUT",
        own_path: "/orders/{}/update_shopify_variant/{}",
    },
    Spelling {
        method: "POST",
        path: "/onetimes/address/{}",
        own_method: "POST",
        own_path: "/addresses/{}/onetimes",
    },
    Spelling {
        method: "POST",
        path: "/addresses/validate_address",
        own_method: "POST",
        own_path: "/addresses/validate",
    },
    Spelling {
        method: "POST",
        path: "/subscriptions/bulk_update",
        own_method: "PUT",
        own_path: "/subscriptions/bulk_update",
    },
    Spelling {
        method: "POST",
        path: "/subscriptions/bulk_delete",
        own_method: "DELETE",
        own_path: "/subscriptions/bulk_delete",
    },
];

/// The row for a method and a path.
pub(in crate::v2021_01) fn find_own(method: &str, path: &str) -> Result<Route, Refusal> {
    ROUTES.find(method, path)
}

/// The row for a method and a path, in any of its spellings.
pub(crate) fn find(method: &str, path: &str) -> Result<Route, Refusal> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let respelled = SPELLINGS
        .iter()
        .filter(|spelling| spelling.method == method)
        .find_map(|spelling| Some((spelling.own_method, respelled(spelling, path)?)));
    match respelled {
        Some((method, path)) => find_own(method, &path),
        None => find_own(method, path),
    }
}

/// The methods that rows have for a path, as the header `Allow` lists them.
pub(crate) fn allowed(path: &str) -> String {
    ROUTES.allowed(path)
}

/// The row's own path, when a path has the spelling.
fn respelled(spelling: &Spelling, path: &str) -> Option<String> {
    let mut words = path.split('/');
    let mut values = Vec::new();
    for part in spelling.path.split('/') {
        match words.next()? {
            "" if part == "{}" => return None,
            word if part == "{}" => values.push(word),
            word if word == part => {}
            _ => return None,
        }
    }
    if words.next().is_some() {
        return None;
    }
    let mut own = spelling.own_path.to_owned();
    for value in values {
        own = own.replacen("{}", value, 1);
    }
    Some(own)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(method: &str, path: &str) -> String {
        match find(method, path) {
            Ok(Route { row, holes }) => {
                let (resource, verb) = (row.resource.name, row.operation.verb);
                format!("{resource}.{verb} {}", holes.join(","))
            }
            Err(refusal) => refusal.status.to_string(),
        }
    }

    #[test]
    fn path_of_the_version_finds_its_row_and_others_are_refused() {
        assert_eq!(name("GET", "/shop"), "shop.get ");
        assert_eq!(name("GET", "/subscriptions/7/"), "subscriptions.get 7");
        assert_eq!(name("GET", "/orders/count"), "orders.count ");
        assert_eq!(
            name("GET", "/customers/7/addresses"),
            "customers.list_addresses 7"
        );
        for path in [
            "/store",
            "/plans",
            "/events",
            "/payment_methods",
            "/orders/x",
        ] {
            assert_eq!(name("GET", path), "404", "{path}");
        }
        assert_eq!(name("PATCH", "/orders/7"), "405");
        assert_eq!(name("DELETE", "/shop"), "405");
    }

    #[test]
    fn each_spelling_finds_the_row_of_its_own_path() {
        for spelling in SPELLINGS {
            let at = |path: &str| path.replace("{}", "12");
            let own = name(spelling.own_method, &at(spelling.own_path));
            assert_eq!(name(spelling.method, &at(spelling.path)), own);
            assert!(own.contains('.'), "{own}");
            let free = find_own(spelling.method, &at(spelling.path));
            assert!(free.is_err(), "{} is a row itself", spelling.path);
        }
    }
}
