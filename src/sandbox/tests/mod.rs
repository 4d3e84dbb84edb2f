//! Tests of the sandbox through its front door: requests in, answers out.

mod again;
mod batches;
mod calls;
mod cascades;
mod charging;
mod checking_out;
mod coherent;
mod conforming;
mod discounting;
mod events;
mod every_operation;
mod faults;
mod front;
mod grounds;
mod hostile;
mod includes;
mod items;
mod keeping;
mod listener;
mod lists;
mod older;
mod oracle;
mod outbox;
mod passing;
mod payments;
mod people;
mod refusals;
mod repeats;
mod selling;
mod settings;
mod slices;
mod sockets;
mod subscribing;
mod telling;
mod together;
mod walker;
mod wire;

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::Request;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::behaviour::Behaviour;
use super::seed::Seed;
use super::{Now, Sandbox, State, TOKEN};

/// The present of all tests.
const PRESENT: &str = "2026-11-20T12:00:00Z";

fn present() -> Timestamp {
    PRESENT.parse().unwrap()
}

fn clock() -> Now {
    Arc::new(present)
}

/// A request with the token that may do everything.
fn request(method: &str, path: &str, body: &Value) -> Request<Bytes> {
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
struct Store(Sandbox);

impl Store {
    /// The demo store, seeded once for all tests.
    fn demo() -> Self {
        static DEMO: OnceLock<State> = OnceLock::new();
        let state = DEMO.get_or_init(|| State::seeded(&Seed::demo(), present()));
        Self(Sandbox::new(state.clone(), clock()))
    }

    /// A store without objects.
    fn empty() -> Self {
        Self(Sandbox::new(State::empty(present()), clock()))
    }

    /// The same store, behaving otherwise.
    fn behaving(self, change: impl FnOnce(&mut Behaviour)) -> Self {
        self.0.with_state(|state| {
            let mut behaviour = state.behaviour();
            change(&mut behaviour);
            state.behave(behaviour);
        });
        self
    }

    /// Status and body of an answer.
    fn ask(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let answer = self.0.answer(&request(method, path, body));
        let body = serde_json::from_slice(answer.body()).unwrap_or(Value::Null);
        (answer.status().as_u16(), body)
    }

    fn get(&self, path: &str) -> Value {
        self.good("GET", path, &Value::Null)
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        self.good("POST", path, body)
    }

    fn put(&self, path: &str, body: &Value) -> Value {
        self.good("PUT", path, body)
    }

    fn good(&self, method: &str, path: &str, body: &Value) -> Value {
        let (status, answer) = self.ask(method, path, body);
        assert!(status < 300, "{method} {path}: {status} {answer}");
        answer
    }

    fn delete(&self, path: &str) {
        let (status, answer) = self.ask("DELETE", path, &Value::Null);
        assert_eq!(status, 204, "DELETE {path}: {answer}");
    }

    /// The `errors` of a refused request.
    fn refused(&self, method: &str, path: &str, body: &Value) -> Value {
        let (status, answer) = self.ask(method, path, body);
        assert_eq!(status, 422, "{method} {path}: {answer}");
        answer["errors"].clone()
    }

    /// The first record of a list. Metafields are listed by kind of owner.
    fn first(&self, path: &str, key: &str) -> Value {
        let path = if path == "/metafields" {
            "/metafields?owner_resource=customer"
        } else {
            path
        };
        let record = self.get(path)[key][0].clone();
        assert!(record.is_object(), "{path} lists nothing");
        record
    }

    fn customer(&self, email: &str) -> Value {
        let body = json!({"email": email, "first_name": "Ada", "last_name": "King"});
        self.post("/customers", &body)["customer"].clone()
    }

    fn address(&self, customer: &Value) -> Value {
        let body = json!({
            "customer_id": customer["id"], "address1": "12 St James Sq", "city": "London",
            "country_code": "GB", "first_name": "Ada", "last_name": "King", "phone": "",
            "province": "", "zip": "SW1Y 4JH",
        });
        self.post("/addresses", &body)["address"].clone()
    }

    fn card(&self, customer: &Value) -> Value {
        let body = json!({
            "customer_id": customer["id"], "payment_type": "CREDIT_CARD",
            "processor_name": "stripe", "processor_customer_token": "cus_JGYtLWi2HS8ymD",
        });
        self.post("/payment_methods", &body)["payment_method"].clone()
    }

    fn subscription(&self, address: &Value, day: &str) -> Value {
        let body = json!({
            "address_id": address["id"], "next_charge_scheduled_at": day, "quantity": 2,
            "charge_interval_frequency": 1, "order_interval_frequency": 1,
            "order_interval_unit": "month", "price": "10.00", "product_title": "Milk",
            "external_variant_id": {"ecommerce": "77"},
        });
        self.post("/subscriptions", &body)["subscription"].clone()
    }

    /// A customer with a card, an address and one subscription due that day.
    fn subscriber(&self, day: &str) -> (Value, Value, Value) {
        let customer = self.customer(&format!("ada{}@example.com", fastrand::u64(..)));
        self.card(&customer);
        let address = self.address(&customer);
        let subscription = self.subscription(&address, day);
        (customer, address, subscription)
    }

    fn charges_of(&self, address: &Value, status: &str) -> Vec<Value> {
        let path = format!(
            "/charges?address_id={}&status={status}&sort_by=scheduled_at-asc",
            address["id"]
        );
        self.get(&path)["charges"].as_array().unwrap().clone()
    }
}

/// A clock that stands until it is moved, by milliseconds.
fn movable() -> (Now, Arc<AtomicI64>) {
    let moved = Arc::new(AtomicI64::new(0));
    let read = moved.clone();
    let start = present();
    let now = move || start + SignedDuration::from_millis(read.load(Ordering::SeqCst));
    (Arc::new(now), moved)
}

/// The path of one object.
fn of(resource: &str, object: &Value) -> String {
    format!("/{resource}/{}", object["id"])
}
