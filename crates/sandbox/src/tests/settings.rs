//! What is set up around the store: webhooks, metafields, retention
//! strategies, batches.

use serde_json::{Value, json};

use super::{Store, of, present, request};
use crate::Sandbox;
use crate::Token;

/// Asks with a token that has only these scopes.
pub(super) fn ask_as(
    store: &Store,
    scopes: &[&str],
    method: &str,
    path: &str,
    body: &Value,
) -> (u16, Value) {
    store.0.with_state(|state| {
        state.add_token(Token {
            secret: "narrow".into(),
            name: "Narrow".into(),
            scopes: Some(scopes.iter().map(|scope| (*scope).to_owned()).collect()),
        });
    });
    let mut request = request(method, path, body);
    let token = "narrow".parse().unwrap();
    request
        .headers_mut()
        .insert("X-Recharge-Access-Token", token);
    let answer = store.0.answer(&request);
    let body = serde_json::from_slice(answer.body()).unwrap_or(Value::Null);
    (answer.status().as_u16(), body)
}

fn webhook(topic: &str, included: &[&str]) -> Value {
    json!({"address": "https://example.com/hook", "topic": topic, "included_objects": included})
}

#[test]
fn a_topic_has_ten_webhooks_at_most_also_when_one_moves_there() {
    let store = Store::empty();
    for _ in 0..10 {
        store.post("/webhooks", &webhook("order/created", &[]));
    }
    store.refused("POST", "/webhooks", &webhook("order/created", &[]));
    let other = store.post("/webhooks", &webhook("order/updated", &[]))["webhook"].clone();
    let moved = json!({"topic": "order/created"});
    store.refused("PUT", &of("webhooks", &other), &moved);
    let first = store.get("/webhooks?sort_by=id-asc")["webhooks"][0].clone();
    let elsewhere = json!({"address": "https://example.com/other"});
    store.put(&of("webhooks", &first), &elsewhere);
}

#[test]
fn a_message_can_carry_only_what_its_topic_has() {
    let store = Store::empty();
    let cases = [
        ("address/created", "payment_methods", true),
        ("address/created", "metafields", false),
        ("charge/paid", "metafields", true),
        ("charge/paid", "addresses", false),
        ("customer/updated", "addresses", true),
        ("customer/updated", "customer", false),
        ("order/created", "customer", true),
        ("order/created", "payment_methods", false),
        ("subscription/created", "customer", true),
        ("subscription/created", "addresses", false),
        ("plan/created", "customer", false),
        ("subscription/created", "collections", false),
    ];
    for (topic, object, good) in cases {
        let (status, said) = store.ask("POST", "/webhooks", &webhook(topic, &[object]));
        let wanted = if good { 200 } else { 422 };
        assert_eq!(status, wanted, "{topic} with {object}: {said}");
    }
    let made = store.post("/webhooks", &webhook("charge/paid", &["metafields"]));
    let path = of("webhooks", &made["webhook"]);
    let said = store.refused("PUT", &path, &json!({"topic": "address/created"}));
    assert!(said["included_objects"].is_array(), "{said}");
}

#[test]
fn a_webhook_is_checked_all_at_once_and_has_the_version_of_the_store() {
    let store = Store::empty();
    let body = json!({"address": "ftp://x", "topic": "moon/full", "version": "2019-01"});
    let said = store.refused("POST", "/webhooks", &body);
    for field in ["address", "topic", "version"] {
        assert!(said[field].is_array(), "{field}: {said}");
    }
    let made = store.post("/webhooks", &webhook("charge/paid", &[]))["webhook"].clone();
    assert_eq!(made["version"], "2021-11");
    let none = json!({"included_objects": null, "version": null});
    let same = store.put(&of("webhooks", &made), &none)["webhook"].clone();
    assert_eq!(same, made);
}

#[test]
fn a_webhook_needs_the_scope_that_reads_what_its_topic_is_about() {
    let store = Store::empty();
    let scopes = ["read_orders"];
    let body = webhook("order/created", &[]);
    assert_eq!(ask_as(&store, &scopes, "POST", "/webhooks", &body).0, 200);
    let body = webhook("subscription/created", &[]);
    let (status, said) = ask_as(&store, &scopes, "POST", "/webhooks", &body);
    assert_eq!(status, 403);
    assert!(
        said["errors"]
            .as_str()
            .unwrap()
            .contains("read_subscriptions")
    );
}

