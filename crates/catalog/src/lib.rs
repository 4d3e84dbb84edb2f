//! The Recharge Admin API as tables: resources, operations, parameters,
//! objects and fields.
//!
//! `recharge` holds one file per resource. Commands, help, validation,
//! requests, retry safety, columns and the routes of the sandbox are derived
//! from these rows; no endpoint is named anywhere else. `check` makes a row
//! that contradicts itself a compile error.

#![deny(missing_docs)]

mod build;
mod bulk;
mod check;
mod exceptions;
mod model;
pub mod recharge;

pub use bulk::{Batch, Unique};
pub use exceptions::{BodyException, BodyFields};
pub use model::{
    Again, Answer, Effect, Empty, Field, Holds, Kind, Method, Object, Operation, Parameter,
    Resource, Type,
};
pub use recharge::{
    ADDRESS_PARTS, BASE_URL, Bucket, LIMIT_HEADER, MAXIMUM_PAGE_SIZE, REQUEST_ID_HEADER, RESOURCES,
    TOKEN_HEADER, VERSION, VERSION_HEADER, multiplier,
};

const _: () = check::resources(RESOURCES);

/// The resource of that name: plural or singular, in snake or kebab case.
#[must_use]
pub fn resource(name: &str) -> Option<&'static Resource> {
    RESOURCES
        .iter()
        .find(|resource| same_word(resource.name, name) || same_word(resource.singular, name))
}

/// The operation with that id (`subscriptions.cancel`).
#[must_use]
pub fn operation(id: &str) -> Option<(&'static Resource, &'static Operation)> {
    let (name, verb) = id.split_once('.')?;
    let resource = RESOURCES.iter().find(|resource| resource.name == name)?;
    Some((resource, resource.operation(verb)?))
}

/// The operation that a method and a path ask for. A path without holes is
/// meant before one whose hole it would fill; a path that differs from an
/// operation's by the case of its letters only is taken for it, since a server
/// may take it so.
#[must_use]
pub fn matching(method: Method, path: &str) -> Option<&'static Operation> {
    matching_by(method, path, |part, word| part == word)
        .or_else(|| matching_by(method, path, str::eq_ignore_ascii_case))
}

/// As [`matching`], for a path below the path of a base URL. Segments of the
/// base may be the beginning of an operation's path, too.
#[must_use]
pub fn matching_below(method: Method, base: &str, path: &str) -> Option<&'static Operation> {
    let base = base.trim_matches('/');
    let starts = base.match_indices('/').map(|(at, _)| &base[at + 1..]);
    let prefixes = starts.chain((!base.is_empty()).then_some(base));
    matching(method, path).or_else(|| {
        prefixes
            .map(|prefix| format!("/{prefix}{path}"))
            .find_map(|path| matching(method, &path))
    })
}

fn matching_by(
    method: Method,
    path: &str,
    same: impl Fn(&str, &str) -> bool,
) -> Option<&'static Operation> {
    operations()
        .map(|(_, operation)| operation)
        .filter(|operation| operation.method == method)
        .filter(|operation| operation.holes_by(path, &same).is_some())
        .min_by_key(|operation| operation.holes.len())
}

/// A name as a word of the command line.
#[must_use]
pub fn kebab(name: &str) -> String {
    name.replace('_', "-")
}

/// Every operation with its resource.
pub fn operations() -> impl Iterator<Item = (&'static Resource, &'static Operation)> {
    RESOURCES.iter().flat_map(|resource| {
        resource
            .operations
            .iter()
            .map(move |operation| (resource, operation))
    })
}

/// Scopes that a token can have and no operation asks for: the reference names
/// them for tokens and for topics of webhooks.
const OTHER_SCOPES: &[&str] = &["store_info"];

/// Every scope that a token may have, some more than once.
pub fn scopes() -> impl Iterator<Item = &'static str> {
    operations()
        .flat_map(|(_, operation)| operation.scopes())
        .chain(OTHER_SCOPES.iter().copied())
}

/// Whether a snake-case name and a word in either case are the same.
fn same_word(snake: &str, word: &str) -> bool {
    snake.len() == word.len()
        && snake
            .bytes()
            .zip(word.bytes())
            .all(|(a, b)| a == b || (a == b'_' && b == b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_finds_its_operation_with_or_without_a_slash_at_its_end() {
        let verb = |method, path| matching(method, path).map(|operation| operation.verb);
        assert_eq!(
            verb(Method::Post, "/subscriptions/7/cancel"),
            Some("cancel")
        );
        assert_eq!(
            verb(Method::Post, "/subscriptions/7/cancel/"),
            Some("cancel")
        );
        assert_eq!(
            verb(Method::Post, "/subscriptions/skip_gift"),
            Some("skip_gift")
        );
        assert_eq!(verb(Method::Post, "/subscriptions//cancel"), None);
        assert_eq!(verb(Method::Get, "/subscriptions/7/cancel"), None);
        assert_eq!(verb(Method::Get, "/nothing"), None);
        assert_eq!(verb(Method::Post, "/Charges/5/REFUND"), Some("refund"));
    }

    #[test]
    fn path_below_a_base_url_finds_the_operation_of_the_whole_url() {
        let verb = |base, path| Some(matching_below(Method::Post, base, path)?.verb);
        assert_eq!(verb("", "/charges/5/refund"), Some("refund"));
        assert_eq!(verb("/proxy", "/charges/5/refund"), Some("refund"));
        assert_eq!(verb("/charges", "/5/refund"), Some("refund"));
        assert_eq!(verb("/proxy/charges/5", "/refund"), Some("refund"));
        assert_eq!(verb("/proxy", "/refund"), None);
    }

    #[test]
    fn every_batch_type_stands_for_one_operation() {
        let (_, create) = operation("async_batches.create").unwrap();
        let mut kinds: Vec<&str> = operations()
            .filter_map(|(_, operation)| Some(operation.batch?.kind))
            .collect();
        let mut listed = create.body[0].values.to_vec();
        kinds.sort_unstable();
        listed.sort_unstable();
        assert_eq!(kinds, listed);
    }

    #[test]
    fn what_is_unique_is_found_by_a_filter_of_its_list() {
        for (resource, operation) in operations() {
            let Some(unique) = operation.unique else {
                continue;
            };
            let list = resource.operation("list").unwrap();
            assert!(list.query.iter().any(|known| known.name == unique.filter));
            assert!(resource.object.field(unique.field).is_some());
        }
    }

    #[test]
    fn what_stands_in_the_holes_is_told() {
        let (_, cancel) = operation("subscriptions.cancel").unwrap();
        assert_eq!(cancel.holes_in("/subscriptions/7/cancel"), Some(vec!["7"]));
        assert_eq!(cancel.holes_in("/subscriptions/7"), None);
        assert_eq!(cancel.holes_in("/subscriptions/7/cancel/x"), None);
    }
}
