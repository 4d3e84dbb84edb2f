//! What a cell says.

use serde_json::json;

use super::*;

#[test]
fn an_empty_cell_is_left_out() {
    let cells = [("id", "7"), ("status", ""), ("code", "A"), ("value", " ")];
    assert_eq!(
        body(one("discounts.update", &cells)),
        json!({"id": 7, "code": "A"})
    );
    let cells = [("id", "7"), ("status", "")];
    assert_eq!(one("discounts.update", &cells), Shaped::Unchanged);
}

#[test]
fn what_is_required_may_not_be_empty_unless_the_api_takes_it() {
    let cells = [("code", ""), ("value", "x"), ("value_type", "")];
    assert_eq!(
        problems(one("discounts.create", &cells)),
        [
            "value: not an amount; write 12.50",
            "code: required, but empty",
            "value_type: required, but empty",
        ]
    );
    assert_eq!(
        problems(one("subscriptions.delete", &[("id", " ")])),
        ["id: required, but empty"]
    );
    let address = [
        ("customer_id", "1"),
        ("first_name", "Ada"),
        ("last_name", "King"),
        ("address1", "12 St James Sq"),
        ("city", "London"),
        ("province", ""),
        ("zip", "SW1Y4JH"),
        ("country_code", "GB"),
        ("phone", ""),
    ];
    let body = body(one("addresses.create", &address));
    assert_eq!(
        (&body["phone"], &body["province"]),
        (&"".into(), &"".into())
    );
}

#[test]
fn a_word_may_stand_for_null() {
    let shaping = Shaping {
        null: Some("NULL".to_owned()),
        ..Shaping::default()
    };
    let header = [
        "id",
        "ends_at",
        "usage_limits.max_subsequent_redemptions",
        "code",
    ];
    let mut shaper =
        with_engine("discounts.update", Engine::Requests, Some(&header), shaping).unwrap();
    assert_eq!(
        body(row(&mut shaper, &["7", "NULL", "NULL", "null"])),
        json!({"code": "null", "ends_at": null, "usage_limits": {"max_subsequent_redemptions": null}})
    );
    assert_eq!(
        problems(row(&mut shaper, &["NULL", "", "", "A"]))[0],
        "id: null is not an id"
    );
}

#[test]
fn white_space_and_case_of_spreadsheets_do_not_matter_but_texts_keep_their_letters() {
    let cells = [
        ("id", " 7 "),
        ("email", " Ada@Example.com "),
        ("tax_exempt", "TRUE"),
        ("external_customer_id", " 12 "),
        ("apply_credit_to_next_recurring_charge", "False"),
    ];
    let task = task(one("customers.update", &cells));
    assert_eq!(task.target, "/customers/7");
    let body: Value = serde_json::from_str(&task.body.unwrap()).unwrap();
    assert_eq!(
        body,
        json!({
            "email": "Ada@Example.com",
            "tax_exempt": true,
            "external_customer_id": {"ecommerce": "12"},
            "apply_credit_to_next_recurring_charge": false,
        })
    );
}

#[test]
fn lists_are_json_or_between_commas() {
    for ids in ["1, 2", "[1,2]", "[\"1\", \"2\"]"] {
        let cells = [("id", "7"), ("purchase_item_ids", ids)];
        assert_eq!(
            body(one("charges.skip", &cells)),
            json!({"purchase_item_ids": [1, 2]})
        );
    }
    for products in [
        "7,8",
        r#"["7","8"]"#,
        r#"[{"external_product_id":"7"},{"external_product_id":"8"}]"#,
    ] {
        let cells = [("id", "1"), ("collection_products", products)];
        assert_eq!(
            body(one("collections.add_products", &cells)),
            json!({"collection_products": [{"external_product_id": "7"}, {"external_product_id": "8"}]})
        );
    }
    for objects in ["customer, addresses", r#"["customer","addresses"]"#] {
        let cells = [
            ("topic", "subscription/created"),
            ("address", "https://a.b"),
            ("included_objects", objects),
        ];
        assert_eq!(
            body(one("webhooks.create", &cells))["included_objects"],
            json!(["customer", "addresses"])
        );
    }
    for pairs in ["Color=Blue", r#"[{"name":"Color","value":"Blue"}]"#] {
        let cells = [("id", "1"), ("properties", pairs)];
        assert_eq!(
            body(one("subscriptions.update", &cells)),
            json!({"properties": [{"name": "Color", "value": "Blue"}]})
        );
    }
    let cells = [("id", "1"), ("properties", "[]")];
    assert_eq!(
        body(one("subscriptions.update", &cells)),
        json!({"properties": []})
    );
}

