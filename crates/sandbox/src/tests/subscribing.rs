//! Subscriptions: their state changes, and what becomes of the queue.

use serde_json::{Value, json};

use super::{Store, of};

#[test]
fn cancelling_leaves_the_queue_and_activating_clears_the_three_fields() {
    let store = Store::empty();
    let (customer, address, one) = store.subscriber("2026-12-01");
    let path = of("subscriptions", &one);
    let gone = store.refused("POST", &(path.clone() + "/cancel"), &json!({}));
    assert_eq!(
        gone,
        json!({"_schema": ["Missing required fields: cancellation_reason"]})
    );
    let body = json!({"cancellation_reason": "moved", "cancellation_reason_comments": "far"});
    let cancelled = store.post(&(path.clone() + "/cancel"), &body)["subscription"].clone();
    assert_eq!(cancelled["status"], "cancelled");
    assert_eq!(cancelled["cancelled_at"], "2026-11-20T12:00:00+00:00");
    assert_eq!(cancelled["has_queued_charges"], false);
    assert_eq!(store.charges_of(&address, "queued").len(), 0);
    assert_eq!(
        store.post(&(path.clone() + "/cancel"), &body)["subscription"],
        cancelled
    );
    assert_eq!(
        store.get(&of("customers", &customer))["customer"]["subscriptions_active_count"],
        0
    );
    let back = store.post(&(path.clone() + "/activate"), &json!({}))["subscription"].clone();
    assert_eq!(back["status"], "active");
    for field in [
        "cancelled_at",
        "cancellation_reason",
        "cancellation_reason_comments",
    ] {
        assert_eq!(back[field], Value::Null, "{field}");
    }
    assert_eq!(store.charges_of(&address, "queued").len(), 1);
}

#[test]
fn an_item_that_is_cancelled_leaves_its_charge_to_the_others() {
    let store = Store::empty();
    let (_, address, one) = store.subscriber("2026-12-01");
    let other = store.subscription(&address, "2026-12-01");
    let charge = store.charges_of(&address, "queued");
    assert_eq!(charge.len(), 1);
    assert_eq!(charge[0]["line_items"].as_array().unwrap().len(), 2);
    store.post(
        &(of("subscriptions", &one) + "/cancel"),
        &json!({"cancellation_reason": "x"}),
    );
    let left = store.charges_of(&address, "queued");
    assert_eq!(left[0]["id"], charge[0]["id"]);
    assert_eq!(left[0]["line_items"].as_array().unwrap().len(), 1);
    assert_eq!(left[0]["line_items"][0]["purchase_item_id"], other["id"]);
}

#[test]
fn equal_charge_dates_merge_into_a_new_charge() {
    let store = Store::empty();
    let (_, address, one) = store.subscriber("2026-12-01");
    store.subscription(&address, "2026-12-10");
    let before = store.charges_of(&address, "queued");
    assert_eq!(before.len(), 2);
    store.post(
        &(of("subscriptions", &one) + "/set_next_charge_date"),
        &json!({"date": "2026-12-10"}),
    );
    let after = store.charges_of(&address, "queued");
    assert_eq!(after.len(), 1);
    assert!(before.iter().all(|charge| charge["id"] != after[0]["id"]));
    assert_eq!(after[0]["total_line_items_price"], "40.00");
}

#[test]
fn skipping_moves_a_charge_on_and_unskipping_brings_it_back() {
    let store = Store::empty();
    let (_, address, one) = store.subscriber("2026-12-01");
    let charge = store.charges_of(&address, "queued")[0].clone();
    let path = of("charges", &charge);
    let skipped = store.post(&(path.clone() + "/skip"), &json!({}))["charge"].clone();
    assert_eq!(skipped["status"], "skipped");
    assert_eq!(
        store.post(&(path.clone() + "/skip"), &json!({}))["charge"],
        skipped
    );
    assert_eq!(
        store.charges_of(&address, "queued")[0]["scheduled_at"],
        "2027-01-01"
    );
    let back = store.post(&(path + "/unskip"), &json!({}))["charge"].clone();
    assert_eq!(
        (&back["status"], &back["id"]),
        (&json!("queued"), &charge["id"])
    );
    let queued = store.charges_of(&address, "queued");
    assert_eq!(queued.len(), 1);
    assert_eq!(queued[0]["scheduled_at"], "2026-12-01");
    let one = store.get(&of("subscriptions", &one))["subscription"].clone();
    assert_eq!(one["next_charge_scheduled_at"], "2026-12-01");
}

