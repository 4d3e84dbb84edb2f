//! One verb for many ids: requests go out side by side, answers are printed in
//! the order of the ids, a failure is told and the rest goes on.

use futures_util::stream::{self, Stream, StreamExt};
use tokio::sync::mpsc;

use super::Run;
use super::call::{Filled, remarks};
use super::printer::Printer;
use super::read::Ids;
use crate::cli::Options;
use crate::client::Client;
use crate::envelope::{Envelope, Wanted};
use crate::error::{Error, Kind, Result};
use crate::request::Request;

/// Requests under way at a time.
const AT_ONCE: usize = 8;

/// Runs a call for each of its targets.
pub(super) fn run(
    run: &mut Run,
    options: &Options,
    client: &Client,
    call: &Filled,
    mut printer: Printer,
) -> Result<()> {
    let targets = targets(run, call)?;
    let wanted = Wanted::of(call.operation.answer);
    // With --fail-fast nothing may be under way when one fails.
    let at_once = if options.fail_fast { 1 } else { AT_ONCE };
    let work = async {
        let mut count = Count::default();
        let requests = targets.map(|target| target.and_then(|id| Ok((call.request(&id)?, id))));
        let mut answers = requests
            .map(|request| send(client, request, wanted))
            .buffered(at_once);
        while let Some((id, result)) = answers.next().await {
            match result {
                Ok(envelope) => {
                    count.good += 1;
                    remarks(run, &envelope);
                    for record in envelope.records() {
                        printer.record(record)?;
                    }
                    printer.page_end()?;
                }
                Err(error) => {
                    count.bad += 1;
                    run.talk.error(&about(error, call, id.as_deref()));
                    if options.fail_fast {
                        break;
                    }
                }
            }
        }
        Ok(count)
    };
    let count = Run::wait(work)?;
    printer.finish()?;
    count.conclude(run, call)
}

#[derive(Default)]
struct Count {
    good: u64,
    bad: u64,
}

impl Count {
    fn conclude(self, run: &mut Run, call: &Filled) -> Result<()> {
        let Self { good, bad } = self;
        if bad > 0 {
            let all = good + bad;
            return Err(Error::new(
                Kind::Partial,
                format!("{}: {bad} of {all} failed", call.named()),
            ));
        }
        if call.operation.answer.object().is_none() {
            run.talk.done(&format!("done: {} for {good}", call.named()));
        }
        Ok(())
    }
}

async fn send(
    client: &Client,
    request: Result<(Request, String)>,
    wanted: Wanted,
) -> (Option<String>, Result<Envelope>) {
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

fn about(mut error: Error, call: &Filled, id: Option<&str>) -> Error {
    if let Some(id) = id {
        let what = call.resource.singular.replace('_', " ");
        error.message = format!("{what} {id}: {}", error.message);
    }
    error
}

/// The targets in order, `-` replaced by what standard input holds. Standard
/// input blocks, so it is read on a thread of its own, a few ids ahead.
fn targets(
    run: &mut Run,
    call: &Filled,
) -> Result<impl Stream<Item = Result<String>> + Unpin + use<>> {
    let (sender, receiver) = mpsc::channel(AT_ONCE * 2);
    let words = call.targets.to_vec();
    let mut stdin = if call.reads_targets() {
        Some(run.stdin.take()?)
    } else {
        None
    };
    let hole = &call.operation.holes[0];
    std::thread::spawn(move || {
        for word in words {
            let ids: Box<dyn Iterator<Item = Result<String>>> = match stdin.take_if(|_| word == "-")
            {
                Some(stream) => Box::new(Ids::new(stream, hole)),
                None => Box::new(std::iter::once(Ok(word))),
            };
            for id in ids {
                if sender.blocking_send(id).is_err() {
                    return;
                }
            }
        }
    });
    Ok(Box::pin(stream::unfold(
        receiver,
        |mut receiver| async move { Some((receiver.recv().await?, receiver)) },
    )))
}
