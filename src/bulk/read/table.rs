//! Tables: a header and rows of cells. The parser of the `csv` crate takes the
//! cells apart; what it would let pass, the [`Guard`] before it does not.

use csv::StringRecord;

use super::feed::Feed;
use super::guard::RecordGuard;
use super::{delimiter, header, nothing_in, shown};
use crate::bulk::row::{InputRow, RowContent};
use crate::error::{Error, Result};
use crate::output::formula;

/// A table that is being read.
pub(super) struct CsvTable {
    cells: csv::Reader<RecordGuard>,
    record: StringRecord,
    header: Vec<String>,
    /// Cells of the header, with those that have no name.
    width: usize,
    blank: u64,
    note: Option<String>,
}

impl CsvTable {
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
        let mut table = Self {
            cells,
            record: StringRecord::new(),
            header: Vec::new(),
            width: 0,
            blank: 0,
            note,
        };
        table.read_header(familiar)?;
        Ok(table)
    }

    fn read_header(&mut self, familiar: &dyn Fn(&str) -> bool) -> Result<()> {
        while self.read()? {
            if !is_blank(&self.record) {
                let (feed, line) = (self.cells.get_ref().feed(), self.line());
                self.header = header::names(feed, line, &self.record, familiar)?;
                self.width = self.record.len();
                return Ok(());
            }
        }
        Err(nothing_in(self.feed().name()))
    }

    /// The names of the columns.
    pub(super) fn header(&self) -> &[String] {
        &self.header
    }

    /// What the user should know.
    pub(super) fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// Rows of empty cells so far.
    pub(super) const fn blank(&self) -> u64 {
        self.blank
    }

    /// What it reads.
    pub(super) fn feed(&self) -> &Feed {
        self.cells.get_ref().feed()
    }

    fn line(&self) -> u64 {
        self.cells.get_ref().line()
    }

    /// The next row.
    pub(super) fn next(&mut self) -> Result<Option<InputRow<'_>>> {
        loop {
            if !self.read()? {
                return Ok(None);
            }
            if !is_blank(&self.record) {
                break;
            }
            self.blank += 1;
        }
        let line = self.line();
        let content = self.content()?;
        Ok(Some(InputRow { line, content }))
    }

    fn read(&mut self) -> Result<bool> {
        self.cells.read_record(&mut self.record).map_err(|error| {
            let failure = self.cells.get_mut().failure();
            failure.unwrap_or_else(|| Error::unexpected("cannot take a row apart").caused_by(error))
        })
    }

    fn content(&mut self) -> Result<RowContent<'_>> {
        let (cells, wanted) = (self.record.len(), self.header.len());
        let full = |place: usize| self.record.get(place).is_some_and(|cell| !is_empty(cell));
        if let Some(place) = (wanted..cells.min(self.width)).find(|place| full(*place)) {
            return Err(header::nameless_columns(self.feed(), self.line(), &[place]));
        }
        if cells < wanted || (wanted..cells).any(full) {
            // Empty cells behind the last full one are nobody's mistake.
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
        if self.feed().is_marked() {
            self.restore();
        }
        Ok(RowContent::Cells(&self.record))
    }

    /// Takes off the apostrophes that `--excel` has put before what a
    /// spreadsheet would compute.
    fn restore(&mut self) {
        let is_safe = |cell| formula::restored(cell) == cell;
        if !self.record.iter().all(is_safe) {
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
