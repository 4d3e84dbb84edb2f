//! `rc events tail` and `rc events changes`: events, printed.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::args::{Changes, Tail};
use crate::catalog::build::field;
use crate::catalog::{Conventions, FieldKind, Object};
use crate::cli::Options;
use crate::commands::connect::Target;
use crate::commands::webhooks::listen::since_moment;
use crate::error::{Error, Kind, Result};
use crate::filter::Flow;
use crate::nearest::{Similarity, nearest};
use crate::output::Shape;
use crate::ui::Run;
use crate::ui::printer::{Described, Printer};
use crate::webhooks::listen::{EventFilter, EventReader, StoreEvent};

/// Rows may appear in the list so long after they happened.
const LOOKBACK: SignedDuration = SignedDuration::from_mins(10);

/// The pause between two looks.
const PAUSE: Duration = Duration::from_secs(5);

/// How long is waited at most without a look whether to end.
const SLICE: Duration = Duration::from_secs(1);

/// Follows events.
pub(super) fn tail(run: &mut Run, options: &Options, asked: &Tail) -> Result<()> {
    let place = ready(run, options)?;
    let now = run.now(place.api);
    let begun = match &asked.since {
        Some(word) => since_moment(word, &now)?,
        None if asked.once => now.instant - SignedDuration::from_hours(1),
        None => now.instant,
    };
    let mut printer = Printer::prepare(run, options, Shape::Many, of(&EVENT))?;
    let reader = EventReader::new(run.client(&place)?, asked.filter.clone())?;
    (run.guard_interrupts)();
    let followed = Run::wait(follow(run, asked, &reader, begun, &mut printer));
    if matches!(&followed, Err(error) if error.kind == Kind::Interrupted) {
        run.writer.let_go();
        return Err(Error::new(Kind::Interrupted, ""));
    }
    printer.finish()?;
    followed
}

async fn follow(
    run: &mut Run,
    asked: &Tail,
    reader: &EventReader,
    begun: Timestamp,
    printer: &mut Printer,
) -> Result<()> {
    let begun = Timestamp::from_second(begun.as_second()).unwrap_or(begun);
    let mut seen: BTreeSet<(Timestamp, i64)> = BTreeSet::new();
    let mut left = asked.limit.unwrap_or(u64::MAX);
    let mut is_first = true;
    loop {
        let newest = seen.last().map_or(begun, |(at, _)| *at);
        let from = newest.saturating_sub(LOOKBACK).unwrap_or(newest).max(begun);
        let now = (run.clock)();
        let read = reader
            .each(from, now + SignedDuration::from_secs(1), |event| {
                if left == 0 {
                    return Ok(Flow::Enough);
                }
                if seen.insert(event.order()) {
                    left -= 1;
                    return printer.record(&record(event));
                }
                Ok(Flow::More)
            })
            .await;
        printer.page_end()?;
        match read {
            Err(error) if asked.once || is_first || error.kind != Kind::Unreachable => {
                return Err(error);
            }
            Err(error) => run.reporter.note(&error.to_string()),
            Ok(()) if asked.once || left == 0 => return Ok(()),
            Ok(()) => {}
        }
        is_first = false;
        let newest = seen.last().map_or(begun, |(at, _)| *at);
        let oldest = newest.saturating_sub(LOOKBACK * 2).unwrap_or(newest);
        seen = seen.split_off(&(oldest, i64::MIN));
        let mut pause = asked.every.unwrap_or(PAUSE);
        while !pause.is_zero() {
            if (run.reader_gone)() {
                return Err(Error::new(Kind::Closed, "standard output was closed"));
            }
            let slice = pause.min(SLICE);
            (run.timing.sleep)(slice).await;
            pause -= slice;
        }
    }
}

