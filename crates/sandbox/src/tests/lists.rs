//! Lists: pages forward and backward, sorts, filters, includes, cursors.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::seed::Seed;

use super::{Store, clock, present};
use crate::Sandbox;
use crate::State;
use recharge_catalog as catalog;

fn records(page: &Value, key: &str) -> Vec<Value> {
    page[key]
        .as_array()
        .unwrap_or_else(|| panic!("no {key}: {page}"))
        .clone()
}

/// Every list of the catalogue: its path, its key, and its sort orders.
/// A list that must be asked for one kind is asked for it beside the order.
fn all_lists(store: &Store) -> Vec<(String, &'static str, Vec<String>)> {
    catalog::recharge::API
        .operations()
        .filter(|(_, operation)| operation.pages())
        .map(|(resource, operation)| {
            let mut path = operation.path.to_owned();
            if let Some(hole) = operation.path_parameters.first() {
                let parent = store.first(&format!("/{}", resource.name), resource.name);
                path = path.replace(&format!("{{{}}}", hole.name), &parent["id"].to_string());
            }
            let sorts = operation
                .query
                .iter()
                .find(|parameter| parameter.name == "sort_by");
            let sorts = sorts.map_or(&[""][..], |parameter| parameter.values);
            let needed = operation
                .query
                .iter()
                .filter(|parameter| parameter.required);
            let needed: Vec<String> = needed
                .map(|parameter| format!("&{}={}", parameter.name, parameter.values[3]))
                .collect();
            let needed = needed.concat();
            let sorts = sorts.iter().map(|sort| format!("{sort}{needed}")).collect();
            (path, operation.response.key().unwrap(), sorts)
        })
        .collect()
}

#[test]
fn paging_forward_and_backward_visits_each_record_once_in_every_list_and_sort() {
    let store = Store::demo();
    for (path, key, sorts) in all_lists(&store) {
        for sort in sorts {
            let sort = if sort.is_empty() {
                String::new()
            } else {
                format!("&sort_by={sort}")
            };
            let whole = records(&store.get(&format!("{path}?limit=250{sort}")), key);
            let (forward, last) = walk(&store, &path, key, &sort);
            assert_eq!(
                forward.len(),
                store_size(&store, &path, key, &sort),
                "{path}{sort}"
            );
            assert_eq!(forward[..whole.len()], whole, "{path}{sort}");
            let backward = walk_back(&store, &path, key, &last);
            let start = forward.len() - records(&last, key).len();
            assert_eq!(backward, forward[..start], "{path}{sort} backwards");
        }
    }
}

fn store_size(store: &Store, path: &str, key: &str, sort: &str) -> usize {
    let mut size = 0;
    for page in 1.. {
        let found = records(
            &store.get(&format!("{path}?limit=250&page={page}{sort}")),
            key,
        )
        .len();
        size += found;
        if found < 250 {
            break;
        }
    }
    size
}

/// Everything from the first page on, and the last page.
fn walk(store: &Store, path: &str, key: &str, sort: &str) -> (Vec<Value>, Value) {
    let mut page = store.get(&format!("{path}?limit=7{sort}"));
    assert_eq!(page["previous_cursor"], Value::Null);
    let mut all = records(&page, key);
    while let Some(cursor) = page["next_cursor"].as_str() {
        page = store.get(&format!("{path}?limit=7&cursor={cursor}"));
        all.extend(records(&page, key));
    }
    (all, page)
}

fn walk_back(store: &Store, path: &str, key: &str, last: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    let mut page = last.clone();
    while let Some(cursor) = page["previous_cursor"].as_str() {
        page = store.get(&format!("{path}?limit=7&cursor={cursor}"));
        all.splice(0..0, records(&page, key));
    }
    all
}

#[test]
fn sorts_sort() {
    let store = Store::demo();
    let page = store.get("/charges?sort_by=scheduled_at-desc&limit=250");
    let days: Vec<String> = records(&page, "charges")
        .iter()
        .map(|one| one["scheduled_at"].as_str().unwrap().to_owned())
        .collect();
    assert!(days.len() > 50);
    assert!(days.is_sorted_by(|one, other| one >= other), "{days:?}");
}

#[test]
fn filters_filter_and_travel_inside_the_cursor() {
    let store = Store::demo();
    let all = records(&store.get("/subscriptions?limit=250"), "subscriptions");
    let cancelled = all
        .iter()
        .filter(|one| one["status"] == "cancelled")
        .count();
    assert!(cancelled > 2);
    let mut page = store.get("/subscriptions?status=cancelled&limit=2");
    let mut seen = records(&page, "subscriptions");
    while let Some(cursor) = page["next_cursor"].as_str() {
        page = store.get(&format!("/subscriptions?limit=2&cursor={cursor}"));
        seen.extend(records(&page, "subscriptions"));
    }
    assert_eq!(seen.len(), cancelled);
    assert!(seen.iter().all(|one| one["status"] == "cancelled"));
}

