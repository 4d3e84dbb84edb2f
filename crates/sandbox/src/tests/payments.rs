//! Charges, refunds, credits and what customers show of them, beyond the story
//! that [`super::charging`] tells.

use serde_json::{Value, json};

use super::{Store, of};
use crate::storage::tables::TableName;
use crate::values::record::{self, Record};

/// The first queued charge of an address, paid now.
fn pay(store: &Store, address: &Value) -> Value {
    let charge = store.charges_of(address, "queued")[0].clone();
    store.post(&(of("charges", &charge) + "/process"), &json!({}))["charge"].clone()
}

/// Someone without a card, with a subscription whose charge has failed.
fn failed(store: &Store) -> (Value, Value, Value) {
    let customer = store.customer("poor@example.com");
    let address = store.address(&customer);
    let one = store.subscription(&address, "2026-11-20");
    assert_eq!(pay(store, &address)["status"], "error");
    (customer, address, one)
}

fn customer(store: &Store, customer: &Value) -> Value {
    store.get(&of("customers", customer))["customer"].clone()
}

/// Changes a record behind the front door, as time or the shop would.
fn meddle(store: &Store, table: TableName, object: &Value, change: impl FnOnce(&mut Record)) {
    let id = object["id"].as_u64().unwrap();
    store.0.with_state(|state| {
        let mut one = state.get(table, id).unwrap();
        change(&mut one);
        state.lay(table, id, &one);
    });
}

fn credit(store: &Store, owner: &Value, id: u64, balance: &str, expires: &Value) {
    let account = json!({"id": id, "customer_id": owner["id"], "available_balance": balance,
        "created_at": "2026-01-01T00:00:00+00:00", "currency_code": "USD", "expires_at": expires,
        "initial_value": balance, "name": "Credit", "type": "manual",
        "updated_at": "2026-01-01T00:00:00+00:00"});
    store
        .0
        .with_state(|state| state.lay(TableName::CreditAccounts, id, &record::object(account)));
}

#[test]
fn a_retried_refund_waits_for_a_new_payment_and_makes_no_order_twice() {
    let store = Store::empty();
    let (owner, address, one) = store.subscriber("2026-11-20");
    let paid = pay(&store, &address);
    let path = of("charges", &paid);
    let body = json!({"amount": "0", "full_refund": true, "retry": true,
        "error": "insufficient_inventory", "error_type": "INSUFFICIENT_INVENTORY"});
    let open = store.post(&(path.clone() + "/refund"), &body)["charge"].clone();
    assert_eq!(open["status"], "error");
    assert_eq!(open["error"], "insufficient_inventory");
    assert_eq!(open["retry_date"], "2026-11-22");
    let orders = format!("/orders?charge_id={}", paid["id"]);
    assert_eq!(store.first(&orders, "orders")["status"], "error");
    assert_eq!(
        customer(&store, &owner)["has_payment_method_in_dunning"],
        true
    );
    store.put(&of("subscriptions", &one), &json!({"quantity": 5}));
    store.refused("POST", &(path.clone() + "/skip"), &json!({}));
    let again = store.post(&(path.clone() + "/process"), &json!({}))["charge"].clone();
    assert_eq!(again["status"], "success");
    assert_eq!(again["total_price"], paid["total_price"]);
    assert_eq!(again["total_refunds"], "0.00");
    let list = store.get(&orders)["orders"].as_array().unwrap().clone();
    assert_eq!(list.len(), 1);
    assert_eq!(
        (&list[0]["status"], &list[0]["error"]),
        (&json!("success"), &Value::Null)
    );
    let one = store.get(&of("subscriptions", &one))["subscription"].clone();
    assert_eq!(one["next_charge_scheduled_at"], "2026-12-20");
    assert_eq!(
        customer(&store, &owner)["has_payment_method_in_dunning"],
        false
    );
    store.post(&(path + "/refund"), &json!({"amount": "1.00"}));
}

