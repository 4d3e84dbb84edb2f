//! `rc bulk RESOURCE VERB --where …`: a job over a selection of objects. They
//! are read, the changes are planned and told, and either written as a plan or
//! carried out.

use std::fmt::Write as _;

use super::args::{Going, SelectionWords, Work};
use super::dry::Rehearsal;
use super::start::{self, Announced, SpecialRows};
use super::store::Store;
use super::{jobs, operation_id, rows, work};
use crate::api::request::{self, GivenValue, Request, Values};
use crate::bulk::Engine;
use crate::bulk::change::{ChangeRow, ChangeSummary, Changer, check_field};
use crate::bulk::ledger::{DraftLedger, Guard, JobSubject, Jobs, PlannedRow};
use crate::bulk::plan_file::{PlanSubject, PlanWriter};
use crate::bulk::read;
use crate::bulk::run::look::is_readable;
use crate::bulk::select::{self, Condition, SelectionSink};
use crate::bulk::shape::{Shaper, Shaping};
use crate::catalog::{Operation, OperationAction, Resource, kebab};
use crate::cli::Options;
use crate::commands::FAMILY;
use crate::commands::call::ids::Ids;
use crate::error::{Error, Result};
use crate::filter::Jq;
use crate::output::AtomicFile;
use crate::output::progress::{ProgressLine, ProgressState, grouped};
use crate::ui::Run;
use serde_json::Value;

/// Plans the changes of a selection, and carries them out unless they go to a
/// file.
pub(super) fn run(
    run: &mut Run,
    options: &Options,
    asked: &Work,
    words: &SelectionWords,
    going: Going,
) -> Result<()> {
    start::may_leave(Engine::Requests, going)?;
    may_select(asked, words)?;
    let condition = words.condition.as_deref();
    let compile = |text: &str| Jq::compile_with(text, &asked.variables);
    let condition = condition.map(compile).transpose()?;
    let changer = changer(run, asked, words)?;
    let request = match words.ids {
        Some(_) => None,
        None => Some(list_request(run, asked, words)?),
    };
    let place = run.place(options)?;
    let mut store = Store::at(run, place)?;
    store.prepare(run, asked.operation, Engine::Requests)?;
    let jobs = jobs::all(run)?;
    let target = target(run, options, (asked, words), &store, &jobs)?;
    let ids = match &words.ids {
        Some(path) => Some(ids(run, asked, path)?),
        None => None,
    };
    let singular = asked.resource.singular.replace('_', " ");
    let condition = condition.as_ref().map(|jq| Condition {
        jq,
        singular: &singular,
    });
    let progress = run.progress(options, "records");
    let mut planning = Planning {
        run,
        resource: asked.resource,
        operation: asked.operation,
        changer,
        target,
        summary: ChangeSummary::default(),
        special: SpecialRows::default(),
        progress,
    };
    let client = &store.client;
    let read = Run::wait(async {
        let sink: &mut dyn SelectionSink = &mut planning;
        match (request, ids) {
            (Some(request), _) => {
                let list = listing(asked)?;
                select::of_list(
                    client,
                    asked.resource,
                    request,
                    list,
                    condition.as_ref(),
                    sink,
                )
                .await
            }
            (None, ids) => {
                let ids = ids.unwrap_or_default();
                select::of_ids(client, asked.resource, &ids, condition.as_ref(), sink).await
            }
        }
    })?;
    let Planning {
        target,
        summary,
        special,
        progress,
        ..
    } = planning;
    drop(progress);
    tell(run, asked, &summary, read);
    match target {
        Planned::Shown(rehearsal) => rehearsal.finish(run),
        Planned::File(writer) => written(run, words, writer, summary.rows),
        Planned::Job(_) if summary.rows == 0 => Ok(()),
        Planned::Job(draft) => {
            let announced = Announced {
                what: format!(
                    "{} for {} of the selection",
                    asked.named(),
                    rows(summary.rows)
                ),
                resource: asked.resource,
                operation: asked.operation,
                engine: Engine::Requests,
                special,
                reads: 0,
                is_undoable: true,
            };
            begin(run, options, *draft, &announced, &store, going)
        }
    }
}

