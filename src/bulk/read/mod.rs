//! Reading: a stream of bytes comes in, rows go out, one at a time and each
//! with the line on which it begins.
//!
//! Bytes become `text`, a `feed` names it and counts its lines; then it is a
//! `table`, whose text passes the `guard`, or `lines` of JSON. Memory contains
//! one row and a piece of the text, however long the file is. What columns mean
//! is not known here: the caller says which names are familiar.

mod beginning;
mod delimiter;
mod document;
mod feed;
mod guard;
mod header;
pub(super) mod labels;
mod lines;
mod open;
mod source;
mod table;
#[cfg(test)]
mod tests;
mod text;
#[cfg(feature = "xlsx")]
mod workbook;

pub use delimiter::delimiter;
pub use open::{InputStream, open_path};
pub use text::Encoding;

use std::fmt;

use feed::Feed;
use lines::Json;
use table::Table;

use super::row::InputRow;
use crate::error::{Error, Result};
use crate::excerpt::shortened;

/// Letters that a message shows of a row or a name.
const SHOWN: usize = 60;

/// How a file is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileLayout {
    /// A header and rows of cells.
    Table,
    /// JSON objects, one a line.
    Lines,
}

/// What the user said of a file; what was not said is detected.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// The name or the number of the sheet, of a workbook.
    pub sheet: Option<String>,
    /// What is between cells.
    pub delimiter: Option<u8>,
    /// How letters are written.
    pub encoding: Option<Encoding>,
    /// How it is laid out.
    pub form: Option<FileLayout>,
    /// Lines at the beginning that are left out; rows of a workbook.
    pub skip_lines: u64,
}

/// A file that is being read.
pub struct InputReader {
    inner: ReaderKind,
    /// Whether it can be read no further. A failure is not the end of the file,
    /// and must not look like it.
    broken: bool,
}

impl fmt::Debug for InputReader {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Reader")
            .field("header", &self.header())
            .field("blank", &self.blank())
            .finish_non_exhaustive()
    }
}

enum ReaderKind {
    Table(Box<Table>),
    Json(Box<Json>),
}

impl InputReader {
    /// Looks at the beginning of a stream: encoding, form, delimiter, header.
    /// The name is for messages, and its ending indicates lines of JSON.
    ///
    /// `familiar` says whether a header name means something; it helps to find
    /// the delimiter, and to see that a header is missing. Where any name may
    /// stand (a filter reshapes the rows), say yes to all.
    ///
    /// # Errors
    /// A usage error that says what to do when it is not text, has nothing in
    /// it, or has no usable header.
    pub fn open(
        name: &str,
        stream: Box<dyn std::io::Read + Send>,
        options: &ReadOptions,
        familiar: &dyn Fn(&str) -> bool,
    ) -> Result<Self> {
        let (stream, is_zip) = beginning::peeked(stream);
        if is_zip && cfg!(feature = "xlsx") {
            return Self::open_workbook(name, stream, options, familiar);
        }
        if let Some(sheet) = &options.sheet {
            return Err(Error::usage(format!(
                "--sheet {sheet}: {name} is not a workbook, and has no sheets"
            ))
            .hint("leave --sheet out"));
        }
        let mut feed = Feed::open(name, stream, options.encoding)?;
        feed.skip_lines(options.skip_lines)?;
        let by_name = matches!(
            delimiter::extension(name).as_str(),
            "ndjson" | "jsonl" | "json"
        );
        let first = first_letters(&mut feed);
        // Anyone who says what is between cells has a table.
        let json = options.delimiter.is_none() && (by_name || is_json(first));
        let form = options.form.unwrap_or(if json {
            FileLayout::Lines
        } else {
            FileLayout::Table
        });
        // A list that found nothing is not a mistake.
        if first.is_none() && form == FileLayout::Table {
            feed.more(feed.lines().line)?;
            return Err(nothing_in(name));
        }
        let inner = match form {
            FileLayout::Table => {
                let table = Table::open(feed, options.delimiter, familiar)?;
                ReaderKind::Table(Box::new(table))
            }
            FileLayout::Lines => ReaderKind::Json(Box::new(Json::open(feed))),
        };
        Ok(Self {
            inner,
            broken: false,
        })
    }

    #[cfg(feature = "xlsx")]
    fn open_workbook(
        name: &str,
        mut stream: Box<dyn std::io::Read + Send>,
        options: &ReadOptions,
        familiar: &dyn Fn(&str) -> bool,
    ) -> Result<Self> {
        let sheet = workbook::read(name, &mut stream, options.sheet.as_deref())?;
        let source = source::SheetSource::new(name, sheet, options.skip_lines);
        let source = source::RecordSource::Sheet(Box::new(source));
        Ok(Self {
            inner: ReaderKind::Table(Box::new(Table::of(source, None, familiar)?)),
            broken: false,
        })
    }

