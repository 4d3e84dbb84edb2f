//! The field separator: given by the user, by the file itself (`sep=;`), or
//! detected from the header.

use super::feed::{Feed, LONGEST, LineCounter};
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
    let rest = feed.rest();
    let end = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
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

/// Bytes that are looked at for `sep=;`: many columns have many delimiters.
const LONGEST_SAYING: usize = 1024;

fn has_line_end(bytes: &[u8]) -> bool {
    memchr::memchr2(b'\r', b'\n', bytes).is_some()
}

/// The delimiter under which most names of the header are familiar; of equal
/// ones that which makes most cells of it. A table of one column has none, and
/// is read as if it had the first.
pub(super) fn found(feed: &mut Feed, familiar: &dyn Fn(&str) -> bool) -> u8 {
    let by_name = matches!(extension(feed.name()).as_str(), "tsv" | "tab");
    let first = if by_name { b'\t' } else { b',' };
    see_header(feed);
    let score = |delimiter: u8| {
        let records = records(feed.rest(), delimiter);
        let names = records.first().map_or(0, StringRecord::len);
        let mut known = records
            .iter()
            .map(|record| header::familiarity(record, familiar).0);
        // Titles may be above the header. They have no names.
        let known = match known.next() {
            Some(0) | None => known.max().unwrap_or(0),
            Some(known) => known,
        };
        (known, names, delimiter == first)
    };
    // Of equal ones the last is taken.
    let best = TRIED.into_iter().rev().max_by_key(|&tried| score(tried));
    best.unwrap_or(first)
}

/// The end of a file name behind its last dot, in lower case.
pub(super) fn extension(name: &str) -> String {
    let (_, extension) = name.rsplit_once('.').unwrap_or_default();
    extension.to_ascii_lowercase()
}

/// Looks ahead until the header ends under each delimiter.
fn see_header(feed: &mut Feed) {
    let mut seen = 0;
    let mut scanners = Vec::from(TRIED.map(|tried| Scanner::new(tried, LineCounter::FIRST)));
    loop {
        let rest = feed.rest();
        scanners.retain_mut(|scanner| scanner.scan(&rest[seen..]) == Step::More);
        seen = rest.len();
        if scanners.is_empty() || seen > LONGEST || !feed.look() {
            return;
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
