//! Time: what the days bring to a store, whether its clock is moved or not.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Store, clock, of, present, request};
use crate::Sandbox;
use crate::State;
use crate::seed::Seed;

impl Store {
    /// Status and body of an answer of the control surface.
    pub(super) fn control(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let answer = self.0.control(&request(method, path, body));
        let body = serde_json::from_slice(answer.body()).unwrap_or(Value::Null);
        (answer.status().as_u16(), body)
    }

    pub(super) fn advance(&self, by: &str) {
        let (status, answer) = self.control("POST", "/_sandbox/clock/advance", &json!({"by": by}));
        assert_eq!(status, 200, "{answer}");
    }

    /// Makes a subscription one that is charged for some months at once.
    fn prepay(&self, subscription: &Value, months: u64, next: &str) {
        let path = of("subscriptions", subscription);
        let prepaid = json!({"charge_interval_frequency": months, "order_interval_frequency": 1,
                             "order_interval_unit": "month"});
        self.put(&path, &prepaid);
        let day = json!({"date": next});
        self.post(&format!("{path}/set_next_charge_date"), &day);
    }

    /// How often events of the last days tell that of an object.
    fn told(&self, object: &str, verb: &str) -> usize {
        let path = format!("/events?object_type={object}&limit=250");
        let events = self.get(&path)["events"].clone();
        let events = events.as_array().unwrap().iter();
        events.filter(|event| event["verb"] == verb).count()
    }
}

fn days(charges: &[Value]) -> Vec<&str> {
    charges
        .iter()
        .map(|charge| charge["scheduled_at"].as_str().unwrap())
        .collect()
}

#[test]
fn a_charge_is_processed_on_its_day_and_the_next_one_is_queued() {
    let store = Store::empty();
    let (_, address, subscription) = store.subscriber("2026-11-23");
    store.advance("2d");
    assert_eq!(days(&store.charges_of(&address, "queued")), ["2026-11-23"]);
    store.advance("1d");
    let paid = store.charges_of(&address, "success");
    assert_eq!(days(&paid), ["2026-11-23"]);
    assert_eq!(paid[0]["processed_at"], "2026-11-23T08:00:00+00:00");
    assert_eq!(days(&store.charges_of(&address, "queued")), ["2026-12-23"]);
    let order = store.first("/orders", "orders");
    assert_eq!(order["charge"]["id"], paid[0]["id"]);
    let one = store.get(&of("subscriptions", &subscription))["subscription"].clone();
    assert_eq!(one["next_charge_scheduled_at"], "2026-12-23");
    assert_eq!(store.told("charge", "paid"), 1);
    store.advance("2 months");
    let paid = days(&store.charges_of(&address, "success")).join(" ");
    assert_eq!(paid, "2026-11-23 2026-12-23 2027-01-23");
}

#[test]
fn a_day_that_was_missed_is_made_up_for_on_the_next() {
    let store = Store::empty();
    let (_, address, _) = store.subscriber("2026-11-20");
    assert_eq!(
        store.charges_of(&address, "queued").len(),
        1,
        "after the run"
    );
    store.advance("1d");
    assert_eq!(days(&store.charges_of(&address, "success")), ["2026-11-20"]);
}

#[test]
fn events_are_listed_for_a_week_and_activities_of_charges_for_ninety_days() {
    let store = Store::empty();
    let (_, address, _) = store.subscriber("2026-11-21");
    store.advance("1d");
    let paid = store.charges_of(&address, "success")[0].clone();
    let path = format!("{}?include=charge_activities", of("charges", &paid));
    let activities = || {
        let charge = store.get(&path)["charge"].clone();
        let verbs = charge["include"]["charge_activities"]
            .as_array()
            .unwrap()
            .iter();
        verbs.filter(|event| event["verb"] == "paid").count()
    };
    assert_eq!((store.told("charge", "paid"), activities()), (1, 1));
    store.advance("8d");
    assert_eq!((store.told("charge", "paid"), activities()), (0, 1));
    store.advance("80d");
    assert_eq!(activities(), 1);
}

