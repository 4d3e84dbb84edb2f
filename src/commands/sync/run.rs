//! `rc sync`: from words to a copy.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::args::Sync;
use super::watcher::Watcher;
use super::{place, singer, views};
use crate::api::client::Client;
use crate::api::request::Now;
use crate::catalog::build::field;
use crate::catalog::{Conventions, FieldKind, Object};
use crate::cli::Options;
use crate::commands::auth::check;
use crate::commands::connect::Target;
use crate::error::{Error, Kind, Result};
use crate::nearest::{Similarity, nearest};
use crate::output::Shape;
use crate::sync::destination::singer::TargetPatience;
use crate::sync::destination::{Address, Destination, DestinationThread, Writer};
use crate::sync::{RunPlan, StoreKey, SyncRun, SyncTable, TableEnd, TableReport, tables};
use crate::ui::Run;
use crate::ui::printer::{Described, Printer};

/// What the latest changes are left to with `--watch`, as the vendor advises.
const USUAL_LAG: Duration = Duration::from_secs(30 * 60);

/// Copies what the words ask for.
pub(super) fn run(run: &mut Run, options: &Options, asked: &Sync) -> Result<()> {
    let place = run.place(options)?;
    let plan = plan(run, options, &place, asked)?;
    if options.api_version.is_some() {
        return Err(Error::usage("sync chooses the version of the API itself")
            .hint("--products-version chooses that of the table products"));
    }
    if options.dry_run.is_some() {
        return Err(Error::usage(
            "--dry-run shows what a command writes to the API, and sync only reads",
        )
        .hint("rc sync check shows what a run would do"));
    }
    let job = match place::address(run, asked.to.as_ref())? {
        Address::Singer(command) => singer::job(run, options, asked, plan, command)?,
        _ if asked.state.is_some() => {
            return Err(Error::usage("--state is the state of a Singer target")
                .hint("other copies keep their state themselves"));
        }
        _ => SyncJob {
            plan,
            printer: Some(Printer::prepare(run, options, Shape::Many, described())?),
            destination: place::open(run, options, asked.to.as_ref(), asked.compact)?,
            watch: asked.watch,
            patience: None,
        },
    };
    copy(run, options, &place, job)
}

/// A copy to make.
pub(in crate::commands) struct SyncJob {
    /// What to read.
    pub(in crate::commands) plan: RunPlan,
    /// Where it goes.
    pub(in crate::commands) destination: Box<dyn Destination>,
    /// Prints the reports; none where standard output has the rows.
    pub(in crate::commands) printer: Option<Printer>,
    /// The pause before the next run.
    pub(in crate::commands) watch: Option<Duration>,
    /// How long a target may do nothing.
    pub(in crate::commands) patience: Option<TargetPatience>,
}

/// How long a target may take to store what it has, once the run was interrupted.
const LAST_PATIENCE: Duration = Duration::from_secs(30);

/// Makes a copy.
pub(in crate::commands) fn copy(
    run: &mut Run,
    options: &Options,
    place: &Target,
    job: SyncJob,
) -> Result<()> {
    let SyncJob {
        plan,
        destination,
        mut printer,
        watch,
        patience,
    } = job;
    let clients = clients(run, place, &plan)?;
    // A target has time to store what it took.
    if patience.is_none() {
        (run.guard_interrupts)();
    }
    let worker = DestinationThread::start(destination, run.clock.clone())?;
    let repeated = RepeatedRun {
        options,
        place,
        worker: &worker,
        watch,
        patience,
    };
    let outcome = repeated.run(run, plan, clients, printer.as_mut());
    worker.end();
    if let Some(printer) = printer {
        printer.finish()?;
    }
    outcome
}

/// A run that may be repeated.
struct RepeatedRun<'a> {
    options: &'a Options,
    place: &'a Target,
    worker: &'a DestinationThread,
    watch: Option<Duration>,
    patience: Option<TargetPatience>,
}

