//! One verb for many ids: requests go out side by side, answers are printed in
//! the order of the ids, a failure is reported and the rest continues. However
//! it ends, it says what was done, what failed, and what is unknown.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{FuturesOrdered, StreamExt};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::api::client::Client;
use crate::api::request::Request;
use crate::api::response::{Envelope, Wanted};
use crate::catalog::Effect;
use crate::cli::Options;
use crate::commands::call::follow::Far;
use crate::commands::call::ids::Ids;
use crate::commands::call::run::{PreparedCall, remarks};
use crate::commands::call::written;
use crate::error::{Error, Kind, Result};
use crate::ui::Run;
use crate::ui::printer::Printer;

/// Requests under way at a time.
const AT_ONCE: usize = 8;

/// A reader that takes what is there does so within this time.
const AT_HAND: Duration = Duration::from_millis(50);

/// Most ids that a message names.
const NAMED: usize = 20;

/// Runs a call for each of its targets.
pub(in crate::commands) fn run(
    run: &mut Run,
    options: &Options,
    client: &Arc<Client>,
    call: &PreparedCall,
    mut printer: Printer,
) -> Result<()> {
    let mut targets = targets(run, call)?;
    let far = match call.operation.response.object() {
        Some(_) => Far::of(run, options, client, "records"),
        None => Far::silent(run, options, client, "ids"),
    };
    let mut tally = TargetTally {
        far: Some(far),
        total: (!call.reads_targets()).then_some(call.targets.len() as u64),
        ..TargetTally::default()
    };
    let work = work(
        run,
        options,
        client,
        call,
        &mut targets,
        &mut printer,
        &mut tally,
    );
    let done = Run::wait(work);
    tally.far = None;
    match done {
        Ok(()) => {}
        Err(error) if error.kind == Kind::Interrupted => {
            printer.let_go();
            printer.break_off();
            return Err(tally.cut_short(error, call));
        }
        Err(error) => return Err(error),
    }
    if let Some(error) = tally.broken.take() {
        return Err(tally.cut_short(error, call));
    }
    if let Err(error) = printer.finish() {
        tally.complete = true;
        return Err(tally.cut_short(error, call));
    }
    tally.conclude(run, call)
}

/// The result of the targets so far.
#[derive(Default)]
struct TargetTally {
    good: u64,
    bad: u64,
    /// Of the bad: those that may have been carried out.
    unknown: u64,
    /// The first of those that may have been carried out.
    in_doubt: Vec<String>,
    /// All there are, where that is known.
    total: Option<u64>,
    /// Who watches, while there is something to see.
    far: Option<Far>,
    /// Of the bad: what never was a request.
    unsent: u64,
    /// Asked for, not answered yet, in order.
    flying: VecDeque<String>,
    /// Why no further target is taken.
    broken: Option<Error>,
    /// Whether all targets were tried.
    complete: bool,
    /// Whether the rest was left untried on purpose.
    stopped: bool,
}

impl TargetTally {
    /// Takes an answer, or what stands for one.
    fn note(&mut self, id: Option<&str>, result: &Result<Envelope>) {
        match result {
            Ok(_) => self.good += 1,
            Err(error) => {
                self.bad += 1;
                if error.in_doubt {
                    self.unknown += 1;
                    self.in_doubt.extend(id.map(str::to_owned));
                    self.in_doubt.truncate(NAMED);
                }
            }
        }
        if let Some(far) = &self.far {
            far.is(self.good + self.bad, self.bad, self.total);
        }
    }

    /// Notes trouble with the output. It ends a read at once; of a write it
    /// ends the taking of targets, and what is under way is waited for.
    fn breaks(&mut self, error: Error, call: &PreparedCall) -> Result<()> {
        if call.operation.effect == Effect::Reads {
            return Err(error);
        }
        self.broken.get_or_insert(error);
        Ok(())
    }

