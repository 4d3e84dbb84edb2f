//! Rules that a review against the reference found wrong, each by an example.

use serde_json::{Value, json};

use super::{Store, of};

fn skip_on(store: &Store, address: &Value, day: &str, items: &[&Value]) -> Value {
    let ids: Vec<&Value> = items.iter().map(|one| &one["id"]).collect();
    let path = of("addresses", address) + "/charges/skip";
    let body = json!({"date": day, "subscription_ids": ids});
    store.post(&path, &body)["charge"].clone()
}

fn next_of(store: &Store, one: &Value) -> Value {
    store.get(&of("subscriptions", one))["subscription"]["next_charge_scheduled_at"].clone()
}

fn items_of(charge: &Value) -> Vec<Value> {
    let lines = charge["line_items"].as_array().unwrap().iter();
    lines.map(|line| line["purchase_item_id"].clone()).collect()
}

#[test]
fn skip_charge_skips_each_subscription_when_only_one_is_queued_that_day() {
    let store = Store::empty();
    let (_, address, early) = store.subscriber("2026-12-01");
    let late = store.subscription(&address, "2027-01-01");
    let skipped = skip_on(&store, &address, "2027-01-01", &[&early, &late]);
    assert_eq!(skipped["status"], "skipped");
    assert_eq!(items_of(&skipped).len(), 2);
    assert_eq!(next_of(&store, &late), "2027-02-01");
    let queued = store.charges_of(&address, "queued");
    let days: Vec<&Value> = queued.iter().map(|one| &one["scheduled_at"]).collect();
    assert_eq!(days, ["2026-12-01", "2027-02-01"]);
    assert_eq!(store.get(&of("charges", &skipped))["charge"], skipped);
}

#[test]
fn unskip_keeps_the_next_charge_when_a_later_one_was_skipped() {
    let store = Store::empty();
    let (_, address, one) = store.subscriber("2026-12-01");
    let ahead = skip_on(&store, &address, "2027-02-01", &[&one]);
    let answer = store.post(&(of("charges", &ahead) + "/unskip"), &json!({}))["charge"].clone();
    assert_eq!(next_of(&store, &one), "2026-12-01");
    assert_eq!(store.charges_of(&address, "skipped").len(), 0);
    assert_eq!(store.get(&of("charges", &answer))["charge"], answer);
    assert_eq!(answer["scheduled_at"], "2026-12-01");
}

#[test]
fn skipped_charge_follows_its_subscription_when_the_address_changes() {
    let store = Store::empty();
    let (customer, address, one) = store.subscriber("2026-12-01");
    let other = store.subscription(&address, "2026-12-01");
    let charge = store.charges_of(&address, "queued")[0].clone();
    store.post(&(of("charges", &charge) + "/skip"), &json!({}));
    let there = store.address(&customer);
    let path = of("subscriptions", &one) + "/change_address";
    store.post(&path, &json!({"address_id": there["id"]}));
    assert_eq!(
        items_of(&store.charges_of(&address, "skipped")[0]),
        [other["id"].clone()]
    );
    let moved = store.charges_of(&there, "skipped")[0].clone();
    assert_eq!(items_of(&moved), [one["id"].clone()]);
    let answer = store.post(&(of("charges", &moved) + "/unskip"), &json!({}))["charge"].clone();
    assert_eq!(answer["address_id"], there["id"]);
    assert_eq!(store.get(&of("charges", &answer))["charge"], answer);
    assert_eq!(next_of(&store, &one), "2026-12-01");
}

