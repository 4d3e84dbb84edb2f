//! Sheets of ods files. Each cell has its value and the text that a person
//! sees; both are needed, as a text may be rounded and a value is without its
//! percent sign.

use std::collections::HashSet;
use std::io::{BufReader, Cursor, Read};

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use zip::ZipArchive;

use super::package::Package;
use super::rows::SheetRows;
use super::shown::NumberForm;
use super::{Hidden, MergedCells, Sheet, SheetChoice, moment};
use crate::bulk::error_values::is_error_value;
use crate::bulk::row::CellMark;
use crate::error::{Error, Result};

/// The most columns that a sheet has.
const MOST_COLUMNS: u32 = 16_384;
const MOST_ROWS: u32 = 1_048_576;

/// Reads the wanted sheet, or the first one that is not empty.
pub(super) fn read(name: &str, package: Package, wanted: Option<&str>) -> Result<Sheet> {
    let mut archive = ZipArchive::new(Cursor::new(package.bytes))
        .map_err(|error| broken(name, &error.to_string()))?;
    let sheets = {
        let mut document = OdsDocument::open(name, &mut archive)?;
        document.sheets()?
    };
    let mut choice = SheetChoice::new(name, sheets.clone(), wanted)?;
    while let Some(sheet) = choice.next() {
        let at = sheets.iter().position(|(known, _)| *known == sheet);
        let mut document = OdsDocument::open(name, &mut archive)?;
        let table = document.rows(at.unwrap_or(0))?;
        if table.rows.is_empty() && !choice.is_last() {
            continue;
        }
        let hidden = match table.hidden {
            0 => Hidden::None,
            count => Hidden::Rows(count),
        };
        return Ok(choice.chosen(sheet, table.rows, table.merged, hidden));
    }
    Err(choice.nothing())
}

fn broken(name: &str, error: &str) -> Error {
    Error::usage(format!(
        "{name} is not a workbook that can be read: {error}"
    ))
    .hint("open it in the spreadsheet and save it again, or as CSV (UTF-8)")
}

/// What a sheet has.
#[derive(Default)]
struct OdsTable {
    rows: SheetRows,
    merged: Vec<MergedCells>,
    /// Rows with values that are hidden.
    hidden: u64,
}

/// The XML of a workbook, read from its beginning.
struct OdsDocument<'a, R: Read> {
    name: &'a str,
    xml: Reader<BufReader<R>>,
    buffer: Vec<u8>,
}

impl<'a> OdsDocument<'a, Box<dyn Read + 'a>> {
    fn open(name: &'a str, archive: &'a mut ZipArchive<Cursor<Vec<u8>>>) -> Result<Self> {
        let part = archive
            .by_name("content.xml")
            .map_err(|error| broken(name, &error.to_string()))?;
        let part: Box<dyn Read + 'a> = Box::new(part);
        let mut xml = Reader::from_reader(BufReader::new(part));
        xml.config_mut().expand_empty_elements = true;
        Ok(Self {
            name,
            xml,
            buffer: Vec::new(),
        })
    }
}

