//! The rate limit and faults.

use std::sync::atomic::Ordering;

use super::{TOKEN, TestShop, request, told};
use crate::seed::Seed;
use crate::testing::{movable, present};
use crate::{Platform, Sandbox, State};

fn header(answer: &http::Response<bytes::Bytes>, name: &str) -> Option<u64> {
    answer.headers().get(name)?.to_str().ok()?.parse().ok()
}

#[test]
fn quota_of_a_window_is_told_and_refused_with_429_until_the_window_ends() {
    let (now, moved) = movable();
    let state = State::seeded_as(Platform::Bigcommerce, &Seed::demo(), present());
    let sandbox = Sandbox::new(state, now).limited();
    let ask = || sandbox.answer(&request(TOKEN, "sandbox", "/v2/coupons?limit=1"));
    let first = ask();
    for (name, value) in [
        ("X-Rate-Limit-Time-Window-Ms", 30_000),
        ("X-Rate-Limit-Time-Reset-Ms", 30_000),
        ("X-Rate-Limit-Requests-Quota", 150),
        ("X-Rate-Limit-Requests-Left", 149),
    ] {
        assert_eq!(header(&first, name), Some(value), "{name}");
    }
    for _ in 1..150 {
        assert_eq!(ask().status(), 200);
    }
    moved.store(10_000, Ordering::SeqCst);
    let refused = ask();
    assert_eq!(refused.status(), 429);
    assert_eq!(header(&refused, "X-Rate-Limit-Time-Reset-Ms"), Some(20_000));
    assert_eq!(header(&refused, "X-Rate-Limit-Requests-Left"), Some(0));
    moved.store(30_000, Ordering::SeqCst);
    assert_eq!(ask().status(), 200);
}

#[test]
fn faults_refuse_with_and_without_the_headers_of_the_quota() {
    let shop = TestShop::demo();
    shop.0
        .with_state(|state| {
            state.let_fail("429:orders=@1 429:orders=@2,4s 500:products.list=@1 502:coupons=@1")
        })
        .unwrap();
    let load = shop.answer("/v2/orders");
    assert_eq!(load.status(), 429);
    assert_eq!(header(&load, "X-Rate-Limit-Time-Reset-Ms"), None);
    assert_eq!(header(&load, "Retry-After"), None);
    let quota = shop.answer("/v2/orders");
    assert_eq!(quota.status(), 429);
    assert_eq!(header(&quota, "X-Rate-Limit-Time-Reset-Ms"), Some(4_000));
    assert_eq!(header(&quota, "X-Rate-Limit-Requests-Left"), Some(0));
    assert_eq!(shop.answer("/v2/orders").status(), 200);
    let (status, body) = told(&shop.answer("/v3/catalog/products"));
    assert_eq!((status, &body["status"]), (500, &500.into()));
    let page = shop.answer("/v2/coupons");
    assert_eq!(page.status(), 502);
    assert_eq!(page.headers()["Content-Type"], "text/html");
}

#[test]
fn resources_of_the_platform_are_named_in_faults() {
    assert!(crate::faults::check("500:product_variants=1%").is_ok());
    assert!(crate::faults::check("500:order_refunds.list=@2").is_ok());
    let error = crate::faults::check("500:order_refund.lst=@2").unwrap_err();
    assert!(error.contains("order_refunds.list"), "{error}");
}

#[test]
fn requests_are_noted_with_their_operation_and_without_the_token() {
    let shop = TestShop::demo();
    shop.answer("/v2/orders?limit=1");
    shop.answer_as("nobody", "/v3/customers");
    let (_, told) = shop.control("GET", "requests", &serde_json::Value::Null);
    let notes = told["requests"].as_array().unwrap();
    assert_eq!(notes[0]["operation"], "orders.list");
    assert_eq!(notes[0]["status"], 200);
    assert_eq!(notes[0]["applied"], false);
    assert_eq!(notes[1]["token"], serde_json::Value::Null);
    assert_eq!(notes[1]["status"], 401);
}
