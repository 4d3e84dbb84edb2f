//! `--watch`: what only reads is read again and again. On a terminal each round
//! is a fresh picture in place of the last; elsewhere, and with `-o ndjson`,
//! what changed is printed, a line each.
//!
//! An error in the first round ends the watch, and so does a token that is
//! refused; trouble of the network or the server is reported, and the next
//! round continues. It ends at Ctrl-C, or when no one reads any more.

mod changes;
mod screen;
mod stream;

use std::sync::Arc;
use std::time::Duration;

use crate::api::client::Client;
use crate::api::pages::{ListFailure, Pages, RecordSink};
use crate::api::request::Request;
use crate::api::response::{Envelope, Wanted};
use crate::catalog::ResponseShape;
use crate::cli::Options;
use crate::commands::call::preflight;
use crate::commands::call::run::PreparedCall;
use crate::commands::connect::Target;
use crate::error::{Error, Kind, Result};
use crate::filter::Flow;
use crate::output::Format;
use crate::ui::Run;
use screen::Screen;
use stream::Stream;

/// How long no one looks whether there still is a reader, and how large the
/// terminal is.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

/// Shows what a round of reading comes to.
trait Show {
    /// A round begins.
    fn begin(&mut self, run: &Run) -> Result<()>;
    /// A record, and what of a call with one object it is the answer to.
    fn record(&mut self, target: Option<&str>, record: &str) -> Result<Flow>;
    /// A page ends, and whether more would be seen.
    fn page_end(&mut self) -> Result<Flow>;
    /// An object that was there before is not any more; `false` when that is
    /// trouble like any other.
    fn takes_absence(&self) -> bool;
    /// The round ends, all was read or there was trouble.
    fn end(&mut self, run: &mut Run, trouble: Option<&Error>) -> Result<()>;
    /// Time passes.
    fn meanwhile(&mut self, run: &mut Run) -> Result<()>;
    /// The watch ends.
    fn leave(&mut self, run: &mut Run);
}

/// Watches until something ends it.
pub(in crate::commands) fn run(
    run: &mut Run,
    options: &Options,
    call: &PreparedCall,
    place: &Target,
    every: Duration,
) -> Result<()> {
    let looks =
        (run.terminal.stdout && !run.is_dumb()) && options.output.format != Some(Format::Ndjson);
    check(options, call, looks)?;
    let mut show: Box<dyn Show> = if looks {
        Box::new(Screen::open(run, options, call, every)?)
    } else {
        Box::new(Stream::open(run, options, call)?)
    };
    let client = run.client(place)?;
    preflight::scopes(run, place, &client, call.operation, &[])?;
    (run.guard_interrupts)();
    let watched = Run::wait(rounds(run, options, call, &client, show.as_mut(), every));
    if matches!(&watched, Err(error) if error.kind == Kind::Interrupted) {
        run.writer.let_go();
    }
    show.leave(run);
    match watched {
        // To end it so is what one does with a watch: there is nothing to tell.
        Err(error) if error.kind == Kind::Interrupted => Err(Error::new(Kind::Interrupted, "")),
        other => other,
    }
}

/// Flags that a watch has no use for are refused.
fn check(options: &Options, call: &PreparedCall, looks: bool) -> Result<()> {
    let refused = |what: &str| {
        Err(Error::usage(format!(
            "--watch and {what} cannot be combined"
        )))
    };
    if options.dry_run.is_some() {
        return refused("--dry-run");
    }
    if options.output.count {
        return refused("--count");
    }
    if options.output.out.is_some() {
        return match refused("--out") {
            Err(error) => {
                Err(error.hint("a file is complete only at the end, and --watch has no end"))
            }
            ok => ok,
        };
    }
    if call.reads_targets() {
        return refused("ids from standard input");
    }
    if looks {
        return Ok(());
    }
    if options.output.slurp {
        return refused("--slurp");
    }
    match options.output.format {
        None | Some(Format::Ndjson) => Ok(()),
        Some(format) => Err(Error::usage(format!(
            "--watch prints changes as NDJSON here, not as {}",
            format.name()
        ))
        .hint("leave out -o; --jq can transform each change")),
    }
}

/// What went wrong in a round.
enum Trouble {
    /// With reading: the next round may fare better.
    Reading(Error),
    /// With showing: no round will.
    Showing(Error),
}

