//! When topics without events are polled, and their delivery.
//!
//! Upcoming charges and orders are requested once per day of the store, the others
//! repeatedly. Each topic has its own position: no message is sent twice, and missed
//! days are reported later.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::message::RebuiltMessage;
use super::objects::is_forbidden;
use super::plan::StartPoint;
use super::polled::{DaysAhead, Poll, PolledChange, after, before, zone_of};
use super::run::{Listener, Look, Progress};
use crate::catalog::{PolledSource, PolledTopic};
use crate::error::{Error, Kind, Result};

/// The pause between two reads of objects that end, and of the one that changes.
const PAUSE: Duration = Duration::from_secs(60);
const LONG_PAUSE: Duration = Duration::from_secs(300);

/// The state of the polled topics of a listener.
#[derive(Debug)]
pub(super) struct Polling {
    /// The start for topics that no run has polled before.
    since: Timestamp,
    /// When each is due, in time since the listener began.
    due: BTreeMap<&'static str, Duration>,
    /// The last day that each has reported.
    told: BTreeMap<&'static str, Date>,
    zone: Option<TimeZone>,
    /// Topics that the token may not read.
    forbidden: BTreeSet<&'static str>,
}

impl Polling {
    /// Nothing was polled yet.
    pub(super) const fn since(since: Timestamp) -> Self {
        Self {
            since,
            due: BTreeMap::new(),
            told: BTreeMap::new(),
            zone: None,
            forbidden: BTreeSet::new(),
        }
    }

    fn is_due(&self, topic: &'static str, elapsed: Duration) -> bool {
        !self.forbidden.contains(topic) && self.due.get(topic).is_none_or(|due| elapsed >= *due)
    }
}

impl Listener<'_> {
    /// Polls the topics that are due, and delivers their messages.
    pub(super) async fn poll(&mut self, progress: &mut Progress) -> Result<Look> {
        let mut looked = Look::Nothing;
        for topic in self.plan.topics.polled.clone() {
            let elapsed = (self.timing.elapsed)();
            if !progress.polling.is_due(topic.name, elapsed) {
                continue;
            }
            let pause = match topic.source {
                PolledSource::Changed { .. } => LONG_PAUSE,
                _ => PAUSE,
            };
            progress.polling.due.insert(topic.name, elapsed + pause);
            match self.poll_topic(progress, topic).await {
                Ok(Look::Nothing) => {}
                Ok(Look::Something) => looked = Look::Something,
                Ok(Look::Enough) => return Ok(Look::Enough),
                Err(error) if is_forbidden(&error) => {
                    progress.polling.forbidden.insert(topic.name);
                    self.observer.note(&format!(
                        "{} is left out: the token may not read its objects",
                        topic.name
                    ));
                }
                Err(error) if self.plan.once || must_end(&error) => return Err(error),
                Err(error) => self.observer.note(&format!("{}: {error}", topic.name)),
            }
        }
        Ok(looked)
    }

    async fn poll_topic(
        &mut self,
        progress: &mut Progress,
        topic: &'static PolledTopic,
    ) -> Result<Look> {
        let client = Arc::clone(self.reader.client());
        let key = self.plan.key.clone();
        let poll = Poll {
            client: &client,
            feed: self.reader.feed(),
            log: self.log,
            key: &key,
            topic,
        };
        let now = (self.clock)();
        let (changes, position) = match topic.source {
            PolledSource::Ahead {
                list,
                field,
                only,
                days,
            } => {
                let zone = self.zone(progress).await?;
                let days = self.plan.upcoming_days.unwrap_or(days);
                let last = after(day_in(&zone, now), days);
                let told = self.told_until(progress, topic, &zone, days)?;
                if last <= told {
                    return Ok(Look::Nothing);
                }
                let wanted = DaysAhead {
                    list,
                    field,
                    only,
                    // A missed message whose day is past is not upcoming any more.
                    first: after(told, 1).max(before(last, days)),
                    last,
                    days,
                };
                (poll.ahead(&zone, wanted).await?, midnight(last))
            }
            PolledSource::Ended { list, field } => {
                (poll.ended(list, field, progress.polling.since).await?, now)
            }
            PolledSource::Changed { get } => (poll.changed(get, now).await?, now),
        };
        let looked = self.deliver_polled(progress, topic, changes).await?;
        if looked != Look::Enough {
            self.log.save_list_cursor(&key, topic.name, position)?;
            let told = day_in(&TimeZone::UTC, position);
            progress.polling.told.insert(topic.name, told);
        }
        Ok(looked)
    }

    /// The last day that a topic has reported: in this run, else in earlier ones, else
    /// the day on which the listener began.
    fn told_until(
        &self,
        progress: &Progress,
        topic: &'static PolledTopic,
        zone: &TimeZone,
        days: u32,
    ) -> Result<Date> {
        if let Some(told) = progress.polling.told.get(topic.name) {
            return Ok(*told);
        }
        let begun = after(day_in(zone, progress.polling.since), days);
        if self.plan.start != StartPoint::Saved {
            return Ok(begun);
        }
        let saved = self.log.list_cursor(&self.plan.key, topic.name)?;
        if let Some(saved) = saved {
            return Ok(day_in(&TimeZone::UTC, saved));
        }
        // The next run counts from here, too, however late it comes.
        self.log
            .save_list_cursor(&self.plan.key, topic.name, midnight(begun))?;
        Ok(begun)
    }

    async fn zone(&self, progress: &mut Progress) -> Result<TimeZone> {
        if let Some(zone) = &progress.polling.zone {
            return Ok(zone.clone());
        }
        let zone = zone_of(self.reader.client(), self.reader.feed().zone).await?;
        progress.polling.zone = Some(zone.clone());
        Ok(zone)
    }

    async fn deliver_polled(
        &mut self,
        progress: &mut Progress,
        topic: &'static PolledTopic,
        changes: Vec<PolledChange>,
    ) -> Result<Look> {
        let feed = self.reader.feed();
        let mut looked = Look::Nothing;
        for change in changes {
            if self.is_enough(progress) {
                return Ok(Look::Enough);
            }
            let id = change.event.object_id.clone();
            let message = RebuiltMessage::polled(feed, topic, &change.event, change.fields);
            self.deliver(progress, &change.event, message).await?;
            looked = Look::Something;
            if let Some(kept) = change.kept {
                self.log
                    .keep_snapshots(&self.plan.key, topic.name, &[(id, kept)])?;
            }
        }
        Ok(if self.is_enough(progress) {
            Look::Enough
        } else {
            looked
        })
    }
}

fn day_in(zone: &TimeZone, at: Timestamp) -> Date {
    zone.to_datetime(at).date()
}

/// A day as a position.
fn midnight(day: Date) -> Timestamp {
    TimeZone::UTC
        .to_timestamp(day.at(0, 0, 0, 0))
        .unwrap_or_default()
}

/// Whether an error ends a listener at any step.
const fn must_end(error: &Error) -> bool {
    matches!(error.kind, Kind::Interrupted | Kind::Closed)
}
