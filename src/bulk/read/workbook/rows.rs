//! The cells of a sheet as texts, kept compactly: cells come in by row, rows go
//! out in order, each with its number.
//!
//! Empty rows take no room. All sizes are bounded, as a small file can claim a
//! great many cells.

use crate::bulk::row::{CellMark, MarkedCell};
use crate::error::{Error, Result};

/// The most text that a sheet may have.
const MOST_TEXT: usize = 256 * 1024 * 1024;

/// The most cells that a sheet may have, with the empty ones before others.
const MOST_CELLS: usize = 32 * 1024 * 1024;

/// The rows of a sheet.
#[derive(Debug, Default)]
pub(in crate::bulk::read) struct SheetRows {
    text: String,
    /// Where each cell ends in the text.
    ends: Vec<u32>,
    /// Number of each row, from 1, and where its cells end.
    rows: Vec<(u32, u32)>,
    marks: Vec<(u32, MarkedCell)>,
    width: usize,
}

impl SheetRows {
    /// The place of the first row behind one, by its number.
    pub(in crate::bulk::read) fn skip_to(&self, number: u64) -> usize {
        self.rows
            .partition_point(|(row, _)| u64::from(*row) <= number)
    }

    /// Adds a cell; rows and columns count from 0. Empty ones are left out.
    ///
    /// # Errors
    /// A usage error when cells are out of order or too many.
    pub(super) fn add(
        &mut self,
        (row, column): (u32, u32),
        text: &str,
        mark: Option<CellMark>,
    ) -> Result<()> {
        if text.is_empty() && mark.is_none() {
            return Ok(());
        }
        let (number, column) = (row + 1, column as usize);
        if self.rows.last().is_none_or(|(last, _)| *last != number) {
            if self.rows.last().is_some_and(|(last, _)| *last > number) {
                return Err(disordered());
            }
            self.rows.push((number, self.cells()?));
        }
        let begin = self.begin(self.rows.len() - 1);
        let filled = self.ends.len() - begin;
        if filled > column {
            return Err(disordered());
        }
        if self.ends.len() + (column - filled) >= MOST_CELLS
            || self.text.len() + text.len() > MOST_TEXT
        {
            return Err(Error::usage(
                "the sheet has more cells than can be read: at most 32 million, 256 MiB of text",
            )
            .hint("save the rows that are needed as CSV"));
        }
        let before = self.text_end()?;
        self.ends.resize(begin + column, before);
        self.text.push_str(text);
        self.ends.push(self.text_end()?);
        let cells = self.cells()?;
        if let Some((_, end)) = self.rows.last_mut() {
            *end = cells;
        }
        self.width = self.width.max(column + 1);
        if let Some(mark) = mark {
            self.marks.push((number, MarkedCell { column, mark }));
        }
        Ok(())
    }

    fn cells(&self) -> Result<u32> {
        u32::try_from(self.ends.len()).map_err(|_| disordered())
    }

    fn text_end(&self) -> Result<u32> {
        u32::try_from(self.text.len()).map_err(|_| disordered())
    }

    /// Where the cells of a row begin.
    fn begin(&self, row: usize) -> usize {
        match row.checked_sub(1) {
            Some(before) => self.rows[before].1 as usize,
            None => 0,
        }
    }

    /// Whether no cell has a value.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The row at a place among those with values: its number and its cells,
    /// as many as the widest row has.
    pub(in crate::bulk::read) fn row(
        &self,
        at: usize,
    ) -> Option<(u64, impl Iterator<Item = &str>)> {
        let (number, end) = *self.rows.get(at)?;
        let (begin, end) = (self.begin(at), end as usize);
        let missing = self.width - (end - begin);
        let cells = (begin..end).map(|cell| {
            let from = match cell.checked_sub(1) {
                Some(before) => self.ends[before] as usize,
                None => 0,
            };
            &self.text[from..self.ends[cell] as usize]
        });
        let padding = std::iter::repeat_n("", missing);
        Some((u64::from(number), cells.chain(padding)))
    }

    /// The marks of a row, by its number.
    pub(in crate::bulk::read) fn marks(&self, number: u64) -> Vec<MarkedCell> {
        let from = self
            .marks
            .partition_point(|(row, _)| u64::from(*row) < number);
        self.marks[from..]
            .iter()
            .take_while(|(row, _)| u64::from(*row) == number)
            .map(|(_, mark)| mark.clone())
            .collect()
    }
}

fn disordered() -> Error {
    Error::usage("the cells of the sheet are out of order")
        .hint("open it in the spreadsheet and save it again")
}

/// The letters of a column, counted from 0: `A`, `Z`, `AA`.
#[must_use]
pub fn column_letters(column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).unwrap_or_default();
        letters.push(char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_given_back_with_their_numbers_and_gaps() {
        let mut rows = SheetRows::default();
        rows.add((1, 0), "a", None).unwrap();
        rows.add((1, 2), "b", None).unwrap();
        rows.add((4, 3), "c", Some(CellMark::Percent)).unwrap();
        let row = |at| {
            rows.row(at)
                .map(|(number, cells)| (number, cells.collect::<Vec<_>>()))
        };
        assert_eq!(row(0), Some((2, vec!["a", "", "b", ""])));
        assert_eq!(row(1), Some((5, vec!["", "", "", "c"])));
        assert_eq!(row(2), None);
        assert_eq!(rows.marks(2), []);
        assert_eq!(rows.marks(5)[0].column, 3);
    }

    #[test]
    fn cells_out_of_order_and_too_many_are_refused() {
        let mut rows = SheetRows::default();
        rows.add((1, 1), "a", None).unwrap();
        assert!(rows.add((1, 0), "b", None).is_err());
        assert!(rows.add((0, 0), "b", None).is_err());
        let mut rows = SheetRows::default();
        let refused = (0..5000).any(|row| rows.add((row, 16_383), "x", None).is_err());
        assert!(refused);
    }

    #[test]
    fn columns_have_letters() {
        for (column, letters) in [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")] {
            assert_eq!(column_letters(column), letters);
        }
    }
}
