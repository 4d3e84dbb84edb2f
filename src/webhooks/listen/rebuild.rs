//! From events to messages: finds the topics of an event, the objects that they need,
//! and the state of these objects at the event.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::event::{StoreEvent, text_of};
use super::feed::{EventReader, EventsRead};
use super::known::{KnownObjects, resource_of};
use super::message::{MessageList, RebuiltMessage, drop_repeated};
use super::objects::{ObjectKey, Objects, children};
use super::rewind::{BodyForm, Fields};
use super::timeline::Timeline;
use super::topics::{TopicChoice, confirms, items, may_fit, needs_object};
use crate::api::client::Client;
use crate::catalog::{Api, EventFeed, EventRule, EventTopic, Resource, Subject};
use crate::error::Result;
use crate::webhooks::deliveries::DeliveryLog;

/// Makes messages.
pub(super) struct Messages<'a> {
    pub(super) reader: &'a EventReader,
    pub(super) log: &'a DeliveryLog,
    pub(super) store: &'a str,
    /// The stored objects; none if lists are the source.
    pub(super) known: Option<KnownObjects<'a>>,
    pub(super) topics: &'a TopicChoice,
}

/// A topic that an event may report.
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
                    resource_of(self.api(), &one.event.object)?.name,
                    one.event.object_id.clone(),
                ))
            })
            .collect();
        objects.fetch(client, sources).await?;
        // At once: they may be deleted before the next read.
        self.keep(&objects)?;
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
            self.keep(&objects)?;
        }
        for draft in drafts {
            list.list
                .push(self.message(feed, draft, &objects, &timeline)?);
        }
        drop_repeated(&mut list.list);
        for name in &objects.forbidden {
            list.remarks.push(format!(
                "the token may not read {name}: their messages contain the last known object, or only its id"
            ));
        }
        Ok(list)
    }

    fn keep(&self, objects: &Objects) -> Result<()> {
        match &self.known {
            Some(known) => known.keep(objects.all()),
            None => Ok(()),
        }
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
                // A topic reports an event once, by the first rule that fits.
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
                        "event {}: {} {} no longer exists, so {} is uncertain and is left out",
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

    /// The object of an event after it, as far as it is known.
    fn state(
        &self,
        event: &StoreEvent,
        objects: &Objects,
        timeline: &Timeline,
    ) -> Result<Option<Fields>> {
        let Some(resource) = resource_of(self.api(), &event.object) else {
            return Ok(None);
        };
        let after = self.after(event, resource, &event.object_id, objects, timeline)?;
        Ok(after.map(|(fields, _)| fields))
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
        let resource = self.api().resource(topic.resource);
        let object = resource.map_or("", |resource| resource.singular);
        let after = match resource {
            Some(resource) => self.after(event, resource, &object_id, objects, timeline)?,
            None => None,
        };
        let stub = || (self.stub(&object_id), BodyForm::Stub);
        let content = after.unwrap_or_else(stub);
        let subject = (object, object_id);
        Ok(RebuiltMessage::new(
            feed,
            (event, topic.name),
            subject,
            content,
        ))
    }

    /// An object after an event, and how sure that is; `None` where nothing is known
    /// of it.
    fn after(
        &self,
        event: &StoreEvent,
        resource: &'static Resource,
        id: &str,
        objects: &Objects,
        timeline: &Timeline,
    ) -> Result<Option<(Fields, BodyForm)>> {
        let feed = self.reader.feed();
        let object = resource.singular;
        if let Some(now) = objects.get(resource.name, id) {
            return Ok(Some(timeline.after(feed, event, object, id, now)));
        }
        let gone = match &self.known {
            Some(known) => known.gone(resource.name, id)?,
            None => None,
        };
        let Some(gone) = gone else {
            let last = self.last_delivered(event, resource, id)?;
            return Ok(last.map(|fields| (fields, BodyForm::LastSeen)));
        };
        let (fields, form) = timeline.after(feed, event, object, id, &gone.fields);
        // The body of a webhook about a deleted object is not documented.
        let is_end = event.verb == feed.deleted && event.object == object && event.object_id == id;
        let is_sure = gone.is_complete && form == BodyForm::AsOf && !is_end;
        let form = if is_sure {
            BodyForm::AsOf
        } else {
            BodyForm::LastSeen
        };
        Ok(Some((fields, form)))
    }

    /// The last delivered state of an object, with the changes of the event.
    fn last_delivered(
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

    fn api(&self) -> &'static Api {
        self.reader.client().api()
    }
}
