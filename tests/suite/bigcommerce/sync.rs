//! `rc sync --from` the second API: its methods, its traps, and what a copy has.

use serde_json::{Value, json};

use super::shop::{HASH, Served, Shop, customer, line, mail_time, order, product};

const T0: &str = "2026-11-01T10:00:00Z";

fn second(number: u64) -> String {
    let start: jiff::Timestamp = T0.parse().unwrap();
    let later = start + jiff::SignedDuration::from_secs(i64::try_from(number).unwrap());
    later.to_string()
}

fn of<'r>(reports: &'r [Value], table: &str) -> &'r Value {
    reports
        .iter()
        .find(|report| report["table"] == table)
        .unwrap()
}

fn small() -> Shop {
    let mut shop = Shop {
        orders: (1..=3).map(|id| order(id, &second(id))).collect(),
        customers: (1..=3).map(|id| customer(id, &second(id))).collect(),
        products: (1..=3).map(|id| product(id, &second(id))).collect(),
        coupons: vec![json!({"id": 4, "code": "TEA", "expires": "", "amount": "5.0000"})],
        refunds: vec![json!({"id": 9, "order_id": 2, "created": second(5), "total_amount": 2.5})],
        variants: vec![json!({"id": 7, "product_id": 1, "price": null})],
        ..Shop::default()
    };
    shop.lines.insert(1, vec![line(11, 1, 2), line(12, 1, 1)]);
    shop.lines.insert(2, vec![line(21, 2, 1)]);
    shop
}

#[test]
fn each_table_is_read_by_the_method_of_its_list() {
    let served = Served::new(small());
    let reports = served.sync("--deletes off");
    for (table, rows) in [
        ("coupons", 1),
        ("customers", 3),
        ("orders", 3),
        ("products", 3),
        ("order_products", 3),
        ("order_refunds", 1),
        ("product_variants", 1),
    ] {
        assert_eq!(of(&reports, table)["state"], "current", "{reports:?}");
        let count = format!("SELECT count(*) FROM {table}");
        assert_eq!(served.value(&count), rows, "{table}");
    }
    let before = served.server.asked(&["GET"]).len();
    served.sync("--deletes off --lookback 0s");
    let asked = served.server.asked(&["GET"])[before..].to_vec();
    let has = |part: &str| {
        let part = format!("/stores/{HASH}{part}");
        assert!(
            asked.iter().any(|line| line.contains(&part)),
            "{part}: {asked:#?}"
        );
    };
    // A minimum always has a time of day.
    has("/v2/coupons?limit=250");
    has("/v2/orders?limit=250&sort=date_modified:asc&min_date_modified=2026-11-01T10:00:03Z");
    has(
        "/v2/orders?limit=250&sort=date_modified:asc&min_date_modified=2026-11-01T10:00:03Z&is_deleted=true",
    );
    has(
        "/v3/customers?include=addresses,attributes,storecredit,formfields&limit=250&sort=date_modified:asc&date_modified:min=2026-11-01T10:00:03Z",
    );
    has(
        "/v3/catalog/products?include=variants,images,custom_fields&limit=250&sort=date_modified&direction=asc&date_modified:min=2026-11-01T10:00:03Z",
    );
    has("/v3/orders/payment_actions/refunds?limit=250&created:min=2026-11-01T10:00:05Z");
    has("/v3/catalog/variants?limit=250");
    // Lines are read of orders that moved, and of no others.
    has("/v2/orders/3/products?limit=250");
    assert!(
        asked
            .iter()
            .all(|line| !line.contains("/orders/1/products"))
    );
}

