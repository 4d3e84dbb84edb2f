//! Customers, addresses, payment methods, orders and bundles: what the
//! reference says of each field and verb, beyond [`super::cascades`].

use serde_json::{Value, json};

use super::{Store, of};
use crate::storage::tables::TableName;
use crate::values::record;

fn place(customer: &Value) -> Value {
    json!({"customer_id": customer["id"], "address1": "1776 Washington Street",
        "city": "Los Angeles", "country_code": "US", "first_name": "John", "last_name": "Doe",
        "phone": "", "province": "California", "zip": "90404"})
}

#[test]
fn a_phone_number_of_a_customer_is_international() {
    let store = Store::empty();
    let ada = store.customer("ada@example.com");
    let path = of("customers", &ada);
    for bad in [
        "3103103101",
        "+1 617 5551212",
        "+",
        "+0123456",
        "+1234567890123456",
        "",
    ] {
        let errors = store.refused("PUT", &path, &json!({"phone": bad}));
        assert_eq!(
            errors,
            json!({"phone": ["must be in E.164 format"]}),
            "{bad}"
        );
    }
    let kept = store.put(&path, &json!({"phone": "+16175551212"}));
    assert_eq!(kept["customer"]["phone"], "+16175551212");
    assert_eq!(
        store.put(&path, &json!({"phone": null}))["customer"]["phone"],
        Value::Null
    );
    let body = json!({"email": "b@example.com", "first_name": "a", "last_name": "b", "phone": "1"});
    store.refused("POST", "/customers", &body);
}

#[test]
fn a_new_email_is_on_what_is_queued() {
    let store = Store::empty();
    let (customer, address, _) = store.subscriber("2026-12-01");
    store.put(
        &of("customers", &customer),
        &json!({"email": "new@example.com"}),
    );
    let charge = store.charges_of(&address, "queued")[0].clone();
    assert_eq!(charge["customer"]["email"], "new@example.com");
}

#[test]
fn an_email_on_an_upcoming_charge_is_about_a_charge_of_the_customer() {
    let store = Store::empty();
    let (customer, address, _) = store.subscriber("2026-12-01");
    let path = of("customers", &customer) + "/notifications";
    let charge = store.charges_of(&address, "queued")[0].clone();
    let body = |kind: &str, vars: Value| json!({"type": kind, "template_type": "upcoming_charge", "template_vars": vars});
    let good = json!({"address_id": address["id"], "charge_id": charge["id"]});
    store.post(&path, &body("email", good.clone()));
    assert!(store.refused("POST", &path, &body("sms", good.clone()))["type"].is_array());
    let errors = store.refused("POST", &path, &body("email", json!({"charge_id": 1})));
    let vars = errors["template_vars"].as_object().unwrap();
    assert_eq!(vars.len(), 2, "{errors}");
    let stranger = of("customers", &store.customer("b@example.com")) + "/notifications";
    store.refused("POST", &stranger, &body("email", good));
    store.post(
        &path,
        &json!({"type": "email", "template_type": "get_account_access"}),
    );
}

#[test]
fn what_is_paid_ahead_is_in_the_delivery_schedule() {
    let store = Store::empty();
    let order = super::prepaid_order(&store);
    let path = format!(
        "/customers/{}/delivery_schedule?future_interval=120",
        order["customer"]["id"]
    );
    let schedule = store.get(&path);
    let deliveries = schedule["deliveries"].as_array().unwrap().clone();
    let days: Vec<&str> = deliveries
        .iter()
        .map(|one| one["date"].as_str().unwrap())
        .collect();
    assert_eq!(
        days,
        ["2026-12-20", "2027-01-20", "2027-02-20", "2027-03-20"]
    );
    let first = &deliveries[0]["orders"][0];
    assert_eq!(first["id"], order["id"]);
    assert_eq!(first["charge_id"], order["charge"]["id"]);
    assert_eq!(first["line_items"][0]["is_prepaid"], true);
    assert_eq!(deliveries[2]["orders"][0]["id"], Value::Null);
}

#[test]
fn every_part_of_an_address_that_its_country_needs_is_asked_for_at_once() {
    let store = Store::empty();
    let customer = store.customer("ada@example.com");
    let mut body = place(&customer);
    for name in [
        "address1",
        "city",
        "first_name",
        "last_name",
        "province",
        "zip",
    ] {
        body[name] = json!("");
    }
    let errors = store.refused("POST", "/addresses", &body);
    assert_eq!(errors.as_object().unwrap().len(), 6, "{errors}");
    body["country_code"] = json!("USA");
    assert!(store.refused("POST", "/addresses", &body)["country_code"].is_array());
    let address = store.post("/addresses", &place(&customer))["address"].clone();
    let path = of("addresses", &address);
    store.refused("PUT", &path, &json!({"country_code": "GB"}));
    store.refused("PUT", &path, &json!({"country_code": "GB", "zip": "90404"}));
    store.put(
        &path,
        &json!({"country_code": "GB", "zip": "SW1Y 4JH", "province": ""}),
    );
}

#[test]
fn shipping_that_was_overridden_is_conserved() {
    let store = Store::empty();
    let (_, address, _) = store.subscriber("2026-12-01");
    let path = of("addresses", &address);
    let lines = json!([{"code": "Express", "price": "9.00", "title": "Express"}]);
    store.put(&path, &json!({"shipping_lines_override": lines}));
    let shipping = |store: &Store| {
        store.charges_of(&address, "queued")[0]["shipping_lines"][0]["code"].clone()
    };
    assert_eq!(shipping(&store), "Express");
    let after = store.put(&path, &json!({"shipping_lines_override": null}))["address"].clone();
    assert_eq!(after["shipping_lines_override"], json!([]));
    assert_eq!(after["shipping_lines_conserved"], lines);
    assert_eq!(shipping(&store), "Standard");
}

