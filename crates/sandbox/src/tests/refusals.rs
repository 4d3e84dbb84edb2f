//! What the rows of the catalogue refuse, parameter by parameter and all at
//! once.

use serde_json::{Map, Value, json};

use super::Store;
use super::call;
use recharge_catalog::{self as catalog, Operation, Parameter, ValueKind};

/// Every list with the path that asks for it, and whether a `?` is in it.
fn lists(store: &Store) -> Vec<(&'static Operation, String)> {
    let asked = |(resource, operation): (&catalog::Resource, &'static Operation)| {
        let path = call(store, &format!("{}.{}", resource.name, operation.verb)).path;
        let joined = if path.contains('?') { '&' } else { '?' };
        (operation, format!("{path}{joined}"))
    };
    catalog::recharge::API
        .operations()
        .filter(|(_, operation)| operation.pages())
        .map(asked)
        .collect()
}

/// A value that does not fit the kind of a list parameter.
fn wrong(parameter: &Parameter) -> Option<&'static str> {
    match parameter.kind {
        ValueKind::Id | ValueKind::Integer => Some("seven"),
        ValueKind::Time | ValueKind::Day => Some("yesterday"),
        ValueKind::Boolean => Some("perhaps"),
        _ if !parameter.values.is_empty() => Some("unheard-of"),
        _ => None,
    }
}