#[test]
fn some_items_of_a_charge_can_be_skipped() {
    let store = Store::empty();
    let (_, address, one) = store.subscriber("2026-12-01");
    let other = store.subscription(&address, "2026-12-01");
    let charge = store.charges_of(&address, "queued")[0].clone();
    let path = of("charges", &charge);
    store.refused(
        "POST",
        &(path.clone() + "/skip"),
        &json!({"purchase_item_ids": [1]}),
    );
    let none = json!({"purchase_item_ids": []});
    store.refused("POST", &(path.clone() + "/skip"), &none);
    let skipped = store.post(
        &(path + "/skip"),
        &json!({"purchase_item_ids": [one["id"]]}),
    )["charge"]
        .clone();
    assert_eq!(skipped["status"], "skipped");
    assert_eq!(skipped["line_items"].as_array().unwrap().len(), 1);
    let queued = store.charges_of(&address, "queued");
    assert_eq!(queued.len(), 2);
    assert_eq!(queued[0]["line_items"][0]["purchase_item_id"], other["id"]);
    assert_eq!(queued[1]["scheduled_at"], "2027-01-01");
    store.post(&(of("charges", &skipped) + "/unskip"), &json!({}));
    let queued = store.charges_of(&address, "queued");
    assert_eq!(queued.len(), 1);
    assert_eq!(queued[0]["line_items"].as_array().unwrap().len(), 2);
    assert_eq!(store.charges_of(&address, "skipped").len(), 0);
}

#[test]
fn a_charge_of_the_future_is_made_as_skipped_and_jumped_over() {
    let store = Store::empty();
    let (_, address, one) = store.subscriber("2026-12-01");
    let path = of("addresses", &address) + "/charges/skip";
    let items = json!([one["id"]]);
    store.refused(
        "POST",
        &path,
        &json!({"date": "2027-01-02", "purchase_item_ids": items}),
    );
    let made = store.post(
        &path,
        &json!({"date": "2027-01-01", "subscription_ids": items}),
    )["charge"]
        .clone();
    assert_eq!(
        (&made["status"], &made["scheduled_at"]),
        (&json!("skipped"), &json!("2027-01-01"))
    );
    let charge = store.charges_of(&address, "queued")[0].clone();
    assert_eq!(charge["scheduled_at"], "2026-12-01");
    store.post(&(of("charges", &charge) + "/process"), &json!({}));
    assert_eq!(
        store.charges_of(&address, "queued")[0]["scheduled_at"],
        "2027-02-01"
    );
}

#[test]
fn changing_the_address_moves_the_charge() {
    let store = Store::empty();
    let (customer, address, one) = store.subscriber("2026-12-01");
    let other = store.address(&customer);
    let path = of("subscriptions", &one) + "/change_address";
    let stranger = store.address(&store.customer("stranger@example.com"));
    store.refused("POST", &path, &json!({"address_id": stranger["id"]}));
    store.refused("POST", &path, &json!({"address_id": 1}));
    let abroad = json!({"customer_id": customer["id"], "address1": "1", "city": "Ottawa",
        "country_code": "CA", "first_name": "a", "last_name": "b", "phone": "",
        "province": "Ontario", "zip": "K1A 0B1", "presentment_currency": "CAD"});
    let abroad = store.post("/addresses", &abroad)["address"].clone();
    store.refused("POST", &path, &json!({"address_id": abroad["id"]}));
    store.post(&path, &json!({"address_id": other["id"]}));
    assert_eq!(store.charges_of(&address, "queued").len(), 0);
    assert_eq!(
        store.charges_of(&other, "queued")[0]["address_id"],
        other["id"]
    );
}

#[test]
fn the_three_intervals_go_together_and_reckon_the_date_anew() {
    let store = Store::empty();
    let (_, _, one) = store.subscriber("2026-12-01");
    let path = of("subscriptions", &one);
    store.refused("PUT", &path, &json!({"order_interval_unit": "week"}));
    let body = json!({"order_interval_unit": "week", "order_interval_frequency": "2", "charge_interval_frequency": 2});
    let changed = store.put(&path, &body)["subscription"].clone();
    assert_eq!(changed["next_charge_scheduled_at"], "2026-12-04");
    store.refused("PUT", &path, &json!({"order_interval_unit": "week", "order_interval_frequency": 2, "charge_interval_frequency": 3}));
    store.post(
        &(path.clone() + "/cancel"),
        &json!({"cancellation_reason": "x"}),
    );
    let same = store.put(&path, &json!({"quantity": 9}))["subscription"].clone();
    assert_eq!(same["quantity"], 2, "a success that changes nothing");
    let forced =
        store.put(&(path + "?force_update=true"), &json!({"quantity": 9}))["subscription"].clone();
    assert_eq!(forced["quantity"], 9);
}

