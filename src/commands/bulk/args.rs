//! The words of `rc bulk …`: what they come to. How the commands look is in
//! `spec`, their help in `help`.
//!
//! Reads no file: that a file is there, and what it contains, is found later.

use std::path::PathBuf;

use clap::ArgMatches;

use crate::bulk::Engine;
use crate::bulk::read::Encoding;
use crate::bulk::shape::{DateOrder, DecimalMark};
use crate::catalog::{Effect, Operation, OperationAction, Resource, kebab};
use crate::cli::filtering;
use crate::cli::values::{text, texts};
use crate::commands::FAMILY;
use crate::error::{Error, Result};
use crate::filter::Variables;

/// What to do with many rows, or with the jobs that came of them.
#[derive(Debug)]
pub enum Bulk {
    /// Carry out an operation for every row.
    Run(Box<Work>, Going),
    /// Carry out an operation for every object of a selection.
    Select(Box<Work>, Box<SelectionWords>, Going),
    /// Carry out a plan; `true` overwrites what changed since.
    Apply(String, bool, Going),
    /// Show what a job changes, field by field.
    Diff(String),
    /// Take back what a job did; `true` overwrites what changed since.
    Undo(String, bool, Going),
    /// Read and check all rows, and send nothing.
    Check(Box<Work>),
    /// Print the header that fits an operation, and an example row.
    Template(&'static Resource, &'static Operation),
    /// Show the jobs.
    List,
    /// Show one job.
    Status(String),
    /// Go on with one.
    Resume(String, Going),
    /// Show the result of its rows.
    Results(String, Vec<String>),
    /// Make a new job of its rows that failed.
    Retry(String, Going),
    /// End it before its end.
    Abandon(String),
}

/// An operation, and the rows to carry it out for.
#[derive(Debug)]
pub struct Work {
    /// The resource.
    pub resource: &'static Resource,
    /// The operation.
    pub operation: &'static Operation,
    /// The file that contains the rows; `-` stands for standard input.
    pub file: String,
    /// Columns and what they mean.
    pub map: Vec<(String, String)>,
    /// Columns whose values are looked up, and the ids that they stand for.
    pub lookups: Vec<(String, String)>,
    /// Files with more of the same (`--map @FILE`).
    pub map_files: Vec<String>,
    /// Where to save the mapping.
    pub save_map: Option<PathBuf>,
    /// Values for every row.
    pub constants: Vec<(String, String)>,
    /// The text that means null.
    pub null: Option<String>,
    /// A jq filter that makes each row again.
    pub jq: Option<String>,
    /// What that filter is given besides.
    pub variables: Variables,
    /// Go on without the rows that are wrong.
    pub skip_invalid: bool,
    /// What is between cells.
    pub delimiter: Option<u8>,
    /// How letters are written.
    pub encoding: Option<Encoding>,
    /// The name or the number of a sheet.
    pub sheet: Option<String>,
    /// Lines at the beginning of the file that are left out.
    pub skip_lines: u64,
    /// The decimal mark of its amounts.
    pub decimal: Option<DecimalMark>,
    /// The order of its dates.
    pub dates: Option<DateOrder>,
    /// How rows are carried out.
    pub engine: Engine,
    /// Where to write down what is wrong.
    pub report: Option<PathBuf>,
}

/// The objects that are changed, and how.
#[derive(Debug, Default)]
pub struct SelectionWords {
    /// The jq condition that selects records of the list.
    pub condition: Option<String>,
    /// Filters of the list.
    pub filters: Vec<(String, String)>,
    /// The file with ids; `-` stands for standard input.
    pub ids: Option<String>,
    /// New values for all.
    pub set: Vec<(String, String)>,
    /// The filter that computes new values.
    pub computed: Option<String>,
    /// Where to write the plan, instead of carrying it out.
    pub plan: Option<PathBuf>,
    /// Overwrite what changed since the objects were read.
    pub is_forced: bool,
}

impl Work {
    /// What is done with each row, in words: `discounts create`.
    #[must_use]
    pub fn named(&self) -> String {
        named(self.resource, self.operation)
    }
}

/// How a job continues.
#[derive(Debug, Clone, Copy)]
pub struct Going {
    /// Stay until all rows have their result.
    pub wait: bool,
    /// Batches under way at a time.
    pub parallel: u8,
}

/// The words for an operation: `discounts create`.
#[must_use]
pub fn named(resource: &Resource, operation: &Operation) -> String {
    format!("{} {}", kebab(resource.name), kebab(operation.verb))
}

/// Whether a row of it changes anything: what only reads has no place here.
pub(super) fn writes(operation: &Operation) -> bool {
    operation.effect != Effect::Reads
}

