//! A text with a name and lines: the one place where trouble with reading on
//! becomes an error that says where.

use std::io::Read;

use super::text::{Encoding, Fault, TextStream};
use super::{beginning, place};
use crate::error::{Error, Result};

/// The most bytes that a row may have. No request of the API takes more, and a
/// quote that is never closed must not fill the memory.
pub(super) const LONGEST: usize = 4 * 1024 * 1024;

/// A text, and the line at which its rest begins.
pub(super) struct Feed {
    name: String,
    text: TextStream,
    /// Whether it began with the mark of UTF-8.
    marked: bool,
    /// Whether the encoding was detected, not said.
    found: bool,
    lines: LineCounter,
}

/// Counts physical lines: LF, CRLF and CR end one, also mixed.
#[derive(Debug, Clone, Copy)]
pub(super) struct LineCounter {
    /// The line, from 1.
    pub(super) line: u64,
    /// Whether the last byte was a CR: an LF after it belongs to it.
    pub(super) after_return: bool,
}

impl LineCounter {
    /// At the beginning.
    pub(super) const FIRST: Self = Self {
        line: 1,
        after_return: false,
    };

    /// Goes past a byte.
    pub(super) const fn pass(&mut self, byte: u8) {
        if byte == b'\r' || (byte == b'\n' && !self.after_return) {
            self.line += 1;
        }
        self.after_return = byte == b'\r';
    }

    /// Goes past bytes.
    pub(super) fn pass_all(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.pass(*byte);
        }
    }
}

impl Feed {
    /// Looks at the beginning of a stream.
    pub(super) fn open(
        name: &str,
        stream: Box<dyn Read + Send>,
        encoding: Option<Encoding>,
    ) -> Result<Self> {
        let (text, marked) = beginning::text(name, stream, encoding)?;
        Ok(Self {
            name: name.to_owned(),
            text,
            marked,
            found: encoding.is_none(),
            lines: LineCounter::FIRST,
        })
    }

    /// Whether it began with the mark of UTF-8, as what `--excel` writes does.
    pub(super) const fn is_marked(&self) -> bool {
        self.marked
    }

    /// What it is called in messages.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The encoding that was detected, where it is not the usual one.
    pub(super) fn note(&self) -> Option<&'static str> {
        match self.text.encoding().filter(|_| self.found)? {
            // Another is only ever named.
            Encoding::Utf8 | Encoding::Other(_) => None,
            Encoding::Utf16 => Some("read as UTF-16"),
            Encoding::Windows1252 => Some(
                "read as Windows-1252, as it is not valid UTF-8; if characters are wrong, name \
                 the encoding, like --encoding macintosh",
            ),
        }
    }

    /// Where the rest begins.
    pub(super) const fn lines(&self) -> LineCounter {
        self.lines
    }

    /// What can be seen of the text.
    pub(super) fn rest(&self) -> &[u8] {
        self.text.rest()
    }

    /// Leaves bytes behind, of which somebody else has counted the lines.
    pub(super) fn pass_to(&mut self, bytes: usize, lines: LineCounter) {
        self.text.consume(bytes);
        self.lines = lines;
    }

    /// Leaves bytes behind and counts their lines.
    pub(super) fn pass(&mut self, bytes: usize) {
        let mut lines = self.lines;
        lines.pass_all(&self.rest()[..bytes]);
        self.pass_to(bytes, lines);
    }

    /// Leaves so many whole lines behind, fewer at the end of the text.
    pub(super) fn skip_lines(&mut self, count: u64) -> Result<()> {
        for _ in 0..count {
            let line = self.lines.line;
            loop {
                let rest = self.rest();
                if let Some(end) = memchr::memchr2(b'\r', b'\n', rest) {
                    // A line end of two bytes must be seen as a whole.
                    if rest.get(end..) != Some(b"\r") || !self.look() {
                        let pair = self.rest()[end..].starts_with(b"\r\n");
                        self.pass(end + 1 + usize::from(pair));
                        break;
                    }
                    continue;
                }
                let length = rest.len();
                self.pass(length);
                if !self.more(line)? {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Makes the rest longer; `false` at its end. The line is that of the end
    /// of the rest, for messages.
    pub(super) fn more(&mut self, line: u64) -> Result<bool> {
        self.text.more().map_err(|fault| self.told(fault, line))
    }

    /// Makes the rest longer to look ahead; `false` at its end, or where a
    /// failure waits for anyone who reads up to it.
    pub(super) fn look(&mut self) -> bool {
        self.text.look()
    }

    /// An error about a line.
    pub(super) fn wrong(&self, line: u64, what: &str) -> Error {
        Error::usage(format!("{}: {what}", place(&self.name, line)))
    }

    /// A row that is too long to be one.
    pub(super) fn too_long(&self, line: u64) -> Error {
        let most = LONGEST / 1024 / 1024;
        self.wrong(
            line,
            &format!("the row that begins here is longer than {most} MiB"),
        )
    }

    fn told(&self, fault: Fault, line: u64) -> Error {
        match fault {
            Fault::Stream(error) => Error::reading(&place(&self.name, line), error)
                .hint("get the complete file and try again"),
            Fault::Undecodable(Encoding::Utf8) => self
                .wrong(line, "bytes that are not valid UTF-8")
                .hint("save it as UTF-8, or add --encoding windows-1252 if that is its encoding"),
            Fault::Undecodable(encoding) => {
                let what = format!(
                    "bytes that are not valid {}; was the file cut off?",
                    encoding.name()
                );
                self.wrong(line, &what).hint("save it as UTF-8")
            }
            Fault::Nul => self
                .wrong(line, "a NUL byte, which text does not contain")
                .hint("save it as CSV in UTF-8, or add --encoding utf-16 if that is its encoding"),
        }
    }
}