    /// The work ended before its end.
    fn cut_short(self, error: Error, call: &PreparedCall) -> Error {
        let reads = call.operation.effect == Effect::Reads;
        if reads {
            return error;
        }
        let kind = match error.kind {
            Kind::Closed | Kind::Unexpected => Kind::Partial,
            kind => kind,
        };
        let message = match error.kind {
            Kind::Closed => format!("{}: stopped, as standard output was closed", call.named()),
            _ => format!("{}: {error}", call.named()),
        };
        let done = self.counts();
        let told = error
            .hints
            .iter()
            .fold(Error::new(kind, message).hint(done), |told, hint| {
                told.hint(hint.clone())
            });
        self.name_unknown(told)
    }

    /// How many failed and of how many the outcome is unknown: `2 of 5 failed,
    /// 1 unknown`. `of` is put behind the first number.
    fn bad_in_words(&self, of: &str) -> String {
        let failed = self.bad - self.unknown;
        match (failed, self.unknown) {
            (failed, 0) => format!("{failed}{of} failed"),
            (0, unknown) if !of.is_empty() => format!("{unknown}{of} unknown"),
            (failed, unknown) => format!("{failed}{of} failed, {unknown} unknown"),
        }
    }

    /// Names the ids that may have been carried out.
    fn name_unknown(&self, told: Error) -> Error {
        let names = self.in_doubt.iter().chain(&self.flying);
        let mut names: Vec<String> = names.take(NAMED).cloned().collect();
        let all = usize::try_from(self.unknown).unwrap_or(usize::MAX);
        let all = all.saturating_add(self.flying.len());
        if all == 0 {
            return told;
        }
        if all > names.len() {
            names.push(format!("and {} more", all - names.len()));
        }
        told.hint(format!(
            "it is unknown whether it was carried out for: {}",
            names.join(" ")
        ))
    }

    /// The result of all targets, in words.
    fn counts(&self) -> String {
        let mut text = format!("{} done, {} failed", self.good, self.bad - self.unknown);
        if !self.complete {
            text.push_str("; the remaining ids were not sent");
        }
        let flying = self.flying.len() as u64;
        let _ = write!(text, "; {} unknown", self.unknown + flying);
        if let Some(total) = self.total {
            let left = total.saturating_sub(self.good + self.bad + flying);
            let _ = write!(text, ", {left} left");
        }
        text
    }

    fn conclude(self, run: &mut Run, call: &PreparedCall) -> Result<()> {
        let Self {
            good, bad, unsent, ..
        } = self;
        let total = good + bad;
        if bad == 0 {
            let prints_records = call.operation.response.object().is_some();
            let is_write = call.operation.effect != Effect::Reads;
            if is_write && (!prints_records || run.terminal.stdout) {
                run.reporter.done(&written::line_of_many(call, good));
            }
            return Ok(());
        }
        let rest = if self.stopped {
            "; the rest was not sent"
        } else {
            ""
        };
        let bad_in_words = self.bad_in_words(&format!(" of {total}"));
        let message = format!("{}: {bad_in_words}{rest}", call.named());
        // A failure of the input alone, with nothing sent, is a usage error.
        let kind = if unsent == bad && good == 0 {
            Kind::Usage
        } else {
            Kind::Partial
        };
        Err(self.name_unknown(Error::new(kind, message)))
    }
}

type TargetOutcome = (Option<String>, Result<Envelope>);

async fn work(
    run: &mut Run,
    options: &Options,
    client: &Client,
    call: &PreparedCall<'_>,
    targets: &mut mpsc::Receiver<Result<String>>,
    printer: &mut Printer,
    tally: &mut TargetTally,
) -> Result<()> {
    // With --fail-fast nothing may be under way when one fails.
    let at_once = if options.fail_fast { 1 } else { AT_ONCE };
    let wanted = Wanted::of(call.operation.response);
    let mut answers = FuturesOrdered::new();
    let mut more = true;
    while more || !answers.is_empty() {
        // While the reader pauses nothing new is begun; answers to what is
        // under way are taken all the same.
        let is_read = printer.is_drained();
        let mut fails = None;
        tokio::select! {
            biased;
            Some(answered) = answers.next(), if !answers.is_empty() => {
                let (_, answer): &TargetOutcome = &answered;
                if answer.is_err() {
                    begin_line(printer, tally).await;
                }
                settle(run, options, call, printer, tally, answered)?;
                // A reader that is there has it before the next message.
                if let Ok(read) = timeout(AT_HAND, printer.drained()).await {
                    fails = read.err();
                }
            }
            read = printer.drained(), if !is_read && tally.broken.is_none() => fails = read.err(),
            target = targets.recv(), if is_read && more && answers.len() < at_once => match target {
                None => more = false,
                Some(target) => {
                    let request = target.and_then(|id| Ok((call.request(&id)?, id)));
                    if let Ok((_, id)) = &request {
                        tally.flying.push_back(id.clone());
                    }
                    answers.push_back(send(client, request, wanted));
                }
            },
        }
        if let Some(error) = fails {
            tally.breaks(error, call)?;
        }
        more &= tally.broken.is_none() && !tally.stopped;
    }
    Ok(())
}

