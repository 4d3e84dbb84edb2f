//! Checkouts: what must be in them, rates, discounts, and what is paid.

use serde_json::{Value, json};

use super::{Store, at, of};

fn destination() -> Value {
    json!({"address1": "1 Elm", "city": "Austin", "country_code": "US", "first_name": "I",
        "last_name": "M", "phone": "", "province": "Texas", "zip": "78702"})
}

fn cart() -> Value {
    json!({
        "email": "new@example.com",
        "shipping_address": destination(),
        "line_items": [{
            "external_variant_id": {"ecommerce": "18261278883891"}, "quantity": 2,
            "subscription_preferences": {"charge_interval_frequency": 1,
                "order_interval_frequency": 1, "interval_unit": "month"},
        }],
    })
}

/// A new checkout and its path.
fn opened(store: &Store, body: &Value) -> (Value, String) {
    let checkout = store.post("/checkouts", body)["checkout"].clone();
    let path = format!("/checkouts/{}", checkout["token"].as_str().unwrap());
    (checkout, path)
}

fn pay() -> Value {
    json!({"payment_processor": "stripe", "payment_token": "tok_visa"})
}

#[test]
fn a_rate_can_be_chosen_once_rates_were_collected() {
    let store = Store::demo();
    let (checkout, path) = opened(&store, &cart());
    assert_eq!(checkout["available_shipping_rates"], json!([]));
    let choice = json!({"applied_shipping_rate": {"code": "Express"}});
    store.refused("PUT", &path, &choice);
    let rates = store.get(&(path.clone() + "/shipping_rates"))["shipping_rates"].clone();
    assert_eq!(rates[1]["checkout"]["total_price"], "39.90");
    assert_eq!(
        store.put(&path, &choice)["checkout"]["total_price"],
        "39.90"
    );

    let mut at_once = cart();
    at_once["applied_shipping_rate"] = json!({"code": "Standard"});
    store.refused("POST", "/checkouts", &at_once);
    let made = store.post("/checkouts?get_shipping_rates=true", &at_once);
    assert_eq!(made["checkout"]["total_price"], "32.90");
    at_once["applied_shipping_rate"] = json!({"code": "Bike"});
    let own = json!([{"code": "Bike", "title": "By bike", "price": "1.50"}]);
    at_once["custom_shipping_rate_options"] = own;
    let made = store.post("/checkouts?get_shipping_rates=true", &at_once);
    assert_eq!(
        made["checkout"]["total_price"], "29.50",
        "own rates come first"
    );
}

#[test]
fn a_rate_of_ones_own_says_what_it_is_and_what_it_costs() {
    let store = Store::demo();
    let (_, path) = opened(&store, &cart());
    let lacking = json!({"applied_shipping_rate": {"price": "2"}});
    let said = store.refused("PUT", &path, &lacking);
    assert!(said["applied_shipping_rate"]["code"].is_array(), "{said}");
    assert!(said["applied_shipping_rate"]["title"].is_array(), "{said}");
    let whole = json!({"applied_shipping_rate": {"price": "2", "code": "A", "title": "B"}});
    assert_eq!(store.put(&path, &whole)["checkout"]["total_price"], "30.00");
}

#[test]
fn where_it_goes_is_known_in_part_at_first_and_wholly_before_it_is_paid() {
    let store = Store::demo();
    let part = json!({"country_code": "US", "zip": "78702"});
    let mut body = cart();
    body["shipping_address"] = part.clone();
    let said = store.refused("POST", "/checkouts", &body);
    assert!(said["shipping_address"]["address1"].is_array(), "{said}");
    let (_, path) = opened(&store, &cart());
    let in_part = json!({"shipping_address": part, "partial_shipping": true});
    store.put(&path, &in_part);
    let said = store.refused("POST", &(path.clone() + "/process"), &pay());
    assert!(said["shipping_address"]["city"].is_array(), "{said}");
    store.put(&path, &json!({"shipping_address": destination()}));
    store.post(&(path.clone() + "/process"), &pay());
    store.refused("PUT", &path, &json!({"note": "too late"}));
}

