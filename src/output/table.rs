//! A table: headings, two spaces between columns, no lines. The first page
//! decides the widths, and later pages keep them, so that rows are printed as
//! soon as their page is there.
//!
//! Takes rows of cells; returns lines, drawn by [`Grid`]. On a terminal cells
//! are truncated to fit; elsewhere they spill instead. An empty table prints
//! nothing.

use std::mem;

use unicode_width::UnicodeWidthStr;

use crate::catalog::{FieldKind, Tones};
use crate::error::Result;
use crate::filter::{Cell, Columns};

use super::destination::OutputDestination;
use super::grid::{Grid, Lane, Overflow, StyledCell};
use super::hidden_columns::HiddenColumns;
use super::layout::{ColumnWish, Give, cut, fit, readable};
use super::palette::{HEADING, tone_style};
use super::rows::RowWriter;
use super::{Style, visible};

/// Rows that wait to be laid out together, and bytes of them: a filter can make
/// any number of rows out of one record.
const MOST_WAITING: usize = 1000;
const MOST_WAITING_BYTES: usize = 1 << 20;

/// Some terminals say that they have no columns at all.
const NARROWEST_TERMINAL: usize = 20;

/// Writes rows as a table.
#[derive(Debug)]
pub(super) struct ConsoleTable {
    to: OutputDestination,
    style: Style,
    heads: Vec<Head>,
    /// Whether to print headings.
    headings: bool,
    /// How many columns were left out.
    hidden: HiddenColumns,
    /// Whether columns may be left out where there is no room.
    yielding: bool,
    waiting: Vec<Vec<ShownCell>>,
    waiting_bytes: usize,
    /// Set by the first page.
    grid: Option<Grid>,
    lines: String,
}

/// What is known of a column before its cells.
#[derive(Debug)]
struct Head {
    heading: String,
    holds: Option<FieldKind>,
    tones: Tones,
}

/// A cell as it will be seen.
#[derive(Debug)]
struct ShownCell {
    text: String,
    number: bool,
}

impl ConsoleTable {
    pub(super) const fn new(to: OutputDestination, style: Style, hidden: HiddenColumns) -> Self {
        Self {
            to,
            style,
            heads: Vec::new(),
            headings: true,
            hidden,
            yielding: false,
            waiting: Vec::new(),
            waiting_bytes: 0,
            grid: None,
            lines: String::new(),
        }
    }

    fn terminal(&self) -> Option<usize> {
        let width = self.style.terminal_width.map(usize::from);
        width.map(|width| width.max(NARROWEST_TERMINAL))
    }

    fn shown(&self, at: usize, cell: &Cell<'_>) -> ShownCell {
        let text = match self.heads.get(at).and_then(|head| head.holds) {
            Some(FieldKind::Time | FieldKind::Date) => without_midnight(cell.text()),
            _ => cell.text(),
        };
        let text = visible::one_line(text);
        let text = match self.terminal() {
            // Nothing wider is ever printed, so nothing wider need wait.
            Some(width) => cut(&text, width).into_owned(),
            None => text.into_owned(),
        };
        ShownCell {
            text,
            number: matches!(cell, Cell::Number(_)),
        }
    }

    /// Prints the rows that wait. The first of them decide the widths.
    fn print_waiting(&mut self) -> Result<()> {
        let rows = mem::take(&mut self.waiting);
        if rows.is_empty() {
            return Ok(());
        }
        self.waiting_bytes = 0;
        let (grid, is_first) = match self.grid.take() {
            Some(grid) => (grid, false),
            None => (self.grid_for(&rows), true),
        };
        let count = if self.yielding {
            grid.columns()
        } else {
            usize::MAX
        };
        self.lines.clear();
        if is_first && self.headings && !self.heads.is_empty() {
            let heads = self.heads.iter().take(count);
            let headings = heads.map(|head| StyledCell::new(&head.heading, HEADING));
            grid.draw(&[headings.collect()], &mut self.lines);
        }
        let styled: Vec<Vec<StyledCell<'_>>> = rows
            .iter()
            .map(|row| self.styled(row.iter().take(count)))
            .collect();
        grid.draw(&styled, &mut self.lines);
        self.grid = Some(grid);
        self.to.text(&self.lines)
    }