#[test]
fn skipped_charge_follows_when_addresses_are_merged_and_the_source_deleted() {
    let store = Store::empty();
    let (customer, address, _) = store.subscriber("2026-12-01");
    let charge = store.charges_of(&address, "queued")[0].clone();
    store.post(&(of("charges", &charge) + "/skip"), &json!({}));
    let there = store.address(&customer);
    let body = json!({"target_address": {"id": there["id"]}, "delete_source_addresses": true,
        "source_addresses": [{"id": address["id"]}]});
    store.post("/addresses/merge", &body);
    let moved = store.charges_of(&there, "skipped")[0].clone();
    let answer = store.post(&(of("charges", &moved) + "/unskip"), &json!({}))["charge"].clone();
    assert_eq!(store.get(&of("charges", &answer))["charge"], answer);
}

#[test]
fn discounted_charge_and_order_keep_line_totals_as_subtotal() {
    let store = Store::empty();
    let (_, address, _) = store.subscriber("2026-11-20");
    let body = json!({"code": "TENTH", "value": "10", "value_type": "percentage"});
    let discount = store.post("/discounts", &body)["discount"].clone();
    let charge = store.charges_of(&address, "queued")[0].clone();
    let path = of("charges", &charge);
    let body = json!({"discount_id": discount["id"]});
    store.post(&(path.clone() + "/apply_discount"), &body);
    store.post(&(path + "/process"), &json!({}));
    let order = store.first(&format!("/orders?charge_id={}", charge["id"]), "orders");
    assert_eq!(order["subtotal_price"], "20.00");
    assert_eq!(order["total_discounts"], "2.00");
    assert_eq!(order["total_price"], "22.90");
}

#[test]
fn weekly_subscription_is_charged_once_after_dunning_is_repaired() {
    let store = Store::empty();
    let customer = store.customer("late@example.com");
    let address = store.address(&customer);
    let one = store.subscription(&address, "2026-11-21");
    let weekly = json!({"order_interval_unit": "week", "order_interval_frequency": 1,
        "charge_interval_frequency": 1});
    store.put(&of("subscriptions", &one), &weekly);
    let body = json!({"date": "2026-11-21"});
    store.post(
        &(of("subscriptions", &one) + "/set_next_charge_date"),
        &body,
    );
    store.advance("16d");
    let failed = store.get(&of("subscriptions", &one))["subscription"].clone();
    assert_eq!(failed["has_queued_charges"], false);
    let charge = store.charges_of(&address, "error")[0].clone();
    store.card(&customer);
    store.post(&(of("charges", &charge) + "/process"), &json!({}));
    // 2026-12-06: the next Saturday in step with 2026-11-21.
    assert_eq!(next_of(&store, &one), "2026-12-12");
    assert_eq!(
        store.get(&of("subscriptions", &one))["subscription"]["has_queued_charges"],
        true
    );
}

#[test]
fn discount_counts_once_when_an_address_names_it_twice() {
    let store = Store::empty();
    let (_, address, _) = store.subscriber("2026-12-01");
    let body = json!({"code": "FIVE", "value": "5", "value_type": "fixed_amount"});
    let discount = store.post("/discounts", &body)["discount"].clone();
    let body = json!({"discounts": [{"id": discount["id"]}, {"code": "FIVE"}]});
    let carried = store.put(&of("addresses", &address), &body)["address"]["discounts"].clone();
    assert_eq!(carried.as_array().unwrap().len(), 1);
    assert_eq!(
        store.charges_of(&address, "queued")[0]["total_discounts"],
        "5.00"
    );
}

#[test]
fn shipping_override_is_refused_when_its_price_is_no_amount() {
    let store = Store::empty();
    let (_, address, _) = store.subscriber("2026-12-01");
    for price in [json!("abc"), json!("-5"), json!(null)] {
        let line = json!({"code": "s", "title": "s", "price": price});
        let body = json!({"shipping_lines_override": [line]});
        store.refused("PUT", &of("addresses", &address), &body);
    }
}

