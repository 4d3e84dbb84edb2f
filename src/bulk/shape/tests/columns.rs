//! What a header means.

use serde_json::json;

use super::*;
use crate::error::Kind;

fn refused(id: &str, header: &[&str], shaping: Shaping) -> Error {
    let error = shaper(id, header, shaping).unwrap_err();
    assert_eq!(error.kind, Kind::Usage);
    error
}

#[test]
fn a_column_is_found_by_name_flag_or_however_a_spreadsheet_spells_it() {
    for value_type in ["value_type", "value-type", "Value Type", " VALUE_TYPE "] {
        let cells = [("Code", "A"), ("value", "10"), (value_type, "percentage")];
        let expected = json!({"code": "A", "value": "10", "value_type": "percentage"});
        assert_eq!(body(one("discounts.create", &cells)), expected);
    }
    for reason in ["reason", "cancellation_reason", "Cancellation Reason"] {
        let task = task(one(
            "subscriptions.cancel",
            &[("id", "7"), (reason, "moved")],
        ));
        assert_eq!(task.target, "/subscriptions/7/cancel");
        assert_eq!(task.body.unwrap(), "{\"cancellation_reason\":\"moved\"}");
    }
}

#[test]
fn what_is_acted_on_has_several_names() {
    for name in ["id", "ID", "subscription_id", "Subscription ID"] {
        let task = task(one("subscriptions.delete", &[(name, "7")]));
        assert_eq!(
            (task.target.as_str(), task.body),
            ("/subscriptions/7", None)
        );
    }
    for name in ["external_product_id", "product_id", "id"] {
        let task = task(one("products.delete", &[(name, "21")]));
        assert_eq!(task.target, "/products/21");
    }
}

#[test]
fn dots_lead_into_what_is_nested() {
    let cells = [
        ("id", "7"),
        ("external_variant_id.ecommerce", "123"),
        ("properties.Farbe Größe", "Blau, XL"),
        ("property.Note", " = "),
    ];
    assert_eq!(
        body(one("subscriptions.update", &cells)),
        json!({
            "properties": [
                {"name": "Farbe Größe", "value": "Blau, XL"},
                {"name": "Note", "value": " = "},
            ],
            "external_variant_id": {"ecommerce": "123"},
        })
    );
    let cells = [
        ("id", "7"),
        ("Shipping Address.Zip", "12345"),
        ("customer.external_customer_id.ecommerce", "5"),
        ("customer.id", "6"),
    ];
    assert_eq!(
        body(one("orders.update", &cells)),
        json!({
            "shipping_address": {"zip": "12345"},
            "customer": {"external_customer_id": {"ecommerce": "5"}, "id": 6},
        })
    );
}

#[test]
fn a_task_of_a_batch_names_its_target_and_carries_what_it_must() {
    let delete = |engine| {
        let header = ["id", "external_product_id.ecommerce"];
        let mut shaper =
            with_engine("plans.delete", engine, Some(&header), Shaping::default()).unwrap();
        (task(row(&mut shaper, &["88", "21"])), shaper.notes())
    };
    let (task, _) = delete(Engine::Batches);
    assert_eq!(
        task.body.unwrap(),
        r#"{"id":88,"external_product_id":{"ecommerce":"21"}}"#
    );
    let (task, notes) = delete(Engine::Requests);
    assert_eq!((task.target.as_str(), task.body), ("/plans/88", None));
    assert!(
        notes[0].contains("external_product_id.ecommerce"),
        "{notes:?}"
    );
    let task = super::task(one("discounts.delete", &[("id", "5")]));
    assert_eq!(task.body.unwrap(), "{\"discount_id\":5}");
}

#[test]
fn every_unknown_column_is_named_at_once() {
    let header = ["code", "value", "value_type", "stauts", "Gibberish"];
    let error = refused("discounts.create", &header, Shaping::default());
    assert_eq!(
        error.message,
        "discounts create has no columns `stauts` (did you mean `status`?), `Gibberish`"
    );
    assert!(
        error.hints[0].ends_with("--map 'stauts=status' --map 'Gibberish='"),
        "{error:?}"
    );
    assert!(error.hints[1].contains("--map 'stauts='"), "{error:?}");
    assert!(error.hints[2].contains("rc bulk template discounts create"));
}

#[test]
fn a_map_renames_a_column_or_leaves_it_out() {
    let header = ["Promo Code", "value", "value_type", "Notes"];
    let map = mapped(&[("Promo Code", "code"), ("Notes", "")]);
    let mut shaper = shaper("discounts.create", &header, map).unwrap();
    let body = body(row(&mut shaper, &["A", "1", "percentage", "x"]));
    assert_eq!(body["code"], "A");
    assert_eq!(shaper.notes(), [""; 0]);
    let error = refused(
        "discounts.create",
        &header,
        mapped(&[("Promo Kode", "code")]),
    );
    assert_eq!(error.hints[0], "did you mean `Promo Code`?");
    for to in ["cod", "created_at"] {
        let error = refused("discounts.create", &header, mapped(&[("Promo Code", to)]));
        let expected = format!("--map 'Promo Code={to}': discounts create takes no `{to}`");
        assert_eq!(error.message, expected);
    }
}