#[test]
fn the_faults_of_all_items_are_said_at_once() {
    let store = Store::demo();
    let items = json!([{"quantity": 0}, {"external_variant_id": {"ecommerce": "1"}}]);
    let said = store.refused("POST", "/checkouts", &json!({"line_items": items}));
    for field in [
        "line_items.0.quantity",
        "line_items.0.external_variant_id",
        "line_items.1.quantity",
    ] {
        assert!(at(&said, field).is_array(), "{field}: {said}");
    }
    store.refused("POST", "/checkouts", &json!({"line_items": []}));
}

#[test]
fn a_discount_of_a_checkout_is_on_its_charge_and_goes_on_with_the_address() {
    let store = Store::demo();
    let limit = json!({"code": "TASTE", "value": "5", "value_type": "fixed_amount",
        "usage_limits": {"max_subsequent_redemptions": 0}});
    store.post("/discounts", &limit);
    for (code, off, later) in [("WELCOME10", "2.80", 1), ("TASTE", "5.00", 0)] {
        let mut body = cart();
        body["email"] = json!(format!("{code}@example.com"));
        body["applied_discounts"] = json!([{"discount_code": code}]);
        let (checkout, path) = opened(&store, &body);
        assert_eq!(checkout["applied_discounts"][0]["amount"], off);
        let paid = store.post(&(path + "/process"), &pay())["checkout_charge"].clone();
        let charge = store.get(&format!("/charges/{}", paid["charge_id"]))["charge"].clone();
        assert_eq!(charge["total_discounts"], off);
        assert_eq!(charge["discounts"][0]["code"], code);
        assert_eq!(charge["total_price"], checkout["total_price"]);
        let address = store.get(&format!("/addresses/{}", charge["address_id"]))["address"].clone();
        assert_eq!(
            address["discounts"].as_array().unwrap().len(),
            later,
            "{code}"
        );
        let next = store.charges_of(&address, "queued")[0].clone();
        assert_eq!(next["discounts"].as_array().unwrap().len(), later, "{code}");
    }
}

#[test]
fn a_code_that_cannot_be_used_says_why_and_takes_nothing_off() {
    let store = Store::demo();
    let (_, path) = opened(&store, &cart());
    let first = json!({"code": "FIRST", "value": "5", "value_type": "percentage",
        "usage_limits": {"first_time_customer_restriction": true}});
    store.post("/discounts", &first);
    let with = |code: &str| store.put(&path, &json!({"discount_code": code}))["checkout"].clone();
    for (code, why) in [("NOSUCH", "no discount"), ("SPRING25", "not enabled")] {
        let checkout = with(code);
        let applied = &checkout["applied_discounts"][0];
        assert_eq!(applied["applicable"], false);
        assert!(
            applied["non_redeemable_reason"]
                .as_str()
                .unwrap()
                .contains(why)
        );
        assert_eq!(checkout["total_price"], "28.00");
    }
    assert_eq!(with("FIRST")["total_price"], "26.60");
    let paid = store.first("/charges?status=success", "charges");
    let old = json!({"email": paid["customer"]["email"]});
    assert_eq!(store.put(&path, &old)["checkout"]["total_price"], "28.00");
    assert_eq!(with("")["applied_discounts"], json!([]));
}

#[test]
fn free_shipping_takes_the_shipping_off_and_a_discount_that_ended_nothing() {
    let store = Store::demo();
    let mut body = cart();
    body["applied_shipping_rate"] = json!({"code": "Standard"});
    body["applied_discounts"] = json!([{"discount_code": "SHIPFREE"}]);
    let made = store.post("/checkouts?get_shipping_rates=true", &body)["checkout"].clone();
    assert_eq!(
        (&made["subtotal_price"], &made["total_price"]),
        (&json!("28.00"), &json!("28.00"))
    );
    let discount = store.first("/discounts?discount_code=SHIPFREE", "discounts");
    store.put(&of("discounts", &discount), &json!({"status": "disabled"}));
    let path = format!("/checkouts/{}/process", made["token"].as_str().unwrap());
    let paid = store.post(&path, &pay())["checkout_charge"].clone();
    let charge = store.get(&format!("/charges/{}", paid["charge_id"]))["charge"].clone();
    assert_eq!(charge["total_price"], "32.90");
}
