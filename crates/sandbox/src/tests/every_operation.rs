//! Each of the contract's operations, asked once, answers as its row and the
//! contract's example say.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Store;
use crate::State;
use crate::requests::check;
use crate::storage::tables::TableName;
use crate::testing::call;
use recharge_catalog::{self as catalog, Method, ResponseShape};

const CONTRACT: &str = include_str!("../../../../tests/contract/recharge-2021-11.json");

#[test]
fn every_operation_answers_with_its_status_its_envelope_and_its_fields() {
    let contract: Value = serde_json::from_str(CONTRACT).unwrap();
    let mut asked = 0;
    for (resource, operation) in catalog::recharge::API.operations() {
        let id = format!("{}.{}", resource.name, operation.verb);
        let store = Store::demo();
        let call = call(&store, &id);
        let (status, answer) = store.ask(operation.method.name(), &call.path, &call.body);
        assert_eq!(status, operation.success, "{id}: {answer}");
        let bare = matches!(operation.response, ResponseShape::Bare(..));
        if let Some(key) = operation.response.key().filter(|_| !bare) {
            assert!(answer.get(key).is_some(), "{id} has no {key}: {answer}");
        }
        let example = contract["operations"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["id"] == id.as_str())
            .unwrap_or_else(|| panic!("the contract has no {id}"));
        let (wanted, given) = (
            record(operation.response, &example["example_response"]),
            if bare {
                Some(&answer)
            } else {
                record(operation.response, &answer)
            },
        );
        if let Some(wanted) = wanted {
            let given = given.unwrap_or_else(|| panic!("{id} answers no record: {answer}"));
            let lacking: Vec<_> = names(wanted).difference(&names(given)).cloned().collect();
            assert!(lacking.is_empty(), "{id} lacks {lacking:?}: {given}");
        }
        asked += 1;
    }
    assert_eq!(asked, 117);
}

/// What leaves no trace in the store, as nothing in it changes: an email and a
/// test of a webhook.
const WITHOUT_EVENT: &[&str] = &["customers.notify", "webhooks.test"];

#[test]
fn every_write_leaves_an_event() {
    let newest = |store: &Store| {
        let id = |state: &mut State| state.table(TableName::Events).ids(..).next_back();
        store.0.with_state(id)
    };
    for (resource, operation) in catalog::recharge::API.operations() {
        let id = format!("{}.{}", resource.name, operation.verb);
        if operation.method == Method::Get || WITHOUT_EVENT.contains(&id.as_str()) {
            continue;
        }
        let store = Store::demo();
        let call = call(&store, &id);
        if id == "collections.add_products" {
            // What is in a collection already is not put there again.
            let remove = catalog::recharge::API
                .operation("collections.remove_products")
                .unwrap()
                .1;
            store.good(remove.method.name(), &call.path, &call.body);
        }
        let before = newest(&store);
        store.good(operation.method.name(), &call.path, &call.body);
        assert!(newest(&store) > before, "{id} left no event");
    }
}

/// Where an example leaves the choice to the reader, and a misprinted time.
const NOT_MEANT: &[&str] = &["desired_batch_type", "2021-01-01:00:00+00:00"];

#[test]
fn every_example_request_of_the_contract_keeps_to_its_row() {
    let contract: Value = serde_json::from_str(CONTRACT).unwrap();
    for example in contract["operations"].as_array().unwrap() {
        let id = example["id"].as_str().unwrap();
        let (_, operation) = catalog::recharge::API.operation(id).unwrap();
        let mut body = example["example_request"].clone();
        if let Some(key) = operation.wrapper {
            body = body[key].clone();
        }
        let text = body.to_string();
        let Value::Object(body) = body else { continue };
        if NOT_MEANT.iter().any(|words| text.contains(words)) {
            continue;
        }
        if let Err(refusal) = check::body(operation, &body) {
            panic!("{id}: {} for {text}", refusal.body);
        }
    }
}

/// The first record that an answer holds.
fn record(answer: ResponseShape, body: &Value) -> Option<&Value> {
    let value = body.get(answer.key()?)?;
    let record = value.get(0).unwrap_or(value);
    record.is_object().then_some(record)
}

fn names(record: &Value) -> BTreeSet<String> {
    record.as_object().unwrap().keys().cloned().collect()
}
