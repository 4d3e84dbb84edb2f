//! Filters: capitals, names of the shop, days.

use serde_json::{Value, json};

use super::{Store, ids, linked, newer, read, records, see, sync};

#[test]
fn statuses_are_capitals_in_filters_and_in_records() {
    let store = Store::demo();
    for (list, statuses) in [
        ("subscriptions", &["ACTIVE", "CANCELLED", "EXPIRED"][..]),
        (
            "charges",
            &["QUEUED", "SUCCESS", "ERROR", "SKIPPED", "REFUNDED"],
        ),
        ("orders", &["SUCCESS", "QUEUED"]),
        ("customers", &["ACTIVE", "INACTIVE"]),
    ] {
        let mut sum = 0;
        for status in statuses {
            let found = sync(&store, list, &format!("status={status}"));
            assert!(
                found.iter().all(|one| one["status"] == *status),
                "{list} {status}"
            );
            sum += found.len();
        }
        let others = sync(&store, list, "")
            .iter()
            .filter(|one| !statuses.contains(&one["status"].as_str().unwrap()))
            .count();
        assert_eq!(sum + others, sync(&store, list, "").len(), "{list}");
    }
    let charge = &records(&read(&store, "/charges"), "charges")[0];
    assert_eq!(charge["type"], "RECURRING");
    assert_eq!(charge["line_items"][0]["type"], "SUBSCRIPTION");
    let fault = see(&store, "/orders?status=LOST");
    assert_eq!(
        (fault.status, fault.body["errors"]["status"].is_array()),
        (422, true)
    );
}

/// The numbers that a path lists.
fn found(store: &Store, path: &str) -> Vec<u64> {
    let list = path.split('?').next().unwrap();
    let list = list.rsplit('/').next().unwrap();
    ids(&records(&read(store, path), list))
}

/// An order that reached the shop.
fn sent_order(store: &Store) -> Value {
    records(&read(store, "/orders?status=SUCCESS"), "orders")[0].clone()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

#[test]
fn orders_and_customers_are_found_by_their_numbers_in_the_shop() {
    let store = Store::demo();
    let order = sent_order(&store);
    let number_of_order = order["shopify_order_id"].as_str().unwrap();
    let path = format!("/orders?shopify_order_id={number_of_order}");
    assert_eq!(found(&store, &path), [number(&order["id"])]);

    let (customer, shop) = (&order["customer_id"], &order["shopify_customer_id"]);
    let by_shop = |list: &str| {
        let path = format!("/{list}?shopify_customer_id={}", shop.as_str().unwrap());
        found(&store, &path)
    };
    assert_eq!(by_shop("customers"), [number(customer)]);
    for list in ["subscriptions", "orders"] {
        let wanted = newer(&store, list, &format!("customer_id={customer}"));
        assert_eq!(by_shop(list), wanted, "{list}");
    }
    let addresses = found(&store, &format!("/customers/{customer}/addresses"));
    assert_eq!(by_shop("addresses"), addresses);
    assert!(addresses.contains(&number(&order["address_id"])));
}

#[test]
fn products_and_items_are_found_by_their_numbers_in_both_places() {
    let store = Store::demo();
    let item = &sent_order(&store)["line_items"][0]["subscription_id"];
    let one = read(&store, &format!("/subscriptions/{item}"))["subscription"].clone();
    let product = &one["recharge_product_id"];
    for filter in [
        format!("id={product}"),
        format!("ids={product}"),
        format!("shopify_product_id={}", one["shopify_product_id"]),
    ] {
        let path = format!("/products?{filter}");
        assert_eq!(found(&store, &path), [number(product)], "{path}");
    }
    let path = format!(
        "/subscriptions?shopify_variant_id={}",
        one["shopify_variant_id"]
    );
    assert!(found(&store, &path).contains(&number(item)));
    for list in ["charges", "orders"] {
        let wanted = newer(&store, list, &format!("purchase_item_id={item}"));
        let path = format!("/{list}?subscription_id={item}&limit=250");
        assert_eq!(found(&store, &path), wanted, "{list}");
    }
}

#[test]
fn what_lies_on_a_day_is_found_by_the_day() {
    let store = Store::demo();
    let order = sent_order(&store);
    let day = &order["shipping_date"].as_str().unwrap()[..10];
    let of_day = read(&store, &format!("/orders?limit=250&shipping_date={day}"));
    let of_day = records(&of_day, "orders");
    assert!(ids(&of_day).contains(&number(&order["id"])));
    assert!(
        of_day
            .iter()
            .all(|one| one["shipping_date"] == order["shipping_date"])
    );

    let charge = records(&read(&store, "/charges?status=QUEUED"), "charges")[0].clone();
    let day = &charge["scheduled_at"].as_str().unwrap()[..10];
    for filter in [
        format!("date={day}"),
        format!("date_min={day}&date_max={day}"),
    ] {
        let of_day = read(&store, &format!("/charges?limit=250&{filter}"));
        let of_day = records(&of_day, "charges");
        assert!(ids(&of_day).contains(&number(&charge["id"])), "{filter}");
        let same = |one: &Value| one["scheduled_at"] == charge["scheduled_at"];
        assert!(of_day.iter().all(same), "{filter}");
    }
    let fault = see(&store, "/charges?date_min=x").body;
    assert!(fault["errors"]["date_min"].is_array(), "{fault}");
}

/// Filters that take a number or a text.
const FILTERS: &[(&str, &str)] = &[
    ("addresses", "customer_id discount_code discount_id ids"),
    ("addresses", "shopify_customer_id"),
    (
        "charges",
        "address_id customer_id discount_code discount_id",
    ),
    (
        "charges",
        "ids shopify_customer_id shopify_order_id subscription_id",
    ),
    ("customers", "email hash ids shopify_customer_id"),
    ("discounts", "discount_code ids"),
    ("onetimes", "address_id customer_id ids shopify_customer_id"),
    ("onetimes", "shopify_variant_id"),
    ("orders", "address_id charge_id customer_id ids"),
    (
        "orders",
        "shopify_customer_id shopify_order_id subscription_id",
    ),
    ("products", "id ids shopify_product_id shopify_product_ids"),
    ("subscriptions", "address_id customer_id ids"),
    ("subscriptions", "shopify_customer_id shopify_variant_id"),
];

#[test]
fn a_value_that_no_record_has_lists_nothing() {
    let store = Store::demo();
    for (list, filters) in FILTERS {
        for filter in filters.split_whitespace() {
            let found = read(&store, &format!("/{list}?{filter}=1"));
            assert_eq!(found, json!({*list: []}), "{list} {filter}");
            let count = read(&store, &format!("/{list}/count?{filter}=1"));
            assert_eq!(count, json!({"count": 0}), "{list} {filter}");
        }
    }
}

#[test]
fn filters_by_what_only_this_version_knows_hold_on_the_next_page() {
    let store = Store::demo();
    let first = see(&store, "/customers?status=INACTIVE&limit=2");
    let next = see(&store, &linked(&first.link, "next").unwrap());
    let next = records(&next.body, "customers");
    assert!(!next.is_empty() && next.iter().all(|one| one["status"] == "INACTIVE"));
}
