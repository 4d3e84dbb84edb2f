//! The commands of `rc bulk`, and their flags. As everywhere, the verbs of a
//! resource are built only when it is named.

use std::path::PathBuf;

use clap::{Arg, ArgAction, Command, ValueHint, value_parser};

use super::args::{writes, writing};
use super::{explain, help};
use crate::bulk::Engine;
use crate::bulk::read::{self, Encoding};
use crate::bulk::shape::{DateOrder, DecimalMark};
use crate::catalog::{Operation, Resource, kebab};
use crate::cli::global_flags::local_arg;
use crate::cli::help::{RESOURCES_TEMPLATE, VERBS_TEMPLATE, styled};
use crate::cli::tree::of_resource;
use crate::cli::{Spec, flags, plain};
use crate::commands::FAMILY;

/// Batches that may be under way at a time.
const MOST_PARALLEL: u8 = 10;

/// What can become of a row, as `--status` names it.
const STATUSES: [&str; 5] = ["open", "ok", "failed", "invalid", "unknown"];

pub(super) const SPEC: Spec = Spec {
    build_where: Some(build_where),
    unknown_word: Some(explain::unknown_word),
    unfinished: Some(explain::unfinished),
    ..Spec::new("bulk", help::ABOUT, build)
};

/// `rc bulk` and all below it.
fn build() -> Command {
    bare().defer(|command| {
        command
            .subcommands(beside())
            // They are many, and listed below the verbs.
            .subcommands(resources(run_of).map(|resource| resource.hide(true)))
    })
}

/// The same, but only what is wanted is built in it.
fn build_where(wanted: &dyn Fn(&Command) -> bool) -> Command {
    let only = |command: Command| {
        if wanted(&command) {
            command
        } else {
            command.defer(std::convert::identity)
        }
    };
    let verbs = beside().map(|verb| {
        let fill = match verb.get_name() {
            "template" if wanted(&verb) => template_of,
            "check" if wanted(&verb) => check_of,
            _ => return only(verb),
        };
        verb.defer(std::convert::identity)
            .subcommands(resources(fill).map(only))
    });
    bare()
        .subcommands(verbs)
        .subcommands(resources(run_of).map(only))
}

fn bare() -> Command {
    plain("bulk", help::ABOUT)
        .long_about(help::LONG_ABOUT)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .help_template(VERBS_TEMPLATE)
        .override_usage("rc bulk <resource> <verb> <FILE|-> [flags]\n       rc bulk <verb> …")
        .after_help(styled(&help::bulk()))
}

/// What there is besides carrying out an operation.
fn beside() -> [Command; 11] {
    [
        group("template", help::TEMPLATE_ABOUT, help::TEMPLATE)
            .defer(|command| command.subcommands(resources(template_of))),
        group("check", help::CHECK_ABOUT, help::CHECK)
            .defer(|command| command.subcommands(resources(check_of))),
        plain("list", help::LIST_ABOUT)
            .after_help(styled(help::LIST))
            .arg(flags::count_only()),
        plain("status", help::STATUS_ABOUT)
            .after_help(styled(help::STATUS))
            .arg(job()),
        plain("resume", help::RESUME_ABOUT)
            .after_help(styled(help::RESUME))
            .arg(job())
            .args(going()),
        plain("results", help::RESULTS_ABOUT)
            .long_about(help::RESULTS_LONG)
            .after_help(styled(help::RESULTS))
            .arg(job())
            .arg(
                Arg::new("status")
                    .long("status")
                    .value_name("WORD,WORD")
                    .action(ArgAction::Append)
                    .value_delimiter(',')
                    .value_parser(STATUSES)
                    .help("only rows with this result"),
            )
            .arg(flags::count_only()),
        plain("retry", help::RETRY_ABOUT)
            .long_about(help::RETRY_LONG)
            .after_help(styled(help::RETRY))
            .arg(job())
            .args(going()),
        plain("abandon", help::ABANDON_ABOUT)
            .long_about(help::ABANDON_LONG)
            .after_help(styled(help::ABANDON))
            .arg(job()),
        plain("apply", help::APPLY_ABOUT)
            .long_about(help::APPLY_LONG)
            .after_help(styled(help::APPLY))
            .arg(
                Arg::new("file")
                    .value_name("FILE|-")
                    .required(true)
                    .value_hint(ValueHint::FilePath)
                    .help("a plan that --plan wrote; - reads standard input")
                    .help_heading("Arguments"),
            )
            .arg(force())
            .args(going()),
        plain("diff", help::DIFF_ABOUT)
            .long_about(help::DIFF_LONG)
            .after_help(styled(help::DIFF))
            .arg(job())
            .arg(flags::count_only()),
        plain("undo", help::UNDO_ABOUT)
            .long_about(help::UNDO_LONG)
            .after_help(styled(help::UNDO))
            .arg(job())
            .arg(force())
            .args(going()),
    ]
}

