//! Rules between objects: uniqueness, children, limits, events.

use serde_json::{Value, json};

use super::{Store, of};

#[test]
fn no_two_customers_have_the_same_email() {
    let store = Store::empty();
    let one = store.customer("ada@example.com");
    let body = json!({"email": "ADA@example.com", "first_name": "A", "last_name": "K"});
    assert_eq!(
        store.refused("POST", "/customers", &body),
        json!({"email": "email already exists on store"})
    );
    let other = store.customer("bea@example.com");
    store.refused(
        "PUT",
        &of("customers", &other),
        &json!({"email": "ada@example.com"}),
    );
    store.put(&of("customers", &one), &json!({"email": "ada@example.com"}));
    store.refused(
        "POST",
        "/customers",
        &json!({"email": "nobody", "first_name": "A", "last_name": "K"}),
    );
}

#[test]
fn an_address_with_active_subscriptions_stays() {
    let store = Store::empty();
    let (_, address, one) = store.subscriber("2026-12-01");
    let path = of("addresses", &address);
    let refused = store.refused("DELETE", &path, &Value::Null);
    assert_eq!(
        refused,
        json!({"subscriptions": ["Address has active subscriptions"]})
    );
    store.post(
        &(of("subscriptions", &one) + "/cancel"),
        &json!({"cancellation_reason": "x"}),
    );
    store.delete(&path);
    assert_eq!(
        store.ask("GET", &path, &Value::Null),
        (404, json!({"errors": "Not Found"}))
    );
}

#[test]
fn a_deleted_customer_takes_everything_along() {
    let store = Store::empty();
    let (customer, address, one) = store.subscriber("2026-12-01");
    let field = json!({"metafield": {"key": "k", "namespace": "n", "owner_id": customer["id"],
        "owner_resource": "customer", "value": "v", "value_type": "string"}});
    store.post("/metafields", &field);
    store.delete(&of("customers", &customer));
    assert_eq!(
        store.ask("GET", &of("subscriptions", &one), &Value::Null).0,
        404
    );
    assert_eq!(
        store.ask("GET", &of("addresses", &address), &Value::Null).0,
        404
    );
    for list in [
        "charges",
        "payment_methods",
        "metafields?owner_resource=customer",
        "subscriptions",
        "addresses",
    ] {
        let key = list.split('?').next().unwrap();
        assert_eq!(store.get(&format!("/{list}"))[key], json!([]), "{list}");
    }
}

#[test]
fn exactly_one_payment_method_is_the_default() {
    let store = Store::empty();
    let customer = store.customer("ada@example.com");
    let first = store.card(&customer);
    assert_eq!(first["default"], true);
    let second = store.card(&customer);
    assert_eq!(second["default"], false);
    store.put(&of("payment_methods", &second), &json!({"default": true}));
    let default =
        |one: &Value| store.get(&of("payment_methods", one))["payment_method"]["default"].clone();
    assert_eq!(
        (default(&first), default(&second)),
        (json!(false), json!(true))
    );
    store.refused(
        "PUT",
        &of("payment_methods", &second),
        &json!({"default": false}),
    );
    store.delete(&of("payment_methods", &second));
    assert_eq!(default(&first), true);
    let customer = store.get(&of("customers", &customer))["customer"].clone();
    assert_eq!(customer["has_valid_payment_method"], true);
}

#[test]
fn an_owner_holds_fifty_metafields() {
    let store = Store::empty();
    let customer = store.customer("ada@example.com");
    let field = |key: usize| {
        json!({"metafield": {"key": format!("k{key}"), "namespace": "n",
        "owner_id": customer["id"], "owner_resource": "customer", "value": "v", "value_type": "string"}})
    };
    for key in 0..50 {
        store.post("/metafields", &field(key));
    }
    store.refused("POST", "/metafields", &field(50));
    let bare = field(51)["metafield"].clone();
    assert_eq!(
        store.refused("POST", "/metafields", &bare),
        json!({"_schema": ["Missing required fields: metafield"]})
    );
}

#[test]
fn a_topic_has_ten_webhooks() {
    let store = Store::empty();
    let body = json!({"address": "https://request.in/foo", "topic": "charge/paid"});
    for _ in 0..10 {
        store.post("/webhooks", &body);
    }
    store.refused("POST", "/webhooks", &body);
    store.refused(
        "POST",
        "/webhooks",
        &json!({"address": "https://a.b", "topic": "moon/full"}),
    );
}