#[test]
fn a_prepaid_charge_makes_orders_that_are_sent_one_after_the_other() {
    let store = Store::empty();
    let (_, address, subscription) = store.subscriber("2026-11-23");
    store.prepay(&subscription, 3, "2026-11-23");
    store.advance("4d");
    let path = format!("/orders?address_id={}&sort_by=id-asc", address["id"]);
    let status = |place: usize| store.get(&path)["orders"][place]["status"].clone();
    assert_eq!(
        [status(0), status(1), status(2)],
        ["success", "queued", "queued"]
    );
    assert_eq!(store.told("order", "processed"), 0);
    store.advance("1 month");
    assert_eq!(
        [status(0), status(1), status(2)],
        ["success", "success", "queued"]
    );
    let order = store.get(&path)["orders"][1].clone();
    assert_eq!(order["scheduled_at"], "2026-12-23T05:00:00+00:00");
    assert_eq!(order["processed_at"], "2026-12-23T08:00:00+00:00");
    assert!(order["external_order_id"]["ecommerce"].is_string());
    assert_eq!(store.told("order", "processed"), 1);
    assert_eq!(days(&store.charges_of(&address, "queued")), ["2027-02-23"]);
}

#[test]
fn a_subscription_ends_after_its_number_of_charges() {
    let store = Store::empty();
    let (customer, address, subscription) = store.subscriber("2026-11-23");
    let twice = json!({"expire_after_specific_number_of_charges": 2});
    store.put(&of("subscriptions", &subscription), &twice);
    store.advance("35d");
    let one = || store.get(&of("subscriptions", &subscription))["subscription"].clone();
    assert_eq!(one()["status"], "expired");
    assert_eq!(store.charges_of(&address, "success").len(), 2);
    assert!(store.charges_of(&address, "queued").is_empty());
    assert_eq!(store.told("customer", "deactivated"), 1);
    let customer = store.get(&of("customers", &customer))["customer"].clone();
    assert_eq!(customer["subscriptions_active_count"], 0);
}

fn spoil_card(store: &Store, customer: &Value, status: &str) {
    let path = format!("/payment_methods?customer_id={}", customer["id"]);
    let method = store.first(&path, "payment_methods");
    let id = method["id"].as_u64().unwrap();
    // The API cannot make a card fail; a bank does.
    store.0.with_state(|state| {
        use crate::storage::tables::TableName::PaymentMethods;
        let mut method = state.get(PaymentMethods, id).unwrap();
        method.insert("status".to_owned(), status.into());
        state.lay(PaymentMethods, id, &method);
    });
}

#[test]
fn a_failed_charge_is_tried_every_other_day_and_eight_times_at_most() {
    let store = Store::empty();
    let (customer, address, subscription) = store.subscriber("2026-11-21");
    spoil_card(&store, &customer, "invalid");
    let failed = || store.charges_of(&address, "error")[0].clone();
    store.advance("1d");
    assert_eq!(failed()["error_type"], "CARD_DECLINED");
    assert_eq!(failed()["retry_date"], "2026-11-23");
    store.advance("1d");
    assert_eq!(store.told("charge", "failed"), 1, "not on the day after");
    store.advance("1d");
    assert_eq!(store.told("charge", "failed"), 2);
    store.advance("12d");
    assert_eq!(failed()["error_type"], "CLOSED_MAX_RETRIES_REACHED");
    assert_eq!(failed()["retry_date"], Value::Null);
    assert_eq!(store.told("charge", "max_retries_reached"), 1);
    let one = store.get(&of("subscriptions", &subscription))["subscription"].clone();
    assert_eq!(
        (&one["status"], &one["max_retries_reached"]),
        (&json!("active"), &json!(true))
    );
    store.advance("8d");
    assert_eq!(store.told("charge", "failed"), 0, "left alone");
    spoil_card(&store, &customer, "valid");
    store.post(&format!("{}/process", of("charges", &failed())), &json!({}));
    assert_eq!(store.charges_of(&address, "success").len(), 1);
    let one = store.get(&of("subscriptions", &subscription))["subscription"].clone();
    assert_eq!(one["max_retries_reached"], false);
}

#[test]
fn a_failed_charge_is_paid_by_the_next_good_card() {
    let store = Store::empty();
    let (customer, address, _) = store.subscriber("2026-11-21");
    spoil_card(&store, &customer, "invalid");
    store.advance("1d");
    spoil_card(&store, &customer, "valid");
    store.advance("2d");
    let paid = store.charges_of(&address, "success");
    assert_eq!(paid[0]["error"], Value::Null);
    assert_eq!(paid[0]["processed_at"], "2026-11-23T08:00:00+00:00");
}

