//! Subscriptions and one-time items: what the reference says of each field and
//! verb, beyond the story that [`super::subscribing`] tells.

use serde_json::{Value, json};

use super::{Store, of};

/// Events of an object with a verb.
fn told(store: &Store, object: &Value, verb: &str) -> usize {
    let path = format!("/events?object_id={}&verbs={verb}", object["id"]);
    store.get(&path)["events"].as_array().unwrap().len()
}

/// A variant of the demo store that has another one beside it.
const VARIANT: &str = "18261278883891";

fn coffee(store: &Store) -> (Value, Value) {
    let (_, address, _) = store.subscriber("2026-12-01");
    let body = json!({"address_id": address["id"], "quantity": 1, "order_interval_unit": "month",
        "charge_interval_frequency": 1, "order_interval_frequency": 1,
        "next_charge_scheduled_at": "2026-12-03", "external_variant_id": {"ecommerce": VARIANT}});
    let one = store.post("/subscriptions", &body)["subscription"].clone();
    (address, one)
}

#[test]
fn every_value_out_of_bounds_is_named_in_one_answer() {
    let store = Store::empty();
    let (_, _, one) = store.subscriber("2026-12-01");
    let body = json!({"quantity": "0", "order_interval_unit": "day",
        "charge_interval_frequency": 0, "order_interval_frequency": "-1",
        "expire_after_specific_number_of_charges": 0,
        "order_day_of_month": 32, "order_day_of_week": 7});
    let errors = store.refused("PUT", &of("subscriptions", &one), &body);
    for (field, message) in [
        ("quantity", "must be at least 1"),
        ("charge_interval_frequency", "must be between 1 and 1000"),
        ("order_interval_frequency", "must be between 1 and 1000"),
        (
            "expire_after_specific_number_of_charges",
            "must be at least 1",
        ),
        ("order_day_of_month", "must be between 0 and 31"),
        ("order_day_of_week", "must be between 0 and 6"),
    ] {
        assert_eq!(errors[field], json!([message]), "{field}");
    }
}

#[test]
fn properties_are_a_list_of_pairs_and_reach_the_queued_charge() {
    let store = Store::empty();
    let (_, address, one) = store.subscriber("2026-12-01");
    let path = of("subscriptions", &one) + "?commit=true";
    for wrong in [
        json!({"Colour": "Red"}),
        json!([{"name": "Colour"}]),
        json!("Red"),
    ] {
        let errors = store.refused("PUT", &path, &json!({"properties": wrong}));
        assert!(errors["properties"].is_array(), "{wrong}");
    }
    let pairs = json!([{"name": "Colour", "value": "Red"}]);
    store.put(&path, &json!({"properties": pairs}));
    let charge = store.charges_of(&address, "queued")[0].clone();
    assert_eq!(charge["line_items"][0]["properties"], pairs);
    let attributes = json!({"order_attributes": {"gift": "yes"}});
    store.refused("PUT", &of("addresses", &address), &attributes);
}

#[test]
fn an_interval_has_at_most_a_thousand_units_at_creation_too() {
    let store = Store::empty();
    let address = store.address(&store.customer("a@example.com"));
    let body = json!({"address_id": address["id"], "quantity": 1, "order_interval_unit": "day",
        "charge_interval_frequency": 1001, "order_interval_frequency": 1001,
        "next_charge_scheduled_at": "2026-12-03", "external_variant_id": {"ecommerce": "1"}});
    let errors = store.refused("POST", "/subscriptions", &body);
    assert_eq!(errors.as_object().unwrap().len(), 2, "{errors}");
}

