//! Rows looked at together.

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;

/// What the checker finds in rows of one column each: `line column: problem`.
fn found(id: &str, header: &[&str], rows: &[&[&str]]) -> (Vec<String>, CheckCounts) {
    let mut shaper = shaper(id, header, Shaping::default()).unwrap();
    let mut checker = Checker::new(&shaper).unwrap();
    let mut all = Vec::new();
    for (line, cells) in (2..).zip(rows) {
        let record = StringRecord::from(*cells);
        let shaped = shaper.shape(&InputRow {
            line,
            content: RowContent::Cells(&record),
        });
        if let Shaped::Wrong(findings) = checker.take(line, shaped) {
            for finding in findings {
                let column = finding.column.as_deref().unwrap_or("-");
                all.push(format!("{} {column}: {}", finding.line, finding.problem));
            }
        }
    }
    (all, checker.counts())
}

#[test]
fn a_second_row_for_an_object_is_found() {
    let rows: &[&[&str]] = &[&["7", "A"], &["8", "A"], &["007", "B"], &["x", "C"]];
    let (found, counts) = found("discounts.update", &["Discount ID", "code"], rows);
    assert_eq!(
        found,
        [
            "4 Discount ID: the same Discount ID as line 2",
            "5 Discount ID: not a whole number",
        ]
    );
    let expected = CheckCounts {
        rows: 4,
        good: 2,
        wrong: 2,
        left_out: 0,
        unchanged: 0,
    };
    assert_eq!(counts, expected);
}

#[test]
fn a_code_or_an_email_stands_once() {
    let rows: &[&[&str]] = &[
        &["A", "1", "percentage"],
        &["B", "1", "percentage"],
        &["A", "2", "percentage"],
    ];
    let (codes, _) = found("discounts.create", &["Code", "value", "value_type"], rows);
    assert_eq!(codes, ["4 Code: the same code as line 2"]);
    let rows: &[&[&str]] = &[&["a@b.c", "A", "B"], &[" a@b.c", "A", "B"]];
    let (emails, _) = found(
        "customers.create",
        &["email", "first name", "last name"],
        rows,
    );
    assert_eq!(emails, ["3 email: the same email as line 2"]);
}

#[test]
fn a_row_that_is_wrong_takes_nobodys_place() {
    let rows: &[&[&str]] = &[&["A", "x", "percentage"], &["A", "2", "percentage"]];
    let (found, counts) = found("discounts.create", &["code", "value", "value_type"], rows);
    assert_eq!((found.len(), counts.good), (1, 1));
}

#[test]
fn what_may_happen_twice_may_stand_twice() {
    let rows: &[&[&str]] = &[&["7", "1"], &["7", "2"], &["7", "2"]];
    let header = ["id", "collection_products"];
    assert_eq!(found("collections.add_products", &header, rows).1.good, 3);
    // Other products of the collection are another request.
    let (found, _) = found("collections.remove_products", &header, rows);
    assert_eq!(found, ["4 -: the same as line 3"]);
}

#[test]
fn another_day_of_an_address_can_be_skipped() {
    let header = ["id", "date", "subscription_ids"];
    let rows: &[&[&str]] = &[
        &["7", "2026-12-01", "1"],
        &["7", "2027-01-01", "1"],
        &["7", "2026-12-01", "1"],
    ];
    let (found, _) = found("addresses.skip_charge", &header, rows);
    assert_eq!(found, ["4 -: the same as line 2"]);
}

#[test]
fn other_items_of_a_charge_can_be_skipped() {
    let rows: &[&[&str]] = &[&["7", "1"], &["7", "2"], &["7", "1"]];
    let (found, _) = found("charges.skip", &["id", "purchase_item_ids"], rows);
    assert_eq!(found, ["4 -: the same as line 2"]);
}

#[test]
fn money_moves_once_an_object() {
    let rows: &[&[&str]] = &[&["7"], &["7"]];
    let (found, _) = found("charges.process", &["id"], rows);
    assert_eq!(found, ["3 id: the same id as line 2"]);
}

#[test]
fn all_findings_are_handed_on() {
    let rows: Vec<&[&str]> = vec![&["x"]; 30];
    let (found, counts) = found("subscriptions.delete", &["id"], &rows);
    assert_eq!((found.len(), counts.wrong), (30, 30));
}

#[test]
fn what_the_filter_leaves_out_is_counted() {
    let shaping = Shaping {
        jq: Some(Jq::compile("empty").unwrap()),
        ..Shaping::default()
    };
    let mut shaper = with_engine("subscriptions.delete", Engine::Requests, None, shaping).unwrap();
    let mut checker = Checker::new(&shaper).unwrap();
    let shaped = object(&mut shaper, "{}");
    assert_eq!(checker.take(1, shaped), Shaped::LeftOut);
    assert_eq!(checker.counts().left_out, 1);
}

proptest! {
    #[test]
    fn duplicates_are_those_that_a_map_would_find(ids in prop::collection::vec(1_u32..60, 0..200)) {
        let texts: Vec<String> = ids.iter().map(u32::to_string).collect();
        let rows: Vec<[&str; 1]> = texts.iter().map(|text| [text.as_str()]).collect();
        let rows: Vec<&[&str]> = rows.iter().map(<[&str; 1]>::as_slice).collect();
        let mut first = HashMap::new();
        let mut expected = Vec::new();
        for (line, id) in (2_u64..).zip(&ids) {
            let known = *first.entry(id).or_insert(line);
            if known != line {
                expected.push(format!("{line} id: the same id as line {known}"));
            }
        }
        prop_assert_eq!(found("discounts.delete", &["id"], &rows).0, expected);
    }
}