/// Shows the changes of an object.
pub(super) fn changes(run: &mut Run, options: &Options, asked: &Changes) -> Result<()> {
    let place = ready(run, options)?;
    let now = run.now(place.api);
    let object_type = object_type(&place, &asked.object)?;
    let mut printer = Printer::prepare(run, options, Shape::Many, of(&CHANGE))?;
    let filter = EventFilter {
        object_type: Some(object_type),
        object_id: Some(asked.id.clone()),
        ..EventFilter::default()
    };
    let reader = EventReader::new(run.client(&place)?, filter)?;
    let days = SignedDuration::from_hours(24 * i64::from(reader.feed().days));
    let from = match &asked.since {
        Some(word) => since_moment(word, &now)?,
        None => now.instant - days,
    };
    let until = now.instant + SignedDuration::from_secs(1);
    Run::wait(reader.each(from, until, |event| {
        let mut flow = Flow::More;
        for change in &event.changes {
            let record = json!({
                "at": event.at.to_string(),
                "event": event.id,
                "verb": event.verb,
                "field": change.field,
                "before": change.before,
                "after": change.after,
                "origin": event.origin,
                "by": event.actor,
            });
            flow = printer.record(&record.to_string())?;
        }
        Ok(flow)
    }))?;
    if printer.finish()? == 0 && !options.output.count {
        run.reporter.done("no field changed");
    }
    Ok(())
}

fn ready(run: &Run, options: &Options) -> Result<Target> {
    if options.dry_run.is_some() {
        return Err(Error::usage(
            "--dry-run shows what a command writes, and this command only reads",
        ));
    }
    run.place(options)
}

/// The kind of object, however it is spelled.
fn object_type(place: &Target, word: &str) -> Result<String> {
    let resources = place.api.resources;
    let word = word.replace('-', "_");
    let mut known = resources.iter();
    if let Some(resource) = known.find(|known| known.name == word || known.singular == word) {
        return Ok(resource.singular.to_owned());
    }
    let error = Error::usage(format!("there is no object type {word}"));
    let names = resources.iter().map(|resource| resource.singular);
    Err(match nearest(&word, names, Similarity::Usual) {
        Some(near) => error.hint(format!("did you mean {near}?")),
        None => error,
    })
}

fn record(event: &StoreEvent) -> String {
    let changes = event.changes.iter().map(
        |change| json!({"field": change.field, "before": change.before, "after": change.after}),
    );
    json!({
        "id": event.id,
        "at": event.at.to_string(),
        "object": event.object,
        "object_id": event.object_id,
        "verb": event.verb,
        "customer_id": event.customer_id,
        "origin": event.origin,
        "by": event.actor,
        "changes": changes.collect::<Vec<_>>(),
    })
    .to_string()
}

fn of(object: &'static Object) -> Described {
    Described {
        object: Some(object),
        ..Described::default()
    }
}

/// The fields of an event as it is followed.
static EVENT: Object = Object {
    name: "followed_event",
    fields: &[
        field("id", FieldKind::Id),
        field("at", FieldKind::Time),
        field("object", FieldKind::Text),
        field("object_id", FieldKind::Id),
        field("verb", FieldKind::Text),
        field("customer_id", FieldKind::Id),
        field("origin", FieldKind::Text),
        field("by", FieldKind::Text),
        field("changes", FieldKind::Json),
    ],
    columns: &["at", "object", "object_id", "verb", "customer_id", "origin"],
    conventions: &Conventions::PLAIN,
};

/// The fields of a change.
static CHANGE: Object = Object {
    name: "field_change",
    fields: &[
        field("at", FieldKind::Time),
        field("event", FieldKind::Id),
        field("verb", FieldKind::Text),
        field("field", FieldKind::Text),
        field("before", FieldKind::Json),
        field("after", FieldKind::Json),
        field("origin", FieldKind::Text),
        field("by", FieldKind::Text),
    ],
    columns: &["at", "verb", "field", "before", "after", "origin"],
    conventions: &Conventions::PLAIN,
};
