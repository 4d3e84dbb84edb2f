//! Columns that are chosen, known, or taken from a record.

use super::*;
use crate::catalog;
use crate::error::Kind;

fn object(resource: &str) -> &'static Object {
    catalog::recharge::API.resource(resource).unwrap().object
}

fn cells(columns: &str, record: &str) -> Vec<String> {
    let columns = Columns::parse(columns, None, &[]).unwrap();
    let mut cells = Vec::new();
    columns.extract(record, &mut cells).unwrap();
    cells.iter().map(|cell| cell.text().to_owned()).collect()
}

fn names(columns: &Columns) -> Vec<&str> {
    columns.list().iter().map(|column| &*column.name).collect()
}

#[test]
fn cells_come_in_the_order_of_the_columns() {
    let record = r#"{"a":1,"skip":[1,{"b":2}],"b":"x\ny","c":null}"#;
    assert_eq!(cells("b,a,c,d,a", record), ["x\ny", "1", "", "", "1"]);
}

#[test]
fn dotted_paths_lead_through_objects_and_places_of_lists() {
    let record = r#"{"customer":{"id":1,"email":"a@b"},"items":[{"sku":"x"},{"sku":"y"}]}"#;
    assert_eq!(
        cells(
            "customer.email,items.1.sku,customer,customer.email.x",
            record
        ),
        ["a@b", "y", r#"{"id":1,"email":"a@b"}"#, ""]
    );
}

#[test]
fn a_name_in_a_list_shows_the_list() {
    let record = r#"{"properties":[ {"name":"Color","value":"Blue"} ]}"#;
    assert_eq!(
        cells("properties.Color", record),
        [r#"[{"name":"Color","value":"Blue"}]"#]
    );
}

#[test]
fn a_path_through_a_list_shows_the_values_of_its_items() {
    let record =
        r#"{"items":[{"t":"Tea","a":{"b":1}},{"a":{"b":2}},{"t":"x\"y","l":[{"z":1},{"z":2}]}]}"#;
    assert_eq!(
        cells("items.t,items.a.b,items.l.z,items.0.t,items.l.1.z", record),
        [
            r#"["Tea",null,"x\"y"]"#,
            "[1,2,null]",
            "[null,null,[1,2]]",
            "Tea",
            "[null,null,2]"
        ]
    );
}

#[test]
fn an_unknown_part_of_a_known_object_is_a_usage_error() {
    let subscription = Some(object("subscriptions"));
    let parse = |text| Columns::parse(text, subscription, &[]);
    let error = parse("id,external_product_id.ecomerce").unwrap_err();
    assert_eq!(error.kind, Kind::Usage);
    assert_eq!(
        error.message,
        "`external_product_id` has no part `ecomerce`"
    );
    assert_eq!(
        error.hints,
        ["did you mean `external_product_id.ecommerce`?"]
    );
    assert!(parse("external_product_id.ecommerce,properties.x").is_ok());
}

#[test]
fn a_part_of_an_object_that_is_not_included_names_the_flag() {
    let subscription = Some(object("subscriptions"));
    let error = Columns::parse("customer.email", subscription, &[]).unwrap_err();
    assert_eq!(
        error.hints,
        ["add --include customer", "--columns help lists them"]
    );
}

#[test]
fn the_last_of_duplicate_keys_counts() {
    assert_eq!(cells("a", r#"{"a":1,"a":2}"#), ["2"]);
}

#[test]
fn escaped_keys_are_found() {
    assert_eq!(cells("café", r#"{"caf\u00e9":1,"\ud800":2}"#), ["1"]);
}

#[test]
fn an_unknown_column_names_the_nearest() {
    let error = Columns::parse("id,emial", Some(object("customers")), &[]).unwrap_err();
    assert_eq!(error.kind, Kind::Usage);
    assert_eq!(error.message, "customer has no column `emial`");
    assert_eq!(error.hints[0], "did you mean `email`?");
    assert_eq!(error.hints[1], "--columns help lists them");
}

#[test]
fn an_include_is_a_column() {
    let subscription = Some(object("subscriptions"));
    assert!(Columns::parse("id,customer.email", subscription, &[]).is_err());
    assert!(Columns::parse("id,customer.email", subscription, &["customer"]).is_ok());
    let all = Columns::all(object("subscriptions"), &["customer"]);
    assert!(names(&all).contains(&"include.customer"));
}

#[test]
fn included_object_is_read_from_both_places_unless_one_is_a_field_of_its_own() {
    let cells = |resource: &str, text: &str, record: &str| {
        let columns = Columns::parse(text, Some(object(resource)), &["customer"]).unwrap();
        let mut cells = Vec::new();
        columns.extract(record, &mut cells).unwrap();
        let texts: Vec<String> = cells.iter().map(|cell| cell.text().to_owned()).collect();
        texts.join(" ")
    };
    let both = "include.customer.email,customer.email";
    for record in [
        r#"{"include":{"customer":{"email":"a@b"}},"id":1}"#,
        r#"{"id":1,"customer":{"email":"a@b"}}"#,
    ] {
        assert_eq!(cells("subscriptions", both, record), "a@b a@b");
    }
    let charge = r#"{"customer":{"email":"own"},"include":{"customer":{"email":"other"}}}"#;
    assert_eq!(cells("charges", both, charge), "other own");
    assert!(cells("charges", "include", charge).contains("other"));
}

#[test]
fn include_that_was_not_asked_for_is_refused_with_how_to_ask() {
    let customers = Some(object("subscriptions"));
    for includes in [&[][..], &["customer"]] {
        let error = Columns::parse("include.address.id", customers, includes).unwrap_err();
        assert_eq!(error.kind, Kind::Usage);
        assert!(error.hints[0].contains("--include"), "{error:?}");
    }
}

#[test]
fn an_empty_name_is_refused() {
    for text in ["", "id,,email", "a..b", "a."] {
        assert_eq!(
            Columns::parse(text, None, &[]).unwrap_err().kind,
            Kind::Usage
        );
    }
}

#[test]
fn all_columns_expand_parts_and_keep_lists() {
    let columns = Columns::all(object("charges"), &[]);
    let names = names(&columns);
    assert!(names.contains(&"customer.external_customer_id.ecommerce"));
    assert!(names.contains(&"line_items"));
    assert!(!names.contains(&"customer"));
}

#[test]
fn headings_are_the_last_part_unless_that_says_too_little() {
    let columns = Columns::default_for_table(object("token_information"));
    let headings: Vec<_> = columns
        .list()
        .iter()
        .map(|column| &*column.heading)
        .collect();
    assert_eq!(headings, ["name", "contact email", "client name", "scopes"]);

    let plans = Columns::default_for_table(object("plans"));
    let external = plans.list().iter().find(|column| column.name.contains('.'));
    assert_eq!(external.unwrap().heading, "product");
}

#[test]
fn a_first_record_gives_columns_that_refuse_strangers() {
    let columns = Columns::from_record(r#"{"b.c":1,"a":2}"#).unwrap();
    let mut row = Vec::new();
    columns.extract(r#"{"a":3,"b.c":4}"#, &mut row).unwrap();
    assert_eq!(row, [Cell::Number("4"), Cell::Number("3")]);
    let misfit = columns.extract(r#"{"a":3,"z":{}}"#, &mut row).unwrap_err();
    assert!(matches!(misfit, Misfit::Stranger(key) if key == "z"));
    assert!(
        columns
            .lenient()
            .extract(r#"{"z":1}"#, &mut Vec::new())
            .is_ok()
    );
}

#[test]
fn deep_nesting_beside_the_columns_is_no_trouble() {
    let deep = format!(
        r#"{{"x":{}{},"id":7}}"#,
        "[".repeat(50_000),
        "]".repeat(50_000)
    );
    assert_eq!(cells("id", &deep), ["7"]);
}
