//! Faults of spreadsheets, and what the rules of the API refuse of a row.

use serde_json::json;

use super::*;

fn discount(code: &str, value: &str, kind: &str) -> Shaped {
    let cells = [("code", code), ("value", value), ("value_type", kind)];
    one("discounts.create", &cells)
}

fn problem(shaped: Shaped) -> String {
    problems(shaped).join("\n")
}

#[test]
fn identifying_text_is_trimmed_with_a_note_or_found() {
    let header = ["code", "value", "value_type"];
    let mut shaper = shaper("discounts.create", &header, Shaping::default()).unwrap();
    let row = |shaper: &mut Shaper, code: &str| super::row(shaper, &[code, "5", "percentage"]);
    assert_eq!(body(row(&mut shaper, " PICNIC\u{a0}"))["code"], "PICNIC");
    assert_eq!(body(row(&mut shaper, "HOLIDAY\r\n"))["code"], "HOLIDAY");
    assert_eq!(
        shaper.notes(),
        ["the spaces around 2 values are removed, first on line 2"]
    );
    let problem = problems(row(&mut shaper, "GLOW\u{200b}6"));
    assert_eq!(
        problem,
        ["code: an invisible character (U+200B); write GLOW6"]
    );
}

#[test]
fn required_text_that_is_blank_is_missing() {
    for code in ["", "  ", "\u{a0}", "\n"] {
        let problem = problem(discount(code, "5", "percentage"));
        assert_eq!(problem, "code: required, but empty", "{code:?}");
    }
    let mut shaper = with_engine(
        "discounts.create",
        Engine::Batches,
        None,
        Shaping::default(),
    )
    .unwrap();
    let text = r#"{"code": " ", "value": "5", "value_type": "percentage"}"#;
    assert_eq!(
        problems(object(&mut shaper, text)),
        ["code: required, but empty"]
    );
}

#[test]
fn spoilt_values_are_found_in_text_columns_too() {
    for code in ["#REF!", "=\"007\"", "4.2E+12", "=A1+B1", "Err:509", "####"] {
        assert!(
            matches!(discount(code, "5", "percentage"), Shaped::Wrong(_)),
            "{code}"
        );
    }
    let variant = |text| {
        let cells = [("id", "7"), ("external_variant_id.ecommerce", text)];
        one("onetimes.update", &cells)
    };
    for (text, part) in [
        ("44123456789012.0", "write 44123456789012"),
        ("44,123,456,789,012", "write 44123456789012"),
        ("4.4E+13", "shortened the number"),
        ("#N/A", "an error of the spreadsheet"),
    ] {
        assert!(problem(variant(text)).contains(part), "{text}");
    }
    assert_eq!(
        body(variant("44123456789012")),
        json!({"external_variant_id": {"ecommerce": "44123456789012"}})
    );
}

#[test]
fn rules_that_need_no_store_are_checked_before_anything_is_sent() {
    for (value, kind, part) in [
        ("100.01", "percentage", "a percentage above 100"),
        ("101", "percentage", "a percentage above 100"),
        ("-1", "percentage", "a negative amount"),
        ("-0.01", "fixed_amount", "a negative amount"),
        (
            "6.050000000000001",
            "fixed_amount",
            "more than two decimals",
        ),
        ("1.299", "fixed_amount", "if 1299 is meant"),
        ("2.450", "fixed_amount", "if 2450 is meant"),
    ] {
        let problem = problem(discount("A", value, kind));
        assert!(problem.contains(part), "{value}: {problem}");
    }
    for (value, kind) in [
        ("100", "percentage"),
        ("33.333", "percentage"),
        ("0", "fixed_amount"),
        ("0.500", "fixed_amount"),
        ("10.0000", "fixed_amount"),
    ] {
        assert!(
            matches!(discount("A", value, kind), Shaped::Task(_)),
            "{value}"
        );
    }
    let dates = |start, end| {
        let cells = [("id", "7"), ("starts_at", start), ("ends_at", end)];
        one("discounts.update", &cells)
    };
    assert!(problem(dates("2027-05-01", "2027-05-01")).contains("not after its start"));
    let times = dates("2027-05-01T00:00:00+02:00", "2027-04-30T22:00:00Z");
    assert!(problem(times).contains("not after its start"));
    assert!(matches!(dates("2027-05-01", "2027-05-02"), Shaped::Task(_)));
    let number = |name, text| one("subscriptions.update", &[("id", "7"), (name, text)]);
    assert!(problem(number("quantity", "0")).contains("less than 1"));
    assert!(problem(number("order_day_of_month", "32")).contains("not from 0 to 31"));
}

#[test]
fn codes_and_emails_are_compared_as_the_store_compares_them() {
    for (id, name, pair, rest) in [
        (
            "discounts.create",
            "code",
            ["Autumn15", "AUTUMN15"],
            [("value", "5"), ("value_type", "percentage")],
        ),
        (
            "customers.create",
            "email",
            ["Ada@Example.com", "ada@example.com"],
            [("first_name", "Ada"), ("last_name", "King")],
        ),
    ] {
        let header = [name, rest[0].0, rest[1].0];
        let mut shaper = shaper(id, &header, Shaping::default()).unwrap();
        let mut checker = Checker::new(&shaper).unwrap();
        let mut take = |line, key: &str| {
            let shaped = row(&mut shaper, &[key, rest[0].1, rest[1].1]);
            checker.take(line, shaped)
        };
        assert!(matches!(take(2, pair[0]), Shaped::Task(_)), "{id}");
        let problem = problem(take(3, pair[1]));
        assert_eq!(problem, format!("{name}: the same {name} as line 2"));
    }
}

