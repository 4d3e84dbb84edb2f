//! Prints a list to its end, or to its limit: records go to the printer as
//! their pages arrive, and the progress line shows how many there are.

use std::sync::Arc;

use crate::api::client::Client;
use crate::api::pages::{ListFailure, Pages, RecordSink};
use crate::cli::Options;
use crate::error::Result;
use crate::filter::Flow;
use crate::output::progress::{ProgressLine, ProgressState, grouped};
use crate::ui::Run;
use crate::ui::printer::Printer;
use crate::ui::reporter::Reporter;

/// Shows how far work with a client is: how much is done, and how full the
/// token's bucket is.
pub(in crate::commands) struct Far {
    progress: Option<ProgressLine>,
    client: Arc<Client>,
    /// Whether records and messages are on one terminal.
    is_mixed: bool,
}

/// After so many records on a terminal, a hint says how to see fewer.
const MANY: u64 = 1_000;

impl Far {
    /// Where the records themselves run over the terminal there is no line:
    /// they say it, and the two would be in each other's way.
    pub(in crate::commands) fn of(
        run: &Run,
        options: &Options,
        client: &Arc<Client>,
        unit: &'static str,
    ) -> Self {
        let out = options.output.out.as_deref();
        let elsewhere = out.is_some_and(|path| path.as_os_str() != "-");
        let gathers = options.output.slurp || options.output.count;
        let far = Self::silent(run, options, client, unit);
        if run.terminal.stdout && !elsewhere && !gathers {
            return Self {
                progress: None,
                is_mixed: run.terminal.stderr,
                ..far
            };
        }
        far
    }

    /// Whether records and messages are on one terminal, so that a message
    /// begins a line of its own.
    pub(in crate::commands) const fn is_mixed(&self) -> bool {
        self.is_mixed
    }

    /// Work that prints nothing while it continues.
    pub(in crate::commands) fn silent(
        run: &Run,
        options: &Options,
        client: &Arc<Client>,
        unit: &'static str,
    ) -> Self {
        Self {
            progress: Some(run.progress(options, unit)),
            client: Arc::clone(client),
            is_mixed: false,
        }
    }

    /// So many are done with, of so many, where that is known.
    pub(in crate::commands) fn is(&self, done: u64, failed: u64, total: Option<u64>) {
        let Some(progress) = &self.progress else {
            return;
        };
        let state = match self.client.fill() {
            Some(level) => format!("rate limit {}/{}", level.used, level.size),
            None => String::new(),
        };
        progress.seen(ProgressState {
            done,
            failed,
            total,
            state: &state,
            ..ProgressState::default()
        });
    }
}

/// Prints a list to its end, or to its limit.
///
/// # Errors
/// A page cannot be fetched, or the output fails.
pub(in crate::commands) async fn follow(
    talk: &mut Reporter,
    pages: &mut Pages,
    printer: &mut Printer,
    limit: Option<u64>,
    far: &Far,
) -> Result<()> {
    let mut sink = PrintedList {
        talk,
        printer,
        hint_due: far.is_mixed && limit.is_none(),
        far,
        records: 0,
    };
    let read = pages.records(limit, &mut sink).await;
    read.map(drop).map_err(ListFailure::into_error)
}

/// A list on its way to the printer.
struct PrintedList<'a> {
    talk: &'a mut Reporter,
    printer: &'a mut Printer,
    far: &'a Far,
    records: u64,
    /// Whether to say how to see fewer records, once there are many.
    hint_due: bool,
}

impl RecordSink for PrintedList<'_> {
    fn remark(&mut self, remark: &str) {
        self.talk.note(remark);
    }

    fn record(&mut self, record: &str) -> Result<Flow> {
        self.records += 1;
        self.printer.record(record)
    }

    fn has_room(&self) -> bool {
        self.printer.has_room()
    }

    async fn room(&mut self) -> Result<()> {
        self.printer.room().await
    }

    async fn page_end(&mut self) -> Result<Flow> {
        if self.far.is_mixed {
            // Until the next page comes there may be messages.
            self.printer.break_off();
        } else {
            self.printer.page_end()?;
        }
        // A closed pipe is noticed before another page is requested. The next
        // page arrives meanwhile.
        self.printer.drained().await?;
        self.far.is(self.records, 0, None);
        if self.hint_due && self.records >= MANY {
            self.hint_due = false;
            let shown = grouped(self.records);
            let hint = format!("{shown} records are shown; -n 50 stops earlier");
            self.talk.note(&hint);
        }
        Ok(Flow::More)
    }
}