#[test]
fn a_strict_day_moves_the_charges_that_follow() {
    let store = Store::empty();
    let (_, address, one) = store.subscriber("2026-12-01");
    let path = of("subscriptions", &one) + "?commit=true";
    let changed = store.put(&path, &json!({"order_day_of_month": "15"}))["subscription"].clone();
    assert_eq!(changed["order_day_of_month"], 15);
    assert_eq!(changed["next_charge_scheduled_at"], "2026-12-15");
    let weekly = json!({"order_interval_unit": "week", "order_interval_frequency": 1,
        "charge_interval_frequency": 1, "order_day_of_week": 0});
    let changed = store.put(&path, &weekly)["subscription"].clone();
    assert_eq!(
        changed["next_charge_scheduled_at"], "2026-11-23",
        "a Monday"
    );
    let queued = store.charges_of(&address, "queued");
    assert_eq!(queued[0]["scheduled_at"], "2026-11-23");
}

#[test]
fn new_intervals_take_back_the_skips_of_this_subscription_alone() {
    let store = Store::empty();
    let (_, address, one) = store.subscriber("2026-12-01");
    let other = store.subscription(&address, "2026-12-01");
    let charge = store.charges_of(&address, "queued")[0].clone();
    store.post(&(of("charges", &charge) + "/skip"), &json!({}));
    let body = json!({"order_interval_unit": "week", "order_interval_frequency": 1, "charge_interval_frequency": 1});
    store.put(&of("subscriptions", &one), &body);
    let skipped = store.charges_of(&address, "skipped");
    assert_eq!(skipped.len(), 1);
    let items = skipped[0]["line_items"].as_array().unwrap();
    assert_eq!(items.len(), 1);
    assert_eq!(items[0]["purchase_item_id"], other["id"]);
    assert_eq!(skipped[0]["total_line_items_price"], "20.00");
    store.put(&of("subscriptions", &other), &body);
    assert_eq!(store.charges_of(&address, "skipped").len(), 0);
}

#[test]
fn a_sku_that_is_given_overrides_that_of_the_variant_until_it_is_taken_back() {
    let store = Store::demo();
    let (address, one) = coffee(&store);
    let path = of("subscriptions", &one) + "?commit=true";
    let own = one["sku"].clone();
    assert!(own.is_string());
    assert_eq!(one["sku_override"], false);
    let sku = |store: &Store| {
        let charges = store.charges_of(&address, "queued");
        let charge = charges
            .iter()
            .find(|one| one["scheduled_at"] == "2026-12-03");
        charge.unwrap()["line_items"][0]["sku"].clone()
    };
    let mine = store.put(&path, &json!({"sku": "MINE"}))["subscription"].clone();
    assert_eq!(
        (&mine["sku"], &mine["sku_override"]),
        (&json!("MINE"), &json!(true))
    );
    assert_eq!(sku(&store), "MINE");
    let back = store.put(&path, &json!({"sku_override": false}))["subscription"].clone();
    assert_eq!((&back["sku"], &back["sku_override"]), (&own, &json!(false)));
    assert_eq!(sku(&store), own);
}

#[test]
fn a_onetime_item_with_a_sku_overrides_it_too() {
    let store = Store::demo();
    let (_, address, _) = store.subscriber("2026-12-01");
    let body = json!({"address_id": address["id"], "add_to_next_charge": true, "price": "6.00",
        "product_title": "Coffee", "quantity": 1, "sku": "MINE",
        "external_variant_id": {"ecommerce": VARIANT}});
    let one = store.post("/onetimes", &body)["onetime"].clone();
    assert_eq!(
        (&one["sku"], &one["sku_override"]),
        (&json!("MINE"), &json!(true))
    );
    let kept = store.put(
        &of("onetimes", &one),
        &json!({"external_variant_id": {"ecommerce": VARIANT}}),
    );
    assert_eq!(kept["onetime"]["sku"], "MINE");
}