async fn rounds(
    run: &mut Run,
    options: &Options,
    call: &PreparedCall<'_>,
    client: &Arc<Client>,
    show: &mut dyn Show,
    every: Duration,
) -> Result<()> {
    let mut first = true;
    loop {
        show.begin(run)?;
        let trouble = match round(run, call, client, show, first).await {
            Ok(()) => None,
            Err(Trouble::Showing(error)) => return Err(error),
            Err(Trouble::Reading(error)) if ends(&error, first) || options.fail_fast => {
                return Err(error);
            }
            Err(Trouble::Reading(error)) => Some(error),
        };
        show.end(run, trouble.as_ref())?;
        run.writer.drained().await.map_err(unwritten)?;
        // Until a round went well, nothing is known that could change.
        first &= trouble.is_some();
        let mut left = every;
        while !left.is_zero() {
            if (run.reader_gone)() {
                return Err(Error::new(Kind::Closed, "standard output was closed"));
            }
            let slice = left.min(BETWEEN_LOOKS);
            (run.timing.sleep)(slice).await;
            left -= slice;
            show.meanwhile(run)?;
        }
    }
}

fn unwritten(error: std::io::Error) -> Error {
    Error::writing("standard output", error)
}

/// Whether trouble with reading would be the same in every round.
fn ends(error: &Error, first: bool) -> bool {
    match error.kind {
        Kind::Unreachable => false,
        Kind::Access | Kind::Usage | Kind::Interrupted | Kind::Closed => true,
        _ => first,
    }
}

/// Reads everything once.
async fn round(
    run: &mut Run,
    call: &PreparedCall<'_>,
    client: &Arc<Client>,
    show: &mut dyn Show,
    first: bool,
) -> Result<(), Trouble> {
    let targets: Vec<Option<&str>> = match &*call.targets {
        [] => vec![None],
        targets => targets.iter().map(|target| Some(target.as_str())).collect(),
    };
    let listed = matches!(
        call.operation.response,
        ResponseShape::Page(..) | ResponseShape::Many(..)
    );
    let mut left = call.paging.limit.unwrap_or(u64::MAX);
    for target in targets {
        let request = call.request(target.unwrap_or_default());
        let request = request.map_err(Trouble::Reading)?;
        if listed {
            left = list(run, call, client, request, show, left).await?;
            continue;
        }
        match one(call, client, &request).await {
            Ok(envelope) => {
                for remark in envelope.remarks.iter().filter(|_| first) {
                    run.reporter.note(remark);
                }
                for record in envelope.records().take(1) {
                    show.record(target.or(Some("")), record)
                        .map_err(Trouble::Showing)?;
                }
            }
            Err(error) if error.kind == Kind::NotFound && !first && show.takes_absence() => {}
            Err(error) => return Err(Trouble::Reading(error)),
        }
    }
    show.page_end().map_err(Trouble::Showing)?;
    Ok(())
}

async fn one(call: &PreparedCall<'_>, client: &Arc<Client>, request: &Request) -> Result<Envelope> {
    let answer = client.send(request).await?;
    let envelope = Envelope::open(answer, Wanted::of(call.operation.response))?;
    let single = matches!(call.operation.response, ResponseShape::OneInList(..));
    if single && envelope.records().len() == 0 {
        let message = format!("nothing at {}", request.path);
        return Err(Error::new(Kind::NotFound, message));
    }
    Ok(envelope)
}

/// Reads a list as far as it is shown; returns how many records are left to
/// its limit.
async fn list(
    run: &mut Run,
    call: &PreparedCall<'_>,
    client: &Arc<Client>,
    request: Request,
    show: &mut dyn Show,
    left: u64,
) -> Result<u64, Trouble> {
    let wanted = Wanted::of(call.operation.response);
    let mut pages = Pages::new(Arc::clone(client), request, wanted);
    let read = pages
        .records(Some(left), &mut ShownList { run, show })
        .await;
    read.map(|read| left - read)
        .map_err(|failure| match failure {
            ListFailure::Fetch(error) => Trouble::Reading(error),
            ListFailure::Sink(error) => Trouble::Showing(error),
        })
}

/// A list on its way to what shows it.
struct ShownList<'a> {
    run: &'a mut Run,
    show: &'a mut dyn Show,
}

impl RecordSink for ShownList<'_> {
    fn remark(&mut self, remark: &str) {
        self.run.reporter.note(remark);
    }

    fn record(&mut self, record: &str) -> Result<Flow> {
        self.show.record(None, record)
    }

    fn has_room(&self) -> bool {
        self.run.writer.has_room()
    }

    async fn room(&mut self) -> Result<()> {
        self.run.writer.room().await.map_err(unwritten)
    }

    async fn page_end(&mut self) -> Result<Flow> {
        self.show.page_end()
    }
}
