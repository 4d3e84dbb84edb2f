//! Where the rows of a table come from: a delimited text, or a sheet of a
//! workbook. Gives one record at a time with its line.

use csv::StringRecord;

use super::feed::Feed;
use super::guard::RecordGuard;
use crate::bulk::row::MarkedCell;
use crate::error::{Error, Result};

#[cfg(feature = "xlsx")]
use super::workbook::{Sheet, cell_name};

/// A source of records.
pub(super) enum RecordSource {
    /// A text, whose records pass the guard.
    Text(Box<csv::Reader<RecordGuard>>),
    /// A sheet.
    #[cfg(feature = "xlsx")]
    Sheet(Box<SheetSource>),
}

/// A sheet, and the place of the next row in it.
#[cfg(feature = "xlsx")]
pub(super) struct SheetSource {
    file: String,
    sheet: Sheet,
    at: usize,
    line: u64,
}

#[cfg(feature = "xlsx")]
impl SheetSource {
    /// Begins behind the first rows of a sheet.
    pub(super) fn new(file: &str, sheet: Sheet, skipped: u64) -> Self {
        Self {
            file: file.to_owned(),
            at: sheet.rows.skip_to(skipped),
            sheet,
            line: 0,
        }
    }
}

impl RecordSource {
    /// Reads the next record; `false` at the end.
    pub(super) fn read(&mut self, record: &mut StringRecord) -> Result<bool> {
        match self {
            Self::Text(cells) => cells.read_record(record).map_err(|error| {
                let failure = cells.get_mut().failure();
                failure.unwrap_or_else(|| {
                    Error::unexpected("cannot take a row apart").caused_by(error)
                })
            }),
            #[cfg(feature = "xlsx")]
            Self::Sheet(source) => {
                record.clear();
                let Some((line, cells)) = source.sheet.rows.row(source.at) else {
                    return Ok(false);
                };
                cells.for_each(|cell| record.push_field(cell));
                source.line = line;
                source.at += 1;
                Ok(true)
            }
        }
    }

    /// The line on which the last record begins.
    pub(super) fn line(&self) -> u64 {
        match self {
            Self::Text(cells) => cells.get_ref().line(),
            #[cfg(feature = "xlsx")]
            Self::Sheet(source) => source.line,
        }
    }

    /// The text that is read; none of a sheet.
    #[cfg_attr(
        not(feature = "xlsx"),
        expect(clippy::unnecessary_wraps, reason = "sheets have none")
    )]
    pub(super) fn feed(&self) -> Option<&Feed> {
        match self {
            Self::Text(cells) => Some(cells.get_ref().feed()),
            #[cfg(feature = "xlsx")]
            Self::Sheet(_) => None,
        }
    }

    /// The name of the file.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Text(cells) => cells.get_ref().feed().name(),
            #[cfg(feature = "xlsx")]
            Self::Sheet(source) => &source.file,
        }
    }

    /// An error about a line.
    pub(super) fn wrong(&self, line: u64, what: &str) -> Error {
        match self {
            Self::Text(cells) => cells.get_ref().feed().wrong(line, what),
            #[cfg(feature = "xlsx")]
            Self::Sheet(source) => {
                let (file, sheet) = (&source.file, &source.sheet.name);
                Error::usage(format!("{file}, {sheet}, row {line}: {what}"))
            }
        }
    }

    /// The marks of cells in a row.
    #[cfg_attr(
        not(feature = "xlsx"),
        expect(unused_variables, reason = "only sheets have any")
    )]
    pub(super) fn marks(&self, line: u64) -> Vec<MarkedCell> {
        match self {
            Self::Text(_) => Vec::new(),
            #[cfg(feature = "xlsx")]
            Self::Sheet(source) => source.sheet.rows.marks(line),
        }
    }

    /// The name of a cell of a sheet.
    #[cfg_attr(
        not(feature = "xlsx"),
        expect(unused_variables, reason = "only sheets have any")
    )]
    pub(super) fn cell_name(&self, line: u64, column: usize) -> Option<String> {
        match self {
            Self::Text(_) => None,
            #[cfg(feature = "xlsx")]
            Self::Sheet(source) => Some(cell_name(&source.sheet.name, line, column)),
        }
    }

    /// The merged cell of a row that covers a column, by the name of its first.
    #[cfg_attr(
        not(feature = "xlsx"),
        expect(unused_variables, reason = "only sheets have any")
    )]
    pub(super) fn merged_over(&self, line: u64, column: usize) -> Option<String> {
        match self {
            Self::Text(_) => None,
            #[cfg(feature = "xlsx")]
            Self::Sheet(source) => {
                let column = u32::try_from(column).ok()?;
                let row = u32::try_from(line.checked_sub(1)?).ok()?;
                let mut areas = source.sheet.merged.iter();
                let (_, first, _) = areas.find(|(merged, first, last)| {
                    *merged == row && (*first + 1..=*last).contains(&column)
                })?;
                Some(cell_name(&source.sheet.name, line, *first as usize))
            }
        }
    }

    /// What the user should know of the source.
    pub(super) fn notes(&self) -> Vec<String> {
        match self {
            Self::Text(cells) => {
                let note = cells.get_ref().feed().note();
                note.map(str::to_owned).into_iter().collect()
            }
            #[cfg(feature = "xlsx")]
            Self::Sheet(source) => source.sheet.notes.clone(),
        }
    }
}