fn metafield(kind: &str, owner: &Value, value: &str, value_type: &str) -> Value {
    json!({"metafield": {"owner_resource": kind, "owner_id": owner, "namespace": "n",
        "key": "k", "value": value, "value_type": value_type}})
}

#[test]
fn an_owner_has_fifty_metafields_also_when_one_moves_there() {
    let store = Store::empty();
    let (one, other) = (
        store.customer("a@example.com"),
        store.customer("b@example.com"),
    );
    for _ in 0..50 {
        store.post(
            "/metafields",
            &metafield("customer", &one["id"], "v", "string"),
        );
    }
    let more = metafield("customer", &one["id"], "v", "string");
    store.refused("POST", "/metafields", &more);
    let elsewhere = metafield("customer", &other["id"], "v", "string");
    let made = store.post("/metafields", &elsewhere)["metafield"].clone();
    let moved = json!({"metafield": {"owner_id": one["id"]}});
    store.refused("PUT", &of("metafields", &made), &moved);
    let full = store.first(
        "/metafields?owner_resource=customer&sort_by=id-asc",
        "metafields",
    );
    store.put(
        &of("metafields", &full),
        &json!({"metafield": {"value": "w"}}),
    );
}

#[test]
fn a_metafield_has_an_owner_that_is_there_and_a_value_of_its_type() {
    let store = Store::empty();
    let customer = store.customer("a@example.com");
    let id = &customer["id"];
    for (value, kind, good) in [
        ("7", "integer", true),
        ("seven", "integer", false),
        ("{\"a\": [1]}", "json_string", true),
        ("{a}", "json_string", false),
        ("{a}", "string", true),
    ] {
        let (status, _) = store.ask(
            "POST",
            "/metafields",
            &metafield("customer", id, value, kind),
        );
        assert_eq!(status, if good { 200 } else { 422 }, "{value} as {kind}");
    }
    let said = store.refused(
        "POST",
        "/metafields",
        &metafield("order", &json!(1), "x", "integer"),
    );
    assert!(
        said["owner_id"].is_array() && said["value"].is_array(),
        "{said}"
    );
    let shop = store.get("/store")["store"]["id"].clone();
    store.post("/metafields", &metafield("store", &shop, "v", "string"));
    store.refused("GET", "/metafields", &Value::Null);
    store.refused("GET", "/metafields?owner_resource=moon", &Value::Null);
    assert_eq!(
        store.get("/metafields?owner_resource=store")["metafields"][0]["owner_id"],
        shop
    );
    store.delete(&of("customers", &customer));
    assert_eq!(
        store.get("/metafields?owner_resource=customer")["metafields"],
        json!([])
    );
}

#[test]
fn metafields_are_written_and_deleted_by_who_may_write_to_their_owner() {
    let store = Store::empty();
    let customer = store.customer("a@example.com");
    let body = metafield("customer", &customer["id"], "v", "string");
    let made = store.post("/metafields", &body)["metafield"].clone();
    let path = of("metafields", &made);
    let change = json!({"metafield": {"value": "w"}});
    let reads = ["read_customers"];
    assert_eq!(ask_as(&store, &reads, "POST", "/metafields", &body).0, 403);
    assert_eq!(ask_as(&store, &reads, "PUT", &path, &change).0, 403);
    assert_eq!(ask_as(&store, &reads, "DELETE", &path, &Value::Null).0, 403);
    let writes = ["write_customers"];
    assert_eq!(ask_as(&store, &writes, "PUT", &path, &change).0, 201);
    assert_eq!(
        ask_as(&store, &writes, "DELETE", &path, &Value::Null).0,
        204
    );
}

