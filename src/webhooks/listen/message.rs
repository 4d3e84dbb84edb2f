//! From events to messages: which topics they indicate, which objects that
//! needs, and what those were at the event.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::event::{StoreEvent, text_of};
use super::feed::{EventReader, EventsRead};
use super::objects::{ObjectKey, Objects, children};
use super::rewind::{BodyForm, Fields, rewound};
use super::topics::{TopicChoice, confirms, items, may_fit, needs_object};
use crate::api::client::Client;
use crate::catalog::{EventFeed, EventRule, EventTopic, Resource, Subject};
use crate::error::Result;
use crate::webhooks::deliveries::{DeliveryLog, NewDelivery};

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
    /// The object, without the field that events do not tell.
    told: Fields,
    /// When it happened.
    at: Timestamp,
    /// Whether the event is about this very object.
    is_own: bool,
}

impl RebuiltMessage {
    /// What is to be delivered.
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
    /// What the user should know about them.
    pub(super) remarks: Vec<String>,
}

/// Makes messages.
pub(super) struct Messages<'a> {
    pub(super) reader: &'a EventReader,
    pub(super) log: &'a DeliveryLog,
    pub(super) store: &'a str,
    pub(super) topics: &'a TopicChoice,
}

/// A topic that an event may indicate.
struct Candidate<'a> {
    event: &'a StoreEvent,
    topic: &'static EventTopic,
    rule: &'static EventRule,
}

/// A message without its body.
struct Draft<'a> {
    event: &'a StoreEvent,
    topic: &'static EventTopic,
    object_id: String,
}

/// All events that are known, and those of each object.
struct Timeline {
    events: Vec<StoreEvent>,
    of_object: HashMap<(String, String), Vec<usize>>,
    /// Whether it reaches to now.
    is_whole: bool,
}

impl Timeline {
    fn new(events: Vec<StoreEvent>, is_whole: bool) -> Self {
        let mut of_object: HashMap<_, Vec<usize>> = HashMap::new();
        for (at, event) in events.iter().enumerate() {
            let key = (event.object.clone(), event.object_id.clone());
            of_object.entry(key).or_default().push(at);
        }
        Self {
            events,
            of_object,
            is_whole,
        }
    }

    /// The object as it was after an event, as sure as can be.
    fn after(
        &self,
        feed: &EventFeed,
        event: &StoreEvent,
        object: &str,
        id: &str,
        now: &Fields,
    ) -> (Fields, BodyForm) {
        let key = (object.to_owned(), id.to_owned());
        let own = self.of_object.get(&key).map_or(&[][..], Vec::as_slice);
        let later = own
            .iter()
            .map(|at| &self.events[*at])
            .filter(|later| later.order() > event.order());
        let is_own = event.object == object && event.object_id == id;
        let was = rewound(now, later, is_own.then_some(event), feed.untold);
        let form = if self.is_whole {
            BodyForm::AsOf
        } else {
            BodyForm::Current
        };
        (was, form)
    }
}

