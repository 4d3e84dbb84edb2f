//! Sheets of xlsx files, as calamine reads them. Each cell becomes the text
//! that a person sees, or is marked with the reason why that is not known.

use std::io::Cursor;

use calamine::{DataRef, Reader as _, SheetType, SheetVisible, Xlsx, XlsxError};

use super::package::{self, Package};
use super::rows::SheetRows;
use super::shown::NumberForm;
use super::{Hidden, Sheet, SheetChoice, moment};
use crate::bulk::row::CellMark;
use crate::error::{Error, Result};

type Workbook = Xlsx<Cursor<Vec<u8>>>;

/// Reads the wanted sheet, or the first one that is not empty.
pub(super) fn read(name: &str, package: Package, wanted: Option<&str>) -> Result<Sheet> {
    let (has_formulas, has_merges) = (package.has_formulas, package.has_merges);
    let hidden = package.hidden;
    let mut workbook: Workbook =
        Xlsx::new(Cursor::new(package.bytes)).map_err(|error| broken(name, &error))?;
    let sheets = workbook.sheets_metadata().iter();
    let sheets: Vec<(String, bool)> = sheets
        .filter(|sheet| sheet.typ == SheetType::WorkSheet)
        .map(|sheet| (sheet.name.clone(), sheet.visible == SheetVisible::Visible))
        .collect();
    let mut choice = SheetChoice::new(name, sheets, wanted)?;
    while let Some(sheet) = choice.next() {
        let rows = rows(name, &mut workbook, &sheet, has_formulas)?;
        if rows.is_empty() && !choice.is_last() {
            continue;
        }
        let merges = if has_merges {
            // They only serve a hint.
            workbook
                .merge_cells_by_sheet_name(&sheet)
                .unwrap_or_default()
        } else {
            Vec::new()
        };
        let merged = merges
            .iter()
            .map(|area| (area.start.0, area.start.1, area.end.1))
            .filter(|(_, first, last)| first < last)
            .collect();
        let hidden = match (hidden, choice.all.len()) {
            (0, _) => Hidden::None,
            (count, 1) => Hidden::Rows(count),
            _ => Hidden::Somewhere,
        };
        return Ok(choice.chosen(sheet, rows, merged, hidden));
    }
    Err(choice.nothing())
}

fn rows(name: &str, workbook: &mut Workbook, sheet: &str, has_formulas: bool) -> Result<SheetRows> {
    let formulas = if has_formulas {
        formulas(name, workbook, sheet)?
    } else {
        Vec::new()
    };
    let mut formulas = formulas.into_iter().peekable();
    let mut cells = workbook
        .worksheet_cells_reader(sheet)
        .map_err(|error| broken(name, &error))?;
    let forms: Vec<NumberForm> = cells
        .styles()
        .iter()
        .map(|style| {
            let format = style.number_format.as_ref();
            format.map_or(NumberForm::Plain, |format| {
                NumberForm::of(&format.format_code)
            })
        })
        .collect();
    let mut rows = SheetRows::default();
    let mut last = (0, 0);
    loop {
        let next = cells.next_cell_with_style_id();
        let Some((cell, style)) = next.map_err(|error| broken_behind(name, sheet, last, &error))?
        else {
            return Ok(rows);
        };
        let place = cell.get_position();
        last = place;
        while formulas.next_if(|formula| *formula < place).is_some() {}
        let is_formula = formulas.next_if_eq(&place).is_some();
        let form = forms.get(style).copied().unwrap_or(NumberForm::Plain);
        let added = match cell.get_value() {
            DataRef::Empty if is_formula => rows.add(place, "", Some(without_value())),
            DataRef::Empty => Ok(()),
            DataRef::String(text) => rows.add(place, text, None),
            DataRef::SharedString(text) => rows.add(place, text, None),
            DataRef::Bool(value) => rows.add(place, if *value { "TRUE" } else { "FALSE" }, None),
            DataRef::Error(error) => {
                let text = error.to_string();
                let mark = super::error_value(&text);
                rows.add(place, &text, Some(mark))
            }
            other => {
                let (text, mark) = numeric(other, form);
                rows.add(place, &text, mark)
            }
        };
        added.map_err(|error| of_file(name, error))?;
    }
}

fn numeric(value: &DataRef, form: NumberForm) -> (String, Option<CellMark>) {
    match value {
        DataRef::Float(number) => form.text(*number),
        DataRef::Int(number) => {
            #[expect(clippy::cast_precision_loss, reason = "digits beyond 15 are a fault")]
            let number = *number as f64;
            form.text(number)
        }
        DataRef::DateTimeIso(text) => (moment::iso(text), None),
        DataRef::DateTime(value) if value.is_datetime() && value.as_f64() >= 1.0 => {
            let has_clock = !matches!(form, NumberForm::Moment { has_clock: false });
            let (year, month, day, hour, minute, second, _) = value.to_ymd_hms_milli();
            let clock = has_clock.then_some((hour, minute, second));
            (moment::text((year, month, day), clock), None)
        }
        DataRef::DateTime(value) => {
            let reason = "a duration, or a time without a date";
            let text = super::shown::plain(value.as_f64());
            (text, Some(CellMark::Fault(reason.to_owned())))
        }
        DataRef::DurationIso(text) => {
            let reason = "a duration";
            (text.clone(), Some(CellMark::Fault(reason.to_owned())))
        }
        _ => (String::new(), None),
    }
}

fn without_value() -> CellMark {
    CellMark::Fault(
        "a formula without a stored value; open the file in the spreadsheet and save it".to_owned(),
    )
}

/// The places of all formulas, in order.
fn formulas(name: &str, workbook: &mut Workbook, sheet: &str) -> Result<Vec<(u32, u32)>> {
    let mut cells = workbook
        .worksheet_cells_reader(sheet)
        .map_err(|error| broken(name, &error))?;
    let mut places = Vec::new();
    loop {
        match cells.next_cell_with_formula_metadata() {
            Ok(Some(record)) => {
                if record.formula.is_some() {
                    places.push(record.pos);
                }
            }
            // The pass over the values says what is wrong, and where.
            Ok(None) | Err(_) => return Ok(places),
        }
    }
}

fn broken(name: &str, error: &XlsxError) -> Error {
    if matches!(error, XlsxError::Password) {
        return package::protected(name);
    }
    Error::usage(format!(
        "{name} is not a workbook that can be read: {error}"
    ))
    .hint("open it in the spreadsheet and save it again, or as CSV (UTF-8)")
}

fn broken_behind(name: &str, sheet: &str, (row, column): (u32, u32), error: &XlsxError) -> Error {
    let cell = super::cell_name(sheet, u64::from(row) + 1, column as usize);
    Error::usage(format!(
        "{name}: a cell after {cell} cannot be read: {error}"
    ))
    .hint("open it in the spreadsheet and save it again, or as CSV (UTF-8)")
}

/// An error about cells, with the name of the file.
fn of_file(name: &str, mut error: Error) -> Error {
    error.message = format!("{name}: {}", error.message);
    error
}
