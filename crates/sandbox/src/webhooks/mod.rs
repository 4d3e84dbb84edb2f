//! The outbox: messages to webhooks, from the change that they indicate until
//! they are delivered or given up.
//!
//! In comes the journal of a request ([`note`]); each change that a registered
//! topic indicates becomes a message, with its whole text, in a table that no
//! operation shows: so a message is kept as every record is, and a server that
//! is killed loses none. Anyone who posts takes what is due ([`take`]) and says
//! the result of it ([`finish`]). Only a store that is served posts; any other
//! writes no messages. Knows nothing of HTTP: that is [`post`]'s.

mod changes;
mod ledger;
mod message;
pub(super) mod post;
mod schedule;
pub(super) mod topics;

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::{Value, json};

pub(super) use ledger::told;

use crate::requests::include;
use crate::requests::numbers::in_discounts;
use crate::storage::postings::{Posting, PostingNote};
use crate::storage::settings;
use crate::storage::state::{Change, QUIETLY, State};
use crate::storage::tables::TableName;
use crate::values::record::{self, Record};
use changes::SeenChange;
use message::Message;
use topics::{TOPICS, Topic};

/// A store that no one listens to keeps so many messages and no more.
const MOST_WAITING: usize = 100_000;

/// A message that is to be posted now.
#[derive(Debug, Clone)]
pub(super) struct Job {
    pub(super) id: u64,
    pub(super) webhook: u64,
    pub(super) topic: String,
    pub(super) address: String,
    pub(super) body: String,
    /// Which attempt it is, from 1.
    pub(super) attempt: u32,
    /// The shop, as a header names it.
    pub(super) shop: String,
    /// Whether a header names the topic.
    pub(super) names_topic: bool,
    /// Of which store it is: another one may have taken its place meanwhile.
    generation: u64,
}

/// The result of an attempt: a status, or why there is none.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) answer: Result<u16, String>,
    pub(super) milliseconds: u64,
}

impl Attempt {
    /// Whether the message is tried again: without an answer, after 408, 429,
    /// 500 and above, or after anything but 2xx.
    fn has_failed(&self, any_status: bool) -> bool {
        match self.answer {
            Ok(200..300) => false,
            Ok(_) if any_status => true,
            Ok(status) => matches!(status, 408 | 429 | 500..),
            Err(_) => true,
        }
    }
}

/// Writes the messages that changes call for: one for each webhook and record,
/// with what the record is now.
pub(super) fn note(state: &mut State, changes: &[Change]) {
    if state.posting.is_none() || state.table(TableName::Webhooks).len() == 0 {
        return;
    }
    let webhooks = registered(state);
    let mut written = BTreeSet::new();
    for change in changes.iter().filter(|change| change.verb != QUIETLY) {
        let after = state.get(change.table, change.id);
        let seen = SeenChange {
            table: change.table,
            id: change.id,
            verb: change.verb,
            before: change.before.as_ref(),
            after: after.as_ref(),
        };
        for (id, webhook, topic) in &webhooks {
            for when in topic.when.iter().filter(|when| when.fits(&seen)) {
                for (table, subject) in when.subjects(state, &seen) {
                    if !written.insert((*id, table, subject)) {
                        continue;
                    }
                    let gone = seen
                        .before
                        .filter(|_| (table, subject) == (seen.table, seen.id));
                    if let Some(body) = body(state, table, subject, gone, webhook) {
                        queue(state, *id, webhook, body);
                    }
                }
            }
        }
    }
}

/// Writes the messages that tell of the settings of the store, which are no record.
pub(super) fn note_settings(state: &mut State) {
    if state.posting.is_none() {
        return;
    }
    let body = json!({settings::OBJECT: state.store}).to_string();
    for (id, webhook, topic) in registered(state) {
        if topic.tells_settings {
            queue(state, id, &webhook, body.clone());
        }
    }
}

fn registered(state: &State) -> Vec<(u64, Record, &'static Topic)> {
    let table = state.table(TableName::Webhooks);
    let topic = |webhook: &Record| {
        let name = record::text(webhook, "topic");
        TOPICS.iter().find(|topic| topic.name == name)
    };
    table
        .ids(..)
        .filter_map(|id| {
            let webhook = table.get(id)?;
            let topic = topic(&webhook)?;
            Some((id, webhook, topic))
        })
        .collect()
}

/// What asking for the record would answer; for one that is gone, what it would
/// have answered before.
fn body(
    state: &State,
    table: TableName,
    id: u64,
    gone: Option<&Record>,
    webhook: &Record,
) -> Option<String> {
    let mut record = state.get(table, id).or_else(|| gone.cloned())?;
    let wanted: Vec<String> = record::list(webhook, "included_objects")
        .iter()
        .filter_map(Value::as_str)
        .filter(|name| topics::included(table).contains(name))
        .map(str::to_owned)
        .collect();
    include::put(state, table, id, &mut record, &wanted);
    let body = json!({table.object(): record}).to_string();
    Some(if state.behaviour.numbers {
        in_discounts(body)
    } else {
        body
    })
}