fn names(errors: &Value) -> Vec<&str> {
    errors
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[test]
fn every_list_refuses_every_wrong_value_by_its_name_and_all_at_once() {
    let store = Store::demo();
    for (operation, path) in lists(&store) {
        let mut together = path.clone();
        let mut wanted = Vec::new();
        for parameter in operation.query {
            let (name, Some(value)) = (parameter.name, wrong(parameter)) else {
                continue;
            };
            if path.contains(&format!("{name}=")) || name == "cursor" {
                continue;
            }
            let said = store.refused("GET", &format!("{path}{name}={value}"), &Value::Null);
            assert_eq!(names(&said), [name], "{path}");
            if parameter.multiple && parameter.kind == ValueKind::Id {
                let said = store.refused("GET", &format!("{path}{name}=1,x"), &Value::Null);
                assert_eq!(said, json!({name: ["Not a valid integer."]}), "{path}");
            }
            together.extend([name, "=", value, "&"]);
            wanted.push(name);
        }
        let said = store.refused("GET", &together, &Value::Null);
        assert_eq!(names(&said), wanted, "{path}");
    }
}

#[test]
fn every_list_refuses_absurd_limits_and_pages() {
    let store = Store::demo();
    for (operation, path) in lists(&store) {
        let cases = [
            "limit=0",
            "limit=251",
            "limit=-1",
            "limit=1.5",
            "page=0",
            "page=101",
            "page=-7",
        ];
        for query in cases {
            let name = query.split('=').next().unwrap();
            if operation
                .query
                .iter()
                .any(|parameter| parameter.name == name)
            {
                let said = store.refused("GET", &format!("{path}{query}"), &Value::Null);
                assert_eq!(names(&said), [name], "{path}{query}");
            }
        }
        store.get(&format!("{path}limit=250"));
    }
}

#[test]
fn every_list_takes_beside_a_cursor_only_a_limit_and_only_a_cursor_of_its_own() {
    let store = Store::demo();
    let mut cursors = Vec::new();
    for (_, path) in lists(&store) {
        let page = store.get(&format!("{path}limit=1"));
        if let Some(cursor) = page["next_cursor"].as_str() {
            cursors.push((path, cursor.to_owned()));
        }
    }
    assert!(
        cursors.len() > 15,
        "{} lists have a second page",
        cursors.len()
    );
    let invalid = json!({"cursor": ["Invalid value"]});
    for (place, (path, cursor)) in cursors.iter().enumerate() {
        let bare = path.split('?').next().unwrap();
        store.get(&format!("{bare}?limit=2&cursor={cursor}"));
        for beside in [
            "sort_by=id-asc",
            "page=2",
            "ids=1",
            "anything=1",
            "owner_id=7",
        ] {
            let said = store.refused(
                "GET",
                &format!("{bare}?cursor={cursor}&{beside}"),
                &Value::Null,
            );
            assert!(said["cursor"].is_array(), "{bare} beside {beside}: {said}");
        }
        let (_, other) = &cursors[(place + 1) % cursors.len()];
        let cut = &cursor[..cursor.len() - 5];
        for wrong in [other.as_str(), cut, "%F0%9F%92%A5", "e30", ""] {
            let said = store.refused("GET", &format!("{bare}?cursor={wrong}"), &Value::Null);
            assert_eq!(said, invalid, "{bare}?cursor={wrong}");
        }
    }
}

/// A value that does not fit the kind of a body parameter.
fn misfit(parameter: &Parameter) -> Value {
    match parameter.kind {
        ValueKind::Text => json!(["text"]),
        ValueKind::Json | ValueKind::Pairs => json!(7),
        ValueKind::External(_) | ValueKind::Reference(_) => json!([]),
        _ => json!({"odd": []}),
    }
}

#[test]
fn every_write_names_all_its_misfits_at_once() {
    let mut tried = 0;
    for (resource, operation) in catalog::recharge::API.operations() {
        let id = format!("{}.{}", resource.name, operation.verb);
        if operation.body.is_empty() {
            continue;
        }
        let store = Store::demo();
        let call = call(&store, &id);
        let misfits = operation.body.iter();
        let body: Map<String, Value> = misfits
            .map(|parameter| (parameter.name.to_owned(), misfit(parameter)))
            .collect();
        let mut sent = Value::Object(body.clone());
        if let Some(key) = operation.wrapper {
            sent = json!({key: sent});
        }
        let before = store.0.with_state(|state| state.revision);
        let said = store.refused(operation.method.name(), &call.path, &sent);
        for name in body.keys() {
            assert!(said[name].is_array(), "{id} takes {name}: {said}");
        }
        assert_eq!(store.0.with_state(|state| state.revision), before, "{id}");
        tried += 1;
    }
    assert!(tried > 45, "only {tried} writes");
}

#[test]
fn every_write_names_all_that_is_missing_at_once() {
    for (resource, operation) in catalog::recharge::API.operations() {
        let id = format!("{}.{}", resource.name, operation.verb);
        let body = operation.body.iter();
        let required = body.filter(|parameter| parameter.required && parameter.enforced);
        let wanted: Vec<&str> = required.map(|parameter| parameter.name).collect();
        if wanted.is_empty() {
            continue;
        }
        let store = Store::demo();
        let call = call(&store, &id);
        let sent = operation
            .wrapper
            .map_or_else(|| json!({}), |key| json!({key: {}}));
        let said = store.refused(operation.method.name(), &call.path, &sent);
        let sentence = format!("Missing required fields: {}", wanted.join(", "));
        assert_eq!(said["_schema"], json!([sentence]), "{id}");
    }
}

#[test]
fn every_write_refuses_values_that_are_not_listed() {
    for (resource, operation) in catalog::recharge::API.operations() {
        let id = format!("{}.{}", resource.name, operation.verb);
        let store = Store::demo();
        let listed = operation.body.iter().filter(|one| !one.values.is_empty());
        for parameter in listed {
            let call = call(&store, &id);
            let mut body = call.body.clone();
            let fields = match operation.wrapper {
                Some(key) => &mut body[key],
                None => &mut body,
            };
            fields[parameter.name] = match parameter.kind {
                ValueKind::Texts => json!(["unheard-of"]),
                _ => json!("unheard-of"),
            };
            let said = store.refused(operation.method.name(), &call.path, &body);
            let message = said[parameter.name][0].as_str().unwrap_or_default();
            assert!(message.contains("is not one of"), "{id}: {said}");
        }
    }
}
