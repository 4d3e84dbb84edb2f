//! The frame of the command line: words become options and matches, or a text
//! of help, or an error that names the nearest thing.
//!
//! It knows the operations of the API from the catalog, and every other command
//! from a [`Spec`] that is passed in; it imports no command. Reads no file, no
//! configuration, no network; builds only the commands of the resource that was
//! named.

pub mod argument;
mod complaint;
pub mod complete;
pub mod filtering;
pub mod flags;
pub mod global_flags;
pub mod help;
pub mod manual;
mod options;
pub mod reference;
mod spec;
pub mod topics;
pub mod tree;
pub mod values;
pub mod watch_flag;

use std::ffi::OsString;

use clap::builder::StyledStr;
use clap::error::ErrorKind;
use clap::{ArgMatches, Command};

use crate::error::Result;

pub use filtering::spelled;
pub use options::{DryRun, ErrorForm, Options, OutputOptions, Paging};
pub use spec::{CommandSet, ResourceVerb, Spec, plain};
pub use tree::command;

/// What the words come to.
#[derive(Debug)]
pub enum Typed {
    /// Something to do.
    Matches(Box<Matches>),
    /// Text to show on standard output: help or the version.
    Text(StyledStr),
}

/// A command line that was understood.
#[derive(Debug)]
pub struct Matches {
    /// What every command understands.
    pub options: Options,
    /// What clap made of all words.
    pub root: ArgMatches,
}

/// Reads the words after the program's name. `width` is that of the terminal,
/// `set` has the commands.
///
/// # Errors
/// Of kind `Usage`, with the nearest name as a hint where there is one.
pub fn parse(set: &CommandSet, arguments: &[OsString], width: Option<u16>) -> Result<Typed> {
    let mut command = sized(set, width);
    if may_show_root_help(arguments) {
        command = with_root_help(command, set, width);
    }
    if arguments.is_empty() {
        return Ok(Typed::Text(command.render_help()));
    }
    let asked = match help_asked(arguments) {
        Some(words) => match told(&command, &words, columns(width))? {
            Some(text) => return Ok(Typed::Text(text)),
            None => Some(words),
        },
        None => None,
    };
    let arguments = asked.as_deref().unwrap_or(arguments);
    let words = std::iter::once(OsString::from("rc")).chain(arguments.iter().cloned());
    match command.try_get_matches_from_mut(words) {
        Ok(root) => {
            let options = values::options(innermost(&root))?;
            Ok(Typed::Matches(Box::new(Matches { options, root })))
        }
        Err(error) if error.kind() == ErrorKind::DisplayVersion => Ok(Typed::Text(error.render())),
        Err(error) if error.kind() == ErrorKind::DisplayHelp => {
            let words = arguments.iter().filter_map(|word| word.to_str());
            let inner = complaint::innermost(&command, words);
            // What has verbs lists them, and each of them says it.
            let is_verb = inner.last().is_some_and(|inner| !inner.has_subcommands());
            let text = error.render();
            Ok(Typed::Text(if is_verb {
                help::with_folded_flags(&text)
            } else {
                text
            }))
        }
        Err(error) => {
            let words = arguments.iter().filter_map(|word| word.to_str());
            Err(complaint::translate(&error, set, &command, words))
        }
    }
}

/// The first page of help.
#[must_use]
pub fn root_help(set: &CommandSet, width: Option<u16>) -> StyledStr {
    with_root_help(sized(set, width), set, width).render_long_help()
}

/// Columns that help may fill.
fn columns(width: Option<u16>) -> usize {
    width.map_or(100, |width| usize::from(width).min(120))
}

/// The command line as it is parsed. Flags of every command are not in the help
/// of each; completion and manual pages have them from [`command`].
fn sized(set: &CommandSet, width: Option<u16>) -> Command {
    let command = command(set).mut_args(|flag| flag.hide(true));
    command.term_width(columns(width))
}

/// Whether the first page of help may be shown: what it says takes longer to put
/// together than all else that a command line needs.
fn may_show_root_help(arguments: &[OsString]) -> bool {
    let is_help = |word: &str| {
        let is_short = word.starts_with('-') && !word.starts_with("--") && word.contains('h');
        is_short || word == "--help"
    };
    let asks = |word: &OsString| word.to_str().is_some_and(is_help);
    arguments.first().is_none_or(|first| first == "help") || arguments.iter().any(asks)
}

/// The command line with the first page of help.
fn with_root_help(command: Command, set: &CommandSet, width: Option<u16>) -> Command {
    let width = columns(width);
    command
        .after_help(help::root(set, width, help::Flags::Common))
        .after_long_help(help::root(set, width, help::Flags::All))
}

/// The matches of the innermost command: they hold the flags that every
/// command has, wherever those were typed.
#[must_use]
pub fn innermost(matches: &ArgMatches) -> &ArgMatches {
    let mut innermost = matches;
    while let Some((_, deeper)) = innermost.subcommand() {
        innermost = deeper;
    }
    innermost
}

/// `rc help subscriptions` is `rc subscriptions --help`, in the way of other
/// programs.
fn help_asked(arguments: &[OsString]) -> Option<Vec<OsString>> {
    let (first, rest) = arguments.split_first()?;
    if first != "help" {
        return None;
    }
    Some(
        rest.iter()
            .cloned()
            .chain([OsString::from("--help")])
            .collect(),
    )
}

/// The text of a topic, where the words name one and nothing else. A topic
/// comes before a command of its name: its text ends with the way there.
fn told(command: &Command, words: &[OsString], width: usize) -> Result<Option<StyledStr>> {
    let Some(first) = words.first().and_then(|word| word.to_str()) else {
        return Ok(None);
    };
    if words.len() == 2
        && let Some(text) = topics::text(first, width)
    {
        return Ok(Some(text));
    }
    if !first.starts_with('-') && command.find_subcommand(first).is_none() {
        let names: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
        return Err(topics::unknown(first, &names));
    }
    Ok(None)
}
