//! What recorded answers and the vendor's own client show, each by an example.

use serde_json::{Value, json};

use super::{Store, of};

fn queued(store: &Store, address: &Value) -> Value {
    store.charges_of(address, "queued")[0].clone()
}

#[test]
fn faults_of_nested_fields_are_answered_nested() {
    let store = Store::empty();
    let customer = store.customer("nested@example.com");
    let card = store.card(&customer);
    let body = json!({"billing_address": {"address1": null}});
    assert_eq!(
        store.refused("PUT", &of("payment_methods", &card), &body),
        json!({"billing_address": {"address1": ["Field may not be null."]}})
    );
    let (_, address, _) = store.subscriber("2026-12-01");
    let line = json!({"code": "s", "title": "s", "price": "-5"});
    let body = json!({"shipping_lines_override": [line]});
    assert_eq!(
        store.refused("PUT", &of("addresses", &address), &body),
        json!({"shipping_lines_override": {"0": {"price": ["Not a valid amount."]}}})
    );
}

#[test]
fn missing_fields_of_an_address_are_told_in_one_sentence_without_zip_and_phone() {
    let store = Store::empty();
    let errors = store.refused("POST", "/addresses", &json!({}));
    let sentences = errors["_schema"].as_array().unwrap();
    assert_eq!(sentences.len(), 1);
    assert_eq!(errors.as_object().unwrap().len(), 1);
    let sentence = sentences[0].as_str().unwrap();
    for name in [
        "customer_id",
        "first_name",
        "address1",
        "city",
        "country_code",
    ] {
        assert!(sentence.contains(name), "{name}: {sentence}");
    }
    assert!(!sentence.contains("zip") && !sentence.contains("phone"));
    let customer = store.customer("nophone@example.com");
    let body = json!({"customer_id": customer["id"], "first_name": "A", "last_name": "B",
        "address1": "1 Rue", "city": "Dublin", "country_code": "IE", "province": ""});
    store.post("/addresses", &body);
}

#[test]
fn unit_without_frequencies_is_refused_with_a_bare_text_under_its_old_name() {
    let store = Store::empty();
    let (_, address, one) = store.subscriber("2026-12-01");
    let unit = json!({"order_interval_unit": "week"});
    let errors = store.refused("PUT", &of("subscriptions", &one), &unit);
    assert_eq!(errors.as_object().unwrap().len(), 1);
    assert!(errors["charge_interval_unit_type"].is_string(), "{errors}");
    let body = json!({"address_id": address["id"], "quantity": 1, "order_interval_unit": "week",
        "next_charge_scheduled_at": "2026-12-01", "external_variant_id": {"ecommerce": "1"}});
    let errors = store.refused("POST", "/subscriptions", &body);
    assert!(errors["charge_interval_unit_type"].is_string(), "{errors}");
}

#[test]
fn currency_that_does_not_exist_is_refused() {
    let store = Store::empty();
    let customer = store.customer("money@example.com");
    let mut body = json!({"customer_id": customer["id"], "first_name": "A", "last_name": "B",
        "address1": "1 Rue", "city": "Paris", "country_code": "FR", "province": "", "zip": "75001",
        "presentment_currency": "ZZZ"});
    let errors = store.refused("POST", "/addresses", &body);
    assert!(errors["presentment_currency"].is_array(), "{errors}");
    body["presentment_currency"] = json!("EUR");
    let address = store.post("/addresses", &body)["address"].clone();
    assert_eq!(address["presentment_currency"], "EUR");
    let errors = store.refused("POST", "/checkouts", &json!({"currency": "ZZZ"}));
    assert!(errors["currency"].is_array() || errors["_schema"].is_array());
}

#[test]
fn status_in_an_update_is_refused_unless_it_brings_a_subscription_back() {
    let store = Store::empty();
    let (_, _, one) = store.subscriber("2026-12-01");
    let path = of("subscriptions", &one);
    let errors = store.refused("PUT", &path, &json!({"status": "cancelled"}));
    assert!(errors["status"].is_array(), "{errors}");
    store.put(&path, &json!({"status": "active", "quantity": 4}));
    store.post(
        &(path.clone() + "/cancel"),
        &json!({"cancellation_reason": "x"}),
    );
    let path = path + "?force_update=true";
    let errors = store.refused("PUT", &path, &json!({"status": "expired"}));
    assert!(errors["status"].is_array(), "{errors}");
    let back = store.put(&path, &json!({"status": "active"}));
    assert_eq!(back["subscription"]["status"], "active");
}

