//! What is sold: products, their plans, and collections of them.

use serde_json::{Value, json};

use super::{Store, at, of};

const MILK: &str = "2103271587891";

fn monthly() -> Value {
    json!({"charge_interval_frequency": 1, "order_interval_frequency": 1, "interval_unit": "month"})
}

/// A product that has no plans, by its number.
fn product(store: &Store, number: &str) {
    let body = json!({"external_product_id": number, "title": "Soap", "vendor": "v",
        "options": [], "variants": [{"external_variant_id": format!("{number}1"), "title": "Bar"}]});
    store.post("/products", &body);
}

fn plan(number: &str, kind: &str, preferences: &Value) -> Value {
    json!({"external_product_id": {"ecommerce": number}, "title": "Soap", "type": kind,
        "subscription_preferences": preferences})
}

#[test]
fn all_plans_of_a_product_have_one_title_and_one_discount() {
    let store = Store::empty();
    product(&store, "5");
    let mut body = plan("5", "subscription", &monthly());
    body["discount_amount"] = json!("10");
    let first = store.post("/plans", &body)["plan"].clone();
    assert_eq!(first["discount_type"], "percentage");
    body["title"] = json!("Other");
    body["discount_amount"] = json!("11");
    let said = store.refused("POST", "/plans", &body);
    assert!(
        said["title"].is_array() && said["discount_amount"].is_array(),
        "{said}"
    );
    body["title"] = json!("Soap");
    body["discount_amount"] = json!("10.00");
    let second = store.post("/plans", &body)["plan"].clone();
    let both = json!({"title": "Shaving soap", "discount_amount": "12"});
    store.put(&of("plans", &second), &both);
    let first = store.get("/plans?sort_by=id-asc")["plans"][0].clone();
    assert_eq!(
        (&first["title"], &first["discount_amount"]),
        (&json!("Shaving soap"), &json!("12.00"))
    );
    let too_much = json!({"discount_amount": "100.01"});
    store.refused("PUT", &of("plans", &second), &too_much);
}

#[test]
fn a_product_with_a_prepaid_plan_has_no_others_whichever_way_they_come() {
    let store = Store::empty();
    product(&store, "5");
    product(&store, "6");
    let quarterly = json!({"charge_interval_frequency": 3, "order_interval_frequency": 1, "interval_unit": "month"});
    store.post("/plans", &plan("5", "prepaid", &quarterly));
    let said = store.refused("POST", "/plans", &plan("5", "subscription", &monthly()));
    assert!(said["type"].is_array(), "{said}");
    let other = store.post("/plans", &plan("6", "subscription", &monthly()))["plan"].clone();
    let moved = json!({"external_product_id": {"ecommerce": "5"}});
    store.refused("PUT", &of("plans", &other), &moved);
    let nowhere = json!({"external_product_id": {"ecommerce": "7"}});
    store.refused("PUT", &of("plans", &other), &nowhere);
}

#[test]
fn a_plan_that_recurs_says_how_often_and_all_its_faults_are_said_at_once() {
    let store = Store::empty();
    product(&store, "5");
    store.post("/plans", &plan("5", "onetime", &json!({})));
    let said = store.refused("POST", "/plans", &plan("5", "subscription", &json!({})));
    for name in [
        "charge_interval_frequency",
        "order_interval_frequency",
        "interval_unit",
    ] {
        let field = format!("subscription_preferences.{name}");
        assert!(at(&said, &field).is_array(), "{field}: {said}");
    }
    let odd = json!({"charge_interval_frequency": "often", "order_interval_frequency": 0,
        "interval_unit": "year", "order_day_of_month": 32, "order_day_of_week": 7});
    let said = store.refused("POST", "/plans", &plan("5", "subscription", &odd));
    let faults = said["subscription_preferences"].as_object().unwrap();
    assert_eq!(faults.len(), 5, "{said}");
    let uneven = json!({"charge_interval_frequency": 5, "order_interval_frequency": 2, "interval_unit": "week"});
    store.refused("POST", "/plans", &plan("5", "subscription", &uneven));
    product(&store, "6");
    let said = store.refused("POST", "/plans", &plan("6", "prepaid", &monthly()));
    assert!(
        said["subscription_preferences"]["charge_interval_frequency"].is_array(),
        "{said}"
    );
}