#[test]
fn processed_at_max_includes_the_day_when_it_names_one() {
    let store = Store::empty();
    let (_, address, _) = store.subscriber("2026-11-20");
    let charge = store.charges_of(&address, "queued")[0].clone();
    store.post(&(of("charges", &charge) + "/process"), &json!({}));
    let count = |query: &str| {
        let page = store.get(&format!("/charges?{query}"));
        page["charges"].as_array().unwrap().len()
    };
    assert_eq!(count("processed_at_max=2026-11-20"), 1);
    assert_eq!(count("processed_at_max=2026-11-19"), 0);
    assert_eq!(count("processed_at_max=2026-11-20T00:00:00"), 0);
}

#[test]
fn sent_order_is_not_queued_again_and_a_refund_is_not_rounded() {
    let store = Store::empty();
    let (_, address, _) = store.subscriber("2026-11-20");
    let charge = store.charges_of(&address, "queued")[0].clone();
    let path = of("charges", &charge);
    store.post(&(path.clone() + "/process"), &json!({}));
    let order = store.first(&format!("/orders?charge_id={}", charge["id"]), "orders");
    let errors = store.refused("PUT", &of("orders", &order), &json!({"status": "queued"}));
    assert!(errors["status"].is_array());
    let errors = store.refused(
        "POST",
        &(path.clone() + "/refund"),
        &json!({"amount": "5.001"}),
    );
    assert!(errors["amount"].is_array());
    store.post(&(path + "/refund"), &json!({"amount": "5.000"}));
}

#[test]
fn prepaid_orders_stay_on_the_last_day_when_the_charge_is_on_the_31st() {
    let store = Store::empty();
    let customer = store.customer("ahead@example.com");
    store.card(&customer);
    let address = store.address(&customer);
    let one = store.subscription(&address, "2027-01-31");
    let prepaid = json!({"order_interval_unit": "month", "order_interval_frequency": 1,
        "charge_interval_frequency": 4});
    store.put(&of("subscriptions", &one), &prepaid);
    let path = of("subscriptions", &one) + "/set_next_charge_date";
    store.post(&path, &json!({"date": "2027-01-31"}));
    let charge = store.charges_of(&address, "queued")[0].clone();
    store.post(&(of("charges", &charge) + "/process"), &json!({}));
    let path = format!(
        "/orders?charge_id={}&sort_by=scheduled_at-asc",
        charge["id"]
    );
    let orders = store.get(&path)["orders"].as_array().unwrap().clone();
    let days = orders
        .iter()
        .map(|one| &one["scheduled_at"].as_str().unwrap()[..10]);
    assert_eq!(
        days.collect::<Vec<_>>(),
        ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]
    );
}

#[test]
fn external_variant_id_is_refused_when_it_names_no_variant() {
    let store = Store::empty();
    let (_, _, one) = store.subscriber("2026-12-01");
    for wrong in [json!({}), json!("1"), json!({"shopify": "1"})] {
        let body = json!({"external_variant_id": wrong});
        let errors = store.refused("PUT", &of("subscriptions", &one), &body);
        assert!(errors["external_variant_id"].is_array(), "{errors}");
    }
}

#[test]
fn product_and_plan_are_refused_when_the_variant_is_of_another_product() {
    let store = Store::demo();
    let (_, address, _) = store.subscriber("2026-12-01");
    let foreign = store.get("/plans?limit=250")["plans"]
        .as_array()
        .unwrap()
        .clone();
    let foreign = foreign.iter().find(|plan| {
        plan["external_product_id"]["ecommerce"] != "2103271587891" && plan["type"] != "onetime"
    });
    let foreign = foreign.unwrap();
    let body = json!({"address_id": address["id"], "plan_id": foreign["id"], "quantity": 1,
        "external_product_id": foreign["external_product_id"],
        "next_charge_scheduled_at": "2026-12-03",
        "external_variant_id": {"ecommerce": "18261278883891"}});
    let errors = store.refused("POST", "/subscriptions", &body);
    assert!(errors["plan_id"].is_array(), "{errors}");
}

