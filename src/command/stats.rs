//! `rc stats`: a list is read to its end, counted and added up, and shown as a
//! picture or as records. What is worked out is decided in [`crate::stats`].

use super::call;
use super::printer::{Described, Printer, style};
use super::{Run, dry};
use crate::cli::{Options, Stats};
use crate::envelope::Wanted;
use crate::error::{Error, Result};
use crate::filter::nearest;
use crate::output::progress::{Progress, Seen};
use crate::output::{Bar, Bars, Format, Shape};
use crate::pages::Pages;
use crate::stats::{Figures, Plan, Row, Tally};

/// Rows of a picture, where nobody says how many.
const ROWS: usize = 25;

/// Records between two looks at the network.
const BETWEEN_LOOKS: usize = 64;

/// Works out figures from words to exit.
pub(super) fn run(run: &mut Run, options: &Options, asked: &Stats) -> Result<()> {
    let place = run.place(options)?;
    let filled = call::filled(run, options, &asked.call)?;
    let object = asked.call.resource.object;
    let includes = filled.described().includes;
    let includes: Vec<&str> = includes.iter().map(String::as_str).collect();
    let plan = Plan::new(&asked.wish, object, &includes)?;
    if options.output.columns.as_deref() == Some("help") {
        return run.print(&format!("{}\n", plan.names().join("\n")));
    }
    let request = filled.first()?;
    for note in &request.notes {
        run.talk.note(note);
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
    let wanted = Wanted::of(asked.call.operation.answer);
    let mut pages = Pages::new(client, request, wanted);
    let mut tally = Tally::new(plan);
    let progress = run.progress(options, "records");
    let limit = asked.call.paging.limit;
    let read = Run::wait(read(run, &mut pages, &mut tally, limit, &progress));
    drop(progress);
    read?;
    let figures = tally.finish()?;
    for note in &figures.notes {
        run.talk.note(note);
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
            run.talk.done(&format!("no {nouns} match"));
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
fn as_picture(run: &Run, options: &Options) -> bool {
    let asked = &options.output;
    style(run, asked, options.colour).for_eyes()
        && matches!(asked.format, None | Some(Format::Table))
        && asked.jq.is_none()
        && asked.columns.is_none()
        && !asked.raw
        && !asked.slurp
        && !asked.excel
}

/// Columns that are known, also where there is no row to show them.
fn with_columns(options: &Options, plan: &Plan) -> Result<Options> {
    let mut options = options.clone();
    let asked = &mut options.output;
    let names = plan.names();
    if let Some(columns) = asked.columns.as_deref().filter(|_| asked.jq.is_none()) {
        for column in columns.split(',').map(str::trim) {
            if !names.iter().any(|name| name == column) {
                let near = nearest(column, names.iter().map(String::as_str));
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

/// Reads a list to its end, or to its limit.
async fn read(
    run: &mut Run,
    pages: &mut Pages,
    tally: &mut Tally,
    limit: Option<u64>,
    progress: &Progress,
) -> Result<()> {
    let mut left = limit.unwrap_or(u64::MAX);
    while left > 0
        && let Some(page) = pages
            .next(|page| left > page.records().len() as u64)
            .await?
    {
        for remark in &page.remarks {
            run.talk.note(remark);
        }
        let most = usize::try_from(left).unwrap_or(usize::MAX);
        for (at, record) in page.records().take(most).enumerate() {
            tally.take(record)?;
            left -= 1;
            if at % BETWEEN_LOOKS == BETWEEN_LOOKS - 1 {
                tokio::task::yield_now().await;
            }
        }
        progress.seen(Seen {
            done: tally.records(),
            ..Seen::default()
        });
    }
    Ok(())
}

/// The figures as a picture, with a last row of all where that says more.
fn picture(figures: &Figures) -> Bars {
    let plan = figures.plan();
    let cells = |row: &Row| {
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
