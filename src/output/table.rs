//! A table for eyes: headings, two spaces between columns, no lines. The first
//! page decides the widths; nothing waits for the last.
//!
//! In come rows of cells; out go lines. On a terminal cells are cut to fit; off
//! one they run over instead. An empty table is nothing at all. (`comfy-table`
//! needs every row before it prints the first, so it is not used.)

use std::mem;

use unicode_width::UnicodeWidthStr;

use crate::catalog::{FieldKind, Tones};
use crate::error::Result;
use crate::filter::{Cell, Columns};

use super::destination::Destination;
use super::layout::{ColumnWish, GAP, Give, cut, fit, readable};
use super::palette::{HEADING, paint, tone_style};
use super::rows::RowWriter;
use super::{Style, visible};

/// Rows of a first page that wait to be measured, and bytes of them: a filter
/// can make any number of rows out of one record.
const MOST_WAITING: usize = 1000;
const MOST_WAITING_BYTES: usize = 1 << 20;

/// Some terminals say that they have no columns at all.
const NARROWEST_TERMINAL: usize = 20;

/// Writes rows as a table.
#[derive(Debug)]
pub(super) struct TableWriter {
    to: Destination,
    style: Style,
    heads: Vec<Head>,
    /// Whether columns may be left out where there is no room.
    yielding: bool,
    waiting: Vec<Vec<ShownCell>>,
    waiting_bytes: usize,
    /// Set by the first page.
    laid_out: Option<Vec<Lane>>,
    line: String,
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

/// Where a column's cells stand.
#[derive(Debug, Clone, Copy)]
struct Lane {
    width: usize,
    right: bool,
}

impl TableWriter {
    pub(super) const fn new(to: Destination, style: Style) -> Self {
        Self {
            to,
            style,
            heads: Vec::new(),
            yielding: false,
            waiting: Vec::new(),
            waiting_bytes: 0,
            laid_out: None,
            line: String::new(),
        }
    }

    fn terminal(&self) -> Option<usize> {
        let width = self.style.terminal_width.map(usize::from);
        width.map(|width| width.max(NARROWEST_TERMINAL))
    }

    fn shown(&self, cell: &Cell<'_>) -> ShownCell {
        let text = visible::one_line(cell.text());
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

    /// Decides the widths by what has come, and prints it.
    fn lay_out(&mut self) -> Result<()> {
        let rows = mem::take(&mut self.waiting);
        if rows.is_empty() {
            return Ok(());
        }
        self.waiting_bytes = 0;
        let count = rows.iter().map(Vec::len).max().unwrap_or(0);
        let count = count.max(self.heads.len());
        let right: Vec<bool> = (0..count).map(|at| self.stands_right(at, &rows)).collect();
        let mut wishes: Vec<ColumnWish> = (0..count)
            .map(|at| self.wish(at, right[at], &rows))
            .collect();
        if let (true, Some(terminal)) = (self.yielding, self.terminal()) {
            wishes.truncate(readable(&wishes, terminal));
        }
        let widths = fit(&wishes, self.terminal());
        let lanes = widths.into_iter().zip(right);
        self.laid_out = Some(lanes.map(|(width, right)| Lane { width, right }).collect());
        self.headings()?;
        rows.iter().try_for_each(|row| self.print(row))
    }

    /// Numbers stand right: by the catalogue, or when all cells are numbers.
    fn stands_right(&self, at: usize, rows: &[Vec<ShownCell>]) -> bool {
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

    fn headings(&mut self) -> Result<()> {
        if self.heads.is_empty() {
            return Ok(());
        }
        let mut row = Vec::with_capacity(self.heads.len());
        for head in &self.heads {
            row.push((head.heading.clone(), HEADING));
        }
        self.print_styled(row.iter().map(|(text, style)| (text.as_str(), *style)))
    }

    fn print(&mut self, row: &[ShownCell]) -> Result<()> {
        let styles: Vec<anstyle::Style> = (0..row.len())
            .map(|at| self.cell_style(at, &row[at].text))
            .collect();
        let texts = row.iter().map(|cell| cell.text.as_str());
        self.print_styled(texts.zip(styles))
    }

    fn cell_style(&self, at: usize, text: &str) -> anstyle::Style {
        tone_style(self.heads.get(at).and_then(|head| head.tones.of(text)))
    }

    /// Prints one line: each text in its lane, nothing behind the last.
    fn print_styled<'a>(
        &mut self,
        texts: impl Iterator<Item = (&'a str, anstyle::Style)>,
    ) -> Result<()> {
        let terminal = self.terminal();
        let lanes = self.laid_out.as_deref().unwrap_or(&[]);
        self.line.clear();
        let (mut start, mut spaces) = (0, 0);
        let most = if self.yielding {
            lanes.len()
        } else {
            usize::MAX
        };
        for (at, (text, style)) in texts.take(most).enumerate() {
            let lane = lanes.get(at).copied().unwrap_or(Lane {
                width: 0,
                right: false,
            });
            let text = match terminal {
                // Behind the last column there may be room left.
                Some(terminal) if at + 1 >= lanes.len() => {
                    cut(text, terminal.saturating_sub(start).max(lane.width))
                }
                Some(_) => cut(text, lane.width),
                None => text.into(),
            };
            let width = text.width();
            let padding = lane.width.saturating_sub(width);
            spaces += if lane.right { padding } else { 0 };
            if width > 0 {
                self.line.extend(std::iter::repeat_n(' ', spaces));
                let plain = style == anstyle::Style::new();
                paint(&text, style, self.style.colour && !plain, &mut self.line);
                spaces = 0;
            }
            spaces += GAP + if lane.right { 0 } else { padding };
            start += lane.width + GAP;
        }
        self.to.line(&self.line)
    }
}

impl RowWriter for TableWriter {
    fn header(&mut self, columns: &Columns) -> Result<()> {
        let heads = columns.list().iter().map(|column| Head {
            heading: visible::one_line(&column.heading).to_uppercase(),
            holds: column.holds,
            tones: column.tones,
        });
        self.heads = heads.collect();
        self.yielding = columns.may_yield();
        Ok(())
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> Result<()> {
        let row: Vec<ShownCell> = cells.iter().map(|cell| self.shown(cell)).collect();
        if self.laid_out.is_some() {
            return self.print(&row);
        }
        self.waiting_bytes += row.iter().map(|cell| cell.text.len()).sum::<usize>();
        self.waiting.push(row);
        if self.waiting.len() >= MOST_WAITING || self.waiting_bytes >= MOST_WAITING_BYTES {
            self.lay_out()?;
        }
        Ok(())
    }

    fn page_end(&mut self) -> Result<()> {
        self.lay_out()?;
        self.to.let_out()
    }

    fn finish(&mut self) -> Result<()> {
        self.page_end()
    }
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
