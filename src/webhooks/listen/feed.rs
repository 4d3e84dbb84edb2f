//! Reads the list of events. It has the newest event first, and rows may appear
//! in it late.

use std::sync::Arc;

use jiff::Timestamp;

use super::event::StoreEvent;
use crate::api::client::Client;
use crate::api::pages::{ListFailure, Pages, RecordSink};
use crate::api::request::Request;
use crate::api::response::Wanted;
use crate::catalog::EventFeed;
use crate::error::{Error, Result};
use crate::filter::Flow;

/// The most events in memory at a time.
const MOST_EVENTS: usize = 20_000;

/// Which events to list; the default is all of them.
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    /// Only about this kind of object.
    pub object_type: Option<String>,
    /// Only about the object of this number.
    pub object_id: Option<String>,
    /// Only these verbs.
    pub verbs: Vec<String>,
    /// Only about objects of this customer.
    pub customer: Option<String>,
    /// Only from there.
    pub origin: Option<String>,
}

/// Reads events of a store.
#[derive(Debug)]
pub struct EventReader {
    client: Arc<Client>,
    feed: &'static EventFeed,
    filter: EventFilter,
}

/// The result of reading events.
#[derive(Debug)]
pub(super) enum EventsRead {
    /// All requested events, the oldest first.
    All(Vec<StoreEvent>),
    /// There are too many to keep in memory.
    TooMany,
}

impl EventReader {
    /// A reader of the events of a client's API.
    ///
    /// # Errors
    /// Of kind `Usage`: the version of the API has no events.
    pub fn new(client: Arc<Client>, filter: EventFilter) -> Result<Self> {
        let api = client.api();
        let feed = api.events.ok_or_else(|| {
            Error::usage(format!("version {} of the API has no events", api.version))
        })?;
        Ok(Self {
            client,
            feed,
            filter,
        })
    }

    /// The client that reads.
    pub(super) const fn client(&self) -> &Arc<Client> {
        &self.client
    }

    /// The description of events in the API.
    #[must_use]
    pub const fn feed(&self) -> &'static EventFeed {
        self.feed
    }

    /// The events of a span of time, both ends included, the oldest first. With
    /// `until_known` reading ends at a page whose events are all known.
    pub(super) async fn read(
        &self,
        from: Timestamp,
        until: Option<Timestamp>,
        until_known: Option<&(dyn Fn(&StoreEvent) -> bool + Sync)>,
    ) -> Result<EventsRead> {
        let mut sink = EventSink {
            client: &self.client,
            until_known,
            events: Vec::new(),
            page_is_known: true,
        };
        let mut pages = Pages::new(
            Arc::clone(&self.client),
            self.request(from, until),
            Wanted::of(self.feed.list.response),
        );
        let read = pages.records(None, &mut sink).await;
        read.map_err(ListFailure::into_error)?;
        let mut events = sink.events;
        if events.len() >= MOST_EVENTS {
            return Ok(EventsRead::TooMany);
        }
        events.sort_by_key(StoreEvent::order);
        // A row that moves to the next page while it is read comes twice.
        events.dedup_by_key(|event| event.id);
        Ok(EventsRead::All(events))
    }

    /// Passes on the events of a span of time, the oldest first, in any number: a span
    /// with too many is read in halves.
    ///
    /// # Errors
    /// The list cannot be read; errors of `take`.
    pub async fn each(
        &self,
        from: Timestamp,
        until: Timestamp,
        mut take: impl FnMut(&StoreEvent) -> Result<Flow>,
    ) -> Result<()> {
        let mut begin = from;
        let mut end = until;
        while begin <= until {
            match self.read(begin, Some(end), None).await? {
                EventsRead::All(events) => {
                    for event in events {
                        if take(&event)? == Flow::Enough {
                            return Ok(());
                        }
                    }
                    begin = next_second(end);
                    end = until;
                }
                EventsRead::TooMany => end = middle(begin, end)?,
            }
        }
        Ok(())
    }

    fn request(&self, from: Timestamp, until: Option<Timestamp>) -> Request {
        let (list, feed, filter) = (self.feed.list, self.feed, &self.filter);
        let api = self.client.api();
        let mut request = Request::composed(list, list.path, None);
        request.set_query(api.page_size, api.maximum_page_size.to_string());
        let ends = [(feed.since(), Some(from)), (feed.until(), until)];
        for (name, moment) in ends {
            if let (Some(name), Some(moment)) = (name, moment) {
                request.set_query(name, moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
            }
        }
        let verbs = (!filter.verbs.is_empty()).then(|| filter.verbs.join(","));
        let values = [
            (feed.object_type, &filter.object_type),
            (feed.object_id, &filter.object_id),
            (feed.verbs, &verbs),
            (feed.customer, &filter.customer),
            (feed.origin, &filter.origin),
        ];
        for (name, value) in values {
            if let Some(value) = value {
                request.set_query(name, value.clone());
            }
        }
        request
    }
}

/// The middle of a span of time, in whole seconds.
///
/// # Errors
/// Of kind `Unexpected`: the span cannot be divided.
pub(super) fn middle(from: Timestamp, until: Timestamp) -> Result<Timestamp> {
    let (from, until) = (from.as_second(), until.as_second());
    if until - from < 1 {
        let message = format!("more than {MOST_EVENTS} events in one second");
        return Err(Error::unexpected(message));
    }
    Timestamp::from_second(from.midpoint(until))
        .map_err(|error| Error::unexpected("a time out of range").caused_by(error))
}

pub(super) fn next_second(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second() + 1).unwrap_or(Timestamp::MAX)
}

/// Takes the events of a list.
struct EventSink<'a> {
    client: &'a Client,
    until_known: Option<&'a (dyn Fn(&StoreEvent) -> bool + Sync)>,
    events: Vec<StoreEvent>,
    page_is_known: bool,
}

impl RecordSink for EventSink<'_> {
    fn record(&mut self, record: &str) -> Result<Flow> {
        let event = StoreEvent::read(self.client.api(), record);
        // A record of another form is not a known event.
        if let Some(event) = event {
            self.page_is_known &= self.until_known.is_some_and(|is_known| is_known(&event));
            self.events.push(event);
        }
        Ok(if self.events.len() >= MOST_EVENTS {
            Flow::Enough
        } else {
            Flow::More
        })
    }

    async fn page_end(&mut self) -> Result<Flow> {
        let is_known = std::mem::replace(&mut self.page_is_known, true);
        Ok(if is_known && self.until_known.is_some() {
            Flow::Enough
        } else {
            Flow::More
        })
    }
}