#[test]
fn a_constant_is_a_column_that_every_row_has() {
    let header = ["code", "value"];
    let mut fixed = shaper(
        "discounts.create",
        &header,
        constant(&[("value_type", "percentage")]),
    )
    .unwrap();
    for code in ["A", "B"] {
        let body = body(row(&mut fixed, &[code, "1"]));
        assert_eq!(
            (&body["value_type"], &body["code"]),
            (&"percentage".into(), &code.into())
        );
    }
    let wrong = refused(
        "discounts.create",
        &header,
        constant(&[("value_type", "cheap")]),
    );
    assert!(
        wrong
            .message
            .starts_with("--const value_type=cheap: not one of")
    );
    let twice = refused("discounts.create", &header, constant(&[("Value", "3")]));
    assert_eq!(
        twice.message,
        "--const Value=… and the column `value` set the same field"
    );
    let field = refused(
        "discounts.create",
        &header,
        constant(&[("created_at", "3")]),
    );
    assert!(field.message.contains("has no --const `created_at`"));
}

#[test]
fn a_constant_pair_stands_before_those_of_each_row() {
    let mut shaper = shaper(
        "subscriptions.update",
        &["id", "properties.B"],
        constant(&[("properties.A", "1")]),
    )
    .unwrap();
    for value in ["2", "3"] {
        let pairs = json!([{"name": "A", "value": "1"}, {"name": "B", "value": value}]);
        assert_eq!(
            body(row(&mut shaper, &["7", value])),
            json!({"properties": pairs})
        );
    }
}

#[test]
fn fields_that_cannot_be_sent_and_results_are_left_out_with_a_note() {
    let header = ["id", "created_at", "status", "_error", "_line"];
    let shaper = shaper("discounts.update", &header, Shaping::default()).unwrap();
    assert_eq!(
        shaper.notes(),
        ["columns _error, _line, created_at are left out: discounts update takes no such value"]
    );
}

#[test]
fn two_columns_for_one_place_are_refused() {
    for header in [
        ["id", "status", "Status"],
        ["id", "discount_id", "status"],
        ["id", "applies_to", "applies_to.ids"],
        ["id", "applies_to.ids", "Applies To.ids"],
    ] {
        let error = refused("discounts.update", &header, Shaping::default());
        assert!(error.message.ends_with("set the same field"), "{error}");
    }
    let pairs = ["id", "properties.a", "properties.a.b", "properties.A"];
    assert!(shaper("subscriptions.update", &pairs, Shaping::default()).is_ok());
}

#[test]
fn a_required_column_that_is_missing_is_said_once() {
    let error = refused("discounts.create", &["code"], Shaping::default());
    assert_eq!(error.message, "there is no column for value, value_type");
    let error = refused("discounts.update", &["status"], Shaping::default());
    assert_eq!(error.message, "there is no column for id");
    let error = refused("discounts.update", &["id"], Shaping::default());
    assert_eq!(error.message, "no column changes anything");
    let error = refused("plans.delete", &["id"], Shaping::default());
    assert_eq!(error.message, "there is no column for external_product_id");
    assert!(error.hints[1].contains("--engine requests"), "{error:?}");
    // A plan fills in the intervals.
    let header = [
        "address_id",
        "next_charge_scheduled_at",
        "quantity",
        "external_variant_id",
        "plan_id",
    ];
    assert!(shaper("subscriptions.create", &header, Shaping::default()).is_ok());
}

#[test]
fn a_column_without_a_name_must_be_empty() {
    let mut shaper = shaper("subscriptions.delete", &["id", ""], Shaping::default()).unwrap();
    assert_eq!(
        task(row(&mut shaper, &["7", " "])).target,
        "/subscriptions/7"
    );
    assert_eq!(
        problems(row(&mut shaper, &["7", "x"])),
        [": a value in a column without a name"]
    );
}

#[test]
fn familiar_names_are_those_that_mean_something() {
    let (resource, operation) = catalog::recharge::API
        .operation("discounts.create")
        .unwrap();
    let familiar = familiar(resource, operation, &owned(&[("Promo", "code")]));
    for name in ["code", "Value Type", "Promo", "created_at", "_line"] {
        assert!(familiar(name), "{name}");
    }
    for name in ["", "code;value", "nonsense"] {
        assert!(!familiar(name), "{name}");
    }
}

#[test]
fn column_that_is_left_out_but_has_another_name_here_is_told() {
    let header = [
        "code",
        "value",
        "value_type",
        "first_time_customer_restriction",
    ];
    let notes = shaper("discounts.create", &header, Shaping::default())
        .unwrap()
        .notes();
    let flag =
        "--map 'first_time_customer_restriction=usage_limits.first_time_customer_restriction'";
    assert!(notes.iter().any(|note| note.ends_with(flag)), "{notes:?}");
}