/// The operations of a resource that write.
pub(super) fn writing(resource: &'static Resource) -> impl Iterator<Item = &'static Operation> {
    resource
        .operations
        .iter()
        .copied()
        .filter(|operation| writes(operation))
}

/// What the words after `bulk` come to.
///
/// # Errors
/// A usage error for words that do not go together.
pub(super) fn bulk_of(verb: &str, matches: &ArgMatches) -> Result<Bulk> {
    let (bulk, deepest) = asked(verb, matches)?;
    // Rows that follow one that fails are under way by then.
    if deepest.get_flag("fail-fast") {
        return Err(Error::usage("--fail-fast cannot be used with bulk")
            .hint("rc bulk check finds wrong rows before anything is sent"));
    }
    Ok(bulk)
}

fn asked<'a>(verb: &str, matches: &'a ArgMatches) -> Result<(Bulk, &'a ArgMatches)> {
    let job = || text(matches, "job").unwrap_or_default();
    let bulk = match verb {
        "template" | "check" => {
            let (name, matches) = inner(matches)?;
            let (resource, operation, deepest) = operation(name, matches)?;
            let bulk = if verb == "check" {
                Bulk::Check(Box::new(work(resource, operation, deepest)?))
            } else {
                Bulk::Template(resource, operation)
            };
            return Ok((bulk, deepest));
        }
        "list" => Bulk::List,
        "status" => Bulk::Status(job()),
        "resume" => Bulk::Resume(job(), going(matches)),
        "results" => Bulk::Results(job(), texts(matches, "status")),
        "retry" => Bulk::Retry(job(), going(matches)),
        "abandon" => Bulk::Abandon(job()),
        "diff" => Bulk::Diff(job()),
        "undo" => Bulk::Undo(job(), matches.get_flag("force"), going(matches)),
        "apply" => {
            let file = text(matches, "file").unwrap_or_default();
            Bulk::Apply(file, matches.get_flag("force"), going(matches))
        }
        name => {
            let (resource, operation, deepest) = operation(name, matches)?;
            let work = Box::new(work(resource, operation, deepest)?);
            let bulk = match selection(&work, deepest)? {
                None => Bulk::Run(work, going(deepest)),
                Some(words) => Bulk::Select(work, Box::new(words), going(deepest)),
            };
            return Ok((bulk, deepest));
        }
    };
    Ok((bulk, matches))
}

fn inner(matches: &ArgMatches) -> Result<(&str, &ArgMatches)> {
    matches
        .subcommand()
        .ok_or_else(|| Error::usage("a verb is missing"))
}

type NamedOperation<'a> = (&'static Resource, &'static Operation, &'a ArgMatches);

fn operation<'a>(name: &str, matches: &'a ArgMatches) -> Result<NamedOperation<'a>> {
    let (verb, deepest) = inner(matches)?;
    let resource = FAMILY
        .newest()
        .resource(name)
        .ok_or_else(|| Error::usage(format!("there is no {name}")))?;
    let operation = resource
        .operation(&verb.replace('-', "_"))
        .ok_or_else(|| Error::usage(format!("{name} has no verb {verb}")))?;
    Ok((resource, operation, deepest))
}

fn work(
    resource: &'static Resource,
    operation: &'static Operation,
    matches: &ArgMatches,
) -> Result<Work> {
    // The filter makes rows here, so nothing is left that could be gathered
    // or lose its quotes.
    for flag in ["raw", "slurp"] {
        if matches.get_flag(flag) {
            return Err(Error::usage(format!(
                "--{flag} is for a --jq over records; here --jq builds each row"
            )));
        }
    }
    if matches.contains_id("jq-errors") {
        let error = Error::usage("--jq-errors is for a --jq over records, not over rows");
        return Err(error.hint("--skip-invalid leaves out the rows that it fails on"));
    }
    let (files, words): (Vec<_>, Vec<_>) = texts(matches, "map")
        .into_iter()
        .partition(|word| word.starts_with('@'));
    let map = pairs_of(words, "map", map_pair)?;
    let lookups = pairs_of(texts(matches, "lookup"), "lookup", map_pair)?;
    let is_looked_up = |heading: &str| {
        let mut lookups = lookups.iter();
        lookups.any(|(column, _)| column.trim() == heading.trim())
    };
    if let Some((heading, _)) = map.iter().find(|(heading, _)| is_looked_up(heading)) {
        return Err(
            Error::usage(format!("--map and --lookup both name the column {heading}"))
                .hint("a lookup names the id that is sent instead; leave --map out"),
        );
    }
    let map_files = files.iter().map(|word| word[1..].to_owned()).collect();
    Ok(Work {
        resource,
        operation,
        file: text(matches, "file").unwrap_or_default(),
        map,
        map_files,
        lookups,
        save_map: matches.get_one("save-map").cloned(),
        constants: pairs(matches, "const")?,
        null: text(matches, "null"),
        jq: text(matches, "jq"),
        variables: filtering::variables(matches)?,
        skip_invalid: matches.get_flag("skip-invalid"),
        delimiter: matches.get_one("delimiter").copied(),
        encoding: matches.get_one("encoding").copied(),
        sheet: text(matches, "sheet"),
        skip_lines: matches.get_one("skip-lines").copied().unwrap_or_default(),
        decimal: text(matches, "decimal").and_then(|name| DecimalMark::named(&name)),
        dates: text(matches, "dates").and_then(|name| DateOrder::named(&name)),
        engine: engine(resource, operation, matches)?,
        report: matches.get_one("report").cloned(),
    })
}