    /// The widths that suit these rows.
    fn grid_for(&self, rows: &[Vec<ShownCell>]) -> Grid {
        let count = rows.iter().map(Vec::len).max().unwrap_or(0);
        let count = count.max(self.heads.len());
        let right: Vec<bool> = (0..count).map(|at| self.is_right(at, rows)).collect();
        let mut wishes: Vec<ColumnWish> = (0..count)
            .map(|at| self.wish(at, right[at], rows))
            .collect();
        if let (true, Some(terminal)) = (self.yielding, self.terminal()) {
            wishes.truncate(readable(&wishes, terminal));
            self.hidden.set(count - wishes.len());
        }
        let widths = fit(&wishes, self.terminal());
        let lanes = widths.into_iter().zip(right);
        let lanes = lanes.map(|(width, right)| Lane { width, right }).collect();
        let overflow = self.terminal().map_or(Overflow::Spill, Overflow::Truncate);
        Grid::new(lanes, overflow, self.style.colour)
    }

    fn styled<'a>(&self, row: impl Iterator<Item = &'a ShownCell>) -> Vec<StyledCell<'a>> {
        row.enumerate()
            .map(|(at, cell)| StyledCell::new(&cell.text, self.cell_style(at, &cell.text)))
            .collect()
    }

    /// Whether numbers align a column right: by the catalogue, or when all cells are numbers.
    fn is_right(&self, at: usize, rows: &[Vec<ShownCell>]) -> bool {
        if let Some(holds) = self.heads.get(at).and_then(|head| head.holds) {
            return matches!(holds, FieldKind::Id | FieldKind::Integer | FieldKind::Money);
        }
        let cells = rows.iter().filter_map(|row| row.get(at));
        let mut filled = cells.filter(|cell| !cell.text.is_empty()).peekable();
        filled.peek().is_some() && filled.all(|cell| cell.number)
    }

    fn wish(&self, at: usize, right: bool, rows: &[Vec<ShownCell>]) -> ColumnWish {
        let head = self.heads.get(at);
        let cells = rows.iter().filter_map(|row| row.get(at));
        ColumnWish {
            heading: head.map_or(0, |head| head.heading.width()),
            cells: cells.map(|cell| cell.text.width()).max().unwrap_or(0),
            give: match head.and_then(|head| head.holds) {
                _ if right => Give::Number,
                Some(FieldKind::Time | FieldKind::Date | FieldKind::Boolean) => Give::Word,
                _ if head.is_some_and(|head| !head.tones.is_empty()) => Give::Word,
                _ => Give::Text,
            },
        }
    }

    fn cell_style(&self, at: usize, text: &str) -> anstyle::Style {
        tone_style(self.heads.get(at).and_then(|head| head.tones.of(text)))
    }
}

/// A moment at midnight as its date: the API has many dates that it writes so.
fn without_midnight(time: &str) -> &str {
    time.strip_suffix("T00:00:00").unwrap_or(time)
}

impl RowWriter for ConsoleTable {
    fn header(&mut self, columns: &Columns, headings: bool) -> Result<()> {
        let heads = columns.list().iter().map(|column| Head {
            heading: if headings {
                visible::one_line(&column.heading).to_uppercase()
            } else {
                String::new()
            },
            holds: column.holds,
            tones: column.tones,
        });
        self.heads = heads.collect();
        self.headings = headings;
        self.yielding = columns.may_yield();
        Ok(())
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> Result<()> {
        let cells = cells.iter().enumerate();
        let row: Vec<ShownCell> = cells.map(|(at, cell)| self.shown(at, cell)).collect();
        self.waiting_bytes += row.iter().map(|cell| cell.text.len()).sum::<usize>();
        self.waiting.push(row);
        if self.waiting.len() >= MOST_WAITING || self.waiting_bytes >= MOST_WAITING_BYTES {
            self.print_waiting()?;
        }
        Ok(())
    }

    fn page_end(&mut self) -> Result<()> {
        self.print_waiting()?;
        self.to.let_out()
    }

    fn finish(&mut self) -> Result<()> {
        self.page_end()
    }
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
