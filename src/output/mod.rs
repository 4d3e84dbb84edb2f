//! Where records leave the program: sinks for each format, and the file or
//! stream they write to.
//!
//! Records come in as JSON text, one at a time, and go out at once: no sink
//! contains more than it must (a table its first page, to measure it). Sinks
//! know nothing of HTTP, pages, or where a record came from.

mod background;
mod bars;
pub mod console;
mod count;
mod csv;
mod destination;
mod detail;
mod file;
mod filtering;
mod first_page;
pub mod formula;
pub mod frame;
mod grid;
mod hidden_columns;
mod layout;
mod lines;
mod list;
mod palette;
mod pipeline;
mod pretty;
pub mod progress;
mod projecting;
mod rows;
mod skipped;
mod table;
mod tsv;
pub mod visible;

#[cfg(test)]
mod testing;

pub use crate::filter::{Flow, OnError, Variables};
pub use background::BackgroundWriter;
pub use bars::{Bar, Bars};
pub use destination::OutputDestination;
pub use file::{AtomicFile, FileTarget};
pub use first_page::LeftOutFields;
pub use grid::aligned;
pub use hidden_columns::HiddenColumns;
pub use pipeline::{Output, OutputSettings, Summary};
pub use skipped::Skipped;

use crate::error::Result;

/// How records are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Columns for people.
    Table,
    /// One valid JSON document.
    Json,
    /// A JSON document a line.
    Ndjson,
    /// RFC 4180, with `\n` as line end, as most tools write it.
    Csv,
    /// Tabs between cells; tab, line end and backslash in a cell are `\t`,
    /// `\n`, `\r` and `\\`.
    Tsv,
}

impl Format {
    /// Every format, in the order in which help lists them.
    pub const ALL: [Self; 5] = [Self::Table, Self::Json, Self::Ndjson, Self::Csv, Self::Tsv];

    /// The name that `--output` takes.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
        }
    }

    /// The format of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The format when none is chosen.
    #[must_use]
    pub const fn default_for(terminal: bool) -> Self {
        if terminal { Self::Table } else { Self::Json }
    }

    /// Whether it has columns.
    #[must_use]
    pub const fn has_columns(self) -> bool {
        matches!(self, Self::Table | Self::Csv | Self::Tsv)
    }
}

/// How many records an answer has by its nature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// One object, printed by itself.
    One,
    /// A list, even when it happens to hold one record or none.
    Many,
}

/// What the other end can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Style {
    /// Whether to colour.
    pub colour: bool,
    /// Columns of the terminal; `None` when it is none.
    pub terminal_width: Option<u16>,
}

impl Style {
    /// For files and pipes.
    pub const PLAIN: Self = Self {
        colour: false,
        terminal_width: None,
    };

    /// Whether eyes will see it, so that data must not steer the terminal.
    #[must_use]
    pub const fn for_eyes(self) -> bool {
        self.terminal_width.is_some()
    }

    /// Whether JSON is spread over lines.
    const fn spreads(self) -> bool {
        self.colour || self.for_eyes()
    }
}

/// Takes records and writes them in one format.
pub trait FormatWriter {
    /// Writes one record, given as JSON text.
    ///
    /// # Errors
    /// [`crate::error::Kind::Closed`] when the reader has gone; whatever else
    /// writing can fail with; a record that does not fit the columns.
    fn record(&mut self, record: &str) -> Result<()>;

    /// Takes the number of records that another part counted. What prints
    /// records has no use for it.
    fn counted(&mut self, _records: u64) {}

    /// Lets everything out that was written so far.
    ///
    /// # Errors
    /// As for [`FormatWriter::record`].
    fn page_end(&mut self) -> Result<()>;

    /// Lets everything out, and ends the line that was begun: the output ends
    /// here, or a message comes before the next record.
    ///
    /// # Errors
    /// As for [`FormatWriter::record`].
    fn break_off(&mut self) -> Result<()> {
        self.page_end()
    }

    /// Ends the output.
    ///
    /// # Errors
    /// As for [`FormatWriter::record`].
    fn finish(&mut self) -> Result<()>;
}
