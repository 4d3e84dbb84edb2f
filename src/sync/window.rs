//! The requests that read a table, and the span of time that one reads.

use super::Micros;
use super::table::{ReadMethod, SyncTable, ordered_by};
use crate::api::request::{Request, encode};
use crate::catalog::{Operation, ParameterRole, VanishedRecords};

/// A span of the replication key. Both ends are included, in whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct ReadWindow {
    /// Its beginning; none for the beginning of the store.
    pub(super) from: Option<Micros>,
    /// Its end; none for now.
    pub(super) to: Option<Micros>,
}

/// The shortest window that is halved.
const SHORTEST: std::time::Duration = std::time::Duration::from_secs(2);

impl ReadWindow {
    /// Two windows that together are this one, the earlier first; `None` when it is
    /// too short. `now` stands for an end that is open, and 2014, when the oldest
    /// store of any API began, for an open beginning.
    pub(super) fn halves(self, now: Micros) -> Option<(Self, Self)> {
        let oldest = "2014-01-01T00:00:00Z".parse().ok();
        let from = self.from.or(oldest)?;
        let to = self.to.unwrap_or(now);
        if to.since(from) < SHORTEST {
            return None;
        }
        let middle = from.between(to).whole_seconds();
        let earlier = Self {
            from: self.from,
            to: Some(middle),
        };
        let later = Self {
            from: Some(middle),
            to: self.to,
        };
        Some((earlier, later))
    }
}

/// The request of the first page of a table, for a span of time where the list can
/// be asked for one.
pub(super) fn first_page(table: &SyncTable, window: ReadWindow) -> Request {
    let mut request = bare(table.operation);
    for (name, value) in &table.filters {
        request.set_query(name, (*value).to_owned());
    }
    if table.parameter(ParameterRole::PageSize).is_some() {
        let size = table.api.maximum_page_size;
        request.set_query(table.api.page_size, size.to_string());
    }
    let order = match table.method {
        ReadMethod::Ascending { field, .. } => ordered_by(table.operation, field, "asc"),
        ReadMethod::NewestFirst { field } => ordered_by(table.operation, field, "desc"),
        ReadMethod::Since { .. } | ReadMethod::Whole => None,
    };
    for (name, value) in order.into_iter().flatten() {
        request.set_query(name, value.to_owned());
    }
    let (since, until) = match table.method {
        ReadMethod::Ascending { since, until, .. } => (Some(since), until),
        ReadMethod::Since { since, .. } => (Some(since), None),
        ReadMethod::NewestFirst { .. } | ReadMethod::Whole => (None, None),
    };
    let ends = [(since, window.from), (until, window.to)];
    for (name, moment) in ends {
        if let (Some(name), Some(moment)) = (name, moment) {
            request.set_query(name, moment.whole_seconds().to_string());
        }
    }
    request
}

/// The request of the first page of all rows whose field has one of the values.
pub(super) fn among(table: &SyncTable, field: &str, values: &[&str]) -> Request {
    let mut request = bare(table.operation);
    request.set_query(table.api.page_size, table.api.maximum_page_size.to_string());
    request.set_query(field, values.join(","));
    request
}

/// The requests for the rows with these keys; `None` for a list that cannot be asked
/// for keys.
pub(super) fn with_keys(table: &SyncTable, keys: &[String]) -> Option<Vec<Request>> {
    let ids = table.parameter(ParameterRole::Ids)?;
    let at_once = if ids.multiple { keys.len().max(1) } else { 1 };
    let request = |keys: &[String]| {
        let mut request = bare(table.operation);
        for (name, value) in &table.filters {
            request.set_query(name, (*value).to_owned());
        }
        request.set_query(table.api.page_size, table.api.maximum_page_size.to_string());
        request.set_query(ids.name, keys.join(","));
        request
    };
    Some(keys.chunks(at_once).map(request).collect())
}

/// The request of the first page of the whole list, as small as it can be.
pub(super) fn small(table: &SyncTable, vanished: VanishedRecords) -> Request {
    let mut request = bare(table.operation);
    request.set_query(table.api.page_size, table.api.maximum_page_size.to_string());
    for (name, value) in vanished.query {
        request.set_query(name, (*value).to_owned());
    }
    request
}

/// The request of the first page of the list that belongs to a record.
pub(super) fn of_parent(table: &SyncTable, parent: &str) -> Request {
    let path_parameter = table.operation.path_parameters.first();
    let path_parameter = path_parameter.map_or("", |path_parameter| path_parameter.name);
    let path = table.operation.path;
    let path = path.replacen(&format!("{{{path_parameter}}}"), &encode(parent), 1);
    let mut request = Request::composed(table.operation, &path, None);
    request.set_query(table.api.page_size, table.api.maximum_page_size.to_string());
    request
}

fn bare(operation: &'static Operation) -> Request {
    Request::composed(operation, operation.path, None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::recharge::FAMILY;
    use crate::sync::tables;

    fn target(name: &str, window: ReadWindow) -> String {
        let all = tables(&FAMILY, None);
        let table = all.iter().find(|table| table.name == name).unwrap();
        first_page(table, window).target()
    }

    fn at(text: &str) -> Option<Micros> {
        text.parse().ok()
    }

    #[test]
    fn a_table_is_read_from_its_bookmark_in_the_order_of_changes() {
        let window = ReadWindow {
            from: at("2026-11-20T10:00:00.500Z"),
            to: at("2026-11-21T10:00:00Z"),
        };
        assert_eq!(
            target("charges", window),
            "/charges?limit=250&sort_by=updated_at-asc\
             &updated_at_min=2026-11-20T10:00:00Z&updated_at_max=2026-11-21T10:00:00Z"
        );
        assert_eq!(
            target("metafields_order", window),
            "/metafields?owner_resource=order&limit=250&sort_by=updated_at-desc"
        );
        assert_eq!(
            target("events", window),
            "/events?limit=250&created_at_min=2026-11-20T10:00:00Z"
        );
        assert_eq!(target("collections", window), "/collections?limit=250");
        assert_eq!(target("store", window), "/store");
    }

    #[test]
    fn a_window_is_halved_until_it_is_short() {
        let now = at("2026-11-21T10:00:00Z").unwrap();
        let window = ReadWindow {
            from: at("2026-11-20T10:00:00Z"),
            to: None,
        };
        let (earlier, later) = window.halves(now).unwrap();
        let middle = at("2026-11-20T22:00:00Z");
        assert_eq!((earlier.from, earlier.to), (window.from, middle));
        assert_eq!((later.from, later.to), (middle, None));
        let mut halved = 0;
        let mut rest = window;
        while let Some((_, later)) = rest.halves(now) {
            rest = later;
            halved += 1;
        }
        assert_eq!(halved, 17);
        assert!(ReadWindow::default().halves(now).is_some());
    }
}
