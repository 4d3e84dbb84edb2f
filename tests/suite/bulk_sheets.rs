//! `rc bulk check` of spreadsheets as they are: what a user reads of faults,
//! and of workbooks.

use std::io::{Cursor, Write};
use std::path::PathBuf;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::bulk::{bulk, file};
use crate::harness::Store;

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATION: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";

/// A workbook with one sheet; style 1 shows percentages, 2 has five digits.
pub fn workbook(store: &Store, rows: &str) -> PathBuf {
    let parts = [
        ("[Content_Types].xml", "<Types/>".to_owned()),
        (
            "_rels/.rels",
            format!(
                r#"<Relationships xmlns="{PACKAGE}"><Relationship Id="a" Type="{RELATION}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                r#"<workbook xmlns="{MAIN}" xmlns:r="{RELATION}"><sheets><sheet name="Codes" sheetId="1" r:id="a"/></sheets></workbook>"#
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                r#"<Relationships xmlns="{PACKAGE}"><Relationship Id="a" Type="{RELATION}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="b" Type="{RELATION}/styles" Target="styles.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/styles.xml",
            format!(
                r#"<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="164" formatCode="00000"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="9"/><xf numFmtId="164"/></cellXfs></styleSheet>"#
            ),
        ),
        (
            "xl/worksheets/sheet1.xml",
            format!(r#"<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>"#),
        ),
    ];
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        archive
            .start_file(name, SimpleFileOptions::default())
            .unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    let path = store.path().join("codes.xlsx");
    std::fs::write(&path, archive.finish().unwrap().into_inner()).unwrap();
    path
}

/// A row: cells that begin with `<` are XML, others texts.
pub fn row(number: u32, cells: [&str; 3]) -> String {
    let cells: String = "ABC"
        .chars()
        .zip(cells)
        .map(|(column, cell)| {
            let place = format!(r#"r="{column}{number}""#);
            match cell.strip_prefix("<c") {
                Some(rest) => ["<c ", &place, rest].concat(),
                None => [
                    "<c ",
                    &place,
                    " t=\"inlineStr\"><is><t>",
                    cell,
                    "</t></is></c>",
                ]
                .concat(),
            }
        })
        .collect();
    [&format!("<row r=\"{number}\">"), &*cells, "</row>"].concat()
}

#[test]
fn workbook_is_sent_as_it_looks() {
    let store = Store::new();
    let rows = row(1, ["code", "value", "value_type"])
        + &row(
            2,
            [
                r#"<c s="2"><v>123</v></c>"#,
                r#"<c s="1"><v>0.5</v></c>"#,
                "percentage",
            ],
        );
    let path = workbook(&store, &rows);
    bulk("discounts create", &path)
        .sandboxed()
        .with("--dry-run")
        .succeeds()
        .prints_in("\"code\":\"00123\"")
        .prints_in("\"value\":\"50\"");
}

#[test]
fn faults_of_a_workbook_are_told_with_their_cells() {
    let store = Store::new();
    let rows = row(1, ["code", "value", "value_type"])
        + &row(2, [r#"<c t="e"><v>#N/A</v></c>"#, "5", "percentage"])
        + &row(3, ["A", r#"<c s="1"><v>0.5</v></c>"#, "fixed_amount"])
        + &row(4, ["B", "<c><f>A1*2</f></c>", "percentage"])
        + &row(5, ["C", "1,5", "percentage"]);
    let path = workbook(&store, &rows);
    let report = store.path().join("wrong.csv");
    bulk(
        &format!("check discounts create --report '{}'", report.display()),
        &path,
    )
    .fails(2)
    .shows("bulk_sheets-faults_of_a_workbook_are_told_with_their_cells");
    let report = std::fs::read_to_string(report).unwrap();
    assert!(
        report.starts_with("line,column,value,problem,cell\n"),
        "{report}"
    );
    assert!(report.contains(",Codes!B5\n"), "{report}");
}

#[test]
fn printed_map_can_be_pasted() {
    let store = Store::new();
    let text = "Promo\u{200b} Code,discount,Discount type\nFERN,5,percentage\n";
    let path = file(&store, "codes.csv", text);
    let hint = "--map 'Promo Code=code' --map 'discount=value' --map 'Discount type=value_type'";
    bulk("check discounts create", &path).fails(2).says(hint);
    bulk(&format!("check discounts create {hint}"), &path).succeeds();
}

#[test]
fn rows_with_nothing_to_change_are_left_out() {
    let store = Store::new();
    let path = file(&store, "phones.csv", "id,phone\n7,\n8,+4930123\n");
    bulk("check customers update", &path)
        .succeeds()
        .says("1 row left out: nothing to change");
}

#[test]
fn required_text_that_is_blank_is_missing_in_a_single_command_too() {
    for code in ["''", "' '"] {
        crate::harness::rc(&format!(
            "discounts create --code {code} --value 5 --value-type percentage --dry-run"
        ))
        .sandboxed()
        .fails(2)
        .says("missing --code");
    }
}
