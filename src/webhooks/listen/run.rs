//! The loop: events are read, become deliveries in their order, and the cursor is
//! saved once they were answered.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::again::find_event;
use super::event::StoreEvent;
use super::feed::{EventReader, EventsRead, middle, next_second};
use super::known::KnownObjects;
use super::message::RebuiltMessage;
use super::objects::Objects;
use super::plan::{ListenEnd, ListenObserver, ListenPlan, ListenSource, StartPoint};
use super::poll::Polling;
use super::rebuild::Messages;
use crate::api::client::Timing;
use crate::error::{Error, Kind, Result};
use crate::webhooks::deliveries::DeliveryLog;
use crate::webhooks::forward::Forwarder;
use crate::world::Clock;

/// Rows may appear in the list so long after they happened.
const LOOKBACK: SignedDuration = SignedDuration::from_mins(10);

/// How often the whole look-back is read, and not only until known events.
const SWEEP: Duration = Duration::from_secs(60);

/// Listens to a store.
pub struct Listener<'a> {
    /// Reads the events.
    pub reader: EventReader,
    /// Sends messages; without one they are printed.
    pub forwarder: Option<Forwarder>,
    /// Stores deliveries.
    pub log: &'a DeliveryLog,
    /// The task.
    pub plan: ListenPlan,
    /// The present.
    pub clock: Clock,
    /// Waiting.
    pub timing: Timing,
    /// Receives reports.
    pub observer: &'a mut dyn ListenObserver,
}

/// The position of a listener.
pub(super) struct Progress {
    begun: Timestamp,
    position: Timestamp,
    /// The events of the look-back that are done.
    seen: BTreeSet<(Timestamp, i64)>,
    swept: Option<Duration>,
    /// Whether the objects that may soon be deleted are known.
    is_acquainted: bool,
    pub(super) polling: Polling,
    pub(super) idle_looks: u32,
    pub(super) end: ListenEnd,
    pub(super) made: u64,
}

/// The result of a read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// Nothing new.
    Nothing,
    /// Something; there may be more.
    Something,
    /// As many deliveries as are wanted.
    Enough,
}

impl Look {
    /// The combined result of two reads.
    const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Enough, _) | (_, Self::Enough) => Self::Enough,
            (Self::Nothing, Self::Nothing) => Self::Nothing,
            _ => Self::Something,
        }
    }
}