impl<R: Read> OdsDocument<'_, R> {
    fn event(&mut self) -> Result<Event<'static>> {
        self.buffer.clear();
        let event = self.xml.read_event_into(&mut self.buffer);
        event
            .map(Event::into_owned)
            .map_err(|error| broken(self.name, &error.to_string()))
    }

    /// The names of all sheets, and whether each is visible: the style of a
    /// hidden one, which comes before it, says so.
    fn sheets(&mut self) -> Result<Vec<(String, bool)>> {
        let mut sheets = Vec::new();
        let mut style = None;
        let mut hidden = HashSet::new();
        loop {
            self.buffer.clear();
            let event = self.xml.read_event_into(&mut self.buffer);
            match event.map_err(|error| broken(self.name, &error.to_string()))? {
                Event::Start(tag) if tag.name().as_ref() == "style:style" => {
                    style = attribute(&tag, "style:name");
                }
                Event::Start(tag)
                    if tag.name().as_ref() == "style:table-properties"
                        && attribute(&tag, "table:display").as_deref() == Some("false") =>
                {
                    hidden.extend(style.take());
                }
                Event::Start(tag) if tag.name().as_ref() == "table:table" => {
                    let style = attribute(&tag, "table:style-name");
                    let is_visible = style.is_none_or(|style| !hidden.contains(&style));
                    let name = attribute(&tag, "table:name").unwrap_or_default();
                    sheets.push((name, is_visible));
                }
                Event::Eof => return Ok(sheets),
                _ => {}
            }
        }
    }

    /// The rows of a sheet, by its place.
    fn rows(&mut self, wanted: usize) -> Result<OdsTable> {
        let mut before = 0;
        loop {
            match self.event()? {
                Event::Start(tag) if tag.name().as_ref() == "table:table" => {
                    if before == wanted {
                        return self.table();
                    }
                    before += 1;
                }
                Event::Eof => return Ok(OdsTable::default()),
                _ => {}
            }
        }
    }

    fn table(&mut self) -> Result<OdsTable> {
        let mut table = OdsTable::default();
        let mut number = 0_u32;
        loop {
            match self.event()? {
                Event::Start(tag) if tag.name().as_ref() == "table:table-row" => {
                    let repeated = count(&tag, "table:number-rows-repeated");
                    let visibility = attribute(&tag, "table:visibility");
                    let is_hidden = visibility.is_some_and(|word| word != "visible");
                    let cells = self.row(number, &mut table.merged)?;
                    let filled = cells.iter().any(|cell| !cell.is_empty());
                    let copies = if filled { repeated.min(MOST_ROWS) } else { 0 };
                    for row in 0..copies {
                        add(&mut table.rows, number.saturating_add(row), &cells)
                            .map_err(|error| self.of_file(error))?;
                    }
                    table.hidden += u64::from(is_hidden) * u64::from(copies);
                    number = number.saturating_add(repeated);
                }
                Event::End(tag) if tag.name().as_ref() == "table:table" => {
                    return Ok(table);
                }
                Event::Eof => return Ok(table),
                _ => {}
            }
        }
    }

    fn of_file(&self, mut error: Error) -> Error {
        error.message = format!("{}: {}", self.name, error.message);
        error
    }

    /// The cells of a row, up to its end.
    fn row(&mut self, number: u32, merged: &mut Vec<MergedCells>) -> Result<Vec<OdsCell>> {
        let mut cells = Vec::new();
        let mut column = 0_u32;
        loop {
            match self.event()? {
                Event::Start(tag)
                    if matches!(
                        tag.name().as_ref(),
                        "table:table-cell" | "table:covered-table-cell"
                    ) =>
                {
                    let repeated = count(&tag, "table:number-columns-repeated");
                    let spanned = count(&tag, "table:number-columns-spanned");
                    if spanned > 1 {
                        merged.push((number, column, column.saturating_add(spanned - 1)));
                    }
                    let (text, mark) = self.cell(&tag)?;
                    cells.push(OdsCell {
                        column,
                        repeated: repeated.min(MOST_COLUMNS),
                        text,
                        mark,
                    });
                    column = column.saturating_add(repeated);
                }
                Event::End(tag) if tag.name().as_ref() == "table:table-row" => return Ok(cells),
                Event::Eof => return Ok(cells),
                _ => {}
            }
        }
    }

    /// The text of a cell, up to its end.
    fn cell(&mut self, tag: &BytesStart<'_>) -> Result<(String, Option<CellMark>)> {
        let shown = self.shown(tag.name().as_ref())?;
        let value = |name| attribute(tag, name);
        let kind = value("office:value-type").unwrap_or_default();
        if value("calcext:value-type").as_deref() == Some("error") || is_error_value(&shown) {
            let mark = super::error_value(&shown);
            return Ok((shown, Some(mark)));
        }
        Ok(match kind.as_str() {
            "float" | "currency" | "percentage" => {
                let number = value("office:value").and_then(|number| number.parse().ok());
                match number {
                    Some(number) => as_shown(&shown, &kind, number),
                    None => (shown, None),
                }
            }
            "date" => (
                moment::iso(&value("office:date-value").unwrap_or_default()),
                None,
            ),
            "boolean" => (
                value("office:boolean-value")
                    .unwrap_or_default()
                    .to_ascii_uppercase(),
                None,
            ),
            "time" => {
                let reason = "a duration, or a time without a date";
                (shown, Some(CellMark::Fault(reason.to_owned())))
            }
            "" if shown.is_empty() && value("table:formula").is_some() => {
                let reason = "a formula without a stored value; open the file in the spreadsheet \
                    and \
                              save it";
                (shown, Some(CellMark::Fault(reason.to_owned())))
            }
            _ => (value("office:string-value").unwrap_or(shown), None),
        })
    }

    /// What a cell shows: its paragraphs as lines, without its comment.
    fn shown(&mut self, cell: &str) -> Result<String> {
        let mut text = String::new();
        let (mut paragraphs, mut in_paragraph, mut in_comment) = (0, false, 0);
        loop {
            match self.event()? {
                Event::Start(tag) => match tag.name().as_ref() {
                    "office:annotation" => in_comment += 1,
                    "text:p" if in_comment == 0 => {
                        if paragraphs > 0 {
                            text.push('\n');
                        }
                        paragraphs += 1;
                        in_paragraph = true;
                    }
                    "text:s" if in_paragraph => {
                        let blanks = count(&tag, "text:c").min(1024);
                        text.extend(std::iter::repeat_n(' ', blanks as usize));
                    }
                    "text:tab" if in_paragraph => text.push('\t'),
                    "text:line-break" if in_paragraph => text.push('\n'),
                    _ => {}
                },
                Event::End(tag) => match tag.name().as_ref() {
                    "office:annotation" => in_comment -= 1,
                    "text:p" if in_comment == 0 => in_paragraph = false,
                    name if name == cell => return Ok(text),
                    _ => {}
                },
                Event::Text(part) if in_paragraph && in_comment == 0 => {
                    text.push_str(&part.xml10_content());
                }
                Event::CData(part) if in_paragraph && in_comment == 0 => {
                    text.push_str(&part.xml10_content());
                }
                Event::GeneralRef(entity) if in_paragraph && in_comment == 0 => {
                    text.push_str(&resolved(&entity));
                }
                Event::Eof => return Ok(text),
                _ => {}
            }
        }
    }
}

