//! One pass over an input: every row is read, shaped and checked, and handed
//! on. What is wrong is told on the way; in the end stands what it all came to.

use std::path::PathBuf;

use serde_json::Value;

use super::args::Work;
use super::findings::Findings;
use super::rows;
use crate::bulk::Engine;
use crate::bulk::plan::{JobPlan, Planner};
use crate::bulk::read::{self, RowReader};
use crate::bulk::row::{Finding, RowContent, Task};
use crate::bulk::shape::{self, Checker, Shaped, Shaper, Shaping};
use crate::cli::Options;
use crate::commands::FAMILY;
use crate::error::{Error, Result};
use crate::filter::Jq;
use crate::output::progress::{ProgressState, grouped};
use crate::ui::Run;

/// Rows between two looks at the clock.
const BETWEEN_LOOKS: u64 = 512;

/// What takes the rows.
pub(super) trait Taker {
    /// Learns the names of the columns, before any row; none of JSON objects.
    fn begins(&mut self, run: &mut Run, header: Option<&[String]>) -> Result<()>;

    /// Takes a good row: its line, what stands there, what it asks for.
    fn good(&mut self, run: &mut Run, line: u64, content: &RowContent, task: &Task) -> Result<()>;

    /// Takes a wrong row.
    fn wrong(&mut self, line: u64, content: &RowContent, findings: &[Finding]) -> Result<()>;
}

/// What an input came to.
#[derive(Debug)]
pub(super) struct Passed {
    /// The input, as messages name it.
    pub(super) input: String,
    /// Rows that are wrong.
    pub(super) invalid: u64,
    /// Rows of empty cells only.
    pub(super) blank: u64,
    /// Rows of which the filter made nothing.
    pub(super) left_out: u64,
    /// What it takes to carry out the others.
    pub(super) plan: JobPlan,
    /// Where all that is wrong is written down.
    pub(super) report: Option<PathBuf>,
}

impl Passed {
    /// Good and wrong ones.
    pub(super) const fn rows(&self) -> u64 {
        self.plan.rows + self.invalid
    }

    /// What is wrong, as an error; nothing where nothing is, or where that is
    /// to be skipped.
    pub(super) fn verdict(&self, work: &Work) -> Result<()> {
        if self.invalid == 0 || work.skip_invalid {
            return Ok(());
        }
        let (invalid, rows) = (grouped(self.invalid), grouped(self.rows()));
        let of = if self.rows() == 1 { "row" } else { "rows" };
        let verb = if self.invalid == 1 { "is" } else { "are" };
        let message = format!(
            "{}: {invalid} of {rows} {of} {verb} wrong; nothing was sent",
            self.input
        );
        let error = match &self.report {
            Some(path) => Error::usage(message).hint(format!("all in {}", path.display())),
            None => Error::usage(message),
        };
        Err(error.hint("put them right, or say --skip-invalid to go on without them"))
    }
}

/// Reads the whole input of a work.
pub(super) fn over(
    run: &mut Run,
    options: &Options,
    work: &Work,
    taker: &mut dyn Taker,
) -> Result<Passed> {
    let (input, mut reader) = reader(run, work)?;
    let mut shaper = shaper(run, work, reader.header())?;
    let mut told = reader.notes();
    told.extend(shaper.notes());
    for note in &told {
        run.reporter.note(note);
    }
    taker.begins(run, reader.header())?;
    let progress = run.progress(options, "rows");
    let mut findings = Findings::new(&input, work.report.as_deref());
    let mut planner = Planner::new(work.engine);
    let mut checker = Checker::new(&shaper)?;
    while let Some(row) = reader.next_row()? {
        match checker.take(row.line, shaper.shape(&row)) {
            Shaped::Task(task) => {
                planner.place(task.body.as_deref().map_or(0, str::len));
                taker.good(run, row.line, &row.content, &task)?;
            }
            Shaped::Wrong(found) => {
                for finding in &found {
                    findings.take(run, finding)?;
                }
                taker.wrong(row.line, &row.content, &found)?;
            }
            Shaped::LeftOut => {}
        }
        let counts = checker.counts();
        if counts.rows.is_multiple_of(BETWEEN_LOOKS) {
            progress.seen(ProgressState {
                done: counts.rows,
                failed: 0,
                total: None,
                state: "read and checked",
            });
        }
    }
    drop(progress);
    // How letters are written may have shown late, and so do keys of objects.
    let late = reader.notes().into_iter().chain(shaper.notes());
    for note in late.filter(|note| !told.contains(note)) {
        run.reporter.note(&note);
    }
    let counts = checker.counts();
    let report = findings.finish(run)?;
    let passed = Passed {
        input,
        invalid: counts.wrong,
        blank: reader.blank(),
        left_out: counts.left_out,
        plan: planner.finish(),
        report,
    };
    remarks(run, work, &passed);
    Ok(passed)
}

