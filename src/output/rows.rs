//! Records as rows of cells, for all formats that have columns.
//!
//! Takes records as JSON text; returns a header and rows, written by a
//! [`RowWriter`]. When nothing says what the columns are, the first record
//! does, and a later one with another key is an error: nothing is dropped
//! silently. A list is a row without header, anything else a row of one cell.

use crate::error::{Error, Result};
use crate::filter::{Cell, Columns, Misfit, items};

use super::FormatWriter;

/// Writes rows in one format.
pub(super) trait RowWriter {
    /// Takes the columns, before the first row, and whether to write headings.
    fn header(&mut self, columns: &Columns, headings: bool) -> Result<()>;
    /// Writes a row.
    fn row(&mut self, cells: &[Cell<'_>]) -> Result<()>;
    /// Lets everything out that was written so far.
    fn page_end(&mut self) -> Result<()>;
    /// Ends the output.
    fn finish(&mut self) -> Result<()>;
}

/// What rows are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RowSource {
    Objects,
    Lists,
    Single,
}

impl RowSource {
    fn of(record: &str) -> Self {
        match record.trim_start().as_bytes().first() {
            Some(b'{') => Self::Objects,
            Some(b'[') => Self::Lists,
            _ => Self::Single,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Objects => "an object",
            Self::Lists => "a list",
            Self::Single => "a single value",
        }
    }
}

/// Where columns come from.
#[derive(Debug)]
pub(super) enum Header {
    /// They are known.
    Known(Columns),
    /// The first record's keys; a later record with another key is an error.
    FromFirst,
    /// The first record's keys, as a view: other keys are not shown.
    FromFirstAsView,
}

/// Turns records into rows.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is set independently of the others"
)]
pub(super) struct RowMaker<W> {
    writer: W,
    columns: Option<Columns>,
    chosen: bool,
    view: bool,
    /// What messages call a record: `record`, or `result` of a filter.
    noun: &'static str,
    count: u64,
    /// What the first record was, when there was one.
    first: Option<RowSource>,
    header_written: bool,
    /// Whether headings are written.
    headings: bool,
}

impl<W: RowWriter> RowMaker<W> {
    pub(super) fn new(writer: W, header: Header, noun: &'static str) -> Self {
        let view = matches!(header, Header::FromFirstAsView);
        let chosen = matches!(header, Header::Known(_));
        Self {
            writer,
            chosen,
            columns: match header {
                Header::Known(columns) => Some(columns),
                Header::FromFirst | Header::FromFirstAsView => None,
            },
            view,
            noun,
            count: 0,
            first: None,
            header_written: false,
            headings: true,
        }
    }

    /// Chooses other columns, before the first record.
    pub(super) fn choose(&mut self, columns: Columns) {
        self.columns = Some(columns);
    }

    /// With headings, or without.
    pub(super) fn with_headings(self, headings: bool) -> Self {
        Self { headings, ..self }
    }

    fn write_header(&mut self) -> Result<()> {
        if let (false, Some(columns)) = (self.header_written, &self.columns) {
            self.writer.header(columns, self.headings)?;
            self.header_written = true;
        }
        Ok(())
    }

    fn object(&mut self, record: &str) -> Result<()> {
        if self.columns.is_none() {
            let columns = Columns::from_record(record).map_err(|misfit| self.misfit(misfit))?;
            let lenient = self.view;
            self.columns = Some(if lenient { columns.lenient() } else { columns });
        }
        self.write_header()?;
        let mut cells = Vec::new();
        if let Some(columns) = &self.columns {
            let extracted = columns.extract(record, &mut cells);
            extracted.map_err(|misfit| self.misfit(misfit))?;
        }
        self.writer.row(&cells)
    }

    fn list(&mut self, record: &str) -> Result<()> {
        let items = items(record).map_err(|misfit| self.misfit(misfit))?;
        let cells: Vec<_> = items.into_iter().map(Cell::from_json).collect();
        self.unnamed(&cells)
    }

