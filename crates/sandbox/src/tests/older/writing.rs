//! Subscriptions and charges written in 2021-01: each write is made in one version
//! and read in the other.

use serde_json::{Value, json};

use super::{Store, ids, post, read, records, refused, send_with, write};
use crate::tests::of;

/// A subscription as clients of 2021-01 ask for it.
fn wanted(address: &Value) -> Value {
    json!({
        "address_id": address["id"], "next_charge_scheduled_at": "2026-12-05T00:00:00",
        "quantity": 2, "charge_interval_frequency": "1", "order_interval_frequency": "1",
        "order_interval_unit": "month", "price": 10.5, "product_title": "Milk",
        "shopify_variant_id": 77, "shopify_product_id": 7, "status": "ACTIVE",
    })
}

#[test]
fn subscription_lives_its_life_in_one_version_and_is_seen_in_the_other() {
    let store = Store::empty();
    let (_, address, _) = store.subscriber("2026-12-20");
    let made = post(&store, "/subscriptions", &wanted(&address))["subscription"].clone();
    assert_eq!(made["status"], "ACTIVE");
    assert_eq!(made["price"], 10.5);
    let path = of("subscriptions", &made);
    let newer = || store.get(&path)["subscription"].clone();
    assert_eq!(newer()["external_variant_id"], json!({"ecommerce": "77"}));
    assert_eq!(newer()["next_charge_scheduled_at"], "2026-12-05");
    assert_eq!(newer()["price"], "10.50");
    assert_eq!(store.charges_of(&address, "queued").len(), 2);

    let changed = write(
        &store,
        "PUT",
        &path,
        &json!({"quantity": 3, "shopify_variant_id": 78}),
    );
    assert_eq!(changed["subscription"]["shopify_variant_id"], 78);
    assert_eq!(
        (
            &newer()["quantity"],
            &newer()["external_variant_id"]["ecommerce"]
        ),
        (&json!(3), &json!("78"))
    );

    let date = json!({"date": "2026-12-09T00:00:00"});
    let moved = post(&store, &format!("{path}/set_next_charge_date"), &date);
    assert_eq!(
        moved["subscription"]["next_charge_scheduled_at"],
        "2026-12-09T00:00:00"
    );
    assert_eq!(newer()["next_charge_scheduled_at"], "2026-12-09");

    let why = json!({"cancellation_reason": "moved away"});
    let ended = post(&store, &format!("{path}/cancel"), &why)["subscription"].clone();
    assert_eq!(
        (&ended["status"], &ended["cancellation_reason"]),
        (&json!("CANCELLED"), &json!("moved away"))
    );
    assert_eq!(newer()["status"], "cancelled");
    assert_eq!(store.charges_of(&address, "queued").len(), 1);

    post(&store, &format!("{path}/activate"), &json!({}));
    assert_eq!(newer()["status"], "active");
    write(&store, "DELETE", &path, &Value::Null);
    assert_eq!(store.ask("GET", &path, &Value::Null).0, 404);
}

#[test]
fn write_of_the_newer_version_is_seen_in_the_older_one() {
    let store = Store::empty();
    let (customer, address, subscription) = store.subscriber("2026-12-05");
    let path = of("subscriptions", &subscription);
    let older = || read(&store, &path)["subscription"].clone();
    store.put(&path, &json!({"quantity": 5, "price": "7.25"}));
    assert_eq!(
        (&older()["quantity"], &older()["price"]),
        (&json!(5), &json!(7.25))
    );
    store.post(
        &format!("{path}/cancel"),
        &json!({"cancellation_reason": "why not"}),
    );
    assert_eq!(older()["status"], "CANCELLED");
    store.post(&format!("{path}/activate"), &json!({}));
    assert_eq!(older()["status"], "ACTIVE");
    store.put(
        &of("addresses", &address),
        &json!({"order_note": "Ring twice"}),
    );
    let seen = read(&store, &of("addresses", &address));
    assert_eq!(seen["address"]["cart_note"], "Ring twice");
    store.put(&of("customers", &customer), &json!({"last_name": "Byron"}));
    assert_eq!(
        read(&store, &of("customers", &customer))["customer"]["last_name"],
        "Byron"
    );
    let webhook = store.post(
        "/webhooks",
        &json!({"address": "https://example.com/hook", "topic": "charge/paid"}),
    );
    let seen = records(&read(&store, "/webhooks"), "webhooks");
    assert_eq!(seen, [webhook["webhook"].clone()]);
}

#[test]
fn refusal_names_the_fields_of_the_version() {
    let store = Store::empty();
    let (_, address, subscription) = store.subscriber("2026-12-05");
    let mut body = wanted(&address);
    body["shopify_variant_id"] = json!("many");
    assert!(refused(&store, "POST", "/subscriptions", &body)["shopify_variant_id"].is_array());
    body["shopify_variant_id"] = json!(77);
    body["next_charge_scheduled_at"] = json!("2020-01-01");
    assert_eq!(
        refused(&store, "POST", "/subscriptions", &body),
        json!({"next_charge_scheduled_at": "Cannot be in the past"})
    );
    let country = json!({"country": "Atlantis", "zip": "1"});
    let errors = refused(&store, "PUT", &of("addresses", &address), &country);
    assert!(errors["country"].is_array(), "{errors}");
    let path = format!("{}/cancel", of("subscriptions", &subscription));
    assert!(refused(&store, "POST", &path, &json!({})).is_object());
    let without = json!({"quantity": 1});
    assert!(refused(&store, "POST", "/subscriptions", &without)["_schema"].is_array());
}

