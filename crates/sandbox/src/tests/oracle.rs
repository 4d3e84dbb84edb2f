//! Every documented filter of every list, compared with a naive one.
//!
//! The whole list is read and filtered here, by nothing but the fields of its
//! records; the sandbox must answer exactly what is left. What a parameter
//! means is written down once more, on purpose: this file knows nothing of how
//! the sandbox finds its records.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Store;
use recharge_catalog::{self as catalog, Operation};

/// What a parameter asks of a record.
enum Asks {
    /// One of the values at this path (`*` is each item of a list) is given.
    Is(&'static str),
    /// The time at this path is not before.
    From(&'static str),
    /// The time at this path is not after.
    Until(&'static str),
    /// A question with the answers `true` and `false`.
    Whether(fn(&Store, &Value) -> bool),
    /// `true` hides what does not fit, `false` hides nothing.
    Only(fn(&Store, &Value) -> bool),
    /// `true` hides nothing, `false` hides what does not fit.
    Unless(fn(&Store, &Value) -> bool),
}

use Asks::{From, Is, Only, Unless, Until, Whether};

/// Parameters that say how to show, not what.
const SHOW: &[&str] = &["limit", "page", "cursor", "sort_by", "include"];

fn asks(list: &str, parameter: &str) -> Asks {
    match (list, parameter) {
        (_, "created_at_min") => From("created_at"),
        (_, "created_at_max") => Until("created_at"),
        (_, "updated_at_min") => From("updated_at"),
        (_, "updated_at_max") => Until("updated_at"),
        (_, "processed_at_min") => From("processed_at"),
        (_, "processed_at_max") => Until("processed_at"),
        (_, "scheduled_at_min") => From("scheduled_at"),
        (_, "scheduled_at_max") => Until("scheduled_at"),
        (_, "ids") => Is("id"),
        ("charges" | "orders", "customer_id") => Is("customer.id"),
        (_, "customer_id") => Is("customer_id"),
        (_, "address_id" | "address_ids") => Is("address_id"),
        ("discounts", "discount_code") => Is("code"),
        (_, "discount_code") => Is("discounts.*.code"),
        (_, "discount_id") => Is("discounts.*.id"),
        ("bundle_selections", "purchase_item_ids") => Is("purchase_item_id"),
        ("bundle_selections", "bundle_variant_ids") => Is("bundle_variant"),
        (_, "item_external_variant_ids") => Is("items.*.external_variant_id"),
        (_, "item_external_product_ids") => Is("items.*.external_product_id"),
        (_, "purchase_item_id" | "purchase_item_ids") => Is("line_items.*.purchase_item_id"),
        (_, "external_order_id") => Is("external_order_id.ecommerce"),
        ("orders", "external_customer_id") => Is("customer.external_customer_id.ecommerce"),
        (_, "external_customer_id") => Is("external_customer_id.ecommerce"),
        (_, "external_variant_id") => Is("external_variant_id.ecommerce"),
        (_, "external_product_id") => Is("external_product_id.ecommerce"),
        (_, "external_product_ids") => Is("external_product_id"),
        (_, "charge_id") => Is("charge.id"),
        (_, "scheduled_at") => Is("scheduled_at"),
        (_, "verbs") => Is("verb"),
        (_, "origin") => Is("source.origin"),
        ("addresses", "is_active") => Whether(has_active_subscription),
        ("orders", "has_external_order") => {
            Whether(|_, order| !order["external_order_id"]["ecommerce"].is_null())
        }
        ("onetimes", "include_cancelled") => Unless(|_, onetime| onetime["is_cancelled"] == false),
        ("bundle_selections", "active_purchase_items") => Only(is_of_active_item),
        (
            _,
            "email" | "hash" | "value_type" | "status" | "type" | "title" | "collection_id"
            | "object_type" | "object_id" | "namespace" | "owner_id" | "owner_resource",
        ) => Is(Box::leak(parameter.to_owned().into_boxed_str())),
        _ => panic!("{list}: what does {parameter} ask?"),
    }
}

fn has_active_subscription(store: &Store, address: &Value) -> bool {
    all(store, "/subscriptions", "subscriptions", "")
        .iter()
        .any(|one| one["address_id"] == address["id"] && one["status"] == "active")
}

fn is_of_active_item(store: &Store, selection: &Value) -> bool {
    let item = &selection["purchase_item_id"];
    let (status, found) = store.ask("GET", &format!("/subscriptions/{item}"), &Value::Null);
    if status == 200 {
        return found["subscription"]["status"] == "active";
    }
    store
        .ask("GET", &format!("/onetimes/{item}"), &Value::Null)
        .0
        == 200
}

/// The demo store, with what its seed leaves out.
fn peopled() -> Store {
    let store = Store::demo();
    let (customer, address, subscription) = store.subscriber("2026-12-09");
    let discount = store.post(
        "/discounts",
        &json!({"code": "ORACLE", "value": "5", "value_type": "fixed_amount"}),
    );
    let carried = json!({"discounts": [{"id": discount["discount"]["id"]}]});
    store.put(&super::of("addresses", &address), &carried);
    store.put(
        &super::of("subscriptions", &subscription),
        &json!({"quantity": 3}),
    );
    let path = super::of("subscriptions", &store.subscription(&address, "2026-12-10"));
    store.post(
        &format!("{path}/cancel"),
        &json!({"cancellation_reason": "other reason"}),
    );
    for kept in [true, false] {
        let one = store.post(
            "/onetimes",
            &json!({
                "address_id": address["id"], "next_charge_scheduled_at": "2026-12-17",
                "price": "6.00", "product_title": "Shirt", "quantity": 1,
                "external_variant_id": {"ecommerce": if kept { "3844892483" } else { "99" }},
            }),
        );
        if !kept {
            store.delete(&super::of("onetimes", &one["onetime"]));
        }
    }
    let second = store.address(&customer);
    let other = store.subscription(&second, "2026-12-11");
    for (item, variant) in [(&subscription, "1"), (&other, "2")] {
        store.post(
            "/bundle_selections",
            &json!({"purchase_item_id": item["id"], "items": [{
                "collection_id": "2", "collection_source": "shopify", "quantity": 1,
                "external_product_id": format!("7{variant}"),
                "external_variant_id": format!("8{variant}"),
            }]}),
        );
    }
    store.delete(&super::of("subscriptions", &other));
    store.post(
        "/checkouts/efd5a6b12b984f439ec16ce2a00fb5c3/process",
        &json!({"payment_processor": "stripe", "payment_token": "tok_visa"}),
    );
    for kind in [
        ("customer", &customer),
        ("address", &address),
        ("address", &second),
    ] {
        for namespace in ["one", "two"] {
            store.post(
                "/metafields",
                &json!({"metafield": {"key": "k", "namespace": namespace, "value": "v",
                    "owner_id": kind.1["id"], "owner_resource": kind.0, "value_type": "string"}}),
            );
        }
    }
    store
}

/// The whole of a list, by its cursors.
fn all(store: &Store, path: &str, key: &str, query: &str) -> Vec<Value> {
    let mut page = store.get(&format!("{path}?limit=250{query}"));
    let mut found = page[key].as_array().unwrap().clone();
    while let Some(cursor) = page["next_cursor"].as_str() {
        page = store.get(&format!("{path}?limit=250&cursor={cursor}"));
        found.extend(page[key].as_array().unwrap().clone());
    }
    found
}

/// The values at a path of a record, `*` being each item of a list.
fn at<'a>(record: &'a Value, path: &str) -> Vec<&'a Value> {
    path.split('.').fold(vec![record], |here, part| {
        here.into_iter()
            .flat_map(|value| match (part, value) {
                ("*", Value::Array(items)) => items.iter().collect(),
                _ => value.get(part).into_iter().collect::<Vec<_>>(),
            })
            .collect()
    })
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// A day is its beginning: times of one list are written in one form.
fn time(text: &str) -> String {
    if text.len() == 10 {
        format!("{text}T00:00:00+00:00")
    } else {
        text.to_owned()
    }
}

fn encoded(value: &str) -> String {
    percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// A list of the catalogue, and what must be asked of it in any case.
struct List {
    name: &'static str,
    operation: &'static Operation,
    path: String,
    needed: String,
}

fn lists(store: &Store) -> Vec<List> {
    let mut lists = Vec::new();
    for (resource, operation) in catalog::recharge::API
        .operations()
        .filter(|(_, one)| one.pages())
    {
        let mut path = operation.path.to_owned();
        if let Some(hole) = operation.path_parameters.first() {
            let parent = store.first(&format!("/{}", resource.name), resource.name);
            path = path.replace(&format!("{{{}}}", hole.name), &parent["id"].to_string());
        }
        let kinds: &[&str] = match resource.name {
            "metafields" => &["&owner_resource=customer", "&owner_resource=address"],
            "onetimes" => &["&include_cancelled=true"],
            _ => &[""],
        };
        for needed in kinds {
            lists.push(List {
                name: operation.response.key().unwrap(),
                operation,
                path: path.clone(),
                needed: (*needed).to_owned(),
            });
        }
    }
    lists
}

impl List {
    /// What the list answers to a query, as texts to compare.
    fn answers(&self, store: &Store, query: &str) -> Vec<String> {
        let name = query.split('=').next().unwrap_or_default();
        let needed = if self.needed.contains(name) {
            ""
        } else {
            &self.needed
        };
        let found = all(store, &self.path, self.name, &format!("{needed}&{query}"));
        found.iter().map(Value::to_string).collect()
    }

    /// Holds one parameter against the naive filter; says whether it told
    /// records apart.
    fn hold(&self, store: &Store, whole: &[Value], name: &str, several: bool) -> bool {
        let mut told = false;
        let mut hold = |query: &str, fits: &dyn Fn(&Value) -> bool| {
            let left: Vec<String> = whole
                .iter()
                .filter(|one| fits(one))
                .map(Value::to_string)
                .collect();
            told |= !left.is_empty() && left.len() < whole.len();
            assert_eq!(self.answers(store, query), left, "{}?{query}", self.path);
        };
        match asks(self.name, name) {
            Is(path) => {
                let holds = |one: &Value, wanted: &[&String]| {
                    at(one, path)
                        .iter()
                        .any(|value| wanted.contains(&&plain(value)))
                };
                let values: BTreeSet<String> = whole
                    .iter()
                    .flat_map(|one| at(one, path))
                    .filter(|value| !value.is_null())
                    .map(plain)
                    .collect();
                let values: Vec<&String> = values.iter().step_by(values.len() / 4 + 1).collect();
                for value in &values {
                    hold(&format!("{name}={}", encoded(value)), &|one| {
                        holds(one, &[*value])
                    });
                }
                if let (true, [first, .., last]) = (several, &values[..]) {
                    let query = format!("{name}={},{}", encoded(first), encoded(last));
                    hold(&query, &|one| holds(one, &[*first, *last]));
                }
            }
            From(path) | Until(path) => {
                let from = matches!(asks(self.name, name), From(_));
                let mut times: Vec<String> = whole
                    .iter()
                    .flat_map(|one| at(one, path))
                    .filter_map(|value| value.as_str().map(time))
                    .collect();
                times.sort();
                let places = [0, times.len() / 3, times.len().saturating_sub(1)];
                for bound in places.iter().filter_map(|place| times.get(*place)) {
                    hold(&format!("{name}={}", encoded(bound)), &|one| {
                        at(one, path)
                            .iter()
                            .filter_map(|value| value.as_str())
                            .any(|text| {
                                if from {
                                    time(text) >= *bound
                                } else {
                                    time(text) <= *bound
                                }
                            })
                    });
                }
            }
            Whether(fits) => {
                hold(&format!("{name}=true"), &|one| fits(store, one));
                hold(&format!("{name}=false"), &|one| !fits(store, one));
            }
            Only(fits) => {
                hold(&format!("{name}=true"), &|one| fits(store, one));
                hold(&format!("{name}=false"), &|_| true);
            }
            Unless(fits) => {
                hold(&format!("{name}=true"), &|_| true);
                hold(&format!("{name}=false"), &|one| fits(store, one));
            }
        }
        told
    }
}

/// Filters that can tell nothing apart in this store.
const ALL_ALIKE: &[(&str, &str)] = &[
    // Only the API writes here.
    ("events", "origin"),
    // A list must be asked for one kind, and then all are of it.
    ("metafields", "owner_resource"),
];

#[test]
fn every_documented_filter_answers_exactly_what_a_naive_one_leaves() {
    let store = peopled();
    let mut held = 0;
    for list in lists(&store) {
        let whole = all(&store, &list.path, list.name, &list.needed);
        assert!(whole.len() > 1, "{} holds too little", list.path);
        for parameter in list.operation.query {
            if SHOW.contains(&parameter.name) {
                continue;
            }
            let told = list.hold(&store, &whole, parameter.name, parameter.multiple);
            let alike = ALL_ALIKE.contains(&(list.name, parameter.name));
            assert!(
                told || alike,
                "{}: {} tells nothing apart",
                list.path,
                parameter.name
            );
            held += 1;
        }
    }
    assert!(held > 100, "only {held} filters");
}

#[test]
fn every_order_sorts_by_what_it_names_and_equal_ones_by_their_number() {
    let store = peopled();
    for list in lists(&store) {
        let sorts = list
            .operation
            .query
            .iter()
            .find(|one| one.name == "sort_by");
        for sort in sorts.map_or(&[][..], |parameter| parameter.values) {
            let (path, direction) = sort.split_once('-').unwrap();
            let query = format!("{}&sort_by={sort}", list.needed);
            let found = all(&store, &list.path, list.name, &query);
            let mut keys: Vec<(String, u64)> = found
                .iter()
                .map(|one| {
                    (
                        one[path].as_str().unwrap_or("").to_owned(),
                        one["id"].as_u64().unwrap(),
                    )
                })
                .collect();
            if direction == "desc" {
                keys.reverse();
            }
            assert!(keys.is_sorted(), "{} by {sort}: {keys:?}", list.path);
        }
    }
}
