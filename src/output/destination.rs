//! Where bytes go: a stream with a name for messages and one buffer.
//!
//! In come texts; out they go in pieces of 64 KiB, or when a page ends. An
//! error names the destination; a reader that has gone is its own kind.

use std::fmt;
use std::io::{self, BufWriter, Write};

use crate::error::{Error, Result};

/// Bytes that gather before they are written.
pub(super) const BUFFER: usize = 64 * 1024;

/// A named stream.
pub struct OutputDestination {
    name: String,
    writer: BufWriter<Box<dyn Write>>,
}

impl OutputDestination {
    /// A stream, and what messages call it (`standard output`, a file).
    #[must_use]
    pub fn new(name: impl Into<String>, writer: Box<dyn Write>) -> Self {
        Self {
            name: name.into(),
            writer: BufWriter::with_capacity(BUFFER, writer),
        }
    }

    /// Writes a text.
    ///
    /// # Errors
    /// [`crate::error::Kind::Closed`] when the reader has gone; otherwise
    /// what the stream fails with, naming it.
    pub fn text(&mut self, text: &str) -> Result<()> {
        let written = self.writer.write_all(text.as_bytes());
        written.map_err(|error| self.failed(error))
    }

    /// Writes a text and ends the line.
    ///
    /// # Errors
    /// As for [`OutputDestination::text`].
    pub fn line(&mut self, text: &str) -> Result<()> {
        self.text(text)?;
        self.text("\n")
    }

    /// Lets everything out.
    ///
    /// # Errors
    /// As for [`OutputDestination::text`].
    pub fn let_out(&mut self) -> Result<()> {
        let flushed = self.writer.flush();
        flushed.map_err(|error| self.failed(error))
    }

    /// The error for a failed write.
    pub(super) fn failed(&self, error: io::Error) -> Error {
        Error::writing(&self.name, error)
    }
}

impl fmt::Debug for OutputDestination {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Destination({})", self.name)
    }
}

/// For libraries that write by themselves.
impl Write for OutputDestination {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}