#[test]
fn a_strategy_that_offers_a_discount_says_which() {
    let store = Store::demo();
    let mut body = json!({"reason": "r", "prevention_text": "p", "incentive_type": "discount"});
    let said = store.refused("POST", "/retention_strategies", &body);
    assert_eq!(
        said,
        json!({"_schema": ["Missing required fields: discount_code"]})
    );
    body["discount_code"] = json!("NOSUCH");
    let said = store.refused("POST", "/retention_strategies", &body);
    assert!(said["discount_code"].is_array(), "{said}");
    body["discount_code"] = json!("WELCOME10");
    let made = store.post("/retention_strategies", &body)["retention_strategy"].clone();
    assert_eq!(made["cancellation_flow_type"], "subscription");
    let path = of("retention_strategies", &made);
    store.refused("PUT", &path, &json!({"discount_code": null}));
    store.refused("PUT", &path, &json!({"reason": ""}));
    let other = json!({"incentive_type": "skip_charge", "discount_code": null});
    store.put(&path, &other);
    let said = store.refused(
        "PUT",
        &path,
        &json!({"incentive_type": "gift", "cancellation_flow_type": "no"}),
    );
    assert_eq!(said.as_object().unwrap().len(), 2, "{said}");
}

#[test]
fn a_batch_takes_a_thousand_tasks_a_request_and_ten_thousand_in_all() {
    let store = Store::empty();
    let made = store.post("/async_batches", &json!({"batch_type": "onetime_delete"}));
    let path = of("async_batches", &made["async_batch"]) + "/tasks";
    let tasks = |count: usize| json!({"tasks": vec![json!({"body": {"onetime_id": 1}}); count]});
    store.refused("POST", &path, &tasks(1_001));
    store.refused("POST", &path, &tasks(0));
    store.refused("POST", &path, &json!({"tasks": [{"onetime_id": 1}]}));
    store.refused("POST", &path, &json!({"tasks": [{"body": [1]}]}));
    for _ in 0..10 {
        assert_eq!(store.post(&path, &tasks(1_000)), json!({"count": 1000}));
    }
    store.refused("POST", &path, &tasks(1));
    assert_eq!(
        store.ask("POST", "/async_batches/7/tasks", &tasks(1)).0,
        404
    );
    store.refused(
        "POST",
        "/async_batches",
        &json!({"batch_type": "customer_delete"}),
    );
    store.refused("POST", "/async_batches", &json!({}));
}

#[test]
fn a_batch_needs_the_scope_of_its_tasks_and_is_gone_after_a_month() {
    let store = Store::empty();
    let body = json!({"batch_type": "discount_create"});
    let batches = ["write_batches"];
    assert_eq!(
        ask_as(&store, &batches, "POST", "/async_batches", &body).0,
        403
    );
    let both = ["write_batches", "write_discounts"];
    let (status, made) = ask_as(&store, &both, "POST", "/async_batches", &body);
    assert_eq!(status, 201);
    let path = of("async_batches", &made["async_batch"]);
    let tasks = path.clone() + "/tasks";
    let task = json!({"tasks": [{"body": {"code": "A"}}]});
    assert_eq!(ask_as(&store, &batches, "POST", &tasks, &task).0, 403);
    assert_eq!(ask_as(&store, &both, "POST", &tasks, &task).0, 200);
    let process = path.clone() + "/process";
    assert_eq!(
        ask_as(&store, &batches, "POST", &process, &json!({})).0,
        403
    );
    let at = |days: i64| {
        let now = present() + jiff::SignedDuration::from_hours(24 * days);
        let state = store.0.with_state(|state| state.clone());
        Store(Sandbox::new(state, std::sync::Arc::new(move || now)))
    };
    assert_eq!(at(30).ask("GET", &path, &Value::Null).0, 200);
    let late = at(32);
    assert_eq!(late.ask("GET", &path, &Value::Null).0, 404);
    assert_eq!(late.ask("GET", &(path + "/tasks"), &Value::Null).0, 404);
    assert_eq!(late.get("/async_batches")["async_batches"], json!([]));
}

#[test]
fn settings_of_the_store_change_beside_the_api_and_only_those_that_it_has() {
    let store = Store::empty();
    let set = |body: &Value| {
        let request = request("PATCH", "/_sandbox/settings", body);
        store.0.control(&request).status().as_u16()
    };
    assert_eq!(set(&json!({"name": "A new name"})), 200);
    let changed = store.get("/store")["store"].clone();
    assert_eq!(changed["name"], "A new name");
    assert_ne!(changed["updated_at"], changed["created_at"]);
    for wrong in [json!({"id": 1}), json!({"name": "B", "colour": "red"})] {
        assert_eq!(set(&wrong), 422, "{wrong}");
    }
    assert_eq!(store.get("/store")["store"], changed);
}
