//! Lines of aligned cells: `comfy-table` pads, aligns and truncates them.
//!
//! Takes lanes, whose widths are decided, and rows of harmless text; returns
//! lines. Cells are separated by a character that no harmless text contains, so
//! that colours are added to whole cells afterwards: the library would have to
//! measure escapes, and reads the environment for them.

use std::borrow::Cow;

use anstyle::Style;
use comfy_table::{
    Cell, CellAlignment, ColumnConstraint, ContentLineStyle, Row, Table, TableStyle, Width,
};
use unicode_width::UnicodeWidthStr;

use super::layout::{GAP, cut};
use super::palette::paint;
use super::visible;

/// Separates cells until they are coloured: `visible::one_line` escapes it, and
/// so it is in no cell. It is also the delimiter at which the library may break
/// a cell, which makes it truncate cells at any character.
const SEPARATOR: char = '\u{2063}';

/// The width and alignment of one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lane {
    pub(super) width: usize,
    pub(super) right: bool,
}

/// What becomes of a cell that is wider than its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Overflow {
    /// It is truncated; the last cell of a row may use the rest of this width.
    Truncate(usize),
    /// It is written whole and moves the cells behind it.
    Spill,
}

/// One cell: text without control characters, and its style.
#[derive(Debug, Clone)]
pub(super) struct StyledCell<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) style: Style,
}

impl<'a> StyledCell<'a> {
    pub(super) fn new(text: impl Into<Cow<'a, str>>, style: Style) -> Self {
        let text = text.into();
        Self { text, style }
    }
}

/// Columns whose widths are decided.
#[derive(Debug)]
pub(super) struct Grid {
    lanes: Vec<Lane>,
    overflow: Overflow,
    colour: bool,
}

impl Grid {
    pub(super) fn new(lanes: Vec<Lane>, overflow: Overflow, colour: bool) -> Self {
        Self {
            lanes,
            overflow,
            colour,
        }
    }

    pub(super) fn columns(&self) -> usize {
        self.lanes.len()
    }

    /// Appends a line for each row, without spaces at its end.
    pub(super) fn draw(&self, rows: &[Vec<StyledCell<'_>>], out: &mut String) {
        let mut table = Table::new();
        table
            .load_style(separated())
            .set_delimiter(SEPARATOR)
            .set_truncation_indicator("…");
        for row in rows {
            table.add_row(self.fitted(row));
        }
        self.constrain(&mut table);
        for (line, row) in table.lines().zip(rows) {
            self.finish(&line, row, out);
        }
    }

    fn constrain(&self, table: &mut Table) {
        for (column, lane) in table.column_iter_mut().zip(&self.lanes) {
            let width = u16::try_from(lane.width.max(1)).unwrap_or(u16::MAX);
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width)));
            column.set_padding((0, 0));
            if lane.right {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
    }

    /// The row as the library gets it: cells that spill are empty.
    fn fitted(&self, row: &[StyledCell<'_>]) -> Row {
        let cells = (0..self.lanes.len()).map(|at| match row.get(at) {
            Some(cell) if !self.spills(at, cell) => Cell::new(&cell.text),
            _ => Cell::new(""),
        });
        let mut fitted = Row::from(cells);
        fitted.max_height(1);
        fitted
    }

    /// Whether a cell is written by itself, beyond its column.
    fn spills(&self, at: usize, cell: &StyledCell<'_>) -> bool {
        let may = self.overflow == Overflow::Spill || at + 1 == self.lanes.len();
        may && cell.text.len() > self.lanes[at].width && cell.text.width() > self.lanes[at].width
    }

    /// Colours the cells of a line and puts the gaps between them.
    fn finish(&self, line: &str, row: &[StyledCell<'_>], out: &mut String) {
        let begin = out.len();
        let mut start = 0;
        for (at, part) in line.split(SEPARATOR).enumerate() {
            let Some(cell) = row.get(at) else {
                break;
            };
            if at > 0 {
                out.push_str("  ");
            }
            if self.spills(at, cell) {
                paint(
                    &self.spilled(at, start, &cell.text),
                    cell.style,
                    self.paints(cell),
                    out,
                );
            } else if self.paints(cell) {
                paint_text(part, cell.style, out);
            } else {
                out.push_str(part);
            }
            start += self.lanes[at].width + GAP;
        }
        // Cells behind the last column, as of a longer list, spill as well.
        for cell in row.iter().skip(self.lanes.len()) {
            out.push_str("  ");
            let text = self.spilled(self.lanes.len(), start, &cell.text);
            paint(&text, cell.style, self.paints(cell), out);
            start += text.width() + GAP;
        }
        let kept = out[begin..].trim_end_matches(' ').len();
        out.truncate(begin + kept);
        out.push('\n');
    }

    fn spilled<'a>(&self, at: usize, start: usize, text: &'a str) -> Cow<'a, str> {
        match self.overflow {
            Overflow::Spill => text.into(),
            Overflow::Truncate(width) => {
                let own = self.lanes.get(at).map_or(0, |lane| lane.width);
                cut(text, width.saturating_sub(start).max(own))
            }
        }
    }