#[test]
fn charge_is_skipped_moved_delayed_processed_and_refunded() {
    let store = Store::empty();
    let (_, address, subscription) = store.subscriber("2026-12-05");
    let queued = || store.charges_of(&address, "queued")[0].clone();
    let path = of("charges", &queued());
    let item = json!({"subscription_id": subscription["id"]});
    let skipped = post(&store, &format!("{path}/skip"), &item)["charge"].clone();
    assert_eq!(skipped["status"], "SKIPPED");
    let skipped = of("charges", &skipped);
    assert_eq!(store.get(&skipped)["charge"]["status"], "skipped");
    let items = json!({"subscription_ids": [subscription["id"]]});
    post(&store, &format!("{skipped}/unskip"), &items);
    assert_eq!(store.charges_of(&address, "skipped").len(), 0);

    for (method, day) in [("POST", "2026-12-11"), ("PUT", "2026-12-12")] {
        let path = format!("{}/change_next_charge_date", of("charges", &queued()));
        let date = json!({"next_charge_date": day});
        let moved = write(&store, method, &path, &date)["charge"].clone();
        assert_eq!(moved["scheduled_at"], format!("{day}T00:00:00"));
        assert!(queued()["scheduled_at"].as_str().unwrap().starts_with(day));
        let one = store.get(&of("subscriptions", &subscription))["subscription"].clone();
        assert_eq!(one["next_charge_scheduled_at"], day);
    }
    let delayed = post(
        &store,
        &format!("{}/delay", of("charges", &queued())),
        &json!({}),
    );
    assert_eq!(delayed["charge"]["scheduled_at"], "2027-01-12T00:00:00");

    let path = of("charges", &queued());
    let paid = post(&store, &format!("{path}/process"), &json!({}))["charge"].clone();
    assert_eq!(paid["status"], "SUCCESS");
    let part = json!({"amount": "1.00"});
    let back = post(&store, &format!("{path}/refund"), &part)["charge"].clone();
    assert_eq!(back["status"], "PARTIALLY_REFUNDED");
    assert_eq!(store.get(&path)["charge"]["total_refunds"], "1.00");
    let date = json!({"next_charge_date": "2026-12-30"});
    refused(
        &store,
        "POST",
        &format!("{path}/change_next_charge_date"),
        &date,
    );
}

#[test]
fn several_subscriptions_are_made_changed_and_deleted_together_or_not_at_all() {
    let store = Store::empty();
    let (_, address, other) = store.subscriber("2026-12-05");
    let path = format!("{}/subscriptions-bulk", of("addresses", &address));
    let listed = |path: &str| ids(&records(&read(&store, path), "subscriptions"));
    let own = format!("{}/subscriptions", of("addresses", &address));
    let mut one = wanted(&address);
    one.as_object_mut().unwrap().remove("address_id");
    let two = json!({"subscriptions": [one, one]});
    let made = ids(&records(&post(&store, &path, &two), "subscriptions"));
    assert_eq!(made.len(), 2);
    assert_eq!(listed(&own).len(), 3);

    let mut past = one.clone();
    past["next_charge_scheduled_at"] = json!("2020-01-01");
    let errors = refused(
        &store,
        "POST",
        &path,
        &json!({"subscriptions": [one, past]}),
    );
    assert!(
        errors["subscriptions"]["1"]["next_charge_scheduled_at"].is_string(),
        "{errors}"
    );
    assert_eq!(listed(&own).len(), 3, "one of two was kept");

    let change = json!({"subscriptions": [{"id": made[0], "quantity": 9}]});
    write(&store, "PUT", &path, &change);
    let newer = store.get(&format!("/subscriptions/{}", made[0]));
    assert_eq!(newer["subscription"]["quantity"], 9);
    let (_, elsewhere, _) = store.subscriber("2026-12-05");
    let foreign = format!("{}/subscriptions-bulk", of("addresses", &elsewhere));
    let errors = refused(&store, "PUT", &foreign, &change);
    assert!(errors["subscriptions"]["0"]["id"].is_array(), "{errors}");
    let gone = json!({"subscriptions": [{"id": made[0]}, {"id": made[1]}]});
    write(&store, "DELETE", &path, &gone);
    assert_eq!(listed(&own), [other["id"].as_u64().unwrap()]);

    let alone = json!({"subscriptions": [wanted(&address)]});
    let made = ids(&records(
        &post(&store, "/subscriptions/bulk_create", &alone),
        "subscriptions",
    ));
    let change = json!({"subscriptions": [{"id": made[0], "quantity": 4}]});
    write(&store, "PUT", "/subscriptions/bulk_update", &change);
    let gone = json!({"subscriptions": [{"id": made[0]}]});
    post(&store, "/subscriptions/bulk_delete", &gone);
    assert_eq!(listed(&own).len(), 1);
}

#[test]
fn write_that_its_token_may_not_make_changes_nothing() {
    let store = Store::empty();
    let (_, address, _) = store.subscriber("2026-12-05");
    store.0.with_state(|state| {
        state.add_token(crate::Token {
            secret: "narrow".into(),
            name: "Narrow".into(),
            scopes: Some(["read_orders".to_owned()].into()),
        });
    });
    let seen = send_with(
        &store,
        "POST",
        "/subscriptions",
        "narrow",
        &wanted(&address),
    );
    assert_eq!(seen.status, 403);
    assert_eq!(read(&store, "/subscriptions/count")["count"], 1);
}
