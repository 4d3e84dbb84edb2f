//! The guard of tables: all text passes it on its way to the parser of cells,
//! which accepts every quote, however wrong, and counts only some line ends.
//!
//! It hands over one record at a time, so that it always knows on which line
//! the record begins that the parser is at. A quote that is never closed, text
//! behind a closing quote and a record without end are errors here. It knows
//! nothing of what cells say.

use std::io::{self, Read};

use memchr::memchr3;

use super::feed::{Feed, LONGEST, LineCounter};
use crate::error::{Error, Result};

const QUOTE: u8 = b'"';

/// Finds where records end: RFC 4180, byte by byte.
#[derive(Debug)]
pub(super) struct Scanner {
    delimiter: u8,
    state: ScanState,
    lines: LineCounter,
    /// The line of the last quote that opened a cell.
    opened: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ScanState {
    Record,
    Cell,
    Plain,
    Quoted,
    /// Behind a quote in a quoted cell: it closes the cell, or is the first
    /// of two that mean one.
    Closed,
}

/// What a scanner found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing yet.
    More,
    /// The record ends behind so many bytes.
    End(usize),
    /// Text between a closing quote and the end of the cell.
    Behind,
}

impl Scanner {
    /// At the beginning of a record.
    pub(super) const fn new(delimiter: u8, lines: LineCounter) -> Self {
        Self {
            delimiter,
            state: ScanState::Record,
            lines,
            opened: 0,
        }
    }

    /// Goes on with bytes that follow those it has seen.
    pub(super) fn scan(&mut self, bytes: &[u8]) -> Step {
        let mut at = 0;
        while let Some(rest) = bytes.get(at..)
            && let Some(&byte) = rest.first()
        {
            match self.state {
                ScanState::Record => {
                    // The second half of a line end is not a line.
                    at += usize::from(byte == b'\n' && self.lines.after_return);
                    self.lines.after_return = false;
                    self.state = ScanState::Cell;
                    continue;
                }
                ScanState::Plain => match memchr3(self.delimiter, b'\r', b'\n', rest) {
                    None => return Step::More,
                    Some(plain) => at += plain,
                },
                ScanState::Quoted => {
                    let inside = memchr3(QUOTE, b'\r', b'\n', rest).unwrap_or(rest.len());
                    self.lines.after_return &= inside == 0;
                    at += inside;
                }
                ScanState::Cell | ScanState::Closed => {}
            }
            let Some(&byte) = bytes.get(at) else {
                return Step::More;
            };
            at += 1;
            match self.pass(byte) {
                Step::End(_) => return Step::End(at),
                Step::Behind => return Step::Behind,
                Step::More => {}
            }
        }
        Step::More
    }

    fn pass(&mut self, byte: u8) -> Step {
        let is_end = byte == b'\r' || byte == b'\n';
        self.state = match self.state {
            ScanState::Quoted if byte == QUOTE => ScanState::Closed,
            ScanState::Quoted => {
                self.lines.pass(byte);
                ScanState::Quoted
            }
            _ if is_end => {
                self.lines.after_return = false;
                self.lines.pass(byte);
                self.state = ScanState::Record;
                return Step::End(0);
            }
            _ if byte == self.delimiter => ScanState::Cell,
            ScanState::Cell if byte == QUOTE => {
                self.opened = self.lines.line;
                self.lines.after_return = false;
                ScanState::Quoted
            }
            ScanState::Closed if byte == QUOTE => {
                self.lines.after_return = false;
                ScanState::Quoted
            }
            ScanState::Closed => return Step::Behind,
            _ => ScanState::Plain,
        };
        Step::More
    }
}

/// A feed whose records are handed over one at a time, each by reads of its
/// own: no read gives bytes of two.
pub(super) struct RecordGuard {
    feed: Feed,
    scanner: Scanner,
    /// Bytes of the record that have yet to be handed over.
    pending: usize,
    line: u64,
    failure: Option<Error>,
}

impl RecordGuard {
    /// Goes on where the feed is.
    pub(super) const fn new(feed: Feed, delimiter: u8) -> Self {
        let lines = feed.lines();
        Self {
            feed,
            scanner: Scanner::new(delimiter, lines),
            pending: 0,
            line: lines.line,
            failure: None,
        }
    }

    /// The line on which the record begins that was handed over last.
    pub(super) const fn line(&self) -> u64 {
        self.line
    }

    /// What it reads.
    pub(super) const fn feed(&self) -> &Feed {
        &self.feed
    }

    /// Why the last read failed.
    pub(super) const fn failure(&mut self) -> Option<Error> {
        self.failure.take()
    }

    /// Finds the next record; zero bytes at the end of the text.
    fn record(&mut self) -> Result<usize> {
        let line = self.scanner.lines.line;
        let mut seen = 0;
        loop {
            let rest = self.feed.rest();
            match self.scanner.scan(&rest[seen..]) {
                Step::End(end) if seen + end <= LONGEST => {
                    self.line = line;
                    return Ok(seen + end);
                }
                Step::More if rest.len() <= LONGEST => seen = rest.len(),
                Step::Behind => return Err(self.behind()),
                Step::End(_) | Step::More => return Err(self.too_long(line)),
            }
            if !self.feed.more(self.scanner.lines.line)? {
                break;
            }
        }
        if self.scanner.state == ScanState::Quoted {
            return Err(self.unclosed());
        }
        if seen > 0 {
            self.line = line;
        }
        Ok(seen)
    }

    fn unclosed(&self) -> Error {
        self.feed
            .wrong(
                self.scanner.opened,
                "the quote that opens here is never closed",
            )
            .hint("close it; if the file was cut off, get the complete file")
            .hint("a quote inside a quoted cell is written twice: \"5\"\" pipe\"")
    }

    fn behind(&self) -> Error {
        let (line, opened) = (self.scanner.lines.line, self.scanner.opened);
        let mut what = "text after the quote that closes a cell".to_owned();
        if opened != line {
            what = format!("{what}, which opens on line {opened}; is its quote closed there?");
        }
        self.feed
            .wrong(line, &what)
            .hint("a quote inside a quoted cell is written twice: \"5\"\" pipe\"")
    }

    fn too_long(&self, line: u64) -> Error {
        let error = self.feed.too_long(line);
        if self.scanner.state == ScanState::Quoted {
            let opened = self.scanner.opened;
            return error.hint(format!("is the quote closed that opens on line {opened}?"));
        }
        error
    }
}

impl Read for RecordGuard {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.pending == 0 {
            self.pending = self.record().map_err(|error| {
                let short = io::Error::other("see the failure");
                self.failure = Some(error);
                short
            })?;
        }
        let bytes = self.pending.min(into.len());
        into[..bytes].copy_from_slice(&self.feed.rest()[..bytes]);
        self.pending -= bytes;
        self.feed.pass_to(bytes, self.scanner.lines);
        Ok(bytes)
    }
}
