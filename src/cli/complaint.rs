//! Errors of clap, in the form of all other errors: the thing and the value in
//! the message, what to do next in the hints.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, Error as Complaint};

use super::CommandSet;
use crate::catalog;
use crate::error::Error;
use crate::userinfo;

/// Translates a complaint about the words that `command` was given.
pub(super) fn translate<'a>(
    complaint: &Complaint,
    set: &CommandSet,
    command: &Command,
    words: impl Iterator<Item = &'a str>,
) -> Error {
    // The words after an unknown word do not say which command it belongs to.
    let stray = text(complaint, ContextKind::InvalidSubcommand);
    let words = words.take_while(|word| Some(*word) != stray.as_deref());
    let inner = innermost(command, words);
    let mut error = match complaint.kind() {
        ErrorKind::InvalidSubcommand => unknown_word(complaint, set, command, &inner),
        ErrorKind::UnknownArgument => unknown_flag(complaint),
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            verb_missing(set, &inner)
        }
        _ => as_rendered(complaint),
    };
    // A word in the wrong place may be a URL with a password.
    for text in error.hints.iter_mut().chain([&mut error.message]) {
        *text = userinfo::hidden_in_words(text).into_owned();
    }
    error
}

/// The commands that the words name, from the outermost to the innermost.
pub(super) fn innermost<'a, 'b>(
    command: &'a Command,
    words: impl Iterator<Item = &'b str>,
) -> Vec<&'a Command> {
    let mut inner: Vec<&Command> = Vec::new();
    for word in words {
        let within = inner.last().copied().unwrap_or(command);
        inner.extend(within.find_subcommand(word));
    }
    inner
}

/// The words that lead to the innermost of them.
fn spelled(inner: &[&Command]) -> String {
    let names: Vec<&str> = inner.iter().map(|command| command.get_name()).collect();
    names.join(" ")
}

fn unknown_word(
    complaint: &Complaint,
    set: &CommandSet,
    command: &Command,
    inner: &[&Command],
) -> Error {
    let word = text(complaint, ContextKind::InvalidSubcommand).unwrap_or_default();
    let inside = inner.last().copied();
    let mut own = set.specs.iter().filter_map(|spec| spec.unknown_word);
    let own = own.find_map(|explain| explain(inner, &word));
    let error = match (own, inside) {
        // What is there, but only to be read, is not mistyped.
        (Some(error), _) if set.family.resource(&word).is_some() => return error,
        (Some(error), _) => error,
        (None, Some(inside)) => Error::usage(format!("{} has no verb {word}", spelled(inner)))
            .hint(format!("its verbs: {}", names(inside))),
        (None, None) => Error::usage(format!("there is no resource {word}"))
            .hint("rc --help lists resources and commands"),
    };
    let within = inside.unwrap_or(command);
    nearest(
        error,
        complaint.get(ContextKind::SuggestedSubcommand),
        |name| is_near(&word, name),
        |name| {
            let found = within.find_subcommand(name);
            found.map_or(name, Command::get_name).to_owned()
        },
    )
}

fn unknown_flag(complaint: &Complaint) -> Error {
    let flag = text(complaint, ContextKind::InvalidArg).unwrap_or_default();
    let error = if flag.starts_with('-') {
        Error::usage(format!("there is no flag {flag} here"))
    } else {
        Error::usage(format!("unexpected argument {flag}"))
    };
    // Flags are understood in snake case too, and shown in kebab case.
    let error = nearest(
        error,
        complaint.get(ContextKind::SuggestedArg),
        |_| true,
        catalog::kebab,
    );
    match text(complaint, ContextKind::Usage) {
        Some(usage) => {
            let usage = usage.trim_start_matches("Usage:").trim();
            let command = usage.split(" [").next().unwrap_or(usage);
            let command = command.split(" <").next().unwrap_or(command);
            let command = command.split(" --").next().unwrap_or(command);
            error.hint(format!("{command} --help lists all flags"))
        }
        None => error,
    }
}

fn verb_missing(set: &CommandSet, inner: &[&Command]) -> Error {
    let mut own = set.specs.iter().filter_map(|spec| spec.unfinished);
    if let Some(error) = own.find_map(|explain| explain(inner)) {
        return error;
    }
    let Some(innermost) = inner.last() else {
        return Error::usage("a resource is missing")
            .hint("rc --help lists resources and commands");
    };
    let spelled = spelled(inner);
    Error::usage(format!("{spelled} needs a verb"))
        .hint(format!("its verbs: {}", names(innermost)))
        .hint(format!("rc {spelled} --help describes them"))
}

fn names(command: &Command) -> String {
    let names: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
    names.join(", ")
}

/// Adds the likeliest of the names that clap found to be alike: it puts the
/// likeliest last. `proper` turns an alias into the name it stands for.
/// One that is not `near` is not suggested.
fn nearest(
    error: Error,
    found: Option<&ContextValue>,
    near: impl Fn(&str) -> bool,
    proper: impl Fn(&str) -> String,
) -> Error {
    let found = match found {
        Some(ContextValue::String(name)) => Some(name),
        Some(ContextValue::Strings(names)) => names.last(),
        _ => None,
    };
    let Some(name) = found.filter(|name| near(name)) else {
        return error;
    };
    let mut error = error;
    error
        .hints
        .insert(0, format!("did you mean {}?", proper(name)));
    error
}

/// Whether a name can be what was meant: it begins with the word, or a third
/// of its letters at most is different. clap suggests `plans` for `alias`.
fn is_near(word: &str, name: &str) -> bool {
    let differs = strsim::damerau_levenshtein(word, name);
    (word.len() > 2 && name.starts_with(word)) || differs <= name.chars().count().div_ceil(3)
}

fn text(complaint: &Complaint, kind: ContextKind) -> Option<String> {
    match complaint.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::StyledStr(text) => Some(text.to_string()),
        _ => None,
    }
}

/// The first paragraph is the message, tips are hints.
fn as_rendered(complaint: &Complaint) -> Error {
    let rendered = complaint.render().to_string();
    let mut paragraphs = rendered.split("\n\n");
    let message = paragraphs.next().unwrap_or_default();
    let message: Vec<&str> = message
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let message = message.join(" ");
    let mut error = Error::usage(message.strip_prefix("error: ").unwrap_or(&message));
    if let Some(value) = text(complaint, ContextKind::SuggestedValue) {
        error = error.hint(format!("did you mean {value}?"));
    }
    for usage in paragraphs
        .flat_map(str::lines)
        .filter_map(|line| line.strip_prefix("Usage: "))
    {
        error = error.hint(format!("usage: {usage}"));
    }
    error
}
