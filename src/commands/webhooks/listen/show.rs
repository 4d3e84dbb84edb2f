//! The output of listeners, and the time they start from.

use jiff::Timestamp;

use crate::api::request::{Moment, Now};
use crate::config::span;
use crate::error::{Error, Result};
use crate::ui::printer::Printer;
use crate::ui::reporter::Voice;
use crate::webhooks::deliveries::Delivery;
use crate::webhooks::listen::{ListenObserver, StartPoint};
use crate::world::ReaderGone;

/// Prints deliveries.
pub(super) struct Shown {
    pub(super) printer: Printer,
    pub(super) voice: Voice,
    pub(super) reader_gone: ReaderGone,
    /// Whether headers and bodies are printed as well.
    pub(super) is_whole: bool,
}

impl ListenObserver for Shown {
    fn delivered(&mut self, delivery: &Delivery) -> Result<()> {
        self.printer.record(&delivery.record(self.is_whole))?;
        if let Some(reason) = delivery.reason.as_deref() {
            let topic = delivery.what.topic.as_deref().unwrap_or("a message");
            let id = delivery.id;
            self.voice
                .note(&format!("delivery {id} of {topic} failed: {reason}"));
        }
        Ok(())
    }

    fn batch_end(&mut self) -> Result<()> {
        self.printer.page_end()
    }

    fn note(&mut self, message: &str) {
        self.voice.note(message);
    }

    fn is_over(&self) -> bool {
        (self.reader_gone)()
    }
}

/// From where to begin: `@saved`, the number of an event, a span or a time.
///
/// # Errors
/// Of kind `Usage`: it is none of these.
pub(super) fn start_point(word: Option<&str>, now: &Now) -> Result<StartPoint> {
    match word {
        None | Some("@saved") => Ok(StartPoint::Saved),
        Some(word) => match word.parse::<i64>() {
            Ok(id) => Ok(StartPoint::After(id)),
            Err(_) => since_moment(word, now).map(StartPoint::At),
        },
    }
}

/// A moment of the past: a span before now, or a time.
///
/// # Errors
/// Of kind `Usage`: it is neither.
pub(in crate::commands) fn since_moment(word: &str, now: &Now) -> Result<Timestamp> {
    let wrong = || {
        Error::usage(format!("--since {word}: not a time"))
            .hint("write a span like 2h, a time like 2026-11-20T10:00:00Z, or the id of an event")
    };
    if let Ok(span) = span(word) {
        return now.instant.checked_sub(span).map_err(|_| wrong());
    }
    let text = Moment::parse(word).map_err(|_| wrong())?.as_time(now);
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(instant);
    }
    let local = text.parse::<jiff::civil::DateTime>();
    let zoned = local.and_then(|local| local.to_zoned(now.zone.clone()));
    zoned.map(|zoned| zoned.timestamp()).map_err(|_| wrong())
}
