//! A filter on the way to a sink: each result goes out as it is made, or, where
//! failures are to be skipped, once the filter has done with the record.
//!
//! Takes records as JSON text, with their number; returns results, and errors
//! that name the record.

use crate::error::{Error, Result};
use crate::filter::{Flow, Jq, write_json};

use super::FormatWriter;
use super::skipped::{self, Skipped};

/// Most results of one record that are held back until all are there.
const MOST_HELD: usize = 8 << 20;

/// A compiled filter, and what becomes of its failures.
pub(super) struct Filter {
    jq: Jq,
    /// Whether the filter seems to be written for a list of all records.
    expects_list: bool,
    /// Where those that it fails on are counted; nothing where it stops there.
    skipped: Option<Skipped>,
    /// Results in the making.
    text: String,
}

impl Filter {
    /// The fields that are read of each record; `None` where all may be.
    pub(super) fn needed_fields(&self) -> Option<Vec<String>> {
        self.jq.needed_fields()
    }

    /// A filter; `skips` leaves out the records that it fails on.
    pub(super) fn new(jq: Jq, skips: bool) -> Self {
        Self {
            expects_list: jq.begins_with_list(),
            jq,
            skipped: skips.then(Skipped::default),
            text: String::new(),
        }
    }

    /// What was left out, and will be.
    pub(super) fn skipped(&self) -> Skipped {
        self.skipped.clone().unwrap_or_default()
    }

    /// Filters a record and counts what is printed.
    pub(super) fn record(
        &mut self,
        number: u64,
        record: &str,
        sink: &mut dyn FormatWriter,
        printed: &mut u64,
    ) -> Result<Flow> {
        let ran = if self.skipped.is_some() {
            self.whole(record.as_bytes(), sink, printed)
        } else {
            self.at_once(record.as_bytes(), sink, printed)
        };
        let (error, named) = match ran {
            Ok(flow) => return Ok(flow),
            Err(FilterFailure::Printing(error)) => return Err(error),
            Err(FilterFailure::Filtering(error)) => (error, skipped::named(number, record)),
        };
        let message = format!("{named}: {}", error.message);
        if let Some(skipped) = &self.skipped {
            skipped.add(&message);
            return Ok(Flow::More);
        }
        let error = failed(error, &message);
        Err(if self.expects_list {
            error.hint("a filter runs for each record; --slurp passes all records as one list")
        } else {
            error
        })
    }

    /// Filters a list of all records.
    pub(super) fn list(
        &mut self,
        list: &[u8],
        sink: &mut dyn FormatWriter,
        printed: &mut u64,
    ) -> Result<()> {
        match self.at_once(list, sink, printed) {
            Ok(_) => Ok(()),
            Err(FilterFailure::Printing(error)) => Err(error),
            Err(FilterFailure::Filtering(error)) => {
                let message = error.message.clone();
                Err(failed(error, &message))
            }
        }
    }

    /// Prints each result as it is made.
    fn at_once(
        &mut self,
        json: &[u8],
        sink: &mut dyn FormatWriter,
        printed: &mut u64,
    ) -> Result<Flow, FilterFailure> {
        let mut printing = None;
        let ran = self.jq.run(json, &mut |value| {
            self.text.clear();
            write_json(value, &mut self.text)?;
            *printed += 1;
            sink.record(&self.text).map_err(|error| {
                printing = Some(error);
                Error::unexpected("cannot print")
            })
        });
        match printing {
            Some(error) => Err(FilterFailure::Printing(error)),
            None => ran.map_err(FilterFailure::Filtering),
        }
    }

    /// Prints the results once all are there, so that nothing is printed of
    /// what the filter fails on.
    fn whole(
        &mut self,
        json: &[u8],
        sink: &mut dyn FormatWriter,
        printed: &mut u64,
    ) -> Result<Flow, FilterFailure> {
        // JSON text has no line ends of its own, so they may end the results.
        self.text.clear();
        let ran = self.jq.run(json, &mut |value| {
            write_json(value, &mut self.text)?;
            self.text.push('\n');
            if self.text.len() > MOST_HELD {
                let most = MOST_HELD >> 20;
                let message = format!("its results need more than {most} MiB of memory");
                return Err(Error::unexpected(message));
            }
            Ok(())
        });
        let flow = ran.map_err(FilterFailure::Filtering)?;
        for result in self.text.lines() {
            *printed += 1;
            sink.record(result).map_err(FilterFailure::Printing)?;
        }
        Ok(flow)
    }
}

/// Whether the filter failed, or what prints its results.
enum FilterFailure {
    Filtering(Error),
    Printing(Error),
}

fn failed(mut error: Error, message: &str) -> Error {
    error.message = format!("jq: {message}");
    error
}

#[cfg(test)]
#[path = "filtering_tests.rs"]
mod tests;
