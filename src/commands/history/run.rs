//! `rc history …`: reads the log and prints entries. Sends nothing.

use jiff::Timestamp;

use super::args::{History, HistoryQuery};
use crate::api::request::{Moment, Now};
use crate::cli::Options;
use crate::config::{folders, variable};
use crate::error::{Error, Result};
use crate::filter::Flow;
use crate::history::{ENTRY, HistoryFilter, HistoryLog, SANDBOX, not_found};
use crate::output::Shape;
use crate::ui::Run;
use crate::ui::printer::{Described, Printer};

/// Prints what was asked for of the history.
pub(super) fn run(run: &mut Run, options: &Options, asked: &History) -> Result<()> {
    if options.dry_run.is_some() {
        return Err(Error::usage(
            "--dry-run shows what would be sent, and this command sends nothing",
        ));
    }
    let folders = run.folders()?;
    let state = folders.state();
    let state = state.ok_or_else(|| folders::homeless("the history", variable::STATE_FOLDER))?;
    let log = HistoryLog::open_below(state)?;
    match asked {
        History::List(query) => list(run, options, log.as_ref(), query),
        History::Get(id) => {
            let entry = log.ok_or_else(|| not_found(*id))?.entry(*id)?;
            let mut printer = Printer::prepare(run, options, Shape::One, described())?;
            printer.record(&entry.record())?;
            printer.finish()?;
            Ok(())
        }
    }
}

fn list(
    run: &mut Run,
    options: &Options,
    log: Option<&HistoryLog>,
    query: &HistoryQuery,
) -> Result<()> {
    let now = run.now(run.family.newest());
    let time = |moment: &Option<Moment>| moment.as_ref().map(|moment| instant(moment, &now));
    let store = query.store.clone();
    let filter = HistoryFilter {
        since: time(&query.since).transpose()?,
        until: time(&query.until).transpose()?,
        outcomes: query.outcomes.clone(),
        profile: options.profile.clone(),
        store: store.or_else(|| options.sandbox.then(|| SANDBOX.to_owned())),
        object: query.object.clone(),
    };
    let mut printer = Printer::prepare(run, options, Shape::Many, described())?;
    let mut left = query.limit.unwrap_or(u64::MAX);
    if let Some(log) = log.filter(|_| left > 0) {
        log.each(&filter, |entry| {
            let flow = printer.record(&entry.record())?;
            left -= 1;
            Ok(left > 0 && flow == Flow::More)
        })?;
    }
    if printer.finish()? == 0 && !options.output.count {
        run.reporter.done("no writes match");
    }
    Ok(())
}

/// A moment as an instant. A date, and a time without an offset, is one of the
/// user's zone.
fn instant(moment: &Moment, now: &Now) -> Result<Timestamp> {
    let text = moment.as_time(now);
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(instant);
    }
    let local = text.parse::<jiff::civil::DateTime>();
    let zoned = local.and_then(|local| local.to_zoned(now.zone.clone()));
    let instant = zoned.map(|zoned| zoned.timestamp());
    instant.map_err(|error| Error::usage(format!("{text} is not a time")).caused_by(error))
}

fn described() -> Described {
    Described {
        object: Some(&ENTRY),
        ..Described::default()
    }
}