#[test]
fn reason_fits_the_value() {
    let cells = [
        ("code", "A"),
        ("value", "5"),
        ("value_type", "percentage"),
        ("channel_settings", "{“api”: {“can_apply”: true}}"),
    ];
    let problem = problem(one("discounts.create", &cells));
    assert!(problem.contains("typographic quotes"), "{problem}");
}

#[test]
fn an_update_names_the_command_that_changes_a_field_elsewhere() {
    let header = ["id", "next_charge_scheduled_at"];
    let error = shaper("subscriptions.update", &header, Shaping::default()).unwrap_err();
    let hints = error.hints.join("\n");
    assert!(
        hints.contains("rc bulk subscriptions set-next-charge-date"),
        "{hints}"
    );
    let header = ["id", "next_charge_scheduled_at", "price"];
    let shaper = shaper("subscriptions.update", &header, Shaping::default()).unwrap();
    let notes = shaper.notes().join("\n");
    assert!(
        notes.contains("rc bulk subscriptions set-next-charge-date"),
        "{notes}"
    );
}

#[test]
fn a_row_without_anything_to_change_is_left_out_and_counted() {
    let mut shaper = shaper("customers.update", &["id", "phone"], Shaping::default()).unwrap();
    let mut checker = Checker::new(&shaper).unwrap();
    for (line, phone) in [(2, ""), (3, "+4930123"), (4, " ")] {
        let shaped = row(&mut shaper, &[&line.to_string(), phone]);
        checker.take(line, shaped);
    }
    let counts = checker.counts();
    assert_eq!((counts.good, counts.wrong, counts.unchanged), (1, 0, 2));
}

#[test]
fn a_named_decimal_mark_and_order_of_dates_are_obeyed() {
    let shaping = |decimal, dates| Shaping {
        decimal: Some(decimal),
        dates: Some(dates),
        ..Shaping::default()
    };
    let header = ["code", "value", "value_type", "ends_at"];
    let read = |shaping, value, day| {
        let mut shaper = shaper("discounts.create", &header, shaping).unwrap();
        row(&mut shaper, &["A", value, "fixed_amount", day])
    };
    for (mark, value, sent) in [
        (DecimalMark::Comma, "1.299", "1299"),
        (DecimalMark::Comma, "899,00", "899.00"),
        (DecimalMark::Comma, "€ 1.299,50", "1299.50"),
        (DecimalMark::Point, "1,299.50", "1299.50"),
    ] {
        let body = body(read(
            shaping(mark, DateOrder::DayFirst),
            value,
            "03/04/2027",
        ));
        assert_eq!(
            (&body["value"], &body["ends_at"]),
            (&sent.into(), &"2027-04-03".into())
        );
    }
    let mdy = shaping(DecimalMark::Point, DateOrder::MonthFirst);
    assert_eq!(body(read(mdy, "5", "03/04/2027"))["ends_at"], "2027-03-04");
    let comma = shaping(DecimalMark::Comma, DateOrder::DayFirst);
    let problem = problem(read(comma, "12.50", "2027-04-03"));
    assert!(
        problem.contains("not a number with the decimal mark ,"),
        "{problem}"
    );
}

#[test]
fn a_percentage_of_a_sheet_is_an_amount_only_where_percentages_are() {
    let mut shaper = shaper(
        "discounts.create",
        &["code", "value", "value_type"],
        Shaping::default(),
    )
    .unwrap();
    let mut row = |kind: &str, column| {
        let record = StringRecord::from(vec!["A", "50%", kind]);
        let mark = CellMark::Percent;
        let marks = [MarkedCell { column, mark }];
        shaper.shape(&InputRow {
            line: 2,
            content: RowContent::Marked(&record, &marks),
        })
    };
    assert_eq!(body(row("percentage", 1))["value"], "50");
    let problem = problem(row("fixed_amount", 1));
    assert!(
        problem.contains("value_type is not percentage"),
        "{problem}"
    );
}

#[test]
fn a_cell_with_a_fault_is_found_only_where_it_is_sent() {
    let header = ["id", "phone", "created_at"];
    let fault = |column| MarkedCell {
        column,
        mark: CellMark::Fault("an error".to_owned()),
    };
    let record = StringRecord::from(vec!["7", "+49", "#N/A"]);
    let shape = |shaping, column| {
        let mut shaper = shaper("customers.update", &header, shaping).unwrap();
        shaper.shape(&InputRow {
            line: 2,
            content: RowContent::Marked(&record, &[fault(column)]),
        })
    };
    assert_eq!(problem(shape(Shaping::default(), 1)), "phone: an error");
    assert!(matches!(shape(Shaping::default(), 2), Shaped::Task(_)));
    let jq = Shaping {
        jq: Some(crate::filter::Jq::compile("{id, phone}").unwrap()),
        ..Shaping::default()
    };
    assert_eq!(problem(shape(jq, 2)), "created_at: an error");
}
