//! The OpenAPI document: that the committed one is current, that it says what
//! the contract says, and that it is whole. That it contains against a server
//! is for `tests/openapi/run`.

use std::collections::{BTreeMap, BTreeSet};

use recharge_cli::catalog;
use recharge_cli::openapi;
use serde_json::Value;

use crate::harness::rc;

const COMMITTED: &str = include_str!("../../openapi.json");

const METHODS: &[&str] = &["get", "post", "put", "delete"];

/// Every operation of the document: method, path, and what is said of it.
fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
    let paths = document["paths"].as_object().expect("paths");
    paths
        .iter()
        .flat_map(|(path, item)| {
            METHODS
                .iter()
                .filter_map(move |method| Some((*method, path.as_str(), item.get(method)?)))
        })
        .collect()
}

fn named<'a>(parameters: &'a Value, place: &str) -> BTreeMap<&'a str, &'a Value> {
    let all = parameters.as_array().map_or(&[][..], Vec::as_slice);
    all.iter()
        .filter(|parameter| parameter["in"] == place)
        .map(|parameter| (parameter["name"].as_str().unwrap(), parameter))
        .collect()
}

fn names(stated: &Value) -> BTreeSet<&str> {
    let all = stated.as_array().map_or(&[][..], Vec::as_slice);
    all.iter()
        .map(|one| one.as_str().or(one["name"].as_str()).unwrap())
        .collect()
}

#[test]
fn the_committed_document_is_current() {
    assert!(
        openapi::text() == COMMITTED,
        "openapi.json is not what the catalogue says; refresh it: rc openapi --out openapi.json"
    );
}

#[test]
fn the_command_prints_it_to_the_letter_also_into_a_file() {
    // Half a megabyte of difference would help no one.
    assert!(rc("openapi").succeeds().says_nothing().stdout == COMMITTED);
    assert!(rc("openapi -o json").succeeds().stdout == COMMITTED);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("api.json");
    rc(&format!("openapi --out {}", path.display()))
        .succeeds()
        .prints_nothing();
    assert!(std::fs::read_to_string(path).unwrap() == COMMITTED);
}

#[test]
fn a_filter_runs_over_it() {
    rc("openapi --jq '.openapi, .info.version, (.paths | length)' -r")
        .succeeds()
        .prints("3.1.0\n2021-11\n71\n");
}

#[test]
fn every_operation_of_the_contract_is_there_and_no_other() {
    let document = openapi::document();
    let contract: Value =
        serde_json::from_str(include_str!("../contract/recharge-2021-11.json")).unwrap();
    let mut described: BTreeMap<_, _> = operations(&document)
        .into_iter()
        .map(|(method, path, one)| (one["operationId"].as_str().unwrap(), (method, path, one)))
        .collect();
    assert_eq!(described.len(), operations(&document).len(), "one id twice");
    for stated in contract["operations"].as_array().unwrap() {
        let id = stated["id"].as_str().unwrap();
        let (method, path, one) = described
            .remove(id)
            .unwrap_or_else(|| panic!("{id} is missing"));
        assert_eq!(stated["method"], method.to_ascii_uppercase(), "{id}");
        assert_eq!(stated["path"], path, "{id}");
        let holes = named(&one["parameters"], "path");
        assert_eq!(
            holes.into_keys().collect::<BTreeSet<_>>(),
            names(&stated["path_params"])
        );
        let query = named(&one["parameters"], "query");
        for name in names(&stated["query"]) {
            assert!(query.contains_key(name), "{id}: {name}");
        }
        let mut body = &one["requestBody"]["content"]["application/json"]["schema"];
        if let Some(wrapper) = stated["body_wrapper"].as_str() {
            body = &body["properties"][wrapper];
        }
        for name in names(&stated["body"]) {
            assert!(body["properties"].get(name).is_some(), "{id}: {name}");
        }
        for status in stated["status"].as_array().unwrap() {
            let answer = one["responses"].get(status.to_string());
            assert!(answer.is_some(), "{id}: {status}");
        }
    }
    assert!(described.is_empty(), "{:?}", described.keys());
}

