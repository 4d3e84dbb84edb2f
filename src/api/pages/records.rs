//! The one loop over the records of a list. Pages come in from [`Pages`];
//! records go out to a [`RecordSink`], as slices of the bytes of their page.

use std::future::{Future, ready};

use super::Pages;
use crate::api::response::Envelope;
use crate::error::{Error, Result};
use crate::filter::Flow;

/// Records between two yields to the runtime, so that the page being fetched
/// ahead keeps arriving while this one is read.
const BETWEEN_YIELDS: usize = 64;

/// Takes the records of a list in their order.
pub trait RecordSink {
    /// Takes a remark that the API put beside the records of a page.
    fn remark(&mut self, _remark: &str) {}

    /// Takes a record as JSON text; returns whether another one is wanted.
    ///
    /// # Errors
    /// The record cannot be used. Nothing further is fetched.
    fn record(&mut self, record: &str) -> Result<Flow>;

    /// Whether the sink takes another record without waiting.
    fn has_room(&self) -> bool {
        true
    }

    /// Waits until the sink takes another record.
    ///
    /// # Errors
    /// It never will. Nothing further is fetched.
    fn room(&mut self) -> impl Future<Output = Result<()>> {
        ready(Ok(()))
    }

    /// Ends a page; returns whether another one is wanted.
    ///
    /// # Errors
    /// As for [`RecordSink::record`].
    fn page_end(&mut self) -> impl Future<Output = Result<Flow>> {
        ready(Ok(Flow::More))
    }
}

/// Why a list was not read to its end.
#[derive(Debug)]
pub enum ListFailure {
    /// A page could not be fetched, or the list does not end.
    Fetch(Error),
    /// The sink failed.
    Sink(Error),
}

impl ListFailure {
    /// The error, whichever side it is of.
    #[must_use]
    pub fn into_error(self) -> Error {
        match self {
            Self::Fetch(error) | Self::Sink(error) => error,
        }
    }
}

impl Pages {
    /// Reads the list into a sink, at most `limit` records; returns how many.
    ///
    /// It ends early when the sink wants no more. A page beyond the limit is
    /// not fetched.
    ///
    /// # Errors
    /// A page cannot be fetched, the list does not end, or the sink fails.
    pub async fn records(
        &mut self,
        limit: Option<u64>,
        sink: &mut impl RecordSink,
    ) -> Result<u64, ListFailure> {
        let limit = limit.unwrap_or(u64::MAX);
        let (mut read, mut flow) = (0, Flow::More);
        while read < limit && flow == Flow::More {
            let left = limit - read;
            let page = self.next(|page| left > page.len() as u64).await;
            let Some(page) = page.map_err(ListFailure::Fetch)? else {
                break;
            };
            let (taken, after) = pass(&page, left, sink).await.map_err(ListFailure::Sink)?;
            read += taken;
            flow = after;
        }
        Ok(read)
    }
}

/// Passes a page to a sink, at most `left` records; returns how many, and
/// whether more are wanted.
async fn pass(page: &Envelope, left: u64, sink: &mut impl RecordSink) -> Result<(u64, Flow)> {
    for remark in &page.remarks {
        sink.remark(remark);
    }
    let (mut taken, mut flow) = (0, Flow::More);
    for (at, record) in page.records().enumerate() {
        flow = sink.record(record)?;
        taken += 1;
        if taken == left || flow == Flow::Enough {
            break;
        }
        if !sink.has_room() {
            sink.room().await?;
        } else if at % BETWEEN_YIELDS == BETWEEN_YIELDS - 1 {
            tokio::task::yield_now().await;
        }
    }
    if sink.page_end().await? == Flow::Enough {
        flow = Flow::Enough;
    }
    Ok((taken, flow))
}
