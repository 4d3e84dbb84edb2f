//! Prints a list to its end, or to its limit: records go to the printer as
//! their pages arrive, and the progress line shows how many there are.

use std::sync::Arc;

use crate::api::client::Client;
use crate::api::pages::{ListFailure, Pages, RecordSink};
use crate::cli::Options;
use crate::error::Result;
use crate::filter::Flow;
use crate::output::progress::{Progress, ProgressState};
use crate::ui::Run;
use crate::ui::printer::Printer;
use crate::ui::reporter::Reporter;

/// Shows how far work with a client is: how much is done, and how full the
/// token's bucket is.
pub(in crate::commands) struct Far {
    progress: Option<Progress>,
    client: Arc<Client>,
}

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
        let gathers = options.output.slurp;
        let far = Self::silent(run, options, client, unit);
        if run.terminal.stdout && !elsewhere && !gathers {
            return Self {
                progress: None,
                ..far
            };
        }
        far
    }

    /// Work that prints nothing while it goes on.
    pub(in crate::commands) fn silent(
        run: &Run,
        options: &Options,
        client: &Arc<Client>,
        unit: &'static str,
    ) -> Self {
        Self {
            progress: Some(run.progress(options, unit)),
            client: Arc::clone(client),
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
        self.printer.page_end()?;
        // A closed pipe is noticed before another page is requested. The next
        // page arrives meanwhile.
        self.printer.drained().await?;
        self.far.is(self.records, 0, None);
        Ok(Flow::More)
    }
}
