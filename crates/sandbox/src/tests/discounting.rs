//! Discounts: when they can be used, on what, and how often.

use serde_json::{Value, json};

use super::{Store, at, clock, of, present};
use crate::Sandbox;
use crate::State;

/// A discount of ten percent, with these fields laid over it.
fn discount(store: &Store, code: &str, more: &Value) -> Value {
    let mut body = json!({"code": code, "value": "10", "value_type": "percentage"});
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    store.post("/discounts", &body)["discount"].clone()
}

/// Why a discount cannot go on the charge of a new subscriber.
fn said(store: &Store, code: &str) -> String {
    let (_, address, _) = store.subscriber("2026-12-01");
    let charge = store.charges_of(&address, "queued")[0].clone();
    let apply = of("charges", &charge) + "/apply_discount";
    let errors = store.refused("POST", &apply, &json!({"discount_code": code}));
    errors["discount"][0].as_str().unwrap().to_owned()
}

/// A charge with these discounts on its address.
fn charge_with(store: &Store, address: &Value, codes: &[&str]) -> Value {
    let discounts: Vec<Value> = codes.iter().map(|code| json!({"code": code})).collect();
    store.put(&of("addresses", address), &json!({"discounts": discounts}));
    store.charges_of(address, "queued")[0].clone()
}

#[test]
fn a_discount_is_used_between_its_beginning_and_its_end() {
    let store = Store::empty();
    discount(&store, "SOON", &json!({"starts_at": "2026-11-21"}));
    discount(
        &store,
        "NOW",
        &json!({"starts_at": "2026-11-19", "ends_at": "2026-11-21"}),
    );
    let late = discount(&store, "LATE", &json!({"ends_at": "2026-11-19"}));
    assert_eq!(late["status"], "disabled");
    assert!(said(&store, "SOON").contains("not begun"));
    assert!(said(&store, "LATE").contains("not enabled"));
    let (_, address, _) = store.subscriber("2026-12-01");
    assert_eq!(
        charge_with(&store, &address, &["NOW"])["total_discounts"],
        "2.00"
    );
    let path = of("addresses", &address);
    store.refused("PUT", &path, &json!({"discounts": [{"code": "SOON"}]}));
    let enable = json!({"status": "enabled"});
    store.refused("PUT", &of("discounts", &late), &enable);
    let longer = json!({"status": "enabled", "ends_at": "2027-01-01"});
    assert_eq!(
        store.put(&of("discounts", &late), &longer)["discount"]["status"],
        "enabled"
    );
}

#[test]
fn a_discount_that_ends_is_disabled_and_stays_where_it_was_put() {
    let early = Store::empty();
    let made = discount(&early, "ENDS", &json!({"ends_at": "2026-11-21"}));
    let (_, address, _) = early.subscriber("2026-12-01");
    charge_with(&early, &address, &["ENDS"]);
    let state = early.0.with_state(|state| state.clone());
    let later = present() + jiff::SignedDuration::from_hours(48);
    let store = Store(Sandbox::new(state, std::sync::Arc::new(move || later)));
    assert_eq!(
        store.get("/discounts?status=enabled")["discounts"],
        json!([])
    );
    let now = store.get(&of("discounts", &made))["discount"].clone();
    assert_eq!(now["status"], "disabled");
    assert_eq!(now["updated_at"], "2026-11-22T12:00:00+00:00");
    let told = store.get("/events?object_type=discount&verbs=updated");
    assert_eq!(told["events"][0]["object_id"], made["id"]);
    // What carries it keeps it, also when the address is sent again.
    let charge = charge_with(&store, &address, &["ENDS"]);
    assert_eq!(charge["total_discounts"], "2.00");
    assert!(said(&store, "ENDS").contains("not enabled"));
}

#[test]
fn a_discount_counts_from_its_smallest_subtotal_on() {
    let store = Store::empty();
    discount(&store, "BIG", &json!({"prerequisite_subtotal_min": 30}));
    assert!(said(&store, "BIG").contains("too small"));
    let (_, address, subscription) = store.subscriber("2026-12-01");
    assert_eq!(
        charge_with(&store, &address, &["BIG"])["total_discounts"],
        "0.00"
    );
    store.put(&of("subscriptions", &subscription), &json!({"quantity": 3}));
    assert_eq!(
        charge_with(&store, &address, &["BIG"])["total_discounts"],
        "3.00"
    );
}

