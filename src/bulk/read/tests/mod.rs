//! Reading, tried with real bytes. What is common to the tests is here.

mod beginnings;
mod encodings;
mod files;
mod found_headers;
mod headers;
mod json;
mod properties;
mod quotes;
mod rows;
mod streams;
#[cfg(feature = "xlsx")]
mod workbooks;

use std::io::{self, Read};

use super::{InputReader, ReadOptions};
use crate::bulk::row::{CellMark, RowContent};
use crate::error::{Error, Kind, Result};

/// What was read of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Got {
    pub(super) header: Option<Vec<String>>,
    pub(super) rows: Vec<(u64, What)>,
    pub(super) notes: Vec<String>,
    pub(super) blank: u64,
}

/// What a row was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    Cells(Vec<String>),
    Marked(Vec<String>, Vec<CellMark>),
    Object(String),
    Unusable(String, String),
}

/// Names that mean something in these tests.
pub(super) fn familiar(name: &str) -> bool {
    matches!(name, "code" | "value" | "id" | "note")
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "tests make them where they use them"
)]
pub(super) fn read_from(
    name: &str,
    stream: impl Read + Send + 'static,
    options: ReadOptions,
) -> Result<Got> {
    let mut reader = InputReader::open(name, Box::new(stream), &options, &familiar)?;
    let mut rows = Vec::new();
    while let Some(row) = reader.next_row()? {
        let what = match row.content {
            RowContent::Cells(cells) => What::Cells(cells.iter().map(str::to_owned).collect()),
            RowContent::Marked(cells, marks) => What::Marked(
                cells.iter().map(str::to_owned).collect(),
                marks.iter().map(|marked| marked.mark.clone()).collect(),
            ),
            RowContent::Object(object) => What::Object(object.to_owned()),
            RowContent::Unusable { text, reason } => What::Unusable(text, reason),
        };
        rows.push((row.line, what));
    }
    Ok(Got {
        header: reader.header().map(<[String]>::to_vec),
        rows,
        notes: reader.notes(),
        blank: reader.blank(),
    })
}

pub(super) fn read_with(bytes: impl AsRef<[u8]>, options: ReadOptions) -> Result<Got> {
    read_from("a file", io::Cursor::new(bytes.as_ref().to_vec()), options)
}

pub(super) fn read(bytes: impl AsRef<[u8]>) -> Got {
    read_with(bytes, ReadOptions::default()).unwrap()
}

/// The error that reading ends with: always one about the input.
pub(super) fn refused(bytes: impl AsRef<[u8]>) -> Error {
    let error = read_with(bytes, ReadOptions::default()).unwrap_err();
    assert_eq!(error.kind, Kind::Usage, "{error}");
    error
}

/// All that a user reads of an error.
pub(super) fn told(error: &Error) -> String {
    format!("{error}\n{}", error.hints.join("\n"))
}

pub(super) fn cells(cells: &[&str]) -> What {
    What::Cells(cells.iter().map(|cell| (*cell).to_owned()).collect())
}

pub(super) fn object(text: &str) -> What {
    What::Object(text.to_owned())
}

pub(super) fn unusable(text: &str, reason: &str) -> What {
    What::Unusable(text.to_owned(), reason.to_owned())
}

/// A stream that gives few bytes at a time.
pub(super) struct Slowly<R>(pub(super) R, pub(super) usize);

impl<R: Read> Read for Slowly<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let most = self.1.min(into.len());
        self.0.read(&mut into[..most])
    }
}

/// A text as UTF-16, without a mark.
pub(super) fn utf16(text: &str, backwards: bool) -> Vec<u8> {
    let units = text.encode_utf16();
    let pairs = units.map(|unit| {
        if backwards {
            unit.to_be_bytes()
        } else {
            unit.to_le_bytes()
        }
    });
    pairs.flatten().collect()
}