impl RepeatedRun<'_> {
    fn run(
        &self,
        run: &mut Run,
        plan: RunPlan,
        clients: HashMap<&'static str, Arc<Client>>,
        mut printer: Option<&mut Printer>,
    ) -> Result<()> {
        let progress = run.progress(self.options, "rows");
        let voice = run.reporter.voice();
        let watcher = Watcher::new(progress, voice, run.clock.clone(), &plan.tables);
        let newest = self.place.family.newest();
        let first = clients.get(newest.version);
        let first = first
            .ok_or_else(|| Error::unexpected("there is no client"))?
            .clone();
        let now = run.now(newest);
        let sync = SyncRun {
            plan,
            clients,
            worker: self.worker.clone(),
            observer: &watcher,
            clock: run.clock.clone(),
        };
        let writer = writer();
        loop {
            watcher.begin();
            let result = Run::wait(async {
                let store = store_key(self.place, store_id(&first, &now).await?)?;
                sync.run(store, writer.clone()).await
            });
            if matches!(&result, Err(error) if error.kind == Kind::Interrupted) {
                self.let_end(run)?;
            }
            let reports = result?;
            match printer.as_deref_mut() {
                Some(printer) => {
                    for report in &reports {
                        printer.record(&record(report))?;
                    }
                    printer.page_end()?;
                }
                None => run.reporter.done(&sent(&reports)),
            }
            let laid_out = watcher.take_laid_out();
            let views = laid_out.map_or(Ok(()), |laid_out| {
                views::judged(run, self.watch.is_some(), laid_out)
            });
            let outcome = judged(&reports).and(views);
            let Some(pause) = self.watch else {
                return outcome;
            };
            if let Err(error) = outcome {
                run.reporter.note(&error.to_string());
            }
            Run::wait(async {
                (run.timing.sleep)(pause).await;
                Ok(())
            })?;
        }
    }

    /// After Ctrl-C: what was being stored is stored, and the next writer may come.
    fn let_end(&self, run: &mut Run) -> Result<()> {
        if let Some(patience) = &self.patience {
            patience.shorten(LAST_PATIENCE);
            run.reporter
                .note("interrupted; the target has 30s to store the rows that it received");
        }
        let runtime = crate::runtime::current_thread()?;
        let finished = runtime.block_on(self.worker.call(|destination| destination.finish()));
        match finished {
            Err(error) if self.patience.is_some() => {
                run.reporter.note(&error.to_string());
                Ok(())
            }
            finished => finished,
        }
    }
}

/// What was sent, in a sentence.
fn sent(reports: &[TableReport]) -> String {
    let rows: u64 = reports.iter().map(|report| report.rows).sum();
    let read = reports
        .iter()
        .filter(|report| !matches!(report.end, TableEnd::NotDue | TableEnd::Forbidden(_)));
    let streams = read.count();
    let records = if rows == 1 { "record" } else { "records" };
    let kinds = if streams == 1 { "stream" } else { "streams" };
    format!("sent {rows} {records} of {streams} {kinds}")
}

/// The tables and the way to read them.
fn plan(run: &mut Run, options: &Options, place: &Target, asked: &Sync) -> Result<RunPlan> {
    let all = tables(place.family, asked.products_version.as_deref());
    let chosen = choose(&all, &asked.tables)?;
    choose(&all, &asked.refresh)?;
    let lag = asked.lag.unwrap_or(match asked.watch {
        Some(_) => USUAL_LAG,
        None => Duration::ZERO,
    });
    if asked.watch.is_some() && asked.lag.is_none() {
        run.reporter
            .note("changes of the last 30 minutes are left to the next run; --lag changes that");
    }
    Ok(RunPlan {
        tables: chosen,
        refresh: asked.refresh.clone(),
        start: asked.start.map(|start| start.0),
        lookback: asked.lookback,
        lag,
        full_every: asked.watch.and(asked.full_every),
        parallel: asked.parallel,
        schema: asked.schema,
        deletes: asked.deletes,
        confirmed: options.yes,
        layout: views::layout(run, place.family, asked)?,
    })
}

/// The tables of these names, all of them where there are no names.
pub(super) fn choose(all: &[SyncTable], names: &[String]) -> Result<Vec<SyncTable>> {
    let known: Vec<&str> = all.iter().map(|table| table.name.as_str()).collect();
    for name in names {
        if !known.contains(&name.as_str()) {
            let error = Error::usage(format!("there is no table {name}"));
            let near = nearest(name, &known, Similarity::Usual);
            let error = match near {
                Some(near) => error.hint(format!("did you mean {near}?")),
                None => error,
            };
            return Err(error.hint(format!("tables are: {}", known.join(", "))));
        }
    }
    let is_named = |table: &SyncTable| names.contains(&table.name);
    // A list that belongs to records is read with them.
    let has_named_list = |table: &SyncTable| {
        let of_table = |child: &&SyncTable| {
            let parent = child.parent.as_ref();
            parent.is_some_and(|parent| parent.table == table.name)
        };
        all.iter().filter(of_table).any(is_named)
    };
    let is_wanted =
        |table: &&SyncTable| names.is_empty() || is_named(table) || has_named_list(table);
    Ok(all.iter().filter(is_wanted).cloned().collect())
}