#[test]
fn a_discount_counts_only_on_what_it_applies_to() {
    let store = Store::demo();
    let product = store.first("/products", "products");
    let number = &product["external_product_id"];
    let other = &store.get("/products")["products"][1]["external_product_id"];
    let collection = json!({"title": "One", "description": "one"});
    let collection = store.post("/collections", &collection)["collection"].clone();
    store.post(
        &(of("collections", &collection) + "/collection_products-bulk"),
        &json!({"collection_products": [{"external_product_id": number}]}),
    );
    let (customer, address, _) = store.subscriber("2026-12-01");
    store.post(
        "/onetimes",
        &json!({"address_id": address["id"], "next_charge_scheduled_at": "2026-12-01",
            "price": "5.00", "quantity": 1, "product_title": "Extra",
            "external_variant_id": product["variants"][0]["external_variant_id"].as_str().map(|id| json!({"ecommerce": id}))}),
    );
    let resource =
        |resource: &str, ids: Value| json!({"applies_to": {"resource": resource, "ids": ids}});
    let cases = [
        ("ALL", json!({}), "2.50"),
        (
            "SUB",
            json!({"applies_to": {"purchase_item_type": "SUBSCRIPTION"}}),
            "2.00",
        ),
        (
            "ONE",
            json!({"applies_to": {"purchase_item_type": "ONETIME"}}),
            "0.50",
        ),
        (
            "PRODUCT",
            resource("shopify_product", json!([number])),
            "0.50",
        ),
        ("OTHER", resource("shopify_product", json!([other])), "0.00"),
        (
            "COLLECTION",
            resource("shopify_collection_id", json!([collection["id"]])),
            "0.50",
        ),
        (
            "BUYER",
            resource("customer", json!([customer["id"]])),
            "2.50",
        ),
        ("STRANGER", resource("customer", json!([1])), "0.00"),
    ];
    for (code, settings, off) in cases {
        discount(&store, code, &settings);
        let charge = charge_with(&store, &address, &[code]);
        assert_eq!(charge["total_discounts"], off, "{code}");
    }
    let fixed = json!({"value_type": "fixed_amount", "value": "9",
        "applies_to": {"purchase_item_type": "ONETIME"}});
    discount(&store, "FIXED", &fixed);
    let charge = charge_with(&store, &address, &["FIXED"]);
    assert_eq!(
        charge["total_discounts"], "5.00",
        "no more than the item costs"
    );
    charge_with(&store, &address, &[]);
    let path = of("charges", &store.charges_of(&address, "queued")[0]) + "/apply_discount";
    store.refused("POST", &path, &json!({"discount_code": "OTHER"}));
}

#[test]
fn a_discount_that_the_api_may_not_apply_is_refused() {
    let store = Store::empty();
    discount(
        &store,
        "PORTAL",
        &json!({"channel_settings": {"api": {"can_apply": false}}}),
    );
    assert!(said(&store, "PORTAL").contains("over the API"));
}

#[test]
fn a_discount_for_first_time_customers_is_not_for_who_has_bought() {
    let store = Store::empty();
    let limit = json!({"usage_limits": {"first_time_customer_restriction": true}});
    discount(&store, "FIRST", &limit);
    let (_, address, _) = store.subscriber("2026-12-01");
    let charge = charge_with(&store, &address, &["FIRST"]);
    assert_eq!(charge["total_discounts"], "2.00");
    charge_with(&store, &address, &[]);
    store.post(&(of("charges", &charge) + "/process"), &json!({}));
    let again = json!({"discounts": [{"code": "FIRST"}]});
    let said = store.refused("PUT", &of("addresses", &address), &again);
    assert!(
        said["discounts"][0]
            .as_str()
            .unwrap()
            .contains("first-time")
    );
}

