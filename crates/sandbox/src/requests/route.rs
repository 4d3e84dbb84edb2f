//! From a method and a path to the catalogue row that they ask for.
//!
//! Routes are the rows themselves: nothing is named here. A literal segment
//! wins over a hole.

use std::sync::OnceLock;

use percent_encoding::percent_decode_str;

use crate::requests::refusal::Refusal;
use crate::row::Row;
use recharge_catalog::{self as catalog, Api, Operation, ValueKind};

/// A request that found its row.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) row: Row,
    /// Values for the parameters of  path, in its order.
    pub(crate) holes: Vec<String>,
}

/// The method whose row answers: a `HEAD` is answered as a `GET`, without its
/// body.
fn routed_as(method: &str) -> &str {
    if method == "HEAD" { "GET" } else { method }
}

/// The routes of one version of the API: its rows, by the length of their paths.
pub(crate) struct Routes {
    api: &'static Api,
    rows: OnceLock<Vec<Vec<Row>>>,
}

/// The routes of the version that the sandbox has rules for.
static NEWEST: Routes = Routes::of(&catalog::recharge::API);

/// As [`Routes::find`], in the version that the sandbox has rules for.
pub(crate) fn find(method: &str, path: &str) -> Result<Route, Refusal> {
    NEWEST.find(method, path)
}

/// As [`Routes::allowed`], in the version that the sandbox has rules for.
pub(crate) fn allowed(path: &str) -> String {
    NEWEST.allowed(path)
}

impl Routes {
    pub(crate) const fn of(api: &'static Api) -> Self {
        Self {
            api,
            rows: OnceLock::new(),
        }
    }

    /// The row for a method and a path: 404 where no row has the path, 405
    /// where rows have it but not the method.
    pub(crate) fn find(&self, method: &str, path: &str) -> Result<Route, Refusal> {
        let method = routed_as(method);
        let path = path.strip_suffix('/').unwrap_or(path);
        let mut known = false;
        let mut best: Option<(usize, Route)> = None;
        for row in self.rows_of_length(path.split('/').skip(1).count()) {
            let Some(holes) = matched(row.operation, path) else {
                continue;
            };
            known = true;
            let better = best.as_ref().is_none_or(|(count, _)| holes.len() < *count);
            if row.operation.method.name() == method && better {
                best = Some((holes.len(), Route { row: *row, holes }));
            }
        }
        match best {
            Some((_, route)) => well_formed(route),
            None if known => Err(Refusal::error(405, "method not allowed")),
            None => Err(Refusal::no_endpoint()),
        }
    }

    /// The methods that rows have for a path, as the header `Allow` lists them.
    pub(crate) fn allowed(&self, path: &str) -> String {
        let path = path.strip_suffix('/').unwrap_or(path);
        let mut methods: Vec<&str> = self
            .rows_of_length(path.split('/').skip(1).count())
            .iter()
            .filter(|row| matched(row.operation, path).is_some())
            .map(|row| row.operation.method.name())
            .collect();
        methods.sort_unstable();
        methods.dedup();
        methods.join(", ")
    }

    fn rows_of_length(&self, length: usize) -> &[Row] {
        let rows = self.rows.get_or_init(|| {
            let mut rows: Vec<Vec<Row>> = Vec::new();
            for (resource, operation) in self.api.operations() {
                let length = operation.path.split('/').skip(1).count();
                rows.resize_with(rows.len().max(length + 1), Vec::new);
                rows[length].push(Row {
                    resource,
                    operation,
                });
            }
            rows
        });
        rows.get(length).map_or(&[], Vec::as_slice)
    }
}

/// An id that is not a number names nothing.
fn well_formed(route: Route) -> Result<Route, Refusal> {
    let holes = route.row.operation.path_parameters.iter().zip(&route.holes);
    for (hole, value) in holes {
        if hole.kind == ValueKind::Id && value.parse::<u64>().is_err() {
            return Err(Refusal::not_found());
        }
    }
    Ok(route)
}

/// Values for the holes when the path fits the row.
fn matched(operation: &Operation, path: &str) -> Option<Vec<String>> {
    let decoded = |hole: &str| Some(percent_decode_str(hole).decode_utf8().ok()?.into_owned());
    operation
        .path_values(path)?
        .into_iter()
        .map(decoded)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(method: &str, path: &str) -> String {
        match find(method, path) {
            Ok(Route { row, holes }) => {
                format!(
                    "{}.{} {}",
                    row.resource.name,
                    row.operation.verb,
                    holes.join(",")
                )
            }
            Err(refusal) => refusal.status.to_string(),
        }
    }

    #[test]
    fn a_path_and_a_method_find_their_row() {
        assert_eq!(name("GET", "/subscriptions/7"), "subscriptions.get 7");
        assert_eq!(
            name("POST", "/subscriptions/skip_gift"),
            "subscriptions.skip_gift "
        );
        assert_eq!(
            name("POST", "/charges/9/remove_discount/"),
            "charges.remove_discount 9"
        );
        assert_eq!(name("GET", "/products/a%20b"), "products.get a b");
        assert_eq!(name("HEAD", "/subscriptions/7"), "subscriptions.get 7");
    }

    #[test]
    fn what_no_row_has_is_404_and_another_method_405() {
        assert_eq!(name("GET", "/nothing"), "404");
        assert_eq!(name("GET", "/subscriptions/7/cancel/now"), "404");
        assert_eq!(name("GET", "/subscriptions/x"), "404");
        assert_eq!(name("DELETE", "/subscriptions"), "405");
        assert_eq!(name("PATCH", "/subscriptions/7"), "405");
    }

    #[test]
    fn each_path_has_its_methods_once() {
        assert_eq!(allowed("/subscriptions"), "GET, POST");
        assert_eq!(allowed("/subscriptions/7/"), "DELETE, GET, PUT");
        assert_eq!(allowed("/charges/9/refund"), "POST");
        assert_eq!(allowed("/nothing"), "");
    }

    #[test]
    fn every_row_is_found_by_its_own_path() {
        for (resource, operation) in catalog::recharge::API.operations() {
            let mut path = operation.path.to_owned();
            for hole in operation.path_parameters {
                path = path.replace(&format!("{{{}}}", hole.name), "12");
            }
            let found = find(operation.method.name(), &path).unwrap();
            assert_eq!(found.row.resource.name, resource.name, "{path}");
            assert_eq!(found.row.operation.verb, operation.verb, "{path}");
        }
    }
}