#[test]
fn documented_filters_find_what_they_name() {
    let store = Store::demo();
    let charge = store.first("/charges?status=queued", "charges");
    let order = store.first("/orders?status=success", "orders");
    let customer = store.first("/customers", "customers");
    let one = store.first("/subscriptions?status=active", "subscriptions");
    let item = charge["line_items"][0]["purchase_item_id"].clone();
    let named = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    let owner = &store.first("/metafields?owner_resource=subscription", "metafields")["owner_id"];
    let cases = [
        (
            "charges",
            format!("customer_id={}", charge["customer"]["id"]),
        ),
        ("charges", format!("address_id={}", charge["address_id"])),
        ("charges", format!("purchase_item_id={item}")),
        ("charges", format!("ids={},5", charge["id"])),
        (
            "charges",
            format!("scheduled_at={}", named(&charge["scheduled_at"])),
        ),
        ("charges", "status=queued,error".to_owned()),
        ("charges", "discount_code=WELCOME10".to_owned()),
        ("orders", format!("charge_id={}", order["charge"]["id"])),
        (
            "orders",
            format!(
                "external_order_id={}",
                named(&order["external_order_id"]["ecommerce"])
            ),
        ),
        ("orders", "has_external_order=true".to_owned()),
        (
            "customers",
            format!("email={}", named(&customer["email"]).replace('@', "%40")),
        ),
        ("customers", format!("hash={}", named(&customer["hash"]))),
        (
            "customers",
            format!(
                "external_customer_id={}",
                named(&customer["external_customer_id"]["ecommerce"])
            ),
        ),
        (
            "subscriptions",
            format!("address_ids={}", one["address_id"]),
        ),
        (
            "subscriptions",
            format!(
                "external_variant_id={}",
                named(&one["external_variant_id"]["ecommerce"])
            ),
        ),
        ("addresses", "is_active=true".to_owned()),
        ("plans", "external_product_id=2103271587891".to_owned()),
        (
            "products",
            "external_product_ids=2103271587891,1".to_owned(),
        ),
        ("discounts", "discount_code=welcome10".to_owned()),
        (
            "metafields",
            format!("owner_resource=subscription&owner_id={owner}"),
        ),
        ("bundle_selections", "active_purchase_items=true".to_owned()),
        ("onetimes", "include_cancelled=true".to_owned()),
        ("collections", "title=Bathroom".to_owned()),
    ];
    for (list, query) in cases {
        let all = query
            .split('&')
            .find(|pair| pair.starts_with("owner_resource"));
        let all = all.unwrap_or_default();
        let whole = records(&store.get(&format!("/{list}?limit=250&{all}")), list).len();
        let found = records(&store.get(&format!("/{list}?limit=250&{query}")), list).len();
        assert!(found > 0, "{list}?{query} finds nothing");
        assert!(
            found < whole || list == "onetimes",
            "{list}?{query} finds everything"
        );
    }
    let shown = records(&store.get("/onetimes?limit=250"), "onetimes");
    assert!(shown.iter().all(|one| one["is_cancelled"] == false));
}

#[test]
fn windows_cut_by_time() {
    let store = Store::demo();
    let recent = records(
        &store.get("/customers?created_at_min=2026-10-01&limit=250"),
        "customers",
    );
    let early = records(
        &store.get("/customers?created_at_max=2026-10-01&limit=250"),
        "customers",
    );
    assert!(!recent.is_empty() && !early.is_empty());
    assert_eq!(recent.len() + early.len(), 60);
    let said = store.refused("GET", "/customers?updated_at_max=test", &Value::Null);
    let message = "Invalid date: test. Must be a valid ISO-8601 datetime string";
    assert_eq!(said, json!({"updated_at_max": [message]}));
}

#[test]
fn wrong_questions_are_refused() {
    let store = Store::demo();
    for query in [
        "limit=251",
        "limit=0",
        "limit=x",
        "ids=a,b",
        "status=asleep",
        "sort_by=price-asc",
        "page=101",
    ] {
        store.refused("GET", &format!("/subscriptions?{query}"), &Value::Null);
    }
    let cursor = store.get("/subscriptions?limit=2")["next_cursor"]
        .as_str()
        .unwrap()
        .to_owned();
    let beside = store.refused(
        "GET",
        &format!("/subscriptions?cursor={cursor}&status=active"),
        &Value::Null,
    );
    assert!(beside["cursor"].is_array(), "{beside}");
    let wrong = json!({"cursor": ["Invalid value"]});
    assert_eq!(
        store.refused("GET", "/subscriptions?cursor=nonsense", &Value::Null),
        wrong
    );
    assert_eq!(
        store.refused("GET", &format!("/charges?cursor={cursor}"), &Value::Null),
        wrong
    );
}

