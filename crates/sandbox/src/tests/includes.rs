//! Every include of every list and object, compared with what the related lists
//! say.

use serde_json::{Value, json};

use super::{Store, of};
use recharge_catalog as catalog;

/// What an include should hold, asked for on its own.
fn expected(store: &Store, resource: &str, record: &Value, include: &str) -> Value {
    let id = &record["id"];
    let customer = match resource {
        "customers" => id,
        "charges" | "orders" => &record["customer"]["id"],
        _ => &record["customer_id"],
    };
    let singular = resource
        .trim_end_matches('s')
        .replace("addresse", "address");
    let listed = |path: String, key: &str| store.get(&path)[key].clone();
    match include {
        "customer" => listed(format!("/customers/{customer}"), "customer"),
        "address" => listed(format!("/addresses/{}", record["address_id"]), "address"),
        "discount" => match record["discounts"][0]["id"].as_u64() {
            Some(discount) => listed(format!("/discounts/{discount}"), "discount"),
            None => Value::Null,
        },
        "metafields" => listed(
            format!("/metafields?owner_resource={singular}&owner_id={id}&sort_by=id-asc"),
            "metafields",
        ),
        "addresses" if resource == "payment_methods" => {
            let all = listed(
                format!("/addresses?customer_id={customer}&sort_by=id-asc"),
                "addresses",
            );
            let paid = all.as_array().unwrap().iter();
            paid.filter(|one| one["payment_method_id"] == *id)
                .cloned()
                .collect()
        }
        "addresses" => listed(
            format!("/addresses?customer_id={customer}&sort_by=id-asc"),
            "addresses",
        ),
        "subscriptions" => listed(
            format!("/subscriptions?{singular}_id={id}&sort_by=id-asc"),
            "subscriptions",
        ),
        "payment_methods" => {
            let mut all = listed(
                format!("/payment_methods?customer_id={customer}"),
                "payment_methods",
            );
            all.as_array_mut().unwrap().reverse();
            all
        }
        "bundle_selections" => listed(
            format!("/bundle_selections?purchase_item_ids={id}&sort_by=id-asc"),
            "bundle_selections",
        ),
        "bundle_product" => {
            let chosen = expected(store, resource, record, "bundle_selections");
            let product = record["external_product_id"]["ecommerce"]
                .as_str()
                .unwrap_or("none");
            let (status, found) = store.ask("GET", &format!("/products/{product}"), &Value::Null);
            if chosen == json!([]) || status != 200 {
                return Value::Null;
            }
            found["product"].clone()
        }
        "charge_activities" => {
            let charges = match resource {
                "charges" => json!([{"id": id}]),
                "addresses" => listed(
                    format!("/charges?address_id={id}&sort_by=id-asc"),
                    "charges",
                ),
                _ => listed(
                    format!("/charges?purchase_item_id={id}&sort_by=id-asc"),
                    "charges",
                ),
            };
            let of_charge = |charge: &Value| {
                let path = format!("/events?object_type=charge&object_id={}", charge["id"]);
                let mut events = listed(path, "events").as_array().unwrap().clone();
                events.reverse();
                events
            };
            charges
                .as_array()
                .unwrap()
                .iter()
                .flat_map(of_charge)
                .collect()
        }
        _ => panic!("{resource}: what is {include}?"),
    }
}

/// The demo store with related objects of every kind.
fn related() -> Store {
    let store = Store::demo();
    let (customer, address, subscription) = store.subscriber("2026-12-09");
    let code = store.first("/discounts?status=enabled", "discounts");
    store.put(
        &of("addresses", &address),
        &json!({"discounts": [{"id": code["id"]}]}),
    );
    let charge = store.charges_of(&address, "queued")[0].clone();
    let order = store.first("/orders", "orders");
    for (kind, owner) in [
        ("address", &address),
        ("customer", &customer),
        ("subscription", &subscription),
        ("order", &order),
        ("charge", &charge),
    ] {
        let field = json!({"key": "k", "namespace": "n", "value": "v", "value_type": "string",
            "owner_id": owner["id"], "owner_resource": kind});
        store.post("/metafields", &json!({"metafield": field}));
    }
    store
}

#[test]
fn every_include_holds_what_the_related_lists_answer() {
    let store = related();
    let mut held = 0;
    for (resource, operation) in catalog::recharge::API.operations() {
        let include = operation.query.iter().find(|one| one.name == "include");
        let Some(include) = include.filter(|_| operation.verb == "list") else {
            continue;
        };
        for value in include.values {
            let key = resource.name;
            let page = store.get(&format!("/{key}?include={value}&limit=250&sort_by=id-desc"));
            let mut filled = 0;
            for record in page[key].as_array().unwrap().iter().take(30) {
                let mut alone = store.get(&of(key, record))[resource.singular].clone();
                let wanted = expected(&store, key, &alone, value);
                assert_eq!(record["include"], json!({*value: wanted}), "{key}");
                filled += usize::from(!wanted.is_null() && wanted != json!([]));
                let got = store.get(&format!("{}?include={value}", of(key, record)));
                assert_eq!(got[resource.singular], *record, "{key} include {value}");
                alone["include"] = json!({*value: wanted});
                assert_eq!(alone, *record, "nothing else changes in {key}");
            }
            assert!(filled > 0, "no {key} has {value}");
            held += 1;
        }
    }
    assert!(held > 15, "only {held} includes");
}
