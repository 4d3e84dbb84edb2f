//! Rows that a filter or a person has hidden are read, with a note.

use super::*;

fn hidden_row(number: u32, cells: &[String]) -> String {
    row(number, cells).replacen("<row ", "<row hidden=\"1\" ", 1)
}

fn notes(rows: &str, behind: &str) -> Vec<String> {
    let book = Xlsx {
        sheets: vec![("Codes", heading() + rows)],
        behind,
        ..Xlsx::default()
    };
    with(book.bytes(), None).unwrap().notes
}

fn code(line: u32) -> [String; 2] {
    let place = |column: &str| format!("{column}{line}");
    [text(&place("A"), "A"), number(&place("B"), 0, "5")]
}

#[test]
fn hidden_rows_of_a_sheet_are_counted() {
    let seen = row(2, &code(2));
    let one = seen.clone() + &hidden_row(3, &code(3));
    assert_eq!(
        notes(&one, ""),
        ["1 hidden row of sheet `Codes` is read as well"]
    );
    // Rows without cells, and hidden columns, say nothing of rows.
    let empty = seen.clone() + "<row r=\"3\" hidden=\"1\"/><row r=\"4\" hidden=\"0\"></row>";
    assert_eq!(notes(&empty, ""), [""; 0]);
    // More than are unpacked at a time.
    let many: String = (2..=5000)
        .map(|line| hidden_row(line, &code(line)))
        .collect();
    assert_eq!(
        notes(&many, ""),
        ["4999 hidden rows of sheet `Codes` are read as well"]
    );
}

#[test]
fn hidden_rows_of_one_of_several_sheets_are_mentioned() {
    let rows = |first: String| heading() + &first;
    let book = Xlsx {
        sheets: vec![
            ("One", rows(row(2, &code(2)))),
            ("Two", rows(hidden_row(2, &code(2)))),
        ],
        ..Xlsx::default()
    };
    let notes = with(book.bytes(), None).unwrap().notes;
    assert!(
        notes.contains(
            &"the workbook has hidden rows; those of the sheet are read as well".to_owned()
        ),
        "{notes:?}"
    );
}

#[test]
fn hidden_rows_of_ods_are_counted_with_their_repetitions() {
    let line = |attributes: &str| {
        let line = ods_row(&[("office:value-type=\"string\"", "A"), ("", "x")]);
        line.replacen(
            "<table:table-row",
            &format!("<table:table-row {attributes}"),
            1,
        )
    };
    let rows = ods_row(&[("", "code"), ("", "note")])
        + &line("")
        + &line("table:visibility=\"filter\" table:number-rows-repeated=\"2\"")
        + &line("table:visibility=\"collapse\"");
    let got = with(ods(&table("T", &rows), "<manifest/>"), None).unwrap();
    assert_eq!(got.rows.len(), 4);
    assert_eq!(got.notes, ["3 hidden rows of sheet `T` are read as well"]);
}

#[test]
fn ods_number_that_shows_other_digits_is_a_fault() {
    for (value, shown, is_fault) in [
        ("12000", "12", true),
        ("12.5", "12,50", false),
        ("1299.5", "1.299,50 €", false),
        ("-5", "(5,00)", false),
        ("12", "12 Stk", false),
    ] {
        let cell = format!("office:value-type=\"float\" office:value=\"{value}\"");
        let rows = ods_row(&[("", "code"), ("", "value")]) + &ods_row(&[("", "A"), (&cell, shown)]);
        let got = with(ods(&table("T", &rows), "<manifest/>"), None).unwrap();
        let marked = matches!(got.rows.as_slice(), [(_, What::Marked(..))]);
        assert_eq!(marked, is_fault, "{shown}");
    }
}
