//! What a listener is asked to do, whom it tells, and what it did.

use std::time::Duration;

use jiff::Timestamp;

use super::topics::TopicChoice;
use crate::error::Result;
use crate::webhooks::deliveries::{Delivery, ListenerKey};

/// From what messages are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListenSource {
    /// From events.
    Events,
    /// From lists of what changed, held against what was seen before.
    Lists,
}

/// From where events are delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartPoint {
    /// Where the last run ended; from now on, where there was none.
    Saved,
    /// From this moment on.
    At(Timestamp),
    /// After the event of this number.
    After(i64),
}

/// What to listen to, and how.
#[derive(Debug, Clone)]
pub struct ListenPlan {
    /// The store, and where messages go.
    pub key: ListenerKey,
    /// The topics.
    pub topics: TopicChoice,
    /// From what.
    pub source: ListenSource,
    /// From where.
    pub start: StartPoint,
    /// The pause between two looks, if it is fixed.
    pub every: Option<Duration>,
    /// Whether to end once all that happened is delivered.
    pub once: bool,
    /// The most deliveries.
    pub limit: Option<u64>,
    /// Days before a charge or an order of which its message tells, where the store
    /// has another setting than usual.
    pub upcoming_days: Option<u32>,
}

/// Is told what a listener does.
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

    /// Something that the user should know.
    fn note(&mut self, message: &str);

    /// Whether nobody wants to know any more.
    fn is_over(&self) -> bool;
}

/// What a listener did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ListenEnd {
    /// Deliveries that were answered with success.
    pub delivered: u64,
    /// Deliveries that failed.
    pub failed: u64,
    /// Deliveries that an earlier run had made.
    pub repeated: u64,
}
