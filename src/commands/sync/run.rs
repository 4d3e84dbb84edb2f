//! `rc sync`: from words to a copy.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::args::Sync;
use super::place;
use super::views;
use super::watcher::Watcher;
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
use crate::sync::destination::{DestinationThread, Writer};
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
        .hint("rc sync check says what a run would meet"));
    }
    let mut printer = Printer::prepare(run, options, Shape::Many, described())?;
    let clients = clients(run, &place, &plan)?;
    let destination = place::open(run, options, asked.to.as_ref())?;
    (run.guard_interrupts)();
    let worker = DestinationThread::start(destination, run.clock.clone())?;
    let outcome = repeat(
        run,
        options,
        &place,
        asked,
        plan,
        clients,
        &worker,
        &mut printer,
    );
    worker.end();
    printer.finish()?;
    outcome
}

#[expect(clippy::too_many_arguments, reason = "the parts of one run")]
fn repeat(
    run: &mut Run,
    options: &Options,
    place: &Target,
    asked: &Sync,
    plan: RunPlan,
    clients: HashMap<&'static str, Arc<Client>>,
    worker: &DestinationThread,
    printer: &mut Printer,
) -> Result<()> {
    let progress = run.progress(options, "rows");
    let voice = run.reporter.voice();
    let watcher = Watcher::new(progress, voice, run.clock.clone(), &plan.tables);
    let first = clients.get(place.family.newest().version);
    let first = first
        .ok_or_else(|| Error::unexpected("there is no client"))?
        .clone();
    let now = run.now(place.family.newest());
    let sync = SyncRun {
        plan,
        clients,
        worker: worker.clone(),
        observer: &watcher,
        clock: run.clock.clone(),
    };
    let writer = writer();
    loop {
        watcher.begin();
        let result = Run::wait(async {
            let store = store_key(place, store_id(&first, &now).await?)?;
            sync.run(store, writer.clone()).await
        });
        if matches!(&result, Err(error) if error.kind == Kind::Interrupted) {
            // What was being stored is stored, and the next writer may come.
            let runtime = crate::runtime::current_thread()?;
            runtime.block_on(worker.call(|destination| destination.finish()))?;
        }
        let reports = result?;
        for report in &reports {
            printer.record(&record(report))?;
        }
        printer.page_end()?;
        let laid_out = watcher.take_laid_out();
        let views = laid_out.map_or(Ok(()), |laid_out| views::judged(run, asked, laid_out));
        let outcome = judged(&reports).and(views);
        let Some(pause) = asked.watch else {
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
            .note("changes of the last 30 minutes are left to the next run; --lag says otherwise");
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
pub(super) async fn store_id(client: &Client, now: &Now) -> Result<Option<String>> {
    if let Some(store) = client.store() {
        return Ok(Some(store.to_owned()));
    }
    let facts = check::store(client, now).await?;
    Ok(facts.identity().map(|identity| identity.id))
}

/// What tells the store of a place from every other one.
pub(super) fn store_key(place: &Target, id: Option<String>) -> Result<StoreKey> {
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
            "the token may not read the store, so that its copy cannot be told from another one's",
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
                "{} of {} rows of {table} are gone from the store; none was marked as deleted",
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
                "{} of {} rows are gone",
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

fn described() -> Described {
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
