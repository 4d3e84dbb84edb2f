//! The evidence of a success, judged on what the sandbox answers.

use recharge_cli::api::evidence::judge;
use recharge_cli::api::request::Request;
use recharge_cli::catalog::{self, Method};
use recharge_cli::sandbox::testing::{Store, call};
use serde_json::Value;

#[test]
fn every_write_is_proven_by_its_own_answer_and_by_no_other() {
    for (resource, operation) in catalog::recharge::API.operations() {
        if operation.method == Method::Get {
            continue;
        }
        let id = format!("{}.{}", resource.name, operation.verb);
        let store = Store::demo();
        let call = call(&store, &id);
        let (status, answer) = store.ask(operation.method.name(), &call.path, &call.body);
        let request = Request::composed(operation, call.path, Some(call.body.to_string()));
        let text = match &answer {
            Value::Null => String::new(),
            answer => answer.to_string(),
        };
        let judge =
            |status, body: &str| judge(Some(operation), "id", &request, status, body.as_bytes());
        assert_eq!(judge(status, &text), Ok(()), "{id}: {status} {answer}");
        assert!(judge(206, &text).is_err(), "{id}");
        for body in ["<html>", "{\"errors\":\"no\"}", "{\"error\":\"no\"}"] {
            let judged = judge(200, body);
            assert!(judged.is_err(), "{id}: {body}");
        }
    }
}
