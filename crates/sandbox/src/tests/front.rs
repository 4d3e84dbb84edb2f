//! The front door: tokens, versions, routes, bodies, headers.

use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};

use super::{Store, of, request};
use crate::TOKEN;
use crate::Token;

fn with_headers(path: &str, headers: &[(&str, &str)]) -> Request<Bytes> {
    let mut request = Request::builder().uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Bytes::new()).unwrap()
}

fn status(store: &Store, request: &Request<Bytes>) -> (u16, Value) {
    let answer = store.0.answer(request);
    (
        answer.status().as_u16(),
        serde_json::from_slice(answer.body()).unwrap_or(Value::Null),
    )
}

#[test]
fn without_a_known_token_nothing_is_told() {
    let store = Store::empty();
    let bad = (401, json!({"error": "bad authentication"}));
    assert_eq!(status(&store, &with_headers("/store", &[])), bad);
    assert_eq!(
        status(
            &store,
            &with_headers("/store", &[("X-Recharge-Access-Token", "guess")])
        ),
        bad
    );
    let (code, body) = status(&store, &with_headers("/", &[]));
    assert_eq!((code, &body["sandbox"]), (200, &json!(true)));
}

#[test]
fn every_answer_states_its_version_and_exposes_its_headers() {
    let store = Store::empty();
    let token = ("X-Recharge-Access-Token", TOKEN);
    for (path, version, stated) in [
        ("/store", "2021-11", "2021-11"),
        ("/shop", "2021-01", "2021-01"),
        ("/nothing", "2021-01", "2021-01"),
        ("/nothing", "2021-11", "2021-11"),
        ("/store", "2019-01", "2021-11"),
        ("/", "2021-11", "2021-11"),
    ] {
        let headers = [token, ("X-Recharge-Version", version)];
        let answer = store.0.answer(&with_headers(path, &headers));
        assert_eq!(answer.headers()["X-Recharge-Version"], stated, "{path}");
        assert_eq!(
            answer.headers()["access-control-expose-headers"],
            "link, x-request-id, x-recharge-limit, x-recharge-version"
        );
    }
    let unasked = store.0.answer(&with_headers("/store", &[]));
    assert_eq!(unasked.headers()["X-Recharge-Version"], "2021-11");
    let control = store
        .0
        .control(&request("GET", "/_sandbox/clock", &Value::Null));
    assert_eq!(control.headers()["X-Recharge-Version"], "2021-11");
}

#[test]
fn payment_methods_carry_an_empty_include_in_every_answer() {
    let store = Store::demo();
    let method = store.first("/payment_methods", "payment_methods");
    let path = of("payment_methods", &method);
    let address = json!({"billing_address": {"city": "Ulm"}});
    for answer in [method, store.get(&path), store.put(&path, &address)] {
        let method = answer.get("payment_method").unwrap_or(&answer);
        assert_eq!(method["include"], json!({}));
        let names: Vec<&String> = method.as_object().unwrap().keys().collect();
        let at = names.iter().position(|name| *name == "include").unwrap();
        assert_eq!(names[at + 1], "payment_details");
    }
}

#[test]
fn two_versions_are_spoken_and_the_newer_one_is_the_usual_one() {
    let store = Store::empty();
    let ask = |version: &str| {
        let headers = [
            ("X-Recharge-Access-Token", TOKEN),
            ("X-Recharge-Version", version),
        ];
        status(&store, &with_headers("/store", &headers)).0
    };
    assert_eq!(ask("2021-11"), 200);
    assert_eq!(ask("2021-01"), 404);
    assert_eq!(ask("2019-01"), 426);
    assert_eq!(
        status(
            &store,
            &with_headers("/store", &[("X-Recharge-Access-Token", TOKEN)])
        )
        .0,
        200
    );
}

#[test]
fn unknown_routes_objects_and_methods_are_told_apart() {
    let store = Store::empty();
    assert_eq!(
        store.ask("GET", "/nothing", &Value::Null),
        (404, json!({"error": "endpoint not found"}))
    );
    assert_eq!(
        store.ask("GET", "/customers/1", &Value::Null),
        (404, json!({"errors": "Not Found"}))
    );
    assert_eq!(store.ask("DELETE", "/customers", &Value::Null).0, 405);
}

