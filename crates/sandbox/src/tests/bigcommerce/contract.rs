//! The published lists of fields, which are an independent witness, against the
//! records that are served.

use serde_json::Value;

use super::TestShop;
use crate::bigcommerce::table_of;
use recharge_catalog::{OperationAction, bigcommerce as rows};

const CONTRACT: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../tests/contract/bigcommerce-fields.txt"
));

/// The fields of a list of the contract, with their types.
fn fields_of(heading: &str) -> Vec<(&'static str, &'static str)> {
    let part = CONTRACT
        .split("===== ")
        .find(|part| part.starts_with(heading))
        .unwrap_or_else(|| panic!("the contract has no {heading}"));
    let line = part
        .lines()
        .skip(1)
        .find(|line| line.starts_with(|first: char| first.is_ascii_lowercase()))
        .unwrap();
    line.split(", ")
        .map(|field| field.trim().split_once(' ').unwrap())
        .collect()
}

/// An object without members is an empty list where PHP writes it.
fn is_empty_object(value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty)
}

/// Whether a value has a type of the contract. What the store does not have is
/// null where the type allows it, or where recorded answers show it.
fn fits(value: &Value, kind: &str) -> bool {
    let kind = kind.trim_end_matches('?');
    let kind = kind.split([':', '<', '(']).next().unwrap();
    match kind {
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" | "allOf" => value.is_object() || is_empty_object(value),
        "oneOf" => value.is_object() || value.is_array() || value.is_string(),
        other => panic!("an unknown type: {other}"),
    }
}

/// Fields that are null in recorded answers, whatever the published type.
const NULL_IN_RECORDS: &[&str] = &[
    "base_variant_id",
    "channel_ids",
    "external_id",
    "external_merchant_id",
    "option_set_id",
    "payment_provider_id",
    "preorder_release_date",
];

#[test]
fn every_record_has_the_published_fields_with_their_types() {
    let shop = TestShop::demo();
    let included = "addresses,attributes,storecredit,formfields";
    let parts = "bulk_pricing_rules,channels,custom_fields,images,modifiers,options,\
                 parent_relations,primary_image,variants,videos";
    for (heading, path) in [
        (
            "customers.v3.yml",
            format!("/v3/customers?include={included}&limit=250"),
        ),
        (
            "products_catalog.v3.yml",
            format!("/v3/catalog/products?include={parts}&limit=250"),
        ),
        ("orders.v2.oas2.yml", "/v2/orders?limit=250".to_owned()),
        ("marketing.v2.yml", "/v2/coupons?limit=250".to_owned()),
    ] {
        check(heading, &shop.rows(&path));
    }
    let customer = shop.ids("/v3/customers")[0];
    check(
        "customers.v2.yml",
        &[shop.get(&format!("/v2/customers/{customer}"))],
    );
}

fn check(heading: &str, records: &[Value]) {
    assert!(!records.is_empty(), "{heading}");
    for record in records {
        for (name, kind) in fields_of(heading) {
            let value = record.get(name);
            let value = value.unwrap_or_else(|| panic!("{heading}: no {name} in {record}"));
            let is_null =
                value.is_null() && (kind.ends_with('?') || NULL_IN_RECORDS.contains(&name));
            assert!(
                is_null || fits(value, kind),
                "{heading}: {name} is {value}, not {kind}"
            );
        }
    }
}

#[test]
fn every_row_is_served_with_the_fields_of_its_object() {
    let shop = TestShop::demo();
    let refund = shop.ids("/v3/orders/payment_actions/refunds")[0];
    let order = shop.ids("/v2/orders")[0];
    let mut served = 0;
    for (resource, operation) in rows::API.operations() {
        let list = resource.operation_to(OperationAction::List).unwrap();
        let object = operation.response.object().unwrap();
        let id = match (operation.action, table_of(object)) {
            (OperationAction::List, _) | (_, None) => order,
            _ if resource.name == "order_refunds" => refund,
            _ => shop.ids(list.path)[0],
        };
        let path = operation.path.replace("{id}", &id.to_string());
        let path = path.replace("{order_id}", &order.to_string());
        let include = operation.query_for(recharge_catalog::ParameterRole::Include);
        let include = include.map_or(String::new(), |parameter| {
            format!("?{}={}", parameter.name, parameter.values.join(","))
        });
        let body = shop.get(&format!("{path}{include}"));
        let data = body.get("data").unwrap_or(&body);
        let record = if data.is_array() { &data[0] } else { data };
        for field in object.fields {
            let known = record.get(field.name).is_some();
            assert!(known, "{path}: no {} in {record}", field.name);
        }
        served += 1;
    }
    assert_eq!(served, 12);
}

#[test]
fn orders_carry_fields_outside_the_published_list() {
    let shop = TestShop::demo();
    let order = &shop.rows("/v2/orders?limit=1")[0];
    let published = fields_of("orders.v2.oas2.yml");
    for name in ["credit_card_type", "custom_status"] {
        assert!(order.get(name).is_some(), "{name}");
        assert!(published.iter().all(|(known, _)| *known != name), "{name}");
    }
    let orders = shop.rows("/v2/orders?limit=250");
    let providers = orders.iter().map(|order| &order["payment_provider_id"]);
    let providers: Vec<&Value> = providers.collect();
    assert!(providers.iter().any(|provider| provider.is_null()));
    assert!(providers.iter().any(|provider| **provider == ""));
    let has_text = |provider: &&Value| provider.as_str().is_some_and(|text| !text.is_empty());
    assert!(providers.iter().any(has_text));
}
