//! TSV: cells with tabs between them and no quotes. A tab, a line end or a
//! backslash in a cell is written `\t`, `\n`, `\r` or `\\`, so that a line is a
//! row for every tool that cuts at tabs.

use crate::error::Result;
use crate::filter::{Cell, Columns};

use super::Style;
use super::csv::{mark, shown};
use super::destination::OutputDestination;
use super::rows::RowWriter;

/// Writes rows as TSV.
#[derive(Debug)]
pub(super) struct Tsv {
    to: OutputDestination,
    excel: bool,
    style: Style,
    line: String,
}

impl Tsv {
    /// Begins the output, with the mark for spreadsheets if one will read it.
    pub(super) fn begin(mut to: OutputDestination, excel: bool, style: Style) -> Result<Self> {
        mark(&mut to, excel)?;
        Ok(Self {
            to,
            excel,
            style,
            line: String::new(),
        })
    }

    fn write<'a>(&mut self, cells: impl Iterator<Item = &'a str>) -> Result<()> {
        self.line.clear();
        for (index, cell) in cells.enumerate() {
            if index > 0 {
                self.line.push('\t');
            }
            escape(&shown(cell, self.excel, self.style), &mut self.line);
        }
        self.to.line(&self.line)
    }
}

impl RowWriter for Tsv {
    fn header(&mut self, columns: &Columns, headings: bool) -> Result<()> {
        if !headings {
            return Ok(());
        }
        self.write(columns.list().iter().map(|column| column.name.as_str()))
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> Result<()> {
        self.write(cells.iter().map(Cell::text))
    }

    fn page_end(&mut self) -> Result<()> {
        self.to.let_out()
    }

    fn finish(&mut self) -> Result<()> {
        self.to.let_out()
    }
}

fn escape(cell: &str, line: &mut String) {
    let mut plain = 0;
    for (at, byte) in cell.bytes().enumerate() {
        let escaped = match byte {
            b'\t' => "\\t",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\\' => "\\\\",
            _ => continue,
        };
        line.push_str(&cell[plain..at]);
        line.push_str(escaped);
        plain = at + 1;
    }
    line.push_str(&cell[plain..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::testing::KeptText;

    fn printed(excel: bool, rows: &[&[&str]]) -> String {
        let paper = KeptText::default();
        let mut tsv = Tsv::begin(paper.destination(), excel, Style::PLAIN).unwrap();
        for row in rows {
            let cells: Vec<_> = row.iter().map(|text| Cell::Text((*text).into())).collect();
            tsv.row(&cells).unwrap();
        }
        tsv.finish().unwrap();
        paper.text()
    }

    #[test]
    fn a_line_is_a_row_whatever_is_in_it() {
        assert_eq!(
            printed(false, &[&["a\tb", "c\nd\r", "e\\f", "\"g\"", ""], &["é"]]),
            "a\\tb\tc\\nd\\r\te\\\\f\t\"g\"\t\né\n"
        );
    }

    #[test]
    fn formulas_are_defused_for_a_spreadsheet() {
        assert_eq!(
            printed(true, &[&["=1", "\tx", "-5.00"]]),
            "\u{FEFF}'=1\t'\\tx\t-5.00\n"
        );
    }
}
