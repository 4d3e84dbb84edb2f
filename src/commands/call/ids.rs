//! The ids on standard input: one a line, records with an id as `rc` prints
//! them, or a CSV with a column `id`.
//!
//! The first line decides which of them it is. Memory contains one line, or one
//! row.

use std::io::{self, BufRead, BufReader, Read};

use serde_json::Value;

use crate::api::request;
use crate::bulk::read::{FileLayout, InputReader, InputStream, ReadOptions};
use crate::bulk::row::RowContent;
use crate::catalog::Parameter;
use crate::error::{Error, Result};
use crate::excerpt::shortened;

/// The longest line with an id, or with a record that has one, in bytes.
const LONGEST_LINE: u64 = 16 << 20;

/// The longest first line that can be the header of a CSV, in bytes.
const LONGEST_HEADER: u64 = 64 << 10;

/// The letters of a word that a message has at most.
const LONGEST_WORD: usize = 60;

/// What separates the cells of a CSV.
const DELIMITERS: &[u8] = b",;\t";

/// The column of a CSV, and the member of a record, that has the id.
const ID: &str = "id";

/// How messages name the stream.
const NAME: &str = "standard input";

/// The ids in a stream.
pub(in crate::commands) struct Ids {
    source: IdSource,
    path_parameter: &'static Parameter,
}

enum IdSource {
    /// Nothing was read yet.
    Unread(InputStream),
    Lines(IdLines),
    Table(Box<IdColumn>),
    /// Nothing more can be read.
    Over,
}

impl Ids {
    /// Ids for a path parameter. Reads nothing yet.
    pub(in crate::commands) fn new(
        stream: InputStream,
        path_parameter: &'static Parameter,
    ) -> Self {
        Self {
            source: IdSource::Unread(stream),
            path_parameter,
        }
    }

    fn begin(&self, stream: InputStream) -> Result<IdSource> {
        let (stream, delimiter) = peeked(stream, self.path_parameter)?;
        Ok(match delimiter {
            Some(delimiter) => {
                let column = IdColumn::open(stream, delimiter, self.path_parameter)?;
                IdSource::Table(Box::new(column))
            }
            None => IdSource::Lines(IdLines::new(stream, self.path_parameter)),
        })
    }
}

impl Iterator for Ids {
    type Item = Result<String>;

    fn next(&mut self) -> Option<Result<String>> {
        loop {
            match std::mem::replace(&mut self.source, IdSource::Over) {
                IdSource::Over => return None,
                IdSource::Unread(stream) => match self.begin(stream) {
                    Ok(source) => self.source = source,
                    Err(error) => return Some(Err(error)),
                },
                IdSource::Lines(mut lines) => {
                    let id = lines.next();
                    self.source = IdSource::Lines(lines);
                    return id;
                }
                IdSource::Table(mut column) => {
                    let id = column.next()?;
                    if !column.is_over {
                        self.source = IdSource::Table(column);
                    }
                    return Some(id);
                }
            }
        }
    }
}

/// Looks at the first line of a stream. Gives the stream back whole and, where
/// it is a CSV with a column of ids, what separates its cells.
///
/// # Errors
/// The stream cannot be read.
pub(super) fn peeked(
    stream: InputStream,
    path_parameter: &Parameter,
) -> Result<(InputStream, Option<u8>)> {
    let mut stream = BufReader::new(stream);
    let mut read = Vec::new();
    let mut begin = 0;
    while read.len() as u64 <= LONGEST_HEADER {
        let rest = LONGEST_HEADER + 1 - read.len() as u64;
        let more = (&mut stream).take(rest).read_until(b'\n', &mut read);
        let more = more.map_err(|error| Error::reading(NAME, error))?;
        if more == 0 || !read[begin..].trim_ascii().is_empty() {
            break;
        }
        begin = read.len();
    }
    let line = std::str::from_utf8(&read[begin..]).ok();
    let delimiter = line.and_then(|line| header_delimiter(line, path_parameter));
    Ok((Box::new(io::Cursor::new(read).chain(stream)), delimiter))
}

/// What separates the cells of a line that is a header with a column of ids.
fn header_delimiter(line: &str, path_parameter: &Parameter) -> Option<u8> {
    let line = line.trim_start_matches('\u{feff}').trim();
    let has_ids = |delimiter: &u8| {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .delimiter(*delimiter)
            .from_reader(line.as_bytes());
        let header = reader.records().next();
        header.is_some_and(|header| {
            header.is_ok_and(|header| header.iter().any(|cell| is_id_column(cell, path_parameter)))
        })
    };
    DELIMITERS.iter().copied().find(has_ids)
}

fn is_id_column(name: &str, path_parameter: &Parameter) -> bool {
    let name = name.trim();
    name.eq_ignore_ascii_case(ID) || name.eq_ignore_ascii_case(path_parameter.name)
}

/// Checks an id; gives it, or why it is none.
fn checked(path_parameter: &'static Parameter, id: String) -> Result<String, String> {
    match request::check(path_parameter, &id) {
        Ok(()) => Ok(id),
        Err(reason) => Err(format!("{}: {reason}", shortened(&id, LONGEST_WORD))),
    }
}