/// Where the planned rows go, as the flags say.
fn target<'a>(
    run: &Run,
    options: &'a Options,
    (asked, words): (&Work, &SelectionWords),
    store: &'a Store,
    jobs: &'a Jobs,
) -> Result<Planned<'a>> {
    let subject = JobSubject {
        operation: operation_id(asked.resource, asked.operation),
        engine: Engine::Requests,
        input: described(words),
        header: None,
        store: store.whereabouts(),
        guard: if words.is_forced {
            Guard::Note
        } else {
            Guard::Compare
        },
        undoes: None,
    };
    Ok(match (&words.plan, options.dry_run) {
        (_, Some(form)) => Planned::Shown(Rehearsal::with(
            options,
            (asked.operation, Engine::Requests),
            &store.place,
            form,
        )?),
        (Some(_), None) => Planned::File(PlanWriter::new(PlanSubject {
            operation: subject.operation.clone(),
            store: subject.store.clone(),
            made_at: (run.clock)(),
        })?),
        (None, None) => {
            jobs.prune()?;
            Planned::Job(Box::new(jobs.begin(subject)?))
        }
    })
}

/// Agrees on a job whose rows are all in, and carries it out.
pub(super) fn begin(
    run: &mut Run,
    options: &Options,
    mut draft: DraftLedger<'_>,
    announced: &Announced,
    store: &Store,
    going: Going,
) -> Result<()> {
    let printer = jobs::printer(run, options)?;
    draft.complete()?;
    announced.agree(run, options, &draft.plan(), store)?;
    let (ledger, _) = draft.finish()?;
    start::begun(run, &ledger);
    work::run(run, options, &ledger, store, going, printer)
}

/// A selection is of objects that are there, each named by its id.
fn may_select(asked: &Work, words: &SelectionWords) -> Result<()> {
    let named = asked.named();
    if asked.operation.action == OperationAction::Create {
        return Err(Error::usage(format!(
            "{named} creates objects, but a selection consists of existing ones"
        ))
        .hint(format!(
            "give the new objects in a file: rc bulk {named} FILE"
        )));
    }
    if !is_readable(asked.resource, asked.operation) {
        return Err(
            Error::usage(format!("{named} does not act on one object by its id")).hint(format!(
                "a file names what it acts on: rc bulk {named} FILE"
            )),
        );
    }
    if !asked.map.is_empty() || !asked.lookups.is_empty() || asked.jq.is_some() {
        return Err(
            Error::usage("--map, --lookup and --jq are for the rows of a file")
                .hint("--set and --set-jq give the objects of a selection new values"),
        );
    }
    for (name, _) in &words.set {
        check_field(asked.resource, asked.operation, name)
            .map_err(|why| Error::usage(format!("--set {name}: {why}")))?;
    }
    Ok(())
}

fn listing(asked: &Work) -> Result<&'static Operation> {
    asked
        .resource
        .operation_to(OperationAction::List)
        .ok_or_else(|| {
            let name = kebab(asked.resource.name);
            Error::usage(format!("{name} has no list to select from"))
                .hint("--ids names the objects")
        })
}

/// The request for the list, with its filters.
fn list_request(run: &Run, asked: &Work, words: &SelectionWords) -> Result<Request> {
    let list = listing(asked)?;
    let api = FAMILY.newest();
    let mut values = Values::default();
    for (name, value) in &words.filters {
        let known = list.query.iter().find(|filter| {
            (filter.name == name || filter.flag_name() == *name) && filter.name != api.page_size
        });
        let Some(filter) = known else {
            let names: Vec<&str> = list.query.iter().map(|filter| filter.name).collect();
            return Err(Error::usage(format!(
                "--filter {name}: the list of {} has no such filter",
                kebab(asked.resource.name)
            ))
            .hint(format!("its filters: {}", names.join(", "))));
        };
        request::check(filter, value)
            .map_err(|why| Error::usage(format!("--filter {name}={value}: {why}")))?;
        values.given.push(GivenValue {
            parameter: filter,
            words: vec![value.clone()],
        });
    }
    let mut request = request::fill(list, &[], &values, &run.now(api))?;
    request.set_query(api.page_size, api.maximum_page_size.to_string());
    Ok(request)
}

