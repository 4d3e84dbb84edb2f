//! A store to test against, and a sensible request for each operation.
//!
//! Comes with the feature `testing`, for tests of this crate and of others.
//! Its functions panic where a store does not answer as expected.

#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::return_self_not_must_use,
    reason = "what tests call may stop them"
)]

mod calls;

pub use calls::{Call, call, prepaid_order};

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::Request;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::Now;
use crate::Sandbox;
use crate::State;
use crate::TOKEN;
use crate::seed::Seed;
use crate::storage::behaviour::Behaviour;

/// The present of all tests.
pub const PRESENT: &str = "2026-11-20T12:00:00Z";

/// [`PRESENT`] as a timestamp.
pub fn present() -> Timestamp {
    PRESENT.parse().unwrap()
}

/// A clock that always says [`PRESENT`].
pub fn clock() -> Now {
    Arc::new(present)
}

/// A request with the token that may do everything.
pub fn request(method: &str, path: &str, body: &Value) -> Request<Bytes> {
    let body = if body.is_null() {
        Bytes::new()
    } else {
        Bytes::from(body.to_string())
    };
    Request::builder()
        .method(method)
        .uri(path)
        .header("X-Recharge-Access-Token", TOKEN)
        .header("X-Recharge-Version", "2021-11")
        .body(body)
        .unwrap()
}

/// A store to talk to.
pub struct Store(
    /// The sandbox that contains it.
    pub Sandbox,
);

impl Store {
    /// The demo store, seeded once for all tests.
    pub fn demo() -> Self {
        static DEMO: OnceLock<State> = OnceLock::new();
        let state = DEMO.get_or_init(|| State::seeded(&Seed::demo(), present()));
        Self(Sandbox::new(state.clone(), clock()))
    }

    /// A store without objects.
    pub fn empty() -> Self {
        Self(Sandbox::new(State::empty(present()), clock()))
    }

    /// The same store, behaving otherwise.
    pub fn behaving(self, change: impl FnOnce(&mut Behaviour)) -> Self {
        self.0.with_state(|state| {
            let mut behaviour = state.behaviour();
            change(&mut behaviour);
            state.behave(behaviour);
        });
        self
    }

    /// Status and body of an answer.
    pub fn ask(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let answer = self.0.answer(&request(method, path, body));
        let body = serde_json::from_slice(answer.body()).unwrap_or(Value::Null);
        (answer.status().as_u16(), body)
    }

    /// The body of a successful GET.
    pub fn get(&self, path: &str) -> Value {
        self.good("GET", path, &Value::Null)
    }

    /// The body of a successful POST.
    pub fn post(&self, path: &str, body: &Value) -> Value {
        self.good("POST", path, body)
    }

    /// The body of a successful PUT.
    pub fn put(&self, path: &str, body: &Value) -> Value {
        self.good("PUT", path, body)
    }

    /// The body of a successful answer.
    pub fn good(&self, method: &str, path: &str, body: &Value) -> Value {
        let (status, answer) = self.ask(method, path, body);
        assert!(status < 300, "{method} {path}: {status} {answer}");
        answer
    }

    /// Deletes an object.
    pub fn delete(&self, path: &str) {
        let (status, answer) = self.ask("DELETE", path, &Value::Null);
        assert_eq!(status, 204, "DELETE {path}: {answer}");
    }

    /// The `errors` of a refused request.
    pub fn refused(&self, method: &str, path: &str, body: &Value) -> Value {
        let (status, answer) = self.ask(method, path, body);
        assert_eq!(status, 422, "{method} {path}: {answer}");
        answer["errors"].clone()
    }

    /// The first record of a list. Metafields are listed by kind of owner.
    pub fn first(&self, path: &str, key: &str) -> Value {
        let path = if path == "/metafields" {
            "/metafields?owner_resource=customer"
        } else {
            path
        };
        let record = self.get(path)[key][0].clone();
        assert!(record.is_object(), "{path} lists nothing");
        record
    }

    /// A new customer with this email address.
    pub fn customer(&self, email: &str) -> Value {
        let body = json!({"email": email, "first_name": "Ada", "last_name": "King"});
        self.post("/customers", &body)["customer"].clone()
    }

    /// A new address of a customer.
    pub fn address(&self, customer: &Value) -> Value {
        let body = json!({
            "customer_id": customer["id"], "address1": "12 St James Sq", "city": "London",
            "country_code": "GB", "first_name": "Ada", "last_name": "King", "phone": "",
            "province": "", "zip": "SW1Y 4JH",
        });
        self.post("/addresses", &body)["address"].clone()
    }

    /// A new credit card of a customer.
    pub fn card(&self, customer: &Value) -> Value {
        let body = json!({
            "customer_id": customer["id"], "payment_type": "CREDIT_CARD",
            "processor_name": "stripe", "processor_customer_token": "cus_JGYtLWi2HS8ymD",
        });
        self.post("/payment_methods", &body)["payment_method"].clone()
    }

    /// A new monthly subscription; `day` is that of its next charge.
    pub fn subscription(&self, address: &Value, day: &str) -> Value {
        let body = json!({
            "address_id": address["id"], "next_charge_scheduled_at": day, "quantity": 2,
            "charge_interval_frequency": 1, "order_interval_frequency": 1,
            "order_interval_unit": "month", "price": "10.00", "product_title": "Milk",
            "external_variant_id": {"ecommerce": "77"},
        });
        self.post("/subscriptions", &body)["subscription"].clone()
    }

    /// A customer with a card, an address and one subscription due that day.
    pub fn subscriber(&self, day: &str) -> (Value, Value, Value) {
        let customer = self.customer(&format!("ada{}@example.com", fastrand::u64(..)));
        self.card(&customer);
        let address = self.address(&customer);
        let subscription = self.subscription(&address, day);
        (customer, address, subscription)
    }

    /// The charges of an address with this status, by day.
    pub fn charges_of(&self, address: &Value, status: &str) -> Vec<Value> {
        let path = format!(
            "/charges?address_id={}&status={status}&sort_by=scheduled_at-asc",
            address["id"]
        );
        self.get(&path)["charges"].as_array().unwrap().clone()
    }
}

/// A clock that stands until it is moved, by milliseconds.
pub fn movable() -> (Now, Arc<AtomicI64>) {
    let moved = Arc::new(AtomicI64::new(0));
    let read = moved.clone();
    let start = present();
    let now = move || start + SignedDuration::from_millis(read.load(Ordering::SeqCst));
    (Arc::new(now), moved)
}

/// The value at a dotted path; null when there is none.
pub fn at<'a>(value: &'a Value, path: &str) -> &'a Value {
    let pointer = format!("/{}", path.replace('.', "/"));
    value.pointer(&pointer).unwrap_or(&Value::Null)
}

/// The path of one object.
pub fn of(resource: &str, object: &Value) -> String {
    format!("/{resource}/{}", object["id"])
}
