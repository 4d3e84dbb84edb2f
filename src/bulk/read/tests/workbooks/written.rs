//! Workbooks for tests: a few lines of XML in a zip file.

#![expect(
    clippy::format_push_string,
    clippy::format_collect,
    reason = "XML is read more easily as one text"
)]

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A zip file of such parts.
pub(super) fn zipped(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(6));
    for (name, text) in parts {
        archive.start_file(*name, options).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// An xlsx file: sheets with the XML inside their `sheetData`, what follows
/// that, and codes of formats, of which cells have the style of their place
/// from 1.
#[derive(Default)]
pub(super) struct Xlsx<'a> {
    pub(super) sheets: Vec<(&'a str, String)>,
    pub(super) formats: &'a [&'a str],
    pub(super) behind: &'a str,
    pub(super) properties: &'a str,
    pub(super) shared: &'a [&'a str],
}

impl Xlsx<'_> {
    pub(super) fn bytes(&self) -> Vec<u8> {
        let (mut names, mut relations, mut types) = (String::new(), String::new(), String::new());
        let mut parts: Vec<(String, String)> = Vec::new();
        for (number, (name, rows)) in (1..).zip(&self.sheets) {
            let name = name.replace('&', "&amp;");
            names += &format!(r#"<sheet name="{name}" sheetId="{number}" r:id="rId{number}"/>"#);
            relations += &format!(
                r#"<Relationship Id="rId{number}" Type="{DOCUMENT}/worksheet" Target="worksheets/sheet{number}.xml"/>"#
            );
            types += &format!(
                r#"<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>"#
            );
            let behind = self.behind;
            parts.push((
                format!("xl/worksheets/sheet{number}.xml"),
                format!(r#"{XML}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{behind}</worksheet>"#),
            ));
        }
        let formats: String = (164..)
            .zip(self.formats)
            .map(|(id, code)| {
                let code = code.replace('&', "&amp;").replace('"', "&quot;");
                format!(r#"<numFmt numFmtId="{id}" formatCode="{code}"/>"#)
            })
            .collect();
        let styles: String = (164..164 + self.formats.len())
            .map(|id| format!(r#"<xf numFmtId="{id}" applyNumberFormat="1"/>"#))
            .collect();
        let shared: String = self
            .shared
            .iter()
            .map(|text| format!("<si><t xml:space=\"preserve\">{text}</t></si>"))
            .collect();
        let properties = self.properties;
        parts.extend([
            (
                "[Content_Types].xml".to_owned(),
                format!(
                    r#"{XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>{types}</Types>"#
                ),
            ),
            (
                "_rels/.rels".to_owned(),
                format!(
                    r#"{XML}<Relationships xmlns="{RELATIONS}"><Relationship Id="rId1" Type="{DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
                ),
            ),
            (
                "xl/workbook.xml".to_owned(),
                format!(
                    r#"{XML}<workbook xmlns="{MAIN}" xmlns:r="{DOCUMENT}">{properties}<sheets>{names}</sheets></workbook>"#
                ),
            ),
            (
                "xl/_rels/workbook.xml.rels".to_owned(),
                format!(
                    r#"{XML}<Relationships xmlns="{RELATIONS}">{relations}<Relationship Id="rId90" Type="{DOCUMENT}/styles" Target="styles.xml"/><Relationship Id="rId91" Type="{DOCUMENT}/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#
                ),
            ),
            (
                "xl/styles.xml".to_owned(),
                format!(
                    r#"{XML}<styleSheet xmlns="{MAIN}"><numFmts>{formats}</numFmts><cellXfs><xf numFmtId="0"/>{styles}</cellXfs></styleSheet>"#
                ),
            ),
            (
                "xl/sharedStrings.xml".to_owned(),
                format!(r#"{XML}<sst xmlns="{MAIN}">{shared}</sst>"#),
            ),
        ]);
        let parts: Vec<(&str, &str)> = parts
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()))
            .collect();
        zipped(&parts)
    }
}

const XML: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const DOCUMENT: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";

/// A cell with a text.
pub(super) fn text(place: &str, text: &str) -> String {
    format!(r#"<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>"#)
}

/// A cell with a number, in the format of that number.
pub(super) fn number(place: &str, format: usize, number: &str) -> String {
    format!(r#"<c r="{place}" s="{format}"><v>{number}</v></c>"#)
}

/// A row of cells.
pub(super) fn row(number: u32, cells: &[String]) -> String {
    format!(r#"<row r="{number}">{}</row>"#, cells.concat())
}

/// An ods file with the XML of its tables.
pub(super) fn ods(tables: &str, manifest: &str) -> Vec<u8> {
    let content = format!(
        r#"{XML}<office:document-content xmlns:office="urn:o" xmlns:table="urn:t" xmlns:text="urn:x" xmlns:calcext="urn:c"><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"#
    );
    zipped(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", &content),
        ("META-INF/manifest.xml", manifest),
    ])
}

/// A table of an ods file.
pub(super) fn table(name: &str, rows: &str) -> String {
    format!(r#"<table:table table:name="{name}">{rows}</table:table>"#)
}

/// A row of an ods file: cells as their attributes and the text they show.
pub(super) fn ods_row(cells: &[(&str, &str)]) -> String {
    let cells: String = cells
        .iter()
        .map(|(attributes, shown)| {
            format!("<table:table-cell {attributes}><text:p>{shown}</text:p></table:table-cell>")
        })
        .collect();
    format!("<table:table-row>{cells}</table:table-row>")
}
