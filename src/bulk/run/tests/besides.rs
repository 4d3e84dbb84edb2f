//! What is read beside objects before a write: of which objects, how much, and
//! what a refusal means.

use bytes::Bytes;
use http::Response;
use serde_json::{Value, json};

use super::stage::stage;
use crate::bulk::run::beside::{self, ValuesById};
use crate::bulk::undo::beside::MOST;
use crate::catalog::recharge::API;
use crate::error::{Kind, Result};

/// What is found beside subscriptions 5 and 6 when the list answers so.
fn found_beside(
    operation: &str,
    status: u16,
    body: &Value,
) -> Result<(ValuesById, Vec<(&'static str, u64)>)> {
    let stage = stage(1);
    let body = Bytes::from(body.to_string());
    stage.before(move |_, _| {
        let response = Response::builder().status(status);
        Some(response.body(body.clone()).unwrap())
    });
    let (client, ids) = (stage.client(), ["5".to_owned(), "6".to_owned()]);
    let (_, operation) = API.operation(operation).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        let found = beside::read(&client, operation, &ids).await?;
        Ok((found, beside::count(&client, operation, &ids).await?))
    })
}

fn charge(day: u64, items: &[u64]) -> Value {
    let items: Vec<Value> = items
        .iter()
        .map(|item| json!({"purchase_item_id": item}))
        .collect();
    json!({
        "id": 100 + day, "scheduled_at": format!("2026-12-{day:02}"), "address_id": 1,
        "discounts": [{"id": 9}], "line_items": items,
    })
}

#[test]
fn records_beside_objects_are_kept_under_the_objects_that_they_name() {
    let charges = json!({"charges": [charge(1, &[5, 6]), charge(2, &[6, 7]), {"id": 3}]});
    let (found, counts) = found_beside("subscriptions.update", 200, &charges).unwrap();
    let kept = |day: &str| json!({"scheduled_at": day, "discounts": [{"id": 9}]});
    let of = |id: &str| Value::Object(found[id].clone());
    assert_eq!(found.len(), 2);
    assert_eq!(
        of("5"),
        json!({"charges.apply_discount": [kept("2026-12-01")]})
    );
    assert_eq!(
        of("6"),
        json!({"charges.apply_discount": [kept("2026-12-01"), kept("2026-12-02")]})
    );
    assert_eq!(counts, [("discounts of queued charges", 2)]);
}

#[test]
fn as_many_records_are_kept_for_an_object_as_are_put_back() {
    let charges: Vec<Value> = (1..=30).map(|day| charge(day, &[5])).collect();
    let charges = json!({ "charges": charges });
    let (found, counts) = found_beside("subscriptions.update", 200, &charges).unwrap();
    let kept = found["5"]["charges.apply_discount"].as_array().unwrap();
    assert_eq!(kept.len(), MOST);
    assert_eq!(counts, [("discounts of queued charges", 30)]);
}

#[test]
fn records_that_the_token_may_not_read_are_left_out_and_other_refusals_are_errors() {
    let name = "subscriptions.update";
    let (found, counts) = found_beside(name, 403, &json!({})).unwrap();
    assert!(found.is_empty());
    assert_eq!(counts, [("discounts of queued charges", 0)]);
    for (status, kind) in [(401, Kind::Access), (400, Kind::Refused)] {
        let error = found_beside(name, status, &json!({})).unwrap_err();
        assert_eq!(error.kind, kind, "{status}");
    }
}
