//! Everything but subscriptions and charges written in 2021-01: each write is made
//! in one version and read in the other.

use serde_json::{Value, json};

use super::{Store, post, read, records, refused, send_with, write};
use crate::TOKEN;
use crate::tests::of;

#[test]
fn address_is_added_changed_checked_and_deleted() {
    let store = Store::empty();
    let customer = store.customer("ada@example.com");
    let body = json!({
        "address1": "12 St James Sq", "city": "London", "country": "United Kingdom",
        "first_name": "Ada", "last_name": "King", "phone": "", "province": "",
        "zip": "SW1Y 4JH", "cart_note": "Ring", "note_attributes": [{"name": "a", "value": "b"}],
    });
    let path = format!("{}/addresses", of("customers", &customer));
    let made = post(&store, &path, &body)["address"].clone();
    assert_eq!(made["country"], "United Kingdom");
    let path = of("addresses", &made);
    let newer = || store.get(&path)["address"].clone();
    assert_eq!(newer()["country_code"], "GB");
    assert_eq!(newer()["order_note"], "Ring");
    assert_eq!(newer()["order_attributes"][0]["name"], "a");
    let german = json!({"country": "germany", "zip": "89073", "city": "Ulm"});
    write(&store, "PUT", &path, &german);
    assert_eq!(newer()["country_code"], "DE");
    let american = json!({"address1": "3030 Nebraska Avenue", "city": "Santa Monica",
        "state": "California", "zipcode": "90404"});
    let checked = post(&store, "/addresses/validate", &american);
    assert_eq!(
        (&checked["state"], &checked["errors"]),
        (&json!("CA"), &json!({}))
    );
    let wrong = json!({"address1": "x", "city": "y", "state": "Ulm", "zipcode": "1"});
    assert!(refused(&store, "POST", "/addresses/validate", &wrong)["state"].is_array());
    write(&store, "DELETE", &path, &Value::Null);
    assert_eq!(store.ask("GET", &path, &Value::Null).0, 404);
}

#[test]
fn discount_is_created_applied_removed_and_ended() {
    let store = Store::empty();
    let (_, address, _) = store.subscriber("2026-12-05");
    let body = json!({
        "code": "SPRING", "value": 10, "discount_type": "percentage", "duration": "usage_limit",
        "duration_usage_limit": 3, "once_per_customer": true, "applies_to_product_type": "ALL",
        "first_time_customer_restriction": null, "status": "enabled",
        "starts_at": "2026-11-01T08:00:00",
    });
    let made = post(&store, "/discounts", &body)["discount"].clone();
    assert_eq!(
        (&made["duration"], &made["duration_usage_limit"]),
        (&json!("usage_limit"), &json!(3))
    );
    let newer = store.get(&of("discounts", &made))["discount"].clone();
    let limits = &newer["usage_limits"];
    assert_eq!(limits["max_subsequent_redemptions"], 2);
    assert_eq!(limits["one_application_per_customer"], true);
    assert_eq!(limits["first_time_customer_restriction"], false);
    assert_eq!(newer["starts_at"], "2026-11-01T13:00:00+00:00");

    let path = of("addresses", &address);
    let applied = post(
        &store,
        &format!("{path}/apply_discount"),
        &json!({"discount_code": "spring"}),
    );
    assert_eq!(applied["address"]["discount_id"], made["id"]);
    assert_eq!(
        store.get(&path)["address"]["discounts"][0]["id"],
        made["id"]
    );
    post(&store, &format!("{path}/remove_discount"), &json!({}));
    assert_eq!(store.get(&path)["address"]["discounts"], json!([]));
    let unknown = json!({"discount_code": "NONE"});
    let errors = refused(&store, "POST", &format!("{path}/apply_discount"), &unknown);
    assert!(errors["discount_code"].is_array());

    let charge = store.charges_of(&address, "queued")[0].clone();
    let path = of("charges", &charge);
    post(
        &store,
        &format!("{path}/apply_discount"),
        &json!({"discount_id": made["id"]}),
    );
    assert_eq!(store.get(&path)["charge"]["discounts"][0]["code"], "SPRING");
    post(&store, &format!("{path}/remove_discount"), &json!({}));
    assert_eq!(store.get(&path)["charge"]["discounts"], json!([]));
    write(
        &store,
        "PUT",
        &of("discounts", &made),
        &json!({"status": "fully_disabled"}),
    );
    write(&store, "DELETE", &of("discounts", &made), &Value::Null);
    assert_eq!(
        store.ask("GET", &of("discounts", &made), &Value::Null).0,
        404
    );
}