    #[cfg(not(feature = "xlsx"))]
    fn open_workbook(
        name: &str,
        stream: Box<dyn std::io::Read + Send>,
        options: &ReadOptions,
        _: &dyn Fn(&str) -> bool,
    ) -> Result<Self> {
        Feed::open(name, stream, options.encoding).and_then(|_| Err(nothing_in(name)))
    }

    /// The cells of a sheet by their names; `None` when it is not a workbook.
    #[must_use]
    pub fn cell_names(&self) -> Option<CellNames> {
        match &self.inner {
            ReaderKind::Table(table) => table.cell_names(),
            ReaderKind::Json(_) => None,
        }
    }

    /// The names of the columns; `None` when it is not a table.
    #[must_use]
    pub fn header(&self) -> Option<&[String]> {
        match &self.inner {
            ReaderKind::Table(table) => Some(table.header()),
            ReaderKind::Json(_) => None,
        }
    }

    /// What the user should be informed of how it is read. Ask again at the
    /// end: an encoding may show late.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        match &self.inner {
            ReaderKind::Table(table) => table.notes(),
            ReaderKind::Json(json) => {
                let note = json.feed().note();
                note.map(str::to_owned).into_iter().collect()
            }
        }
    }

    /// The next row.
    ///
    /// # Errors
    /// A usage error with a line when the file cannot be read on. A single row
    /// that is none is [`RowContent::Unusable`](super::row::RowContent::Unusable).
    // It lends from itself, which no iterator can.
    pub fn next_row(&mut self) -> Result<Option<InputRow<'_>>> {
        if self.broken {
            return Err(Error::usage("the rest of the file could not be read"));
        }
        // A failure below ends it; success takes that back.
        self.broken = true;
        let row = match &mut self.inner {
            ReaderKind::Table(table) => table.next()?,
            ReaderKind::Json(json) => json.next()?,
        };
        self.broken = false;
        Ok(row)
    }

    /// Rows of empty cells that were left out so far.
    #[must_use]
    pub fn blank(&self) -> u64 {
        match &self.inner {
            ReaderKind::Table(table) => table.blank(),
            ReaderKind::Json(_) => 0,
        }
    }
}

/// The columns of a sheet, by which its cells are named.
#[derive(Debug, Clone)]
pub struct CellNames {
    /// Headings, and the names of their cells in a row 0.
    columns: Vec<(String, String)>,
}

impl CellNames {
    /// The name of a cell, by its row and its heading: `Sheet1!C7`.
    #[must_use]
    pub fn name(&self, line: u64, heading: &str) -> Option<String> {
        let mut columns = self.columns.iter();
        let (_, cell) = columns.find(|(known, _)| known == heading)?;
        Some(format!("{}{line}", cell.strip_suffix('0').unwrap_or(cell)))
    }
}

/// Leaves empty lines behind; gives the first letter that is there, and the
/// one after it, blanks aside.
fn first_letters(feed: &mut Feed) -> Option<(u8, Option<u8>)> {
    let mut first = None;
    let mut seen = 0;
    loop {
        if first.is_none() {
            let empty = feed.rest().iter();
            let empty = empty.take_while(|byte| matches!(byte, b'\r' | b'\n'));
            let empty = empty.count();
            feed.pass(empty);
            seen -= empty.min(seen);
        }
        let rest = feed.rest();
        let mut letters = rest[seen..].iter();
        while let Some(&letter) = letters.find(|byte| !byte.is_ascii_whitespace()) {
            match first {
                Some(first) => return Some((first, Some(letter))),
                None if letter != b'[' => return Some((letter, None)),
                None => first = Some(letter),
            }
        }
        seen = rest.len();
        if seen > feed::LONGEST || !feed.look() {
            return first.map(|first| (first, None));
        }
    }
}

/// Whether JSON begins so. A name may be in brackets.
fn is_json(first: Option<(u8, Option<u8>)>) -> bool {
    match first {
        Some((b'{', _)) => true,
        Some((b'[', Some(second))) => !second.is_ascii_alphabetic() && second.is_ascii(),
        _ => false,
    }
}

/// Nothing to read.
fn nothing_in(name: &str) -> Error {
    Error::usage(format!("{name} is empty"))
        .hint("rc bulk template <resource> <verb> prints an example header")
}

/// Where something stands.
fn place(name: &str, line: u64) -> String {
    format!("{name}, line {line}")
}

/// Text for a message: not longer than a line.
fn shown(text: &str) -> String {
    shortened(text, SHOWN).into_owned()
}

/// Text between two signs of ASCII, of which all was decoded before.
fn text_of(bytes: &[u8]) -> Result<&str> {
    let text = std::str::from_utf8(bytes);
    text.map_err(|error| Error::unexpected("a character is cut in two").caused_by(error))
}
