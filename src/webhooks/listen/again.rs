//! The messages of one event, whether a listener delivered them or not.

use jiff::{SignedDuration, Timestamp};

use super::event::StoreEvent;
use super::feed::{EventReader, EventsRead};
use super::known::KnownObjects;
use super::objects::Objects;
use super::rebuild::Messages;
use super::topics::TopicChoice;
use crate::error::{Error, Kind, Result};
use crate::filter::Flow;
use crate::webhooks::deliveries::{DeliveryLog, NewDelivery};

/// The event of a number.
///
/// # Errors
/// Of kind `NotFound`: events that are still listed have another number. The list
/// cannot be read.
pub(super) async fn find_event(
    reader: &EventReader,
    id: i64,
    now: Timestamp,
) -> Result<StoreEvent> {
    let days = reader.feed().days;
    let span = SignedDuration::from_hours(24 * i64::from(days));
    let oldest = now.saturating_sub(span).unwrap_or(now);
    let mut found = None;
    let find = |event: &StoreEvent| {
        if event.id == id {
            found = Some(event.clone());
            return Ok(Flow::Enough);
        }
        Ok(Flow::More)
    };
    reader.each(oldest, now, find).await?;
    let message = format!("there is no event {id} in the last {days} days");
    found.ok_or_else(|| Error::new(Kind::NotFound, message))
}

/// The messages of webhooks about an event.
///
/// # Errors
/// Of kind `NotFound`: there is no such event, or no topic is about it. The API
/// does not answer.
pub async fn messages_of_event(
    reader: &EventReader,
    log: &DeliveryLog,
    store: &str,
    id: i64,
    now: Timestamp,
) -> Result<Vec<NewDelivery>> {
    let event = find_event(reader, id, now).await?;
    let topics = TopicChoice::of(reader.feed(), &[], &[])?;
    let (all, is_whole) = match reader.read(event.at, None, None).await? {
        EventsRead::All(all) => (all, true),
        EventsRead::TooMany => (vec![event.clone()], false),
    };
    let messages = Messages {
        reader,
        log,
        store,
        // Changes between the stored object and the event are not read.
        known: Some(KnownObjects {
            api: reader.client().api(),
            log,
            store,
            since: event.at,
            now,
        }),
        topics: &topics,
    };
    // Those of its second are needed to detect a message that only repeats another one.
    let new: Vec<StoreEvent> = all
        .iter()
        .filter(|one| one.at == event.at)
        .cloned()
        .collect();
    let messages = messages.of(&new, all, is_whole, Objects::default()).await?;
    let own = messages.list.into_iter().filter(|one| one.event == id);
    let own: Vec<NewDelivery> = own.map(|one| one.into_delivery(&event)).collect();
    if own.is_empty() {
        let message = format!(
            "no webhook topic matches event {id}: {} {} was {}",
            event.object, event.object_id, event.verb
        );
        return Err(Error::new(Kind::NotFound, message));
    }
    Ok(own)
}
