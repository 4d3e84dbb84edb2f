//! `rc deliveries …`: lists deliveries, and sends them again.

use std::collections::BTreeSet;

use super::args::Deliveries;
use crate::cli::Options;
use crate::commands::connect::Target;
use crate::commands::webhooks::listen::{ForwardWords, forwarder};
use crate::config::{folders, variable};
use crate::error::{Error, Kind, Result};
use crate::filter::Flow;
use crate::output::Shape;
use crate::ui::Run;
use crate::ui::printer::{Described, Printer};
use crate::webhooks::deliveries::{
    DELIVERY, Delivery, DeliveryEnd, DeliveryFilter, DeliveryLog, DeliveryState, ListenerKey,
    NewDelivery, not_found,
};
use crate::webhooks::forward::{ForwardTarget, Forwarded, Forwarder, Outgoing};
use crate::webhooks::listen::{EventFilter, EventReader, messages_of_event};

/// The number of a delivery that was not made.
const NEVER: i64 = 0;

/// Does what was asked for.
pub(super) fn run(run: &mut Run, options: &Options, asked: Deliveries) -> Result<()> {
    if options.dry_run.is_some() {
        return Err(Error::usage(
            "--dry-run shows what a command writes to the API, and this command sends nothing \
             there",
        ));
    }
    let folders = run.folders()?;
    let state = folders.state();
    let state = state.ok_or_else(|| folders::homeless("deliveries", variable::STATE_FOLDER))?;
    let log = DeliveryLog::open_below(state)?;
    match asked {
        Deliveries::List {
            failed,
            topic,
            event,
            limit,
        } => {
            let filter = DeliveryFilter {
                store: store_of(run, options)?,
                failed,
                topic,
                event,
            };
            list(run, options, log.as_ref(), &filter, limit)
        }
        Deliveries::Get(id) => {
            let delivery = log.ok_or_else(|| not_found(id))?.delivery(id)?;
            let mut printer = Printer::prepare(run, options, Shape::One, described())?;
            printer.record(&delivery.record(true))?;
            printer.finish()?;
            Ok(())
        }
        Deliveries::Replay {
            ids,
            event,
            forward,
        } => {
            let log = match (log, ids.first()) {
                (Some(log), _) => log,
                (None, Some(id)) => return Err(not_found(*id)),
                (None, None) => DeliveryLog::create_below(state)?,
            };
            let place = run.place(options)?;
            let chosen = match event {
                Some(event) => match of_event(&log, &place, event)? {
                    none if none.is_empty() => never_delivered(run, &log, &place, event, &forward)?,
                    found => found,
                },
                None => ids
                    .iter()
                    .map(|id| log.delivery(*id))
                    .collect::<Result<_>>()?,
            };
            replay(run, options, &log, &place, &chosen, &forward)
        }
    }
}

/// The store whose deliveries are listed: all of them, unless flags name one.
fn store_of(run: &Run, options: &Options) -> Result<Option<String>> {
    if options.profile.is_none() && options.base_url.is_none() && !options.sandbox {
        return Ok(None);
    }
    Ok(Some(run.place(options)?.recent_name()))
}

fn list(
    run: &mut Run,
    options: &Options,
    log: Option<&DeliveryLog>,
    filter: &DeliveryFilter,
    limit: Option<u64>,
) -> Result<()> {
    let mut printer = Printer::prepare(run, options, Shape::Many, described())?;
    let mut left = limit.unwrap_or(u64::MAX);
    if let Some(log) = log.filter(|_| left > 0) {
        log.each(filter, |delivery| {
            let flow = printer.record(&delivery.record(false))?;
            left -= 1;
            Ok(left > 0 && flow == Flow::More)
        })?;
    }
    if printer.finish()? == 0 && !options.output.count {
        run.reporter.done("no deliveries match");
    }
    Ok(())
}

/// The latest delivery of each message of an event.
fn of_event(log: &DeliveryLog, place: &Target, event: i64) -> Result<Vec<Delivery>> {
    let filter = DeliveryFilter {
        store: Some(place.recent_name()),
        event: Some(event),
        ..DeliveryFilter::default()
    };
    let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
    log.each(&filter, |delivery| {
        let what = (delivery.what.topic.clone(), delivery.what.object_id.clone());
        if seen.insert(what) {
            found.push(delivery);
        }
        Ok(true)
    })?;
    found.reverse();
    Ok(found)
}

