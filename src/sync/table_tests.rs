//! The tables of Recharge, with their names, keys and methods.

use super::*;
use crate::catalog::recharge::FAMILY;

fn table(name: &str) -> SyncTable {
    let mut all = tables(&FAMILY, None).into_iter();
    all.find(|table| table.name == name).unwrap()
}

#[test]
fn tables_have_the_names_keys_and_methods_of_hosted_connectors() {
    let documented = [
        ("addresses", Some("updated_at")),
        ("charges", Some("updated_at")),
        ("collections", None),
        ("customers", Some("updated_at")),
        ("discounts", Some("updated_at")),
        ("metafields_customer", Some("updated_at")),
        ("metafields_store", Some("updated_at")),
        ("metafields_subscription", Some("updated_at")),
        ("onetimes", Some("updated_at")),
        ("orders", Some("updated_at")),
        ("products", Some("updated_at")),
        ("store", None),
        ("subscriptions", Some("updated_at")),
    ];
    for (name, field) in documented {
        let table = table(name);
        assert_eq!((table.key, table.method.field()), ("id", field), "{name}");
    }
}

#[test]
fn tables_beyond_those_are_the_other_lists_of_the_api() {
    let names: Vec<String> = tables(&FAMILY, None)
        .into_iter()
        .map(|table| table.name)
        .collect();
    for name in [
        "accounts",
        "bundle_selections",
        "collection_products",
        "credit_accounts",
        "credit_adjustments",
        "events",
        "metafields_address",
        "metafields_charge",
        "metafields_order",
        "payment_methods",
        "plans",
        "retention_strategies",
        "webhooks",
    ] {
        assert!(names.iter().any(|known| known == name), "{name}");
    }
    for name in ["async_batches", "token_information", "metafields"] {
        assert!(!names.iter().any(|known| known == name), "{name}");
    }
    let mut unique = names.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), names.len());
}

#[test]
fn products_are_read_in_the_older_version_unless_another_is_asked_for() {
    assert_eq!(table("products").api.version, "2021-01");
    assert_eq!(
        table("products").method,
        ReadMethod::NewestFirst {
            field: "updated_at"
        }
    );
    let newest = tables(&FAMILY, Some("2021-11"));
    let products = newest
        .iter()
        .find(|table| table.name == "products")
        .unwrap();
    assert_eq!(products.api.version, "2021-11");
    assert_eq!(products.key, "external_product_id");
    assert_eq!(products.method, ReadMethod::Whole);
}

#[test]
fn methods_follow_from_the_filters_and_orders_of_a_list() {
    assert_eq!(
        table("charges").method,
        ReadMethod::Ascending {
            field: "updated_at",
            since: "updated_at_min",
            until: Some("updated_at_max"),
        }
    );
    assert_eq!(
        table("metafields_order").method,
        ReadMethod::NewestFirst {
            field: "updated_at"
        }
    );
    assert_eq!(
        table("events").method,
        ReadMethod::Since {
            field: "created_at",
            since: "created_at_min",
        }
    );
    assert_eq!(table("collections").method, ReadMethod::Whole);
}

#[test]
fn charges_and_subscriptions_keep_their_history() {
    let kept: Vec<Option<String>> = tables(&FAMILY, None)
        .iter()
        .filter(|table| table.keeps_history)
        .map(SyncTable::history_name)
        .collect();
    let names = ["charges_history", "subscriptions_history"];
    assert_eq!(kept, names.map(|name| Some(name.to_owned())));
}
