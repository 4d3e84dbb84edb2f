//! The loop: events are read, become deliveries in their order, and the cursor is
//! saved once they were answered.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::again::find_event;
use super::event::StoreEvent;
use super::feed::{EventReader, EventsRead, middle, next_second};
use super::lists::lists_of;
use super::message::{Messages, RebuiltMessage};
use super::objects::Objects;
use super::topics::TopicChoice;
use crate::api::client::Timing;
use crate::error::{Error, Kind, Result};
use crate::webhooks::deliveries::{Delivery, DeliveryEnd, DeliveryLog, DeliveryState, ListenerKey};
use crate::webhooks::forward::{Forwarded, Forwarder, Outgoing};
use crate::world::Clock;

/// Rows may appear in the list so long after they happened.
const LOOKBACK: SignedDuration = SignedDuration::from_mins(10);

/// How often the whole look-back is read, and not only until known events.
const SWEEP: Duration = Duration::from_secs(60);

/// The pause between two looks, and the longest one where nothing happens.
const USUAL_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Looks without an event after which the pause grows by its length.
const IDLE_LOOKS: u32 = 6;

/// Attempts of `--once` to reach a program that is down.
const ONCE_TRIES: u32 = 5;

/// The longest pause between attempts to reach a program that is down.
const LONGEST_BACKOFF: Duration = Duration::from_secs(10);

/// How long is waited at most without a look whether to end.
const SLICE: Duration = Duration::from_secs(1);

/// A program that takes longer is told so: the vendor would count it as failed.
const VENDOR_PATIENCE_MS: u64 = 5_000;

/// The part of a request in a second that lists may take while nothing happens: one
/// in so many seconds.
const LIST_SECONDS: u32 = 2;

/// From what messages are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListenSource {
    /// From events.
    Events,
    /// From lists of what changed, held against what was seen before.
    Lists,
}

/// From where events are delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartPoint {
    /// Where the last run ended; from now on, where there was none.
    Saved,
    /// From this moment on.
    At(Timestamp),
    /// After the event of this number.
    After(i64),
}

/// What to listen to, and how.
#[derive(Debug, Clone)]
pub struct ListenPlan {
    /// The store, and where messages go.
    pub key: ListenerKey,
    /// The topics.
    pub topics: TopicChoice,
    /// From what.
    pub source: ListenSource,
    /// From where.
    pub start: StartPoint,
    /// The pause between two looks, if it is fixed.
    pub every: Option<Duration>,
    /// Whether to end once all that happened is delivered.
    pub once: bool,
    /// The most deliveries.
    pub limit: Option<u64>,
}

/// Is told what a listener does.
pub trait ListenObserver {
    /// A delivery ended.
    ///
    /// # Errors
    /// It cannot be shown; listening ends.
    fn delivered(&mut self, delivery: &Delivery) -> Result<()>;

    /// Some deliveries were made, and there are no more for now.
    ///
    /// # Errors
    /// They cannot be shown; listening ends.
    fn batch_end(&mut self) -> Result<()>;

    /// Something that the user should know.
    fn note(&mut self, message: &str);

    /// Whether nobody wants to know any more.
    fn is_over(&self) -> bool;
}

/// What a listener did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ListenEnd {
    /// Deliveries that were answered with success.
    pub delivered: u64,
    /// Deliveries that failed.
    pub failed: u64,
    /// Deliveries that an earlier run had made.
    pub repeated: u64,
}

/// Listens to a store.
pub struct Listener<'a> {
    /// Reads the events.
    pub reader: EventReader,
    /// Sends messages; without one they are printed.
    pub forwarder: Option<Forwarder>,
    /// Keeps deliveries.
    pub log: &'a DeliveryLog,
    /// What to do.
    pub plan: ListenPlan,
    /// The present.
    pub clock: Clock,
    /// Waiting.
    pub timing: Timing,
    /// Is told.
    pub observer: &'a mut dyn ListenObserver,
}

/// How far a listener is.
pub(super) struct Progress {
    begun: Timestamp,
    position: Timestamp,
    /// The events of the look-back that are done.
    seen: BTreeSet<(Timestamp, i64)>,
    swept: Option<Duration>,
    idle_looks: u32,
    end: ListenEnd,
    pub(super) made: u64,
}

