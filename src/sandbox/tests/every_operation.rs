//! Each of the contract's operations, asked once, answers as its row and the
//! contract's example say.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Store;
use super::calls::call;
use crate::catalog::{self, Answer};

const CONTRACT: &str = include_str!("../../../tests/contract/recharge-2021-11.json");

#[test]
fn every_operation_answers_with_its_status_its_envelope_and_its_fields() {
    let contract: Value = serde_json::from_str(CONTRACT).unwrap();
    let mut asked = 0;
    for (resource, operation) in catalog::operations() {
        let id = format!("{}.{}", resource.name, operation.verb);
        let store = Store::demo();
        let call = call(&store, &id);
        let (status, answer) = store.ask(operation.method.name(), &call.path, &call.body);
        assert_eq!(status, operation.success, "{id}: {answer}");
        if let Some(key) = operation.answer.key() {
            assert!(answer.get(key).is_some(), "{id} has no {key}: {answer}");
        }
        let example = contract["operations"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["id"] == id.as_str())
            .unwrap_or_else(|| panic!("the contract has no {id}"));
        let (wanted, given) = (
            record(operation.answer, &example["example_response"]),
            record(operation.answer, &answer),
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

/// The first record that an answer holds.
fn record(answer: Answer, body: &Value) -> Option<&Value> {
    let value = body.get(answer.key()?)?;
    let record = value.get(0).unwrap_or(value);
    record.is_object().then_some(record)
}

fn names(record: &Value) -> BTreeSet<String> {
    record.as_object().unwrap().keys().cloned().collect()
}
