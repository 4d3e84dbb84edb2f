//! Each field, null and form of time that live stores answer with occurs in the
//! demo store, so that who writes a client meets it there.

use serde_json::{Value, json};

use super::{Store, at, of};
use recharge_catalog as catalog;

/// All records of the demo store that lists show, by the name of their list.
fn records(store: &Store, name: &str) -> Vec<Value> {
    let kinds: &[&str] = match name {
        "metafields" => &["&owner_resource=customer", "&owner_resource=subscription"],
        _ => &[""],
    };
    let mut all = Vec::new();
    for kind in kinds {
        let mut path = format!("/{name}?limit=250{kind}");
        loop {
            let page = store.get(&path);
            all.extend(page[name].as_array().unwrap().iter().cloned());
            match page["next_cursor"].as_str() {
                Some(cursor) => path = format!("/{name}?limit=250&cursor={cursor}"),
                None => break,
            }
        }
    }
    all
}

/// A form that a value has.
type Form = fn(&Value) -> bool;

fn is_there(value: &Value) -> bool {
    !value.is_null()
}

/// The value is null, and not missing: paths of missing fields lead nowhere.
fn is_null(value: &Value) -> bool {
    value.is_null()
}

fn has_offset(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.ends_with("+00:00"))
}

fn has_no_offset(value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    text.len() == 19 && text.as_bytes()[10] == b'T'
}

fn has_microseconds(value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    text.len() == 32 && text.as_bytes()[19] == b'.'
}

fn is_eastern_midnight(value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    text.ends_with("T04:00:00+00:00") || text.ends_with("T05:00:00+00:00")
}

const FORMS: &[(&str, &str, Form)] = &[
    ("charges", "total_duties", is_there),
    ("charges", "merged_at", is_there),
    ("charges", "merged_at", is_null),
    ("charges", "shipping_lines.0.status", is_there),
    ("charges", "shipping_lines.0.retrieved_at", is_there),
    ("charges", "charge_attempts", is_there),
    ("charges", "last_charge_attempt", has_offset),
    ("charges", "external_variant_not_found", is_null),
    ("charges", "shipping_address.address1", is_null),
    ("charges", "line_items.0.grams", is_null),
    ("charges", "line_items.0.handle", is_null),
    ("charges", "line_items.0.sku", is_null),
    ("charges", "line_items.0.images", |value| {
        value == &json!({})
    }),
    ("orders", "charge.payment_processor_name", is_there),
    ("orders", "charge.status", is_there),
    ("orders", "external_order_name.ecommerce", is_there),
    ("orders", "line_items.0.handle", is_there),
    ("orders", "line_items.0.handle", is_null),
    ("orders", "shipping_address.zip", is_null),
    ("orders", "status", |value| value == "cancelled"),
    ("orders", "scheduled_at", is_eastern_midnight),
    ("discounts", "starts_at", is_eastern_midnight),
    ("discounts", "starts_at", is_null),
    ("bundle_selections", "bundle_variant_id", is_there),
    ("bundle_selections", "bundle_variant", is_there),
    ("bundle_selections", "is_fallback", |value| value == true),
    ("bundle_selections", "charge_id", is_there),
    ("bundle_selections", "order_id", is_there),
    ("bundle_selections", "items.0.price", is_there),
    ("payment_methods", "billing_address.country", is_there),
    ("payment_methods", "include", |value| value == &json!({})),
    ("payment_methods", "payment_type", is_null),
    ("payment_methods", "payment_details", is_null),
    ("payment_methods", "status", |value| value == "empty"),
    ("payment_methods", "created_at", has_no_offset),
    ("payment_methods", "updated_at", has_no_offset),
    (
        "customers",
        "apply_credit_to_next_checkout_charge",
        is_there,
    ),
    ("customers", "reason_payment_method_not_valid", |value| {
        value == "NOT_VALIDATED"
    }),
    ("customers", "created_at", has_offset),
    ("metafields", "created_at", has_no_offset),
    ("metafields", "updated_at", has_no_offset),
    ("events", "created_at", has_no_offset),
    ("subscriptions", "cancelled_at", has_microseconds),
    ("subscriptions", "cancelled_at", has_offset),
    ("subscriptions", "sku", is_null),
    ("subscriptions", "presentment_currency", is_null),
    ("addresses", "address2", is_null),
    ("addresses", "province", is_null),
    ("addresses", "presentment_currency", is_null),
];

/// Whether the field at a path is there, be it null.
fn holds(record: &Value, path: &str) -> bool {
    let pointer = format!("/{}", path.replace('.', "/"));
    record.pointer(&pointer).is_some()
}

#[test]
fn every_form_of_live_answers_occurs_in_the_demo_store() {
    let store = Store::demo();
    let mut missing = Vec::new();
    for (list, path, fits) in FORMS {
        let all = records(&store, list);
        let found = all
            .iter()
            .any(|one| holds(one, path) && fits(at(one, path)));
        if !found {
            missing.push((list, path));
        }
    }
    assert_eq!(missing, []);
}

#[test]
fn records_keep_the_form_of_their_times_when_they_change() {
    let store = Store::empty();
    let customer = store.customer("times@example.com");
    let card = store.card(&customer);
    assert!(has_no_offset(&card["created_at"]) && has_no_offset(&card["updated_at"]));
    let path = of("payment_methods", &card);
    let body = json!({"billing_address": {"city": "Leeds"}});
    let changed = store.put(&path, &body)["payment_method"].clone();
    assert!(has_no_offset(&changed["updated_at"]), "{changed}");
    assert!(has_offset(&customer["updated_at"]));
}

#[test]
fn empty_array_stands_for_no_fields_in_post_and_delete_only() {
    let store = Store::empty();
    let (_, address, one) = store.subscriber("2026-12-01");
    let charge = store.charges_of(&address, "queued")[0].clone();
    store.post(&(of("charges", &charge) + "/skip"), &json!([]));
    let path = of("subscriptions", &one);
    assert_eq!(store.ask("PUT", &path, &json!([])).0, 415);
    assert_eq!(store.ask("POST", "/customers", &json!([1])).0, 415);
    assert_eq!(store.ask("DELETE", &path, &json!([])).0, 204);
    for (resource, operation) in catalog::recharge::API.operations() {
        if operation.method == catalog::Method::Post && operation.wrapper.is_none() {
            let store = Store::demo();
            let call = super::call(&store, &format!("{}.{}", resource.name, operation.verb));
            let (status, answer) = store.ask("POST", &call.path, &json!([]));
            assert_ne!(status, 415, "{} {answer}", call.path);
        }
    }
}

#[test]
fn values_of_applied_discounts_are_numbers_when_asked_for() {
    let store = Store::empty().behaving(|behaviour| behaviour.numbers = true);
    let (_, address, _) = store.subscriber("2026-12-01");
    let body = json!({"code": "TENTH", "value": "10.5", "value_type": "percentage"});
    assert_eq!(
        store.post("/discounts", &body)["discount"]["value"],
        "10.50"
    );
    let body = json!({"discounts": [{"code": "TENTH"}]});
    let carried = store.put(&of("addresses", &address), &body)["address"].clone();
    assert_eq!(carried["discounts"][0]["value"], json!(10.5));
    let charge = store.charges_of(&address, "queued")[0].clone();
    assert_eq!(charge["discounts"][0]["value"], json!(10.5));
    assert_eq!(charge["total_discounts"], "2.10");
}