#[test]
fn includes_put_related_objects_into_each_record() {
    let store = Store::demo();
    let page = store.get("/subscriptions?include=customer,address,metafields,bundle_selections,bundle_product,charge_activities&limit=250");
    for one in records(&page, "subscriptions") {
        let included = &one["include"];
        assert_eq!(included["customer"]["id"], one["customer_id"]);
        assert_eq!(included["address"]["id"], one["address_id"]);
        assert!(included["metafields"].is_array() && included["charge_activities"].is_array());
    }
    let customer = store.first(
        "/customers?include=addresses,payment_methods,subscriptions",
        "customers",
    );
    let included = &customer["include"];
    assert_eq!(included["addresses"][0]["customer_id"], customer["id"]);
    assert_eq!(included["payment_methods"][0]["default"], true);
    assert_eq!(included["payment_methods"][0]["include"], json!({}));
    let charge = store.first("/charges?include=customer", "charges");
    let customer = &charge["include"]["customer"];
    assert!(customer["subscriptions_total_count"].is_number());
    assert!(charge["customer"]["subscriptions_total_count"].is_null());
    store.refused("GET", "/subscriptions?include=moon", &Value::Null);
}

#[test]
fn two_stores_of_one_seed_are_the_same_and_what_they_hold_is_whole() {
    let again = State::seeded(&Seed::demo(), present());
    let (one, other) = (Store::demo(), Store(Sandbox::new(again, clock())));
    let text = |store: &Store| {
        let mut out = Vec::new();
        store
            .0
            .with_state(|state| state.to_json_writer(&mut out))
            .unwrap();
        String::from_utf8(out).unwrap()
    };
    assert_eq!(text(&one), text(&other));
    let ids = |list: &str| -> BTreeSet<String> {
        let mut page = one.get(&format!("/{list}?limit=250"));
        let mut all = records(&page, list);
        while let Some(cursor) = page["next_cursor"].as_str() {
            page = one.get(&format!("/{list}?limit=250&cursor={cursor}"));
            all.extend(records(&page, list));
        }
        all.iter().map(|record| record["id"].to_string()).collect()
    };
    let (customers, addresses, items) = (ids("customers"), ids("addresses"), ids("subscriptions"));
    assert!(
        (80..160).contains(&items.len()),
        "{} subscriptions",
        items.len()
    );
    for charge in records(&one.get("/charges?limit=250"), "charges") {
        assert!(customers.contains(&charge["customer"]["id"].to_string()));
        assert!(addresses.contains(&charge["address_id"].to_string()));
    }
}

#[test]
fn a_seeded_queue_is_what_the_rules_would_make_of_it() {
    let store = Store::demo();
    let before = records(
        &store.get("/charges?status=queued,error&limit=250"),
        "charges",
    );
    store.0.with_state(|state| {
        for id in state
            .table(crate::storage::tables::TableName::Addresses)
            .ids(..)
            .collect::<Vec<_>>()
        {
            crate::rules::queue::refresh(state, id, super::present());
        }
        for id in state
            .table(crate::storage::tables::TableName::Customers)
            .ids(..)
            .collect::<Vec<_>>()
        {
            crate::rules::recount(state, id);
        }
        let told: Vec<String> = state
            .journal
            .iter()
            .map(|change| format!("{:?} {}", change.table, change.verb))
            .collect();
        assert_eq!(told, Vec::<String>::new());
    });
    let after = records(
        &store.get("/charges?status=queued,error&limit=250"),
        "charges",
    );
    assert_eq!(before, after);
}

#[test]
fn the_demo_store_has_the_same_people_and_items_on_every_day() {
    let listed = |days: i64| {
        let now = present() + jiff::SignedDuration::from_hours(24 * days);
        let clock: crate::Now = std::sync::Arc::new(move || now);
        let store = Store(Sandbox::new(State::seeded(&Seed::demo(), now), clock));
        ["customers", "subscriptions", "discounts", "products"].map(|list| {
            let page = store.get(&format!("/{list}?limit=250"));
            let key = if list == "products" {
                "external_product_id"
            } else {
                "id"
            };
            let ids = records(&page, list);
            ids.iter()
                .map(|record| (record[key].to_string(), record["status"].clone()))
                .collect::<Vec<_>>()
        })
    };
    let today = listed(0);
    for days in [1, 17, 400] {
        assert_eq!(listed(days), today, "{days} days later");
    }
}
