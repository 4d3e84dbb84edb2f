//! Workbooks: what a person sees comes out, or a reason with its cell.

mod hidden;
mod written;

use super::*;
use written::{Xlsx, number, ods, ods_row, row, table, text, zipped};

fn with(bytes: Vec<u8>, sheet: Option<&str>) -> Result<Got> {
    let options = ReadOptions {
        sheet: sheet.map(str::to_owned),
        ..ReadOptions::default()
    };
    read_with(bytes, options)
}

fn heading() -> String {
    row(1, &[text("A1", "code"), text("B1", "value")])
}

/// The cell below the heading `value` of a sheet, with the reason if it has a
/// fault.
fn seen(cell: &str, formats: &[&str], properties: &str) -> (String, Option<CellMark>) {
    let rows = heading() + &row(2, &[text("A2", "A"), cell.to_owned()]);
    let book = Xlsx {
        sheets: vec![("Sheet1", rows)],
        formats,
        properties,
        shared: &["from the table"],
        ..Xlsx::default()
    };
    let got = with(book.bytes(), None).unwrap();
    match got.rows.as_slice() {
        [(2, What::Cells(cells))] => (cells[1].clone(), None),
        [(2, What::Marked(cells, marks))] => (cells[1].clone(), Some(marks[0].clone())),
        other => panic!("{other:?}"),
    }
}

fn fault(cell: &str, formats: &[&str]) -> String {
    match seen(cell, formats, "").1 {
        Some(CellMark::Fault(reason)) => reason,
        other => panic!("{cell}: {other:?}"),
    }
}

#[test]
fn number_of_a_sheet_is_what_a_person_sees() {
    let formats = ["0%", "00000", "0.00", "yyyy-mm-dd", "dd/mm/yyyy hh:mm"];
    for (format, value, text) in [
        (0, "12", "12"),
        (0, "6.0500000000000007", "6.05"),
        (0, "1.8261322956851E13", "18261322956851"),
        (1, "0.5", "50%"),
        (2, "123", "00123"),
        (3, "26.5", "26.50"),
        (4, "46380", "2026-12-24"),
        (5, "46380.75", "2026-12-24T18:00:00"),
    ] {
        let (seen, mark) = seen(&number("B2", format, value), &formats, "");
        assert_eq!(seen, text);
        assert_eq!(mark.is_some(), format == 1, "{value}: {mark:?}");
    }
    let since_1904 = r#"<workbookPr date1904="1"/>"#;
    let (day, _) = seen(&number("B2", 4, "44918"), &formats, since_1904);
    assert_eq!(day, "2026-12-24");
}

