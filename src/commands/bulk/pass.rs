//! One pass over an input: every row is read, shaped and checked, and handed
//! on. Problems are reported on the way; in the end stands what it all came to.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;

use super::args::Work;
use super::findings::Findings;
use super::{lookups, mapping, rows};
use crate::api::client::Client;
use crate::bulk::Engine;
use crate::bulk::plan::{JobPlan, Planner};
use crate::bulk::read::{self, InputReader};
use crate::bulk::row::{Finding, RowContent, Task};
use crate::bulk::shape::{
    self, CheckCounts, Checker, LookupColumn, Mapping, Shaped, Shaper, Shaping,
};
use crate::cli::Options;
use crate::commands::FAMILY;
use crate::error::{Error, Result};
use crate::filter::Jq;
use crate::output::progress::{ProgressLine, ProgressState, grouped};
use crate::ui::Run;

/// Rows between two looks at the clock.
const BETWEEN_LOOKS: u64 = 512;

/// What takes the rows.
pub(super) trait Taker {
    /// Learns the names of the columns, before any row; none of JSON objects.
    fn begins(&mut self, run: &mut Run, header: Option<&[String]>) -> Result<()>;

    /// Takes a good row: its line, what is there, what it asks for.
    fn good(&mut self, run: &mut Run, line: u64, content: &RowContent, task: &Task) -> Result<()>;

    /// Whether the good rows may be used although others are wrong.
    fn accepts_wrong(&self) -> bool {
        false
    }

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
    /// Rows in which there is nothing to change.
    pub(super) unchanged: u64,
    /// Requests that looked up ids.
    pub(super) reads: u64,
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

    /// Asks whether the rows that are wrong are to be left out.
    ///
    /// # Errors
    /// As for [`Self::verdict`], when they are not.
    pub(super) fn ask(&self, run: &mut Run, work: &Work) -> Result<()> {
        if self.invalid == 0 || work.skip_invalid || self.plan.rows == 0 {
            return self.verdict(work);
        }
        let (invalid, good) = (rows(self.invalid), rows(self.plan.rows));
        let (are, them) = if self.invalid == 1 {
            ("is", "it")
        } else {
            ("are", "them")
        };
        if let Some(path) = &self.report {
            run.reporter
                .note(&format!("all problems are in {}", path.display()));
        }
        let question = format!("{invalid} {are} wrong. Leave {them} out and import {good}?");
        if run.agrees(&question)? {
            return Ok(());
        }
        Err(self.refusal())
    }

    /// What is wrong, as an error; nothing where nothing is, or where that is
    /// to be skipped.
    pub(super) fn verdict(&self, work: &Work) -> Result<()> {
        if self.invalid == 0 || work.skip_invalid {
            return Ok(());
        }
        Err(self.refusal())
    }

    /// The error that rows are wrong.
    fn refusal(&self) -> Error {
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
        error.hint("correct them, or leave them out with --skip-invalid")
    }
}

/// Reads the whole input of a work. Lookups are read with the client, where
/// there is one already.
pub(super) fn over(
    run: &mut Run,
    options: &Options,
    work: &Work,
    client: Option<&Arc<Client>>,
    taker: &mut dyn Taker,
) -> Result<Passed> {
    let mut columns = lookups::columns(work)?;
    // The name of a lookup comes before that of a saved mapping.
    let mut map: Mapping = lookups::names(&columns).collect();
    map.extend(mapping::given(work)?);
    let (input, mut reader) = reader(run, work, &map)?;
    if let Some(header) = reader.header() {
        map = mapping::for_header(map, work, header);
        if work.jq.is_none() {
            mapping::complete(run, work, &mut map, header)?;
        }
    }
    mapping::save(run, work, &map)?;
    let mut reads = 0;
    if !columns.is_empty() {
        let shaper = shaper(run, work, reader.header(), &map, columns)?;
        let mut pass = InputPass::new(run, options, work, (&input, reader), shaper)?;
        pass.collects = true;
        pass.is_repeated = work.skip_invalid || taker.accepts_wrong();
        let (passed, shaper) = pass.run(run, &mut Nothing)?;
        if passed.invalid > 0 && !work.skip_invalid && !taker.accepts_wrong() {
            return Ok(passed);
        }
        columns = shaper.into_lookups();
        reads = lookups::read(run, options, client, &mut columns)?;
        reader = self::reader(run, work, &map)?.1;
    }
    let shaper = shaper(run, work, reader.header(), &map, columns)?;
    taker.begins(run, reader.header())?;
    let pass = InputPass::new(run, options, work, (&input, reader), shaper)?;
    let (mut passed, _) = pass.run(run, taker)?;
    passed.reads = reads;
    Ok(passed)
}

/// A pass over the rows of an open input.
struct InputPass<'a> {
    work: &'a Work,
    input: String,
    reader: InputReader,
    shaper: Shaper,
    checker: Checker,
    findings: Findings,
    progress: ProgressLine,
    /// Whether the values of lookups are only collected: rows are not compared,
    /// and notes come with the pass that follows.
    collects: bool,
    /// Whether another pass follows although rows are wrong.
    is_repeated: bool,
}

