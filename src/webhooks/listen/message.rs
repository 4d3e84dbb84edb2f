//! The messages that are made of events, and those of them that only repeat
//! another one.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::event::StoreEvent;
use super::rewind::{BodyForm, Fields};
use crate::catalog::{EventFeed, PolledTopic};
use crate::webhooks::deliveries::NewDelivery;

/// A message that a webhook would have carried.
#[derive(Debug)]
pub(super) struct RebuiltMessage {
    /// The number of its event.
    pub(super) event: i64,
    pub(super) topic: &'static str,
    /// The number of the object that it carries.
    pub(super) object_id: String,
    pub(super) form: BodyForm,
    pub(super) body: Vec<u8>,
    /// The object, without the field that events do not report.
    told: Fields,
    /// When it happened.
    at: Timestamp,
    /// Whether the event is about this object itself.
    is_own: bool,
}

impl RebuiltMessage {
    /// A message with an object, named as the API names one of that kind.
    pub(super) fn new(
        feed: &EventFeed,
        (event, topic): (&StoreEvent, &'static str),
        (object, object_id): (&str, String),
        (fields, form): (Fields, BodyForm),
    ) -> Self {
        let mut told = fields.clone();
        told.remove(feed.untold);
        Self {
            event: event.id,
            topic,
            form,
            told,
            body: body_of(object, fields),
            at: event.at,
            is_own: event.object == object && event.object_id == object_id,
            object_id,
        }
    }

    /// The message of a topic that no event reports.
    pub(super) fn polled(
        feed: &EventFeed,
        topic: &'static PolledTopic,
        event: &StoreEvent,
        fields: Fields,
    ) -> Self {
        let subject = (event.object.as_str(), event.object_id.clone());
        Self::new(
            feed,
            (event, topic.name),
            subject,
            (fields, BodyForm::Polled),
        )
    }

    /// The message to deliver.
    pub(super) fn into_delivery(self, event: &StoreEvent) -> NewDelivery {
        NewDelivery {
            event: Some(event.id),
            topic: Some(self.topic.to_owned()),
            object_id: Some(self.object_id),
            happened_at: Some(event.at),
            form: Some(self.form.name().to_owned()),
            replay_of: None,
            headers: Vec::new(),
            body: self.body,
        }
    }
}

/// The messages of some events, in their order.
#[derive(Debug, Default)]
pub(super) struct MessageList {
    pub(super) list: Vec<RebuiltMessage>,
    /// Notes for the user about them.
    pub(super) remarks: Vec<String>,
}

/// One request that changes an object and something that belongs to it leaves two
/// events, and one webhook. So for each message about an object itself, one that
/// follows from another object is left out, if both have the same content, as far as
/// events report it, in the same second. What belongs to a change follows it, so that an
/// earlier event is of another request; each takes the next one that is left,
/// whichever events were delivered before.
pub(super) fn drop_repeated(messages: &mut Vec<RebuiltMessage>) {
    let key = |one: &RebuiltMessage| {
        let told = Value::Object(one.told.clone()).to_string();
        (one.topic, one.object_id.clone(), one.at, told)
    };
    let mut own: HashMap<_, Vec<i64>> = HashMap::new();
    for message in messages.iter().filter(|message| message.is_own) {
        own.entry(key(message)).or_default().push(message.event);
    }
    let mut is_left_out = vec![false; messages.len()];
    // From the last one on: the nearest event that follows is its own.
    for (at, message) in messages.iter().enumerate().rev() {
        if message.is_own {
            continue;
        }
        let Some(events) = own.get_mut(&key(message)) else {
            continue;
        };
        if let Some(next) = events.iter().position(|event| *event > message.event) {
            events.remove(next);
            is_left_out[at] = true;
        }
    }
    let mut left_out = is_left_out.into_iter();
    messages.retain(|_| !left_out.next().unwrap_or_default());
}

/// A list shows what several requests made of an object as one change: of each
/// topic there is one message about it, that of the object itself where there is one.
pub(super) fn keep_one_of_each(messages: &mut Vec<RebuiltMessage>) {
    let key = |one: &RebuiltMessage| (one.topic, one.object_id.clone());
    let own = messages.iter().filter(|one| one.is_own);
    let own: HashSet<_> = own.map(key).collect();
    let mut seen = HashSet::new();
    messages.retain(|one| {
        let key = key(one);
        one.is_own || !own.contains(&key) && seen.insert(key)
    });
}

/// The body of a webhook: the object under its name.
fn body_of(object: &str, fields: Fields) -> Vec<u8> {
    let mut body = Map::new();
    body.insert(object.to_owned(), Value::Object(fields));
    Value::Object(body).to_string().into_bytes()
}