#[test]
fn a_retry_needs_a_full_refund_and_a_known_error_with_its_type() {
    let store = Store::empty();
    let (_, address, _) = store.subscriber("2026-11-20");
    let refund = of("charges", &pay(&store, &address)) + "/refund";
    let errors = store.refused("POST", &refund, &json!({"amount": "1.00", "retry": true}));
    assert_eq!(
        errors["_schema"],
        json!(["Missing required fields: error, error_type"])
    );
    assert!(errors["full_refund"].is_array());
    let unknown = json!({"amount": "1.00", "full_refund": true, "retry": true,
        "error": "bad weather", "error_type": "X"});
    assert!(store.refused("POST", &refund, &unknown)["error"].is_array());
}

#[test]
fn dunning_ends_when_the_failed_charge_leaves_the_queue() {
    let store = Store::empty();
    let (owner, address, one) = failed(&store);
    assert_eq!(
        customer(&store, &owner)["has_payment_method_in_dunning"],
        true
    );
    let cancel = of("subscriptions", &one) + "/cancel";
    store.post(&cancel, &json!({"cancellation_reason": "x"}));
    assert_eq!(
        customer(&store, &owner)["has_payment_method_in_dunning"],
        false
    );
    assert_eq!(store.charges_of(&address, "error").len(), 0);

    let store = Store::empty();
    let (owner, address, _) = failed(&store);
    let charge = store.charges_of(&address, "error")[0].clone();
    let skipped = store.post(&(of("charges", &charge) + "/skip"), &json!({}))["charge"].clone();
    assert_eq!(skipped["retry_date"], Value::Null);
    assert_eq!(
        customer(&store, &owner)["has_payment_method_in_dunning"],
        false
    );
}

#[test]
fn a_subscription_that_left_its_failed_charge_has_not_failed_for_the_last_time() {
    let store = Store::empty();
    let (_, address, one) = failed(&store);
    let charge = of("charges", &store.charges_of(&address, "error")[0]) + "/process";
    for _ in 1..8 {
        store.post(&charge, &json!({}));
    }
    let path = of("subscriptions", &one);
    let reached = |store: &Store| store.get(&path)["subscription"]["max_retries_reached"].clone();
    assert_eq!(reached(&store), true);
    let next = path.clone() + "/set_next_charge_date";
    store.post(&next, &json!({"date": "2026-12-24"}));
    assert_eq!(reached(&store), false);
}

#[test]
fn the_streak_counts_charges_of_subscriptions_until_the_last_one_ends() {
    let store = Store::empty();
    let (owner, address, one) = store.subscriber("2026-12-01");
    let streak =
        |store: &Store| customer(store, &owner)["subscription_related_charge_streak"].clone();
    pay(&store, &address);
    let lone = json!({"address_id": address["id"], "next_charge_scheduled_at": "2026-11-25",
        "price": "6.00", "product_title": "Shirt", "quantity": 1, "external_variant_id": {"ecommerce": "5"}});
    store.post("/onetimes", &lone);
    let paid = pay(&store, &address);
    assert_eq!(paid["line_items"][0]["purchase_item_type"], "onetime");
    assert_eq!(streak(&store), 1, "no subscription was in it");
    pay(&store, &address);
    assert_eq!(streak(&store), 2);
    let cancel = of("subscriptions", &one) + "/cancel";
    store.post(&cancel, &json!({"cancellation_reason": "x"}));
    assert_eq!(streak(&store), 0);
}

#[test]
fn what_is_prepaid_cannot_be_skipped_in_any_way() {
    let store = Store::empty();
    let (_, address, one) = store.subscriber("2026-12-01");
    let body = json!({"charge_interval_frequency": 3, "order_interval_frequency": 1, "order_interval_unit": "month"});
    let one = store.put(&of("subscriptions", &one), &body)["subscription"].clone();
    assert_eq!(
        (&one["is_prepaid"], &one["is_skippable"]),
        (&json!(true), &json!(false))
    );
    let charge = store.charges_of(&address, "queued")[0].clone();
    store.refused("POST", &(of("charges", &charge) + "/skip"), &json!({}));
    let future = json!({"date": one["next_charge_scheduled_at"], "subscription_ids": [one["id"]]});
    store.refused(
        "POST",
        &(of("addresses", &address) + "/charges/skip"),
        &future,
    );
    let gift = json!({"purchase_item_ids": [one["id"]], "recipient_address": {
        "address1": "1", "city": "Berlin", "country_code": "DE", "first_name": "a",
        "last_name": "b", "zip": "10115"}});
    store.refused("POST", "/subscriptions/skip_gift", &gift);
    assert_eq!(store.charges_of(&address, "queued"), [charge]);
}

