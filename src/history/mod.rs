//! The history: an audit log of the writes that this user sent.
//!
//! Takes the reports of a client; returns entries, the newest first. An entry
//! names the command, the store, the method, the path and the ids, and how the
//! write ended. It contains no body, no query and no secret.

mod entry;
mod log;
mod recorder;

#[cfg(test)]
mod tests;

pub use entry::{ENTRY, HistoryEntry};
pub use log::{HistoryFilter, HistoryLog, not_found};
pub use recorder::{HistoryRecorder, SANDBOX, WriteContext};
