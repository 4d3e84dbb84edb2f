//! `--columns` for JSON: each record is written with the chosen fields only.

use super::FormatWriter;
use crate::error::{Error, Result};
use crate::filter::Columns;

/// Writes records with some of their fields by another writer.
pub(super) struct Projecting {
    inner: Box<dyn FormatWriter>,
    columns: Columns,
    /// What a record is called in messages.
    noun: &'static str,
}

impl Projecting {
    pub(super) fn new(inner: Box<dyn FormatWriter>, columns: Columns, noun: &'static str) -> Self {
        Self {
            inner,
            columns,
            noun,
        }
    }
}

impl FormatWriter for Projecting {
    fn record(&mut self, record: &str) -> Result<()> {
        let projected = self.columns.project(record).map_err(|_| {
            let noun = self.noun;
            Error::unexpected(format!("a {noun} is not an object, so it has no columns"))
                .hint("leave out --columns, or let --jq make objects: --jq '{id}'")
        })?;
        self.inner.record(&projected)
    }

    fn page_end(&mut self) -> Result<()> {
        self.inner.page_end()
    }

    fn break_off(&mut self) -> Result<()> {
        self.inner.break_off()
    }

    fn finish(&mut self) -> Result<()> {
        self.inner.finish()
    }
}
