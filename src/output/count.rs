//! How many records there are, instead of them. `--count` prints this number,
//! which is a table, JSON and CSV alike.

use crate::error::Result;

use super::FormatWriter;
use super::destination::OutputDestination;

/// Counts records, and writes their number at the end.
#[derive(Debug)]
pub(super) struct Count {
    to: OutputDestination,
    records: u64,
}

impl Count {
    pub(super) const fn new(to: OutputDestination) -> Self {
        Self { to, records: 0 }
    }
}

impl FormatWriter for Count {
    fn record(&mut self, _: &str) -> Result<()> {
        self.records += 1;
        Ok(())
    }

    fn counted(&mut self, records: u64) {
        self.records = self.records.saturating_add(records);
    }

    fn page_end(&mut self) -> Result<()> {
        Ok(())
    }

    fn finish(&mut self) -> Result<()> {
        self.to.line(&self.records.to_string())?;
        self.to.let_out()
    }
}
