//! Rows that are objects, and what a filter makes of rows.

use serde_json::json;

use super::*;

fn lines(id: &str, shaping: Shaping) -> Shaper {
    with_engine(id, Engine::Requests, None, shaping).unwrap()
}

fn filter(text: &str) -> Shaping {
    Shaping {
        jq: Some(Jq::compile(text).unwrap()),
        ..Shaping::default()
    }
}

#[test]
fn keys_are_columns_and_values_have_types() {
    let mut shaper = lines("discounts.update", Shaping::default());
    let text = r#"{"id": 7, "Value": 10.50, "ends_at": null, "applies_to": {"ids": [1], "x": {}},
        "usage-limits": {"one_application_per_customer": true}, "prerequisite_subtotal_min": 5}"#;
    let task = task(object(&mut shaper, text));
    assert_eq!(task.target, "/discounts/7");
    let body: Value = serde_json::from_str(&task.body.unwrap()).unwrap();
    assert_eq!(
        body,
        json!({
            "value": "10.50",
            "ends_at": null,
            "applies_to": {"ids": [1], "x": {}},
            "usage_limits": {"one_application_per_customer": true},
            "prerequisite_subtotal_min": 5,
        })
    );
}

#[test]
fn texts_of_json_stay_texts() {
    let mut shaper = lines("discounts.update", Shaping::default());
    let text = r#"{"id": "7", "channel_settings.x": "5", "channel_settings.y": 5, "code": ""}"#;
    assert_eq!(
        body(object(&mut shaper, text)),
        json!({"channel_settings": {"x": "5", "y": 5}, "code": ""})
    );
}

#[test]
fn an_unknown_key_is_a_finding_and_a_field_is_left_out() {
    let mut shaper = lines("discounts.update", Shaping::default());
    let text = r#"{"id": 7, "stauts": "enabled", "code": "A"}"#;
    assert_eq!(
        problems(object(&mut shaper, text)),
        ["stauts: unknown; did you mean `status`?"]
    );
    let text = r#"{"id": 7, "created_at": "x", "code": "A", "_line": 5}"#;
    assert_eq!(body(object(&mut shaper, text)), json!({"code": "A"}));
    assert_eq!(
        shaper.notes(),
        ["columns _line, created_at are left out: discounts update takes no such value"]
    );
}

#[test]
fn a_value_of_another_shape_is_a_finding() {
    let mut shaper = lines("discounts.update", Shaping::default());
    for (text, problem) in [
        (r#"{"id": {}, "code": "A"}"#, "id: not a single value"),
        (
            r#"{"id": 7, "code": ["A"]}"#,
            "code: a list or an object instead of a single value",
        ),
        (
            r#"{"id": 7, "applies_to": [1]}"#,
            "applies_to: not a JSON object",
        ),
        (
            r#"{"id": 7, "status": 5}"#,
            "status: not one of enabled, disabled, fully_disabled",
        ),
        (
            r#"{"id": 7, "code": "A", "Code": "B"}"#,
            "Code: sets the same field as code",
        ),
        (r#"{"code": "A"}"#, "id: required, but empty"),
        ("{\"id\": 7", ": not a JSON object"),
        ("[]", ": not a JSON object"),
    ] {
        let found = problems(object(&mut shaper, text));
        assert!(found.contains(&problem.to_owned()), "{text}: {found:?}");
    }
}

#[test]
fn big_numbers_keep_their_digits_or_are_refused() {
    let mut shaper = lines("subscriptions.update", Shaping::default());
    let text = r#"{"id": 9007199254740993, "external_variant_id": 12345678901234567890123}"#;
    let task = task(object(&mut shaper, text));
    assert_eq!(task.target, "/subscriptions/9007199254740993");
    assert_eq!(
        task.body.unwrap(),
        r#"{"external_variant_id":{"ecommerce":"12345678901234567890123"}}"#
    );
    let text = r#"{"id": 1, "external_variant_id": {"ecommerce": 12345678901234567890123}}"#;
    assert!(problems(object(&mut shaper, text))[0].contains("put it in quotes"));
}

#[test]
fn what_is_json_but_no_value_is_a_finding() {
    let mut lines = lines("discounts.create", Shaping::default());
    for (text, found) in [
        (
            r#"{"code":"A","value":2e1777777777777}"#,
            "value: not an amount",
        ),
        (
            r#"{"code":"A\ud800","value":5}"#,
            "code: a character was lost",
        ),
        (
            r#"{"code":"A","value":5,"channel_settings":{"api":"\ud800"}}"#,
            "channel_settings: not JSON",
        ),
    ] {
        let problems = problems(object(&mut lines, text));
        let is_told = problems.iter().any(|problem| problem.starts_with(found));
        assert!(is_told, "{text}: {problems:?}");
    }
}

#[test]
fn maps_and_constants_count_for_objects_too() {
    let mut shaping = mapped(&[("Promo Code", "code"), ("note", "")]);
    shaping.constants = owned(&[("status", "enabled")]);
    let mut shaper = lines("discounts.update", shaping);
    let text = r#"{"id": 7, "Promo Code": "A", "note": "x"}"#;
    assert_eq!(
        body(object(&mut shaper, text)),
        json!({"status": "enabled", "code": "A"})
    );
    let text = r#"{"id": 7, "status": "disabled"}"#;
    assert_eq!(
        problems(object(&mut shaper, text)),
        ["status: sets the same field as --const status"]
    );
}

#[test]
fn a_filter_reshapes_the_rows_of_a_table() {
    let shaping =
        filter("select(.keep != \"no\") | {id, code: (.Promo | ascii_upcase), ends_at: .end}");
    let header = ["id", "Promo", "end", "keep"];
    let mut shaper =
        with_engine("discounts.update", Engine::Requests, Some(&header), shaping).unwrap();
    assert_eq!(
        body(row(&mut shaper, &["7", "spring", "", "yes"])),
        json!({"code": "SPRING"})
    );
    assert_eq!(
        row(&mut shaper, &["7", "spring", "", "no"]),
        Shaped::LeftOut
    );
}

#[test]
fn a_filter_gives_one_object_or_nothing() {
    for (text, problem) in [
        (".[]", "--jq gave 2 results for this row; expected one"),
        (".id", "--jq gave no object for this row"),
        ("error(\"no\")", "--jq: no"),
    ] {
        let mut shaper = lines("discounts.update", filter(text));
        let found = problems(object(&mut shaper, r#"{"id": 7, "code": "A"}"#));
        assert_eq!(found, [format!(": {problem}")]);
    }
}
