//! `rc bulk …`: a spreadsheet into the store. Wires the rooms of `bulk` to
//! what was typed, to the terminal and to the API.

mod apply;
pub(super) mod args;
mod check;
mod cut_off;
mod dry;
mod explain;
mod findings;
mod help;
mod jobs;
mod lookups;
mod mapping;
mod pass;
mod preview;
mod selecting;
mod spec;
mod start;
mod store;
mod undo;
mod work;

use super::collision::{Files, NamedFile};
use super::{Command, at_file, verb_of};
use crate::catalog::{Operation, Resource};
use crate::cli::Options;
use crate::error::Result;
use crate::filter::Variables;
use crate::output::FileTarget;
use crate::output::progress::grouped;
use crate::ui::Run;
use args::Bulk;
use clap::ArgMatches;

pub(super) const COMMAND: Command = Command {
    spec: spec::SPEC,
    files,
    run: |run, options, matches| {
        let (verb, matches) = verb_of(matches)?;
        let asked = args::bulk_of(verb, matches)?;
        if matches!(asked, Bulk::Run(..) | Bulk::Select(..) | Bulk::Check(_)) {
            // There the filter is for what comes in.
            let mut options = options.clone();
            options.output.jq = None;
            options.output.variables = Variables::default();
            return self::run(run, &options, &asked);
        }
        self::run(run, options, &asked)
    },
};

fn files(matches: &ArgMatches) -> Result<Files> {
    let (verb, matches) = verb_of(matches)?;
    let mut files = Files::default();
    let asked = args::bulk_of(verb, matches)?;
    if let Bulk::Select(_, words, _) = &asked {
        let plan = words.plan.iter();
        files
            .written
            .extend(plan.map(|path| NamedFile::new("--plan", path)));
        let ids = words.ids.iter();
        files
            .read
            .extend(ids.map(|path| NamedFile::new("--ids", path)));
    }
    if let Bulk::Apply(file, ..) = &asked {
        files.read.push(NamedFile::new("plan file", file));
    }
    if let Bulk::Run(work, _) | Bulk::Check(work) = asked {
        let report = work.report.iter();
        files
            .written
            .extend(report.map(|path| NamedFile::new("--report", path)));
        let saved = work.save_map.iter();
        files
            .written
            .extend(saved.map(|path| NamedFile::new("--save-map", path)));
        files.read.push(NamedFile::new("input file", &work.file));
        let maps = work.map_files.iter();
        files
            .read
            .extend(maps.map(|path| NamedFile::new("--map", path)));
        let words = work.constants.iter().map(|(_, word)| word);
        files.read.extend(words.filter_map(|word| at_file(word)));
    }
    Ok(files)
}

/// Does what was asked about many rows.
fn run(run: &mut Run, options: &Options, asked: &Bulk) -> Result<()> {
    match asked {
        Bulk::Run(work, going) => start::run(run, options, work, *going),
        Bulk::Select(work, words, going) => selecting::run(run, options, work, words, *going),
        Bulk::Apply(file, force, going) => apply::run(run, options, file, *force, *going),
        Bulk::Diff(job) => jobs::diff(run, options, job),
        Bulk::Undo(job, force, going) => undo::run(run, options, job, *force, *going),
        Bulk::Resume(job, going) => start::resume(run, options, job, *going),
        Bulk::Retry(job, going) => start::retry(run, options, job, *going),
        Bulk::Check(work) => check::check(run, options, work),
        Bulk::Template(resource, operation) => check::template(run, options, resource, operation),
        Bulk::List => jobs::list(run, options),
        Bulk::Status(job) => jobs::status(run, options, job),
        Bulk::Results(job, statuses) => jobs::results(run, options, job, statuses),
        Bulk::Abandon(job) => jobs::abandon(run, options, job),
    }
}

/// The name of an operation, as the catalogue and ledgers have it.
fn operation_id(resource: &Resource, operation: &Operation) -> String {
    format!("{}.{}", resource.name, operation.verb)
}

/// So many rows, in words.
fn rows(count: u64) -> String {
    match count {
        1 => "1 row".to_owned(),
        count => format!("{} rows", grouped(count)),
    }
}

/// Writes text to where `--out` says.
fn print(run: &mut Run, options: &Options, text: &str) -> Result<()> {
    let (mut to, target) = FileTarget::open(options.output.out.as_deref(), run.stdout()?)?;
    to.text(text)?;
    to.let_out()?;
    target.commit()
}
