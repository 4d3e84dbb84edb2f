//! What stands between the cells: said by the user, by the file itself
//! (`sep=;`), or found out from the header.

use super::feed::{Feed, LONGEST, LineCounter};
use super::guard::{Scanner, Step};
use crate::error::{Error, Result};

/// What is tried, the likeliest first.
const TRIED: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The delimiter that a word of the command line means.
///
/// # Errors
/// A usage error when it is none.
pub fn delimiter(word: &str) -> Result<u8> {
    match word.as_bytes() {
        _ if word == "tab" || word == "\\t" => Ok(b'\t'),
        [byte] if can_delimit(*byte) => Ok(*byte),
        _ => Err(Error::usage(format!("{word:?} cannot stand between cells"))
            .hint("give one of , ; | tab, or another single character of ASCII")),
    }
}

/// What ends lines and cells or is part of names cannot stand between them.
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
/// leaves it behind.
pub(super) fn said(feed: &mut Feed) -> Option<u8> {
    // With quotes and CRLF.
    while feed.rest().len() < 9 && feed.look() {}
    let rest = feed.rest();
    let end = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
    let line = &rest[..end.unwrap_or(rest.len())];
    let word = match line {
        [b'"', word @ .., b'"'] | word => word,
    };
    let found = match word {
        [s, e, p, b'=', byte] if [*s, *e, *p].eq_ignore_ascii_case(b"sep") => *byte,
        _ => return None,
    };
    if !can_delimit(found) {
        return None;
    }
    let length = line.len() + usize::from(end.is_some());
    feed.pass(length);
    Some(found)
}

/// The delimiter under which most names of the header are familiar; of equal
/// ones that which makes most cells of it. A table of one column has none, and
/// is read as if it had the first.
pub(super) fn found(feed: &mut Feed, familiar: &dyn Fn(&str) -> bool) -> u8 {
    let by_name = matches!(extension(feed.name()).as_str(), "tsv" | "tab");
    let first = if by_name { b'\t' } else { b',' };
    see_header(feed);
    let score = |delimiter: u8| {
        let names = names(feed.rest(), delimiter);
        let known = names.iter().filter(|name| familiar(name)).count();
        (known, names.len(), delimiter == first)
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

/// The names in the first record under a delimiter.
fn names(text: &[u8], delimiter: u8) -> Vec<String> {
    let mut record = csv::StringRecord::new();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .delimiter(delimiter)
        .from_reader(text);
    match reader.read_record(&mut record) {
        Ok(true) => record.iter().map(|name| name.trim().to_owned()).collect(),
        _ => Vec::new(),
    }
}