#[test]
fn one_time_item_is_added_to_an_address_with_title_and_price_of_its_variant() {
    let store = Store::demo();
    let product = store.first("/products", "products");
    let variant = product["variants"][0]["external_variant_id"].clone();
    let subscription = store.first("/subscriptions?status=active", "subscriptions");
    let address = &subscription["address_id"];
    for path in [
        format!("/addresses/{address}/onetimes"),
        format!("/onetimes/address/{address}"),
    ] {
        let body = json!({"shopify_variant_id": variant, "quantity": 1,
            "next_charge_scheduled_at": "2027-01-05"});
        let made = post(&store, &path, &body)["onetime"].clone();
        assert_eq!(made["status"], "ONETIME");
        let path = of("onetimes", &made);
        let newer = store.get(&path)["onetime"].clone();
        assert_eq!(newer["product_title"], product["title"]);
        assert_eq!(newer["address_id"], *address);
        assert_ne!(newer["price"], "0.00");
        write(&store, "PUT", &path, &json!({"quantity": 2}));
        assert_eq!(store.get(&path)["onetime"]["quantity"], 2);
        write(&store, "DELETE", &path, &Value::Null);
        assert_eq!(store.ask("GET", &path, &Value::Null).0, 404);
    }
}

#[test]
fn prepaid_order_is_moved_changed_cloned_and_delayed() {
    let store = Store::demo();
    let order = crate::testing::prepaid_order(&store);
    let path = of("orders", &order);
    let day = json!({"scheduled_at": "2027-02-03T00:00:00"});
    for method in ["POST", "PUT"] {
        let moved = write(&store, method, &format!("{path}/change_date"), &day);
        assert_eq!(moved["order"]["scheduled_at"], "2027-02-03T00:00:00");
    }
    let newer = || store.get(&path)["order"].clone();
    assert!(
        newer()["scheduled_at"]
            .as_str()
            .unwrap()
            .starts_with("2027-02-03")
    );
    let old = newer()["line_items"][0]["external_variant_id"]["ecommerce"].clone();
    let swap = format!("{path}/update_shopify_variant/{}", old.as_str().unwrap());
    write(
        &store,
        "PUT",
        &swap,
        &json!({"new_shopify_variant_id": 4711}),
    );
    assert_eq!(
        newer()["line_items"][0]["external_variant_id"]["ecommerce"],
        "4711"
    );
    assert_eq!(
        send_with(
            &store,
            "PUT",
            &swap,
            TOKEN,
            &json!({"new_shopify_variant_id": 1})
        )
        .status,
        404
    );

    let charge = &order["charge"]["id"];
    let clone = format!(
        "/orders/clone_order_on_success_charge/{}/charge/{charge}",
        order["id"]
    );
    let copy = post(&store, &clone, &json!({"scheduled_at": "2027-03-04"}))["order"].clone();
    assert_ne!(copy["id"], order["id"]);
    assert!(
        store.get(&of("orders", &copy))["order"]["is_prepaid"]
            .as_bool()
            .unwrap()
    );
    let foreign = format!(
        "/orders/clone_order_on_success_charge/{}/charge/1",
        order["id"]
    );
    let lost = send_with(
        &store,
        "POST",
        &foreign,
        TOKEN,
        &json!({"scheduled_at": "2027-03-04"}),
    );
    assert_eq!(lost.status, 404);
    write(&store, "DELETE", &of("orders", &copy), &Value::Null);
    let address = json!({"shipping_address": {"country": "Germany", "zip": "89073"}});
    write(&store, "PUT", &path, &address);
    assert_eq!(newer()["shipping_address"]["country_code"], "DE");
}