#[test]
fn values_of_both_generations_are_kept_exactly() {
    let served = Served::new(small());
    let outcome = served.syncing("").succeeds();
    outcome.says("orders has fields without a column; they are stored in _extra: custom_status");
    let order = &served.sql("SELECT * FROM orders WHERE id = 2")[0];
    assert_eq!(order["date_modified"], "2026-11-01T10:00:02Z");
    assert_eq!(order["date_shipped"], Value::Null);
    assert_eq!(order["total_inc_tax"], "12.5000");
    assert_eq!(order["_extra"], r#"{"custom_status":"Packed"}"#);
    let product = &served.sql("SELECT price, variants FROM products WHERE id = 1")[0];
    assert_eq!(product["price"], "4.5");
    assert_eq!(product["variants"], "[]");
}

#[test]
fn a_thousand_rows_of_one_second_at_the_bookmark_are_neither_lost_nor_doubled() {
    let shop = Shop {
        orders: (1..=20).map(|id| order(id, &second(id))).collect(),
        products: (1..=20).map(|id| product(id, &second(id))).collect(),
        ..Shop::default()
    };
    let served = Served::new(shop);
    served.sync("--tables orders,products");
    // An import: all of one second, the one of the bookmark.
    served.change(|shop| {
        shop.orders
            .extend((100..1100).map(|id| order(id, &second(20))));
        shop.products
            .extend((100..1100).map(|id| product(id, &second(20))));
    });
    served.sync("--tables orders,products --lookback 0s");
    for table in ["orders", "products"] {
        let count = format!("SELECT count(*) FROM {table}");
        assert_eq!(served.value(&count), 1020, "{table}");
        let double = format!(
            "SELECT count(*) FROM (SELECT id FROM {table} GROUP BY id HAVING count(*) > 1)"
        );
        assert_eq!(served.value(&double), 0, "{table}");
    }
}

#[test]
fn rows_of_one_second_that_leave_it_while_they_are_read_hide_no_other() {
    for after in 1..12 {
        let mut shop = Shop::default();
        shop.orders = (1..=1000).map(|id| order(id, &second(0))).collect();
        shop.after = Some((after, |shop| {
            for row in &mut shop.orders[..40] {
                row["date_modified"] = json!(mail_time(&second(60)));
            }
        }));
        let served = Served::new(shop);
        served.sync("--tables orders");
        assert_eq!(served.value("SELECT count(*) FROM orders"), 1000, "{after}");
        let late = "SELECT count(*) FROM orders WHERE date_modified = '2026-11-01T10:01:00Z'";
        assert_eq!(served.value(late), 40, "{after}");
    }
}

#[test]
fn rows_that_change_while_a_list_is_read_hide_no_other() {
    let mut shop = Shop {
        customers: (1..=900).map(|id| customer(id, &second(id))).collect(),
        ..Shop::default()
    };
    shop.after = Some((2, |shop| {
        for row in &mut shop.customers[..30] {
            row["date_modified"] = json!(second(5000));
        }
    }));
    let served = Served::new(shop);
    served.sync("--tables customers --deletes off");
    assert_eq!(served.value("SELECT count(*) FROM customers"), 900);
}

#[test]
fn a_date_that_the_api_ignores_is_an_error_that_names_the_row() {
    let served = Served::new(small());
    served.sync("");
    served.change(|shop| shop.ignores_dates = true);
    let outcome = served
        .syncing("--lookback 0s --tables orders,order_refunds")
        .fails(7);
    outcome
        .says("orders: the API ignored the date: rows since 2026-11-01T10:00:03Z were asked for")
        .says("answered with one of 2026-11-01T10:00:01Z");
    let bookmark = "SELECT count(*) FROM orders";
    assert_eq!(served.value(bookmark), 3);
}

#[test]
fn lines_are_stored_with_their_order_or_not_at_all() {
    let mut shop = small();
    shop.refused.insert("/v2/orders/2/products", 500);
    let served = Served::new(shop);
    served.syncing("--tables orders,order_products").fails(7);
    assert_eq!(served.value("SELECT count(*) FROM orders"), 0);
    assert_eq!(served.value("SELECT count(*) FROM order_products"), 0);
    served.change(|shop| shop.refused.clear());
    served.sync("--tables orders,order_products");
    assert_eq!(served.value("SELECT count(*) FROM orders"), 3);
    assert_eq!(served.value("SELECT count(*) FROM order_products"), 3);
}

#[test]
fn lines_that_an_order_no_longer_has_are_marked() {
    let served = Served::new(small());
    served.sync("");
    served.change(|shop| {
        shop.lines.insert(1, vec![line(12, 1, 5), line(13, 1, 1)]);
        shop.orders[0]["date_modified"] = json!(mail_time(&second(900)));
    });
    let reports = served.sync("--lookback 0s");
    assert_eq!(of(&reports, "order_products")["state"], "current");
    let left =
        served.sql("SELECT id, quantity FROM order_products WHERE _deleted_at IS NULL ORDER BY id");
    let left: Vec<u64> = left.iter().map(|row| row["id"].as_u64().unwrap()).collect();
    assert_eq!(left, [12, 13, 21]);
    assert_eq!(
        served.value("SELECT quantity FROM order_products WHERE id = 12"),
        5
    );
}

#[test]
fn lines_that_are_wanted_later_are_read_of_all_orders() {
    let served = Served::new(small());
    served.sync("--tables orders");
    let reports = served.sync("--tables order_products --lookback 0s");
    assert_eq!(of(&reports, "order_products")["rows"], 3);
    assert_eq!(of(&reports, "orders")["state"], "current");
    assert_eq!(served.value("SELECT count(*) FROM order_products"), 3);
}

#[test]
fn archived_orders_are_copied_whether_the_list_shows_them_or_not() {
    for hides in [true, false] {
        let mut shop = small();
        shop.hides_archived = hides;
        let served = Served::new(shop);
        served.sync("");
        served.change(|shop| {
            shop.orders[1]["is_deleted"] = json!(true);
            shop.orders[1]["date_modified"] = json!(mail_time(&second(800)));
            shop.orders[2]["date_modified"] = json!(mail_time(&second(900)));
        });
        served.sync("--lookback 0s");
        let archived = "SELECT id FROM orders WHERE is_deleted = 1";
        assert_eq!(served.value(archived), 2, "{hides}");
    }
}

#[test]
fn products_and_customers_that_vanish_are_marked() {
    let shop = Shop {
        products: (1..=300).map(|id| product(id, &second(id))).collect(),
        customers: (1..=300).map(|id| customer(id, &second(id))).collect(),
        ..Shop::default()
    };
    let served = Served::new(shop);
    served.sync("");
    served.change(|shop| {
        shop.products.remove(9);
        shop.customers.remove(19);
    });
    let reports = served.sync("");
    for (table, id) in [("products", 10), ("customers", 20)] {
        assert_eq!(of(&reports, table)["deleted"], 1, "{reports:?}");
        let gone = format!("SELECT id FROM {table} WHERE _deleted_at IS NOT NULL");
        assert_eq!(served.value(&gone), id);
    }
    assert!(!served.asked("include_fields=id").is_empty());
    // What is missing is looked up by itself before it is marked.
    assert!(!served.asked("id:in=10").is_empty());
}

#[test]
fn a_product_that_a_page_by_number_misses_is_looked_up_and_stays() {
    let shop = Shop {
        products: (1..=600).map(|id| product(id, &second(id))).collect(),
        ..Shop::default()
    };
    let served = Served::new(shop);
    served.sync("--tables products");
    let answered = served.server.asked(&["GET"]).len();
    assert!(answered > 0);
    // One goes while the second list of ids is read: all behind it move up.
    served.change(|shop| {
        let answered = shop.answered;
        shop.after = Some((answered + 2, |shop| {
            shop.products.remove(0);
        }));
    });
    served.sync("--tables products --lookback 0s");
    let gone = "SELECT count(*) FROM products WHERE _deleted_at IS NOT NULL";
    let gone = served.value(gone);
    assert!(gone == 0 || gone == 1, "{gone}");
    let id = "SELECT coalesce(max(id), 1) FROM products WHERE _deleted_at IS NOT NULL";
    assert_eq!(served.value(id), 1);
}

#[test]
fn a_wrong_store_hash_ends_the_run_and_is_named() {
    let served = Served::new(small());
    let to = served.to();
    let line = format!("sync --from bigcommerce --to {to} --store-hash wrong9");
    let outcome = served.rc(&line).fails(3);
    outcome
        .says("there is no store wrong9 (404)")
        .says("check the store hash");
}

#[test]
fn a_table_without_its_scope_is_named_and_the_others_are_copied() {
    let mut shop = small();
    shop.refused.insert("/v2/coupons", 403);
    let served = Served::new(shop);
    let outcome = served.syncing("").fails(7);
    outcome.says("it needs the scope store_v2_marketing_read_only");
    assert_eq!(served.value("SELECT count(*) FROM products"), 3);
    let to = served.to();
    let check = served
        .rc(&format!("sync check --from bigcommerce --to {to}"))
        .fails(8);
    check.says("the token may not read coupons");
}

#[test]
fn a_copy_of_one_store_takes_no_rows_of_another() {
    let served = Served::new(small());
    served.sync("");
    let outcome = served.rc(&format!(
        "sync --from bigcommerce --to {} --base-url {}/stores/other",
        served.to(),
        served.server.url
    ));
    let outcome = outcome.env("BIGCOMMERCE_STORE_HASH", "").fails(2);
    outcome.says(
        "is a copy of bigcommerce store abc123 at 127.0.0.1, and this is bigcommerce store other",
    );
}