/// What a selection is made of; `None` for a file of rows.
fn selection(work: &Work, matches: &ArgMatches) -> Result<Option<SelectionWords>> {
    let words = SelectionWords {
        condition: text(matches, "where"),
        filters: pairs(matches, "filter")?,
        ids: text(matches, "ids"),
        set: pairs(matches, "set")?,
        computed: text(matches, "set-jq"),
        plan: matches.get_one("plan").cloned(),
        is_forced: matches.get_flag("force"),
    };
    let selects = words.condition.is_some() || words.ids.is_some() || !words.filters.is_empty();
    let named = work.named();
    if !selects {
        if !words.set.is_empty() || words.computed.is_some() || words.plan.is_some() {
            return Err(Error::usage(format!(
                "--set, --set-jq and --plan change a selection, and none is given for {named}"
            ))
            .hint(
                "select with --where, --filter or --ids; --const gives every row of a file a value",
            ));
        }
        if work.file.is_empty() {
            let file = format!("rc bulk {named} <FILE|->");
            if work.operation.action == OperationAction::Create {
                return Err(Error::usage(format!("bulk {named} needs a file")).hint(file));
            }
            let message = format!("bulk {named} needs a file, or a selection");
            let selection = format!("rc bulk {named} --where CONDITION");
            return Err(Error::usage(message).hint(file).hint(selection));
        }
        if words.is_forced {
            return Err(Error::usage("--force needs a selection, a plan or an undo"));
        }
        return Ok(None);
    }
    if !work.file.is_empty() {
        return Err(Error::usage("a file and a selection are two inputs")
            .hint("leave the file out, or --where, --filter and --ids"));
    }
    if words.ids.is_some() && !words.filters.is_empty() {
        return Err(
            Error::usage("--filter is for a list, and --ids names the objects")
                .hint("--where works with both"),
        );
    }
    Ok(Some(words))
}

fn engine(resource: &Resource, operation: &Operation, matches: &ArgMatches) -> Result<Engine> {
    let wished = matches.get_one::<String>("engine");
    let wished = wished.and_then(|name| Engine::named(name));
    if wished == Some(Engine::Batches) && operation.batch.is_none() {
        let named = named(resource, operation);
        return Err(Error::usage(format!(
            "--engine batches: there is no async batch for {named}"
        ))
        .hint("leave --engine out; a request is sent for each row"));
    }
    Ok(wished.unwrap_or_else(|| Engine::of(operation)))
}

fn going(matches: &ArgMatches) -> Going {
    Going {
        // Of the two the later one is left.
        wait: !matches.get_flag("no-wait"),
        parallel: matches.get_one("parallel").copied().unwrap_or(1),
    }
}

/// Words `NAME=VALUE`. The first `=` ends the name.
fn pairs(matches: &ArgMatches, flag: &str) -> Result<Vec<(String, String)>> {
    let first = |word: &str| {
        let (name, value) = word.split_once('=')?;
        (!name.trim().is_empty()).then(|| (name.to_owned(), value.to_owned()))
    };
    pairs_of(texts(matches, flag), flag, first)
}

/// A word `COLUMN=NAME`. The last `=` ends the heading, as no name has one.
pub(super) fn map_pair(word: &str) -> Option<(String, String)> {
    let (heading, name) = word.rsplit_once('=')?;
    (!heading.trim().is_empty()).then(|| (heading.to_owned(), name.to_owned()))
}

/// Pairs of words. A name that is given twice would leave one of the two out.
fn pairs_of(
    words: Vec<String>,
    flag: &str,
    split: impl Fn(&str) -> Option<(String, String)>,
) -> Result<Vec<(String, String)>> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for word in words {
        let Some((name, value)) = split(&word) else {
            let example = match flag {
                "map" => "--map 'Promo Code=code'",
                "lookup" => "--lookup email=customer_id",
                "set" => "--set price=12.00",
                "filter" => "--filter status=active",
                _ => "--const status=enabled",
            };
            return Err(
                Error::usage(format!("--{flag} {word}: expected NAME=VALUE"))
                    .hint(format!("write it like {example}")),
            );
        };
        if pairs.iter().any(|(known, _)| *known == name) {
            return Err(Error::usage(format!("--{flag} names {name} twice")));
        }
        pairs.push((name, value));
    }
    Ok(pairs)
}
