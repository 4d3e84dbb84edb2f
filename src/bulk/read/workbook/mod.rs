//! Workbooks: the bytes of an xlsx or ods file come in, the rows of one sheet
//! go out as texts that a person would see.
//!
//! `package` bounds what is read, `xlsx` and `ods` know the formats, `shown`
//! says what a number looks like, `rows` keeps the cells. What a row means is
//! not known here.

mod moment;
mod ods;
mod package;
mod rows;
mod shown;
mod xlsx;

use std::io::Read;

use crate::bulk::error_values;
use crate::bulk::row::CellMark;
use crate::error::{Error, Result};
use crate::nearest::{Similarity, nearest};

pub(super) use package::{is_encrypted, protected};
pub(super) use rows::SheetRows;

/// Sheets that a message names.
const NAMED: usize = 8;

/// Merged cells beside each other: row, first and last column, from 0.
type MergedCells = (u32, u32, u32);

/// Rows with values that no one sees: filtered out, or hidden by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hidden {
    None,
    /// So many of the sheet.
    Rows(u64),
    /// Some of a sheet of the workbook.
    Somewhere,
}

impl Hidden {
    fn note(self, sheet: &str) -> Option<String> {
        match self {
            Self::None => None,
            Self::Rows(1) => Some(format!("1 hidden row of sheet `{sheet}` is read as well")),
            Self::Rows(count) => Some(format!(
                "{count} hidden rows of sheet `{sheet}` are read as well"
            )),
            Self::Somewhere => {
                Some("the workbook has hidden rows; those of the sheet are read as well".to_owned())
            }
        }
    }
}

/// A sheet of a workbook.
pub(super) struct Sheet {
    pub(super) name: String,
    pub(super) rows: SheetRows,
    pub(super) notes: Vec<String>,
    pub(super) merged: Vec<MergedCells>,
}

/// Reads a sheet: the one of that name or number, or the first with a value.
///
/// # Errors
/// A usage error when it is not a workbook, too large, or has no such sheet.
pub(super) fn read(name: &str, stream: &mut dyn Read, wanted: Option<&str>) -> Result<Sheet> {
    let package = package::read(name, stream)?;
    match package.kind {
        package::WorkbookKind::Xlsx => xlsx::read(name, package, wanted),
        package::WorkbookKind::Ods => ods::read(name, package, wanted),
    }
}

/// The name of a cell: `Sheet1!C7`. Rows count from 1, columns from 0.
pub(super) fn cell_name(sheet: &str, row: u64, column: usize) -> String {
    let letters = rows::column_letters(column);
    let is_plain = |letter: char| letter.is_alphanumeric() || letter == '_';
    if sheet.chars().all(is_plain) {
        format!("{sheet}!{letters}{row}")
    } else {
        format!("'{}'!{letters}{row}", sheet.replace('\'', "''"))
    }
}

/// The mark of a cell that shows an error in place of a value.
fn error_value(text: &str) -> CellMark {
    CellMark::Fault(error_values::reason(text))
}

/// Which sheet of a workbook is read.
struct SheetChoice<'a> {
    file: &'a str,
    all: Vec<String>,
    /// Sheets that were not tried, the next one last.
    left: Vec<String>,
    is_named: bool,
}

impl<'a> SheetChoice<'a> {
    /// The sheets of a workbook with whether they are visible, and the name or
    /// the number of the wanted one.
    fn new(file: &'a str, sheets: Vec<(String, bool)>, wanted: Option<&str>) -> Result<Self> {
        let all: Vec<String> = sheets.iter().map(|(name, _)| name.clone()).collect();
        let left = if let Some(wanted) = wanted {
            vec![named(file, &all, wanted)?]
        } else {
            let visible = sheets.into_iter().filter(|(_, is_visible)| *is_visible);
            let mut visible: Vec<String> = visible.map(|(name, _)| name).collect();
            visible.reverse();
            visible
        };
        Ok(Self {
            file,
            all,
            left,
            is_named: wanted.is_some(),
        })
    }

    /// The next sheet to try.
    fn next(&mut self) -> Option<String> {
        self.left.pop()
    }

    /// Whether there is none behind the one that is tried.
    fn is_last(&self) -> bool {
        self.left.is_empty()
    }

    fn chosen(
        &self,
        name: String,
        rows: SheetRows,
        merged: Vec<MergedCells>,
        hidden: Hidden,
    ) -> Sheet {
        let others: Vec<String> = self
            .all
            .iter()
            .filter(|other| **other != name)
            .map(|other| format!("`{other}`"))
            .collect();
        let mut notes = if self.is_named || others.is_empty() {
            Vec::new()
        } else {
            vec![format!(
                "sheet `{name}` is read, not {}; --sheet chooses another",
                listed(&others)
            )]
        };
        notes.extend(hidden.note(&name));
        Sheet {
            name,
            rows,
            notes,
            merged,
        }
    }

    fn nothing(&self) -> Error {
        Error::usage(format!("there is no visible sheet in {}", self.file))
            .hint("--sheet NAME reads a hidden one")
    }
}

fn named(file: &str, all: &[String], wanted: &str) -> Result<String> {
    let exact = all.iter().find(|name| *name == wanted);
    let same = |name: &&String| name.to_lowercase() == wanted.trim().to_lowercase();
    let number = || {
        let number: usize = wanted.trim().parse().ok()?;
        all.get(number.checked_sub(1)?)
    };
    let found = exact.or_else(|| all.iter().find(same)).or_else(number);
    found.cloned().ok_or_else(|| {
        let error = Error::usage(format!("{file} has no sheet {wanted}"));
        let shown: Vec<String> = all.iter().map(|name| format!("`{name}`")).collect();
        let error = match nearest(wanted, all, Similarity::Usual) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error,
        };
        error.hint(format!("its sheets: {}", listed(&shown)))
    })
}

fn listed(names: &[String]) -> String {
    let shown = names[..names.len().min(NAMED)].join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