#[test]
fn customer_and_its_bill_are_changed() {
    let store = Store::empty();
    let body = json!({"email": "ada@example.com", "first_name": "Ada", "last_name": "King",
        "billing_address1": "x", "shopify_customer_id": "42"});
    let made = post(&store, "/customers", &body)["customer"].clone();
    let path = of("customers", &made);
    let newer = store.get(&path)["customer"].clone();
    assert_eq!(newer["external_customer_id"]["ecommerce"], "42");
    store.card(&newer);
    let bill = json!({"billing_city": "Ulm", "billing_country": "Germany", "last_name": "Byron"});
    let changed = write(&store, "PUT", &path, &bill)["customer"].clone();
    assert_eq!(
        (&changed["billing_city"], &changed["last_name"]),
        (&json!("Ulm"), &json!("Byron"))
    );
    let methods = store.get(&format!("/payment_methods?customer_id={}", made["id"]));
    assert_eq!(
        methods["payment_methods"][0]["billing_address"]["country_code"],
        "DE"
    );
    let sources = read(&store, &format!("{path}/payment_sources"));
    assert_eq!(
        sources["payment_sources"][0]["billing_address"]["country"],
        "Germany"
    );
    write(&store, "DELETE", &path, &Value::Null);
    assert_eq!(store.ask("GET", &path, &Value::Null).0, 404);
}

#[test]
fn metafield_webhook_checkout_and_batch_are_written_alike_in_both_versions() {
    let store = Store::empty();
    let customer = store.customer("ada@example.com");
    let field = json!({"namespace": "a", "key": "b", "owner_id": customer["id"],
        "value": "c", "value_type": "string"});
    let mut wrapped = field.clone();
    wrapped["key"] = json!("d");
    wrapped["owner_resource"] = json!("customer");
    let wrapped = json!({"metafield": wrapped});
    let mut bare = field;
    bare["owner_resource"] = json!("customer");
    for (body, key) in [(bare, "b"), (wrapped, "d")] {
        let made = post(&store, "/metafields", &body);
        let path = of("metafields", &made["metafield"]);
        assert_eq!(store.get(&path)["metafield"]["key"], key);
    }

    let hook = json!({"address": "https://example.com/hook", "topic": "charge/paid"});
    let made = post(&store, "/webhooks", &hook)["webhook"].clone();
    assert_eq!(store.get(&of("webhooks", &made))["webhook"], made);
    let other = json!({"address": "https://example.com/other"});
    write(&store, "PUT", &of("webhooks", &made), &other);
    assert_eq!(
        store.get(&of("webhooks", &made))["webhook"]["address"],
        other["address"]
    );
    write(&store, "DELETE", &of("webhooks", &made), &Value::Null);

    let cart = json!({"email": "ada@example.com", "note_attributes": [{"name": "a", "value": "b"}],
        "line_items": [{"product_id": 12345, "variant_id": 123_456, "quantity": 1, "price": "5.00",
            "title": "Milk"}]});
    let made = post(&store, "/checkouts", &cart)["checkout"].clone();
    let path = format!("/checkouts/{}", made["token"].as_str().unwrap());
    assert_eq!(
        store.get(&path)["checkout"]["order_attributes"][0]["name"],
        "a"
    );
    write(&store, "PUT", &path, &json!({"email": "eve@example.com"}));
    assert_eq!(read(&store, &path)["checkout"]["email"], "eve@example.com");

    let batch = post(
        &store,
        "/async_batches",
        &json!({"batch_type": "discount_create"}),
    );
    let path = of("async_batches", &batch["async_batch"]);
    let task = json!({"code": "TASK", "value": "10", "discount_type": "percentage",
        "duration": "single_use"});
    let count = post(
        &store,
        &format!("{path}/tasks"),
        &json!({"tasks": [{"body": task}]}),
    );
    assert_eq!(count["count"], 1);
    let tasks = store.get(&format!("{path}/tasks"));
    let body = &tasks["async_batch_tasks"][0]["body"];
    assert_eq!(
        (
            &body["value_type"],
            &body["usage_limits"]["max_subsequent_redemptions"]
        ),
        (&json!("percentage"), &json!(0))
    );
    post(&store, &format!("{path}/process"), &json!({}));
    assert_eq!(
        read(&store, "/async_batches")["async_batches"][0]["status"],
        "processing"
    );
}

#[test]
fn countries_and_collections_are_listed_and_counted() {
    let store = Store::demo();
    let countries = records(
        &read(&store, "/shop/shipping_countries"),
        "shipping_countries",
    );
    let american = countries.iter().find(|one| one["code"] == "US").unwrap();
    let provinces = records(american, "provinces");
    assert!(provinces.iter().any(|one| one["name"] == "California"));
    let listed = records(&read(&store, "/collections"), "collections");
    assert_eq!(read(&store, "/collections/count")["count"], listed.len());
}