#[test]
fn a_nested_cell_is_json_where_that_says_the_same() {
    let part = |text: &str| {
        let cells = [("id", "1"), ("channel_settings.x", text)];
        body(one("discounts.update", &cells))["channel_settings"]["x"].clone()
    };
    assert_eq!(part("5"), 5);
    assert_eq!(part("TRUE"), true);
    assert_eq!(part("{\"a\": [1]}"), json!({"a": [1]}));
    assert_eq!(part("\"5\""), "5");
    for text in [
        "10.00",
        "007",
        "1e5",
        "12345678901234567890123",
        "plain text",
    ] {
        assert_eq!(part(text), text);
    }
    let cells = [
        ("id", "1"),
        ("channel_settings.x", "[1, 12345678901234567890123]"),
    ];
    assert!(problems(one("discounts.update", &cells))[0].contains("put it in quotes"));
    let cells = [("id", "1"), ("channel_settings.x", "{broken")];
    assert!(problems(one("discounts.update", &cells))[0].contains("not JSON"));
}

#[test]
fn a_list_has_no_holes() {
    let header = ["id", "Line Items.0.sku", "Line Items.1.sku"];
    let mut shaper = shaper("orders.update", &header, Shaping::default()).unwrap();
    let both = body(row(&mut shaper, &["7", "A", "B"]));
    assert_eq!(both, json!({"line_items": [{"sku": "A"}, {"sku": "B"}]}));
    assert_eq!(
        problems(row(&mut shaper, &["7", "", "B"])),
        ["Line Items.1.sku: index 1 is beyond the end of a list of 0"]
    );
}

#[test]
fn slips_of_spreadsheets_are_told_apart() {
    let refused = |id: &str, name: &str, text: &str| {
        let header = ["id", name];
        let mut shaper = shaper(id, &header, Shaping::default()).unwrap();
        let [problem] = problems(row(&mut shaper, &["1", text])).try_into().unwrap();
        problem
    };
    let amount = |text| refused("onetimes.update", "price", text);
    assert!(amount("12,50").ends_with("write 12.50"));
    assert!(amount("$12.50").ends_with("write 12.50"));
    assert!(amount("1,234.50").ends_with("write 1234.50"));
    assert!(amount("1.234,50 €").ends_with("write 1234.50"));
    assert!(amount("1,234").contains("it can mean 1234 or 1.234"));
    assert!(amount("free").ends_with("write 12.50"));
    let day = |text| refused("onetimes.update", "next_charge_scheduled_at", text);
    for text in ["12/24/2026", "24.12.2026", "24-12-2026 10:00"] {
        assert!(day(text).contains("write 2026-12-24"), "{text}");
    }
    assert!(day("03/04/2026").contains("year first"));
    assert!(day("46380").contains("a spreadsheet stores for a date"));
    assert!(day("7d").contains("+7d"));
    let id = |text| refused("onetimes.update", "address_id", text);
    assert!(id("5.95686E+07").contains("a spreadsheet shortened the number"));
    assert!(id("59568555.0").ends_with("write 59568555"));
    assert!(id("59,568,555").ends_with("write 59568555"));
    let variant = |text| refused("onetimes.update", "external_variant_id", text);
    assert!(variant("3.84E+09").contains("shortened"));
    assert!(variant("null").contains("--null null"));
    let part = refused(
        "onetimes.update",
        "external_variant_id.ecommerce",
        "3.84E+09",
    );
    assert!(part.contains("shortened"));
    assert!(
        refused("customers.update", "tax_exempt", "yes")
            .ends_with("neither true nor false; write true")
    );
}

#[test]
fn a_finding_names_line_column_and_value() {
    let mut shaper = shaper("onetimes.update", &["ID", "Price"], Shaping::default()).unwrap();
    let long = "x".repeat(100);
    let record = StringRecord::from(vec!["7", &long]);
    let Shaped::Wrong(findings) = shaper.shape(&InputRow {
        line: 1234,
        content: RowContent::Cells(&record),
    }) else {
        panic!("a price of letters")
    };
    assert_eq!(
        (findings[0].line, findings[0].column.as_deref()),
        (1234, Some("Price"))
    );
    assert_eq!(findings[0].value, format!("{}…", "x".repeat(60)));
}

#[test]
fn relative_times_mean_the_same_for_every_row() {
    let mut shaper = shaper(
        "subscriptions.set_next_charge_date",
        &["id", "date"],
        Shaping::default(),
    )
    .unwrap();
    for text in ["+7d", " 2026-11-27 "] {
        assert_eq!(
            body(row(&mut shaper, &["1", text])),
            json!({"date": "2026-11-27"})
        );
    }
}

#[test]
fn the_query_is_part_of_the_target() {
    let cells = [("id", "7"), ("force_update", "TRUE"), ("quantity", "2")];
    let task = task(one("subscriptions.update", &cells));
    assert_eq!(task.target, "/subscriptions/7?force_update=true");
    assert_eq!(task.body.unwrap(), "{\"quantity\":\"2\"}");
}

#[test]
fn a_row_that_could_not_be_read_is_a_finding() {
    let mut shaper = shaper("subscriptions.delete", &["id"], Shaping::default()).unwrap();
    let shaped = shaper.shape(&InputRow {
        line: 9,
        content: RowContent::Unusable {
            text: "a,b".to_owned(),
            reason: "2 cells, the header has 1".to_owned(),
        },
    });
    assert_eq!(problems(shaped), [": 2 cells, the header has 1"]);
}