fn group(name: &'static str, about: &'static str, after: &'static str) -> Command {
    plain(name, about)
        .after_help(styled(after))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .help_template(RESOURCES_TEMPLATE)
}

/// A command for each resource of which something can be written; `fill` adds
/// its verbs once it is named.
fn resources(fill: fn(Command) -> Command) -> impl Iterator<Item = Command> {
    FAMILY
        .newest()
        .resources
        .iter()
        .filter(|resource| resource.operations.iter().copied().any(writes))
        .map(move |resource| of_resource(resource, fill))
}

fn run_of(command: Command) -> Command {
    verbs(command, |resource, operation, verb| {
        verb.long_about(help::long_about(operation))
            .after_help(styled(&help::run(resource, operation)))
            .args(input())
            .args(checking(operation))
            .args(selecting())
            .args(going())
            .mut_arg("file", |file| file.required(false))
    })
}

fn check_of(command: Command) -> Command {
    verbs(command, |resource, operation, verb| {
        verb.after_help(styled(&help::check(resource, operation)))
            .args(input())
            .args(checking(operation))
    })
}

fn template_of(command: Command) -> Command {
    verbs(command, |resource, operation, verb| {
        verb.after_help(styled(&help::template(resource, operation)))
    })
}

fn verbs(
    command: Command,
    build: fn(&'static Resource, &'static Operation, Command) -> Command,
) -> Command {
    let Some(resource) = FAMILY.newest().resource(command.get_name()) else {
        return command;
    };
    let verbs = writing(resource).map(|operation| {
        let mut verb = Command::new(kebab(operation.verb))
            .disable_help_flag(true)
            .args_override_self(true)
            .about(operation.summary)
            .visible_aliases(operation.aliases);
        if operation.verb.contains('_') {
            verb = verb.alias(operation.verb);
        }
        build(resource, operation, verb)
    });
    command.subcommands(verbs)
}

fn job() -> Arg {
    Arg::new("job")
        .value_name("JOB")
        .required(true)
        .help("id of a job, or its first characters; rc bulk list shows all")
        .help_heading("Arguments")
}

/// The file, and how its rows are read.
fn input() -> Vec<Arg> {
    let file = Arg::new("file")
        .value_name("FILE|-")
        .required(true)
        .value_hint(ValueHint::FilePath)
        .help("xlsx, ods, CSV, TSV or NDJSON; - reads standard input")
        .help_heading("Arguments");
    let flags = [
        repeated("map", "COLUMN=NAME|@FILE")
            .help("name of a column, like 'Promo Code=code'; @FILE reads saved names"),
        Arg::new("save-map")
            .long("save-map")
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .value_hint(ValueHint::FilePath)
            .help("save the column names to a file, for --map @FILE"),
        repeated("lookup", "COLUMN=ID")
            .help("look up the id of an object by its email or code, like email=customer_id"),
        repeated("const", "NAME=VALUE").help("set a value for every row, like status=enabled"),
        // It takes the place of the flag that every command has: what comes in
        // is filtered, not what goes out.
        Arg::new("jq")
            .long("jq")
            .short('q')
            .value_name("FILTER")
            .help("jq filter that builds each row; rows without a result are left out"),
        Arg::new("null")
            .long("null")
            .value_name("TEXT")
            .help("text that means null; empty cells are left out"),
        Arg::new("delimiter")
            .long("delimiter")
            .value_name("SIGN")
            .value_parser(delimiter)
            .help("field separator, like ';' or tab [default: detected]"),
        Arg::new("encoding")
            .long("encoding")
            .value_name("NAME")
            .value_parser(encoding)
            .help("character encoding, like macintosh [default: detected]"),
        Arg::new("decimal")
            .long("decimal")
            .value_name("SIGN")
            .value_parser(DecimalMark::ALL.map(DecimalMark::name))
            .help("decimal mark of amounts [default: .]"),
        Arg::new("dates")
            .long("dates")
            .value_name("ORDER")
            .value_parser(DateOrder::ALL.map(DateOrder::name))
            .help("order of day, month and year in dates"),
        Arg::new("sheet")
            .long("sheet")
            .value_name("NAME|N")
            .help("sheet of a workbook [default: the first with a value]"),
        Arg::new("skip-lines")
            .long("skip-lines")
            .value_name("N")
            .value_parser(value_parser!(u64))
            .help("skip the first N lines, or rows of a sheet"),
        // Both belong to a filter over records, and are reported so.
        switch("raw").short('r').hide(true),
        switch("slurp").hide(true),
        local_arg("jq-errors").hide(true),
    ];
    let flags = flags.into_iter().chain(["arg", "argjson"].map(local_arg));
    let flags = flags.map(|flag| flag.help_heading("Input"));
    std::iter::once(file).chain(flags).collect()
}

