//! CSV: RFC 4180 with `\n` as line end; a cell is quoted when it must be.
//!
//! For spreadsheets there is a mark that says UTF-8, and an apostrophe before
//! cells that a spreadsheet would take for a formula.

use std::borrow::Cow;

use csv::{QuoteStyle, Terminator, Writer, WriterBuilder};

use crate::error::{Error, Result};
use crate::filter::{Cell, Columns};

use super::destination::{BUFFER, OutputDestination};
use super::formula::defused;
use super::rows::RowWriter;
use super::{Style, visible};

/// Says to Excel that the file is UTF-8.
pub(super) fn mark(to: &mut OutputDestination, excel: bool) -> Result<()> {
    to.text(if excel { "\u{FEFF}" } else { "" })
}

/// Writes rows as CSV.
#[derive(Debug)]
pub(super) struct Csv {
    writer: Writer<OutputDestination>,
    excel: bool,
    style: Style,
}

impl Csv {
    /// Begins the output, with the mark for spreadsheets if one will read it.
    pub(super) fn begin(mut to: OutputDestination, excel: bool, style: Style) -> Result<Self> {
        mark(&mut to, excel)?;
        let writer = WriterBuilder::new()
            .flexible(true)
            .terminator(Terminator::Any(b'\n'))
            .quote_style(QuoteStyle::Necessary)
            .buffer_capacity(BUFFER)
            .from_writer(to);
        Ok(Self {
            writer,
            excel,
            style,
        })
    }

    fn write<'a>(&mut self, cells: impl Iterator<Item = &'a str>) -> Result<()> {
        for cell in cells {
            let cell = shown(cell, self.excel, self.style);
            let written = self.writer.write_field(&*cell);
            written.map_err(|error| self.failed(error))?;
        }
        let ended = self.writer.write_record(None::<&[u8]>);
        ended.map_err(|error| self.failed(error))
    }

    fn failed(&self, error: csv::Error) -> Error {
        match error.into_kind() {
            csv::ErrorKind::Io(error) => self.writer.get_ref().failed(error),
            other => Error::unexpected(format!("cannot write a row: {other:?}")),
        }
    }
}

impl RowWriter for Csv {
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
        let flushed = self.writer.flush();
        flushed.map_err(|error| self.writer.get_ref().failed(error))
    }

    fn finish(&mut self) -> Result<()> {
        self.page_end()
    }
}

/// A cell as it is written: harmless to a spreadsheet, and to a terminal.
pub(super) fn shown(cell: &str, excel: bool, style: Style) -> Cow<'_, str> {
    let cell = if style.for_eyes() {
        visible::lines(cell)
    } else {
        Cow::Borrowed(cell)
    };
    if !excel {
        return cell;
    }
    match cell {
        Cow::Borrowed(cell) => defused(cell),
        Cow::Owned(cell) => Cow::Owned(defused(&cell).into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use crate::output::testing::{EYES, KeptText, closed_after, failing_after};

    fn printed(excel: bool, style: Style, rows: &[&[&str]]) -> String {
        let paper = KeptText::default();
        let mut csv = Csv::begin(paper.destination(), excel, style).unwrap();
        for row in rows {
            let cells: Vec<_> = row.iter().map(|text| Cell::Text((*text).into())).collect();
            csv.row(&cells).unwrap();
        }
        csv.finish().unwrap();
        paper.text()
    }

    fn plain(rows: &[&[&str]]) -> String {
        printed(false, Style::PLAIN, rows)
    }

    #[test]
    fn cells_are_quoted_when_they_must_be() {
        assert_eq!(
            plain(&[&["a", "b,c", "d\"e", "f\ng", "h\ri", " j ", ""]]),
            "a,\"b,c\",\"d\"\"e\",\"f\ng\",\"h\ri\", j ,\n"
        );
    }

    #[test]
    fn a_row_of_one_empty_cell_is_not_an_empty_line() {
        assert_eq!(plain(&[&[""]]), "\"\"\n");
    }

    #[test]
    fn formulas_are_defused_for_a_spreadsheet_only() {
        let row: &[&str] = &["=1+1", "+1-2", "-cmd|x", "@sum", "\tx", "a=1", "x-"];
        assert_eq!(
            printed(true, Style::PLAIN, &[row]),
            "\u{FEFF}'=1+1,'+1-2,'-cmd|x,'@sum,'\tx,a=1,x-\n"
        );
        assert_eq!(plain(&[row]), "=1+1,+1-2,-cmd|x,@sum,\tx,a=1,x-\n");
    }

    #[test]
    fn plain_numbers_stay_numbers() {
        let row: &[&str] = &["-5.00", "+48123", "-0", "-", "-1.2.3", "-.5"];
        assert_eq!(
            printed(true, Style::PLAIN, &[row]),
            "\u{FEFF}-5.00,+48123,-0,'-,'-1.2.3,'-.5\n"
        );
    }

    #[test]
    fn the_mark_comes_once() {
        let text = printed(true, Style::PLAIN, &[&["a"], &["b"]]);
        assert_eq!(text.matches('\u{FEFF}').count(), 1);
    }

    #[test]
    fn hostile_cells_pass_unchanged_to_a_file_and_visibly_to_a_terminal() {
        let row: &[&str] = &["\u{1b}[31m\0", "\u{202e}"];
        assert_eq!(plain(&[row]), "\u{1b}[31m\0,\u{202e}\n");
        assert_eq!(printed(false, EYES, &[row]), "␛[31m␀,\\u{202e}\n");
    }

    #[test]
    fn rows_appear_when_their_page_ends() {
        let paper = KeptText::default();
        let mut csv = Csv::begin(paper.destination(), false, Style::PLAIN).unwrap();
        csv.row(&[Cell::Number("1")]).unwrap();
        csv.page_end().unwrap();
        assert_eq!(paper.text(), "1\n");
    }

    #[test]
    fn a_gone_reader_and_a_full_disk_are_told_apart() {
        let failure = |to| {
            let mut csv = Csv::begin(to, false, Style::PLAIN).unwrap();
            csv.row(&[Cell::Number("1")]).unwrap();
            csv.page_end().unwrap_err()
        };
        assert_eq!(failure(closed_after(0)).kind, Kind::Closed);
        let full = failure(failing_after(0, std::io::ErrorKind::StorageFull));
        assert_eq!(full.kind, Kind::Unexpected);
        assert!(
            full.to_string().starts_with("cannot write to paper: "),
            "{full}"
        );
    }
}