#[test]
fn every_reference_leads_somewhere_and_every_component_is_used() {
    let document = openapi::document();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    for reference in &found {
        let pointer = reference.strip_prefix('#').expect("within the document");
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    for section in ["parameters", "headers", "responses", "schemas"] {
        let entries = document["components"][section].as_object().unwrap();
        for name in entries.keys() {
            let reference = format!("#/components/{section}/{name}");
            assert!(found.contains(&reference), "{reference} is not used");
        }
    }
}

fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                match value {
                    Value::String(to) if key == "$ref" => {
                        found.insert(to.clone());
                    }
                    value => references(value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[test]
fn no_two_objects_share_a_name_and_none_takes_that_of_a_shared_schema() {
    let document = openapi::document();
    let schemas = &document["components"]["schemas"];
    let of_resources = catalog::recharge::API
        .resources
        .iter()
        .map(|resource| resource.object);
    let of_answers = catalog::recharge::API
        .operations()
        .filter_map(|(_, row)| row.response.object());
    for object in of_resources.chain(of_answers) {
        let described = schemas[object.name]["properties"].as_object().unwrap();
        let fields: Vec<&str> = object.fields.iter().map(|field| field.name).collect();
        // What was included is not a field of the object.
        let own = described.keys().filter(|name| *name != "include");
        assert_eq!(own.collect::<Vec<_>>(), fields, "{}", object.name);
    }
}

/// Each rule of translation, by one operation that shows it.
#[test]
fn rows_become_what_openapi_calls_them() {
    let document = openapi::document();
    let at = |pointer: &str| {
        let value = document.pointer(pointer);
        value.unwrap_or_else(|| panic!("nothing at {pointer}"))
    };
    let list = named(at("/paths/~1charges/get/parameters"), "query");
    assert_eq!(list["limit"]["schema"]["maximum"], 250);
    assert_eq!(list["limit"]["schema"]["default"], 50);
    assert_eq!(list["status"]["explode"], false);
    assert_eq!(list["status"]["schema"]["items"]["enum"][0], "success");
    assert_eq!(list["customer_id"]["schema"]["type"], "integer");
    let list = named(at("/paths/~1metafields/get/parameters"), "query");
    assert_eq!(list["owner_resource"]["x-unless"][0], "cursor");
    assert!(list["owner_resource"].get("required").is_none());

    let body = "/requestBody/content/application~1json/schema";
    let create = at(&format!("/paths/~1metafields/post{body}"));
    assert_eq!(create["required"][0], "metafield");
    let create = at(&format!("/paths/~1subscriptions/post{body}"));
    assert_eq!(create["required"][0], "address_id");
    let either = &create["allOf"][0]["anyOf"];
    assert_eq!(either[0]["required"][0], "charge_interval_frequency");
    assert_eq!(either[1]["required"][0], "plan_id");
    let tasks = format!("/paths/~1async_batches~1{{batch_id}}~1tasks/post{body}");
    assert_eq!(at(&tasks)["properties"]["tasks"]["maxItems"], 1000);

    let page = at("/paths/~1charges/get/responses/200/content/application~1json/schema");
    assert!(page["properties"].get("next_cursor").is_some());
    let item = &page["properties"]["charges"]["items"]["$ref"];
    assert_eq!(item, "#/components/schemas/charge");
    assert!(
        at("/paths/~1subscriptions~1{id}/delete/responses/204")
            .get("content")
            .is_none()
    );

    let refund = at("/paths/~1charges~1{id}~1refund/post");
    assert_eq!(refund["x-effect"], "destroys");
    assert_eq!(refund["x-again"], "twice");
    assert_eq!(refund["x-scopes"][0], "write_orders");
    assert_eq!(refund["x-scopes-perhaps"][0], "write_payment_methods");

    let fields = at("/components/schemas/subscription/properties");
    let numbers = &fields["charge_interval_frequency"]["type"];
    assert_eq!(numbers, &serde_json::json!(["string", "integer", "null"]));
    assert!(
        fields["status"]["enum"]
            .as_array()
            .unwrap()
            .contains(&Value::Null)
    );
}