#[test]
fn a_wrong_method_is_told_which_are_right() {
    let store = Store::empty();
    let allow = |method: &str, path: &str| {
        let answer = store.0.answer(&request(method, path, &Value::Null));
        let allow = answer.headers().get("Allow");
        (
            answer.status().as_u16(),
            allow.map(|methods| methods.to_str().unwrap().to_owned()),
        )
    };
    assert_eq!(
        allow("DELETE", "/customers"),
        (405, Some("GET, POST".into()))
    );
    assert_eq!(
        allow("PATCH", "/customers/7"),
        (405, Some("DELETE, GET, PUT".into()))
    );
    assert_eq!(allow("GET", "/customers"), (200, None));
    assert_eq!(allow("GET", "/nothing"), (404, None));
}

#[test]
fn head_is_answered_as_get_without_a_body() {
    let store = Store::empty();
    for path in ["/customers", "/customers/7"] {
        let get = store.0.answer(&request("GET", path, &Value::Null));
        let head = store.0.answer(&request("HEAD", path, &Value::Null));
        assert_eq!(head.status(), get.status(), "{path}");
        assert!(head.body().is_empty() && !get.body().is_empty());
        let length = head.headers()["Content-Length"].to_str().unwrap();
        assert_eq!(length, get.body().len().to_string());
    }
    let head = store
        .0
        .answer(&request("HEAD", "/charges/1/skip", &Value::Null));
    assert_eq!(head.status(), 405);
}

#[test]
fn a_body_is_a_json_object_or_it_is_415() {
    let store = Store::empty();
    for body in [json!([1]), json!("text"), json!(7)] {
        assert_eq!(store.ask("POST", "/customers", &body).0, 415, "{body}");
    }
    let mut broken = request("POST", "/customers", &Value::Null);
    *broken.body_mut() = Bytes::from_static(b"{\"email\":");
    assert_eq!(status(&store, &broken).0, 415);
    assert_eq!(store.ask("POST", "/customers", &Value::Null).0, 422);
}

#[test]
fn a_token_reaches_as_far_as_its_scopes() {
    let store = Store::empty();
    store.0.with_state(|state| {
        state.add_token(Token {
            secret: "narrow".into(),
            name: "Narrow".into(),
            scopes: Some(["read_customers".to_owned()].into()),
        });
    });
    let ask = |path: &str| {
        status(
            &store,
            &with_headers(path, &[("X-Recharge-Access-Token", "narrow")]),
        )
    };
    assert_eq!(ask("/customers").0, 200);
    let (code, body) = ask("/subscriptions");
    assert_eq!(code, 403);
    assert!(
        body["errors"]
            .as_str()
            .unwrap()
            .contains("read_subscriptions")
    );
    assert_eq!(
        ask("/token_information").1["token_information"]["scopes"],
        json!(["read_customers"])
    );
}

#[test]
fn each_answer_names_its_request_and_its_sender() {
    let store = Store::empty();
    let answer = store.0.answer(&request("GET", "/nothing", &Value::Null));
    assert_eq!(answer.headers()["Content-Type"], "application/json");
    assert!(
        answer.headers()["Server"]
            .to_str()
            .unwrap()
            .starts_with("recharge-sandbox/")
    );
    assert_eq!(answer.headers()["X-Recharge-Limit"], "1/40");
    let other = store.0.answer(&request("GET", "/nothing", &Value::Null));
    assert_ne!(
        answer.headers()["X-Request-Id"],
        other.headers()["X-Request-Id"]
    );
}

#[test]
fn deletions_answer_204_without_a_body() {
    let store = Store::empty();
    let customer = store.customer("ada@example.com");
    let answer = store.0.answer(&request(
        "DELETE",
        &of("customers", &customer),
        &Value::Null,
    ));
    assert_eq!(answer.status(), 204);
    assert!(answer.body().is_empty());
}

#[test]
fn requests_of_many_threads_are_all_carried_out() {
    let store = Store::empty();
    std::thread::scope(|threads| {
        for thread in 0..8 {
            let store = &store;
            threads.spawn(move || {
                for turn in 0..25 {
                    store.customer(&format!("c{thread}-{turn}@example.com"));
                }
            });
        }
    });
    assert_eq!(store.0.with_state(|state| state.count("customer")), 200);
}

#[test]
fn a_limited_sandbox_refuses_what_its_bucket_cannot_hold() {
    let store = Store(Store::empty().0.limited());
    for used in 1..=40 {
        let answer = store.0.answer(&request("GET", "/store", &Value::Null));
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["X-Recharge-Limit"], format!("{used}/40"));
    }
    let answer = store.0.answer(&request("GET", "/store", &Value::Null));
    assert_eq!(
        (
            answer.status().as_u16(),
            &answer.headers()["X-Recharge-Limit"]
        ),
        (429, &"40/40".parse().unwrap())
    );
    assert_eq!(answer.body(), "{\"warning\":\"too many requests\"}");
}
