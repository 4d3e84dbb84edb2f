//! Tables: a header and rows of cells, from a delimited text or a sheet. The
//! parser of the `csv` crate takes the cells of a text apart; the guard before
//! it refuses what the parser would accept.

use std::collections::VecDeque;

use csv::StringRecord;

use super::feed::Feed;
use super::guard::RecordGuard;
use super::source::RecordSource;
use super::{CellNames, delimiter, header, labels, nothing_in, shown};
use crate::bulk::row::{InputRow, MarkedCell, RowContent};
use crate::error::{Error, Result};
use crate::output::formula;

/// A table that is being read.
pub(super) struct Table {
    source: RecordSource,
    record: StringRecord,
    header: Vec<String>,
    /// Cells of the header, with those that have no name.
    width: usize,
    blank: u64,
    /// Whether the first column has labels, and how many rows they explained.
    is_labelled: bool,
    labelled: u64,
    notes: Vec<String>,
    /// Rows that were read while the header was sought.
    ahead: VecDeque<(u64, StringRecord)>,
    /// Whether reading failed behind those.
    broken: bool,
    /// The line on which the current row begins.
    line: u64,
    /// Cells from which an apostrophe was taken off, and the line of the first.
    restored: (u64, u64),
    /// The marks of cells of the current row.
    marks: Vec<MarkedCell>,
}

/// Rows among which the header is sought.
pub(super) const FURTHEST_HEADER: usize = 20;

impl Table {
    /// Finds the delimiter and reads the header.
    pub(super) fn open(
        mut feed: Feed,
        chosen: Option<u8>,
        familiar: &dyn Fn(&str) -> bool,
    ) -> Result<Self> {
        let said = delimiter::said(&mut feed);
        let delimiter = chosen
            .or(said)
            .unwrap_or_else(|| delimiter::found(&mut feed, familiar));
        let told = chosen.is_none() && delimiter != b',';
        let note = told.then(|| {
            let called = delimiter::called(delimiter);
            format!("cells are separated by {called}")
        });
        let cells = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(RecordGuard::new(feed, delimiter));
        Self::of(RecordSource::Text(Box::new(cells)), note, familiar)
    }

    /// Reads the header of a source.
    pub(super) fn of(
        source: RecordSource,
        note: Option<String>,
        familiar: &dyn Fn(&str) -> bool,
    ) -> Result<Self> {
        let mut table = Self {
            source,
            record: StringRecord::new(),
            header: Vec::new(),
            width: 0,
            blank: 0,
            is_labelled: false,
            labelled: 0,
            notes: note.into_iter().collect(),
            ahead: VecDeque::new(),
            broken: false,
            line: 0,
            restored: (0, 0),
            marks: Vec::new(),
        };
        table.read_header(familiar)?;
        Ok(table)
    }

    /// Finds the header: the first row, or one below it if no name of the
    /// first is familiar. Rows that were read on the way are kept.
    fn read_header(&mut self, familiar: &dyn Fn(&str) -> bool) -> Result<()> {
        let mut rows: Vec<(u64, StringRecord)> = Vec::new();
        let mut found = None;
        while rows.len() < FURTHEST_HEADER {
            let more = match self.read() {
                Err(error) if rows.is_empty() => return Err(error),
                Err(_) => {
                    self.broken = true;
                    false
                }
                Ok(more) => more,
            };
            if !more {
                break;
            }
            if is_blank(&self.record) {
                continue;
            }
            let (known, is_header) = header::familiarity(&self.record, familiar);
            rows.push((self.source.line(), self.record.clone()));
            if known > 0 && (is_header || rows.len() == 1) {
                found = Some(rows.len() - 1);
                break;
            }
        }
        let mut rows = rows.into_iter();
        let Some((line, record)) = rows.nth(found.unwrap_or(0)) else {
            return Err(nothing_in(self.source.name()));
        };
        self.header = header::names(
            &|line, what| self.source.wrong(line, what),
            line,
            &record,
            familiar,
        )
        .map_err(|error| self.told_of_merges(error, line, &record))?;
        self.width = record.len();
        self.is_labelled = self
            .header
            .first()
            .is_some_and(|name| labels::is_heading(name));
        self.ahead = rows.collect();
        if found.is_some_and(|above| above > 0) {
            self.notes.push(format!(
                "the header is on line {line}; the lines above it are left out"
            ));
        }
        Ok(())
    }

    /// The names of the columns.
    pub(super) fn header(&self) -> &[String] {
        &self.header
    }

