//! The catalogue against the contract: facts read off the reference by someone
//! else, compared both ways. Where a row says more than the reference's tables,
//! it says why (`beyond`), and the test sees to it that it still differs.

use std::collections::{BTreeMap, BTreeSet};

use recharge_cli::catalog::{self, Field, Object, Operation, Parameter, ResponseShape};
use serde_json::Value;

fn contract() -> Value {
    let text = include_str!("../contract/recharge-2021-11.json");
    serde_json::from_str(text).expect("the contract is JSON")
}

fn text(value: &Value) -> Option<&str> {
    value.as_str()
}

fn texts(value: &Value) -> Vec<&str> {
    value
        .as_array()
        .map_or_else(Vec::new, |all| all.iter().filter_map(text).collect())
}

fn sorted<'a>(all: impl IntoIterator<Item = &'a str>) -> BTreeSet<&'a str> {
    all.into_iter().collect()
}

/// Compares every operation of the contract with its row.
fn each_operation(mut compare: impl FnMut(&str, &Operation, &Value)) {
    let contract = contract();
    for stated in contract["operations"].as_array().expect("operations") {
        let id = text(&stated["id"]).expect("an id");
        let (_, operation) = catalog::recharge::API
            .operation(id)
            .unwrap_or_else(|| panic!("{id} is missing"));
        compare(id, operation, stated);
    }
}

#[test]
fn the_catalogue_has_the_operations_of_the_contract_and_no_others() {
    let contract = contract();
    let stated = contract["operations"].as_array().expect("operations");
    let stated: BTreeSet<String> = stated
        .iter()
        .filter_map(|o| text(&o["id"]))
        .map(String::from)
        .collect();
    let listed: BTreeSet<String> = catalog::recharge::API
        .operations()
        .map(|(r, o)| format!("{}.{}", r.name, o.verb))
        .collect();
    assert_eq!(listed, stated);
    assert_eq!(listed.len(), 117);
}

#[test]
fn methods_paths_statuses_and_wrappers_agree() {
    each_operation(|id, operation, stated| {
        assert_eq!(
            Some(operation.method.name()),
            text(&stated["method"]),
            "{id}"
        );
        assert_eq!(Some(operation.path), text(&stated["path"]), "{id}");
        let holes: Vec<&str> = operation
            .path_parameters
            .iter()
            .map(|hole| hole.name)
            .collect();
        assert_eq!(holes, texts(&stated["path_params"]), "{id}");
        let statuses: Vec<u64> = std::iter::once(operation.success)
            .chain(operation.errors.iter().copied())
            .map(u64::from)
            .collect();
        let expected: Vec<u64> = stated["status"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_u64)
            .collect();
        assert_eq!(statuses, expected, "{id}");
        assert_eq!(operation.wrapper, text(&stated["body_wrapper"]), "{id}");
    });
}

#[test]
fn scopes_agree() {
    each_operation(|id, operation, stated| {
        assert_eq!(operation.scope, text(&stated["scope"]), "{id}");
    });
}

#[test]
fn answers_are_wrapped_in_the_same_keys() {
    each_operation(|id, operation, stated| {
        let (list, item) = (text(&stated["list_key"]), text(&stated["item_key"]));
        match operation.response {
            ResponseShape::Page(key, _) => assert_eq!(list, Some(key), "{id}"),
            ResponseShape::One(key, _)
            | ResponseShape::Bare(key, _)
            | ResponseShape::Many(key, _)
            | ResponseShape::Number(key) => {
                assert_eq!(item, Some(key), "{id}");
            }
            // The contract gives no key where the example shows a list for one object.
            ResponseShape::OneInList(key, _) => {
                assert_eq!((list, item), (None, None), "{id}");
                assert!(stated["example_response"][key].is_array(), "{id}");
            }
            ResponseShape::Nothing | ResponseShape::BarePage(_) => {
                assert_eq!((list, item), (None, None), "{id}");
            }
        }
    });
}