#[test]
fn update_without_force_changes_nothing_when_the_subscription_is_not_active() {
    let store = Store::empty();
    let (_, _, one) = store.subscriber("2026-12-01");
    let path = of("subscriptions", &one);
    store.post(
        &(path.clone() + "/cancel"),
        &json!({"cancellation_reason": "x"}),
    );
    let before = store.get(&path);
    let (status, answer) = store.ask("PUT", &path, &json!({"quantity": 9}));
    assert_eq!((status, &answer), (200, &before));
    assert_eq!(store.get(&path), before);
    let forced = store.put(&(path + "?force_update=true"), &json!({"quantity": 9}));
    assert_eq!(forced["subscription"]["quantity"], 9);
}

#[test]
fn queued_charge_follows_an_update_five_seconds_later() {
    let store = Store::empty();
    let (_, address, one) = store.subscriber("2026-12-01");
    let before = queued(&store, &address);
    assert_eq!(before["has_uncommitted_changes"], false);
    store.advance("1m");
    let path = of("subscriptions", &one);
    let changed = store.put(&path, &json!({"quantity": 3}))["subscription"].clone();
    assert_eq!(changed["quantity"], 3);
    assert_ne!(changed["updated_at"], one["updated_at"]);
    store.advance("4s");
    let waiting = queued(&store, &address);
    assert_eq!(waiting["has_uncommitted_changes"], true);
    assert_eq!(waiting["line_items"], before["line_items"]);
    assert_eq!(waiting["updated_at"], before["updated_at"]);
    store.advance("1s");
    let after = queued(&store, &address);
    assert_eq!(after["has_uncommitted_changes"], false);
    assert_eq!(after["line_items"][0]["quantity"], 3);
    assert_eq!(after["updated_at"], "2026-11-20T12:01:05+00:00");
    assert_eq!(after["id"], before["id"]);
}

#[test]
fn queued_charge_follows_in_the_same_request_when_it_commits() {
    let store = Store::empty();
    let (_, address, one) = store.subscriber("2026-12-01");
    let path = of("subscriptions", &one) + "?commit=true";
    store.put(&path, &json!({"quantity": 3}));
    let charge = queued(&store, &address);
    assert_eq!(charge["line_items"][0]["quantity"], 3);
    assert_eq!(charge["has_uncommitted_changes"], false);
}

#[test]
fn discount_on_the_charge_alone_is_lost_when_it_is_regenerated() {
    let store = Store::demo();
    let (_, address, one) = store.subscriber("2026-12-01");
    let apply = || {
        let path = of("charges", &queued(&store, &address)) + "/apply_discount";
        store.post(&path, &json!({"discount_code": "WELCOME10"}));
    };
    apply();
    // Nothing in the charge changes, and yet it is made again.
    store.put(&of("subscriptions", &one), &json!({"quantity": 2}));
    assert_eq!(
        queued(&store, &address)["discounts"][0]["code"],
        "WELCOME10"
    );
    store.advance("5s");
    assert_eq!(queued(&store, &address)["discounts"], json!([]));
    apply();
    store.put(&of("addresses", &address), &json!({"company": "King & Co"}));
    assert_eq!(queued(&store, &address)["discounts"], json!([]));
}

#[test]
fn what_waits_to_be_regenerated_is_done_when_something_else_changes_the_queue() {
    let store = Store::empty();
    let (_, address, one) = store.subscriber("2026-12-01");
    store.put(&of("subscriptions", &one), &json!({"quantity": 3}));
    store.subscription(&address, "2026-12-05");
    let charge = queued(&store, &address);
    assert_eq!(charge["line_items"][0]["quantity"], 3);
    assert_eq!(charge["has_uncommitted_changes"], false);
}
