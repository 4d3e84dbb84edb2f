//! How a sandbox behaves beyond what its store holds: how long answers take,
//! and how fast it works in the background.
//!
//! It is kept with the store, so that commands that live for one request find
//! it as it was set.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Settings of a sandbox, as they are kept and as the control surface shows
/// and takes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Behaviour {
    /// Milliseconds that each answer takes at least.
    pub latency_ms: u64,
}

impl Behaviour {
    /// How long each answer takes at least.
    #[must_use]
    pub const fn latency(self) -> Duration {
        Duration::from_millis(self.latency_ms)
    }
}
