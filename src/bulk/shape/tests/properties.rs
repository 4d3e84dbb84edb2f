//! Whatever is in a cell: it is carried exactly, or it is a finding.

use proptest::prelude::*;
use serde_json::json;

use super::*;

/// Texts like those of spreadsheets, and any others.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ -~]{0,12}",
        "[0-9.,eE+-]{0,9}",
        r#"[\[{"0-9,:}\]]{0,9}"#,
        prop::sample::select(vec![
            "null",
            "TRUE",
            "[]",
            "{}",
            "\"x\"",
            "+7d",
            "12/24/2026",
            "1e3",
            "-0",
            "00",
        ])
        .prop_map(str::to_owned),
    ]
}

fn shaped(id: &str, name: &str, text: &str) -> Shaped {
    let mut shaper = shaper(id, &["id", name, "sku"], Shaping::default()).unwrap();
    row(&mut shaper, &["1", text, "s"])
}

proptest! {
    #[test]
    fn open_text_is_carried_to_the_letter_or_damaged(text in texts()) {
        let shaped = shaped("onetimes.update", "product_title", &text);
        prop_assert_eq!(matches!(shaped, Shaped::Wrong(_)), letters::damage(&text).is_some());
        let Shaped::Task(_) = shaped else { return Ok(()) };
        let body = body(shaped);
        if text.is_empty() {
            prop_assert_eq!(body, json!({"sku": "s"}));
        } else {
            prop_assert_eq!(body, json!({"product_title": text, "sku": "s"}));
        }
    }

    #[test]
    fn a_pair_is_carried_to_the_letter_or_damaged(name in "[^.]{1,9}", text in texts()) {
        let (name, column) = (name.trim(), format!("properties.{name}"));
        prop_assume!(!name.is_empty() && !text.is_empty());
        let shaped = shaped("onetimes.update", &column, &text);
        prop_assert_eq!(matches!(shaped, Shaped::Wrong(_)), letters::damage(&text).is_some());
        let Shaped::Task(_) = shaped else { return Ok(()) };
        let body = body(shaped);
        prop_assert_eq!(body, json!({"properties": [{"name": name, "value": text}], "sku": "s"}));
    }

    #[test]
    fn numbers_are_carried_as_they_are_or_found(text in texts()) {
        match shaped("onetimes.update", "quantity", &text) {
            Shaped::Task(task) => {
                let body: Value = serde_json::from_str(&task.body.unwrap()).unwrap();
                let expected: Option<i64> = text.trim().parse().ok();
                prop_assert_eq!(body["quantity"].as_i64(), expected);
                prop_assert!(expected.is_some() || text.trim().is_empty());
            }
            Shaped::Wrong(findings) => {
                // At least one must be ordered.
                prop_assert!(text.trim().parse::<i64>().map_or(true, |number| number < 1));
                prop_assert_eq!(findings[0].column.as_deref(), Some("quantity"));
            }
            Shaped::LeftOut | Shaped::Unchanged => prop_assert!(false),
        }
    }

    #[test]
    fn an_id_of_elsewhere_is_carried_or_found(text in texts()) {
        if let Shaped::Task(task) = shaped("onetimes.update", "external_variant_id", &text) {
            let body: Value = serde_json::from_str(&task.body.unwrap()).unwrap();
            let word = text.trim();
            let expected = match word.as_bytes().first() {
                None => Value::Null,
                Some(b'{') => serde_json::from_str(word).unwrap(),
                Some(_) => json!({"ecommerce": word}),
            };
            prop_assert_eq!(&body["external_variant_id"], &expected);
        }
    }

    #[test]
    fn a_part_is_the_text_or_the_json_that_it_is(text in texts()) {
        let mut shaper = shaper("discounts.update", &["id", "channel_settings.x", "code"], Shaping::default()).unwrap();
        if let Shaped::Task(task) = row(&mut shaper, &["1", &text, "A"]) {
            let body: Value = serde_json::from_str(&task.body.unwrap()).unwrap();
            let part = &body["channel_settings"]["x"];
            let word = text.trim();
            let same = part.as_str() == Some(&text)
                || serde_json::from_str(word).is_ok_and(|json: Value| json == *part)
                || part.to_string().eq_ignore_ascii_case(word)
                || (part.is_null() && text.is_empty());
            prop_assert!(same, "{text:?} became {part}");
        }
    }

    #[test]
    fn no_row_makes_it_panic_and_the_same_row_gives_the_same_bytes(
        cells in prop::collection::vec(texts(), 40),
        at in 0_usize..200,
    ) {
        let writing: Vec<_> = catalog::recharge::API.operations()
            .filter(|(_, operation)| operation.effect != crate::catalog::Effect::Reads)
            .collect();
        let (resource, operation) = writing[at % writing.len()];
        let (header, mut example) = template(resource, operation);
        let half = at % 2 == 0;
        for (cell, text) in example.iter_mut().zip(&cells) {
            if half || text.len() % 2 == 0 {
                cell.clone_from(text);
            }
        }
        let record = StringRecord::from(example);
        let line = InputRow { line: 2, content: RowContent::Cells(&record) };
        let engine = Engine::of(operation);
        let mut shaper = Shaper::new(resource, operation, engine, Some(&header), Shaping::default(), now()).unwrap();
        let first = shaper.shape(&line);
        prop_assert_eq!(&shaper.shape(&line), &first);
        let mut other = Shaper::new(resource, operation, engine, Some(&header), Shaping::default(), now()).unwrap();
        prop_assert_eq!(other.shape(&line), first);
    }

    #[test]
    fn a_row_knows_nothing_of_the_row_before(rows in prop::collection::vec(prop::collection::vec("[1-9]{0,2}", 6), 2..5)) {
        let header = ["id", "shipping_address.zip", "customer.id", "external_order_id", "status", "line_items.0.x"];
        let mut kept = shaper("orders.update", &header, Shaping::default()).unwrap();
        for cells in &rows {
            let mut cells: Vec<&str> = cells.iter().map(String::as_str).collect();
            cells[4] = if cells[4].len() == 1 { "queued" } else { "" };
            let mut fresh = shaper("orders.update", &header, Shaping::default()).unwrap();
            prop_assert_eq!(row(&mut kept, &cells), row(&mut fresh, &cells));
        }
    }

    #[test]
    fn no_object_makes_it_panic(text in any::<String>(), value in texts()) {
        let mut shaper = with_engine("subscriptions.update", Engine::Requests, None, Shaping::default()).unwrap();
        object(&mut shaper, &text);
        for key in ["id", "quantity", "properties", "properties.x", "external_variant_id", "next.a"] {
            let text = json!({"id": 1, key: value}).to_string();
            object(&mut shaper, &text);
            object(&mut shaper, &format!("{{\"{key}\": {value}}}"));
        }
    }

    #[test]
    fn no_header_makes_it_panic(header in prop::collection::vec(texts(), 0..6)) {
        let header: Vec<&str> = header.iter().map(String::as_str).collect();
        for id in ["orders.update", "subscriptions.create", "plans.delete"] {
            let _ = shaper(id, &header, Shaping::default());
        }
    }
}