/// A client for each version of the API that a table is read in, and for the newest.
fn clients(
    run: &mut Run,
    place: &Target,
    plan: &RunPlan,
) -> Result<HashMap<&'static str, Arc<Client>>> {
    let mut clients = HashMap::new();
    let newest = place.family.newest();
    let client = run.client(place)?;
    clients.insert(newest.version, Arc::new(client.in_version(newest)));
    for table in &plan.tables {
        if !clients.contains_key(table.api.version) {
            let client = clients[newest.version].in_version(table.api);
            clients.insert(table.api.version, Arc::new(client));
        }
    }
    Ok(clients)
}

/// What the API calls the store: what its base URL names, else what the API says.
pub(in crate::commands) async fn store_id(client: &Client, now: &Now) -> Result<Option<String>> {
    if let Some(store) = client.store() {
        return Ok(Some(store.to_owned()));
    }
    let facts = check::store(client, now).await?;
    Ok(facts.identity().map(|identity| identity.id))
}

/// What tells the store of a place from every other one.
pub(in crate::commands) fn store_key(place: &Target, id: Option<String>) -> Result<StoreKey> {
    let Some(store) = id else {
        if let Some(part) = place.family.newest().store {
            let message = format!("the {} is missing", part.title);
            return Err(Error::usage(message).hint(format!(
                "--{} or {} names the store",
                part.flag, part.variable
            )));
        }
        return Err(Error::new(
            Kind::Access,
            "the token may not read the store, so its copy cannot be identified",
        )
        .hint("give it the scope store_info"));
    };
    Ok(StoreKey {
        api: place.family.newest().name.to_owned(),
        store,
        host: match place.url() {
            Some(url) => url.host().to_owned(),
            None => "sandbox".to_owned(),
        },
    })
}

/// This process, as other writers see it.
fn writer() -> Writer {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname");
    let host = host.ok().or_else(|| std::env::var("COMPUTERNAME").ok());
    Writer {
        process: std::process::id(),
        host: host.map_or_else(|| "this machine".to_owned(), |host| host.trim().to_owned()),
    }
}

/// What the reports come to: an error where a table is not as it should be.
fn judged(reports: &[TableReport]) -> Result<()> {
    let bad: Vec<&str> = reports
        .iter()
        .filter(|report| !report.is_good())
        .map(|report| report.table.as_str())
        .collect();
    if bad.is_empty() {
        return Ok(());
    }
    let tables = if bad.len() == 1 {
        "table is"
    } else {
        "tables are"
    };
    let mut error = Error::new(
        Kind::Partial,
        format!("{} {tables} not current: {}", bad.len(), bad.join(", ")),
    );
    let gone = reports.iter().find_map(|report| match &report.end {
        TableEnd::TooManyGone(missing) => Some((&report.table, missing)),
        _ => None,
    });
    if let Some((table, missing)) = gone {
        error = error
            .hint(format!(
                "{} of {} rows of {table} are missing in the store; none was marked as deleted",
                missing.missing, missing.rows
            ))
            .hint("--yes marks them, if that is right");
    }
    Err(error)
}

/// A report as a record.
fn record(report: &TableReport) -> String {
    let (state, reason) = match &report.end {
        TableEnd::Done => ("current", None),
        TableEnd::NotDue => ("not due", None),
        TableEnd::Forbidden(error) => ("forbidden", Some(error.message.clone())),
        TableEnd::Failed(error) => ("incomplete", Some(error.message.clone())),
        TableEnd::TooManyGone(missing) => (
            "deletions not marked",
            Some(format!(
                "{} of {} rows are missing in the store",
                missing.missing, missing.rows
            )),
        ),
    };
    json!({
        "table": report.table,
        "rows": report.rows,
        "changed": report.changed,
        "deleted": report.deleted,
        "bookmark": report.bookmark.map(|bookmark| bookmark.to_string()),
        "state": state,
        "reason": reason,
    })
    .to_string()
}

pub(super) fn described() -> Described {
    Described {
        object: Some(&REPORT),
        ..Described::default()
    }
}

/// The fields of a report.
static REPORT: Object = Object {
    name: "sync_report",
    fields: &[
        field("table", FieldKind::Text),
        field("rows", FieldKind::Integer),
        field("changed", FieldKind::Integer),
        field("deleted", FieldKind::Integer),
        field("bookmark", FieldKind::Time),
        field("state", FieldKind::Text),
        field("reason", FieldKind::Text),
    ],
    columns: &["table", "rows", "changed", "deleted", "bookmark", "state"],
    conventions: &Conventions::PLAIN,
};
