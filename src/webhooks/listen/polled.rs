//! Topics that no event reports: reads their objects, and compares them with the day or
//! with their last known state.
//!
//! Takes a topic and the known state; returns changes in the form of events, and the
//! state to store after their delivery.

use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde_json::{Value, json};

use super::event::{StoreEvent, text_of};
use super::lists::{digest, number_of, time_of};
use super::objects::{id_of, is_forbidden, listed, paged, read_at};
use super::rewind::Fields;
use crate::api::client::Client;
use crate::catalog::{EventFeed, Operation, ParameterRole, PolledTopic, ZoneSource};
use crate::error::{Error, Result};
use crate::webhooks::deliveries::{DeliveryLog, ListenerKey, Snapshot};

/// The most objects of a list that are read at a time.
const MOST_OBJECTS: usize = 1_000;

/// A change of an object.
#[derive(Debug)]
pub(super) struct PolledChange {
    pub(super) event: StoreEvent,
    pub(super) fields: Fields,
    /// The state to store after the delivery.
    pub(super) kept: Option<Snapshot>,
}

/// A topic and its list.
pub(super) struct Poll<'a> {
    pub(super) client: &'a Arc<Client>,
    pub(super) feed: &'static EventFeed,
    pub(super) log: &'a DeliveryLog,
    pub(super) key: &'a ListenerKey,
    pub(super) topic: &'static PolledTopic,
}

/// Upcoming days, and the objects of a list that belong to them.
#[derive(Debug, Clone, Copy)]
pub(super) struct DaysAhead {
    pub(super) list: &'static Operation,
    pub(super) field: &'static str,
    pub(super) only: (&'static str, &'static str),
    /// The first day and the last one.
    pub(super) first: Date,
    pub(super) last: Date,
    /// Days between the message and the day of the object.
    pub(super) days: u32,
}

