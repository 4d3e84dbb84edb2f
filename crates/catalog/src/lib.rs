//! APIs as values: an [`Api`] has resources, operations, parameters, objects and
//! fields, and says how its requests and answers look.
//!
//! `recharge` has one file per resource and version. Commands, help, validation,
//! requests, retry safety, columns and the routes of the sandbox are derived
//! from these rows; no endpoint is named anywhere else. `check` makes a row
//! that contradicts itself a compile error.

#![deny(missing_docs)]

mod analysis;
pub mod bigcommerce;
pub mod build;
mod bulk;
mod check;
mod exceptions;
mod follow_up;
mod model;
pub mod portal;
pub mod recharge;
mod replication;
mod secrets;
mod undo;

pub use analysis::{
    Analysis, Layout, LayoutView, Report, ReportBars, ReportParameter, ReportTable, ViewColumn,
    ViewJoin, ViewType, ViewValue, ZoneColumn,
};
pub use bulk::{Batch, Unique};
pub use check::api as check;
pub use exceptions::{BodyException, BodyFields, ValueEffect};
pub use follow_up::FollowUp;
pub use model::{
    Api, ApiFamily, Auth, AuthPlace, BareDay, Bucket, ClientId, Conventions, CredentialFile,
    Effect, Empty, ErrorForm, EventClass, EventFeed, EventRule, EventTopic, Field, FieldKind,
    FieldRole, Headers, Idempotency, Interval, Method, NoVersion, Object, OldValue, Operation,
    OperationAction, PageForm, Parameter, ParameterRole, PolledSource, PolledTopic, Rate, Resource,
    ResponseShape, RowSource, Secrets, ShortLived, StatusItems, StoreAddress, Subject, TimeForm,
    Tone, Tones, Twin, Type, UndoCommand, ValueKind, VersionedRow, WebhookHeaders, WebhookTopic,
    Webhooks, ZoneSource, tones_at,
};
pub use replication::{ForgottenRecords, RemovedRecords, Replication, VanishedRecords};
pub use secrets::{SecretFields, secret_fields};
pub use undo::{Beside, PutBack, Undo, UndoBy, UndoStep, UndoTarget, UndoValues};

/// Every API, the first of them the one whose operations are commands by themselves.
pub static FAMILIES: &[&ApiFamily] = &[&recharge::FAMILY, &bigcommerce::FAMILY];

/// The API of that name.
#[must_use]
pub fn family(name: &str) -> Option<&'static ApiFamily> {
    let mut families = FAMILIES.iter().copied();
    families.find(|family| family.newest().name == name)
}

/// A name as a word of the command line.
#[must_use]
pub fn kebab(name: &str) -> String {
    name.replace('_', "-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recharge::API;

    #[test]
    fn a_path_finds_its_operation_with_or_without_a_slash_at_its_end() {
        let verb = |method, path| API.matching(method, path).map(|operation| operation.verb);
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
        let verb = |base, path| Some(API.matching_below(Method::Post, base, path)?.verb);
        assert_eq!(verb("", "/charges/5/refund"), Some("refund"));
        assert_eq!(verb("/proxy", "/charges/5/refund"), Some("refund"));
        assert_eq!(verb("/charges", "/5/refund"), Some("refund"));
        assert_eq!(verb("/proxy/charges/5", "/refund"), Some("refund"));
        assert_eq!(verb("/proxy", "/refund"), None);
    }

    #[test]
    fn every_batch_type_stands_for_one_operation() {
        let mut kinds: Vec<&str> = API
            .operations()
            .filter_map(|(_, operation)| Some(operation.batch?.kind))
            .collect();
        let mut listed = recharge::async_batches::BATCH_TYPE.values.to_vec();
        kinds.sort_unstable();
        listed.sort_unstable();
        assert_eq!(kinds, listed);
    }

    #[test]
    fn what_is_unique_is_found_by_a_filter_of_its_list() {
        for (resource, operation) in API.operations() {
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
        for (resource, operation) in API.operations() {
            let path = path_of(operation);
            for spelling in [
                path.clone(),
                format!("{path}/"),
                path.to_uppercase(),
                format!("{}/", path.to_uppercase()),
            ] {
                let found = API.matching(operation.method, &spelling);
                assert!(
                    found.is_some_and(|found| std::ptr::eq(found, operation)),
                    "{}.{} by {spelling}",
                    resource.name,
                    operation.verb
                );
                let below = API.matching_below(operation.method, "/proxy", &spelling);
                assert!(below.is_some_and(|found| std::ptr::eq(found, operation)));
            }
            for (base, rest) in path
                .match_indices('/')
                .skip(1)
                .map(|(at, _)| path.split_at(at))
            {
                let below = API.matching_below(operation.method, base, rest);
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
                assert!(API.matching(operation.method, &other).is_none(), "{other}");
            }
            count += 1;
        }
        assert_eq!(count, 117);
    }

    #[test]
    fn matching_takes_a_percent_escape_for_a_value_and_never_for_a_segment() {
        let found = |path| {
            API.matching(Method::Post, path)
                .map(|operation| operation.verb)
        };
        assert_eq!(found("/charges/%72efund/refund"), Some("refund"));
        assert_eq!(found("/charges/7%2Frefund"), None);
        assert_eq!(found("/charges/7/%72efund"), None);
    }

    #[test]
    fn operation_has_the_verb_of_its_action() {
        for (resource, operation) in API.operations() {
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
