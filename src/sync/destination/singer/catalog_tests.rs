//! Tests of the catalog of a Singer tap: discovery, selection and what is refused.

use super::*;
use crate::catalog::FAMILIES;
use crate::catalog::recharge::FAMILY;
use crate::sync::tables;

fn all() -> Vec<SyncTable> {
    tables(&FAMILY, None)
}

fn selected(streams: &Value) -> Result<Selection> {
    select(
        &json!({"streams": streams}).to_string(),
        "catalog.json",
        &all(),
    )
}

fn stream(name: &str, metadata: &Value) -> Value {
    json!({"tap_stream_id": name, "stream": name, "schema": {}, "metadata": metadata})
}

fn charges(fields: &[Value]) -> Result<Selection> {
    let mut metadata = vec![json!({"breadcrumb": [], "metadata": {"selected": true}})];
    metadata.extend(fields.iter().cloned());
    selected(&json!([stream("charges", &Value::from(metadata))]))
}

fn field(path: &[&str], metadata: &Value) -> Value {
    let mut breadcrumb = vec!["properties"];
    breadcrumb.extend(path);
    json!({"breadcrumb": breadcrumb, "metadata": metadata})
}

fn message(result: Result<Selection>) -> (String, String) {
    let error = result.unwrap_err();
    (error.message, error.hints.join("\n"))
}

#[test]
fn what_discovery_prints_selects_every_table_and_field() {
    for family in FAMILIES {
        let all = tables(family, None);
        let text = discovered(&all).to_string();
        let selection = select(&text, "catalog.json", &all).unwrap();
        let names = |tables: &[SyncTable]| -> Vec<String> {
            tables.iter().map(|table| table.name.clone()).collect()
        };
        assert_eq!(names(&selection.tables), names(&all));
        assert!(selection.notes.is_empty());
        for table in &all {
            let fields = &selection.fields[&table.name];
            assert_eq!(fields.len(), table.columns.len() + 1, "{}", table.name);
        }
    }
}

#[test]
fn a_stream_is_selected_by_its_metadata_or_by_older_members() {
    let root = |metadata: Value| json!([{"breadcrumb": [], "metadata": metadata}]);
    let mut legacy = stream("orders", &json!([]));
    legacy["schema"]["selected"] = json!(true);
    let selection = selected(&json!([
        stream("charges", &root(json!({"selected": true}))),
        stream(
            "customers",
            &root(json!({"selected": false, "selected-by-default": true}))
        ),
        stream(
            "plans",
            &root(json!({"inclusion": "unsupported", "selected": true}))
        ),
        stream("discounts", &root(json!({"selected-by-default": true}))),
        stream("addresses", &json!([])),
        legacy,
    ]))
    .unwrap();
    let names: Vec<&str> = selection
        .tables
        .iter()
        .map(|table| table.name.as_str())
        .collect();
    assert_eq!(names.len(), 3, "{names:?}");
    for name in ["charges", "discounts", "orders"] {
        assert!(names.contains(&name), "{names:?}");
    }
}

#[test]
fn fields_are_left_out_by_metadata_but_never_the_key_and_the_replication_key() {
    let off = json!({"selected": false});
    let selection = charges(&[
        field(&["id"], &off),
        field(&["updated_at"], &off),
        field(&["note"], &off),
        field(
            &["tags"],
            &json!({"inclusion": "unsupported", "selected": true}),
        ),
        field(&["status"], &json!({"selected-by-default": false})),
        field(
            &["currency"],
            &json!({"selected-by-default": false, "selected": true}),
        ),
    ])
    .unwrap();
    let fields = &selection.fields["charges"];
    for name in ["id", "updated_at", "currency", "total_price", "_extra"] {
        assert!(fields.contains(name), "{name}");
    }
    for name in ["note", "tags", "status"] {
        assert!(!fields.contains(name), "{name}");
    }
}

#[test]
fn a_schema_that_lacks_fields_selects_only_those_it_has() {
    let mut entry = stream(
        "charges",
        &json!([{"breadcrumb": [], "metadata": {"selected": true}}]),
    );
    entry["schema"]["properties"] = json!({"status": {"type": ["null", "string"]}});
    let selection = selected(&json!([entry])).unwrap();
    let mut fields: Vec<&String> = selection.fields["charges"].iter().collect();
    fields.sort();
    assert_eq!(fields, ["id", "status", "updated_at"]);
}

#[test]
fn what_does_not_exist_is_refused_with_the_nearest_name() {
    let on = json!({"selected": true});
    let (what, hint) = message(charges(&[field(&["total_prise"], &on)]));
    assert_eq!(
        what,
        "catalog.json selects the field total_prise of charges, which does not exist"
    );
    assert_eq!(hint, "did you mean total_price?");
    let root = json!([{"breadcrumb": [], "metadata": {"selected": true}}]);
    let (what, hint) = message(selected(&json!([stream("charge", &root)])));
    assert_eq!(
        what,
        "catalog.json selects the stream charge, which does not exist"
    );
    assert_eq!(hint, "did you mean charges?");
    // One that is only named is not asked for.
    assert!(charges(&[field(&["odd"], &json!({"inclusion": "available"}))]).is_ok());
    let (what, hint) = message(charges(&[field(
        &["customer", "properties", "email"],
        &json!({"selected": false}),
    )]));
    assert_eq!(
        what,
        "catalog.json deselects customer.properties.email of charges, a part of a field"
    );
    assert_eq!(hint, "fields are sent whole: deselect customer");
}

#[test]
fn the_method_of_a_stream_can_be_chosen_where_the_api_has_it() {
    let with = |name: &str, metadata: Value| {
        let mut root = json!({"selected": true});
        for (key, value) in metadata.as_object().unwrap() {
            root[key] = value.clone();
        }
        selected(&json!([stream(
            name,
            &json!([{"breadcrumb": [], "metadata": root}])
        )]))
    };
    let full = with("charges", json!({"replication-method": "FULL_TABLE"})).unwrap();
    assert_eq!(full.tables[0].method, ReadMethod::Whole);
    let forced = with(
        "charges",
        json!({"forced-replication-method": "FULL_TABLE"}),
    )
    .unwrap();
    assert_eq!(forced.tables[0].method.field(), Some("updated_at"));
    let whole = with("collections", json!({"replication-method": "INCREMENTAL"})).unwrap();
    assert_eq!(whole.tables[0].method, ReadMethod::Whole);
    assert_eq!(whole.notes.len(), 1);
    let (what, _) = message(with("charges", json!({"replication-method": "LOG_BASED"})));
    assert_eq!(
        what,
        "catalog.json: charges cannot be replicated by LOG_BASED"
    );
    let (what, _) = message(with("charges", json!({"replication-key": "created_at"})));
    assert_eq!(
        what,
        "catalog.json: charges is replicated by updated_at, not by created_at"
    );
}

#[test]
fn text_that_is_not_a_catalog_is_refused() {
    for text in [
        "",
        "[]",
        "{}",
        r#"{"streams":[1]}"#,
        r#"{"streams":[{"metadata":[]}]}"#,
    ] {
        let (what, _) = message(select(text, "catalog.json", &all()));
        assert_eq!(what, "catalog.json is not a Singer catalog", "{text}");
    }
    let (what, _) = message(selected(&json!([])));
    assert_eq!(what, "catalog.json selects no stream");
}