impl Messages<'_> {
    /// The messages of new events. `all` are the events that are known, with the new
    /// ones among them; `is_whole` says whether they reach to now. `objects` are known
    /// already.
    pub(super) async fn of(
        &self,
        new: &[StoreEvent],
        all: Vec<StoreEvent>,
        is_whole: bool,
        mut objects: Objects,
    ) -> Result<MessageList> {
        let client = self.reader.client();
        let feed = self.reader.feed();
        let candidates = self.candidates(new);
        if candidates.is_empty() {
            return Ok(MessageList::default());
        }
        let sources = candidates.iter().filter(|one| {
            needs_object(feed, one.rule, one.event) || one.rule.about == Subject::Itself
        });
        let sources: Vec<ObjectKey> = sources
            .filter_map(|one| {
                Some((
                    self.resource(&one.event.object)?.name,
                    one.event.object_id.clone(),
                ))
            })
            .collect();
        objects.fetch(client, sources).await?;
        let mut timeline = self.timeline(all, is_whole).await?;
        let mut list = MessageList::default();
        let drafts = self
            .drafts(client, &candidates, &objects, &timeline, &mut list.remarks)
            .await?;
        let before = objects.count();
        let wanted = drafts
            .iter()
            .map(|draft| (draft.topic.resource, draft.object_id.clone()));
        objects.fetch(client, wanted.collect::<Vec<_>>()).await?;
        if objects.count() > before {
            // Their changes until now have to be known as well.
            timeline = self.timeline(timeline.events, is_whole).await?;
        }
        for draft in drafts {
            list.list
                .push(self.message(feed, draft, &objects, &timeline)?);
        }
        drop_repeated(&mut list.list);
        for name in &objects.forbidden {
            list.remarks.push(format!(
                "the token may not read {name}: their messages contain the last known object, or \
                 only its id"
            ));
        }
        Ok(list)
    }

    /// The events that are known, with those that happened meanwhile: an object that
    /// was read since shows their changes.
    async fn timeline(&self, mut all: Vec<StoreEvent>, is_whole: bool) -> Result<Timeline> {
        if let (true, Some(last)) = (is_whole, all.last()) {
            let is_known = |event: &StoreEvent| event.order() <= last.order();
            let newer = self.reader.read(last.at, None, Some(&is_known)).await?;
            if let EventsRead::All(newer) = newer {
                all.extend(newer);
                all.sort_by_key(StoreEvent::order);
                all.dedup_by_key(|event| event.id);
            }
        }
        Ok(Timeline::new(all, is_whole))
    }

    fn candidates<'b>(&self, new: &'b [StoreEvent]) -> Vec<Candidate<'b>> {
        let feed = self.reader.feed();
        let mut candidates = Vec::new();
        for event in new {
            for topic in &self.topics.topics {
                // A topic is reported once of an event, by the first rule that
                // fits.
                let fitting = topic.rules.iter().find(|rule| may_fit(feed, rule, event));
                candidates.extend(fitting.map(|rule| Candidate { event, topic, rule }));
            }
        }
        candidates
    }

    async fn drafts<'b>(
        &self,
        client: &Arc<Client>,
        candidates: &[Candidate<'b>],
        objects: &Objects,
        timeline: &Timeline,
        remarks: &mut Vec<String>,
    ) -> Result<Vec<Draft<'b>>> {
        let feed = self.reader.feed();
        let mut drafts = Vec::new();
        for Candidate { event, topic, rule } in candidates {
            let after = self.state(event, objects, timeline)?;
            if needs_object(feed, rule, event) {
                let Some(after) = &after else {
                    remarks.push(format!(
                        "event {}: {} {} no longer exists, so {} is not certain; it is left out",
                        event.id, event.object, event.object_id, topic.name
                    ));
                    continue;
                };
                if !confirms(feed, rule, event, after) {
                    continue;
                }
            }
            let after = after.unwrap_or_default();
            let ids = match rule.about {
                Subject::Itself => vec![event.object_id.clone()],
                Subject::Parent(field) => after.get(field).and_then(text_of).into_iter().collect(),
                Subject::Children(parameter) => {
                    children(client, topic.resource, parameter, &event.object_id).await?
                }
                Subject::ItemsThatCame(list) => items(&list, event, &after, true),
                Subject::ItemsThatLeft(list) => items(&list, event, &after, false),
            };
            for object_id in ids {
                drafts.push(Draft {
                    event,
                    topic,
                    object_id,
                });
            }
        }
        Ok(drafts)
    }

    /// The object of an event after it; what was last seen of one that is gone.
    fn state(
        &self,
        event: &StoreEvent,
        objects: &Objects,
        timeline: &Timeline,
    ) -> Result<Option<Fields>> {
        let Some(resource) = self.resource(&event.object) else {
            return Ok(None);
        };
        if let Some(now) = objects.get(resource.name, &event.object_id) {
            let feed = self.reader.feed();
            let (after, _) = timeline.after(feed, event, &event.object, &event.object_id, now);
            return Ok(Some(after));
        }
        self.last_seen(event, resource, &event.object_id)
    }

    fn message(
        &self,
        feed: &EventFeed,
        draft: Draft<'_>,
        objects: &Objects,
        timeline: &Timeline,
    ) -> Result<RebuiltMessage> {
        let Draft {
            event,
            topic,
            object_id,
        } = draft;
        let resource = self.reader.client().api().resource(topic.resource);
        let object = resource.map_or("", |resource| resource.singular);
        let (fields, form) = if let Some(now) = objects.get(topic.resource, &object_id) {
            timeline.after(feed, event, object, &object_id, now)
        } else {
            let last_seen = match resource {
                Some(resource) => self.last_seen(event, resource, &object_id)?,
                None => None,
            };
            match last_seen {
                Some(fields) => (fields, BodyForm::LastSeen),
                None => (self.stub(&object_id), BodyForm::Stub),
            }
        };
        Ok(RebuiltMessage {
            event: event.id,
            topic: topic.name,
            form,
            told: {
                let mut told = fields.clone();
                told.remove(feed.untold);
                told
            },
            body: body_of(object, fields),
            at: event.at,
            is_own: event.object == object && event.object_id == object_id,
            object_id,
        })
    }

    /// What was last delivered of an object, with what the event says of it.
    fn last_seen(
        &self,
        event: &StoreEvent,
        resource: &'static Resource,
        id: &str,
    ) -> Result<Option<Fields>> {
        let body = self.log.last_body(self.store, id, resource.singular)?;
        let body: Option<Map<String, Value>> =
            body.and_then(|body| serde_json::from_slice(&body).ok());
        let Some(Value::Object(mut fields)) =
            body.and_then(|mut body| body.remove(resource.singular))
        else {
            return Ok(None);
        };
        if event.object == resource.singular && event.object_id == id {
            for change in &event.changes {
                fields.insert(change.field.clone(), change.after.clone());
            }
        }
        Ok(Some(fields))
    }

    fn stub(&self, id: &str) -> Fields {
        let mut fields = Fields::new();
        let name = self.reader.client().api().conventions.id;
        let number = id
            .parse::<u64>()
            .map_or_else(|_| Value::from(id), Value::from);
        fields.insert(name.to_owned(), number);
        fields
    }

    fn resource(&self, object: &str) -> Option<&'static Resource> {
        let mut resources = self.reader.client().api().resources.iter();
        resources.find(|resource| resource.singular == object)
    }
}

/// One request that changes an object and something that belongs to it leaves two
/// events, and one webhook. So for each message about an object itself, one that
/// follows from another object is left out, where both tell the same, as far as
/// events tell, in the same second. What belongs to a change follows it, so that an
/// earlier event is of another request; each takes the next one that is left,
/// whichever events were delivered before.
fn drop_repeated(messages: &mut Vec<RebuiltMessage>) {
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
