//! What was typed: words become an [`Invocation`], or a text of help, or an
//! error that names the nearest thing. Reads no file, no configuration, no
//! network; builds only the commands of the resource that was named.

mod argument;
mod auth;
mod bulk;
mod complaint;
pub mod complete;
mod filtering;
mod flags;
mod help;
mod invocation;
mod manual;
mod parse;
mod sandbox;
mod stats;
pub mod topics;
mod tree;
mod watch;

use std::ffi::OsString;

use clap::Command;
use clap::builder::StyledStr;
use clap::error::ErrorKind;

use crate::error::Result;

pub use auth::{Auth, Profiles};
pub use bulk::{Bulk, Going, Work, named};
pub use filtering::spelled;
pub use invocation::{
    Action, Background, Call, Control, DryRun, ErrorForm, Free, Invocation, Options, OutputOptions,
    Paging, Sandbox, Serving,
};
pub use manual::Manual;
pub use stats::Stats;
pub use tree::command;

/// What the words come to.
#[derive(Debug)]
pub enum Typed {
    /// Something to do.
    Invocation(Box<Invocation>),
    /// Text to show on standard output: help or the version.
    Text(StyledStr),
}

/// Reads the words after the program's name. `width` is that of the terminal.
///
/// # Errors
/// Of kind `Usage`, with the nearest name as a hint where there is one.
pub fn parse(arguments: &[OsString], width: Option<u16>) -> Result<Typed> {
    let mut command = command().term_width(width.map_or(100, |width| usize::from(width).min(120)));
    if arguments.is_empty() {
        return Ok(Typed::Text(command.render_help()));
    }
    let asked = match help_asked(arguments) {
        Some(words) => match told(&command, &words)? {
            Some(text) => return Ok(Typed::Text(text)),
            None => Some(words),
        },
        None => None,
    };
    let arguments = asked.as_deref().unwrap_or(arguments);
    let words = std::iter::once(OsString::from("rc")).chain(arguments.iter().cloned());
    match command.try_get_matches_from_mut(words) {
        Ok(matches) => Ok(Typed::Invocation(Box::new(parse::invocation(&matches)?))),
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
            ) =>
        {
            Ok(Typed::Text(error.render()))
        }
        Err(error) => {
            let words = arguments.iter().filter_map(|word| word.to_str());
            Err(complaint::translate(&error, &command, words))
        }
    }
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
fn told(command: &Command, words: &[OsString]) -> Result<Option<StyledStr>> {
    let Some(first) = words.first().and_then(|word| word.to_str()) else {
        return Ok(None);
    };
    if words.len() == 2
        && let Some(text) = topics::text(first)
    {
        return Ok(Some(text));
    }
    if !first.starts_with('-') && command.find_subcommand(first).is_none() {
        let names: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
        return Err(topics::unknown(first, &names));
    }
    Ok(None)
}