fn differences(parameter: &Parameter, stated: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut compare = |what: &str, ours: String, theirs: String| {
        if ours != theirs {
            found.push(format!("{what}: {ours}, the contract has {theirs}"));
        }
    };
    let documented = parameter.documented.name();
    compare(
        "type",
        format!("{documented:?}"),
        format!("{:?}", text(&stated["type"])),
    );
    let required = stated["required"].as_bool().unwrap_or(false);
    compare(
        "required",
        parameter.required.to_string(),
        required.to_string(),
    );
    let values = sorted(parameter.values.iter().copied());
    compare(
        "enum",
        format!("{values:?}"),
        format!("{:?}", sorted(texts(&stated["enum"]))),
    );
    let maximum = parameter.maximum.map(u64::from);
    compare(
        "max",
        format!("{maximum:?}"),
        format!("{:?}", stated["max"].as_u64()),
    );
    compare(
        "default",
        format!("{:?}", parameter.default),
        format!("{:?}", text(&stated["default"])),
    );
    let multiple = stated["multiple"].as_bool().unwrap_or(false);
    compare(
        "multiple",
        parameter.multiple.to_string(),
        multiple.to_string(),
    );
    found
}

fn compare_parameters(id: &str, ours: &[Parameter], stated: &Value) {
    let mut stated: BTreeMap<&str, &Value> = stated
        .as_array()
        .unwrap()
        .iter()
        .map(|parameter| (text(&parameter["name"]).unwrap(), parameter))
        .collect();
    for parameter in ours {
        let name = parameter.name;
        match (stated.remove(name), parameter.beyond) {
            (None, Some(_)) => {}
            (None, None) => panic!("{id}: {name} is not in the contract"),
            (Some(stated), reason) => {
                let found = differences(parameter, stated);
                assert_eq!(
                    reason.is_some(),
                    !found.is_empty(),
                    "{id}: {name}: {found:?}"
                );
            }
        }
    }
    assert!(stated.is_empty(), "{id}: missing {:?}", stated.keys());
}

#[test]
fn every_parameter_agrees_in_type_need_values_and_limit() {
    each_operation(|id, operation, stated| {
        compare_parameters(id, operation.query, &stated["query"]);
        compare_parameters(id, operation.body, &stated["body"]);
    });
}

fn objects() -> BTreeMap<&'static str, &'static Object> {
    let of_resources = catalog::recharge::API
        .resources
        .iter()
        .map(|resource| resource.object);
    let of_answers = catalog::recharge::API
        .operations()
        .filter_map(|(_, operation)| operation.response.object());
    of_resources
        .chain(of_answers)
        .map(|object| (object.name, object))
        .collect()
}

#[test]
fn every_field_of_every_object_agrees() {
    let contract = contract();
    let stated = contract["objects"].as_object().expect("objects");
    let ours = objects();
    for (name, stated) in stated {
        let object = ours
            .get(name.as_str())
            .unwrap_or_else(|| panic!("{name} is missing"));
        let (listed, beyond): (Vec<&Field>, Vec<&Field>) = object
            .fields
            .iter()
            .partition(|field| field.beyond.is_none());
        for field in beyond {
            let listed = stated["fields"].as_array().unwrap().iter();
            let same = listed.filter(|one| text(&one["name"]) == Some(field.name));
            assert_eq!(same.count(), 0, "{name}.{} is listed", field.name);
        }
        let fields: Vec<_> = listed.into_iter().map(described).collect();
        let expected: Vec<_> = stated["fields"]
            .as_array()
            .unwrap()
            .iter()
            .map(|field| {
                (
                    text(&field["name"]).unwrap(),
                    text(&field["type"]),
                    texts(&field["enum"]),
                )
            })
            .collect();
        assert_eq!(fields, expected, "{name}");
    }
    // The reference shows shipping rates in an example and lists no fields.
    let extra: Vec<_> = ours
        .keys()
        .filter(|name| !stated.contains_key(**name))
        .collect();
    assert_eq!(extra, [&"shipping_rate"]);
}

fn described(field: &Field) -> (&'static str, Option<&'static str>, Vec<&'static str>) {
    (field.name, field.documented.name(), field.values.to_vec())
}

#[test]
fn general_facts_agree() {
    let contract = contract();
    assert_eq!(
        Some(catalog::recharge::API.version),
        text(&contract["version"])
    );
    assert_eq!(
        Some(catalog::recharge::BASE_URL),
        text(&contract["base_url"])
    );
    assert_eq!(
        Some(catalog::recharge::TOKEN_HEADER),
        text(&contract["auth_header"])
    );
    assert_eq!(
        Some(catalog::recharge::VERSION_HEADER),
        text(&contract["version_header"])
    );
    let page = contract["pagination"]["max_limit"].as_u64();
    assert_eq!(
        Some(u64::from(catalog::recharge::API.maximum_page_size)),
        page
    );
}
