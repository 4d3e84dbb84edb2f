//! Edits beside the API.

use serde_json::{Value, json};

use super::{Edit, TestShop};

#[test]
fn thousand_rows_of_one_second_are_touched_at_once() {
    let shop = TestShop::demo();
    let (status, done) = shop.control(
        "POST",
        "records/customers/touch",
        &json!({"at": "2026-11-20T11:00:00Z"}),
    );
    assert_eq!((status, &done["touched"]), (200, &json!(60)), "{done}");
    let since =
        "/v3/customers?date_modified:min=2026-11-20T11:00:00Z&sort=date_modified:asc&limit=250";
    let rows = shop.rows(since);
    assert_eq!(rows.len(), 60);
    assert!(
        rows.iter()
            .all(|row| row["date_modified"] == "2026-11-20T11:00:00Z")
    );
}

#[test]
fn change_moves_the_time_of_the_last_change_unless_it_states_one() {
    let shop = TestShop::demo();
    let order = shop.ids("/v2/orders?limit=1")[0];
    let path = format!("records/orders/{order}");
    let (status, _) = shop.control("PATCH", &path, &json!({"staff_notes": "call first"}));
    assert_eq!(status, 200);
    let shown = shop.get(&format!("/v2/orders/{order}"));
    assert_eq!(shown["staff_notes"], "call first");
    assert_eq!(shown["date_modified"], "Fri, 20 Nov 2026 12:00:00 +0000");
    let stated = json!({"date_modified": "2026-11-19T07:00:00Z"});
    assert_eq!(shop.control("PATCH", &path, &stated).0, 200);
    let newest = shop.ids(
        "/v2/orders?min_date_modified=2026-11-19T07:00:00Z&max_date_modified=2026-11-19T07:00:00Z",
    );
    assert_eq!(newest, [order]);
}

#[test]
fn lines_of_an_order_change_with_it() {
    let shop = TestShop::demo();
    let order = shop.ids("/v2/orders?limit=1")[0];
    let path = format!("/v2/orders/{order}/products");
    let before = shop.rows(&path);
    let lines = json!({"products": [{"id": before[0]["id"], "quantity": 9}, {"sku": "NEW"}]});
    assert_eq!(
        shop.control("PATCH", &format!("records/orders/{order}"), &lines)
            .0,
        200
    );
    let after = shop.rows(&path);
    assert_eq!(after.len(), 2);
    assert_eq!(
        (&after[0]["id"], &after[0]["quantity"]),
        (&before[0]["id"], &json!(9))
    );
    assert_eq!(
        (&after[1]["sku"], &after[1]["order_id"]),
        (&json!("NEW"), &json!(order))
    );
    assert_ne!(after[1]["id"], before[0]["id"]);
}

#[test]
fn removed_records_are_gone_and_new_ones_are_whole() {
    let shop = TestShop::demo();
    for (resource, list) in [
        ("customers", "/v3/customers?limit=250"),
        ("products", "/v3/catalog/products?limit=250"),
        ("orders", "/v2/orders?limit=250"),
        ("coupons", "/v2/coupons?limit=250"),
        ("product_variants", "/v3/catalog/variants?limit=250"),
        (
            "order_refunds",
            "/v3/orders/payment_actions/refunds?limit=250",
        ),
    ] {
        let before = shop.ids(list);
        let first = before[0];
        let path = format!("records/{resource}/{first}");
        assert_eq!(
            shop.control("DELETE", &path, &Value::Null).0,
            200,
            "{resource}"
        );
        assert_eq!(
            shop.control("DELETE", &path, &Value::Null).0,
            422,
            "{resource}"
        );
        let (status, made) = shop.control("POST", &format!("records/{resource}"), &json!({}));
        assert_eq!(status, 200, "{resource}: {made}");
        let after = shop.ids(list);
        let new = made["id"].as_u64().unwrap();
        assert!(!after.contains(&first), "{resource}");
        assert!(!before.contains(&new) && after.contains(&new), "{resource}");
    }
}

#[test]
fn edits_that_make_no_sense_are_refused_and_change_nothing() {
    let shop = TestShop::demo();
    let order = shop.ids("/v2/orders?limit=1")[0];
    let before = shop.get(&format!("/v2/orders/{order}"));
    let path = format!("records/orders/{order}");
    for (method, path, body, status) in [
        ("PATCH", path.as_str(), json!({"id": 3}), 422),
        ("PATCH", &path, json!({"date_modified": "yesterday"}), 422),
        ("PATCH", &path, json!({"products": [7]}), 422),
        ("PATCH", &path, json!([1]), 422),
        ("PATCH", "records/orders/1", json!({}), 422),
        ("PATCH", "records/refunds/1", json!({}), 422),
        ("POST", "records/coupons/touch", json!({}), 422),
        (
            "POST",
            "records/orders/touch",
            json!({"ids": [order, 1]}),
            422,
        ),
        ("PUT", &path, json!({}), 404),
        ("POST", "records/orders/1/2", json!({}), 404),
    ] {
        let (got, told) = shop.control(method, path, &body);
        assert_eq!(got, status, "{method} {path} {body}: {told}");
    }
    assert_eq!(shop.get(&format!("/v2/orders/{order}")), before);
}

#[test]
fn records_of_recharge_are_edited_by_its_own_writes() {
    let store = crate::testing::Store::demo();
    let edit = Edit::Remove {
        resource: "orders".to_owned(),
        id: 1,
    };
    let error = store.0.edit(&edit).unwrap_err();
    assert!(error.contains("the writes of its API"), "{error}");
}