#[test]
fn skipping_tells_of_each_subscription_and_a_day_gone_by_stays_skipped() {
    let store = Store::empty();
    let (_, address, one) = store.subscriber("2026-11-20");
    let charge = of("charges", &store.charges_of(&address, "queued")[0]);
    store.post(&(charge.clone() + "/skip"), &json!({}));
    store.advance("2d");
    let told = |verb: &str| {
        let path = format!("/events?object_id={}&verbs={verb}", one["id"]);
        store.get(&path)["events"].as_array().unwrap().len()
    };
    assert_eq!(told("skipped"), 1);
    let errors = store.refused("POST", &(charge + "/unskip"), &json!({}));
    assert!(errors["scheduled_at"].is_array());
    let next = of("charges", &store.charges_of(&address, "queued")[0]);
    store.post(&(next.clone() + "/skip"), &json!({}));
    store.post(&(next + "/unskip"), &json!({}));
    assert_eq!(told("unskipped"), 1);
    let past = json!({"date": "2026-11-20", "subscription_ids": [one["id"]]});
    let errors = store.refused(
        "POST",
        &(of("addresses", &address) + "/charges/skip"),
        &past,
    );
    assert_eq!(errors, json!({"date": ["must be in the future"]}));
}

#[test]
fn what_an_address_says_of_its_orders_is_on_every_queued_charge() {
    let store = Store::empty();
    let (owner, address, _) = store.subscriber("2026-12-01");
    let body =
        json!({"order_note": "ring twice", "order_attributes": [{"name": "gift", "value": "yes"}]});
    store.put(&of("addresses", &address), &body);
    let charge = store.charges_of(&address, "queued")[0].clone();
    assert_eq!(charge["note"], "ring twice");
    assert_eq!(charge["order_attributes"], body["order_attributes"]);
    let card = store.card(&owner);
    let billed = json!({"billing_address": {"address1": "1 Bank", "city": "London"}});
    store.put(&of("payment_methods", &card), &billed);
    store.put(
        &of("addresses", &address),
        &json!({"payment_method_id": card["id"]}),
    );
    let charge = store.charges_of(&address, "queued")[0].clone();
    assert_eq!(charge["billing_address"]["address1"], "1 Bank");
}

#[test]
fn a_wish_to_pay_with_credit_is_granted_once() {
    let store = Store::empty();
    let (owner, address, _) = store.subscriber("2026-12-01");
    credit(
        &store,
        &owner,
        1,
        "7.00",
        &json!("2027-01-01T00:00:00+00:00"),
    );
    credit(&store, &owner, 2, "100.00", &Value::Null);
    credit(
        &store,
        &owner,
        3,
        "50.00",
        &json!("2026-11-01T00:00:00+00:00"),
    );
    let summary = of("customers", &owner) + "/credit_summary";
    let balance = || store.get(&summary)["credit_summary"]["total_available_balance"].clone();
    assert_eq!(balance(), "107.00", "what expired does not count");
    pay(&store, &address);
    assert_eq!(balance(), "107.00", "nobody asked for it");
    let wish = json!({"apply_credit_to_next_recurring_charge": true});
    store.put(&of("customers", &owner), &wish);
    let paid = pay(&store, &address);
    assert_eq!(paid["total_price"], "24.90");
    assert_eq!(balance(), "82.10");
    let adjustments =
        store.get("/credit_accounts/2/credit_adjustments")["credit_adjustments"].clone();
    assert_eq!(adjustments[0]["type"], "debit");
    assert_eq!(adjustments[0]["amount"], "17.90");
    assert_eq!(adjustments[0]["ending_balance"], "82.10");
    let first = store.get("/credit_accounts/1")["credit_account"].clone();
    assert_eq!(first["available_balance"], "0.00");
    let after = customer(&store, &owner);
    assert_eq!(after["apply_credit_to_next_recurring_charge"], false);
    pay(&store, &address);
    assert_eq!(balance(), "82.10", "the wish was for one charge");
}

