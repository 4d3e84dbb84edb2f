//! Listening without events: compares lists of recent changes with the last known
//! state of each object. Each difference becomes an event, from which the messages
//! follow as from any other event.
//!
//! A list shows an object in its present state: all changes between two reads are one
//! change, and deleted objects are not visible.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::event::{FieldChange, StoreEvent, text_of};
use super::objects::Objects;
use super::rewind::Fields;
use super::topics::TopicChoice;
use crate::api::client::Client;
use crate::api::pages::{ListFailure, Pages, RecordSink};
use crate::api::request::Request;
use crate::api::response::Wanted;
use crate::catalog::{
    Api, EventFeed, EventRule, EventTopic, Operation, ParameterRole, Resource, Subject,
};
use crate::error::{Error, Result};
use crate::filter::Flow;
use crate::sync::Micros;
use crate::webhooks::deliveries::{DeliveryLog, ListenerKey, Snapshot};

/// Changes that are reported at a time: the next read finds the rest.
const MOST_CHANGES: usize = 2_000;

/// Objects that may appear in a list so long after they changed.
const LOOKBACK: SignedDuration = SignedDuration::from_mins(10);

/// A list with a filter for changes since a time.
#[derive(Debug)]
pub(super) struct ChangeList {
    resource: &'static Resource,
    list: &'static Operation,
    since: &'static str,
    /// The fields that rules of topics look at.
    fields: BTreeSet<&'static str>,
}

/// An object that changed, as an event, and what is to be kept of it once that is
/// delivered.
#[derive(Debug)]
pub(super) struct SeenEvent {
    pub(super) event: StoreEvent,
    pub(super) list: &'static str,
    pub(super) snapshot: Snapshot,
}

/// The result of reading a list.
#[derive(Debug, Default)]
pub(super) struct ListChanges {
    pub(super) found: Vec<SeenEvent>,
    /// The latest change that the list shows.
    pub(super) newest: Option<Timestamp>,
    /// Whether the list was read to its end.
    pub(super) is_whole: bool,
}

/// The operation that lists the objects of a resource which changed since a time,
/// and the name of that parameter.
fn changes_of(
    feed: &EventFeed,
    resource: &'static Resource,
) -> Option<(&'static Operation, &'static str)> {
    resource.operations.iter().find_map(|row| {
        let since = row
            .query
            .iter()
            .find(|known| known.role == ParameterRole::Since(feed.untold));
        since
            .filter(|_| row.pages())
            .map(|since| (*row, since.name))
    })
}

/// Whether a list may show what a rule asks for.
fn may_be_listed(feed: &EventFeed, rule: &EventRule) -> bool {
    rule.verbs.is_empty()
        || [feed.created, feed.updated]
            .iter()
            .any(|one| rule.verbs.contains(one))
}

fn listed(api: &'static Api, feed: &EventFeed, rule: &EventRule) -> Option<&'static Resource> {
    let mut resources = api.resources.iter();
    let resource = resources.find(|resource| resource.singular == rule.object)?;
    let can_be = may_be_listed(feed, rule) && changes_of(feed, resource).is_some();
    can_be.then_some(resource)
}

/// The topics of a choice that lists indicate.
///
/// # Errors
/// Of kind `Usage`: there is none.
pub fn listed_topics(api: &'static Api, choice: &TopicChoice) -> Result<TopicChoice> {
    let feed = api
        .events
        .ok_or_else(|| Error::usage(format!("version {} of the API has no events", api.version)))?;
    let is_listed = |topic: &&'static EventTopic| {
        let mut rules = topic.rules.iter();
        rules.any(|rule| listed(api, feed, rule).is_some())
    };
    let topics: Vec<_> = choice.topics.iter().copied().filter(is_listed).collect();
    let polled = choice.polled.clone();
    if topics.is_empty() && polled.is_empty() {
        let names: Vec<&str> = choice.topics.iter().map(|topic| topic.name).collect();
        return Err(
            Error::usage(format!("lists do not show {}", names.join(", ")))
                .hint("rc webhooks listen --port receives the webhook itself"),
        );
    }
    Ok(TopicChoice { topics, polled })
}

/// The lists that indicate some topics.
pub(super) fn lists_of(
    api: &'static Api,
    feed: &EventFeed,
    topics: &TopicChoice,
) -> Vec<ChangeList> {
    let mut lists: Vec<ChangeList> = Vec::new();
    for rule in topics.topics.iter().flat_map(|topic| topic.rules) {
        let Some(resource) = listed(api, feed, rule) else {
            continue;
        };
        let Some((list, since)) = changes_of(feed, resource) else {
            continue;
        };
        let known = lists
            .iter()
            .position(|one| one.resource.name == resource.name);
        let at = known.unwrap_or_else(|| {
            lists.push(ChangeList {
                resource,
                list,
                since,
                fields: BTreeSet::new(),
            });
            lists.len() - 1
        });
        let fields = &mut lists[at].fields;
        fields.extend(rule.became.iter().chain(&rule.was).map(|(field, _)| *field));
        fields.extend(rule.changed);
        if let Subject::ItemsThatCame(items) | Subject::ItemsThatLeft(items) = rule.about {
            fields.extend([items.field, items.list]);
        }
    }
    lists
}