/// The messages of an event of which none was delivered, made from the event.
fn never_delivered(
    run: &mut Run,
    log: &DeliveryLog,
    place: &Target,
    event: i64,
    words: &ForwardWords,
) -> Result<Vec<Delivery>> {
    let Some(target) = &words.target else {
        let message = format!("no message of event {event} was delivered");
        return Err(Error::new(Kind::NotFound, message)
            .hint("with --forward-to its messages are built from the event"));
    };
    let key = ListenerKey {
        store: place.recent_name(),
        listener: target.as_str().to_owned(),
    };
    let reader = EventReader::new(run.client(place)?, EventFilter::default())?;
    let now = (run.clock)();
    let messages = messages_of_event(&reader, log, &key.store, event, now);
    let messages = Run::wait(messages)?.into_iter();
    Ok(messages
        .map(|new| Delivery::begun(NEVER, key.clone(), new, now))
        .collect())
}

fn replay(
    run: &mut Run,
    options: &Options,
    log: &DeliveryLog,
    place: &Target,
    chosen: &[Delivery],
    words: &ForwardWords,
) -> Result<()> {
    for delivery in chosen {
        if !delivery.has_body {
            let message = format!("the body of delivery {} is no longer stored", delivery.id);
            return Err(Error::new(Kind::NotFound, message));
        }
        if words.target.is_none() && ForwardTarget::parse(&delivery.key.listener).is_err() {
            let message = format!("delivery {} went to {}", delivery.id, delivery.key.listener);
            return Err(Error::usage(message).hint("--forward-to says where to send it"));
        }
    }
    let mut printer = Printer::prepare(run, options, Shape::Many, described())?;
    (run.guard_interrupts)();
    let mut failed = 0;
    for delivery in chosen {
        let target = match &words.target {
            Some(target) => target.clone(),
            None => ForwardTarget::parse(&delivery.key.listener)?,
        };
        let forwarder = forwarder(run, options, place, words, &target)?;
        let sent = Run::wait(send(run, log, &forwarder, delivery))?;
        failed += usize::from(sent.state != DeliveryState::Delivered);
        printer.record(&sent.record(false))?;
        printer.page_end()?;
    }
    printer.finish()?;
    if failed == 0 {
        return Ok(());
    }
    let message = format!("{failed} of {} deliveries failed", chosen.len());
    Err(Error::new(Kind::Partial, message).hint("rc deliveries list --failed shows why"))
}

/// Sends a delivery again, once.
async fn send(
    run: &Run,
    log: &DeliveryLog,
    forwarder: &Forwarder,
    old: &Delivery,
) -> Result<Delivery> {
    let key = ListenerKey {
        store: old.key.store.clone(),
        listener: forwarder.target().as_str().to_owned(),
    };
    let what = NewDelivery {
        replay_of: Some(old.id).filter(|id| *id != NEVER),
        ..old.what.clone()
    };
    let now = (run.clock)();
    let id = log.add(&key, &what, now)?;
    let mut delivery = Delivery::begun(id, key, what, now);
    delivery.attempts = 1;
    log.begin(id, 1)?;
    let outgoing = Outgoing {
        topic: delivery.what.topic.as_deref(),
        delivery: id,
        event: delivery.what.event,
        form: delivery.what.form.as_deref(),
        attempt: old.attempts.saturating_add(1),
        body: &delivery.what.body,
    };
    let (forwarded, milliseconds) = forwarder.send(&outgoing, now).await?;
    let (state, status, reason) = match forwarded {
        Forwarded::Answered(status, None) => (DeliveryState::Delivered, Some(status), None),
        Forwarded::Answered(status, reason) => (DeliveryState::Failed, Some(status), reason),
        Forwarded::NotSent(reason) | Forwarded::TooLate(reason) => {
            (DeliveryState::Failed, None, Some(reason))
        }
        Forwarded::Broken(reason) => (DeliveryState::Sending, None, Some(reason)),
    };
    let end = DeliveryEnd {
        state,
        status,
        reason,
        milliseconds,
    };
    log.end(id, 1, &end)?;
    delivery.take(&end);
    Ok(delivery)
}

fn described() -> Described {
    Described {
        object: Some(&DELIVERY),
        ..Described::default()
    }
}