/// Ends the line of a record before a message on the same terminal.
async fn begin_line(printer: &mut Printer, tally: &TargetTally) {
    if tally.far.as_ref().is_some_and(Far::is_mixed) {
        printer.break_off();
        // Anyone who cannot take it in that time is not waited for.
        let _ = timeout(AT_HAND, printer.drained()).await;
    }
}

/// Prints an answer or tells a failure. Trouble with the output ends a read at
/// once; of a write it ends the taking of targets, and what is under way is
/// still waited for, so that it is known.
fn settle(
    run: &mut Run,
    options: &Options,
    call: &PreparedCall,
    printer: &mut Printer,
    tally: &mut TargetTally,
    (id, result): TargetOutcome,
) -> Result<()> {
    match &id {
        Some(_) => drop(tally.flying.pop_front()),
        None => tally.unsent += 1,
    }
    let result = result.map_err(|error| match &id {
        Some(id) => call.perhaps_done(error, id),
        None => error,
    });
    tally.note(id.as_deref(), &result);
    match result {
        Ok(envelope) => {
            remarks(run, &envelope);
            if tally.broken.is_none()
                && let Err(error) = print(printer, &envelope)
            {
                tally.breaks(error, call)?;
            }
        }
        Err(error) => {
            // A token that is refused once is refused always.
            if error.kind == Kind::Access && tally.broken.is_none() {
                tally.broken = Some(error);
                return Ok(());
            }
            run.reporter.error(&about(error, call, id.as_deref()));
            tally.stopped |= options.fail_fast;
        }
    }
    Ok(())
}

fn print(printer: &mut Printer, envelope: &Envelope) -> Result<()> {
    for record in envelope.records() {
        printer.record(record)?;
    }
    printer.page_end()
}

async fn send(
    client: &Client,
    request: Result<(Request, String)>,
    wanted: Wanted,
) -> TargetOutcome {
    match request {
        Err(error) => (None, Err(error)),
        Ok((request, id)) => {
            let answer = client.send(&request).await;
            (
                Some(id),
                answer.and_then(|answer| Envelope::open(answer, wanted)),
            )
        }
    }
}

fn about(mut error: Error, call: &PreparedCall, id: Option<&str>) -> Error {
    if let Some(id) = id {
        let what = call.resource.singular.replace('_', " ");
        error.message = format!("{what} {id}: {}", error.message);
    }
    error
}

/// The targets in order, `-` replaced by what standard input holds. Standard
/// input blocks, so it is read on a thread of its own, a few ids ahead.
fn targets(run: &mut Run, call: &PreparedCall) -> Result<mpsc::Receiver<Result<String>>> {
    let (sender, receiver) = mpsc::channel(AT_ONCE * 2);
    let words = call.targets.to_vec();
    let mut stdin = if call.reads_targets() {
        Some(run.stdin.take()?)
    } else {
        None
    };
    let path_parameter = &call.operation.path_parameters[0];
    std::thread::spawn(move || {
        for word in words {
            let ids: Box<dyn Iterator<Item = Result<String>>> = match stdin.take_if(|_| word == "-")
            {
                Some(stream) => Box::new(Ids::new(stream, path_parameter)),
                None => Box::new(std::iter::once(Ok(word))),
            };
            for id in ids {
                if sender.blocking_send(id).is_err() {
                    return;
                }
            }
        }
    });
    Ok(receiver)
}
