//! What a process that posts to webhooks knows beside the messages themselves.
//!
//! It follows from the table of messages and is never kept in a file. What happens
//! to it is decided in `webhooks`.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::Serialize;

/// What is known about posting the messages of a store.
#[derive(Debug, Clone)]
pub(crate) struct Posting {
    /// Whether messages may leave this machine.
    pub(crate) anywhere: bool,
    pub(crate) waiting: Waiting,
    /// Webhooks that a message is on its way to.
    pub(crate) busy: BTreeSet<u64>,
    /// The webhook that was served last.
    pub(crate) last_served: u64,
    /// Grows when another store takes the place.
    pub(crate) generation: u64,
    pub(crate) notes: VecDeque<PostingNote>,
}

/// The messages that wait: for each webhook, when they are due, and which.
#[derive(Debug, Clone, Default)]
pub(crate) struct Waiting(pub(crate) BTreeMap<u64, BTreeSet<(i64, u64)>>);

/// The result of a message, for anyone who looks.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct PostingNote {
    pub(crate) at: Option<String>,
    pub(crate) outcome: &'static str,
    pub(crate) webhook_id: u64,
    pub(crate) topic: String,
    pub(crate) address: String,
    pub(crate) attempt: u32,
    pub(crate) status: Option<u16>,
    pub(crate) error: Option<String>,
    pub(crate) milliseconds: Option<u64>,
    pub(crate) next_at: Option<String>,
}