/// Nothing is left out in silence.
fn remarks(run: &mut Run, work: &Work, passed: &Passed) {
    if passed.blank > 0 {
        let rows = rows(passed.blank);
        run.reporter
            .note(&format!("{rows} without any value left out"));
    }
    if passed.left_out > 0 {
        let rows = rows(passed.left_out);
        run.reporter.note(&format!("{rows} left out by --jq"));
    }
    if work.skip_invalid
        && let Some(path) = &passed.report
    {
        let (rows, path) = (rows(passed.invalid), path.display());
        run.reporter
            .note(&format!("{rows} wrong and left out; why is in {path}"));
    }
}

fn reader(run: &mut Run, work: &Work) -> Result<(String, RowReader)> {
    let (input, stream) = read::open_path(&work.file, || run.stdin.take())?;
    let options = read::ReadOptions {
        delimiter: work.delimiter,
        encoding: work.encoding,
        form: None,
    };
    // What a filter makes anew may have any names before.
    let reader = if work.jq.is_some() {
        RowReader::open(&input, stream, &options, &|_| true)
    } else {
        let familiar = shape::familiar(work.resource, work.operation, &work.map);
        RowReader::open(&input, stream, &options, &familiar)
    };
    Ok((input, reader?))
}

fn shaper(run: &Run, work: &Work, header: Option<&[String]>) -> Result<Shaper> {
    let compile = |text| Jq::compile_with(text, &work.variables);
    let filter = work.jq.as_deref().map(compile);
    let shaping = Shaping {
        map: work.map.clone(),
        constants: work.constants.clone(),
        null: work.null.clone(),
        jq: filter.transpose()?,
    };
    let Work {
        resource,
        operation,
        engine,
        ..
    } = *work;
    Shaper::new(
        resource,
        operation,
        engine,
        header,
        shaping,
        run.now(FAMILY.newest()),
    )
}

/// What stands in a row, as the ledger keeps it: its cells as a JSON list, or
/// the object itself; what is neither as JSON text.
pub(super) fn kept(content: &RowContent) -> String {
    match content {
        RowContent::Cells(cells) => cells.iter().collect::<Value>().to_string(),
        RowContent::Object(text) => (*text).to_owned(),
        RowContent::Unusable { text, .. } => Value::from(text.as_str()).to_string(),
    }
}

/// Takes nothing: for a look at an input.
pub(super) struct Nothing;

impl Taker for Nothing {
    fn begins(&mut self, _: &mut Run, _: Option<&[String]>) -> Result<()> {
        Ok(())
    }

    fn good(&mut self, _: &mut Run, _: u64, _: &RowContent, _: &Task) -> Result<()> {
        Ok(())
    }

    fn wrong(&mut self, _: u64, _: &RowContent, _: &[Finding]) -> Result<()> {
        Ok(())
    }
}

/// The words for an engine's share of a plan: `3 batches, 172 requests`.
pub(super) fn share(plan: &JobPlan, engine: Engine) -> String {
    let requests = match plan.requests {
        1 => "1 request".to_owned(),
        count => format!("{} requests", grouped(count)),
    };
    match (engine, plan.batches.len()) {
        (Engine::Requests, _) => requests,
        (Engine::Batches, 1) => format!("1 batch, {requests}"),
        (Engine::Batches, count) => format!("{count} batches, {requests}"),
    }
}