/// A cell of a row, as many times as it is repeated.
struct OdsCell {
    column: u32,
    repeated: u32,
    text: String,
    mark: Option<CellMark>,
}

impl OdsCell {
    fn is_empty(&self) -> bool {
        self.text.is_empty() && self.mark.is_none()
    }
}

fn add(rows: &mut SheetRows, row: u32, cells: &[OdsCell]) -> Result<()> {
    for cell in cells.iter().filter(|cell| !cell.is_empty()) {
        for column in cell.column..cell.column.saturating_add(cell.repeated).min(MOST_COLUMNS) {
            rows.add((row, column), &cell.text, cell.mark.clone())?;
        }
    }
    Ok(())
}

/// A number as the cell shows it. Where other digits are shown, as in thousands,
/// its text is not known.
fn as_shown(shown: &str, kind: &str, number: f64) -> (String, Option<CellMark>) {
    let form = form(shown, kind, number);
    let (text, mark) = form.text(number);
    let digits = |text: &str| {
        let digits = text.chars().filter(char::is_ascii_digit);
        digits.collect::<String>()
    };
    let is_other = match form {
        NumberForm::Decimals(_) | NumberForm::Percent(_) => {
            let shown = digits(shown);
            !shown.is_empty() && shown != digits(&text)
        }
        _ => false,
    };
    if mark.as_ref().is_none_or(|mark| *mark == CellMark::Percent) && is_other {
        return NumberForm::Other.text(number);
    }
    (text, mark)
}

/// How a cell shows its number, from what it shows: leading zeros, decimals.
fn form(shown: &str, kind: &str, number: f64) -> NumberForm {
    let digits = shown.bytes().filter(u8::is_ascii_digit).count();
    if kind == "float"
        && digits > 1
        && digits == shown.len()
        && shown.starts_with('0')
        && shown.parse() == Ok(number)
    {
        return NumberForm::Zeros(digits);
    }
    let is_known = |letter: char| !letter.is_alphabetic() || !matches!(letter, 'e' | 'E');
    if digits == 0 || !shown.chars().all(is_known) || shown.contains('/') {
        return if kind == "percentage" {
            NumberForm::Percent(0)
        } else {
            NumberForm::Plain
        };
    }
    let decimals = decimals(
        shown,
        if kind == "percentage" {
            number * 100.0
        } else {
            number
        },
    );
    if kind == "percentage" {
        NumberForm::Percent(decimals)
    } else {
        NumberForm::Decimals(decimals)
    }
}

/// Digits behind the decimal mark of a number as it is shown. A last mark with
/// three digits behind it is one of thousands where the number says so.
fn decimals(shown: &str, number: f64) -> usize {
    let Some((whole, fraction)) = shown.rsplit_once(['.', ',']) else {
        return 0;
    };
    let digits = |text: &str| {
        text.chars()
            .filter(char::is_ascii_digit)
            .collect::<String>()
    };
    let count = digits(fraction).len();
    let (whole, all) = (digits(whole), digits(shown));
    let is_thousands = count == 3
        && all
            .parse::<f64>()
            .is_ok_and(|all| (all - number.abs().round()).abs() < 0.5)
        && whole.parse::<f64>().is_ok_and(|whole| whole > 0.0);
    if is_thousands { 0 } else { count }
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = tag.try_get_attribute(name).ok().flatten()?;
    let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?;
    Some(value.into_owned())
}

/// A count in an attribute; 1 where there is none.
fn count(tag: &BytesStart<'_>, name: &str) -> u32 {
    let value = attribute(tag, name).and_then(|count| count.parse().ok());
    value.unwrap_or(1)
}

fn resolved(entity: &BytesRef<'_>) -> String {
    if let Ok(Some(letter)) = entity.resolve_char_ref() {
        return letter.to_string();
    }
    match entity.as_ref() {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        _ => "",
    }
    .to_owned()
}
