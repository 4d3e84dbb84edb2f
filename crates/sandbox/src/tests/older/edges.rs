//! What is refused, who may ask, and what the clock says.

use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use serde_json::json;

use super::{Store, read, records, see, send};
use crate::Sandbox;
use crate::State;
use crate::TOKEN;
use crate::Token;
use crate::tests::of;

#[test]
fn what_this_version_lacks_is_not_found_and_what_the_sandbox_lacks_is_not_done() {
    let store = Store::demo();
    for path in [
        "/store",
        "/plans",
        "/events",
        "/payment_methods",
        "/collections",
        "/credit_accounts",
        "/accounts",
        "/nothing",
    ] {
        let seen = see(&store, path);
        assert_eq!(
            (seen.status, seen.body),
            (404, json!({"error": "endpoint not found"})),
            "{path}"
        );
    }
    assert_eq!(
        see(&store, "/orders/1").body,
        json!({"errors": "Not Found"})
    );
    assert_eq!(see(&store, "/customers/1/addresses").status, 404);
    let order = store.first("/orders", "orders");
    let refused = send(&store, "DELETE", &of("orders", &order), TOKEN);
    assert_eq!(refused.status, 501);
    assert!(refused.body["error"].as_str().unwrap().contains("2021-01"));
    assert_eq!(send(&store, "POST", "/subscriptions", TOKEN).status, 501);
    assert_eq!(store.first("/orders", "orders"), order);
}

#[test]
fn tokens_reach_as_far_as_in_the_newer_version() {
    let store = Store::empty();
    store.0.with_state(|state| {
        state.add_token(Token {
            secret: "narrow".into(),
            name: "Narrow".into(),
            scopes: Some(["read_orders".to_owned()].into()),
        });
    });
    let status = |path: &str, token: &str| send(&store, "GET", path, token).status;
    assert_eq!(status("/orders", "guess"), 401);
    for path in ["/orders", "/orders/count", "/charges"] {
        assert_eq!(status(path, "narrow"), 200, "{path}");
    }
    for path in [
        "/customers",
        "/customers/count",
        "/customers/1",
        "/customers/1/addresses",
        "/shop",
    ] {
        assert_eq!(status(path, "narrow"), 403, "{path}");
    }
}

#[test]
fn times_are_by_the_eastern_clock_in_summer_and_in_winter() {
    for (now, written, before) in [
        (
            "2026-07-01T12:00:00Z",
            "2026-07-01T08:00:00",
            "2026-07-01T08:00:01",
        ),
        (
            "2026-12-01T03:30:00Z",
            "2026-11-30T22:30:00",
            "2026-11-30T22:30:01",
        ),
    ] {
        let now = now.parse().unwrap();
        let store = Store(Sandbox::new(State::empty(now), Arc::new(move || now)));
        let customer = store.customer("ada@example.com");
        let path = of("customers", &customer);
        assert_eq!(read(&store, &path)["customer"]["created_at"], written);
        let count =
            |filter: &str| read(&store, &format!("/customers/count?{filter}"))["count"].clone();
        assert_eq!(
            count(&format!(
                "created_at_min={written}&created_at_max={written}"
            )),
            1
        );
        assert_eq!(count(&format!("created_at_min={before}")), 0);
        assert_eq!(
            count(&format!(
                "created_at_max={}",
                customer["created_at"].as_str().unwrap().replace('+', "%2B")
            )),
            1
        );
    }
}

#[test]
fn days_stay_the_days_that_they_are() {
    let store = Store::empty();
    let (_, address, subscription) = store.subscriber("2026-12-05");
    let older = read(&store, &of("subscriptions", &subscription))["subscription"].clone();
    assert_eq!(older["next_charge_scheduled_at"], "2026-12-05T00:00:00");
    let filter = format!("address_id={}&date=2026-12-05", address["id"]);
    let charges = records(&read(&store, &format!("/charges?{filter}")), "charges");
    assert_eq!(charges[0]["scheduled_at"], "2026-12-05T00:00:00");
}

#[test]
fn without_a_version_the_newer_one_answers() {
    let store = Store::demo();
    let ask = |path: &str| {
        let request = Request::builder()
            .uri(path)
            .header("X-Recharge-Access-Token", TOKEN)
            .body(Bytes::new())
            .unwrap();
        store.0.answer(&request).status().as_u16()
    };
    assert_eq!((ask("/"), ask("/store"), ask("/shop")), (200, 200, 404));
}