#[test]
fn merging_moves_everything_and_fails_as_a_whole() {
    let store = Store::empty();
    let (customer, source, one) = store.subscriber("2026-12-01");
    let target = store.address(&customer);
    let foreign = json!({"customer_id": customer["id"], "address1": "1", "city": "c", "country_code": "CA",
        "first_name": "a", "last_name": "b", "phone": "", "province": "Ontario", "zip": "K1A 0B1", "presentment_currency": "CAD"});
    let foreign = store.post("/addresses", &foreign)["address"].clone();
    let merge = |sources: Value| {
        json!({"target_address": {"id": target["id"]}, "source_addresses": sources,
        "delete_source_addresses": true})
    };
    let both = merge(json!([{"id": source["id"]}, {"id": foreign["id"]}]));
    store.refused("POST", "/addresses/merge", &both);
    assert_eq!(store.charges_of(&source, "queued").len(), 1);
    let eleven: Vec<Value> = (0..11).map(|_| json!({"id": source["id"]})).collect();
    store.refused("POST", "/addresses/merge", &merge(json!(eleven)));
    store.post("/addresses/merge", &merge(json!([{"id": source["id"]}])));
    assert_eq!(
        store.ask("GET", &of("addresses", &source), &Value::Null).0,
        404
    );
    assert_eq!(
        store.get(&of("subscriptions", &one))["subscription"]["address_id"],
        target["id"]
    );
    assert_eq!(store.charges_of(&target, "queued").len(), 1);
}

#[test]
fn bulk_requests_hold_twenty_plans_and_two_hundred_and_fifty_products() {
    let store = Store::demo();
    let monthly = json!({"charge_interval_frequency": 1, "order_interval_frequency": 1, "interval_unit": "month"});
    let first = store.first("/plans?external_product_id=2103271587891", "plans");
    let plan = json!({"title": first["title"], "type": "subscription", "subscription_preferences": monthly});
    let path = "/products/2103271587891/plans-bulk";
    store.refused("POST", path, &json!({"plans": vec![plan.clone(); 21]}));
    assert_eq!(
        store.post(path, &json!({"plans": vec![plan; 20]}))["plans"]
            .as_array()
            .unwrap()
            .len(),
        20
    );
    let collection = of("collections", &store.first("/collections", "collections"))
        + "/collection_products-bulk";
    let products = vec![json!({"external_product_id": "2103271587891"}); 251];
    store.refused(
        "POST",
        &collection,
        &json!({"collection_products": products}),
    );
}

#[test]
fn writes_leave_events_and_nothing_older_than_a_week_is_asked_for() {
    let store = Store::empty();
    let (customer, _, one) = store.subscriber("2026-12-01");
    store.put(&of("subscriptions", &one), &json!({"quantity": 5}));
    let path = format!(
        "/events?object_type=subscription&object_id={}&verbs=updated",
        one["id"]
    );
    let event = store.first(&path, "events");
    assert_eq!(event["customer_id"], customer["id"]);
    let changed = json!({"attribute": "quantity", "previous_value": 2, "value": 5});
    assert!(
        event["updated_attributes"]
            .as_array()
            .unwrap()
            .contains(&changed),
        "{event}"
    );
    let old = store.refused("GET", "/events?created_at_min=2026-11-01", &Value::Null);
    assert_eq!(
        old,
        json!({"_schema": ["created_at_min must be less than 7 days ago"]})
    );
    // A client that asks for seven days by its own clock is a little early.
    store.get("/events?created_at_min=2026-11-13T11%3A30%3A00%2B0000");
    store.refused(
        "GET",
        "/events?created_at_min=2026-11-13T10:59:00Z",
        &Value::Null,
    );
    assert_eq!(
        store.get("/events?created_at_min=2026-11-19&origin=customer_portal")["events"],
        json!([])
    );
}

#[test]
fn a_refused_request_changes_nothing() {
    let store = Store::empty();
    let (_, address, one) = store.subscriber("2026-12-01");
    let before = store.0.with_state(|state| {
        (
            state.revision,
            state.count("onetime"),
            state.count("address"),
        )
    });
    let body = json!({"purchase_item_ids": [one["id"], 5], "recipient_address": {"address1": "a",
        "city": "c", "country_code": "US", "first_name": "f", "last_name": "l", "zip": "1"}});
    store.refused("POST", "/subscriptions/skip_gift", &body);
    let after = store.0.with_state(|state| {
        (
            state.revision,
            state.count("onetime"),
            state.count("address"),
        )
    });
    assert_eq!(before, after);
    assert_eq!(store.charges_of(&address, "queued").len(), 1);
    assert_eq!(store.charges_of(&address, "skipped").len(), 0);
}
