//! What a process that posts knows beside the messages themselves: in which
//! order they wait, which are on their way, and the result of the last ones.
//!
//! It follows from the table of messages and is never kept. Takes numbers and
//! times; returns whose turn it is.

use std::collections::{BTreeSet, VecDeque};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::message::{Message, is_here};
use super::{Attempt, Job};
use crate::storage::postings::{Posting, PostingNote, Waiting};
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::time;

/// So many outcomes are remembered.
const MOST_REMEMBERED: usize = 200;

/// So many messages that wait are shown.
const MOST_SHOWN: usize = 50;

impl Posting {
    /// What is known at first about a store's messages.
    pub(crate) fn new(state: &State, anywhere: bool) -> Self {
        Self {
            anywhere,
            waiting: Waiting::of(state),
            busy: BTreeSet::new(),
            last_served: 0,
            generation: 0,
            notes: VecDeque::new(),
        }
    }

    /// The same for another store, which takes the place of the one before.
    pub(crate) fn over(self, state: &State) -> Self {
        Self {
            generation: self.generation + 1,
            notes: self.notes,
            ..Self::new(state, self.anywhere)
        }
    }

    /// Whether messages may go there.
    pub(super) fn may_reach(&self, address: &str) -> bool {
        self.anywhere || is_here(address)
    }

    /// Takes the next message that is due: webhook and number. The webhook is
    /// busy then, until it is freed. Webhooks take turns.
    pub(super) fn turn(&mut self, now: i64) -> Option<(u64, u64)> {
        let later = self.waiting.0.range(self.last_served.saturating_add(1)..);
        let sooner = self.waiting.0.range(..=self.last_served);
        let (webhook, due, id) = later
            .chain(sooner)
            .filter(|(webhook, _)| !self.busy.contains(webhook))
            .filter_map(|(webhook, row)| row.first().map(|(due, id)| (*webhook, *due, *id)))
            .find(|(_, due, _)| *due <= now)?;
        self.waiting.remove(webhook, due, id);
        self.busy.insert(webhook);
        self.last_served = webhook;
        Some((webhook, id))
    }

    /// The message to that webhook is no longer on its way.
    pub(super) fn free(&mut self, webhook: u64) {
        self.busy.remove(&webhook);
    }

    /// When the next message that is not due yet will be; of webhooks that are
    /// not busy, as the others are looked at again anyway.
    pub(super) fn next_after(&self, now: i64) -> Option<i64> {
        let idle = self.waiting.0.iter();
        idle.filter(|(webhook, _)| !self.busy.contains(webhook))
            .filter_map(|(_, row)| row.first().map(|(due, _)| *due))
            .filter(|due| *due > now)
            .min()
    }

    /// Remembers the result of a message.
    pub(super) fn remember(&mut self, note: PostingNote) {
        self.notes.push_front(note);
        self.notes.truncate(MOST_REMEMBERED);
    }
}

impl Waiting {
    fn of(state: &State) -> Self {
        let mut waiting = Self::default();
        let table = state.table(TableName::Deliveries);
        let messages = table.ids(..).filter_map(|id| table.get(id));
        for message in messages.filter_map(|record| Message::read(&record)) {
            waiting.add(message.webhook, message.due, message.id);
        }
        waiting
    }

    pub(super) fn len(&self) -> usize {
        self.0.values().map(BTreeSet::len).sum()
    }

    pub(super) fn add(&mut self, webhook: u64, due: i64, id: u64) {
        self.0.entry(webhook).or_default().insert((due, id));
    }

    fn remove(&mut self, webhook: u64, due: i64, id: u64) {
        if let Some(row) = self.0.get_mut(&webhook) {
            row.remove(&(due, id));
            if row.is_empty() {
                self.0.remove(&webhook);
            }
        }
    }
}

impl PostingNote {
    pub(super) const HELD_BACK: &'static str = "held back";
    pub(super) const TOO_MANY: &'static str = "dropped: too many wait";

    /// Of a message that was never sent.
    pub(super) fn unsent(webhook: u64, topic: &str, address: &str, why: &'static str) -> Self {
        Self {
            at: None,
            outcome: why,
            webhook_id: webhook,
            topic: topic.to_owned(),
            address: address.to_owned(),
            attempt: 0,
            status: None,
            error: None,
            milliseconds: None,
            next_at: None,
        }
    }

    /// Of an attempt, and when the next one is.
    pub(super) fn of(
        world: Timestamp,
        job: &Job,
        attempt: &Attempt,
        has_failed: bool,
        next: Option<i64>,
    ) -> Self {
        let outcome = match (&attempt.answer, next) {
            (Ok(200..300), _) => "delivered",
            // The receiver answered, and will not answer otherwise.
            _ if !has_failed => "refused",
            (_, Some(_)) => "failed",
            (_, None) => "given up",
        };
        let next = next.and_then(|due| Timestamp::from_millisecond(due).ok());
        Self {
            at: Some(time::stamp(world)),
            outcome,
            webhook_id: job.webhook,
            topic: job.topic.clone(),
            address: job.address.clone(),
            attempt: job.attempt,
            status: attempt.answer.as_ref().ok().copied(),
            error: attempt.answer.as_ref().err().cloned(),
            milliseconds: Some(attempt.milliseconds),
            next_at: next.map(time::stamp),
        }
    }
}

/// What waits and the result of the last messages, the latest first.
pub(crate) fn told(state: &State) -> Value {
    let table = state.table(TableName::Deliveries);
    let waiting = table.ids(..).filter_map(|id| table.get(id));
    let shown: Vec<Value> = waiting
        .filter_map(|record| Message::read(&record))
        .take(MOST_SHOWN)
        .map(|message| {
            let due = Timestamp::from_millisecond(message.due).unwrap_or_default();
            json!({
                "id": message.id,
                "webhook_id": message.webhook,
                "topic": message.topic,
                "attempts": message.attempts,
                "next_at": (message.due > 0).then(|| time::stamp(due)),
            })
        })
        .collect();
    let notes = state.posting.as_ref().map(|posting| &posting.notes);
    json!({"waiting": table.len(), "next": shown, "last": notes.cloned().unwrap_or_default()})
}