#[test]
fn a_subscription_expires_when_it_has_had_all_its_charges() {
    let store = Store::empty();
    let (_, address, one) = store.subscriber("2026-12-01");
    let path = of("subscriptions", &one);
    store.put(
        &path,
        &json!({"expire_after_specific_number_of_charges": 2}),
    );
    for _ in 0..2 {
        let charge = store.charges_of(&address, "queued")[0].clone();
        store.post(&(of("charges", &charge) + "/process"), &json!({}));
    }
    assert_eq!(store.get(&path)["subscription"]["status"], "expired");
    assert_eq!(store.charges_of(&address, "queued").len(), 0);
}

#[test]
fn a_gift_skips_the_giver_and_goes_to_someone_else_once() {
    let store = Store::empty();
    let (customer, address, one) = store.subscriber("2026-12-01");
    let recipient = json!({"address1": "1776 Washington Street", "city": "Los Angeles",
        "country_code": "US", "first_name": "John", "last_name": "Doe", "phone": "",
        "province": "California", "zip": "90404"});
    let body = json!({"purchase_item_ids": [one["id"]], "recipient_address": recipient});
    let gift = store.post("/subscriptions/skip_gift", &body)["onetimes"][0].clone();
    assert_ne!(gift["address_id"], address["id"]);
    assert_eq!(gift["customer_id"], customer["id"]);
    assert_eq!(store.charges_of(&address, "skipped").len(), 1);
    assert_eq!(
        store.charges_of(&address, "queued")[0]["scheduled_at"],
        "2027-01-01"
    );
    let there = json!({"id": gift["address_id"]});
    assert_eq!(
        store.charges_of(&there, "queued")[0]["scheduled_at"],
        "2026-12-01"
    );
    let nobody = json!({"purchase_item_ids": [one["id"]], "recipient_address": {}});
    store.refused("POST", "/subscriptions/skip_gift", &nobody);
}

#[test]
fn a_plan_fills_in_the_intervals_and_the_catalogue_the_rest() {
    let store = Store::demo();
    let (_, address, _) = store.subscriber("2026-12-01");
    let plan = store.first("/plans?external_product_id=2103271587891", "plans");
    let body = json!({"address_id": address["id"], "plan_id": plan["id"], "quantity": 1,
        "next_charge_scheduled_at": "2026-12-03", "external_variant_id": {"ecommerce": "18261278883891"}});
    let one = store.post("/subscriptions", &body)["subscription"].clone();
    assert_eq!(one["product_title"], "Sumatra Coffee");
    assert_eq!(one["external_product_id"]["ecommerce"], "2103271587891");
    assert_eq!(one["price"], "13.30");
    assert_eq!(
        one["order_interval_unit"],
        plan["subscription_preferences"]["interval_unit"]
    );
}

#[test]
fn a_onetime_item_joins_the_next_charge() {
    let store = Store::empty();
    let (_, address, _) = store.subscriber("2026-12-01");
    let body = json!({"address_id": address["id"], "add_to_next_charge": true, "price": "6.00",
        "product_title": "Shirt", "quantity": 1, "external_variant_id": {"ecommerce": "5"}});
    let one = store.post("/onetimes", &body)["onetime"].clone();
    assert_eq!(one["next_charge_scheduled_at"], "2026-12-01T00:00:00+00:00");
    let charge = store.charges_of(&address, "queued")[0].clone();
    assert_eq!(charge["total_line_items_price"], "26.00");
    store.delete(&of("onetimes", &one));
    assert_eq!(
        store.charges_of(&address, "queued")[0]["total_line_items_price"],
        "20.00"
    );
}

#[test]
fn the_delivery_schedule_looks_ahead_as_far_as_it_is_asked() {
    let store = Store::empty();
    let (customer, _, _) = store.subscriber("2026-12-01");
    let path = of("customers", &customer) + "/delivery_schedule";
    let days = |query: &str| -> usize {
        let schedule = store.get(&(path.clone() + query));
        schedule["deliveries"].as_array().unwrap().len()
    };
    assert_eq!(days(""), 3);
    assert_eq!(days("?future_interval=30"), 1);
    assert_eq!(days("?delivery_count_future=5"), 5);
    assert_eq!(days("?date_max=2027-01-01"), 2);
    store.refused(
        "GET",
        &(path.clone() + "?future_interval=366"),
        &Value::Null,
    );
    store.refused(
        "GET",
        &(path.clone() + "?date_max=2020-01-01"),
        &Value::Null,
    );
}
