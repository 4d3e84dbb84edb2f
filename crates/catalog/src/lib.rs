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
    Effect, Empty, Field, FieldKind, Idempotency, Method, Object, Operation, OperationAction,
    Parameter, ParameterRole, Resource, ResponseShape, Tone, Tones, Type, ValueKind,
};
pub use recharge::{
    ADDRESS_PARTS, BASE_URL, Bucket, LIMIT_HEADER, MAXIMUM_PAGE_SIZE, REQUEST_ID_HEADER, RESOURCES,
    TOKEN_HEADER, VERSION, VERSION_HEADER, is_secret_name, multiplier, tones_at,
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
        .min_by_key(|operation| operation.path_parameters.len())
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
            .copied()
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
        let mut kinds: Vec<&str> = operations()
            .filter_map(|(_, operation)| Some(operation.batch?.kind))
            .collect();
        let mut listed = recharge::async_batches::BATCH_TYPE.values.to_vec();
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
            let list = resource.operation_to(OperationAction::List).unwrap();
            assert!(list.query.iter().any(|known| known.name == unique.filter));
            assert!(resource.object.field(unique.field).is_some());
        }
    }

    /// The path of an operation with values that look like nothing else.
    fn path_of(operation: &Operation) -> String {
        let values = ["7", "a%2Fb", "%63", "MERGE"];
        let mut path = operation.path.to_owned();
        for (parameter, value) in operation.path_parameters.iter().zip(values) {
            path = path.replacen(&format!("{{{}}}", parameter.name), value, 1);
        }
        path
    }

    #[test]
    fn matching_finds_each_operation_by_its_method_and_path_in_odd_spellings() {
        let mut count = 0;
        for (resource, operation) in operations() {
            let path = path_of(operation);
            for spelling in [
                path.clone(),
                format!("{path}/"),
                path.to_uppercase(),
                format!("{}/", path.to_uppercase()),
            ] {
                let found = matching(operation.method, &spelling);
                assert!(
                    found.is_some_and(|found| std::ptr::eq(found, operation)),
                    "{}.{} by {spelling}",
                    resource.name,
                    operation.verb
                );
                let below = matching_below(operation.method, "/proxy", &spelling);
                assert!(below.is_some_and(|found| std::ptr::eq(found, operation)));
            }
            for (base, rest) in path
                .match_indices('/')
                .skip(1)
                .map(|(at, _)| path.split_at(at))
            {
                let below = matching_below(operation.method, base, rest);
                assert!(
                    below.is_some(),
                    "{}.{} by {rest} below {base}",
                    resource.name,
                    operation.verb
                );
            }
            for other in [
                format!("{path}//"),
                format!("/{path}"),
                format!("{path}/x/y/z"),
            ] {
                assert!(matching(operation.method, &other).is_none(), "{other}");
            }
            count += 1;
        }
        assert_eq!(count, 117);
    }

    #[test]
    fn matching_takes_a_percent_escape_for_a_value_and_never_for_a_segment() {
        let found = |path| matching(Method::Post, path).map(|operation| operation.verb);
        assert_eq!(found("/charges/%72efund/refund"), Some("refund"));
        assert_eq!(found("/charges/7%2Frefund"), None);
        assert_eq!(found("/charges/7/%72efund"), None);
    }

    #[test]
    fn operation_has_the_verb_of_its_action() {
        for (resource, operation) in operations() {
            let verb = match operation.action {
                OperationAction::List => "list",
                OperationAction::Get => "get",
                OperationAction::Create => "create",
                OperationAction::Update => "update",
                OperationAction::Delete => "delete",
                OperationAction::Act => {
                    let verbs = ["list", "get", "create", "update", "delete"];
                    assert!(!verbs.contains(&operation.verb), "{}", resource.name);
                    continue;
                }
            };
            assert_eq!(operation.verb, verb, "{}", resource.name);
            let found = resource.operation_to(operation.action).unwrap();
            assert!(std::ptr::eq(found, operation), "{}", resource.name);
        }
    }

    #[test]
    fn what_stands_in_the_holes_is_told() {
        let cancel = &recharge::subscriptions::CANCEL;
        assert_eq!(
            cancel.path_values("/subscriptions/7/cancel"),
            Some(vec!["7"])
        );
        assert_eq!(cancel.path_values("/subscriptions/7"), None);
        assert_eq!(cancel.path_values("/subscriptions/7/cancel/x"), None);
    }
}