impl<'a> InputPass<'a> {
    fn new(
        run: &Run,
        options: &Options,
        work: &'a Work,
        (input, reader): (&str, InputReader),
        shaper: Shaper,
    ) -> Result<Self> {
        Ok(Self {
            work,
            input: input.to_owned(),
            checker: Checker::new(&shaper)?,
            findings: Findings::new(input, work.report.as_deref(), reader.cell_names()),
            progress: run.progress(options, "rows"),
            reader,
            shaper,
            collects: false,
            is_repeated: false,
        })
    }

    fn run(mut self, run: &mut Run, taker: &mut dyn Taker) -> Result<(Passed, Shaper)> {
        let mut shown = Vec::new();
        self.notes(run, &mut shown);
        let mut planner = Planner::new(self.work.engine);
        while let Some(row) = self.reader.next_row()? {
            let mut shaped = self.shaper.shape(&row);
            if self.collects {
                self.checker.count(&shaped);
            } else {
                shaped = self.checker.take(row.line, shaped);
            }
            match shaped {
                Shaped::Task(task) => {
                    planner.place(task.body.as_deref().map_or(0, str::len));
                    taker.good(run, row.line, &row.content, &task)?;
                }
                // The pass that follows finds them again.
                Shaped::Wrong(_) if self.is_repeated => {}
                Shaped::Wrong(found) => {
                    for finding in &found {
                        self.findings.take(run, finding)?;
                    }
                    taker.wrong(row.line, &row.content, &found)?;
                }
                Shaped::LeftOut | Shaped::Unchanged => {}
            }
            show(&self.progress, self.checker.counts());
        }
        drop(self.progress);
        let counts = self.checker.counts();
        // How letters are written may have shown late, and so do keys of objects.
        if !self.collects {
            let late = self.reader.notes().into_iter().chain(self.shaper.notes());
            for note in late.filter(|note| !shown.contains(note)) {
                run.reporter.note(&note);
            }
        }
        let passed = Passed {
            input: self.input,
            invalid: counts.wrong,
            blank: self.reader.blank(),
            left_out: counts.left_out,
            unchanged: counts.unchanged,
            reads: 0,
            plan: planner.finish(),
            report: self.findings.finish(run)?,
        };
        if !self.collects {
            remarks(run, self.work, &passed);
        }
        Ok((passed, self.shaper))
    }

    /// Tells what is known of the input before its first row.
    fn notes(&self, run: &mut Run, shown: &mut Vec<String>) {
        if self.collects {
            return;
        }
        shown.extend(self.reader.notes());
        shown.extend(self.shaper.notes());
        for note in shown {
            run.reporter.note(note);
        }
    }
}

fn show(progress: &ProgressLine, counts: CheckCounts) {
    if counts.rows.is_multiple_of(BETWEEN_LOOKS) {
        progress.seen(ProgressState {
            done: counts.rows,
            failed: 0,
            total: None,
            state: "read and checked",
            ..ProgressState::default()
        });
    }
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
    if passed.unchanged > 0 {
        let rows = rows(passed.unchanged);
        run.reporter
            .note(&format!("{rows} left out: nothing to change"));
    }
    if work.skip_invalid
        && let Some(path) = &passed.report
    {
        let (rows, path) = (rows(passed.invalid), path.display());
        run.reporter
            .note(&format!("{rows} wrong and left out; why is in {path}"));
    }
}

fn reader(run: &mut Run, work: &Work, map: &Mapping) -> Result<(String, InputReader)> {
    let (input, stream) = read::open_path(&work.file, || run.stdin.take())?;
    let options = read::ReadOptions {
        sheet: work.sheet.clone(),
        delimiter: work.delimiter,
        encoding: work.encoding,
        skip_lines: work.skip_lines,
        form: None,
    };
    // The input of a filter may have any column names.
    let reader = if work.jq.is_some() {
        InputReader::open(&input, stream, &options, &|_| true)
    } else {
        let familiar = shape::familiar(work.resource, work.operation, map);
        InputReader::open(&input, stream, &options, &familiar)
    };
    Ok((input, reader?))
}

fn shaper(
    run: &Run,
    work: &Work,
    header: Option<&[String]>,
    map: &Mapping,
    lookups: Vec<LookupColumn>,
) -> Result<Shaper> {
    let compile = |text| Jq::compile_with(text, &work.variables);
    let filter = work.jq.as_deref().map(compile);
    let shaping = Shaping {
        map: map.clone(),
        constants: work.constants.clone(),
        null: work.null.clone(),
        jq: filter.transpose()?,
        decimal: work.decimal,
        dates: work.dates,
        lookups,
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

/// What is in a row, as the ledger keeps it: its cells as a JSON list, or the
/// object itself; what is neither as JSON text.
pub(super) fn kept(content: &RowContent) -> String {
    match content {
        RowContent::Cells(cells) | RowContent::Marked(cells, _) => {
            cells.iter().collect::<Value>().to_string()
        }
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
