//! Every command, from its words to its exit code.
//!
//! A command is a folder with its [`Spec`], its words and what it does, and a line
//! in `ALL`: help, dispatch, completion, manual pages and suggestions follow from
//! there. The operations of the API are commands as well, from the catalog.

mod api;
mod auth;
mod bigcommerce;
mod browser;
mod bulk;
mod call;
mod collision;
mod completions;
mod connect;
mod deliveries;
mod difference;
mod doctor;
mod dry;
mod edit;
mod events;
mod help;
mod history;
#[cfg(feature = "sandbox")]
mod local;
mod man;
mod openapi;
mod overview;
mod patience;
mod portal;
mod profile;
#[cfg(feature = "sandbox")]
mod sandbox;
mod sql;
mod stats;
mod sync;
#[cfg(feature = "theme")]
mod theme;
mod token;
mod version;
mod webhooks;

use clap::ArgMatches;

use crate::catalog::{self, ApiFamily, VersionedRow};
use crate::cli::{self, CommandSet, Matches, Options, Spec, Typed, complete};
use crate::config::{self, Colour};
use crate::error::{Error, Result};
use crate::filter::with_room;
use crate::ui::reporter::Reporter;
use crate::ui::request_trace::RequestTrace;
use crate::ui::{Run, told};
use crate::world::World;
use collision::{Files, NamedFile};

/// A command that is not an operation of the API.
struct Command {
    /// What the frame needs to know of it.
    spec: Spec,
    /// The files that its words name, which are checked before it runs.
    files: fn(&ArgMatches) -> Result<Files>,
    /// Runs it; the matches are those below its name.
    run: fn(&mut Run, &Options, &ArgMatches) -> Result<()>,
}

/// All of them, in the order in which help lists them.
const ALL: &[Command] = &[
    stats::COMMAND,
    bulk::COMMAND,
    sync::COMMAND,
    sql::COMMAND,
    webhooks::listen::COMMAND,
    deliveries::COMMAND,
    events::TAIL,
    events::CHANGES,
    bigcommerce::COMMAND,
    history::COMMAND,
    overview::COMMAND,
    webhooks::TOPICS,
    webhooks::VERIFY,
    webhooks::TRIGGER,
    webhooks::APPLY,
    webhooks::SECRET,
    portal::COMMAND,
    auth::COMMAND,
    auth::LOGIN,
    auth::WHOAMI,
    profile::COMMAND,
    api::COMMAND,
    doctor::COMMAND,
    openapi::COMMAND,
    #[cfg(feature = "sandbox")]
    sandbox::COMMAND,
    #[cfg(feature = "theme")]
    theme::COMMAND,
    help::COMMAND,
    completions::COMMAND,
    man::COMMAND,
    version::COMMAND,
];