#[test]
fn another_variant_is_a_swap_and_keeps_the_price_unless_told() {
    let store = Store::demo();
    let (_, one) = coffee(&store);
    let path = of("subscriptions", &one);
    store.put(&path, &json!({"price": "1.23"}));
    let product = store.get(&format!(
        "/products?external_product_ids={}",
        one["external_product_id"]["ecommerce"].as_str().unwrap()
    ))["products"][0]
        .clone();
    let other = product["variants"]
        .as_array()
        .unwrap()
        .iter()
        .find(|variant| variant["external_variant_id"] != one["external_variant_id"]["ecommerce"]);
    let other = other.unwrap();
    let swapped = json!({"external_variant_id": {"ecommerce": other["external_variant_id"]}});
    let after = store.put(&path, &swapped)["subscription"].clone();
    assert_eq!(after["price"], "1.23");
    assert_eq!(after["variant_title"], other["title"]);
    assert_eq!(after["sku"], other["sku"]);
    assert_eq!(told(&store, &one, "swapped"), 1);
    let body = json!({"external_variant_id": {"ecommerce": VARIANT}, "use_external_variant_defaults": true});
    let after = store.put(&path, &body)["subscription"].clone();
    assert_eq!(after["price"], one["price"]);
}

#[test]
fn a_forced_update_to_active_brings_a_cancelled_subscription_back() {
    let store = Store::empty();
    let (customer, address, one) = store.subscriber("2026-12-01");
    let path = of("subscriptions", &one);
    let reason = json!({"cancellation_reason": "moving", "cancellation_reason_comments": "far"});
    store.post(&(path.clone() + "/cancel"), &reason);
    let same = store.put(&path, &json!({"status": "active"}))["subscription"].clone();
    assert_eq!(same["status"], "cancelled");
    let back = store.put(&(path + "?force_update=true"), &json!({"status": "active"}));
    let back = &back["subscription"];
    assert_eq!(back["status"], "active");
    for cleared in [
        "cancelled_at",
        "cancellation_reason",
        "cancellation_reason_comments",
    ] {
        assert_eq!(back[cleared], Value::Null, "{cleared}");
    }
    assert_eq!(back["has_queued_charges"], true);
    assert_eq!(store.charges_of(&address, "queued").len(), 1);
    let customer = store.get(&of("customers", &customer))["customer"].clone();
    assert_eq!(customer["subscriptions_active_count"], 1);
    assert_eq!(told(&store, &one, "activated"), 1);
}

#[test]
fn a_cancellation_needs_a_reason_and_short_comments() {
    let store = Store::empty();
    let (_, _, one) = store.subscriber("2026-12-01");
    let path = of("subscriptions", &one) + "/cancel";
    let missing = store.refused("POST", &path, &json!({}));
    assert_eq!(
        missing,
        json!({"_schema": ["Missing required fields: cancellation_reason"]})
    );
    let long = json!({"cancellation_reason": "", "cancellation_reason_comments": "x".repeat(1025)});
    let errors = store.refused("POST", &path, &long);
    assert_eq!(errors.as_object().unwrap().len(), 2, "{errors}");
    let kept = json!({"cancellation_reason": "cost", "send_email": false,
        "cancellation_reason_comments": "x".repeat(1024)});
    let one = store.post(&path, &kept)["subscription"].clone();
    assert_eq!(one["cancelled_at"], "2026-11-20T12:00:00+00:00");
    assert_eq!(one["next_charge_scheduled_at"], Value::Null);
    assert_eq!(one["has_queued_charges"], false);
}

#[test]
fn an_address_counts_as_updated_when_a_subscription_of_it_ends_or_comes_back() {
    let store = Store::demo();
    let one = store.first("/subscriptions?status=active", "subscriptions");
    let address = json!({"id": one["address_id"]});
    let path = of("subscriptions", &one);
    let before = told(&store, &address, "updated");
    store.post(
        &(path.clone() + "/cancel"),
        &json!({"cancellation_reason": "x"}),
    );
    assert_eq!(told(&store, &address, "updated"), before + 1);
}