#[test]
fn charges_that_were_processed_over_ninety_days_ago_are_neither_listed_nor_shown() {
    let store = Store::empty();
    let (_, address, _) = store.subscriber("2026-11-20");
    let paid = pay(&store, &address);
    let path = of("charges", &paid);
    for (status, processed, seen) in [
        ("success", "2026-08-22T12:00:01+00:00", true),
        ("success", "2026-08-22T11:59:59+00:00", false),
        ("partially_refunded", "2026-08-01T00:00:00+00:00", false),
        ("refunded", "2026-08-01T00:00:00+00:00", false),
    ] {
        meddle(&store, TableName::Charges, &paid, |charge| {
            record::set(charge, "status", status);
            record::set(charge, "processed_at", processed);
        });
        let wanted = if seen { 200 } else { 404 };
        assert_eq!(
            store.ask("GET", &path, &Value::Null).0,
            wanted,
            "{status} {processed}"
        );
        assert_eq!(store.charges_of(&address, status).len(), usize::from(seen));
    }
    meddle(&store, TableName::Charges, &paid, |charge| {
        record::set(charge, "status", "skipped");
        record::set(charge, "processed_at", Value::Null);
        record::set(charge, "scheduled_at", "2026-01-01");
    });
    store.get(&path);
}

#[test]
fn an_authorised_payment_is_captured_within_seven_days() {
    let store = Store::empty();
    let (_, address, _) = store.subscriber("2026-11-20");
    let charge = store.charges_of(&address, "queued")[0].clone();
    let path = of("charges", &charge) + "/capture_payment";
    store.refused("POST", &path, &json!({}));
    assert_eq!(
        store
            .ask("POST", "/charges/1/capture_payment", &json!({}))
            .0,
        404
    );
    let authorised = |at: &str| {
        meddle(&store, TableName::Charges, &charge, |charge| {
            record::set(charge, "status", "pending");
            record::set(charge, "updated_at", at);
        });
    };
    authorised("2026-11-13T11:59:59+00:00");
    assert_eq!(store.ask("POST", &path, &json!({})).0, 400);
    authorised("2026-11-13T12:00:01+00:00");
    let captured = store.post(&path, &json!({}))["charge"].clone();
    assert_eq!(
        (&captured["status"], &captured["orders_count"]),
        (&json!("success"), &json!(1))
    );
}

#[test]
fn a_payment_method_that_is_invalid_or_empty_pays_nothing() {
    for status in ["invalid", "empty"] {
        let store = Store::empty();
        let (owner, address, _) = store.subscriber("2026-11-20");
        let methods = format!("/payment_methods?customer_id={}", owner["id"]);
        let card = store.first(&methods, "payment_methods");
        meddle(&store, TableName::PaymentMethods, &card, |method| {
            record::set(method, "status", status);
        });
        let tried = pay(&store, &address);
        assert_eq!(
            (&tried["status"], &tried["error_type"]),
            (&json!("error"), &json!("CARD_DECLINED"))
        );
        assert_eq!(tried["retry_date"], "2026-11-22");
        store.card(&owner);
        let again = json!({"customer_id": owner["id"], "payment_type": "CREDIT_CARD", "default": true,
            "retry_charges": true, "processor_name": "stripe", "processor_customer_token": "cus_2"});
        store.post("/payment_methods", &again);
        let charge = store.charges_of(&address, "error")[0].clone();
        assert_eq!(charge["retry_date"], "2026-11-20");
        let path = of("charges", &charge) + "/process";
        assert_eq!(store.post(&path, &json!({}))["charge"]["status"], "success");
    }
}
