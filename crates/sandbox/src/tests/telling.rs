//! Which change is reported under which topic. No one posts: the messages wait,
//! and are looked at.

use serde_json::json;

use super::outbox::{deliveries, empty, registered};
use super::{Store, of, present};
use crate::rules::events;
use crate::storage::state::Token;
use crate::storage::tables::TableName;
use crate::values::record;

/// The topics of the messages that waited, in their order.
fn topics(store: &Store, act: impl FnOnce()) -> Vec<String> {
    let before = deliveries(store)["next"].as_array().unwrap().len();
    act();
    let told = deliveries(store);
    let all = told["next"].as_array().unwrap()[before..].iter();
    all.map(|message| message["topic"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn each_change_is_told_under_the_topics_that_the_reference_names() {
    let store = empty();
    let (customer, address, one) = store.subscriber("2030-12-01");
    registered(
        &store,
        &[
            "address/updated",
            "charge/created",
            "charge/deleted",
            "charge/paid",
            "customer/activated",
            "customer/deactivated",
            "customer/deleted",
            "order/created",
            "order/processed",
            "order/success",
            "subscription/cancelled",
            "subscription/deleted",
            "subscription/skipped",
            "subscription/swapped",
            "subscription/unskipped",
            "customer/payment_method_updated",
        ],
    );
    let path = of("subscriptions", &one);
    let charge = || of("charges", &store.charges_of(&address, "queued")[0]);
    let told = topics(&store, || {
        store.put(&path, &json!({"quantity": 3}));
    });
    assert_eq!(told, [""; 0]);
    let told = topics(&store, || {
        store.put(&path, &json!({"external_variant_id": {"ecommerce": "78"}}));
    });
    assert_eq!(told, ["subscription/swapped"]);
    let skipped = charge();
    let told = topics(&store, || {
        store.post(&(skipped.clone() + "/skip"), &json!({}));
    });
    assert_eq!(told, ["subscription/skipped"]);
    let told = topics(&store, || {
        store.post(&(skipped + "/unskip"), &json!({}));
    });
    assert!(
        told.contains(&"subscription/unskipped".to_owned()),
        "{told:?}"
    );
    let told = topics(&store, || {
        store.post(&(charge() + "/process"), &json!({}));
    });
    let paid = [
        "charge/paid",
        "order/created",
        "order/processed",
        "order/success",
    ];
    assert_eq!(told, paid);
    let told = topics(&store, || {
        store.post(
            &(path.clone() + "/cancel"),
            &json!({"cancellation_reason": "x"}),
        );
    });
    let cancelled = [
        "address/updated",
        "subscription/cancelled",
        "charge/deleted",
        "customer/deactivated",
    ];
    assert_eq!(told, cancelled);
    let told = topics(&store, || {
        store.post(&(path.clone() + "/activate"), &json!({}));
    });
    assert_eq!(told, ["address/updated", "customer/activated"]);
    let told = topics(&store, || store.delete(&of("customers", &customer)));
    assert!(told.contains(&"customer/deleted".to_owned()), "{told:?}");
}

#[test]
fn a_checkout_is_told_otherwise_than_a_recurring_charge() {
    let store = empty();
    let line = json!({"external_variant_id": {"ecommerce": "1"}, "external_product_id": {"ecommerce": "2"},
        "quantity": 1, "title": "Milk", "unit_price": "3.00"});
    let address = json!({"address1": "12 St James Sq", "city": "London", "country_code": "GB",
        "first_name": "Ada", "last_name": "King", "zip": "SW1Y 4JH", "phone": "", "province": ""});
    let body =
        json!({"line_items": [line], "email": "ada@example.com", "shipping_address": address});
    registered(
        &store,
        &[
            "charge/created",
            "charge/paid",
            "checkout/created",
            "checkout/processed",
            "order/created",
            "order/processed",
        ],
    );
    let mut path = String::new();
    let told = topics(&store, || {
        let made = store.post("/checkouts", &body)["checkout"].clone();
        path = format!("/checkouts/{}", made["token"].as_str().unwrap());
    });
    assert_eq!(told, ["checkout/created"]);
    let told = topics(&store, || {
        let body = json!({"payment_processor": "stripe", "payment_token": "tok", "payment_type": "CREDIT_CARD"});
        store.post(&(path + "/process"), &body);
    });
    assert_eq!(
        told,
        ["charge/created", "order/created", "checkout/processed"]
    );
}

#[test]
fn what_changes_twice_in_one_request_is_told_once_as_it_is_then() {
    let store = empty();
    let customer = store.customer("ada@example.com");
    registered(&store, &["customer/updated"]);
    let id = customer["id"].as_u64().unwrap();
    let told = topics(&store, || {
        store.0.with_state(|state| {
            for name in ["Augusta", "Lady Augusta"] {
                let mut record = state.get(TableName::Customers, id).unwrap();
                record::set(&mut record, "first_name", name);
                state.change(TableName::Customers, id, &record, "updated");
            }
            events::settle(state, present(), &Token::system());
        });
    });
    assert_eq!(told, ["customer/updated"]);
    let message = store
        .0
        .with_state(|state| state.get(TableName::Deliveries, 1));
    let body = message.unwrap()["body"].as_str().unwrap().to_owned();
    assert!(body.contains("\"first_name\":\"Lady Augusta\""), "{body}");
}
