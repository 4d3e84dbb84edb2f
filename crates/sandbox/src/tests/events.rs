//! What is reported: events of every write, and what a token may know and do.

use bytes::Bytes;
use serde_json::{Value, json};

use super::settings::ask_as;
use super::{Store, request};

#[test]
fn events_are_asked_for_by_the_name_of_the_object_or_of_the_resource() {
    let store = Store::empty();
    let customer = store.customer("a@example.com");
    store.address(&customer);
    let listed = |query: &str| store.get(&format!("/events?{query}"))["events"].clone();
    assert_eq!(
        listed("object_type=customers"),
        listed("object_type=customer")
    );
    assert_eq!(listed("object_type=addresses")[0]["object_type"], "address");
    assert_eq!(listed("verbs=created,deleted").as_array().unwrap().len(), 2);
    let about = format!("object_type=customers&object_id={}", customer["id"]);
    assert_eq!(listed(&about).as_array().unwrap().len(), 1);
}

#[test]
fn events_are_read_on_by_cursor_while_new_ones_come() {
    let store = Store::empty();
    for number in 0..5 {
        store.customer(&format!("c{number}@example.com"));
    }
    let first = store.get("/events?limit=2&verbs=created");
    store.customer("late@example.com");
    let mut seen: Vec<Value> = first["events"].as_array().unwrap().clone();
    let mut page = first.clone();
    while let Some(cursor) = page["next_cursor"].as_str() {
        page = store.get(&format!("/events?limit=2&cursor={cursor}"));
        seen.extend(page["events"].as_array().unwrap().clone());
    }
    let mut ids: Vec<String> = seen
        .iter()
        .map(|event| event["object_id"].to_string())
        .collect();
    ids.dedup();
    assert_eq!(ids.len(), 5, "each once, the late one not");
    // The way back leads to what came since.
    let back = page["previous_cursor"].as_str().unwrap();
    assert_eq!(
        store.get(&format!("/events?limit=4&cursor={back}"))["events"][3],
        seen[3]
    );
}

#[test]
fn a_token_tells_of_itself_alone() {
    let store = Store::empty();
    let scopes = ["read_orders", "write_batches"];
    let (status, told) = ask_as(&store, &scopes, "GET", "/token_information", &Value::Null);
    assert_eq!(status, 200);
    assert_eq!(told["token_information"]["scopes"], json!(scopes));
    assert_eq!(told["token_information"]["name"], "Narrow");
    let all = store.get("/token_information")["token_information"]["scopes"].clone();
    assert!(
        all.as_array().unwrap().contains(&json!("write_discounts")),
        "{all}"
    );
    assert_eq!(
        ask_as(&store, &scopes, "GET", "/store", &Value::Null).0,
        403
    );
    assert_eq!(
        store.get("/store")["store"]["default_api_version"],
        "2021-11"
    );
}

#[test]
fn every_operation_that_names_a_scope_is_closed_without_it() {
    let store = Store::empty();
    let mut closed = 0;
    for (resource, operation) in recharge_catalog::recharge::API.operations() {
        let Some(scope) = operation.scopes().next() else {
            continue;
        };
        let mut path = operation.path.to_owned();
        for hole in operation.path_parameters {
            path = path.replace(&format!("{{{}}}", hole.name), "7");
        }
        let id = format!("{}.{}", resource.name, operation.verb);
        let method = operation.method.name();
        let (status, said) = ask_as(&store, &[], method, &path, &json!({}));
        assert_eq!(status, 403, "{id}: {said}");
        assert!(
            said["errors"].as_str().unwrap().contains(scope),
            "{id}: {said}"
        );
        let (status, _) = ask_as(&store, &[scope], method, &path, &json!({}));
        assert!(![401, 405].contains(&status), "{id}");
        closed += 1;
    }
    assert!(closed > 80, "only {closed} operations");
}

#[test]
fn a_body_that_is_sent_along_with_a_question_is_not_read() {
    let mut ask = request("GET", "/async_batches", &Value::Null);
    *ask.body_mut() = Bytes::from_static(b"not json");
    assert_eq!(Store::empty().0.answer(&ask).status(), 200);
}

/// Writes that may change nothing: they send something, or what is asked of
/// them here is so already.
const IDLE: &[&str] = &[
    "collections.add_products",
    "customers.notify",
    "payment_methods.update",
    "webhooks.test",
];

#[test]
fn every_write_leaves_an_event_and_a_refused_one_leaves_none() {
    for (resource, operation) in recharge_catalog::recharge::API.operations() {
        let id = format!("{}.{}", resource.name, operation.verb);
        let method = operation.method.name();
        if method == "GET" {
            continue;
        }
        let store = Store::demo();
        let call = super::call(&store, &id);
        let newest = || store.get("/events?limit=1")["events"][0]["id"].clone();
        let before = newest();
        if !operation.body.is_empty() {
            let odd = json!({operation.body[0].name: {"odd": {}}, "metafield": 7});
            let (status, _) = store.ask(method, &call.path, &odd);
            assert!(status >= 400 || newest() != before, "{id}");
            if status >= 400 {
                assert_eq!(newest(), before, "{id} was refused");
            }
        }
        let before = newest();
        let (status, said) = store.ask(method, &call.path, &call.body);
        assert!(status < 300, "{id}: {said}");
        assert!(newest() != before || IDLE.contains(&id.as_str()), "{id}");
    }
}
