//! What a client of `BigCommerce` sees, request by request.

mod contract;
mod editing;
mod forms;
mod kept;
mod lists;
mod quotas;

use std::sync::OnceLock;

use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};

use crate::seed::Seed;
use crate::testing::{clock, present};
use crate::{Edit, Platform, STORE_HASH, Sandbox, State, TOKEN};

/// A store to talk to.
struct TestShop(Sandbox);

impl TestShop {
    /// The demo store, seeded once for all tests.
    fn demo() -> Self {
        static DEMO: OnceLock<State> = OnceLock::new();
        let made = || State::seeded_as(Platform::Bigcommerce, &Seed::demo(), present());
        Self(Sandbox::new(DEMO.get_or_init(made).clone(), clock()))
    }

    /// The answer to a GET of a path below the store.
    fn answer(&self, path: &str) -> Response<Bytes> {
        self.answer_as(TOKEN, path)
    }

    fn answer_as(&self, token: &str, path: &str) -> Response<Bytes> {
        self.0.answer(&request(token, STORE_HASH, path))
    }

    /// Status and body of the answer to a GET; no body is null.
    fn ask(&self, path: &str) -> (u16, Value) {
        told(&self.answer(path))
    }

    /// The body of a successful GET.
    fn get(&self, path: &str) -> Value {
        let (status, body) = self.ask(path);
        assert!(status < 300, "{path}: {status} {body}");
        body
    }

    /// The records of a page; a v2 list without any is not a body.
    fn rows(&self, path: &str) -> Vec<Value> {
        let body = self.get(path);
        let rows = if body.is_object() {
            &body["data"]
        } else {
            &body
        };
        rows.as_array().cloned().unwrap_or_default()
    }

    /// The numbers of the records of a page.
    fn ids(&self, path: &str) -> Vec<u64> {
        let rows = self.rows(path);
        rows.iter().map(|row| row["id"].as_u64().unwrap()).collect()
    }

    /// Asks the control surface.
    fn control(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let request = Request::builder()
            .method(method)
            .uri(format!("/_sandbox/{path}"))
            .body(Bytes::from(body))
            .unwrap();
        told(&self.0.control(&request))
    }

    /// Lets so many of the first records of a resource have changed at a time.
    fn touch(&self, resource: &str, count: usize, at: &str) {
        let edit = Edit::Touch {
            resource: resource.to_owned(),
            ids: Vec::new(),
            count: Some(count),
            at: Some(at.parse().unwrap()),
        };
        let done = self.0.edit(&edit).unwrap();
        assert_eq!(done["touched"], json!(count));
    }
}

fn told(answer: &Response<Bytes>) -> (u16, Value) {
    let body = serde_json::from_slice(answer.body()).unwrap_or(Value::Null);
    (answer.status().as_u16(), body)
}

fn request(token: &str, store: &str, path: &str) -> Request<Bytes> {
    Request::builder()
        .uri(format!("/stores/{store}{path}"))
        .header("X-Auth-Token", token)
        .header("X-Auth-Client", "a-client")
        .body(Bytes::new())
        .unwrap()
}
