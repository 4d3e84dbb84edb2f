//! Templates, and what lists print, are good input.

use super::*;
use crate::catalog::{Effect, Empty, ValueKind};
use crate::filter::Columns;

#[test]
fn the_template_of_every_operation_that_writes_is_good_input() {
    for (resource, operation) in catalog::recharge::API.operations() {
        if operation.effect == Effect::Reads {
            continue;
        }
        let name = format!("{} {}", resource.name, operation.verb);
        let (header, example) = template(resource, operation);
        let mut engines = vec![Engine::Requests];
        engines.extend(operation.batch.map(|_| Engine::Batches));
        for engine in engines {
            let shaping = Shaping::default();
            let mut shaper =
                Shaper::new(resource, operation, engine, Some(&header), shaping, now())
                    .unwrap_or_else(|error| panic!("{name}: {error} {:?}", error.hints));
            let record = StringRecord::from(example.clone());
            let shaped = shaper.shape(&InputRow {
                line: 2,
                content: RowContent::Cells(&record),
            });
            assert!(
                matches!(shaped, Shaped::Task(_)),
                "{name}: {header:?} {example:?} {shaped:?}"
            );
        }
    }
}

#[test]
fn a_template_has_what_is_acted_on_first_and_then_what_is_required() {
    let (resource, operation) = catalog::recharge::API
        .operation("discounts.create")
        .unwrap();
    let (header, example) = template(resource, operation);
    assert_eq!(header[..4], ["code", "value", "value_type", "ends_at"]);
    assert_eq!(example[..4], ["SPRING", "10", "percentage", ""]);
    assert!(header.contains(&"applies_to.purchase_item_type".to_owned()));
    let (resource, operation) = catalog::recharge::API.operation("plans.delete").unwrap();
    assert_eq!(
        template(resource, operation).0,
        ["id", "external_product_id.ecommerce"]
    );
}

#[test]
fn a_template_has_every_parameter() {
    for (resource, operation) in catalog::recharge::API.operations() {
        let (header, _) = template(resource, operation);
        for parameter in operation.flags() {
            let own = |column: &String| column.split('.').next() == Some(parameter.name);
            let query = operation.batch.is_some()
                && operation
                    .body
                    .iter()
                    .all(|known| known.name != parameter.name);
            assert!(
                query || header.iter().any(own),
                "{}.{} {}",
                resource.name,
                operation.verb,
                parameter.name
            );
        }
    }
}

#[test]
fn an_object_in_an_example_fills_the_columns_of_its_parts() {
    let (resource, operation) = catalog::recharge::API.operation("plans.create").unwrap();
    let (header, example) = template(resource, operation);
    let cell = |name: &str| {
        let at = header.iter().position(|column| column == name).unwrap();
        example[at].as_str()
    };
    assert_eq!(cell("subscription_preferences.interval_unit"), "month");
    assert_eq!(
        cell("subscription_preferences.charge_interval_frequency"),
        "1"
    );
    assert_eq!(cell("title"), "Every month");
}

#[test]
fn the_header_that_a_list_prints_is_good_for_an_update() {
    for resource in catalog::recharge::API.resources {
        let (Some(_), Some(update)) = (resource.operation("list"), resource.operation("update"))
        else {
            continue;
        };
        let columns = Columns::all(resource.object, &[]);
        let header: Vec<String> = columns
            .list()
            .iter()
            .map(|column| column.name.clone())
            .collect();
        for engine in Engine::ALL {
            if engine == Engine::Batches && update.batch.is_none() {
                continue;
            }
            let shaping = Shaping::default();
            let shaper = Shaper::new(resource, update, engine, Some(&header), shaping, now());
            assert!(shaper.is_ok(), "{}: {:?}", resource.name, shaper.err());
        }
    }
}

#[test]
fn what_may_be_empty_is_required_text() {
    for (_, operation) in catalog::recharge::API.operations() {
        for parameter in operation
            .flags()
            .filter(|parameter| parameter.empty == Empty::Value)
        {
            assert!(parameter.required && parameter.kind == ValueKind::Text);
        }
    }
}
