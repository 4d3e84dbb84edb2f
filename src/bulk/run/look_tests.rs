//! What an object decides on its row, and what a request names.

use serde_json::json;

use super::*;
use crate::bulk::row::Task;
use crate::catalog::recharge::API;
use crate::error::Refusal;

fn row(expected: Option<Value>, wanted: Option<Value>) -> PendingRow {
    PendingRow {
        n: 1,
        tries: 0,
        task: Task {
            target: "/payment_methods/5".to_owned(),
            body: Some("{\"default\":true}".to_owned()),
        },
        step: 0,
        operation: None,
        expected: expected.map(|value| value.to_string()),
        before: None,
        wanted: wanted.map(|value| value.to_string()),
    }
}

fn decided(guard: Guard, row: &PendingRow, record: Option<&Value>) -> Option<RowEnd> {
    let (resource, _) = API.operation("payment_methods.update").unwrap();
    decide(guard, resource, row, "5", record)
}

fn failed(status: Option<u16>, error: &str) -> RowEnd {
    RowEnd::Failed {
        status,
        error: error.to_owned(),
    }
}

fn nothing_to_do() -> RowEnd {
    RowEnd::Ok {
        status: None,
        object: Some("5".to_owned()),
    }
}

#[test]
fn an_object_that_is_gone_fails_its_row_only_where_objects_are_compared() {
    let gone = failed(Some(404), "payment method 5 no longer exists");
    for wanted in [None, Some(json!({"default": true}))] {
        let row = row(None, wanted);
        assert_eq!(decided(Guard::Compare, &row, None), Some(gone.clone()));
        assert_eq!(decided(Guard::Note, &row, None), None);
    }
}

#[test]
fn an_object_that_is_to_be_gone_and_is_gone_needs_no_request() {
    let row = row(None, Some(Value::Null));
    for guard in [Guard::Note, Guard::Compare] {
        assert_eq!(decided(guard, &row, None), Some(nothing_to_do()));
        assert_eq!(decided(guard, &row, Some(&json!({"id": 5}))), None);
    }
}

#[test]
fn an_object_that_has_the_wanted_values_needs_no_request() {
    let row = row(
        Some(json!({"default": false})),
        Some(json!({"default": true})),
    );
    let (done, open) = (json!({"default": true}), json!({"default": false}));
    for guard in [Guard::Note, Guard::Compare] {
        assert_eq!(decided(guard, &row, Some(&done)), Some(nothing_to_do()));
        assert_eq!(decided(guard, &row, Some(&open)), None);
    }
}

#[test]
fn an_object_with_other_values_fails_its_row_only_where_objects_are_compared() {
    let expecting = row(Some(json!({"default": false})), None);
    let other = json!({"default": true});
    assert_eq!(
        decided(Guard::Compare, &expecting, Some(&other)),
        Some(failed(
            None,
            "payment method 5 was changed meanwhile: default was false and is true; it is left \
             as it is"
        ))
    );
    assert_eq!(decided(Guard::Note, &expecting, Some(&other)), None);
    let same = json!({"default": false});
    assert_eq!(decided(Guard::Compare, &expecting, Some(&same)), None);
    let expecting_nothing = row(None, None);
    assert_eq!(
        decided(Guard::Compare, &expecting_nothing, Some(&other)),
        None
    );
}

#[test]
fn a_row_in_doubt_is_unknown_when_its_object_has_neither_old_nor_new_values() {
    let (resource, operation) = API.operation("customers.update").unwrap();
    let of = |expected: Option<Value>, now: Option<Value>| {
        let mut row = row(expected, None);
        row.task.body = Some("{\"first_name\":\"Rob\"}".to_owned());
        let now = now.and_then(|now| now.as_object().cloned());
        doubted(resource, operation, &row, now.as_ref())
    };
    let name = |name: &str| Some(json!({ "first_name": name }));
    for (expected, now) in [
        (name("Bob"), None),
        (None, name("Zed")),
        (name("Bob"), name("Bob")),
        (name("Bob"), name("Rob")),
    ] {
        assert_eq!(
            of(expected.clone(), now.clone()),
            None,
            "{expected:?} {now:?}"
        );
    }
    assert_eq!(
        of(name("Bob"), name("Zed")),
        Some(RowEnd::Unknown {
            status: None,
            error: "it may have been carried out, and was changed meanwhile: first_name was Rob \
                    and is Zed"
                .to_owned(),
        })
    );
}

#[test]
fn a_missing_scope_is_a_refused_access_with_the_status_403() {
    for (kind, status, forbidden) in [
        (Kind::Access, Some(403), true),
        (Kind::Access, Some(401), false),
        (Kind::Access, None, false),
        (Kind::Refused, Some(403), false),
    ] {
        let mut error = Error::new(kind, "");
        if let Some(status) = status {
            error = error.answered(Refusal {
                status,
                ..Refusal::default()
            });
        }
        assert_eq!(is_forbidden(&error), forbidden, "{kind:?} {status:?}");
    }
}

#[test]
fn an_object_can_be_read_when_its_resource_shows_one_by_the_same_id() {
    for (name, readable) in [
        ("customers.update", true),
        ("subscriptions.cancel", true),
        // There is a list of plans, and no way to read a single one.
        ("plans.update", false),
        ("discounts.create", false),
        ("async_batches.add_tasks", false),
    ] {
        let (resource, operation) = API.operation(name).unwrap();
        assert_eq!(is_readable(resource, operation), readable, "{name}");
    }
}

#[test]
fn the_id_of_a_request_is_that_of_its_path_decoded() {
    let (_, update) = API.operation("customers.update").unwrap();
    for (target, id) in [
        ("/customers/5", Some("5")),
        ("/customers/5?commit=true", Some("5")),
        ("/customers/a%20b", Some("a b")),
        ("/customers/%ff", None),
        ("/orders/5", None),
    ] {
        assert_eq!(target_of(update, target).as_deref(), id, "{target}");
    }
}

#[test]
fn the_id_of_a_record_is_a_number_or_a_text() {
    for (id, text) in [
        (json!(5), Some("5")),
        (json!("a5"), Some("a5")),
        (json!(null), None),
        (json!([5]), None),
    ] {
        let record = json!({ "id": id });
        assert_eq!(id_of(&record, "id").as_deref(), text, "{id}");
    }
    assert_eq!(id_of(&json!({}), "id"), None);
}
