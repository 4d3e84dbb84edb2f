//! `rc webhooks listen`: from words to deliveries.

use std::fs::{File, TryLockError};
use std::path::Path;

use super::args::Listen;
use super::forwarder::forwarder;
use super::show::{Shown, start_point};
use crate::cli::Options;
use crate::config::{folders, lock, variable};
use crate::error::{Error, Kind, Result};
use crate::output::Shape;
use crate::ui::Run;
use crate::ui::printer::{Described, Printer};
use crate::webhooks::deliveries::{DELIVERY, DeliveryLog, ListenerKey};
use crate::webhooks::listen::{
    EventFilter, EventReader, ListenEnd, ListenPlan, ListenSource, Listener, StartPoint,
    TopicChoice, listed_topics,
};
use crate::webhooks::topics;

/// The listener that prints, as the store of deliveries calls it.
const PRINTED: &str = "standard output";

/// Listens as the words say.
pub(super) fn run(run: &mut Run, options: &Options, asked: &Listen) -> Result<()> {
    if options.dry_run.is_some() {
        return Err(Error::usage(
            "--dry-run shows what a command writes to the API, and listen only reads",
        ));
    }
    let place = run.place(options)?;
    let plan = plan(run, &place, asked)?;
    let state = run.folders()?;
    let state = state
        .state()
        .ok_or_else(|| folders::homeless("deliveries", variable::STATE_FOLDER))?;
    let log = DeliveryLog::create_below(state)?;
    let _lock = lock_listener(state, &plan.key)?;
    let described = Described {
        object: Some(&DELIVERY),
        ..Described::default()
    };
    let target = asked.forward.target.as_ref();
    let forwarder = target.map(|target| forwarder(run, options, &place, &asked.forward, target));
    let forwarder = forwarder.transpose()?;
    let client = run.client(&place)?;
    let mut shown = Shown {
        printer: Printer::prepare(run, options, Shape::Many, described)?,
        voice: run.reporter.voice(),
        reader_gone: run.reader_gone.clone(),
        is_whole: forwarder.is_none(),
    };
    (run.guard_interrupts)();
    let is_once = plan.once;
    if !is_once {
        let to = target.map_or(PRINTED, |target| target.as_str());
        run.reporter.done(&format!(
            "listening to {}; messages are sent to {to}",
            place.named()
        ));
    }
    let listener = Listener {
        reader: EventReader::new(client, EventFilter::default())?,
        forwarder,
        log: &log,
        plan,
        clock: run.clock.clone(),
        timing: run.timing.clone(),
        observer: &mut shown,
    };
    let ended = Run::wait(listener.run());
    if matches!(&ended, Err(error) if error.kind == Kind::Interrupted) {
        run.writer.let_go();
        // To end it so is usual: there is nothing to tell.
        return Err(Error::new(Kind::Interrupted, ""));
    }
    let Shown { printer, .. } = shown;
    let ended = match ended {
        Ok(ended) => ended,
        Err(error) => {
            let _ = printer.finish();
            return Err(error);
        }
    };
    printer.finish()?;
    judged(run, ended)
}

fn plan(run: &Run, place: &crate::commands::connect::Target, asked: &Listen) -> Result<ListenPlan> {
    let feed = place.api.events.ok_or_else(|| {
        Error::usage(format!(
            "version {} of the API has no events",
            place.version()
        ))
    })?;
    let others = topics::webhooks(place.api)?.topics.iter();
    let others: Vec<&str> = others.map(|topic| topic.name).collect();
    let now = run.now(place.api);
    let mut topics = TopicChoice::of(feed, &asked.topics, &others)?;
    let start = start_point(asked.since.as_deref(), &now)?;
    if asked.source == ListenSource::Lists {
        if start != StartPoint::Saved {
            return Err(Error::usage(
                "--since needs events: lists show what changes from the first run on",
            ));
        }
        topics = listed_topics(place.api, &topics)?;
    }
    Ok(ListenPlan {
        key: ListenerKey {
            store: place.recent_name(),
            listener: match &asked.forward.target {
                Some(target) => target.as_str().to_owned(),
                None => PRINTED.to_owned(),
            },
        },
        topics,
        source: asked.source,
        start,
        every: asked.every,
        once: asked.once,
        limit: asked.limit,
        upcoming_days: asked.upcoming_days,
    })
}

/// Keeps other processes from listening for the same target, which would deliver
/// everything twice. The lock ends with the process.
fn lock_listener(state: &Path, key: &ListenerKey) -> Result<File> {
    let name = format!("{}\n{}", key.store, key.listener);
    let digest = ring::digest::digest(&ring::digest::SHA256, name.as_bytes());
    let mut first = [0; 8];
    first.copy_from_slice(&digest.as_ref()[..8]);
    let name = u64::from_be_bytes(first);
    let path = state.join(format!(".listen-{name:016x}.lock"));
    let cannot = |error: std::io::Error| {
        Error::unexpected(format!("cannot lock {}", path.display())).caused_by(error)
    };
    let file = lock::open(&path).map_err(cannot)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::new(
            Kind::Partial,
            format!("another rc listens already, for {}", key.listener),
        )
        .hint("stop it, or forward to another address")),
        Err(TryLockError::Error(error)) => Err(cannot(error)),
    }
}

/// The result of all deliveries.
fn judged(run: &mut Run, end: ListenEnd) -> Result<()> {
    if end.repeated > 0 {
        run.reporter.note(&format!(
            "messages that had been delivered before: {}; rc deliveries replay sends them again",
            end.repeated
        ));
    }
    if end.failed == 0 {
        let messages = if end.delivered == 1 {
            "message"
        } else {
            "messages"
        };
        run.reporter
            .done(&format!("{} {messages} delivered", end.delivered));
        return Ok(());
    }
    let all = end.delivered + end.failed;
    Err(Error::new(
        Kind::Partial,
        format!("{} of {all} deliveries failed", end.failed),
    )
    .hint("rc deliveries list --failed shows them"))
}
