//! Which store a copy is of.

use std::fmt;

/// What tells a store from every other one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreKey {
    /// Name of the API.
    pub api: String,
    /// Id of the store, as the API answers it.
    pub store: String,
    /// The host that answers; `sandbox` for the one within this program.
    pub host: String,
}

impl fmt::Display for StoreKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} store {} at {}", self.api, self.store, self.host)
    }
}