fn wrong(line: u64, what: &str) -> Error {
    Error::usage(format!("{NAME}, line {line}: {what}"))
        .hint("give one id a line, NDJSON records with an id, or a CSV with a column id")
}

/// The ids in a column of a CSV.
struct IdColumn {
    rows: InputReader,
    column: usize,
    path_parameter: &'static Parameter,
    is_over: bool,
}

impl IdColumn {
    fn open(
        stream: InputStream,
        delimiter: u8,
        path_parameter: &'static Parameter,
    ) -> Result<Self> {
        let options = ReadOptions {
            delimiter: Some(delimiter),
            form: Some(FileLayout::Table),
            ..ReadOptions::default()
        };
        let rows = InputReader::open(NAME, stream, &options, &|name| {
            is_id_column(name, path_parameter)
        })?;
        let header = rows.header().unwrap_or_default();
        // The column `id` comes before one that is named as the path parameter.
        let named = |wanted: &str| {
            let mut names = header.iter();
            names.position(|name| name.trim().eq_ignore_ascii_case(wanted))
        };
        let column = named(ID).or_else(|| named(path_parameter.name));
        let column = column.ok_or_else(|| wrong(1, "there is no column id"))?;
        Ok(Self {
            rows,
            column,
            path_parameter,
            is_over: false,
        })
    }

    fn next(&mut self) -> Option<Result<String>> {
        let row = match self.rows.next_row() {
            Ok(row) => row?,
            Err(error) => {
                self.is_over = true;
                return Some(Err(error));
            }
        };
        let id = match &row.content {
            RowContent::Cells(cells) | RowContent::Marked(cells, _) => {
                match cells.get(self.column).unwrap_or_default().trim() {
                    "" => Err("has no id".to_owned()),
                    id => checked(self.path_parameter, id.to_owned()),
                }
            }
            RowContent::Object(_) => Err("is not a row of the CSV".to_owned()),
            RowContent::Unusable { reason, .. } => Err(reason.clone()),
        };
        Some(id.map_err(|what| wrong(row.line, &what)))
    }
}

/// The ids of lines.
struct IdLines {
    stream: BufReader<InputStream>,
    line: Vec<u8>,
    longest: u64,
    /// Whether nothing more can be read.
    over: bool,
    path_parameter: &'static Parameter,
    number: u64,
}

impl IdLines {
    fn new(stream: InputStream, path_parameter: &'static Parameter) -> Self {
        Self {
            stream: BufReader::new(stream),
            line: Vec::new(),
            longest: LONGEST_LINE,
            over: false,
            path_parameter,
            number: 0,
        }
    }

    /// Reads the next line; gives whether there is one. After an error there
    /// is none: where the line would end is not known.
    fn read_line(&mut self) -> Result<bool> {
        if self.over {
            return Ok(false);
        }
        self.line.clear();
        let mut stream = (&mut self.stream).take(self.longest + 1);
        let read = stream.read_until(b'\n', &mut self.line);
        let read = read.map_err(|error| Error::reading(NAME, error))?;
        self.number += u64::from(read > 0);
        if self.line.len() as u64 > self.longest {
            let longest = self.longest >> 20;
            return Err(self.wrong(&format!("is longer than {longest} MiB")));
        }
        Ok(read > 0)
    }

    fn id(&self, line: &str) -> Result<Option<String>> {
        // A JSON array of records comes with a bracket line at each end and a
        // comma after each record.
        let line = if self.number == 1 {
            line.trim_start_matches('\u{feff}')
        } else {
            line
        };
        let word = line.trim().trim_end_matches(',');
        let word = word.strip_prefix('[').unwrap_or(word).trim();
        if word.is_empty() || word == "]" {
            return Ok(None);
        }
        let id = match serde_json::from_str(word) {
            Ok(Value::Object(record)) => record
                .get(ID)
                .or_else(|| record.get(self.path_parameter.name))
                .map(text)
                .ok_or_else(|| self.wrong("has no id"))?,
            Ok(Value::String(id)) => id,
            _ if word.starts_with('{') => return Err(self.wrong("is not valid JSON")),
            _ => word.to_owned(),
        };
        let id = checked(self.path_parameter, id).map_err(|what| self.wrong(&what))?;
        Ok(Some(id))
    }

    fn wrong(&self, what: &str) -> Error {
        wrong(self.number, what)
    }
}

impl Iterator for IdLines {
    type Item = Result<String>;

    fn next(&mut self) -> Option<Result<String>> {
        loop {
            match self.read_line() {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => {
                    self.over = true;
                    return Some(Err(error));
                }
            }
            let id = match std::str::from_utf8(&self.line) {
                Ok(line) => self.id(line),
                Err(_) => Err(self.wrong("is not valid UTF-8")),
            };
            if let Some(id) = id.transpose() {
                return Some(id);
            }
        }
    }
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
#[path = "ids_tests.rs"]
mod tests;
