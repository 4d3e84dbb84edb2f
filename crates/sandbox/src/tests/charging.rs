//! Charges: taking money, giving it back, orders, discounts.

use serde_json::{Value, json};

use super::{Store, of, prepaid_order};

#[test]
fn processing_a_charge_makes_an_order_and_queues_the_next() {
    let store = Store::empty();
    let (customer, address, one) = store.subscriber("2026-12-31");
    let queued = store.charges_of(&address, "queued");
    assert_eq!(queued.len(), 1);
    assert_eq!(queued[0]["scheduled_at"], "2026-12-31");
    assert_eq!(queued[0]["total_line_items_price"], "20.00");
    let paid = store.post(&(of("charges", &queued[0]) + "/process"), &json!({}))["charge"].clone();
    assert_eq!(paid["status"], "success");
    assert_eq!(paid["orders_count"], 1);
    let order = store.first(&format!("/orders?charge_id={}", paid["id"]), "orders");
    assert_eq!(order["status"], "success");
    assert_eq!(order["line_items"][0]["purchase_item_id"], one["id"]);
    let names: Vec<&String> = order["line_items"][0].as_object().unwrap().keys().collect();
    assert_eq!(
        names[..2],
        ["purchase_item_id", "external_inventory_policy"]
    );
    assert_eq!(names.last().unwrap().as_str(), "variant_title");
    let next = store.charges_of(&address, "queued");
    assert_eq!(next[0]["scheduled_at"], "2027-01-31");
    assert_ne!(next[0]["id"], paid["id"]);
    let customer = store.get(&of("customers", &customer))["customer"].clone();
    assert_eq!(customer["subscription_related_charge_streak"], 1);
    assert_eq!(
        customer["first_charge_processed_at"],
        "2026-11-20T12:00:00+00:00"
    );
    store.refused("POST", &(of("charges", &paid) + "/process"), &json!({}));
}

#[test]
fn a_customer_who_cannot_pay_leaves_the_charge_in_error_until_there_is_a_card() {
    let store = Store::empty();
    let customer = store.customer("poor@example.com");
    let address = store.address(&customer);
    store.subscription(&address, "2026-11-20");
    let charge = store.charges_of(&address, "queued")[0].clone();
    let path = of("charges", &charge) + "/process";
    assert_eq!(store.post(&path, &json!({}))["charge"]["status"], "error");
    let dunning =
        store.get(&of("customers", &customer))["customer"]["has_payment_method_in_dunning"].clone();
    assert_eq!(dunning, true);
    store.card(&customer);
    assert_eq!(store.post(&path, &json!({}))["charge"]["status"], "success");
    assert_eq!(store.charges_of(&address, "error").len(), 0);
}

#[test]
fn a_prepaid_charge_makes_an_order_for_each_interval_and_delaying_one_moves_the_rest() {
    let store = Store::empty();
    let order = prepaid_order(&store);
    let path = format!(
        "/orders?charge_id={}&sort_by=scheduled_at-asc",
        order["charge"]["id"]
    );
    let days = |store: &Store| -> Vec<String> {
        let orders = store.get(&path)["orders"].as_array().unwrap().clone();
        orders
            .iter()
            .map(|order| order["scheduled_at"].as_str().unwrap()[..10].to_owned())
            .collect()
    };
    assert_eq!(days(&store), ["2026-11-20", "2026-12-20", "2027-01-20"]);
    let address = json!({"id": order["address_id"]});
    assert_eq!(
        store.charges_of(&address, "queued")[0]["scheduled_at"],
        "2027-02-20"
    );
    store.post(&(of("orders", &order) + "/delay"), &json!({}));
    assert_eq!(days(&store), ["2026-11-20", "2027-01-20", "2027-02-20"]);
    assert_eq!(
        store.charges_of(&address, "queued")[0]["scheduled_at"],
        "2027-03-20"
    );
    let copy = store.post(
        &(of("orders", &order) + "/clone"),
        &json!({"scheduled_at": "2027-05-01"}),
    )["order"]
        .clone();
    assert_eq!(copy["status"], "queued");
    assert_eq!(days(&store).len(), 4);
    store.refused("POST", &(of("orders", &copy) + "/delay"), &json!({}));
    store.refused(
        "POST",
        &(of("orders", &copy) + "/clone"),
        &json!({"scheduled_at": "2020-05-01"}),
    );
    store.delete(&of("orders", &copy));
}

#[test]
fn refunds_add_up_to_the_whole_and_not_beyond() {
    let store = Store::empty();
    let (_, address, _) = store.subscriber("2026-11-20");
    let charge = store.charges_of(&address, "queued")[0].clone();
    let path = of("charges", &charge);
    let refund = path.clone() + "/refund";
    store.refused("POST", &refund, &json!({"amount": "1.00"}));
    store.post(&(path.clone() + "/process"), &json!({}));
    assert_eq!(
        store.refused("POST", &refund, &json!({})),
        json!({"_schema": ["Missing required fields: amount"]})
    );
    let part = store.post(&refund, &json!({"amount": "10.50"}))["charge"].clone();
    assert_eq!(part["status"], "partially_refunded");
    store.refused("POST", &refund, &json!({"amount": "100.00"}));
    let whole = store.post(&refund, &json!({"amount": "0", "full_refund": true}))["charge"].clone();
    assert_eq!(whole["status"], "refunded");
    assert_eq!(whole["total_refunds"], whole["total_price"]);
    store.refused("POST", &refund, &json!({"amount": "0.01"}));
    let order = store.first(&format!("/orders?charge_id={}", charge["id"]), "orders");
    assert_eq!(order["total_refunds"], whole["total_price"]);
}