#[test]
fn charges_and_prepaid_orders_are_announced_three_days_before() {
    let store = Store::empty();
    let (_, _, subscription) = store.subscriber("2026-11-25");
    store.prepay(&subscription, 2, "2026-11-25");
    store.advance("1d");
    assert_eq!(store.told("charge", "upcoming"), 0);
    store.advance("1d");
    assert_eq!(store.told("charge", "upcoming"), 1);
    store.advance("1 month");
    assert_eq!(store.told("order", "upcoming"), 1);
}

#[test]
fn a_month_at_once_is_the_same_as_thirty_days_one_by_one() {
    let (one, other) = (Store::demo(), Store::demo());
    one.advance("30d");
    for _ in 0..30 {
        other.advance("1d");
        // Anyone who looks in between changes nothing.
        other.get("/charges");
    }
    let tables = |store: &Store| {
        let mut out = Vec::new();
        store
            .0
            .with_state(|state| state.to_json_writer(&mut out))
            .unwrap();
        let mut whole: Value = serde_json::from_slice(&out).unwrap();
        whole["tables"].take()
    };
    let (one, other) = (tables(&one), tables(&other));
    for (name, table) in one.as_object().unwrap() {
        assert!(table == &other[name], "{name}");
    }
    assert!(one["order"].as_array().unwrap().len() > 100);
}

#[test]
fn time_passes_in_the_world_too() {
    let world = Arc::new(AtomicI64::new(present().as_second()));
    let seen = world.clone();
    let now = move || Timestamp::from_second(seen.load(Ordering::Relaxed)).unwrap();
    let store = Store(Sandbox::new(State::empty(present()), Arc::new(now)));
    let (_, address, _) = store.subscriber("2026-11-23");
    world.fetch_add(3 * 86_400, Ordering::Relaxed);
    store.0.tick();
    assert_eq!(days(&store.charges_of(&address, "success")), ["2026-11-23"]);
    assert_eq!(days(&store.charges_of(&address, "queued")), ["2026-12-23"]);
}

#[test]
fn the_clock_can_be_put_and_goes_forward_only() {
    let store = Store::empty();
    let (_, clock) = store.control("PUT", "/_sandbox/clock", &json!({"now": "2027-01-01"}));
    assert_eq!(clock["now"], "2027-01-01T00:00:00+00:00");
    assert_eq!(store.customer("a@example.com")["created_at"], clock["now"]);
    for (wrong, says) in [
        (json!({"now": "2026-12-31"}), "only go forward"),
        (json!({"now": "soon"}), "not a time or a day"),
        (json!({"then": "2028-01-01"}), "unknown field"),
        (json!([]), "expected struct"),
    ] {
        let (status, answer) = store.control("PUT", "/_sandbox/clock", &wrong);
        let message = answer["error"].as_str().unwrap();
        assert!(
            status == 422 && message.contains(says),
            "{status} {message}"
        );
    }
    let (status, _) = store.control("POST", "/_sandbox/clock/advance", &json!({"by": "long"}));
    assert_eq!(status, 422);
    let (_, again) = store.control("GET", "/_sandbox/clock", &Value::Null);
    assert_eq!(again["now"], clock["now"]);
}

#[test]
fn a_store_that_is_dumped_keeps_its_time() {
    let store = Store::demo();
    store.advance("3d");
    let (_, dumped) = store.control("GET", "/_sandbox/store", &Value::Null);
    let other = Store(Sandbox::new(
        State::seeded(&Seed::demo(), present()),
        clock(),
    ));
    let (status, _) = other.control("PUT", "/_sandbox/store", &dumped);
    assert_eq!(status, 200);
    let time = |store: &Store| store.control("GET", "/_sandbox/clock", &Value::Null).1;
    assert_eq!(time(&other), time(&store));
    assert_eq!(other.get("/charges"), store.get("/charges"));
    let (status, _) = other.control("POST", "/_sandbox/reset", &json!({}));
    assert_eq!(status, 200);
    assert_eq!(time(&other)["ahead_seconds"], 0);
    assert_eq!(other.get("/charges"), Store::demo().get("/charges"));
}
