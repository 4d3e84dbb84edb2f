//! `rc stats`: a list is read to its end, counted and added up, and shown as a
//! picture or as records. [`crate::stats`] decides what is computed.

use super::args::Stats;
use crate::api::pages::{ListFailure, Pages, RecordSink};
use crate::api::response::Wanted;
use crate::cli::Options;
use crate::commands::call::run as call;
use crate::commands::dry;
use crate::error::{Error, Result};
use crate::filter::Flow;
use crate::nearest::{Similarity, nearest};
use crate::output::progress::{ProgressLine, ProgressState};
use crate::output::{Bar, Bars, Format, Shape};
use crate::stats::{FigureRow, Figures, GroupTally, StatsPlan};
use crate::ui::Run;
use crate::ui::printer::{Described, Printer, style};

/// Rows of a picture, where no one says how many.
const ROWS: usize = 25;

/// Works out figures from words to exit.
pub(in crate::commands) fn run(run: &mut Run, options: &Options, asked: &Stats) -> Result<()> {
    let mut place = run.place(options)?;
    let row = place.row(asked.call.resource.name, asked.call.operation.verb)?;
    let asked_call = asked.call.in_version(row)?;
    let filled = call::filled(run, options, &place, &asked_call)?;
    let object = asked_call.resource.object;
    let includes = filled.described().includes;
    let includes: Vec<&str> = includes.iter().map(String::as_str).collect();
    let plan = StatsPlan::new(&asked.wish, object, &includes)?;
    if options.output.columns.as_deref() == Some("help") {
        return run.print(&format!("{}\n", plan.names().join("\n")));
    }
    let request = filled.first()?;
    for note in &request.notes {
        run.reporter.note(note);
    }
    if let Some(form) = options.dry_run {
        dry::check(options, form)?;
        return call::dry_run(run, options, &filled, &place, form);
    }
    // Whatever is wrong with the flags is found before anything is sent.
    let mut printer = None;
    let plan = if as_picture(run, options) {
        plan.or_top(ROWS)
    } else {
        let options = with_columns(options, &plan)?;
        let described = Described::default();
        printer = Some(Printer::prepare(run, &options, Shape::Many, described)?);
        plan
    };
    let client = run.client(&place)?;
    (run.guard_interrupts)();
    let wanted = Wanted::of(asked_call.operation.response);
    let mut pages = Pages::new(client, request, wanted);
    let mut tally = GroupTally::new(plan);
    let progress = run.progress(options, "records");
    let limit = asked.call.paging.limit;
    let mut sink = TalliedList {
        run,
        tally: &mut tally,
        progress: &progress,
    };
    let read = Run::wait(async {
        let read = pages.records(limit, &mut sink).await;
        read.map_err(ListFailure::into_error)
    });
    drop(progress);
    read?;
    let figures = tally.finish()?;
    for note in &figures.notes {
        run.reporter.note(note);
    }
    match printer {
        Some(mut printer) => {
            for row in &figures.rows {
                printer.record(&figures.record(row))?;
            }
            printer.finish()?;
        }
        None if figures.rows.is_empty() => {
            let nouns = asked.call.resource.name.replace('_', " ");
            run.reporter.done(&format!("no {nouns} match"));
        }
        None => {
            let style = style(run, &options.output, options.colour);
            let text = picture(&figures).draw(style);
            run.print_styled(&text)?;
        }
    }
    Ok(())
}

/// Whether somebody looks who asked for nothing else.
pub(in crate::commands) fn as_picture(run: &Run, options: &Options) -> bool {
    let asked = &options.output;
    style(run, asked, options.colour).for_eyes()
        && matches!(asked.format, None | Some(Format::Table))
        && asked.jq.is_none()
        && asked.columns.is_none()
        && !asked.raw
        && !asked.slurp
        && !asked.excel
        && !asked.no_headers
        && !asked.all_columns
}

/// Columns that are known, also where there is no row to show them.
fn with_columns(options: &Options, plan: &StatsPlan) -> Result<Options> {
    let mut options = options.clone();
    let asked = &mut options.output;
    let names = plan.names();
    if let Some(columns) = asked.columns.as_deref().filter(|_| asked.jq.is_none()) {
        for column in columns.split(',').map(str::trim) {
            if !names.iter().any(|name| name == column) {
                let near = nearest(column, &names, Similarity::Usual);
                let error = Error::usage(format!("there is no column `{column}`"));
                let error = match near {
                    Some(near) => error.hint(format!("did you mean `{near}`?")),
                    None => error,
                };
                return Err(error.hint(format!("columns are: {}", names.join(", "))));
            }
        }
    } else if asked.jq.is_none() && asked.format.is_some_and(Format::has_columns) {
        asked.columns = Some(names.join(","));
    }
    Ok(options)
}

/// A list on its way to the tally.
struct TalliedList<'a> {
    run: &'a mut Run,
    tally: &'a mut GroupTally,
    progress: &'a ProgressLine,
}

impl RecordSink for TalliedList<'_> {
    fn remark(&mut self, remark: &str) {
        self.run.reporter.note(remark);
    }

    fn record(&mut self, record: &str) -> Result<Flow> {
        self.tally.take(record)?;
        Ok(Flow::More)
    }

    async fn page_end(&mut self) -> Result<Flow> {
        self.progress.seen(ProgressState {
            done: self.tally.records(),
            ..ProgressState::default()
        });
        Ok(Flow::More)
    }
}

/// The figures as a picture, with a last row of all where that says more.
fn picture(figures: &Figures) -> Bars {
    let plan = figures.plan();
    let cells = |row: &FigureRow| {
        let mut cells = figures.labels(row);
        cells.extend(figures.numbers(row));
        cells
    };
    let status = plan.status();
    let rows = figures.rows.iter().zip(figures.shares());
    let rows = rows.map(|(row, share)| Bar {
        cells: cells(row),
        share,
        tone: status.and_then(|(at, tones)| tones.of(&row.label(at)?)),
    });
    let mut total = cells(&figures.total);
    if let Some(label) = total.first_mut().filter(|_| plan.keys() > 0) {
        "total".clone_into(label);
    }
    Bars {
        headings: plan.headings(),
        labels: plan.keys(),
        rows: rows.collect(),
        total: (figures.rows.len() > 1).then_some(total),
    }
}
