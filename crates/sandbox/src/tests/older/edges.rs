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
fn what_this_version_lacks_is_not_found() {
    let store = Store::demo();
    for path in [
        "/store",
        "/plans",
        "/events",
        "/payment_methods",
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
    let missing = send(&store, "POST", "/plans", TOKEN);
    assert_eq!(
        (missing.status, missing.body["error"].as_str()),
        (404, Some("endpoint not found"))
    );
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
fn request_without_a_version_is_answered_in_the_default_of_the_store() {
    let store = Store::demo();
    let ask = |path: &str| {
        let request = Request::builder()
            .uri(path)
            .header("X-Recharge-Access-Token", TOKEN)
            .body(Bytes::new())
            .unwrap();
        let answer = store.0.answer(&request);
        let version = answer.headers()["X-Recharge-Version"].to_str().unwrap();
        (answer.status().as_u16(), version.to_owned())
    };
    assert_eq!(ask("/").0, 200);
    assert_eq!(ask("/store"), (200, "2021-11".to_owned()));
    assert_eq!(ask("/shop"), (404, "2021-11".to_owned()));
    let set = |version: &str| {
        let set = |state: &mut State| state.set_default_api_version(version);
        store.0.with_state(set)
    };
    assert_eq!(set("2021-01"), Ok(()));
    assert_eq!(ask("/"), (200, "2021-01".to_owned()));
    assert_eq!(ask("/shop"), (200, "2021-01".to_owned()));
    assert_eq!(ask("/store"), (404, "2021-01".to_owned()));
    assert_eq!(
        set("2020-01").unwrap_err(),
        "must be one of 2021-11, 2021-01"
    );
    assert_eq!(ask("/shop").0, 200);
}

#[test]
fn fault_of_an_operation_befalls_it_in_both_versions() {
    let store = Store::demo();
    let subscription = store.first("/subscriptions?status=active", "subscriptions");
    store.0.with_state(|state| {
        state.let_fail("500:subscriptions.cancel=100%").unwrap();
    });
    let path = format!("{}/cancel", of("subscriptions", &subscription));
    let refused = send(&store, "POST", &path, TOKEN);
    assert_eq!(refused.status, 500);
    assert_eq!(
        store.get(&of("subscriptions", &subscription))["subscription"],
        subscription
    );
}