fn changer(run: &Run, asked: &Work, words: &SelectionWords) -> Result<Changer> {
    let mut constants = asked.constants.clone();
    constants.extend(words.set.iter().cloned());
    let shaping = Shaping {
        constants,
        null: asked.null.clone(),
        ..Shaping::default()
    };
    let now = run.now(FAMILY.newest());
    let shaper = Shaper::new(
        asked.resource,
        asked.operation,
        Engine::Requests,
        None,
        shaping,
        now,
    )
    // Values of both flags are read alike, and the message names this one.
    .map_err(|mut error| {
        error.message = error.message.replacen("--const", "--set", 1);
        error
    })?;
    let computed = words.computed.as_deref();
    let computed = computed.map(|text| Jq::compile_with(text, &asked.variables));
    Ok(Changer::new(
        asked.resource,
        asked.operation,
        shaper,
        computed.transpose()?,
    ))
}

fn ids(run: &mut Run, asked: &Work, path: &str) -> Result<Vec<String>> {
    let (_, stream) = read::open_path(path, || run.stdin.take())?;
    let [path_parameter] = asked.operation.path_parameters else {
        return Ok(Vec::new());
    };
    let mut ids: Vec<String> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for id in Ids::new(stream, path_parameter) {
        let id = id?;
        if seen.insert(id.clone()) {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// The selection, as the list of jobs names it.
fn described(words: &SelectionWords) -> String {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(words.ids.iter().map(|path| format!("--ids {path}")));
    let filters = words.filters.iter();
    parts.extend(filters.map(|(name, value)| format!("--filter {name}={value}")));
    parts.extend(words.condition.iter().map(|text| format!("--where {text}")));
    parts.join(" ")
}

fn tell(run: &mut Run, asked: &Work, summary: &ChangeSummary, read: u64) {
    let objects = asked.resource.name.replace('_', " ");
    let mut told = format!(
        "read {} {objects}: {} to change",
        grouped(read),
        grouped(summary.rows)
    );
    if summary.unchanged > 0 {
        let _ = write!(
            told,
            ", {} already have the new values",
            grouped(summary.unchanged)
        );
    }
    run.reporter.note(&told);
    for line in summary.lines() {
        run.reporter.item(
            &line,
            || serde_json::json!({"kind": "change", "text": line.trim()}),
        );
    }
}

fn written(run: &mut Run, words: &SelectionWords, writer: PlanWriter, count: u64) -> Result<()> {
    let Some(path) = &words.plan else {
        return Ok(());
    };
    let file = AtomicFile::create_private(path)?;
    writer.finish(file.writer()?)?;
    file.commit()?;
    run.reporter.note(&format!(
        "{} in {}; nothing was sent: rc bulk apply {}",
        rows(count),
        path.display(),
        path.display()
    ));
    Ok(())
}

/// Where planned rows go.
enum Planned<'a> {
    Shown(Rehearsal<'a>),
    File(PlanWriter),
    Job(Box<DraftLedger<'a>>),
}

/// Takes the objects of a selection, and plans their changes.
struct Planning<'r, 'a> {
    run: &'r mut Run,
    resource: &'static Resource,
    operation: &'static Operation,
    changer: Changer,
    target: Planned<'a>,
    summary: ChangeSummary,
    special: SpecialRows,
    progress: ProgressLine,
}

impl SelectionSink for Planning<'_, '_> {
    fn take(&mut self, id: &str, record: &Value) -> Result<()> {
        let Some(row) = self.changer.change(id, record)? else {
            self.summary.unchanged += 1;
            return Ok(());
        };
        self.summary.take(self.resource, &row);
        self.special.take(self.operation, &row.task);
        match &mut self.target {
            Planned::Shown(rehearsal) => rehearsal.print(self.run, &row.task),
            Planned::File(writer) => writer.add(&row),
            Planned::Job(draft) => add(draft, self.summary.rows, &row),
        }
    }

    fn read(&mut self, count: u64) {
        self.progress.seen(ProgressState {
            done: count,
            state: "read",
            ..ProgressState::default()
        });
    }
}

/// Puts a planned row into a ledger.
pub(super) fn add(draft: &mut DraftLedger<'_>, line: u64, row: &ChangeRow) -> Result<()> {
    let mut input = row.after.clone();
    input.shift_insert(0, "id".to_owned(), row.id.clone().into());
    let input = Value::Object(input).to_string();
    draft.add_planned(&PlannedRow {
        expected: Some(Value::Object(row.before.clone()).to_string()),
        ..PlannedRow::of(line, &input, &row.task)
    })
}