impl Poll<'_> {
    /// The objects of the upcoming days.
    pub(super) async fn ahead(
        &self,
        zone: &TimeZone,
        wanted: DaysAhead,
    ) -> Result<Vec<PolledChange>> {
        let api = self.client.api();
        let mut request = paged(api, wanted.list);
        let ends = [
            (ParameterRole::Since(wanted.field), wanted.first),
            (ParameterRole::Until(wanted.field), wanted.last),
        ];
        for (role, day) in ends {
            if let Some(parameter) = wanted.list.query_for(role) {
                request.set_query(parameter.name, day.to_string());
            }
        }
        request.set_query(wanted.only.0, wanted.only.1.to_owned());
        let objects = listed(self.client, wanted.list, request, usize::MAX).await?;
        let changes = objects.into_iter().filter_map(|fields| {
            let day = day_of(fields.get(wanted.field)?)?;
            // A list may take the last day for its beginning, or for all of it.
            let is_wanted = (wanted.first..=wanted.last).contains(&day);
            let told_on = before(day, wanted.days);
            let at = zone.to_timestamp(told_on.at(0, 0, 0, 0)).ok()?;
            self.change(fields, at, None).filter(|_| is_wanted)
        });
        Ok(in_order(changes.collect()))
    }

    /// The objects that have ended since they were seen. The first time only those that
    /// ended since `since` are reported, and the others are recorded.
    pub(super) async fn ended(
        &self,
        list: &'static Operation,
        field: &'static str,
        since: Timestamp,
    ) -> Result<Vec<PolledChange>> {
        let is_first = self.log.list_cursor(self.key, self.topic.name)?.is_none();
        let request = paged(self.client.api(), list);
        let objects = listed(self.client, list, request, MOST_OBJECTS).await?;
        let (mut changes, mut seen) = (Vec::new(), Vec::new());
        for fields in objects {
            let end = fields.get(field).unwrap_or(&Value::Null).clone();
            let Some(at) = time_of(self.client.api(), &end) else {
                continue;
            };
            let Some(id) = id_of(self.client.api(), &fields) else {
                continue;
            };
            if self.log.snapshot(self.key, self.topic.name, &id)?.is_some() {
                continue;
            }
            let kept = Snapshot {
                digest: digest(&end.to_string()),
                fields: json!({field: end}).to_string(),
            };
            if is_first && at < since {
                seen.push((id, kept));
            } else {
                changes.extend(self.change(fields, at, Some(kept)));
            }
        }
        self.log.keep_snapshots(self.key, self.topic.name, &seen)?;
        Ok(in_order(changes))
    }

    /// The one object, if it differs from its last known state.
    pub(super) async fn changed(
        &self,
        get: &'static Operation,
        now: Timestamp,
    ) -> Result<Vec<PolledChange>> {
        let Some(fields) = read_at(self.client, get, get.path.to_owned()).await? else {
            return Ok(Vec::new());
        };
        let id = id_of(self.client.api(), &fields);
        let id = id.ok_or_else(|| Error::unexpected(format!("{} has no id", get.path)))?;
        let kept = Snapshot {
            digest: digest(&Value::Object(fields.clone()).to_string()),
            fields: "{}".to_owned(),
        };
        let before = self.log.snapshot(self.key, self.topic.name, &id)?;
        match before {
            None => {
                let seen = [(id, kept)];
                self.log.keep_snapshots(self.key, self.topic.name, &seen)?;
                Ok(Vec::new())
            }
            Some(before) if before.digest == kept.digest => Ok(Vec::new()),
            Some(_) => {
                let changed_at = fields.get(self.feed.untold);
                let at = changed_at.and_then(|at| time_of(self.client.api(), at));
                let change = self.change(fields, at.unwrap_or(now), Some(kept));
                Ok(change.into_iter().collect())
            }
        }
    }

    /// An object as a change. The same one has the same number in the next run.
    fn change(
        &self,
        fields: Fields,
        at: Timestamp,
        kept: Option<Snapshot>,
    ) -> Option<PolledChange> {
        let api = self.client.api();
        let resource = api.resource(self.topic.resource)?;
        let object_id = id_of(api, &fields)?;
        let of_object = || digest(&format!("{} {object_id}", self.topic.name));
        let number = kept.as_ref().map_or_else(of_object, |kept| kept.digest);
        let event = StoreEvent {
            id: number_of(at, number),
            at,
            object: resource.singular.to_owned(),
            object_id,
            customer_id: None,
            verb: self.feed.updated.to_owned(),
            origin: None,
            actor: None,
            changes: Vec::new(),
        };
        Some(PolledChange {
            event,
            fields,
            kept,
        })
    }
}

/// The time zone of the store; that of the API where the store names none that is
/// known, or may not be read.
pub(super) async fn zone_of(client: &Arc<Client>, source: ZoneSource) -> Result<TimeZone> {
    let store = match read_at(client, source.get, source.get.path.to_owned()).await {
        Err(error) if is_forbidden(&error) => None,
        read => read?,
    };
    let (field, part) = source.path;
    let name = store.and_then(|store| text_of(&store.get(field)?[part]));
    let zone = name.and_then(|name| TimeZone::get(&name).ok());
    Ok(zone.unwrap_or_else(|| TimeZone::posix(client.api().zone).unwrap_or(TimeZone::UTC)))
}

/// So many days before a day.
pub(super) fn before(day: Date, days: u32) -> Date {
    day.saturating_sub(Span::new().days(i64::from(days)))
}

/// So many days after a day.
pub(super) fn after(day: Date, days: u32) -> Date {
    day.saturating_add(Span::new().days(i64::from(days)))
}

/// The day that a time or a day names, without its offset: days of charges have
/// no time, however they are spelled.
fn day_of(value: &Value) -> Option<Date> {
    value.as_str()?.get(..10)?.parse().ok()
}

fn in_order(mut changes: Vec<PolledChange>) -> Vec<PolledChange> {
    changes.sort_by_key(|change| change.event.order());
    changes
}