impl ChangeList {
    pub(super) const fn name(&self) -> &'static str {
        self.resource.name
    }

    /// The changes of the list. The first time the list is only recorded.
    pub(super) async fn look(
        &self,
        client: &Arc<Client>,
        feed: &EventFeed,
        log: &DeliveryLog,
        key: &ListenerKey,
        objects: &mut Objects,
    ) -> Result<ListChanges> {
        let position = log.list_cursor(key, self.name())?;
        let api = client.api();
        let mut request = Request::composed(self.list, self.list.path, None);
        request.set_query(api.page_size, api.maximum_page_size.to_string());
        // An empty list has no latest change: it is read as a whole again.
        let some = position.filter(|position| *position > Timestamp::UNIX_EPOCH);
        if let Some(position) = some {
            let from = position.saturating_sub(LOOKBACK).unwrap_or(position);
            let from = from.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
            request.set_query(self.since, from);
        }
        let mut sink = ChangeSink {
            list: self,
            api,
            feed,
            log,
            key,
            objects,
            is_first: position.is_none(),
            unsaved: Vec::new(),
            changes: ListChanges::default(),
        };
        let mut pages = Pages::new(Arc::clone(client), request, Wanted::of(self.list.response));
        let read = pages.records(None, &mut sink).await;
        read.map_err(ListFailure::into_error)?;
        let mut changes = sink.changes;
        changes.is_whole = changes.found.len() < MOST_CHANGES;
        Ok(changes)
    }

    fn snapshot(&self, fields: &Fields, record: &str) -> Snapshot {
        let kept = self.fields.iter().filter_map(|name| {
            let value = fields.get(*name)?;
            Some(((*name).to_owned(), value.clone()))
        });
        Snapshot {
            digest: digest(record),
            fields: serde_json::Value::Object(kept.collect()).to_string(),
        }
    }
}

/// Takes the objects of a list.
struct ChangeSink<'a> {
    list: &'a ChangeList,
    api: &'static Api,
    feed: &'a EventFeed,
    log: &'a DeliveryLog,
    key: &'a ListenerKey,
    objects: &'a mut Objects,
    is_first: bool,
    unsaved: Vec<(String, Snapshot)>,
    changes: ListChanges,
}

impl ChangeSink<'_> {
    fn take(&mut self, record: &str) -> Result<()> {
        let fields: Option<Fields> = serde_json::from_str(record).ok();
        // A record of another form is not a known object.
        let Some(fields) = fields else { return Ok(()) };
        let Some(id) = fields.get(self.api.conventions.id).and_then(text_of) else {
            return Ok(());
        };
        let Some(at) = changed_at(self.api, self.feed, &fields) else {
            return Ok(());
        };
        self.changes.newest = self.changes.newest.max(Some(at));
        let snapshot = self.list.snapshot(&fields, record);
        if self.is_first {
            self.unsaved.push((id, snapshot));
            return Ok(());
        }
        let list = self.list.name();
        let before = self.log.snapshot(self.key, list, &id)?;
        if before
            .as_ref()
            .is_some_and(|before| before.digest == snapshot.digest)
        {
            return Ok(());
        }
        let event = StoreEvent {
            id: number_of(at, snapshot.digest),
            at,
            object: self.list.resource.singular.to_owned(),
            object_id: id.clone(),
            customer_id: None,
            verb: match before {
                Some(_) => self.feed.updated.to_owned(),
                None => self.feed.created.to_owned(),
            },
            origin: None,
            actor: None,
            changes: before.map_or_else(Vec::new, |before| differences(&before, &snapshot)),
        };
        self.changes.found.push(SeenEvent {
            event,
            list,
            snapshot,
        });
        self.objects.know(list, id, fields);
        Ok(())
    }
}

impl RecordSink for ChangeSink<'_> {
    fn record(&mut self, record: &str) -> Result<Flow> {
        self.take(record)?;
        Ok(if self.changes.found.len() >= MOST_CHANGES {
            Flow::Enough
        } else {
            Flow::More
        })
    }

    async fn page_end(&mut self) -> Result<Flow> {
        let seen = std::mem::take(&mut self.unsaved);
        self.log.keep_snapshots(self.key, self.list.name(), &seen)?;
        Ok(Flow::More)
    }
}

/// When an object was changed last.
fn changed_at(api: &Api, feed: &EventFeed, fields: &Fields) -> Option<Timestamp> {
    time_of(api, fields.get(feed.untold)?)
}

/// A time of the API.
pub(super) fn time_of(api: &Api, value: &serde_json::Value) -> Option<Timestamp> {
    let zone = TimeZone::posix(api.zone).unwrap_or(TimeZone::UTC);
    Some(Micros::read(value.as_str()?, &zone)?.timestamp())
}

/// The number of a change: its second, and what the object was then. The same one
/// is found again by a run that was cut off, and two in a second differ.
pub(super) fn number_of(at: Timestamp, digest: i64) -> i64 {
    const MILLION: i64 = 1_000_000;
    at.as_second() * MILLION + digest.rem_euclid(MILLION)
}

/// The beginning of a digest of a text.
pub(super) fn digest(record: &str) -> i64 {
    let digest = ring::digest::digest(&ring::digest::SHA256, record.as_bytes());
    let mut first = [0; 8];
    first.copy_from_slice(&digest.as_ref()[..8]);
    i64::from_be_bytes(first)
}

/// The fields that differ between what was seen.
fn differences(before: &Snapshot, after: &Snapshot) -> Vec<FieldChange> {
    let read = |one: &Snapshot| -> Fields { serde_json::from_str(&one.fields).unwrap_or_default() };
    let (before, after) = (read(before), read(after));
    let changed = after.into_iter().filter_map(|(field, after)| {
        // A field that was not stored before does not count as changed.
        let before = before.get(&field)?.clone();
        (before != after).then_some(FieldChange {
            field,
            before,
            after,
        })
    });
    changed.collect()
}