#[test]
fn a_bulk_request_is_carried_out_wholly_or_not_at_all_and_names_each_place() {
    let store = Store::empty();
    product(&store, "5");
    let path = "/products/5/plans-bulk";
    let good =
        json!({"title": "Soap", "type": "subscription", "subscription_preferences": monthly()});
    let bad = json!({"title": "Soap", "type": "sometimes", "subscription_preferences": monthly()});
    let said = store.refused("POST", path, &json!({"plans": [good, bad, 7, {}]}));
    for field in ["plans.1.type", "plans.2._schema", "plans.3._schema"] {
        assert!(at(&said, field).is_array(), "{field}: {said}");
    }
    assert_eq!(store.get("/plans")["plans"], json!([]));
    let made = store.post(path, &json!({"plans": [good]}))["plans"][0].clone();
    let changes =
        json!({"plans": [{"id": made["id"], "sort_order": "3"}, {"title": "x"}, {"id": 1}]});
    let said = store.refused("PUT", path, &changes);
    assert!(
        said["plans"]["1"]["_schema"].is_array() && said["plans"]["2"]["id"].is_array(),
        "{said}"
    );
    assert_eq!(store.get("/plans")["plans"][0], made);
    let (status, _) = store.ask("DELETE", path, &json!({"plans": [{"id": made["id"]}]}));
    assert_eq!(status, 204);
    product(&store, "6");
    let elsewhere = store.post("/plans", &plan("6", "onetime", &json!({})))["plan"]["id"].clone();
    store.refused("DELETE", path, &json!({"plans": [{"id": elsewhere}]}));
    let unknown = json!({"plans": [{"id": elsewhere}]});
    assert_eq!(
        store.ask("DELETE", "/products/7/plans-bulk", &unknown).0,
        404
    );
}

#[test]
fn a_product_that_goes_takes_its_plans_and_its_places_along() {
    let store = Store::demo();
    let collection = store.post("/collections", &json!({"title": "T", "description": "d"}));
    let path = of("collections", &collection["collection"]) + "/collection_products-bulk";
    let places = json!({"collection_products": [{"external_product_id": MILK}]});
    store.post(&path, &places);
    store.delete(&format!("/products/{MILK}"));
    let plans = store.get(&format!("/plans?external_product_id={MILK}"));
    assert_eq!(plans["plans"], json!([]));
    let listed = store.get("/collection_products?limit=250");
    let places = listed["collection_products"].as_array().unwrap();
    assert!(
        places
            .iter()
            .all(|place| place["external_product_id"] != MILK)
    );
    assert_eq!(
        store
            .ask("GET", &format!("/products/{MILK}"), &Value::Null)
            .0,
        404
    );
}

#[test]
fn variants_take_over_what_they_leave_out_and_are_named_once() {
    let store = Store::empty();
    let body = json!({"external_product_id": "5", "title": "Soap", "vendor": "v", "options": [],
    "requires_shipping": false, "variants": [
        {"external_variant_id": "1", "title": "A", "dimensions": {"weight": 2}},
        {"external_variant_id": "2", "title": "B", "requires_shipping": true},
    ]});
    let made = store.post("/products", &body)["product"].clone();
    assert_eq!(made["variants"][0]["requires_shipping"], false);
    assert_eq!(made["variants"][0]["dimensions"]["weight_unit"], "lb");
    assert_eq!(made["variants"][1]["requires_shipping"], true);
    store.refused("POST", "/products", &body);
    let odd = json!({"variants": ["x", {"title": "C"}, {"external_variant_id": "9"}, {"external_variant_id": 9}]});
    let said = store.refused("PUT", "/products/5", &odd);
    for field in [
        "variants.0",
        "variants.1.external_variant_id",
        "variants.3.external_variant_id",
    ] {
        assert!(at(&said, field).is_array(), "{field}: {said}");
    }
}

#[test]
fn products_come_into_a_collection_once_and_leave_it_or_all_stay() {
    let store = Store::demo();
    let collection = store.post("/collections", &json!({"title": "T", "description": "d"}));
    let path = of("collections", &collection["collection"]) + "/collection_products-bulk";
    let of_products = |numbers: &[&str]| {
        let places: Vec<Value> = numbers
            .iter()
            .map(|one| json!({"external_product_id": one}))
            .collect();
        json!({"collection_products": places})
    };
    let twice = store.post(&path, &of_products(&[MILK, MILK]));
    assert_eq!(
        twice["collection_products"][0],
        twice["collection_products"][1]
    );
    let filter = format!(
        "/collection_products?collection_id={}",
        collection["collection"]["id"]
    );
    let listed = || {
        store.get(&filter)["collection_products"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(listed(), 1);
    store.refused("POST", &path, &of_products(&["404"]));
    store.refused("POST", &path, &of_products(&[]));
    let (status, _) = store.ask("DELETE", &path, &of_products(&[MILK, "404"]));
    assert_eq!((status, listed()), (404, 1));
    assert_eq!(store.ask("DELETE", &path, &of_products(&[MILK])).0, 204);
    assert_eq!(listed(), 0);
    store.refused("GET", "/collection_products?collection_id=x", &Value::Null);
    store.refused(
        "POST",
        "/collections",
        &json!({"title": "", "description": "d"}),
    );
    let order = json!({"sort_order": "price-asc"});
    store.refused("PUT", &of("collections", &collection["collection"]), &order);
}