#[test]
fn next_charge_is_refused_as_recorded_when_it_is_in_the_past() {
    let store = Store::empty();
    let (_, address, one) = store.subscriber("2026-12-01");
    let body = json!({"address_id": address["id"], "next_charge_scheduled_at": "2026-11-19",
        "quantity": 1, "charge_interval_frequency": 1, "order_interval_frequency": 1,
        "order_interval_unit": "month", "external_variant_id": {"ecommerce": "77"}});
    assert_eq!(
        store.refused("POST", "/subscriptions", &body),
        json!({"next_charge_scheduled_at": "Cannot be in the past"})
    );
    let path = of("subscriptions", &one) + "/set_next_charge_date";
    assert_eq!(
        store.refused("POST", &path, &json!({"date": "2026-11-19"})),
        json!({"date": ["date is not far enough in the future"]})
    );
}

#[test]
fn payment_method_is_not_deleted_when_an_address_uses_it() {
    let store = Store::empty();
    let customer = store.customer("card@example.com");
    let card = store.card(&customer);
    let address = store.address(&customer);
    let uses = |id: &Value| {
        store.put(
            &of("addresses", &address),
            &json!({"payment_method_id": id}),
        );
    };
    uses(&card["id"]);
    assert_eq!(
        store.refused("DELETE", &of("payment_methods", &card), &Value::Null),
        json!({"address": ["Can not delete payment method associated with addresses"]})
    );
    uses(&Value::Null);
    store.delete(&of("payment_methods", &card));
}

#[test]
fn names_and_streets_are_refused_as_recorded_when_they_are_emptied() {
    let store = Store::empty();
    let (customer, address, _) = store.subscriber("2026-12-01");
    let body = json!({"first_name": "", "last_name": ""});
    let short = json!(["Shorter than minimum length 1."]);
    assert_eq!(
        store.refused("PUT", &of("customers", &customer), &body),
        json!({"first_name": short, "last_name": short})
    );
    let errors = store.refused(
        "PUT",
        &of("addresses", &address),
        &json!({"address1": null}),
    );
    assert_eq!(errors, json!({"address1": ["Field may not be null."]}));
}

#[test]
fn delivery_schedule_ends_with_the_last_charge_and_shows_what_is_skipped() {
    let store = Store::empty();
    let (customer, address, one) = store.subscriber("2026-12-01");
    let body = json!({"expire_after_specific_number_of_charges": 2});
    store.put(&of("subscriptions", &one), &body);
    let charge = store.charges_of(&address, "queued")[0].clone();
    store.post(&(of("charges", &charge) + "/skip"), &json!({}));
    let path = of("customers", &customer) + "/delivery_schedule?future_interval=300";
    let schedule = store.get(&path)["deliveries"].clone();
    let seen = schedule.as_array().unwrap().iter().map(|delivery| {
        let skipped = delivery["orders"][0]["line_items"][0]["is_skipped"] == true;
        (delivery["date"].as_str().unwrap().to_owned(), skipped)
    });
    assert_eq!(
        seen.collect::<Vec<_>>(),
        [
            ("2026-12-01".to_owned(), true),
            ("2027-01-01".to_owned(), false),
            ("2027-02-01".to_owned(), false)
        ]
    );
    let body = json!({"date": "2027-03-01", "subscription_ids": [one["id"]]});
    store.refused(
        "POST",
        &(of("addresses", &address) + "/charges/skip"),
        &body,
    );
}

#[test]
fn paid_orders_stay_in_the_delivery_schedule_when_their_subscription_is_deleted() {
    let store = Store::empty();
    let order = super::prepaid_order(&store);
    let item = &order["line_items"][0]["purchase_item_id"];
    store.delete(&format!("/subscriptions/{item}"));
    let path = format!("/customers/{}/delivery_schedule", order["customer"]["id"]);
    let first = store.get(&path)["deliveries"][0]["orders"][0].clone();
    assert_eq!(&first["line_items"][0]["subscription_id"], item);
    assert_eq!(first["line_items"][0]["is_prepaid"], true);
}
