//! The task of a listener, its observer, and its result.

use std::time::Duration;

use jiff::Timestamp;

use super::topics::TopicChoice;
use crate::error::Result;
use crate::webhooks::deliveries::{Delivery, ListenerKey};

/// The source of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListenSource {
    /// From events.
    Events,
    /// From lists of changes, compared with the state that was seen before.
    Lists,
}

/// The first event to deliver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartPoint {
    /// Where the last run ended; from now on, where there was none.
    Saved,
    /// From this moment on.
    At(Timestamp),
    /// After the event of this number.
    After(i64),
}

/// The settings of a listener.
#[derive(Debug, Clone)]
pub struct ListenPlan {
    /// The store, and where messages go.
    pub key: ListenerKey,
    /// The topics.
    pub topics: TopicChoice,
    /// The source.
    pub source: ListenSource,
    /// The first event.
    pub start: StartPoint,
    /// The pause between two reads, if it is fixed.
    pub every: Option<Duration>,
    /// Whether to end once all that happened is delivered.
    pub once: bool,
    /// The most deliveries.
    pub limit: Option<u64>,
    /// Days between an upcoming message and the day of its charge or order, if the store
    /// does not have the default.
    pub upcoming_days: Option<u32>,
}

/// Receives the reports of a listener.
pub trait ListenObserver {
    /// A delivery ended.
    ///
    /// # Errors
    /// It cannot be shown; listening ends.
    fn delivered(&mut self, delivery: &Delivery) -> Result<()>;

    /// Some deliveries were made, and there are no more for now.
    ///
    /// # Errors
    /// They cannot be shown; listening ends.
    fn batch_end(&mut self) -> Result<()>;

    /// A note for the user.
    fn note(&mut self, message: &str);

    /// Whether the reader has ended.
    fn is_over(&self) -> bool;
}

/// The result of a listener.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ListenEnd {
    /// Deliveries that were answered with success.
    pub delivered: u64,
    /// Deliveries that failed.
    pub failed: u64,
    /// Deliveries that an earlier run had made.
    pub repeated: u64,
}