#[test]
fn a_deleted_subscription_leaves_its_charge_and_the_counts() {
    let store = Store::empty();
    let (customer, address, one) = store.subscriber("2026-12-01");
    let path = of("subscriptions", &one);
    let (status, _) = store.ask("DELETE", &path, &json!({"send_email": true}));
    assert_eq!(status, 204);
    assert_eq!(store.ask("GET", &path, &Value::Null).0, 404);
    assert_eq!(store.charges_of(&address, "queued").len(), 0);
    let customer = store.get(&of("customers", &customer))["customer"].clone();
    assert_eq!(customer["subscriptions_active_count"], 0);
    assert_eq!(told(&store, &one, "deleted"), 1);
    assert_eq!(told(&store, &customer, "deactivated"), 1);
}

#[test]
fn what_is_noted_on_a_charge_goes_with_it() {
    let store = Store::empty();
    let (_, address, one) = store.subscriber("2026-12-01");
    let charge = store.charges_of(&address, "queued")[0].clone();
    let note = json!({"metafield": {"key": "a", "namespace": "b", "owner_id": charge["id"],
        "owner_resource": "charge", "value": "c", "value_type": "string"}});
    let note = store.post("/metafields", &note)["metafield"].clone();
    store.delete(&of("subscriptions", &one));
    let (status, _) = store.ask("GET", &of("metafields", &note), &Value::Null);
    assert_eq!(status, 404);
}

#[test]
fn a_plan_without_intervals_leaves_them_to_the_request() {
    let store = Store::demo();
    let (_, address, _) = store.subscriber("2026-12-01");
    let product = json!({"external_product_id": "10", "title": "Shirt", "vendor": "Store",
        "options": [], "variants": [{"external_variant_id": "9", "title": "Small"}]});
    store.post("/products", &product);
    let plan = json!({"title": "Once", "type": "onetime", "subscription_preferences": {},
        "external_product_id": {"ecommerce": "10"}});
    let plan = store.post("/plans", &plan)["plan"].clone();
    let mut body = json!({"address_id": address["id"], "plan_id": plan["id"], "quantity": 1,
        "next_charge_scheduled_at": "2026-12-03", "external_variant_id": {"ecommerce": "9"}});
    let errors = store.refused("POST", "/subscriptions", &body);
    let missing = "Missing required fields: charge_interval_frequency, \
                   order_interval_frequency, order_interval_unit";
    assert_eq!(errors["_schema"], json!([missing]));
    for (name, value) in [
        ("charge_interval_frequency", json!(2)),
        ("order_interval_frequency", json!(2)),
        ("order_interval_unit", json!("week")),
    ] {
        body[name] = value;
    }
    store.post("/subscriptions", &body);
}

#[test]
fn a_onetime_item_joins_no_charge_that_failed_and_stays_with_its_customer() {
    let store = Store::empty();
    let customer = store.customer("poor@example.com");
    let address = store.address(&customer);
    store.subscription(&address, "2026-11-20");
    let charge = store.charges_of(&address, "queued")[0].clone();
    store.post(&(of("charges", &charge) + "/process"), &json!({}));
    let mut body = json!({"address_id": address["id"], "add_to_next_charge": true, "price": "6.00",
        "product_title": "Shirt", "quantity": 1, "external_variant_id": {"ecommerce": "5"}});
    let errors = store.refused("POST", "/onetimes", &body);
    assert!(errors["add_to_next_charge"].is_array(), "{errors}");
    store.subscription(&address, "2026-12-24");
    let one = store.post("/onetimes", &body)["onetime"].clone();
    assert_eq!(one["next_charge_scheduled_at"], "2026-12-24T00:00:00+00:00");
    body["next_charge_scheduled_at"] = json!("2026-12-24");
    store.refused("POST", "/onetimes", &body);
    let stranger = store.address(&store.customer("stranger@example.com"));
    let path = of("onetimes", &one);
    store.refused("PUT", &path, &json!({"address_id": stranger["id"]}));
    store.refused(
        "PUT",
        &path,
        &json!({"address_id": address["id"], "next_charge_scheduled_at": "2026-12-25"}),
    );
}