    /// A row whose cells stand by place, not by name.
    fn unnamed(&mut self, cells: &[Cell<'_>]) -> Result<()> {
        if let Some(columns) = &self.columns {
            let (wanted, found) = (columns.list().len(), cells.len());
            if wanted != found {
                return Err(Error::unexpected(format!(
                    "{} {} has {found} cells for {wanted} columns",
                    self.noun, self.count
                )));
            }
        }
        self.write_header()?;
        self.writer.row(cells)
    }

    /// Without chosen columns all records must be alike.
    fn same_stuff(&mut self, stuff: RowSource) -> Result<()> {
        let first = *self.first.get_or_insert(stuff);
        if self.chosen || first == stuff {
            return Ok(());
        }
        Err(Error::unexpected(format!(
            "{} {} is {}, where the first was {}",
            self.noun,
            self.count,
            stuff.name(),
            first.name()
        ))
        .hint("rows must have the same columns; -o json accepts anything"))
    }

    fn misfit(&self, misfit: Misfit) -> Error {
        let (noun, count) = (self.noun, self.count);
        match misfit {
            Misfit::Stranger(key) => {
                let columns = self.columns.as_ref().map_or(&[][..], Columns::list);
                let mut names: Vec<&str> = columns.iter().map(|column| &*column.name).collect();
                names.push(&key);
                Error::unexpected(format!(
                    "{noun} {count} has the key `{key}`, which the first did not have"
                ))
                .hint(format!("name the columns: --columns {}", names.join(",")))
            }
            Misfit::Unreadable(error) => {
                Error::unexpected(format!("{noun} {count} cannot be read")).caused_by(error)
            }
        }
    }
}

impl<W: RowWriter> FormatWriter for RowMaker<W> {
    fn record(&mut self, record: &str) -> Result<()> {
        self.count += 1;
        let stuff = RowSource::of(record);
        self.same_stuff(stuff)?;
        match stuff {
            RowSource::Objects => self.object(record),
            RowSource::Lists => self.list(record),
            RowSource::Single => self.unnamed(&[Cell::from_json(record)]),
        }
    }

    fn page_end(&mut self) -> Result<()> {
        self.writer.page_end()
    }

    fn finish(&mut self) -> Result<()> {
        self.write_header()?;
        self.writer.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Style;
    use crate::output::csv::Csv;
    use crate::output::testing::KeptText;

    fn printed(header: Header, records: &[&str]) -> Result<String> {
        let paper = KeptText::default();
        let csv = Csv::begin(paper.destination(), false, Style::PLAIN).unwrap();
        let mut rows = RowMaker::new(csv, header, "result");
        for record in records {
            rows.record(record)?;
        }
        rows.finish()?;
        Ok(paper.text())
    }

    fn known(names: &str) -> Header {
        Header::Known(Columns::parse(names, None, &[]).unwrap())
    }

    #[test]
    fn a_known_header_stands_even_over_nothing() {
        assert_eq!(
            printed(known("id,customer.email"), &[]).unwrap(),
            "id,customer.email\n"
        );
        assert_eq!(printed(Header::FromFirst, &[]).unwrap(), "");
    }

    #[test]
    fn the_first_object_gives_the_header_and_a_missing_key_an_empty_cell() {
        let records = [r#"{"b":1,"a":"x"}"#, r#"{"a":"y"}"#];
        assert_eq!(
            printed(Header::FromFirst, &records).unwrap(),
            "b,a\n1,x\n,y\n"
        );
    }

    #[test]
    fn a_later_key_is_an_error_that_names_it_and_the_way_out() {
        let records = [r#"{"a":1}"#, r#"{"a":1}"#, r#"{"a":1,"extra":2}"#];
        let error = printed(Header::FromFirst, &records).unwrap_err();
        assert_eq!(
            error.message,
            "result 3 has the key `extra`, which the first did not have"
        );
        assert_eq!(error.hints, ["name the columns: --columns a,extra"]);
        assert_eq!(
            printed(known("a,extra"), &records).unwrap(),
            "a,extra\n1,\n1,\n1,2\n"
        );
        assert_eq!(
            printed(Header::FromFirstAsView, &records).unwrap(),
            "a\n1\n1\n1\n"
        );
    }

    #[test]
    fn lists_and_single_values_are_rows_without_header() {
        let lists = ["[1,\"a,b\",null]", "[2]"];
        assert_eq!(
            printed(Header::FromFirst, &lists).unwrap(),
            "1,\"a,b\",\n2\n"
        );
        assert_eq!(
            printed(Header::FromFirst, &["1.10", "\"x\""]).unwrap(),
            "1.10\nx\n"
        );
    }

    #[test]
    fn lists_stand_under_chosen_columns_when_they_are_as_many() {
        assert_eq!(printed(known("a,b"), &["[1,2]"]).unwrap(), "a,b\n1,2\n");
        let error = printed(known("a,b"), &["[1,2,3]"]).unwrap_err();
        assert_eq!(error.message, "result 1 has 3 cells for 2 columns");
    }

    #[test]
    fn rows_that_are_not_alike_are_an_error() {
        let error = printed(Header::FromFirst, &[r#"{"a":1}"#, "[1]"]).unwrap_err();
        assert_eq!(
            error.message,
            "result 2 is a list, where the first was an object"
        );
        assert!(printed(Header::FromFirst, &["[1]", r#"{"a":1}"#]).is_err());
    }
}
