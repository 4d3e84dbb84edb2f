//! Following a list to its end, or to its limit: records go to the printer as
//! their pages come, and how far it is is shown to whoever watches.

use std::sync::Arc;

use crate::cli::Options;
use crate::client::Client;
use crate::error::Result;
use crate::filter::Flow;
use crate::output::progress::{Progress, Seen};
use crate::pages::Pages;
use crate::ui::Run;
use crate::ui::printer::Printer;
use crate::ui::reporter::Talk;

/// Records between two looks at the network, so that the page being fetched
/// ahead keeps flowing while this one is worked on.
const BETWEEN_LOOKS: usize = 64;

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
        progress.seen(Seen {
            done,
            failed,
            total,
            state: &state,
        });
    }
}

/// Follows a list to its end, or to its limit.
pub(in crate::commands) async fn follow(
    talk: &mut Talk,
    pages: &mut Pages,
    printer: &mut Printer,
    limit: Option<u64>,
    far: &Far,
) -> Result<()> {
    let (mut left, mut done) = (limit.unwrap_or(u64::MAX), 0);
    while left > 0
        && let Some(page) = pages
            .next(|page| left > page.records().len() as u64)
            .await?
    {
        for remark in &page.remarks {
            talk.note(remark);
        }
        for (at, record) in page.records().enumerate() {
            left -= 1;
            done += 1;
            if printer.record(record)? == Flow::Enough {
                left = 0;
            }
            if left == 0 {
                break;
            }
            if !printer.has_room() {
                printer.room().await?;
            } else if at % BETWEEN_LOOKS == BETWEEN_LOOKS - 1 {
                tokio::task::yield_now().await;
            }
        }
        printer.page_end()?;
        // A reader that has gone is noticed before more is asked for. The page
        // after this one arrives meanwhile.
        printer.drained().await?;
        far.is(done, 0, None);
    }
    Ok(())
}