    /// What the user should know.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = self.source.notes();
        notes.extend(self.notes.iter().cloned());
        notes.extend(labels::note(self.labelled));
        let (count, line) = self.restored;
        let is_marked = self.source.feed().is_some_and(Feed::is_marked);
        if count > 0 && !is_marked {
            let cells = if count == 1 {
                "1 cell"
            } else {
                &format!("{count} cells")
            };
            notes.push(format!(
                "an apostrophe before a formula was removed from {cells}, first on line {line}"
            ));
        }
        notes
    }

    /// Rows of empty cells so far.
    pub(super) const fn blank(&self) -> u64 {
        self.blank
    }

    /// The columns, by which the cells of a sheet are named.
    pub(super) fn cell_names(&self) -> Option<CellNames> {
        let places = (0..self.header.len()).map(|column| self.source.cell_name(0, column));
        let places: Option<Vec<String>> = places.collect();
        let columns = self.header.iter().cloned().zip(places?).collect();
        Some(CellNames { columns })
    }

    /// Adds to an error that headings are merged, where they are.
    fn told_of_merges(&self, error: Error, line: u64, record: &StringRecord) -> Error {
        let nameless = record.iter().position(|name| name.trim().is_empty());
        match nameless.and_then(|column| self.source.merged_over(line, column)) {
            Some(cell) => error.hint(format!(
                "the heading in {cell} is merged over several columns: split it, and name each"
            )),
            None => error,
        }
    }

    /// Reads the next row, one that was read before or a new one.
    fn advance(&mut self) -> Result<bool> {
        if let Some((line, record)) = self.ahead.pop_front() {
            (self.line, self.record) = (line, record);
            return Ok(true);
        }
        if self.broken {
            return Err(Error::usage(format!(
                "{}: the rows below line {} cannot be read",
                self.source.name(),
                self.line
            )));
        }
        let more = self.read()?;
        self.line = self.source.line();
        Ok(more)
    }

    /// The next row.
    pub(super) fn next(&mut self) -> Result<Option<InputRow<'_>>> {
        loop {
            if !self.advance()? {
                return Ok(None);
            }
            if self.is_labelled && self.record.get(0).is_some_and(labels::is_label) {
                self.labelled += 1;
                continue;
            }
            // A cell without text may be one that could not be read.
            if !is_blank(&self.record) || !self.source.marks(self.line).is_empty() {
                break;
            }
            self.blank += 1;
        }
        let line = self.line;
        let content = self.content()?;
        Ok(Some(InputRow { line, content }))
    }

    fn read(&mut self) -> Result<bool> {
        self.source.read(&mut self.record)
    }

    fn content(&mut self) -> Result<RowContent<'_>> {
        let (cells, wanted) = (self.record.len(), self.header.len());
        let full = |place: usize| self.record.get(place).is_some_and(|cell| !is_empty(cell));
        if let Some(place) = (wanted..cells.min(self.width)).find(|place| full(*place)) {
            let wrong = |line, what: &str| self.source.wrong(line, what);
            return Err(header::nameless_columns(&wrong, self.line, &[place]));
        }
        if cells < wanted || (wanted..cells).any(full) {
            // Empty cells behind the last full one are no one's mistake.
            let counted = (0..cells)
                .rev()
                .find(|place| *place < wanted || full(*place));
            let counted = counted.map_or(0, |place| place + 1);
            return Ok(RowContent::Unusable {
                text: self.text(),
                reason: format!("{} where the header has {wanted}", counted_cells(counted)),
            });
        }
        self.record.truncate(wanted);
        self.restore();
        self.marks = self.source.marks(self.line);
        if self.marks.is_empty() {
            return Ok(RowContent::Cells(&self.record));
        }
        Ok(RowContent::Marked(&self.record, &self.marks))
    }

    /// Takes off the apostrophes that `--excel` has put before what a
    /// spreadsheet would compute. Its mark may be lost: programs that save the
    /// file again leave it out.
    fn restore(&mut self) {
        if !self.record.as_slice().contains('\'') {
            return;
        }
        let is_changed = |cell: &&str| formula::restored(cell) != *cell;
        let changed = self.record.iter().filter(is_changed).count();
        if changed > 0 {
            if self.restored.0 == 0 {
                self.restored.1 = self.line;
            }
            self.restored.0 += changed as u64;
            self.record = self.record.iter().map(formula::restored).collect();
        }
    }

    /// The row, shown. The delimiter may have been the trouble, so it is
    /// shown with another.
    fn text(&self) -> String {
        let cells: Vec<_> = self.record.iter().take(20).collect();
        shown(&cells.join(" | "))
    }
}

fn counted_cells(cells: usize) -> String {
    match cells {
        1 => "1 cell".to_owned(),
        _ => format!("{cells} cells"),
    }
}

fn is_empty(cell: &str) -> bool {
    cell.trim().is_empty()
}

fn is_blank(record: &StringRecord) -> bool {
    record.iter().all(is_empty)
}