/// Writes an empty message to a webhook, so that its address can be tried.
pub(super) fn queue_test(state: &mut State, id: u64, webhook: &Record) {
    queue(state, id, webhook, "{}".to_owned());
}

fn queue(state: &mut State, id: u64, webhook: &Record, body: String) {
    let Some(posting) = &mut state.posting else {
        return;
    };
    let (topic, address) = (
        record::text(webhook, "topic"),
        record::text(webhook, "address"),
    );
    let refusal = if !posting.may_reach(address) {
        Some(PostingNote::HELD_BACK)
    } else if posting.waiting.len() >= MOST_WAITING {
        Some(PostingNote::TOO_MANY)
    } else {
        None
    };
    if let Some(why) = refusal {
        posting.remember(PostingNote::unsent(id, topic, address, why));
        return;
    }
    let message = Message {
        id: state.next_id(TableName::Deliveries),
        webhook: id,
        topic: topic.to_owned(),
        body,
        attempts: 0,
        first: None,
        due: 0,
    };
    lay(state, &message);
}

/// Keeps a message, as it is now, among those that wait.
fn lay(state: &mut State, message: &Message) {
    state.lay(TableName::Deliveries, message.id, &message.record());
    state.revision += 1;
    if let Some(posting) = &mut state.posting {
        posting
            .waiting
            .add(message.webhook, message.due, message.id);
    }
}

fn forget(state: &mut State, id: u64) {
    state.forget(TableName::Deliveries, id);
    state.revision += 1;
}

/// Takes up to so many messages that are due, one a webhook, so that those of
/// one webhook arrive in their order and none holds up the others. Also says
/// when the next one will be due, in milliseconds of the world's time.
pub(super) fn take(state: &mut State, world: Timestamp, room: usize) -> (Vec<Job>, Option<i64>) {
    let now = world.as_millisecond();
    let mut jobs = Vec::new();
    while jobs.len() < room {
        let Some((webhook, id)) = state.posting.as_mut().and_then(|posting| posting.turn(now))
        else {
            break;
        };
        jobs.extend(job(state, webhook, id));
    }
    let next = state.posting.as_ref();
    (jobs, next.and_then(|posting| posting.next_after(now)))
}

/// A message that is posted to where its webhook is now; nothing when the
/// webhook is gone, or must not be reached.
fn job(state: &mut State, webhook: u64, id: u64) -> Option<Job> {
    let message = state
        .get(TableName::Deliveries, id)
        .and_then(|record| Message::read(&record));
    let registered = state.get(TableName::Webhooks, webhook);
    let (Some(message), Some(registered)) = (message, registered) else {
        forget(state, id);
        state.posting.as_mut()?.free(webhook);
        return None;
    };
    let address = record::text(&registered, "address").to_owned();
    let posting = state.posting.as_mut()?;
    if !posting.may_reach(&address) {
        posting.free(webhook);
        posting.remember(PostingNote::unsent(
            webhook,
            &message.topic,
            &address,
            PostingNote::HELD_BACK,
        ));
        forget(state, id);
        return None;
    }
    Some(Job {
        id,
        webhook,
        topic: message.topic,
        address,
        body: message.body,
        attempt: message.attempts.saturating_add(1),
        generation: posting.generation,
        shop: record::text(&state.store, "identifier").to_owned(),
        names_topic: state.behaviour.topic_header,
    })
}

/// Notes the result of an attempt: the message is delivered, waits for its next
/// one, or is given up.
pub(super) fn finish(state: &mut State, world: Timestamp, job: &Job, attempt: &Attempt) {
    let behaviour = state.behaviour;
    let window = behaviour.webhook_window_ms;
    let own = |posting: &&mut Posting| posting.generation == job.generation;
    let Some(posting) = state.posting.as_mut().filter(own) else {
        return;
    };
    posting.free(job.webhook);
    let has_failed = attempt.has_failed(behaviour.retry_any_status);
    let now = world.as_millisecond();
    let kept = state.get(TableName::Deliveries, job.id);
    let mut message = kept.and_then(|record| Message::read(&record));
    let mut due = None;
    if let Some(message) = message.as_mut().filter(|_| has_failed) {
        let first = *message.first.get_or_insert(now);
        message.attempts = job.attempt;
        let offset = schedule::offset(job.attempt, window);
        due = offset.map(|offset| first.saturating_add_unsigned(offset));
    }
    match (message, due) {
        (Some(mut message), Some(due)) => {
            message.due = due;
            lay(state, &message);
        }
        (_, _) => forget(state, job.id),
    }
    if let Some(posting) = &mut state.posting {
        posting.remember(PostingNote::of(world, job, attempt, has_failed, due));
    }
}