#[test]
fn a_discount_for_one_application_goes_on_one_address_of_a_customer() {
    let store = Store::empty();
    let limit = json!({"usage_limits": {"one_application_per_customer": true}});
    discount(&store, "ONCE", &limit);
    let (customer, address, _) = store.subscriber("2026-12-01");
    charge_with(&store, &address, &["ONCE"]);
    charge_with(&store, &address, &["ONCE"]);
    let other = store.address(&customer);
    let on = json!({"discounts": [{"code": "ONCE"}]});
    store.refused("PUT", &of("addresses", &other), &on);
    let (_, stranger, _) = store.subscriber("2026-12-01");
    charge_with(&store, &stranger, &["ONCE"]);
}

#[test]
fn a_discount_is_taken_off_when_its_redemptions_are_used_up() {
    let store = Store::empty();
    for (code, more, times) in [("SINGLE", 0, 1), ("TWICE", 1, 2)] {
        let limit = json!({"usage_limits": {"max_subsequent_redemptions": more}});
        discount(&store, code, &limit);
        let (_, address, _) = store.subscriber("2026-12-01");
        charge_with(&store, &address, &[code]);
        let mut off = Vec::new();
        for _ in 0..3 {
            let charge = store.charges_of(&address, "queued")[0].clone();
            let paid = store.post(&(of("charges", &charge) + "/process"), &json!({}));
            off.push(paid["charge"]["total_discounts"].clone());
        }
        let reduced = off.iter().filter(|off| **off == "2.00").count();
        assert_eq!(reduced, times, "{code}: {off:?}");
        let address = store.get(&of("addresses", &address))["address"].clone();
        assert_eq!(address["discounts"], json!([]));
    }
}

#[test]
fn settings_of_a_discount_are_checked_all_at_once() {
    let store = Store::empty();
    discount(&store, "TAKEN", &json!({}));
    let body = json!({
        "code": "taken", "value": "101", "value_type": "percentage",
        "starts_at": "2026-12-01", "ends_at": "2026-11-30",
        "applies_to": {"purchase_item_type": "SOME", "resource": "moon", "ids": "x"},
        "channel_settings": {"api": {"can_apply": "yes"}},
        "usage_limits": {"one_application_per_customer": 1, "max_subsequent_redemptions": -1},
    });
    let said = store.refused("POST", "/discounts", &body);
    for field in [
        "code",
        "value",
        "ends_at",
        "applies_to.purchase_item_type",
        "applies_to.resource",
        "applies_to.ids",
        "channel_settings.api.can_apply",
        "usage_limits.one_application_per_customer",
        "usage_limits.max_subsequent_redemptions",
    ] {
        assert!(at(&said, field).is_array(), "{field}: {said}");
    }
    let made = discount(
        &store,
        "KEPT",
        &json!({"usage_limits": {"max_subsequent_redemptions": 3}}),
    );
    let same = store.put(
        &of("discounts", &made),
        &json!({"usage_limits": {}, "code": "kept"}),
    );
    assert_eq!(
        same["discount"]["usage_limits"]["max_subsequent_redemptions"],
        3
    );
    store.refused("PUT", &of("discounts", &made), &json!({"code": "TAKEN"}));
}

#[test]
fn a_disabled_discount_stays_on_charges_and_a_fully_disabled_one_leaves_all_unpaid_ones() {
    let store = Store::empty();
    let made = discount(&store, "GOES", &json!({}));
    let (_, address, _) = store.subscriber("2026-12-01");
    let charge = charge_with(&store, &address, &["GOES"]);
    store.put(&of("discounts", &made), &json!({"status": "disabled"}));
    let read = || store.get(&of("charges", &charge))["charge"].clone();
    assert_eq!(read()["total_discounts"], "2.00");
    store.post(&(of("charges", &charge) + "/skip"), &json!({}));
    store.refused("DELETE", &of("discounts", &made), &json!({}));
    store.put(
        &of("discounts", &made),
        &json!({"status": "fully_disabled"}),
    );
    assert_eq!(read()["discounts"], json!([]), "a skipped one as well");
    store.put(&of("discounts", &made), &json!({"status": "enabled"}));
    assert_eq!(read()["discounts"], json!([]), "and for good");
}

#[test]
fn an_empty_store_looks_for_ended_discounts_in_vain() {
    let store = Store(Sandbox::new(State::empty(present()), clock()));
    store.get("/discounts");
    assert_eq!(store.0.with_state(|state| state.revision), 0);
}
