//! How a sandbox behaves beyond what its store holds: how long answers take,
//! and how fast and how well it works in the background.
//!
//! It is kept with the store, so that commands that live for one request find
//! it as it was set.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Settings of a sandbox, as they are kept and as the control surface shows
/// and takes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Behaviour {
    /// Milliseconds that each answer takes at least.
    pub latency_ms: u64,
    /// Tasks of an async batch that are carried out in a second; with 0 all at
    /// once.
    pub tasks_per_second: u32,
    /// Of a hundred tasks, so many fail for no fault of their own.
    pub task_failures_percent: u8,
    /// Of a hundred batches, so many break off halfway and are `failed`.
    pub batch_failures_percent: u8,
    /// Milliseconds from the first to the last attempt to deliver a webhook.
    pub webhook_window_ms: u64,
    /// Whether messages to webhooks name their topic in a header.
    pub topic_header: bool,
    /// Whether a webhook has failed with any answer but 2xx, as the reference
    /// says. The vendor's newer documentation names no answer, 408, 429 and
    /// 500 and above only.
    pub retry_any_status: bool,
    /// Whether the `value` of discounts on charges, addresses and orders is a
    /// number, and not text.
    pub numbers: bool,
    /// Whether the list of BigCommerce's orders shows archived ones to requests
    /// that do not say which they want.
    #[serde(skip_serializing_if = "ArchivedOrders::is_default")]
    pub archived_orders: ArchivedOrders,
}

/// Whether a list shows archived orders. The specification leaves it open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ArchivedOrders {
    /// Only to requests that ask for them.
    #[default]
    Hidden,
    /// To all requests that do not ask for the others.
    Listed,
}

impl ArchivedOrders {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
    fn is_default(&self) -> bool {
        *self == Self::Hidden
    }
}

/// Webhooks are tried for two days, as the reference says.
const TWO_DAYS_MS: u64 = 2 * 24 * 60 * 60 * 1000;

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            latency_ms: 0,
            tasks_per_second: 100,
            task_failures_percent: 0,
            batch_failures_percent: 0,
            webhook_window_ms: TWO_DAYS_MS,
            topic_header: false,
            retry_any_status: false,
            numbers: false,
            archived_orders: ArchivedOrders::Hidden,
        }
    }
}

impl Behaviour {
    /// How long each answer takes at least.
    #[must_use]
    pub const fn latency(self) -> Duration {
        Duration::from_millis(self.latency_ms)
    }
}
