//! How often a listener reads: less often while nothing happens, and never more often
//! than its budget of requests allows.

use std::time::Duration;

use super::lists::lists_of;
use super::plan::ListenSource;
use super::run::{Listener, Progress};
use crate::error::{Error, Kind, Result};

/// The pause between two reads, and the longest one while nothing happens.
const USUAL_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Reads without an event after which the pause grows by its length.
const IDLE_LOOKS: u32 = 6;

/// How long is waited at most without a look whether to end.
const SLICE: Duration = Duration::from_secs(1);

/// The part of a request in a second that lists may take while nothing happens: one
/// in so many seconds.
const LIST_SECONDS: u32 = 2;

impl Listener<'_> {
    /// The pause before the next read.
    pub(super) fn pause(&self, progress: &Progress) -> Duration {
        let usual = match self.plan.source {
            ListenSource::Events => USUAL_PAUSE,
            ListenSource::Lists => {
                let api = self.reader.client().api();
                let lists = lists_of(api, self.reader.feed(), &self.plan.topics).len();
                // What is polled beside them counts as one.
                let beside = usize::from(!self.plan.topics.polled.is_empty());
                let lists = u32::try_from(lists + beside).unwrap_or(u32::MAX);
                USUAL_PAUSE.max(Duration::from_secs(1) * LIST_SECONDS * lists)
            }
        };
        let grown = usual * (1 + progress.idle_looks / IDLE_LOOKS);
        let pause = grown.min(LONGEST_PAUSE.max(usual));
        self.plan.every.unwrap_or(pause)
    }

    /// Waits for this time, unless the reader has ended.
    pub(super) async fn wait(&mut self, span: Duration) -> Result<()> {
        let mut left = span;
        while !left.is_zero() {
            if self.observer.is_over() {
                return Err(Error::new(Kind::Closed, "the reader has gone"));
            }
            let slice = left.min(SLICE);
            (self.timing.sleep)(slice).await;
            left -= slice;
        }
        Ok(())
    }
}