/// What a look found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// Nothing new.
    Nothing,
    /// Something; there may be more.
    Something,
    /// As many deliveries as are wanted.
    Enough,
}

impl Listener<'_> {
    /// Listens until something ends it.
    ///
    /// # Errors
    /// Of kind `Access`: the token may not read events. With [`ListenPlan::once`]
    /// whatever keeps an event from being delivered.
    pub async fn run(mut self) -> Result<ListenEnd> {
        let (begun, position) = match self.plan.source {
            ListenSource::Events => self.start().await?,
            ListenSource::Lists => Default::default(),
        };
        let mut progress = Progress {
            begun,
            position,
            seen: BTreeSet::new(),
            swept: None,
            idle_looks: 0,
            end: ListenEnd::default(),
            made: 0,
        };
        if self.plan.source == ListenSource::Events {
            self.log.save_cursor(&self.plan.key, begun, position)?;
        }
        let mut is_first = true;
        loop {
            let looked = match self.plan.source {
                ListenSource::Events => self.look(&mut progress).await,
                ListenSource::Lists => self.look_at_lists(&mut progress).await,
            };
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

    /// When this listener began, and up to which time all is delivered.
    async fn start(&mut self) -> Result<(Timestamp, Timestamp)> {
        let now = whole_second((self.clock)());
        let feed = self.reader.feed();
        let days = SignedDuration::from_hours(24 * i64::from(feed.days));
        let oldest = now.saturating_sub(days).unwrap_or(now);
        match self.plan.start {
            StartPoint::Saved => match self.log.cursor(&self.plan.key)? {
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

    /// Reads what is new, and delivers it.
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
        let messages = Messages {
            reader: &self.reader,
            log: self.log,
            store: &self.plan.key.store,
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
                if self.plan.limit.is_some_and(|limit| progress.made >= limit) {
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
        if self.plan.limit.is_some_and(|limit| progress.made >= limit) && outcome.is_ok() {
            return Ok(Look::Enough);
        }
        outcome
    }

    /// Makes a delivery, unless it was made before.
    pub(super) async fn deliver(
        &mut self,
        progress: &mut Progress,
        event: &StoreEvent,
        message: RebuiltMessage,
    ) -> Result<()> {
        let new = message.into_delivery(event);
        let known = self.log.of_event(&self.plan.key, &new)?;
        let mut delivery = match known {
            Some(known) if known.state.is_end() => {
                progress.end.repeated += 1;
                return Ok(());
            }
            // It is sent as it was, byte for byte.
            Some(known) if known.has_body => known,
            _ => {
                let now = (self.clock)();
                let id = self.log.add(&self.plan.key, &new, now)?;
                Delivery::begun(id, self.plan.key.clone(), new, now)
            }
        };
        let end = match &self.forwarder {
            Some(_) => self.send(&mut delivery).await?,
            None => DeliveryEnd {
                state: DeliveryState::Printed,
                status: None,
                reason: None,
                milliseconds: 0,
            },
        };
        if end.state == DeliveryState::Printed {
            // Printed first: one that is printed twice is better than none.
            delivery.take(&end);
            self.observer.delivered(&delivery)?;
            self.observer.batch_end()?;
        }
        self.log.end(delivery.id, delivery.attempts, &end)?;
        progress.made += 1;
        if end.state == DeliveryState::Failed {
            progress.end.failed += 1;
        } else {
            progress.end.delivered += 1;
        }
        if end.state != DeliveryState::Printed {
            delivery.take(&end);
            self.observer.delivered(&delivery)?;
        }
        if end.milliseconds > VENDOR_PATIENCE_MS {
            let seconds = end.milliseconds / 1000;
            self.observer.note(&format!(
                "the answer took {seconds} seconds; a webhook that takes more than 5 counts as failed"
            ));
        }
        Ok(())
    }

    /// Sends a message until it is answered. Waits for a program that is down.
    async fn send(&mut self, delivery: &mut Delivery) -> Result<DeliveryEnd> {
        let mut tries = 0;
        loop {
            let Some(forwarder) = &self.forwarder else {
                return Err(Error::unexpected("there is nowhere to send a message"));
            };
            let sent_before = delivery.attempts;
            let attempt = sent_before + 1;
            self.log.begin(delivery.id, attempt)?;
            let outgoing = Outgoing {
                topic: delivery.what.topic.as_deref(),
                delivery: delivery.id,
                event: delivery.what.event,
                form: delivery.what.form.as_deref(),
                attempt,
                body: &delivery.what.body,
            };
            let target = forwarder.target().as_str().to_owned();
            let (forwarded, milliseconds) = forwarder.send(&outgoing, (self.clock)()).await?;
            delivery.attempts = attempt;
            let end = |state, status, reason| DeliveryEnd {
                state,
                status,
                reason,
                milliseconds,
            };
            let (reason, state) = match forwarded {
                Forwarded::Answered(status, None) => {
                    return Ok(end(DeliveryState::Delivered, Some(status), None));
                }
                Forwarded::Answered(status, reason) => {
                    return Ok(end(DeliveryState::Failed, Some(status), reason));
                }
                // The program has it, and may be at work still.
                Forwarded::TooLate(reason) => {
                    return Ok(end(DeliveryState::Failed, None, Some(reason)));
                }
                Forwarded::NotSent(reason) => {
                    delivery.attempts = sent_before;
                    let state = if sent_before == 0 {
                        DeliveryState::Waiting
                    } else {
                        DeliveryState::Sending
                    };
                    (reason, state)
                }
                Forwarded::Broken(reason) => (reason, DeliveryState::Sending),
            };
            let unanswered = end(state, None, Some(reason.clone()));
            self.log.end(delivery.id, delivery.attempts, &unanswered)?;
            tries += 1;
            if self.plan.once && tries >= ONCE_TRIES {
                return Err(Error::new(
                    Kind::Unreachable,
                    format!("{target} does not answer: {reason}"),
                )
                .hint("start the program and run the command again; nothing is lost"));
            }
            if tries == 1 {
                let note = format!("{target} does not answer: {reason}; waiting for it");
                self.observer.note(&note);
            }
            let backoff = Duration::from_millis(500) * 2_u32.saturating_pow(tries.min(6) - 1);
            self.wait(backoff.min(LONGEST_BACKOFF)).await?;
        }
    }

    /// The pause before the next look.
    fn pause(&self, progress: &Progress) -> Duration {
        let usual = match self.plan.source {
            ListenSource::Events => USUAL_PAUSE,
            ListenSource::Lists => {
                let api = self.reader.client().api();
                let lists = lists_of(api, self.reader.feed(), &self.plan.topics).len();
                let lists = u32::try_from(lists).unwrap_or(u32::MAX);
                USUAL_PAUSE.max(Duration::from_secs(1) * LIST_SECONDS * lists)
            }
        };
        let grown = usual * (1 + progress.idle_looks / IDLE_LOOKS);
        self.plan
            .every
            .unwrap_or(grown.min(LONGEST_PAUSE.max(usual)))
    }

    async fn wait(&mut self, span: Duration) -> Result<()> {
        let mut left = span;
        while !left.is_zero() {
            if self.observer.is_over() {
                return Err(Error::new(Kind::Closed, "the reader has gone"));
            }
            let slice = left.min(SLICE);
            (self.timing.sleep)(slice).await;
            left -= slice;
        }
        Ok(())
    }
}

/// Events have whole seconds.
fn whole_second(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}

/// Whether an error would come again with every look.
const fn ends(error: &Error, is_first: bool) -> bool {
    match error.kind {
        Kind::Unreachable => false,
        Kind::Access | Kind::Usage | Kind::Interrupted | Kind::Closed | Kind::Unexpected => true,
        _ => is_first,
    }
}

/// Says what to do about events that may not be read.
fn explained(error: Error) -> Error {
    let status = error.answer.as_ref().map(|answer| answer.status);
    if matches!(status, Some(402 | 403)) {
        return error
            .hint("events need the scope read_events, and a plan that has them")
            .hint("--source lists does without them, and misses what happens between two looks")
            .hint("rc webhooks listen --port receives the webhooks themselves, without events");
    }
    error
}
