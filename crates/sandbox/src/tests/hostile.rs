//! Whatever is sent, the answer is a success or a refusal, never a breakdown.

use serde_json::{Value, json};

use super::Store;
use super::call;
use recharge_catalog as catalog;

/// Values that no parameter expects in all its kinds.
fn oddities() -> [Value; 9] {
    [
        Value::Null,
        json!(-1),
        json!(i64::MAX),
        json!("9999-12-31"),
        json!("\u{1}'\"\\ 💥"),
        json!([]),
        json!([null, {}, [1], "x"]),
        json!({"id": -5, "ecommerce": [], "price": "x"}),
        json!(0.1),
    ]
}

#[test]
fn odd_bodies_are_refused_or_taken_but_break_nothing() {
    for (resource, operation) in catalog::recharge::API.operations() {
        let id = format!("{}.{}", resource.name, operation.verb);
        let store = Store::demo();
        let call = call(&store, &id);
        for parameter in operation.body {
            for value in oddities() {
                let mut body = call.body.clone();
                let fields = match operation.wrapper {
                    Some(key) => &mut body[key],
                    None => &mut body,
                };
                fields[parameter.name] = value;
                let (status, answer) = store.ask(operation.method.name(), &call.path, &body);
                assert!(status < 500, "{id} {body}: {status} {answer}");
            }
        }
    }
}

#[test]
fn odd_queries_are_refused_or_taken_but_break_nothing() {
    let values = [
        "",
        ",",
        "-1",
        "99999999999999999999",
        "%FF%00",
        "9999-12-31",
        "true",
        "id-desc",
    ];
    let store = Store::demo();
    for (resource, operation) in catalog::recharge::API.operations() {
        let id = format!("{}.{}", resource.name, operation.verb);
        if operation.method.name() != "GET" {
            continue;
        }
        let path = call(&store, &id).path;
        for parameter in operation.query {
            for value in values {
                let joined = if path.contains('?') { "&" } else { "?" };
                let path = format!("{path}{joined}{}={value}", parameter.name);
                let (status, answer) = store.ask("GET", &path, &Value::Null);
                assert!(status < 500, "{path}: {status} {answer}");
            }
        }
    }
}

#[test]
fn absurd_quantities_of_heavy_things_break_nothing() {
    let store = Store::demo();
    let (_, address, _) = store.subscriber("2026-12-01");
    let body = json!({"address_id": address["id"], "quantity": i64::MAX, "plan_id": null,
        "next_charge_scheduled_at": "2026-12-01", "charge_interval_frequency": 1000,
        "order_interval_frequency": 1, "order_interval_unit": "month",
        "external_variant_id": {"ecommerce": "18261278883891"}});
    let (status, answer) = store.ask("POST", "/subscriptions", &body);
    assert!(status < 500, "{status} {answer}");
    let charge = store.charges_of(&address, "queued")[0].clone();
    let (status, answer) = store.ask(
        "POST",
        &(super::of("charges", &charge) + "/process"),
        &json!({}),
    );
    assert!(status < 500, "{status} {answer}");
}

#[test]
fn bodies_nested_without_end_are_refused_and_leave_the_store_readable() {
    let store = Store::demo();
    let nested = |levels: usize| (0..levels).fold(json!(1), |inner, _| json!([inner]));
    let address = store.first("/addresses", "addresses");
    let path = super::of("addresses", &address);
    for levels in [1, 63, 64, 65, 100, 120] {
        let body = json!({"shipping_lines_override": [nested(levels)]});
        let (status, answer) = store.ask("PUT", &path, &body);
        assert!(status < 500, "{levels}: {status} {answer}");
        store.get("/events?include=x&object_type=address");
        store.get(&format!(
            "/charges?include=charge_activities&address_id={}",
            address["id"]
        ));
    }
}
