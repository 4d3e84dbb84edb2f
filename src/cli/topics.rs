//! Topics of help: what is true of many commands, told in one place.
//!
//! The texts are data, in `topics/`. A line that is indented by two and begins
//! with `rc` is a command; tests see that each is understood, and run those
//! that the sandbox can answer.

use std::fmt::Write;

use anstyle::{AnsiColor, Effects, Style};
use clap::builder::StyledStr;

use super::help;
use crate::error::Error;
use crate::nearest::{Similarity, nearest};

/// A topic.
#[derive(Debug)]
pub struct Topic {
    /// The word after `rc help`.
    pub name: &'static str,
    /// One line about it.
    pub about: &'static str,
    /// What there is to say.
    pub text: &'static str,
}

/// All topics, what is needed first coming first.
pub const ALL: &[Topic] = &[
    Topic {
        name: "output",
        about: "Formats, columns, files, colour, and pagers",
        text: include_str!("topics/output.txt"),
    },
    Topic {
        name: "jq",
        about: "Filter, sum and group records with jq",
        text: include_str!("topics/jq.txt"),
    },
    Topic {
        name: "values",
        about: "Times, lists, nested fields, whole bodies",
        text: include_str!("topics/values.txt"),
    },
    Topic {
        name: "requests",
        about: "Rate limit, retries, dry runs, many ids at once",
        text: include_str!("topics/requests.txt"),
    },
    Topic {
        name: "auth",
        about: "Login, tokens, and profiles for several stores",
        text: include_str!("topics/auth.txt"),
    },
    Topic {
        name: "bulk",
        about: "Import a spreadsheet",
        text: include_str!("topics/bulk.txt"),
    },
    Topic {
        name: "sandbox",
        about: "A local store for tests and demos",
        text: include_str!("topics/sandbox.txt"),
    },
    Topic {
        name: "exit-codes",
        about: "Exit codes and errors as JSON, for scripts",
        text: include_str!("topics/exit-codes.txt"),
    },
    Topic {
        name: "environment",
        about: "Environment variables",
        text: include_str!("topics/environment.txt"),
    },
    Topic {
        name: "completions",
        about: "Completion in shells, and manual pages",
        text: include_str!("topics/completions.txt"),
    },
];

/// The topic that is made of the table of flags.
pub const FLAGS: &str = "flags";

/// One line about it.
pub const FLAGS_ABOUT: &str = "Flags of every command";

/// The names of all topics and a line about each, in the order of the list.
pub fn names() -> impl Iterator<Item = (&'static str, &'static str)> {
    let flags = std::iter::once((FLAGS, FLAGS_ABOUT));
    let told = ALL.iter().map(|topic| (topic.name, topic.about));
    told.chain(flags)
}

const HEAD: Style = Style::new().effects(Effects::BOLD);
const LITERAL: Style = AnsiColor::Cyan.on_default();

/// The text of a topic; that of `topics` lists them.
pub(super) fn text(name: &str, width: usize) -> Option<StyledStr> {
    match name {
        "topics" => return Some(list()),
        FLAGS => return Some(help::flags(width)),
        _ => {}
    }
    let topic = ALL.iter().find(|topic| topic.name == name)?;
    let mut text = format!("{HEAD}{}{HEAD:#}\n\n", topic.about);
    for line in topic.text.lines() {
        if is_command(line) {
            let _ = writeln!(text, "{LITERAL}{line}{LITERAL:#}");
        } else {
            let _ = writeln!(text, "{line}");
        }
    }
    Some(text.into())
}

fn list() -> StyledStr {
    let mut text = format!("{HEAD}Topics{HEAD:#}\n\n");
    for (name, about) in names() {
        let _ = writeln!(text, "  {LITERAL}{name:<22}{LITERAL:#}{about}");
    }
    text.push_str("\nrc help TOPIC shows a topic, rc help RESOURCE [VERB] a command.\n");
    text.into()
}

/// Whether a line of a text is a command.
#[must_use]
pub fn is_command(line: &str) -> bool {
    line.starts_with("  rc ") || line.starts_with("  source <(rc ")
}

/// What to say of a word that is neither topic nor command.
pub(super) fn unknown(word: &str, commands: &[&str]) -> Error {
    let error = Error::usage(format!("there is no help for {word}"));
    let names = names().map(|(name, _)| name);
    let names = names.chain(commands.iter().copied());
    let error = match nearest(word, names, Similarity::Loose) {
        Some(name) => error.hint(format!("did you mean {name}?")),
        None => error,
    };
    error.hint("rc help topics lists the topics, rc --help the commands")
}