#[test]
fn one_discount_a_charge_and_it_is_lost_when_the_charge_is_made_anew() {
    let store = Store::demo();
    let (_, address, one) = store.subscriber("2026-12-01");
    let charge = store.charges_of(&address, "queued")[0].clone();
    let apply = of("charges", &charge) + "/apply_discount";
    store.refused("POST", &apply, &json!({}));
    store.refused("POST", &apply, &json!({"discount_code": "NOSUCH"}));
    store.refused("POST", &apply, &json!({"discount_code": "SPRING25"}));
    let with = store.post(&apply, &json!({"discount_code": "WELCOME10"}))["charge"].clone();
    assert_eq!(with["total_discounts"], "2.00");
    assert_eq!(with["total_price"], "22.90");
    store.refused("POST", &apply, &json!({"discount_code": "FIVEOFF"}));
    let path = of("subscriptions", &one) + "?commit=true";
    store.put(&path, &json!({"quantity": 3}));
    let anew = store.get(&of("charges", &charge))["charge"].clone();
    assert_eq!(anew["discounts"], json!([]));
    assert_eq!(anew["total_price"], "34.90");
}

#[test]
fn a_discount_of_the_address_is_on_every_charge_and_is_removed_there() {
    let store = Store::demo();
    let (_, address, _) = store.subscriber("2026-12-01");
    store.put(
        &of("addresses", &address),
        &json!({"discounts": [{"code": "WELCOME10"}]}),
    );
    let charge = store.charges_of(&address, "queued")[0].clone();
    assert_eq!(charge["discounts"][0]["code"], "WELCOME10");
    let remove = of("charges", &charge) + "/remove_discount";
    store.refused("POST", &remove, &json!({}));
    let without = store.post(&remove, &json!({"address_id": address["id"]}))["charge"].clone();
    assert_eq!(without["discounts"], json!([]));
    let address = store.get(&of("addresses", &address))["address"].clone();
    assert_eq!(address["discounts"], json!([]));
}

#[test]
fn a_discount_must_be_fully_disabled_to_be_deleted_and_leaves_what_is_queued() {
    let store = Store::empty();
    let (_, address, _) = store.subscriber("2026-12-01");
    let body = json!({"code": "SPRING", "value": "10", "value_type": "percentage"});
    let discount = store.post("/discounts", &body)["discount"].clone();
    assert_eq!(discount["value"], "10.00");
    store.refused(
        "POST",
        "/discounts",
        &json!({"code": "spring", "value": "1", "value_type": "percentage"}),
    );
    store.put(
        &of("addresses", &address),
        &json!({"discounts": [{"id": discount["id"]}]}),
    );
    assert_eq!(
        store.charges_of(&address, "queued")[0]["total_discounts"],
        "2.00"
    );
    let path = of("discounts", &discount);
    store.refused("DELETE", &path, &Value::Null);
    store.put(&path, &json!({"status": "fully_disabled"}));
    assert_eq!(
        store.charges_of(&address, "queued")[0]["total_discounts"],
        "0.00"
    );
    assert_eq!(
        store.get(&of("addresses", &address))["address"]["discounts"],
        json!([])
    );
    store.delete(&path);
    assert_eq!(store.ask("GET", &path, &Value::Null).0, 404);
}

#[test]
fn a_checkout_that_is_paid_becomes_customer_subscription_charge_and_order() {
    let store = Store::demo();
    let items = json!([{
        "external_variant_id": {"ecommerce": "18261278883891"}, "quantity": 2,
        "subscription_preferences": {"charge_interval_frequency": 1, "order_interval_frequency": 1, "interval_unit": "month"},
    }]);
    let address = json!({"address1": "1 Elm", "city": "Austin", "country_code": "US", "first_name": "I",
        "last_name": "M", "phone": "", "province": "Texas", "zip": "78702"});
    let body =
        json!({"email": "new@example.com", "line_items": items, "shipping_address": address});
    let checkout = store.post("/checkouts", &body)["checkout"].clone();
    assert_eq!(checkout["subtotal_price"], "28.00");
    let path = format!("/checkouts/{}", checkout["token"].as_str().unwrap());
    let rates = store.get(&(path.clone() + "/shipping_rates"))["shipping_rates"].clone();
    let chosen = store.put(
        &path,
        &json!({"applied_shipping_rate": {"handle": rates[0]["handle"]}}),
    );
    assert_eq!(chosen["checkout"]["total_price"], "32.90");
    let pay = json!({"payment_processor": "stripe", "payment_token": "tok_visa"});
    let paid = store.post(&(path.clone() + "/process"), &pay)["checkout_charge"].clone();
    let charge = store.get(&format!("/charges/{}", paid["charge_id"]))["charge"].clone();
    assert_eq!(
        (&charge["status"], &charge["type"]),
        (&json!("success"), &json!("checkout"))
    );
    assert_eq!(charge["total_price"], "32.90");
    let customer = store.first("/customers?email=new@example.com", "customers");
    assert_eq!(customer["subscriptions_active_count"], 1);
    let one = store.first(
        &format!("/subscriptions?customer_id={}", customer["id"]),
        "subscriptions",
    );
    assert_eq!(one["next_charge_scheduled_at"], "2026-12-20");
    store.refused("POST", &(path + "/process"), &pay);
}