impl Listener<'_> {
    /// Listens until something ends it.
    ///
    /// # Errors
    /// Of kind `Access`: the token may not read events. With [`ListenPlan::once`]
    /// any error that prevents a delivery.
    pub async fn run(mut self) -> Result<ListenEnd> {
        let known = self.log.cursor(&self.plan.key)?;
        let (begun, position) = match self.plan.source {
            ListenSource::Events => self.start(known).await?,
            ListenSource::Lists => Default::default(),
        };
        // A listener that has followed the events since then has seen their changes.
        let is_followed = known.is_some_and(|(known, _)| known == begun);
        let mut progress = Progress {
            begun,
            position,
            seen: BTreeSet::new(),
            swept: None,
            is_acquainted: is_followed || self.plan.source == ListenSource::Lists,
            polling: Polling::since(match self.plan.start {
                StartPoint::Saved => whole_second((self.clock)()),
                StartPoint::At(_) | StartPoint::After(_) => begun,
            }),
            idle_looks: 0,
            end: ListenEnd::default(),
            made: 0,
        };
        if self.plan.source == ListenSource::Events {
            self.log.save_cursor(&self.plan.key, begun, position)?;
        }
        let mut is_first = true;
        loop {
            let looked = self.turn(&mut progress).await;
            self.observer.batch_end()?;
            match looked {
                Ok(Look::Enough) => break,
                Ok(Look::Something) => progress.idle_looks = 0,
                Ok(Look::Nothing) if self.plan.once => break,
                Ok(Look::Nothing) => progress.idle_looks += 1,
                Err(error) if self.plan.once || ends(&error, is_first) => {
                    return Err(explained(error));
                }
                Err(error) => self.observer.note(&error.to_string()),
            }
            is_first = false;
            if !self.plan.once {
                let pause = self.pause(&progress);
                self.wait(pause).await?;
            }
        }
        Ok(progress.end)
    }

    /// One read of the source and of the polled topics.
    async fn turn(&mut self, progress: &mut Progress) -> Result<Look> {
        if !progress.is_acquainted {
            self.acquaint().await?;
            progress.is_acquainted = true;
        }
        let looked = match self.plan.source {
            ListenSource::Events => self.look(progress).await?,
            ListenSource::Lists => self.look_at_lists(progress).await?,
        };
        if looked == Look::Enough {
            return Ok(Look::Enough);
        }
        Ok(looked.and(self.poll(progress).await?))
    }

    /// The stored objects at a time, for a listener that has followed the events since
    /// another time.
    pub(super) fn known(&self, now: Timestamp, since: Timestamp) -> KnownObjects<'_> {
        KnownObjects {
            api: self.reader.client().api(),
            log: self.log,
            store: self.plan.key.store.as_str(),
            since,
            now,
        }
    }

    /// When this listener began, and up to which time all is delivered. `known` is
    /// what an earlier run left.
    async fn start(
        &mut self,
        known: Option<(Timestamp, Timestamp)>,
    ) -> Result<(Timestamp, Timestamp)> {
        let now = whole_second((self.clock)());
        let feed = self.reader.feed();
        let days = SignedDuration::from_hours(24 * i64::from(feed.days));
        let oldest = now.saturating_sub(days).unwrap_or(now);
        match self.plan.start {
            StartPoint::Saved => match known {
                Some((begun, position)) if position >= oldest => Ok((begun, position)),
                Some((_, position)) => {
                    self.observer.note(&format!(
                        "the listener is at {position}, and events reach back {} days only: \
                         what happened before {oldest} cannot be delivered",
                        feed.days
                    ));
                    Ok((oldest, oldest))
                }
                None => Ok((now, now)),
            },
            StartPoint::At(time) if time < oldest => Err(Error::usage(format!(
                "--since {time} is too early: events reach back {} days",
                feed.days
            ))),
            StartPoint::At(time) => Ok((whole_second(time), whole_second(time))),
            StartPoint::After(id) => {
                let found = find_event(&self.reader, id, now).await;
                let at = found.map_err(explained)?.at;
                Ok((at, at))
            }
        }
    }

    /// Reads new events, and delivers them.
    async fn look(&mut self, progress: &mut Progress) -> Result<Look> {
        let now = (self.clock)();
        let from = progress
            .position
            .saturating_sub(LOOKBACK)
            .unwrap_or(progress.position);
        let from = from.max(progress.begun);
        let elapsed = (self.timing.elapsed)();
        let sweeps = progress
            .swept
            .is_none_or(|swept| elapsed.saturating_sub(swept) >= SWEEP);
        let (all, until) = {
            let seen = &progress.seen;
            let is_known = |event: &StoreEvent| seen.contains(&event.order());
            self.read(from, now, (!sweeps).then_some(&is_known)).await?
        };
        if sweeps {
            progress.swept = Some(elapsed);
            self.log.bound(now)?;
        }
        let skipped = match self.plan.start {
            StartPoint::After(id) => id,
            _ => i64::MIN,
        };
        let is_new = |event: &&StoreEvent| {
            event.at >= progress.begun
                && !progress.seen.contains(&event.order())
                && (event.at > progress.begun || event.id > skipped)
        };
        let new: Vec<StoreEvent> = all.iter().filter(is_new).cloned().collect();
        if new.is_empty() {
            if let Some(until) = until {
                progress.position = next_second(until);
                return Ok(Look::Something);
            }
            return Ok(Look::Nothing);
        }
        let known = self.known(now, progress.begun);
        known.apply(&all, &new, until.is_none())?;
        let messages = Messages {
            reader: &self.reader,
            log: self.log,
            store: &self.plan.key.store,
            known: Some(known),
            topics: &self.plan.topics,
        };
        let messages = messages
            .of(&new, all, until.is_none(), Objects::default())
            .await?;
        for remark in &messages.remarks {
            self.observer.note(remark);
        }
        self.deliver_all(progress, &new, messages.list, until).await
    }

    /// The events from a time on. Where there are too many of them, those until an
    /// earlier time, which is given as well.
    async fn read(
        &self,
        from: Timestamp,
        now: Timestamp,
        is_known: Option<&(dyn Fn(&StoreEvent) -> bool + Sync)>,
    ) -> Result<(Vec<StoreEvent>, Option<Timestamp>)> {
        let mut until = None;
        loop {
            match self
                .reader
                .read(from, until, is_known.filter(|_| until.is_none()))
                .await?
            {
                EventsRead::All(events) => return Ok((events, until)),
                EventsRead::TooMany => until = Some(middle(from, until.unwrap_or(now))?),
            }
        }
    }

    /// Delivers the messages of some events, and saves the cursor behind them.
    async fn deliver_all(
        &mut self,
        progress: &mut Progress,
        new: &[StoreEvent],
        messages: Vec<RebuiltMessage>,
        until: Option<Timestamp>,
    ) -> Result<Look> {
        let mut messages = messages.into_iter().peekable();
        let mut outcome = Ok(Look::Something);
        'events: for event in new {
            while let Some(message) = messages.next_if(|message| message.event == event.id) {
                if self.is_enough(progress) {
                    outcome = Ok(Look::Enough);
                    break 'events;
                }
                if let Err(error) = self.deliver(progress, event, message).await {
                    outcome = Err(error);
                    break 'events;
                }
            }
            progress.seen.insert(event.order());
            progress.position = progress.position.max(event.at);
        }
        if let (Ok(Look::Something), Some(until)) = (&outcome, until) {
            progress.position = next_second(until);
        }
        let key = &self.plan.key;
        self.log
            .save_cursor(key, progress.begun, progress.position)?;
        let oldest = progress
            .position
            .saturating_sub(LOOKBACK * 2)
            .unwrap_or(Timestamp::MIN);
        progress.seen = progress.seen.split_off(&(oldest, i64::MIN));
        if self.is_enough(progress) && outcome.is_ok() {
            return Ok(Look::Enough);
        }
        outcome
    }
}

/// Events have whole seconds.
fn whole_second(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}

/// Whether an error would occur again with every read.
const fn ends(error: &Error, is_first: bool) -> bool {
    match error.kind {
        Kind::Unreachable => false,
        Kind::Access | Kind::Usage | Kind::Interrupted | Kind::Closed | Kind::Unexpected => true,
        _ => is_first,
    }
}

/// Adds hints to the error of unreadable events.
fn explained(error: Error) -> Error {
    let status = error.answer.as_ref().map(|answer| answer.status);
    if matches!(status, Some(402 | 403)) {
        return error
            .hint("events need the scope read_events, and a plan that has them")
            .hint("--source lists works without them; it reports several changes between two reads as one")
            .hint("rc webhooks listen --port receives the webhooks themselves, without events");
    }
    error
}