fn switch(name: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue)
}

fn repeated(name: &'static str, value: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .value_name(value)
        .action(ArgAction::Append)
}

/// How to treat invalid rows, and which engine sends the others: both decide
/// whether a row is good.
fn checking(operation: &Operation) -> Vec<Arg> {
    let flags = [
        switch("skip-invalid").help("leave out invalid rows and send the others"),
        Arg::new("report")
            .long("report")
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .value_hint(ValueHint::FilePath)
            .help("write all problems to a CSV file"),
        Arg::new("engine")
            .long("engine")
            .value_name("NAME")
            .value_parser(Engine::ALL.map(Engine::name))
            .help(format!(
                "async batches, or one request per row [default: {}]",
                Engine::of(operation).name()
            )),
    ];
    flags.map(|flag| flag.help_heading("Rows")).into()
}

fn force() -> Arg {
    switch("force")
        .help("overwrite objects that were changed meanwhile")
        .help_heading("Job")
}

/// The objects that are changed, in place of a file of rows.
fn selecting() -> Vec<Arg> {
    let flags = [
        Arg::new("where")
            .long("where")
            .value_name("CONDITION")
            .help(
                "change the objects of the list that match this jq condition, like '.price == \
                \"9.00\"'",
            ),
        repeated("filter", "NAME=VALUE").help("a filter of the list, like status=active"),
        Arg::new("ids")
            .long("ids")
            .value_name("FILE|-")
            .value_hint(ValueHint::FilePath)
            .help("change the objects with these ids: one a line, or a CSV with a column id"),
        repeated("set", "NAME=VALUE").help("a new value, like price=12.00"),
        Arg::new("set-jq")
            .long("set-jq")
            .value_name("FILTER")
            .help("jq filter that returns the new values of a record as an object"),
        Arg::new("plan")
            .long("plan")
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .value_hint(ValueHint::FilePath)
            .help("write the changes to a CSV file for rc bulk apply, and send nothing"),
    ];
    let flags = flags.map(|flag| flag.help_heading("Selection"));
    flags.into_iter().chain([force()]).collect()
}

/// How a job continues.
fn going() -> Vec<Arg> {
    let flags = [
        switch("wait")
            .overrides_with("no-wait")
            .help("wait until every row has a result [default]"),
        switch("no-wait")
            .overrides_with("wait")
            .help("exit once the API has all batches; rc bulk resume fetches the results"),
        Arg::new("parallel")
            .long("parallel")
            .value_name("N")
            .value_parser(parallel)
            .help("async batches to run at a time, 1 to 10 [default: 1]"),
    ];
    flags.map(|flag| flag.help_heading("Job")).into()
}

fn parallel(word: &str) -> Result<u8, String> {
    match word.parse() {
        Ok(number @ 1..=MOST_PARALLEL) => Ok(number),
        _ => Err(format!("not a number from 1 to {MOST_PARALLEL}")),
    }
}

fn encoding(word: &str) -> Result<Encoding, String> {
    let common = Encoding::COMMON.join(", ");
    Encoding::named(word).ok_or_else(|| format!("not an encoding; common are {common}"))
}

fn delimiter(word: &str) -> Result<u8, String> {
    read::delimiter(word)
        .map_err(|_| "it cannot be a field separator; , ; | and tab can".to_owned())
}