    fn paints(&self, cell: &StyledCell<'_>) -> bool {
        self.colour && cell.style != Style::new()
    }
}

/// Rows of text as lines: columns as wide as their widest cell, none truncated.
/// Control characters are made visible.
#[must_use]
pub fn aligned(rows: &[Vec<String>]) -> String {
    let rows: Vec<Vec<StyledCell<'_>>> = rows
        .iter()
        .map(|row| {
            let cells = row.iter().map(|text| visible::one_line(text));
            cells
                .map(|text| StyledCell::new(text, Style::new()))
                .collect()
        })
        .collect();
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let lanes = (0..count).map(|at| {
        // Nothing follows the last column, which needs no padding.
        let cells = rows.iter().filter_map(|row| row.get(at));
        let width = if at + 1 == count {
            1
        } else {
            cells.map(|cell| cell.text.width()).max().unwrap_or(0)
        };
        Lane {
            width,
            right: false,
        }
    });
    let grid = Grid::new(lanes.collect(), Overflow::Spill, false);
    let mut out = String::new();
    grid.draw(&rows, &mut out);
    out
}

/// Paints a padded text and leaves its padding alone.
fn paint_text(part: &str, style: Style, out: &mut String) {
    let text = part.trim_start_matches(' ');
    out.push_str(&part[..part.len() - text.len()]);
    let text = text.trim_end_matches(' ');
    if !text.is_empty() {
        paint(text, style, true, out);
    }
    let end = part
        .trim_end_matches(' ')
        .len()
        .max(part.len() - part.trim_start_matches(' ').len());
    out.push_str(&part[end..]);
}

/// No lines and no borders, and the separator between cells.
fn separated() -> TableStyle {
    let line = ContentLineStyle::none().junction(SEPARATOR);
    TableStyle {
        header_lines: line,
        content_lines: line,
        ..comfy_table::presets::NOTHING
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anstyle::AnsiColor;

    fn drawn(lanes: &[(usize, bool)], overflow: Overflow, row: &[&str]) -> String {
        let lanes = lanes.iter().map(|&(width, right)| Lane { width, right });
        let grid = Grid::new(lanes.collect(), overflow, true);
        let green = AnsiColor::Green.on_default();
        let cells = row.iter().enumerate().map(|(at, text)| {
            let style = if at == 0 { green } else { Style::new() };
            StyledCell::new(*text, style)
        });
        let mut out = String::new();
        grid.draw(&[cells.collect()], &mut out);
        out
    }

    #[test]
    fn colour_covers_the_text_and_not_its_padding() {
        let lanes = [(4, true), (3, false)];
        assert_eq!(
            drawn(&lanes, Overflow::Spill, &["ab", "x"]),
            "  \u{1b}[32mab\u{1b}[0m  x\n"
        );
        assert_eq!(drawn(&lanes, Overflow::Spill, &["", "x"]), "      x\n");
        assert_eq!(
            drawn(&[(4, false)], Overflow::Spill, &["لا"]),
            "\u{1b}[32mلا\u{1b}[0m\n"
        );
    }

    /// The library truncates as `cut` does, at any character.
    #[test]
    fn a_wide_cell_is_truncated_within_its_column() {
        for text in [
            "a b c d e f g",
            "subscription",
            "日本語日本語",
            "e\u{301}e\u{301}e\u{301}e",
        ] {
            for width in 2..text.width() {
                let lanes = [(1, false), (width, false), (1, false)];
                let line = drawn(&lanes, Overflow::Truncate(80), &["", text, "|"]);
                let shown = cut(text, width);
                let padding = " ".repeat(width - shown.width());
                assert_eq!(line, format!("   {shown}{padding}  |\n"));
            }
        }
    }

    #[test]
    fn the_last_cell_uses_the_rest_of_the_terminal() {
        let lanes = [(1, false), (2, true)];
        let drawn = |width| drawn(&lanes, Overflow::Truncate(width), &["", "12345678"]);
        assert_eq!(drawn(11), "   12345678\n");
        assert_eq!(drawn(10), "   123456…\n");
        assert_eq!(drawn(1), "   1…\n");
    }

    #[test]
    fn a_cell_that_spills_moves_the_cells_behind_it() {
        let lanes = [(1, false), (2, false), (1, false)];
        let row = ["", &"x".repeat(70_000), "|", "more"];
        assert_eq!(
            drawn(&lanes, Overflow::Spill, &row),
            format!("   {}  |  more\n", row[1])
        );
    }

    #[test]
    fn aligned_rows_may_differ_in_length() {
        let rows = [&["a", "bb", "c\u{1b}"][..], &["aaa", "b"], &["", "", "c"]];
        let rows = rows.map(|row| row.iter().map(|text| (*text).to_owned()).collect());
        assert_eq!(aligned(&rows), "a    bb  c␛\naaa  b\n         c\n");
        assert_eq!(aligned(&[]), "");
    }
}