#[test]
fn texts_and_truths_of_a_sheet_are_read() {
    for (cell, text) in [
        (r#"<c r="B2" t="s"><v>0</v></c>"#, "from the table"),
        (r#"<c r="B2" t="b"><v>1</v></c>"#, "TRUE"),
        (r#"<c r="B2" t="str"><f>A1</f><v>made</v></c>"#, "made"),
        (r#"<c r="B2"><f>1+1</f><v>2</v></c>"#, "2"),
        (
            r#"<c r="B2" t="d"><v>2026-12-24T00:00:00</v></c>"#,
            "2026-12-24",
        ),
    ] {
        assert_eq!(seen(cell, &[], ""), (text.to_owned(), None));
    }
}

#[test]
fn cell_whose_value_is_not_known_has_a_fault() {
    for (cell, part) in [
        (r#"<c r="B2" t="e"><v>#N/A</v></c>"#, "#N/A is an error"),
        (
            r#"<c r="B2"><f>A1*2</f></c>"#,
            "a formula without a stored value",
        ),
        (
            r#"<c r="B2"><f>A1*2</f><v></v></c>"#,
            "a formula without a stored value",
        ),
        (
            r#"<c r="B2"><v>1826132295685123</v></c>"#,
            "16 or more digits",
        ),
    ] {
        assert!(fault(cell, &[]).contains(part), "{cell}");
    }
    assert!(fault(&number("B2", 1, "6.0533"), &["0.00"]).contains("shows 6.05, but is 6.0533"));
    assert!(
        fault(&number("B2", 1, "5551234"), &["000-0000"]).contains("a number in a custom format")
    );
    assert!(fault(&number("B2", 1, "0.25"), &["hh:mm"]).contains("a time without a date"));
}

#[test]
fn first_sheet_with_a_value_is_read_and_named() {
    let rows = |code: &str| heading() + &row(2, &[text("A2", code), number("B2", 0, "5")]);
    let book = Xlsx {
        sheets: vec![
            ("Notes", String::new()),
            ("Spring & Co", rows("S")),
            ("Autumn", rows("F")),
        ],
        ..Xlsx::default()
    };
    let got = with(book.bytes(), None).unwrap();
    assert_eq!(got.rows, [(2, cells(&["S", "5"]))]);
    assert_eq!(
        got.notes,
        ["sheet `Spring & Co` is read, not `Notes`, `Autumn`; --sheet chooses another"]
    );
    for wanted in ["Autumn", "autumn", "3"] {
        let got = with(book.bytes(), Some(wanted)).unwrap();
        assert_eq!(got.rows, [(2, cells(&["F", "5"]))], "{wanted}");
        assert_eq!(got.notes, [""; 0]);
    }
    let error = with(book.bytes(), Some("Autum")).unwrap_err();
    assert!(told(&error).contains("did you mean `Autumn`?"), "{error}");
    let error = with(book.bytes(), Some("1")).unwrap_err();
    assert!(told(&error).contains("is empty"), "{error}");
    let error = with(b"code\nA\n".to_vec(), Some("1")).unwrap_err();
    assert!(told(&error).contains("is not a workbook"), "{error}");
}

#[test]
fn rows_of_a_sheet_keep_their_numbers() {
    let rows = row(2, &[text("A2", "Spring sale")])
        + &row(
            4,
            &[text("A4", "code"), text("B4", "value"), text("C4", "note")],
        )
        + &row(5, &[text("A5", "A")])
        + &row(9, &[text("A9", "B"), number("B9", 0, "7"), text("C9", "x")]);
    let book = Xlsx {
        sheets: vec![("Sheet1", rows)],
        ..Xlsx::default()
    };
    let got = with(book.bytes(), None).unwrap();
    assert_eq!(
        got.rows,
        [(5, cells(&["A", "", ""])), (9, cells(&["B", "7", "x"]))]
    );
    assert_eq!(
        got.notes,
        ["the header is on line 4; the lines above it are left out"]
    );
}

#[test]
fn cells_of_a_sheet_have_names() {
    let book = Xlsx {
        sheets: vec![("My sales", heading() + &row(2, &[text("A2", "A")]))],
        ..Xlsx::default()
    };
    let stream = io::Cursor::new(book.bytes());
    let options = ReadOptions::default();
    let reader = InputReader::open("a file", Box::new(stream), &options, &familiar).unwrap();
    let names = reader.cell_names().unwrap();
    assert_eq!(names.name(7, "value").unwrap(), "'My sales'!B7");
    assert_eq!(names.name(10, "code").unwrap(), "'My sales'!A10");
    assert_eq!(names.name(7, "other"), None);
}

#[test]
fn merged_headings_are_named() {
    let rows = row(1, &[text("A1", "code"), text("C1", "value")])
        + &row(2, &[text("A2", "A"), text("B2", "x"), number("C2", 0, "5")]);
    let book = Xlsx {
        sheets: vec![("Sheet1", rows)],
        behind: r#"<mergeCells count="1"><mergeCell ref="A1:B1"/></mergeCells>"#,
        ..Xlsx::default()
    };
    let error = told(&with(book.bytes(), None).unwrap_err());
    assert!(
        error.contains("Sheet1, row 1: column 2 has no name"),
        "{error}"
    );
    assert!(
        error.contains("the heading in Sheet1!A1 is merged"),
        "{error}"
    );
}

#[test]
fn files_that_are_no_workbook_are_told_apart() {
    for (parts, part) in [
        (
            vec![("notes.txt", "x"), ("a/b.csv", "y")],
            "but not a workbook; it has notes.txt, a/b.csv",
        ),
        (vec![("xl/workbook.bin", "x")], "(xlsb)"),
        (vec![("Index/Document.iwa", "x")], "a Numbers document"),
        (
            vec![("word/document.xml", "x"), ("[Content_Types].xml", "")],
            "a Word document",
        ),
        (
            vec![("xl/workbook.xml", "<x")],
            "not a workbook that can be read",
        ),
    ] {
        let error = told(&with(zipped(&parts), None).unwrap_err());
        assert!(error.contains(part), "{error}");
    }
    let cut: Vec<u8> = zipped(&[("a.txt", "x")]).into_iter().take(40).collect();
    let error = told(&with(cut, None).unwrap_err());
    assert!(error.contains("a damaged Excel or ODS workbook"), "{error}");
}

#[test]
fn workbooks_with_a_password_are_told() {
    let mut old = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    old.resize(4096, 0);
    let error = told(&with(old.clone(), None).unwrap_err());
    assert!(error.contains("an old Excel workbook"), "{error}");
    old.extend(utf16("EncryptedPackage", false));
    let error = told(&with(old, None).unwrap_err());
    assert!(error.contains("protected with a password"), "{error}");
    let book = ods("", "<manifest><encryption-data/></manifest>");
    let error = told(&with(book, None).unwrap_err());
    assert!(error.contains("protected with a password"), "{error}");
}

#[test]
fn decompression_bombs_are_refused() {
    let blanks = " ".repeat(64 * 1024 * 1024);
    let parts = [("xl/workbook.xml", "<workbook/>"), ("xl/media/x", &blanks)];
    let error = told(&with(zipped(&parts), None).unwrap_err());
    assert!(
        error.contains("larger than a workbook that can be read"),
        "{error}"
    );
    // A table that repeats itself.
    let cell = r#"<table:table-cell office:value-type="string" table:number-columns-repeated="16384"><text:p>x</text:p></table:table-cell>"#;
    let rows = format!(
        r#"<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>"#
    );
    let error = told(&with(ods(&table("T", &rows), "<manifest/>"), None).unwrap_err());
    assert!(error.contains("more cells than can be read"), "{error}");
}

#[test]
fn ods_cell_is_what_a_person_sees() {
    let string = |text| (r#"office:value-type="string""#, text);
    for (attributes, shown, text) in [
        (
            r#"office:value-type="float" office:value="6.0500000000000007""#,
            "6,05",
            "6.05",
        ),
        (
            r#"office:value-type="float" office:value="123""#,
            "00123",
            "00123",
        ),
        (
            r#"office:value-type="float" office:value="1299""#,
            "1.299",
            "1299",
        ),
        (
            r#"office:value-type="currency" office:value="1299.5""#,
            "1.299,50 €",
            "1299.50",
        ),
        (
            r#"office:value-type="percentage" office:value="0.5""#,
            "50 %",
            "50%",
        ),
        (
            r#"office:value-type="percentage" office:value="0.125""#,
            "12,50%",
            "12.50%",
        ),
        (
            r#"office:value-type="date" office:date-value="2026-12-24""#,
            "24.12.26",
            "2026-12-24",
        ),
        (
            r#"office:value-type="boolean" office:boolean-value="true""#,
            "WAHR",
            "TRUE",
        ),
        (
            r#"office:value-type="string""#,
            "a &amp; b<text:s text:c=\"2\"/>c",
            "a & b  c",
        ),
    ] {
        let rows = ods_row(&[string("code"), string("value")])
            + &ods_row(&[string("A"), (attributes, shown)]);
        let got = with(ods(&table("T", &rows), "<manifest/>"), None).unwrap();
        let [(2, What::Cells(cells) | What::Marked(cells, _))] = got.rows.as_slice() else {
            panic!("{:?}", got.rows)
        };
        assert_eq!(cells[1], text, "{shown}");
    }
}

#[test]
fn ods_cell_whose_value_is_not_known_has_a_fault() {
    let string = |text| (r#"office:value-type="string""#, text);
    for (attributes, shown, part) in [
        (
            r#"office:value-type="float" office:value="6.0533""#,
            "6,05",
            "shows 6.05, but is",
        ),
        (
            r#"office:value-type="string" office:string-value="" calcext:value-type="error""#,
            "#N/A",
            "#N/A is an error",
        ),
        (
            r#"table:formula="of:=[.A1]""#,
            "",
            "a formula without a stored value",
        ),
        (
            r#"office:value-type="float" office:value="1826132295685123""#,
            "1,82613229568512E+015",
            "16 or more digits",
        ),
    ] {
        let rows = ods_row(&[string("code"), string("value")])
            + &ods_row(&[string("A"), (attributes, shown)]);
        let got = with(ods(&table("T", &rows), "<manifest/>"), None).unwrap();
        let [(2, What::Marked(_, marks))] = got.rows.as_slice() else {
            panic!("{:?}", got.rows)
        };
        let CellMark::Fault(reason) = &marks[0] else {
            panic!("{marks:?}")
        };
        assert!(reason.contains(part), "{reason}");
    }
}

#[test]
fn ods_rows_and_sheets_are_read_in_their_order() {
    let string = |text| (r#"office:value-type="string""#, text);
    let empty = r#"<table:table-row table:number-rows-repeated="3"><table:table-cell table:number-columns-repeated="1024"/></table:table-row>"#;
    let rows = ods_row(&[string("code"), string("value")])
        + empty
        + &ods_row(&[
            string("A"),
            (r#"office:value-type="float" office:value="5""#, "5"),
        ])
        + &empty.replace("\"3\"", "\"1048571\"");
    let tables = table("Empty", empty) + &table("Full", &rows);
    let got = with(ods(&tables, "<manifest/>"), None).unwrap();
    assert_eq!(got.rows, [(5, cells(&["A", "5"]))]);
    assert_eq!(
        got.notes,
        ["sheet `Full` is read, not `Empty`; --sheet chooses another"]
    );
}

#[test]
fn ods_sheet_that_is_hidden_is_read_only_when_it_is_named() {
    let string = |text| (r#"office:value-type="string""#, text);
    let rows =
        |code| ods_row(&[string("code"), string("value")]) + &ods_row(&[string(code), string("5")]);
    let styles = r#"<style:style style:name="ta1"><style:table-properties table:display="false"/></style:style><style:style style:name="ta2"><style:table-properties table:display="true"/></style:style>"#;
    let styled = |name: &str, style: &str, code| {
        let attribute = format!("<table:table table:style-name=\"{style}\" ");
        table(name, &rows(code)).replace("<table:table ", &attribute)
    };
    let tables = styles.to_owned() + &styled("Old", "ta1", "OLD") + &styled("New", "ta2", "NEW");
    let book = || ods(&tables, "<manifest/>");
    assert_eq!(with(book(), None).unwrap().rows[0].1, cells(&["NEW", "5"]));
    let named = with(book(), Some("Old")).unwrap();
    assert_eq!(named.rows[0].1, cells(&["OLD", "5"]));
}

#[test]
fn a_hundred_thousand_rows_of_a_sheet_are_read() {
    let mut rows = heading();
    for line in 2..=100_001 {
        let (code, value) = (format!("A{line}"), format!("B{line}"));
        rows += &row(line, &[text(&code, &code), number(&value, 0, "5")]);
    }
    let book = Xlsx {
        sheets: vec![("Sheet1", rows)],
        ..Xlsx::default()
    };
    let got = with(book.bytes(), None).unwrap();
    assert_eq!(got.rows.len(), 100_000);
    assert_eq!(got.rows[99_999], (100_001, cells(&["A100001", "5"])));
}
