//! The store in files, and its likeness to that of Recharge.

use serde_json::json;

use super::{TOKEN, TestShop, request, told};
use crate::data::DataFile;
use crate::file::SandboxFile;
use crate::seed::Seed;
use crate::storage::tables::{TABLES, TableName};
use crate::testing::{clock, present};
use crate::values::record;
use crate::{Platform, Sandbox, State};

#[test]
fn both_platforms_have_the_same_customers_and_orders() {
    let seed = Seed {
        customers: 90,
        seed: 5,
    };
    let shop = State::seeded_as(Platform::Bigcommerce, &seed, present());
    let recharge = State::seeded(&seed, present());
    for (own, other) in [
        (TableName::BigcommerceCustomers, TableName::Customers),
        (TableName::BigcommerceOrders, TableName::Orders),
    ] {
        assert!(shop.table(own).ids(..).eq(recharge.table(other).ids(..)));
    }
    let orders = shop.table(TableName::BigcommerceOrders);
    for id in orders.ids(..) {
        let (here, there) = (
            orders.get(id).unwrap(),
            recharge.get(TableName::Orders, id).unwrap(),
        );
        let total = |text: &str| text.parse::<f64>().unwrap();
        let (one, other) = (
            record::text(&here, "total_inc_tax"),
            record::text(&there, "total_price"),
        );
        assert!((total(one) - total(other)).abs() < 0.001, "order {id}");
    }
}

#[test]
fn made_records_are_found_by_their_own_times() {
    let seed = Seed {
        customers: 400,
        seed: 3,
    };
    let shop = State::seeded_as(Platform::Bigcommerce, &seed, present());
    for (name, shape) in TABLES
        .iter()
        .filter(|(name, _)| name.platform() == Platform::Bigcommerce)
    {
        let table = shop.table(*name);
        assert!(table.len() > 0, "{name:?}");
        for id in table.ids(..) {
            let stored = table.get(id).unwrap();
            let mut text = String::new();
            table.write_text(id, &mut text);
            assert_eq!(text, serde_json::to_string(&stored).unwrap());
            for (place, path) in shape.times.iter().enumerate() {
                let stated = crate::values::time::parse(record::text(&stored, path));
                let seconds = stated.map(jiff::Timestamp::as_second);
                assert_eq!(
                    Some(table.seconds(place, id)),
                    seconds,
                    "{name:?} {id} {path}"
                );
            }
        }
    }
}

#[test]
fn dumped_store_is_the_same_when_it_is_loaded() {
    let shop = TestShop::demo();
    shop.touch("orders", 7, "2026-11-20T11:00:00Z");
    let mut dump = Vec::new();
    shop.0
        .with_state(|state| state.to_json_writer(&mut dump))
        .unwrap();
    let state = State::from_json_reader(&mut dump.as_slice()).unwrap();
    assert_eq!(state.platform(), Platform::Bigcommerce);
    let loaded = TestShop(Sandbox::new(state, clock()));
    for path in [
        "/v2/orders?limit=250&sort=date_modified:desc",
        "/v3/catalog/products?limit=250",
    ] {
        assert_eq!(loaded.get(path), shop.get(path), "{path}");
    }
    // A sandbox that serves the one platform does not become the other.
    let text: serde_json::Value = serde_json::from_slice(&dump).unwrap();
    let recharge = crate::testing::Store::demo();
    let asked = http::Request::put("/_sandbox/store")
        .body(text.to_string().into())
        .unwrap();
    let (status, refused) = told(&recharge.0.control(&asked));
    assert_eq!(status, 422, "{refused}");
}

#[test]
fn edits_are_kept_in_the_file_of_one_shot_commands() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.json");
    let open = || SandboxFile::of(Platform::Bigcommerce, &path, clock()).unwrap();
    let ask = |path: &str| {
        let reply = open().receive(&request(TOKEN, "sandbox", path)).unwrap();
        told(&reply.into_answer())
    };
    let id = ask("/v2/orders?limit=1").1[0]["id"].as_u64().unwrap();
    let edit = http::Request::patch(format!("/_sandbox/records/orders/{id}"))
        .body(json!({"staff_notes": "kept"}).to_string().into())
        .unwrap();
    assert_eq!(open().control(&edit).unwrap().status(), 200);
    assert_eq!(ask(&format!("/v2/orders/{id}")).1["staff_notes"], "kept");
    assert_eq!(ask("/v3/customers").1["meta"]["pagination"]["total"], 60);
    assert!(
        std::fs::metadata(&path).unwrap().len() < 200_000,
        "only what was changed"
    );
    let error = SandboxFile::open(&path, clock()).unwrap_err();
    assert!(error.to_string().contains("bigcommerce"), "{error}");
    SandboxFile::reset_as(Platform::Bigcommerce, &path, &Seed::demo(), &clock()).unwrap();
    assert_eq!(ask(&format!("/v2/orders/{id}")).1["staff_notes"], "");
}

#[test]
fn edits_are_kept_in_a_data_file_that_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.json");
    let made = || State::seeded_as(Platform::Bigcommerce, &Seed::demo(), present());
    let open = || {
        let (file, state) = DataFile::open(Platform::Bigcommerce, &path, made).unwrap();
        TestShop(Sandbox::new(state, clock()).kept_in(file))
    };
    let id = {
        let shop = open();
        let id = shop.ids("/v3/customers?limit=1")[0];
        let path = format!("records/customers/{id}");
        assert_eq!(
            shop.control("DELETE", &path, &serde_json::Value::Null).0,
            200
        );
        id
    };
    assert!(!open().ids("/v3/customers?limit=250").contains(&id));
    let error = DataFile::open(Platform::Recharge, &path, made).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("contains a store of bigcommerce"),
        "{error}"
    );
}

#[test]
fn standing_counts_the_objects_of_the_platform_only() {
    let shop = TestShop::demo();
    let (_, standing) = shop.control("GET", "state", &serde_json::Value::Null);
    let counts = standing["counts"].as_object().unwrap();
    let names: Vec<&String> = counts.keys().collect();
    assert_eq!(
        names,
        [
            "coupon",
            "customer",
            "order",
            "product",
            "order_refund",
            "product_variant"
        ]
    );
    assert_eq!(counts["customer"], 60);
    let (status, _) = shop.control("POST", "reset", &json!({"customers": 3}));
    assert_eq!(status, 200);
    assert_eq!(shop.ids("/v3/customers").len(), 3);
}