/// A command that is a verb of many resources.
struct ResourceCommand {
    /// What the frame needs to know of it.
    spec: Spec,
    /// Runs it for a resource; the matches are those below its name.
    run: fn(&mut Run, &Options, &'static catalog::Resource, &ArgMatches) -> Result<()>,
}

/// The verbs that many resources have, beside their operations.
const OF_RESOURCES: &[ResourceCommand] = &[edit::COMMAND];

/// The API whose operations are the commands of the program. Commands about
/// this API by name (statistics, bulk, login) refer to it here.
pub(crate) static FAMILY: &ApiFamily = &catalog::recharge::FAMILY;

const _: () = cli::flags::check_reserved(&catalog::recharge::FAMILY);
const _: () = cli::flags::check_reserved(&catalog::bigcommerce::FAMILY);

/// All commands of the program.
pub(crate) fn all() -> CommandSet {
    let own = ALL.iter().map(|command| &command.spec);
    let verbs = OF_RESOURCES.iter().map(|command| &command.spec);
    CommandSet {
        family: FAMILY,
        fill: |command| cli::tree::fill_resource(FAMILY, command),
        specs: own.chain(verbs).collect(),
    }
}

/// All commands, for programs that look at them.
#[must_use]
pub fn command_set() -> CommandSet {
    all()
}

/// The whole command line, for programs that look at it.
#[must_use]
pub fn command_line() -> clap::Command {
    cli::command(&all())
}

/// Reads words as [`run`] does.
///
/// # Errors
/// As [`cli::parse`].
pub fn parse(arguments: &[std::ffi::OsString], width: Option<u16>) -> Result<Typed> {
    cli::parse(&all(), arguments, width)
}

/// The manual pages of all commands.
#[must_use]
pub fn manual_pages() -> Vec<cli::manual::ManualPage> {
    cli::manual::pages(&all())
}

/// The command reference, in Markdown.
#[must_use]
pub fn reference_pages() -> Vec<cli::reference::ReferencePage> {
    cli::reference::pages(&all())
}

/// Runs one command and gives its exit code.
#[must_use]
pub fn run(world: World) -> u8 {
    if let Some(line) = complete::asked(&world.arguments) {
        return completions::answer(world, line);
    }
    run_with(&all(), world)
}

/// Runs a command of another set, whose operations may be those of another API.
#[must_use]
pub fn run_with(set: &CommandSet, world: World) -> u8 {
    with_room(|| run_here(set, world))
}

fn run_here(set: &CommandSet, mut world: World) -> u8 {
    let colour = config::colour(&world.environment, Colour::Auto, world.terminal.stderr);
    let stderr = std::mem::replace(&mut world.stderr, Box::new(std::io::sink()));
    let mut talk = Reporter::new(stderr, colour, world.terminal);
    talk.guess_form(&world.arguments);
    let typed = match cli::parse(set, &world.arguments, world.terminal.width) {
        Ok(typed) => typed,
        Err(error) => return told(&mut talk, &error),
    };
    let quoted = world.arguments.iter();
    let words: Vec<String> = quoted
        .map(|word| crate::api::request::quoted(&word.to_string_lossy()))
        .collect();
    let mut run = Run::new(world, words.join(" "), talk, set.family);
    let result = match typed {
        Typed::Text(text) => run.show(&text),
        Typed::Matches(matches) => dispatch(&mut run, &matches),
    };
    let result = run.end_trace(result);
    for note in run.skipped.notes() {
        run.reporter.note(&note);
    }
    if let Some(note) = run.hidden_columns.note() {
        run.reporter.note(&note);
    }
    if let Some(note) = run.left_out.note() {
        run.reporter.note(&note);
    }
    run.finish(result)
}

fn dispatch(run: &mut Run, matches: &Matches) -> Result<()> {
    let Matches { options, root } = matches;
    run.reporter.choose_form(options);
    run.command = command_names(root);
    let Some((name, inner)) = root.subcommand() else {
        return Err(Error::usage("a resource is missing").hint("rc --help lists them"));
    };
    if let Some(resource) = run.family.resource(name) {
        let (verb, deeper) = verb_of(inner)?;
        if let Some(command) = extra(resource, verb) {
            return begin(run, command, options, deeper);
        }
        if let Some(command) = verb_of_many(resource, verb) {
            prepare(run, options, &Files::default())?;
            return (command.run)(run, options, resource, deeper);
        }
        run_operation(run, options, resource, inner)
    } else {
        let own = ALL.iter().filter(|command| command.spec.is_own());
        let named = own.into_iter().find(|command| command.spec.name == name);
        let command = named.ok_or_else(|| Error::usage(format!("there is no {name}")))?;
        begin(run, command, options, inner)
    }
}

/// Runs an operation of a resource; the matches are those below its name.
fn run_operation(
    run: &mut Run,
    options: &Options,
    resource: &'static catalog::Resource,
    matches: &ArgMatches,
) -> Result<()> {
    let (verb, inner) = verb_of(matches)?;
    let verb_name = verb.replace('-', "_");
    let rows: Vec<VersionedRow> = run.family.rows(resource.name, &verb_name).collect();
    let row = rows.first().copied();
    let name = resource.name;
    let row = row.ok_or_else(|| Error::usage(format!("{name} has no verb {verb}")))?;
    let call = call::args::call(row, &rows, inner)?;
    prepare(run, options, &Files::reading(call::files(&call)))?;
    call::run::run(run, options, &call)
}

/// The command that is an extra verb of a resource.
fn extra(resource: &catalog::Resource, verb: &str) -> Option<&'static Command> {
    let mut all = ALL.iter();
    all.find(|Command { spec, .. }| spec.under == Some(resource.name) && spec.name == verb)
}

/// The command of that name that a resource has as one of many.
fn verb_of_many(resource: &catalog::Resource, verb: &str) -> Option<&'static ResourceCommand> {
    let mut all = OF_RESOURCES.iter();
    all.find(|ResourceCommand { spec, .. }| {
        let exists = spec.of_resource.is_some_and(|of| (of.exists)(resource));
        exists && spec.name == verb
    })
}

fn begin(run: &mut Run, command: &Command, options: &Options, matches: &ArgMatches) -> Result<()> {
    command.spec.check_format(options.output.format)?;
    prepare(run, options, &(command.files)(matches)?)?;
    (command.run)(run, options, matches)
}

/// What comes before every command: no file is written that is still needed, and
/// requests are traced where that is asked for.
fn prepare(run: &mut Run, options: &Options, files: &Files) -> Result<()> {
    let folders = run.folders().ok();
    collision::check(options, files, &run.environment, folders.as_ref())?;
    run.request_trace = RequestTrace::of(options, run.reporter.voice())?;
    Ok(())
}

/// The names of the command and of its verbs, without values and flags.
fn command_names(mut matches: &ArgMatches) -> String {
    let mut names = Vec::new();
    while let Some((name, inner)) = matches.subcommand() {
        names.push(name);
        matches = inner;
    }
    names.join(" ")
}

/// The verb of a command that has verbs, and the matches below it.
fn verb_of(matches: &ArgMatches) -> Result<(&str, &ArgMatches)> {
    matches
        .subcommand()
        .ok_or_else(|| Error::usage("a verb is missing"))
}

/// For commands whose words name no file.
#[expect(
    clippy::unnecessary_wraps,
    reason = "words of other commands can be wrong"
)]
fn no_files(_: &ArgMatches) -> Result<Files> {
    Ok(Files::default())
}

/// The file of a value `@FILE`.
fn at_file(word: &str) -> Option<NamedFile> {
    let path = word.strip_prefix('@')?;
    Some(NamedFile::new("input file", path))
}
