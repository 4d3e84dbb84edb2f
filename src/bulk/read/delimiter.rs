//! The field separator: given by the user, by the file itself (`sep=;`), or
//! detected from the header.

use super::feed::{Feed, LONGEST};
use super::guard::{Scanner, Step};
use super::{header, table};
use crate::error::{self, Error};
use csv::StringRecord;

/// What is tried, the likeliest first.
const TRIED: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The delimiter that a word of the command line means.
///
/// # Errors
/// A usage error when it is none.
pub fn delimiter(word: &str) -> error::Result<u8> {
    match word.as_bytes() {
        _ if word == "tab" || word == "\\t" => Ok(b'\t'),
        [byte] if can_delimit(*byte) => Ok(*byte),
        _ => Err(
            Error::usage(format!("{word:?} cannot be a field separator"))
                .hint("give one of , ; | tab, or another single character of ASCII"),
        ),
    }
}

/// What ends lines and cells or is part of names cannot be between them.
const fn can_delimit(byte: u8) -> bool {
    byte == b'\t' || byte == b' ' || (byte.is_ascii_punctuation() && byte != b'"')
}

/// How a delimiter is called in notes.
pub(super) fn called(delimiter: u8) -> String {
    match delimiter {
        b'\t' => "tabs".to_owned(),
        b' ' => "spaces".to_owned(),
        byte => char::from(byte).to_string(),
    }
}

/// Reads a first line like `sep=;`, which spreadsheets write and obey, and
/// leaves it behind. Saved again, it has the delimiters of its row behind it;
/// those are the delimiters of the file.
pub(super) fn said(feed: &mut Feed) -> Option<u8> {
    while feed.rest().len() < LONGEST_SAYING && !has_line_end(feed.rest()) && feed.look() {}
    let rest = &feed.rest()[..feed.rest().len().min(LONGEST_SAYING)];
    let end = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
    if end.is_none() && rest.len() == LONGEST_SAYING {
        return None;
    }
    let line = &rest[..end.unwrap_or(rest.len())];
    let word = line.strip_prefix(b"\"").unwrap_or(line);
    let [s, e, p, b'=', said, behind @ ..] = word else {
        return None;
    };
    if ![*s, *e, *p].eq_ignore_ascii_case(b"sep") {
        return None;
    }
    let behind = behind.strip_prefix(b"\"").unwrap_or(behind);
    let found = behind.first().unwrap_or(said);
    if !can_delimit(*found) || behind.iter().any(|byte| byte != found) {
        return None;
    }
    let (found, length) = (*found, line.len() + usize::from(end.is_some()));
    feed.pass(length);
    Some(found)
}

/// Bytes that are looked at for `sep=;`: many columns have many delimiters, and
/// a sheet has at most 16,384.
const LONGEST_SAYING: usize = 32 * 1024;

fn has_line_end(bytes: &[u8]) -> bool {
    memchr::memchr2(b'\r', b'\n', bytes).is_some()
}

/// The delimiter under which most names of the header are familiar; of equal
/// ones that which makes most cells of it. A table of one column has none, and
/// is read as if it had the first.
pub(super) fn found(feed: &mut Feed, familiar: &dyn Fn(&str) -> bool) -> u8 {
    let by_name = matches!(extension(feed.name()).as_str(), "tsv" | "tab");
    let first = if by_name { b'\t' } else { b',' };
    let beginnings = first_records(feed);
    let score = |beginning: &Beginning| {
        let records = records(&feed.rest()[..beginning.end], beginning.delimiter);
        let names = records.first().map_or(0, StringRecord::len);
        let mut known = records
            .iter()
            .map(|record| header::familiarity(record, familiar).0);
        // Titles may be above the header. They have no names.
        let known = match known.next() {
            Some(0) | None => known.max().unwrap_or(0),
            Some(known) => known,
        };
        (known, names, beginning.delimiter == first)
    };
    // Of equal ones the last is taken.
    let best = beginnings.iter().rev().max_by_key(|tried| score(tried));
    best.map_or(first, |best| best.delimiter)
}

/// The end of a file name behind its last dot, in lower case.
pub(super) fn extension(name: &str) -> String {
    let (_, extension) = name.rsplit_once('.').unwrap_or_default();
    extension.to_ascii_lowercase()
}

/// What a delimiter is judged by: the first records under it. Where they end
/// depends on the text alone, not on the pieces in which it arrives.
struct Beginning {
    delimiter: u8,
    scanner: Scanner,
    records: usize,
    /// Bytes that the scanner has seen.
    seen: usize,
    /// Bytes of the whole records.
    end: usize,
    /// Whether the text cannot be a table under it.
    is_broken: bool,
}

impl Beginning {
    /// Goes on in a text that has become longer.
    fn scan(&mut self, text: &[u8]) {
        while self.is_wanted() {
            match self.scanner.scan(&text[self.seen..]) {
                Step::More => return self.seen = text.len(),
                Step::Behind => self.is_broken = true,
                Step::End(bytes) => {
                    self.records += 1;
                    self.seen += bytes;
                    self.end = self.seen;
                }
            }
        }
    }

    const fn is_wanted(&self) -> bool {
        !self.is_broken && self.records < table::FURTHEST_HEADER
    }
}

/// Looks ahead as far as a header is sought, under each delimiter.
fn first_records(feed: &mut Feed) -> [Beginning; TRIED.len()] {
    let lines = feed.lines();
    let mut beginnings = TRIED.map(|delimiter| Beginning {
        delimiter,
        scanner: Scanner::new(delimiter, lines),
        records: 0,
        seen: 0,
        end: 0,
        is_broken: false,
    });
    loop {
        let text = &feed.rest()[..feed.rest().len().min(LONGEST)];
        for beginning in &mut beginnings {
            beginning.scan(text);
        }
        let is_wanted = beginnings.iter().any(Beginning::is_wanted);
        if !is_wanted || text.len() == LONGEST {
            return beginnings;
        }
        if !feed.look() {
            // The last record needs no line end.
            for beginning in beginnings.iter_mut().filter(|one| one.is_wanted()) {
                beginning.end = beginning.seen;
            }
            return beginnings;
        }
    }
}

/// The first records under a delimiter.
fn records(text: &[u8], delimiter: u8) -> Vec<StringRecord> {
    let reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text);
    let records = reader.into_records().map_while(Result::ok);
    records.take(table::FURTHEST_HEADER).collect()
}
