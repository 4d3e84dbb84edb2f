//! A messy workbook on a terminal: no flag, few keys, a verified import.

use crate::bulk_sheets::{row, workbook};
use crate::harness::{Store, rc_of};

/// Answers, each followed by the Enter key.
fn keys(answers: &[&str]) -> usize {
    answers
        .iter()
        .map(|answer| answer.chars().count() + 1)
        .sum()
}

/// A workbook as people have them: a title, its own headings, a percentage, an
/// id with zeros, a code that is there twice, and an error.
pub fn messy() -> String {
    row(1, ["Spring campaign 2027", "", ""])
        + &row(2, ["", "", ""])
        + &row(3, ["Promo\u{a0}Code", "Discount", "Type of discount"])
        + &row(4, [" FERN5 ", r#"<c s="1"><v>0.05</v></c>"#, "percentage"])
        + &row(
            5,
            [
                r#"<c s="2"><v>123</v></c>"#,
                "<c><v>6.5</v></c>",
                "fixed_amount",
            ],
        )
        + &row(6, ["fern5", "<c><v>7</v></c>", "percentage"])
        + &row(7, ["#N/A", "<c><v>7</v></c>", "percentage"])
        + &row(8, ["", "", ""])
}

#[test]
fn messy_workbook_is_imported_on_a_terminal_within_twelve_keys() {
    let store = Store::new();
    let path = workbook(&store, &messy());
    let answers = ["y", "y", "y"];
    let outcome = rc_of(
        ["bulk", "discounts", "create"]
            .map(str::to_owned)
            .into_iter()
            .chain([path.display().to_string()]),
    )
    .within(&store)
    .on_terminal(100)
    .answering(&answers)
    .succeeds();
    assert!(keys(&answers) <= 12, "{answers:?}");
    for question in [
        "Use these names? [y/N]",
        "2 rows are wrong. Leave them out and import 2 rows? [y/N]",
        "Create 2 discounts in the sandbox [local]? [y/N]",
    ] {
        assert!(outcome.questions.contains(question), "{outcome:?}");
    }
    for (code, value) in [("FERN5", "5"), ("00123", "6.50")] {
        let listed = crate::harness::rc(&format!("discounts list --discount-code {code} -o json"))
            .within(&store)
            .succeeds()
            .json();
        assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
        let stored = listed[0]["value"].as_str().unwrap();
        assert_eq!(stored.trim_end_matches(".00"), value);
    }
}

#[test]
fn wrong_rows_stop_the_import_when_they_are_not_left_out() {
    let store = Store::new();
    let rows = row(1, ["code", "value", "value_type"])
        + &row(2, ["A", "<c><v>7</v></c>", "percentage"])
        + &row(3, ["B", "<c><v>700</v></c>", "percentage"]);
    let path = workbook(&store, &rows);
    let words = ["bulk", "discounts", "create"]
        .map(str::to_owned)
        .into_iter();
    rc_of(words.chain([path.display().to_string()]))
        .within(&store)
        .on_terminal(100)
        .answering(&["n"])
        .fails(2)
        .shows("bulk_typed-wrong_rows_stop_the_import_when_they_are_not_left_out");
    assert!(store.ids("discounts list --discount-code A").is_empty());
}

#[test]
fn dry_run_on_a_terminal_shows_ten_rows_and_the_plan() {
    let store = Store::new();
    let row = |n: u32| format!("CODE{n},{n}.50,fixed_amount\n");
    let rows = (0..12).map(row).collect::<Vec<_>>().concat();
    let path = crate::bulk::file(
        &store,
        "codes.csv",
        &format!("code,value,value_type\n{rows}"),
    );
    let run = || {
        crate::bulk::bulk("discounts create", &path)
            .with("--dry-run")
            .within(&store)
    };
    let shown = run().env("NO_COLOR", "1").on_terminal(100).succeeds();
    assert!(shown.stdout.starts_with("CODE"), "{shown:?}");
    assert!(shown.stdout.contains("CODE9  9.50"), "{shown:?}");
    assert!(!shown.stdout.contains("CODE10"), "{shown:?}");
    shown.says("codes.csv: 1 batch, 5 requests; nothing was sent; 2 rows more than shown");
    // Other programs get every request.
    run().succeeds().prints_in("\"code\":\"CODE11\"");
    let json = run().with("-o json").on_terminal(100).succeeds();
    assert!(json.stdout.contains("CODE11"), "{json:?}");
    assert!(store.ids("discounts list --discount-code CODE1").is_empty());
}