#[test]
fn payment_methods_of_the_shop_are_read_only() {
    let store = Store::empty();
    let customer = store.customer("ada@example.com");
    let card = store.card(&customer);
    let path = of("payment_methods", &card);
    store.refused("PUT", &path, &json!({"processor_name": "shopify_payments"}));
    store.0.with_state(|state| {
        let id = card["id"].as_u64().unwrap();
        let mut method = state.get(TableName::PaymentMethods, id).unwrap();
        record::set(&mut method, "processor_name", "shopify_payments");
        state.lay(TableName::PaymentMethods, id, &method);
    });
    store.refused("PUT", &path, &json!({"default": true}));
    store.refused("DELETE", &path, &Value::Null);
}

#[test]
fn a_billing_address_keeps_its_street_and_is_on_what_is_queued() {
    let store = Store::empty();
    let (customer, address, _) = store.subscriber("2026-12-01");
    let methods = format!("/payment_methods?customer_id={}", customer["id"]);
    let path = of("payment_methods", &store.first(&methods, "payment_methods"));
    let errors = store.refused(
        "PUT",
        &path,
        &json!({"billing_address": {"address1": null}}),
    );
    assert_eq!(
        errors,
        json!({"billing_address": {"address1": ["Field may not be null."]}})
    );
    store.put(
        &path,
        &json!({"billing_address": {"address1": "1 Bank", "city": "London"}}),
    );
    let charge = store.charges_of(&address, "queued")[0].clone();
    assert_eq!(charge["billing_address"]["address1"], "1 Bank");
    store.delete(&path);
    let charge = store.charges_of(&address, "queued")[0].clone();
    assert_eq!(charge["billing_address"]["address1"], "12 St James Sq");
    let owner = || store.get(&of("customers", &customer))["customer"].clone();
    assert_eq!(owner()["has_valid_payment_method"], false);
    let card = json!({"customer_id": customer["id"], "payment_type": "CREDIT_CARD",
        "processor_name": "stripe", "processor_customer_token": "cus_1",
        "billing_address": {"address1": "2 Bank", "city": "London"}});
    store.post("/payment_methods", &card);
    let charge = store.charges_of(&address, "queued")[0].clone();
    assert_eq!(charge["billing_address"]["address1"], "2 Bank");
    assert_eq!(owner()["has_valid_payment_method"], true);
}

#[test]
fn an_order_tells_when_it_goes_out_and_its_charge_counts_what_is_left() {
    let store = Store::empty();
    let order = super::prepaid_order(&store);
    let path = of("orders", &order);
    let count = |store: &Store| {
        store.get(&format!("/charges/{}", order["charge"]["id"]))["charge"]["orders_count"].clone()
    };
    let told = |verb: &str| {
        let events = format!("/events?object_id={}&verbs={verb}", order["id"]);
        store.get(&events)["events"].as_array().unwrap().len()
    };
    assert_eq!(count(&store), 3);
    store.put(&path, &json!({"status": "cancelled"}));
    assert_eq!(told("cancelled"), 1);
    store.refused("DELETE", &path, &Value::Null);
    store.put(&path, &json!({"status": "queued"}));
    let sent = store.put(&path, &json!({"status": "success"}))["order"].clone();
    assert_eq!(sent["processed_at"], "2026-11-20T12:00:00+00:00");
    assert_eq!(told("processed"), 1);
    store.refused("PUT", &path, &json!({"line_items": []}));
    let rest = format!("/orders?charge_id={}&status=queued", order["charge"]["id"]);
    store.delete(&of("orders", &store.first(&rest, "orders")));
    assert_eq!(count(&store), 2);
}

#[test]
fn the_contents_of_a_bundle_are_whole() {
    let store = Store::empty();
    let (_, _, one) = store.subscriber("2026-12-01");
    let body = |items: Value| json!({"purchase_item_id": one["id"], "items": items});
    let good = json!({"collection_id": "1", "external_product_id": "2", "external_variant_id": "3", "quantity": 1});
    let path = "/bundle_selections";
    for (field, value) in [
        ("quantity", json!(0)),
        ("quantity", json!("many")),
        ("collection_id", json!({})),
        ("external_variant_id", json!("")),
    ] {
        let mut item = good.clone();
        item[field] = value;
        let errors = store.refused("POST", path, &body(json!([good, item])));
        assert!(errors["items"]["1"][field].is_array(), "{errors}");
    }
    store.refused("POST", path, &body(json!([])));
    store.refused(
        "POST",
        path,
        &json!({"purchase_item_id": 1, "items": [good]}),
    );
    let made = store.post(path, &body(json!([good])))["bundle_selection"].clone();
    store.delete(&of("subscriptions", &one));
    assert_eq!(
        store
            .ask("GET", &of("bundle_selections", &made), &Value::Null)
            .0,
        404
    );
}

#[test]
fn a_first_checkout_is_the_first_charge_of_the_customer() {
    let store = Store::demo();
    let body = json!({"email": "new@example.com", "shipping_address": place(&Value::Null),
        "line_items": [{"external_variant_id": {"ecommerce": "18261278883891"}, "quantity": 1}]});
    let checkout = store.post("/checkouts", &body)["checkout"].clone();
    let path = format!("/checkouts/{}/process", checkout["token"].as_str().unwrap());
    store.post(
        &path,
        &json!({"payment_processor": "stripe", "payment_token": "tok_visa"}),
    );
    let customer = store.first("/customers?email=new@example.com", "customers");
    assert_eq!(
        customer["first_charge_processed_at"],
        "2026-11-20T12:00:00+00:00"
    );
}
